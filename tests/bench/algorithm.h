/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The algorithms that both devices accept, and OpenSSL called directly: it gives the
 * right answers, and the speed that no device around it can exceed.
 */
#ifndef BENCH_ALGORITHM_H
#define BENCH_ALGORITHM_H

#include <stddef.h>
#include <stdint.h>

#define BENCH_MAX_KEY 64
#define BENCH_MAX_IV  16

struct bench_algorithm {
    const char *name;
    uint32_t id; /* of the specification */
    uint32_t key_len;
    uint32_t iv_len;
    const char *openssl; /* its name there */
};

/** bench_algorithm_find() - by name; NULL if there is none */
const struct bench_algorithm *bench_algorithm_find(const char *name);

/** bench_algorithm_names() - all names, for messages; for g_free() */
char *bench_algorithm_names(void);

/** bench_algorithm_key() - the key that all measurements use */
const uint8_t *bench_algorithm_key(void);

struct bench_engine;

/** bench_engine_new() - a cipher context with the key, ready to encrypt */
struct bench_engine *bench_engine_new(const struct bench_algorithm *algorithm);

/** bench_engine_encrypt() - one request's worth of work */
void bench_engine_encrypt(struct bench_engine *engine, const uint8_t *iv,
                          const uint8_t *src, uint8_t *dst, uint32_t len);

/** bench_engine_free() - NULL is ignored */
void bench_engine_free(struct bench_engine *engine);

#endif
