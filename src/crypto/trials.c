/* SPDX-License-Identifier: GPL-2.0-or-later */
/* All jobs of an algorithm: one by one, and side by side. */
#include <string.h>

#include "trial.h"

#define UNTOUCHED 0xa5

/* FNV-1a: whatever changes within one byte changes the sum. */
#define FNV_START UINT64_C(0xcbf29ce484222325)
#define FNV_PRIME UINT64_C(0x100000001b3)

static uint64_t add(uint64_t sum, const uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        sum = (sum ^ bytes[i]) * FNV_PRIME;
    }
    return sum;
}

static uint64_t add_number(uint64_t sum, uint64_t number)
{
    uint8_t bytes[8];

    for (unsigned i = 0; i < sizeof(bytes); i++) {
        bytes[i] = (uint8_t)(number >> (8 * i));
    }
    return add(sum, bytes, sizeof(bytes));
}

static bool untouched(const struct trial_output *output, size_t from)
{
    for (size_t i = from; i < sizeof(output->bytes); i++) {
        if (output->bytes[i] != UNTOUCHED) {
            return false;
        }
    }
    return true;
}

/* Whether @output is @expected, with nothing changed behind it. Of a digest, engines
 * may write more than was asked for. */
static bool is_output(const struct trial_output *output,
                      const struct vcrypto_algorithm *row, const uint8_t *expected,
                      size_t size)
{
    size_t behind =
        row->result_len && size < VCRYPTO_MAX_DIGEST ? VCRYPTO_MAX_DIGEST : size;

    return memcmp(output->bytes, expected, size) == 0 && untouched(output, behind);
}

/* ---- one by one ---- */

/* Runs @trial's job with @context: from @from to @to, where a tag follows the data. */
static enum vcrypto_status run_alone(struct trials *trials, const struct trial *trial,
                                     const struct vcrypto_algorithm *row, void *context,
                                     const uint8_t *from, uint8_t *to)
{
    struct trial_io io;
    bool pieces = (trial - trials->each) % 2 == 1;
    enum vcrypto_status status;

    if (row->service == VCRYPTO_SERVICE_CIPHER) {
        struct vcrypto_cipher_job job =
            vcrypto_trial_cipher(trial, from, to, pieces, &io);

        return row->engine->cipher(context, row, &job, &trials->bounce);
    }
    if (row->service == VCRYPTO_SERVICE_AEAD) {
        struct vcrypto_aead_job job = vcrypto_trial_aead(trial, from, to, pieces, &io);

        memcpy(job.tag, trial->out + trial->len, trial->tag_len);
        status = row->engine->aead(context, row, &job, &trials->bounce);
        memcpy(to + trial->len, job.tag, trial->tag_len);
        return status;
    }
    struct vcrypto_digest_job job = vcrypto_trial_digest(trial, to, pieces, &io);

    return row->engine->digest(context, row, &job, &trials->bounce);
}

/* Once more with the same context, as most requests come: BADMSG if that makes
 * something else of it. */
static enum vcrypto_status run_again(struct trials *trials, unsigned index,
                                     const struct vcrypto_algorithm *row, void *context,
                                     const uint8_t *from)
{
    struct trial_output *output = &trials->outputs[index];
    struct trial_output first = *output;
    enum vcrypto_status status;

    memset(output, UNTOUCHED, sizeof(*output));
    status = run_alone(trials, &trials->each[index], row, context, from, output->bytes);
    return status == VCRYPTO_OK && memcmp(&first, output, sizeof(first)) != 0
               ? VCRYPTO_BADMSG
               : status;
}

/* One job with a context of its own, some of them twice; the output is in @trials. */
static enum vcrypto_status run_keyed(struct trials *trials, unsigned index,
                                     const struct vcrypto_algorithm *row,
                                     unsigned key_index,
                                     enum vcrypto_direction direction)
{
    struct trial *trial = &trials->each[index];
    struct trial_output *output = &trials->outputs[index];
    const uint8_t *from = direction == VCRYPTO_DECRYPT ? trial->out : trial->data;
    const struct vcrypto_keying keying =
        vcrypto_trial_keying(trial, row, key_index, direction);
    void *context = row->engine->context_new(&keying);
    enum vcrypto_status status = VCRYPTO_ERR;

    memset(output, UNTOUCHED, sizeof(*output));
    if (context) {
        status = run_alone(trials, trial, row, context, from, output->bytes);
        if (status == VCRYPTO_OK && index % 4 == 2) {
            status = run_again(trials, index, row, context, from);
        }
        row->engine->context_free(context);
    }
    trials->unable |= status == VCRYPTO_ERR;
    return status;
}

/* The way back: to the data, and with another tag, which some have, to nothing. */
static bool decrypts(struct trials *trials, unsigned index,
                     const struct vcrypto_algorithm *row, unsigned key_index)
{
    struct trial *trial = &trials->each[index];
    uint8_t *tag = trial->out + trial->len;
    enum vcrypto_status status;

    if (run_keyed(trials, index, row, key_index, VCRYPTO_DECRYPT) != VCRYPTO_OK ||
        memcmp(trials->outputs[index].bytes, trial->data, trial->len) != 0 ||
        !untouched(&trials->outputs[index], trial->out_len)) {
        return false;
    }
    if (row->service != VCRYPTO_SERVICE_AEAD || index % 4 != 3) {
        return true;
    }
    tag[index % trial->tag_len] ^= 1;
    status = run_keyed(trials, index, row, key_index, VCRYPTO_DECRYPT);
    tag[index % trial->tag_len] ^= 1;
    return status == VCRYPTO_BADMSG;
}

bool vcrypto_trials_alone(struct trials *trials, const struct vcrypto_algorithm *row,
                          unsigned key_index)
{
    uint64_t sum = FNV_START, known;

    for (unsigned i = 0; i < vcrypto_trial_count(row); i++) {
        struct trial *trial = &trials->each[i];

        vcrypto_trial_make(trial, row, key_index, i);
        if (run_keyed(trials, i, row, key_index, VCRYPTO_ENCRYPT) != VCRYPTO_OK) {
            return false;
        }
        memcpy(trial->out, trials->outputs[i].bytes, trial->out_len);
        if (!is_output(&trials->outputs[i], row, trial->out, trial->out_len) ||
            (vcrypto_trial_directed(row) && !decrypts(trials, i, row, key_index))) {
            return false;
        }
        sum = add_number(sum, add(FNV_START, trial->out, trial->out_len));
    }
    return vcrypto_known_answer(row, row->keys[key_index].len, &known) && sum == known;
}

/* ---- side by side ---- */

struct group {
    struct trials *trials;
    const struct vcrypto_algorithm *row;
    enum vcrypto_direction direction;
    const struct vcrypto_multi_engine *multi;
    void *keys[TRIALS];
    struct trial_io io[TRIALS];
    struct vcrypto_multi_job jobs[TRIALS];
};

static const uint8_t *source(const struct group *group, const struct trial *trial)
{
    return group->direction == VCRYPTO_DECRYPT ? trial->out : trial->data;
}

static void fill_job(struct group *group, unsigned index)
{
    const struct trial *trial = &group->trials->each[index];
    struct trial_output *output = &group->trials->outputs[index];
    struct vcrypto_multi_job *job = &group->jobs[index];
    struct trial_io *io = &group->io[index];

    memset(output, UNTOUCHED, sizeof(*output));
    *job = (struct vcrypto_multi_job){ .algorithm = group->row,
                                       .key = group->keys[index] };
    if (group->row->service == VCRYPTO_SERVICE_CIPHER) {
        job->cipher =
            vcrypto_trial_cipher(trial, source(group, trial), output->bytes, false, io);
    } else if (group->row->service == VCRYPTO_SERVICE_AEAD) {
        job->aead =
            vcrypto_trial_aead(trial, source(group, trial), output->bytes, false, io);
        memcpy(job->aead.tag, trial->out + trial->len, trial->tag_len);
    } else {
        job->digest = vcrypto_trial_digest(trial, output->bytes, false, io);
    }
}

static bool job_right(struct group *group, unsigned index)
{
    const struct trial *trial = &group->trials->each[index];
    struct vcrypto_multi_job *job = &group->jobs[index];
    struct trial_output *output = &group->trials->outputs[index];

    if (job->status != VCRYPTO_OK) {
        return false;
    }
    if (group->row->service == VCRYPTO_SERVICE_AEAD) {
        return memcmp(job->aead.tag, trial->out + trial->len, trial->tag_len) == 0 &&
               is_output(output, group->row,
                         group->direction == VCRYPTO_DECRYPT ? trial->data : trial->out,
                         trial->len);
    }
    return is_output(output, group->row,
                     group->direction == VCRYPTO_DECRYPT ? trial->data : trial->out,
                     trial->out_len);
}

/* @count jobs from number @first on, but for those that the library does not take. */
static bool group_right(struct group *group, void *lanes, unsigned first,
                        unsigned count)
{
    struct vcrypto_multi_job *jobs[TRIALS];
    unsigned numbers[TRIALS], n = 0;

    for (unsigned i = first; i < first + TRIALS_SHORT && n < count; i++) {
        fill_job(group, i);
        if (group->multi->takes(&group->jobs[i])) {
            numbers[n] = i;
            jobs[n++] = &group->jobs[i];
        }
    }
    if (n) {
        group->multi->run(lanes, jobs, n);
    }
    for (unsigned i = 0; i < n; i++) {
        if (!job_right(group, numbers[i])) {
            return false;
        }
    }
    return true;
}

/* Groups that fill some lanes of a library, all of them, or all and some again. */
static bool all_groups_right(struct group *group, void *lanes, unsigned least)
{
    static const uint8_t sizes[] = { 1, 2, 3, 4, 5, 8, 16, TRIALS_SHORT };

    for (unsigned i = 0; i < sizeof(sizes); i++) {
        if (sizes[i] >= least && !(group_right(group, lanes, 0, sizes[i]) &&
                                   group_right(group, lanes, TRIALS_SHORT, sizes[i]))) {
            return false;
        }
    }
    return least <= TRIALS_SHORT;
}

static bool make_keys(struct group *group, unsigned key_index)
{
    for (unsigned i = 0; i < TRIALS; i++) {
        const struct vcrypto_keying keying = vcrypto_trial_keying(
            &group->trials->each[i], group->row, key_index, group->direction);

        group->keys[i] = group->multi->key_new(&keying);
        if (!group->keys[i]) {
            group->trials->unable = true;
            return false;
        }
    }
    return true;
}

bool vcrypto_trials_together(struct trials *trials,
                             const struct vcrypto_multi_engine *multi, void *lanes,
                             const struct vcrypto_algorithm *row, unsigned key_index,
                             enum vcrypto_direction direction, unsigned least)
{
    struct group group = {
        .trials = trials, .row = row, .direction = direction, .multi = multi
    };
    bool right = make_keys(&group, key_index) && all_groups_right(&group, lanes, least);

    for (unsigned i = 0; i < TRIALS; i++) {
        if (group.keys[i]) {
            multi->key_free(group.keys[i]);
        }
    }
    return right;
}
