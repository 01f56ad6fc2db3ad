/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a guest can make the device work for: keys that would be absurdly slow, and how
 * much work control requests are taken for.
 */
#include "forms-fixture.h"

enum { CIPHER, HASH, MAC, AEAD, AKCIPHER };

/* ---- RSA keys: numbers of which only the lengths matter ---- */

struct numbers {
    uint32_t n, e, d, p, q; /* bits; e 0: 3. 0 of the others: a zero */
};

static void put_head(GByteArray *der, uint8_t tag, uint32_t len)
{
    const uint8_t head[] = { tag, 0x82, (uint8_t)(len >> 8), (uint8_t)len };

    g_byte_array_append(der, head, sizeof(head));
}

/* An odd number of @bits bits; 0: zero. */
static void put_number(GByteArray *der, uint32_t bits, uint8_t byte)
{
    uint32_t len = bits / 8 + 1;

    put_head(der, 0x02, len);
    for (uint32_t i = 0; i < len; i++) {
        uint8_t value = bits ? byte : 0;

        if (i == 0) {
            value = bits % 8 ? (uint8_t)(1u << (bits % 8 - 1)) : 0;
        } else if (i == 1 && bits % 8 == 0) {
            value = 0x80 | byte;
        }
        if (i == len - 1 && bits) {
            value |= 1;
        }
        g_byte_array_append(der, &value, 1);
    }
}

static GByteArray *rsa_key(const struct numbers *numbers, bool is_private)
{
    g_autoptr(GByteArray) inside = g_byte_array_new();
    GByteArray *der = g_byte_array_new();

    if (is_private) {
        put_number(inside, 0, 0);
    }
    put_number(inside, numbers->n, 0x7b);
    put_number(inside, numbers->e ? numbers->e : 2, 0x11);
    if (is_private) {
        put_number(inside, numbers->d, 0x2d);
        put_number(inside, numbers->p, 0x35);
        put_number(inside, numbers->q, 0x1f);
        for (unsigned i = 0; i < 3; i++) {
            put_number(inside, numbers->p ? 512 : 0, 0x01);
        }
    }
    put_head(der, 0x30, inside->len);
    g_byte_array_append(der, inside->data, inside->len);
    return der;
}

static uint32_t create_status(const struct numbers *numbers, bool is_private)
{
    g_autoptr(GByteArray) key = rsa_key(numbers, is_private);
    const struct form_operation rsa = { .service = AKCIPHER,
                                        .algorithm = VCRYPTO_AKCIPHER_RSA,
                                        .key_type = is_private ? 2 : 1,
                                        .key = { key->data, key->len } };
    uint32_t status;
    uint64_t id;

    use_form(FORM_EXACT);
    id = create(&rsa, FORM_EXACT, &status);
    if (status == VCRYPTO_OK) {
        UT_EQ_U64(destroy(&rsa, FORM_EXACT, id), VCRYPTO_OK);
    }
    return status;
}

static void rsa_modulus_has_limits(void)
{
    static const uint32_t good[] = { 512, 1024, 4096, 8192 };
    static const uint32_t bad[] = { 511, 8193, 16384 };

    for (unsigned i = 0; i < G_N_ELEMENTS(good); i++) {
        ut_context("%u bits", good[i]);
        UT_EQ_U64(create_status(&(struct numbers){ .n = good[i], .d = 500 }, true),
                  VCRYPTO_OK);
        UT_EQ_U64(create_status(&(struct numbers){ .n = good[i] }, false), VCRYPTO_OK);
    }
    for (unsigned i = 0; i < G_N_ELEMENTS(bad); i++) {
        ut_context("%u bits", bad[i]);
        UT_EQ_U64(create_status(&(struct numbers){ .n = bad[i], .d = 500 }, true),
                  VCRYPTO_ERR);
        UT_EQ_U64(create_status(&(struct numbers){ .n = bad[i] }, false), VCRYPTO_ERR);
    }
    ut_context(NULL);
}

/* Both halves of a key have the limit that the library has for the public one. */
static void long_public_exponents_need_short_moduli(void)
{
    static const struct {
        uint32_t n, e, status;
    } keys[] = {
        { 3072, 3071, VCRYPTO_OK }, { 3073, 64, VCRYPTO_OK },
        { 3073, 65, VCRYPTO_ERR },  { 8192, 64, VCRYPTO_OK },
        { 8192, 65, VCRYPTO_ERR },  { 8192, 8191, VCRYPTO_ERR },
    };

    for (unsigned i = 0; i < G_N_ELEMENTS(keys); i++) {
        const struct numbers numbers = { .n = keys[i].n, .e = keys[i].e, .d = 500 };

        ut_context("n %u bits, e %u", keys[i].n, keys[i].e);
        UT_EQ_U64(create_status(&numbers, true), keys[i].status);
        UT_EQ_U64(create_status(&numbers, false), keys[i].status);
    }
    ut_context(NULL);
}

/* They are not the modulus's primes, so the key is used as if they were not there. */
static void absurd_primes_are_not_looked_at(void)
{
    const struct numbers numbers = { .n = 1024, .d = 1000, .p = 14000, .q = 14000 };
    const struct numbers halves = { .n = 1024, .d = 1000, .p = 512, .q = 512 };

    UT_EQ_U64(create_status(&numbers, true), VCRYPTO_OK);
    UT_EQ_U64(create_status(&halves, true), VCRYPTO_OK);
}

/* ---- the work of control requests ---- */

static unsigned work_of_create(const struct form_operation *operation, size_t piece)
{
    struct vcrypto_control_reply reply;
    struct form_message message;
    uint8_t room[VCRYPTO_CREATE_REPLY_SIZE];
    struct iovec in = { room, sizeof(room) };

    use_form(FORM_EXACT);
    form_create(operation, FORM_EXACT, &message);
    g_autoptr(GByteArray) bytes = flatten(&message);
    g_autoptr(GArray) out = cut(bytes->data, bytes->len, piece);
    struct vcrypto_chain chain = { (struct iovec *)out->data, out->len, &in, 1 };

    return vcrypto_serve_control(&point, &chain, &reply);
}

/* Whatever becomes of it: that is found out by doing it. */
static void keys_that_are_parsed_fill_a_turn(void)
{
    static const uint8_t bytes[512] = { 1, 2, 3, 4 };
    struct form_operation aes = { .service = CIPHER,
                                  .algorithm = VCRYPTO_CIPHER_AES_CBC,
                                  .key = { bytes, 16 } };
    struct form_operation ecdsa = { .service = AKCIPHER,
                                    .algorithm = VCRYPTO_AKCIPHER_ECDSA,
                                    .key_type = 2,
                                    .options = { VCRYPTO_CURVE_NIST_P521 },
                                    .key = { bytes, 66 } };
    unsigned work = work_of_create(&aes, 4096);

    UT_TRUE(work >= 1 && work <= VCRYPTO_CONTROL_TURN / 32);
    UT_TRUE(work_of_create(&ecdsa, 4096) >= VCRYPTO_CONTROL_TURN);
}

static void pieces_are_work(void)
{
    static const uint8_t bytes[512] = { 1, 2, 3, 4 };
    const struct form_operation hmac = { .service = MAC,
                                         .algorithm = VCRYPTO_MAC_HMAC_SHA_256,
                                         .key = { bytes, sizeof(bytes) } };

    UT_TRUE(work_of_create(&hmac, 1) >= VCRYPTO_CONTROL_TURN / 4);
    UT_TRUE(work_of_create(&hmac, 1) <= VCRYPTO_CONTROL_TURN);
}

static const struct ut_test key_tests[] = {
    { "RSA modulus has limits", rsa_modulus_has_limits },
    { "long public exponents need short moduli",
      long_public_exponents_need_short_moduli },
    { "absurd primes are not looked at", absurd_primes_are_not_looked_at },
    { NULL, NULL },
};

static const struct ut_test work_tests[] = {
    { "keys that are parsed fill a turn", keys_that_are_parsed_fill_a_turn },
    { "pieces are work", pieces_are_work },
    { NULL, NULL },
};

int main(int argc, char **argv)
{
    static const struct ut_suite suites[] = {
        { "keys", set_up, tear_down, key_tests },
        { "work", set_up, tear_down, work_tests },
        { NULL, NULL, NULL, NULL },
    };

    return ut_main(argc, argv, suites);
}
