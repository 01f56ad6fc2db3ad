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

#include "vcrypto/backend.h"

/* One algorithm of a session: its only one, or one of a chain's two. */
struct session_part {
    const struct vcrypto_algorithm *algorithm; /* NULL: there is no second */
    unsigned key_index;                        /* into algorithm->keys */
    uint32_t key_len;
};

enum {
    SESSION_MAIN, /* of a chain, the cipher */
    SESSION_AUTH, /* a chain's hash or MAC */
    SESSION_PARTS
};

/* What is the same in all sessions that do the same with the same keys. Zeroed before
 * it is filled in, so that two can be compared as bytes. */
struct session_kind {
    enum vcrypto_service service;
    uint32_t op_type;
    enum vcrypto_direction direction;
    struct session_part parts[SESSION_PARTS];
    uint32_t result_len; /* 0: the natural length */
    uint32_t tag_len;
    uint32_t chain_order;
    struct vcrypto_akcipher_options akcipher;
};

struct session {
    atomic_uint references;
    atomic_bool destroyed;
    _Atomic uint64_t holders; /* bit n: queue n may keep a context of it */

    uint64_t id; /* 0: of a stateless request */
    struct session_kind kind;
    uint32_t room;  /* bytes of */
    uint8_t keys[]; /* the first part's key, then the second's */
};

/* vcrypto_session_new: a session with one reference; @room bytes for its keys. NULL: no
 * memory. */
struct session *vcrypto_session_new(uint32_t room);

/* vcrypto_session_offered: whether @config leaves @algorithm to drivers, whatever
 * libraries have of it. */
bool vcrypto_session_offered(const struct vcrypto_backend_config *config,
                             const struct vcrypto_algorithm *algorithm);

/*
 * vcrypto_session_rows: the algorithms that @params name, the second NULL unless there
 * are two. VCRYPTO_NOTSUPP: one of them is not offered with @config.
 */
enum vcrypto_status
vcrypto_session_rows(const struct vcrypto_session_params *params,
                     const struct vcrypto_backend_config *config,
                     const struct vcrypto_algorithm *rows[SESSION_PARTS]);

/*
 * vcrypto_session_fill: make @session, whose room is large enough, what @params ask
 * for, with the algorithms @rows. Reads the keys out of guest memory, once.
 * VCRYPTO_ERR: the algorithm does not take such sizes, or such a key.
 */
enum vcrypto_status vcrypto_session_fill(struct session *session,
                                         const struct vcrypto_session_params *params,
                                         const struct vcrypto_algorithm *const *rows);

/* vcrypto_session_keying: what an engine is told of one part's key, which stays the
 * session's. */
void vcrypto_session_keying(const struct session *session, unsigned part,
                            struct vcrypto_keying *keying);

/* vcrypto_session_context: an engine's context for one part. NULL: no memory, or the
 * library refuses the key. */
void *vcrypto_session_context(const struct session *session, unsigned part);

/* vcrypto_session_key_accepted: whether the library takes the key, where nobody else
 * can tell. */
bool vcrypto_session_key_accepted(const struct session *session);

/* vcrypto_session_keys_len: how many bytes of its room @session uses. */
static inline uint32_t vcrypto_session_keys_len(const struct session *session)
{
    return session->kind.parts[SESSION_MAIN].key_len +
           session->kind.parts[SESSION_AUTH].key_len;
}

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

/*
 * For a table that is empty, and is to become what another was:
 * vcrypto_session_table_put keeps @session as number @id, and
 * vcrypto_session_table_spend makes sure that slot
 * @slot, which has no session, is not used for less than @generation; in the end
 * vcrypto_session_table_settle finds the slots that are free. Nothing else is done with
 * the table in between, but taking sessions out.
 *
 * VCRYPTO_OK: of put, the table has taken over the caller's reference. VCRYPTO_NOSPC:
 * the table has no such slot; VCRYPTO_INVSESS: it has a session; VCRYPTO_ERR: no
 * memory.
 */
enum vcrypto_status vcrypto_session_table_put(struct session_table *table,
                                              struct session *session, uint64_t id,
                                              uint32_t generation);
enum vcrypto_status vcrypto_session_table_spend(struct session_table *table,
                                                uint32_t slot, uint32_t generation);
void vcrypto_session_table_settle(struct session_table *table);

#endif
