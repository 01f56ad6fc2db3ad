/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "engines.h"

static const struct vcrypto_algorithm rows[] = {
    { .service = VCRYPTO_SERVICE_CIPHER,
      .id = VCRYPTO_CIPHER_AES_ECB,
      .name = "aes-ecb",
      .engine = &vcrypto_engine_openssl,
      .iv_ignored = true, /* two drivers send 16 bytes */
      .granule = 16,
      .keys = { { 16, "AES-128-ECB" }, { 24, "AES-192-ECB" }, { 32, "AES-256-ECB" } } },
    { .service = VCRYPTO_SERVICE_CIPHER,
      .id = VCRYPTO_CIPHER_AES_CBC,
      .name = "aes-cbc",
      .engine = &vcrypto_engine_openssl,
      .iv_len = 16,
      .granule = 16,
      .keys = { { 16, "AES-128-CBC" }, { 24, "AES-192-CBC" }, { 32, "AES-256-CBC" } } },
    { .service = VCRYPTO_SERVICE_CIPHER,
      .id = VCRYPTO_CIPHER_AES_CTR,
      .name = "aes-ctr",
      .engine = &vcrypto_engine_openssl,
      .iv_len = 16,
      .granule = 1,
      .keys = { { 16, "AES-128-CTR" }, { 24, "AES-192-CTR" }, { 32, "AES-256-CTR" } } },
    { .service = VCRYPTO_SERVICE_CIPHER,
      .id = VCRYPTO_CIPHER_3DES_ECB,
      .name = "3des-ecb",
      .engine = &vcrypto_engine_openssl,
      .iv_ignored = true,
      .granule = 8,
      .keys = { { 16, "DES-EDE-ECB" }, { 24, "DES-EDE3-ECB" } } },
    { .service = VCRYPTO_SERVICE_CIPHER,
      .id = VCRYPTO_CIPHER_3DES_CBC,
      .name = "3des-cbc",
      .engine = &vcrypto_engine_openssl,
      .iv_len = 8,
      .granule = 8,
      .keys = { { 16, "DES-EDE-CBC" }, { 24, "DES-EDE3-CBC" } } },
    { .service = VCRYPTO_SERVICE_CIPHER,
      .id = VCRYPTO_CIPHER_AES_XTS,
      .name = "aes-xts",
      .engine = &vcrypto_engine_openssl,
      .iv_len = 16,
      .granule = 1,
      .min_len = 16,
      .max_len = 16 * 1024 * 1024, /* IEEE 1619: at most 2^20 blocks a data unit */
      .whole = true,
      .distinct_halves = true,
      .keys = { { 32, "AES-128-XTS" }, { 64, "AES-256-XTS" } } },
};

const struct vcrypto_algorithm *vcrypto_algorithm_rows(size_t *count)
{
    *count = sizeof(rows) / sizeof(rows[0]);
    return rows;
}
