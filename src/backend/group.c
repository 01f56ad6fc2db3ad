/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "group.h"

#include "cost.h"

#include "vcrypto/lines.h"

#include <stdlib.h>

/*
 * A group is full at VCRYPTO_MULTI_MAX requests. Large requests wait for each other no
 * longer than it takes to give each of the library's lanes one, and in no case for more
 * than the last of these many bytes.
 */
#define ENOUGH_BYTES    (1024 * 1024)
#define ENOUGH_REQUESTS 16
#define MAX_BYTES       (16 * 1024 * 1024)

/* What a request costs whatever its size, in bytes. */
#define FIXED_COST 64

/* One that is this many times longer than the others would work on alone when they are
 * done, slower than by itself. */
#define TOO_LONG 4

struct group *vcrypto_group_new(const struct vcrypto_multi_engine *engine)
{
    struct group *group = vcrypto_lines_alloc(sizeof(*group));

    if (group) {
        group->engine = engine;
        group->lanes = engine->lanes_new();
        if (!group->lanes) {
            free(group);
            group = NULL;
        }
    }
    return group;
}

void vcrypto_group_free(struct group *group)
{
    if (group) {
        group->engine->lanes_free(group->lanes);
        free(group);
    }
}

unsigned vcrypto_group_least(const struct group *group, const struct session *session)
{
    struct vcrypto_keying keying;

    if (!group || session->kind.parts[SESSION_AUTH].algorithm) {
        return 0;
    }
    vcrypto_session_keying(session, SESSION_MAIN, &keying);
    return group->engine->least(&keying);
}

void vcrypto_group_add(struct queue_state *state, struct context_entry *entry,
                       struct vcrypto_request *request)
{
    struct group *group = state->group;
    struct operation *operation = &group->operations[group->count++];

    operation->entry = entry;
    operation->request = request;
    operation->job.copied = false;
    entry->deferred++;
    group->bytes += request->src.left;
    group->cost += vcrypto_cost_together(entry, request);
}

bool vcrypto_group_full(const struct queue_state *state)
{
    const struct group *group = state->group;

    if (!group) {
        return false;
    }
    return group->count == VCRYPTO_MULTI_MAX || group->bytes >= MAX_BYTES ||
           (group->bytes >= ENOUGH_BYTES && group->count >= ENOUGH_REQUESTS) ||
           group->cost >= GROUP_MAX_NS;
}

uint64_t vcrypto_group_cost(const struct queue_state *state)
{
    return state->group ? state->group->cost : 0;
}

/* ---- running ---- */

/* Some operations of a group, all of the same kind. */
struct selection {
    size_t count;
    struct operation *operations[VCRYPTO_MULTI_MAX];
};

static void finish(struct queue_state *state, struct operation *operation,
                   enum vcrypto_status status)
{
    operation->request->status = status;
    state->bounce.uses += operation->job.copied;
    vcrypto_queue_state_count(state, operation->entry, operation->request);
}

static void run_alone(struct queue_state *state, struct operation *operation)
{
    finish(state, operation,
           vcrypto_operation_finish(state, operation,
                                    vcrypto_operation_alone(state, operation)));
}

static void run_together(struct queue_state *state, const struct selection *selection)
{
    struct vcrypto_multi_job *jobs[VCRYPTO_MULTI_MAX];

    for (size_t i = 0; i < selection->count; i++) {
        jobs[i] = &selection->operations[i]->job;
    }
    state->group->engine->run(state->group->lanes, jobs, selection->count);
    vcrypto_queue_state_count_together(state, selection->count);
    for (size_t i = 0; i < selection->count; i++) {
        struct operation *operation = selection->operations[i];

        finish(state, operation,
               vcrypto_operation_finish(state, operation, operation->job.status));
    }
}

static uint64_t cost(const struct operation *operation)
{
    return operation->request->src.left + FIXED_COST;
}

static uint64_t too_long(const struct selection *selection)
{
    uint64_t sum = 0;

    for (size_t i = 0; i < selection->count; i++) {
        sum += cost(selection->operations[i]);
    }
    return TOO_LONG * sum / selection->count;
}

/* Whether the job can be done together with others; with a key, if so. */
static bool takes(struct queue_state *state, struct operation *operation)
{
    operation->job.key = vcrypto_context_entry_multi_key(state, operation->entry);
    return operation->job.key && state->group->engine->takes(&operation->job);
}

/* Runs those of @all that cannot be done together, or had better not; the others are
 * left, prepared. */
static void sift(struct queue_state *state, const struct selection *all, unsigned least,
                 struct selection *left)
{
    uint64_t limit = too_long(all);

    for (size_t i = 0; i < all->count; i++) {
        struct operation *operation = all->operations[i];
        enum vcrypto_status status = vcrypto_operation_prepare(state, operation);

        if (status != VCRYPTO_OK) {
            finish(state, operation, status);
        } else if (all->count >= least && cost(operation) <= limit &&
                   takes(state, operation)) {
            left->operations[left->count++] = operation;
        } else {
            run_alone(state, operation);
        }
    }
}

static void run_alike(struct queue_state *state, const struct selection *all)
{
    unsigned least = all->operations[0]->entry->least;
    struct selection left;

    left.count = 0;
    sift(state, all, least, &left);
    if (left.count >= least) {
        run_together(state, &left);
        return;
    }
    for (size_t i = 0; i < left.count; i++) {
        run_alone(state, left.operations[i]);
    }
}

static bool alike(const struct operation *a, const struct operation *b)
{
    const struct session_kind *ka = &a->entry->session->kind;
    const struct session_kind *kb = &b->entry->session->kind;
    const struct session_part *pa = &ka->parts[SESSION_MAIN];
    const struct session_part *pb = &kb->parts[SESSION_MAIN];

    return a->entry == b->entry ||
           (pa->algorithm == pb->algorithm && pa->key_index == pb->key_index &&
            ka->direction == kb->direction);
}

/* Moves those like the first one of @from to @to. */
static void select_alike(struct selection *from, struct selection *to)
{
    const struct operation *first = from->operations[0];
    size_t kept = 0;

    to->count = 0;
    for (size_t i = 0; i < from->count; i++) {
        if (alike(first, from->operations[i])) {
            to->operations[to->count++] = from->operations[i];
        } else {
            from->operations[kept++] = from->operations[i];
        }
    }
    from->count = kept;
}

uint64_t vcrypto_group_run(struct queue_state *state)
{
    struct group *group = state->group;
    struct selection waiting, chosen;
    uint64_t bytes;

    if (!group || !group->count) {
        return 0;
    }
    waiting.count = group->count;
    for (size_t i = 0; i < group->count; i++) {
        waiting.operations[i] = &group->operations[i];
    }
    while (waiting.count) {
        select_alike(&waiting, &chosen);
        run_alike(state, &chosen);
    }
    for (size_t i = 0; i < group->count; i++) {
        group->operations[i].entry->deferred = 0;
    }
    bytes = group->bytes;
    group->count = 0;
    group->bytes = 0;
    group->cost = 0;
    return bytes;
}
