/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Data requests laid out in memory of which every byte that they write can be told. */
#ifndef VCRYPTO_TESTS_UNIT_STALE_FIXTURE_H
#define VCRYPTO_TESTS_UNIT_STALE_FIXTURE_H

#include "forms-fixture.h"

#include "support/faults.h"

#define SLACK    70 /* writable bytes beyond what a request needs */
#define NO_ID    UINT64_C(0x123456789a)
#define FILLINGS 2

static const uint8_t fillings[FILLINGS] = { 0xee, 0x13 };

enum place { WHOLE, BYTES, ODD_PIECES, OVERLAPPING, PLACES };

static const char *const place_names[PLACES] = { "whole", "in bytes", "in odd pieces",
                                                 "overlapping" };

/* A request in memory, ready to be run. */
struct stage {
    struct form_message message;
    GByteArray *readable;
    GArray *out, *in; /* struct iovec */
    uint8_t *room, *before;
    uint32_t size; /* writable bytes, the status included */
    struct vcrypto_request request;
};

static size_t piece_size(enum place place)
{
    static const size_t sizes[PLACES] = { SIZE_MAX, 1, 13, SIZE_MAX };

    return sizes[place];
}

/* The source a little behind where the destination begins. */
#define SHIFT 5

static void lay_overlapping(struct stage *stage, const struct form_operation *o)
{
    for (unsigned i = 0; i < stage->message.n; i++) {
        const struct form_bytes *field = &stage->message.fields[i];
        struct iovec piece = { (void *)field->data, field->len };

        if (field->data == o->src.data) {
            memcpy(stage->room + SHIFT, field->data, field->len);
            piece.iov_base = stage->room + SHIFT;
        }
        g_array_append_val(stage->out, piece);
    }
}

static inline void lay(struct stage *stage, const struct faulty *faulty, enum form form,
                       uint64_t id, enum place place, uint8_t filling)
{
    const struct form_operation *o = &faulty->operation;
    uint32_t need = o->dst_len + o->result_len + 1;
    uint32_t memory = MAX(need + SLACK, o->src.len + SHIFT);

    memset(stage, 0, sizeof(*stage));
    form_data(o, form, faulty->no_session ? NO_ID : id, &stage->message);
    stage->readable = flatten(&stage->message);
    stage->size = faulty->short_room ? need - faulty->short_room : need + SLACK;
    stage->room = g_malloc(memory);
    memset(stage->room, filling, memory);
    if (place == OVERLAPPING) {
        stage->out = g_array_new(FALSE, FALSE, sizeof(struct iovec));
        lay_overlapping(stage, o);
    } else {
        stage->out =
            cut(stage->readable->data, stage->readable->len, piece_size(place));
    }
    stage->in = cut(stage->room, stage->size, piece_size(place));
    stage->before = g_memdup2(stage->room, stage->size);
    stage->request.chain =
        (struct vcrypto_chain){ (struct iovec *)stage->out->data, stage->out->len,
                                (struct iovec *)stage->in->data, stage->in->len };
}

static inline void clear_stage(struct stage *stage)
{
    g_byte_array_unref(stage->readable);
    g_array_unref(stage->out);
    g_array_unref(stage->in);
    g_free(stage->room);
    g_free(stage->before);
}

static inline void run_stages(struct stage *stages, size_t n)
{
    struct vcrypto_request *requests = g_new(struct vcrypto_request, n);

    for (size_t i = 0; i < n; i++) {
        requests[i] = stages[i].request;
    }
    vcrypto_serve_decode(&point, &point.limits, requests, n);
    for (size_t done = 0; done < n;) {
        done += vcrypto_serve_run(&point, 0, requests + done, n - done, NULL);
    }
    for (size_t i = 0; i < n; i++) {
        stages[i].request = requests[i];
    }
    g_free(requests);
}

#endif
