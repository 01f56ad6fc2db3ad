/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table that finds sessions by number. */
#include "session.h"

#include <stdlib.h>

#define NO_SLOT    UINT32_MAX
#define FIRST_SIZE 64

void vcrypto_session_table_init(struct session_table *table, uint32_t max)
{
    *table = (struct session_table){ .max = max, .first_free = NO_SLOT };
    pthread_mutex_init(&table->lock, NULL);
}

void vcrypto_session_table_fini(struct session_table *table)
{
    pthread_mutex_destroy(&table->lock);
    free(table->slots);
}

/* Makes room for @count slots; the table grows with use, not with its limit. */
static bool grow(struct session_table *table, uint32_t count)
{
    uint32_t capacity = table->capacity ? table->capacity : FIRST_SIZE;
    struct session_slot *slots;

    if (count <= table->capacity) {
        return true;
    }
    while (capacity < count) {
        capacity *= 2;
    }
    slots = reallocarray(table->slots, capacity, sizeof(*slots));
    if (!slots) {
        return false;
    }
    table->slots = slots;
    table->capacity = capacity;
    return true;
}

static uint32_t take_slot(struct session_table *table)
{
    uint32_t slot = table->first_free;

    if (slot != NO_SLOT) {
        table->first_free = table->slots[slot].next_free;
    } else if (table->used < table->max && grow(table, table->used + 1)) {
        slot = table->used++;
        table->slots[slot] = (struct session_slot){ .generation = 0 };
    }
    return slot;
}

/* keeps: DES-2 */
static void give_slot(struct session_table *table, uint32_t slot)
{
    table->slots[slot].generation++;
    table->slots[slot].next_free = table->first_free;
    table->first_free = slot;
}

enum vcrypto_status vcrypto_session_table_add(struct session_table *table,
                                              struct session *session)
{
    enum vcrypto_status status = VCRYPTO_OK;
    uint32_t slot;

    pthread_mutex_lock(&table->lock);
    slot = take_slot(table);
    if (slot == NO_SLOT) {
        status = table->live == table->max ? VCRYPTO_NOSPC : VCRYPTO_ERR;
    } else {
        session->id = ((uint64_t)table->slots[slot].generation << 32) | (slot + 1);
        table->slots[slot].session = session;
        table->live++;
    }
    pthread_mutex_unlock(&table->lock);
    return status;
}

/* The slot of live session @id, or NO_SLOT. */
static uint32_t find_slot(const struct session_table *table, uint64_t id)
{
    uint32_t slot = (uint32_t)id - 1;

    if (slot < table->used && table->slots[slot].session &&
        table->slots[slot].session->id == id) {
        return slot;
    }
    return NO_SLOT;
}

struct session *vcrypto_session_table_get(struct session_table *table, uint64_t id)
{
    struct session *session = NULL;
    uint32_t slot;

    pthread_mutex_lock(&table->lock);
    slot = find_slot(table, id);
    if (slot != NO_SLOT) {
        session = table->slots[slot].session;
        atomic_fetch_add_explicit(&session->references, 1, memory_order_relaxed);
    }
    pthread_mutex_unlock(&table->lock);
    return session;
}

static struct session *remove_slot(struct session_table *table, uint32_t slot)
{
    struct session *session = table->slots[slot].session;

    atomic_store_explicit(&session->destroyed, true, memory_order_seq_cst);
    table->slots[slot].session = NULL;
    table->live--;
    give_slot(table, slot);
    return session;
}

struct session *vcrypto_session_table_remove(struct session_table *table, uint64_t id)
{
    struct session *session = NULL;
    uint32_t slot;

    pthread_mutex_lock(&table->lock);
    slot = find_slot(table, id);
    if (slot != NO_SLOT) {
        session = remove_slot(table, slot);
    }
    pthread_mutex_unlock(&table->lock);
    return session;
}

struct session *vcrypto_session_table_remove_next(struct session_table *table,
                                                  uint32_t *slot)
{
    struct session *session = NULL;

    pthread_mutex_lock(&table->lock);
    for (; !session && *slot < table->used; ++*slot) {
        if (table->slots[*slot].session) {
            session = remove_slot(table, *slot);
        }
    }
    pthread_mutex_unlock(&table->lock);
    return session;
}

uint32_t vcrypto_session_table_live(struct session_table *table)
{
    uint32_t live;

    pthread_mutex_lock(&table->lock);
    live = table->live;
    pthread_mutex_unlock(&table->lock);
    return live;
}

/* keeps: DES-2 */
/* Slot @slot, which has no session, with those before it, and with a generation that is
 * not below @generation. */
static enum vcrypto_status reach(struct session_table *table, uint32_t slot,
                                 uint32_t generation)
{
    if (slot >= table->max) {
        return VCRYPTO_NOSPC;
    }
    if (!grow(table, slot + 1)) {
        return VCRYPTO_ERR;
    }
    for (; table->used <= slot; table->used++) {
        table->slots[table->used] = (struct session_slot){ .generation = 0 };
    }
    if (table->slots[slot].session) {
        return VCRYPTO_INVSESS;
    }
    if (table->slots[slot].generation < generation) {
        table->slots[slot].generation = generation;
    }
    return VCRYPTO_OK;
}

enum vcrypto_status vcrypto_session_table_put(struct session_table *table,
                                              struct session *session, uint64_t id,
                                              uint32_t generation)
{
    uint32_t slot = (uint32_t)id - 1;
    enum vcrypto_status status;

    pthread_mutex_lock(&table->lock);
    status = reach(table, slot, generation);
    if (status == VCRYPTO_OK) {
        session->id = id;
        table->slots[slot].session = session;
        table->live++;
    }
    pthread_mutex_unlock(&table->lock);
    return status;
}

enum vcrypto_status vcrypto_session_table_spend(struct session_table *table,
                                                uint32_t slot, uint32_t generation)
{
    enum vcrypto_status status;

    pthread_mutex_lock(&table->lock);
    status = reach(table, slot, generation);
    pthread_mutex_unlock(&table->lock);
    return status;
}

void vcrypto_session_table_settle(struct session_table *table)
{
    pthread_mutex_lock(&table->lock);
    table->first_free = NO_SLOT;
    for (uint32_t slot = table->used; slot-- > 0;) {
        if (!table->slots[slot].session) {
            table->slots[slot].next_free = table->first_free;
            table->first_free = slot;
        }
    }
    pthread_mutex_unlock(&table->lock);
}
