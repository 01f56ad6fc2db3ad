/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What an algorithm gives, by other hands than those that the product uses: block
 * ciphers, hashes and ChaCha20 are Nettle's, modes and MACs are written from their
 * specifications over single blocks, and the algorithms of mobile networks are in
 * mobile.h. What engines and the backend are compared with. Inputs are such as the
 * algorithm's row allows.
 */
#ifndef VCRYPTO_TESTS_SUPPORT_REFERENCE_H
#define VCRYPTO_TESTS_SUPPORT_REFERENCE_H

#include "vcrypto/algorithm.h"

/** reference_cipher: @len bytes from @in to @out, which do not overlap. */
void reference_cipher(const struct vcrypto_keying *keying, const uint8_t *iv,
                      const uint8_t *in, uint8_t *out, size_t len);

/** reference_digest: @result_len bytes to @result. */
void reference_digest(const struct vcrypto_keying *keying, const uint8_t *iv,
                      const uint8_t *message, size_t len, uint8_t *result,
                      uint32_t result_len);

/** reference_aead: encrypt @len bytes from @in to @out, and make the tag. An iv of GCM
 * with 16 bytes is its first counter block. */
void reference_aead(const struct vcrypto_keying *keying, const uint8_t *iv,
                    uint32_t iv_len, const uint8_t *aad, size_t aad_len,
                    const uint8_t *in, uint8_t *out, size_t len, uint8_t *tag);

#endif
