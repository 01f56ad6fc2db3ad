/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Published known answers for the AEAD service; each serves both directions. */
#ifndef VCRYPTO_TESTS_VECTORS_AEAD_H
#define VCRYPTO_TESTS_VECTORS_AEAD_H

#include <stddef.h>
#include <stdint.h>

struct aead_vector {
    const char *source; /* the publication */
    uint32_t algorithm;
    const char *name; /* unique */
    const uint8_t *key;
    size_t key_len;
    const uint8_t *iv;
    size_t iv_len;
    const uint8_t *aad;
    size_t aad_len;
    const uint8_t *plaintext;
    const uint8_t *ciphertext;
    size_t len; /* of plaintext and of ciphertext */
    const uint8_t *tag;
    size_t tag_len;
};

/** aead_vectors: all; *@n of them. Decoded at the first call (not from two threads at
 * once). */
const struct aead_vector *aead_vectors(size_t *n);

#endif
