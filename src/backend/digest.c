/* SPDX-License-Identifier: GPL-2.0-or-later */
/* HASH and MAC requests, and the half of a chain that is one. */
#include "operation.h"

/*
 * The longest result that a request may ask for: its session's, where that says one,
 * otherwise the algorithm's natural one. A stateless request has no session to say what
 * is natural: any length goes that the algorithm has.
 */
/* keeps: HSH-4 */
static uint32_t longest(const struct session *session,
                        const struct vcrypto_algorithm *algorithm)
{
    if (session->id == 0) {
        return vcrypto_algorithm_max_result(algorithm);
    }
    return session->kind.result_len ? session->kind.result_len : algorithm->result_len;
}

enum vcrypto_status vcrypto_digest_begin(struct queue_state *state,
                                         const struct session *session, unsigned part,
                                         const struct vcrypto_request *request,
                                         struct digest_output *output)
{
    const struct vcrypto_algorithm *algorithm = session->kind.parts[part].algorithm;
    uint64_t len = request->result.left;

    if (len == 0 || len > longest(session, algorithm)) {
        return VCRYPTO_ERR;
    }
    output->len = (uint32_t)len;
    output->bytes = len <= sizeof(output->small)
                        ? output->small
                        : vcrypto_bounce_get(&state->result, (size_t)len);
    return output->bytes ? VCRYPTO_OK : VCRYPTO_ERR;
}

bool vcrypto_digest_sizes_valid(const struct vcrypto_algorithm *algorithm,
                                uint64_t aad_len, uint64_t len)
{
    return len >= algorithm->iv_len &&
           vcrypto_algorithm_sizes_valid(algorithm, algorithm->iv_len,
                                         aad_len + len - algorithm->iv_len);
}

/* keeps: MAC-2 MAC-3 */
enum vcrypto_status
vcrypto_digest_job(const struct vcrypto_algorithm *algorithm, struct vcrypto_cursor aad,
                   struct vcrypto_cursor data, const struct digest_output *output,
                   uint8_t iv[VCRYPTO_MAX_IV], struct vcrypto_digest_job *job)
{
    if (!vcrypto_digest_sizes_valid(algorithm, aad.left, data.left) ||
        !vcrypto_cursor_read(&data, iv, algorithm->iv_len)) {
        return VCRYPTO_ERR;
    }
    *job = (struct vcrypto_digest_job){
        .iv = algorithm->iv_len ? iv : NULL,
        .parts = { aad, data },
        .result = output->bytes,
        .result_len = output->len,
    };
    return VCRYPTO_OK;
}

enum vcrypto_status vcrypto_digest_compute(struct queue_state *state,
                                           struct context_entry *entry, unsigned part,
                                           struct vcrypto_cursor aad,
                                           struct vcrypto_cursor data,
                                           struct digest_output *output)
{
    const struct vcrypto_algorithm *algorithm =
        entry->session->kind.parts[part].algorithm;
    uint8_t iv[VCRYPTO_MAX_IV];
    struct vcrypto_digest_job job;
    void *context;

    if (vcrypto_digest_job(algorithm, aad, data, output, iv, &job) != VCRYPTO_OK) {
        return VCRYPTO_ERR;
    }
    context = vcrypto_context_entry_context(entry, part);
    if (!context) {
        return VCRYPTO_ERR;
    }
    return algorithm->engine->digest(context, algorithm, &job, &state->bounce);
}

/* keeps: HSH-3 */
void vcrypto_digest_end(struct queue_state *state, struct vcrypto_request *request,
                        struct digest_output *output, bool put)
{
    struct vcrypto_cursor result = request->result;

    if (put) {
        vcrypto_cursor_write(&result, output->bytes, output->len);
    }
    if (output->bytes == output->small) {
        vcrypto_secret_wipe(output->small, sizeof(output->small));
    } else {
        vcrypto_bounce_put(&state->result, output->len);
    }
}

enum vcrypto_status vcrypto_digest_prepare(struct queue_state *state,
                                           struct operation *operation)
{
    const struct vcrypto_request *request = operation->request;
    struct digest_output *output = &operation->output;
    enum vcrypto_status status;

    status = vcrypto_digest_begin(state, operation->entry->session, SESSION_MAIN,
                                  request, output);
    if (status != VCRYPTO_OK) {
        return status;
    }
    status = vcrypto_digest_job(operation->job.algorithm, request->aad, request->src,
                                output, operation->iv, &operation->job.digest);
    if (status != VCRYPTO_OK) {
        vcrypto_digest_end(state, operation->request, output, false);
    }
    return status;
}

void vcrypto_digest_finish(struct queue_state *state, struct operation *operation,
                           enum vcrypto_status status)
{
    struct vcrypto_request *request = operation->request;

    if (status == VCRYPTO_OK) {
        request->written = operation->output.len;
        request->used = operation->output.len;
    }
    vcrypto_digest_end(state, request, &operation->output, status == VCRYPTO_OK);
}
