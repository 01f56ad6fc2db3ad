/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "backend.h"

/* The only writer is the queue's thread: no read-modify-write that others could see. */
static void add(_Atomic uint64_t *counter, uint64_t n)
{
    atomic_store_explicit(counter,
                          atomic_load_explicit(counter, memory_order_relaxed) + n,
                          memory_order_relaxed);
}

struct counters *vcrypto_queue_state_counters(struct queue_state *state,
                                              const struct session *session)
{
    size_t rows;

    return &state->by_algorithm[session->kind.parts[SESSION_MAIN].algorithm -
                                vcrypto_algorithm_rows(&rows)];
}

/* What was copied since the last request was counted was this one's. */
static void count_copies(struct queue_state *state)
{
    uint64_t copies = state->bounce.uses + state->image.uses;

    if (copies != state->copies) {
        state->copies = copies;
        add(&state->bounces, 1);
    }
}

void vcrypto_queue_state_count(struct queue_state *state,
                               const struct context_entry *entry,
                               const struct vcrypto_request *request)
{
    struct counters *counters = entry ? entry->counters : &state->unassigned;

    count_copies(state);
    add(&counters->requests, 1);
    add(&counters->statuses[request->status], 1);
    if (request->status == VCRYPTO_OK) {
        add(&counters->bytes, request->src.left);
    }
}

static unsigned operation_of(const struct vcrypto_request *request)
{
    switch (request->service) {
    case VCRYPTO_SERVICE_CIPHER:
    case VCRYPTO_SERVICE_AEAD:
        return request->direction == VCRYPTO_DECRYPT ? VCRYPTO_OPERATION_DECRYPT
                                                     : VCRYPTO_OPERATION_ENCRYPT;
    case VCRYPTO_SERVICE_AKCIPHER:
        return request->operation;
    default:
        return 0;
    }
}

void vcrypto_queue_state_count_operation(struct queue_state *state,
                                         const struct vcrypto_request *request)
{
    struct operation_counters *counters =
        &state->by_operation[request->service][operation_of(request)];

    add(&counters->requests, 1);
    add(&counters->bytes, request->src.left);
}

void vcrypto_queue_state_count_together(struct queue_state *state, size_t count)
{
    add(&state->together, count);
}

void vcrypto_queue_state_count_batch(struct queue_state *state)
{
    add(&state->batches, 1);
}

static uint64_t value(const _Atomic uint64_t *counter)
{
    return atomic_load_explicit(counter, memory_order_relaxed);
}

static void copy(const struct counters *from, struct vcrypto_counters *to)
{
    to->requests = value(&from->requests);
    to->bytes = value(&from->bytes);
    for (unsigned i = 0; i < VCRYPTO_STATUS_COUNT; i++) {
        to->statuses[i] = value(&from->statuses[i]);
    }
}

void vcrypto_backend_queue_statistics(const struct vcrypto_backend *backend,
                                      uint32_t queue,
                                      struct vcrypto_queue_statistics *statistics)
{
    const struct queue_state *state = backend->queues[queue];

    statistics->batches = value(&state->batches);
    statistics->bounces = value(&state->bounces);
    statistics->together = value(&state->together);
    copy(&state->unassigned, &statistics->unassigned);
}

void vcrypto_backend_operation_statistics(const struct vcrypto_backend *backend,
                                          enum vcrypto_service service,
                                          enum vcrypto_akcipher_operation operation,
                                          uint64_t *requests, uint64_t *bytes)
{
    *requests = *bytes = 0;
    for (uint32_t i = 0; i < backend->config.queues; i++) {
        const struct operation_counters *counters =
            &backend->queues[i]->by_operation[service][operation];

        *requests += value(&counters->requests);
        *bytes += value(&counters->bytes);
    }
}

const struct vcrypto_algorithm *
vcrypto_backend_algorithm_statistics(const struct vcrypto_backend *backend,
                                     uint32_t queue, size_t index,
                                     struct vcrypto_counters *counters)
{
    size_t rows;
    const struct vcrypto_algorithm *table = vcrypto_algorithm_rows(&rows);

    if (index >= rows) {
        return NULL;
    }
    copy(&backend->queues[queue]->by_algorithm[index], counters);
    return &table[index];
}
