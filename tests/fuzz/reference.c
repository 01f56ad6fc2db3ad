/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "reference.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/provider.h>

#ifdef VCRYPTO_HAVE_IPSEC_MB
#include <intel-ipsec-mb.h>
#endif
#ifdef VCRYPTO_HAVE_GCRYPT
#include <gcrypt.h>
#endif

#include "fuzz.h"

#ifdef VCRYPTO_HAVE_IPSEC_MB
static IMB_MGR *manager;
#endif

static OSSL_PROVIDER *providers[2];

static void end(void)
{
    OSSL_PROVIDER_unload(providers[1]);
    OSSL_PROVIDER_unload(providers[0]);
#ifdef VCRYPTO_HAVE_IPSEC_MB
    free_mb_mgr(manager);
#endif
}

void reference_begin(void)
{
    providers[0] = OSSL_PROVIDER_load(NULL, "default");
    providers[1] = OSSL_PROVIDER_load(NULL, "legacy");
    FUZZ_CHECK(providers[0] && providers[1] && !atexit(end));
#ifdef VCRYPTO_HAVE_IPSEC_MB
    manager = alloc_mb_mgr(0);
    FUZZ_CHECK(manager);
    init_mb_mgr_sse(manager);
#endif
#ifdef VCRYPTO_HAVE_GCRYPT
    FUZZ_CHECK(gcry_check_version(NULL));
#endif
}

static const char *library_name(const struct vcrypto_keying *keying)
{
    return keying->algorithm->keys[keying->key_index].library_name;
}

/* ---- OpenSSL's ciphers, in one call ---- */

static void evp_cipher(const char *name, const uint8_t *key, uint32_t key_len,
                       bool encrypt, const uint8_t *iv, const uint8_t *in, uint8_t *out,
                       size_t len)
{
    EVP_CIPHER *cipher = EVP_CIPHER_fetch(NULL, name, NULL);
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    int n = 0;

    FUZZ_CHECK(cipher && context);
    FUZZ_CHECK(EVP_CipherInit_ex2(context, cipher, NULL, NULL, encrypt, NULL));
    if (EVP_CIPHER_get_key_length(cipher) != (int)key_len) {
        FUZZ_CHECK(EVP_CIPHER_CTX_set_key_length(context, (int)key_len) > 0);
    }
    FUZZ_CHECK(EVP_CipherInit_ex2(context, NULL, key, iv, encrypt, NULL));
    EVP_CIPHER_CTX_set_padding(context, 0);
    FUZZ_CHECK(!len || EVP_CipherUpdate(context, out, &n, in, (int)len));
    FUZZ_CHECK(n == (int)len);
    EVP_CIPHER_CTX_free(context);
    EVP_CIPHER_free(cipher);
}

/* ---- modes that OpenSSL does not have, of single blocks ---- */

static const char *aes_ecb(uint32_t key_len)
{
    return key_len == 16   ? "AES-128-ECB"
           : key_len == 24 ? "AES-192-ECB"
                           : "AES-256-ECB";
}

static void count_up(uint8_t *counter, int size)
{
    for (int i = size - 1; i >= 0 && !++counter[i]; i--) {
    }
}

static void ctr64(const struct vcrypto_keying *keying, const uint8_t *iv,
                  const uint8_t *in, uint8_t *out, size_t len)
{
    uint8_t counter[8], block[8];

    memcpy(counter, iv, 8);
    for (size_t i = 0; i < len; i++) {
        if (i % 8 == 0) {
            evp_cipher(library_name(keying), keying->key, keying->key_len, true, NULL,
                       counter, block, 8);
            count_up(counter, 8);
        }
        out[i] = in[i] ^ block[i % 8];
    }
}

/* RFC 3711, 4.1.2.1. */
static void f8(const struct vcrypto_keying *keying, const uint8_t *iv,
               const uint8_t *in, uint8_t *out, size_t len)
{
    uint32_t half = keying->key_len / 2;
    uint8_t masked[32], start[16], counter[16] = { 0 }, stream[16] = { 0 }, block[16];

    for (uint32_t i = 0; i < half; i++) {
        masked[i] = keying->key[i] ^ keying->key[half + i];
    }
    evp_cipher(aes_ecb(half), masked, half, true, NULL, iv, start, 16);
    for (size_t i = 0; i < len; i++) {
        if (i % 16 == 0) {
            for (unsigned j = 0; j < 16; j++) {
                block[j] = start[j] ^ counter[j] ^ stream[j];
            }
            evp_cipher(aes_ecb(half), keying->key, half, true, NULL, block, stream, 16);
            count_up(counter, 16);
        }
        out[i] = in[i] ^ stream[i % 16];
    }
}

/* The last block of CBC; @last is laid over the last block of the message. */
static void cbc_mac(const struct vcrypto_keying *keying, const uint8_t *key,
                    const uint8_t *message, size_t len, const uint8_t last[16],
                    uint8_t mac[16])
{
    uint8_t block[16] = { 0 };

    for (size_t i = 0; i < len; i += 16) {
        for (size_t j = 0; j < 16; j++) {
            block[j] ^= message[i + j];
            block[j] ^= i + 16 == len ? last[j] : 0;
        }
        evp_cipher(aes_ecb(keying->key_len), key, keying->key_len, true, NULL, block,
                   mac, 16);
        memcpy(block, mac, 16);
    }
}

/* RFC 3566. */
static void xcbc(const struct vcrypto_keying *keying, const uint8_t *message,
                 size_t len, uint8_t mac[16])
{
    bool fill = !len || len % 16;
    size_t whole = fill ? len / 16 * 16 + 16 : len;
    uint8_t *copy = fuzz_allocate(whole);
    uint8_t keys[3][16];

    for (unsigned i = 0; i < 3; i++) {
        memset(keys[i], (int)i + 1, 16);
        evp_cipher("AES-128-ECB", keying->key, 16, true, NULL, keys[i], keys[i], 16);
    }
    memcpy(copy, message, len);
    if (fill) {
        copy[len] = 0x80;
    }
    cbc_mac(keying, keys[0], copy, whole, keys[fill ? 2 : 1], mac);
    free(copy);
}

/* ---- what OpenSSL does not have at all ---- */

#ifdef VCRYPTO_HAVE_IPSEC_MB
static void wireless_cipher(const struct vcrypto_keying *keying, const uint8_t *iv,
                            const uint8_t *in, uint8_t *out, size_t len)
{
    kasumi_key_sched_t kasumi;
    snow3g_key_schedule_t snow3g;
    uint64_t kasumi_iv;

    switch (keying->algorithm->id) {
    case VCRYPTO_CIPHER_KASUMI_F8:
        memcpy(&kasumi_iv, iv, 8);
        IMB_KASUMI_INIT_F8_KEY_SCHED(manager, keying->key, &kasumi);
        IMB_KASUMI_F8_1_BUFFER(manager, &kasumi, kasumi_iv, in, out, (uint32_t)len);
        break;
    case VCRYPTO_CIPHER_SNOW3G_UEA2:
        IMB_SNOW3G_INIT_KEY_SCHED(manager, keying->key, &snow3g);
        IMB_SNOW3G_F8_1_BUFFER(manager, &snow3g, iv, in, out, (uint32_t)len);
        break;
    default:
        IMB_ZUC_EEA3_1_BUFFER(manager, keying->key, iv, in, out, (uint32_t)len);
    }
}

static void wireless_mac(const struct vcrypto_keying *keying, const uint8_t *iv,
                         const uint8_t *message, size_t len, uint8_t mac[16])
{
    kasumi_key_sched_t kasumi;
    snow3g_key_schedule_t snow3g;
    uint32_t word;

    switch (keying->algorithm->id) {
    case VCRYPTO_MAC_SNOW3G_UIA2:
        IMB_SNOW3G_INIT_KEY_SCHED(manager, keying->key, &snow3g);
        IMB_SNOW3G_F9_1_BUFFER(manager, &snow3g, iv, message, 8 * len, mac);
        break;
    case VCRYPTO_MAC_ZUC_EIA3:
        IMB_ZUC_EIA3_1_BUFFER(manager, keying->key, iv, message, (uint32_t)(8 * len),
                              &word);
        memcpy(mac, &word, 4);
        break;
    default:
        IMB_KASUMI_INIT_F9_KEY_SCHED(manager, keying->key, &kasumi);
        IMB_KASUMI_F9_1_BUFFER(manager, &kasumi, message, (uint32_t)len, mac);
    }
}
#else
#define wireless_cipher(...) FUZZ_CHECK(!"built with this library")
#define wireless_mac(...)    FUZZ_CHECK(!"built with this library")
#endif

static void gmac_twofish(const struct vcrypto_keying *keying, const uint8_t *iv,
                         const uint8_t *message, size_t len, uint8_t mac[16])
{
#ifdef VCRYPTO_HAVE_GCRYPT
    gcry_mac_hd_t handle;
    size_t mac_len = 16;

    FUZZ_CHECK(!gcry_mac_open(&handle, GCRY_MAC_GMAC_TWOFISH, 0, NULL));
    FUZZ_CHECK(!gcry_mac_setkey(handle, keying->key, keying->key_len));
    FUZZ_CHECK(!gcry_mac_setiv(handle, iv, keying->algorithm->iv_len));
    FUZZ_CHECK(!gcry_mac_write(handle, message, len));
    FUZZ_CHECK(!gcry_mac_read(handle, mac, &mac_len) && mac_len == 16);
    gcry_mac_close(handle);
#else
    (void)keying, (void)iv, (void)message, (void)len, (void)mac;
    FUZZ_CHECK(!"built with this library");
#endif
}

/* ---- digests ---- */

static void evp_digest(const char *name, bool extendable, const uint8_t *message,
                       size_t len, uint8_t *result, uint32_t result_len)
{
    EVP_MD *digest = EVP_MD_fetch(NULL, name, NULL);
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    uint8_t whole[64];

    FUZZ_CHECK(digest && context && EVP_DigestInit_ex2(context, digest, NULL));
    FUZZ_CHECK(EVP_DigestUpdate(context, message, len));
    if (extendable) {
        FUZZ_CHECK(EVP_DigestFinalXOF(context, result, result_len));
    } else {
        FUZZ_CHECK(EVP_DigestFinal_ex(context, whole, NULL));
        memcpy(result, whole, result_len);
    }
    EVP_MD_CTX_free(context);
    EVP_MD_free(digest);
}

/* @name: the MAC, a slash, and the digest or cipher that it is made of. */
static void evp_mac(const struct vcrypto_keying *keying, const uint8_t *iv,
                    const uint8_t *message, size_t len, uint8_t mac[64])
{
    const char *name = library_name(keying), *slash = strchr(name, '/');
    bool hmac = !strncmp(name, "HMAC", 4);
    char kind[8] = { 0 };
    OSSL_PARAM params[3], *p = params;
    EVP_MAC_CTX *context;
    EVP_MAC *fetched;
    size_t mac_len;

    memcpy(kind, name, (size_t)(slash - name));
    *p++ = OSSL_PARAM_construct_utf8_string(
        hmac ? OSSL_MAC_PARAM_DIGEST : OSSL_MAC_PARAM_CIPHER, (char *)slash + 1, 0);
    if (keying->algorithm->iv_len) {
        *p++ = OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_IV, (void *)iv,
                                                 keying->algorithm->iv_len);
    }
    *p = OSSL_PARAM_construct_end();
    fetched = EVP_MAC_fetch(NULL, kind, NULL);
    context = EVP_MAC_CTX_new(fetched);
    FUZZ_CHECK(context && EVP_MAC_init(context, keying->key, keying->key_len, params));
    FUZZ_CHECK(EVP_MAC_update(context, message, len));
    FUZZ_CHECK(EVP_MAC_final(context, mac, &mac_len, 64));
    EVP_MAC_CTX_free(context);
    EVP_MAC_free(fetched);
}

static void mac_of(const struct vcrypto_keying *keying, const uint8_t *iv,
                   const uint8_t *message, size_t len, uint8_t mac[64])
{
    static const uint8_t nothing[16];

    switch (keying->algorithm->id) {
    case VCRYPTO_MAC_CBCMAC_AES:
        cbc_mac(keying, keying->key, message, len, nothing, mac);
        break;
    case VCRYPTO_MAC_XCBC_AES:
        xcbc(keying, message, len, mac);
        break;
    case VCRYPTO_MAC_GMAC_TWOFISH:
        gmac_twofish(keying, iv, message, len, mac);
        break;
    case VCRYPTO_MAC_KASUMI_F9:
    case VCRYPTO_MAC_CBCMAC_KASUMI_F9:
    case VCRYPTO_MAC_SNOW3G_UIA2:
    case VCRYPTO_MAC_ZUC_EIA3:
        wireless_mac(keying, iv, message, len, mac);
        break;
    default:
        evp_mac(keying, iv, message, len, mac);
    }
}

void reference_digest(const struct vcrypto_keying *keying, const uint8_t *iv,
                      const uint8_t *message, size_t len, uint8_t *result,
                      uint32_t result_len)
{
    uint8_t mac[64];

    if (keying->algorithm->service == VCRYPTO_SERVICE_HASH) {
        evp_digest(library_name(keying), keying->algorithm->max_result, message, len,
                   result, result_len);
    } else {
        mac_of(keying, iv, message, len, mac);
        memcpy(result, mac, result_len);
    }
}

void reference_cipher(const struct vcrypto_keying *keying, const uint8_t *iv,
                      const uint8_t *in, uint8_t *out, size_t len)
{
    switch (keying->algorithm->id) {
    case VCRYPTO_CIPHER_3DES_CTR:
        ctr64(keying, iv, in, out, len);
        break;
    case VCRYPTO_CIPHER_AES_F8:
        f8(keying, iv, in, out, len);
        break;
    case VCRYPTO_CIPHER_KASUMI_F8:
    case VCRYPTO_CIPHER_SNOW3G_UEA2:
    case VCRYPTO_CIPHER_ZUC_EEA3:
        wireless_cipher(keying, iv, in, out, len);
        break;
    default:
        evp_cipher(library_name(keying), keying->key, keying->key_len,
                   keying->direction == VCRYPTO_ENCRYPT, iv, in, out, len);
    }
}

static void evp_aead(const struct vcrypto_keying *keying, const uint8_t *iv,
                     uint32_t iv_len, const uint8_t *aad, size_t aad_len,
                     const uint8_t *in, uint8_t *out, size_t len, uint8_t *tag)
{
    EVP_CIPHER *cipher = EVP_CIPHER_fetch(NULL, library_name(keying), NULL);
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    bool ccm = keying->algorithm->id == VCRYPTO_AEAD_CCM;
    int n;

    FUZZ_CHECK(cipher && context);
    FUZZ_CHECK(EVP_EncryptInit_ex2(context, cipher, NULL, NULL, NULL));
    FUZZ_CHECK(
        EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_IVLEN, (int)iv_len, NULL) > 0);
    FUZZ_CHECK(!ccm || EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG,
                                           (int)keying->tag_len, NULL) > 0);
    FUZZ_CHECK(EVP_EncryptInit_ex2(context, NULL, keying->key, iv, NULL));
    FUZZ_CHECK(!ccm || EVP_EncryptUpdate(context, NULL, &n, NULL, (int)len));
    FUZZ_CHECK(!aad_len || EVP_EncryptUpdate(context, NULL, &n, aad, (int)aad_len));
    FUZZ_CHECK(EVP_EncryptUpdate(context, out, &n, in, (int)len));
    FUZZ_CHECK(EVP_EncryptFinal_ex(context, out + len, &n));
    FUZZ_CHECK(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, (int)keying->tag_len,
                                   tag) > 0);
    EVP_CIPHER_CTX_free(context);
    EVP_CIPHER_free(cipher);
}

static void xor_block(const struct vcrypto_keying *keying, const uint8_t block[16],
                      uint8_t *onto, size_t size)
{
    uint8_t stream[16];

    evp_cipher(aes_ecb(keying->key_len), keying->key, keying->key_len, true, NULL,
               block, stream, 16);
    for (size_t i = 0; i < size; i++) {
        onto[i] ^= stream[i];
    }
}

/*
 * GCM from the first counter block @j0 on, of GCM with another iv: with that, the
 * ciphertext comes out of a plaintext that is made for it, and so does its GHASH, which
 * the tag shows once the block that covers it is taken off.
 */
static void gcm_from(const struct vcrypto_keying *keying, const uint8_t j0[16],
                     const uint8_t *aad, size_t aad_len, const uint8_t *in,
                     uint8_t *out, size_t len, uint8_t *tag)
{
    static const uint8_t other[16] = { [15] = 1 };
    uint8_t counter[16], *made = fuzz_allocate(len + 16), ignored[16];

    memcpy(counter, j0, 16);
    memcpy(out, in, len);
    for (size_t i = 0; i < len; i += 16) {
        count_up(counter + 12, 4);
        xor_block(keying, counter, out + i, len - i < 16 ? len - i : 16);
    }
    evp_aead(keying, other, 12, NULL, 0, out, made, len, ignored);
    evp_aead(keying, other, 12, aad, aad_len, made, made, len, tag);
    FUZZ_CHECK(!memcmp(made, out, len));
    xor_block(keying, other, tag, keying->tag_len);
    xor_block(keying, j0, tag, keying->tag_len);
    free(made);
}

void reference_aead(const struct vcrypto_keying *keying, const uint8_t *iv,
                    uint32_t iv_len, const uint8_t *aad, size_t aad_len,
                    const uint8_t *in, uint8_t *out, size_t len, uint8_t *tag)
{
    if (keying->algorithm->id == VCRYPTO_AEAD_GCM && iv_len == 16) {
        gcm_from(keying, iv, aad, aad_len, in, out, len, tag);
    } else {
        evp_aead(keying, iv, iv_len, aad, aad_len, in, out, len, tag);
    }
}
