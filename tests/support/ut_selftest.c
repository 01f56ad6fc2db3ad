/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Proves the runner: a program whose suite init fails, whose assertion fails or that
 * runs nothing must exit with a status other than 0 and say so in TAP. This program
 * runs itself with "--child KIND", and looks at the child's status and output.
 *
 * A program that hangs must not wait for Meson: it has little time as a child.
 */
#include "support/hex.h"
#include "support/ut.h"
#include "support/wait.h"

#include <glib.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define HANG_SECONDS "1"

/* ---- the children ---- */

static int succeed(void)
{
    return 0;
}

static int refuse(void)
{
    return -1;
}

static void pass(void)
{
    UT_TRUE(true);
}

static void fail(void)
{
    UT_EQ_U64(1, 2);
}

static void fail_mem(void)
{
    UT_EQ_MEM("abcdef", "abcxef", 6);
}

static void fail_fatally(void)
{
    UT_EQ_STR_FATAL("one", "two");
    exit(0); /* not reached, or the parent sees a wrong status */
}

static void skip(void)
{
    UT_SKIP("not here");
}

static void leave(void)
{
    exit(0);
}

/* ---- the children that hang ---- */

static atomic_bool never;

static void *wait_for_ever(void *opaque)
{
    WAIT_UNTIL(atomic_load(&never), "%s that never comes", (const char *)opaque);
    return opaque;
}

static void hang_in_a_condition(void)
{
    wait_for_ever((void *)"an answer");
}

/* What a thread waits for is not known to who waits for the thread. */
static void hang_in_a_call(void)
{
    pthread_t thread;

    UT_TRUE_FATAL(pthread_create(&thread, NULL, wait_for_ever, (void *)"an answer") ==
                  0);
    wait_join(thread, "thread %d", 1);
}

/* Nobody has said that anything is waited for. */
static void hang_in_silence(void)
{
    while (!atomic_load(&never)) {
        pause();
    }
}

/* QEMU, for instance, hangs. */
static void hang_in_a_child(void)
{
    const char *argv[] = { "sleep", "1000", NULL };

    g_spawn_sync(NULL, (char **)argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL,
                 NULL, NULL);
}

static int hang_in_init(void)
{
    hang_in_silence();
    return 0;
}

/* Nobody waits any more for what a test that failed has begun to wait for. */
static void fail_in_a_wait(void)
{
    watchdog_wait_begin(WATCHDOG_WAIT_SOON, "nothing");
    UT_EQ_U64_FATAL(1, 2);
}

/* Than HANG_SECONDS: the watchdog has looked when it ends. */
static void last_longer(void)
{
    watchdog_limit(100);
    g_usleep(2 * G_USEC_PER_SEC);
}

static const struct ut_test hanging[] = { { "passes", pass },
                                          { "hangs", hang_in_a_condition },
                                          { "never runs", pass },
                                          { NULL, NULL } };
static const struct ut_test hanging_call[] = { { "hangs", hang_in_a_call },
                                               { NULL, NULL } };
static const struct ut_test hanging_silence[] = { { "hangs", hang_in_silence },
                                                  { NULL, NULL } };
static const struct ut_test hanging_child[] = { { "hangs", hang_in_a_child },
                                                { NULL, NULL } };
static const struct ut_test failing_wait[] = { { "fails", fail_in_a_wait },
                                               { "lasts longer", last_longer },
                                               { NULL, NULL } };
static const struct ut_test passing[] = { { "passes", pass }, { NULL, NULL } };
static const struct ut_test failing[] = { { "fails", fail },
                                          { "passes", pass },
                                          { NULL, NULL } };
static const struct ut_test failing_mem[] = { { "fails", fail_mem }, { NULL, NULL } };
static const struct ut_test fatal[] = { { "fails", fail_fatally },
                                        { "passes", pass },
                                        { NULL, NULL } };
static const struct ut_test skipping[] = { { "skips", skip }, { NULL, NULL } };
static const struct ut_test leaving[] = { { "leaves", leave }, { NULL, NULL } };
static const struct ut_test twice[] = { { "same", pass },
                                        { "same", pass },
                                        { NULL, NULL } };
static const struct ut_test nothing[] = { { NULL, NULL } };

static const struct child {
    const char *kind;
    struct ut_suite suites[3];
} children[] = {
    { "pass", { { "s", succeed, succeed, passing }, { 0 } } },
    { "init",
      { { "bad", refuse, succeed, passing }, { "good", NULL, NULL, passing }, { 0 } } },
    { "cleanup", { { "s", NULL, refuse, passing }, { 0 } } },
    { "assert", { { "s", NULL, NULL, failing }, { 0 } } },
    { "mem", { { "s", NULL, NULL, failing_mem }, { 0 } } },
    { "fatal", { { "s", NULL, NULL, fatal }, { 0 } } },
    { "skip", { { "s", NULL, succeed, skipping }, { 0 } } },
    { "leave", { { "s", NULL, NULL, leaving }, { 0 } } },
    { "twice", { { "s", NULL, NULL, twice }, { 0 } } },
    { "hang", { { "s", NULL, NULL, hanging }, { 0 } } },
    { "hang in a call", { { "s", NULL, NULL, hanging_call }, { 0 } } },
    { "hang in silence", { { "s", NULL, NULL, hanging_silence }, { 0 } } },
    { "hang in a child", { { "s", NULL, NULL, hanging_child }, { 0 } } },
    { "hang in init", { { "s", hang_in_init, NULL, passing }, { 0 } } },
    { "fail in a wait, not hang", { { "s", NULL, NULL, failing_wait }, { 0 } } },
    { "none", { { "s", NULL, NULL, nothing }, { 0 } } },
};

static int child_main(int argc, char **argv)
{
    for (size_t i = 0; i < G_N_ELEMENTS(children); i++) {
        if (strcmp(children[i].kind, argv[2]) == 0) {
            argv[2] = argv[0];
            return ut_main(argc - 2, argv + 2, children[i].suites);
        }
    }
    return 99;
}

/* ---- the parent ---- */

static char *run_child(const char *kind, const char *option, const char *value,
                       int *status)
{
    g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);
    const char *argv[] = { self, "--child", kind, option, value, NULL };
    g_auto(GStrv) env = g_environ_unsetenv(g_get_environ(), "VCRYPTO_TEST_PATIENCE");
    char *out = NULL;
    int wait_status = -1;

    if (strstr(kind, "hang")) {
        env = g_environ_setenv(env, "VCRYPTO_TEST_SECONDS", HANG_SECONDS, true);
    }
    UT_TRUE_FATAL(g_spawn_sync(NULL, (char **)argv, env, G_SPAWN_STDERR_TO_DEV_NULL,
                               NULL, NULL, &out, NULL, &wait_status, NULL));
    *status = g_spawn_check_wait_status(wait_status, NULL) ? 0 : 1;
    return out;
}

/* @texts ends with NULL. */
static void expect_all(const char *kind, int want, const char *const *texts)
{
    int status;
    g_autofree char *out = run_child(kind, NULL, NULL, &status);

    ut_context("%s", kind);
    UT_EQ_U64((uint64_t)status, (uint64_t)want);
    for (; *texts; texts++) {
        if (!strstr(out, *texts)) {
            UT_FAIL("no \"%s\" in:\n%s", *texts, out);
        }
    }
}

static void expect(const char *kind, int want, const char *text)
{
    const char *texts[] = { text, NULL };

    expect_all(kind, want, texts);
}

static void passing_program(void)
{
    expect("pass", 0, "1..2\nok 1 - s: passes\nok 2 - s: (cleanup)\n");
}

static void failing_init(void)
{
    expect("init", 1, "1..3\nnot ok 1 - bad: passes\n");
    expect("init", 1, "ok 2 - bad: (cleanup) # SKIP");
    expect("init", 1, "\nok 3 - good: passes\n");
}

static void failing_cleanup(void)
{
    expect("cleanup", 1, "ok 1 - s: passes\nnot ok 2 - s: (cleanup)\n");
}

static void failing_assertions(void)
{
    expect("assert", 1, "not ok 1 - s: fails\n# ");
    expect("assert", 1, "1 == 2: 1 (0x1) != 2 (0x2)\nok 2 - s: passes\n");
    expect("mem", 1, "byte 3 of 6 differs");
    expect("mem", 1, "#   61 62 63 64 65 66\n#   61 62 63 78 65 66\n");
    expect("fatal", 1, "\"one\" != \"two\"\nok 2 - s: passes\n");
}

static void nothing_ran(void)
{
    int status;
    g_autofree char *out = run_child("pass", "-t", "unknown", &status);

    expect("none", 1, "Bail out! no tests to run");
    UT_EQ_U64((uint64_t)status, 1);
}

static void other_traps(void)
{
    expect("skip", 0, "ok 1 - s: skips # SKIP not here\nok 2 - s: (cleanup) # SKIP");
    expect("leave", 1, "Bail out!");
    expect("twice", 1, "Bail out!");
}

static void options(void)
{
    int status;
    g_autofree char *list = run_child("assert", "-l", NULL, &status);
    g_autofree char *one = run_child("assert", "-t", "passes", &status);

    UT_EQ_STR(list, "s: fails\ns: passes\n");
    UT_EQ_STR(one, "1..1\nok 1 - s: passes\n");
    UT_EQ_U64((uint64_t)status, 0);
}

static void hanging_condition(void)
{
    static const char *const texts[] = {
        "1..3\nok 1 - s: passes\nnot ok 2 - s: hangs\n",
        " s for an answer that never comes\n# backtrace of process ",
        " wait_for_ever\n",
        "\nBail out! a test hangs: s: hangs\n",
        NULL,
    };

    expect_all("hang", 1, texts);
}

static void hanging_calls(void)
{
    static const char *const join[] = {
        " s for the end of thread 1\n",
        " s for an answer that never comes\n",
        " hang_in_a_call\n",
        " wait_for_ever\n",
        NULL,
    };
    static const char *const child[] = { " hang_in_a_child\n", "nanosleep", NULL };

    expect_all("hang in a call", 1, join);
    expect("hang in silence", 1, " hang_in_silence\n");
    expect_all("hang in a child", 1, child); /* the program sleep */
    expect("hang in init", 1, "not ok 1 - s: (init)\n# it hangs");
}

static void waits_of_a_failed_test(void)
{
    expect("fail in a wait, not hang", 1, "ok 2 - s: lasts longer\n");
}

static void hexadecimal(void)
{
    uint8_t out[4];

    UT_EQ_U64(hex_decode("00fF 1a", out, sizeof(out)), 3);
    UT_EQ_MEM(out, "\x00\xff\x1a", 3);
    UT_EQ_U64(hex_decode("", out, sizeof(out)), 0);
    UT_EQ_U64(hex_decode("123", out, sizeof(out)), SIZE_MAX);
    UT_EQ_U64(hex_decode("1g", out, sizeof(out)), SIZE_MAX);
    UT_EQ_U64(hex_decode("0011223344", out, sizeof(out)), SIZE_MAX);
}

int main(int argc, char **argv)
{
    static const struct ut_test tests[] = {
        { "passing program", passing_program },
        { "failing suite init", failing_init },
        { "failing suite cleanup", failing_cleanup },
        { "failing assertions", failing_assertions },
        { "nothing ran", nothing_ran },
        { "skip, exit inside a test, one name twice", other_traps },
        { "options", options },
        { "a condition that never holds ends the program", hanging_condition },
        { "a call that never returns ends the program", hanging_calls },
        { "waits of a failed test end with it", waits_of_a_failed_test },
        { "hexadecimal", hexadecimal },
        { NULL, NULL },
    };
    static const struct ut_suite suites[] = { { "ut", NULL, NULL, tests }, { 0 } };

    if (argc >= 3 && strcmp(argv[1], "--child") == 0) {
        return child_main(argc, argv);
    }
    return ut_main(argc, argv, suites);
}
