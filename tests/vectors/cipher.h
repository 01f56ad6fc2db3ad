/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Published known answers for the CIPHER service. Each row cites the publication it
 * comes from and serves both directions: the ciphertext decrypts to the plaintext.
 */
#ifndef VCRYPTO_TESTS_VECTORS_CIPHER_H
#define VCRYPTO_TESTS_VECTORS_CIPHER_H

#include <stddef.h>
#include <stdint.h>

/* Algorithm numbers of the virtio-crypto specification, CIPHER service. */
enum {
    CIPHER_VECTOR_ARC4 = 1,
    CIPHER_VECTOR_AES_ECB = 2,
    CIPHER_VECTOR_AES_CBC = 3,
    CIPHER_VECTOR_AES_CTR = 4,
    CIPHER_VECTOR_DES_ECB = 5,
    CIPHER_VECTOR_DES_CBC = 6,
    CIPHER_VECTOR_3DES_ECB = 7,
    CIPHER_VECTOR_3DES_CBC = 8,
    CIPHER_VECTOR_3DES_CTR = 9,
    CIPHER_VECTOR_KASUMI_F8 = 10,
    CIPHER_VECTOR_SNOW3G_UEA2 = 11,
    CIPHER_VECTOR_AES_F8 = 12,
    CIPHER_VECTOR_AES_XTS = 13,
    CIPHER_VECTOR_ZUC_EEA3 = 14,
};

/** One known answer. A two-key triple DES key has 16 bytes: K1, then K2;
 * an f8 key is the AES key, then the mask m. */
struct cipher_vector {
    const char *source; /* the publication */
    uint32_t algorithm;
    const char *name; /* unique */
    const uint8_t *key;
    size_t key_len;
    const uint8_t *iv; /* for XTS the tweak */
    size_t iv_len;
    const uint8_t *plaintext;
    const uint8_t *ciphertext;
    size_t len; /* of plaintext and of ciphertext */
};

/**
 * cipher_vectors() - all of them
 * @n: where their number goes
 *
 * Return: the table, decoded at the first call (not from two threads at once).
 */
const struct cipher_vector *cipher_vectors(size_t *n);

#endif
