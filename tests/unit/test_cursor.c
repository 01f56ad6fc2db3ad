/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "support/ut.h"
#include "vcrypto/cursor.h"

static uint8_t bytes[16];

static void fill(void)
{
    for (unsigned i = 0; i < sizeof(bytes); i++) {
        bytes[i] = (uint8_t)(i + 1);
    }
}

/* 16 bytes in pieces of 0, 3, 0, 8, 5 and 0. */
static struct vcrypto_cursor in_pieces(void)
{
    static struct iovec iov[6];

    fill();
    iov[0] = (struct iovec){ bytes, 0 };
    iov[1] = (struct iovec){ bytes, 3 };
    iov[2] = (struct iovec){ NULL, 0 };
    iov[3] = (struct iovec){ bytes + 3, 8 };
    iov[4] = (struct iovec){ bytes + 11, 5 };
    iov[5] = (struct iovec){ bytes, 0 };

    struct vcrypto_cursor cursor;
    vcrypto_cursor_init(&cursor, iov, 6);
    return cursor;
}

static void empty_stream_has_no_bytes(void)
{
    struct vcrypto_cursor cursor;
    uint8_t byte, *data;

    vcrypto_cursor_init(&cursor, NULL, 0);
    UT_EQ_U64(cursor.left, 0);
    UT_TRUE(vcrypto_cursor_read(&cursor, &byte, 0));
    UT_TRUE(!vcrypto_cursor_read(&cursor, &byte, 1));
    UT_EQ_U64(vcrypto_cursor_chunk(&cursor, &data), 0);
}

static void read_joins_pieces_at_every_length(void)
{
    for (size_t n = 0; n <= sizeof(bytes); n++) {
        struct vcrypto_cursor cursor = in_pieces();
        uint8_t first[16] = { 0 }, rest[16] = { 0 };

        UT_TRUE(vcrypto_cursor_read(&cursor, first, n));
        UT_EQ_U64(cursor.left, sizeof(bytes) - n);
        UT_TRUE(vcrypto_cursor_read(&cursor, rest, sizeof(bytes) - n));
        UT_EQ_MEM(first, bytes, n);
        UT_EQ_MEM(rest, bytes + n, sizeof(bytes) - n);
    }
}

static void read_beyond_the_end_changes_nothing(void)
{
    struct vcrypto_cursor cursor = in_pieces();
    uint8_t buffer[32];

    memset(buffer, 0xaa, sizeof(buffer));
    UT_TRUE(!vcrypto_cursor_read(&cursor, buffer, 17));
    UT_EQ_U64(cursor.left, 16);
    UT_EQ_U64(buffer[0], 0xaa);
    UT_TRUE(vcrypto_cursor_read(&cursor, buffer, 16));
}

static void write_goes_to_every_piece(void)
{
    struct vcrypto_cursor cursor = in_pieces();
    uint8_t pattern[14];

    memset(pattern, 0x5a, sizeof(pattern));
    UT_TRUE(!vcrypto_cursor_write(&cursor, pattern, 17));
    UT_EQ_U64(bytes[0], 1);
    UT_TRUE(vcrypto_cursor_take(&cursor, 1, NULL));
    UT_TRUE(vcrypto_cursor_write(&cursor, pattern, sizeof(pattern)));
    UT_EQ_U64(bytes[0], 1);
    UT_EQ_MEM(bytes + 1, pattern, sizeof(pattern));
    UT_EQ_U64(bytes[15], 16);
}

static void take_bounds_the_part(void)
{
    struct vcrypto_cursor cursor = in_pieces(), part;
    uint8_t buffer[16];

    UT_TRUE(vcrypto_cursor_take(&cursor, 2, NULL));
    UT_TRUE(vcrypto_cursor_take(&cursor, 4, &part));
    UT_EQ_U64(part.left, 4);
    UT_EQ_U64(cursor.left, 10);
    UT_TRUE(!vcrypto_cursor_read(&part, buffer, 5));
    UT_TRUE(vcrypto_cursor_read(&part, buffer, 4));
    UT_EQ_MEM(buffer, bytes + 2, 4);
    UT_TRUE(vcrypto_cursor_read(&cursor, buffer, 10));
    UT_EQ_MEM(buffer, bytes + 6, 10);
    UT_TRUE(!vcrypto_cursor_take(&cursor, 1, &part));
}

static void take_of_more_than_memory_holds_is_refused(void)
{
    struct vcrypto_cursor cursor = in_pieces();

    UT_TRUE(!vcrypto_cursor_take(&cursor, UINT64_MAX, NULL));
    UT_TRUE(!vcrypto_cursor_take(&cursor, UINT64_C(1) << 32, NULL));
    UT_EQ_U64(cursor.left, 16);
}

static void chunk_is_what_lies_in_one_piece(void)
{
    static const size_t sizes[] = { 3, 8, 5 };
    struct vcrypto_cursor cursor = in_pieces();
    uint8_t *data;
    size_t at = 0;

    for (unsigned i = 0; i < 3; i++) {
        UT_EQ_U64(vcrypto_cursor_chunk(&cursor, &data), sizes[i]);
        UT_TRUE(data == bytes + at);
        vcrypto_cursor_advance(&cursor, sizes[i]);
        at += sizes[i];
    }
    UT_EQ_U64(vcrypto_cursor_chunk(&cursor, &data), 0);
}

static void chunk_ends_with_the_part(void)
{
    struct vcrypto_cursor cursor = in_pieces(), part;
    uint8_t *data;

    UT_TRUE(vcrypto_cursor_take(&cursor, 5, &part));
    UT_EQ_U64(vcrypto_cursor_chunk(&part, &data), 3);
    vcrypto_cursor_advance(&part, 3);
    UT_EQ_U64(vcrypto_cursor_chunk(&part, &data), 2);
}

static void lengths_that_overflow_are_left_out(void)
{
    struct iovec iov[2] = { { bytes, SIZE_MAX - 3 }, { bytes, 16 } };
    struct vcrypto_cursor cursor;

    vcrypto_cursor_init(&cursor, iov, 2);
    UT_EQ_U64(cursor.left, SIZE_MAX - 3);
    UT_EQ_U64(cursor.count, 1);
}

static enum vcrypto_overlap overlap(struct iovec *a, size_t na, struct iovec *b,
                                    size_t nb)
{
    struct vcrypto_cursor ca, cb;

    vcrypto_cursor_init(&ca, a, na);
    vcrypto_cursor_init(&cb, b, nb);
    return vcrypto_cursor_overlap(&ca, &cb);
}

static void overlap_tells_in_place_from_shifted(void)
{
    struct iovec all = { bytes, 16 };
    struct iovec low = { bytes, 8 }, high = { bytes + 8, 8 }, mid = { bytes + 4, 8 };

    UT_EQ_U64(overlap(&low, 1, &high, 1), VCRYPTO_OVERLAP_NONE);
    UT_EQ_U64(overlap(&all, 1, &all, 1), VCRYPTO_OVERLAP_EXACT);
    UT_EQ_U64(overlap(&low, 1, &mid, 1), VCRYPTO_OVERLAP_PARTIAL);
    UT_EQ_U64(overlap(&mid, 1, &low, 1), VCRYPTO_OVERLAP_PARTIAL);
}

static void nothing_overlaps_nothing(void)
{
    struct iovec all = { bytes, 16 }, empty = { bytes + 4, 0 };

    UT_EQ_U64(overlap(NULL, 0, NULL, 0), VCRYPTO_OVERLAP_NONE);
    UT_EQ_U64(overlap(&all, 1, NULL, 0), VCRYPTO_OVERLAP_NONE);
    UT_EQ_U64(overlap(NULL, 0, &all, 1), VCRYPTO_OVERLAP_NONE);
    UT_EQ_U64(overlap(&empty, 1, &empty, 1), VCRYPTO_OVERLAP_NONE);
    UT_EQ_U64(overlap(&all, 1, &empty, 1), VCRYPTO_OVERLAP_NONE);
}

static void overlap_looks_at_offsets_not_at_pieces(void)
{
    struct iovec whole = { bytes, 16 };
    struct iovec cut[] = { { bytes, 5 }, { bytes + 5, 11 } };
    struct iovec swapped[] = { { bytes + 8, 8 }, { bytes, 8 } };

    UT_EQ_U64(overlap(&whole, 1, cut, 2), VCRYPTO_OVERLAP_EXACT);
    UT_EQ_U64(overlap(&whole, 1, swapped, 2), VCRYPTO_OVERLAP_PARTIAL);
    UT_EQ_U64(overlap(swapped, 2, swapped, 2), VCRYPTO_OVERLAP_EXACT);
}

static void overlap_of_very_many_pieces_is_the_safe_answer(void)
{
    static uint8_t a[1024], b[1024];
    static struct iovec ia[1024], ib[1024];

    for (unsigned i = 0; i < 1024; i++) {
        ia[i] = (struct iovec){ a + i, 1 };
        ib[i] = (struct iovec){ b + i, 1 };
    }
    UT_EQ_U64(overlap(ia, 1024, ib, 1024), VCRYPTO_OVERLAP_PARTIAL);
}

static const struct ut_test tests[] = {
    { "empty stream has no bytes", empty_stream_has_no_bytes },
    { "read joins pieces at every length", read_joins_pieces_at_every_length },
    { "read beyond the end changes nothing", read_beyond_the_end_changes_nothing },
    { "write goes to every piece", write_goes_to_every_piece },
    { "take bounds the part", take_bounds_the_part },
    { "take of more than memory holds is refused",
      take_of_more_than_memory_holds_is_refused },
    { "chunk is what lies in one piece", chunk_is_what_lies_in_one_piece },
    { "chunk ends with the part", chunk_ends_with_the_part },
    { "lengths that overflow are left out", lengths_that_overflow_are_left_out },
    { "overlap tells in place from shifted", overlap_tells_in_place_from_shifted },
    { "nothing overlaps nothing", nothing_overlaps_nothing },
    { "overlap looks at offsets, not at pieces",
      overlap_looks_at_offsets_not_at_pieces },
    { "overlap of very many pieces is the safe answer",
      overlap_of_very_many_pieces_is_the_safe_answer },
    { NULL, NULL },
};

int main(int argc, char **argv)
{
    static const struct ut_suite suites[] = {
        { "cursor", NULL, NULL, tests },
        { NULL, NULL, NULL, NULL },
    };

    return ut_main(argc, argv, suites);
}
