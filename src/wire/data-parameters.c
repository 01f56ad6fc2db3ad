/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "data-parameters.h"

#include "le.h"
#include "params.h"

/* ---- symmetric ---- */

enum {
    SYM_IV_LEN = 0,
    SYM_SRC_LEN = 4,
    SYM_DST_LEN = 8,
    CHAIN_CIPHER_START = 12,
    CHAIN_CIPHER_LEN = 16,
    CHAIN_HASH_START = 20,
    CHAIN_HASH_LEN = 24,
    CHAIN_AAD_LEN = 28,
    CHAIN_RESULT_LEN = 32,
    SYM_OP_TYPE = 40,
    /* Stateless: the same fields as from SYM_IV_LEN on come after the session's. */
    CIPHER_REQUEST = 12,
    CHAIN_ORDER = 0,
    CHAIN_CIPHER = 8,
    CHAIN_HASH_ALGORITHM = 20,
    CHAIN_AUTH_KEY_LEN = 24,
    CHAIN_HASH_MODE = 28,
    CHAIN_REQUEST = 32,
    STATELESS_OP_TYPE = 72,
};

static bool within(uint32_t start, uint32_t len, uint32_t size)
{
    return (uint64_t)start + len <= size;
}

/* keeps: SYM-5 */
static enum vcrypto_status parse_cipher_lengths(const uint8_t *p,
                                                struct framing_lengths *lengths)
{
    lengths->parts[FRAMING_IV] = get_le32(p + SYM_IV_LEN);
    lengths->parts[FRAMING_SRC] = get_le32(p + SYM_SRC_LEN);
    lengths->dst = get_le32(p + SYM_DST_LEN);
    return lengths->dst >= lengths->parts[FRAMING_SRC] ? VCRYPTO_OK : VCRYPTO_ERR;
}

static enum vcrypto_status parse_chain_lengths(const uint8_t *p,
                                               struct vcrypto_request *request,
                                               struct framing_lengths *lengths)
{
    enum vcrypto_status status = parse_cipher_lengths(p, lengths);
    uint32_t src_len = lengths->parts[FRAMING_SRC];

    request->ranges.cipher_start = get_le32(p + CHAIN_CIPHER_START);
    request->ranges.cipher_len = get_le32(p + CHAIN_CIPHER_LEN);
    request->ranges.hash_start = get_le32(p + CHAIN_HASH_START);
    request->ranges.hash_len = get_le32(p + CHAIN_HASH_LEN);
    lengths->parts[FRAMING_AAD] = get_le32(p + CHAIN_AAD_LEN);
    lengths->result = get_le32(p + CHAIN_RESULT_LEN);
    if (!within(request->ranges.cipher_start, request->ranges.cipher_len, src_len) ||
        !within(request->ranges.hash_start, request->ranges.hash_len, src_len)) {
        return VCRYPTO_ERR;
    }
    return status;
}

/* keeps: SYM-3 */
static enum vcrypto_status parse_symmetric(const uint8_t *p,
                                           struct vcrypto_request *request,
                                           struct framing_lengths *lengths)
{
    request->op_type = get_le32(p + SYM_OP_TYPE);
    switch (request->op_type) {
    case VCRYPTO_OP_TYPE_CIPHER:
        return parse_cipher_lengths(p, lengths);
    case VCRYPTO_OP_TYPE_CHAINING:
        return parse_chain_lengths(p, request, lengths);
    default:
        return VCRYPTO_NOTSUPP;
    }
}

static void parse_cipher_session(const uint8_t *p,
                                 struct vcrypto_session_params *params,
                                 struct framing_lengths *lengths)
{
    read_cipher(p, params);
    lengths->parts[FRAMING_KEY] = params->key_len;
}

static enum vcrypto_status parse_chain_session(const uint8_t *p,
                                               struct vcrypto_session_params *params,
                                               struct framing_lengths *lengths)
{
    parse_cipher_session(p + CHAIN_CIPHER, params, lengths);
    params->chain_order = get_le32(p + CHAIN_ORDER);
    params->hash_mode = get_le32(p + CHAIN_HASH_MODE);
    params->auth_algorithm = get_le32(p + CHAIN_HASH_ALGORITHM);
    if (params->hash_mode == VCRYPTO_HASH_MODE_AUTH) {
        params->auth_key_len = get_le32(p + CHAIN_AUTH_KEY_LEN);
        lengths->parts[FRAMING_AUTH_KEY] = params->auth_key_len;
    }
    return hash_mode_known(params->hash_mode) ? VCRYPTO_OK : VCRYPTO_NOTSUPP;
}

static enum vcrypto_status parse_symmetric_stateless(const uint8_t *p,
                                                     struct vcrypto_request *request,
                                                     struct framing_lengths *lengths)
{
    struct vcrypto_session_params *params = &request->params;
    enum vcrypto_status status;

    request->op_type = get_le32(p + STATELESS_OP_TYPE);
    params->service = VCRYPTO_SERVICE_CIPHER;
    params->op_type = request->op_type;
    switch (request->op_type) {
    case VCRYPTO_OP_TYPE_CIPHER:
        parse_cipher_session(p, params, lengths);
        return parse_cipher_lengths(p + CIPHER_REQUEST, lengths);
    case VCRYPTO_OP_TYPE_CHAINING:
        status = parse_chain_session(p, params, lengths);
        return status == VCRYPTO_OK
                   ? parse_chain_lengths(p + CHAIN_REQUEST, request, lengths)
                   : status;
    default:
        return VCRYPTO_NOTSUPP;
    }
}

/* ---- HASH and MAC ---- */

enum {
    HASH_SRC_LEN = 0,
    HASH_RESULT_LEN = 4,
    /* Stateless: after the algorithm, and for MAC after the key's length too. */
    HASH_ALGORITHM = 0,
    HASH_REQUEST = 4,
    MAC_KEY_LEN = 4,
    MAC_REQUEST = 8,
};

static enum vcrypto_status parse_hash(const uint8_t *p, struct vcrypto_request *request,
                                      struct framing_lengths *lengths)
{
    (void)request;
    lengths->parts[FRAMING_SRC] = get_le32(p + HASH_SRC_LEN);
    lengths->result = get_le32(p + HASH_RESULT_LEN);
    return VCRYPTO_OK;
}

static enum vcrypto_status parse_hash_stateless(const uint8_t *p,
                                                struct vcrypto_request *request,
                                                struct framing_lengths *lengths)
{
    request->params.service = VCRYPTO_SERVICE_HASH;
    request->params.algorithm = get_le32(p + HASH_ALGORITHM);
    return parse_hash(p + HASH_REQUEST, request, lengths);
}

/* keeps: MAC-1 */
static enum vcrypto_status parse_mac_stateless(const uint8_t *p,
                                               struct vcrypto_request *request,
                                               struct framing_lengths *lengths)
{
    request->params.service = VCRYPTO_SERVICE_MAC;
    request->params.algorithm = get_le32(p + HASH_ALGORITHM);
    request->params.auth_key_len = get_le32(p + MAC_KEY_LEN);
    lengths->parts[FRAMING_AUTH_KEY] = request->params.auth_key_len;
    return parse_hash(p + MAC_REQUEST, request, lengths);
}

/* ---- AEAD ---- */

enum {
    AEAD_IV_LEN = 0,
    AEAD_AAD_LEN = 4,
    AEAD_SRC_LEN = 8,
    AEAD_DST_LEN = 12,
    AEAD_TAG_LEN = 16,
    /* Stateless: the lengths come in another order. */
    AEAD_ALGORITHM = 0,
    AEAD_KEY_LEN = 4,
    AEAD_DIRECTION = 8,
    AEAD_STATELESS_IV_LEN = 12,
    AEAD_STATELESS_TAG_LEN = 16,
    AEAD_STATELESS_AAD_LEN = 20,
    AEAD_STATELESS_SRC_LEN = 24,
    AEAD_STATELESS_DST_LEN = 28,
};

static enum vcrypto_status parse_aead(const uint8_t *p, struct vcrypto_request *request,
                                      struct framing_lengths *lengths)
{
    lengths->parts[FRAMING_IV] = get_le32(p + AEAD_IV_LEN);
    lengths->parts[FRAMING_AAD] = get_le32(p + AEAD_AAD_LEN);
    lengths->parts[FRAMING_SRC] = get_le32(p + AEAD_SRC_LEN);
    lengths->dst = get_le32(p + AEAD_DST_LEN);
    request->tag_len = get_le32(p + AEAD_TAG_LEN);
    return VCRYPTO_OK;
}

static enum vcrypto_status parse_aead_stateless(const uint8_t *p,
                                                struct vcrypto_request *request,
                                                struct framing_lengths *lengths)
{
    struct vcrypto_session_params *params = &request->params;

    params->service = VCRYPTO_SERVICE_AEAD;
    params->algorithm = get_le32(p + AEAD_ALGORITHM);
    params->key_len = get_le32(p + AEAD_KEY_LEN);
    params->direction = get_le32(p + AEAD_DIRECTION);
    params->tag_len = get_le32(p + AEAD_STATELESS_TAG_LEN);
    lengths->parts[FRAMING_KEY] = params->key_len;
    lengths->parts[FRAMING_IV] = get_le32(p + AEAD_STATELESS_IV_LEN);
    lengths->parts[FRAMING_AAD] = get_le32(p + AEAD_STATELESS_AAD_LEN);
    lengths->parts[FRAMING_SRC] = get_le32(p + AEAD_STATELESS_SRC_LEN);
    lengths->dst = get_le32(p + AEAD_STATELESS_DST_LEN);
    return VCRYPTO_OK;
}

/* ---- AKCIPHER ---- */

enum {
    AKCIPHER_SRC_LEN = 0,
    AKCIPHER_DST_LEN = 4,
    /* Stateless: the same after the session's. */
    AKCIPHER_REQUEST = 20,
};

/* To verify, the signature and the data that it is of are both read. */
static enum vcrypto_status parse_akcipher(const uint8_t *p,
                                          struct vcrypto_request *request,
                                          struct framing_lengths *lengths)
{
    uint32_t second = get_le32(p + AKCIPHER_DST_LEN);

    lengths->parts[FRAMING_SRC] = get_le32(p + AKCIPHER_SRC_LEN);
    if (request->operation == VCRYPTO_OPERATION_VERIFY) {
        lengths->parts[FRAMING_SIGNED_DATA] = second;
    } else {
        lengths->dst = second;
    }
    return VCRYPTO_OK;
}

static enum vcrypto_status parse_akcipher_stateless(const uint8_t *p,
                                                    struct vcrypto_request *request,
                                                    struct framing_lengths *lengths)
{
    struct vcrypto_session_params *params = &request->params;

    params->service = VCRYPTO_SERVICE_AKCIPHER;
    read_akcipher(p, params);
    lengths->parts[FRAMING_KEY] = params->key_len;
    return parse_akcipher(p + AKCIPHER_REQUEST, request, lengths);
}

/* ---- the table ---- */

#define HEADER VCRYPTO_DATA_HEADER_SIZE
#define FORM(parameters, padded_size, ...)                                             \
    {                                                                                  \
        .exact = HEADER + (parameters), .padded = (padded_size), __VA_ARGS__           \
    }
#define SESSION(size, fn, ...)                                                         \
    .session = { FORM(size, VCRYPTO_FIXED_REQUEST_SIZE, __VA_ARGS__), fn, false }
#define STATELESS(size, fn, ...)                                                       \
    .stateless = { FORM(size, FRAMING_FIXED_MAX, __VA_ARGS__), fn, false }

#define CIPHER(name)                                                                   \
    {                                                                                  \
        .opcode = VCRYPTO_CIPHER_##name, .service = VCRYPTO_SERVICE_CIPHER,            \
        .operation = VCRYPTO_OPERATION_##name, SESSION(48, parse_symmetric),           \
        .stateless = {                                                                 \
            FORM(76, FRAMING_FIXED_MAX, .queue_id = true),                             \
            parse_symmetric_stateless,                                                 \
            .aad_first = true                                                          \
        }                                                                              \
    }
#define AEAD(name)                                                                     \
    {                                                                                  \
        .opcode = VCRYPTO_AEAD_##name, .service = VCRYPTO_SERVICE_AEAD,                \
        .operation = VCRYPTO_OPERATION_##name,                                         \
        SESSION(24, parse_aead, .iv_slot = true),                                      \
        STATELESS(32, parse_aead_stateless, .iv_slot = true)                           \
    }
#define AKCIPHER(name)                                                                 \
    {                                                                                  \
        .opcode = VCRYPTO_AKCIPHER_##name, .service = VCRYPTO_SERVICE_AKCIPHER,        \
        .operation = VCRYPTO_OPERATION_##name, SESSION(8, parse_akcipher),             \
        STATELESS(28, parse_akcipher_stateless)                                        \
    }

/* keeps: HSH-1 SYM-1 SYM-6 AEA-1 AK-1 */
static const struct data_operation operations[] = {
    CIPHER(ENCRYPT),
    CIPHER(DECRYPT),
    { .opcode = VCRYPTO_HASH,
      .service = VCRYPTO_SERVICE_HASH,
      SESSION(8, parse_hash),
      STATELESS(16, parse_hash_stateless) },
    { .opcode = VCRYPTO_MAC,
      .service = VCRYPTO_SERVICE_MAC,
      SESSION(8, parse_hash),
      STATELESS(16, parse_mac_stateless) },
    AEAD(ENCRYPT),
    AEAD(DECRYPT),
    AKCIPHER(ENCRYPT),
    AKCIPHER(DECRYPT),
    AKCIPHER(SIGN),
    AKCIPHER(VERIFY),
};

const struct data_operation *vcrypto_data_operation(uint32_t opcode)
{
    for (size_t i = 0; i < sizeof(operations) / sizeof(operations[0]); i++) {
        if (operations[i].opcode == opcode) {
            return &operations[i];
        }
    }
    return NULL;
}
