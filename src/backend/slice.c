/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "slice.h"

#include <linux/sched.h>
#include <linux/sched/types.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The kernel's upper limit. */
#define LONG_SLICE_NS 100000000

/* 0: there is nothing to restore. */
static _Thread_local uint64_t former;

/* Threads that somebody made real-time or idle ones have no slice of this kind. */
static bool get(struct sched_attr *attr)
{
    return syscall(SYS_sched_getattr, 0, attr, sizeof(*attr), 0) == 0 &&
           (attr->sched_policy == SCHED_NORMAL || attr->sched_policy == SCHED_BATCH);
}

/* All else is as it was read just now: whoever manages the host may have changed it. */
static bool set(struct sched_attr *attr, uint64_t slice)
{
    attr->sched_runtime = slice;
    return syscall(SYS_sched_setattr, 0, attr, 0) == 0;
}

void vcrypto_slice_lengthen(void)
{
    struct sched_attr attr = { 0 };

    if (!former && get(&attr) && attr.sched_runtime) { /* 0 in older kernels */
        uint64_t slice = attr.sched_runtime;

        former = set(&attr, LONG_SLICE_NS) ? slice : 0;
    }
}

void vcrypto_slice_restore(void)
{
    struct sched_attr attr = { 0 };

    if (former && get(&attr)) {
        set(&attr, former);
    }
    former = 0;
}
