/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * MACs that are the last block of AES in CBC mode: plain, and XCBC (RFC 3566), which
 * lays one of two more keys over the last block of the message, depending on whether
 * that had to be filled up.
 */
#include <string.h>

#include "../engines.h"
#include "../pieces.h"
#include "context.h"
#include "fetch.h"

#define BLOCK 16

/* What is enciphered at a time; only its last block matters. */
#define STRETCH 512

struct cbcmac {
    EVP_CIPHER_CTX *cbc;
    bool extended;
    uint8_t whole_key[BLOCK];  /* XCBC: K2 */
    uint8_t filled_key[BLOCK]; /* XCBC: K3 */
    size_t held;               /* bytes of the message that may be its last */
    uint8_t block[BLOCK];
    uint8_t stretch[STRETCH];
};

static const uint8_t zero[BLOCK];

static bool restart(EVP_CIPHER_CTX *cbc)
{
    return vcrypto_openssl_checked(EVP_CipherInit_ex2(cbc, NULL, NULL, zero, -1, NULL));
}

static void cbcmac_context_free(void *context)
{
    struct cbcmac *mac = context;

    EVP_CIPHER_CTX_free(mac->cbc);
    vcrypto_secret_free(mac, sizeof(*mac));
}

static EVP_CIPHER_CTX *cbc_keyed(const struct vcrypto_keying *keying,
                                 const uint8_t *key)
{
    struct vcrypto_keying cbc = *keying;

    cbc.key = key;
    cbc.direction = VCRYPTO_ENCRYPT;
    return vcrypto_openssl_keyed(&cbc);
}

static void *cbcmac_context_new(const struct vcrypto_keying *keying)
{
    struct cbcmac *mac = vcrypto_secret_alloc(sizeof(*mac));

    if (mac) {
        mac->cbc = cbc_keyed(keying, keying->key);
        if (!mac->cbc) {
            cbcmac_context_free(mac);
            mac = NULL;
        }
    }
    return mac;
}

/* Key number @n is a block full of @n, enciphered. */
static bool derive(EVP_CIPHER_CTX *cbc, uint8_t n, uint8_t key[BLOCK])
{
    memset(key, n, BLOCK);
    return restart(cbc) && vcrypto_openssl_update(cbc, key, key, BLOCK);
}

static void *xcbc_context_new(const struct vcrypto_keying *keying)
{
    struct cbcmac *mac = vcrypto_secret_alloc(sizeof(*mac));
    EVP_CIPHER_CTX *master = cbc_keyed(keying, keying->key);
    uint8_t key[BLOCK];

    if (mac && master && derive(master, 1, key) && derive(master, 2, mac->whole_key) &&
        derive(master, 3, mac->filled_key)) {
        mac->extended = true;
        mac->cbc = cbc_keyed(keying, key);
    }
    vcrypto_secret_wipe(key, sizeof(key));
    EVP_CIPHER_CTX_free(master);
    if (mac && !mac->cbc) {
        cbcmac_context_free(mac);
        mac = NULL;
    }
    return mac;
}

static bool encipher(struct cbcmac *mac, const uint8_t *data, size_t size)
{
    while (size) {
        size_t n = size < STRETCH ? size : STRETCH;

        if (!vcrypto_openssl_update(mac->cbc, mac->stretch, data, n)) {
            return false;
        }
        memcpy(mac->block, mac->stretch + n - BLOCK, BLOCK);
        data += n;
        size -= n;
    }
    return true;
}

/* At least one byte stays behind, because what is last is treated otherwise. */
static bool absorb(void *context, const uint8_t *data, size_t size)
{
    struct cbcmac *mac = context;
    size_t n = BLOCK - mac->held;

    n = n < size ? n : size;
    memcpy(mac->block + mac->held, data, n);
    mac->held += n;
    data += n;
    size -= n;
    if (size == 0) {
        return true;
    }
    n = (size - 1) / BLOCK * BLOCK;
    if (!encipher(mac, mac->block, BLOCK) || !encipher(mac, data, n)) {
        return false;
    }
    mac->held = size - n;
    memcpy(mac->block, data + n, mac->held);
    return true;
}

static void lay_over(uint8_t *block, const uint8_t *key)
{
    for (unsigned i = 0; i < BLOCK; i++) {
        block[i] ^= key[i];
    }
}

static bool finish(struct cbcmac *mac, uint8_t *result)
{
    if (mac->extended && mac->held == BLOCK) {
        lay_over(mac->block, mac->whole_key);
    } else if (mac->extended) {
        mac->block[mac->held] = 0x80;
        memset(mac->block + mac->held + 1, 0, BLOCK - mac->held - 1);
        lay_over(mac->block, mac->filled_key);
    }
    return vcrypto_openssl_update(mac->cbc, result, mac->block, BLOCK);
}

static enum vcrypto_status cbcmac_run(void *context,
                                      const struct vcrypto_algorithm *algorithm,
                                      const struct vcrypto_digest_job *job,
                                      struct vcrypto_bounce *bounce)
{
    struct cbcmac *mac = context;
    bool ok;

    (void)algorithm;
    mac->held = 0;
    ok = restart(mac->cbc) && vcrypto_pieces_read(job->parts[0], bounce, absorb, mac) &&
         vcrypto_pieces_read(job->parts[1], bounce, absorb, mac) &&
         finish(mac, job->result);
    vcrypto_secret_wipe(mac->block, sizeof(mac->block));
    vcrypto_secret_wipe(mac->stretch, sizeof(mac->stretch));
    return ok ? VCRYPTO_OK : VCRYPTO_ERR;
}

const struct vcrypto_engine vcrypto_engine_openssl_cbcmac = {
    .name = "openssl",
    .init = vcrypto_openssl_init,
    .fini = vcrypto_openssl_fini,
    .library = vcrypto_openssl_version,
    .available = vcrypto_openssl_available,
    .lacks = vcrypto_openssl_lacks,
    .context_new = cbcmac_context_new,
    .context_free = cbcmac_context_free,
    .digest = cbcmac_run,
};

const struct vcrypto_engine vcrypto_engine_openssl_xcbc = {
    .name = "openssl",
    .init = vcrypto_openssl_init,
    .fini = vcrypto_openssl_fini,
    .library = vcrypto_openssl_version,
    .available = vcrypto_openssl_available,
    .lacks = vcrypto_openssl_lacks,
    .context_new = xcbc_context_new,
    .context_free = cbcmac_context_free,
    .digest = cbcmac_run,
};
