/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The engines that this build has. */
#ifndef VCRYPTO_CRYPTO_ENGINES_H
#define VCRYPTO_CRYPTO_ENGINES_H

#include "vcrypto/algorithm.h"

extern const struct vcrypto_engine vcrypto_engine_openssl;

/* On what that one has fetched, and made ready with it. */
extern const struct vcrypto_engine vcrypto_engine_openssl_ctr64;
extern const struct vcrypto_engine vcrypto_engine_openssl_f8;
extern const struct vcrypto_engine vcrypto_engine_openssl_rc4;

#endif
