/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/secrets.h"

#include "support/operations.h"
#include "vcrypto/engine.h"
#include "vcrypto/protocol.h"

#include <glib.h>
#include <string.h>

#define PERIOD   64
#define TEXT     2048
#define DATA     1024 /* bytes in each request */
#define MAX_SETS 32

/* No byte of it occurs twice in a period, so one byte tells the next. */
static uint8_t text[TEXT];
static int place_of[256]; /* in the period, or -1 */

static void make_text(void)
{
    memset(place_of, -1, sizeof(place_of));
    for (unsigned i = 0; i < TEXT; i++) {
        text[i] = (uint8_t)(37 * (i % PERIOD) + 11);
        place_of[text[i]] = (int)(i % PERIOD);
    }
}

static struct form_bytes part(uint32_t from, uint32_t len)
{
    return (struct form_bytes){ text + from, len };
}

static struct form_operation cipher(uint32_t algorithm, uint32_t key_len,
                                    uint32_t iv_len, uint32_t len)
{
    return (struct form_operation){
        .service = VCRYPTO_SERVICE_CIPHER,
        .algorithm = algorithm,
        .key = part(0, key_len),
        .iv = part(5, iv_len),
        .src = part(0, len),
        .dst_len = len,
    };
}

static struct form_operation aead(uint32_t algorithm, uint32_t key_len, uint32_t len)
{
    return (struct form_operation){
        .service = VCRYPTO_SERVICE_AEAD,
        .algorithm = algorithm,
        .key = part(0, key_len),
        .iv = part(5, 12),
        .aad = part(7, 100),
        .src = part(0, len),
        .dst_len = len + 16,
        .tag_len = 16,
    };
}

static struct form_operation digest(uint32_t service, uint32_t algorithm,
                                    uint32_t key_len, uint32_t result_len)
{
    return (struct form_operation){
        .service = service,
        .algorithm = algorithm,
        .key = part(0, key_len),
        .src = part(0, DATA),
        .result_len = result_len,
    };
}

static struct form_operation chain(uint32_t order)
{
    struct form_operation o = cipher(VCRYPTO_CIPHER_AES_CBC, 16, 16, DATA);

    o.chain = true;
    o.chain_order = order;
    o.hash_mode = VCRYPTO_HASH_MODE_AUTH;
    o.auth_algorithm = VCRYPTO_MAC_HMAC_SHA1;
    o.auth_key = part(3, 32);
    o.cipher_start = 16;
    o.cipher_len = DATA - 96;
    o.hash_len = DATA;
    o.result_len = 20;
    return o;
}

/* As much as a raw number may be, with a key that a known answer has. */
static struct form_operation rsa(void)
{
    const GArray *all = known_answers();

    for (unsigned i = 0; i < all->len; i++) {
        struct form_operation o = g_array_index(all, struct known_answer, i).operation;

        if (o.service == VCRYPTO_SERVICE_AKCIPHER &&
            o.operation == VCRYPTO_OPERATION_ENCRYPT) {
            o.src = part(0, 48);
            return o;
        }
    }
    g_assert_not_reached();
}

static size_t make_operations(struct form_operation *to)
{
    const struct form_operation all[] = {
        cipher(VCRYPTO_CIPHER_AES_ECB, 16, 0, DATA),
        cipher(VCRYPTO_CIPHER_AES_CBC, 16, 16, DATA),
        cipher(VCRYPTO_CIPHER_AES_CTR, 16, 16, DATA - 3),
        cipher(VCRYPTO_CIPHER_AES_XTS, 64, 16, DATA),
        cipher(VCRYPTO_CIPHER_AES_F8, 32, 16, DATA - 3),
        cipher(VCRYPTO_CIPHER_3DES_CBC, 24, 8, DATA),
        cipher(VCRYPTO_CIPHER_3DES_CTR, 24, 8, DATA - 3),
        aead(VCRYPTO_AEAD_GCM, 16, DATA),
        aead(VCRYPTO_AEAD_CCM, 16, DATA),
        aead(VCRYPTO_AEAD_CHACHA20_POLY1305, 32, DATA),
        digest(VCRYPTO_SERVICE_HASH, VCRYPTO_HASH_SHA_256, 0, 32),
        digest(VCRYPTO_SERVICE_HASH, VCRYPTO_HASH_SHA3_SHAKE128, 0, 5000),
        digest(VCRYPTO_SERVICE_MAC, VCRYPTO_MAC_HMAC_SHA1, 64, 20),
        digest(VCRYPTO_SERVICE_MAC, VCRYPTO_MAC_CMAC_AES, 16, 16),
        chain(VCRYPTO_HASH_THEN_CIPHER),
        chain(VCRYPTO_CIPHER_THEN_HASH),
        rsa(),
    };

    memcpy(to, all, sizeof(all));
    return G_N_ELEMENTS(all);
}

const struct form_operation *secret_operations(size_t *n)
{
    static struct form_operation operations[MAX_SETS];
    static size_t count;

    if (!count) {
        make_text();
        count = make_operations(operations);
    }
    *n = count;
    return operations;
}

bool secret_found(const uint8_t *data, size_t len)
{
    size_t run = 0;

    for (size_t i = 0; i < len; i++) {
        int place = place_of[data[i]];

        if (place >= 0 && run && place == (place_of[data[i - 1]] + 1) % PERIOD) {
            run++;
        } else {
            run = place >= 0;
        }
        if (run >= SECRET_LEAST) {
            return true;
        }
    }
    return false;
}
