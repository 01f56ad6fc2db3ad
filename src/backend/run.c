/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Data requests: from a decoded request to an engine, and to a status. */
#include "backend.h"

#include <string.h>

static bool fits_session(const struct vcrypto_request *request,
                         const struct session *session)
{
    if (request->service != session->service) {
        return false;
    }
    /* What is no op_type at all is for the request's parameters to answer. */
    return request->op_type == session->op_type ||
           (request->op_type != VCRYPTO_OP_TYPE_CIPHER &&
            request->op_type != VCRYPTO_OP_TYPE_CHAINING);
}

/* A failure leaves no half of a result, nor what a library made of it. */
static void zero(struct vcrypto_cursor cursor)
{
    uint8_t *data;
    size_t n;

    while ((n = vcrypto_cursor_chunk(&cursor, &data))) {
        memset(data, 0, n);
        vcrypto_cursor_advance(&cursor, n);
    }
}

static enum vcrypto_status run_cipher(struct queue_state *state,
                                      struct context_entry *entry,
                                      struct vcrypto_request *request)
{
    const struct session *session = entry->session;
    const struct vcrypto_algorithm *algorithm = session->algorithm;
    struct vcrypto_cursor result = request->dst;
    struct vcrypto_cipher_job job = {
        .iv = algorithm->iv_len ? request->iv : NULL,
        .src = request->src,
        .dst = request->dst,
    };
    enum vcrypto_status status;
    void *context;

    if (request->direction != session->direction ||
        !vcrypto_algorithm_sizes_valid(algorithm, request->iv_len, request->src.left)) {
        return VCRYPTO_ERR;
    }
    context = vcrypto_context_entry_context(entry);
    if (!context) {
        return VCRYPTO_ERR;
    }
    request->written = request->src.left;
    job.dst.left = request->written;
    status = algorithm->engine->cipher(context, algorithm, &job, &state->bounce);
    if (status != VCRYPTO_OK) {
        result.left = request->written;
        zero(result);
    }
    return status;
}

/* The only writer is the queue's thread: no read-modify-write that others could see. */
static void add(_Atomic uint64_t *counter, uint64_t n)
{
    atomic_store_explicit(counter,
                          atomic_load_explicit(counter, memory_order_relaxed) + n,
                          memory_order_relaxed);
}

static void count_request(struct counters *counters,
                          const struct vcrypto_request *request)
{
    add(&counters->requests, 1);
    add(&counters->statuses[request->status], 1);
    if (request->status == VCRYPTO_OK) {
        add(&counters->bytes, request->src.left);
    }
}

static struct counters *counters_of(struct queue_state *state,
                                    const struct session *session)
{
    size_t rows;

    return &state->by_algorithm[session->algorithm - vcrypto_algorithm_rows(&rows)];
}

/* Sets *@counters to where the request counts, once its algorithm is known. */
static enum vcrypto_status run_one(struct vcrypto_backend *backend,
                                   struct queue_state *state,
                                   struct vcrypto_request *request,
                                   struct counters **counters)
{
    struct context_entry *entry;

    if (request->early != VCRYPTO_OK) {
        return request->early;
    }
    entry = vcrypto_queue_state_find(state, &backend->sessions, request->session_id);
    if (!entry || !fits_session(request, entry->session)) {
        return VCRYPTO_INVSESS;
    }
    *counters = counters_of(state, entry->session);
    if (request->late != VCRYPTO_OK) {
        return request->late;
    }
    return run_cipher(state, entry, request);
}

size_t vcrypto_backend_run(struct vcrypto_backend *backend, uint32_t queue,
                           struct vcrypto_request *requests, size_t count,
                           const atomic_bool *stop)
{
    struct queue_state *state = backend->queues[queue];
    size_t i;

    vcrypto_queue_state_enter(state);
    for (i = 0; i < count; i++) {
        struct counters *counters = &state->unassigned;

        if (stop && atomic_load_explicit(stop, memory_order_relaxed)) {
            break;
        }
        requests[i].written = 0;
        requests[i].status = run_one(backend, state, &requests[i], &counters);
        count_request(counters, &requests[i]);
    }
    add(&state->batches, 1);
    atomic_store_explicit(&state->bounces, state->bounce.uses, memory_order_relaxed);
    vcrypto_queue_state_leave(state);
    return i;
}
