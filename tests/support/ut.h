/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The runner of every C test program: CUnit underneath, TAP on standard output.
 *
 * A program lists its tests in tables and calls ut_main(). Each test is one TAP line;
 * a suite with a cleanup function has one line more, since a cleanup may fail too.
 * The program's exit status is 0 only if something ran and nothing failed: CUnit's own
 * count of failures stays 0 when a suite's init function fails or when no test ran.
 *
 * Assertions print the values they compared. The _FATAL ones leave the test at once,
 * by longjmp: what the test had allocated is then released by the suite's cleanup or
 * not at all. Assertions belong to the thread that runs the test.
 */
#ifndef VCRYPTO_TESTS_SUPPORT_UT_H
#define VCRYPTO_TESTS_SUPPORT_UT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** One test. A table of them ends with a row whose name is NULL. */
struct ut_test {
    const char *name;
    void (*fn)(void);
};

/**
 * One suite. A table of them ends with a row whose name is NULL. @init and @cleanup may
 * be NULL; they return 0 for success. If @init fails, none of the tests run and each
 * counts as failed.
 */
struct ut_suite {
    const char *name;
    int (*init)(void);
    int (*cleanup)(void);
    const struct ut_test *tests;
};

/**
 * ut_main() - run the tests that the command line selects
 * @argc, @argv: of main(). -l lists the tests, -s SUITE runs one suite only,
 *               -t TEST the tests of that name only
 * @suites: the table
 *
 * Return: the program's exit status, 0 or 1.
 */
int ut_main(int argc, char **argv, const struct ut_suite *suites);

/**
 * ut_skip() - mark the running test as skipped
 * @reason: printed on its TAP line
 *
 * Tests use UT_SKIP(), which also returns from the test.
 */
void ut_skip(const char *reason);

/**
 * ut_after_each() - have @fn run at the end of each test, as a part of it
 *
 * Not after one that failed fatally. One function; another takes its place.
 */
void ut_after_each(void (*fn)(void));

/** ut_note() - print a TAP comment, each line of it with "# " in front */
void ut_note(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/**
 * ut_context() - say what a loop inside a test is at
 *
 * The text is printed with every failure that follows in this test; NULL ends that.
 */
void ut_context(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/**
 * ut_fail() - record a failure with a message and go on
 *
 * Outside a test (in a suite's init or cleanup function) the message is printed and the
 * program as a whole fails.
 */
void ut_fail(const char *file, unsigned line, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/**
 * ut_fail_fatal() - record a failure with a message and leave the test
 *
 * Outside a test there is nothing to leave: the program ends with "Bail out!".
 */
_Noreturn void ut_fail_fatal(const char *file, unsigned line, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* What the assertion macros call; each returns whether the assertion held. */
bool ut_check_true(bool value, const char *what, bool fatal, const char *file,
                   unsigned line);
bool ut_check_u64(uint64_t a, uint64_t b, const char *what, bool fatal,
                  const char *file, unsigned line);
bool ut_check_mem(const void *a, const void *b, size_t n, const char *what, bool fatal,
                  const char *file, unsigned line);
bool ut_check_str(const char *a, const char *b, const char *what, bool fatal,
                  const char *file, unsigned line);

#define UT_TRUE(c)      ut_check_true(!!(c), #c, false, __FILE__, __LINE__)
#define UT_EQ_U64(a, b) ut_check_u64((a), (b), #a " == " #b, false, __FILE__, __LINE__)
#define UT_EQ_MEM(a, b, n)                                                             \
    ut_check_mem((a), (b), (n), #a " == " #b, false, __FILE__, __LINE__)
#define UT_EQ_STR(a, b) ut_check_str((a), (b), #a " == " #b, false, __FILE__, __LINE__)
#define UT_FAIL(...)    ut_fail(__FILE__, __LINE__, __VA_ARGS__)

#define UT_EQ_U64_FATAL(a, b)                                                          \
    ut_check_u64((a), (b), #a " == " #b, true, __FILE__, __LINE__)
#define UT_EQ_MEM_FATAL(a, b, n)                                                       \
    ut_check_mem((a), (b), (n), #a " == " #b, true, __FILE__, __LINE__)
#define UT_EQ_STR_FATAL(a, b)                                                          \
    ut_check_str((a), (b), #a " == " #b, true, __FILE__, __LINE__)
#define UT_FAIL_FATAL(...) ut_fail_fatal(__FILE__, __LINE__, __VA_ARGS__)

/* Spelt out so that compilers and analysers see that it does not return when false. */
#define UT_TRUE_FATAL(c)                                                               \
    do {                                                                               \
        if (!(c)) {                                                                    \
            ut_fail_fatal(__FILE__, __LINE__, "%s", #c);                               \
        }                                                                              \
    } while (0)

#define UT_SKIP(reason)                                                                \
    do {                                                                               \
        ut_skip(reason);                                                               \
        return;                                                                        \
    } while (0)

#endif
