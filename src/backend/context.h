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
#include "throttle.h"

#define CONTEXT_SETS 64
#define CONTEXT_WAYS 4

/* Keys of stateless requests whose contexts are kept, in case they are seen again. */
#define STATELESS_ENTRIES 16

struct counters;

struct context_entry {
    struct session *session;       /* a reference; NULL: the entry is empty */
    void *contexts[SESSION_PARTS]; /* each NULL until a request needs it */
    void *multi_key;               /* likewise, of the first part */
    unsigned least; /* requests from which on they are faster together; 0: never */
    struct counters *counters; /* of its algorithm */
    unsigned deferred; /* requests that are to be run together: until then it stays */
    uint32_t slowest[VCRYPTO_OPERATIONS]; /* AKCIPHER, by operation: what one took at
                                           * most, in us; 0: there was none */
    uint64_t last_use;
};

/* As struct vcrypto_counters; written by the queue's thread only, so never contended.
 */
struct counters {
    _Atomic uint64_t requests;
    _Atomic uint64_t bytes;
    _Atomic uint64_t statuses[VCRYPTO_STATUS_COUNT];
};

/* Requests of one operation that found their sessions. */
struct operation_counters {
    _Atomic uint64_t requests;
    _Atomic uint64_t bytes;
};

struct queue_state {
    pthread_mutex_t lock;
    atomic_bool leave;  /* a request that takes long is to be left */
    atomic_bool stale;  /* a session that may be in here was destroyed */
    atomic_bool traces; /* and may have left some on the stack of the queue's thread */
    uint32_t index;
    uint64_t clock;
    struct vcrypto_bounce bounce; /* for engines, */
    struct vcrypto_bounce result; /* for results that are too long for the stack, */
    struct vcrypto_bounce image;  /* and for all that a chain works on */
    uint64_t copies; /* that engines and chains made for requests that were counted */
    struct context_entry entries[CONTEXT_SETS][CONTEXT_WAYS];

    atomic_bool drop_stateless; /* the device was reset */
    struct session *probe; /* a stateless request's keys while they are looked up */
    struct context_entry stateless[STATELESS_ENTRIES];

    struct group *group; /* NULL: every request is done alone */

    struct throttle_turn turn; /* of the queue's thread, without the lock */

    struct operation_counters by_operation[VCRYPTO_SERVICE_COUNT][VCRYPTO_OPERATIONS];
    _Atomic uint64_t batches;
    _Atomic uint64_t bounces;
    _Atomic uint64_t together;
    struct counters unassigned;
    struct counters by_algorithm[]; /* in the order of the algorithm table */
};

/*
 * vcrypto_queue_state_new: the state of queue @index, on cache lines of its own. The
 * keys of a stateless request have at most @max_keys bytes. @multi: what does requests
 * together, or NULL. NULL: no memory.
 */
struct queue_state *vcrypto_queue_state_new(uint32_t index, uint32_t max_keys,
                                            const struct vcrypto_multi_engine *multi);

void vcrypto_queue_state_free(struct queue_state *state);

/*
 * vcrypto_queue_state_find: the entry of session @id, made from @table where there is
 * none. VCRYPTO_INVSESS: the session does not exist (any more). *@entry is NULL with
 * VCRYPTO_OK where there is no room for it, because requests are put off with all that
 * could go: after vcrypto_group_run() there is. With the lock held.
 */
enum vcrypto_status vcrypto_queue_state_find(struct queue_state *state,
                                             struct session_table *table, uint64_t id,
                                             struct context_entry **entry);

/*
 * vcrypto_queue_state_stateless: the entry for a stateless request's @params, with the
 * algorithms @rows, as vcrypto_session_fill() takes them. On VCRYPTO_OK it is in
 * *@entry until the next call, or NULL where there is no room, as above; and a request
 * with the same keys finds it again soon after. With the lock held.
 */
enum vcrypto_status vcrypto_queue_state_stateless(
    struct queue_state *state, const struct vcrypto_session_params *params,
    const struct vcrypto_algorithm *const *rows, struct context_entry **entry);

/*
 * vcrypto_context_entry_context: the engine's context for a part of the entry's
 * session, made where there is none. NULL: no memory, or the library refuses. With the
 * lock held.
 */
void *vcrypto_context_entry_context(struct context_entry *entry, unsigned part);

/* vcrypto_context_entry_multi_key: likewise, the multi-buffer engine's key for the
 * first part of an entry whose requests it does. */
void *vcrypto_context_entry_multi_key(const struct queue_state *state,
                                      struct context_entry *entry);

/* vcrypto_queue_state_counters: where @session's requests are counted. */
struct counters *vcrypto_queue_state_counters(struct queue_state *state,
                                              const struct session *session);

/* vcrypto_queue_state_count: a request that is done. @entry: NULL if it had none. */
void vcrypto_queue_state_count(struct queue_state *state,
                               const struct context_entry *entry,
                               const struct vcrypto_request *request);

/* vcrypto_queue_state_count_operation: a request that is begun with its session. */
void vcrypto_queue_state_count_operation(struct queue_state *state,
                                         const struct vcrypto_request *request);

/* vcrypto_queue_state_count_together: @count requests that were done side by side. */
void vcrypto_queue_state_count_together(struct queue_state *state, size_t count);

void vcrypto_queue_state_count_batch(struct queue_state *state);

/* vcrypto_queue_state_clear_statistics: nothing was done so far. No request is running.
 */
void vcrypto_queue_state_clear_statistics(struct queue_state *state);

/*
 * vcrypto_queue_state_forget: let go of destroyed sessions, and if @stateless of all
 * keys of stateless requests, now or when the batch has ended.
 */
void vcrypto_queue_state_forget(struct queue_state *state, bool stateless);

/* vcrypto_queue_state_enter, vcrypto_queue_state_leave: around a batch, by the queue's
 * thread. */
void vcrypto_queue_state_enter(struct queue_state *state);
void vcrypto_queue_state_leave(struct queue_state *state);

#endif
