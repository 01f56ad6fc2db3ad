/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "backend.h"

#include <stdlib.h>
#include <string.h>

static void free_queues(struct vcrypto_backend *backend, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        vcrypto_queue_state_free(backend->queues[i]);
    }
    free(backend->queues);
}

static bool make_queues(struct vcrypto_backend *backend, uint32_t count)
{
    backend->queues = calloc(count, sizeof(*backend->queues));
    for (uint32_t i = 0; backend->queues && i < count; i++) {
        backend->queues[i] = vcrypto_queue_state_new(i);
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
    if (!backend || !make_queues(backend, config->queues)) {
        *why = "no memory for the backend";
        free(backend);
        vcrypto_algorithms_fini();
        return NULL;
    }
    backend->config = *config;
    vcrypto_session_table_init(&backend->sessions, config->max_sessions);
    return backend;
}

void vcrypto_backend_free(struct vcrypto_backend *backend)
{
    if (!backend) {
        return;
    }
    vcrypto_backend_reset(backend);
    free_queues(backend, backend->config.queues);
    vcrypto_session_table_fini(&backend->sessions);
    free(backend);
    vcrypto_algorithms_fini();
}

void vcrypto_backend_capabilities(const struct vcrypto_backend *backend,
                                  struct vcrypto_capabilities *capabilities)
{
    (void)backend;
    memset(capabilities, 0, sizeof(*capabilities));
    for (unsigned s = 0; s < VCRYPTO_SERVICE_COUNT; s++) {
        capabilities->algorithms[s] = vcrypto_algorithms_mask(s);
        if (capabilities->algorithms[s]) {
            capabilities->services |= 1u << s;
        }
    }
}

/* The session that @params describe, not yet in the table. */
static enum vcrypto_status make_session(const struct vcrypto_session_params *params,
                                        const struct vcrypto_algorithm *algorithm,
                                        struct session **made)
{
    int key_index = vcrypto_algorithm_key_index(algorithm, params->key_len);
    struct vcrypto_cursor key = params->key;
    struct session *session;

    if (key_index < 0 || (params->direction != VCRYPTO_ENCRYPT &&
                          params->direction != VCRYPTO_DECRYPT)) {
        return VCRYPTO_ERR;
    }
    session = vcrypto_session_new(params->key_len);
    if (!session) {
        return VCRYPTO_ERR;
    }
    if (!vcrypto_cursor_read(&key, session->key, params->key_len) ||
        !vcrypto_algorithm_key_valid(algorithm, session->key, params->key_len)) {
        vcrypto_session_unref(session);
        return VCRYPTO_ERR;
    }
    session->service = params->service;
    session->op_type = params->op_type;
    session->algorithm = algorithm;
    session->direction = params->direction;
    session->key_index = (unsigned)key_index;
    *made = session;
    return VCRYPTO_OK;
}

enum vcrypto_status
vcrypto_backend_create_session(struct vcrypto_backend *backend,
                               const struct vcrypto_session_params *params,
                               uint64_t *id)
{
    const struct vcrypto_algorithm *algorithm =
        vcrypto_algorithm_find(params->service, params->algorithm);
    struct session *session;
    enum vcrypto_status status;

    if (!algorithm) {
        return VCRYPTO_NOTSUPP;
    }
    if (params->late != VCRYPTO_OK) {
        return params->late;
    }
    status = make_session(params, algorithm, &session);
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
            vcrypto_queue_state_forget(backend->queues[i]);
        }
    }
}

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
    uint64_t holders = 0;
    uint32_t slot = 0;
    struct session *session;

    while ((session = vcrypto_session_table_remove_next(&backend->sessions, &slot))) {
        holders |= release(session);
    }
    forget_on_queues(backend, holders);
}

uint32_t vcrypto_backend_sessions(struct vcrypto_backend *backend)
{
    return vcrypto_session_table_live(&backend->sessions);
}
