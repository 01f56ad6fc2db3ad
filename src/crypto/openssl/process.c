/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ENGINEs, and methods of a whole process, are of the past: but the library obeys them
 * as long as it has them, and this is to know. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "process.h"

#include <stdio.h>

#include <openssl/ec.h>
#include <openssl/engine.h>
#include <openssl/err.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>

static char text[256];

static void explain(const char **why, const char *who, const char *name,
                    const char *what)
{
    if (why) {
        snprintf(text, sizeof(text),
                 "%s%s%s is to do %s for this process: take it out of the OpenSSL "
                 "configuration, or start QEMU with OPENSSL_CONF=/dev/null",
                 who, name, name[0] ? "\"" : "", what);
        *why = text;
    }
}

#ifndef OPENSSL_NO_ENGINE
static ENGINE *digest_engine(int number)
{
    return ENGINE_get_digest_engine(number);
}

static ENGINE *rsa_engine(int number)
{
    (void)number;
    return ENGINE_get_default_RSA();
}

static ENGINE *ec_engine(int number)
{
    (void)number;
    return ENGINE_get_default_EC();
}

static ENGINE *random_engine(int number)
{
    (void)number;
    return ENGINE_get_default_RAND();
}

static ENGINE *key_engine(int number)
{
    return ENGINE_get_pkey_meth_engine(number);
}

static ENGINE *asn1_engine(int number)
{
    return ENGINE_get_pkey_asn1_meth_engine(number);
}

static const struct {
    ENGINE *(*engine)(int number);
    int number;
    const char *what;
} uses[] = {
    { rsa_engine, 0, "RSA" },
    { key_engine, EVP_PKEY_RSA, "RSA" },
    { asn1_engine, EVP_PKEY_RSA, "RSA" },
    { ec_engine, 0, "elliptic curves" },
    { key_engine, EVP_PKEY_EC, "elliptic curves" },
    { asn1_engine, EVP_PKEY_EC, "elliptic curves" },
    { random_engine, 0, "random numbers" },
    { digest_engine, NID_sha512, "SHA-512, which ECDSA signs with," },
};

static bool no_engine(const char **why)
{
    for (unsigned i = 0; i < sizeof(uses) / sizeof(uses[0]); i++) {
        ENGINE *engine = uses[i].engine(uses[i].number);

        if (engine) {
            explain(why, "the ENGINE \"", ENGINE_get_id(engine), uses[i].what);
            ENGINE_finish(engine);
            return false;
        }
    }
    return true;
}
#else
static bool no_engine(const char **why)
{
    (void)why;
    return true;
}
#endif

bool vcrypto_openssl_ours(const char **why)
{
    const char *what = NULL;

    if (!no_engine(why)) {
        return false;
    }
    if (RSA_get_default_method() != RSA_PKCS1_OpenSSL()) {
        what = "RSA";
    } else if (EC_KEY_get_default_method() != EC_KEY_OpenSSL()) {
        what = "elliptic curves";
    } else if (RAND_get_rand_method() != RAND_OpenSSL()) {
        what = "random numbers";
    }
    if (what) {
        explain(why, "code other than OpenSSL's", "", what);
    }
    return !what;
}
