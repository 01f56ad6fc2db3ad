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
    status = algorithm->engine->cipher(context, algorithm, request, &state->bounce);
    if (status != VCRYPTO_OK) {
        result.left = request->written;
        zero(result);
    }
    return status;
}

static enum vcrypto_status run_one(struct vcrypto_backend *backend,
                                   struct queue_state *state,
                                   struct vcrypto_request *request)
{
    struct context_entry *entry;

    if (request->early != VCRYPTO_OK) {
        return request->early;
    }
    entry = vcrypto_queue_state_find(state, &backend->sessions, request->session_id);
    if (!entry || !fits_session(request, entry->session)) {
        return VCRYPTO_INVSESS;
    }
    if (request->late != VCRYPTO_OK) {
        return request->late;
    }
    return run_cipher(state, entry, request);
}

void vcrypto_backend_run(struct vcrypto_backend *backend, uint32_t queue,
                         struct vcrypto_request *requests, size_t count)
{
    struct queue_state *state = &backend->queues[queue];

    vcrypto_queue_state_enter(state);
    for (size_t i = 0; i < count; i++) {
        requests[i].written = 0;
        requests[i].status = run_one(backend, state, &requests[i]);
    }
    vcrypto_queue_state_leave(state);
}
