/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/reference.h"

#include <glib.h>
#include <nettle/arcfour.h>
#include <nettle/chacha-poly1305.h>
#include <nettle/nettle-meta.h>
#include <nettle/sha3.h>
#include <string.h>

#include "support/block.h"
#include "support/mobile.h"

/* ---- CIPHER ---- */

static void arc4(const struct vcrypto_keying *keying, const uint8_t *in, uint8_t *out,
                 size_t len)
{
    struct arcfour_ctx context;

    arcfour_set_key(&context, keying->key_len, keying->key);
    arcfour_crypt(&context, len, out, in);
}

static void f8(const struct vcrypto_keying *keying, const uint8_t *iv,
               const uint8_t *in, uint8_t *out, size_t len)
{
    uint32_t half = keying->key_len / 2;
    struct block block, masked;
    uint8_t key[32];

    for (uint32_t i = 0; i < half; i++) {
        key[i] = keying->key[i] ^ keying->key[half + i];
    }
    block_init(&block, BLOCK_AES, keying->key, half);
    block_init(&masked, BLOCK_AES, key, half);
    block_f8(&block, &masked, iv, in, out, len);
}

static void xts(const struct vcrypto_keying *keying, bool encrypt, const uint8_t *iv,
                const uint8_t *in, uint8_t *out, size_t len)
{
    uint32_t half = keying->key_len / 2;
    struct block block, tweak;

    block_init(&block, BLOCK_AES, keying->key, half);
    block_init(&tweak, BLOCK_AES, keying->key + half, half);
    block_xts(&block, &tweak, encrypt, iv, in, out, len);
}

static enum block_kind kind_of(uint32_t id)
{
    switch (id) {
    case VCRYPTO_CIPHER_DES_ECB:
    case VCRYPTO_CIPHER_DES_CBC:
        return BLOCK_DES;
    case VCRYPTO_CIPHER_3DES_ECB:
    case VCRYPTO_CIPHER_3DES_CBC:
    case VCRYPTO_CIPHER_3DES_CTR:
        return BLOCK_3DES;
    default:
        return BLOCK_AES;
    }
}

static void common_mode(const struct vcrypto_keying *keying, bool encrypt,
                        const uint8_t *iv, const uint8_t *in, uint8_t *out, size_t len)
{
    struct block block;

    block_init(&block, kind_of(keying->algorithm->id), keying->key, keying->key_len);
    switch (keying->algorithm->id) {
    case VCRYPTO_CIPHER_AES_ECB:
    case VCRYPTO_CIPHER_DES_ECB:
    case VCRYPTO_CIPHER_3DES_ECB:
        block_ecb(&block, encrypt, in, out, len);
        break;
    case VCRYPTO_CIPHER_AES_CBC:
    case VCRYPTO_CIPHER_DES_CBC:
    case VCRYPTO_CIPHER_3DES_CBC:
        block_cbc(&block, encrypt, iv, in, out, len);
        break;
    case VCRYPTO_CIPHER_AES_CTR:
    case VCRYPTO_CIPHER_3DES_CTR:
        block_ctr(&block, iv, block.size, in, out, len);
        break;
    default:
        g_error("no reference for %s", keying->algorithm->name);
    }
}

void reference_cipher(const struct vcrypto_keying *keying, const uint8_t *iv,
                      const uint8_t *in, uint8_t *out, size_t len)
{
    bool encrypt = keying->direction == VCRYPTO_ENCRYPT;

    switch (keying->algorithm->id) {
    case VCRYPTO_CIPHER_ARC4:
        arc4(keying, in, out, len);
        break;
    case VCRYPTO_CIPHER_AES_F8:
        f8(keying, iv, in, out, len);
        break;
    case VCRYPTO_CIPHER_AES_XTS:
        xts(keying, encrypt, iv, in, out, len);
        break;
    case VCRYPTO_CIPHER_KASUMI_F8:
        mobile_kasumi_f8(keying->key, iv, in, out, len);
        break;
    case VCRYPTO_CIPHER_SNOW3G_UEA2:
        mobile_snow3g_uea2(keying->key, iv, in, out, len);
        break;
    case VCRYPTO_CIPHER_ZUC_EEA3:
        mobile_zuc_eea3(keying->key, iv, in, out, len);
        break;
    default:
        common_mode(keying, encrypt, iv, in, out, len);
    }
}

/* ---- HASH ---- */

/* By the algorithm numbers of HASH; the first six are those of HMAC, too. */
static const struct nettle_hash *hash_of(uint32_t id)
{
    static const struct nettle_hash *const hashes[] = {
        [VCRYPTO_HASH_MD5] = &nettle_md5,
        [VCRYPTO_HASH_SHA1] = &nettle_sha1,
        [VCRYPTO_HASH_SHA_224] = &nettle_sha224,
        [VCRYPTO_HASH_SHA_256] = &nettle_sha256,
        [VCRYPTO_HASH_SHA_384] = &nettle_sha384,
        [VCRYPTO_HASH_SHA_512] = &nettle_sha512,
        [VCRYPTO_HASH_SHA3_224] = &nettle_sha3_224,
        [VCRYPTO_HASH_SHA3_256] = &nettle_sha3_256,
        [VCRYPTO_HASH_SHA3_384] = &nettle_sha3_384,
        [VCRYPTO_HASH_SHA3_512] = &nettle_sha3_512,
    };

    g_assert(id < G_N_ELEMENTS(hashes) && hashes[id]);
    return hashes[id];
}

/* Of two parts, one after the other. */
static void hash(const struct nettle_hash *of, const uint8_t *a, size_t a_len,
                 const uint8_t *b, size_t b_len, uint8_t digest[64])
{
    void *context = g_malloc(of->context_size);

    of->init(context);
    of->update(context, a_len, a);
    of->update(context, b_len, b);
    of->digest(context, of->digest_size, digest);
    g_free(context);
}

/* FIPS 202, 6.2: the sponge, with Nettle's permutation. */
static void shake(size_t rate, const uint8_t *message, size_t len, uint8_t *result,
                  size_t result_len)
{
    struct sha3_state state = { { 0 } };

    for (size_t i = 0; i <= len; i++) {
        uint8_t byte = i < len ? message[i] : 0x1f;

        state.a[i % rate / 8] ^= (uint64_t)byte << 8 * (i % 8);
        if (i < len && i % rate == rate - 1) {
            sha3_permute(&state);
        }
    }
    state.a[rate / 8 - 1] ^= UINT64_C(1) << 63;
    for (size_t i = 0; i < result_len; i++) {
        if (i % rate == 0) {
            sha3_permute(&state);
        }
        result[i] = (uint8_t)(state.a[i % rate / 8] >> 8 * (i % 8));
    }
}

static void hash_of_row(uint32_t id, const uint8_t *message, size_t len,
                        uint8_t *result, uint32_t result_len)
{
    uint8_t digest[64];

    if (id == VCRYPTO_HASH_SHA3_SHAKE128 || id == VCRYPTO_HASH_SHA3_SHAKE256) {
        shake(id == VCRYPTO_HASH_SHA3_SHAKE128 ? 168 : 136, message, len, result,
              result_len);
        return;
    }
    hash(hash_of(id), NULL, 0, message, len, digest);
    memcpy(result, digest, result_len);
}

/* ---- MAC ---- */

/* RFC 2104. */
static void hmac(const struct nettle_hash *of, const uint8_t *key, size_t key_len,
                 const uint8_t *message, size_t len, uint8_t mac[64])
{
    uint8_t inner[256] = { 0 }, outer[256], digest[64];
    size_t size = of->block_size;

    if (key_len > size) {
        hash(of, NULL, 0, key, key_len, inner);
    } else {
        memcpy(inner, key, key_len);
    }
    for (size_t i = 0; i < size; i++) {
        outer[i] = inner[i] ^ 0x5c;
        inner[i] ^= 0x36;
    }
    hash(of, inner, size, message, len, digest);
    hash(of, outer, size, digest, of->digest_size, mac);
}

/* The counter block of an iv of 12 bytes. */
static void gcm_start(const uint8_t iv[12], uint8_t j0[16])
{
    memcpy(j0, iv, 12);
    memcpy(j0 + 12, "\0\0\0\1", 4);
}

static void block_mac(const struct vcrypto_keying *keying, const uint8_t *iv,
                      const uint8_t *message, size_t len, uint8_t mac[16])
{
    uint32_t id = keying->algorithm->id;
    struct block block;
    uint8_t j0[16];

    block_init(&block,
               id == VCRYPTO_MAC_CMAC_3DES      ? BLOCK_3DES
               : id == VCRYPTO_MAC_GMAC_TWOFISH ? BLOCK_TWOFISH
                                                : BLOCK_AES,
               keying->key, keying->key_len);
    switch (id) {
    case VCRYPTO_MAC_CMAC_3DES:
    case VCRYPTO_MAC_CMAC_AES:
        block_cmac(&block, message, len, mac);
        break;
    case VCRYPTO_MAC_GMAC_AES:
    case VCRYPTO_MAC_GMAC_TWOFISH:
        gcm_start(iv, j0);
        block_gcm(&block, j0, message, len, NULL, NULL, 0, mac);
        break;
    case VCRYPTO_MAC_CBCMAC_AES:
        block_cbc_mac(&block, message, len, NULL, mac);
        break;
    default:
        g_error("no reference for %s", keying->algorithm->name);
    }
}

static void mac_of(const struct vcrypto_keying *keying, const uint8_t *iv,
                   const uint8_t *message, size_t len, uint8_t mac[64])
{
    uint32_t id = keying->algorithm->id;

    if (id <= VCRYPTO_MAC_HMAC_SHA_512) {
        hmac(hash_of(id), keying->key, keying->key_len, message, len, mac);
        return;
    }
    switch (id) {
    case VCRYPTO_MAC_XCBC_AES:
        block_xcbc(keying->key, message, len, mac);
        break;
    case VCRYPTO_MAC_KASUMI_F9:
    case VCRYPTO_MAC_CBCMAC_KASUMI_F9:
        mobile_kasumi_f9(keying->key, message, len, mac);
        break;
    case VCRYPTO_MAC_SNOW3G_UIA2:
        mobile_snow3g_uia2(keying->key, iv, message, len, mac);
        break;
    case VCRYPTO_MAC_ZUC_EIA3:
        mobile_zuc_eia3(keying->key, iv, message, len, mac);
        break;
    default:
        block_mac(keying, iv, message, len, mac);
    }
}

void reference_digest(const struct vcrypto_keying *keying, const uint8_t *iv,
                      const uint8_t *message, size_t len, uint8_t *result,
                      uint32_t result_len)
{
    uint8_t mac[64];

    if (keying->algorithm->service == VCRYPTO_SERVICE_HASH) {
        hash_of_row(keying->algorithm->id, message, len, result, result_len);
    } else {
        mac_of(keying, iv, message, len, mac);
        memcpy(result, mac, result_len);
    }
}

/* ---- AEAD ---- */

static void chacha20_poly1305(const struct vcrypto_keying *keying, const uint8_t *iv,
                              const uint8_t *aad, size_t aad_len, const uint8_t *in,
                              uint8_t *out, size_t len, uint8_t *tag)
{
    struct chacha_poly1305_ctx context;

    chacha_poly1305_set_key(&context, keying->key);
    chacha_poly1305_set_nonce(&context, iv);
    chacha_poly1305_update(&context, aad_len, aad);
    chacha_poly1305_encrypt(&context, len, out, in);
    chacha_poly1305_digest(&context, keying->tag_len, tag);
}

void reference_aead(const struct vcrypto_keying *keying, const uint8_t *iv,
                    uint32_t iv_len, const uint8_t *aad, size_t aad_len,
                    const uint8_t *in, uint8_t *out, size_t len, uint8_t *tag)
{
    struct block block;
    uint8_t j0[16], whole[16];

    if (keying->algorithm->id == VCRYPTO_AEAD_CHACHA20_POLY1305) {
        chacha20_poly1305(keying, iv, aad, aad_len, in, out, len, tag);
        return;
    }
    block_init(&block, BLOCK_AES, keying->key, keying->key_len);
    if (keying->algorithm->id == VCRYPTO_AEAD_CCM) {
        block_ccm(&block, iv, iv_len, aad, aad_len, in, out, len, tag, keying->tag_len);
        return;
    }
    if (iv_len == 16) {
        memcpy(j0, iv, 16);
    } else {
        gcm_start(iv, j0);
    }
    block_gcm(&block, j0, aad, aad_len, in, out, len, whole);
    memcpy(tag, whole, keying->tag_len);
}
