/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fetch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/params.h>
#include <openssl/provider.h>
#include <openssl/rand.h>

#include "../engines.h"
#include "context.h"
#include "process.h"
#include "lend.h"

/*
 * A library context of our own, which no configuration file is for, and in it digests
 * and ciphers under names of our own: what the process around us does with OpenSSL does
 * not change what they do. OpenSSL still reads the process's configuration when it
 * looks for ENGINEs the first time, which is while we begin, if nobody was earlier: it
 * could be kept from that only for everybody in the process and for ever.
 */
static OSSL_LIB_CTX *libctx;
static OSSL_PROVIDER *default_provider, *lent_default;
static OSSL_PROVIDER *legacy_provider, *lent_legacy;

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
    char kind[16], made_of[VCRYPTO_OPENSSL_NAME_SIZE];
    EVP_MAC *mac;
    EVP_MAC_CTX *context;

    snprintf(kind, sizeof(kind), "%.*s", (int)(slash - name), name);
    vcrypto_openssl_name(slash + 1, made_of);
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(
            strcmp(kind, "HMAC") == 0 ? OSSL_MAC_PARAM_DIGEST : OSSL_MAC_PARAM_CIPHER,
            made_of, 0),
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
        char ours[VCRYPTO_OPENSSL_NAME_SIZE];

        vcrypto_openssl_name(name, ours);
        if (row->engine->available == vcrypto_engine_openssl_hash.available) {
            to->digest = EVP_MD_fetch(libctx, ours, NULL);
        } else if (row->engine->available == vcrypto_engine_openssl_mac.available) {
            to->mac = fetch_mac(name, row->keys[i].len);
        } else if (row->service == VCRYPTO_SERVICE_AKCIPHER) {
            to->keys = EVP_KEYMGMT_fetch(libctx, name, NULL);
        } else {
            to->cipher = EVP_CIPHER_fetch(libctx, ours, NULL);
        }
    }
}

/* The legacy one is absent on some distributions: then its algorithms are not
 * advertised. It is looked for where the library has it, whatever OPENSSL_MODULES says.
 */
static bool load_providers(const char **why)
{
    const char *modules = OPENSSL_info(OPENSSL_INFO_MODULES_DIR);

    default_provider = OSSL_PROVIDER_load(libctx, "default");
    if (!default_provider) {
        *why = "OpenSSL's default provider cannot be loaded";
        return false;
    }
    lent_default = vcrypto_openssl_lend(libctx, default_provider, 0);
    if (modules && OSSL_PROVIDER_set_default_search_path(libctx, modules)) {
        legacy_provider = OSSL_PROVIDER_try_load(libctx, "legacy", 1);
    }
    if (legacy_provider) {
        lent_legacy = vcrypto_openssl_lend(libctx, legacy_provider, 1);
    }
    /* Random numbers of this context are made by a cipher, too. */
    if (!lent_default || (legacy_provider && !lent_legacy) ||
        !RAND_set_DRBG_type(libctx, "CTR-DRBG", NULL,
                            VCRYPTO_OPENSSL_OURS "AES-256-CTR", NULL)) {
        *why = "no memory for OpenSSL";
        return false;
    }
    return true;
}

unsigned vcrypto_openssl_number(void)
{
    return OPENSSL_version_major() << 16 | OPENSSL_version_minor() << 8;
}

const char *vcrypto_openssl_version(void)
{
    static char name[64];

    snprintf(name, sizeof(name), "OpenSSL %s",
             OpenSSL_version(OPENSSL_FULL_VERSION_STRING));
    return name;
}

const char *vcrypto_openssl_lacks(const struct vcrypto_algorithm *algorithm)
{
    if (algorithm->service == VCRYPTO_SERVICE_AKCIPHER &&
        vcrypto_openssl_has_keys(algorithm)) {
        return "OpenSSL 3.0.4 is unsafe with it (CVE-2022-2274); install a newer one";
    }
    return legacy_provider ? "OpenSSL does not have it"
                           : "OpenSSL's legacy provider is not there; Debian 13 has it "
                             "in the package "
                             "openssl-provider-legacy";
}

bool vcrypto_openssl_init(const char **why)
{
    size_t count;
    const struct vcrypto_algorithm *rows = vcrypto_algorithm_rows(&count);
    bool ready = false;

    libctx = OSSL_LIB_CTX_new();
    fetched = calloc(count, sizeof(*fetched));
    if (!libctx || !fetched) {
        *why = "no memory for OpenSSL";
    } else {
        ready = vcrypto_openssl_ours(why) && load_providers(why);
    }
    if (!ready) {
        vcrypto_openssl_fini();
        ERR_clear_error();
        return false;
    }
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
    vcrypto_openssl_lend_end(lent_legacy, 1);
    vcrypto_openssl_lend_end(lent_default, 0);
    lent_legacy = lent_default = NULL;
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
