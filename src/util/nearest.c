/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "nearest.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

/* Longer than any word that there is; what is longer is near none. */
#define LONGEST 32

void vcrypto_nearest_begin(struct vcrypto_nearest *nearest, const char *written,
                           size_t length)
{
    *nearest = (struct vcrypto_nearest){
        .written = written,
        .length = length,
        .distance = (unsigned)(length < 3 || length > LONGEST ? 0 : length / 3 + 1),
    };
}

static bool same(char a, char b)
{
    return tolower((unsigned char)a) == tolower((unsigned char)b);
}

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

/*
 * How many letters are to be added, left out, exchanged or swapped with the next one
 * (Damerau and Levenshtein's distance, where a swapped pair is not touched again): row
 * after row of the table of all distances of beginnings, of which three are kept.
 */
static unsigned distance(const char *a, size_t a_length, const char *b, size_t b_length)
{
    unsigned rows[3][LONGEST + 1];

    for (size_t j = 0; j <= b_length; j++) {
        rows[0][j] = (unsigned)j;
    }
    for (size_t i = 1; i <= a_length; i++) {
        const unsigned *before = rows[(i + 1) % 3], *last = rows[(i + 2) % 3];
        unsigned *row = rows[i % 3];

        row[0] = (unsigned)i;
        for (size_t j = 1; j <= b_length; j++) {
            row[j] = last[j - 1] + !same(a[i - 1], b[j - 1]);
            row[j] = least(row[j], 1 + least(last[j], row[j - 1]));
            if (i > 1 && j > 1 && same(a[i - 1], b[j - 2]) &&
                same(a[i - 2], b[j - 1])) {
                row[j] = least(row[j], before[j - 2] + 1);
            }
        }
    }
    return rows[a_length % 3][b_length];
}

/* A part of a word that ends or begins it is as near as one slip. */
static bool is_end_of(const struct vcrypto_nearest *nearest, const char *word,
                      size_t length)
{
    return nearest->length < length &&
           (memcmp(word, nearest->written, nearest->length) == 0 ||
            memcmp(word + length - nearest->length, nearest->written,
                   nearest->length) == 0);
}

void vcrypto_nearest_try(struct vcrypto_nearest *nearest, const char *word)
{
    size_t length = strlen(word);
    unsigned found;

    if (!nearest->distance || length > LONGEST) {
        return;
    }
    found = is_end_of(nearest, word, length)
                ? 1
                : distance(nearest->written, nearest->length, word, length);
    if (found < nearest->distance) {
        nearest->distance = found;
        nearest->word = word;
    }
}
