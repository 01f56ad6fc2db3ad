/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sessions, and slots without one, from the bytes of a state. */
#include "state.h"

#include <inttypes.h>

/* What is between the session's id and its keys. */
static void get_params(struct state_reader *reader,
                       struct vcrypto_session_params *params)
{
    params->service = vcrypto_state_get32(reader);
    params->op_type = vcrypto_state_get32(reader);
    params->algorithm = vcrypto_state_get32(reader);
    params->direction = vcrypto_state_get32(reader);
    params->result_len = vcrypto_state_get32(reader);
    params->tag_len = vcrypto_state_get32(reader);
    params->chain_order = vcrypto_state_get32(reader);
    params->hash_mode = vcrypto_state_get32(reader);
    params->auth_algorithm = vcrypto_state_get32(reader);
    params->akcipher.key_type = vcrypto_state_get32(reader);
    params->akcipher.padding = vcrypto_state_get32(reader);
    params->akcipher.hash = vcrypto_state_get32(reader);
    params->akcipher.curve = vcrypto_state_get32(reader);
    params->key_len = vcrypto_state_get32(reader);
    params->auth_key_len = vcrypto_state_get32(reader);
}

/* Whether the operation is one that the service has. */
static bool operation_fits(const struct vcrypto_session_params *params)
{
    bool chain = params->op_type == VCRYPTO_OP_TYPE_CHAINING;

    if (params->service >= VCRYPTO_SERVICE_COUNT) {
        return false;
    }
    if (params->service != VCRYPTO_SERVICE_CIPHER) {
        return params->op_type == VCRYPTO_OP_TYPE_NONE && !params->hash_mode;
    }
    if (params->hash_mode == VCRYPTO_HASH_MODE_PLAIN ||
        params->hash_mode == VCRYPTO_HASH_MODE_AUTH) {
        return chain;
    }
    return params->op_type == VCRYPTO_OP_TYPE_CIPHER && !params->hash_mode;
}

static bool promised(const struct vcrypto_state_promises *told, uint32_t service,
                     uint32_t id)
{
    return id < 64 && told->algorithms[service] & UINT64_C(1) << id;
}

static uint32_t auth_service(const struct vcrypto_session_params *params)
{
    return params->hash_mode == VCRYPTO_HASH_MODE_PLAIN ? VCRYPTO_SERVICE_HASH
                                                        : VCRYPTO_SERVICE_MAC;
}

static bool algorithms_promised(const struct vcrypto_state_promises *told,
                                const struct vcrypto_session_params *params)
{
    return promised(told, params->service, params->algorithm) &&
           (params->hash_mode
                ? promised(told, auth_service(params), params->auth_algorithm)
                : !params->auth_algorithm);
}

/* The longest key that a session of @service may have as its first. */
static uint32_t longest(const struct vcrypto_state_promises *told, uint32_t service)
{
    switch (service) {
    case VCRYPTO_SERVICE_CIPHER:
    case VCRYPTO_SERVICE_AEAD:
        return told->max_cipher_key_len;
    case VCRYPTO_SERVICE_MAC:
        return told->max_auth_key_len;
    case VCRYPTO_SERVICE_AKCIPHER:
        return told->max_akcipher_key_len;
    default:
        return 0;
    }
}

static bool keys_fit(const struct state_reader *reader,
                     const struct vcrypto_session_params *params)
{
    const struct vcrypto_state_promises *told = &reader->told.promises;
    uint32_t auth =
        params->hash_mode == VCRYPTO_HASH_MODE_AUTH ? told->max_auth_key_len : 0;

    return params->key_len <= longest(told, params->service) &&
           params->auth_key_len <= auth && params->key_len <= STATE_MAX_KEY &&
           params->auth_key_len <= STATE_MAX_KEY &&
           reader->length ==
               STATE_SESSION_SIZE + params->key_len + params->auth_key_len;
}

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* One block for whatever session comes: the longest keys that were promised, and so are
 * allowed here. */
static bool make_room(struct state_reader *reader)
{
    const struct vcrypto_state_promises *told = &reader->told.promises;
    size_t cipher = smaller(told->max_cipher_key_len, STATE_MAX_KEY);
    size_t auth = smaller(told->max_auth_key_len, STATE_MAX_KEY);
    size_t akcipher = smaller(told->max_akcipher_key_len, STATE_MAX_KEY);

    if (!reader->keys) {
        reader->keys_room = cipher + auth > akcipher ? cipher + auth : akcipher;
        reader->keys = vcrypto_secret_alloc(reader->keys_room + 1);
    }
    return reader->keys || vcrypto_state_wrong(reader, "no memory for the sessions");
}

/* The session's keys, to the block, in which @params then finds them. */
static bool read_keys(struct state_reader *reader,
                      struct vcrypto_session_params *params, struct iovec *whole)
{
    struct vcrypto_cursor keys;

    if (!make_room(reader) ||
        !vcrypto_state_read(reader, reader->keys,
                            params->key_len + params->auth_key_len)) {
        return false;
    }
    *whole = (struct iovec){ reader->keys, params->key_len + params->auth_key_len };
    vcrypto_cursor_init(&keys, whole, 1);
    vcrypto_cursor_take(&keys, params->key_len, &params->key);
    params->auth_key = keys;
    return true;
}

/* One line for each algorithm is enough. */
static void refuse(struct state_reader *reader,
                   const struct vcrypto_session_params *params)
{
    uint64_t *refused = &reader->refused[params->service];
    char name[STATE_NAME], auth[STATE_NAME];

    if (*refused & UINT64_C(1) << params->algorithm) {
        return;
    }
    *refused |= UINT64_C(1) << params->algorithm;
    vcrypto_state_name(params->service, params->algorithm, name);
    if (params->hash_mode) {
        vcrypto_state_needs(
            reader, "a session of %s and %s with keys of %u and %u bytes", name,
            vcrypto_state_name(auth_service(params), params->auth_algorithm, auth),
            params->key_len, params->auth_key_len);
    } else {
        vcrypto_state_needs(reader, "a session of %s with a key of %u bytes", name,
                            params->key_len);
    }
}

/* As for a request of the guest. NULL with true: this side refuses the session. */
static bool make(struct state_reader *reader,
                 const struct vcrypto_session_params *params, struct session **made)
{
    const struct vcrypto_algorithm *rows[SESSION_PARTS];
    struct session *session =
        vcrypto_session_new(params->key_len + params->auth_key_len);

    *made = NULL;
    if (!session) {
        return vcrypto_state_wrong(reader, "no memory for the sessions");
    }
    if (vcrypto_session_rows(params, &reader->backend->config, rows) != VCRYPTO_OK ||
        vcrypto_session_fill(session, params, rows) != VCRYPTO_OK ||
        !vcrypto_session_key_accepted(session)) {
        vcrypto_session_unref(session);
        refuse(reader, params);
        return true;
    }
    *made = session;
    return true;
}

static bool keep(struct state_reader *reader, enum vcrypto_status status, uint64_t what)
{
    switch (status) {
    case VCRYPTO_OK:
        return true;
    case VCRYPTO_ERR:
        return vcrypto_state_wrong(reader, "no memory for the sessions");
    default:
        return vcrypto_state_wrong(
            reader, "the state is damaged: session or slot 0x%" PRIx64 " %s", what,
            status == VCRYPTO_NOSPC ? "is beyond the last" : "comes twice");
    }
}

bool vcrypto_state_load_session(struct state_reader *reader)
{
    uint64_t id = vcrypto_state_get64(reader);
    uint32_t generation = vcrypto_state_get32(reader);
    struct vcrypto_session_params params = { .late = VCRYPTO_OK };
    struct session *session;
    enum vcrypto_status status;
    struct iovec whole;

    get_params(reader, &params);
    if (!(uint32_t)id || generation < id >> 32 || !operation_fits(&params) ||
        !algorithms_promised(&reader->told.promises, &params) ||
        !keys_fit(reader, &params)) {
        return vcrypto_state_wrong(
            reader, "the state is damaged: session 0x%" PRIx64 " cannot be", id);
    }
    if (!read_keys(reader, &params, &whole) || !make(reader, &params, &session)) {
        return false;
    }
    reader->sessions++;
    if (!session) {
        return true;
    }
    status =
        vcrypto_session_table_put(&reader->backend->sessions, session, id, generation);
    if (status != VCRYPTO_OK) {
        vcrypto_session_unref(session);
    }
    return keep(reader, status, id);
}

bool vcrypto_state_load_free(struct state_reader *reader)
{
    uint32_t count = vcrypto_state_get32(reader);

    if (count > STATE_SLOTS ||
        reader->length != STATE_FREE_SIZE + count * STATE_SLOT_SIZE) {
        return vcrypto_state_wrong(reader, "the state is damaged: %u free slots",
                                   count);
    }
    for (uint32_t i = 0; i < count; i++) {
        uint32_t slot = vcrypto_state_get32(reader);
        uint32_t generation = vcrypto_state_get32(reader);
        enum vcrypto_status status =
            vcrypto_session_table_spend(&reader->backend->sessions, slot, generation);

        if (!keep(reader, status, slot)) {
            return false;
        }
    }
    return true;
}
