/* SPDX-License-Identifier: GPL-2.0-or-later */
/* HASH. */
#include "../engines.h"
#include "../pieces.h"
#include "context.h"
#include "fetch.h"

static bool hash_available(const struct vcrypto_algorithm *algorithm,
                           unsigned key_index)
{
    (void)key_index;
    return vcrypto_openssl_digest(algorithm) != NULL;
}

static void *hash_context_new(const struct vcrypto_keying *keying)
{
    (void)keying;
    return EVP_MD_CTX_new();
}

static void hash_context_free(void *context)
{
    EVP_MD_CTX_free(context);
}

static bool update(void *context, const uint8_t *data, size_t size)
{
    return vcrypto_openssl_checked(EVP_DigestUpdate(context, data, size));
}

static bool finish(EVP_MD_CTX *context, const struct vcrypto_algorithm *algorithm,
                   const struct vcrypto_digest_job *job)
{
    if (algorithm->max_result) {
        return vcrypto_openssl_checked(
            EVP_DigestFinalXOF(context, job->result, job->result_len));
    }
    return vcrypto_openssl_checked(EVP_DigestFinal_ex(context, job->result, NULL));
}

static enum vcrypto_status hash_run(void *context,
                                    const struct vcrypto_algorithm *algorithm,
                                    const struct vcrypto_digest_job *job,
                                    struct vcrypto_bounce *bounce)
{
    return vcrypto_openssl_checked(
               EVP_DigestInit_ex2(context, vcrypto_openssl_digest(algorithm), NULL)) &&
                   vcrypto_pieces_read(job->parts[0], bounce, update, context) &&
                   vcrypto_pieces_read(job->parts[1], bounce, update, context) &&
                   finish(context, algorithm, job)
               ? VCRYPTO_OK
               : VCRYPTO_ERR;
}

const struct vcrypto_engine vcrypto_engine_openssl_hash = {
    .name = "openssl",
    .init = vcrypto_openssl_init,
    .fini = vcrypto_openssl_fini,
    .library = vcrypto_openssl_version,
    .available = hash_available,
    .lacks = vcrypto_openssl_lacks,
    .context_new = hash_context_new,
    .context_free = hash_context_free,
    .digest = hash_run,
};
