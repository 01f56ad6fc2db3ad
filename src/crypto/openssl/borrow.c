/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "../borrow.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "context.h"
#include "fetch.h"
#include "lend.h"

bool vcrypto_borrow_equal(const uint8_t *a, const uint8_t *b, size_t size)
{
    return CRYPTO_memcmp(a, b, size) == 0;
}

bool vcrypto_borrow_digest(const char *name, const uint8_t *data, size_t size,
                           uint8_t *result)
{
    char ours[VCRYPTO_OPENSSL_NAME_SIZE];

    vcrypto_openssl_name(name, ours);
    return vcrypto_openssl_checked(
        EVP_Q_digest(vcrypto_openssl_library(), ours, NULL, data, size, result, NULL));
}
