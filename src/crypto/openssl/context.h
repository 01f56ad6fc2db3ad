/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the engines on OpenSSL's ciphers share. */
#ifndef VCRYPTO_OPENSSL_CONTEXT_H
#define VCRYPTO_OPENSSL_CONTEXT_H

#include <openssl/evp.h>

#include "vcrypto/algorithm.h"

bool vcrypto_openssl_available(const struct vcrypto_algorithm *algorithm,
                               unsigned key_index);

/* vcrypto_openssl_lacks: why OpenSSL does not have @algorithm, as an engine says it. */
const char *vcrypto_openssl_lacks(const struct vcrypto_algorithm *algorithm);

/*
 * vcrypto_openssl_checked: whether @result is OpenSSL's success. OpenSSL's errors go to
 * a queue of the calling thread, which may be QEMU's main thread: nothing of ours stays
 * behind in it.
 */
bool vcrypto_openssl_checked(int result);

/*
 * vcrypto_openssl_keyed: a context of the library with @keying's key set and padding
 * off; NULL on failure.
 * vcrypto_openssl_context_free() ends it.
 */
EVP_CIPHER_CTX *vcrypto_openssl_keyed(const struct vcrypto_keying *keying);

/* vcrypto_openssl_context_free: the same, as an engine's function; NULL is allowed. */
void vcrypto_openssl_context_free(void *context);

/*
 * vcrypto_openssl_update: run @context, an EVP_CIPHER_CTX, on @size bytes that lie in
 * one piece on both sides: whole blocks, at most VCRYPTO_PIECE_MAX.
 */
bool vcrypto_openssl_update(void *context, uint8_t *dst, const uint8_t *src,
                            size_t size);

#endif
