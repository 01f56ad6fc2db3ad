/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Poly1305's accumulator, aimed at. Its key is the key stream's first block, but the
 * message is ours: any block of it may be what makes the accumulator, after it is
 * multiplied, a number of our choice (RFC 8439, 2.5).
 */
#include <gmp.h>
#include <nettle/chacha.h>
#include <string.h>

#include "differential/inputs.h"

struct poly {
    mpz_t p, r, s, accumulator, inverse, value;
};

static void load(mpz_t number, const uint8_t *bytes, size_t size)
{
    mpz_import(number, size, -1, 1, 0, 0, bytes);
}

static void begin(struct poly *poly, const uint8_t block[32])
{
    uint8_t r[16];

    memcpy(r, block, 16);
    for (unsigned i = 3; i < 16; i += 4) {
        r[i] &= 15;
    }
    for (unsigned i = 4; i < 16; i += 4) {
        r[i] &= 252;
    }
    mpz_inits(poly->p, poly->r, poly->s, poly->accumulator, poly->inverse, poly->value,
              NULL);
    mpz_ui_pow_ui(poly->p, 2, 130);
    mpz_sub_ui(poly->p, poly->p, 5);
    load(poly->r, r, 16);
    load(poly->s, block + 16, 16);
    mpz_invert(poly->inverse, poly->r, poly->p);
}

static void end(struct poly *poly)
{
    mpz_clears(poly->p, poly->r, poly->s, poly->accumulator, poly->inverse, poly->value,
               NULL);
}

/* One whole block, as the AEAD has them: fewer bytes are filled up with zeros. */
static void absorb(struct poly *poly, const uint8_t *data, size_t size)
{
    uint8_t block[17] = { 0 };

    memcpy(block, data, size);
    block[16] = 1;
    load(poly->value, block, 17);
    mpz_add(poly->accumulator, poly->accumulator, poly->value);
    mpz_mul(poly->accumulator, poly->accumulator, poly->r);
    mpz_mod(poly->accumulator, poly->accumulator, poly->p);
}

static void absorb_all(struct poly *poly, const uint8_t *data, size_t len)
{
    for (size_t i = 0; i < len; i += 16) {
        absorb(poly, data + i, len - i < 16 ? len - i : 16);
    }
}

/* What the accumulator is to be: near 0 and so, not reduced, near the prime; all ones
 * in limbs of any width; what the sum with s is carried by. */
static void choose(struct poly *poly, mpz_t target)
{
    static const unsigned limbs[] = { 26, 44, 52, 64, 78, 88, 104, 128, 129, 130 };

    switch (inputs_below(4)) {
    case 0: /* 2^130 - 5 to 2^130 - 1, if it is not reduced */
        mpz_set_ui(target, inputs_below(6));
        break;
    case 1:
        mpz_sub_ui(target, poly->p, 1 + inputs_below(5));
        break;
    case 2:
        mpz_ui_pow_ui(target, 2, limbs[inputs_below(10)]);
        mpz_sub_ui(target, target, inputs_below(3));
        break;
    default:
        mpz_ui_pow_ui(target, 2, 128);
        mpz_sub(target, target, poly->s);
        mpz_sub_ui(target, target, inputs_below(2));
    }
    mpz_mod(target, target, poly->p);
}

/* The block that comes next, so that the accumulator is @target afterwards; false: no
 * block of 16 bytes does that. */
static bool solve(struct poly *poly, const mpz_t target, uint8_t block[16])
{
    bool found;

    mpz_mul(poly->value, target, poly->inverse);
    mpz_sub(poly->value, poly->value, poly->accumulator);
    mpz_mod(poly->value, poly->value, poly->p);
    found = mpz_sizeinbase(poly->value, 2) == 129; /* with the bit above the block */
    if (found) {
        mpz_clrbit(poly->value, 128);
        memset(block, 0, 16);
        mpz_export(block, NULL, -1, 1, 0, 0, poly->value);
    }
    return found;
}

/* The target before the block with the lengths, so that it is @target after it. */
static void before_lengths(struct poly *poly, mpz_t target, size_t aad_len, size_t len)
{
    mpz_mul(target, target, poly->inverse);
    mpz_ui_pow_ui(poly->value, 2, 128);
    mpz_sub(target, target, poly->value);
    mpz_set_ui(poly->value, len);
    mpz_mul_2exp(poly->value, poly->value, 64);
    mpz_sub(target, target, poly->value);
    mpz_sub_ui(target, target, aad_len);
    mpz_mod(target, target, poly->p);
}

/* @cipher: the ciphertext, of which one block is ours to choose. */
static bool aim(struct poly *poly, const uint8_t *aad, size_t aad_len, uint8_t *cipher,
                size_t len)
{
    size_t blocks = len / 16, at = blocks - 1;
    bool last = len % 16 == 0 && inputs_below(2), found = false;
    mpz_t target;

    at = last ? at : inputs_below((uint32_t)blocks);
    absorb_all(poly, aad, aad_len);
    absorb_all(poly, cipher, 16 * at);
    mpz_init(target);
    for (unsigned i = 0; i < 32 && !found; i++) {
        choose(poly, target);
        if (last) {
            before_lengths(poly, target, aad_len, len);
        }
        found = solve(poly, target, cipher + 16 * at);
    }
    mpz_clear(target);
    return found;
}

static void key_stream(const uint8_t key[32], const uint8_t iv[12], uint8_t first[64],
                       uint8_t *data, size_t len)
{
    struct chacha_ctx context;

    memset(first, 0, 64);
    chacha_set_key(&context, key);
    chacha_set_nonce96(&context, iv);
    chacha_crypt32(&context, 64, first, first);
    chacha_crypt32(&context, len, data, data);
}

bool inputs_poly1305(const uint8_t key[32], const uint8_t iv[12], const uint8_t *aad,
                     size_t aad_len, uint8_t *plain, size_t len)
{
    uint8_t first[64];
    struct poly poly;
    bool found;

    if (len < 16) {
        return false;
    }
    key_stream(key, iv, first, plain, len);
    begin(&poly, first);
    found = aim(&poly, aad, aad_len, plain, len);
    end(&poly);
    key_stream(key, iv, first, plain, len);
    return found;
}
