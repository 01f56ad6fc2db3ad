/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The backend: a table of sessions and the dispatch of requests to engines. It knows
 * nothing of rings, wire formats or QEMU.
 *
 * Control functions (new, free, create, destroy, reset) are called from one thread
 * at a time. vcrypto_backend_run() is called from at most one thread at a time per
 * queue, at the same time as other queues' and as control functions other than
 * free. No control function waits for a request to end.
 */
#ifndef VCRYPTO_BACKEND_H
#define VCRYPTO_BACKEND_H

#include <stdatomic.h>

#include "vcrypto/algorithm.h"
#include "vcrypto/request.h"

struct vcrypto_backend;

/** What the operator decides. Lengths in bytes. */
struct vcrypto_backend_config {
    uint32_t queues;               /* data queues, 1 to VCRYPTO_MAX_QUEUES */
    uint32_t max_sessions;         /* 1 to 1048576 */
    uint32_t max_cipher_key_len;   /* longest key for CIPHER and AEAD */
    uint32_t max_auth_key_len;     /* longest key for MAC */
    uint32_t max_akcipher_key_len; /* longest key for AKCIPHER, DER */
    /* Algorithms that are not offered: bit n stands for identifier n. */
    uint64_t left_out[VCRYPTO_SERVICE_COUNT];
    bool no_mac_iv_prefix; /* offer no MAC whose iv leads its source */
    bool single;           /* no multi-buffer engine: each request alone */
    uint64_t max_size;     /* variable-length bytes of one data request */
};

/**
 * What can be offered to a driver; masks have bit n set for algorithm n. Lengths are in
 * bytes: what the operator allows, and no more than the longest key that any algorithm
 * among these takes.
 */
struct vcrypto_capabilities {
    uint32_t services;
    uint64_t algorithms[VCRYPTO_SERVICE_COUNT];
    uint32_t max_cipher_key_len; /* CIPHER and AEAD */
    uint32_t max_auth_key_len;   /* MAC, HASH with a key */
    uint32_t max_akcipher_key_len;
};

/**
 * vcrypto_backend_new: a backend with no sessions. @config is copied.
 *
 * Returns NULL if there is no memory or a required library does not work; *@why
 * is then a static text. The caller owns the backend.
 */
struct vcrypto_backend *vcrypto_backend_new(const struct vcrypto_backend_config *config,
                                            const char **why);

/**
 * vcrypto_backend_complaint: what the operator should know of the libraries: which of
 * them gave a wrong answer to a question whose answer is known, and what is not offered
 * or used therefore. @index is the number of the line.
 *
 * Returns NULL if there are no more. The text is valid as long as there is a backend.
 * One thread.
 */
const char *vcrypto_backend_complaint(size_t index);

/**
 * vcrypto_backend_free: end the backend and wipe all its keys. NULL is allowed.
 *
 * No other function may be running on it.
 */
void vcrypto_backend_free(struct vcrypto_backend *backend);

/**
 * vcrypto_backend_capabilities: the services and algorithms that work here.
 *
 * A service is offered if it has an algorithm. Any thread.
 *
 * Specification: "Supported crypto services".
 */
void vcrypto_backend_capabilities(const struct vcrypto_backend *backend,
                                  struct vcrypto_capabilities *capabilities);

/**
 * vcrypto_backend_create_session: make the session that @params ask for.
 *
 * The key is copied out of guest memory once. On VCRYPTO_OK *@id is the session's
 * number, never 0 and not soon used again. Otherwise nothing was made: VCRYPTO_NOTSUPP
 * (algorithm), VCRYPTO_ERR (sizes, direction, key, memory), VCRYPTO_NOSPC (table full).
 * Control thread.
 *
 * Specification: "Control Virtqueue", session creation.
 */
enum vcrypto_status
vcrypto_backend_create_session(struct vcrypto_backend *backend,
                               const struct vcrypto_session_params *params,
                               uint64_t *id);

/**
 * vcrypto_backend_destroy_session: end session @id.
 *
 * Requests that are running with it end normally; its key is wiped when the last of
 * them has. Returns VCRYPTO_OK, or VCRYPTO_ERR if there is no such session. Control
 * thread.
 *
 * Specification: "Control Virtqueue", session destruction.
 */
enum vcrypto_status vcrypto_backend_destroy_session(struct vcrypto_backend *backend,
                                                    uint64_t id);

/**
 * vcrypto_backend_reset: end all sessions, as if each were destroyed, and forget all
 * keys of stateless requests. Control thread.
 *
 * Specification: "Device Initialization".
 */
void vcrypto_backend_reset(struct vcrypto_backend *backend);

/** vcrypto_backend_sessions: how many sessions there are. Any thread. */
uint32_t vcrypto_backend_sessions(struct vcrypto_backend *backend);

/**
 * vcrypto_backend_run: serve decoded requests of data queue @queue, @count at most.
 *
 * @queue is less than the configuration's queues. Sets status and written of each
 * request; whatever is wrong with a request is its own status. Requests with the same
 * algorithm may be done side by side, and so in any order. Where @stop is not NULL it
 * is looked at before each request, and no other is begun once it is true; and a
 * request that takes long may wait for its turn with those of other queues and other
 * backends of the process, until *@stop is true and vcrypto_backend_wake() is called.
 * So may the first request where the operator's limits do not allow it yet
 * (vcrypto_backend_limit()); where @stop is NULL the call returns 0 then, and is to be
 * made again after vcrypto_backend_delay().
 * Returns how many were served, from the first on: at least one but in that case or
 * when it was stopped, and as many as should wait for each other. The queue's thread.
 *
 * Specification: the "Operation" of each service.
 */
size_t vcrypto_backend_run(struct vcrypto_backend *backend, uint32_t queue,
                           struct vcrypto_request *requests, size_t count,
                           const atomic_bool *stop);

/**
 * vcrypto_backend_leave: whether a request of data queue @queue that takes longer than
 * 200 ms, by the algorithm table, is to be left, if vcrypto_backend_run() was given a
 * @stop for it.
 *
 * It ends within milliseconds: as one that was not served, if it can be done again,
 * although part of its result may be there, and otherwise with VCRYPTO_ERR, its
 * destination zeroed, as after any failure: where that lies over its source. Others,
 * and groups, are done to their end. @leave stays until it is changed. Any thread.
 */
void vcrypto_backend_leave(struct vcrypto_backend *backend, uint32_t queue, bool leave);

/**
 * vcrypto_backend_wake: after a stop given to vcrypto_backend_run() was set: threads
 * that wait there look at theirs. Any thread.
 */
void vcrypto_backend_wake(void);

/**
 * vcrypto_backend_limit: let all queues together do at most @requests and @bytes of
 * source data a second from now on. 0: any number.
 *
 * After a rest, what could be done in a tenth of a second is done without a wait, and
 * what is done then takes as long as it is worth before the next, however large it is.
 * Each data request counts, whatever is wrong with it. Where several queues have to
 * wait they take turns, a request each. Where this changes nothing it does nothing;
 * otherwise what was done before no longer counts, and those that wait look again.
 * Control thread.
 */
void vcrypto_backend_limit(struct vcrypto_backend *backend, uint64_t requests,
                           uint64_t bytes);

/**
 * vcrypto_backend_delay: after vcrypto_backend_run() without a stop returned 0: how
 * long from now on, in ns, it will do so again, unless the limits are changed. The
 * queue's thread.
 */
uint64_t vcrypto_backend_delay(const struct vcrypto_backend *backend, uint32_t queue);

/**
 * vcrypto_backend_withdraw: the request for which vcrypto_backend_run() returned 0 will
 * not come again soon: others need not wait for it. The queue's thread.
 */
void vcrypto_backend_withdraw(struct vcrypto_backend *backend, uint32_t queue);

/** What was done with one algorithm. */
struct vcrypto_counters {
    uint64_t requests;
    uint64_t bytes; /* of source data, of requests that were VCRYPTO_OK */
    uint64_t statuses[VCRYPTO_STATUS_COUNT];
};

/** What was done on one data queue, since the backend was made. */
struct vcrypto_queue_statistics {
    uint64_t batches;
    uint64_t bounces;  /* requests whose data, or some of it, had to be copied */
    uint64_t together; /* requests that were done side by side */
    struct vcrypto_counters unassigned; /* no session: the algorithm is not known */
};

/**
 * vcrypto_backend_queue_statistics: the counters of data queue @queue as they are now.
 *
 * A queue that is at work meanwhile may be counted up to any of its requests. Any
 * thread.
 */
void vcrypto_backend_queue_statistics(const struct vcrypto_backend *backend,
                                      uint32_t queue,
                                      struct vcrypto_queue_statistics *statistics);

/**
 * vcrypto_backend_algorithm_statistics: the same for one algorithm on @queue.
 *
 * @index counts the rows of the algorithm table from 0. Returns the row, or NULL if
 * there are no more. Any thread.
 */
const struct vcrypto_algorithm *
vcrypto_backend_algorithm_statistics(const struct vcrypto_backend *backend,
                                     uint32_t queue, size_t index,
                                     struct vcrypto_counters *counters);

/**
 * vcrypto_backend_operation_statistics: how often @operation of @service was begun, on
 * all queues since the backend was made: to *@requests, with *@bytes of source data.
 *
 * Whatever came of it, but with a session, and with lengths that fit the request.
 * CIPHER and AEAD have VCRYPTO_OPERATION_ENCRYPT and VCRYPTO_OPERATION_DECRYPT; all
 * that HASH and MAC do counts as the former. Once a request is answered it is among
 * them. Any thread.
 */
void vcrypto_backend_operation_statistics(const struct vcrypto_backend *backend,
                                          enum vcrypto_service service,
                                          enum vcrypto_akcipher_operation operation,
                                          uint64_t *requests, uint64_t *bytes);

#endif
