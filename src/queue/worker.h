/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the two halves of a worker share: worker.c (its life), worker-serve.c (its
 * work). */
#ifndef VCRYPTO_QUEUE_WORKER_H
#define VCRYPTO_QUEUE_WORKER_H

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "vcrypto/worker.h"

#include "polling.h"

/*
 * A batch ends at this many requests, or at this many bytes. It may be answered in
 * parts: what waits for what is the backend's matter.
 */
#define WORKER_BATCH       64
#define WORKER_BATCH_BYTES (16 * 1024 * 1024)

/* Pieces of memory that the chains of a batch may be in: several of the largest. */
#define WORKER_PIECES 4096

enum worker_state {
    WORKER_STOPPED,  /* no ring */
    WORKER_STARTING, /* the ring is set up, and the worker has not seen it yet */
    WORKER_SERVING,  /* the ring is the worker's own */
    WORKER_STOPPING, /* the control thread waits for the worker to leave it */
};

struct vcrypto_worker {
    struct vcrypto_worker_config config;
    pthread_t thread;
    pid_t thread_id;
    int kick_fd;

    pthread_mutex_t lock;
    pthread_cond_t stopped; /* state became WORKER_STOPPED, or running true */
    atomic_bool attention;  /* what is under the lock was changed */

    /* Under the lock. */
    enum worker_state state;
    bool started; /* and not stopped since: the position is to be handed back */
    bool running;
    bool quit;
    bool map_changed;
    struct vcrypto_memory_map *next_map;
    struct vcrypto_ring_position position; /* where serving begins, or ended */

    /* The worker's, while state is WORKER_SERVING or WORKER_STOPPING. */
    struct vcrypto_ring ring;
    struct vcrypto_wire_limits limits;

    /* The worker's; read by others. vcrypto_worker_show() says what is in it. */
    _Atomic uint64_t shown;

    /* The worker's, always. */
    struct vcrypto_memory_map *map;
    bool broken; /* and the host knows */
    struct polling polling;
    struct vcrypto_ring_pool pool;
    struct vcrypto_ring_chain chains[WORKER_BATCH];
    struct vcrypto_request requests[WORKER_BATCH];
    struct iovec pieces[WORKER_PIECES];
    uint64_t addresses[WORKER_PIECES];
};

/* vcrypto_worker_attach: find the ring in the present map. */
void vcrypto_worker_attach(struct vcrypto_worker *worker);

/* vcrypto_worker_show: let others see @position. */
void vcrypto_worker_show(struct vcrypto_worker *worker,
                         const struct vcrypto_ring_position *position);

/* vcrypto_worker_serve: serve the ring until the control thread wants attention. */
void vcrypto_worker_serve(struct vcrypto_worker *worker);

/* vcrypto_worker_wanted: whether the control thread wants attention. */
static inline bool vcrypto_worker_wanted(const struct vcrypto_worker *worker)
{
    return atomic_load_explicit(&worker->attention, memory_order_acquire);
}

/* vcrypto_worker_sleep: until the eventfd is written. */
void vcrypto_worker_sleep(struct vcrypto_worker *worker);

#endif
