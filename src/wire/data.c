/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Data queue requests: a 24-byte header, parameters, then the variable-length parts.
 * data-parameters.c has what is particular to each service.
 */
#include "vcrypto/wire.h"

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

/* Gives the variable-length parts to @request; framing has said that they are there. */
static void carve(struct vcrypto_request *request,
                  const struct framing_lengths *lengths, bool aad_first,
                  struct vcrypto_cursor *readable, struct vcrypto_cursor *writable)
{
    const uint32_t *parts = lengths->parts;

    vcrypto_cursor_take(readable, parts[FRAMING_KEY], &request->params.key);
    vcrypto_cursor_take(readable, parts[FRAMING_AUTH_KEY], &request->params.auth_key);
    request->iv_len = parts[FRAMING_IV];
    carve_iv(request, readable, request->iv_slot ? VCRYPTO_MAX_IV : parts[FRAMING_IV]);
    if (aad_first) {
        vcrypto_cursor_take(readable, parts[FRAMING_AAD], &request->aad);
    }
    vcrypto_cursor_take(readable, parts[FRAMING_SRC], &request->src);
    if (!aad_first) {
        vcrypto_cursor_take(readable, parts[FRAMING_AAD], &request->aad);
    }
    vcrypto_cursor_take(readable, parts[FRAMING_SIGNED_DATA], &request->signed_data);
    vcrypto_cursor_take(writable, lengths->dst, &request->dst);
    vcrypto_cursor_take(writable, lengths->result, &request->result);
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
    request->params_known = request->stateless;
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
    single_key(&request->params);
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

void vcrypto_wire_decode_data(const struct vcrypto_wire_limits *limits,
                              struct vcrypto_request *request)
{
    uint8_t fixed[FRAMING_FIXED_MAX];
    const struct data_operation *operation;
    struct vcrypto_cursor readable, whole;
    size_t size;

    vcrypto_cursor_init(&readable, request->chain.out, request->chain.out_num);
    whole = readable;
    size = whole.left < sizeof(fixed) ? (size_t)whole.left : sizeof(fixed);
    vcrypto_cursor_read(&readable, fixed, size);
    *request = (struct vcrypto_request){ .chain = request->chain,
                                         .early = VCRYPTO_ERR,
                                         .late = VCRYPTO_ERR };
    if (size < VCRYPTO_DATA_HEADER_SIZE) {
        return;
    }
    operation = vcrypto_data_operation(get_le32(fixed + OPCODE));
    request->early = decode_header(limits, operation, fixed, request);
    if (request->early == VCRYPTO_OK) {
        request->late = decode_parameters(limits, operation, fixed, whole, request);
    }
}
