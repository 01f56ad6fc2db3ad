/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "verdict.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engines.h"
#include "trial.h"

#define LINE 160

/* Of one row. */
struct verdict {
    bool wrong;
    bool wrong_together[VCRYPTO_MAX_KEY_SIZES][2]; /* by direction */
    char line[LINE];                               /* empty: all is well */
};

static struct verdict *verdicts;

/* What all rows are tried with. */
struct court {
    struct trials *trials;
    const struct vcrypto_multi_engine *multi;
    void *lanes;
};

static struct verdict *verdict_of(const struct vcrypto_algorithm *row)
{
    size_t count;

    return &verdicts[row - vcrypto_algorithm_rows(&count)];
}

static unsigned direction_index(enum vcrypto_direction direction)
{
    return direction == VCRYPTO_DECRYPT;
}

static void try_together(const struct court *court, const struct vcrypto_algorithm *row,
                         unsigned key_index, enum vcrypto_direction direction)
{
    struct verdict *verdict = verdict_of(row);
    const struct vcrypto_keying keying =
        vcrypto_trial_keying(&court->trials->each[0], row, key_index, direction);
    unsigned least = court->multi->least(&keying);

    if (least == 0 || vcrypto_trials_together(court->trials, court->multi, court->lanes,
                                              row, key_index, direction, least)) {
        return;
    }
    verdict->wrong_together[key_index][direction_index(direction)] = true;
    snprintf(verdict->line, sizeof(verdict->line),
             "%s gives wrong answers for %s side by side: requests are done one by one",
             court->multi->library(), row->name);
}

/* One size of keys. */
static bool try_size(const struct court *court, const struct vcrypto_algorithm *row,
                     unsigned key_index)
{
    if (!row->engine->available(row, key_index)) {
        return true;
    }
    if (!vcrypto_trials_alone(court->trials, row, key_index)) {
        return false;
    }
    if (court->multi) {
        try_together(court, row, key_index, VCRYPTO_ENCRYPT);
        if (vcrypto_trial_directed(row)) {
            try_together(court, row, key_index, VCRYPTO_DECRYPT);
        }
    }
    return true;
}

static bool try_sizes(const struct court *court, const struct vcrypto_algorithm *row)
{
    if (row->service == VCRYPTO_SERVICE_AKCIPHER) {
        return !row->engine->available(row, 0) ||
               vcrypto_trials_akcipher(court->trials, row);
    }
    for (unsigned i = 0; vcrypto_algorithm_has_key(row, i); i++) {
        if (!try_size(court, row, i)) {
            return false;
        }
    }
    return true;
}

/* What gave no answer, maybe for want of memory, has a second chance; what gave a wrong
 * one has not. */
static bool try_twice(const struct court *court, const struct vcrypto_algorithm *row)
{
    bool right;

    court->trials->unable = false;
    right = try_sizes(court, row);
    if (court->trials->unable) {
        memset(verdict_of(row), 0, sizeof(*verdict_of(row)));
        right = try_sizes(court, row);
    }
    return right;
}

/* keeps: CFG-12 */
static void try_row(const struct court *court, const struct vcrypto_algorithm *row)
{
    struct verdict *verdict = verdict_of(row);

    if (!try_twice(court, row)) {
        verdict->wrong = true;
        snprintf(verdict->line, sizeof(verdict->line),
                 "%s gives wrong answers for %s: it is not offered",
                 row->engine->library(), row->name);
    }
}

static bool open_court(struct court *court, const struct vcrypto_multi_engine *multi)
{
    size_t count;

    vcrypto_algorithm_rows(&count);
    verdicts = calloc(count, sizeof(*verdicts));
    court->trials = calloc(1, sizeof(*court->trials));
    court->multi = multi;
    court->lanes = multi ? multi->lanes_new() : NULL;
    return verdicts && court->trials && (!multi || court->lanes);
}

static void close_court(struct court *court)
{
    if (court->lanes) {
        court->multi->lanes_free(court->lanes);
    }
    if (court->trials) {
        vcrypto_bounce_free(&court->trials->bounce);
    }
    free(court->trials);
}

bool vcrypto_verdicts_reach(const struct vcrypto_multi_engine *multi, const char **why)
{
    struct court court;
    size_t count;
    const struct vcrypto_algorithm *rows = vcrypto_algorithm_rows(&count);
    bool ready = open_court(&court, multi);

    for (size_t i = 0; ready && i < count; i++) {
        try_row(&court, &rows[i]);
    }
    close_court(&court);
    if (!ready) {
        *why = "no memory to try the libraries";
        vcrypto_verdicts_forget();
    }
    return ready;
}

void vcrypto_verdicts_forget(void)
{
    free(verdicts);
    verdicts = NULL;
}

bool vcrypto_verdict_wrong(const struct vcrypto_algorithm *row)
{
    return verdicts && verdict_of(row)->wrong;
}

bool vcrypto_verdict_wrong_together(const struct vcrypto_keying *keying)
{
    const struct vcrypto_algorithm *row = keying->algorithm;
    unsigned direction =
        vcrypto_trial_directed(row) ? direction_index(keying->direction) : 0;

    return verdicts && verdict_of(row)->wrong_together[keying->key_index][direction];
}

const char *vcrypto_verdict_line(size_t index)
{
    size_t count;

    vcrypto_algorithm_rows(&count);
    for (size_t i = 0; verdicts && i < count; i++) {
        if (verdicts[i].line[0] && index-- == 0) {
            return verdicts[i].line;
        }
    }
    return NULL;
}
