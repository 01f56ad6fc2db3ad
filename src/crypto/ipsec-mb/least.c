/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Measured with tests/bench/crossover, except for AVX-512 and AVX2's type 2:
 * docs/performance.md has the figures. An entry is the least group from which on groups
 * take less time on the average of all sizes, and at none much more. Where one job
 * alone gains, it is because libipsec-mb needs less time to begin, or has wider
 * instructions than OpenSSL uses.
 */
#include "least.h"

#include "multi.h"

/* From these versions on, the newer figures are nearer. */
#define NEWER_OPENSSL  (3u << 16 | 5u << 8)
#define NEWER_IPSEC_MB IMB_VERSION(2, 0, 0)

/* Of one algorithm, in one direction; 0: never. */
struct least {
    enum vcrypto_service service;
    uint32_t id;
    IMB_CIPHER_DIRECTION direction;
    uint8_t from[MULTI_LIBRARIES][MULTI_PROCESSORS];
};

/* clang-format off */
#define ROW(of, name, way, ...)                                                        \
    { VCRYPTO_SERVICE_##of, VCRYPTO_##of##_##name, IMB_DIR_##way##CRYPT, { __VA_ARGS__ } }

static const struct least table[] = {
    /* OpenSSL 3.0, libipsec-mb 1.3; then 3.5 and 2.0:
     *                                     AVX- AVX2 AVX2 AVX2 SSE  SSE    AVX- AVX2 AVX2 AVX2 SSE  SSE
     *                                     512 type2 +SHA      +SHA        512 type2 +SHA      +SHA  */
    ROW(CIPHER, AES_ECB, EN,             {   1,   1,   2,   2,   2,   2 }, {   1,   1,   2,   2,   2,   2 }),
    ROW(CIPHER, AES_ECB, DE,             {   1,   1,   1,   1,   1,   1 }, {   1,   1,   1,   1,   1,   1 }),
    ROW(CIPHER, AES_CBC, EN,             {   2,   2,   2,   2,   1,   1 }, {   2,   2,   2,   2,   2,   2 }),
    ROW(CIPHER, AES_CBC, DE,             {   1,   1,   1,   1,   1,   1 }, {   1,   1,   1,   1,   1,   1 }),
    ROW(CIPHER, AES_CTR, EN,             {   1,   1,   1,   1,   1,   1 }, {   1,   1,   1,   1,   1,   1 }),
    ROW(CIPHER, AES_CTR, DE,             {   1,   1,   1,   1,   1,   1 }, {   1,   1,   1,   1,   1,   1 }),
    ROW(CIPHER, DES_CBC, EN,             {   8,   0,   0,   0,   0,   0 }, {   8,   0,   0,   0,   0,   0 }),
    ROW(CIPHER, DES_CBC, DE,             {   8,   0,   0,   0,   0,   0 }, {   8,   0,   0,   0,   0,   0 }),
    ROW(CIPHER, 3DES_CBC, EN,            {   8,   0,   0,   0,   0,   0 }, {   8,   0,   0,   0,   0,   0 }),
    ROW(CIPHER, 3DES_CBC, DE,            {   8,   0,   0,   0,   0,   0 }, {   8,   0,   0,   0,   0,   0 }),
    ROW(CIPHER, SNOW3G_UEA2, EN,         {   2,   2,   2,   2,   2,   2 }, {   2,   2,   2,   2,   2,   2 }),
    ROW(CIPHER, SNOW3G_UEA2, DE,         {   2,   2,   2,   2,   2,   2 }, {   2,   2,   2,   2,   2,   2 }),
    ROW(CIPHER, ZUC_EEA3, EN,            {   2,   2,   2,   2,   2,   2 }, {   2,   2,   2,   2,   2,   2 }),
    ROW(CIPHER, ZUC_EEA3, DE,            {   2,   2,   2,   2,   2,   2 }, {   2,   2,   2,   2,   2,   2 }),
    ROW(HASH, SHA1, EN,                  {   6,   6,   6,   3,   2,   2 }, {   6,   6,  16,   4,   2,   3 }),
    ROW(HASH, SHA_224, EN,               {  10,   2,   0,   3,   1,   3 }, {  10,   2,   0,   4,   2,   3 }),
    ROW(HASH, SHA_256, EN,               {  10,   2,   0,   3,   1,   3 }, {  10,   2,   0,   4,   2,   3 }),
    ROW(HASH, SHA_384, EN,               {   2,   3,   3,   3,   4,   4 }, {   2,   3,   4,   4,   0,   0 }),
    ROW(HASH, SHA_512, EN,               {   2,   3,   3,   3,   4,   4 }, {   2,   3,   4,   4,   0,   0 }),
    ROW(MAC, HMAC_MD5, EN,               {   2,   2,   2,   2,   2,   2 }, {   2,   2,   2,   2,   2,   2 }),
    ROW(MAC, HMAC_SHA1, EN,              {   4,   4,   4,   2,   1,   2 }, {   4,   4,   4,   2,   1,   2 }),
    ROW(MAC, HMAC_SHA_224, EN,           {   8,   1,   0,   3,   1,   3 }, {   8,   1,   0,   3,   1,   3 }),
    ROW(MAC, HMAC_SHA_256, EN,           {   8,   1,   0,   3,   1,   3 }, {   8,   1,   0,   3,   1,   3 }),
    ROW(MAC, HMAC_SHA_384, EN,           {   2,   3,   3,   3,   4,   4 }, {   2,   3,   3,   3,   4,   4 }),
    ROW(MAC, HMAC_SHA_512, EN,           {   2,   3,   3,   3,   4,   4 }, {   2,   3,   3,   3,   4,   4 }),
    ROW(MAC, CMAC_AES, EN,               {   1,   1,   1,   1,   1,   1 }, {   1,   1,   1,   1,   1,   1 }),
    ROW(MAC, XCBC_AES, EN,               {   1,   1,   1,   1,   1,   1 }, {   2,   2,   2,   2,   2,   2 }),
    ROW(MAC, CBCMAC_AES, EN,             {   1,   1,   1,   1,   1,   1 }, {   2,   2,   2,   2,   2,   2 }),
    ROW(MAC, SNOW3G_UIA2, EN,            {   2,   2,   2,   2,   2,   2 }, {   2,   2,   2,   2,   2,   2 }),
    ROW(AEAD, GCM, EN,                   {   1,   1,   1,   1,   1,   1 }, {   1,   1,   1,   1,   1,   1 }),
    ROW(AEAD, GCM, DE,                   {   1,   1,   1,   1,   1,   1 }, {   1,   1,   1,   1,   1,   1 }),
    /* With SSE the library reads beyond the source: docs/hacking.md. */
    ROW(AEAD, CHACHA20_POLY1305, EN,     {   1,   1,   1,   1,   0,   0 }, {   1,   1,   1,   1,   0,   0 }),
    ROW(AEAD, CHACHA20_POLY1305, DE,     {   1,   1,   1,   1,   0,   0 }, {   1,   1,   1,   1,   0,   0 }),
};
/* clang-format on */

static bool all(uint64_t of, uint64_t bits)
{
    return (of & bits) == bits;
}

enum multi_processor vcrypto_multi_processor(IMB_ARCH arch, uint64_t features)
{
    bool sha = features & IMB_FEATURE_SHANI;

    if (arch < IMB_ARCH_AVX2) {
        return sha ? MULTI_SSE_SHA : MULTI_SSE;
    }
    if (arch == IMB_ARCH_AVX512 &&
        all(features, IMB_FEATURE_VAES | IMB_FEATURE_VPCLMULQDQ)) {
        return MULTI_AVX512;
    }
    if (all(features, IMB_CPUFLAGS_AVX2_T2)) {
        return MULTI_AVX2_TYPE2;
    }
    return sha ? MULTI_AVX2_SHA : MULTI_AVX2;
}

/* The newer figures where one of the two is newer: they are never lower, and one at a
 * time is the smaller mistake. */
enum multi_libraries vcrypto_multi_libraries(unsigned openssl, unsigned ipsec_mb)
{
    return openssl >= NEWER_OPENSSL || ipsec_mb >= NEWER_IPSEC_MB ? MULTI_NEWER
                                                                  : MULTI_OLDER;
}

unsigned vcrypto_multi_least(const struct vcrypto_keying *keying,
                             enum multi_processor processor,
                             enum multi_libraries libraries)
{
    if (!vcrypto_multi_method(keying)) {
        return 0;
    }
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        const struct least *least = &table[i];

        if (least->service == keying->algorithm->service &&
            least->id == keying->algorithm->id &&
            least->direction == vcrypto_multi_direction(keying)) {
            return least->from[libraries][processor];
        }
    }
    return 0;
}
