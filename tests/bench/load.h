/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The load: requests of one size, so many at a time in each queue, made available again
 * as soon as the driver learns of their completion.
 *
 * Chains are built once, in an indirect table as Linux makes them, so that the driver
 * has little to do for a request: it shares two processors with the device. Each status
 * is checked. Samples of the results are compared with an engine's after each
 * measurement, and cleared before it, so that no device wins by being wrong.
 */
#ifndef BENCH_LOAD_H
#define BENCH_LOAD_H

#include "device.h"
#include "engine.h"

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

struct bench_load_opts {
    uint32_t size;   /* bytes of a request */
    unsigned depth;  /* requests in flight, in each queue */
    unsigned queues; /* in use at a time */
    int64_t slice;   /* ns to measure, at least */
    /*
     * Wait by looking at the ring in a loop, interrupts off: the latency without the
     * waking up of a driver, at the price of a processor that the device cannot have.
     */
    bool spin;
    bool qtest_kicks; /* by the qtest protocol, which the driver waits for */
    int64_t pause;    /* ns that the driver does nothing between an answer and the next
                         request; one in flight */
    bool latency;     /* collect that of each request; one queue, depth 1 */
    bool stateless;   /* each request brings its key, */
    bool new_keys;    /* and no two the same */
    bool unchecked;   /* results are not looked at: the device has no engine */
};

struct bench_result {
    double requests; /* all for the time between two completions, the load steady */
    double seconds;
    double cpu_seconds; /* of QEMU, all threads */
    double kicks;
    double interrupts;
    GArray *latency; /* of int64_t, ns; or NULL */
};

/** bench_load_run() - one measurement; what goes wrong ends the program */
struct bench_result bench_load_run(struct bench_device *device,
                                   const struct bench_load_opts *opts);

/** bench_result_clear() - release what @result holds */
void bench_result_clear(struct bench_result *result);

/**
 * bench_load_engine() - the same work by the engines alone, in this thread
 *
 * Over the sources and destinations that bench_load_run() uses for @opts, with one
 * queue. Return: requests per second.
 */
double bench_load_engine(struct bench_device *device,
                         const struct bench_load_opts *opts);

#endif
