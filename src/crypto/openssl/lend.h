/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A provider of our own, which lends out what OpenSSL's providers have, under names
 * that nobody else knows.
 *
 * Each EVP_..._init() looks whether an ENGINE wants to do an algorithm of this number,
 * whatever library context and provider it was fetched from, and ENGINEs belong to the
 * whole process. Numbers are looked up by names: what has a name of ours has none.
 */
#ifndef VCRYPTO_OPENSSL_LEND_H
#define VCRYPTO_OPENSSL_LEND_H

#include <openssl/crypto.h>
#include <openssl/provider.h>

/* What comes before OpenSSL's name of a digest or of a cipher. */
#define VCRYPTO_OPENSSL_OURS "vcrypto-"

/* As long as such a name gets, with the zero at its end. */
#define VCRYPTO_OPENSSL_NAME_SIZE 48

/* vcrypto_openssl_name: write OpenSSL's @name as ours. */
void vcrypto_openssl_name(const char *name, char ours[VCRYPTO_OPENSSL_NAME_SIZE]);

/*
 * vcrypto_openssl_lend: lend out the digests and ciphers of @from, a provider that is
 * loaded in @libctx, there. One provider at a time for each of @which, 0 or 1. NULL: no
 * memory. vcrypto_openssl_lend_end() ends it, before @from is unloaded.
 */
OSSL_PROVIDER *vcrypto_openssl_lend(OSSL_LIB_CTX *libctx, OSSL_PROVIDER *from,
                                    unsigned which);

/* vcrypto_openssl_lend_end: the end of it, when nothing fetched by these names is left;
 * @provider may be NULL. */
void vcrypto_openssl_lend_end(OSSL_PROVIDER *provider, unsigned which);

#endif
