/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What was done so far, to and from the bytes of a state. */
#include "state.h"

static bool any(const uint64_t *numbers, size_t count)
{
    uint64_t seen = 0;

    for (size_t i = 0; i < count; i++) {
        seen |= numbers[i];
    }
    return seen != 0;
}

static void save_counters(struct state_writer *writer,
                          const struct vcrypto_counters *counters)
{
    vcrypto_state_put64(writer, counters->requests);
    vcrypto_state_put64(writer, counters->bytes);
    for (unsigned i = 0; i < VCRYPTO_STATUS_COUNT; i++) {
        vcrypto_state_put64(writer, counters->statuses[i]);
    }
}

static void save_queue(struct state_writer *writer,
                       const struct vcrypto_backend *backend, uint32_t queue)
{
    struct vcrypto_queue_statistics s;

    vcrypto_backend_queue_statistics(backend, queue, &s);
    if (any((const uint64_t[]){ s.batches, s.bounces, s.together,
                                s.unassigned.requests },
            4)) {
        vcrypto_state_begin(writer, STATE_QUEUE_STATISTICS);
        vcrypto_state_put32(writer, queue);
        vcrypto_state_put64(writer, s.batches);
        vcrypto_state_put64(writer, s.bounces);
        vcrypto_state_put64(writer, s.together);
        save_counters(writer, &s.unassigned);
        vcrypto_state_end(writer, 0);
    }
}

static void save_operations(struct state_writer *writer,
                            const struct vcrypto_backend *backend, uint32_t queue)
{
    for (unsigned i = 0; i < VCRYPTO_SERVICE_COUNT * VCRYPTO_OPERATIONS; i++) {
        uint32_t service = i / VCRYPTO_OPERATIONS, operation = i % VCRYPTO_OPERATIONS;
        const struct operation_counters *counters =
            &backend->queues[queue]->by_operation[service][operation];

        if (atomic_load(&counters->requests)) {
            vcrypto_state_begin(writer, STATE_OPERATION_STATISTICS);
            vcrypto_state_put32(writer, queue);
            vcrypto_state_put32(writer, service);
            vcrypto_state_put32(writer, operation);
            vcrypto_state_put64(writer, atomic_load(&counters->requests));
            vcrypto_state_put64(writer, atomic_load(&counters->bytes));
            vcrypto_state_end(writer, 0);
        }
    }
}

static void save_algorithms(struct state_writer *writer,
                            const struct vcrypto_backend *backend, uint32_t queue)
{
    const struct vcrypto_algorithm *row;
    struct vcrypto_counters counters;

    for (size_t i = 0;
         (row = vcrypto_backend_algorithm_statistics(backend, queue, i, &counters));
         i++) {
        if (counters.requests) {
            vcrypto_state_begin(writer, STATE_ALGORITHM_STATISTICS);
            vcrypto_state_put32(writer, queue);
            vcrypto_state_put32(writer, row->service);
            vcrypto_state_put32(writer, row->id);
            save_counters(writer, &counters);
            vcrypto_state_end(writer, 0);
        }
    }
}

void vcrypto_state_save_statistics(struct state_writer *writer,
                                   const struct vcrypto_backend *backend)
{
    for (uint32_t i = 0; i < backend->config.queues; i++) {
        save_queue(writer, backend, i);
    }
    for (uint32_t i = 0; i < backend->config.queues; i++) {
        save_operations(writer, backend, i);
    }
    for (uint32_t i = 0; i < backend->config.queues; i++) {
        save_algorithms(writer, backend, i);
    }
}

/* ---- loading ---- */

/* The queue that a section is about; NULL: there is none, as the line says. */
static struct queue_state *queue_of(struct state_reader *reader)
{
    uint32_t queue = vcrypto_state_get32(reader);

    if (queue >= reader->told.promises.queues ||
        queue >= reader->backend->config.queues) {
        vcrypto_state_wrong(reader, "the state is damaged: statistics of queue %u",
                            queue);
        return NULL;
    }
    return reader->backend->queues[queue];
}

static void load_counters(struct state_reader *reader, struct counters *counters)
{
    atomic_store(&counters->requests, vcrypto_state_get64(reader));
    atomic_store(&counters->bytes, vcrypto_state_get64(reader));
    for (unsigned i = 0; i < VCRYPTO_STATUS_COUNT; i++) {
        atomic_store(&counters->statuses[i], vcrypto_state_get64(reader));
    }
}

bool vcrypto_state_load_queue_statistics(struct state_reader *reader)
{
    struct queue_state *state = queue_of(reader);

    if (!state) {
        return false;
    }
    atomic_store(&state->batches, vcrypto_state_get64(reader));
    atomic_store(&state->bounces, vcrypto_state_get64(reader));
    atomic_store(&state->together, vcrypto_state_get64(reader));
    load_counters(reader, &state->unassigned);
    return true;
}

bool vcrypto_state_load_operation_statistics(struct state_reader *reader)
{
    struct queue_state *state = queue_of(reader);
    uint32_t service = vcrypto_state_get32(reader);
    uint32_t operation = vcrypto_state_get32(reader);
    struct operation_counters *counters;

    if (!state) {
        return false;
    }
    if (service >= VCRYPTO_SERVICE_COUNT || operation >= VCRYPTO_OPERATIONS) {
        return vcrypto_state_wrong(
            reader, "the state is damaged: statistics of operation %u of service %u",
            operation, service);
    }
    counters = &state->by_operation[service][operation];
    atomic_store(&counters->requests, vcrypto_state_get64(reader));
    atomic_store(&counters->bytes, vcrypto_state_get64(reader));
    return true;
}

/* An algorithm that was not promised any more may be unknown here: its counters have no
 * place then. */
bool vcrypto_state_load_algorithm_statistics(struct state_reader *reader)
{
    struct queue_state *state = queue_of(reader);
    uint32_t service = vcrypto_state_get32(reader);
    uint32_t id = vcrypto_state_get32(reader);
    size_t count;
    const struct vcrypto_algorithm *rows = vcrypto_algorithm_rows(&count);

    if (!state) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        if (rows[i].service == service && rows[i].id == id) {
            load_counters(reader, &state->by_algorithm[i]);
        }
    }
    return true;
}

static void clear(struct counters *counters)
{
    atomic_store(&counters->requests, 0);
    atomic_store(&counters->bytes, 0);
    for (unsigned i = 0; i < VCRYPTO_STATUS_COUNT; i++) {
        atomic_store(&counters->statuses[i], 0);
    }
}

void vcrypto_queue_state_clear_statistics(struct queue_state *state)
{
    size_t rows;

    vcrypto_algorithm_rows(&rows);
    for (size_t i = 0; i < rows; i++) {
        clear(&state->by_algorithm[i]);
    }
    for (unsigned i = 0; i < VCRYPTO_SERVICE_COUNT * VCRYPTO_OPERATIONS; i++) {
        struct operation_counters *counters =
            &state->by_operation[i / VCRYPTO_OPERATIONS][i % VCRYPTO_OPERATIONS];

        atomic_store(&counters->requests, 0);
        atomic_store(&counters->bytes, 0);
    }
    clear(&state->unassigned);
    atomic_store(&state->batches, 0);
    atomic_store(&state->bounces, 0);
    atomic_store(&state->together, 0);
}
