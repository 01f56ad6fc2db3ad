/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What libipsec-mb can do side by side; from how many jobs on it is worth it is in
 * least.c. */
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
      .key = MULTI_KEY_DES, .parts = MULTI_CHAINED, .block = 8, .max_len = MAX_BLOCKS }

#define GCM_ROW(bytes)                                                                 \
    { .service = VCRYPTO_SERVICE_AEAD, .id = VCRYPTO_AEAD_GCM, .key_len = bytes,       \
      .cipher = IMB_CIPHER_GCM, .hash = IMB_AUTH_AES_GMAC, .key = MULTI_KEY_GCM }

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
    AES(CBC, 16, CBC, MULTI_CHAINED),
    AES(CBC, 24, CBC, MULTI_CHAINED),
    AES(CBC, 32, CBC, MULTI_CHAINED),
    AES(ECB, 16, ECB, MULTI_BLOCKS),
    AES(ECB, 24, ECB, MULTI_BLOCKS),
    AES(ECB, 32, ECB, MULTI_BLOCKS),
    AES(CTR, 16, CNTR, MULTI_COUNTER),
    AES(CTR, 24, CNTR, MULTI_COUNTER),
    AES(CTR, 32, CNTR, MULTI_COUNTER),
    DES_CBC_ROW(DES_CBC, 8, DES),
    DES_CBC_ROW(3DES_CBC, 16, DES3),
    DES_CBC_ROW(3DES_CBC, 24, DES3),
    WIRELESS(SNOW3G_UEA2, SNOW3G_UEA2_BITLEN, SNOW3G, .max_len = MAX_JOB, .bits = true),
    WIRELESS(ZUC_EEA3, ZUC_EEA3, PLAIN),
    DIGEST(HASH, SHA1, 0, SHA_1, NONE),
    DIGEST(HASH, SHA_224, 0, SHA_224, NONE),
    DIGEST(HASH, SHA_256, 0, SHA_256, NONE),
    DIGEST(HASH, SHA_384, 0, SHA_384, NONE),
    DIGEST(HASH, SHA_512, 0, SHA_512, NONE),
    DIGEST(MAC, HMAC_MD5, 0, MD5, HMAC),
    DIGEST(MAC, HMAC_SHA1, 0, HMAC_SHA_1, HMAC),
    DIGEST(MAC, HMAC_SHA_224, 0, HMAC_SHA_224, HMAC),
    DIGEST(MAC, HMAC_SHA_256, 0, HMAC_SHA_256, HMAC),
    DIGEST(MAC, HMAC_SHA_384, 0, HMAC_SHA_384, HMAC),
    DIGEST(MAC, HMAC_SHA_512, 0, HMAC_SHA_512, HMAC),
    DIGEST(MAC, CMAC_AES, 16, AES_CMAC, CMAC, BLOCKWISE),
    DIGEST(MAC, CMAC_AES, 32, AES_CMAC_256, CMAC, BLOCKWISE),
    /* The library's own XCBC gives 12 bytes only; CMAC is the same but for the keys,
     * and CBC-MAC of whole blocks the same without some. */
    DIGEST(MAC, XCBC_AES, 16, AES_CMAC, XCBC, BLOCKWISE),
    DIGEST(MAC, CBCMAC_AES, 16, AES_CMAC, CBCMAC),
    DIGEST(MAC, CBCMAC_AES, 32, AES_CMAC_256, CBCMAC),
    DIGEST(MAC, SNOW3G_UIA2, 16, SNOW3G_UIA2_BITLEN, SNOW3G, .slack = SLACK,
           .bits = true),
    /* Not ZUC_EIA3: see wireless.c. */
    GCM_ROW(16),
    GCM_ROW(24),
    GCM_ROW(32),
    { .service = VCRYPTO_SERVICE_AEAD, .id = VCRYPTO_AEAD_CHACHA20_POLY1305,
      .key_len = 32, .cipher = IMB_CIPHER_CHACHA20_POLY1305,
      .hash = IMB_AUTH_CHACHA20_POLY1305, .key = MULTI_KEY_PLAIN },
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
