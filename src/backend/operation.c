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
static enum vcrypto_status run_cipher(struct queue_state *state,
                                      struct context_entry *entry,
                                      struct vcrypto_request *request)
{
    const struct session_kind *kind = &entry->session->kind;
    uint64_t size = request->src.left;
    enum vcrypto_status status;

    if (request->direction != kind->direction ||
        !vcrypto_algorithm_sizes_valid(kind->parts[SESSION_MAIN].algorithm,
                                       request->iv_len, size)) {
        return VCRYPTO_ERR;
    }
    status = vcrypto_operation_cipher_job(state, entry, request->iv, request->src,
                                          vcrypto_cursor_first(request->dst, size));
    request->written = size;
    request->used = size;
    if (status != VCRYPTO_OK) {
        vcrypto_cursor_zero(request->dst, size);
    }
    return status;
}

enum vcrypto_status vcrypto_operation_run(struct queue_state *state,
                                          struct context_entry *entry,
                                          struct vcrypto_request *request)
{
    switch (request->service) {
    case VCRYPTO_SERVICE_CIPHER:
        return request->op_type == VCRYPTO_OP_TYPE_CHAINING
                   ? vcrypto_operation_chain(state, entry, request)
                   : run_cipher(state, entry, request);
    case VCRYPTO_SERVICE_HASH:
    case VCRYPTO_SERVICE_MAC:
        return vcrypto_operation_digest(state, entry, request);
    case VCRYPTO_SERVICE_AEAD:
        return vcrypto_operation_aead(state, entry, request);
    case VCRYPTO_SERVICE_AKCIPHER:
        return vcrypto_operation_akcipher(state, entry, request);
    default:
        return VCRYPTO_NOTSUPP;
    }
}
