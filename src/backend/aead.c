/* SPDX-License-Identifier: GPL-2.0-or-later */
/* AEAD requests: the tag follows the ciphertext, on both sides. */
#include "operation.h"

#include <string.h>

/* The nonce among the bytes that were on the wire: a slot may begin with a byte that is
 * not the nonce's. */
/* keeps: AEA-5 */
static const uint8_t *nonce_of(const struct vcrypto_request *request,
                               const struct vcrypto_algorithm *algorithm)
{
    return request->iv + (request->iv_slot ? algorithm->iv_in_slot : 0);
}

static enum vcrypto_status run(struct queue_state *state, struct context_entry *entry,
                               struct vcrypto_aead_job *job)
{
    const struct vcrypto_algorithm *algorithm =
        entry->session->kind.parts[SESSION_MAIN].algorithm;
    void *context = vcrypto_context_entry_context(entry, SESSION_MAIN);

    return context ? algorithm->engine->aead(context, algorithm, job, &state->bounce)
                   : VCRYPTO_ERR;
}

/* keeps: AEA-2 */
static enum vcrypto_status encrypt(struct queue_state *state,
                                   struct context_entry *entry,
                                   struct vcrypto_request *request,
                                   struct vcrypto_aead_job *job, uint32_t tag_len)
{
    uint64_t size = request->src.left;
    struct vcrypto_cursor tag = request->dst;
    enum vcrypto_status status;

    if (!vcrypto_cursor_take(&tag, size, &job->dst) || tag.left < tag_len) {
        return VCRYPTO_ERR;
    }
    job->src = request->src;
    status = run(state, entry, job);
    request->written = size;
    if (status == VCRYPTO_OK) {
        vcrypto_cursor_write(&tag, job->tag, tag_len);
        request->written += tag_len;
    }
    return status;
}

static enum vcrypto_status decrypt(struct queue_state *state,
                                   struct context_entry *entry,
                                   struct vcrypto_request *request,
                                   struct vcrypto_aead_job *job, uint32_t tag_len)
{
    struct vcrypto_cursor tag = request->src;
    uint64_t size;

    if (request->src.left < tag_len) {
        return VCRYPTO_ERR;
    }
    size = request->src.left - tag_len;
    if (request->dst.left < size || !vcrypto_cursor_take(&tag, size, &job->src) ||
        !vcrypto_cursor_read(&tag, job->tag, tag_len)) {
        return VCRYPTO_ERR;
    }
    job->dst = vcrypto_cursor_first(request->dst, size);
    request->written = size;
    return run(state, entry, job);
}

static bool fits_session(const struct vcrypto_request *request,
                         const struct session_kind *kind)
{
    return request->direction == kind->direction &&
           (!request->tag_len || request->tag_len == kind->tag_len);
}

/* keeps: AEA-3 AEA-4 */
enum vcrypto_status vcrypto_operation_aead(struct queue_state *state,
                                           struct context_entry *entry,
                                           struct vcrypto_request *request)
{
    const struct session_kind *kind = &entry->session->kind;
    const struct vcrypto_algorithm *algorithm = kind->parts[SESSION_MAIN].algorithm;
    struct vcrypto_aead_job job = { .iv = nonce_of(request, algorithm),
                                    .iv_len = request->iv_len,
                                    .aad = request->aad };
    enum vcrypto_status status;

    if (!fits_session(request, kind) ||
        !vcrypto_algorithm_sizes_valid(algorithm, request->iv_len, request->src.left)) {
        return VCRYPTO_ERR;
    }
    status = kind->direction == VCRYPTO_ENCRYPT
                 ? encrypt(state, entry, request, &job, kind->tag_len)
                 : decrypt(state, entry, request, &job, kind->tag_len);
    request->used = request->written;
    if (status != VCRYPTO_OK) {
        vcrypto_cursor_zero(request->dst, request->written);
    }
    vcrypto_secret_wipe(job.tag, sizeof(job.tag));
    return status;
}
