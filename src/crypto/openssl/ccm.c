/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * CCM. OpenSSL wants the length of all beforehand, then the aad in one call and the
 * data in one call; and it derives from the key together with the length of the nonce.
 */
#include <string.h>

#include "../engines.h"
#include "../pieces.h"
#include "context.h"
#include "fetch.h"

struct ccm {
    EVP_CIPHER_CTX *cipher;
    const EVP_CIPHER *algorithm;
    bool encrypt;
    uint32_t tag_len;
    uint32_t iv_len; /* that the key was set for; 0: it was not */
    uint8_t key[32];
};

/* Everything where it can be worked on. */
struct ccm_data {
    const uint8_t *aad;
    size_t aad_len;
    const uint8_t *src;
    uint8_t *dst;
    size_t len;
};

static void ccm_context_free(void *context)
{
    struct ccm *ccm = context;

    EVP_CIPHER_CTX_free(ccm->cipher);
    vcrypto_secret_free(ccm, sizeof(*ccm));
}

static void *ccm_context_new(const struct vcrypto_keying *keying)
{
    struct ccm *ccm = vcrypto_secret_alloc(sizeof(*ccm));

    if (!ccm) {
        return NULL;
    }
    ccm->cipher = EVP_CIPHER_CTX_new();
    ccm->algorithm = vcrypto_openssl_cipher(keying->algorithm, keying->key_index);
    ccm->encrypt = keying->direction == VCRYPTO_ENCRYPT;
    ccm->tag_len = keying->tag_len;
    memcpy(ccm->key, keying->key, keying->key_len);
    if (!ccm->cipher ||
        !vcrypto_openssl_checked(EVP_CipherInit_ex2(ccm->cipher, ccm->algorithm, NULL,
                                                    NULL, ccm->encrypt, NULL))) {
        ccm_context_free(ccm);
        return NULL;
    }
    return ccm;
}

static bool control(struct ccm *ccm, int type, uint32_t len, uint8_t *bytes)
{
    return vcrypto_openssl_checked(
        EVP_CIPHER_CTX_ctrl(ccm->cipher, type, (int)len, bytes));
}

static bool begin(struct ccm *ccm, struct vcrypto_aead_job *job)
{
    const uint8_t *key = ccm->iv_len == job->iv_len ? NULL : ccm->key;

    if (key && !control(ccm, EVP_CTRL_AEAD_SET_IVLEN, job->iv_len, NULL)) {
        return false;
    }
    ccm->iv_len = job->iv_len;
    return control(ccm, EVP_CTRL_AEAD_SET_TAG, ccm->tag_len,
                   ccm->encrypt ? NULL : job->tag) &&
           vcrypto_openssl_checked(
               EVP_CipherInit_ex2(ccm->cipher, NULL, key, job->iv, -1, NULL));
}

static bool announce(struct ccm *ccm, const struct ccm_data *data)
{
    int done;

    return vcrypto_openssl_checked(
               EVP_CipherUpdate(ccm->cipher, NULL, &done, NULL, (int)data->len)) &&
           (!data->aad_len ||
            vcrypto_openssl_checked(EVP_CipherUpdate(ccm->cipher, NULL, &done,
                                                     data->aad, (int)data->aad_len)));
}

static enum vcrypto_status run(struct ccm *ccm, struct vcrypto_aead_job *job,
                               const struct ccm_data *data)
{
    if (!begin(ccm, job) || !announce(ccm, data)) {
        ccm->iv_len = 0;
        return VCRYPTO_ERR;
    }
    if (!vcrypto_openssl_update(ccm->cipher, data->dst, data->src, data->len)) {
        return ccm->encrypt ? VCRYPTO_ERR : VCRYPTO_BADMSG;
    }
    return !ccm->encrypt || control(ccm, EVP_CTRL_AEAD_GET_TAG, ccm->tag_len, job->tag)
               ? VCRYPTO_OK
               : VCRYPTO_ERR;
}

static bool where_it_lies(const struct vcrypto_aead_job *job, struct ccm_data *data)
{
    static uint8_t nothing[1]; /* NULL means something else to the library */
    uint8_t *aad = nothing, *src = nothing, *dst = nothing;

    if (!vcrypto_pieces_one(job->aad, &aad) || !vcrypto_pieces_one(job->src, &src) ||
        !vcrypto_pieces_one(job->dst, &dst) ||
        vcrypto_cursor_overlap(&job->src, &job->dst) == VCRYPTO_OVERLAP_PARTIAL) {
        return false;
    }
    *data = (struct ccm_data){ aad, (size_t)job->aad.left, src, dst,
                               (size_t)job->src.left };
    return true;
}

/* The aad and then the data, in one buffer. */
static enum vcrypto_status run_bounced(struct ccm *ccm, struct vcrypto_aead_job *job,
                                       struct vcrypto_bounce *bounce)
{
    struct vcrypto_cursor aad = job->aad, src = job->src, dst = job->dst;
    size_t aad_len = (size_t)aad.left, len = (size_t)src.left;
    uint8_t *buffer = vcrypto_bounce_get(bounce, aad_len + len);
    struct ccm_data data = { buffer, aad_len, NULL, NULL, len };
    enum vcrypto_status status;

    if (!buffer) {
        return VCRYPTO_ERR;
    }
    data.dst = buffer + aad_len;
    data.src = data.dst;
    vcrypto_cursor_read(&aad, buffer, aad_len);
    vcrypto_cursor_read(&src, data.dst, len);
    status = run(ccm, job, &data);
    if (status == VCRYPTO_OK) {
        vcrypto_cursor_write(&dst, data.dst, len);
    }
    vcrypto_bounce_put(bounce, aad_len + len);
    return status;
}

/* The length is written in what the nonce leaves of a block; and there is no leaving
 * the one call, in which the aad counts as well. */
static bool too_long(const struct vcrypto_algorithm *algorithm,
                     const struct vcrypto_aead_job *job)
{
    unsigned bits = 8 * (15 - job->iv_len);

    return (bits < 64 && job->src.left >> bits) ||
           job->aad.left + job->src.left > algorithm->max_len;
}

static enum vcrypto_status ccm_run(void *context,
                                   const struct vcrypto_algorithm *algorithm,
                                   struct vcrypto_aead_job *job,
                                   struct vcrypto_bounce *bounce)
{
    struct ccm_data data;

    if (too_long(algorithm, job)) {
        return VCRYPTO_ERR;
    }
    return where_it_lies(job, &data) ? run(context, job, &data)
                                     : run_bounced(context, job, bounce);
}

const struct vcrypto_engine vcrypto_engine_openssl_ccm = {
    .name = "openssl",
    .init = vcrypto_openssl_init,
    .fini = vcrypto_openssl_fini,
    .library = vcrypto_openssl_version,
    .available = vcrypto_openssl_available,
    .lacks = vcrypto_openssl_lacks,
    .context_new = ccm_context_new,
    .context_free = ccm_context_free,
    .aead = ccm_run,
};
