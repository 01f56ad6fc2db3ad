/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What ends a test that hangs: a process that watches the program, so that it works
 * whatever the program's threads are doing, and whatever they have locked.
 *
 * A test may take TEST_SECONDS, and a wait that is announced (see wait.h) WAIT_SECONDS.
 * Then the watchdog prints the test's name as failed, what is waited for, and the
 * backtraces of the program and its children, QEMU for instance, and kills it. What
 * Meson allows a program (test_timeout in tests/support/meson.build) is longer.
 *
 * Programs that have longer tests say so: watchdog_limit().
 *
 * VCRYPTO_TEST_PATIENCE in the environment is a factor for both, for machines more than
 * ten times slower than usual ones; 0 stands for no limit, for debuggers.
 */
#ifndef VCRYPTO_TESTS_SUPPORT_WATCHDOG_H
#define VCRYPTO_TESTS_SUPPORT_WATCHDOG_H

#include <sys/types.h>

/**
 * watchdog_start() - have this program watched until watchdog_stop(), or its end
 *
 * To be called while there is one thread. Until then, and where the watchdog could not
 * be started, the other functions do nothing.
 */
void watchdog_start(void);
void watchdog_stop(void);

/**
 * watchdog_test() - a test begins, or something else that has as much time
 * @number: of its TAP line
 *
 * Waits that the test before has left unfinished are forgotten.
 */
void watchdog_test(unsigned number, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/**
 * watchdog_limit() - a test may take so many seconds, times the patience
 *
 * The running test; before watchdog_start(), each one of the program.
 */
void watchdog_limit(unsigned seconds);

/**
 * watchdog_patience() - the factor of VCRYPTO_TEST_PATIENCE, 1 or more, for limits that
 * tests have of their own; no limit counts as 1000
 */
unsigned watchdog_patience(void);

/** watchdog_backtrace() - print where each thread of a process is, as TAP comments */
void watchdog_backtrace(pid_t pid);

/** Limits of a wait. */
enum watchdog_wait {
    WATCHDOG_WAIT_SOON, /* WAIT_SECONDS */
    WATCHDOG_WAIT_WORK, /* none but the test's: for threads that have much to do */
};

/**
 * watchdog_wait_begin() - the calling thread begins to wait for what the text says
 *
 * Return: a number for watchdog_wait_end().
 */
unsigned watchdog_wait_begin(enum watchdog_wait limit, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
void watchdog_wait_end(unsigned number);

#endif
