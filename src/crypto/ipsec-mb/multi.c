/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Jobs side by side. The library takes jobs one by one and works when it has as many as
 * it has lanes, or is told that no more come; it gives them back in the order in which
 * it got them.
 */
#include <stdlib.h>

#include "vcrypto/lines.h"

#include "../engines.h"
#include "multi.h"

/* What one thread works with. */
struct lanes {
    IMB_MGR *manager;
    struct multi_lane lanes[VCRYPTO_MULTI_MAX];
    IMB_JOB burst[VCRYPTO_MULTI_MAX];
    size_t copied;
    uint8_t copies[MULTI_COPIES];
};

static void lanes_free(void *opaque)
{
    struct lanes *lanes = opaque;

    if (lanes) {
        vcrypto_ipsec_mb_manager_free(lanes->manager);
        vcrypto_secret_wipe(lanes, sizeof(*lanes));
        free(lanes);
    }
}

/* There are no keys in it, and it is too large to be locked. */
static void *lanes_new(void)
{
    struct lanes *lanes = vcrypto_lines_alloc(sizeof(*lanes));

    if (lanes) {
        lanes->manager = vcrypto_ipsec_mb_manager_new();
        if (!lanes->manager) {
            lanes_free(lanes);
            lanes = NULL;
        }
    }
    return lanes;
}

static unsigned least(const struct vcrypto_keying *keying)
{
    const IMB_MGR *manager = vcrypto_ipsec_mb_manager();

    return vcrypto_multi_least(
        keying,
        vcrypto_multi_processor((IMB_ARCH)manager->used_arch, manager->features),
        vcrypto_multi_libraries(vcrypto_openssl_number(), imb_get_version()));
}

/* Gives the next part of @lane to the library; returns what comes back, or NULL. What
 * the library would check beforehand the algorithm's row and vcrypto_multi_takes()
 * have. */
static IMB_JOB *submit(struct lanes *lanes, struct multi_lane *lane)
{
    vcrypto_multi_put(lane, IMB_GET_NEXT_JOB(lanes->manager));
    return IMB_SUBMIT_JOB_NOCHECK(lanes->manager);
}

/* A job that did not complete, whatever the library says of it, stays a failure. */
static void take_back(struct lanes *lanes, IMB_JOB *imb)
{
    while (imb) {
        struct multi_lane *lane = imb->user_data;

        imb = imb->status == IMB_STATUS_COMPLETED && vcrypto_multi_part_done(lane)
                  ? submit(lanes, lane)
                  : NULL;
        if (!imb) {
            imb = IMB_GET_COMPLETED_JOB(lanes->manager);
        }
    }
}

/* Until no job is on its way. */
static void flush(struct lanes *lanes)
{
    IMB_JOB *imb;

    while ((imb = IMB_FLUSH_JOB(lanes->manager))) {
        take_back(lanes, imb);
    }
    vcrypto_secret_wipe(lanes->copies, lanes->copied);
    lanes->copied = 0;
}

/* Memory for a copy of the job's source, if it needs one. */
static uint8_t *copy_of(struct lanes *lanes, struct vcrypto_multi_job *job)
{
    size_t size = vcrypto_multi_copy_size(job);
    uint8_t *copy;

    if (!size) {
        return NULL;
    }
    if (size > sizeof(lanes->copies) - lanes->copied) {
        flush(lanes);
    }
    copy = lanes->copies + lanes->copied;
    lanes->copied += size;
    job->copied = true;
    return copy;
}

/*
 * Some ciphers the library takes as an array of jobs, and keeps none of them: that is
 * less work for both. What is done in parts goes in rounds.
 */
static bool has_bursts(const struct multi_method *method)
{
    return method->cipher == IMB_CIPHER_CBC || method->cipher == IMB_CIPHER_CNTR;
}

/* A part of the job in @lane. */
static void put_in_burst(struct lanes *lanes, size_t i, struct multi_lane *lane)
{
    vcrypto_multi_put(lane, &lanes->burst[i]);
    lanes->burst[i].status = IMB_STATUS_BEING_PROCESSED;
}

/* All of a job, if it can be; otherwise the first part. */
static void begin_burst(struct lanes *lanes, size_t i, struct vcrypto_multi_job *job)
{
    IMB_JOB *imb = &lanes->burst[i];

    if (vcrypto_multi_put_whole(job, imb)) {
        job->status = VCRYPTO_ERR;
        imb->status = IMB_STATUS_BEING_PROCESSED;
        imb->user_data = NULL;
        imb->user_data2 = job;
    } else {
        vcrypto_multi_begin(&lanes->lanes[i], job, NULL);
        put_in_burst(lanes, i, &lanes->lanes[i]);
    }
}

/* Returns how many jobs have one more part, which is in the burst's place now. */
static size_t take_back_burst(struct lanes *lanes, size_t count)
{
    size_t left = 0;

    for (size_t i = 0; i < count; i++) {
        const IMB_JOB *imb = &lanes->burst[i];
        struct multi_lane *lane = imb->user_data;

        if (imb->status != IMB_STATUS_COMPLETED) {
            continue;
        }
        if (!lane) {
            ((struct vcrypto_multi_job *)imb->user_data2)->status = VCRYPTO_OK;
        } else if (vcrypto_multi_part_done(lane)) {
            put_in_burst(lanes, left++, lane);
        }
    }
    return left;
}

static void run_bursts(struct lanes *lanes, struct vcrypto_multi_job *const *jobs,
                       size_t count)
{
    const struct multi_key *key = jobs[0]->key;

    for (size_t i = 0; i < count; i++) {
        begin_burst(lanes, i, jobs[i]);
    }
    while (count) {
        IMB_SUBMIT_CIPHER_BURST_NOCHECK(lanes->manager, lanes->burst, (uint32_t)count,
                                        key->method->cipher, key->direction, key->len);
        count = take_back_burst(lanes, count);
    }
}

static void run(void *opaque, struct vcrypto_multi_job *const *jobs, size_t count)
{
    struct lanes *lanes = opaque;

    if (has_bursts(((const struct multi_key *)jobs[0]->key)->method)) {
        run_bursts(lanes, jobs, count);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        struct multi_lane *lane = &lanes->lanes[i];

        vcrypto_multi_begin(lane, jobs[i], copy_of(lanes, jobs[i]));
        take_back(lanes, submit(lanes, lane));
    }
    flush(lanes);
}

const struct vcrypto_multi_engine vcrypto_multi_ipsec_mb = {
    .name = "ipsec-mb",
    .library = vcrypto_ipsec_mb_library,
    .lanes_new = lanes_new,
    .lanes_free = lanes_free,
    .least = least,
    .key_new = vcrypto_multi_key_new,
    .key_free = vcrypto_multi_key_free,
    .takes = vcrypto_multi_takes,
    .run = run,
};
