/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cost.h"

#include <time.h>

/* With others like it, and with wide instructions, a byte takes this part of its time.
 */
#define CIPHERS_TOGETHER 8
#define DIGESTS_TOGETHER 4

/* Algorithms of more than this a byte, and digests of more bytes than this, gain less
 * by company, or none. */
#define QUICK_COST     2
#define LONGEST_DIGEST 65534

#define NS_PER_US 1000

static uint32_t cost_of(const struct vcrypto_algorithm *algorithm)
{
    return algorithm->cost ? algorithm->cost : 1;
}

static uint64_t size_of(const struct vcrypto_request *request)
{
    return request->src.left + request->aad.left + request->result.left;
}

uint64_t vcrypto_cost(const struct context_entry *entry,
                      const struct vcrypto_request *request)
{
    const struct session_part *parts = entry->session->kind.parts;
    uint64_t cost;

    if (request->service == VCRYPTO_SERVICE_AKCIPHER) {
        uint32_t slowest = entry->slowest[request->operation];

        return slowest ? (uint64_t)slowest * NS_PER_US : UINT64_MAX;
    }
    cost = size_of(request) * cost_of(parts[SESSION_MAIN].algorithm);
    if (parts[SESSION_AUTH].algorithm) {
        cost += size_of(request) * cost_of(parts[SESSION_AUTH].algorithm);
    }
    return cost;
}

uint64_t vcrypto_cost_together(const struct context_entry *entry,
                               const struct vcrypto_request *request)
{
    uint64_t alone = vcrypto_cost(entry, request);
    bool digests = request->service == VCRYPTO_SERVICE_HASH ||
                   request->service == VCRYPTO_SERVICE_MAC;

    if (cost_of(entry->session->kind.parts[SESSION_MAIN].algorithm) > QUICK_COST ||
        (digests && request->src.left > LONGEST_DIGEST)) {
        return alone;
    }
    return alone / (digests ? DIGESTS_TOGETHER : CIPHERS_TOGETHER);
}

void vcrypto_cost_learn(struct context_entry *entry,
                        const struct vcrypto_request *request, uint64_t ns)
{
    uint64_t us = ns / NS_PER_US + 1;
    uint32_t *slowest = &entry->slowest[request->operation];

    if (us > *slowest) {
        *slowest = us < UINT32_MAX ? (uint32_t)us : UINT32_MAX;
    }
}

uint64_t vcrypto_cost_clock(void)
{
    struct timespec now;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}
