/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The engines that this build has, and what they share. */
#ifndef VCRYPTO_CRYPTO_ENGINES_H
#define VCRYPTO_CRYPTO_ENGINES_H

#include <string.h>

#include "vcrypto/algorithm.h"

/* Bytes of the iv that GCM is made for. */
#define VCRYPTO_GCM_IV 12

/* vcrypto_algorithm_has_key: whether @row has a key size number @index. The first need
 * not be a size: algorithms without keys have one of length 0. */
static inline bool vcrypto_algorithm_has_key(const struct vcrypto_algorithm *row,
                                             unsigned index)
{
    return index == 0 || (index < VCRYPTO_MAX_KEY_SIZES && row->keys[index].len);
}

/* vcrypto_gcm_short_iv: whether @job's iv is one of 12 bytes: also as the counter block
 * that such an iv makes. */
static inline bool vcrypto_gcm_short_iv(const struct vcrypto_aead_job *job)
{
    static const uint8_t one[] = { 0, 0, 0, 1 };

    return job->iv_len == VCRYPTO_GCM_IV ||
           memcmp(job->iv + VCRYPTO_GCM_IV, one, sizeof(one)) == 0;
}

extern const struct vcrypto_engine vcrypto_engine_openssl;

/* On what that one has fetched, and made ready with it. */
extern const struct vcrypto_engine vcrypto_engine_openssl_hash;
extern const struct vcrypto_engine vcrypto_engine_openssl_mac;
extern const struct vcrypto_engine vcrypto_engine_openssl_cbcmac;
extern const struct vcrypto_engine vcrypto_engine_openssl_xcbc;
extern const struct vcrypto_engine vcrypto_engine_openssl_aead;
extern const struct vcrypto_engine vcrypto_engine_openssl_gcm;
extern const struct vcrypto_engine vcrypto_engine_openssl_ccm;
extern const struct vcrypto_engine vcrypto_engine_openssl_rsa;
extern const struct vcrypto_engine vcrypto_engine_openssl_ecdsa;
extern const struct vcrypto_engine vcrypto_engine_openssl_ctr64;
extern const struct vcrypto_engine vcrypto_engine_openssl_f8;
extern const struct vcrypto_engine vcrypto_engine_openssl_rc4;

/* The version of OpenSSL that runs: major << 16 | minor << 8. */
unsigned vcrypto_openssl_number(void);

/* Only where the build has their libraries. */
extern const struct vcrypto_engine vcrypto_engine_ipsec_mb;
extern const struct vcrypto_engine vcrypto_engine_gcrypt_gmac;
extern const struct vcrypto_multi_engine vcrypto_multi_ipsec_mb;

/* vcrypto_ipsec_mb_works: whether the library runs on this machine. */
bool vcrypto_ipsec_mb_works(void);

/* vcrypto_ipsec_mb_refusal: why it does not; NULL: it does. A static text. */
const char *vcrypto_ipsec_mb_refusal(void);

/* vcrypto_ipsec_mb_level: whose processors' code is used, as "avx2"; NULL: it does not
 * work. */
const char *vcrypto_ipsec_mb_level(void);

/* vcrypto_ipsec_mb_complaint: what the operator should know of the library; NULL:
 * nothing. */
const char *vcrypto_ipsec_mb_complaint(void);

#endif
