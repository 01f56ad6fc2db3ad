/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Inputs that go where algorithms seldom are: counters that carry, lengths around
 * blocks, accumulators whose limbs are full, registers that become 0. All of it follows
 * from a seed.
 */
#ifndef VCRYPTO_TESTS_DIFFERENTIAL_INPUTS_H
#define VCRYPTO_TESTS_DIFFERENTIAL_INPUTS_H

#include <stdbool.h>

#include "vcrypto/algorithm.h"

/* The longest key that is made. */
#define INPUTS_MAX_KEY 300

/** inputs_seed: what comes next depends on nothing else. */
void inputs_seed(uint64_t seed);

/** inputs_below: a number less than @limit, which is not 0. */
uint32_t inputs_below(uint32_t limit);

/** inputs_fill: @size random bytes. */
void inputs_fill(uint8_t *to, size_t size);

/** inputs_bit: one of the bits that are set in @set, as its number. */
uint32_t inputs_bit(uint32_t set);

/** inputs_length: of data of @row, no more than @most as far as the row allows that. */
uint32_t inputs_length(const struct vcrypto_algorithm *row, uint32_t most);

/** inputs_near: a length near one that matters, at most @most. */
uint32_t inputs_near(uint32_t most);

/** inputs_key: a key of size @index; returns its length. */
uint32_t inputs_key(const struct vcrypto_algorithm *row, unsigned index, uint8_t *key);

/** inputs_iv: an iv of @iv_len bytes for @len bytes of data, with @key. */
void inputs_iv(const struct vcrypto_algorithm *row, const uint8_t *key, uint8_t *iv,
               uint32_t iv_len, uint32_t len);

/**
 * inputs_poly1305: change @plain so that ChaCha20-Poly1305 of it has a rare state: an
 * accumulator that is full, or just beyond the prime, in the middle or at the end.
 *
 * Returns false if there is no such plaintext for this key and iv.
 */
bool inputs_poly1305(const uint8_t key[32], const uint8_t iv[12], const uint8_t *aad,
                     size_t aad_len, uint8_t *plain, size_t len);

#endif
