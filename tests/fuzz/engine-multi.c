/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Jobs side by side, against the libraries' own calls one by one. Each job has a room
 * of its own, and its data lies anywhere there, source and destination in any relation;
 * who leaves a room is noticed by the job next to it.
 */
#include "engine.h"
#include "support/reference.h"

#define ROOM    1024
#define KEYS    3
#define LONGEST 900

struct trial {
    struct vcrypto_multi_job job;
    struct vcrypto_keying *keying;
    struct engine_laid src, dst, aad;
    uint8_t iv[VCRYPTO_MAX_IV];
    uint8_t result[VCRYPTO_MAX_DIGEST], expected[VCRYPTO_MAX_DIGEST];
    uint32_t result_len;
    bool spoiled; /* the tag */
};

static uint8_t arena[VCRYPTO_MULTI_MAX * ROOM], expected[sizeof(arena)];
static struct trial trials[VCRYPTO_MULTI_MAX];
static struct vcrypto_keying keyings[KEYS];
static uint8_t keys[KEYS][256];
static void *made[KEYS];
static struct fuzz_input *input;

/* Keys of one size, as a group of requests has. */
static void make_keys(const struct vcrypto_multi_engine *engine,
                      const struct vcrypto_keying *like)
{
    for (unsigned i = 0; i < KEYS; i++) {
        keyings[i] = *like;
        if (like->key_len) {
            memcpy(keys[i], like->key, like->key_len);
            keys[i][fuzz_u8(input) % like->key_len] ^= (uint8_t)(2 * i);
            keyings[i].key = keys[i];
        }
        if (!vcrypto_algorithm_key_valid(like->algorithm, keys[i], like->key_len)) {
            keyings[i].key = like->key;
        }
        made[i] = engine->key_new(&keyings[i]);
        FUZZ_CHECK(made[i]);
    }
}

static size_t some_place(size_t len)
{
    return fuzz_u16(input) % (ROOM - len + 1);
}

static void make_cipher(struct trial *trial, size_t at, size_t len)
{
    size_t from = at + some_place(len), to = at + some_place(len);

    to = fuzz_u8(input) & 1 ? from : to;
    engine_lay(&trial->src, input, arena + from, len);
    engine_lay(&trial->dst, input, arena + to, len);
    trial->job.cipher =
        (struct vcrypto_cipher_job){ trial->job.algorithm->iv_len ? trial->iv : NULL,
                                     trial->src.cursor, trial->dst.cursor };
    reference_cipher(trial->keying, trial->iv, arena + from, expected + to, len);
}

static void make_digest(struct trial *trial, size_t at, size_t len)
{
    uint32_t most = trial->job.algorithm->result_len;
    size_t from = at + some_place(len);

    trial->result_len = 1 + fuzz_u8(input) % most;
    engine_lay(&trial->src, input, arena + from, len);
    trial->job.digest = (struct vcrypto_digest_job){
        .iv = trial->job.algorithm->iv_len ? trial->iv : NULL,
        .result = trial->result,
        .result_len = trial->result_len,
    };
    trial->job.digest.parts[1] = trial->src.cursor;
    reference_digest(trial->keying, trial->iv, arena + from, len, trial->expected,
                     trial->result_len);
}

/* Decrypting goes the way back, from what the reference made. */
static void make_aead(struct trial *trial, size_t at, size_t len)
{
    struct vcrypto_aead_job *job = &trial->job.aead;
    size_t aad_len = fuzz_u8(input) % 32, room = ROOM - 32;
    size_t from = at + fuzz_u16(input) % (room - len + 1);
    size_t to = fuzz_u8(input) & 1 ? from : at + fuzz_u16(input) % (room - len + 1);
    static uint8_t plain[ROOM];
    uint8_t flip = fuzz_u8(input), tag[VCRYPTO_MAX_TAG];

    job->iv = trial->iv;
    job->iv_len = engine_one_of(input, trial->job.algorithm->iv_lens);
    memcpy(plain, arena + from, len);
    engine_lay(&trial->aad, input, arena + at + room, aad_len);
    engine_lay(&trial->src, input, arena + from, len);
    engine_lay(&trial->dst, input, arena + to, len);
    job->aad = trial->aad.cursor;
    job->src = trial->src.cursor;
    job->dst = trial->dst.cursor;
    if (trial->keying->direction == VCRYPTO_ENCRYPT) {
        reference_aead(trial->keying, trial->iv, job->iv_len, arena + at + room,
                       aad_len, plain, expected + to, len, trial->expected);
        return;
    }
    reference_aead(trial->keying, trial->iv, job->iv_len, arena + at + room, aad_len,
                   plain, arena + from, len, tag);
    memcpy(expected + from, arena + from, len);
    memcpy(expected + to, plain, len);
    trial->spoiled = flip & 0xf0;
    memcpy(job->tag, tag, sizeof(tag));
    job->tag[flip % trial->keying->tag_len] ^= flip & 0xf0;
}

static void make(struct trial *trial, unsigned i)
{
    unsigned which = fuzz_u8(input) % KEYS;
    const struct vcrypto_algorithm *row = keyings[0].algorithm;
    size_t len = engine_length(input, row, LONGEST);

    memset(trial, 0, sizeof(*trial));
    trial->keying = &keyings[which];
    trial->job.algorithm = row;
    trial->job.key = made[which];
    engine_bytes(input, trial->iv, sizeof(trial->iv));
    if (fuzz_u8(input) < 0x40) {
        memset(trial->iv + 4, 0xff, sizeof(trial->iv) - 5); /* counters carry */
    }
    switch (row->service) {
    case VCRYPTO_SERVICE_CIPHER:
        make_cipher(trial, (size_t)i * ROOM, len);
        break;
    case VCRYPTO_SERVICE_AEAD:
        make_aead(trial, (size_t)i * ROOM, len);
        break;
    default:
        make_digest(trial, (size_t)i * ROOM, len);
    }
}

/* A room whose job was not given to the engine stays as it was; of one whose tag is
 * wrong the caller throws away what is there. */
static void check(const struct trial *trial, unsigned i, bool taken)
{
    size_t at = (size_t)i * ROOM;

    FUZZ_CHECK(!taken ||
               trial->job.status == (trial->spoiled ? VCRYPTO_BADMSG : VCRYPTO_OK));
    if (!taken || trial->spoiled) {
        return;
    }
    FUZZ_CHECK(!memcmp(arena + at, expected + at, ROOM));
    FUZZ_CHECK(!memcmp(trial->result, trial->expected, trial->result_len));
    if (trial->job.algorithm->service == VCRYPTO_SERVICE_AEAD &&
        trial->keying->direction == VCRYPTO_ENCRYPT) {
        FUZZ_CHECK(
            !memcmp(trial->job.aead.tag, trial->expected, trial->keying->tag_len));
    }
}

static void run(const struct vcrypto_multi_engine *engine, void *lanes, unsigned count)
{
    static uint8_t before[sizeof(arena)];
    struct vcrypto_multi_job *jobs[VCRYPTO_MULTI_MAX];
    bool taken[VCRYPTO_MULTI_MAX];
    unsigned n = 0;

    for (size_t i = 0; i < sizeof(arena); i++) {
        arena[i] = (uint8_t)(i * 73 + i / ROOM * 11);
    }
    memcpy(expected, arena, sizeof(arena));
    for (unsigned i = 0; i < count; i++) {
        make(&trials[i], i);
        taken[i] = engine->takes(&trials[i].job);
        if (taken[i]) {
            jobs[n++] = &trials[i].job;
        }
    }
    memcpy(before, arena, sizeof(arena));
    if (n) {
        engine->run(lanes, jobs, n);
    }
    for (unsigned i = 0; i < VCRYPTO_MULTI_MAX; i++) {
        if (i < count) {
            check(&trials[i], i, taken[i]);
        }
        FUZZ_CHECK((i < count && taken[i]) ||
                   !memcmp(arena + (size_t)i * ROOM, before + (size_t)i * ROOM, ROOM));
    }
}

void engine_multi(struct fuzz_input *from, const struct vcrypto_keying *keying)
{
    const struct vcrypto_multi_engine *engine = vcrypto_algorithms_multi();
    static void *lanes; /* as a queue has them, for many batches */

    if (!engine || !engine->least(keying)) {
        return;
    }
    input = from;
    if (!lanes) {
        lanes = engine->lanes_new();
        FUZZ_CHECK(lanes);
    }
    make_keys(engine, keying);
    for (unsigned n = 1 + fuzz_u8(input) % 2; n; n--) {
        run(engine, lanes, 1 + fuzz_u8(input) % VCRYPTO_MULTI_MAX);
    }
    for (unsigned i = 0; i < KEYS; i++) {
        engine->key_free(made[i]);
    }
}
