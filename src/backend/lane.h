/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The slow lane: requests that take long are worked on by fewer threads of the process
 * at a time than there are processors, so that a guest that fills its queues with them
 * leaves one to the rest: other queues, the host's main loop, other guests. They take
 * turns, first come first served.
 *
 * It is one for the process, and has a lock that is held for a few assignments only.
 */
#ifndef VCRYPTO_BACKEND_LANE_H
#define VCRYPTO_BACKEND_LANE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/* What takes longer than this is slow, in ns: about a tick of the kernel's clock, which
 * is when it looks whether others should have the processor. */
#define LANE_SLOW_NS 4000000

/*
 * vcrypto_lane_init: count the host's processors, for which a file is opened: not while
 * requests are served, when there may be no descriptor left. Any thread, any number of
 * times.
 */
void vcrypto_lane_init(void);

/*
 * vcrypto_lane_limit: how many threads may be in the lane when the one that asks may
 * run on @allowed of @online processors. 0: any number, as a thread that was pinned to
 * one processor is in the way of no other.
 */
unsigned vcrypto_lane_limit(unsigned allowed, unsigned online);

/*
 * vcrypto_lane_enter: wait for a place. False, at once, when @stop becomes true and
 * vcrypto_lane_wake() is called: there is no place then, and nothing to leave. Any
 * thread that is not in it.
 */
bool vcrypto_lane_enter(const atomic_bool *stop);

/* vcrypto_lane_leave: give the place to the next. By whoever has one. */
void vcrypto_lane_leave(void);

/* vcrypto_lane_wake: let those that wait look at their @stop. Any thread. */
void vcrypto_lane_wake(void);

/* vcrypto_lane_count: how many are in the lane, and how many wait. For tests. */
void vcrypto_lane_count(unsigned *inside, unsigned *waiting);

#endif
