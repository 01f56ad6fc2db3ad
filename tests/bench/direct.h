/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An algorithm's own engine and, where there is one, that which does jobs side by side,
 * called directly: what measurements without a device begin and end with.
 */
#ifndef BENCH_DIRECT_H
#define BENCH_DIRECT_H

#include <stdbool.h>

#include "vcrypto/algorithm.h"

struct direct {
    const struct vcrypto_algorithm *row;
    const struct vcrypto_multi_engine *multi; /* NULL: it is not for this */
    void *context, *key, *lanes;
    struct vcrypto_bounce bounce;
};

/** direct_begin() - for the algorithm and key of @keying, which is not kept
 *  @multi: what is to do jobs side by side; NULL: nothing
 *
 * Returns false if a library fails; direct_end() is to be called all the same. */
bool direct_begin(struct direct *direct, const struct vcrypto_keying *keying,
                  const struct vcrypto_multi_engine *multi);

/** direct_one() - does a job, and sets its status, with the algorithm's own engine
 *  @context: of the same algorithm, direct->context or another */
void direct_one(struct direct *direct, void *context, struct vcrypto_multi_job *job);

void direct_end(struct direct *direct);

#endif
