/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a worker does with its ring: batches of chains, and sleep between them. */
#include <time.h>

#include "worker.h"

#if defined(__x86_64__) || defined(__i386__)
#define relax() __builtin_ia32_pause()
#else
#define relax() atomic_signal_fence(memory_order_seq_cst)
#endif

static void report_fault(struct vcrypto_worker *worker)
{
    if (!worker->broken) {
        worker->broken = true;
        worker->config.host->fault(worker->config.opaque);
    }
}

void vcrypto_worker_attach(struct vcrypto_worker *worker)
{
    if (!vcrypto_ring_attach(&worker->ring, worker->map)) {
        report_fault(worker);
    }
}

static uint64_t bytes_of(const struct vcrypto_chain *chain)
{
    struct vcrypto_cursor cursor;

    vcrypto_cursor_init(&cursor, chain->out, chain->out_num);
    return cursor.left;
}

/* Takes the next batch from the ring: returns how many chains. */
static size_t take_batch(struct vcrypto_worker *worker)
{
    enum vcrypto_ring_result result = VCRYPTO_RING_CHAIN;
    uint64_t bytes = 0;
    size_t n = 0;

    worker->pool = (struct vcrypto_ring_pool){ .iov = worker->pieces,
                                               .addresses = worker->addresses,
                                               .capacity = WORKER_PIECES };
    while (n < WORKER_BATCH && bytes < WORKER_BATCH_BYTES) {
        result = vcrypto_ring_pop(&worker->ring, &worker->pool, &worker->chains[n]);
        if (result != VCRYPTO_RING_CHAIN) {
            break;
        }
        worker->requests[n].chain = worker->chains[n].chain;
        bytes += bytes_of(&worker->chains[n].chain);
        n++;
    }
    if (result == VCRYPTO_RING_BROKEN) {
        report_fault(worker);
    }
    return n;
}

/* Marks the first @written writable bytes of @chain as changed. */
static void mark_written(struct vcrypto_worker *worker,
                         const struct vcrypto_ring_chain *chain, uint64_t written)
{
    for (size_t i = 0; written && i < chain->chain.in_num; i++) {
        size_t len = chain->chain.in[i].iov_len;
        size_t changed = written < len ? (size_t)written : len;

        vcrypto_memory_map_mark_dirty(worker->map, chain->in_addresses[i], changed);
        written -= changed;
    }
}

/* Writes the status to the last writable byte; returns how many writable ones there
 * are. */
static uint64_t write_status(struct vcrypto_worker *worker,
                             const struct vcrypto_ring_chain *chain, uint8_t status)
{
    uint64_t writable = 0;
    const struct iovec *last = NULL;
    uint64_t address = 0;

    for (size_t i = 0; i < chain->chain.in_num; i++) {
        if (chain->chain.in[i].iov_len) {
            last = &chain->chain.in[i];
            address = chain->in_addresses[i] + last->iov_len - 1;
            writable += last->iov_len;
        }
    }
    if (last) {
        ((volatile uint8_t *)last->iov_base)[last->iov_len - 1] = status;
        vcrypto_memory_map_mark_dirty(worker->map, address, 1);
    }
    return writable;
}

static void finish(struct vcrypto_worker *worker, size_t i)
{
    const struct vcrypto_ring_chain *chain = &worker->chains[i];
    const struct vcrypto_request *request = &worker->requests[i];
    uint64_t writable;

    mark_written(worker, chain, request->written);
    writable = write_status(worker, chain, (uint8_t)request->status);
    vcrypto_ring_fill(&worker->ring, chain,
                      vcrypto_serve_used_length(request, writable), (unsigned)i);
}

/* Serves one batch; returns whether there was one. */
static bool serve_batch(struct vcrypto_worker *worker)
{
    size_t n = take_batch(worker), done;

    if (!n) {
        return false;
    }
    done = vcrypto_serve_data(worker->config.point, worker->config.queue,
                              worker->requests, n, &worker->attention);
    for (size_t i = 0; i < done; i++) {
        finish(worker, i);
    }
    vcrypto_ring_unpop(&worker->ring, worker->chains + done, n - done);
    if (done) {
        vcrypto_ring_publish(&worker->ring, (unsigned)done);
        if (vcrypto_ring_must_notify(&worker->ring)) {
            worker->config.host->notify(worker->config.opaque);
        }
    }
    return true;
}

static uint64_t now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/*
 * Watches the ring for a while: a driver that answers at once then needs no kick, which
 * costs it far more than the few microseconds here. Returns whether to go on serving.
 */
static bool poll_ring(struct vcrypto_worker *worker)
{
    uint64_t limit =
        atomic_load_explicit(worker->config.poll_max_ns, memory_order_relaxed);
    uint64_t end;

    if (!limit) {
        return false;
    }
    end = now_ns() + limit;
    do {
        if (vcrypto_ring_has_chain(&worker->ring) || vcrypto_worker_wanted(worker)) {
            return true;
        }
        relax();
    } while (now_ns() < end);
    return false;
}

void vcrypto_worker_serve(struct vcrypto_worker *worker)
{
    vcrypto_ring_kicks_off(&worker->ring);
    while (!vcrypto_worker_wanted(worker)) {
        if (serve_batch(worker) || (!worker->broken && poll_ring(worker))) {
            continue;
        }
        if (!vcrypto_ring_kicks_on(&worker->ring)) {
            vcrypto_worker_sleep(worker);
        }
        vcrypto_ring_kicks_off(&worker->ring);
    }
    /* Whoever serves the ring next wants to hear of new chains. */
    vcrypto_ring_kicks_on(&worker->ring);
}
