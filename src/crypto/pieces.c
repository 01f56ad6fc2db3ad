/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pieces.h"

/* Of all granules. */
#define MAX_BLOCK 16

/* What is called for each piece. */
struct worker {
    vcrypto_piece_fn *fn;
    void *state;
};

/* One granule that lies in pieces on one side at least. */
static bool straddling_block(const struct worker *worker, size_t granule,
                             struct vcrypto_cursor *src, struct vcrypto_cursor *dst)
{
    uint8_t block[MAX_BLOCK];
    bool ok;

    ok = vcrypto_cursor_read(src, block, granule) &&
         worker->fn(worker->state, block, block, granule) &&
         vcrypto_cursor_write(dst, block, granule);
    vcrypto_secret_wipe(block, sizeof(block));
    return ok;
}

static bool run_in_pieces(const struct worker *worker, size_t granule,
                          struct vcrypto_cursor src, struct vcrypto_cursor dst)
{
    while (src.left) {
        uint8_t *from, *to;
        size_t from_size = vcrypto_cursor_chunk(&src, &from);
        size_t to_size = vcrypto_cursor_chunk(&dst, &to);
        size_t n = from_size < to_size ? from_size : to_size;

        n = n < VCRYPTO_PIECE_MAX ? n : VCRYPTO_PIECE_MAX;
        n -= n % granule;
        if (n == 0) {
            if (!straddling_block(worker, granule, &src, &dst)) {
                return false;
            }
            continue;
        }
        if (!worker->fn(worker->state, to, from, n)) {
            return false;
        }
        vcrypto_cursor_advance(&src, n);
        vcrypto_cursor_advance(&dst, n);
    }
    return true;
}

static bool run_bounced(const struct worker *worker, size_t granule,
                        struct vcrypto_cursor src, struct vcrypto_cursor dst,
                        struct vcrypto_bounce *bounce)
{
    size_t size = (size_t)src.left;
    uint8_t *buffer = vcrypto_bounce_get(bounce, size);
    struct iovec iov = { .iov_base = buffer, .iov_len = size };
    struct vcrypto_cursor in_buffer;
    bool ok;

    if (!buffer) {
        return false;
    }
    vcrypto_cursor_init(&in_buffer, &iov, 1);
    ok = vcrypto_cursor_read(&src, buffer, size) &&
         run_in_pieces(worker, granule, in_buffer, in_buffer) &&
         vcrypto_cursor_write(&dst, buffer, size);
    vcrypto_bounce_put(bounce, size);
    return ok;
}

bool vcrypto_pieces_one(struct vcrypto_cursor cursor, uint8_t **data)
{
    return cursor.left == 0 || vcrypto_cursor_chunk(&cursor, data) == cursor.left;
}

/* keeps: COR-1 */
static bool must_bounce(const struct vcrypto_algorithm *algorithm,
                        const struct vcrypto_cursor *src,
                        const struct vcrypto_cursor *dst)
{
    uint8_t *data;

    if (algorithm->whole &&
        !(vcrypto_pieces_one(*src, &data) && vcrypto_pieces_one(*dst, &data))) {
        return true;
    }
    return vcrypto_cursor_overlap(src, dst) == VCRYPTO_OVERLAP_PARTIAL;
}

bool vcrypto_pieces_run(const struct vcrypto_algorithm *algorithm,
                        const struct vcrypto_cursor *src,
                        const struct vcrypto_cursor *dst, struct vcrypto_bounce *bounce,
                        vcrypto_piece_fn *fn, void *state)
{
    const struct worker worker = { .fn = fn, .state = state };
    size_t granule = algorithm->granule ? algorithm->granule : 1;

    if (must_bounce(algorithm, src, dst)) {
        return run_bounced(&worker, granule, *src, *dst, bounce);
    }
    return run_in_pieces(&worker, granule, *src, *dst);
}

bool vcrypto_pieces_read(struct vcrypto_cursor cursor, vcrypto_read_fn *fn, void *state)
{
    uint8_t *data;
    size_t n;

    while ((n = vcrypto_cursor_chunk(&cursor, &data))) {
        n = n < VCRYPTO_PIECE_MAX ? n : VCRYPTO_PIECE_MAX;
        if (!fn(state, data, n)) {
            return false;
        }
        vcrypto_cursor_advance(&cursor, n);
    }
    return true;
}
