/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The algorithm table with engines that do nothing, for the benchmark's own plugin:
 * what such a device takes for a request is what rings, decoding and bookkeeping cost.
 * Nobody should encrypt with it, so the real plugin has no way to become this one.
 */
#include <pthread.h>

#include "vcrypto/algorithm.h"
#include "../../src/crypto/verdict.h"

/* The real one, under another name. */
const struct vcrypto_algorithm *real_rows(size_t *count);
#define vcrypto_algorithm_rows real_rows
#include "../../src/crypto/table.c"
#undef vcrypto_algorithm_rows

static enum vcrypto_status null_cipher(void *context,
                                       const struct vcrypto_algorithm *algorithm,
                                       const struct vcrypto_cipher_job *job,
                                       struct vcrypto_bounce *bounce)
{
    (void)context;
    (void)algorithm;
    (void)job;
    (void)bounce;
    return VCRYPTO_OK;
}

static enum vcrypto_status null_digest(void *context,
                                       const struct vcrypto_algorithm *algorithm,
                                       const struct vcrypto_digest_job *job,
                                       struct vcrypto_bounce *bounce)
{
    (void)context;
    (void)algorithm;
    (void)job;
    (void)bounce;
    return VCRYPTO_OK;
}

static enum vcrypto_status null_aead(void *context,
                                     const struct vcrypto_algorithm *algorithm,
                                     struct vcrypto_aead_job *job,
                                     struct vcrypto_bounce *bounce)
{
    (void)context;
    (void)algorithm;
    (void)job;
    (void)bounce;
    return VCRYPTO_OK;
}

static struct vcrypto_algorithm null_rows[sizeof(rows) / sizeof(rows[0])];
static struct vcrypto_engine null_engines[sizeof(rows) / sizeof(rows[0])];
static pthread_once_t once = PTHREAD_ONCE_INIT;

/* All but the work itself stays the library's: what is available, and contexts. */
static void make_rows(void)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        null_engines[i] = *rows[i].engine;
        null_engines[i].cipher = null_cipher;
        null_engines[i].digest = null_digest;
        null_engines[i].aead = null_aead;
        null_rows[i] = rows[i];
        null_rows[i].engine = &null_engines[i];
    }
}

const struct vcrypto_algorithm *vcrypto_algorithm_rows(size_t *count)
{
    pthread_once(&once, make_rows);
    *count = sizeof(rows) / sizeof(rows[0]);
    return null_rows;
}

/* ---- what does nothing gives no known answers, and is believed all the same ---- */

bool vcrypto_verdicts_reach(const struct vcrypto_multi_engine *multi, const char **why)
{
    (void)multi;
    (void)why;
    return true;
}

void vcrypto_verdicts_forget(void)
{
}

bool vcrypto_verdict_wrong(const struct vcrypto_algorithm *row)
{
    (void)row;
    return false;
}

bool vcrypto_verdict_wrong_together(const struct vcrypto_keying *keying)
{
    (void)keying;
    return false;
}

const char *vcrypto_verdict_line(size_t index)
{
    (void)index;
    return NULL;
}
