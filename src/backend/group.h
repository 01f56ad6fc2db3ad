/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Requests of a batch that are put off until its end, and then done side by side with
 * others of the same algorithm, key size and direction. All functions but new and free:
 * with the queue's lock held. Between batches a group is empty.
 */
#ifndef VCRYPTO_BACKEND_GROUP_H
#define VCRYPTO_BACKEND_GROUP_H

#include "operation.h"

/*
 * What a group takes is at most about twice this, by the algorithm table: one that
 * takes more alone is not put off, and with more than this a group is full. Whoever
 * stops a queue waits for its group.
 */
#define GROUP_MAX_NS 100000000

struct group {
    const struct vcrypto_multi_engine *engine;
    void *lanes;
    size_t count;
    uint64_t bytes;
    uint64_t cost; /* what they take together, in ns; see cost.h */
    struct operation operations[VCRYPTO_MULTI_MAX];
};

/* vcrypto_group_new: an empty one. NULL: no memory. */
struct group *vcrypto_group_new(const struct vcrypto_multi_engine *engine);

/* vcrypto_group_free: NULL is allowed. */
void vcrypto_group_free(struct group *group);

/* vcrypto_group_least: from how many requests on @session's are faster together; 0:
 * never. @group may be NULL. */
unsigned vcrypto_group_least(const struct group *group, const struct session *session);

/* vcrypto_group_add: put @request off; there is room. @entry stays as it is until the
 * group was run. */
void vcrypto_group_add(struct queue_state *state, struct context_entry *entry,
                       struct vcrypto_request *request);

/* vcrypto_group_full: whether no more should be put off before the group is run. */
bool vcrypto_group_full(const struct queue_state *state);

/* vcrypto_group_cost: how long it will take to run it, in ns; see cost.h. */
uint64_t vcrypto_group_cost(const struct queue_state *state);

/* vcrypto_group_run: run and count all that was put off; returns how many bytes. */
uint64_t vcrypto_group_run(struct queue_state *state);

#endif
