/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "key.h"

#include <openssl/asn1.h>
#include <openssl/params.h>

#include "context.h"
#include "fetch.h"
#include "process.h"

bool vcrypto_der_enter(struct der *der, int type, int class, bool last,
                       struct der *inside)
{
    const uint8_t *at = der->at;
    int found_type, found_class;
    long size;
    int flags = ASN1_get_object(&at, &size, &found_type, &found_class, (long)der->left);

    /* 0x80: an error; the lowest bit: a length that is not told, which DER has not. */
    if (flags & 0x81 || found_type != type || found_class != class) {
        vcrypto_openssl_checked(0);
        return false;
    }
    *inside = (struct der){ at, (size_t)size };
    der->left -= (size_t)(at - der->at) + (size_t)size;
    der->at = at + size;
    return !last || der->left == 0;
}

BIGNUM *vcrypto_der_integer(struct der *der)
{
    struct der inside;

    if (!vcrypto_der_enter(der, V_ASN1_INTEGER, V_ASN1_UNIVERSAL, false, &inside) ||
        inside.left == 0) {
        return NULL;
    }
    return BN_bin2bn(inside.at, (int)inside.left, NULL);
}

struct key_context *vcrypto_key_context_new(const struct vcrypto_keying *keying)
{
    uint32_t type = keying->akcipher.key_type;
    struct key_context *context;

    if (type != VCRYPTO_AKCIPHER_KEY_PUBLIC && type != VCRYPTO_AKCIPHER_KEY_PRIVATE) {
        return NULL;
    }
    context = vcrypto_secret_alloc(sizeof(*context));
    if (context) {
        context->is_private = type == VCRYPTO_AKCIPHER_KEY_PRIVATE;
        context->options = keying->akcipher;
    }
    return context;
}

void vcrypto_key_context_free(void *context)
{
    struct key_context *key = context;

    if (key) {
        EVP_PKEY_free(key->key);
        vcrypto_secret_free(key, sizeof(*key));
    }
}

bool vcrypto_key_set(struct key_context *context, const char *name, OSSL_PARAM *params)
{
    int selection = context->is_private ? EVP_PKEY_KEYPAIR : EVP_PKEY_PUBLIC_KEY;
    EVP_PKEY_CTX *maker = NULL;
    bool ok;

    /* The key would go to whoever else does such keys in this process by now. */
    if (vcrypto_openssl_ours(NULL)) {
        maker = EVP_PKEY_CTX_new_from_name(vcrypto_openssl_library(), name, NULL);
    }
    ok = maker && vcrypto_openssl_checked(EVP_PKEY_fromdata_init(maker)) &&
         vcrypto_openssl_checked(
             EVP_PKEY_fromdata(maker, &context->key, selection, params));
    EVP_PKEY_CTX_free(maker);
    return ok;
}

/* The library wipes only those that it was told are secret, in memory that it has of a
 * kind of its own. */
void vcrypto_key_params_free(OSSL_PARAM *params)
{
    for (OSSL_PARAM *param = params; param && param->key; param++) {
        vcrypto_secret_wipe(param->data, param->data_size);
    }
    OSSL_PARAM_free(params);
}

static bool copy(struct vcrypto_cursor from, uint8_t *to, size_t *len)
{
    if (from.left > VCRYPTO_MAX_AKCIPHER_RESULT) {
        return false;
    }
    *len = (size_t)from.left;
    return vcrypto_cursor_read(&from, to, *len);
}

enum vcrypto_status vcrypto_key_copy_in(struct key_context *context,
                                        const struct vcrypto_akcipher_job *job)
{
    if (job->operation != VCRYPTO_OPERATION_VERIFY) {
        return copy(job->src, context->src, &context->src_len) ? VCRYPTO_OK
                                                               : VCRYPTO_ERR;
    }
    if (!copy(job->data, context->data, &context->data_len)) {
        return VCRYPTO_ERR;
    }
    /* What is longer than any signature is none. */
    return copy(job->src, context->src, &context->src_len) ? VCRYPTO_OK
                                                           : VCRYPTO_KEY_REJECTED;
}

void vcrypto_key_wipe(struct key_context *context)
{
    vcrypto_secret_wipe(context->src, sizeof(context->src));
    vcrypto_secret_wipe(context->data, sizeof(context->data));
}

EVP_PKEY_CTX *vcrypto_key_operation(struct key_context *context,
                                    int (*init)(EVP_PKEY_CTX *))
{
    EVP_PKEY_CTX *operation = NULL;

    if (vcrypto_openssl_ours(NULL)) {
        operation =
            EVP_PKEY_CTX_new_from_pkey(vcrypto_openssl_library(), context->key, NULL);
    }
    if (operation && !vcrypto_openssl_checked(init(operation))) {
        EVP_PKEY_CTX_free(operation);
        operation = NULL;
    }
    return operation;
}

/* OpenSSL 3.0.4 writes outside of its memory with some keys of RSA on some processors
 * (CVE-2022-2274), which is not to be tried. */
bool vcrypto_key_available(const struct vcrypto_algorithm *algorithm,
                           unsigned key_index)
{
    bool version_3_0_4 = OPENSSL_version_major() == 3 && OPENSSL_version_minor() == 0 &&
                         OPENSSL_version_patch() == 4;

    (void)key_index;
    return vcrypto_openssl_has_keys(algorithm) && !version_3_0_4;
}
