/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "algorithm.h"

#include <glib.h>
#include <string.h>

enum { CIPHER, HASH, MAC, AEAD };

static const struct bench_algorithm algorithms[] = {
    { "aes-cbc", CIPHER, 3, 16, .iv_len = 16, .granule = 16, .stock = true },
    { "aes-ctr", CIPHER, 4, 16, .iv_len = 16, .stock = true },
    { "aes-ecb", CIPHER, 2, 16, .granule = 16, .stock = true },
    { "aes-xts", CIPHER, 13, 32, .iv_len = 16, .granule = 16, .stock = true },
    { "3des-cbc", CIPHER, 8, 24, .iv_len = 8, .granule = 8, .stock = true },
    { "snow3g-uea2", CIPHER, 11, 16, .iv_len = 16 },
    { "zuc-eea3", CIPHER, 14, 16, .iv_len = 16, .max_len = 8188 },
    { "sha1", HASH, 2, .result_len = 20 },
    { "sha256", HASH, 4, .result_len = 32 },
    { "sha512", HASH, 6, .result_len = 64 },
    { "hmac-sha1", MAC, 2, 20, .result_len = 20 },
    { "hmac-sha256", MAC, 4, 32, .result_len = 32 },
    { "hmac-sha512", MAC, 6, 64, .result_len = 64 },
    { "cmac-aes", MAC, 26, 16, .result_len = 16 },
    { "xcbc-aes", MAC, 53, 16, .result_len = 16 },
    { "snow3g-uia2", MAC, 28, 16, .iv_len = 16, .result_len = 4 },
    { "zuc-eia3", MAC, 54, 16, .iv_len = 16, .result_len = 4, .max_len = 8188 },
    { "aes-gcm", AEAD, 1, 16, .iv_len = 12, .tag_len = 16 },
    { "aes-ccm", AEAD, 2, 16, .iv_len = 12, .tag_len = 16 },
    { "chacha20-poly1305", AEAD, 3, 32, .iv_len = 12, .tag_len = 16 },
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

bool bench_algorithm_takes(const struct bench_algorithm *algorithm, uint32_t size)
{
    return (!algorithm->granule || size % algorithm->granule == 0) &&
           (!algorithm->max_len || size <= algorithm->max_len);
}

bool bench_algorithm_ciphers(const struct bench_algorithm *algorithm)
{
    return algorithm->service == CIPHER || algorithm->service == AEAD;
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

struct form_operation bench_algorithm_operation(const struct bench_algorithm *algorithm,
                                                const uint8_t *iv, const uint8_t *src,
                                                uint32_t size)
{
    struct form_operation operation = {
        .service = algorithm->service,
        .operation = 0,
        .algorithm = algorithm->id,
        .key = { bench_algorithm_key(), algorithm->key_len },
        .src = { src, size },
        .tag_len = algorithm->tag_len,
        .result_len = algorithm->result_len,
    };

    if (bench_algorithm_ciphers(algorithm)) {
        operation.iv = (struct form_bytes){ iv, algorithm->iv_len };
        operation.dst_len = size + algorithm->tag_len;
    } else {
        operation.src.len += algorithm->iv_len;
    }
    return operation;
}
