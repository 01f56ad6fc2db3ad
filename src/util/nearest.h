/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which of several words somebody may have meant who wrote another one: the one from
 * which the fewest slips of the finger lead to it, if they are few for its length.
 */
#ifndef VCRYPTO_UTIL_NEAREST_H
#define VCRYPTO_UTIL_NEAREST_H

#include <stddef.h>

struct vcrypto_nearest {
    const char *word;    /* the nearest so far; NULL: none is near */
    const char *written; /* not ended by a 0 */
    size_t length;
    unsigned distance; /* from @word, or beyond which nothing is near */
};

/*
 * vcrypto_nearest_begin: look for what @length characters at @written may stand for;
 * they must stay there. Any thread.
 */
void vcrypto_nearest_begin(struct vcrypto_nearest *nearest, const char *written,
                           size_t length);

/* vcrypto_nearest_try: consider @word, which must stay there. Any thread. */
void vcrypto_nearest_try(struct vcrypto_nearest *nearest, const char *word);

#endif
