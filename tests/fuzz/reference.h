/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What an algorithm gives, of the libraries' own calls for data in one piece: what
 * engines are compared with. Inputs are such as the algorithm's row allows.
 */
#ifndef VCRYPTO_TESTS_FUZZ_REFERENCE_H
#define VCRYPTO_TESTS_FUZZ_REFERENCE_H

#include "vcrypto/algorithm.h"

/** reference_begin: make the libraries ready; once. */
void reference_begin(void);

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
