/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Threads that keep the processors from going idle.
 */
#include "awake.h"

#include <glib.h>
#include <sched.h>
#include <stdbool.h>

static GPtrArray *threads;
static bool stop;

static gpointer keep_awake(gpointer unused)
{
    struct sched_param param = { 0 };

    (void)unused;
    /* In any other class it would take the device's time. */
    if (sched_setscheduler(0, SCHED_IDLE, &param) == 0) {
        while (!__atomic_load_n(&stop, __ATOMIC_RELAXED)) {
        }
    }
    return NULL;
}

void bench_awake_begin(void)
{
    threads = g_ptr_array_new();
    for (guint i = 0; i < g_get_num_processors(); i++) {
        g_ptr_array_add(threads, g_thread_new("awake", keep_awake, NULL));
    }
}

void bench_awake_end(void)
{
    __atomic_store_n(&stop, true, __ATOMIC_RELAXED);
    for (guint i = 0; i < threads->len; i++) {
        g_thread_join(g_ptr_array_index(threads, i));
    }
    g_ptr_array_free(threads, TRUE);
}
