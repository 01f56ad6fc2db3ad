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

static enum vcrypto_status prepare_encryption(struct vcrypto_request *request,
                                              struct vcrypto_aead_job *job,
                                              uint32_t tag_len)
{
    struct vcrypto_cursor tag = request->dst;
    uint64_t size = request->src.left;

    if (!vcrypto_cursor_take(&tag, size, &job->dst) || tag.left < tag_len) {
        return VCRYPTO_ERR;
    }
    job->src = request->src;
    return VCRYPTO_OK;
}

static enum vcrypto_status prepare_decryption(struct vcrypto_request *request,
                                              struct vcrypto_aead_job *job,
                                              uint32_t tag_len)
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
    return VCRYPTO_OK;
}

static bool fits_session(const struct vcrypto_request *request,
                         const struct session_kind *kind)
{
    return request->direction == kind->direction &&
           (!request->tag_len || request->tag_len == kind->tag_len);
}

enum vcrypto_status vcrypto_aead_prepare(struct operation *operation)
{
    const struct session_kind *kind = &operation->entry->session->kind;
    const struct vcrypto_algorithm *algorithm = operation->job.algorithm;
    struct vcrypto_request *request = operation->request;
    struct vcrypto_aead_job *job = &operation->job.aead;

    if (!fits_session(request, kind) ||
        !vcrypto_algorithm_sizes_valid(algorithm, request->iv_len, request->src.left)) {
        return VCRYPTO_ERR;
    }
    job->iv = nonce_of(request, algorithm);
    job->iv_len = request->iv_len;
    job->aad = request->aad;
    return kind->direction == VCRYPTO_ENCRYPT
               ? prepare_encryption(request, job, kind->tag_len)
               : prepare_decryption(request, job, kind->tag_len);
}

/* keeps: AEA-2 AEA-3 */
void vcrypto_aead_finish(const struct queue_state *state, struct operation *operation,
                         enum vcrypto_status status)
{
    const struct session_kind *kind = &operation->entry->session->kind;
    struct vcrypto_request *request = operation->request;
    struct vcrypto_aead_job *job = &operation->job.aead;
    struct vcrypto_cursor tag = request->dst;

    request->written = job->src.left;
    if (status != VCRYPTO_OK) {
        vcrypto_operation_discard(state, request->dst, request->written);
    } else if (kind->direction == VCRYPTO_ENCRYPT) {
        vcrypto_cursor_take(&tag, request->written, NULL);
        vcrypto_cursor_write(&tag, job->tag, kind->tag_len);
        request->written += kind->tag_len;
    }
    request->used = request->written;
    vcrypto_secret_wipe(job->tag, sizeof(job->tag));
}
