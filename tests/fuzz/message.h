/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Fixed parts of requests whose fields are mostly near what makes sense, and limits to
 * read them by: what decoders are fuzzed with.
 */
#ifndef VCRYPTO_TESTS_FUZZ_MESSAGE_H
#define VCRYPTO_TESTS_FUZZ_MESSAGE_H

#include "fuzz.h"
#include "vcrypto/wire.h"

#define MESSAGE_MAX 1024

/** A message: @fixed bytes that @input chose, then as many more as it wants. */
struct fuzz_message {
    uint8_t bytes[MESSAGE_MAX];
    size_t size;
};

/** fuzz_limits: limits that @input chooses, small enough to be reached. */
void fuzz_limits(struct fuzz_input *input, struct vcrypto_wire_limits *limits);

/** fuzz_word: a field of 32 bits: a small number, a large one, or any. */
uint32_t fuzz_word(struct fuzz_input *input);

/* Not the helpers of the decoders that are under test. */

/** fuzz_put: @value, little-endian, at @at. */
void fuzz_put(uint8_t *at, uint64_t value, size_t size);

/** fuzz_get: 32 bits, little-endian, at @at. */
uint32_t fuzz_get(const uint8_t *at);

/** fuzz_fill: bytes from @from to @to of @message that tell where they are. */
void fuzz_fill(struct fuzz_message *message, size_t from, size_t to);

/** fuzz_same_bytes: whether two streams have the same bytes left. */
bool fuzz_same_bytes(struct vcrypto_cursor a, struct vcrypto_cursor b);

#endif
