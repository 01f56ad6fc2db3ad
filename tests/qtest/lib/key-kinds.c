/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "key-kinds.h"

#include "crypto.h"
#include "support/operations.h"
#include "vcrypto/protocol.h"

#include <string.h>

#define MAX_SRC 2048
#define MIN_KEY 16

static GArray *kinds;

struct form_bytes qt_random_bytes(size_t len)
{
    uint8_t *bytes = g_malloc(len);

    for (size_t i = 0; i < len; i++) {
        bytes[i] = (uint8_t)g_random_int();
    }
    return (struct form_bytes){ bytes, (uint32_t)len };
}

static bool same_kind(const struct qt_key_kind *kind, const struct form_operation *o)
{
    const struct form_operation *k = &kind->operation;

    return k->service == o->service && k->algorithm == o->algorithm &&
           k->operation == o->operation && k->key.len == o->key.len &&
           k->iv.len == o->iv.len && k->chain == o->chain &&
           (!kind->own_key || (memcmp(k->key.data, o->key.data, o->key.len) == 0 &&
                               k->options[0] == o->options[0]));
}

static bool wanted(const struct form_operation *o)
{
    if (o->service == QT_SERVICE_AKCIPHER) {
        return o->key_type == VCRYPTO_AKCIPHER_KEY_PRIVATE;
    }
    return o->service != QT_SERVICE_HASH && o->key.len >= MIN_KEY && !o->iv_slot &&
           o->src.len <= MAX_SRC && o->src.len;
}

/* Of each kind the one with the longest source: the more is done with the key. */
static void add_known_answer(const struct known_answer *known)
{
    const struct qt_key_kind kind = { known->name, known->operation,
                                      known->operation.service == QT_SERVICE_AKCIPHER };

    if (!wanted(&known->operation)) {
        return;
    }
    for (guint i = 0; i < kinds->len; i++) {
        struct qt_key_kind *other = &g_array_index(kinds, struct qt_key_kind, i);

        if (same_kind(other, &known->operation)) {
            if (other->operation.src.len < known->operation.src.len) {
                *other = kind;
            }
            return;
        }
    }
    g_array_append_val(kinds, kind);
}

static void add_chain(uint32_t cipher, uint32_t key_len, uint32_t mac,
                      uint32_t auth_key_len, uint32_t result_len)
{
    for (unsigned i = 0; i < 4; i++) {
        struct qt_key_kind kind = {
            .name = g_strdup_printf("chain of cipher %u, mac %u, order %u, %s", cipher,
                                    mac, i / 2 + 1, i % 2 ? "decrypt" : "encrypt"),
            .operation = {
                .service = QT_SERVICE_CIPHER,
                .operation = i % 2,
                .algorithm = cipher,
                .chain = true,
                .chain_order = i / 2 + 1,
                .hash_mode = VCRYPTO_HASH_MODE_AUTH,
                .auth_algorithm = mac,
                .key.len = key_len,
                .auth_key.len = auth_key_len,
                .iv = qt_random_bytes(16),
                .src = qt_random_bytes(512),
                .dst_len = 512,
                .result_len = result_len,
                .cipher_start = 16,
                .cipher_len = 480,
                .hash_len = 512,
            },
        };

        g_array_append_val(kinds, kind);
    }
}

/* No two signatures are the same, so there are no known answers: any will do. */
static void add_ecdsa(uint32_t curve, uint8_t len)
{
    struct form_bytes secret = qt_random_bytes(len);
    GByteArray *der = g_byte_array_new();
    uint8_t *first = (uint8_t *)(uintptr_t)secret.data;
    struct qt_key_kind kind = {
        .name = g_strdup_printf("ECDSA, sign, curve %u", curve),
        .own_key = true,
        .operation = {
            .service = QT_SERVICE_AKCIPHER,
            .operation = 2,
            .algorithm = VCRYPTO_AKCIPHER_ECDSA,
            .key_type = VCRYPTO_AKCIPHER_KEY_PRIVATE,
            .options = { curve },
            .src = qt_random_bytes(32),
            .dst_len = 160,
        },
    };

    first[0] = curve == VCRYPTO_CURVE_NIST_P521 ? 1 : first[0] & 0x7f;
    g_byte_array_append(
        der, ((const uint8_t[]){ 0x30, (uint8_t)(len + 5), 2, 1, 1, 4, len }), 7);
    g_byte_array_append(der, secret.data, len);
    kind.operation.key.len = der->len;
    kind.operation.key.data = g_byte_array_free(der, FALSE);
    g_array_append_val(kinds, kind);
}

static void make_kinds(void)
{
    const GArray *known = known_answers();

    for (guint i = 0; i < known->len; i++) {
        add_known_answer(&g_array_index(known, struct known_answer, i));
    }
    add_chain(VCRYPTO_CIPHER_AES_CBC, 16, VCRYPTO_MAC_HMAC_SHA1, 20, 20);
    add_chain(VCRYPTO_CIPHER_AES_CTR, 32, VCRYPTO_MAC_HMAC_SHA_512, 64, 64);
    add_chain(VCRYPTO_CIPHER_AES_CBC, 24, VCRYPTO_MAC_CMAC_AES, 32, 16);
    add_chain(VCRYPTO_CIPHER_AES_XTS, 64, VCRYPTO_MAC_XCBC_AES, 16, 16);
    add_ecdsa(VCRYPTO_CURVE_NIST_P192, 24);
    add_ecdsa(VCRYPTO_CURVE_NIST_P224, 28);
    add_ecdsa(VCRYPTO_CURVE_NIST_P256, 32);
    add_ecdsa(VCRYPTO_CURVE_NIST_P384, 48);
    add_ecdsa(VCRYPTO_CURVE_NIST_P521, 66);
}

const GArray *qt_key_kinds(void)
{
    if (!kinds) {
        kinds = g_array_new(FALSE, FALSE, sizeof(struct qt_key_kind));
        make_kinds();
    }
    return kinds;
}
