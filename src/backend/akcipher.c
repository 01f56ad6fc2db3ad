/* SPDX-License-Identifier: GPL-2.0-or-later */
/* AKCIPHER requests: what was made is as long as it is, and the used ring tells. */
#include "cost.h"
#include "operation.h"

/* keeps: AK-2 AK-4 */
enum vcrypto_status vcrypto_operation_akcipher(struct queue_state *state,
                                               struct context_entry *entry,
                                               struct vcrypto_request *request)
{
    const struct vcrypto_algorithm *algorithm =
        entry->session->kind.parts[SESSION_MAIN].algorithm;
    struct vcrypto_akcipher_job job = { .operation = request->operation,
                                        .src = request->src,
                                        .data = request->signed_data };
    uint64_t begin = vcrypto_cost_clock();
    void *context = vcrypto_context_entry_context(entry, SESSION_MAIN);
    struct vcrypto_cursor dst = request->dst;
    enum vcrypto_status status;

    (void)state;
    if (!context) {
        return VCRYPTO_ERR;
    }
    status = algorithm->engine->akcipher(context, algorithm, &job);
    vcrypto_cost_learn(entry, request, vcrypto_cost_clock() - begin);
    if (status == VCRYPTO_OK && job.result_len > dst.left) {
        status = VCRYPTO_ERR;
    }
    if (status == VCRYPTO_OK) {
        vcrypto_cursor_write(&dst, job.result, job.result_len);
        request->written = job.result_len;
        request->used = job.result_len;
    }
    vcrypto_secret_wipe(job.result, sizeof(job.result));
    return status;
}
