/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One request in guest memory.
 *
 * A stream is first cut into pieces; each piece then gets a block of guest memory.
 * In place, everything that is read lies in one block, and what is written points
 * into it.
 */
#include "xfer.h"

#include "support/ut.h"

#include <glib.h>
#include <string.h>

#define GUARD            24 /* bytes before and after each block */
#define MAX_RANDOM_PIECE 40

enum cuts { CUT_NOWHERE, CUT_FIELDS, CUT_BYTES, CUT_IN_LAST_FIELD, CUT_RANDOMLY };

/* A piece of guest memory with its guards, and what it held before the request. */
struct block {
    uint64_t gpa; /* of the first guard byte */
    uint32_t len; /* with guards */
    uint8_t *before;
};

/* Where one byte range of the writable stream is. */
struct extent {
    uint32_t offset; /* in the stream */
    uint32_t len;
    uint64_t gpa;
};

struct qt_xfer_place {
    struct qt_mem *mem;
    GArray *blocks;   /* struct block */
    GArray *writable; /* struct extent */
    GArray *desc;     /* struct qt_desc */
};

static const struct {
    const char *name;
    enum cuts readable;
    enum cuts writable;
} layouts[] = {
    [QT_ONE_READABLE] = { "one-readable", CUT_NOWHERE, CUT_FIELDS },
    [QT_BYTES] = { "bytes", CUT_BYTES, CUT_BYTES },
    [QT_HEADER_JOINED] = { "header-joined", CUT_IN_LAST_FIELD, CUT_FIELDS },
    [QT_DST_STATUS_JOINED] = { "dst-status-joined", CUT_FIELDS, CUT_NOWHERE },
    [QT_RANDOM_CUTS] = { "random-cuts", CUT_RANDOMLY, CUT_RANDOMLY },
    [QT_INDIRECT] = { "indirect", CUT_FIELDS, CUT_FIELDS },
    [QT_LAYOUTS] = { "none", CUT_NOWHERE, CUT_NOWHERE },
    [QT_FIELDS] = { "fields", CUT_FIELDS, CUT_FIELDS },
};

const char *qt_layout_name(enum qt_layout layout)
{
    return layouts[layout].name;
}

/* ---- cutting ---- */

static uint32_t sum(const uint32_t *len, unsigned n)
{
    uint32_t total = 0;

    for (unsigned i = 0; i < n; i++) {
        total += len[i];
    }
    return total;
}

static void append_piece(GArray *pieces, uint32_t len)
{
    if (len > 0) {
        g_array_append_val(pieces, len);
    }
}

static void cut_equally(GArray *pieces, uint32_t total, uint32_t piece)
{
    for (; total > piece; total -= piece) {
        append_piece(pieces, piece);
    }
    append_piece(pieces, total);
}

static void cut_randomly(GArray *pieces, uint32_t total, GRand *rand)
{
    while (total > 0) {
        uint32_t piece = (uint32_t)g_rand_int_range(rand, 1, MAX_RANDOM_PIECE + 1);

        piece = MIN(piece, total);
        append_piece(pieces, piece);
        total -= piece;
    }
}

/* Return: array of uint32_t, the lengths of the pieces. */
static GArray *cut(const uint32_t *len, unsigned n, enum cuts where, GRand *rand)
{
    GArray *pieces = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    uint32_t total = sum(len, n);

    switch (where) {
    case CUT_NOWHERE:
        append_piece(pieces, total);
        break;
    case CUT_FIELDS:
        for (unsigned i = 0; i < n; i++) {
            append_piece(pieces, len[i]);
        }
        break;
    case CUT_BYTES:
        cut_equally(pieces, total, 1);
        break;
    case CUT_IN_LAST_FIELD:
        append_piece(pieces, total - len[n - 1] / 2);
        append_piece(pieces, len[n - 1] / 2);
        break;
    case CUT_RANDOMLY:
        cut_randomly(pieces, total, rand);
        break;
    }
    return pieces;
}

struct pieces {
    GArray *readable;
    GArray *writable;
};

static struct pieces cut_both(const struct qt_xfer *xfer)
{
    GRand *rand = g_rand_new_with_seed(xfer->seed);
    uint32_t out[QT_MAX_FIELDS];
    struct pieces pieces;

    for (unsigned i = 0; i < xfer->n_out; i++) {
        out[i] = xfer->out[i].len;
    }
    pieces.readable = cut(out, xfer->n_out, layouts[xfer->layout].readable, rand);
    pieces.writable = cut(xfer->in, xfer->n_in, layouts[xfer->layout].writable, rand);
    g_rand_free(rand);
    return pieces;
}

static void free_pieces(struct pieces *pieces)
{
    g_array_free(pieces->readable, TRUE);
    g_array_free(pieces->writable, TRUE);
}

unsigned qt_xfer_descriptors(const struct qt_xfer *xfer)
{
    struct pieces pieces = cut_both(xfer);
    unsigned n = pieces.readable->len + pieces.writable->len;

    free_pieces(&pieces);
    return n;
}

/* ---- placing ---- */

/* Not a function of the address: the same request is to look the same anywhere. */
static uint8_t guard_byte(guint block, uint32_t offset)
{
    return (uint8_t)(0x5b + 101 * block + 29 * offset + (offset >> 8));
}

/* Return: guest address of @len bytes with guards around them, all of it patterned. */
static uint64_t new_block(struct qt_xfer_place *place, uint32_t len)
{
    struct block block = { .len = len + 2 * GUARD };
    uint8_t *host;

    block.gpa = qt_mem_alloc(place->mem, block.len, 1);
    host = qt_mem_ptr(place->mem, block.gpa, block.len);
    for (uint32_t i = 0; i < block.len; i++) {
        host[i] = guard_byte(place->blocks->len, i);
    }
    g_array_append_val(place->blocks, block);
    return block.gpa + GUARD;
}

static void add_desc(struct qt_xfer_place *place, uint64_t gpa, uint32_t len,
                     bool writable)
{
    struct qt_desc desc = { gpa, len, writable };

    g_array_append_val(place->desc, desc);
}

static void add_writable(struct qt_xfer_place *place, uint32_t offset, uint64_t gpa,
                         uint32_t len)
{
    struct extent extent = { offset, len, gpa };

    g_array_append_val(place->writable, extent);
    add_desc(place, gpa, len, true);
}

static uint8_t *join_readable(const struct qt_xfer *xfer, uint32_t *total)
{
    GByteArray *all = g_byte_array_new();

    for (unsigned i = 0; i < xfer->n_out; i++) {
        g_byte_array_append(all, xfer->out[i].data, xfer->out[i].len);
    }
    *total = all->len;
    return g_byte_array_free(all, FALSE);
}

static void place_apart(struct qt_xfer_place *place, const struct pieces *pieces,
                        const uint8_t *data)
{
    uint32_t offset = 0;

    for (guint i = 0; i < pieces->readable->len; i++) {
        uint32_t len = g_array_index(pieces->readable, uint32_t, i);
        uint64_t gpa = new_block(place, len);

        memcpy(qt_mem_ptr(place->mem, gpa, len), data + offset, len);
        add_desc(place, gpa, len, false);
        offset += len;
    }
    offset = 0;
    for (guint i = 0; i < pieces->writable->len; i++) {
        uint32_t len = g_array_index(pieces->writable, uint32_t, i);

        add_writable(place, offset, new_block(place, len), len);
        offset += len;
    }
}

/*
 * A piece of the writable stream, in place. The shared field is at @shared; what
 * follows it in the stream is at @tail. A piece across the border of two that are not
 * adjacent in memory becomes two.
 */
static void place_shared_piece(struct qt_xfer_place *place, uint32_t offset,
                               uint32_t len, uint32_t border, uint64_t shared,
                               uint64_t tail)
{
    if (offset < border && offset + len > border && tail != shared + border) {
        place_shared_piece(place, offset, border - offset, border, shared, tail);
        len -= border - offset;
        offset = border;
    }
    add_writable(place, offset,
                 offset < border ? shared + offset : tail + (offset - border), len);
}

static void place_shared(struct qt_xfer_place *place, const struct qt_xfer *xfer,
                         const struct pieces *pieces, const uint8_t *data,
                         uint32_t total)
{
    uint32_t border = xfer->out[xfer->alias].len;
    uint32_t rest = sum(xfer->in, xfer->n_in) - border;
    bool last = (unsigned)xfer->alias + 1 == xfer->n_out;
    uint64_t gpa = new_block(place, total + (last ? rest : 0));
    uint64_t shared = gpa, tail;
    uint32_t offset = 0;

    memcpy(qt_mem_ptr(place->mem, gpa, total), data, total);
    for (int i = 0; i < xfer->alias; i++) {
        shared += xfer->out[i].len;
    }
    tail = last ? shared + border : new_block(place, rest);
    for (guint i = 0; i < pieces->readable->len; i++) {
        uint32_t len = g_array_index(pieces->readable, uint32_t, i);

        add_desc(place, gpa, len, false);
        gpa += len;
    }
    for (guint i = 0; i < pieces->writable->len; i++) {
        uint32_t len = g_array_index(pieces->writable, uint32_t, i);

        place_shared_piece(place, offset, len, border, shared, tail);
        offset += len;
    }
}

static void remember(struct qt_xfer_place *place)
{
    for (guint i = 0; i < place->blocks->len; i++) {
        struct block *block = &g_array_index(place->blocks, struct block, i);

        block->before =
            g_memdup2(qt_mem_ptr(place->mem, block->gpa, block->len), block->len);
    }
}

static void place_request(struct qt_mem *mem, struct qt_xfer *xfer)
{
    struct qt_xfer_place *place = g_new0(struct qt_xfer_place, 1);
    struct pieces pieces = cut_both(xfer);
    uint32_t total;
    g_autofree uint8_t *data = join_readable(xfer, &total);

    place->mem = mem;
    place->blocks = g_array_new(FALSE, FALSE, sizeof(struct block));
    place->writable = g_array_new(FALSE, FALSE, sizeof(struct extent));
    place->desc = g_array_new(FALSE, FALSE, sizeof(struct qt_desc));
    if (xfer->alias < 0) {
        place_apart(place, &pieces, data);
    } else {
        place_shared(place, xfer, &pieces, data, total);
    }
    remember(place);
    free_pieces(&pieces);
    xfer->place = place;
}

/* ---- running ---- */

uint16_t qt_xfer_add(struct qt_vring *vq, struct qt_xfer *xfer)
{
    const struct qt_desc *desc;
    unsigned n;

    place_request(&vq->dev->machine->mem, xfer);
    desc = (const struct qt_desc *)xfer->place->desc->data;
    n = xfer->place->desc->len;
    if (xfer->layout == QT_INDIRECT) {
        UT_TRUE_FATAL(vq->dev->features & QT_F_INDIRECT_DESC);
        return qt_vring_add_indirect(vq, desc, n);
    }
    return qt_vring_add(vq, desc, n);
}

void qt_xfer_complete(struct qt_xfer *xfer, uint32_t used_len)
{
    const struct qt_xfer_place *place = xfer->place;

    xfer->used_len = used_len;
    xfer->result_len = sum(xfer->in, xfer->n_in);
    g_free(xfer->result);
    xfer->result = g_malloc0(xfer->result_len + 1);
    for (guint i = 0; i < place->writable->len; i++) {
        const struct extent *e = &g_array_index(place->writable, struct extent, i);

        memcpy(xfer->result + e->offset, qt_mem_ptr(place->mem, e->gpa, e->len),
               e->len);
    }
}

void qt_xfer_run(struct qt_vring *vq, struct qt_xfer *xfer)
{
    uint16_t head = qt_xfer_add(vq, xfer);
    uint32_t id, len;

    qt_vring_kick(vq);
    if (!qt_vring_wait(vq, QT_TIMEOUT_MS, &id, &len)) {
        qt_die(vq->dev->machine, "no answer from queue %u", vq->index);
    }
    UT_EQ_U64_FATAL(id, head);
    qt_xfer_complete(xfer, len);
}

/* ---- checking ---- */

/* Let @block expect, at guest address @gpa, what is there now. */
static void accept_byte(struct qt_xfer_place *place, uint64_t gpa)
{
    for (guint i = 0; i < place->blocks->len; i++) {
        struct block *block = &g_array_index(place->blocks, struct block, i);

        if (gpa >= block->gpa && gpa - block->gpa < block->len) {
            block->before[gpa - block->gpa] =
                *(uint8_t *)qt_mem_ptr(place->mem, gpa, 1);
            return;
        }
    }
}

static void accept_written(struct qt_xfer_place *place, uint32_t from, uint32_t to)
{
    for (guint i = 0; i < place->writable->len; i++) {
        const struct extent *e = &g_array_index(place->writable, struct extent, i);

        for (uint32_t j = 0; j < e->len; j++) {
            if (e->offset + j >= from && e->offset + j < to) {
                accept_byte(place, e->gpa + j);
            }
        }
    }
}

bool qt_xfer_check(const struct qt_xfer *xfer, uint32_t written, bool status)
{
    struct qt_xfer_place *place = xfer->place;
    bool ok = true;

    accept_written(place, 0, written);
    if (status) {
        accept_written(place, xfer->result_len - 1, xfer->result_len);
    }
    for (guint i = 0; i < place->blocks->len; i++) {
        const struct block *block = &g_array_index(place->blocks, struct block, i);
        const uint8_t *now = qt_mem_ptr(place->mem, block->gpa, block->len);
        const uint8_t *expected = block->before;

        ok = UT_EQ_MEM(now, expected, block->len) && ok;
    }
    return ok;
}

void qt_xfer_release(struct qt_xfer *xfer)
{
    struct qt_xfer_place *place = xfer->place;

    if (place) {
        for (guint i = 0; i < place->blocks->len; i++) {
            g_free(g_array_index(place->blocks, struct block, i).before);
        }
        g_array_free(place->blocks, TRUE);
        g_array_free(place->writable, TRUE);
        g_array_free(place->desc, TRUE);
        g_free(place);
    }
    g_clear_pointer(&xfer->result, g_free);
    xfer->place = NULL;
}
