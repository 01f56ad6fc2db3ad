/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Data queue requests: a 24-byte header, parameters, then the variable-length parts.
 * data-parameters.c has what is particular to each service.
 */
#include "vcrypto/wire.h"

#include <string.h>

#include "data-parameters.h"
#include "framing.h"
#include "le.h"
#include "params.h"

/* Offsets in the request. */
enum {
    OPCODE = 0,
    SESSION_ID = 8,
    FLAG = 16,
    PARAMETERS = VCRYPTO_DATA_HEADER_SIZE,
};

static bool negotiated(const struct vcrypto_wire_limits *limits,
                       enum vcrypto_feature feature)
{
    return limits->features & 1u << feature;
}

/* Sets @request->stateless. Without feature bit 0 the flag has no meaning. */
/* keeps: DAT-1 DAT-2 HSH-2 */
static enum vcrypto_status decode_flag(const struct vcrypto_wire_limits *limits,
                                       struct vcrypto_request *request, uint32_t flag)
{
    bool session = flag & VCRYPTO_FLAG_SESSION_MODE;

    request->stateless = false;
    if (!vcrypto_framing_mux(limits) || session) {
        return VCRYPTO_OK;
    }
    request->stateless = negotiated(limits, VCRYPTO_F_CIPHER_STATELESS_MODE +
                                                (uint32_t)request->service);
    return request->stateless || limits->lenient_session_flag ? VCRYPTO_OK
                                                              : VCRYPTO_NOTSUPP;
}

static void carve_iv(struct vcrypto_request *request, struct vcrypto_cursor *readable,
                     uint32_t size)
{
    if (size <= VCRYPTO_MAX_IV) {
        vcrypto_cursor_read(readable, request->iv, size);
    } else {
        vcrypto_cursor_take(readable, size, NULL);
    }
}

/* What has no bytes stays as it was cleared. */
static void take(struct vcrypto_cursor *cursor, uint32_t size,
                 struct vcrypto_cursor *part)
{
    if (size) {
        vcrypto_cursor_take(cursor, size, part);
    }
}

/* Gives the variable-length parts to @request; framing has said that they are there. */
static void carve(struct vcrypto_request *request,
                  const struct framing_lengths *lengths, bool aad_first,
                  struct vcrypto_cursor *readable, struct vcrypto_cursor *writable)
{
    const uint32_t *parts = lengths->parts;

    if (request->stateless) {
        take(readable, parts[FRAMING_KEY], &request->params.key);
        take(readable, parts[FRAMING_AUTH_KEY], &request->params.auth_key);
        single_key(&request->params);
    }
    request->iv_len = parts[FRAMING_IV];
    carve_iv(request, readable, request->iv_slot ? VCRYPTO_MAX_IV : parts[FRAMING_IV]);
    if (aad_first) {
        take(readable, parts[FRAMING_AAD], &request->aad);
    }
    take(readable, parts[FRAMING_SRC], &request->src);
    if (!aad_first) {
        take(readable, parts[FRAMING_AAD], &request->aad);
    }
    take(readable, parts[FRAMING_SIGNED_DATA], &request->signed_data);
    take(writable, lengths->dst, &request->dst);
    take(writable, lengths->result, &request->result);
}

static enum vcrypto_status decode_parameters(const struct vcrypto_wire_limits *limits,
                                             const struct data_operation *operation,
                                             const uint8_t *fixed,
                                             struct vcrypto_cursor readable,
                                             struct vcrypto_request *request)
{
    const struct data_layout *layout =
        request->stateless ? &operation->stateless : &operation->session;
    struct framing_lengths lengths = { 0 };
    struct framing_found found;
    struct vcrypto_cursor writable;
    enum vcrypto_status status;

    if (!vcrypto_framing_has_fixed(limits, &layout->form, readable.left)) {
        return VCRYPTO_ERR;
    }
    if (request->stateless) {
        memset(&request->params, 0, sizeof(request->params));
        request->params_known = true;
    }
    status = layout->parse(fixed + PARAMETERS, request, &lengths);
    if (status != VCRYPTO_OK) {
        return status;
    }
    vcrypto_cursor_init(&writable, request->chain.in, request->chain.in_num);
    if (!vcrypto_framing_keys_fit(limits, request->service, lengths.parts[FRAMING_KEY],
                                  lengths.parts[FRAMING_AUTH_KEY]) ||
        !vcrypto_framing_solve(limits, &layout->form, &lengths, fixed, readable.left,
                               &found) ||
        !vcrypto_framing_fits(limits, &lengths, writable.left)) {
        return VCRYPTO_ERR;
    }
    request->iv_slot = found.iv_slot;
    vcrypto_cursor_take(&readable, found.start, NULL);
    carve(request, &lengths, layout->aad_first, &readable, &writable);
    return VCRYPTO_OK;
}

static enum vcrypto_status decode_header(const struct vcrypto_wire_limits *limits,
                                         const struct data_operation *operation,
                                         const uint8_t *fixed,
                                         struct vcrypto_request *request)
{
    if (!operation || !(limits->services & 1u << operation->service)) {
        return VCRYPTO_NOTSUPP;
    }
    request->service = operation->service;
    request->operation = operation->operation;
    request->direction = operation->operation == VCRYPTO_OPERATION_DECRYPT
                             ? VCRYPTO_DECRYPT
                             : VCRYPTO_ENCRYPT;
    request->session_id = get_le64(fixed + SESSION_ID);
    return decode_flag(limits, request, get_le32(fixed + FLAG));
}

/*
 * Reads the first @size bytes, all of which are there. Mostly they are one piece of a
 * known size: that needs no call, and no wait for what a call would store all at once.
 */
static void read_fixed(struct vcrypto_cursor cursor, uint8_t *to, size_t size)
{
    uint8_t *from;
    size_t n = vcrypto_cursor_chunk(&cursor, &from);

    if (size == VCRYPTO_FIXED_REQUEST_SIZE && n >= size) {
        memcpy(to, from, VCRYPTO_FIXED_REQUEST_SIZE);
    } else {
        vcrypto_cursor_read(&cursor, to, size);
    }
}

/* Field by field: the whole struct is large, and most of it is not looked at. A cursor
 * with nothing left points to nothing, and params are cleared where they are used. */
static void clear(struct vcrypto_request *request)
{
    request->early = VCRYPTO_ERR;
    request->late = VCRYPTO_ERR;
    request->service = 0;
    request->stateless = false;
    request->session_id = 0;
    request->op_type = 0;
    request->direction = 0;
    request->operation = 0;
    request->params_known = false;
    request->iv_len = 0;
    request->iv_slot = false;
    memset(request->iv, 0, sizeof(request->iv));
    request->tag_len = 0;
    request->src.left = 0;
    request->aad.left = 0;
    request->signed_data.left = 0;
    request->dst.left = 0;
    request->result.left = 0;
    memset(&request->ranges, 0, sizeof(request->ranges));
    request->status = VCRYPTO_ERR;
    request->written = 0;
    request->used = 0;
}

void vcrypto_wire_decode_data(const struct vcrypto_wire_limits *limits,
                              struct vcrypto_request *request)
{
    /* Of what is longer only the fixed part that can be there is looked at. */
    size_t size =
        vcrypto_framing_mux(limits) ? FRAMING_FIXED_MAX : VCRYPTO_FIXED_REQUEST_SIZE;
    uint8_t fixed[FRAMING_FIXED_MAX] = { 0 };
    const struct data_operation *operation;
    struct vcrypto_cursor readable;

    clear(request);
    vcrypto_cursor_init(&readable, request->chain.out, request->chain.out_num);
    size = readable.left < size ? (size_t)readable.left : size;
    read_fixed(readable, fixed, size);
    if (size < VCRYPTO_DATA_HEADER_SIZE) {
        return;
    }
    operation = vcrypto_data_operation(get_le32(fixed + OPCODE));
    request->early = decode_header(limits, operation, fixed, request);
    if (request->early == VCRYPTO_OK) {
        request->late = decode_parameters(limits, operation, fixed, readable, request);
    }
}
