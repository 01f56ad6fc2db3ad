/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Control queue requests: a 16-byte header, parameters, then the keys. */
#include "vcrypto/wire.h"

#include "framing.h"
#include "params.h"

/* Offsets in the request. */
enum {
    OPCODE = 0,
    PARAMETERS = VCRYPTO_CONTROL_HEADER_SIZE,
};

/* Offsets in the parameters of a symmetric session, */
enum {
    CHAIN_ORDER = 0,
    CHAIN_HASH_MODE = 4,
    CHAIN_CIPHER = 8,
    CHAIN_HASH_ALGORITHM = 24,
    CHAIN_RESULT_LEN = 28,
    CHAIN_AUTH_KEY_LEN = 32,
    SYM_OP_TYPE = 48,
};

/* of HASH and MAC, */
enum {
    HASH_ALGORITHM = 0,
    HASH_RESULT_LEN = 4,
    MAC_KEY_LEN = 8,
};

/* and of AEAD. */
enum {
    AEAD_ALGORITHM = 0,
    AEAD_KEY_LEN = 4,
    AEAD_TAG_LEN = 8,
    AEAD_DIRECTION = 16,
};

/* Reads the parameters of a session of one service. */
typedef enum vcrypto_status parse_fn(const uint8_t *parameters,
                                     struct vcrypto_session_params *params);

/* keeps: SYM-8 */
static enum vcrypto_status parse_chain(const uint8_t *chain,
                                       struct vcrypto_session_params *params)
{
    read_cipher(chain + CHAIN_CIPHER, params);
    params->chain_order = get_le32(chain + CHAIN_ORDER);
    params->hash_mode = get_le32(chain + CHAIN_HASH_MODE);
    params->auth_algorithm = get_le32(chain + CHAIN_HASH_ALGORITHM);
    params->result_len = get_le32(chain + CHAIN_RESULT_LEN);
    if (params->hash_mode == VCRYPTO_HASH_MODE_AUTH) {
        params->auth_key_len = get_le32(chain + CHAIN_AUTH_KEY_LEN);
    }
    return hash_mode_known(params->hash_mode) ? VCRYPTO_OK : VCRYPTO_NOTSUPP;
}

static enum vcrypto_status parse_symmetric(const uint8_t *parameters,
                                           struct vcrypto_session_params *params)
{
    params->op_type = get_le32(parameters + SYM_OP_TYPE);
    switch (params->op_type) {
    case VCRYPTO_OP_TYPE_CIPHER:
        read_cipher(parameters, params);
        return VCRYPTO_OK;
    case VCRYPTO_OP_TYPE_CHAINING:
        return parse_chain(parameters, params);
    default:
        return VCRYPTO_NOTSUPP;
    }
}

static enum vcrypto_status parse_hash(const uint8_t *parameters,
                                      struct vcrypto_session_params *params)
{
    params->algorithm = get_le32(parameters + HASH_ALGORITHM);
    params->result_len = get_le32(parameters + HASH_RESULT_LEN);
    return VCRYPTO_OK;
}

static enum vcrypto_status parse_mac(const uint8_t *parameters,
                                     struct vcrypto_session_params *params)
{
    params->auth_key_len = get_le32(parameters + MAC_KEY_LEN);
    return parse_hash(parameters, params);
}

static enum vcrypto_status parse_aead(const uint8_t *parameters,
                                      struct vcrypto_session_params *params)
{
    params->algorithm = get_le32(parameters + AEAD_ALGORITHM);
    params->key_len = get_le32(parameters + AEAD_KEY_LEN);
    params->tag_len = get_le32(parameters + AEAD_TAG_LEN);
    params->direction = get_le32(parameters + AEAD_DIRECTION);
    return VCRYPTO_OK;
}

static enum vcrypto_status parse_akcipher(const uint8_t *parameters,
                                          struct vcrypto_session_params *params)
{
    read_akcipher(parameters, params);
    return VCRYPTO_OK;
}

#define FORM(parameters)                                                               \
    {                                                                                  \
        .exact = PARAMETERS + (parameters), .padded = VCRYPTO_FIXED_REQUEST_SIZE       \
    }
#define CREATE(name, size, fn)                                                         \
    {                                                                                  \
        VCRYPTO_##name##_CREATE_SESSION, VCRYPTO_CONTROL_CREATE,                       \
            VCRYPTO_SERVICE_##name, FORM(size), fn                                     \
    }
#define DESTROY(name)                                                                  \
    {                                                                                  \
        VCRYPTO_##name##_DESTROY_SESSION, VCRYPTO_CONTROL_DESTROY,                     \
            VCRYPTO_SERVICE_##name, FORM(8), NULL                                      \
    }

/* keeps: CRE-1 */
static const struct control_operation {
    uint32_t opcode;
    enum vcrypto_control_kind kind;
    enum vcrypto_service service;
    struct framing_form form;
    parse_fn *parse;
} operations[] = {
    CREATE(CIPHER, 56, parse_symmetric),  DESTROY(CIPHER),
    CREATE(HASH, 8, parse_hash),          DESTROY(HASH),
    CREATE(MAC, 16, parse_mac),           DESTROY(MAC),
    CREATE(AEAD, 24, parse_aead),         DESTROY(AEAD),
    CREATE(AKCIPHER, 56, parse_akcipher), DESTROY(AKCIPHER),
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

/* Finds the keys. False: the lengths are not those of what was sent. */
/* keeps: CRE-2 */
static bool carve_keys(const struct vcrypto_wire_limits *limits,
                       const struct framing_form *form, const uint8_t *fixed,
                       const struct vcrypto_cursor *request,
                       struct vcrypto_session_params *params)
{
    const struct framing_lengths lengths = {
        .parts = { [FRAMING_KEY] = params->key_len,
                   [FRAMING_AUTH_KEY] = params->auth_key_len },
    };
    struct vcrypto_cursor readable = *request;
    struct framing_found found;

    return vcrypto_framing_keys_fit(limits, params->service, params->key_len,
                                    params->auth_key_len) &&
           vcrypto_framing_solve(limits, form, &lengths, fixed, readable.left,
                                 &found) &&
           vcrypto_cursor_take(&readable, found.start, NULL) &&
           vcrypto_cursor_take(&readable, params->key_len, &params->key) &&
           vcrypto_cursor_take(&readable, params->auth_key_len, &params->auth_key);
}

static enum vcrypto_status decode_create(const struct vcrypto_wire_limits *limits,
                                         const struct control_operation *operation,
                                         const uint8_t *fixed,
                                         const struct vcrypto_cursor *request,
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
    params->late = carve_keys(limits, &operation->form, fixed, request, params)
                       ? VCRYPTO_OK
                       : VCRYPTO_ERR;
    single_key(params);
    return VCRYPTO_OK;
}

/* keeps: IPS */
void vcrypto_wire_decode_control(const struct vcrypto_wire_limits *limits,
                                 const struct vcrypto_chain *chain,
                                 struct vcrypto_control *control)
{
    uint8_t fixed[VCRYPTO_FIXED_REQUEST_SIZE] = { 0 };
    const struct control_operation *operation;
    struct vcrypto_cursor readable, writable, request;

    vcrypto_cursor_init(&readable, chain->out, chain->out_num);
    vcrypto_cursor_init(&writable, chain->in, chain->in_num);
    *control = (struct vcrypto_control){ .kind = VCRYPTO_CONTROL_UNKNOWN,
                                         .early = VCRYPTO_ERR,
                                         .reply_size = writable.left };
    request = readable;
    vcrypto_cursor_read(&readable, fixed,
                        request.left < sizeof(fixed) ? (size_t)request.left
                                                     : sizeof(fixed));
    if (request.left < VCRYPTO_CONTROL_HEADER_SIZE) {
        return;
    }
    operation = find_operation(get_le32(fixed + OPCODE));
    if (!operation) {
        control->early = VCRYPTO_NOTSUPP;
        return;
    }
    control->kind = operation->kind;
    if (!vcrypto_framing_has_fixed(limits, &operation->form, request.left)) {
        return;
    }
    if (operation->kind == VCRYPTO_CONTROL_CREATE) {
        control->early =
            decode_create(limits, operation, fixed, &request, &control->params);
    } else {
        control->session_id = get_le64(fixed + PARAMETERS);
        control->early = VCRYPTO_OK;
    }
}
