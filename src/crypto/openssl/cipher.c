/* SPDX-License-Identifier: GPL-2.0-or-later */
/* CIPHER requests that OpenSSL's EVP interface does as they are. */
#include "../engines.h"
#include "../pieces.h"
#include "context.h"
#include "fetch.h"

static void *cipher_context_new(const struct vcrypto_keying *keying)
{
    return vcrypto_openssl_keyed(keying);
}

static enum vcrypto_status cipher_run(void *context,
                                      const struct vcrypto_algorithm *algorithm,
                                      const struct vcrypto_cipher_job *job,
                                      struct vcrypto_bounce *bounce)
{
    /* Sets the iv, and forgets whatever an earlier request left behind. */
    return vcrypto_openssl_checked(
               EVP_CipherInit_ex2(context, NULL, NULL, job->iv, -1, NULL)) &&
                   vcrypto_pieces_run(algorithm, &job->src, &job->dst, bounce,
                                      vcrypto_openssl_update, context)
               ? VCRYPTO_OK
               : VCRYPTO_ERR;
}

const struct vcrypto_engine vcrypto_engine_openssl = {
    .name = "openssl",
    .init = vcrypto_openssl_init,
    .fini = vcrypto_openssl_fini,
    .library = vcrypto_openssl_version,
    .available = vcrypto_openssl_available,
    .lacks = vcrypto_openssl_lacks,
    .context_new = cipher_context_new,
    .context_free = vcrypto_openssl_context_free,
    .cipher = cipher_run,
};
