/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Algorithms of OpenSSL, fetched once: EVP_*_fetch is far too slow for a session. */
#ifndef VCRYPTO_OPENSSL_FETCH_H
#define VCRYPTO_OPENSSL_FETCH_H

#include <openssl/evp.h>

#include "vcrypto/algorithm.h"

bool vcrypto_openssl_init(const char **why);

/* vcrypto_openssl_version: as an engine's library(). */
const char *vcrypto_openssl_version(void);
void vcrypto_openssl_fini(void);

/*
 * vcrypto_openssl_cipher: what OpenSSL has for @algorithm with keys of @key_index's
 * size; NULL if it has nothing. Valid until vcrypto_openssl_fini().
 */
EVP_CIPHER *vcrypto_openssl_cipher(const struct vcrypto_algorithm *algorithm,
                                   unsigned key_index);

/* vcrypto_openssl_digest: the same for a row of vcrypto_engine_openssl_hash. */
EVP_MD *vcrypto_openssl_digest(const struct vcrypto_algorithm *algorithm);

/* vcrypto_openssl_mac: the same for a row of vcrypto_engine_openssl_mac, whose library
 * names are those of a MAC and of what it is made of: a context, to be copied. */
EVP_MAC_CTX *vcrypto_openssl_mac(const struct vcrypto_algorithm *algorithm,
                                 unsigned key_index);

/* vcrypto_openssl_has_keys: whether OpenSSL has the keys of @algorithm, of AKCIPHER. */
bool vcrypto_openssl_has_keys(const struct vcrypto_algorithm *algorithm);

/* vcrypto_openssl_library: our library context, for what has to be looked up anew. */
OSSL_LIB_CTX *vcrypto_openssl_library(void);

#endif
