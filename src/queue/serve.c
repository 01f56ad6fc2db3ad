/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vcrypto/serve.h"

void vcrypto_serve_decode(const struct vcrypto_service_point *point,
                          const struct vcrypto_wire_limits *limits,
                          struct vcrypto_request *requests, size_t count)
{
    bool ready = atomic_load_explicit(&point->ready, memory_order_relaxed);

    for (size_t i = 0; i < count; i++) {
        vcrypto_wire_decode_data(limits, &requests[i]);
        if (!ready) {
            requests[i].early = VCRYPTO_ERR;
        }
    }
}

size_t vcrypto_serve_run(const struct vcrypto_service_point *point, uint32_t queue,
                         struct vcrypto_request *requests, size_t count,
                         const atomic_bool *stop)
{
    return vcrypto_backend_run(point->backend, queue, requests, count, stop);
}

/* keeps: COR-2 */
uint32_t vcrypto_serve_used_length(const struct vcrypto_request *request,
                                   uint64_t writable)
{
    uint64_t used = VCRYPTO_STATUS_SIZE;

    if (request->status == VCRYPTO_OK) {
        used += request->used;
    }
    return (uint32_t)(used < writable ? used : writable);
}

/* "No space" came with feature bit 0; a driver without it does not know the word. */
/* keeps: CRE-4 */
static enum vcrypto_status create_status(const struct vcrypto_service_point *point,
                                         enum vcrypto_status status)
{
    bool known = point->limits.features & 1u << VCRYPTO_F_MUX_MODE;

    return status == VCRYPTO_NOSPC && !known ? VCRYPTO_ERR : status;
}

static enum vcrypto_status run_control(const struct vcrypto_service_point *point,
                                       const struct vcrypto_control *control,
                                       uint64_t *session_id)
{
    if (!atomic_load_explicit(&point->ready, memory_order_relaxed)) {
        return VCRYPTO_ERR;
    }
    if (control->early != VCRYPTO_OK) {
        return control->early;
    }
    if (control->kind == VCRYPTO_CONTROL_DESTROY) {
        return vcrypto_backend_destroy_session(point->backend, control->session_id);
    }
    /* A session whose number cannot be told would be nobody's to destroy. */
    if (control->reply_size < VCRYPTO_CREATE_REPLY_SIZE) {
        return VCRYPTO_ERR;
    }
    return create_status(point, vcrypto_backend_create_session(
                                    point->backend, &control->params, session_id));
}

/* An asymmetric key is parsed and computed with: that may take a millisecond. And each
 * piece of a chain had to be looked for in guest memory, and is read. */
#define PARSED_KEY_WORK VCRYPTO_CONTROL_TURN
#define PIECES_PER_WORK 32

static unsigned work_of(const struct vcrypto_control *control,
                        const struct vcrypto_chain *chain)
{
    unsigned work = 1 + (unsigned)((chain->out_num + chain->in_num) / PIECES_PER_WORK);

    if (control->kind == VCRYPTO_CONTROL_CREATE &&
        control->params.service == VCRYPTO_SERVICE_AKCIPHER) {
        work += PARSED_KEY_WORK;
    }
    return work;
}

unsigned vcrypto_serve_control(const struct vcrypto_service_point *point,
                               const struct vcrypto_chain *chain,
                               struct vcrypto_control_reply *reply)
{
    struct vcrypto_control control;
    enum vcrypto_status status;
    uint64_t session_id = 0;

    vcrypto_wire_decode_control(&point->limits, chain, &control);
    status = run_control(point, &control, &session_id);
    vcrypto_wire_encode_reply(&control, status, session_id, reply);
    return work_of(&control, chain);
}
