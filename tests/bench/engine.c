/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "engine.h"
#include "direct.h"

#include "support/ut.h"
#include "vcrypto/algorithm.h"

#include <glib.h>
#include <string.h>

/* The two pieces of a request's data, for cursors to point to. */
struct pieces {
    struct iovec src, dst;
};

struct bench_engine {
    struct direct direct;
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
    const struct vcrypto_multi_engine *multi;
    const struct vcrypto_algorithm *row;
    const char *why;

    UT_TRUE_FATAL(vcrypto_algorithms_init(&why));
    row = vcrypto_algorithm_find(algorithm->service, algorithm->id);
    UT_TRUE_FATAL(row != NULL);
    keying.algorithm = row;
    keying.key_index = (unsigned)vcrypto_algorithm_key_index(row, algorithm->key_len);
    multi = single ? NULL : vcrypto_algorithms_multi();
    if (multi && multi->least(&keying) == 0) {
        multi = NULL;
    }
    UT_TRUE_FATAL(direct_begin(&engine->direct, &keying, multi));
    return engine;
}

static void fill_job(struct bench_engine *engine, size_t i,
                     const struct bench_engine_request *request)
{
    struct vcrypto_multi_job *job = &engine->jobs[i];
    struct pieces *pieces = &engine->pieces[i];

    pieces->src = (struct iovec){ (uint8_t *)request->src, request->size };
    pieces->dst = (struct iovec){ request->dst, request->size };
    job->algorithm = engine->direct.row;
    job->key = engine->direct.key;
    switch (engine->direct.row->service) {
    case VCRYPTO_SERVICE_CIPHER:
        job->cipher.iv = engine->direct.row->iv_len ? request->iv : NULL;
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
        job->digest.iv = engine->direct.row->iv_len ? request->iv : NULL;
        job->digest.parts[0] = (struct vcrypto_cursor){ 0 };
        vcrypto_cursor_init(&job->digest.parts[1], &pieces->src, 1);
        job->digest.result = request->end;
        job->digest.result_len = engine->direct.row->result_len;
        break;
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
        if (engine->direct.multi && engine->direct.multi->takes(job)) {
            together[n++] = job;
        } else {
            direct_one(&engine->direct, engine->direct.context, job);
        }
    }
    if (n) {
        engine->direct.multi->run(engine->direct.lanes, together, n);
    }
    for (size_t i = 0; i < count; i++) {
        UT_TRUE_FATAL(engine->jobs[i].status == VCRYPTO_OK);
        if (engine->direct.row->service == VCRYPTO_SERVICE_AEAD) {
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
    direct_end(&engine->direct);
    vcrypto_algorithms_fini();
    g_free(engine);
}
