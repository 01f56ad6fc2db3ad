/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Algorithms, and OpenSSL called directly.
 */
#include "algorithm.h"

#include "support/ut.h"
#include "vectors/cipher.h"

#include <glib.h>
#include <openssl/evp.h>
#include <string.h>

struct bench_engine {
    EVP_CIPHER_CTX *ctx;
};

static const struct bench_algorithm algorithms[] = {
    { "aes-cbc", CIPHER_VECTOR_AES_CBC, 16, 16, "AES-128-CBC" },
    { "aes-ctr", CIPHER_VECTOR_AES_CTR, 16, 16, "AES-128-CTR" },
    { "aes-ecb", CIPHER_VECTOR_AES_ECB, 16, 0, "AES-128-ECB" },
    { "aes-xts", CIPHER_VECTOR_AES_XTS, 32, 16, "AES-128-XTS" },
    { "3des-cbc", CIPHER_VECTOR_3DES_CBC, 24, 8, "DES-EDE3-CBC" },
    { "3des-ecb", CIPHER_VECTOR_3DES_ECB, 24, 0, "DES-EDE3" },
};

const struct bench_algorithm *bench_algorithm_find(const char *name)
{
    for (size_t i = 0; i < G_N_ELEMENTS(algorithms); i++) {
        if (strcmp(name, algorithms[i].name) == 0) {
            return &algorithms[i];
        }
    }
    return NULL;
}

char *bench_algorithm_names(void)
{
    GString *names = g_string_new(NULL);

    for (size_t i = 0; i < G_N_ELEMENTS(algorithms); i++) {
        g_string_append_printf(names, "%s%s", i ? ", " : "", algorithms[i].name);
    }
    return g_string_free(names, FALSE);
}

const uint8_t *bench_algorithm_key(void)
{
    static uint8_t key[BENCH_MAX_KEY];

    /* No two parts alike: XTS and triple DES insist on that. */
    for (unsigned i = 0; i < sizeof(key); i++) {
        key[i] = (uint8_t)(0x31 + 37 * i);
    }
    return key;
}

struct bench_engine *bench_engine_new(const struct bench_algorithm *algorithm)
{
    struct bench_engine *engine = g_new0(struct bench_engine, 1);
    EVP_CIPHER *cipher = EVP_CIPHER_fetch(NULL, algorithm->openssl, NULL);

    engine->ctx = EVP_CIPHER_CTX_new();
    UT_TRUE_FATAL(cipher != NULL && engine->ctx != NULL);
    UT_TRUE_FATAL(EVP_EncryptInit_ex2(engine->ctx, cipher, bench_algorithm_key(), NULL,
                                      NULL) == 1);
    EVP_CIPHER_CTX_set_padding(engine->ctx, 0);
    EVP_CIPHER_free(cipher);
    return engine;
}

void bench_engine_encrypt(struct bench_engine *engine, const uint8_t *iv,
                          const uint8_t *src, uint8_t *dst, uint32_t len)
{
    int out = 0;

    if (EVP_EncryptInit_ex2(engine->ctx, NULL, NULL, iv, NULL) != 1 ||
        EVP_EncryptUpdate(engine->ctx, dst, &out, src, (int)len) != 1 ||
        out != (int)len) {
        UT_FAIL_FATAL("OpenSSL does not encrypt %u bytes", len);
    }
}

void bench_engine_free(struct bench_engine *engine)
{
    if (engine) {
        EVP_CIPHER_CTX_free(engine->ctx);
        g_free(engine);
    }
}
