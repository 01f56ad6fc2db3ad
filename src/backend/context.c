/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "context.h"

#include <stdlib.h>
#include <string.h>

#include "vcrypto/lines.h"

#include "group.h"

static void state_free(struct queue_state *state)
{
    vcrypto_group_free(state->group);
    if (state->probe) {
        vcrypto_session_unref(state->probe);
    }
    free(state);
}

struct queue_state *vcrypto_queue_state_new(uint32_t index, uint32_t max_keys,
                                            const struct vcrypto_multi_engine *multi)
{
    struct queue_state *state;
    size_t rows;

    vcrypto_algorithm_rows(&rows);
    state = vcrypto_lines_alloc(sizeof(*state) + rows * sizeof(state->by_algorithm[0]));
    if (!state) {
        return NULL;
    }
    state->probe = vcrypto_session_new(max_keys);
    state->group = multi ? vcrypto_group_new(multi) : NULL;
    if (!state->probe || (multi && !state->group)) {
        state_free(state);
        return NULL;
    }
    pthread_mutex_init(&state->lock, NULL);
    state->index = index;
    return state;
}

/* Nothing is put off with the entry. */
static void entry_clear(struct queue_state *state, struct context_entry *entry)
{
    if (entry->multi_key) {
        state->group->engine->key_free(entry->multi_key);
    }
    for (unsigned i = 0; i < SESSION_PARTS; i++) {
        if (entry->contexts[i]) {
            entry->session->kind.parts[i].algorithm->engine->context_free(
                entry->contexts[i]);
        }
    }
    vcrypto_session_unref(entry->session);
    *entry = (struct context_entry){ 0 };
}

static bool entry_destroyed(const struct context_entry *entry)
{
    return atomic_load_explicit(&entry->session->destroyed, memory_order_seq_cst);
}

static void sweep_stateless(struct queue_state *state)
{
    for (unsigned i = 0; i < STATELESS_ENTRIES; i++) {
        if (state->stateless[i].session) {
            entry_clear(state, &state->stateless[i]);
        }
    }
}

static void sweep(struct queue_state *state, bool all)
{
    if (atomic_exchange_explicit(&state->drop_stateless, false, memory_order_seq_cst) ||
        all) {
        sweep_stateless(state);
    }
    for (unsigned s = 0; s < CONTEXT_SETS; s++) {
        for (unsigned w = 0; w < CONTEXT_WAYS; w++) {
            struct context_entry *entry = &state->entries[s][w];

            if (entry->session && (all || entry_destroyed(entry))) {
                entry_clear(state, entry);
            }
        }
    }
}

void vcrypto_queue_state_free(struct queue_state *state)
{
    sweep(state, true);
    vcrypto_bounce_free(&state->bounce);
    vcrypto_bounce_free(&state->result);
    vcrypto_bounce_free(&state->image);
    pthread_mutex_destroy(&state->lock);
    state_free(state);
}

/* Consecutive ids, which is what a driver has, fall into different sets. */
static struct context_entry *set_of(struct queue_state *state, uint64_t id)
{
    return state->entries[(id ^ id >> 32) % CONTEXT_SETS];
}

/* Makes room in the place of what was not used for longest. NULL: all are in use. */
static struct context_entry *victim(struct queue_state *state,
                                    struct context_entry *set, unsigned ways)
{
    struct context_entry *oldest = NULL;

    for (unsigned w = 0; w < ways; w++) {
        if (!set[w].deferred && (!oldest || set[w].last_use < oldest->last_use)) {
            oldest = &set[w];
        }
    }
    if (oldest && oldest->session) {
        entry_clear(state, oldest);
    }
    return oldest;
}

/* What can be told of an entry's session once for all its requests. */
static void entry_begin(struct queue_state *state, struct context_entry *entry,
                        struct session *session)
{
    entry->session = session;
    entry->least = vcrypto_group_least(state->group, session);
    entry->counters = vcrypto_queue_state_counters(state, session);
}

/*
 * Puts @session, whose reference it takes over, into @entry. Whoever destroys a
 * session marks it and then looks who holds it; here the holder signs first and then
 * looks for the mark: one of the two always sees the other.
 */
static bool entry_fill(struct queue_state *state, struct context_entry *entry,
                       struct session *session)
{
    entry_begin(state, entry, session);
    atomic_fetch_or_explicit(&session->holders, UINT64_C(1) << state->index,
                             memory_order_seq_cst);
    if (entry_destroyed(entry)) {
        entry_clear(state, entry);
        return false;
    }
    return true;
}

static struct context_entry *find(struct context_entry *set, uint64_t id)
{
    for (unsigned w = 0; w < CONTEXT_WAYS; w++) {
        if (set[w].session && set[w].session->id == id) {
            return &set[w];
        }
    }
    return NULL;
}

/* Makes an entry for a session that has none. NULL with VCRYPTO_OK: there is no room.
 */
static enum vcrypto_status add(struct queue_state *state, struct session_table *table,
                               uint64_t id, struct context_entry **entry)
{
    struct session *session = vcrypto_session_table_get(table, id);

    if (!session) {
        return VCRYPTO_INVSESS;
    }
    *entry = victim(state, set_of(state, id), CONTEXT_WAYS);
    if (!*entry) {
        vcrypto_session_unref(session);
        return VCRYPTO_OK;
    }
    return entry_fill(state, *entry, session) ? VCRYPTO_OK : VCRYPTO_INVSESS;
}

/* An entry whose session is gone is cleared when the batch has ended: requests that are
 * put off may need it. */
enum vcrypto_status vcrypto_queue_state_find(struct queue_state *state,
                                             struct session_table *table, uint64_t id,
                                             struct context_entry **entry)
{
    enum vcrypto_status status = VCRYPTO_OK;

    *entry = find(set_of(state, id), id);
    if (!*entry) {
        status = add(state, table, id, entry);
    } else if (entry_destroyed(*entry)) {
        status = VCRYPTO_INVSESS;
    }
    if (status == VCRYPTO_OK && *entry) {
        (*entry)->last_use = ++state->clock;
    }
    return status;
}

/* Processes of one guest share a queue: none is to learn another's keys by guessing
 * them part by part. How long they are is part of the kind. */
static bool same_session(const struct session *a, const struct session *b)
{
    return vcrypto_secret_equal(&a->kind, &b->kind, sizeof(a->kind)) &&
           vcrypto_secret_equal(a->keys, b->keys, vcrypto_session_keys_len(a));
}

static struct context_entry *find_stateless(struct queue_state *state)
{
    for (unsigned i = 0; i < STATELESS_ENTRIES; i++) {
        struct context_entry *entry = &state->stateless[i];

        if (entry->session && same_session(entry->session, state->probe)) {
            return entry;
        }
    }
    return NULL;
}

/* Makes an entry of what the probe holds. NULL with VCRYPTO_OK: there is no room. */
static enum vcrypto_status add_stateless(struct queue_state *state,
                                         struct context_entry **entry)
{
    uint32_t keys_len = vcrypto_session_keys_len(state->probe);
    struct context_entry *place = victim(state, state->stateless, STATELESS_ENTRIES);
    struct session *session;

    if (!place) {
        return VCRYPTO_OK;
    }
    session = vcrypto_session_new(keys_len);
    if (!session) {
        return VCRYPTO_ERR;
    }
    session->kind = state->probe->kind;
    memcpy(session->keys, state->probe->keys, keys_len);
    entry_begin(state, place, session);
    *entry = place;
    return VCRYPTO_OK;
}

enum vcrypto_status vcrypto_queue_state_stateless(
    struct queue_state *state, const struct vcrypto_session_params *params,
    const struct vcrypto_algorithm *const *rows, struct context_entry **entry)
{
    uint64_t keys_len = (uint64_t)params->key_len + params->auth_key_len;
    enum vcrypto_status status;

    if (keys_len > state->probe->room) {
        return VCRYPTO_ERR;
    }
    status = vcrypto_session_fill(state->probe, params, rows);
    if (status == VCRYPTO_OK) {
        *entry = find_stateless(state);
        if (!*entry) {
            status = add_stateless(state, entry);
        }
        if (status == VCRYPTO_OK && *entry) {
            (*entry)->last_use = ++state->clock;
        }
    }
    vcrypto_secret_wipe(state->probe->keys, (size_t)keys_len);
    return status;
}

void *vcrypto_context_entry_context(struct context_entry *entry, unsigned part)
{
    if (!entry->contexts[part]) {
        entry->contexts[part] = vcrypto_session_context(entry->session, part);
    }
    return entry->contexts[part];
}

void *vcrypto_context_entry_multi_key(const struct queue_state *state,
                                      struct context_entry *entry)
{
    struct vcrypto_keying keying;

    if (!entry->multi_key) {
        vcrypto_session_keying(entry->session, SESSION_MAIN, &keying);
        entry->multi_key = state->group->engine->key_new(&keying);
    }
    return entry->multi_key;
}

/*
 * Sweeps while there is reason to and nobody else holds the lock. The flag is set
 * before the lock is tried, and looked at again after it is given back, so whoever
 * fails to get it leaves the work to one that will see the flag.
 */
static void forget_pending(struct queue_state *state)
{
    while (atomic_load_explicit(&state->stale, memory_order_seq_cst) &&
           pthread_mutex_trylock(&state->lock) == 0) {
        atomic_store_explicit(&state->stale, false, memory_order_seq_cst);
        sweep(state, false);
        pthread_mutex_unlock(&state->lock);
    }
}

void vcrypto_queue_state_forget(struct queue_state *state, bool stateless)
{
    if (stateless) {
        atomic_store_explicit(&state->drop_stateless, true, memory_order_seq_cst);
    }
    atomic_store_explicit(&state->traces, true, memory_order_relaxed);
    atomic_store_explicit(&state->stale, true, memory_order_seq_cst);
    forget_pending(state);
}

void vcrypto_queue_state_enter(struct queue_state *state)
{
    pthread_mutex_lock(&state->lock);
}

/* A queue that always has something to do wipes its stack here, others when they rest.
 */
void vcrypto_queue_state_leave(struct queue_state *state)
{
    pthread_mutex_unlock(&state->lock);
    forget_pending(state);
    if (atomic_load_explicit(&state->traces, memory_order_relaxed)) {
        atomic_store_explicit(&state->traces, false, memory_order_relaxed);
        vcrypto_secret_wipe_stack();
    }
}
