/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "key-parts.h"

#include "aes-schedule.h"
#include "vcrypto/protocol.h"

#include <glib.h>
#include <string.h>

/* The states of hashes after a block are nowhere else to be had. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/md5.h>
#include <openssl/sha.h>

/* ---- AES ---- */

static void add_round_keys(struct qt_scan *scan, unsigned owner,
                           const struct qt_aes_schedule *schedule, size_t len)
{
    for (unsigned r = (unsigned)len / 16; r <= schedule->rounds; r++) {
        qt_scan_add(scan, owner, QT_PART_ENCRYPT, schedule->encrypt[r]);
    }
    for (unsigned r = 1; r < schedule->rounds; r++) {
        qt_scan_add(scan, owner, QT_PART_DECRYPT, schedule->decrypt[r]);
    }
}

static void add_aes(struct qt_scan *scan, unsigned owner, const uint8_t *key,
                    size_t len)
{
    struct qt_aes_schedule schedule;

    qt_aes_expand(key, len, &schedule);
    add_round_keys(scan, owner, &schedule, len);
}

static void add_f8(struct qt_scan *scan, unsigned owner, const uint8_t *key, size_t len)
{
    size_t half = len / 2;
    uint8_t masked[32];
    struct qt_aes_schedule schedule;

    for (size_t i = 0; i < half; i++) {
        masked[i] = key[i] ^ key[half + i];
    }
    add_aes(scan, owner, key, half);
    qt_scan_add_all(scan, owner, QT_PART_DERIVED, masked, half);
    qt_aes_expand(masked, half, &schedule);
    for (unsigned r = 0; r <= schedule.rounds; r++) {
        qt_scan_add(scan, owner, QT_PART_DERIVED, schedule.encrypt[r]);
    }
}

/* Three blocks full of a number each, enciphered. XCBC works with the schedule of the
 * first, and may forget its own key. */
static void add_xcbc(struct qt_scan *scan, unsigned owner, const uint8_t *key)
{
    struct qt_aes_schedule schedule, first;
    uint8_t derived[3][QT_AES_BLOCK];

    qt_aes_expand(key, QT_AES_BLOCK, &schedule);
    for (unsigned i = 0; i < 3; i++) {
        memset(derived[i], (int)i + 1, QT_AES_BLOCK);
        qt_aes_encrypt(&schedule, derived[i], derived[i]);
        qt_scan_add(scan, owner, QT_PART_DERIVED, derived[i]);
    }
    qt_aes_expand(derived[0], QT_AES_BLOCK, &first);
    add_round_keys(scan, owner, &first, QT_AES_BLOCK);
    for (unsigned r = 1; r <= schedule.rounds; r++) {
        qt_scan_add(scan, owner, QT_PART_DERIVED, schedule.encrypt[r]);
    }
}

/* ---- HMAC ---- */

static void md5_state(const uint8_t *block, uint8_t *state)
{
    MD5_CTX c;

    MD5_Init(&c);
    MD5_Transform(&c, block);
    memcpy(state, (uint32_t[]){ c.A, c.B, c.C, c.D }, 16);
}

static void sha1_state(const uint8_t *block, uint8_t *state)
{
    SHA_CTX c;

    SHA1_Init(&c);
    SHA1_Transform(&c, block);
    memcpy(state, (uint32_t[]){ c.h0, c.h1, c.h2, c.h3, c.h4 }, 20);
}

static void sha224_state(const uint8_t *block, uint8_t *state)
{
    SHA256_CTX c;

    SHA224_Init(&c);
    SHA256_Transform(&c, block);
    memcpy(state, c.h, 32);
}

static void sha256_state(const uint8_t *block, uint8_t *state)
{
    SHA256_CTX c;

    SHA256_Init(&c);
    SHA256_Transform(&c, block);
    memcpy(state, c.h, 32);
}

static void sha384_state(const uint8_t *block, uint8_t *state)
{
    SHA512_CTX c;

    SHA384_Init(&c);
    SHA512_Transform(&c, block);
    memcpy(state, c.h, 64);
}

static void sha512_state(const uint8_t *block, uint8_t *state)
{
    SHA512_CTX c;

    SHA512_Init(&c);
    SHA512_Transform(&c, block);
    memcpy(state, c.h, 64);
}

static void md5(const uint8_t *data, size_t len, uint8_t *digest)
{
    MD5(data, len, digest);
}

static void sha1(const uint8_t *data, size_t len, uint8_t *digest)
{
    SHA1(data, len, digest);
}

static void sha224(const uint8_t *data, size_t len, uint8_t *digest)
{
    SHA224(data, len, digest);
}

static void sha256(const uint8_t *data, size_t len, uint8_t *digest)
{
    SHA256(data, len, digest);
}

static void sha384(const uint8_t *data, size_t len, uint8_t *digest)
{
    SHA384(data, len, digest);
}

static void sha512(const uint8_t *data, size_t len, uint8_t *digest)
{
    SHA512(data, len, digest);
}

static const struct hash {
    size_t block, digest, state;
    void (*hash)(const uint8_t *data, size_t len, uint8_t *digest);
    void (*after)(const uint8_t *block, uint8_t *state);
} hashes[] = {
    [VCRYPTO_MAC_HMAC_MD5] = { 64, 16, 16, md5, md5_state },
    [VCRYPTO_MAC_HMAC_SHA1] = { 64, 20, 20, sha1, sha1_state },
    [VCRYPTO_MAC_HMAC_SHA_224] = { 64, 28, 32, sha224, sha224_state },
    [VCRYPTO_MAC_HMAC_SHA_256] = { 64, 32, 32, sha256, sha256_state },
    [VCRYPTO_MAC_HMAC_SHA_384] = { 128, 48, 64, sha384, sha384_state },
    [VCRYPTO_MAC_HMAC_SHA_512] = { 128, 64, 64, sha512, sha512_state },
};

/* A key that is longer than a block is replaced by its hash (RFC 2104). */
static void add_hmac(struct qt_scan *scan, unsigned owner, const struct hash *hash,
                     const uint8_t *key, size_t len)
{
    static const uint8_t pads[] = { 0x36, 0x5c };
    uint8_t block[128] = { 0 }, padded[128], state[64];

    if (len > hash->block) {
        hash->hash(key, len, block);
        len = hash->digest;
        qt_scan_add_all(scan, owner, QT_PART_DERIVED, block, len);
    } else {
        memcpy(block, key, len);
    }
    for (unsigned p = 0; p < sizeof(pads); p++) {
        for (size_t i = 0; i < hash->block; i++) {
            padded[i] = block[i] ^ pads[p];
        }
        qt_scan_add_all(scan, owner, QT_PART_DERIVED, padded, len);
        hash->after(padded, state);
        qt_scan_add_all(scan, owner, QT_PART_DERIVED, state, hash->state);
    }
}

/* ---- private keys ---- */

#define DER_INTEGER      0x02
#define DER_OCTET_STRING 0x04
#define DER_SEQUENCE     0x30

static void add_number(struct qt_scan *scan, unsigned owner, const uint8_t *bytes,
                       size_t len)
{
    g_autofree uint8_t *reversed = NULL;

    while (len && *bytes == 0) {
        bytes++;
        len--;
    }
    reversed = g_malloc(len + 1);
    for (size_t i = 0; i < len; i++) {
        reversed[i] = bytes[len - 1 - i];
    }
    qt_scan_add_all(scan, owner, QT_PART_KEY, bytes, len);
    qt_scan_add_all(scan, owner, QT_PART_REVERSED, reversed, len);
}

/* Steps into or over the element at *@at; returns its length. */
static size_t der_element(const uint8_t **at, uint8_t *type)
{
    const uint8_t *p = *at;
    size_t len;

    *type = *p++;
    len = *p++;
    if (len & 0x80) {
        unsigned n = len & 0x7f;

        for (len = 0; n; n--) {
            len = len << 8 | *p++;
        }
    }
    *at = p;
    return len;
}

/* Of RSA's numbers all but the version, the modulus and the public exponent. */
static void add_private(struct qt_scan *scan, unsigned owner, const uint8_t *der,
                        size_t len)
{
    const uint8_t *at = der, *end = der + len;
    uint8_t type;
    unsigned n = 0;

    der_element(&at, &type);
    g_assert(type == DER_SEQUENCE);
    while (at < end) {
        size_t size = der_element(&at, &type);

        if ((type == DER_INTEGER && n++ > 2) || type == DER_OCTET_STRING) {
            add_number(scan, owner, at, size);
        }
        at += size;
    }
}

/* ---- which is which ---- */

static void add_cipher_parts(struct qt_scan *scan, unsigned owner, uint32_t algorithm,
                             const uint8_t *key, size_t len)
{
    switch (algorithm) {
    case VCRYPTO_CIPHER_AES_ECB:
    case VCRYPTO_CIPHER_AES_CBC:
    case VCRYPTO_CIPHER_AES_CTR:
        add_aes(scan, owner, key, len);
        break;
    case VCRYPTO_CIPHER_AES_XTS:
        add_aes(scan, owner, key, len / 2);
        add_aes(scan, owner, key + len / 2, len / 2);
        break;
    case VCRYPTO_CIPHER_AES_F8:
        add_f8(scan, owner, key, len);
        break;
    default:
        break;
    }
}

static void add_mac_parts(struct qt_scan *scan, unsigned owner, uint32_t algorithm,
                          const uint8_t *key, size_t len)
{
    switch (algorithm) {
    case VCRYPTO_MAC_CMAC_AES:
    case VCRYPTO_MAC_CBCMAC_AES:
    case VCRYPTO_MAC_GMAC_AES:
        add_aes(scan, owner, key, len);
        break;
    case VCRYPTO_MAC_XCBC_AES:
        add_xcbc(scan, owner, key);
        break;
    default:
        if (algorithm < G_N_ELEMENTS(hashes) && hashes[algorithm].block) {
            add_hmac(scan, owner, &hashes[algorithm], key, len);
        }
        break;
    }
}

void qt_key_parts_add(struct qt_scan *scan, unsigned owner,
                      const struct form_operation *operation, bool second)
{
    struct form_bytes key = second ? operation->auth_key : operation->key;

    switch (second ? VCRYPTO_SERVICE_MAC : operation->service) {
    case VCRYPTO_SERVICE_AKCIPHER:
        add_private(scan, owner, key.data, key.len);
        return;
    case VCRYPTO_SERVICE_CIPHER:
        add_cipher_parts(scan, owner, operation->algorithm, key.data, key.len);
        break;
    case VCRYPTO_SERVICE_MAC:
        add_mac_parts(scan, owner,
                      second ? operation->auth_algorithm : operation->algorithm,
                      key.data, key.len);
        break;
    default:
        if (operation->algorithm != VCRYPTO_AEAD_CHACHA20_POLY1305) {
            add_aes(scan, owner, key.data, key.len);
        }
        break;
    }
    qt_scan_add_all(scan, owner, QT_PART_KEY, key.data, key.len);
}
