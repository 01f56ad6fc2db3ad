/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "operation.h"

#include <string.h>

void vcrypto_cursor_zero(struct vcrypto_cursor cursor, uint64_t size)
{
    uint8_t *data;
    size_t n;

    cursor.left = size;
    while ((n = vcrypto_cursor_chunk(&cursor, &data))) {
        memset(data, 0, n);
        vcrypto_cursor_advance(&cursor, n);
    }
}

void vcrypto_operation_discard(const struct queue_state *state,
                               struct vcrypto_cursor cursor, uint64_t size)
{
    /* What was left in place is not overwritten to its end: whoever stops the queue
     * would wait for memory that nobody has touched. */
    if (!vcrypto_bounce_again(&state->bounce)) {
        vcrypto_cursor_zero(cursor, size - state->bounce.kept);
    }
}

enum vcrypto_status vcrypto_operation_cipher_job(struct queue_state *state,
                                                 struct context_entry *entry,
                                                 const uint8_t *iv,
                                                 struct vcrypto_cursor src,
                                                 struct vcrypto_cursor dst)
{
    const struct vcrypto_algorithm *algorithm =
        entry->session->kind.parts[SESSION_MAIN].algorithm;
    const struct vcrypto_cipher_job job = {
        .iv = algorithm->iv_len ? iv : NULL,
        .src = src,
        .dst = dst,
    };
    void *context = vcrypto_context_entry_context(entry, SESSION_MAIN);

    if (!context) {
        return VCRYPTO_ERR;
    }
    return algorithm->engine->cipher(context, algorithm, &job, &state->bounce);
}

/* keeps: SYM-2 */
static enum vcrypto_status prepare_cipher(struct operation *operation)
{
    struct vcrypto_request *request = operation->request;
    const struct session_kind *kind = &operation->entry->session->kind;
    const struct vcrypto_algorithm *algorithm = kind->parts[SESSION_MAIN].algorithm;
    uint64_t size = request->src.left;

    if (request->direction != kind->direction ||
        !vcrypto_algorithm_sizes_valid(algorithm, request->iv_len, size)) {
        return VCRYPTO_ERR;
    }
    operation->job.cipher = (struct vcrypto_cipher_job){
        .iv = algorithm->iv_len ? request->iv : NULL,
        .src = request->src,
        .dst = vcrypto_cursor_first(request->dst, size),
    };
    return VCRYPTO_OK;
}

static void finish_cipher(const struct queue_state *state, struct operation *operation,
                          enum vcrypto_status status)
{
    struct vcrypto_request *request = operation->request;
    uint64_t size = request->src.left;

    request->written = size;
    request->used = size;
    if (status != VCRYPTO_OK) {
        vcrypto_operation_discard(state, request->dst, size);
    }
}

static bool is_chain(const struct vcrypto_request *request)
{
    return request->service == VCRYPTO_SERVICE_CIPHER &&
           request->op_type == VCRYPTO_OP_TYPE_CHAINING;
}

bool vcrypto_operation_single(const struct vcrypto_request *request)
{
    return request->service != VCRYPTO_SERVICE_AKCIPHER && !is_chain(request);
}

enum vcrypto_status vcrypto_operation_prepare(struct queue_state *state,
                                              struct operation *operation)
{
    operation->job.algorithm =
        operation->entry->session->kind.parts[SESSION_MAIN].algorithm;
    switch (operation->request->service) {
    case VCRYPTO_SERVICE_CIPHER:
        return prepare_cipher(operation);
    case VCRYPTO_SERVICE_AEAD:
        return vcrypto_aead_prepare(operation);
    default:
        return vcrypto_digest_prepare(state, operation);
    }
}

enum vcrypto_status vcrypto_operation_alone(struct queue_state *state,
                                            struct operation *operation)
{
    struct vcrypto_multi_job *job = &operation->job;
    const struct vcrypto_engine *engine = job->algorithm->engine;
    void *context = vcrypto_context_entry_context(operation->entry, SESSION_MAIN);

    if (!context) {
        return VCRYPTO_ERR;
    }
    switch (operation->request->service) {
    case VCRYPTO_SERVICE_CIPHER:
        return engine->cipher(context, job->algorithm, &job->cipher, &state->bounce);
    case VCRYPTO_SERVICE_AEAD:
        return engine->aead(context, job->algorithm, &job->aead, &state->bounce);
    default:
        return engine->digest(context, job->algorithm, &job->digest, &state->bounce);
    }
}

/* keeps: AEA-4 */
enum vcrypto_status vcrypto_operation_finish(struct queue_state *state,
                                             struct operation *operation,
                                             enum vcrypto_status status)
{
    switch (operation->request->service) {
    case VCRYPTO_SERVICE_CIPHER:
        finish_cipher(state, operation, status);
        break;
    case VCRYPTO_SERVICE_AEAD:
        vcrypto_aead_finish(state, operation, status);
        break;
    default:
        vcrypto_digest_finish(state, operation, status);
        break;
    }
    return status;
}

static enum vcrypto_status run_single(struct queue_state *state,
                                      struct context_entry *entry,
                                      struct vcrypto_request *request)
{
    struct operation operation = { .entry = entry, .request = request };
    enum vcrypto_status status = vcrypto_operation_prepare(state, &operation);

    if (status != VCRYPTO_OK) {
        return status;
    }
    return vcrypto_operation_finish(state, &operation,
                                    vcrypto_operation_alone(state, &operation));
}

enum vcrypto_status vcrypto_operation_run(struct queue_state *state,
                                          struct context_entry *entry,
                                          struct vcrypto_request *request)
{
    if (vcrypto_operation_single(request)) {
        return run_single(state, entry, request);
    }
    return is_chain(request) ? vcrypto_operation_chain(state, entry, request)
                             : vcrypto_operation_akcipher(state, entry, request);
}
