/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What libipsec-mb does side by side, and from how many jobs on it gains by that. Where
 * one job alone gains, it is because the library has wider instructions than OpenSSL
 * uses, or needs less time to begin.
 */
#include "multi.h"

/* The library counts the bytes of most jobs in 16 bits. */
#define MAX_JOB    65534
#define MAX_BLOCKS 65520 /* of 16, and of 8 */

/* More than any vector register has: how far the library may look beyond a source that
 * does not end with a whole block. Some algorithms have no blocks to end with. */
#define SLACK 64

/* clang-format off */
#define AES(name, bytes, mode, how, ...)                                               \
    { .service = VCRYPTO_SERVICE_CIPHER, .id = VCRYPTO_CIPHER_AES_##name,              \
      .key_len = bytes, .cipher = IMB_CIPHER_##mode, .hash = IMB_AUTH_NULL,            \
      .key = MULTI_KEY_AES, .parts = how, .block = 16, .max_len = MAX_BLOCKS,          \
      __VA_ARGS__ }

#define DES_CBC_ROW(name, bytes, mode)                                                 \
    { .service = VCRYPTO_SERVICE_CIPHER, .id = VCRYPTO_CIPHER_##name,                  \
      .key_len = bytes, .cipher = IMB_CIPHER_##mode, .hash = IMB_AUTH_NULL,            \
      .key = MULTI_KEY_DES, .parts = MULTI_CHAINED, .block = 8, .max_len = MAX_BLOCKS, \
      .wide = { 8, 8 } }

#define GCM_ROW(bytes)                                                                 \
    { .service = VCRYPTO_SERVICE_AEAD, .id = VCRYPTO_AEAD_GCM, .key_len = bytes,       \
      .cipher = IMB_CIPHER_GCM, .hash = IMB_AUTH_AES_GMAC, .key = MULTI_KEY_GCM,       \
      .wide = { 1, 1 }, .narrow = { 1, 1 } }

#define DIGEST(of, name, bytes, algorithm, kind, ...)                                  \
    { .service = VCRYPTO_SERVICE_##of, .id = VCRYPTO_##of##_##name, .key_len = bytes,  \
      .cipher = IMB_CIPHER_NULL, .hash = IMB_AUTH_##algorithm, .key = MULTI_KEY_##kind,\
      .max_len = MAX_JOB, __VA_ARGS__ }

#define BLOCKWISE .slack = SLACK, .block = 16

#define WIRELESS(name, mode, kind, ...)                                                \
    { .service = VCRYPTO_SERVICE_CIPHER, .id = VCRYPTO_CIPHER_##name, .key_len = 16,   \
      .cipher = IMB_CIPHER_##mode, .hash = IMB_AUTH_NULL, .key = MULTI_KEY_##kind,     \
      .slack = SLACK, __VA_ARGS__ }

static const struct multi_method methods[] = {
    AES(CBC, 16, CBC, MULTI_CHAINED, .wide = { 2, 1 }, .narrow = { 2, 1 }),
    AES(CBC, 24, CBC, MULTI_CHAINED, .wide = { 2, 1 }, .narrow = { 2, 1 }),
    AES(CBC, 32, CBC, MULTI_CHAINED, .wide = { 2, 1 }, .narrow = { 2, 1 }),
    AES(ECB, 16, ECB, MULTI_BLOCKS, .wide = { 1, 1 }, .narrow = { 1, 1 }),
    AES(ECB, 24, ECB, MULTI_BLOCKS, .wide = { 1, 1 }, .narrow = { 1, 1 }),
    AES(ECB, 32, ECB, MULTI_BLOCKS, .wide = { 1, 1 }, .narrow = { 1, 1 }),
    AES(CTR, 16, CNTR, MULTI_COUNTER, .wide = { 1, 1 }, .narrow = { 1, 1 }),
    AES(CTR, 24, CNTR, MULTI_COUNTER, .wide = { 1, 1 }, .narrow = { 1, 1 }),
    AES(CTR, 32, CNTR, MULTI_COUNTER, .wide = { 1, 1 }, .narrow = { 1, 1 }),
    DES_CBC_ROW(DES_CBC, 8, DES),
    DES_CBC_ROW(3DES_CBC, 16, DES3),
    DES_CBC_ROW(3DES_CBC, 24, DES3),
    WIRELESS(SNOW3G_UEA2, SNOW3G_UEA2_BITLEN, SNOW3G, .max_len = MAX_JOB, .bits = true,
             .wide = { 10, 10 }, .narrow = { 2, 2 }),
    WIRELESS(ZUC_EEA3, ZUC_EEA3, PLAIN, .wide = { 2, 2 }, .narrow = { 3, 3 }),
    DIGEST(HASH, SHA1, 0, SHA_1, NONE, .wide = { 6 }, .narrow = { 6 }),
    DIGEST(HASH, SHA_224, 0, SHA_224, NONE, .wide = { 10 }, .narrow = { 2 }),
    DIGEST(HASH, SHA_256, 0, SHA_256, NONE, .wide = { 10 }, .narrow = { 2 }),
    DIGEST(HASH, SHA_384, 0, SHA_384, NONE, .wide = { 2 }, .narrow = { 3 }),
    DIGEST(HASH, SHA_512, 0, SHA_512, NONE, .wide = { 2 }, .narrow = { 3 }),
    DIGEST(MAC, HMAC_MD5, 0, MD5, HMAC, .wide = { 2 }, .narrow = { 2 }),
    DIGEST(MAC, HMAC_SHA1, 0, HMAC_SHA_1, HMAC, .wide = { 4 }, .narrow = { 4 }),
    DIGEST(MAC, HMAC_SHA_224, 0, HMAC_SHA_224, HMAC, .wide = { 8 }, .narrow = { 1 }),
    DIGEST(MAC, HMAC_SHA_256, 0, HMAC_SHA_256, HMAC, .wide = { 8 }, .narrow = { 1 }),
    DIGEST(MAC, HMAC_SHA_384, 0, HMAC_SHA_384, HMAC, .wide = { 2 }, .narrow = { 3 }),
    DIGEST(MAC, HMAC_SHA_512, 0, HMAC_SHA_512, HMAC, .wide = { 2 }, .narrow = { 3 }),
    DIGEST(MAC, CMAC_AES, 16, AES_CMAC, CMAC, BLOCKWISE, .wide = { 1 }, .narrow = { 1 }),
    DIGEST(MAC, CMAC_AES, 32, AES_CMAC_256, CMAC, BLOCKWISE, .wide = { 1 }, .narrow = { 1 }),
    /* The library's own XCBC gives 12 bytes only; CMAC is the same but for the keys,
     * and CBC-MAC of whole blocks the same without some. */
    DIGEST(MAC, XCBC_AES, 16, AES_CMAC, XCBC, BLOCKWISE, .wide = { 1 }, .narrow = { 1 }),
    DIGEST(MAC, CBCMAC_AES, 16, AES_CMAC, CBCMAC, .wide = { 1 }, .narrow = { 1 }),
    DIGEST(MAC, CBCMAC_AES, 32, AES_CMAC_256, CBCMAC, .wide = { 1 }, .narrow = { 1 }),
    DIGEST(MAC, SNOW3G_UIA2, 16, SNOW3G_UIA2_BITLEN, SNOW3G, .slack = SLACK,
           .bits = true, .wide = { 2 }, .narrow = { 2 }),
    /* Not ZUC_EIA3: see wireless.c. */
    GCM_ROW(16),
    GCM_ROW(24),
    GCM_ROW(32),
    { .service = VCRYPTO_SERVICE_AEAD, .id = VCRYPTO_AEAD_CHACHA20_POLY1305,
      .key_len = 32, .cipher = IMB_CIPHER_CHACHA20_POLY1305,
      .hash = IMB_AUTH_CHACHA20_POLY1305, .key = MULTI_KEY_PLAIN, .wide = { 1, 1 } },
};
/* clang-format on */

const struct multi_method *vcrypto_multi_method(const struct vcrypto_keying *keying)
{
    for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
        const struct multi_method *method = &methods[i];

        if (method->service == keying->algorithm->service &&
            method->id == keying->algorithm->id &&
            (!method->key_len || method->key_len == keying->key_len)) {
            return method;
        }
    }
    return NULL;
}
