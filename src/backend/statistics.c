/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "backend.h"

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
    copy(&state->unassigned, &statistics->unassigned);
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
