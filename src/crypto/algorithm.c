/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vcrypto/algorithm.h"

#include <pthread.h>
#include <string.h>

#include "engines.h"
#include "verdict.h"

static pthread_mutex_t users_lock = PTHREAD_MUTEX_INITIALIZER;
static unsigned users;

/* Those that are made ready; what else there is goes with one of them. An engine
 * that may be absent at run time is ready all the same, and has nothing available. */
static const struct vcrypto_engine *const engines[] = {
    &vcrypto_engine_openssl,
#ifdef VCRYPTO_HAVE_IPSEC_MB
    &vcrypto_engine_ipsec_mb,
#endif
#ifdef VCRYPTO_HAVE_GCRYPT
    &vcrypto_engine_gcrypt_gmac,
#endif
};

#define ENGINES (sizeof(engines) / sizeof(engines[0]))

static void fini_engines(size_t count)
{
    while (count) {
        engines[--count]->fini();
    }
}

/* The engine for several jobs, as it is. */
static const struct vcrypto_multi_engine *multi_engine(void)
{
#ifdef VCRYPTO_HAVE_IPSEC_MB
    return vcrypto_ipsec_mb_works() ? &vcrypto_multi_ipsec_mb : NULL;
#else
    return NULL;
#endif
}

/* The same without what it gave wrong answers for. */
static struct vcrypto_multi_engine trusted;

static unsigned trusted_least(const struct vcrypto_keying *keying)
{
    return vcrypto_verdict_wrong_together(keying) ? 0 : multi_engine()->least(keying);
}

static bool init_engines(const char **why)
{
    for (size_t i = 0; i < ENGINES; i++) {
        if (!engines[i]->init(why)) {
            fini_engines(i);
            return false;
        }
    }
    if (!vcrypto_verdicts_reach(multi_engine(), why)) {
        fini_engines(ENGINES);
        return false;
    }
    if (multi_engine()) {
        trusted = *multi_engine();
        trusted.least = trusted_least;
    }
    return true;
}

bool vcrypto_algorithms_init(const char **why)
{
    bool ready;

    pthread_mutex_lock(&users_lock);
    ready = users || init_engines(why);
    users += ready;
    pthread_mutex_unlock(&users_lock);
    return ready;
}

void vcrypto_algorithms_fini(void)
{
    pthread_mutex_lock(&users_lock);
    if (--users == 0) {
        vcrypto_verdicts_forget();
        fini_engines(ENGINES);
    }
    pthread_mutex_unlock(&users_lock);
}

const struct vcrypto_multi_engine *vcrypto_algorithms_multi(void)
{
    return multi_engine() ? &trusted : NULL;
}

const char *vcrypto_algorithms_complaint(size_t index)
{
#ifdef VCRYPTO_HAVE_IPSEC_MB
    const char *first = vcrypto_ipsec_mb_complaint();

    if (first && index-- == 0) {
        return first;
    }
#endif
    return vcrypto_verdict_line(index);
}

/* An algorithm is there if its library does at least one of its key sizes, and all that
 * it does right. */
const char *vcrypto_algorithm_refusal(const struct vcrypto_algorithm *row)
{
    if (vcrypto_verdict_wrong(row)) {
        return "the library gave wrong answers when it was tried at start";
    }
    for (unsigned i = 0; vcrypto_algorithm_has_key(row, i); i++) {
        if (row->engine->available(row, i)) {
            return NULL;
        }
    }
    return row->engine->lacks(row);
}

static bool available(const struct vcrypto_algorithm *row)
{
    return !vcrypto_algorithm_refusal(row);
}

bool vcrypto_library(size_t index, struct vcrypto_library *library)
{
    switch (index) {
    case 0:
        *library =
            (struct vcrypto_library){ vcrypto_engine_openssl.library(), NULL, NULL };
        return true;
    case 1:
#ifdef VCRYPTO_HAVE_IPSEC_MB
        *library = (struct vcrypto_library){ vcrypto_engine_ipsec_mb.library(),
                                             vcrypto_ipsec_mb_level(),
                                             vcrypto_ipsec_mb_refusal() };
#else
        *library = (struct vcrypto_library){ "libipsec-mb", NULL,
                                             "this was built without it" };
#endif
        return true;
    case 2:
#ifdef VCRYPTO_HAVE_GCRYPT
        *library = (struct vcrypto_library){ vcrypto_engine_gcrypt_gmac.library(), NULL,
                                             vcrypto_engine_gcrypt_gmac.lacks(NULL) };
#else
        *library =
            (struct vcrypto_library){ "libgcrypt", NULL, "this was built without it" };
#endif
        return true;
    default:
        return false;
    }
}

const struct vcrypto_algorithm *vcrypto_algorithm_find(enum vcrypto_service service,
                                                       uint32_t id)
{
    size_t count;
    const struct vcrypto_algorithm *rows = vcrypto_algorithm_rows(&count);

    for (size_t i = 0; i < count; i++) {
        if (rows[i].service == service && rows[i].id == id) {
            return available(&rows[i]) ? &rows[i] : NULL;
        }
    }
    return NULL;
}

/* keeps: CFG-5 CFG-6 */
uint64_t vcrypto_algorithms_mask(enum vcrypto_service service)
{
    size_t count;
    const struct vcrypto_algorithm *rows = vcrypto_algorithm_rows(&count);
    uint64_t mask = 0;

    for (size_t i = 0; i < count; i++) {
        if (rows[i].service == service && available(&rows[i])) {
            mask |= UINT64_C(1) << rows[i].id;
        }
    }
    return mask;
}

static bool takes_key_len(const struct vcrypto_algorithm *algorithm, unsigned key_index,
                          uint32_t key_len)
{
    uint32_t min = algorithm->keys[key_index].len;
    uint32_t max = algorithm->keys[key_index].max_len;

    return max ? key_len >= min && key_len <= max : key_len == min;
}

int vcrypto_algorithm_key_index(const struct vcrypto_algorithm *algorithm,
                                uint32_t key_len)
{
    for (unsigned i = 0; vcrypto_algorithm_has_key(algorithm, i); i++) {
        if (takes_key_len(algorithm, i, key_len)) {
            return algorithm->engine->available(algorithm, i) ? (int)i : -1;
        }
    }
    return -1;
}

uint32_t vcrypto_algorithm_longest_key(const struct vcrypto_algorithm *algorithm)
{
    uint32_t longest = 0;

    for (unsigned i = 0; vcrypto_algorithm_has_key(algorithm, i); i++) {
        uint32_t max = algorithm->keys[i].max_len;
        uint32_t len = max ? max : algorithm->keys[i].len;

        if (len > longest && algorithm->engine->available(algorithm, i)) {
            longest = len;
        }
    }
    return longest;
}

bool vcrypto_algorithm_key_valid(const struct vcrypto_algorithm *algorithm,
                                 const uint8_t *key, uint32_t key_len)
{
    /* In a time that tells nothing of the key. */
    return !algorithm->distinct_halves ||
           !vcrypto_secret_equal(key, key + key_len / 2, key_len / 2);
}

bool vcrypto_algorithm_sizes_valid(const struct vcrypto_algorithm *algorithm,
                                   uint32_t iv_len, uint64_t len)
{
    if (algorithm->iv_lens
            ? iv_len > VCRYPTO_MAX_IV || !(algorithm->iv_lens & 1u << iv_len)
            : !algorithm->iv_ignored && iv_len != algorithm->iv_len) {
        return false;
    }
    return (!algorithm->granule || (len & (algorithm->granule - 1)) == 0) &&
           len >= algorithm->min_len &&
           (!algorithm->max_len || len <= algorithm->max_len);
}
