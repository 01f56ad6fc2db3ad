/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of the engine target share. */
#ifndef VCRYPTO_TESTS_FUZZ_ENGINE_H
#define VCRYPTO_TESTS_FUZZ_ENGINE_H

#include "message.h"
#include "vcrypto/algorithm.h"

#define ENGINE_PIECES 8

/** Data in pieces that follow each other. */
struct engine_laid {
    struct iovec iov[ENGINE_PIECES];
    struct vcrypto_cursor cursor;
};

/** engine_lay: the @len bytes at @at, cut where @from says. */
void engine_lay(struct engine_laid *laid, struct fuzz_input *from, uint8_t *at,
                size_t len);

/** engine_length: a length below @most that @row takes, or the least that it takes. */
size_t engine_length(struct fuzz_input *from, const struct vcrypto_algorithm *row,
                     size_t most);

/** engine_bytes: @size bytes, at most 256, of a pattern with some faults. */
void engine_bytes(struct fuzz_input *from, uint8_t *to, size_t size);

/** engine_one_of: the number of one of the bits of @set, which is not 0. */
uint32_t engine_one_of(struct fuzz_input *from, uint32_t set);

/** engine_akcipher: one key, published or spoiled, and some operations with it. */
void engine_akcipher(struct fuzz_input *from, const struct vcrypto_algorithm *row);

/** engine_multi: jobs side by side, with keys like @keying's; nothing where that is not
 * done. */
void engine_multi(struct fuzz_input *from, const struct vcrypto_keying *keying);

#endif
