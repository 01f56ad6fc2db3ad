/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pieces.h"

/* Of all granules. */
#define MAX_BLOCK 16

/* What is called for each piece. */
struct worker {
    vcrypto_piece_fn *fn;
    void *state;
    struct vcrypto_bounce *bounce;
    size_t granule;
    size_t most;   /* bytes at a time */
    bool in_place; /* the source is overwritten */
};

static bool run_piece(const struct worker *worker, uint8_t *dst, const uint8_t *src,
                      size_t size)
{
    if (vcrypto_bounce_leave(worker->bounce)) {
        return false;
    }
    worker->bounce->spoiled = worker->in_place;
    return worker->fn(worker->state, dst, src, size);
}

/* One granule that lies in pieces on one side at least. */
static bool straddling_block(const struct worker *worker, struct vcrypto_cursor *src,
                             struct vcrypto_cursor *dst)
{
    uint8_t block[MAX_BLOCK];
    bool ok;

    ok = vcrypto_cursor_read(src, block, worker->granule) &&
         run_piece(worker, block, block, worker->granule) &&
         vcrypto_cursor_write(dst, block, worker->granule);
    vcrypto_secret_wipe(block, sizeof(block));
    return ok;
}

static bool run_in_pieces(const struct worker *worker, struct vcrypto_cursor src,
                          struct vcrypto_cursor dst)
{
    while (src.left) {
        uint8_t *from, *to;
        size_t from_size = vcrypto_cursor_chunk(&src, &from);
        size_t to_size = vcrypto_cursor_chunk(&dst, &to);
        size_t n = from_size < to_size ? from_size : to_size;

        n = n < worker->most ? n : worker->most;
        n -= n % worker->granule;
        if (n == 0) {
            if (!straddling_block(worker, &src, &dst)) {
                return false;
            }
            continue;
        }
        if (!run_piece(worker, to, from, n)) {
            worker->bounce->kept =
                worker->bounce->left && worker->in_place ? src.left : 0;
            return false;
        }
        vcrypto_cursor_advance(&src, n);
        vcrypto_cursor_advance(&dst, n);
    }
    return true;
}

/* Of what is in the buffer, nothing is in the driver's memory before all of it is done.
 */
static bool run_in_buffer(const struct worker *worker, uint8_t *buffer, size_t size,
                          struct vcrypto_cursor dst)
{
    struct iovec iov = { .iov_base = buffer, .iov_len = size };
    struct vcrypto_cursor in_buffer;

    vcrypto_cursor_init(&in_buffer, &iov, 1);
    if (!run_in_pieces(worker, in_buffer, in_buffer) ||
        vcrypto_bounce_leave(worker->bounce)) {
        return false;
    }
    worker->bounce->spoiled = true;
    return vcrypto_bounce_write(worker->bounce, &dst, buffer, size);
}

static bool run_bounced(const struct worker *worker, struct vcrypto_cursor src,
                        struct vcrypto_cursor dst)
{
    size_t size = (size_t)src.left;
    uint8_t *buffer = vcrypto_bounce_get(worker->bounce, size);
    bool ok;

    if (!buffer) {
        return false;
    }
    ok = vcrypto_bounce_read(worker->bounce, &src, buffer, size) &&
         run_in_buffer(worker, buffer, size, dst);
    vcrypto_bounce_put(worker->bounce, size - (size_t)src.left);
    return ok;
}

bool vcrypto_pieces_one(struct vcrypto_cursor cursor, uint8_t **data)
{
    return cursor.left == 0 || vcrypto_cursor_chunk(&cursor, data) == cursor.left;
}

static bool scattered(const struct vcrypto_cursor *cursor)
{
    uint8_t *data;

    return !vcrypto_pieces_one(*cursor, &data);
}

/* keeps: COR-1 */
bool vcrypto_pieces_run(const struct vcrypto_algorithm *algorithm,
                        const struct vcrypto_cursor *src,
                        const struct vcrypto_cursor *dst, struct vcrypto_bounce *bounce,
                        vcrypto_piece_fn *fn, void *state)
{
    enum vcrypto_overlap overlap = vcrypto_cursor_overlap(src, dst);
    const struct worker worker = {
        .fn = fn,
        .state = state,
        .bounce = bounce,
        .granule = algorithm->granule ? algorithm->granule : 1,
        .most = algorithm->whole ? VCRYPTO_PIECE_MAX : VCRYPTO_STRETCH,
        .in_place = overlap == VCRYPTO_OVERLAP_EXACT,
    };

    if (overlap == VCRYPTO_OVERLAP_PARTIAL ||
        (algorithm->whole && (scattered(src) || scattered(dst)))) {
        return run_bounced(&worker, *src, *dst);
    }
    return run_in_pieces(&worker, *src, *dst);
}

bool vcrypto_pieces_read(struct vcrypto_cursor cursor, struct vcrypto_bounce *bounce,
                         vcrypto_read_fn *fn, void *state)
{
    uint8_t *data;
    size_t n;

    while ((n = vcrypto_cursor_chunk(&cursor, &data))) {
        n = n < VCRYPTO_STRETCH ? n : VCRYPTO_STRETCH;
        if (vcrypto_bounce_leave(bounce) || !fn(state, data, n)) {
            return false;
        }
        vcrypto_cursor_advance(&cursor, n);
    }
    return true;
}
