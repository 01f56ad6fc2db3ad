/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Proves the runner: a program whose suite init fails, whose assertion fails or that
 * runs nothing must exit with a status other than 0 and say so in TAP. This program
 * runs itself with "--child KIND", and looks at the child's status and output.
 */
#include "support/hex.h"
#include "support/ut.h"

#include <glib.h>
#include <stdlib.h>
#include <string.h>

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
    char *out = NULL;
    int wait_status = -1;

    UT_TRUE_FATAL(g_spawn_sync(NULL, (char **)argv, NULL, G_SPAWN_STDERR_TO_DEV_NULL,
                               NULL, NULL, &out, NULL, &wait_status, NULL));
    *status = g_spawn_check_wait_status(wait_status, NULL) ? 0 : 1;
    return out;
}

static void expect(const char *kind, int want, const char *text)
{
    int status;
    g_autofree char *out = run_child(kind, NULL, NULL, &status);

    ut_context("%s", kind);
    UT_EQ_U64((uint64_t)status, (uint64_t)want);
    if (!strstr(out, text)) {
        UT_FAIL("no \"%s\" in:\n%s", text, out);
    }
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
        { "hexadecimal", hexadecimal },
        { NULL, NULL },
    };
    static const struct ut_suite suites[] = { { "ut", NULL, NULL, tests }, { 0 } };

    if (argc >= 3 && strcmp(argv[1], "--child") == 0) {
        return child_main(argc, argv);
    }
    return ut_main(argc, argv, suites);
}
