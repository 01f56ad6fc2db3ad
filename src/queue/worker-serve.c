/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a worker does with its ring: batches of chains, and sleep between them. */
#include <sched.h>
#include <time.h>

#include "worker.h"

/* What is marked as changed is so in units of this, or of a multiple. */
#define PAGE 4096

/* While the ring is watched, other threads may have the processor every so often. */
#define OTHERS_NS 4000

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

/* Asks for the line that the status goes to, early: the driver's processor has it. */
static void expect_status(const struct vcrypto_chain *chain)
{
    if (chain->in_num) {
        __builtin_prefetch(chain->in[chain->in_num - 1].iov_base, 1);
    }
}

/* Takes the next batch from the ring: returns how many chains; sets whether the ring
 * was found to be broken behind them. */
static size_t take_batch(struct vcrypto_worker *worker, bool *broken)
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
        expect_status(&worker->chains[n].chain);
        bytes += bytes_of(&worker->chains[n].chain);
        n++;
    }
    *broken = result == VCRYPTO_RING_BROKEN;
    for (size_t i = 0; i < n; i++) {
        worker->requests[i].chain = worker->chains[i].chain;
    }
    return n;
}

/*
 * Marks bytes as changed, once all of the batch are: most requests of a batch share
 * pages with their neighbours, and a page that is marked already need not be again.
 */
static void mark(struct vcrypto_worker *worker, uint64_t *marked_page, uint64_t address,
                 uint64_t size)
{
    uint64_t page = address / PAGE;

    if ((address + size - 1) / PAGE == page) {
        if (*marked_page == page) {
            return;
        }
        *marked_page = page;
    }
    vcrypto_memory_map_mark_dirty(worker->map, address, size);
}

/* Marks the first @written writable bytes of @chain as changed. */
static void mark_written(struct vcrypto_worker *worker,
                         const struct vcrypto_ring_chain *chain, uint64_t written,
                         uint64_t *marked_page)
{
    for (size_t i = 0; written && i < chain->chain.in_num; i++) {
        size_t len = chain->chain.in[i].iov_len;
        size_t changed = written < len ? (size_t)written : len;

        mark(worker, marked_page, chain->in_addresses[i], changed);
        written -= changed;
    }
}

/* The last writable piece that is not empty; NULL if there is none. */
static const struct iovec *last_piece(const struct vcrypto_chain *chain)
{
    for (size_t i = chain->in_num; i-- > 0;) {
        if (chain->in[i].iov_len) {
            return &chain->in[i];
        }
    }
    return NULL;
}

static void write_status(const struct vcrypto_request *request)
{
    const struct iovec *last = last_piece(&request->chain);

    if (last) {
        ((volatile uint8_t *)last->iov_base)[last->iov_len - 1] =
            (uint8_t)request->status;
    }
}

static void mark_status(struct vcrypto_worker *worker,
                        const struct vcrypto_ring_chain *chain, uint64_t *marked_page)
{
    const struct iovec *last = last_piece(&chain->chain);

    if (last) {
        mark(worker, marked_page,
             chain->in_addresses[last - chain->chain.in] + last->iov_len - 1, 1);
    }
}

/* Completes @count requests: everything but making the used entries visible. */
static void finish(struct vcrypto_worker *worker, size_t first, size_t count)
{
    uint64_t result_page = UINT64_MAX, status_page = UINT64_MAX;

    for (size_t i = first; i < first + count; i++) {
        write_status(&worker->requests[i]);
    }
    vcrypto_memory_map_marks_begin(worker->map);
    for (size_t i = first; i < first + count; i++) {
        const struct vcrypto_ring_chain *chain = &worker->chains[i];
        const struct vcrypto_request *request = &worker->requests[i];
        struct vcrypto_cursor writable;

        mark_written(worker, chain, request->written, &result_page);
        mark_status(worker, chain, &status_page);
        vcrypto_cursor_init(&writable, chain->chain.in, chain->chain.in_num);
        vcrypto_ring_fill(&worker->ring, chain,
                          vcrypto_serve_used_length(request, writable.left),
                          (uint32_t)(i - first));
    }
    vcrypto_memory_map_marks_end(worker->map);
}

/* Makes the answers of @count requests visible. The barrier between what is shown and
 * the look at whether the host knows is that of vcrypto_ring_must_notify(). */
static void announce(struct vcrypto_worker *worker, size_t count)
{
    const struct vcrypto_worker_host *host = worker->config.host;
    struct vcrypto_ring_position position;

    vcrypto_ring_publish(&worker->ring, (unsigned)count);
    position = vcrypto_ring_position(&worker->ring);
    vcrypto_worker_show(worker, &position);
    if (vcrypto_ring_must_notify(&worker->ring)) {
        host->notify(worker->config.opaque);
    }
    if (host->moved) {
        host->moved(worker->config.opaque);
    }
}

static bool halted(const struct vcrypto_worker *worker)
{
    return worker->config.halted &&
           __atomic_load_n(worker->config.halted, __ATOMIC_RELAXED);
}

/* Serves one batch; returns whether there was one. */
/* keeps: FEA-5 ST-2 */
static bool serve_batch(struct vcrypto_worker *worker)
{
    const struct vcrypto_service_point *point = worker->config.point;
    size_t n, done = 0, count;
    bool broken;

    if (halted(worker)) {
        report_fault(worker);
        return false;
    }
    n = take_batch(worker, &broken);
    vcrypto_serve_decode(point, &worker->limits, worker->requests, n);
    while (done < n) {
        count = vcrypto_serve_run(point, worker->config.queue, worker->requests + done,
                                  n - done, &worker->attention);
        if (!count) {
            break; /* the control thread wants attention */
        }
        finish(worker, done, count);
        announce(worker, count);
        done += count;
    }
    vcrypto_ring_unpop(&worker->ring, worker->chains + done, n - done);
    /* When all before is answered, lest the driver never hears of it. */
    if (broken && done == n) {
        report_fault(worker);
    }
    return n > 0;
}

static uint64_t now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static uint64_t poll_limit(const struct vcrypto_worker *worker)
{
    return atomic_load_explicit(worker->config.poll_max_ns, memory_order_relaxed);
}

/*
 * Watches the ring for a while. Returns whether to go on serving. The kernel likes to
 * wake up the thread that we have just told of our results on our own processor, where
 * it would wait for us to sleep, and the driver for it: so others go first now and
 * then.
 */
static bool poll_ring(struct vcrypto_worker *worker)
{
    uint64_t window = vcrypto_polling_window(&worker->polling, poll_limit(worker));
    uint64_t now, end, others;

    if (!window) {
        return false;
    }
    now = others = now_ns();
    end = now + window;
    do {
        if (vcrypto_ring_has_chain(&worker->ring) || vcrypto_worker_wanted(worker)) {
            return true;
        }
        if (now >= others) {
            sched_yield();
            others = now + OTHERS_NS;
        }
        relax();
        now = now_ns();
    } while (now < end);
    return false;
}

static void sleep_for_kick(struct vcrypto_worker *worker)
{
    uint64_t limit = poll_limit(worker), begin;

    if (!limit) {
        vcrypto_worker_sleep(worker);
        return;
    }
    begin = now_ns();
    vcrypto_worker_sleep(worker);
    vcrypto_polling_slept(&worker->polling, limit, now_ns() - begin);
}

/* What the last requests left on the stack outlives them by no more than a look at the
 * ring: nobody waits for us now. */
static void rest(bool *worked)
{
    if (*worked) {
        vcrypto_secret_wipe_stack();
        *worked = false;
    }
}

void vcrypto_worker_serve(struct vcrypto_worker *worker)
{
    bool worked = false;

    vcrypto_ring_kicks_off(&worker->ring);
    while (!vcrypto_worker_wanted(worker)) {
        if (serve_batch(worker)) {
            worked = true;
            continue;
        }
        if (!worker->broken && poll_ring(worker)) {
            continue;
        }
        rest(&worked);
        if (!vcrypto_ring_kicks_on(&worker->ring) || worker->broken) {
            sleep_for_kick(worker);
        }
        /* A stop must not find the ring written to: it may be the driver's again. */
        if (!vcrypto_worker_wanted(worker)) {
            vcrypto_ring_kicks_off(&worker->ring);
        }
    }
    rest(&worked);
}
