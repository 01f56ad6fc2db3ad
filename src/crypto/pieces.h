/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Scattered data, brought to a function that wants it in one piece. */
#ifndef VCRYPTO_CRYPTO_PIECES_H
#define VCRYPTO_CRYPTO_PIECES_H

#include "vcrypto/algorithm.h"

/* Most bytes at a time, where it has to be everything: EVP_CipherUpdate takes an int.
 * Otherwise VCRYPTO_STRETCH. Both are multiples of every granule. */
#define VCRYPTO_PIECE_MAX (1u << 30)

/*
 * The next @size bytes from @src to @dst, which are the same or apart; whole granules.
 * False: failed.
 */
typedef bool vcrypto_piece_fn(void *state, uint8_t *dst, const uint8_t *src,
                              size_t size);

/*
 * vcrypto_pieces_run: call @fn for all of @src, in order, and @dst, which is as long.
 *
 * Data is worked on where it lies, piece by piece. Where a granule straddles two
 * pieces it is put together on the stack; where @algorithm wants everything at once,
 * or source and destination overlap in a way that would destroy what is still to be
 * read, the data passes through @bounce. False as well if the job is to be left; see
 * struct vcrypto_bounce.
 */
bool vcrypto_pieces_run(const struct vcrypto_algorithm *algorithm,
                        const struct vcrypto_cursor *src,
                        const struct vcrypto_cursor *dst, struct vcrypto_bounce *bounce,
                        vcrypto_piece_fn *fn, void *state);

/* vcrypto_pieces_one: whether @cursor lies in one piece, which then is at *@data; where
 * it is empty, *@data is left alone. */
bool vcrypto_pieces_one(struct vcrypto_cursor cursor, uint8_t **data);

/* Reads @size bytes at @data, in guest memory. False: failed. */
typedef bool vcrypto_read_fn(void *state, const uint8_t *data, size_t size);

/*
 * vcrypto_pieces_read: call @fn for all of @cursor, in order, a piece at a time, each
 * at most VCRYPTO_STRETCH. False as well if the job is to be left.
 */
bool vcrypto_pieces_read(struct vcrypto_cursor cursor, struct vcrypto_bounce *bounce,
                         vcrypto_read_fn *fn, void *state);

#endif
