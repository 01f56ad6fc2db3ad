/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Engines, given data in pieces anywhere in one small arena, where source and
 * destination may lie on each other as they like, against the libraries' own calls on a
 * copy in one piece. A context does several jobs one after the other, as a session's
 * does. Every algorithm; of the asymmetric ones and of jobs side by side, the
 * comparison is in files of their own.
 */
#include "engine.h"
#include "support/reference.h"

#define ARENA 2048
#define JOBS  4

static uint8_t arena[ARENA], pattern[ARENA];
static struct fuzz_input input;
static struct vcrypto_bounce bounce;
static struct vcrypto_keying keying;
static uint8_t key[256];
static void *context;

void engine_lay(struct engine_laid *laid, struct fuzz_input *from, uint8_t *at,
                size_t len)
{
    size_t count = 1 + fuzz_u8(from) % ENGINE_PIECES, i = 0;

    for (; i < count; i++) {
        size_t part = i + 1 < count ? fuzz_u8(from) : len;

        part = part < len ? part : len;
        laid->iov[i] = (struct iovec){ at, part };
        at += part;
        len -= part;
    }
    vcrypto_cursor_init(&laid->cursor, laid->iov, count);
}

static void lay(struct engine_laid *laid, size_t at, size_t len)
{
    engine_lay(laid, &input, arena + at, len);
}

static size_t some_place(size_t len)
{
    return fuzz_u16(&input) % (ARENA - len + 1);
}

size_t engine_length(struct fuzz_input *from, const struct vcrypto_algorithm *row,
                     size_t most)
{
    size_t len = fuzz_u16(from) % most, granule = row->granule ? row->granule : 1;

    if (row->max_len && len > row->max_len) {
        len = row->max_len;
    }
    len = len / granule * granule;
    return len < row->min_len ? row->min_len : len;
}

static size_t some_length(void)
{
    return engine_length(&input, keying.algorithm, 1024);
}

void engine_bytes(struct fuzz_input *from, uint8_t *to, size_t size)
{
    memcpy(to, pattern + fuzz_u8(from), size);
    for (unsigned n = fuzz_u8(from) % 4; n && size; n--) {
        to[fuzz_u8(from) % size] = fuzz_u8(from);
    }
}

static void bytes(uint8_t *to, size_t size)
{
    engine_bytes(&input, to, size);
}

static void run_cipher(void)
{
    const struct vcrypto_algorithm *row = keying.algorithm;
    static uint8_t before[ARENA], expected[ARENA];
    size_t len = some_length(), from = some_place(len), to = some_place(len);
    uint8_t iv[VCRYPTO_MAX_IV];
    struct engine_laid src, dst;
    struct vcrypto_cipher_job job;

    to = fuzz_u8(&input) & 1 ? from : to;
    bytes(iv, sizeof(iv));
    lay(&src, from, len);
    lay(&dst, to, len);
    memcpy(before, arena, ARENA);
    memcpy(expected, arena, ARENA);
    reference_cipher(&keying, row->iv_len ? iv : NULL, before + from, expected + to,
                     len);
    job =
        (struct vcrypto_cipher_job){ row->iv_len ? iv : NULL, src.cursor, dst.cursor };
    FUZZ_CHECK(row->engine->cipher(context, row, &job, &bounce) == VCRYPTO_OK);
    FUZZ_CHECK(!memcmp(arena, expected, ARENA));
}

static void run_digest(void)
{
    const struct vcrypto_algorithm *row = keying.algorithm;
    uint32_t most = vcrypto_algorithm_max_result(row);
    static uint8_t message[ARENA], expected[1024], result[1024 + 1];
    size_t len = some_length(), first = fuzz_u16(&input) % (len + 1);
    uint32_t result_len = 1 + fuzz_u16(&input) % (most < 1024 ? most : 1024);
    uint8_t iv[VCRYPTO_MAX_IV], image[ARENA];
    struct engine_laid parts[2];
    size_t at[2] = { some_place(first), some_place(len - first) };
    struct vcrypto_digest_job job = { .iv = row->iv_len ? iv : NULL };

    bytes(iv, sizeof(iv));
    lay(&parts[0], at[0], first);
    lay(&parts[1], at[1], len - first);
    memcpy(message, arena + at[0], first);
    memcpy(message + first, arena + at[1], len - first);
    memcpy(image, arena, ARENA);
    reference_digest(&keying, iv, message, len, expected, result_len);
    job.parts[0] = parts[0].cursor;
    job.parts[1] = parts[1].cursor;
    job.result = result;
    job.result_len = result_len;
    FUZZ_CHECK(row->engine->digest(context, row, &job, &bounce) == VCRYPTO_OK);
    FUZZ_CHECK(!memcmp(result, expected, result_len));
    FUZZ_CHECK(!memcmp(image, arena, ARENA));
}

uint32_t engine_one_of(struct fuzz_input *from, uint32_t set)
{
    uint32_t n = fuzz_u8(from) % 32;

    while (!(set & 1u << n)) {
        n = (n + 1) % 32;
    }
    return n;
}

/* Encrypts, and checks; then decrypts what came out, with the right tag or a wrong one.
 */
static void run_aead(void *decrypting)
{
    const struct vcrypto_algorithm *row = keying.algorithm;
    static uint8_t before[ARENA], expected[ARENA + 16];
    size_t len = some_length(), from = some_place(len), to = some_place(len);
    size_t aad_len = fuzz_u8(&input), aad_at = some_place(aad_len);
    uint32_t iv_len = engine_one_of(&input, row->iv_lens);
    uint8_t iv[VCRYPTO_MAX_IV], tag[VCRYPTO_MAX_TAG], flip;
    struct engine_laid src, dst, aad;
    struct vcrypto_aead_job job = { .iv = iv, .iv_len = iv_len };

    bytes(iv, sizeof(iv));
    to = fuzz_u8(&input) & 1 ? from : to;
    /* The additional data must still be there when it is looked at a second time. */
    if (aad_at < to + len && to < aad_at + aad_len) {
        aad_len = 0;
    }
    lay(&src, from, len);
    lay(&dst, to, len);
    lay(&aad, aad_at, aad_len);
    memcpy(before, arena, ARENA);
    memcpy(expected, arena, ARENA);
    reference_aead(&keying, iv, iv_len, before + aad_at, aad_len, before + from,
                   expected + to, len, tag);
    job.aad = aad.cursor;
    job.src = src.cursor;
    job.dst = dst.cursor;
    FUZZ_CHECK(row->engine->aead(context, row, &job, &bounce) == VCRYPTO_OK);
    FUZZ_CHECK(!memcmp(arena, expected, ARENA));
    FUZZ_CHECK(!memcmp(job.tag, tag, keying.tag_len));

    job.src = job.dst = dst.cursor;
    flip = fuzz_u8(&input);
    job.tag[flip % keying.tag_len] ^= flip & 0xf0;
    FUZZ_CHECK(row->engine->aead(decrypting, row, &job, &bounce) ==
               (flip & 0xf0 ? VCRYPTO_BADMSG : VCRYPTO_OK));
    FUZZ_CHECK(flip & 0xf0 || !memcmp(arena + to, before + from, len));
}

/* A key of a size that the algorithm has; false: it does not work here. */
static bool some_key(void)
{
    const struct vcrypto_algorithm *row = keying.algorithm;
    unsigned index = fuzz_u8(&input) % VCRYPTO_MAX_KEY_SIZES;
    uint32_t len, most;

    index = index && !row->keys[index].len ? 0 : index;
    len = row->keys[index].len;
    most = row->keys[index].max_len;
    if (most) {
        most = most < sizeof(key) ? most : sizeof(key);
        len += fuzz_u8(&input) % (most - len + 1);
    }
    bytes(key, len);
    keying.key_index = index;
    keying.key = len ? key : NULL;
    keying.key_len = len;
    return row->engine->available(row, index) &&
           vcrypto_algorithm_key_valid(row, key, len);
}

static void run_jobs(void)
{
    const struct vcrypto_engine *engine = keying.algorithm->engine;
    void *decrypting = NULL;

    if (keying.algorithm->service == VCRYPTO_SERVICE_AEAD) {
        keying.direction = VCRYPTO_DECRYPT;
        decrypting = engine->context_new(&keying);
        FUZZ_CHECK(decrypting);
        keying.direction = VCRYPTO_ENCRYPT;
    }
    context = engine->context_new(&keying);
    FUZZ_CHECK(context);
    for (unsigned n = 1 + fuzz_u8(&input) % JOBS; n; n--) {
        switch (keying.algorithm->service) {
        case VCRYPTO_SERVICE_CIPHER:
            run_cipher();
            break;
        case VCRYPTO_SERVICE_AEAD:
            run_aead(decrypting);
            break;
        default:
            run_digest();
        }
    }
    engine->context_free(context);
    if (decrypting) {
        engine->context_free(decrypting);
    }
    vcrypto_bounce_free(&bounce);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static bool ready;
    const struct vcrypto_algorithm *rows;
    const char *why;
    size_t count;
    uint8_t how;

    if (!ready) {
        ready = vcrypto_algorithms_init(&why);
        FUZZ_CHECK(ready && !atexit(vcrypto_algorithms_fini));
    }
    for (size_t i = 0; i < ARENA; i++) {
        arena[i] = pattern[i] = (uint8_t)(i * 73 + i / 256 * 11);
    }
    input = (struct fuzz_input){ data, size };
    rows = vcrypto_algorithm_rows(&count);
    memset(&keying, 0, sizeof(keying));
    how = fuzz_u8(&input);
    keying.algorithm = &rows[how % count];
    if (keying.algorithm->service == VCRYPTO_SERVICE_AKCIPHER) {
        engine_akcipher(&input, keying.algorithm);
        return 0;
    }
    if (!some_key()) {
        return 0;
    }
    keying.direction = VCRYPTO_ENCRYPT;
    if (keying.algorithm->service == VCRYPTO_SERVICE_AEAD) {
        keying.tag_len = engine_one_of(&input, keying.algorithm->tag_lens);
    } else if (fuzz_u8(&input) & 1) {
        keying.direction = VCRYPTO_DECRYPT;
    }
    if (how & 0x80) {
        engine_multi(&input, &keying);
    } else {
        run_jobs();
    }
    return 0;
}
