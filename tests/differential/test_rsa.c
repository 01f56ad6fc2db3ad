/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * RSA without padding against GMP's power, with every published key: numbers near 0,
 * the modulus and powers of two, written with as many bytes as they need or as the
 * modulus has. Numbers that are no less than the modulus are errors.
 */
#include <glib.h>
#include <gmp.h>
#include <string.h>

#include "differential/inputs.h"
#include "support/ut.h"
#include "vcrypto/backend.h"
#include "vectors/akcipher.h"

#define TRIALS 40

static struct vcrypto_backend *backend;

static int set_up(void)
{
    const struct vcrypto_backend_config config = {
        .queues = 1,
        .max_sessions = 10,
        .max_cipher_key_len = 256,
        .max_auth_key_len = 512,
        .max_akcipher_key_len = 65536,
        .max_size = 1u << 20,
    };
    const char *why;

    inputs_seed(1);
    backend = vcrypto_backend_new(&config, &why);
    return backend ? 0 : -1;
}

static int tear_down(void)
{
    vcrypto_backend_free(backend);
    return 0;
}

/* ---- keys: a sequence of integers (RFC 8017, A.1) ---- */

/* Goes to the contents of what is at *@at; returns their length. */
static size_t der_enter(const uint8_t **at)
{
    const uint8_t *p = *at + 1;
    size_t len = *p++;

    if (len & 0x80) {
        unsigned bytes = len & 0x7f;

        for (len = 0; bytes; bytes--) {
            len = len << 8 | *p++;
        }
    }
    *at = p;
    return len;
}

static void der_integer(const uint8_t **at, mpz_t number)
{
    size_t len = der_enter(at);

    mpz_import(number, len, 1, 1, 0, 0, *at);
    *at += len;
}

/* The modulus, and the exponent that goes with @vector's key. */
static void read_key(const struct akcipher_vector *vector, mpz_t n, mpz_t exponent)
{
    const uint8_t *at = vector->key;
    bool private = vector->key_type == VCRYPTO_AKCIPHER_KEY_PRIVATE;

    der_enter(&at);
    if (private) {
        der_integer(&at, n); /* the version */
    }
    der_integer(&at, n);
    der_integer(&at, exponent);
    if (private) {
        der_integer(&at, exponent);
    }
}

/* ---- numbers ---- */

static void choose(mpz_t m, const mpz_t n, size_t size)
{
    uint8_t bytes[VCRYPTO_MAX_AKCIPHER_RESULT];

    switch (inputs_below(5)) {
    case 0:
        mpz_set_ui(m, inputs_below(4));
        break;
    case 1: /* on both sides */
        mpz_sub_ui(m, n, 3);
        mpz_add_ui(m, m, inputs_below(6));
        break;
    case 2:
        mpz_ui_pow_ui(m, 2, inputs_below((uint32_t)(8 * size)));
        mpz_sub_ui(m, m, inputs_below(2));
        break;
    default:
        inputs_fill(bytes, size);
        mpz_import(m, size, 1, 1, 0, 0, bytes);
        mpz_mod(m, m, n);
    }
}

static void store(const mpz_t number, uint8_t *to, size_t size)
{
    size_t len = mpz_sgn(number) ? (mpz_sizeinbase(number, 2) + 7) / 8 : 0;

    memset(to, 0, size);
    mpz_export(to + size - len, NULL, 1, 1, 0, 0, number);
}

/* ---- requests ---- */

static uint64_t new_session(const struct akcipher_vector *vector)
{
    struct iovec iov = { (void *)vector->key, vector->key_len };
    struct vcrypto_session_params params = {
        .service = VCRYPTO_SERVICE_AKCIPHER,
        .algorithm = VCRYPTO_AKCIPHER_RSA,
        .key_len = (uint32_t)vector->key_len,
        .akcipher = { .key_type = vector->key_type,
                      .padding = VCRYPTO_RSA_RAW_PADDING },
    };
    uint64_t id = 0;

    vcrypto_cursor_init(&params.key, &iov, 1);
    UT_EQ_U64_FATAL(vcrypto_backend_create_session(backend, &params, &id), VCRYPTO_OK);
    return id;
}

static enum vcrypto_status run(uint64_t id, bool private, uint8_t *src, size_t len,
                               uint8_t *dst, size_t room)
{
    struct iovec in = { src, len }, out = { dst, room };
    struct vcrypto_request request = {
        .service = VCRYPTO_SERVICE_AKCIPHER,
        .session_id = id,
        .operation = private ? VCRYPTO_OPERATION_DECRYPT : VCRYPTO_OPERATION_ENCRYPT,
    };

    vcrypto_cursor_init(&request.src, &in, 1);
    vcrypto_cursor_init(&request.dst, &out, 1);
    UT_EQ_U64(vcrypto_backend_run(backend, 0, &request, 1, NULL), 1);
    return request.status;
}

static void try_number(const struct akcipher_vector *vector, uint64_t id, const mpz_t n,
                       const mpz_t exponent)
{
    size_t size = (mpz_sizeinbase(n, 2) + 7) / 8, skip = 0;
    uint8_t src[VCRYPTO_MAX_AKCIPHER_RESULT], dst[VCRYPTO_MAX_AKCIPHER_RESULT] = { 0 };
    uint8_t expected[VCRYPTO_MAX_AKCIPHER_RESULT];
    enum vcrypto_status status;
    mpz_t m;

    mpz_init(m);
    choose(m, n, size);
    store(m, src, size);
    while (inputs_below(2) && skip + 1 < size && src[skip] == 0) {
        skip++;
    }
    status = run(id, vector->key_type == VCRYPTO_AKCIPHER_KEY_PRIVATE, src + skip,
                 size - skip, dst, size);
    if (mpz_cmp(m, n) >= 0) {
        UT_EQ_U64(status, VCRYPTO_ERR);
    } else {
        mpz_powm(m, m, exponent, n);
        store(m, expected, size);
        UT_EQ_U64(status, VCRYPTO_OK);
        UT_EQ_MEM(dst, expected, size);
    }
    mpz_clear(m);
}

static void every_key(void)
{
    size_t count;
    const struct akcipher_vector *vectors = akcipher_vectors(&count);
    unsigned keys = 0;

    for (size_t i = 0; i < count; i++) {
        uint64_t id;
        mpz_t n, exponent;

        if (vectors[i].algorithm != VCRYPTO_AKCIPHER_RSA) {
            continue;
        }
        mpz_inits(n, exponent, NULL);
        read_key(&vectors[i], n, exponent);
        id = new_session(&vectors[i]);
        for (unsigned k = 0; k < TRIALS; k++) {
            ut_context("key of %s, number %u", vectors[i].name, k);
            try_number(&vectors[i], id, n, exponent);
        }
        UT_EQ_U64(vcrypto_backend_destroy_session(backend, id), VCRYPTO_OK);
        mpz_clears(n, exponent, NULL);
        keys++;
    }
    ut_context(NULL);
    ut_note("%u keys", keys);
    UT_TRUE(keys > 3);
}

static const struct ut_test tests[] = {
    { "every key", every_key },
    { NULL, NULL },
};

int main(int argc, char **argv)
{
    static const struct ut_suite suites[] = {
        { "RSA", set_up, tear_down, tests },
        { NULL, NULL, NULL, NULL },
    };

    return ut_main(argc, argv, suites);
}
