/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is measured: operations of the symmetric services, all of them in the direction
 * of encryption.
 */
#ifndef BENCH_ALGORITHM_H
#define BENCH_ALGORITHM_H

#include "support/forms.h"

#define BENCH_MAX_KEY    64
#define BENCH_MAX_IV     16
#define BENCH_MAX_RESULT 64

struct bench_algorithm {
    const char *name;
    uint32_t service; /* of the specification, as is the next */
    uint32_t id;
    uint32_t key_len;
    uint32_t iv_len;     /* MAC: it leads the source */
    uint32_t tag_len;    /* AEAD */
    uint32_t result_len; /* HASH, MAC */
    uint32_t granule;    /* data comes in multiples of this; 0: as 1 */
    uint32_t max_len;    /* 0: as long as the device allows */
    bool stock;          /* QEMU's own device has it, too */
};

/** bench_algorithm_find() - by name; NULL if there is none */
const struct bench_algorithm *bench_algorithm_find(const char *name);

/** bench_algorithm_names() - all names, for messages; for g_free() */
char *bench_algorithm_names(void);

/** bench_algorithm_takes() - whether a request may have @size bytes of data */
bool bench_algorithm_takes(const struct bench_algorithm *algorithm, uint32_t size);

/** bench_algorithm_ciphers() - whether it makes as many bytes as it reads, and perhaps
 * a tag; otherwise there is only a result */
bool bench_algorithm_ciphers(const struct bench_algorithm *algorithm);

/** bench_algorithm_key() - the key that all measurements use */
const uint8_t *bench_algorithm_key(void);

/** bench_algorithm_operation() - for @size bytes at @src, with @iv. @src is only
 * pointed to: a MAC's iv is not in it. */
struct form_operation bench_algorithm_operation(const struct bench_algorithm *algorithm,
                                                const uint8_t *iv, const uint8_t *src,
                                                uint32_t size);

#endif
