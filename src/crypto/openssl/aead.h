/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the AEAD modes share that work through their data piece by piece. */
#ifndef VCRYPTO_OPENSSL_AEAD_H
#define VCRYPTO_OPENSSL_AEAD_H

#include <openssl/evp.h>

#include "vcrypto/algorithm.h"

/* A context of vcrypto_engine_openssl_aead, and the first part of GCM's. */
struct aead {
    EVP_CIPHER_CTX *cipher;
    bool encrypt;
    uint32_t tag_len;
};

/* vcrypto_openssl_aead_init: set the key. False: no memory, or the library refuses. */
bool vcrypto_openssl_aead_init(struct aead *aead, const struct vcrypto_keying *keying);

/* vcrypto_openssl_aead_run: the job, once the iv is set. */
enum vcrypto_status vcrypto_openssl_aead_run(struct aead *aead,
                                             const struct vcrypto_algorithm *algorithm,
                                             struct vcrypto_aead_job *job,
                                             struct vcrypto_bounce *bounce);

#endif
