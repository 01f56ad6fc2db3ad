/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Published known answers for the HASH and MAC services. Each row cites its source. */
#ifndef VCRYPTO_TESTS_VECTORS_DIGEST_H
#define VCRYPTO_TESTS_VECTORS_DIGEST_H

#include <stddef.h>
#include <stdint.h>

struct digest_vector {
    const char *source; /* the publication */
    unsigned service;   /* 1: HASH, 2: MAC */
    uint32_t algorithm;
    const char *name; /* unique */
    const uint8_t *key;
    size_t key_len; /* 0: HASH */
    const uint8_t *iv;
    size_t iv_len; /* of a MAC whose iv leads its source; otherwise 0 */
    const uint8_t *message;
    size_t len;
    const uint8_t *digest;
    size_t digest_len;
};

/** digest_vectors: all; *@n of them. Decoded at the first call (not from two threads at
 * once). */
const struct digest_vector *digest_vectors(size_t *n);

#endif
