/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Asymmetric keys: out of their bytes, and into the library. */
#ifndef VCRYPTO_OPENSSL_KEY_H
#define VCRYPTO_OPENSSL_KEY_H

#include <openssl/bn.h>
#include <openssl/evp.h>

#include "vcrypto/engine.h"

/* DER, as far as it is read. */
struct der {
    const uint8_t *at;
    size_t left;
};

/*
 * vcrypto_der_enter: stand at the first byte of what the element of @type (an enum of
 * OpenSSL's, V_ASN1_...) and class @class holds, which must be all that is left of @der
 * if @last.
 */
bool vcrypto_der_enter(struct der *der, int type, int class, bool last,
                       struct der *inside);

/*
 * vcrypto_der_integer: the next element, a number. No number of a key is negative, so
 * that the first bit is no sign: there are drivers that leave the zero before it out.
 * NULL: it is none. The caller frees it with BN_clear_free().
 */
BIGNUM *vcrypto_der_integer(struct der *der);

/* A context of either algorithm. */
struct key_context {
    EVP_PKEY *key;
    bool is_private;
    struct vcrypto_akcipher_options options;
    uint32_t size;                             /* bytes of the modulus; RSA */
    uint8_t src[VCRYPTO_MAX_AKCIPHER_RESULT];  /* a copy of what the guest gave */
    uint8_t data[VCRYPTO_MAX_AKCIPHER_RESULT]; /* likewise, or to compare with */
    size_t src_len, data_len;
};

/*
 * vcrypto_key_context_new: a context with no key yet. NULL: no memory, or the key type
 * is neither.
 */
struct key_context *vcrypto_key_context_new(const struct vcrypto_keying *keying);

/* vcrypto_key_context_free: as an engine's function. */
void vcrypto_key_context_free(void *context);

/* vcrypto_key_set: make the key of @params, for the algorithm called @name. */
bool vcrypto_key_set(struct key_context *context, const char *name, OSSL_PARAM *params);

/* vcrypto_key_params_free: overwrite and free what OSSL_PARAM_BLD_to_param() made; NULL
 * is allowed. */
void vcrypto_key_params_free(OSSL_PARAM *params);

/* vcrypto_key_copy_in: what @job is about, once, into ours; nothing is something, too.
 * VCRYPTO_ERR: too much; VCRYPTO_KEY_REJECTED: too much to be a signature. */
enum vcrypto_status vcrypto_key_copy_in(struct key_context *context,
                                        const struct vcrypto_akcipher_job *job);

/* vcrypto_key_wipe: the copies, after the job. */
void vcrypto_key_wipe(struct key_context *context);

/* vcrypto_key_operation: the library's context for one job, by EVP_PKEY_..._init(). */
EVP_PKEY_CTX *vcrypto_key_operation(struct key_context *context,
                                    int (*init)(EVP_PKEY_CTX *));

bool vcrypto_key_available(const struct vcrypto_algorithm *algorithm,
                           unsigned key_index);

#endif
