/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What fuzz targets share. A target defines LLVMFuzzerTestOneInput(), which is run by
 * libFuzzer or by replay.c, and ends the program when a promise is not kept.
 */
#ifndef VCRYPTO_TESTS_FUZZ_FUZZ_H
#define VCRYPTO_TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/** The target: one run with @size bytes of input at @data; returns 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/**
 * fuzz_unavailable: why the target cannot run here, or NULL; targets that always can
 * do not have it
 */
const char *fuzz_unavailable(void) __attribute__((weak));

/** FUZZ_CHECK: end the program unless @condition holds. */
#define FUZZ_CHECK(condition)                                                          \
    do {                                                                               \
        if (!(condition)) {                                                            \
            fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition);    \
            abort();                                                                   \
        }                                                                              \
    } while (0)

/** Input that is left. When it is at its end, zeros follow. */
struct fuzz_input {
    const uint8_t *data;
    size_t left;
};

static inline uint64_t fuzz_take(struct fuzz_input *input, size_t size)
{
    uint64_t value = 0;

    for (size_t i = 0; i < size && input->left; i++) {
        value |= (uint64_t)*input->data++ << 8 * i;
        input->left--;
    }
    return value;
}

static inline uint8_t fuzz_u8(struct fuzz_input *input)
{
    return (uint8_t)fuzz_take(input, 1);
}

static inline uint16_t fuzz_u16(struct fuzz_input *input)
{
    return (uint16_t)fuzz_take(input, 2);
}

static inline uint64_t fuzz_u64(struct fuzz_input *input)
{
    return fuzz_take(input, 8);
}

/** fuzz_allocate: @size zeroed bytes, the caller's to free. */
static inline void *fuzz_allocate(size_t size)
{
    void *memory = calloc(1, size);

    FUZZ_CHECK(memory);
    return memory;
}

#endif
