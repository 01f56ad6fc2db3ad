/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ECDSA over the NIST curves. A private key is an ECPrivateKey (RFC 5915), a public one
 * the bytes of a point (SEC 1, 2.3.3); the session names the curve.
 */
#include <string.h>

#include <openssl/asn1.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/objects.h>
#include <openssl/param_build.h>

#include "../engines.h"
#include "context.h"
#include "fetch.h"
#include "key.h"

/* The longest point: two coordinates of 521 bits. */
#define MAX_POINT 133

static const int curves[] = {
    [VCRYPTO_CURVE_NIST_P192] = NID_X9_62_prime192v1,
    [VCRYPTO_CURVE_NIST_P224] = NID_secp224r1,
    [VCRYPTO_CURVE_NIST_P256] = NID_X9_62_prime256v1,
    [VCRYPTO_CURVE_NIST_P384] = NID_secp384r1,
    [VCRYPTO_CURVE_NIST_P521] = NID_secp521r1,
};

static int curve_of(const struct vcrypto_akcipher_options *options)
{
    bool known = options->curve < sizeof(curves) / sizeof(curves[0]);

    return known ? curves[options->curve] : NID_undef;
}

static bool set_key(struct key_context *context, int curve, const uint8_t *point,
                    size_t point_len, const BIGNUM *secret)
{
    OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
    OSSL_PARAM *params = NULL;
    bool ok;

    ok = builder &&
         vcrypto_openssl_checked(OSSL_PARAM_BLD_push_utf8_string(
             builder, OSSL_PKEY_PARAM_GROUP_NAME, OBJ_nid2sn(curve), 0)) &&
         vcrypto_openssl_checked(OSSL_PARAM_BLD_push_octet_string(
             builder, OSSL_PKEY_PARAM_PUB_KEY, point, point_len)) &&
         (!secret || vcrypto_openssl_checked(OSSL_PARAM_BLD_push_BN(
                         builder, OSSL_PKEY_PARAM_PRIV_KEY, secret)));
    if (ok) {
        params = OSSL_PARAM_BLD_to_param(builder);
        ok = params && vcrypto_key_set(context, "EC", params);
    }
    vcrypto_key_params_free(params);
    OSSL_PARAM_BLD_free(builder);
    return ok;
}

static bool set_public(struct key_context *context, int curve,
                       const struct vcrypto_keying *keying)
{
    const uint8_t *key = keying->key;
    bool form = key[0] == POINT_CONVERSION_UNCOMPRESSED ||
                (key[0] & 0xfe) == POINT_CONVERSION_COMPRESSED;

    return form && keying->key_len <= MAX_POINT &&
           set_key(context, curve, key, keying->key_len, NULL);
}

/* The point that belongs to @secret, which must be a secret of this curve. */
static size_t public_point(int curve, const BIGNUM *secret, uint8_t point[MAX_POINT])
{
    EC_GROUP *group =
        EC_GROUP_new_by_curve_name_ex(vcrypto_openssl_library(), NULL, curve);
    EC_POINT *product = group ? EC_POINT_new(group) : NULL;
    size_t len = 0;

    if (product && !BN_is_zero(secret) &&
        BN_cmp(secret, EC_GROUP_get0_order(group)) < 0 &&
        vcrypto_openssl_checked(
            EC_POINT_mul(group, product, secret, NULL, NULL, NULL))) {
        len = EC_POINT_point2oct(group, product, POINT_CONVERSION_UNCOMPRESSED, point,
                                 MAX_POINT, NULL);
    }
    EC_POINT_free(product);
    EC_GROUP_free(group);
    vcrypto_openssl_checked(len != 0);
    return len;
}

/* A curve that the key names itself must be the session's. */
static bool parameters_agree(struct der *der, int curve)
{
    struct der parameters;
    const uint8_t *at;
    ASN1_OBJECT *object;
    bool agree;

    if (!vcrypto_der_enter(der, 0, V_ASN1_CONTEXT_SPECIFIC, false, &parameters)) {
        return false;
    }
    at = parameters.at;
    object = d2i_ASN1_OBJECT(NULL, &at, (long)parameters.left);
    agree =
        object && OBJ_obj2nid(object) == curve && at == parameters.at + parameters.left;
    ASN1_OBJECT_free(object);
    vcrypto_openssl_checked(agree);
    return agree;
}

/* The context-specific tags of what an ECPrivateKey may have at its end. */
#define TAG_PARAMETERS 0xa0
#define TAG_PUBLIC_KEY 0xa1

static bool read_secret(struct der der, int curve, BIGNUM **secret)
{
    struct der inside, bytes;
    BIGNUM *version;
    bool known;

    if (!vcrypto_der_enter(&der, V_ASN1_SEQUENCE, V_ASN1_UNIVERSAL, true, &inside)) {
        return false;
    }
    version = vcrypto_der_integer(&inside);
    known = version && BN_is_one(version);
    BN_free(version);
    if (!known || !vcrypto_der_enter(&inside, V_ASN1_OCTET_STRING, V_ASN1_UNIVERSAL,
                                     false, &bytes)) {
        return false;
    }
    if (inside.left && inside.at[0] == TAG_PARAMETERS &&
        !parameters_agree(&inside, curve)) {
        return false;
    }
    /* The public key follows from the secret: what is said of it does not count. */
    if (inside.left && inside.at[0] == TAG_PUBLIC_KEY) {
        struct der ignored;

        if (!vcrypto_der_enter(&inside, 1, V_ASN1_CONTEXT_SPECIFIC, false, &ignored)) {
            return false;
        }
    }
    *secret = inside.left == 0 && bytes.left <= MAX_POINT
                  ? BN_bin2bn(bytes.at, (int)bytes.left, NULL)
                  : NULL;
    return *secret != NULL;
}

static bool set_private(struct key_context *context, int curve,
                        const struct vcrypto_keying *keying)
{
    const struct der der = { keying->key, keying->key_len };
    uint8_t point[MAX_POINT];
    BIGNUM *secret = NULL;
    size_t len;
    bool ok = false;

    if (read_secret(der, curve, &secret)) {
        BN_set_flags(secret, BN_FLG_CONSTTIME);
        len = public_point(curve, secret, point);
        ok = len && set_key(context, curve, point, len, secret);
    }
    BN_clear_free(secret);
    return ok;
}

static void *ecdsa_context_new(const struct vcrypto_keying *keying)
{
    struct key_context *context = vcrypto_key_context_new(keying);
    int curve = curve_of(&keying->akcipher);
    bool ok = false;

    if (context && curve != NID_undef) {
        ok = context->is_private ? set_private(context, curve, keying)
                                 : set_public(context, curve, keying);
    }
    if (!ok) {
        vcrypto_key_context_free(context);
        context = NULL;
    }
    return context;
}

static enum vcrypto_status sign(struct key_context *context,
                                struct vcrypto_akcipher_job *job)
{
    EVP_PKEY_CTX *operation = vcrypto_key_operation(context, EVP_PKEY_sign_init);
    size_t len = sizeof(job->result);
    bool ok;

    ok = operation &&
         vcrypto_openssl_checked(EVP_PKEY_sign(operation, job->result, &len,
                                               context->src, context->src_len));
    EVP_PKEY_CTX_free(operation);
    job->result_len = (uint32_t)len;
    return ok ? VCRYPTO_OK : VCRYPTO_ERR;
}

static enum vcrypto_status verify(struct key_context *context)
{
    EVP_PKEY_CTX *operation = vcrypto_key_operation(context, EVP_PKEY_verify_init);
    bool right;

    if (!operation) {
        return VCRYPTO_ERR;
    }
    right = vcrypto_openssl_checked(EVP_PKEY_verify(
        operation, context->src, context->src_len, context->data, context->data_len));
    EVP_PKEY_CTX_free(operation);
    return right ? VCRYPTO_OK : VCRYPTO_KEY_REJECTED;
}

static enum vcrypto_status ecdsa_run(void *context,
                                     const struct vcrypto_algorithm *algorithm,
                                     struct vcrypto_akcipher_job *job)
{
    struct key_context *key = context;
    bool verifies = job->operation == VCRYPTO_OPERATION_VERIFY;
    enum vcrypto_status status;

    (void)algorithm;
    if (job->operation != VCRYPTO_OPERATION_SIGN && !verifies) {
        return VCRYPTO_NOTSUPP;
    }
    status = vcrypto_key_copy_in(key, job);
    if (status == VCRYPTO_OK) {
        /* A digest has some bytes. */
        if ((verifies ? key->data_len : key->src_len) == 0) {
            status = VCRYPTO_ERR;
        } else if (verifies) {
            status = verify(key);
        } else {
            status = key->is_private ? sign(key, job) : VCRYPTO_ERR;
        }
    }
    vcrypto_key_wipe(key);
    return status;
}

const struct vcrypto_engine vcrypto_engine_openssl_ecdsa = {
    .name = "openssl",
    .init = vcrypto_openssl_init,
    .fini = vcrypto_openssl_fini,
    .library = vcrypto_openssl_version,
    .available = vcrypto_key_available,
    .lacks = vcrypto_openssl_lacks,
    .context_new = ecdsa_context_new,
    .context_free = vcrypto_key_context_free,
    .akcipher = ecdsa_run,
};
