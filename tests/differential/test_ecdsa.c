/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ECDSA against Nettle's: it makes keys and signatures on each curve, of digests of any
 * length, some of them all zeros or ones; some numbers are then put in place of r or s.
 * Both must take, and refuse, the same ones.
 */
#include <glib.h>
#include <nettle/ecc-curve.h>
#include <nettle/ecdsa.h>
#include <string.h>

#include "differential/inputs.h"
#include "support/ut.h"
#include "vcrypto/backend.h"

#define KEYS    6
#define TRIALS  16
#define MAX_INT 66 /* bytes of P-521's numbers */

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

static void random_bytes(void *context, size_t len, uint8_t *to)
{
    (void)context;
    inputs_fill(to, len);
}

static void store(const mpz_t number, uint8_t *to, size_t size)
{
    size_t len = mpz_sgn(number) ? (mpz_sizeinbase(number, 2) + 7) / 8 : 0;

    memset(to, 0, size);
    mpz_export(to + size - len, NULL, 1, 1, 0, 0, number);
}

/* ---- DER ---- */

/* Of a length that is less than 256. */
static uint8_t *der_header(uint8_t *to, uint8_t tag, size_t len)
{
    *to++ = tag;
    if (len >= 0x80) {
        *to++ = 0x81;
    }
    *to++ = (uint8_t)len;
    return to;
}

static size_t der_integer(uint8_t *to, const mpz_t number)
{
    size_t len = mpz_sgn(number) ? mpz_sizeinbase(number, 2) / 8 + 1 : 1;
    uint8_t *at = der_header(to, 2, len);

    store(number, at, len);
    return (size_t)(at + len - to);
}

static size_t der_signature(uint8_t *to, const struct dsa_signature *signature)
{
    uint8_t inside[2 * (MAX_INT + 4)], *at;
    size_t len = der_integer(inside, signature->r);

    len += der_integer(inside + len, signature->s);
    at = der_header(to, 0x30, len);
    memcpy(at, inside, len);
    return (size_t)(at + len - to);
}

/* ---- requests ---- */

static uint64_t new_session(uint32_t curve, const uint8_t *point, size_t len)
{
    struct iovec iov = { (void *)point, len };
    struct vcrypto_session_params params = {
        .service = VCRYPTO_SERVICE_AKCIPHER,
        .algorithm = VCRYPTO_AKCIPHER_ECDSA,
        .key_len = (uint32_t)len,
        .akcipher = { .key_type = VCRYPTO_AKCIPHER_KEY_PUBLIC, .curve = curve },
    };
    uint64_t id = 0;

    vcrypto_cursor_init(&params.key, &iov, 1);
    UT_EQ_U64_FATAL(vcrypto_backend_create_session(backend, &params, &id), VCRYPTO_OK);
    return id;
}

static enum vcrypto_status verify(uint64_t id, const struct dsa_signature *signature,
                                  uint8_t *digest, size_t digest_len)
{
    uint8_t bytes[2 * MAX_INT + 16];
    struct iovec src = { bytes, der_signature(bytes, signature) };
    struct iovec data = { digest, digest_len };
    struct vcrypto_request request = {
        .service = VCRYPTO_SERVICE_AKCIPHER,
        .session_id = id,
        .operation = VCRYPTO_OPERATION_VERIFY,
    };

    vcrypto_cursor_init(&request.src, &src, 1);
    vcrypto_cursor_init(&request.signed_data, &data, 1);
    UT_EQ_U64(vcrypto_backend_run(backend, 0, &request, 1, NULL), 1);
    return request.status;
}

/* ---- comparisons ---- */

static void spoil(mpz_t number, unsigned bits)
{
    switch (inputs_below(6)) {
    case 0:
        mpz_set_ui(number, inputs_below(3));
        break;
    case 1:
        mpz_combit(number, inputs_below(bits));
        break;
    case 2:
        mpz_ui_pow_ui(number, 2, bits);
        mpz_sub_ui(number, number, 1 + inputs_below(2));
        break;
    default:
        break; /* stays right */
    }
}

/* Returns whether the signature was right. */
static bool try_signature(uint64_t id, const struct ecc_point *point,
                          const struct ecc_scalar *secret, unsigned bits)
{
    static const uint8_t lens[] = { 20, 28, 32, 48, 64, 66, 72 };
    uint8_t digest[72];
    size_t len = lens[inputs_below(sizeof(lens))];
    struct dsa_signature signature;
    bool right;

    inputs_fill(digest, sizeof(digest));
    if (inputs_below(4) == 0) {
        memset(digest, inputs_below(2) ? 0xff : 0, sizeof(digest));
    }
    dsa_signature_init(&signature);
    ecdsa_sign(secret, NULL, random_bytes, len, digest, &signature);
    spoil(signature.r, bits);
    spoil(signature.s, bits);
    right = ecdsa_verify(point, len, digest, &signature);
    UT_EQ_U64(verify(id, &signature, digest, len),
              right ? VCRYPTO_OK : VCRYPTO_KEY_REJECTED);
    dsa_signature_clear(&signature);
    return right;
}

static unsigned try_key(uint32_t id, const struct ecc_curve *curve, unsigned bits)
{
    size_t size = (bits + 7) / 8;
    uint8_t bytes[1 + 2 * MAX_INT] = { 4 };
    struct ecc_scalar secret;
    struct ecc_point point;
    unsigned right = 0;
    uint64_t session;
    mpz_t x, y;

    mpz_inits(x, y, NULL);
    ecc_scalar_init(&secret, curve);
    ecc_point_init(&point, curve);
    ecdsa_generate_keypair(&point, &secret, NULL, random_bytes);
    ecc_point_get(&point, x, y);
    store(x, bytes + 1, size);
    store(y, bytes + 1 + size, size);
    session = new_session(id, bytes, 1 + 2 * size);
    for (unsigned i = 0; i < TRIALS; i++) {
        ut_context("curve of %u bits, signature %u", bits, i);
        right += try_signature(session, &point, &secret, bits);
    }
    UT_EQ_U64(vcrypto_backend_destroy_session(backend, session), VCRYPTO_OK);
    ecc_point_clear(&point);
    ecc_scalar_clear(&secret);
    mpz_clears(x, y, NULL);
    return right;
}

static void every_curve(void)
{
    const struct {
        uint32_t id;
        const struct ecc_curve *curve;
        unsigned bits;
    } curves[] = {
        { VCRYPTO_CURVE_NIST_P192, nettle_get_secp_192r1(), 192 },
        { VCRYPTO_CURVE_NIST_P224, nettle_get_secp_224r1(), 224 },
        { VCRYPTO_CURVE_NIST_P256, nettle_get_secp_256r1(), 256 },
        { VCRYPTO_CURVE_NIST_P384, nettle_get_secp_384r1(), 384 },
        { VCRYPTO_CURVE_NIST_P521, nettle_get_secp_521r1(), 521 },
    };

    for (unsigned i = 0; i < G_N_ELEMENTS(curves); i++) {
        unsigned right = 0;

        for (unsigned k = 0; k < KEYS; k++) {
            right += try_key(curves[i].id, curves[i].curve, curves[i].bits);
        }
        ut_context(NULL);
        ut_note("%u bits: %u of %u signatures are right", curves[i].bits, right,
                KEYS * TRIALS);
        UT_TRUE(right > 0 && right < KEYS * TRIALS);
    }
}

static const struct ut_test tests[] = {
    { "every curve", every_curve },
    { NULL, NULL },
};

int main(int argc, char **argv)
{
    static const struct ut_suite suites[] = {
        { "ECDSA", set_up, tear_down, tests },
        { NULL, NULL, NULL, NULL },
    };

    return ut_main(argc, argv, suites);
}
