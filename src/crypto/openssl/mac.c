/* SPDX-License-Identifier: GPL-2.0-or-later */
/* MACs that OpenSSL has as such: HMAC, CMAC, GMAC. */
#include <openssl/core_names.h>
#include <openssl/params.h>

#include "../engines.h"
#include "../pieces.h"
#include "context.h"
#include "fetch.h"

static bool mac_available(const struct vcrypto_algorithm *algorithm, unsigned key_index)
{
    return vcrypto_openssl_mac(algorithm, key_index) != NULL;
}

static void mac_context_free(void *context)
{
    EVP_MAC_CTX_free(context);
}

static void *mac_context_new(const struct vcrypto_keying *keying)
{
    EVP_MAC_CTX *context =
        EVP_MAC_CTX_dup(vcrypto_openssl_mac(keying->algorithm, keying->key_index));

    if (context && !vcrypto_openssl_checked(
                       EVP_MAC_init(context, keying->key, keying->key_len, NULL))) {
        EVP_MAC_CTX_free(context);
        context = NULL;
    }
    return context;
}

static bool update(void *context, const uint8_t *data, size_t size)
{
    return vcrypto_openssl_checked(EVP_MAC_update(context, data, size));
}

/* Begins anew with the key that is there: what was derived of it is kept. */
static bool restart(EVP_MAC_CTX *context, const struct vcrypto_algorithm *algorithm,
                    const uint8_t *iv)
{
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_IV, (void *)iv,
                                          algorithm->iv_len),
        OSSL_PARAM_construct_end(),
    };

    return vcrypto_openssl_checked(EVP_MAC_init(context, NULL, 0, iv ? params : NULL));
}

static enum vcrypto_status mac_run(void *context,
                                   const struct vcrypto_algorithm *algorithm,
                                   const struct vcrypto_digest_job *job,
                                   struct vcrypto_bounce *bounce)
{
    size_t size = 0;

    return restart(context, algorithm, job->iv) &&
                   vcrypto_pieces_read(job->parts[0], bounce, update, context) &&
                   vcrypto_pieces_read(job->parts[1], bounce, update, context) &&
                   vcrypto_openssl_checked(EVP_MAC_final(context, job->result, &size,
                                                         VCRYPTO_MAX_DIGEST)) &&
                   size == algorithm->result_len
               ? VCRYPTO_OK
               : VCRYPTO_ERR;
}

const struct vcrypto_engine vcrypto_engine_openssl_mac = {
    .name = "openssl",
    .init = vcrypto_openssl_init,
    .fini = vcrypto_openssl_fini,
    .library = vcrypto_openssl_version,
    .available = mac_available,
    .lacks = vcrypto_openssl_lacks,
    .context_new = mac_context_new,
    .context_free = mac_context_free,
    .digest = mac_run,
};
