/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The test runner: registers the selected tests with CUnit, prints TAP from CUnit's
 * message handlers and keeps its own count of what failed.
 */
#define _GNU_SOURCE 1

#include "support/ut.h"
#include "support/level.h"
#include "support/watchdog.h"

#include <CUnit/CUnit.h>
#include <CUnit/TestRun.h>
#include <glib.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A loop over a thousand cases that all fail should not print a thousand reports. */
#define MAX_REPORTS_PER_TEST 20

struct selection {
    const char *suite;
    const char *test;
    bool list;
};

static struct {
    const struct ut_suite *suites;
    const struct ut_test *current;
    void (*after)(void);
    struct selection only;
    unsigned planned;
    unsigned line;   /* number of the last TAP line */
    unsigned tests;  /* tests that ran */
    unsigned failed; /* TAP lines that were "not ok" */
    bool finished;
    bool cleanup_failed;
    bool init_failed;
    bool suite_skipped; /* so far, each test of the suite was skipped */
    char *skip_reason;
    char *context;
} run;

/* ---- TAP lines ---- */

void ut_note(const char *fmt, ...)
{
    g_autofree char *text = NULL;
    g_auto(GStrv) lines = NULL;
    va_list ap;

    va_start(ap, fmt);
    text = g_strdup_vprintf(fmt, ap);
    va_end(ap);
    lines = g_strsplit(g_strchomp(text), "\n", -1);
    for (char **l = lines; *l; l++) {
        printf("# %s\n", *l);
    }
    fflush(stdout);
}

static void result_line(bool ok, const char *suite, const char *test, const char *skip)
{
    run.failed += !ok;
    printf("%s %u - %s: %s%s%s\n", ok ? "ok" : "not ok", ++run.line, suite, test,
           skip ? " # SKIP " : "", skip ? skip : "");
    fflush(stdout);
}

static bool suite_selected(const struct ut_suite *suite)
{
    return !run.only.suite || strcmp(run.only.suite, suite->name) == 0;
}

static bool test_selected(const struct ut_test *test)
{
    return !run.only.test || strcmp(run.only.test, test->name) == 0;
}

static unsigned count_selected(const struct ut_suite *suite)
{
    unsigned n = 0;

    for (const struct ut_test *t = suite->tests; suite_selected(suite) && t->name;
         t++) {
        n += test_selected(t);
    }
    return n;
}

static const struct ut_suite *find_suite(const char *name)
{
    const struct ut_suite *s = run.suites;

    while (s->name && strcmp(s->name, name) != 0) {
        s++;
    }
    return s;
}

/* ---- CUnit's message handlers ---- */

static void on_suite_start(const CU_pSuite suite)
{
    watchdog_test(run.line + 1, "%s: (init)", suite->pName);
    run.init_failed = run.cleanup_failed = false;
    run.suite_skipped = true;
}

static const struct ut_test *find_test(const struct ut_suite *suite, const char *name)
{
    const struct ut_test *t = suite->tests;

    while (t->name && strcmp(t->name, name) != 0) {
        t++;
    }
    return t;
}

static void on_test_start(const CU_pTest test, const CU_pSuite suite)
{
    run.current = find_test(find_suite(suite->pName), test->pName);
    watchdog_test(run.line + 1, "%s: %s", suite->pName, test->pName);
    g_clear_pointer(&run.skip_reason, g_free);
    g_clear_pointer(&run.context, g_free);
}

static void print_failures(const CU_pTest test, CU_pFailureRecord failure)
{
    unsigned n = 0;

    for (; failure; failure = failure->pNext) {
        if (failure->pTest == test && n++ < MAX_REPORTS_PER_TEST) {
            ut_note("%s:%u: %s", failure->strFileName, failure->uiLineNumber,
                    failure->strCondition);
        }
    }
    if (n > MAX_REPORTS_PER_TEST) {
        ut_note("and %u more failures", n - MAX_REPORTS_PER_TEST);
    }
}

static void on_test_complete(const CU_pTest test, const CU_pSuite suite,
                             const CU_pFailureRecord failure)
{
    run.tests++;
    run.suite_skipped = run.suite_skipped && run.skip_reason && !failure;
    result_line(!failure, suite->pName, test->pName, failure ? NULL : run.skip_reason);
    print_failures(test, failure);
    watchdog_test(run.line + 1, "%s: (cleanup)", suite->pName);
}

static void on_suite_init_failure(const CU_pSuite suite)
{
    const struct ut_suite *s = find_suite(suite->pName);

    run.init_failed = true;
    for (const struct ut_test *t = s->tests; t->name; t++) {
        if (test_selected(t)) {
            result_line(false, s->name, t->name, NULL);
        }
    }
    ut_note("the init function of suite %s failed", s->name);
    if (s->cleanup) {
        result_line(true, s->name, "(cleanup)", "the suite was not set up");
    }
}

static void on_suite_complete(const CU_pSuite suite, const CU_pFailureRecord failure)
{
    (void)failure;
    /* CUnit reports a suite whose init failed as complete as well. */
    if (suite->pCleanupFunc && !run.init_failed) {
        bool skip = run.suite_skipped && !run.cleanup_failed;

        result_line(!run.cleanup_failed, suite->pName, "(cleanup)",
                    skip ? "no test ran" : NULL);
    }
}

static void on_suite_cleanup_failure(const CU_pSuite suite)
{
    (void)suite;
    run.cleanup_failed = true;
}

static void set_handlers(void)
{
    CU_set_suite_start_handler(on_suite_start);
    CU_set_test_start_handler(on_test_start);
    CU_set_test_complete_handler(on_test_complete);
    CU_set_suite_init_failure_handler(on_suite_init_failure);
    CU_set_suite_cleanup_failure_handler(on_suite_cleanup_failure);
    CU_set_suite_complete_handler(on_suite_complete);
}

/* ---- registration ---- */

static _Noreturn void bail_out(const char *why, const char *detail)
{
    printf("Bail out! %s%s%s\n", why, detail ? ": " : "", detail ? detail : "");
    fflush(stdout);
    run.finished = true;
    exit(1);
}

/* A name used twice is only a warning to CUnit, which then keeps one of the two. */
static void check_registered(const void *registered, const char *name)
{
    if (!registered || CU_get_error() != CUE_SUCCESS) {
        bail_out(CU_get_error_msg(), name);
    }
}

/* What comes after each test is part of it. */
static void run_current(void)
{
    run.current->fn();
    if (run.after) {
        run.after();
    }
}

static void register_suite(const struct ut_suite *suite)
{
    CU_pSuite cu;

    if (count_selected(suite) == 0) {
        return;
    }
    cu = CU_add_suite(suite->name, suite->init, suite->cleanup);
    check_registered(cu, suite->name);
    for (const struct ut_test *t = suite->tests; t->name; t++) {
        if (test_selected(t)) {
            check_registered(CU_add_test(cu, t->name, run_current), t->name);
            run.planned++;
        }
    }
    run.planned += suite->cleanup != NULL;
}

static int list_tests(void)
{
    for (const struct ut_suite *s = run.suites; s->name; s++) {
        for (const struct ut_test *t = s->tests; suite_selected(s) && t->name; t++) {
            if (test_selected(t)) {
                printf("%s: %s\n", s->name, t->name);
            }
        }
    }
    return 0;
}

static bool parse_options(int argc, char **argv)
{
    int opt;

    while ((opt = getopt(argc, argv, "ls:t:")) != -1) {
        switch (opt) {
        case 'l':
            run.only.list = true;
            break;
        case 's':
            run.only.suite = optarg;
            break;
        case 't':
            run.only.test = optarg;
            break;
        default:
            return false;
        }
    }
    return optind == argc;
}

/* A test that calls exit(0) must not look like a program that passed. */
static void check_finished(void)
{
    if (!run.finished) {
        printf("Bail out! the program ended inside a test\n");
        fflush(stdout);
        _exit(1);
    }
}

static int run_tests(void)
{
    unsigned bad;

    atexit(check_finished);
    if (CU_initialize_registry() != CUE_SUCCESS) {
        bail_out("no CUnit registry", NULL);
    }
    for (const struct ut_suite *s = run.suites; s->name; s++) {
        register_suite(s);
    }
    if (run.planned == 0) {
        bail_out("no tests to run", NULL);
    }
    printf("1..%u\n", run.planned);
    fflush(stdout);
    set_handlers();
    watchdog_start();
    CU_run_all_tests();
    watchdog_stop();
    bad = run.failed + CU_get_number_of_suites_failed() + CU_get_number_of_failures();
    run.finished = true;
    CU_cleanup_registry();
    g_clear_pointer(&run.skip_reason, g_free);
    g_clear_pointer(&run.context, g_free);
    return bad > 0 || run.tests == 0 || run.line != run.planned;
}

int ut_main(int argc, char **argv, const struct ut_suite *suites)
{
    level_begin();
    run.suites = suites;
    if (!parse_options(argc, argv)) {
        fprintf(stderr, "usage: %s [-l] [-s SUITE] [-t TEST]\n", argv[0]);
        return 1;
    }
    return run.only.list ? list_tests() : run_tests();
}

/* ---- what tests call ---- */

void ut_after_each(void (*fn)(void))
{
    run.after = fn;
}

void ut_skip(const char *reason)
{
    g_free(run.skip_reason);
    run.skip_reason = g_strdup(reason);
}

void ut_context(const char *fmt, ...)
{
    va_list ap;

    g_clear_pointer(&run.context, g_free);
    if (fmt) {
        va_start(ap, fmt);
        run.context = g_strdup_vprintf(fmt, ap);
        va_end(ap);
    }
}

/* Hands one failure to CUnit, which copies the text; @fatal does not return. */
static void report(bool fatal, const char *file, unsigned line, const char *message)
{
    char text[4096];

    snprintf(text, sizeof(text), "%s%s%s", run.context ? run.context : "",
             run.context ? ": " : "", message);
    if (CU_get_current_test()) {
        CU_assertImplementation(CU_FALSE, line, text, file, "", fatal);
        return;
    }
    ut_note("%s:%u: %s", file, line, text);
    if (fatal) {
        bail_out("failed outside a test", text);
    }
    run.failed++;
}

void ut_fail(const char *file, unsigned line, const char *fmt, ...)
{
    char text[4096];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    report(false, file, line, text);
}

void ut_fail_fatal(const char *file, unsigned line, const char *fmt, ...)
{
    char text[4096]; /* on the stack: longjmp would leak anything else */
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    report(true, file, line, text);
    abort();
}

bool ut_check_true(bool value, const char *what, bool fatal, const char *file,
                   unsigned line)
{
    if (!value) {
        report(fatal, file, line, what);
    }
    return value;
}

bool ut_check_u64(uint64_t a, uint64_t b, const char *what, bool fatal,
                  const char *file, unsigned line)
{
    char text[1024];

    if (a == b) {
        return true;
    }
    snprintf(text, sizeof(text),
             "%s: %" PRIu64 " (0x%" PRIx64 ") != %" PRIu64 " (0x%" PRIx64 ")", what, a,
             a, b, b);
    report(fatal, file, line, text);
    return false;
}

bool ut_check_str(const char *a, const char *b, const char *what, bool fatal,
                  const char *file, unsigned line)
{
    char text[2048];

    if (g_strcmp0(a, b) == 0) {
        return true;
    }
    snprintf(text, sizeof(text), "%s: \"%s\" != \"%s\"", what, a ? a : "(null)",
             b ? b : "(null)");
    report(fatal, file, line, text);
    return false;
}

static void hex_line(char *out, size_t size, const uint8_t *p, size_t from, size_t to)
{
    size_t used = 0;

    for (size_t i = from; i < to && used + 4 < size; i++) {
        used += (size_t)snprintf(out + used, size - used, " %02x", p[i]);
    }
}

bool ut_check_mem(const void *a, const void *b, size_t n, const char *what, bool fatal,
                  const char *file, unsigned line)
{
    const uint8_t *pa = a, *pb = b;
    char text[1024], left[128] = "", right[128] = "";
    size_t at = 0, from, to;

    while (at < n && pa[at] == pb[at]) {
        at++;
    }
    if (at == n) {
        return true;
    }
    from = at & ~(size_t)15;
    to = MIN(n, from + 32);
    hex_line(left, sizeof(left), pa, from, to);
    hex_line(right, sizeof(right), pb, from, to);
    snprintf(text, sizeof(text),
             "%s: byte %zu of %zu differs, from byte %zu:\n %s\n %s", what, at, n, from,
             left, right);
    report(fatal, file, line, text);
    return false;
}
