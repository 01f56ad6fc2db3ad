/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Published known answers for the AKCIPHER service. Each row cites its source. */
#ifndef VCRYPTO_TESTS_VECTORS_AKCIPHER_H
#define VCRYPTO_TESTS_VECTORS_AKCIPHER_H

#include <stddef.h>
#include <stdint.h>

struct akcipher_vector {
    const char *source; /* the publication */
    const char *name;   /* with the operation, unique */
    uint32_t algorithm;
    uint32_t
        operation; /* enum vcrypto_akcipher_operation, the low byte of the opcode */
    uint32_t key_type;
    uint32_t options[2]; /* RSA: padding, hash; ECDSA: curve */
    const uint8_t *key;
    size_t key_len;
    const uint8_t *src; /* to verify: the signature */
    size_t src_len;
    const uint8_t *signed_data; /* to verify */
    size_t signed_data_len;
    const uint8_t *result;
    size_t result_len; /* 0: to verify */
};

/** akcipher_vectors: all; *@n of them. Decoded at the first call (not from two threads
 * at once). */
const struct akcipher_vector *akcipher_vectors(size_t *n);

#endif
