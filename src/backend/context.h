/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What one data queue keeps while it serves requests: engine contexts of the sessions
 * it used lately, and a bounce buffer. Bounded, because a guest chooses how many
 * sessions there are; not shared, because contexts change while requests run.
 *
 * @lock is held by the queue's thread for a batch at a time. The control thread only
 * tries it, to forget destroyed sessions: where a batch is running, the queue's
 * thread does that itself when the batch has ended.
 */
#ifndef VCRYPTO_BACKEND_CONTEXT_H
#define VCRYPTO_BACKEND_CONTEXT_H

#include "session.h"

#define CONTEXT_SETS 64
#define CONTEXT_WAYS 4

struct context_entry {
    struct session *session; /* a reference; NULL: the entry is empty */
    void *context;           /* NULL until a request needs it */
    uint64_t last_use;
};

/* As struct vcrypto_counters; written by the queue's thread only, so never contended.
 */
struct counters {
    _Atomic uint64_t requests;
    _Atomic uint64_t bytes;
    _Atomic uint64_t statuses[VCRYPTO_STATUS_COUNT];
};

struct queue_state {
    pthread_mutex_t lock;
    atomic_bool stale; /* a session that may be in here was destroyed */
    uint32_t index;
    uint64_t clock;
    struct vcrypto_bounce bounce;
    struct context_entry entries[CONTEXT_SETS][CONTEXT_WAYS];

    _Atomic uint64_t batches;
    _Atomic uint64_t bounces;
    struct counters unassigned;
    struct counters by_algorithm[]; /* in the order of the algorithm table */
};

/*
 * vcrypto_queue_state_new: the state of queue @index, on cache lines of its own. NULL:
 * no memory.
 */
struct queue_state *vcrypto_queue_state_new(uint32_t index);

void vcrypto_queue_state_free(struct queue_state *state);

/*
 * vcrypto_queue_state_find: the entry of session @id, made from @table where there is
 * none. NULL if the session does not exist (any more). With the lock held.
 */
struct context_entry *vcrypto_queue_state_find(struct queue_state *state,
                                               struct session_table *table,
                                               uint64_t id);

/*
 * vcrypto_context_entry_context: the engine's context for the entry's session, made
 * where there is none. NULL: no memory, or the library refuses. With the lock held.
 */
void *vcrypto_context_entry_context(struct context_entry *entry);

/* vcrypto_queue_state_forget: let go of destroyed sessions, now or when the batch has
 * ended. */
void vcrypto_queue_state_forget(struct queue_state *state);

/* vcrypto_queue_state_enter, vcrypto_queue_state_leave: around a batch, by the queue's
 * thread. */
void vcrypto_queue_state_enter(struct queue_state *state);
void vcrypto_queue_state_leave(struct queue_state *state);

#endif
