/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>

#include "nearest.h"
#include "vcrypto/options.h"
#include "vcrypto/protocol.h"

enum {
    ALL = 1,
    MODERN = 2,  /* neither NIST nor BSI calls it broken, withdrawn or about to be */
    BUILTIN = 4, /* what the configuration space of QEMU 10's own device says */
};

#define ROW(service_name, id_name, row_name, row_groups)                               \
    {                                                                                  \
        VCRYPTO_SERVICE_##service_name, VCRYPTO_##service_name##_##id_name, row_name,  \
            ALL | (row_groups)                                                         \
    }

/* docs/operators.md says why those are not modern that are not. */
static const struct row {
    enum vcrypto_service service;
    uint32_t id;
    const char *name;
    unsigned groups;
} rows[] = {
    ROW(CIPHER, ARC4, "arc4", 0),
    ROW(CIPHER, AES_ECB, "aes-ecb", 0),
    ROW(CIPHER, AES_CBC, "aes-cbc", MODERN | BUILTIN),
    ROW(CIPHER, AES_CTR, "aes-ctr", MODERN),
    ROW(CIPHER, DES_ECB, "des-ecb", 0),
    ROW(CIPHER, DES_CBC, "des-cbc", 0),
    ROW(CIPHER, 3DES_ECB, "3des-ecb", 0),
    ROW(CIPHER, 3DES_CBC, "3des-cbc", 0),
    ROW(CIPHER, 3DES_CTR, "3des-ctr", 0),
    ROW(CIPHER, KASUMI_F8, "kasumi-f8", 0),
    ROW(CIPHER, SNOW3G_UEA2, "snow3g-uea2", MODERN),
    ROW(CIPHER, AES_F8, "aes-f8", MODERN),
    ROW(CIPHER, AES_XTS, "aes-xts", MODERN),
    ROW(CIPHER, ZUC_EEA3, "zuc-eea3", MODERN),
    ROW(HASH, MD5, "md5", 0),
    ROW(HASH, SHA1, "sha1", BUILTIN),
    ROW(HASH, SHA_224, "sha224", 0),
    ROW(HASH, SHA_256, "sha256", MODERN),
    ROW(HASH, SHA_384, "sha384", MODERN),
    ROW(HASH, SHA_512, "sha512", MODERN),
    ROW(HASH, SHA3_224, "sha3-224", 0),
    ROW(HASH, SHA3_256, "sha3-256", MODERN),
    ROW(HASH, SHA3_384, "sha3-384", MODERN),
    ROW(HASH, SHA3_512, "sha3-512", MODERN),
    ROW(HASH, SHA3_SHAKE128, "shake128", MODERN),
    ROW(HASH, SHA3_SHAKE256, "shake256", MODERN),
    ROW(MAC, HMAC_MD5, "hmac-md5", 0),
    ROW(MAC, HMAC_SHA1, "hmac-sha1", 0),
    ROW(MAC, HMAC_SHA_224, "hmac-sha224", 0),
    ROW(MAC, HMAC_SHA_256, "hmac-sha256", MODERN),
    ROW(MAC, HMAC_SHA_384, "hmac-sha384", MODERN),
    ROW(MAC, HMAC_SHA_512, "hmac-sha512", MODERN),
    ROW(MAC, CMAC_3DES, "cmac-3des", 0),
    ROW(MAC, CMAC_AES, "cmac-aes", MODERN),
    ROW(MAC, KASUMI_F9, "kasumi-f9", 0),
    ROW(MAC, SNOW3G_UIA2, "snow3g-uia2", MODERN),
    ROW(MAC, GMAC_AES, "gmac-aes", MODERN),
    ROW(MAC, GMAC_TWOFISH, "gmac-twofish", MODERN),
    ROW(MAC, CBCMAC_AES, "cbcmac-aes", 0),
    ROW(MAC, CBCMAC_KASUMI_F9, "cbcmac-kasumi-f9", 0),
    ROW(MAC, XCBC_AES, "xcbc-aes", MODERN),
    ROW(MAC, ZUC_EIA3, "zuc-eia3", MODERN),
    ROW(AEAD, GCM, "aes-gcm", MODERN),
    ROW(AEAD, CCM, "aes-ccm", MODERN),
    ROW(AEAD, CHACHA20_POLY1305, "chacha20-poly1305", MODERN),
    ROW(AKCIPHER, RSA, "rsa", MODERN),
    ROW(AKCIPHER, ECDSA, "ecdsa", MODERN),
};

#define ROWS (sizeof(rows) / sizeof(rows[0]))

_Static_assert(ROWS < 64, "more algorithms than bits");

static const struct group {
    const char *name;
    unsigned flag;
} groups[] = {
    { "all", ALL },
    { "modern", MODERN },
    { "virtio-builtin", BUILTIN },
};

#define GROUPS (sizeof(groups) / sizeof(groups[0]))

const char *vcrypto_selection_group(size_t index, uint64_t *set)
{
    if (index >= GROUPS) {
        return NULL;
    }
    *set = 0;
    for (size_t i = 0; i < ROWS; i++) {
        *set |= (uint64_t)((rows[i].groups & groups[index].flag) != 0) << i;
    }
    return groups[index].name;
}

const char *vcrypto_selection_name(size_t index)
{
    return index < ROWS ? rows[index].name : NULL;
}

uint64_t vcrypto_selection_mask(uint64_t set, enum vcrypto_service service)
{
    uint64_t mask = 0;

    for (size_t i = 0; i < ROWS; i++) {
        if (rows[i].service == service && set >> i & 1) {
            mask |= UINT64_C(1) << rows[i].id;
        }
    }
    return mask;
}

static bool is(const char *name, const char *word, size_t length)
{
    return strlen(name) == length && memcmp(name, word, length) == 0;
}

/* What @word, of @length characters, stands for. 0: nothing. */
static uint64_t find(const char *word, size_t length)
{
    const char *name;
    uint64_t set;

    for (size_t i = 0; (name = vcrypto_selection_group(i, &set)); i++) {
        if (is(name, word, length)) {
            return set;
        }
    }
    for (size_t i = 0; i < ROWS; i++) {
        if (is(rows[i].name, word, length)) {
            return UINT64_C(1) << i;
        }
    }
    return 0;
}

static void say_unknown(const char *word, size_t length,
                        char message[VCRYPTO_OPTION_MESSAGE])
{
    struct vcrypto_nearest nearest;
    const char *near;

    vcrypto_nearest_begin(&nearest, word, length);
    for (size_t i = 0; i < GROUPS; i++) {
        vcrypto_nearest_try(&nearest, groups[i].name);
    }
    for (size_t i = 0; i < ROWS; i++) {
        vcrypto_nearest_try(&nearest, rows[i].name);
    }
    near = nearest.word;
    snprintf(message, VCRYPTO_OPTION_MESSAGE,
             "there is no algorithm '%.*s'; %s%s%s which there are with help=on",
             length < 64 ? (int)length : 64, word, near ? "did you mean '" : "",
             near ? near : "", near ? "'? See" : "see");
}

/* One word of a list, with its '-' if it has one. */
static bool take(const char *word, size_t length, uint64_t *set,
                 char message[VCRYPTO_OPTION_MESSAGE])
{
    bool out = length && word[0] == '-';
    uint64_t meant = find(word + out, length - out);

    if (length == out) {
        snprintf(
            message, VCRYPTO_OPTION_MESSAGE,
            "algorithms= has an empty name; write names with one ':' between them");
        return false;
    }
    if (!meant) {
        say_unknown(word + out, length - out, message);
        return false;
    }
    *set = out ? *set & ~meant : *set | meant;
    return true;
}

bool vcrypto_selection_parse(const char *text, uint64_t *set,
                             char message[VCRYPTO_OPTION_MESSAGE])
{
    size_t length;

    *set = 0;
    if (text[0] == '-') {
        vcrypto_selection_group(0, set);
    }
    for (const char *word = text;; word += length + 1) {
        length = strcspn(word, ":");
        if (!take(word, length, set, message)) {
            return false;
        }
        if (!word[length]) {
            break;
        }
    }
    if (!*set) {
        snprintf(message, VCRYPTO_OPTION_MESSAGE,
                 "algorithms=%.64s leaves none; name one that is to be offered", text);
        return false;
    }
    return true;
}
