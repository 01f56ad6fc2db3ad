/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Algorithm chaining. The destination is an image of the source with one range of it
 * ciphered; the digest is of another range, of the source or of that image, as the
 * order says, whichever the direction.
 */
#include "operation.h"

#include <string.h>

/* What a chain reads, and where it makes its image: guest memory, or a copy of ours. */
struct chain_data {
    struct vcrypto_cursor src;
    struct vcrypto_cursor dst; /* as long */
};

static struct vcrypto_cursor range(struct vcrypto_cursor cursor, uint64_t start,
                                   uint64_t len)
{
    struct vcrypto_cursor part = cursor;

    vcrypto_cursor_take(&cursor, start, NULL);
    vcrypto_cursor_take(&cursor, len, &part);
    return part;
}

/* In place, each piece is where it has to go already. False: the chain is to be left.
 */
static bool copy(struct vcrypto_bounce *bounce, struct vcrypto_cursor src,
                 struct vcrypto_cursor dst)
{
    uint8_t *from, *to;
    size_t n, m;

    while ((n = vcrypto_cursor_chunk(&src, &from)) &&
           (m = vcrypto_cursor_chunk(&dst, &to))) {
        n = n < m ? n : m;
        n = n < VCRYPTO_STRETCH ? n : VCRYPTO_STRETCH;
        if (vcrypto_bounce_leave(bounce)) {
            return false;
        }
        if (from != to) {
            memmove(to, from, n);
        }
        vcrypto_cursor_advance(&src, n);
        vcrypto_cursor_advance(&dst, n);
    }
    return true;
}

static enum vcrypto_status make_image(struct queue_state *state,
                                      struct context_entry *entry,
                                      const struct vcrypto_request *request,
                                      const struct chain_data *data)
{
    uint64_t start = request->ranges.cipher_start, len = request->ranges.cipher_len;
    uint64_t end = start + len;

    if (!copy(&state->bounce, range(data->src, 0, start), range(data->dst, 0, start)) ||
        !copy(&state->bounce, range(data->src, end, data->src.left - end),
              range(data->dst, end, data->src.left - end))) {
        return VCRYPTO_ERR;
    }
    return vcrypto_operation_cipher_job(state, entry, request->iv,
                                        range(data->src, start, len),
                                        range(data->dst, start, len));
}

static enum vcrypto_status digest(struct queue_state *state,
                                  struct context_entry *entry,
                                  const struct vcrypto_request *request,
                                  struct vcrypto_cursor of,
                                  struct digest_output *output)
{
    return vcrypto_digest_compute(
        state, entry, SESSION_AUTH, request->aad,
        range(of, request->ranges.hash_start, request->ranges.hash_len), output);
}

/* keeps: SYM-4 */
static enum vcrypto_status in_order(struct queue_state *state,
                                    struct context_entry *entry,
                                    const struct vcrypto_request *request,
                                    const struct chain_data *data,
                                    struct digest_output *output)
{
    bool hash_first = entry->session->kind.chain_order == VCRYPTO_HASH_THEN_CIPHER;
    enum vcrypto_status status = VCRYPTO_OK;

    if (hash_first) {
        status = digest(state, entry, request, data->src, output);
    }
    if (status == VCRYPTO_OK) {
        status = make_image(state, entry, request, data);
    }
    if (status == VCRYPTO_OK && !hash_first) {
        status = digest(state, entry, request, data->dst, output);
    }
    return status;
}

/* In the copy at @buffer; what is done is in the driver's memory at the end, or not. */
static enum vcrypto_status in_buffer(struct queue_state *state,
                                     struct context_entry *entry,
                                     const struct vcrypto_request *request,
                                     uint8_t *buffer, struct vcrypto_cursor dst,
                                     struct digest_output *output)
{
    struct iovec iov = { .iov_base = buffer, .iov_len = (size_t)dst.left };
    struct chain_data copied;
    enum vcrypto_status status;

    vcrypto_cursor_init(&copied.src, &iov, 1);
    copied.dst = copied.src;
    status = in_order(state, entry, request, &copied, output);
    state->bounce.spoiled = false;
    state->bounce.kept = 0;
    if (status != VCRYPTO_OK || vcrypto_bounce_leave(&state->bounce)) {
        return status != VCRYPTO_OK ? status : VCRYPTO_ERR;
    }
    state->bounce.spoiled = true;
    return vcrypto_bounce_write(&state->bounce, &dst, buffer, iov.iov_len)
               ? VCRYPTO_OK
               : VCRYPTO_ERR;
}

/* The same where writing the image would destroy what is still to be read. */
static enum vcrypto_status in_copy(struct queue_state *state,
                                   struct context_entry *entry,
                                   const struct vcrypto_request *request,
                                   const struct chain_data *data,
                                   struct digest_output *output)
{
    size_t size = (size_t)data->src.left;
    uint8_t *buffer = vcrypto_bounce_get(&state->image, size);
    struct vcrypto_cursor src = data->src;
    enum vcrypto_status status = VCRYPTO_ERR;

    if (!buffer) {
        return VCRYPTO_ERR;
    }
    if (vcrypto_bounce_read(&state->bounce, &src, buffer, size)) {
        status = in_buffer(state, entry, request, buffer, data->dst, output);
    }
    vcrypto_bounce_put(&state->image, size - (size_t)src.left);
    return status;
}

static enum vcrypto_status run(struct queue_state *state, struct context_entry *entry,
                               struct vcrypto_request *request,
                               struct digest_output *output)
{
    const struct chain_data data = {
        .src = request->src,
        .dst = vcrypto_cursor_first(request->dst, request->src.left),
    };
    enum vcrypto_status status;

    status = vcrypto_cursor_overlap(&data.src, &data.dst) == VCRYPTO_OVERLAP_PARTIAL
                 ? in_copy(state, entry, request, &data, output)
                 : in_order(state, entry, request, &data, output);
    if (status != VCRYPTO_OK) {
        request->written = data.src.left;
        request->used = data.src.left;
        vcrypto_operation_discard(state, request->dst, data.src.left);
        return status;
    }
    /* A destination that is longer than the source leaves a gap before the digest. */
    request->written = request->dst.left + output->len;
    request->used =
        request->dst.left == data.src.left ? request->written : data.src.left;
    return VCRYPTO_OK;
}

/* Of both parts, before either is begun: what is in place is lost with the first byte.
 */
/* keeps: SYM-9 */
static bool sizes_valid(const struct session_kind *kind,
                        const struct vcrypto_request *request)
{
    return vcrypto_algorithm_sizes_valid(kind->parts[SESSION_MAIN].algorithm,
                                         request->iv_len, request->ranges.cipher_len) &&
           vcrypto_digest_sizes_valid(kind->parts[SESSION_AUTH].algorithm,
                                      request->aad.left, request->ranges.hash_len);
}

/* keeps: SYM-7 */
enum vcrypto_status vcrypto_operation_chain(struct queue_state *state,
                                            struct context_entry *entry,
                                            struct vcrypto_request *request)
{
    const struct session_kind *kind = &entry->session->kind;
    struct digest_output output;
    enum vcrypto_status status;

    if (request->direction != kind->direction || !sizes_valid(kind, request)) {
        return VCRYPTO_ERR;
    }
    status =
        vcrypto_digest_begin(state, entry->session, SESSION_AUTH, request, &output);
    if (status != VCRYPTO_OK) {
        return status;
    }
    status = run(state, entry, request, &output);
    vcrypto_digest_end(state, request, &output, status == VCRYPTO_OK);
    return status;
}
