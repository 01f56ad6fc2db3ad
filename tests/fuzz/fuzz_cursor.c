/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Cursors over pieces that the input lays into one small arena, overlapping as it
 * likes, against a model: the list of addresses that a stream consists of.
 */
#include "fuzz.h"
#include "vcrypto/cursor.h"

#define ARENA   256
#define PIECES  12
#define STREAM  (PIECES * 40)
#define CURSORS 4

/* What a cursor is about to pass: places in the arena, one for each byte. */
struct model {
    uint16_t places[STREAM];
    size_t left;
};

struct stream {
    struct iovec iov[PIECES];
    size_t count;
};

static uint8_t *arena;
static struct stream streams[2];
static struct vcrypto_cursor cursors[CURSORS];
static struct model models[CURSORS];

static void lay_stream(struct fuzz_input *input, struct stream *stream)
{
    stream->count = fuzz_u8(input) % (PIECES + 1);
    for (size_t i = 0; i < stream->count; i++) {
        size_t at = fuzz_u8(input), len = fuzz_u8(input) % 40;

        len = len < ARENA - at ? len : ARENA - at;
        /* A piece without bytes may point anywhere. */
        stream->iov[i] = len || at % 2 ? (struct iovec){ arena + at, len }
                                       : (struct iovec){ NULL, 0 };
    }
}

static void stand(unsigned which, const struct stream *stream)
{
    struct model *model = &models[which];

    vcrypto_cursor_init(&cursors[which], stream->iov, stream->count);
    model->left = 0;
    for (size_t i = 0; i < stream->count; i++) {
        for (size_t j = 0; j < stream->iov[i].iov_len; j++) {
            uint8_t *place = (uint8_t *)stream->iov[i].iov_base + j;

            model->places[model->left++] = (uint16_t)(place - arena);
        }
    }
}

static void pass(struct model *model, size_t size)
{
    model->left -= size;
    memmove(model->places, model->places + size,
            model->left * sizeof(model->places[0]));
}

static void read_some(unsigned which, size_t size)
{
    struct vcrypto_cursor before = cursors[which];
    struct model *model = &models[which];
    uint8_t *buffer = fuzz_allocate(size ? size : 1);

    if (size > model->left) {
        FUZZ_CHECK(!vcrypto_cursor_read(&cursors[which], buffer, size));
        FUZZ_CHECK(!memcmp(&before, &cursors[which], sizeof(before)));
    } else {
        FUZZ_CHECK(vcrypto_cursor_read(&cursors[which], buffer, size));
        for (size_t i = 0; i < size; i++) {
            FUZZ_CHECK(buffer[i] == arena[model->places[i]]);
        }
        pass(model, size);
    }
    free(buffer);
}

static void write_some(unsigned which, size_t size, uint8_t first)
{
    struct model *model = &models[which];
    uint8_t image[ARENA], buffer[STREAM + 8] = { 0 };

    memcpy(image, arena, ARENA);
    for (size_t i = 0; i < size; i++) {
        buffer[i] = (uint8_t)(first + i);
    }
    if (size > model->left) {
        FUZZ_CHECK(!vcrypto_cursor_write(&cursors[which], buffer, size));
    } else {
        FUZZ_CHECK(vcrypto_cursor_write(&cursors[which], buffer, size));
        /* Byte by byte: of places that come twice the later one stays. */
        for (size_t i = 0; i < size; i++) {
            image[model->places[i]] = buffer[i];
        }
        pass(model, size);
    }
    FUZZ_CHECK(!memcmp(image, arena, ARENA));
}

static void split_off(unsigned which, unsigned to, uint64_t size)
{
    struct vcrypto_cursor part, before = cursors[which];

    memset(&part, 0xa5, sizeof(part));
    if (size > models[which].left) {
        FUZZ_CHECK(!vcrypto_cursor_take(&cursors[which], size, &part));
        FUZZ_CHECK(!memcmp(&before, &cursors[which], sizeof(before)));
        FUZZ_CHECK(*(uint8_t *)&part == 0xa5);
        return;
    }
    if (to == which) {
        FUZZ_CHECK(vcrypto_cursor_take(&cursors[which], size, NULL));
        pass(&models[which], (size_t)size);
        return;
    }
    FUZZ_CHECK(vcrypto_cursor_take(&cursors[which], size, &part));
    models[to] = models[which];
    models[to].left = (size_t)size;
    cursors[to] = part;
    pass(&models[which], (size_t)size);
}

static void step_chunk(unsigned which, size_t size)
{
    struct model *model = &models[which];
    uint8_t *data;
    size_t n = vcrypto_cursor_chunk(&cursors[which], &data);

    FUZZ_CHECK(!n == !model->left && n <= model->left);
    for (size_t i = 0; i < n; i++) {
        FUZZ_CHECK(data + i == arena + model->places[i]);
    }
    size = size < n ? size : n;
    vcrypto_cursor_advance(&cursors[which], size);
    pass(model, size);
}

/* What the words of enum vcrypto_overlap mean, by trying all pairs of bytes. */
static enum vcrypto_overlap overlap_of(const struct model *a, const struct model *b)
{
    enum vcrypto_overlap found = VCRYPTO_OVERLAP_NONE;

    for (size_t i = 0; i < a->left; i++) {
        for (size_t j = 0; j < b->left; j++) {
            if (a->places[i] == b->places[j]) {
                if (i != j) {
                    return VCRYPTO_OVERLAP_PARTIAL;
                }
                found = VCRYPTO_OVERLAP_EXACT;
            }
        }
    }
    return found;
}

/* Of two cursors the first bytes, as many as both have. */
static void compare_two(unsigned first, unsigned second)
{
    struct model a = models[first], b = models[second];
    struct vcrypto_cursor ca = cursors[first], cb = cursors[second];
    size_t size = a.left < b.left ? a.left : b.left;

    a.left = b.left = size;
    ca.left = cb.left = size;
    FUZZ_CHECK(vcrypto_cursor_overlap(&ca, &cb) == overlap_of(&a, &b));
}

/* Lengths whose sum is more than there are addresses: what is too much is left out. */
static void lengths_overflow(struct fuzz_input *input)
{
    struct iovec iov[4];
    struct vcrypto_cursor cursor;
    uint64_t total = 0;

    for (size_t i = 0; i < 4; i++) {
        iov[i] = (struct iovec){ arena, fuzz_u64(input) };
    }
    for (size_t i = 0; i < 4 && total + iov[i].iov_len >= total; i++) {
        total += iov[i].iov_len;
    }
    vcrypto_cursor_init(&cursor, iov, 4);
    FUZZ_CHECK(cursor.left == total);
    FUZZ_CHECK(vcrypto_cursor_take(&cursor, total, NULL) && !cursor.left);
    FUZZ_CHECK(!vcrypto_cursor_take(&cursor, 1, NULL));
}

static void step(struct fuzz_input *input)
{
    uint8_t what = fuzz_u8(input);
    unsigned which = what / 8 % CURSORS, other = what / 32 % CURSORS;
    size_t size = fuzz_u8(input);

    switch (what % 8) {
    case 0:
        read_some(which, size);
        break;
    case 1:
        write_some(which, size, fuzz_u8(input));
        break;
    case 2:
        split_off(which, other, size == 0xff ? fuzz_u64(input) : size);
        break;
    case 3:
        step_chunk(which, size);
        break;
    case 4:
        compare_two(which, other);
        break;
    case 5:
        cursors[which] = cursors[other];
        models[which] = models[other];
        break;
    case 6:
        stand(which, &streams[other % 2]);
        break;
    default:
        lengths_overflow(input);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input input = { data, size };

    arena = fuzz_allocate(ARENA);
    for (size_t i = 0; i < ARENA; i++) {
        arena[i] = (uint8_t)(i * 7 + 3);
    }
    lay_stream(&input, &streams[0]);
    lay_stream(&input, &streams[1]);
    for (unsigned i = 0; i < CURSORS; i++) {
        stand(i, &streams[i % 2]);
    }
    while (input.left) {
        step(&input);
    }
    free(arena);
    return 0;
}
