/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Data queue requests, feature bit 0 off: a 24-byte header, parameters padded to
 * 48 bytes, then the variable-length parts.
 */
#include "vcrypto/wire.h"

#include "framing.h"
#include "le.h"

/* Offsets in the request. */
enum {
    OPCODE = 0,
    SESSION_ID = 8,
    PARAMETERS = VCRYPTO_DATA_HEADER_SIZE,
};

/* Offsets in the parameters of a symmetric request. */
enum {
    SYM_IV_LEN = 0,
    SYM_SRC_LEN = 4,
    SYM_DST_LEN = 8,
    SYM_OP_TYPE = 40,
};

/*
 * Reads the parameters of one service: sets the request's own fields and
 * @lengths. Returns the answer where they ask for what nobody offers.
 */
typedef enum vcrypto_status parse_fn(const uint8_t *parameters,
                                     struct vcrypto_request *request,
                                     struct framing_lengths *lengths);

static enum vcrypto_status parse_symmetric(const uint8_t *parameters,
                                           struct vcrypto_request *request,
                                           struct framing_lengths *lengths)
{
    request->op_type = get_le32(parameters + SYM_OP_TYPE);
    if (request->op_type != VCRYPTO_OP_TYPE_CIPHER) {
        return VCRYPTO_NOTSUPP;
    }
    lengths->iv = get_le32(parameters + SYM_IV_LEN);
    lengths->src = get_le32(parameters + SYM_SRC_LEN);
    lengths->dst = get_le32(parameters + SYM_DST_LEN);
    lengths->dst_needed = lengths->src;
    return VCRYPTO_OK;
}

static const struct data_operation {
    uint32_t opcode;
    enum vcrypto_service service;
    enum vcrypto_direction direction;
    parse_fn *parse;
} operations[] = {
    { VCRYPTO_CIPHER_ENCRYPT, VCRYPTO_SERVICE_CIPHER, VCRYPTO_ENCRYPT,
      parse_symmetric },
    { VCRYPTO_CIPHER_DECRYPT, VCRYPTO_SERVICE_CIPHER, VCRYPTO_DECRYPT,
      parse_symmetric },
};

static const struct data_operation *find_operation(uint32_t opcode)
{
    for (size_t i = 0; i < sizeof(operations) / sizeof(operations[0]); i++) {
        if (operations[i].opcode == opcode) {
            return &operations[i];
        }
    }
    return NULL;
}

/* Gives the variable-length parts to @request; vcrypto_framing_fits() has said yes. */
static void carve(struct vcrypto_request *request,
                  const struct framing_lengths *lengths,
                  struct vcrypto_cursor *readable, struct vcrypto_cursor *writable)
{
    request->iv_len = lengths->iv;
    if (lengths->iv <= VCRYPTO_MAX_IV) {
        vcrypto_cursor_read(readable, request->iv, lengths->iv);
    } else {
        vcrypto_cursor_take(readable, lengths->iv, NULL);
    }
    vcrypto_cursor_take(readable, lengths->src, &request->src);
    vcrypto_cursor_take(writable, lengths->dst, &request->dst);
}

static enum vcrypto_status decode_parameters(const struct vcrypto_wire_limits *limits,
                                             const struct data_operation *operation,
                                             const uint8_t *fixed,
                                             struct vcrypto_cursor *readable,
                                             struct vcrypto_request *request)
{
    struct framing_lengths lengths = { 0 };
    struct vcrypto_cursor writable;
    enum vcrypto_status status;

    status = operation->parse(fixed + PARAMETERS, request, &lengths);
    if (status != VCRYPTO_OK) {
        return status;
    }
    vcrypto_cursor_init(&writable, request->chain.in, request->chain.in_num);
    if (!vcrypto_framing_fits(&lengths, readable->left, writable.left,
                              limits->max_size)) {
        return VCRYPTO_ERR;
    }
    carve(request, &lengths, readable, &writable);
    return VCRYPTO_OK;
}

void vcrypto_wire_decode_data(const struct vcrypto_wire_limits *limits,
                              struct vcrypto_request *request)
{
    uint8_t fixed[VCRYPTO_FIXED_REQUEST_SIZE];
    const struct data_operation *operation;
    struct vcrypto_cursor readable;
    bool whole;

    vcrypto_cursor_init(&readable, request->chain.out, request->chain.out_num);
    request->late = VCRYPTO_ERR;
    request->op_type = VCRYPTO_OP_TYPE_NONE;
    request->session_id = 0;
    whole = vcrypto_cursor_read(&readable, fixed, sizeof(fixed));
    if (!whole && !vcrypto_cursor_read(&readable, fixed, VCRYPTO_DATA_HEADER_SIZE)) {
        request->early = VCRYPTO_ERR;
        return;
    }
    operation = find_operation(get_le32(fixed + OPCODE));
    if (!operation || !(limits->services & 1u << operation->service)) {
        request->early = VCRYPTO_NOTSUPP;
        return;
    }
    request->early = VCRYPTO_OK;
    request->service = operation->service;
    request->direction = operation->direction;
    request->session_id = get_le64(fixed + SESSION_ID);
    if (whole) {
        request->late = decode_parameters(limits, operation, fixed, &readable, request);
    }
}
