/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How long requests take, as far as can be told before: enough to know the slow ones.
 * All functions: with the queue's lock held.
 */
#ifndef VCRYPTO_BACKEND_COST_H
#define VCRYPTO_BACKEND_COST_H

#include "context.h"

/*
 * vcrypto_cost: what @request, whose session is @entry's, takes by itself, in ns. A
 * symmetric one by its length, by the algorithm table; an AKCIPHER one what one with
 * the same key took before, and if there was none, more than any that is not slow.
 */
uint64_t vcrypto_cost(const struct context_entry *entry,
                      const struct vcrypto_request *request);

/* vcrypto_cost_together: its part of what a group takes that it is done with. */
uint64_t vcrypto_cost_together(const struct context_entry *entry,
                               const struct vcrypto_request *request);

/* vcrypto_cost_learn: an AKCIPHER request took @ns of its thread's time. */
void vcrypto_cost_learn(struct context_entry *entry,
                        const struct vcrypto_request *request, uint64_t ns);

/* vcrypto_cost_clock: the time that the calling thread has computed, in ns. */
uint64_t vcrypto_cost_clock(void);

#endif
