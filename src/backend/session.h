/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sessions, and the table that finds them by number.
 *
 * A session never changes once it is made, but for the mark that it was destroyed:
 * what requests change while they run is kept elsewhere (context.h). It is
 * reference-counted, so destroying it neither waits for the requests that use it
 * nor pulls it from under them.
 */
#ifndef VCRYPTO_BACKEND_SESSION_H
#define VCRYPTO_BACKEND_SESSION_H

#include <pthread.h>
#include <stdatomic.h>

#include "vcrypto/algorithm.h"

struct session {
    atomic_uint references;
    atomic_bool destroyed;
    _Atomic uint64_t holders; /* bit n: queue n may keep a context of it */

    uint64_t id;
    enum vcrypto_service service;
    uint32_t op_type;
    const struct vcrypto_algorithm *algorithm;
    enum vcrypto_direction direction;
    unsigned key_index; /* into algorithm->keys */
    uint32_t key_len;
    uint8_t key[];
};

/* vcrypto_session_new: a session with one reference; @key_len bytes of room for its
 * key. */
struct session *vcrypto_session_new(uint32_t key_len);

void vcrypto_session_unref(struct session *session);

/*
 * The table. An id is the slot's number plus 1 in the low half and, in the high
 * half, how often the slot was used before: an id that is gone stays gone, although
 * its slot is used again at once, and 0 is never one.
 */
struct session_slot {
    struct session *session;
    uint32_t generation;
    uint32_t next_free;
};

struct session_table {
    pthread_mutex_t lock;
    struct session_slot *slots;
    uint32_t capacity; /* slots there is memory for */
    uint32_t used;     /* slots that were ever used */
    uint32_t max;
    uint32_t live;
    uint32_t first_free; /* list of slots to use again */
};

void vcrypto_session_table_init(struct session_table *table, uint32_t max);

/* vcrypto_session_table_fini: the table is empty already. */
void vcrypto_session_table_fini(struct session_table *table);

/*
 * vcrypto_session_table_add: number @session and keep it. On VCRYPTO_OK the table has
 * taken over the caller's reference; otherwise (VCRYPTO_NOSPC, VCRYPTO_ERR: no memory)
 * not.
 */
enum vcrypto_status vcrypto_session_table_add(struct session_table *table,
                                              struct session *session);

/* vcrypto_session_table_get: session @id with a reference for the caller, or NULL. */
struct session *vcrypto_session_table_get(struct session_table *table, uint64_t id);

/*
 * vcrypto_session_table_remove: take session @id out and mark it destroyed. Returns it
 * with the table's reference, or NULL if there is none.
 */
struct session *vcrypto_session_table_remove(struct session_table *table, uint64_t id);

/*
 * vcrypto_session_table_remove_next: the same for the first session at or after slot
 * *@slot, which starts at 0 and is moved on; NULL when there are no more.
 */
struct session *vcrypto_session_table_remove_next(struct session_table *table,
                                                  uint32_t *slot);

uint32_t vcrypto_session_table_live(struct session_table *table);

#endif
