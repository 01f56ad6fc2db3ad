/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A device without its rings, and a driver of it that writes requests in any form. */
#ifndef VCRYPTO_TESTS_UNIT_FORMS_FIXTURE_H
#define VCRYPTO_TESTS_UNIT_FORMS_FIXTURE_H

#include <string.h>

#include "support/forms.h"
#include "support/operations.h"
#include "support/ut.h"
#include "vcrypto/serve.h"

#define ALL_FEATURES ((1u << VCRYPTO_FEATURE_COUNT) - 1)
#define MAX_SIZE     (1u << 20)
#define GUARD        0xee

static struct vcrypto_service_point point;

static struct vcrypto_backend_config config = {
    .queues = 2,
    .max_sessions = 100,
    .max_cipher_key_len = 256,
    .max_auth_key_len = 512,
    .max_akcipher_key_len = 4096,
    .max_size = MAX_SIZE,
};

static int set_up(void)
{
    struct vcrypto_capabilities can;
    const char *why;

    point.backend = vcrypto_backend_new(&config, &why);
    if (!point.backend) {
        return -1;
    }
    vcrypto_backend_capabilities(point.backend, &can);
    point.limits = (struct vcrypto_wire_limits){
        .services = can.services,
        .max_size = MAX_SIZE,
        .max_cipher_key_len = 256,
        .max_auth_key_len = 512,
        .max_akcipher_key_len = 4096,
        .queues = 2,
        .features = ALL_FEATURES,
        .padded_framing = true,
    };
    point.ready = true;
    return 0;
}

static int tear_down(void)
{
    vcrypto_backend_free(point.backend);
    return 0;
}

static inline void use_form(enum form form)
{
    point.limits.features = form == FORM_LEGACY ? 0 : ALL_FEATURES;
}

static GByteArray *flatten(const struct form_message *message)
{
    GByteArray *bytes = g_byte_array_new();

    for (unsigned i = 0; i < message->n; i++) {
        g_byte_array_append(bytes, message->fields[i].data, message->fields[i].len);
    }
    return bytes;
}

static inline uint64_t create(const struct form_operation *operation, enum form form,
                              uint32_t *status)
{
    struct form_message message;
    struct vcrypto_control_reply reply;
    struct iovec out, in = { NULL, VCRYPTO_CREATE_REPLY_SIZE };
    struct vcrypto_chain chain = { &out, 1, &in, 1 };
    uint64_t id;

    form_create(operation, form, &message);
    g_autoptr(GByteArray) bytes = flatten(&message);

    out = (struct iovec){ bytes->data, bytes->len };
    vcrypto_serve_control(&point, &chain, &reply);
    memcpy(&id, reply.bytes, 8);
    memcpy(status, reply.bytes + 8, 4);
    return id;
}

static inline uint32_t destroy(const struct form_operation *operation, enum form form,
                               uint64_t id)
{
    struct form_message message;
    struct vcrypto_control_reply reply;
    struct iovec out, in = { NULL, 1 };
    struct vcrypto_chain chain = { &out, 1, &in, 1 };

    form_destroy(operation, form, id, &message);
    out = (struct iovec){ message.fixed, message.fields[0].len };
    vcrypto_serve_control(&point, &chain, &reply);
    return reply.bytes[0];
}

/* Cuts @len bytes at @data into pieces of @size, the last one shorter. */
static GArray *cut(uint8_t *data, size_t len, size_t size)
{
    GArray *iov = g_array_new(FALSE, FALSE, sizeof(struct iovec));

    for (size_t at = 0; at < len; at += size) {
        struct iovec piece = { data + at, MIN(size, len - at) };

        g_array_append_val(iov, piece);
    }
    return iov;
}

struct outcome {
    uint8_t status;
    uint32_t used;
    uint8_t *bytes; /* the writable ones before the status */
};

/* Runs one data request with readable and writable bytes in pieces of @piece. */
static struct outcome run_bytes(GByteArray *readable, uint32_t writable, size_t piece,
                                uint32_t queue)
{
    uint8_t *room = g_malloc(writable + 1);
    struct vcrypto_request request;
    g_autoptr(GArray) out = cut(readable->data, readable->len, piece);
    g_autoptr(GArray) in = cut(room, writable + 1, piece);

    memset(room, GUARD, writable + 1);
    memset(&request, GUARD, sizeof(request));
    request.chain = (struct vcrypto_chain){ (struct iovec *)out->data, out->len,
                                            (struct iovec *)in->data, in->len };
    vcrypto_serve_decode(&point, &point.limits, &request, 1);
    UT_EQ_U64(vcrypto_serve_run(&point, queue, &request, 1, NULL), 1);
    return (struct outcome){ (uint8_t)request.status,
                             vcrypto_serve_used_length(&request, writable + 1), room };
}

static inline struct outcome run(const struct form_operation *operation, enum form form,
                                 uint64_t id, size_t piece, uint32_t queue)
{
    struct form_message message;

    form_data(operation, form, id, &message);
    g_autoptr(GByteArray) readable = flatten(&message);

    return run_bytes(readable, operation->dst_len + operation->result_len, piece,
                     queue);
}

#endif
