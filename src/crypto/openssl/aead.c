/* SPDX-License-Identifier: GPL-2.0-or-later */
/* AEAD modes that OpenSSL works through piece by piece. */
#include "aead.h"

#include "../engines.h"
#include "../pieces.h"
#include "context.h"
#include "fetch.h"

bool vcrypto_openssl_aead_init(struct aead *aead, const struct vcrypto_keying *keying)
{
    aead->encrypt = keying->direction == VCRYPTO_ENCRYPT;
    aead->tag_len = keying->tag_len;
    aead->cipher = vcrypto_openssl_keyed(keying);
    return aead->cipher != NULL;
}

static bool add_aad(void *cipher, const uint8_t *data, size_t size)
{
    int done;

    return vcrypto_openssl_checked(
        EVP_CipherUpdate(cipher, NULL, &done, data, (int)size));
}

static bool control(struct aead *aead, int type, uint8_t *tag)
{
    return vcrypto_openssl_checked(
        EVP_CIPHER_CTX_ctrl(aead->cipher, type, (int)aead->tag_len, tag));
}

static enum vcrypto_status finish(struct aead *aead, struct vcrypto_aead_job *job)
{
    uint8_t none[VCRYPTO_MAX_IV];
    int done;

    if (aead->encrypt) {
        return vcrypto_openssl_checked(EVP_CipherFinal_ex(aead->cipher, none, &done)) &&
                       control(aead, EVP_CTRL_AEAD_GET_TAG, job->tag)
                   ? VCRYPTO_OK
                   : VCRYPTO_ERR;
    }
    if (!control(aead, EVP_CTRL_AEAD_SET_TAG, job->tag)) {
        return VCRYPTO_ERR;
    }
    /* All that can go wrong here is that the tag is another. */
    return vcrypto_openssl_checked(EVP_CipherFinal_ex(aead->cipher, none, &done))
               ? VCRYPTO_OK
               : VCRYPTO_BADMSG;
}

enum vcrypto_status vcrypto_openssl_aead_run(struct aead *aead,
                                             const struct vcrypto_algorithm *algorithm,
                                             struct vcrypto_aead_job *job,
                                             struct vcrypto_bounce *bounce)
{
    if (!vcrypto_pieces_read(job->aad, bounce, add_aad, aead->cipher) ||
        !vcrypto_pieces_run(algorithm, &job->src, &job->dst, bounce,
                            vcrypto_openssl_update, aead->cipher)) {
        return VCRYPTO_ERR;
    }
    return finish(aead, job);
}

static void aead_context_free(void *context)
{
    struct aead *aead = context;

    EVP_CIPHER_CTX_free(aead->cipher);
    vcrypto_secret_free(aead, sizeof(*aead));
}

static void *aead_context_new(const struct vcrypto_keying *keying)
{
    struct aead *aead = vcrypto_secret_alloc(sizeof(*aead));

    if (aead && !vcrypto_openssl_aead_init(aead, keying)) {
        aead_context_free(aead);
        aead = NULL;
    }
    return aead;
}

static enum vcrypto_status aead_run(void *context,
                                    const struct vcrypto_algorithm *algorithm,
                                    struct vcrypto_aead_job *job,
                                    struct vcrypto_bounce *bounce)
{
    struct aead *aead = context;

    if (!vcrypto_openssl_checked(
            EVP_CipherInit_ex2(aead->cipher, NULL, NULL, job->iv, -1, NULL))) {
        return VCRYPTO_ERR;
    }
    return vcrypto_openssl_aead_run(aead, algorithm, job, bounce);
}

const struct vcrypto_engine vcrypto_engine_openssl_aead = {
    .name = "openssl",
    .init = vcrypto_openssl_init,
    .fini = vcrypto_openssl_fini,
    .library = vcrypto_openssl_version,
    .available = vcrypto_openssl_available,
    .lacks = vcrypto_openssl_lacks,
    .context_new = aead_context_new,
    .context_free = aead_context_free,
    .aead = aead_run,
};
