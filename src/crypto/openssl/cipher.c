/* SPDX-License-Identifier: GPL-2.0-or-later */
/* CIPHER requests that OpenSSL's EVP interface does as they are. */
#include "../engines.h"
#include "context.h"
#include "fetch.h"
#include "pieces.h"

static void *cipher_context_new(const struct vcrypto_algorithm *algorithm,
                                unsigned key_index, const uint8_t *key,
                                uint32_t key_len, enum vcrypto_direction direction)
{
    return vcrypto_openssl_keyed(algorithm, key_index, key, key_len, direction);
}

static enum vcrypto_status cipher_run(void *context,
                                      const struct vcrypto_algorithm *algorithm,
                                      const struct vcrypto_request *request,
                                      struct vcrypto_bounce *bounce)
{
    const uint8_t *iv = algorithm->iv_len ? request->iv : NULL;

    /* Sets the iv, and forgets whatever an earlier request left behind. */
    return vcrypto_openssl_checked(
               EVP_CipherInit_ex2(context, NULL, NULL, iv, -1, NULL)) &&
                   vcrypto_pieces_run(algorithm, request, bounce,
                                      vcrypto_openssl_update, context)
               ? VCRYPTO_OK
               : VCRYPTO_ERR;
}

const struct vcrypto_engine vcrypto_engine_openssl = {
    .name = "openssl",
    .init = vcrypto_openssl_init,
    .fini = vcrypto_openssl_fini,
    .available = vcrypto_openssl_available,
    .context_new = cipher_context_new,
    .context_free = vcrypto_openssl_context_free,
    .cipher = cipher_run,
};
