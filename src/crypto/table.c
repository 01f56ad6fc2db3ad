/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "engines.h"

/* The longest output that is made of an extendable-output function. */
#define MAX_SHAKE 65536

/* HMAC's own limit is none; the operator's comes first. */
#define MAX_HMAC_KEY 65536

/* What a byte takes in nanoseconds, where that is more than 1: see cost in algorithm.h.
 * Measured (tests/bench/crossover --alone), and rounded up: it tells slow requests from
 * others, no more. */
#define COST_DES    16
#define COST_3DES   40
#define COST_SHA2   2
#define COST_SHA3   10
#define COST_KASUMI 450

/* Its tag included. The standard's limit is 2^61; OpenSSL does a message in one call,
 * so that a worker that is to stop cannot leave it. */
#define MAX_CCM (64 * 1024 * 1024)

/* Nothing that is a key is longer; the operator's limit comes first. */
#define MAX_DER 65536

#define HASH(identifier, row_name, size, library, ...)                                 \
    {                                                                                  \
        .service = VCRYPTO_SERVICE_HASH, .id = VCRYPTO_HASH_##identifier,              \
        .name = row_name, .engine = &vcrypto_engine_openssl_hash, .result_len = size,  \
        .keys = { { 0, library } }, __VA_ARGS__                                        \
    }

#define HMAC(identifier, row_name, size, library)                                      \
    {                                                                                  \
        .service = VCRYPTO_SERVICE_MAC, .id = VCRYPTO_MAC_HMAC_##identifier,           \
        .name = row_name, .engine = &vcrypto_engine_openssl_mac, .result_len = size,   \
        .cost = COST_SHA2, .keys = {                                                   \
            { 1, library, .max_len = MAX_HMAC_KEY }                                    \
        }                                                                              \
    }

#ifdef VCRYPTO_HAVE_IPSEC_MB
/* What 3GPP's limits leave open; a worker is not to be kept busy for long. */
#define MAX_SNOW3G (16 * 1024 * 1024)

#define WIRELESS(row_service, identifier, row_name, row_iv_len, ...)                   \
    {                                                                                  \
        .service = VCRYPTO_SERVICE_##row_service,                                      \
        .id = VCRYPTO_##row_service##_##identifier, .name = row_name,                  \
        .engine = &vcrypto_engine_ipsec_mb, .iv_len = row_iv_len, __VA_ARGS__,         \
        .keys = {                                                                      \
            { 16, row_name }                                                           \
        }                                                                              \
    }
#endif

static const struct vcrypto_algorithm rows[] = {
    { .service = VCRYPTO_SERVICE_CIPHER,
      .id = VCRYPTO_CIPHER_ARC4,
      .name = "arc4",
      .cost = 4,
      .engine = &vcrypto_engine_openssl_rc4,
      .iv_ignored = true,
      .granule = 1,
      .keys = { { 5, "RC4", .max_len = 256 } } },
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
      .id = VCRYPTO_CIPHER_DES_ECB,
      .name = "des-ecb",
      .cost = COST_DES,
      .engine = &vcrypto_engine_openssl,
      .iv_ignored = true,
      .granule = 8,
      .keys = { { 8, "DES-ECB" } } },
    { .service = VCRYPTO_SERVICE_CIPHER,
      .id = VCRYPTO_CIPHER_DES_CBC,
      .name = "des-cbc",
      .cost = COST_DES,
      .engine = &vcrypto_engine_openssl,
      .iv_len = 8,
      .granule = 8,
      .keys = { { 8, "DES-CBC" } } },
    { .service = VCRYPTO_SERVICE_CIPHER,
      .id = VCRYPTO_CIPHER_3DES_ECB,
      .name = "3des-ecb",
      .cost = COST_3DES,
      .engine = &vcrypto_engine_openssl,
      .iv_ignored = true,
      .granule = 8,
      .keys = { { 16, "DES-EDE-ECB" }, { 24, "DES-EDE3-ECB" } } },
    { .service = VCRYPTO_SERVICE_CIPHER,
      .id = VCRYPTO_CIPHER_3DES_CBC,
      .name = "3des-cbc",
      .cost = COST_3DES,
      .engine = &vcrypto_engine_openssl,
      .iv_len = 8,
      .granule = 8,
      .keys = { { 16, "DES-EDE-CBC" }, { 24, "DES-EDE3-CBC" } } },
    { .service = VCRYPTO_SERVICE_CIPHER,
      .id = VCRYPTO_CIPHER_3DES_CTR,
      .name = "3des-ctr",
      .cost = COST_3DES,
      .engine = &vcrypto_engine_openssl_ctr64,
      .iv_len = 8,
      .granule = 1,
      .keys = { { 16, "DES-EDE-ECB" }, { 24, "DES-EDE3-ECB" } } },
    { .service = VCRYPTO_SERVICE_CIPHER,
      .id = VCRYPTO_CIPHER_AES_F8,
      .name = "aes-f8",
      .cost = 4,
      .engine = &vcrypto_engine_openssl_f8,
      .iv_len = 16,
      .granule = 1,
      .keys = { { 32, "AES-128-CBC" }, { 48, "AES-192-CBC" }, { 64, "AES-256-CBC" } } },
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
#ifdef VCRYPTO_HAVE_IPSEC_MB
    /* 3GPP's longest: 20,000 bits for KASUMI, 65,504 for ZUC. */
    WIRELESS(CIPHER, KASUMI_F8, "kasumi-f8", 8, .granule = 1, .cost = COST_KASUMI,
             .max_len = 2500),
    WIRELESS(CIPHER, SNOW3G_UEA2, "snow3g-uea2", 16, .granule = 1, .cost = 6,
             .max_len = MAX_SNOW3G),
    WIRELESS(CIPHER, ZUC_EEA3, "zuc-eea3", 16, .granule = 1, .cost = 7,
             .max_len = 8188),
#endif
    HASH(MD5, "md5", 16, "MD5", .cost = COST_SHA2),
    HASH(SHA1, "sha1", 20, "SHA1", .cost = COST_SHA2),
    HASH(SHA_224, "sha224", 28, "SHA224", .cost = COST_SHA2),
    HASH(SHA_256, "sha256", 32, "SHA256", .cost = COST_SHA2),
    HASH(SHA_384, "sha384", 48, "SHA384", .cost = COST_SHA2),
    HASH(SHA_512, "sha512", 64, "SHA512", .cost = COST_SHA2),
    HASH(SHA3_224, "sha3-224", 28, "SHA3-224", .cost = COST_SHA3),
    HASH(SHA3_256, "sha3-256", 32, "SHA3-256", .cost = COST_SHA3),
    HASH(SHA3_384, "sha3-384", 48, "SHA3-384", .cost = COST_SHA3),
    HASH(SHA3_512, "sha3-512", 64, "SHA3-512", .cost = COST_SHA3),
    HASH(SHA3_SHAKE128, "shake128", 32, "SHAKE128", .cost = COST_SHA3,
         .max_result = MAX_SHAKE),
    HASH(SHA3_SHAKE256, "shake256", 64, "SHAKE256", .cost = COST_SHA3,
         .max_result = MAX_SHAKE),
    HMAC(MD5, "hmac-md5", 16, "HMAC/MD5"),
    HMAC(SHA1, "hmac-sha1", 20, "HMAC/SHA1"),
    HMAC(SHA_224, "hmac-sha224", 28, "HMAC/SHA224"),
    HMAC(SHA_256, "hmac-sha256", 32, "HMAC/SHA256"),
    HMAC(SHA_384, "hmac-sha384", 48, "HMAC/SHA384"),
    HMAC(SHA_512, "hmac-sha512", 64, "HMAC/SHA512"),
    { .service = VCRYPTO_SERVICE_MAC,
      .id = VCRYPTO_MAC_CMAC_3DES,
      .name = "cmac-3des",
      .cost = COST_3DES,
      .engine = &vcrypto_engine_openssl_mac,
      .result_len = 8,
      .keys = { { 16, "CMAC/DES-EDE-CBC" }, { 24, "CMAC/DES-EDE3-CBC" } } },
    { .service = VCRYPTO_SERVICE_MAC,
      .id = VCRYPTO_MAC_CMAC_AES,
      .name = "cmac-aes",
      .cost = 2,
      .engine = &vcrypto_engine_openssl_mac,
      .result_len = 16,
      .keys = { { 16, "CMAC/AES-128-CBC" },
                { 24, "CMAC/AES-192-CBC" },
                { 32, "CMAC/AES-256-CBC" } } },
    { .service = VCRYPTO_SERVICE_MAC,
      .id = VCRYPTO_MAC_GMAC_AES,
      .name = "gmac-aes",
      .engine = &vcrypto_engine_openssl_mac,
      .iv_len = 12,
      .result_len = 16,
      .keys = { { 16, "GMAC/AES-128-GCM" },
                { 24, "GMAC/AES-192-GCM" },
                { 32, "GMAC/AES-256-GCM" } } },
    { .service = VCRYPTO_SERVICE_MAC,
      .id = VCRYPTO_MAC_CBCMAC_AES,
      .name = "cbcmac-aes",
      .cost = 2,
      .engine = &vcrypto_engine_openssl_cbcmac,
      .granule = 16,
      .min_len = 16,
      .result_len = 16,
      .keys = { { 16, "AES-128-CBC" }, { 24, "AES-192-CBC" }, { 32, "AES-256-CBC" } } },
    { .service = VCRYPTO_SERVICE_MAC,
      .id = VCRYPTO_MAC_XCBC_AES,
      .name = "xcbc-aes",
      .cost = 2,
      .engine = &vcrypto_engine_openssl_xcbc,
      .result_len = 16,
      .keys = { { 16, "AES-128-CBC" } } },
#ifdef VCRYPTO_HAVE_IPSEC_MB
    /* The padded string: counters, message, direction, a one, zeros. */
    WIRELESS(MAC, KASUMI_F9, "kasumi-f9", 0, .granule = 8, .min_len = 16,
             .cost = COST_KASUMI, .max_len = 2496, .result_len = 4),
    WIRELESS(MAC, CBCMAC_KASUMI_F9, "cbcmac-kasumi-f9", 0, .granule = 8, .min_len = 16,
             .cost = COST_KASUMI, .max_len = 2496, .result_len = 4),
    WIRELESS(MAC, SNOW3G_UIA2, "snow3g-uia2", 16, .min_len = 1, .max_len = MAX_SNOW3G,
             .result_len = 4),
    WIRELESS(MAC, ZUC_EIA3, "zuc-eia3", 16, .min_len = 1, .cost = 14, .max_len = 8188,
             .result_len = 4),
#endif
#ifdef VCRYPTO_HAVE_GCRYPT
    { .service = VCRYPTO_SERVICE_MAC,
      .id = VCRYPTO_MAC_GMAC_TWOFISH,
      .name = "gmac-twofish",
      .engine = &vcrypto_engine_gcrypt_gmac,
      .iv_len = 12,
      .result_len = 16,
      .keys = { { 16, "TWOFISH128" }, { 32, "TWOFISH" } } },
#endif
    { .service = VCRYPTO_SERVICE_AEAD,
      .id = VCRYPTO_AEAD_GCM,
      .name = "aes-gcm",
      .engine = &vcrypto_engine_openssl_gcm,
      .iv_lens = 1u << 12 | 1u << 16,
      .tag_lens = 1u << 4 | 1u << 8 | 0x1fu << 12,
      .keys = { { 16, "AES-128-GCM" }, { 24, "AES-192-GCM" }, { 32, "AES-256-GCM" } } },
    { .service = VCRYPTO_SERVICE_AEAD,
      .id = VCRYPTO_AEAD_CCM,
      .name = "aes-ccm",
      .cost = 2,
      .max_len = MAX_CCM,
      .engine = &vcrypto_engine_openssl_ccm,
      .iv_lens = 0x7fu << 7,
      .iv_in_slot = 1, /* the slot's first byte is CCM's own */
      .tag_lens =
          1u << 4 | 1u << 6 | 1u << 8 | 1u << 10 | 1u << 12 | 1u << 14 | 1u << 16,
      .keys = { { 16, "AES-128-CCM" }, { 24, "AES-192-CCM" }, { 32, "AES-256-CCM" } } },
    { .service = VCRYPTO_SERVICE_AEAD,
      .id = VCRYPTO_AEAD_CHACHA20_POLY1305,
      .name = "chacha20-poly1305",
      .engine = &vcrypto_engine_openssl_aead,
      .iv_lens = 1u << 12,
      .tag_lens = 1u << 16,
      .keys = { { 32, "ChaCha20-Poly1305" } } },
    { .service = VCRYPTO_SERVICE_AKCIPHER,
      .id = VCRYPTO_AKCIPHER_RSA,
      .name = "rsa",
      .engine = &vcrypto_engine_openssl_rsa,
      .key_parsed = true,
      .keys = { { 1, "RSA", .max_len = MAX_DER } } },
    { .service = VCRYPTO_SERVICE_AKCIPHER,
      .id = VCRYPTO_AKCIPHER_ECDSA,
      .name = "ecdsa",
      .engine = &vcrypto_engine_openssl_ecdsa,
      .key_parsed = true,
      .keys = { { 1, "EC", .max_len = MAX_DER } } },
};

/* What is not above, because the build lacks a library. */
#define ABSENT(row_service, identifier, row_name, library)                             \
    {                                                                                  \
        VCRYPTO_SERVICE_##row_service, VCRYPTO_##row_service##_##identifier, row_name, \
            "this was built without " library                                          \
    }

static const struct vcrypto_absent_algorithm absent[] = {
#ifndef VCRYPTO_HAVE_IPSEC_MB
    ABSENT(CIPHER, KASUMI_F8, "kasumi-f8", "libipsec-mb"),
    ABSENT(CIPHER, SNOW3G_UEA2, "snow3g-uea2", "libipsec-mb"),
    ABSENT(CIPHER, ZUC_EEA3, "zuc-eea3", "libipsec-mb"),
    ABSENT(MAC, KASUMI_F9, "kasumi-f9", "libipsec-mb"),
    ABSENT(MAC, CBCMAC_KASUMI_F9, "cbcmac-kasumi-f9", "libipsec-mb"),
    ABSENT(MAC, SNOW3G_UIA2, "snow3g-uia2", "libipsec-mb"),
    ABSENT(MAC, ZUC_EIA3, "zuc-eia3", "libipsec-mb"),
#endif
#ifndef VCRYPTO_HAVE_GCRYPT
    ABSENT(MAC, GMAC_TWOFISH, "gmac-twofish", "libgcrypt"),
#endif
    { 0 }, /* an array has to have an element */
};

const struct vcrypto_absent_algorithm *vcrypto_algorithms_absent(size_t *count)
{
    *count = sizeof(absent) / sizeof(absent[0]) - 1;
    return absent;
}

const struct vcrypto_algorithm *vcrypto_algorithm_rows(size_t *count)
{
    *count = sizeof(rows) / sizeof(rows[0]);
    return rows;
}
