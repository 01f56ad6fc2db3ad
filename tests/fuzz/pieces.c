/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pieces.h"

/* malloc(0) may be NULL, or a byte that sanitizers guard: both are right for nothing.
 */
static void add(struct pieces *pieces, const uint8_t *bytes, size_t size)
{
    void *copy = malloc(size);

    FUZZ_CHECK(copy || !size);
    if (size) {
        memcpy(copy, bytes, size);
    }
    pieces->iov[pieces->count++] = (struct iovec){ copy, size };
}

void pieces_whole(struct pieces *pieces, const uint8_t *bytes, size_t size)
{
    pieces->count = 0;
    add(pieces, bytes, size);
}

void pieces_cut(struct pieces *pieces, struct fuzz_input *input, const uint8_t *bytes,
                size_t size)
{
    unsigned cuts = fuzz_u8(input) % (PIECES_MAX - 1);

    pieces->count = 0;
    while (cuts--) {
        size_t part = fuzz_u8(input);

        /* Most pieces are short; some have half of what is left. */
        part = part >= 0xf0 ? size / 2 : part % 40;
        part = part < size ? part : size;
        add(pieces, bytes, part);
        bytes += part;
        size -= part;
    }
    add(pieces, bytes, size);
}

void pieces_join(const struct pieces *pieces, uint8_t *bytes)
{
    for (size_t i = 0; i < pieces->count; i++) {
        if (pieces->iov[i].iov_len) {
            memcpy(bytes, pieces->iov[i].iov_base, pieces->iov[i].iov_len);
        }
        bytes += pieces->iov[i].iov_len;
    }
}

void pieces_free(struct pieces *pieces)
{
    for (size_t i = 0; i < pieces->count; i++) {
        free(pieces->iov[i].iov_base);
    }
    pieces->count = 0;
}
