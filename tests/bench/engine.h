/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The engines that the device uses, called directly: the speed that no device around
 * them can exceed, and the right answers, which are made one by one.
 */
#ifndef BENCH_ENGINE_H
#define BENCH_ENGINE_H

#include "algorithm.h"

#include <stddef.h>

/* Where the data of one request is. */
struct bench_engine_request {
    const uint8_t *iv;
    const uint8_t *src;
    uint8_t *dst; /* as long as the source */
    uint8_t *end; /* tag or result; BENCH_MAX_RESULT */
    uint32_t size;
};

struct bench_engine;

/** bench_engine_new() - with the key of all measurements; any failure ends the program
 *  @single: one request after the other, as where the device is pinned to OpenSSL */
struct bench_engine *bench_engine_new(const struct bench_algorithm *algorithm,
                                      bool single);

/** bench_engine_run() - @count requests' worth of work */
void bench_engine_run(struct bench_engine *engine,
                      const struct bench_engine_request *requests, size_t count);

/** bench_engine_free() - NULL is ignored */
void bench_engine_free(struct bench_engine *engine);

#endif
