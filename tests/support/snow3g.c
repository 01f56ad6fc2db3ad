/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SNOW 3G, UEA2 and UIA2, from the text of 3GPP TS 35.215 and TS 35.216. Tables are
 * computed from what they are defined by. Slow and plain. */
#include "support/mobile.h"

#include <stdbool.h>

struct snow3g {
    uint32_t s[16];
    uint32_t r1, r2, r3;
};

static uint8_t sr[256], sq[256];
static uint32_t mul_alpha[256], div_alpha[256];

/* TS 35.216, 3.1.1. */
static uint8_t mulx(uint8_t v, uint8_t c)
{
    return (uint8_t)(v << 1) ^ (v & 0x80 ? c : 0);
}

static uint8_t mulx_pow(uint8_t v, unsigned n, uint8_t c)
{
    while (n--) {
        v = mulx(v, c);
    }
    return v;
}

/* The product in the field of the polynomial that is @c but for x^8. */
static uint8_t multiply(uint8_t a, uint8_t b, uint8_t c)
{
    uint8_t product = 0;

    for (unsigned i = 0; i < 8; i++) {
        product ^= b >> i & 1 ? mulx_pow(a, i, c) : 0;
    }
    return product;
}

static uint8_t power(uint8_t x, unsigned n, uint8_t c)
{
    uint8_t result = 1;

    while (n--) {
        result = multiply(result, x, c);
    }
    return result;
}

/* S_R is Rijndael's: the inverse, and an affine map. */
static uint8_t make_sr(uint8_t x)
{
    uint8_t inverse = power(x, 254, 0x1b), result = 0x63;

    for (unsigned i = 0; i < 5; i++) {
        result ^= (uint8_t)(inverse << i | inverse >> (8 - i));
    }
    return result;
}

/* S_Q is a Dickson polynomial. */
static uint8_t make_sq(uint8_t x)
{
    static const uint8_t exponents[] = { 1, 9, 13, 15, 33, 41, 45, 47, 49 };
    uint8_t result = 0x25;

    for (unsigned i = 0; i < sizeof(exponents); i++) {
        result ^= power(x, exponents[i], 0x69);
    }
    return result;
}

static uint32_t word_of(uint8_t a, uint8_t b, uint8_t c, uint8_t d)
{
    return (uint32_t)a << 24 | (uint32_t)b << 16 | (uint32_t)c << 8 | d;
}

static void make_tables(void)
{
    static bool made;

    for (unsigned i = 0; i < 256 && !made; i++) {
        uint8_t c = (uint8_t)i;

        sr[i] = make_sr(c);
        sq[i] = make_sq(c);
        mul_alpha[i] = word_of(mulx_pow(c, 23, 0xa9), mulx_pow(c, 245, 0xa9),
                               mulx_pow(c, 48, 0xa9), mulx_pow(c, 239, 0xa9));
        div_alpha[i] = word_of(mulx_pow(c, 16, 0xa9), mulx_pow(c, 39, 0xa9),
                               mulx_pow(c, 6, 0xa9), mulx_pow(c, 64, 0xa9));
    }
    made = true;
}

/* 3.3: S1 with S_R and 0x1b, S2 with S_Q and 0x69. */
static uint32_t box(const uint8_t table[256], uint8_t c, uint32_t w)
{
    uint8_t a0 = table[w >> 24], a1 = table[w >> 16 & 0xff];
    uint8_t a2 = table[w >> 8 & 0xff], a3 = table[w & 0xff];

    return word_of(mulx(a0, c) ^ a1 ^ a2 ^ mulx(a3, c) ^ a3,
                   mulx(a0, c) ^ a0 ^ mulx(a1, c) ^ a2 ^ a3,
                   a0 ^ mulx(a1, c) ^ a1 ^ mulx(a2, c) ^ a3,
                   a0 ^ a1 ^ mulx(a2, c) ^ a2 ^ mulx(a3, c));
}

static uint32_t clock_fsm(struct snow3g *snow)
{
    uint32_t f = (snow->s[15] + snow->r1) ^ snow->r2;
    uint32_t r = snow->r2 + (snow->r3 ^ snow->s[5]);

    snow->r3 = box(sq, 0x69, snow->r2);
    snow->r2 = box(sr, 0x1b, snow->r1);
    snow->r1 = r;
    return f;
}

/* @f is 0 in the key stream mode. */
static void clock_lfsr(struct snow3g *snow, uint32_t f)
{
    const uint32_t *s = snow->s;
    uint32_t v = s[0] << 8 ^ mul_alpha[s[0] >> 24] ^ s[2] ^ s[11] >> 8 ^
                 div_alpha[s[11] & 0xff] ^ f;

    for (unsigned i = 0; i < 15; i++) {
        snow->s[i] = snow->s[i + 1];
    }
    snow->s[15] = v;
}

static uint32_t next(struct snow3g *snow)
{
    uint32_t z = clock_fsm(snow) ^ snow->s[0];

    clock_lfsr(snow, 0);
    return z;
}

/* 4.1. On the wire come K3 and IV3 first. */
static void begin(struct snow3g *snow, const uint8_t key[16], const uint8_t iv[16])
{
    uint32_t k[4], v[4];

    make_tables();
    for (unsigned i = 0; i < 4; i++) {
        const uint8_t *a = key + 12 - 4 * i, *b = iv + 12 - 4 * i;

        k[i] = word_of(a[0], a[1], a[2], a[3]);
        v[i] = word_of(b[0], b[1], b[2], b[3]);
    }
    *snow = (struct snow3g){ 0 };
    for (unsigned i = 0; i < 16; i++) {
        snow->s[i] = k[i % 4] ^ (i < 4 || (i >= 8 && i < 12) ? 0xffffffff : 0);
    }
    snow->s[15] ^= v[0];
    snow->s[12] ^= v[1];
    snow->s[10] ^= v[2];
    snow->s[9] ^= v[3];
    for (unsigned i = 0; i < 32; i++) {
        clock_lfsr(snow, clock_fsm(snow));
    }
    clock_fsm(snow);
    clock_lfsr(snow, 0);
}

void mobile_snow3g_uea2(const uint8_t key[16], const uint8_t iv[16], const uint8_t *in,
                        uint8_t *out, size_t len)
{
    struct snow3g snow;
    uint32_t word = 0;

    begin(&snow, key, iv);
    for (size_t i = 0; i < len; i++) {
        if (i % 4 == 0) {
            word = next(&snow);
        }
        out[i] = in[i] ^ (uint8_t)(word >> (24 - 8 * (i % 4)));
    }
}

/* TS 35.215, 4.3: in the field of x^64 + x^4 + x^3 + x + 1. */
static uint64_t multiply64(uint64_t v, uint64_t p)
{
    uint64_t product = 0;

    for (unsigned i = 0; i < 64; i++) {
        product ^= p >> i & 1 ? v : 0;
        v = v << 1 ^ (v >> 63 ? 0x1b : 0);
    }
    return product;
}

void mobile_snow3g_uia2(const uint8_t key[16], const uint8_t iv[16],
                        const uint8_t *message, size_t len, uint8_t mac[4])
{
    uint64_t p, q, value = 0;
    struct snow3g snow;
    uint32_t tag;

    begin(&snow, key, iv);
    p = (uint64_t)next(&snow) << 32;
    p |= next(&snow);
    q = (uint64_t)next(&snow) << 32;
    q |= next(&snow);
    tag = next(&snow);
    for (size_t i = 0; i < len; i += 8) {
        for (size_t j = 0; j < 8; j++) {
            value ^= i + j < len ? (uint64_t)message[i + j] << (56 - 8 * j) : 0;
        }
        value = multiply64(value, p);
    }
    tag ^= (uint32_t)(multiply64(value ^ 8 * (uint64_t)len, q) >> 32);
    for (unsigned i = 0; i < 4; i++) {
        mac[i] = (uint8_t)(tag >> (24 - 8 * i));
    }
}
