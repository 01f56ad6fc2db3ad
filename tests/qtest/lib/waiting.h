/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Waiting for another process to change shared memory, of which nobody tells us: look
 * often at first, since most answers are there within microseconds, then less often.
 */
#ifndef QT_WAITING_H
#define QT_WAITING_H

#include <glib.h>
#include <poll.h>
#include <sched.h>
#include <stdbool.h>

struct qt_wait {
    gint64 deadline;
    unsigned rounds;
};

/** qt_wait_begin() - begin to wait, for at most @timeout_ms */
static inline struct qt_wait qt_wait_begin(int timeout_ms)
{
    return (struct qt_wait){
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
    return g_get_monotonic_time() < wait->deadline;
}

#endif
