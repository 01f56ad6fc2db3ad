/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vcrypto/cursor.h"

#include <string.h>

/*
 * Pairs of pieces that vcrypto_cursor_overlap() compares before it settles for the
 * safe answer: a guest must not make one request cost a million comparisons.
 */
#define OVERLAP_MAX_PAIRS 1024

static size_t min_size(size_t a, size_t b)
{
    return a < b ? a : b;
}

void vcrypto_cursor_init(struct vcrypto_cursor *cursor, const struct iovec *iov,
                         size_t count)
{
    uint64_t total = 0;

    for (size_t i = 0; i < count; i++) {
        uint64_t sum;

        /* No memory is that large: what would overflow is left out of the stream. */
        if (__builtin_add_overflow(total, (uint64_t)iov[i].iov_len, &sum)) {
            count = i;
            break;
        }
        total = sum;
    }
    *cursor = (struct vcrypto_cursor){ .iov = iov, .count = count, .left = total };
}

bool vcrypto_cursor_read(struct vcrypto_cursor *cursor, void *buffer, size_t size)
{
    uint8_t *to = buffer;

    if (cursor->left < size) {
        return false;
    }
    while (size) {
        uint8_t *from;
        size_t n = min_size(vcrypto_cursor_chunk(cursor, &from), size);

        memcpy(to, from, n);
        vcrypto_cursor_advance(cursor, n);
        to += n;
        size -= n;
    }
    return true;
}

bool vcrypto_cursor_write(struct vcrypto_cursor *cursor, const void *buffer,
                          size_t size)
{
    const uint8_t *from = buffer;

    if (cursor->left < size) {
        return false;
    }
    while (size) {
        uint8_t *to;
        size_t n = min_size(vcrypto_cursor_chunk(cursor, &to), size);

        memcpy(to, from, n);
        vcrypto_cursor_advance(cursor, n);
        from += n;
        size -= n;
    }
    return true;
}

bool vcrypto_cursor_take(struct vcrypto_cursor *cursor, uint64_t size,
                         struct vcrypto_cursor *part)
{
    if (cursor->left < size) {
        return false;
    }
    if (part) {
        *part = *cursor;
        part->left = size;
    }
    while (size) {
        uint8_t *data;
        size_t chunk = vcrypto_cursor_chunk(cursor, &data);
        size_t n = size < chunk ? (size_t)size : chunk;

        vcrypto_cursor_advance(cursor, n);
        size -= n;
    }
    return true;
}

/* Whether the pieces @a and @b, at stream offsets @oa and @ob, forbid work in step. */
static bool pieces_clash(const uint8_t *a, size_t na, uint64_t oa, const uint8_t *b,
                         size_t nb, uint64_t ob)
{
    uintptr_t ua = (uintptr_t)a, ub = (uintptr_t)b;

    return ua < ub + nb && ub < ua + na && (uint64_t)ua - oa != (uint64_t)ub - ob;
}

static bool pieces_touch(const uint8_t *a, size_t na, const uint8_t *b, size_t nb)
{
    return (uintptr_t)a < (uintptr_t)b + nb && (uintptr_t)b < (uintptr_t)a + na;
}

static enum vcrypto_overlap overlap_of_pieces(const struct vcrypto_cursor *a,
                                              const struct vcrypto_cursor *b)
{
    enum vcrypto_overlap found = VCRYPTO_OVERLAP_NONE;
    struct vcrypto_cursor ca = *a;
    unsigned pairs = 0;
    uint64_t oa = 0;
    uint8_t *pa, *pb;
    size_t na, nb;

    for (; (na = vcrypto_cursor_chunk(&ca, &pa)); oa += na) {
        struct vcrypto_cursor cb = *b;
        uint64_t ob = 0;

        for (; (nb = vcrypto_cursor_chunk(&cb, &pb)); ob += nb) {
            if (++pairs > OVERLAP_MAX_PAIRS || pieces_clash(pa, na, oa, pb, nb, ob)) {
                return VCRYPTO_OVERLAP_PARTIAL;
            }
            if (pieces_touch(pa, na, pb, nb)) {
                found = VCRYPTO_OVERLAP_EXACT;
            }
            vcrypto_cursor_advance(&cb, nb);
        }
        vcrypto_cursor_advance(&ca, na);
    }
    return found;
}

enum vcrypto_overlap vcrypto_cursor_overlap(const struct vcrypto_cursor *a,
                                            const struct vcrypto_cursor *b)
{
    struct vcrypto_cursor ca = *a, cb = *b;
    uint8_t *pa, *pb;
    size_t na = vcrypto_cursor_chunk(&ca, &pa), nb = vcrypto_cursor_chunk(&cb, &pb);

    if (na != ca.left || nb != cb.left) {
        return overlap_of_pieces(a, b);
    }
    if (!pieces_touch(pa, na, pb, nb)) {
        return VCRYPTO_OVERLAP_NONE;
    }
    return pa == pb ? VCRYPTO_OVERLAP_EXACT : VCRYPTO_OVERLAP_PARTIAL;
}
