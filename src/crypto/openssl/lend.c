/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lend.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/core.h>
#include <openssl/core_dispatch.h>

#define PREFIX_LEN (sizeof(VCRYPTO_OPENSSL_OURS) - 1)

enum { DIGESTS, CIPHERS, OPERATIONS };

/* The tables of one provider; their algorithms end with one that has no name. */
struct lent {
    OSSL_PROVIDER *from;
    OSSL_ALGORITHM *algorithms[OPERATIONS];
};

static struct lent lent[2];

void vcrypto_openssl_name(const char *name, char ours[VCRYPTO_OPENSSL_NAME_SIZE])
{
    snprintf(ours, VCRYPTO_OPENSSL_NAME_SIZE, VCRYPTO_OPENSSL_OURS "%s", name);
}

/* ---- tables ---- */

/* An algorithm has several names, with colons between them. */
static char *our_names(const char *names)
{
    size_t count = 1;
    char *ours, *to;

    for (const char *at = names; *at; at++) {
        count += *at == ':';
    }
    ours = malloc(strlen(names) + 1 + count * PREFIX_LEN);
    if (!ours) {
        return NULL;
    }
    to = stpcpy(ours, VCRYPTO_OPENSSL_OURS);
    for (; *names; names++) {
        *to++ = *names;
        if (*names == ':') {
            to = stpcpy(to, VCRYPTO_OPENSSL_OURS);
        }
    }
    *to = '\0';
    return ours;
}

static void free_table(OSSL_ALGORITHM *table)
{
    for (OSSL_ALGORITHM *row = table; row && row->algorithm_names; row++) {
        free((void *)row->algorithm_names);
    }
    free(table);
}

/* Properties stay theirs: newer random number generators of OpenSSL's, 3.5.9's among
 * them, take ciphers and digests only where these say "provider=default". */
static OSSL_ALGORITHM *our_table(OSSL_PROVIDER *from, int operation)
{
    int no_cache = 0;
    const OSSL_ALGORITHM *theirs =
        OSSL_PROVIDER_query_operation(from, operation, &no_cache);
    OSSL_ALGORITHM *ours;
    size_t count = 0;

    while (theirs && theirs[count].algorithm_names) {
        count++;
    }
    ours = calloc(count + 1, sizeof(*ours));
    for (size_t i = 0; ours && i < count; i++) {
        ours[i] = theirs[i];
        ours[i].algorithm_names = our_names(theirs[i].algorithm_names);
        if (!ours[i].algorithm_names) {
            free_table(ours);
            ours = NULL;
        }
    }
    OSSL_PROVIDER_unquery_operation(from, operation, theirs);
    return ours;
}

/* ---- the provider, as the library calls it ---- */

/* Algorithms are given to the provider that they are from: they are its own. */
static const OSSL_ALGORITHM *query(void *context, int operation, int *no_cache)
{
    bool first =
        lent[0].from && OSSL_PROVIDER_get0_provider_ctx(lent[0].from) == context;
    const struct lent *of = &lent[first ? 0 : 1];

    *no_cache = 0;
    return operation == OSSL_OP_DIGEST   ? of->algorithms[DIGESTS]
           : operation == OSSL_OP_CIPHER ? of->algorithms[CIPHERS]
                                         : NULL;
}

static const OSSL_DISPATCH functions[] = {
    { OSSL_FUNC_PROVIDER_QUERY_OPERATION, (void (*)(void))query },
    { 0, NULL },
};

static int begin(const struct lent *of, const OSSL_DISPATCH **out, void **context)
{
    *out = functions;
    *context = OSSL_PROVIDER_get0_provider_ctx(of->from);
    return 1;
}

static int begin_first(const OSSL_CORE_HANDLE *handle, const OSSL_DISPATCH *in,
                       const OSSL_DISPATCH **out, void **context)
{
    (void)handle;
    (void)in;
    return begin(&lent[0], out, context);
}

static int begin_second(const OSSL_CORE_HANDLE *handle, const OSSL_DISPATCH *in,
                        const OSSL_DISPATCH **out, void **context)
{
    (void)handle;
    (void)in;
    return begin(&lent[1], out, context);
}

/* ---- for us ---- */

static void forget(struct lent *of)
{
    for (unsigned i = 0; i < OPERATIONS; i++) {
        free_table(of->algorithms[i]);
    }
    *of = (struct lent){ 0 };
}

OSSL_PROVIDER *vcrypto_openssl_lend(OSSL_LIB_CTX *libctx, OSSL_PROVIDER *from,
                                    unsigned which)
{
    static const struct {
        const char *name;
        OSSL_provider_init_fn *begin;
    } providers[] = { { "vcrypto-0", begin_first }, { "vcrypto-1", begin_second } };
    struct lent *of = &lent[which];
    OSSL_PROVIDER *provider = NULL;

    *of = (struct lent){ .from = from,
                         .algorithms = { our_table(from, OSSL_OP_DIGEST),
                                         our_table(from, OSSL_OP_CIPHER) } };
    if (of->algorithms[DIGESTS] && of->algorithms[CIPHERS] &&
        OSSL_PROVIDER_add_builtin(libctx, providers[which].name,
                                  providers[which].begin)) {
        provider = OSSL_PROVIDER_load(libctx, providers[which].name);
    }
    if (!provider) {
        forget(of);
    }
    return provider;
}

void vcrypto_openssl_lend_end(OSSL_PROVIDER *provider, unsigned which)
{
    if (provider) {
        OSSL_PROVIDER_unload(provider);
        forget(&lent[which]);
    }
}
