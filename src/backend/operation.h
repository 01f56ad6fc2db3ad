/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a data request asks for, once its session is found: sizes are checked against
 * the algorithm's row, an engine is given a job, and the results are put in place. All
 * functions: with the queue's lock held. They set written and used of the request.
 */
#ifndef VCRYPTO_BACKEND_OPERATION_H
#define VCRYPTO_BACKEND_OPERATION_H

#include "context.h"

/* A digest on its way from an engine to the request's result. */
struct digest_output {
    uint8_t small[VCRYPTO_MAX_DIGEST];
    uint8_t *bytes;
    uint32_t len;
};

/* A request with one job, on its way through an engine. */
struct operation {
    struct context_entry *entry;
    struct vcrypto_request *request;
    struct vcrypto_multi_job job; /* its key only where it is one of several */
    uint8_t iv[VCRYPTO_MAX_IV];   /* a MAC's, out of guest memory */
    struct digest_output output;
};

/* vcrypto_operation_run: whatever the request asks for. */
enum vcrypto_status vcrypto_operation_run(struct queue_state *state,
                                          struct context_entry *entry,
                                          struct vcrypto_request *request);

/* vcrypto_operation_single: whether the request is one job for a symmetric engine. */
bool vcrypto_operation_single(const struct vcrypto_request *request);

/*
 * vcrypto_operation_prepare: check the sizes of such a request, whose entry is set, and
 * fill in the job. Other than VCRYPTO_OK is the request's answer, and the end of it.
 */
enum vcrypto_status vcrypto_operation_prepare(struct queue_state *state,
                                              struct operation *operation);

/* vcrypto_operation_alone: let the algorithm's own engine do a prepared job. */
enum vcrypto_status vcrypto_operation_alone(struct queue_state *state,
                                            struct operation *operation);

/* vcrypto_operation_finish: after a prepared job, put the results in place. Returns the
 * request's status, which is the job's. */
enum vcrypto_status vcrypto_operation_finish(struct queue_state *state,
                                             struct operation *operation,
                                             enum vcrypto_status status);

/* The same for one service each. */
enum vcrypto_status vcrypto_digest_prepare(struct queue_state *state,
                                           struct operation *operation);
void vcrypto_digest_finish(struct queue_state *state, struct operation *operation,
                           enum vcrypto_status status);
enum vcrypto_status vcrypto_aead_prepare(struct operation *operation);
void vcrypto_aead_finish(const struct queue_state *state, struct operation *operation,
                         enum vcrypto_status status);

enum vcrypto_status vcrypto_operation_chain(struct queue_state *state,
                                            struct context_entry *entry,
                                            struct vcrypto_request *request);

enum vcrypto_status vcrypto_operation_akcipher(struct queue_state *state,
                                               struct context_entry *entry,
                                               struct vcrypto_request *request);

/*
 * vcrypto_operation_cipher_job: run the entry's cipher from @src to @dst, equally long,
 * of a length that it takes.
 */
enum vcrypto_status vcrypto_operation_cipher_job(struct queue_state *state,
                                                 struct context_entry *entry,
                                                 const uint8_t *iv,
                                                 struct vcrypto_cursor src,
                                                 struct vcrypto_cursor dst);

/*
 * vcrypto_digest_begin: room for the result that the request asks for, of the part's
 * algorithm. VCRYPTO_ERR: there is no such result, or no memory. After VCRYPTO_OK,
 * vcrypto_digest_end().
 */
enum vcrypto_status vcrypto_digest_begin(struct queue_state *state,
                                         const struct session *session, unsigned part,
                                         const struct vcrypto_request *request,
                                         struct digest_output *output);

/* vcrypto_digest_sizes_valid: whether the algorithm takes @aad_len bytes, and @len
 * after them, of which the first are its iv if it has one. */
bool vcrypto_digest_sizes_valid(const struct vcrypto_algorithm *algorithm,
                                uint64_t aad_len, uint64_t len);

/*
 * vcrypto_digest_job: check the sizes and fill in the job for the digest of @aad and,
 * after it, @data, into @output. Where the algorithm has an iv, it is the first bytes
 * of @data and goes to @iv. VCRYPTO_ERR: the algorithm does not take such sizes.
 */
enum vcrypto_status
vcrypto_digest_job(const struct vcrypto_algorithm *algorithm, struct vcrypto_cursor aad,
                   struct vcrypto_cursor data, const struct digest_output *output,
                   uint8_t iv[VCRYPTO_MAX_IV], struct vcrypto_digest_job *job);

/*
 * vcrypto_digest_compute: the same, done by the algorithm's own engine.
 */
enum vcrypto_status vcrypto_digest_compute(struct queue_state *state,
                                           struct context_entry *entry, unsigned part,
                                           struct vcrypto_cursor aad,
                                           struct vcrypto_cursor data,
                                           struct digest_output *output);

/* vcrypto_digest_end: put the result in its place, if @put, and wipe ours. */
void vcrypto_digest_end(struct queue_state *state, struct vcrypto_request *request,
                        struct digest_output *output, bool put);

/* vcrypto_cursor_zero: a failure leaves no half of a result, nor what a library made of
 * it. Overwrites the first @size bytes. */
void vcrypto_cursor_zero(struct vcrypto_cursor cursor, uint64_t size);

/* vcrypto_operation_discard: the same, but where the operation was left in its middle
 * and is done again. */
void vcrypto_operation_discard(const struct queue_state *state,
                               struct vcrypto_cursor cursor, uint64_t size);

/* vcrypto_cursor_first: the first @size bytes of @cursor, which has as many. */
static inline struct vcrypto_cursor vcrypto_cursor_first(struct vcrypto_cursor cursor,
                                                         uint64_t size)
{
    cursor.left = size;
    return cursor;
}

#endif
