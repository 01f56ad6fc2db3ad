/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Methods of a whole process are of the past: but the library obeys them as long as it
 * has them, and this is to know. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "process.h"

#include <stdio.h>

#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>

/*
 * As <openssl/engine.h> has them; but some distributions leave that out, or say in it
 * that there are no ENGINEs, while the library that they come with still asks them.
 */
#define IF_THERE __attribute__((weak))
extern ENGINE *ENGINE_get_default_RSA(void) IF_THERE;
extern ENGINE *ENGINE_get_default_EC(void) IF_THERE;
extern ENGINE *ENGINE_get_default_RAND(void) IF_THERE;
extern ENGINE *ENGINE_get_digest_engine(int nid) IF_THERE;
extern ENGINE *ENGINE_get_pkey_meth_engine(int nid) IF_THERE;
extern ENGINE *ENGINE_get_pkey_asn1_meth_engine(int nid) IF_THERE;
extern const char *ENGINE_get_id(const ENGINE *e) IF_THERE;
extern int ENGINE_finish(ENGINE *e) IF_THERE;

static char text[256];

static bool no_engine_for(ENGINE *engine, const char *what, const char **why)
{
    if (engine && why) {
        snprintf(text, sizeof(text),
                 "the ENGINE \"%s\" is to do %s for this process: take it out of the "
                 "OpenSSL configuration, or start QEMU with OPENSSL_CONF=/dev/null",
                 ENGINE_get_id(engine), what);
        *why = text;
    }
    if (engine) {
        ENGINE_finish(engine);
    }
    return !engine;
}

/* Who does something by default, or for a number: one of the two functions. */
static const struct {
    ENGINE *(*by_default)(void);
    ENGINE *(*for_number)(int);
    int number;
    const char *what;
} uses[] = {
    { ENGINE_get_default_RSA, NULL, 0, "RSA" },
    { NULL, ENGINE_get_pkey_meth_engine, EVP_PKEY_RSA, "RSA" },
    { NULL, ENGINE_get_pkey_asn1_meth_engine, EVP_PKEY_RSA, "RSA" },
    { ENGINE_get_default_EC, NULL, 0, "elliptic curves" },
    { NULL, ENGINE_get_pkey_meth_engine, EVP_PKEY_EC, "elliptic curves" },
    { NULL, ENGINE_get_pkey_asn1_meth_engine, EVP_PKEY_EC, "elliptic curves" },
    { ENGINE_get_default_RAND, NULL, 0, "random numbers" },
    { NULL, ENGINE_get_digest_engine, NID_sha512, "SHA-512, which ECDSA signs with," },
};

static bool no_engine(const char **why)
{
    for (unsigned i = 0; i < sizeof(uses) / sizeof(uses[0]); i++) {
        ENGINE *engine = uses[i].by_default   ? uses[i].by_default()
                         : uses[i].for_number ? uses[i].for_number(uses[i].number)
                                              : NULL;

        if (!no_engine_for(engine, uses[i].what, why)) {
            return false;
        }
    }
    return true;
}

/* Without these functions nobody can have changed what they return. */
static const char *other_method(void)
{
#ifndef OPENSSL_NO_DEPRECATED_3_0
    if (RSA_get_default_method() != RSA_PKCS1_OpenSSL()) {
        return "RSA";
    }
    if (EC_KEY_get_default_method() != EC_KEY_OpenSSL()) {
        return "elliptic curves";
    }
    if (RAND_get_rand_method() != RAND_OpenSSL()) {
        return "random numbers";
    }
#endif
    return NULL;
}

bool vcrypto_openssl_ours(const char **why)
{
    const char *what;

    if (!no_engine(why)) {
        return false;
    }
    what = other_method();
    if (what && why) {
        snprintf(
            text, sizeof(text),
            "a library in this process has taken %s over from OpenSSL: leave out the "
            "options that QEMU loads it for",
            what);
        *why = text;
    }
    return !what;
}
