/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Control queue requests, feature bit 0 off: a 16-byte header, parameters padded
 * to 56 bytes, then the keys.
 */
#include "vcrypto/wire.h"

#include <string.h>

#include "le.h"

/* Offsets in the request. */
enum {
    OPCODE = 0,
    PARAMETERS = VCRYPTO_CONTROL_HEADER_SIZE,
};

/* Offsets in the parameters of a symmetric session. */
enum {
    SYM_ALGORITHM = 0,
    SYM_KEY_LEN = 4,
    SYM_DIRECTION = 8,
    SYM_OP_TYPE = 48,
};

/* Reads the parameters of a session of one service. */
typedef enum vcrypto_status parse_fn(const uint8_t *parameters,
                                     struct vcrypto_session_params *params);

static enum vcrypto_status parse_symmetric(const uint8_t *parameters,
                                           struct vcrypto_session_params *params)
{
    params->op_type = get_le32(parameters + SYM_OP_TYPE);
    if (params->op_type != VCRYPTO_OP_TYPE_CIPHER) {
        return VCRYPTO_NOTSUPP;
    }
    params->algorithm = get_le32(parameters + SYM_ALGORITHM);
    params->key_len = get_le32(parameters + SYM_KEY_LEN);
    params->direction = get_le32(parameters + SYM_DIRECTION);
    return VCRYPTO_OK;
}

static const struct control_operation {
    uint32_t opcode;
    enum vcrypto_control_kind kind;
    enum vcrypto_service service;
    parse_fn *parse;
} operations[] = {
    { VCRYPTO_CIPHER_CREATE_SESSION, VCRYPTO_CONTROL_CREATE, VCRYPTO_SERVICE_CIPHER,
      parse_symmetric },
    { VCRYPTO_CIPHER_DESTROY_SESSION, VCRYPTO_CONTROL_DESTROY, VCRYPTO_SERVICE_CIPHER,
      NULL },
    { VCRYPTO_HASH_DESTROY_SESSION, VCRYPTO_CONTROL_DESTROY, VCRYPTO_SERVICE_HASH,
      NULL },
    { VCRYPTO_MAC_DESTROY_SESSION, VCRYPTO_CONTROL_DESTROY, VCRYPTO_SERVICE_MAC, NULL },
    { VCRYPTO_AEAD_DESTROY_SESSION, VCRYPTO_CONTROL_DESTROY, VCRYPTO_SERVICE_AEAD,
      NULL },
    { VCRYPTO_AKCIPHER_DESTROY_SESSION, VCRYPTO_CONTROL_DESTROY,
      VCRYPTO_SERVICE_AKCIPHER, NULL },
};

static const struct control_operation *find_operation(uint32_t opcode)
{
    for (size_t i = 0; i < sizeof(operations) / sizeof(operations[0]); i++) {
        if (operations[i].opcode == opcode) {
            return &operations[i];
        }
    }
    return NULL;
}

static enum vcrypto_status decode_create(const struct vcrypto_wire_limits *limits,
                                         const struct control_operation *operation,
                                         const uint8_t *fixed,
                                         struct vcrypto_cursor *readable,
                                         struct vcrypto_session_params *params)
{
    enum vcrypto_status status;

    if (!(limits->services & 1u << operation->service)) {
        return VCRYPTO_NOTSUPP;
    }
    params->service = operation->service;
    status = operation->parse(fixed + PARAMETERS, params);
    if (status != VCRYPTO_OK) {
        return status;
    }
    params->late = VCRYPTO_ERR;
    if (params->key_len <= limits->max_cipher_key_len &&
        vcrypto_cursor_take(readable, params->key_len, &params->key)) {
        params->late = VCRYPTO_OK;
    }
    return VCRYPTO_OK;
}

void vcrypto_wire_decode_control(const struct vcrypto_wire_limits *limits,
                                 const struct vcrypto_chain *chain,
                                 struct vcrypto_control *control)
{
    uint8_t fixed[VCRYPTO_FIXED_REQUEST_SIZE];
    const struct control_operation *operation;
    struct vcrypto_cursor readable, writable;
    bool whole;

    vcrypto_cursor_init(&readable, chain->out, chain->out_num);
    vcrypto_cursor_init(&writable, chain->in, chain->in_num);
    *control = (struct vcrypto_control){ .kind = VCRYPTO_CONTROL_UNKNOWN,
                                         .early = VCRYPTO_ERR,
                                         .reply_size = writable.left };
    whole = vcrypto_cursor_read(&readable, fixed, sizeof(fixed));
    if (!whole && !vcrypto_cursor_read(&readable, fixed, VCRYPTO_CONTROL_HEADER_SIZE)) {
        return;
    }
    operation = find_operation(get_le32(fixed + OPCODE));
    if (!operation) {
        control->early = VCRYPTO_NOTSUPP;
        return;
    }
    control->kind = operation->kind;
    if (!whole) {
        return;
    }
    if (operation->kind == VCRYPTO_CONTROL_CREATE) {
        control->early =
            decode_create(limits, operation, fixed, &readable, &control->params);
    } else {
        control->session_id = get_le64(fixed + PARAMETERS);
        control->early = VCRYPTO_OK;
    }
}

static void encode_create_reply(enum vcrypto_status status, uint64_t session_id,
                                struct vcrypto_control_reply *reply)
{
    put_le64(reply->bytes, status == VCRYPTO_OK ? session_id : 0);
    put_le32(reply->bytes + 8, status);
    reply->size = VCRYPTO_CREATE_REPLY_SIZE;
}

void vcrypto_wire_encode_reply(const struct vcrypto_control *control,
                               enum vcrypto_status status, uint64_t session_id,
                               struct vcrypto_control_reply *reply)
{
    bool room = control->reply_size >= VCRYPTO_CREATE_REPLY_SIZE;

    memset(reply, 0, sizeof(*reply));
    if (control->kind != VCRYPTO_CONTROL_DESTROY && room) {
        encode_create_reply(status, session_id, reply);
    } else if (control->kind == VCRYPTO_CONTROL_DESTROY) {
        /* One byte is what every driver gives, eight are v19's: little-endian
         * makes the first byte the status in both. */
        put_le32(reply->bytes, status);
        reply->size = control->reply_size < VCRYPTO_DESTROY_REPLY_SIZE
                          ? (size_t)control->reply_size
                          : VCRYPTO_DESTROY_REPLY_SIZE;
    } else if (control->kind == VCRYPTO_CONTROL_UNKNOWN && control->reply_size) {
        reply->bytes[0] = (uint8_t)status;
        reply->size = 1;
    }
}
