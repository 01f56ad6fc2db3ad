/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Bytes that lie in pieces, as a driver's do: each piece is memory of exactly its size,
 * so that sanitizers notice who leaves it.
 */
#ifndef VCRYPTO_TESTS_FUZZ_PIECES_H
#define VCRYPTO_TESTS_FUZZ_PIECES_H

#include <sys/uio.h>

#include "fuzz.h"

#define PIECES_MAX 24

struct pieces {
    struct iovec iov[PIECES_MAX];
    size_t count;
};

/** pieces_cut: @size bytes at @bytes, copied, cut where @input says; some are empty. */
void pieces_cut(struct pieces *pieces, struct fuzz_input *input, const uint8_t *bytes,
                size_t size);

/** pieces_whole: the same in one piece. */
void pieces_whole(struct pieces *pieces, const uint8_t *bytes, size_t size);

/** pieces_join: all bytes, which have room at @bytes. */
void pieces_join(const struct pieces *pieces, uint8_t *bytes);

void pieces_free(struct pieces *pieces);

#endif
