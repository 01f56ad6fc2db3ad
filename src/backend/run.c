/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Data requests: from a decoded request to the operation it asks for, and to a
 * status. */
#include "backend.h"

#include "cost.h"
#include "group.h"
#include "lane.h"
#include "operation.h"

/* Requests that were done one after the other are answered when they had this many
 * bytes: results should not wait long for those of the requests behind them. */
#define ENOUGH (256 * 1024)

/* What takes longer than this is left when its queue is stopped, in ns. */
#define LEAVE_NS 200000000

static bool fits_session(const struct vcrypto_request *request,
                         const struct session *session)
{
    if (request->service != session->kind.service) {
        return false;
    }
    /* What is no op_type at all is for the request's parameters to answer. */
    return request->op_type == session->kind.op_type ||
           (request->op_type != VCRYPTO_OP_TYPE_CIPHER &&
            request->op_type != VCRYPTO_OP_TYPE_CHAINING);
}

static enum vcrypto_status find_session(struct vcrypto_backend *backend,
                                        struct queue_state *state,
                                        const struct vcrypto_request *request,
                                        struct context_entry **entry)
{
    enum vcrypto_status status =
        vcrypto_queue_state_find(state, &backend->sessions, request->session_id, entry);

    if (status == VCRYPTO_OK && !*entry) {
        return VCRYPTO_OK; /* there is no room */
    }
    if (status != VCRYPTO_OK || !fits_session(request, (*entry)->session)) {
        *entry = NULL;
        return VCRYPTO_INVSESS;
    }
    return request->late;
}

/* What the parameters do not name cannot be looked up: the decoder's answer that they
 * name nothing comes before the algorithm's, and that of their lengths after it. */
static enum vcrypto_status find_stateless(struct vcrypto_backend *backend,
                                          struct queue_state *state,
                                          const struct vcrypto_request *request,
                                          struct context_entry **entry)
{
    const struct vcrypto_algorithm *rows[SESSION_PARTS];
    enum vcrypto_status status = request->late;

    if (status != VCRYPTO_NOTSUPP && request->params_known) {
        status = vcrypto_session_rows(&request->params, &backend->config, rows);
    }
    if (status == VCRYPTO_OK) {
        status = request->late;
    }
    if (status != VCRYPTO_OK) {
        return status;
    }
    return vcrypto_queue_state_stateless(state, &request->params, rows, entry);
}

/* Whether the request is better done together with others like it. */
static bool defer(struct queue_state *state, struct context_entry *entry,
                  struct vcrypto_request *request)
{
    if (!entry->least || !vcrypto_operation_single(request) ||
        vcrypto_cost(entry, request) > GROUP_MAX_NS) {
        return false;
    }
    vcrypto_group_add(state, entry, request);
    return true;
}

/* What a call may wait for. */
struct pace {
    const atomic_bool *stop; /* NULL: for nobody */
    bool first;              /* nothing was begun in this call */
    bool limited;            /* the operator has limited what may be done in a second */
};

enum started { STARTED_NOT, STARTED_DEFERRED, STARTED_DONE };

/*
 * Runs a request that may be left. Returns false if that happened, and the request is
 * as it was: its source is still there, and no answer was given.
 */
static bool run_until_left(struct queue_state *state, struct context_entry *entry,
                           struct vcrypto_request *request)
{
    struct vcrypto_bounce *bounce = &state->bounce;
    bool again;

    bounce->leave = &state->leave;
    bounce->spoiled = false;
    bounce->kept = 0;
    request->status = vcrypto_operation_run(state, entry, request);
    again = vcrypto_bounce_again(bounce);
    bounce->leave = NULL;
    bounce->left = false;
    return !again;
}

/*
 * Runs a request that takes long when it is its turn. It is the first of its call, so
 * that none waits with it for others that are slow.
 */
static enum started run_slow(struct queue_state *state, struct context_entry *entry,
                             struct vcrypto_request *request, const struct pace *pace)
{
    bool done = true;

    if (!pace->first || !vcrypto_lane_enter(pace->stop)) {
        return STARTED_NOT;
    }
    if (vcrypto_cost(entry, request) > LEAVE_NS) {
        done = run_until_left(state, entry, request);
    } else {
        request->status = vcrypto_operation_run(state, entry, request);
    }
    vcrypto_lane_leave();
    return done ? STARTED_DONE : STARTED_NOT;
}

/* Runs a request whose session is found, or puts it off until the group is run. */
static enum started start_found(struct queue_state *state, struct context_entry *entry,
                                struct vcrypto_request *request,
                                const struct pace *pace)
{
    if (defer(state, entry, request)) {
        return STARTED_DEFERRED;
    }
    if (pace->stop && vcrypto_cost(entry, request) > LANE_SLOW_NS) {
        return run_slow(state, entry, request, pace);
    }
    request->status = vcrypto_operation_run(state, entry, request);
    return STARTED_DONE;
}

static enum started start_one(struct vcrypto_backend *backend,
                              struct queue_state *state,
                              struct vcrypto_request *request, const struct pace *pace)
{
    struct context_entry *entry = NULL;
    enum started started = STARTED_DONE;
    enum vcrypto_status status = request->early;

    request->written = 0;
    request->used = 0;
    if (status == VCRYPTO_OK) {
        status = request->stateless ? find_stateless(backend, state, request, &entry)
                                    : find_session(backend, state, request, &entry);
    }
    request->status = status;
    if (status == VCRYPTO_OK) {
        /* Room is made by those that are put off: they are run when this call ends. */
        started = entry ? start_found(state, entry, request, pace) : STARTED_NOT;
        if (started != STARTED_NOT) {
            vcrypto_queue_state_count_operation(state, request);
        }
    }
    if (started == STARTED_DONE) {
        vcrypto_queue_state_count(state, entry, request);
    }
    return started;
}

/* Runs what was put off; if that takes long, when it is its turn. */
static uint64_t run_group(struct queue_state *state, const struct pace *pace)
{
    bool slow = pace->stop && vcrypto_group_cost(state) > LANE_SLOW_NS;
    bool entered = slow && vcrypto_lane_enter(pace->stop);
    uint64_t bytes = vcrypto_group_run(state); /* begun requests are ended */

    if (entered) {
        vcrypto_lane_leave();
    }
    return bytes;
}

/* How much a request puts off the answers of those before it, as bytes. */
static uint64_t weight(const struct vcrypto_request *request)
{
    return request->service == VCRYPTO_SERVICE_AKCIPHER ? ENOUGH : request->src.left;
}

static bool stopped(const struct pace *pace)
{
    return pace->stop && atomic_load_explicit(pace->stop, memory_order_relaxed);
}

static bool may_begin(struct vcrypto_backend *backend, struct queue_state *state,
                      const struct vcrypto_request *request)
{
    return vcrypto_throttle_ask(&backend->throttle, &state->turn, request->src.left,
                                vcrypto_throttle_now());
}

/* The first request of a call waits, so that none that was done waits with it; and not
 * with the queue's lock held, so that what it keeps can be forgotten meanwhile. */
static bool wait_to_begin(struct vcrypto_backend *backend, struct queue_state *state,
                          const struct vcrypto_request *request,
                          const atomic_bool *stop)
{
    return stop ? vcrypto_throttle_wait(&backend->throttle, &state->turn,
                                        request->src.left, stop)
                : may_begin(backend, state, request);
}

size_t vcrypto_backend_run(struct vcrypto_backend *backend, uint32_t queue,
                           struct vcrypto_request *requests, size_t count,
                           const atomic_bool *stop)
{
    struct queue_state *state = backend->queues[queue];
    struct pace pace = { .stop = stop,
                         .first = true,
                         .limited = vcrypto_throttle_limited(&backend->throttle) };
    enum started started = STARTED_DONE;
    uint64_t done = 0;
    size_t i;

    if (pace.limited && count && !wait_to_begin(backend, state, requests, stop)) {
        return 0;
    }
    vcrypto_queue_state_enter(state);
    for (i = 0; i < count && done < ENOUGH && !stopped(&pace); i++) {
        if (pace.limited && !pace.first && !may_begin(backend, state, &requests[i])) {
            break;
        }
        started = start_one(backend, state, &requests[i], &pace);
        if (started == STARTED_NOT) {
            break;
        }
        vcrypto_throttle_begin(&state->turn);
        pace.first = false;
        if (started == STARTED_DONE) {
            done += weight(&requests[i]);
        } else if (vcrypto_group_full(state)) {
            done += run_group(state, &pace);
        }
    }
    run_group(state, &pace);
    vcrypto_queue_state_count_batch(state);
    vcrypto_queue_state_leave(state);
    return i;
}

void vcrypto_backend_leave(struct vcrypto_backend *backend, uint32_t queue, bool leave)
{
    atomic_store_explicit(&backend->queues[queue]->leave, leave, memory_order_relaxed);
}

void vcrypto_backend_wake(void)
{
    vcrypto_lane_wake();
    vcrypto_throttle_wake();
}

void vcrypto_backend_limit(struct vcrypto_backend *backend, uint64_t requests,
                           uint64_t bytes)
{
    vcrypto_throttle_set(&backend->throttle, requests, bytes);
}

uint64_t vcrypto_backend_delay(const struct vcrypto_backend *backend, uint32_t queue)
{
    uint64_t now = vcrypto_throttle_now(), begin = backend->queues[queue]->turn.begin;

    return begin > now ? begin - now : 0;
}

void vcrypto_backend_withdraw(struct vcrypto_backend *backend, uint32_t queue)
{
    vcrypto_throttle_return(&backend->throttle, &backend->queues[queue]->turn);
}
