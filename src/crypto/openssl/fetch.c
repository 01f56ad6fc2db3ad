/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fetch.h"

#include <stdlib.h>

#include <openssl/err.h>
#include <openssl/provider.h>

#include "../engines.h"

/*
 * A library context of our own: what the process around us does with OpenSSL, its
 * configuration file included, neither changes us nor is changed by us.
 */
static OSSL_LIB_CTX *libctx;
static OSSL_PROVIDER *default_provider;
static OSSL_PROVIDER *legacy_provider;

/* One entry per row of the table and key size. */
static EVP_CIPHER *(*ciphers)[VCRYPTO_MAX_KEY_SIZES];

static size_t row_index(const struct vcrypto_algorithm *algorithm)
{
    size_t count;

    return (size_t)(algorithm - vcrypto_algorithm_rows(&count));
}

EVP_CIPHER *vcrypto_openssl_cipher(const struct vcrypto_algorithm *algorithm,
                                   unsigned key_index)
{
    return ciphers[row_index(algorithm)][key_index];
}

static void fetch_row(const struct vcrypto_algorithm *row)
{
    if (row->engine->init != vcrypto_openssl_init) {
        return;
    }
    for (unsigned i = 0; i < VCRYPTO_MAX_KEY_SIZES && row->keys[i].len; i++) {
        ciphers[row_index(row)][i] =
            EVP_CIPHER_fetch(libctx, row->keys[i].library_name, NULL);
    }
}

bool vcrypto_openssl_init(const char **why)
{
    size_t count;
    const struct vcrypto_algorithm *rows = vcrypto_algorithm_rows(&count);

    libctx = OSSL_LIB_CTX_new();
    ciphers = calloc(count, sizeof(*ciphers));
    if (!libctx || !ciphers) {
        *why = "no memory for OpenSSL";
        vcrypto_openssl_fini();
        return false;
    }
    default_provider = OSSL_PROVIDER_load(libctx, "default");
    if (!default_provider) {
        *why = "OpenSSL's default provider cannot be loaded";
        vcrypto_openssl_fini();
        return false;
    }
    /* Absent on some distributions: then its algorithms are not advertised. */
    legacy_provider = OSSL_PROVIDER_try_load(libctx, "legacy", 1);
    for (size_t i = 0; i < count; i++) {
        fetch_row(&rows[i]);
    }
    /* The errors of what is absent are nobody else's to find in this thread's queue. */
    ERR_clear_error();
    return true;
}

void vcrypto_openssl_fini(void)
{
    size_t count;

    vcrypto_algorithm_rows(&count);
    for (size_t i = 0; ciphers && i < count; i++) {
        for (unsigned k = 0; k < VCRYPTO_MAX_KEY_SIZES; k++) {
            EVP_CIPHER_free(ciphers[i][k]);
        }
    }
    free(ciphers);
    ciphers = NULL;
    if (legacy_provider) {
        OSSL_PROVIDER_unload(legacy_provider);
        legacy_provider = NULL;
    }
    if (default_provider) {
        OSSL_PROVIDER_unload(default_provider);
        default_provider = NULL;
    }
    OSSL_LIB_CTX_free(libctx);
    libctx = NULL;
}
