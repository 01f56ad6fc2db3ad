/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the operator allows a backend to do in a second, all its queues together: so
 * many requests, and so many bytes of their sources.
 *
 * As with stock backends these are leaky buckets: a request may begin when no more than
 * a tenth of a second's worth is left of what was done before, however large it is
 * itself. What is left is a debt, in time. A queue whose request may not begin yet
 * reserves: the request is added to the debt then, and has its time to begin. So queues
 * take turns in the order in which they came, one request each, and none has to know of
 * the others.
 */
#ifndef VCRYPTO_BACKEND_THROTTLE_H
#define VCRYPTO_BACKEND_THROTTLE_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/* What may be done without a wait after a rest, in ns at the limits. */
#define THROTTLE_BURST_NS 100000000

struct throttle {
    atomic_bool limited; /* otherwise nothing else is looked at */
    _Atomic uint64_t
        limits; /* counts changes of the limits: reservations end with them */
    pthread_mutex_t lock;
    struct throttle_bucket {
        uint64_t a_second; /* 0: no limit */
        double debt;       /* in ns, at @since */
    } requests, bytes;
    uint64_t since;
};

/* The reservation of one queue, its thread's. */
struct throttle_turn {
    bool reserved;
    uint64_t limits; /* with which */
    uint64_t bytes;  /* for a request of this size */
    uint64_t begin;  /* when it may begin, in ns; 0: at once */
};

void vcrypto_throttle_init(struct throttle *throttle);
void vcrypto_throttle_fini(struct throttle *throttle);

/*
 * vcrypto_throttle_set: at most @requests and @bytes a second from now on; 0: any
 * number. Where that changes anything, it begins without a debt, and those that wait
 * look again. One thread at a time, at the same time as all others.
 */
void vcrypto_throttle_set(struct throttle *throttle, uint64_t requests, uint64_t bytes);

/* vcrypto_throttle_limited: whether there is any limit. Any thread. */
static inline bool vcrypto_throttle_limited(const struct throttle *throttle)
{
    return atomic_load_explicit(&throttle->limited, memory_order_relaxed);
}

/*
 * vcrypto_throttle_ask: whether a request of @bytes may begin at @now. @turn holds a
 * reservation for it afterwards in any case, the one that was there before if that was
 * for as many bytes; what it allows has to be taken with vcrypto_throttle_begin() or
 * given back. Thread of @turn.
 */
bool vcrypto_throttle_ask(struct throttle *throttle, struct throttle_turn *turn,
                          uint64_t bytes, uint64_t now);

/* vcrypto_throttle_begin: the request begins, the reservation is used. */
static inline void vcrypto_throttle_begin(struct throttle_turn *turn)
{
    turn->reserved = false;
}

/* vcrypto_throttle_return: the request will not begin. Those that reserved after it
 * keep their times. Thread of @turn. */
void vcrypto_throttle_return(struct throttle *throttle, struct throttle_turn *turn);

/*
 * vcrypto_throttle_wait: as vcrypto_throttle_ask() now, and wait until the request may
 * begin. False when @stop becomes true, and vcrypto_throttle_wake() is called: what was
 * reserved is given back. Thread of @turn.
 */
bool vcrypto_throttle_wait(struct throttle *throttle, struct throttle_turn *turn,
                           uint64_t bytes, const atomic_bool *stop);

/* vcrypto_throttle_wake: let those that wait, for any throttle of the process, look at
 * their @stop. Any thread. */
void vcrypto_throttle_wake(void);

/* vcrypto_throttle_waiting: how many threads of the process wait. For tests. */
unsigned vcrypto_throttle_waiting(void);

/* vcrypto_throttle_now: the clock for @now, in ns. Any thread. */
uint64_t vcrypto_throttle_now(void);

#endif
