/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Data requests: from a decoded request to the operation it asks for, and to a
 * status. */
#include "backend.h"

#include "operation.h"

static bool fits_session(const struct vcrypto_request *request,
                         const struct session *session)
{
    if (request->service != session->kind.service) {
        return false;
    }
    /* What is no op_type at all is for the request's parameters to answer. */
    return request->op_type == session->kind.op_type ||
           (request->op_type != VCRYPTO_OP_TYPE_CIPHER &&
            request->op_type != VCRYPTO_OP_TYPE_CHAINING);
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

    return &state->by_algorithm[session->kind.parts[SESSION_MAIN].algorithm -
                                vcrypto_algorithm_rows(&rows)];
}

static enum vcrypto_status find_session(struct vcrypto_backend *backend,
                                        struct queue_state *state,
                                        const struct vcrypto_request *request,
                                        struct context_entry **entry)
{
    *entry = vcrypto_queue_state_find(state, &backend->sessions, request->session_id);
    if (!*entry || !fits_session(request, (*entry)->session)) {
        *entry = NULL;
        return VCRYPTO_INVSESS;
    }
    return request->late;
}

/* What the parameters do not name cannot be looked up: the decoder's answer that they
 * name nothing comes before the algorithm's, and that of their lengths after it. */
static enum vcrypto_status find_stateless(struct vcrypto_backend *backend,
                                          struct queue_state *state,
                                          const struct vcrypto_request *request,
                                          struct context_entry **entry)
{
    const struct vcrypto_algorithm *rows[SESSION_PARTS];
    enum vcrypto_status status = request->late;

    if (status != VCRYPTO_NOTSUPP && request->params_known) {
        status = vcrypto_session_rows(&request->params,
                                      backend->config.no_mac_iv_prefix, rows);
    }
    if (status == VCRYPTO_OK) {
        status = request->late;
    }
    if (status != VCRYPTO_OK) {
        return status;
    }
    return vcrypto_queue_state_stateless(state, &request->params, rows, entry);
}

/* Sets *@counters to where the request counts, once its algorithm is known. */
static enum vcrypto_status run_one(struct vcrypto_backend *backend,
                                   struct queue_state *state,
                                   struct vcrypto_request *request,
                                   struct counters **counters)
{
    struct context_entry *entry = NULL;
    enum vcrypto_status status = request->early;

    if (status == VCRYPTO_OK) {
        status = request->stateless ? find_stateless(backend, state, request, &entry)
                                    : find_session(backend, state, request, &entry);
    }
    if (entry) {
        *counters = counters_of(state, entry->session);
    }
    return status == VCRYPTO_OK ? vcrypto_operation_run(state, entry, request) : status;
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
        requests[i].used = 0;
        requests[i].status = run_one(backend, state, &requests[i], &counters);
        count_request(counters, &requests[i]);
    }
    add(&state->batches, 1);
    atomic_store_explicit(&state->bounces, state->bounce.uses, memory_order_relaxed);
    vcrypto_queue_state_leave(state);
    return i;
}
