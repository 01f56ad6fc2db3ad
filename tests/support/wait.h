/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Waiting for what other threads do. No wait is without an end: when it takes too long
 * the watchdog prints what was waited for, and ends the program (see watchdog.h).
 *
 * Tests wait in no other way (tests/style/waits.py); those that wait for QEMU have
 * tests/qtest/lib/waiting.h.
 */
#ifndef VCRYPTO_TESTS_SUPPORT_WAIT_H
#define VCRYPTO_TESTS_SUPPORT_WAIT_H

#include <pthread.h>
#include <stdint.h>

#include "support/watchdog.h"

/** wait_turn() - let others run; @turns counts up from 0, once in a while it sleeps */
void wait_turn(unsigned *turns);

/** wait_join() - pthread_join(), the result left out; the text says which thread */
void wait_join(pthread_t thread, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/** wait_event() - the value of an eventfd, as soon as it has one */
uint64_t wait_event(int fd, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/**
 * WAIT_UNTIL() - let others run until @condition holds
 *
 * What follows is a text like printf()'s: what is waited for, as it would follow "has
 * waited for".
 */
#define WAIT_UNTIL(condition, ...)                                                     \
    do {                                                                               \
        if (!(condition)) {                                                            \
            unsigned turns_ = 0;                                                       \
            unsigned number_ = watchdog_wait_begin(WATCHDOG_WAIT_SOON, __VA_ARGS__);   \
                                                                                       \
            do {                                                                       \
                wait_turn(&turns_);                                                    \
            } while (!(condition));                                                    \
            watchdog_wait_end(number_);                                                \
        }                                                                              \
    } while (0)

#endif
