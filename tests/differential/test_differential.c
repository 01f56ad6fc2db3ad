/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Every algorithm through every way that a request can take, against an implementation
 * that shares no code with the product (support/reference.h), with inputs that go where
 * algorithms seldom are (inputs.h).
 *
 *   --seed N     another sequence of inputs
 *   --seconds N  go on with other seeds for so long in each test
 *   --only NAME  one algorithm, by its name in the table
 */
#include <glib.h>
#include <stdlib.h>
#include <string.h>

#include "differential/trial.h"
#include "support/level.h"
#include "support/ut.h"

/* Of each algorithm, key size, direction and way, in one pass. */
#define GROUPS 6

/* More than the 2^16 blocks of 16 bytes that a counter's low half has. */
#define LONG (1u << 20)

static struct vcrypto_backend *together, *single;
static uint64_t first_seed = 1, seconds, least_passes = 8;
static const char *only;

static struct vcrypto_backend *new_backend(bool one_by_one)
{
    const struct vcrypto_backend_config config = {
        .queues = 1,
        .max_sessions = 1000,
        .max_cipher_key_len = 256,
        .max_auth_key_len = 512,
        .max_akcipher_key_len = 4096,
        .single = one_by_one,
        .max_size = TRIAL_MAX_SIZE,
    };
    const char *why;

    return vcrypto_backend_new(&config, &why);
}

static int set_up(void)
{
    together = new_backend(false);
    single = new_backend(true);
    return together && single ? 0 : -1;
}

static int tear_down(void)
{
    vcrypto_backend_free(together);
    vcrypto_backend_free(single);
    return 0;
}

static uint64_t done_together(void)
{
    struct vcrypto_queue_statistics statistics;

    vcrypto_backend_queue_statistics(together, 0, &statistics);
    return statistics.together;
}

/* ---- passes ---- */

struct work {
    uint64_t groups; /* of this pass */
    uint64_t total, bytes;
};

/* Each group has a seed of its own, so that --only gives the same ones. */
static void group(struct work *work, uint64_t seed, const struct trial_kind *kind,
                  const struct trial_way *way)
{
    size_t count;
    uint64_t row = (uint64_t)(kind->row - vcrypto_algorithm_rows(&count));

    inputs_seed(seed << 40 ^ row << 32 ^ work->groups);
    work->bytes += trial_run(kind, way);
    work->groups++;
    work->total++;
}

static bool is_chosen(const struct vcrypto_algorithm *row)
{
    return row->service != VCRYPTO_SERVICE_AKCIPHER && row->engine->available(row, 0) &&
           (!only || strcmp(only, row->name) == 0);
}

static bool has_direction(const struct vcrypto_algorithm *row)
{
    return row->service == VCRYPTO_SERVICE_CIPHER ||
           row->service == VCRYPTO_SERVICE_AEAD;
}

/* So that slow algorithms take no longer than others. */
static uint32_t budget_of(const struct vcrypto_algorithm *row, uint32_t bytes)
{
    return row->cost > 8 ? bytes / 4 : bytes;
}

/* Every size of key, in both directions where there are two. */
static void every_kind(struct work *work, uint64_t seed,
                       const struct vcrypto_algorithm *row, const struct trial_way *way)
{
    for (unsigned k = 0; k == 0 || (k < VCRYPTO_MAX_KEY_SIZES && row->keys[k].len);
         k++) {
        for (uint32_t d = VCRYPTO_ENCRYPT; d <= VCRYPTO_DECRYPT; d++) {
            struct trial_kind kind = { .row = row, .key_index = k };

            if (d == VCRYPTO_DECRYPT && !has_direction(row)) {
                break;
            }
            kind.direction = has_direction(row) ? d : 0;
            inputs_seed(seed ^ work->groups);
            kind.tag_len = row->tag_lens ? inputs_bit(row->tag_lens) : 0;
            group(work, seed, &kind, way);
        }
    }
}

static void every_row(struct work *work, uint64_t seed, struct trial_way way,
                      uint32_t bytes)
{
    size_t count;
    const struct vcrypto_algorithm *rows = vcrypto_algorithm_rows(&count);
    unsigned least = way.count;

    for (size_t i = 0; i < count; i++) {
        for (unsigned n = 0; n < GROUPS && is_chosen(&rows[i]); n++) {
            inputs_seed(seed + n);
            way.budget = budget_of(&rows[i], bytes);
            way.count = least > 1 ? 1 + inputs_below(TRIAL_GROUP) : 1;
            every_kind(work, seed, &rows[i], &way);
        }
    }
}

/* Passes with one seed after the other: some, and for as long as told. */
static void passes(void (*pass)(struct work *work, uint64_t seed))
{
    gint64 until = g_get_monotonic_time() + (gint64)seconds * G_USEC_PER_SEC;
    uint64_t seed = first_seed;
    struct work work = { 0 };

    do {
        ut_context("seed %" G_GUINT64_FORMAT, seed);
        work.groups = 0;
        pass(&work, seed++);
    } while (seed - first_seed < (seconds ? 1 : least_passes) ||
             g_get_monotonic_time() < until);
    ut_context(NULL);
    ut_note("seeds %" G_GUINT64_FORMAT " to %" G_GUINT64_FORMAT ", %" G_GUINT64_FORMAT
            " groups, %.1f MB",
            first_seed, seed - 1, work.total, (double)work.bytes / 1e6);
}

/* ---- ways ---- */

static void alone_pass(struct work *work, uint64_t seed)
{
    const struct trial_way way = { .name = "alone", .backend = together, .count = 1 };

    every_row(work, seed, way, 70000);
}

static void alone(void)
{
    passes(alone_pass);
}

static void side_by_side_pass(struct work *work, uint64_t seed)
{
    const struct trial_way way = { .name = "side by side",
                                   .backend = together,
                                   .count = 2 };

    every_row(work, seed, way, 40000);
}

static void side_by_side(void)
{
    uint64_t before = done_together();

    passes(side_by_side_pass);
    ut_note("Poly1305 aimed at %" G_GUINT64_FORMAT " times", trial_rare());
    UT_TRUE(only || trial_rare() > 50);
    UT_TRUE(only || !vcrypto_algorithms_multi() || done_together() > before);
}

static void one_by_one_pass(struct work *work, uint64_t seed)
{
    const struct trial_way way = { .name = "one by one",
                                   .backend = single,
                                   .count = 2 };

    every_row(work, seed, way, 30000);
}

static void one_by_one(void)
{
    passes(one_by_one_pass);
}

static void in_pieces_pass(struct work *work, uint64_t seed)
{
    struct trial_way way = { .name = "in pieces", .cut = TRIAL_PIECES, .count = 2 };

    way.backend = together;
    every_row(work, seed, way, 30000);
    way.cut = TRIAL_SHREDS;
    way.name = "in shreds";
    every_row(work, seed, way, 30000);
    way.backend = single;
    way.name = "in shreds, one by one";
    every_row(work, seed, way, 30000);
}

static void in_pieces(void)
{
    passes(in_pieces_pass);
}

static void in_place_pass(struct work *work, uint64_t seed)
{
    struct trial_way way = { .name = "in place", .in_place = true, .count = 2 };

    way.backend = together;
    every_row(work, seed, way, 30000);
    way.backend = single;
    way.name = "in place, one by one";
    every_row(work, seed, way, 30000);
}

static void in_place(void)
{
    passes(in_place_pass);
}

static void stateless_pass(struct work *work, uint64_t seed)
{
    struct trial_way way = { .name = "stateless", .stateless = true, .count = 2 };

    way.backend = together;
    every_row(work, seed, way, 30000);
    way.cut = TRIAL_PIECES;
    way.name = "stateless, in pieces";
    every_row(work, seed, way, 30000);
}

static void stateless(void)
{
    passes(stateless_pass);
}

/* Each kind once. */
static void long_ones(void)
{
    struct trial_way way = { .name = "long", .count = 1 };
    struct work work = { 0 };
    size_t count;
    const struct vcrypto_algorithm *rows = vcrypto_algorithm_rows(&count);

    for (size_t i = 0; i < count; i++) {
        inputs_seed(first_seed + i);
        way.backend = inputs_below(2) ? together : single;
        way.len = LONG + inputs_below(64) - 32;
        way.budget = way.len;
        if (is_chosen(&rows[i])) {
            every_kind(&work, first_seed, &rows[i], &way);
        }
    }
    ut_note("%" G_GUINT64_FORMAT " groups, %.1f MB", work.total,
            (double)work.bytes / 1e6);
}

/* ---- chains ---- */

static unsigned key_sizes(const struct vcrypto_algorithm *row)
{
    unsigned n = 1;

    while (n < VCRYPTO_MAX_KEY_SIZES && row->keys[n].len) {
        n++;
    }
    return n;
}

static void chain(struct work *work, uint64_t seed, const struct vcrypto_algorithm *row,
                  const struct vcrypto_algorithm *auth)
{
    struct trial_kind kind = { .row = row, .auth = auth };
    struct trial_way way = { .name = "chain", .backend = together };

    for (unsigned n = 0; n < 4; n++) {
        inputs_seed(seed ^ work->groups << 8);
        kind.key_index = inputs_below(key_sizes(row));
        kind.auth_key_index = inputs_below(key_sizes(auth));
        kind.direction = n % 2 ? VCRYPTO_DECRYPT : VCRYPTO_ENCRYPT;
        kind.order = n / 2 ? VCRYPTO_CIPHER_THEN_HASH : VCRYPTO_HASH_THEN_CIPHER;
        way.stateless = inputs_below(2);
        way.in_place = inputs_below(2);
        way.cut = inputs_below(3);
        way.backend = inputs_below(3) ? together : single;
        way.count = 1 + inputs_below(6);
        way.budget = inputs_below(16) ? 4000 : 70000;
        group(work, seed, &kind, &way);
    }
}

static void chains_pass(struct work *work, uint64_t seed)
{
    size_t count;
    const struct vcrypto_algorithm *rows = vcrypto_algorithm_rows(&count);

    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < count; k++) {
            if (rows[i].service == VCRYPTO_SERVICE_CIPHER && is_chosen(&rows[i]) &&
                (rows[k].service == VCRYPTO_SERVICE_HASH ||
                 rows[k].service == VCRYPTO_SERVICE_MAC) &&
                rows[k].engine->available(&rows[k], 0)) {
                chain(work, seed, &rows[i], &rows[k]);
            }
        }
    }
}

static void chains(void)
{
    passes(chains_pass);
}

static const struct ut_test tests[] = {
    { "alone", alone },
    { "side by side", side_by_side },
    { "one by one", one_by_one },
    { "in pieces", in_pieces },
    { "in place", in_place },
    { "stateless", stateless },
    { "long ones", long_ones },
    { "chains", chains },
    { NULL, NULL },
};

/* Takes our own options out of the command line. */
static int take_options(int argc, char **argv)
{
    int left = 1;

    for (int i = 1; i < argc; i++) {
        bool value = i + 1 < argc;

        if (value && strcmp(argv[i], "--seed") == 0) {
            first_seed = strtoull(argv[++i], NULL, 0);
        } else if (value && strcmp(argv[i], "--seconds") == 0) {
            seconds = strtoull(argv[++i], NULL, 0);
        } else if (value && strcmp(argv[i], "--only") == 0) {
            only = argv[++i];
        } else {
            argv[left++] = argv[i];
        }
    }
    return left;
}

int main(int argc, char **argv)
{
    static const struct ut_suite suites[] = {
        { "differential", set_up, tear_down, tests },
        { NULL, NULL, NULL, NULL },
    };

    /* Before the command line is changed: the program may be run again. */
    level_begin();
    return ut_main(take_options(argc, argv), argv, suites);
}
