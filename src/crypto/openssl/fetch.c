/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fetch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/params.h>
#include <openssl/provider.h>

#include "../engines.h"

/*
 * A library context of our own: what the process around us does with OpenSSL, its
 * configuration file included, neither changes us nor is changed by us.
 */
static OSSL_LIB_CTX *libctx;
static OSSL_PROVIDER *default_provider;
static OSSL_PROVIDER *legacy_provider;

/* One for each row of the table and key size; which of them is the engine's. */
struct fetched {
    EVP_KEYMGMT *keys;
    EVP_CIPHER *cipher;
    EVP_MD *digest;
    EVP_MAC_CTX *mac; /* without a key, to be copied */
};

static struct fetched (*fetched)[VCRYPTO_MAX_KEY_SIZES];

static size_t row_index(const struct vcrypto_algorithm *algorithm)
{
    size_t count;

    return (size_t)(algorithm - vcrypto_algorithm_rows(&count));
}

EVP_CIPHER *vcrypto_openssl_cipher(const struct vcrypto_algorithm *algorithm,
                                   unsigned key_index)
{
    return fetched[row_index(algorithm)][key_index].cipher;
}

EVP_MD *vcrypto_openssl_digest(const struct vcrypto_algorithm *algorithm)
{
    return fetched[row_index(algorithm)][0].digest;
}

EVP_MAC_CTX *vcrypto_openssl_mac(const struct vcrypto_algorithm *algorithm,
                                 unsigned key_index)
{
    return fetched[row_index(algorithm)][key_index].mac;
}

bool vcrypto_openssl_has_keys(const struct vcrypto_algorithm *algorithm)
{
    return fetched[row_index(algorithm)][0].keys != NULL;
}

OSSL_LIB_CTX *vcrypto_openssl_library(void)
{
    return libctx;
}

/* What the MAC is made of is looked up when it is named, which is as slow as a fetch:
 * here, once, and not where keys are set. */
static EVP_MAC_CTX *fetch_mac(const char *name, size_t key_len)
{
    static const uint8_t any_key[32]; /* CMAC cannot be copied before it has one */
    const char *slash = strchr(name, '/');
    char kind[16];
    EVP_MAC *mac;
    EVP_MAC_CTX *context;

    snprintf(kind, sizeof(kind), "%.*s", (int)(slash - name), name);
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(
            strcmp(kind, "HMAC") == 0 ? OSSL_MAC_PARAM_DIGEST : OSSL_MAC_PARAM_CIPHER,
            (char *)slash + 1, 0),
        OSSL_PARAM_construct_end(),
    };

    mac = EVP_MAC_fetch(libctx, kind, NULL);
    context = mac ? EVP_MAC_CTX_new(mac) : NULL;
    if (context && (!EVP_MAC_CTX_set_params(context, params) ||
                    !EVP_MAC_init(context, any_key, key_len, NULL))) {
        EVP_MAC_CTX_free(context);
        context = NULL;
    }
    EVP_MAC_free(mac); /* the context keeps it */
    return context;
}

static void fetch_row(const struct vcrypto_algorithm *row)
{
    if (row->engine->init != vcrypto_openssl_init) {
        return;
    }
    for (unsigned i = 0; vcrypto_algorithm_has_key(row, i); i++) {
        struct fetched *to = &fetched[row_index(row)][i];
        const char *name = row->keys[i].library_name;

        if (row->engine->available == vcrypto_engine_openssl_hash.available) {
            to->digest = EVP_MD_fetch(libctx, name, NULL);
        } else if (row->engine->available == vcrypto_engine_openssl_mac.available) {
            to->mac = fetch_mac(name, row->keys[i].len);
        } else if (row->service == VCRYPTO_SERVICE_AKCIPHER) {
            to->keys = EVP_KEYMGMT_fetch(libctx, name, NULL);
        } else {
            to->cipher = EVP_CIPHER_fetch(libctx, name, NULL);
        }
    }
}

bool vcrypto_openssl_init(const char **why)
{
    size_t count;
    const struct vcrypto_algorithm *rows = vcrypto_algorithm_rows(&count);

    libctx = OSSL_LIB_CTX_new();
    fetched = calloc(count, sizeof(*fetched));
    if (!libctx || !fetched) {
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
    for (size_t i = 0; fetched && i < count; i++) {
        for (unsigned k = 0; k < VCRYPTO_MAX_KEY_SIZES; k++) {
            EVP_CIPHER_free(fetched[i][k].cipher);
            EVP_KEYMGMT_free(fetched[i][k].keys);
            EVP_MD_free(fetched[i][k].digest);
            EVP_MAC_CTX_free(fetched[i][k].mac);
        }
    }
    free(fetched);
    fetched = NULL;
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
