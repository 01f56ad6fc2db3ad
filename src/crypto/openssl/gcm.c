/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * GCM. An iv of 16 bytes is the first counter block itself, J0, and not an iv to be
 * hashed to one, which is what OpenSSL takes it for. It is therefore given the 16
 * bytes that it hashes to J0: with hash key H and length block L, an iv X becomes
 * (X·H + L)·H, so X is (J0/H + L)/H.
 */
#include <string.h>

#include "../engines.h"
#include "aead.h"
#include "context.h"
#include "fetch.h"

#define BLOCK 16

/* An element of GF(2^128) as GCM writes it: the first bit is the coefficient of 1. */
struct element {
    uint64_t high, low; /* bytes 0 to 7, and 8 to 15, big-endian */
};

struct gcm {
    struct aead aead;
    EVP_CIPHER_CTX *block;  /* the block cipher, until the inverse is known */
    struct element inverse; /* of H, if have_inverse */
    bool have_inverse;
};

static uint64_t get_be64(const uint8_t *from)
{
    uint64_t value = 0;

    for (unsigned i = 0; i < 8; i++) {
        value = value << 8 | from[i];
    }
    return value;
}

static void put_be64(uint8_t *to, uint64_t value)
{
    for (unsigned i = 0; i < 8; i++) {
        to[i] = (uint8_t)(value >> (56 - 8 * i));
    }
}

/* Takes the same time and touches the same memory whatever the values are. */
static struct element multiply(struct element a, struct element b)
{
    struct element product = { 0, 0 };

    for (unsigned i = 0; i < 128; i++) {
        uint64_t bit = (i < 64 ? a.high >> (63 - i) : a.low >> (127 - i)) & 1;
        uint64_t carry = b.low & 1;

        product.high ^= b.high & -bit;
        product.low ^= b.low & -bit;
        b.low = b.low >> 1 | b.high << 63;
        b.high = b.high >> 1 ^ (UINT64_C(0xe1) << 56 & -carry);
    }
    return product;
}

/* Every element but 0 to the power of 2^128 - 1 is 1: its inverse is the power before.
 */
static struct element invert(struct element a)
{
    struct element power = a, inverse = { UINT64_C(1) << 63, 0 };

    for (unsigned i = 1; i < 128; i++) {
        power = multiply(power, power);
        inverse = multiply(inverse, power);
    }
    return inverse;
}

static bool find_inverse(struct gcm *gcm)
{
    uint8_t h[BLOCK] = { 0 };

    if (!gcm->have_inverse) {
        if (!vcrypto_openssl_update(gcm->block, h, h, BLOCK)) {
            return false;
        }
        gcm->inverse = invert((struct element){ get_be64(h), get_be64(h + 8) });
        gcm->have_inverse = true;
        vcrypto_secret_wipe(h, sizeof(h));
    }
    return true;
}

/* The 16 bytes that OpenSSL hashes to the counter block @j0. */
static bool unhash(struct gcm *gcm, const uint8_t *j0, uint8_t iv[BLOCK])
{
    struct element x = { get_be64(j0), get_be64(j0 + 8) };

    if (!find_inverse(gcm)) {
        return false;
    }
    x = multiply(x, gcm->inverse);
    x.low ^= 8 * BLOCK; /* the length block: that many bits of iv */
    x = multiply(x, gcm->inverse);
    put_be64(iv, x.high);
    put_be64(iv + 8, x.low);
    return true;
}

static bool set_iv_len(struct gcm *gcm, int len)
{
    return vcrypto_openssl_checked(
        EVP_CIPHER_CTX_ctrl(gcm->aead.cipher, EVP_CTRL_AEAD_SET_IVLEN, len, NULL));
}

static bool set_iv(struct gcm *gcm, const uint8_t *iv)
{
    return vcrypto_openssl_checked(
        EVP_CipherInit_ex2(gcm->aead.cipher, NULL, NULL, iv, -1, NULL));
}

static void gcm_context_free(void *context)
{
    struct gcm *gcm = context;

    EVP_CIPHER_CTX_free(gcm->aead.cipher);
    EVP_CIPHER_CTX_free(gcm->block);
    vcrypto_secret_free(gcm, sizeof(*gcm));
}

static EVP_CIPHER_CTX *block_keyed(const struct vcrypto_keying *keying)
{
    struct vcrypto_keying block = *keying;

    block.algorithm =
        vcrypto_algorithm_find(VCRYPTO_SERVICE_CIPHER, VCRYPTO_CIPHER_AES_ECB);
    if (!block.algorithm) {
        return NULL;
    }
    block.key_index =
        (unsigned)vcrypto_algorithm_key_index(block.algorithm, keying->key_len);
    block.direction = VCRYPTO_ENCRYPT;
    return vcrypto_openssl_keyed(&block);
}

static void *gcm_context_new(const struct vcrypto_keying *keying)
{
    struct gcm *gcm = vcrypto_secret_alloc(sizeof(*gcm));

    if (!gcm) {
        return NULL;
    }
    gcm->block = block_keyed(keying);
    if (!vcrypto_openssl_aead_init(&gcm->aead, keying) || !gcm->block) {
        gcm_context_free(gcm);
        return NULL;
    }
    return gcm;
}

static enum vcrypto_status run_from_j0(struct gcm *gcm,
                                       const struct vcrypto_algorithm *algorithm,
                                       struct vcrypto_aead_job *job,
                                       struct vcrypto_bounce *bounce)
{
    enum vcrypto_status status = VCRYPTO_ERR;
    uint8_t iv[BLOCK];

    if (unhash(gcm, job->iv, iv) && set_iv_len(gcm, BLOCK) && set_iv(gcm, iv)) {
        status = vcrypto_openssl_aead_run(&gcm->aead, algorithm, job, bounce);
    }
    vcrypto_secret_wipe(iv, sizeof(iv));
    /* For the next job. */
    return set_iv_len(gcm, VCRYPTO_GCM_IV) ? status : VCRYPTO_ERR;
}

static enum vcrypto_status gcm_run(void *context,
                                   const struct vcrypto_algorithm *algorithm,
                                   struct vcrypto_aead_job *job,
                                   struct vcrypto_bounce *bounce)
{
    struct gcm *gcm = context;

    if (!vcrypto_gcm_short_iv(job)) {
        return run_from_j0(gcm, algorithm, job, bounce);
    }
    return set_iv(gcm, job->iv)
               ? vcrypto_openssl_aead_run(&gcm->aead, algorithm, job, bounce)
               : VCRYPTO_ERR;
}

const struct vcrypto_engine vcrypto_engine_openssl_gcm = {
    .name = "openssl",
    .init = vcrypto_openssl_init,
    .fini = vcrypto_openssl_fini,
    .library = vcrypto_openssl_version,
    .available = vcrypto_openssl_available,
    .lacks = vcrypto_openssl_lacks,
    .context_new = gcm_context_new,
    .context_free = gcm_context_free,
    .aead = gcm_run,
};
