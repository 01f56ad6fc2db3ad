/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "differential/inputs.h"

#include <glib.h>
#include <string.h>

#include "support/hex.h"

static uint64_t state;

/* ---- numbers ---- */

void inputs_seed(uint64_t seed)
{
    state = seed;
}

/* The finalizer of a counter: MurmurHash3's, with other constants by David Stafford. */
static uint64_t next(void)
{
    uint64_t z = state += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

uint32_t inputs_below(uint32_t limit)
{
    return (uint32_t)((next() >> 32) * limit >> 32);
}

void inputs_fill(uint8_t *to, size_t size)
{
    for (size_t i = 0; i < size; i += 8) {
        uint64_t word = next();

        memcpy(to + i, &word, MIN(8, size - i));
    }
}

uint32_t inputs_bit(uint32_t set)
{
    uint32_t n = inputs_below(32);

    while (!(set & 1u << n)) {
        n = (n + 1) % 32;
    }
    return n;
}

/* ---- lengths ---- */

/* Blocks of ciphers and hashes, what hashes leave of them for the last bytes, rates of
 * the sponge, limits of algorithms, pages, and where 16 bits end. */
static const uint32_t lengths[] = {
    0,    8,    16,   24,   32,   48,   56,   64,   72,    96,    104,   112,   120,
    128,  136,  144,  160,  168,  192,  240,  256,  320,   384,   512,   768,   1024,
    1500, 2048, 2496, 2500, 3072, 4096, 8188, 8192, 16384, 32768, 65519, 65528, 65536,
};

uint32_t inputs_near(uint32_t most)
{
    unsigned n = 0;
    uint32_t base, spread, len;

    while (n < G_N_ELEMENTS(lengths) && lengths[n] <= most) {
        n++;
    }
    if (inputs_below(8) == 0) {
        return inputs_below(MIN(most, 5000) + 1);
    }
    base = n ? lengths[inputs_below(n)] : 0;
    spread = inputs_below(2) ? 1 : 17;
    len = base + inputs_below(2 * spread + 1);
    len = len < spread ? 0 : len - spread;
    return MIN(len, most);
}

uint32_t inputs_length(const struct vcrypto_algorithm *row, uint32_t most)
{
    uint32_t granule = row->granule ? row->granule : 1;
    uint32_t limit = row->max_len && row->max_len < most ? row->max_len : most;
    uint32_t len = inputs_near(limit);

    if (row->max_len && row->max_len <= most && inputs_below(12) == 0) {
        len = row->max_len - inputs_below(3);
    }
    len = len / granule * granule;
    return MAX(len, row->min_len);
}

/* ---- ZUC ---- */

/* Keys and ivs for which a word of ZUC's LFSR becomes 0, found by trying many
 * (zuc_zeros.c). */
static const struct {
    const char *key, *iv;
    unsigned clock; /* when: less than 32 is while the key is set up */
} zuc_zeros[] = {
#include "zuc-zeros.inc"
};

static bool is_zuc(const struct vcrypto_algorithm *row)
{
    return (row->service == VCRYPTO_SERVICE_CIPHER &&
            row->id == VCRYPTO_CIPHER_ZUC_EEA3) ||
           (row->service == VCRYPTO_SERVICE_MAC && row->id == VCRYPTO_MAC_ZUC_EIA3);
}

static void zuc_key(uint8_t key[16])
{
    hex_decode(zuc_zeros[inputs_below(G_N_ELEMENTS(zuc_zeros))].key, key, 16);
}

/* One of those that go with the key, if any does. */
static bool zuc_iv(const uint8_t *key, uint8_t *iv)
{
    unsigned first = inputs_below(G_N_ELEMENTS(zuc_zeros));
    uint8_t bytes[16];

    for (unsigned i = 0; i < G_N_ELEMENTS(zuc_zeros); i++) {
        unsigned k = (first + i) % G_N_ELEMENTS(zuc_zeros);

        hex_decode(zuc_zeros[k].key, bytes, 16);
        if (memcmp(bytes, key, 16) == 0) {
            hex_decode(zuc_zeros[k].iv, iv, 16);
            return true;
        }
    }
    return false;
}

/* ---- keys ---- */

/* Both sides of what a hash takes as it is, where a key has any length. */
static uint32_t key_length(const struct vcrypto_algorithm *row, unsigned index)
{
    static const uint32_t matter[] = { 1, 16, 20, 28, 32, 48, 64, 128, 256 };
    uint32_t len = row->keys[index].len, most = row->keys[index].max_len, around;

    if (!most) {
        return len;
    }
    most = MIN(most, INPUTS_MAX_KEY);
    if (inputs_below(4) == 0) {
        return len + inputs_below(most - len + 1);
    }
    around = matter[inputs_below(G_N_ELEMENTS(matter))] + inputs_below(3) - 1;
    return CLAMP(around, len, most);
}

uint32_t inputs_key(const struct vcrypto_algorithm *row, unsigned index, uint8_t *key)
{
    uint32_t len = key_length(row, index);

    if (is_zuc(row) && inputs_below(2)) {
        zuc_key(key);
        return len;
    }
    if (inputs_below(10) == 0) {
        memset(key, inputs_below(2) ? 0xff : 0, len);
    } else {
        inputs_fill(key, len);
    }
    while (len && !vcrypto_algorithm_key_valid(row, key, len)) {
        inputs_fill(key, len);
    }
    return len;
}

/* ---- ivs ---- */

/* The last bytes, as a number, are so near their end that @len bytes go beyond it. */
static void near_end(uint8_t *iv, uint32_t iv_len, uint32_t len)
{
    static const uint8_t widths[] = { 1, 2, 4, 4, 4, 8, 8, 12, 16 };
    uint32_t width = widths[inputs_below(G_N_ELEMENTS(widths))];
    uint64_t before = 1 + inputs_below(len / (inputs_below(2) ? 8 : 16) + 2);

    width = MIN(width, iv_len);
    for (uint32_t i = 0; i < width; i++) {
        unsigned shift = 8 * i;

        iv[iv_len - 1 - i] = (uint8_t)(shift < 64 ? (uint64_t)-before >> shift : 0xff);
    }
}

void inputs_iv(const struct vcrypto_algorithm *row, const uint8_t *key, uint8_t *iv,
               uint32_t iv_len, uint32_t len)
{
    inputs_fill(iv, iv_len);
    if (is_zuc(row) && inputs_below(4) && zuc_iv(key, iv)) {
        return;
    }
    switch (inputs_below(8)) {
    case 0:
        memset(iv, 0, iv_len);
        break;
    case 1:
        memset(iv, 0xff, iv_len);
        break;
    case 2:
    case 3:
    case 4:
        if (iv_len) {
            near_end(iv, iv_len, len);
        }
        break;
    default:
        break;
    }
}
