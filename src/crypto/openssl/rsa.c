/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * RSA, raw and with the padding of PKCS #1 v1.5 (RFC 8017).
 *
 * How long an operation takes is bounded by the modulus, of at most 8192 bits: with one
 * above 3072 bits the public exponent has at most 64, and private exponents are no
 * longer than the modulus.
 */
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>

#include "../engines.h"
#include "context.h"
#include "fetch.h"
#include "key.h"

#define MIN_BITS 512
#define MAX_BITS (8 * VCRYPTO_MAX_AKCIPHER_RESULT)

/*
 * The library's own limit, which it knows for public keys only; but it uses the public
 * exponent of a private key, too, to blind and to check: that would make the slowest
 * key three times slower.
 */
#define LONG_MODULUS_BITS 3072
#define MAX_EXPONENT_BITS 64

/* Least bytes that PKCS #1 adds. */
#define PADDING 11

/* ---- keys ---- */

enum { N, E, D, P, Q, DP, DQ, QINV, NUMBERS };

static const char *const names[NUMBERS] = {
    OSSL_PKEY_PARAM_RSA_N,         OSSL_PKEY_PARAM_RSA_E,
    OSSL_PKEY_PARAM_RSA_D,         OSSL_PKEY_PARAM_RSA_FACTOR1,
    OSSL_PKEY_PARAM_RSA_FACTOR2,   OSSL_PKEY_PARAM_RSA_EXPONENT1,
    OSSL_PKEY_PARAM_RSA_EXPONENT2, OSSL_PKEY_PARAM_RSA_COEFFICIENT1,
};

static bool read_numbers(struct der der, bool is_private, BIGNUM **numbers)
{
    unsigned count = is_private ? NUMBERS : D;
    struct der inside;

    if (!vcrypto_der_enter(&der, V_ASN1_SEQUENCE, V_ASN1_UNIVERSAL, true, &inside)) {
        return false;
    }
    if (is_private) {
        /* Version 1 announces more than two primes. Keys that say so and have two are
         * about, too; whatever follows the numbers is refused below. */
        BIGNUM *version = vcrypto_der_integer(&inside);
        bool known = version && (BN_is_zero(version) || BN_is_one(version));

        BN_free(version);
        if (!known) {
            return false;
        }
    }
    for (unsigned i = 0; i < count; i++) {
        numbers[i] = vcrypto_der_integer(&inside);
        if (!numbers[i]) {
            return false;
        }
    }
    return inside.left == 0;
}

/*
 * How many of the numbers make the key. Some keys, those of Linux's own tests among
 * them, have zeros where the primes should be, and work without.
 */
static unsigned useful_numbers(BIGNUM *const *numbers, bool is_private)
{
    BN_CTX *scratch = is_private ? BN_CTX_secure_new() : NULL;
    BIGNUM *product = BN_new();
    /* Longer ones are not the primes, and not worth multiplying. */
    bool primes = scratch && product &&
                  BN_num_bits(numbers[P]) + BN_num_bits(numbers[Q]) <=
                      BN_num_bits(numbers[N]) + 1 &&
                  BN_mul(product, numbers[P], numbers[Q], scratch) &&
                  BN_cmp(product, numbers[N]) == 0;

    for (unsigned i = P; primes && i < NUMBERS; i++) {
        primes = !BN_is_zero(numbers[i]) && BN_cmp(numbers[i], numbers[N]) < 0;
    }
    BN_clear_free(product);
    BN_CTX_free(scratch);
    return primes ? NUMBERS : is_private ? P : D;
}

static bool sane(BIGNUM *const *numbers, bool is_private)
{
    int bits = BN_num_bits(numbers[N]);

    return bits >= MIN_BITS && bits <= MAX_BITS && BN_is_odd(numbers[N]) &&
           BN_is_odd(numbers[E]) && !BN_is_one(numbers[E]) &&
           BN_cmp(numbers[E], numbers[N]) < 0 &&
           (bits <= LONG_MODULUS_BITS ||
            BN_num_bits(numbers[E]) <= MAX_EXPONENT_BITS) &&
           (!is_private ||
            (!BN_is_zero(numbers[D]) && BN_cmp(numbers[D], numbers[N]) < 0));
}

static bool set_key(struct key_context *context, BIGNUM *const *numbers)
{
    unsigned count = useful_numbers(numbers, context->is_private);
    OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
    OSSL_PARAM *params = NULL;
    bool ok = builder != NULL;

    for (unsigned i = 0; ok && i < count; i++) {
        ok = vcrypto_openssl_checked(
            OSSL_PARAM_BLD_push_BN(builder, names[i], numbers[i]));
    }
    if (ok) {
        params = OSSL_PARAM_BLD_to_param(builder);
        ok = params && vcrypto_key_set(context, "RSA", params);
    }
    vcrypto_key_params_free(params);
    OSSL_PARAM_BLD_free(builder);
    context->size = (uint32_t)BN_num_bytes(numbers[N]);
    return ok;
}

/* ---- what is signed ---- */

struct digest_info {
    uint32_t digest_len;
    uint32_t prefix_len;
    uint8_t prefix[19];
};

#define RSADSI(number)                                                                 \
    {                                                                                  \
        16, 18,                                                                        \
        {                                                                              \
            0x30, 0x20, 0x30, 0x0c, 0x06, 0x08, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d,    \
                0x02, (number), 0x05, 0x00, 0x04, 0x10                                 \
        }                                                                              \
    }
#define SHA2(number, len)                                                              \
    {                                                                                  \
        (len), 19,                                                                     \
        {                                                                              \
            0x30, (len) + 17, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65,    \
                0x03, 0x04, 0x02, (number), 0x05, 0x00, 0x04, (len)                    \
        }                                                                              \
    }

/* What comes before the digest (RFC 8017, 9.2). Of MD3 nobody knows. */
static const struct digest_info digest_infos[] = {
    [VCRYPTO_RSA_MD2] = RSADSI(2),
    [VCRYPTO_RSA_MD4] = RSADSI(4),
    [VCRYPTO_RSA_MD5] = RSADSI(5),
    [VCRYPTO_RSA_SHA1] = { 20,
                           15,
                           { 0x30, 0x21, 0x30, 0x09, 0x06, 0x05, 0x2b, 0x0e, 0x03, 0x02,
                             0x1a, 0x05, 0x00, 0x04, 0x14 } },
    [VCRYPTO_RSA_SHA256] = SHA2(1, 32),
    [VCRYPTO_RSA_SHA384] = SHA2(2, 48),
    [VCRYPTO_RSA_SHA512] = SHA2(3, 64),
    [VCRYPTO_RSA_SHA224] = SHA2(4, 28),
};

static bool hash_known(uint32_t hash)
{
    return hash == VCRYPTO_RSA_NO_HASH ||
           (hash < sizeof(digest_infos) / sizeof(digest_infos[0]) &&
            digest_infos[hash].digest_len);
}

/* Puts the prefix before the @len bytes at @data, which have room for it. */
static bool prefixed(const struct key_context *context, uint8_t *data, size_t *len)
{
    const struct digest_info *info = &digest_infos[context->options.hash];

    if (context->options.hash != VCRYPTO_RSA_NO_HASH) {
        if (*len != info->digest_len) {
            return false;
        }
        memmove(data + info->prefix_len, data, *len);
        memcpy(data, info->prefix, info->prefix_len);
        *len += info->prefix_len;
    }
    return *len + PADDING <= context->size;
}

/* ---- contexts ---- */

static bool options_known(const struct vcrypto_akcipher_options *options)
{
    return options->padding == VCRYPTO_RSA_RAW_PADDING ||
           (options->padding == VCRYPTO_RSA_PKCS1_PADDING && hash_known(options->hash));
}

static void *rsa_context_new(const struct vcrypto_keying *keying)
{
    const struct der der = { keying->key, keying->key_len };
    struct key_context *context = vcrypto_key_context_new(keying);
    BIGNUM *numbers[NUMBERS] = { NULL };
    bool ok;

    ok = context && options_known(&context->options) &&
         read_numbers(der, context->is_private, numbers) &&
         sane(numbers, context->is_private) && set_key(context, numbers);
    for (unsigned i = 0; i < NUMBERS; i++) {
        BN_clear_free(numbers[i]);
    }
    if (!ok) {
        vcrypto_key_context_free(context);
        context = NULL;
    }
    return context;
}

/* ---- operations ---- */

typedef int run_fn(EVP_PKEY_CTX *, unsigned char *, size_t *, const unsigned char *,
                   size_t);

static const struct rsa_operation {
    int (*init)(EVP_PKEY_CTX *);
    run_fn *run;
    bool needs_private;
} operations[] = {
    [VCRYPTO_OPERATION_ENCRYPT] = { EVP_PKEY_encrypt_init, EVP_PKEY_encrypt, false },
    [VCRYPTO_OPERATION_DECRYPT] = { EVP_PKEY_decrypt_init, EVP_PKEY_decrypt, true },
    [VCRYPTO_OPERATION_SIGN] = { EVP_PKEY_sign_init, EVP_PKEY_sign, true },
    /* The same power, whatever it is for. */
    [VCRYPTO_OPERATION_VERIFY] = { EVP_PKEY_encrypt_init, EVP_PKEY_encrypt, false },
};

/* Newer libraries, and some older ones as distributions have them, would make up a
 * message where the padding is wrong. A driver is to be told, as the library before
 * them did: in the same time for each fault. Libraries that do not know it pass over
 * it. */
static bool no_implicit_rejection(EVP_PKEY_CTX *operation)
{
    unsigned off = 0;
    const OSSL_PARAM params[] = {
        OSSL_PARAM_construct_uint("implicit-rejection", &off),
        OSSL_PARAM_construct_end(),
    };

    return vcrypto_openssl_checked(EVP_PKEY_CTX_set_params(operation, params));
}

static bool set_padding(EVP_PKEY_CTX *operation, bool raw)
{
    bool ok = vcrypto_openssl_checked(EVP_PKEY_CTX_set_rsa_padding(
        operation, raw ? RSA_NO_PADDING : RSA_PKCS1_PADDING));

    if (!raw && EVP_PKEY_CTX_get_operation(operation) == EVP_PKEY_OP_DECRYPT) {
        ok = ok && no_implicit_rejection(operation);
    }
    return ok;
}

/* @src_len bytes at @src through the library, into @to, which has room for a modulus.
 */
static bool run(struct key_context *context, const struct rsa_operation *how, bool raw,
                const uint8_t *src, size_t src_len, uint8_t *to, size_t *to_len)
{
    EVP_PKEY_CTX *operation = vcrypto_key_operation(context, how->init);
    bool ok;

    *to_len = context->size;
    ok = operation && set_padding(operation, raw) &&
         vcrypto_openssl_checked(how->run(operation, to, to_len, src, src_len));
    EVP_PKEY_CTX_free(operation);
    return ok;
}

/* A raw source is a number: it may be written with fewer bytes than the modulus. */
static bool extend(struct key_context *context)
{
    size_t missing;

    if (context->src_len == 0 || context->src_len > context->size) {
        return false;
    }
    missing = context->size - context->src_len;
    memmove(context->src + missing, context->src, context->src_len);
    memset(context->src, 0, missing);
    context->src_len = context->size;
    return true;
}

static enum vcrypto_status transform(struct key_context *context,
                                     const struct rsa_operation *how,
                                     struct vcrypto_akcipher_job *job)
{
    bool raw = context->options.padding == VCRYPTO_RSA_RAW_PADDING;
    size_t len;

    if (raw && !extend(context)) {
        return VCRYPTO_ERR;
    }
    /* RFC 8017, 7.2.2: no other length was ever made by encryption. */
    if (job->operation == VCRYPTO_OPERATION_DECRYPT &&
        context->src_len != context->size) {
        return VCRYPTO_ERR;
    }
    if (job->operation == VCRYPTO_OPERATION_SIGN &&
        (context->src_len > context->size ||
         !prefixed(context, context->src, &context->src_len))) {
        return VCRYPTO_ERR;
    }
    if (!run(context, how, raw, context->src, context->src_len, job->result, &len)) {
        return VCRYPTO_ERR;
    }
    job->result_len = (uint32_t)len;
    return VCRYPTO_OK;
}

/* The block that is signed (RFC 8017, 9.2), of the data that is in it. */
static void pad(struct key_context *context)
{
    size_t filled = context->size - context->data_len;

    memmove(context->data + filled, context->data, context->data_len);
    memset(context->data, 0xff, filled);
    context->data[0] = 0;
    context->data[1] = 1;
    context->data[filled - 1] = 0;
    context->data_len = context->size;
}

/* The block that was signed is made visible, and has to be all that it should: some
 * libraries would not find the data in it where there is none. */
/* keeps: AK-3 */
static enum vcrypto_status verify(struct key_context *context,
                                  struct vcrypto_akcipher_job *job)
{
    const struct rsa_operation *how = &operations[VCRYPTO_OPERATION_VERIFY];
    size_t len;

    if (context->data_len > context->size ||
        !prefixed(context, context->data, &context->data_len)) {
        return VCRYPTO_ERR;
    }
    pad(context);
    return context->src_len == context->size &&
                   run(context, how, true, context->src, context->src_len, job->result,
                       &len) &&
                   len == context->data_len &&
                   CRYPTO_memcmp(job->result, context->data, len) == 0
               ? VCRYPTO_OK
               : VCRYPTO_KEY_REJECTED;
}

static enum vcrypto_status rsa_run(void *context,
                                   const struct vcrypto_algorithm *algorithm,
                                   struct vcrypto_akcipher_job *job)
{
    struct key_context *key = context;
    const struct rsa_operation *how = &operations[job->operation];
    bool signature = job->operation == VCRYPTO_OPERATION_SIGN ||
                     job->operation == VCRYPTO_OPERATION_VERIFY;
    enum vcrypto_status status;

    (void)algorithm;
    if (signature && key->options.padding == VCRYPTO_RSA_RAW_PADDING) {
        return VCRYPTO_NOTSUPP;
    }
    if (how->needs_private && !key->is_private) {
        return VCRYPTO_ERR;
    }
    status = vcrypto_key_copy_in(key, job);
    if (status == VCRYPTO_OK) {
        status = job->operation == VCRYPTO_OPERATION_VERIFY ? verify(key, job)
                                                            : transform(key, how, job);
    }
    vcrypto_key_wipe(key);
    return status;
}

const struct vcrypto_engine vcrypto_engine_openssl_rsa = {
    .name = "openssl",
    .init = vcrypto_openssl_init,
    .fini = vcrypto_openssl_fini,
    .library = vcrypto_openssl_version,
    .available = vcrypto_key_available,
    .lacks = vcrypto_openssl_lacks,
    .context_new = rsa_context_new,
    .context_free = vcrypto_key_context_free,
    .akcipher = rsa_run,
};
