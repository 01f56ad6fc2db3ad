/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "backend.h"

#include "lane.h"

#include <stdlib.h>
#include <string.h>

static void free_queues(struct vcrypto_backend *backend, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        vcrypto_queue_state_free(backend->queues[i]);
    }
    free(backend->queues);
}

/* The most bytes that the keys of one stateless request have. */
static uint32_t max_keys(const struct vcrypto_backend_config *config)
{
    uint32_t symmetric = config->max_cipher_key_len + config->max_auth_key_len;

    return symmetric > config->max_akcipher_key_len ? symmetric
                                                    : config->max_akcipher_key_len;
}

static bool make_queues(struct vcrypto_backend *backend,
                        const struct vcrypto_backend_config *config)
{
    const struct vcrypto_multi_engine *multi =
        config->single ? NULL : vcrypto_algorithms_multi();
    uint32_t count = config->queues;

    backend->queues = calloc(count, sizeof(*backend->queues));
    for (uint32_t i = 0; backend->queues && i < count; i++) {
        backend->queues[i] = vcrypto_queue_state_new(i, max_keys(config), multi);
        if (!backend->queues[i]) {
            free_queues(backend, i);
            return false;
        }
    }
    return backend->queues != NULL;
}

struct vcrypto_backend *vcrypto_backend_new(const struct vcrypto_backend_config *config,
                                            const char **why)
{
    struct vcrypto_backend *backend;

    if (!vcrypto_algorithms_init(why)) {
        return NULL;
    }
    backend = calloc(1, sizeof(*backend));
    if (!backend || !make_queues(backend, config)) {
        *why = "no memory for the backend";
        free(backend);
        vcrypto_algorithms_fini();
        return NULL;
    }
    vcrypto_lane_init();
    vcrypto_throttle_init(&backend->throttle);
    backend->config = *config;
    vcrypto_session_table_init(&backend->sessions, config->max_sessions);
    return backend;
}

const char *vcrypto_backend_complaint(size_t index)
{
    return vcrypto_algorithms_complaint(index);
}

void vcrypto_backend_free(struct vcrypto_backend *backend)
{
    if (!backend) {
        return;
    }
    vcrypto_backend_reset(backend);
    free_queues(backend, backend->config.queues);
    vcrypto_session_table_fini(&backend->sessions);
    vcrypto_throttle_fini(&backend->throttle);
    free(backend);
    vcrypto_algorithms_fini();
}

/* The algorithms of @service that can be run and are not left out. */
static uint64_t offered(const struct vcrypto_backend_config *config,
                        enum vcrypto_service service)
{
    size_t count;
    const struct vcrypto_algorithm *rows = vcrypto_algorithm_rows(&count);
    uint64_t mask = vcrypto_algorithms_mask(service);

    for (size_t i = 0; i < count; i++) {
        if (rows[i].service == service && !vcrypto_session_offered(config, &rows[i])) {
            mask &= ~(UINT64_C(1) << rows[i].id);
        }
    }
    return mask;
}

static uint32_t smaller(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

/* The longest key of any of the algorithms of @service that are in @mask. */
static uint32_t longest_key(enum vcrypto_service service, uint64_t mask)
{
    size_t count;
    const struct vcrypto_algorithm *rows = vcrypto_algorithm_rows(&count);
    uint32_t longest = 0;

    for (size_t i = 0; i < count; i++) {
        if (rows[i].service == service && mask & UINT64_C(1) << rows[i].id) {
            uint32_t len = vcrypto_algorithm_longest_key(&rows[i]);

            longest = len > longest ? len : longest;
        }
    }
    return longest;
}

/* keeps: CFG-11 */
static void fill_key_lengths(const struct vcrypto_backend_config *config,
                             struct vcrypto_capabilities *can)
{
    uint32_t longest[VCRYPTO_SERVICE_COUNT];

    for (unsigned s = 0; s < VCRYPTO_SERVICE_COUNT; s++) {
        longest[s] = longest_key(s, can->algorithms[s]);
    }
    if (longest[VCRYPTO_SERVICE_AEAD] > longest[VCRYPTO_SERVICE_CIPHER]) {
        longest[VCRYPTO_SERVICE_CIPHER] = longest[VCRYPTO_SERVICE_AEAD];
    }
    can->max_cipher_key_len =
        smaller(config->max_cipher_key_len, longest[VCRYPTO_SERVICE_CIPHER]);
    can->max_auth_key_len =
        smaller(config->max_auth_key_len, longest[VCRYPTO_SERVICE_MAC]);
    can->max_akcipher_key_len =
        smaller(config->max_akcipher_key_len, longest[VCRYPTO_SERVICE_AKCIPHER]);
}

/* keeps: CFG-4 */
void vcrypto_backend_capabilities(const struct vcrypto_backend *backend,
                                  struct vcrypto_capabilities *capabilities)
{
    memset(capabilities, 0, sizeof(*capabilities));
    for (unsigned s = 0; s < VCRYPTO_SERVICE_COUNT; s++) {
        capabilities->algorithms[s] = offered(&backend->config, s);
        if (capabilities->algorithms[s]) {
            capabilities->services |= 1u << s;
        }
    }
    fill_key_lengths(&backend->config, capabilities);
}

/* The session that @params describe, not yet in the table. */
static enum vcrypto_status make_session(const struct vcrypto_session_params *params,
                                        const struct vcrypto_algorithm *const *rows,
                                        struct session **made)
{
    struct session *session =
        vcrypto_session_new(params->key_len + params->auth_key_len);
    enum vcrypto_status status;

    if (!session) {
        return VCRYPTO_ERR;
    }
    status = vcrypto_session_fill(session, params, rows);
    if (status == VCRYPTO_OK && !vcrypto_session_key_accepted(session)) {
        status = VCRYPTO_ERR;
    }
    if (status != VCRYPTO_OK) {
        vcrypto_session_unref(session);
        return status;
    }
    *made = session;
    return VCRYPTO_OK;
}

enum vcrypto_status
vcrypto_backend_create_session(struct vcrypto_backend *backend,
                               const struct vcrypto_session_params *params,
                               uint64_t *id)
{
    const struct vcrypto_algorithm *rows[SESSION_PARTS];
    struct session *session;
    enum vcrypto_status status;

    status = vcrypto_session_rows(params, &backend->config, rows);
    if (status != VCRYPTO_OK) {
        return status;
    }
    if (params->late != VCRYPTO_OK) {
        return params->late;
    }
    status = make_session(params, rows, &session);
    if (status != VCRYPTO_OK) {
        return status;
    }
    status = vcrypto_session_table_add(&backend->sessions, session);
    if (status != VCRYPTO_OK) {
        vcrypto_session_unref(session);
        return status;
    }
    *id = session->id;
    return VCRYPTO_OK;
}

/* Lets go of a session that is out of the table; says which queues may hold it. */
static uint64_t release(struct session *session)
{
    uint64_t holders = atomic_load_explicit(&session->holders, memory_order_seq_cst);

    vcrypto_session_unref(session);
    return holders;
}

static void forget_on_queues(struct vcrypto_backend *backend, uint64_t holders)
{
    for (uint32_t i = 0; i < backend->config.queues; i++) {
        if (holders & UINT64_C(1) << i) {
            vcrypto_queue_state_forget(backend->queues[i], false);
        }
    }
}

/* keeps: DES-1 */
enum vcrypto_status vcrypto_backend_destroy_session(struct vcrypto_backend *backend,
                                                    uint64_t id)
{
    struct session *session = vcrypto_session_table_remove(&backend->sessions, id);

    if (!session) {
        return VCRYPTO_ERR;
    }
    forget_on_queues(backend, release(session));
    return VCRYPTO_OK;
}

void vcrypto_backend_reset(struct vcrypto_backend *backend)
{
    uint32_t slot = 0;
    struct session *session;

    while ((session = vcrypto_session_table_remove_next(&backend->sessions, &slot))) {
        release(session);
    }
    for (uint32_t i = 0; i < backend->config.queues; i++) {
        vcrypto_queue_state_forget(backend->queues[i], true);
    }
}

uint32_t vcrypto_backend_sessions(struct vcrypto_backend *backend)
{
    return vcrypto_session_table_live(&backend->sessions);
}
