/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "context.h"

#include <stdlib.h>

#include "vcrypto/lines.h"

struct queue_state *vcrypto_queue_state_new(uint32_t index)
{
    struct queue_state *state;
    size_t rows;

    vcrypto_algorithm_rows(&rows);
    state = vcrypto_lines_alloc(sizeof(*state) + rows * sizeof(state->by_algorithm[0]));
    if (state) {
        pthread_mutex_init(&state->lock, NULL);
        state->index = index;
    }
    return state;
}

static void entry_clear(struct context_entry *entry)
{
    if (entry->context) {
        entry->session->algorithm->engine->context_free(entry->context);
    }
    vcrypto_session_unref(entry->session);
    *entry = (struct context_entry){ 0 };
}

static bool entry_destroyed(const struct context_entry *entry)
{
    return atomic_load_explicit(&entry->session->destroyed, memory_order_seq_cst);
}

static void sweep(struct queue_state *state, bool all)
{
    for (unsigned s = 0; s < CONTEXT_SETS; s++) {
        for (unsigned w = 0; w < CONTEXT_WAYS; w++) {
            struct context_entry *entry = &state->entries[s][w];

            if (entry->session && (all || entry_destroyed(entry))) {
                entry_clear(entry);
            }
        }
    }
}

void vcrypto_queue_state_free(struct queue_state *state)
{
    sweep(state, true);
    vcrypto_bounce_free(&state->bounce);
    pthread_mutex_destroy(&state->lock);
    free(state);
}

/* Consecutive ids, which is what a driver has, fall into different sets. */
static struct context_entry *set_of(struct queue_state *state, uint64_t id)
{
    return state->entries[(id ^ id >> 32) % CONTEXT_SETS];
}

static struct context_entry *victim(struct context_entry *set)
{
    struct context_entry *oldest = &set[0];

    for (unsigned w = 1; w < CONTEXT_WAYS; w++) {
        if (set[w].last_use < oldest->last_use) {
            oldest = &set[w];
        }
    }
    if (oldest->session) {
        entry_clear(oldest);
    }
    return oldest;
}

/*
 * Puts @session, whose reference it takes over, into @entry. Whoever destroys a
 * session marks it and then looks who holds it; here the holder signs first and then
 * looks for the mark: one of the two always sees the other.
 */
static bool entry_fill(struct context_entry *entry, const struct queue_state *state,
                       struct session *session)
{
    entry->session = session;
    atomic_fetch_or_explicit(&session->holders, UINT64_C(1) << state->index,
                             memory_order_seq_cst);
    if (entry_destroyed(entry)) {
        entry_clear(entry);
        return false;
    }
    return true;
}

struct context_entry *vcrypto_queue_state_find(struct queue_state *state,
                                               struct session_table *table, uint64_t id)
{
    struct context_entry *set = set_of(state, id);
    struct context_entry *entry = NULL;
    struct session *session;

    for (unsigned w = 0; w < CONTEXT_WAYS; w++) {
        if (set[w].session && set[w].session->id == id) {
            entry = &set[w];
            break;
        }
    }
    if (entry && entry_destroyed(entry)) {
        entry_clear(entry);
        return NULL;
    }
    if (!entry) {
        session = vcrypto_session_table_get(table, id);
        if (!session) {
            return NULL;
        }
        entry = victim(set);
        if (!entry_fill(entry, state, session)) {
            return NULL;
        }
    }
    entry->last_use = ++state->clock;
    return entry;
}

void *vcrypto_context_entry_context(struct context_entry *entry)
{
    const struct session *session = entry->session;

    if (!entry->context) {
        const struct vcrypto_keying keying = {
            .algorithm = session->algorithm,
            .key_index = session->key_index,
            .key = session->key,
            .key_len = session->key_len,
            .direction = session->direction,
        };

        entry->context = session->algorithm->engine->context_new(&keying);
    }
    return entry->context;
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

void vcrypto_queue_state_forget(struct queue_state *state)
{
    atomic_store_explicit(&state->stale, true, memory_order_seq_cst);
    forget_pending(state);
}

void vcrypto_queue_state_enter(struct queue_state *state)
{
    pthread_mutex_lock(&state->lock);
}

void vcrypto_queue_state_leave(struct queue_state *state)
{
    pthread_mutex_unlock(&state->lock);
    forget_pending(state);
}
