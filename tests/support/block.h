/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Block ciphers of Nettle, and modes over single blocks as their specifications write
 * them down. Source and destination may be the same, but not overlap otherwise.
 */
#ifndef VCRYPTO_TESTS_SUPPORT_BLOCK_H
#define VCRYPTO_TESTS_SUPPORT_BLOCK_H

#include <nettle/nettle-meta.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum block_kind {
    BLOCK_AES,
    BLOCK_DES,
    BLOCK_3DES, /* of 16 bytes: K1, K2, K1 */
    BLOCK_TWOFISH,
};

/** A cipher with its key. */
struct block {
    const struct nettle_cipher *cipher;
    size_t size; /* of a block */
    _Alignas(16) uint8_t encrypting[8192], decrypting[8192];
};

/** block_init: a key of a length that the kind has. */
void block_init(struct block *block, enum block_kind kind, const uint8_t *key,
                size_t len);

/** block_encrypt, block_decrypt: one block; @to may be @from. */
void block_encrypt(const struct block *block, const uint8_t *from, uint8_t *to);
void block_decrypt(const struct block *block, const uint8_t *from, uint8_t *to);

/** block_count_up: add one to the number in the last @size bytes that end at @end. */
void block_count_up(uint8_t *end, size_t size);

/** NIST SP 800-38A. */
void block_ecb(const struct block *block, bool encrypt, const uint8_t *in, uint8_t *out,
               size_t len);
void block_cbc(const struct block *block, bool encrypt, const uint8_t *iv,
               const uint8_t *in, uint8_t *out, size_t len);

/** block_ctr: @width bytes of the counter block count, the others stay. */
void block_ctr(const struct block *block, const uint8_t *first, size_t width,
               const uint8_t *in, uint8_t *out, size_t len);

/** RFC 3711, 4.1.2. @masked has the key exclusive-ored with the mask. */
void block_f8(const struct block *block, const struct block *masked, const uint8_t *iv,
              const uint8_t *in, uint8_t *out, size_t len);

/** IEEE Std 1619. @tweak is keyed with the second half of the key. */
void block_xts(const struct block *block, const struct block *tweak, bool encrypt,
               const uint8_t *iv, const uint8_t *in, uint8_t *out, size_t len);

/** block_cbc_mac: of whole blocks; @last is laid over the last of them. */
void block_cbc_mac(const struct block *block, const uint8_t *message, size_t len,
                   const uint8_t *last, uint8_t *mac);

/** NIST SP 800-38B. */
void block_cmac(const struct block *block, const uint8_t *message, size_t len,
                uint8_t *mac);

/** RFC 3566. @key is AES's, of 16 bytes. */
void block_xcbc(const uint8_t *key, const uint8_t *message, size_t len, uint8_t *mac);

/** NIST SP 800-38D, encrypting, from the first counter block @j0 on. */
void block_gcm(const struct block *block, const uint8_t j0[16], const uint8_t *aad,
               size_t aad_len, const uint8_t *in, uint8_t *out, size_t len,
               uint8_t tag[16]);

/** NIST SP 800-38C, encrypting. */
void block_ccm(const struct block *block, const uint8_t *nonce, size_t nonce_len,
               const uint8_t *aad, size_t aad_len, const uint8_t *in, uint8_t *out,
               size_t len, uint8_t *tag, size_t tag_len);

#endif
