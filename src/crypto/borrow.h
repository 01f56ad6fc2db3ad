/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What engines of other libraries borrow from OpenSSL, which is always there. */
#ifndef VCRYPTO_CRYPTO_BORROW_H
#define VCRYPTO_CRYPTO_BORROW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* vcrypto_borrow_equal: whether @size bytes are the same, in a time that does not tell
 * where they differ. */
bool vcrypto_borrow_equal(const uint8_t *a, const uint8_t *b, size_t size);

/* vcrypto_borrow_digest: the digest of @size bytes by the hash that OpenSSL calls
 * @name, to @result, which has room for it. False: the library failed. */
bool vcrypto_borrow_digest(const char *name, const uint8_t *data, size_t size,
                           uint8_t *result);

#endif
