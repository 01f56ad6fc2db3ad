/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "engine.h"

#include "support/ut.h"
#include "vcrypto/algorithm.h"

#include <glib.h>
#include <string.h>

/* The two pieces of a request's data, for cursors to point to. */
struct pieces {
    struct iovec src, dst;
};

struct bench_engine {
    const struct vcrypto_algorithm *row;
    const struct vcrypto_multi_engine *multi; /* NULL: not for this */
    void *context;
    void *key;
    void *lanes;
    struct vcrypto_bounce bounce;
    struct vcrypto_multi_job jobs[VCRYPTO_MULTI_MAX];
    struct pieces pieces[VCRYPTO_MULTI_MAX];
};

struct bench_engine *bench_engine_new(const struct bench_algorithm *algorithm,
                                      bool single)
{
    struct bench_engine *engine = g_new0(struct bench_engine, 1);
    struct vcrypto_keying keying = {
        .key = bench_algorithm_key(),
        .key_len = algorithm->key_len,
        .direction = VCRYPTO_ENCRYPT,
        .tag_len = algorithm->tag_len,
    };
    const char *why;

    UT_TRUE_FATAL(vcrypto_algorithms_init(&why));
    engine->row = vcrypto_algorithm_find(algorithm->service, algorithm->id);
    UT_TRUE_FATAL(engine->row != NULL);
    keying.algorithm = engine->row;
    keying.key_index =
        (unsigned)vcrypto_algorithm_key_index(engine->row, algorithm->key_len);
    engine->context = engine->row->engine->context_new(&keying);
    UT_TRUE_FATAL(engine->context != NULL);
    engine->multi = single ? NULL : vcrypto_algorithms_multi();
    if (engine->multi && engine->multi->least(&keying) == 0) {
        engine->multi = NULL;
    }
    if (engine->multi) {
        engine->key = engine->multi->key_new(&keying);
        engine->lanes = engine->multi->lanes_new();
        UT_TRUE_FATAL(engine->key != NULL && engine->lanes != NULL);
    }
    return engine;
}

static void fill_job(struct bench_engine *engine, size_t i,
                     const struct bench_engine_request *request)
{
    struct vcrypto_multi_job *job = &engine->jobs[i];
    struct pieces *pieces = &engine->pieces[i];

    pieces->src = (struct iovec){ (uint8_t *)request->src, request->size };
    pieces->dst = (struct iovec){ request->dst, request->size };
    job->algorithm = engine->row;
    job->key = engine->key;
    switch (engine->row->service) {
    case VCRYPTO_SERVICE_CIPHER:
        job->cipher.iv = engine->row->iv_len ? request->iv : NULL;
        vcrypto_cursor_init(&job->cipher.src, &pieces->src, 1);
        vcrypto_cursor_init(&job->cipher.dst, &pieces->dst, 1);
        break;
    case VCRYPTO_SERVICE_AEAD:
        job->aead.iv = request->iv;
        job->aead.iv_len = 12;
        job->aead.aad = (struct vcrypto_cursor){ 0 };
        vcrypto_cursor_init(&job->aead.src, &pieces->src, 1);
        vcrypto_cursor_init(&job->aead.dst, &pieces->dst, 1);
        break;
    default:
        job->digest.iv = engine->row->iv_len ? request->iv : NULL;
        job->digest.parts[0] = (struct vcrypto_cursor){ 0 };
        vcrypto_cursor_init(&job->digest.parts[1], &pieces->src, 1);
        job->digest.result = request->end;
        job->digest.result_len = engine->row->result_len;
        break;
    }
}

static enum vcrypto_status run_single(struct bench_engine *engine,
                                      struct vcrypto_multi_job *job)
{
    const struct vcrypto_engine *does = engine->row->engine;

    switch (engine->row->service) {
    case VCRYPTO_SERVICE_CIPHER:
        return does->cipher(engine->context, engine->row, &job->cipher,
                            &engine->bounce);
    case VCRYPTO_SERVICE_AEAD:
        return does->aead(engine->context, engine->row, &job->aead, &engine->bounce);
    default:
        return does->digest(engine->context, engine->row, &job->digest,
                            &engine->bounce);
    }
}

static void run_some(struct bench_engine *engine,
                     const struct bench_engine_request *requests, size_t count)
{
    struct vcrypto_multi_job *together[VCRYPTO_MULTI_MAX];
    size_t n = 0;

    for (size_t i = 0; i < count; i++) {
        struct vcrypto_multi_job *job = &engine->jobs[i];

        fill_job(engine, i, &requests[i]);
        if (engine->multi && engine->multi->takes(job)) {
            together[n++] = job;
        } else {
            job->status = run_single(engine, job);
        }
    }
    if (n) {
        engine->multi->run(engine->lanes, together, n);
    }
    for (size_t i = 0; i < count; i++) {
        UT_TRUE_FATAL(engine->jobs[i].status == VCRYPTO_OK);
        if (engine->row->service == VCRYPTO_SERVICE_AEAD) {
            memcpy(requests[i].end, engine->jobs[i].aead.tag, VCRYPTO_MAX_TAG);
        }
    }
}

void bench_engine_run(struct bench_engine *engine,
                      const struct bench_engine_request *requests, size_t count)
{
    while (count) {
        size_t n = MIN(count, VCRYPTO_MULTI_MAX);

        run_some(engine, requests, n);
        requests += n;
        count -= n;
    }
}

void bench_engine_free(struct bench_engine *engine)
{
    if (!engine) {
        return;
    }
    engine->row->engine->context_free(engine->context);
    if (engine->multi) {
        engine->multi->key_free(engine->key);
        engine->multi->lanes_free(engine->lanes);
    }
    vcrypto_bounce_free(&engine->bounce);
    vcrypto_algorithms_fini();
    g_free(engine);
}
