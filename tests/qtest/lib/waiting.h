/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Waiting for another process to change shared memory, of which nobody tells us: look
 * often at first, since most answers are there within microseconds, then less often.
 */
#ifndef QT_WAITING_H
#define QT_WAITING_H

#include "machine.h"

#include <glib.h>
#include <poll.h>
#include <sched.h>
#include <stdbool.h>

struct qt_wait {
    const struct qt_machine *machine;
    const char *what;
    int timeout_ms;
    gint64 deadline;
    unsigned rounds;
};

/**
 * qt_wait_begin() - begin to wait for what @machine does, for at most @timeout_ms
 * @what: as it would follow "has waited for"; printed, with where QEMU's threads are,
 *        when it has not come in QT_TIMEOUT_MS
 */
static inline struct qt_wait qt_wait_begin(const struct qt_machine *machine,
                                           int timeout_ms, const char *what)
{
    return (struct qt_wait){
        .machine = machine,
        .what = what,
        .timeout_ms = timeout_ms,
        .deadline = g_get_monotonic_time() + timeout_ms * G_GINT64_CONSTANT(1000),
    };
}

/** qt_wait_more() - let others run; false once the time is over */
static inline bool qt_wait_more(struct qt_wait *wait)
{
    if (++wait->rounds < 2000) {
        sched_yield();
    } else {
        poll(NULL, 0, 1);
    }
    if (g_get_monotonic_time() < wait->deadline) {
        return true;
    }
    if (wait->timeout_ms >= QT_TIMEOUT_MS) {
        qt_stuck(wait->machine, wait->what);
    }
    return false;
}

#endif
