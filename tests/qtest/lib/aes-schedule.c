/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Written from FIPS 197's definitions, with no table: it need not be fast. */
#include "aes-schedule.h"

#include <string.h>

static uint8_t times_x(uint8_t a)
{
    return (uint8_t)(a << 1 ^ (a & 0x80 ? 0x1b : 0));
}

static uint8_t times(uint8_t a, uint8_t b)
{
    uint8_t product = 0;

    for (; b; b >>= 1, a = times_x(a)) {
        product ^= b & 1 ? a : 0;
    }
    return product;
}

/* The inverse is the power of 254; that of 0 is 0. */
static uint8_t inverse(uint8_t a)
{
    uint8_t power = a, result = 1;

    for (unsigned i = 1; i < 8; i++) {
        power = times(power, power);
        result = times(result, power);
    }
    return result;
}

static uint8_t rotated(uint8_t a, unsigned n)
{
    return (uint8_t)(a << n | a >> (8 - n));
}

static uint8_t substitute(uint8_t a)
{
    static uint8_t table[256];

    if (!table[0]) {
        for (unsigned i = 0; i < 256; i++) {
            uint8_t b = inverse((uint8_t)i);

            table[i] = b ^ rotated(b, 1) ^ rotated(b, 2) ^ rotated(b, 3) ^
                       rotated(b, 4) ^ 0x63;
        }
    }
    return table[a];
}

/* Multiplies each column by the polynomial whose coefficients are @c, first to last. */
static void mix(uint8_t block[QT_AES_BLOCK], const uint8_t c[4])
{
    for (unsigned column = 0; column < 16; column += 4) {
        uint8_t in[4];

        memcpy(in, block + column, 4);
        for (unsigned i = 0; i < 4; i++) {
            block[column + i] = 0;
            for (unsigned j = 0; j < 4; j++) {
                block[column + i] ^= times(in[j], c[(j - i) & 3]);
            }
        }
    }
}

static const uint8_t forward[4] = { 2, 3, 1, 1 }, backward[4] = { 14, 11, 13, 9 };

static void next_word(uint8_t *word, const uint8_t *before, unsigned i, unsigned nk)
{
    uint8_t t[4], round = 1;

    memcpy(t, word - 4, 4);
    if (i % nk == 0) {
        for (unsigned n = 1; n < i / nk; n++) {
            round = times_x(round);
        }
        for (unsigned n = 0; n < 4; n++) {
            t[n] = substitute(word[(int)((n + 1) & 3) - 4]);
        }
        t[0] ^= round;
    } else if (nk > 6 && i % nk == 4) {
        for (unsigned n = 0; n < 4; n++) {
            t[n] = substitute(t[n]);
        }
    }
    for (unsigned n = 0; n < 4; n++) {
        word[n] = before[n] ^ t[n];
    }
}

void qt_aes_expand(const uint8_t *key, size_t len, struct qt_aes_schedule *schedule)
{
    uint8_t *words = schedule->encrypt[0];
    unsigned nk = (unsigned)len / 4;

    schedule->rounds = nk + 6;
    memcpy(words, key, len);
    for (unsigned i = nk; i < 4 * (schedule->rounds + 1); i++) {
        next_word(words + 4 * i, words + 4 * (i - nk), i, nk);
    }
    memcpy(schedule->decrypt, schedule->encrypt, sizeof(schedule->decrypt));
    for (unsigned r = 1; r < schedule->rounds; r++) {
        mix(schedule->decrypt[r], backward);
    }
}

static void add(uint8_t block[QT_AES_BLOCK], const uint8_t key[QT_AES_BLOCK])
{
    for (unsigned i = 0; i < QT_AES_BLOCK; i++) {
        block[i] ^= key[i];
    }
}

void qt_aes_encrypt(const struct qt_aes_schedule *schedule,
                    const uint8_t from[QT_AES_BLOCK], uint8_t to[QT_AES_BLOCK])
{
    uint8_t block[QT_AES_BLOCK], shifted[QT_AES_BLOCK];

    memcpy(block, from, sizeof(block));
    add(block, schedule->encrypt[0]);
    for (unsigned r = 1; r <= schedule->rounds; r++) {
        for (unsigned i = 0; i < QT_AES_BLOCK; i++) {
            shifted[i] = substitute(block[(i + 4 * (i % 4)) % QT_AES_BLOCK]);
        }
        memcpy(block, shifted, sizeof(block));
        if (r < schedule->rounds) {
            mix(block, forward);
        }
        add(block, schedule->encrypt[r]);
    }
    memcpy(to, block, sizeof(block));
}
