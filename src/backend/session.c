/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a session is made of. */
#include "session.h"

#include <string.h>

struct session *vcrypto_session_new(uint32_t room)
{
    struct session *session = vcrypto_secret_alloc(sizeof(*session) + room);

    if (session) {
        atomic_init(&session->references, 1);
        session->room = room;
    }
    return session;
}

void vcrypto_session_unref(struct session *session)
{
    if (atomic_fetch_sub_explicit(&session->references, 1, memory_order_acq_rel) == 1) {
        vcrypto_secret_free(session, sizeof(*session) + session->room);
    }
}

bool vcrypto_session_offered(const struct vcrypto_backend_config *config,
                             const struct vcrypto_algorithm *algorithm)
{
    if (config->no_mac_iv_prefix && vcrypto_algorithm_mac_has_iv(algorithm)) {
        return false;
    }
    return !(config->left_out[algorithm->service] >> algorithm->id & 1);
}

static const struct vcrypto_algorithm *
find_row(enum vcrypto_service service, uint32_t id,
         const struct vcrypto_backend_config *config)
{
    const struct vcrypto_algorithm *row = vcrypto_algorithm_find(service, id);

    return row && vcrypto_session_offered(config, row) ? row : NULL;
}

/* keeps: CRE-3 */
enum vcrypto_status
vcrypto_session_rows(const struct vcrypto_session_params *params,
                     const struct vcrypto_backend_config *config,
                     const struct vcrypto_algorithm *rows[SESSION_PARTS])
{
    rows[SESSION_MAIN] = find_row(params->service, params->algorithm, config);
    rows[SESSION_AUTH] = NULL;
    if (!rows[SESSION_MAIN]) {
        return VCRYPTO_NOTSUPP;
    }
    if (params->hash_mode) {
        rows[SESSION_AUTH] =
            find_row(params->hash_mode == VCRYPTO_HASH_MODE_PLAIN ? VCRYPTO_SERVICE_HASH
                                                                  : VCRYPTO_SERVICE_MAC,
                     params->auth_algorithm, config);
        if (!rows[SESSION_AUTH]) {
            return VCRYPTO_NOTSUPP;
        }
    }
    return VCRYPTO_OK;
}

static bool direction_valid(const struct vcrypto_session_params *params)
{
    if (params->service != VCRYPTO_SERVICE_CIPHER &&
        params->service != VCRYPTO_SERVICE_AEAD) {
        return true;
    }
    return params->direction == VCRYPTO_ENCRYPT || params->direction == VCRYPTO_DECRYPT;
}

static bool chain_valid(const struct vcrypto_session_params *params)
{
    return !params->hash_mode || params->chain_order == VCRYPTO_HASH_THEN_CIPHER ||
           params->chain_order == VCRYPTO_CIPHER_THEN_HASH;
}

static bool results_valid(const struct vcrypto_session_params *params,
                          const struct vcrypto_algorithm *const *rows)
{
    const struct vcrypto_algorithm *digest =
        rows[SESSION_AUTH] ? rows[SESSION_AUTH] : rows[SESSION_MAIN];

    if (params->service == VCRYPTO_SERVICE_AEAD) {
        return vcrypto_algorithm_tag_valid(rows[SESSION_MAIN], params->tag_len);
    }
    return params->result_len <= vcrypto_algorithm_max_result(digest);
}

static bool fill_part(struct session_part *part,
                      const struct vcrypto_algorithm *algorithm, uint32_t key_len,
                      struct vcrypto_cursor key, uint8_t *to)
{
    int key_index = vcrypto_algorithm_key_index(algorithm, key_len);

    if (key_index < 0) {
        return false;
    }
    part->algorithm = algorithm;
    part->key_index = (unsigned)key_index;
    part->key_len = key_len;
    return vcrypto_cursor_read(&key, to, key_len) &&
           vcrypto_algorithm_key_valid(algorithm, to, key_len);
}

enum vcrypto_status vcrypto_session_fill(struct session *session,
                                         const struct vcrypto_session_params *params,
                                         const struct vcrypto_algorithm *const *rows)
{
    struct session_kind *kind = &session->kind;

    memset(kind, 0, sizeof(*kind));
    if (!direction_valid(params) || !chain_valid(params) ||
        !results_valid(params, rows)) {
        return VCRYPTO_ERR;
    }
    kind->service = params->service;
    kind->op_type = params->op_type;
    kind->direction = params->direction;
    kind->result_len = params->result_len;
    kind->tag_len = params->tag_len;
    kind->chain_order = params->chain_order;
    kind->akcipher = params->akcipher;
    if (!fill_part(&kind->parts[SESSION_MAIN], rows[SESSION_MAIN], params->key_len,
                   params->key, session->keys)) {
        return VCRYPTO_ERR;
    }
    if (rows[SESSION_AUTH] &&
        !fill_part(&kind->parts[SESSION_AUTH], rows[SESSION_AUTH], params->auth_key_len,
                   params->auth_key, session->keys + params->key_len)) {
        return VCRYPTO_ERR;
    }
    return VCRYPTO_OK;
}

void vcrypto_session_keying(const struct session *session, unsigned part,
                            struct vcrypto_keying *keying)
{
    const struct session_kind *kind = &session->kind;
    const struct session_part *chosen = &kind->parts[part];

    *keying = (struct vcrypto_keying){
        .algorithm = chosen->algorithm,
        .key_index = chosen->key_index,
        .key = session->keys +
               (part == SESSION_AUTH ? kind->parts[SESSION_MAIN].key_len : 0),
        .key_len = chosen->key_len,
        .direction = kind->direction,
        .tag_len = kind->tag_len,
        .akcipher = kind->akcipher,
    };
}

void *vcrypto_session_context(const struct session *session, unsigned part)
{
    struct vcrypto_keying keying;

    vcrypto_session_keying(session, part, &keying);
    return keying.algorithm->engine->context_new(&keying);
}

bool vcrypto_session_key_accepted(const struct session *session)
{
    const struct vcrypto_algorithm *algorithm =
        session->kind.parts[SESSION_MAIN].algorithm;
    void *context;

    if (!algorithm->key_parsed) {
        return true;
    }
    context = vcrypto_session_context(session, SESSION_MAIN);
    if (context) {
        algorithm->engine->context_free(context);
    }
    return context != NULL;
}
