/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "context.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/params.h>

#include "fetch.h"

bool vcrypto_openssl_available(const struct vcrypto_algorithm *algorithm,
                               unsigned key_index)
{
    return vcrypto_openssl_cipher(algorithm, key_index) != NULL;
}

bool vcrypto_openssl_checked(int result)
{
    if (result != 1) {
        ERR_clear_error();
    }
    return result == 1;
}

/*
 * As a parameter, which the cipher keeps. EVP_CIPHER_CTX_set_padding() would leave a
 * note to say it to the cipher again with each iv, which takes as long as 100 bytes of
 * AES.
 */
static bool padding_off(EVP_CIPHER_CTX *context)
{
    unsigned padding = 0;
    const OSSL_PARAM params[] = {
        OSSL_PARAM_construct_uint(OSSL_CIPHER_PARAM_PADDING, &padding),
        OSSL_PARAM_construct_end(),
    };

    return vcrypto_openssl_checked(EVP_CIPHER_CTX_set_params(context, params));
}

EVP_CIPHER_CTX *vcrypto_openssl_keyed(const struct vcrypto_keying *keying)
{
    const struct vcrypto_algorithm *algorithm = keying->algorithm;
    EVP_CIPHER *cipher = vcrypto_openssl_cipher(algorithm, keying->key_index);
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    int encrypt = keying->direction == VCRYPTO_ENCRYPT;

    /* The key's length only where it varies: ciphers of one length need not take it. */
    if (!context ||
        !vcrypto_openssl_checked(
            EVP_CipherInit_ex2(context, cipher, NULL, NULL, encrypt, NULL)) ||
        (algorithm->keys[keying->key_index].max_len &&
         !vcrypto_openssl_checked(
             EVP_CIPHER_CTX_set_key_length(context, (int)keying->key_len))) ||
        !vcrypto_openssl_checked(
            EVP_CipherInit_ex2(context, NULL, keying->key, NULL, encrypt, NULL)) ||
        !padding_off(context)) {
        EVP_CIPHER_CTX_free(context);
        return NULL;
    }
    return context;
}

void vcrypto_openssl_context_free(void *context)
{
    EVP_CIPHER_CTX_free(context);
}

bool vcrypto_openssl_update(void *context, uint8_t *dst, const uint8_t *src,
                            size_t size)
{
    int done = 0;

    return vcrypto_openssl_checked(
               EVP_CipherUpdate(context, dst, &done, src, (int)size)) &&
           (size_t)done == size;
}
