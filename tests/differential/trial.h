/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Requests of one algorithm, or chain of two, as a group; what the backend answers is
 * compared with the reference, byte by byte.
 */
#ifndef VCRYPTO_TESTS_DIFFERENTIAL_TRIAL_H
#define VCRYPTO_TESTS_DIFFERENTIAL_TRIAL_H

#include "differential/inputs.h"
#include "vcrypto/backend.h"

#define TRIAL_GROUP VCRYPTO_MULTI_MAX
#define TRIAL_KEYS  4

enum trial_cut {
    TRIAL_WHOLE,
    TRIAL_PIECES, /* few, anywhere */
    TRIAL_SHREDS, /* many, most shorter than a block */
};

/** How requests go through the backend. */
struct trial_way {
    const char *name;
    struct vcrypto_backend *backend;
    bool stateless;
    bool in_place;
    enum trial_cut cut;
    unsigned count;
    uint32_t budget; /* bytes of all of them */
    uint32_t len;    /* of each, as nearly as the algorithm allows; 0: any */
};

/** What they ask for. */
struct trial_kind {
    const struct vcrypto_algorithm *row;
    unsigned key_index;
    enum vcrypto_direction direction; /* CIPHER, AEAD */
    uint32_t tag_len;                 /* AEAD */

    const struct vcrypto_algorithm *auth; /* of a chain; or NULL */
    unsigned auth_key_index;
    enum vcrypto_chain_order order;
};

/** trial_max_size: bytes of one request that a backend must take. */
#define TRIAL_MAX_SIZE (4u << 20)

/**
 * trial_run: a group of requests, made of the seed that is set, and compared.
 *
 * Each that is wrong is printed whole and fails the running test, a few of them.
 * Returns how many bytes of data there were.
 */
uint64_t trial_run(const struct trial_kind *kind, const struct trial_way *way);

/** trial_rare: how often inputs_poly1305() has found what it looked for. */
uint64_t trial_rare(void);

#endif
