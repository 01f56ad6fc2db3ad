/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE 1

#include "support/wait.h"

#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#define WHAT 200

/* Most conditions come true at once. On a busy machine, who has waited for long must
 * not take the processor from whom it waits for. */
void wait_turn(unsigned *turns)
{
    if (++*turns < 2000) {
        sched_yield();
    } else {
        poll(NULL, 0, 1);
    }
}

void wait_join(pthread_t thread, const char *fmt, ...)
{
    char what[WHAT];
    unsigned number;
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(what, sizeof(what), fmt, ap);
    va_end(ap);
    number = watchdog_wait_begin(WATCHDOG_WAIT_WORK, "the end of %s", what);
    pthread_join(thread, NULL);
    watchdog_wait_end(number);
}

uint64_t wait_event(int fd, const char *fmt, ...)
{
    struct pollfd pollfd = { .fd = fd, .events = POLLIN };
    char what[WHAT];
    uint64_t value = 0;
    unsigned number;
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(what, sizeof(what), fmt, ap);
    va_end(ap);
    number = watchdog_wait_begin(WATCHDOG_WAIT_SOON, "%s", what);
    do {
        TEMP_FAILURE_RETRY(poll(&pollfd, 1, -1));
    } while (read(fd, &value, sizeof(value)) != sizeof(value));
    watchdog_wait_end(number);
    return value;
}
