/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How long to watch an empty ring before sleeping. Being woken up costs far more than
 * the few microseconds in which many drivers come back with the next request; but a
 * device that is used now and then should not keep a processor busy in between. So the
 * time is what has been worth it lately.
 */
#ifndef VCRYPTO_QUEUE_POLLING_H
#define VCRYPTO_QUEUE_POLLING_H

#include <stdbool.h>
#include <stdint.h>

/* A window that was closed opens to this, in ns. */
#define POLLING_LEAST 8192

struct polling {
    bool begun;
    uint64_t window; /* ns; at most the limit when it was last looked at */
};

/* vcrypto_polling_window: how long to watch now, in ns, of @limit at most. */
static inline uint64_t vcrypto_polling_window(struct polling *polling, uint64_t limit)
{
    if (!polling->begun || polling->window > limit) {
        polling->begun = true;
        polling->window = limit;
    }
    return polling->window;
}

/* vcrypto_polling_slept: the worker was woken up after @ns. Had it watched a little
 * longer if that is less than @limit, it would not have had to be. */
static inline void vcrypto_polling_slept(struct polling *polling, uint64_t limit,
                                         uint64_t ns)
{
    if (ns >= limit) {
        polling->window /= 2;
        if (polling->window < POLLING_LEAST) {
            polling->window = 0;
        }
    } else {
        polling->window *= 2;
        if (polling->window < POLLING_LEAST) {
            polling->window = POLLING_LEAST;
        }
    }
}

#endif
