/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A worker: the thread that serves one data queue, from a ring in guest memory to the
 * backend and back. An in-process vhost: it knows guest memory by a map alone, and
 * never calls its host but through the functions of struct vcrypto_worker_host, none
 * of which may wait for anything that the host's other threads hold.
 *
 * Functions here are called by one control thread at a time (in QEMU: whoever has the
 * big lock), unless they say otherwise.
 */
#ifndef VCRYPTO_WORKER_H
#define VCRYPTO_WORKER_H

#include <sys/types.h>

#include "vcrypto/memory-map.h"
#include "vcrypto/ring.h"
#include "vcrypto/serve.h"

struct vcrypto_worker;

/** What the surroundings do for a worker; called from its thread. */
struct vcrypto_worker_host {
    /* Around the thread's life: what a host wants of its threads. May be NULL. */
    void (*thread_begin)(void *opaque);
    void (*thread_end)(void *opaque);
    /* The driver wants to be told of used entries. */
    void (*notify)(void *opaque);
    /* The ring is broken, or the device halted; it is not served again until it is
     * started anew. */
    void (*fault)(void *opaque);
    /* There may have been a kick while there was no ring to serve. */
    void (*stray_kick)(void *opaque);
    /* After requests were answered: vcrypto_worker_position() says something new. To be
     * quick. May be NULL. */
    void (*moved)(void *opaque);
};

/** What a worker is made with. */
struct vcrypto_worker_config {
    /* Outlives the worker. Its limits are copied when a ring is started: the control
     * thread may change them then, and at any time. */
    const struct vcrypto_service_point *point;
    uint32_t queue;
    uint32_t device; /* in the name of its thread: "vcrypto<device>-<queue>" */
    /* How long an empty ring is watched before the thread sleeps, in nanoseconds; may
     * be changed by the control thread while the worker runs. Outlives the worker. */
    const _Atomic uint64_t *poll_max_ns;
    /* Whether the host has given up the whole device: no more is taken from the ring
     * then, and @fault is called. Any thread may set it at any time. Outlives the
     * worker; NULL: never. */
    const bool *halted;
    const struct vcrypto_worker_host *host; /* static */
    void *opaque;                           /* for the host's functions */
};

/**
 * vcrypto_worker_new: a worker, its thread asleep with no ring and no memory.
 *
 * @config is copied. Returns NULL if a thread, a descriptor or memory is not to be had;
 * errno says why. The caller owns the worker.
 */
struct vcrypto_worker *vcrypto_worker_new(const struct vcrypto_worker_config *config);

/**
 * vcrypto_worker_free: stop the worker and end its thread; NULL is allowed.
 *
 * Returns as vcrypto_worker_stop() does.
 */
void vcrypto_worker_free(struct vcrypto_worker *worker);

/**
 * vcrypto_worker_kick_fd: the eventfd whose writers wake the worker.
 *
 * Valid as long as the worker; not to be read or closed. Any thread.
 */
int vcrypto_worker_kick_fd(const struct vcrypto_worker *worker);

/** vcrypto_worker_kick: tell the worker to look at its ring. Any thread. */
void vcrypto_worker_kick(struct vcrypto_worker *worker);

/** vcrypto_worker_thread_id: the kernel's number of its thread. Any thread. */
pid_t vcrypto_worker_thread_id(const struct vcrypto_worker *worker);

/**
 * vcrypto_worker_position: where the ring stands, to be shown to somebody.
 *
 * As it was when requests were answered last, others of the same batch taken and not
 * answered yet; before the first, where serving began. Whoever is called by @moved, or
 * by somebody whom that wakes, sees no older one. Any thread.
 */
void vcrypto_worker_position(const struct vcrypto_worker *worker,
                             struct vcrypto_ring_position *position);

/**
 * vcrypto_worker_set_memory: replace the map of guest memory; takes a reference.
 *
 * Does not wait: the worker may use the old map until its present request has ended,
 * and lets go of it then. NULL: no memory at all. Rings and data are looked up anew.
 */
void vcrypto_worker_set_memory(struct vcrypto_worker *worker,
                               struct vcrypto_memory_map *map);

/**
 * vcrypto_worker_start: serve the ring that @setup describes, from @position on.
 *
 * Does nothing if a ring is being served already. What is in the ring is served without
 * a kick. Returns false if the ring cannot be what it says (see vcrypto_ring_init()).
 */
bool vcrypto_worker_start(struct vcrypto_worker *worker,
                          const struct vcrypto_ring_setup *setup,
                          const struct vcrypto_ring_position *position);

/**
 * vcrypto_worker_stop_begin: as vcrypto_worker_stop(), which must follow, without the
 * wait: so that several workers end their present requests at the same time.
 *
 * Does nothing if no ring is being served.
 */
void vcrypto_worker_stop_begin(struct vcrypto_worker *worker);

/**
 * vcrypto_worker_stop: serve no more; *@position is where the next one goes on.
 *
 * Returns within 200 ms: what was not begun stays in the ring, what was is completed in
 * it; but for what takes longer, see vcrypto_backend_leave(). Nothing else is written
 * to the ring if its memory was taken away before. Returns false, with
 * @position untouched, if no ring is being served. May be called any number of times.
 */
bool vcrypto_worker_stop(struct vcrypto_worker *worker,
                         struct vcrypto_ring_position *position);

#endif
