/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/block.h"

#include <glib.h>
#include <nettle/aes.h>
#include <nettle/des.h>
#include <nettle/twofish.h>
#include <string.h>

/* ---- ciphers ---- */

/* Weak keys are keys, too. */
static void des_key(void *context, const uint8_t *key)
{
    (void)!des_set_key(context, key);
}

static void des3_key(void *context, const uint8_t *key)
{
    (void)!des3_set_key(context, key);
}

static void des_forth(const void *context, size_t len, uint8_t *to, const uint8_t *from)
{
    des_encrypt(context, len, to, from);
}

static void des_back(const void *context, size_t len, uint8_t *to, const uint8_t *from)
{
    des_decrypt(context, len, to, from);
}

static void des3_forth(const void *context, size_t len, uint8_t *to,
                       const uint8_t *from)
{
    des3_encrypt(context, len, to, from);
}

static void des3_back(const void *context, size_t len, uint8_t *to, const uint8_t *from)
{
    des3_decrypt(context, len, to, from);
}

static const struct nettle_cipher des = {
    "des", sizeof(struct des_ctx), 8, 8, des_key, des_key, des_forth, des_back,
};

static const struct nettle_cipher des3 = {
    "des3", sizeof(struct des3_ctx), 8, 24, des3_key, des3_key, des3_forth, des3_back,
};

static const struct nettle_cipher *cipher_of(enum block_kind kind, size_t len)
{
    switch (kind) {
    case BLOCK_AES:
        return len == 16 ? &nettle_aes128 : len == 24 ? &nettle_aes192 : &nettle_aes256;
    case BLOCK_DES:
        return &des;
    case BLOCK_3DES:
        return &des3;
    default:
        return len == 16 ? &nettle_twofish128 : &nettle_twofish256;
    }
}

void block_init(struct block *block, enum block_kind kind, const uint8_t *key,
                size_t len)
{
    uint8_t whole[32];

    block->cipher = cipher_of(kind, len);
    g_assert(block->cipher->context_size <= sizeof(block->encrypting));
    memcpy(whole, key, len);
    if (kind == BLOCK_3DES && len == 16) {
        memcpy(whole + 16, key, 8);
        len = 24;
    }
    g_assert(block->cipher->key_size == len);
    block->size = block->cipher->block_size;
    block->cipher->set_encrypt_key(block->encrypting, whole);
    block->cipher->set_decrypt_key(block->decrypting, whole);
}

void block_encrypt(const struct block *block, const uint8_t *from, uint8_t *to)
{
    block->cipher->encrypt(block->encrypting, block->size, to, from);
}

void block_decrypt(const struct block *block, const uint8_t *from, uint8_t *to)
{
    block->cipher->decrypt(block->decrypting, block->size, to, from);
}

/* ---- what modes are made of ---- */

void block_count_up(uint8_t *end, size_t size)
{
    while (size-- && !++*--end) {
    }
}

static void exclusive_or(uint8_t *to, const uint8_t *with, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        to[i] ^= with[i];
    }
}

/* Times x, the first byte the highest: of CMAC, whose polynomials end in @low. */
static void twice(uint8_t *value, size_t size, uint8_t low)
{
    uint8_t carry = value[0] >> 7;

    for (size_t i = 0; i + 1 < size; i++) {
        value[i] = (uint8_t)(value[i] << 1 | value[i + 1] >> 7);
    }
    value[size - 1] = (uint8_t)(value[size - 1] << 1) ^ (carry ? low : 0);
}

/* ---- modes ---- */

void block_ecb(const struct block *block, bool encrypt, const uint8_t *in, uint8_t *out,
               size_t len)
{
    for (size_t i = 0; i < len; i += block->size) {
        (encrypt ? block_encrypt : block_decrypt)(block, in + i, out + i);
    }
}

void block_cbc(const struct block *block, bool encrypt, const uint8_t *iv,
               const uint8_t *in, uint8_t *out, size_t len)
{
    uint8_t before[16], next[16];

    memcpy(before, iv, block->size);
    for (size_t i = 0; i < len; i += block->size) {
        memcpy(next, in + i, block->size);
        if (encrypt) {
            exclusive_or(next, before, block->size);
            block_encrypt(block, next, out + i);
            memcpy(before, out + i, block->size);
        } else {
            block_decrypt(block, next, out + i);
            exclusive_or(out + i, before, block->size);
            memcpy(before, next, block->size);
        }
    }
}

void block_ctr(const struct block *block, const uint8_t *first, size_t width,
               const uint8_t *in, uint8_t *out, size_t len)
{
    uint8_t counter[16], stream[16];

    memcpy(counter, first, block->size);
    for (size_t i = 0; i < len; i++) {
        if (i % block->size == 0) {
            block_encrypt(block, counter, stream);
            block_count_up(counter + block->size, width);
        }
        out[i] = in[i] ^ stream[i % block->size];
    }
}

void block_f8(const struct block *block, const struct block *masked, const uint8_t *iv,
              const uint8_t *in, uint8_t *out, size_t len)
{
    uint8_t first[16], counter[16] = { 0 }, stream[16] = { 0 };

    block_encrypt(masked, iv, first);
    for (size_t i = 0; i < len; i++) {
        if (i % 16 == 0) {
            exclusive_or(stream, first, 16);
            exclusive_or(stream, counter, 16);
            block_encrypt(block, stream, stream);
            block_count_up(counter + 16, 16);
        }
        out[i] = in[i] ^ stream[i % 16];
    }
}

static void xts_block(const struct block *block, bool encrypt, const uint8_t tweak[16],
                      const uint8_t *in, uint8_t *out)
{
    uint8_t value[16];

    memcpy(value, in, 16);
    exclusive_or(value, tweak, 16);
    (encrypt ? block_encrypt : block_decrypt)(block, value, value);
    exclusive_or(value, tweak, 16);
    memcpy(out, value, 16);
}

/* Times x, the first byte the lowest. */
static void xts_next(uint8_t tweak[16])
{
    uint8_t carry = tweak[15] >> 7;

    for (unsigned i = 15; i > 0; i--) {
        tweak[i] = (uint8_t)(tweak[i] << 1 | tweak[i - 1] >> 7);
    }
    tweak[0] = (uint8_t)(tweak[0] << 1) ^ (carry ? 0x87 : 0);
}

void block_xts(const struct block *block, const struct block *tweak, bool encrypt,
               const uint8_t *iv, const uint8_t *in, uint8_t *out, size_t len)
{
    uint8_t t[16], next[16], stolen[16];
    size_t rest = len % 16, whole = rest ? len - rest - 16 : len;

    block_encrypt(tweak, iv, t);
    for (size_t i = 0; i < whole; i += 16) {
        xts_block(block, encrypt, t, in + i, out + i);
        xts_next(t);
    }
    if (!rest) {
        return;
    }
    memcpy(next, t, 16);
    xts_next(next);
    /* The last whole block: decrypting, it had the last tweak. */
    xts_block(block, encrypt, encrypt ? t : next, in + whole, stolen);
    memcpy(next, encrypt ? next : t, 16);
    memcpy(t, stolen, 16); /* the end of it goes with the rest */
    memcpy(t, in + whole + 16, rest);
    memcpy(out + whole + 16, stolen, rest);
    xts_block(block, encrypt, next, t, out + whole);
}

/* ---- MACs ---- */

void block_cbc_mac(const struct block *block, const uint8_t *message, size_t len,
                   const uint8_t *last, uint8_t *mac)
{
    memset(mac, 0, block->size);
    for (size_t i = 0; i < len; i += block->size) {
        exclusive_or(mac, message + i, block->size);
        if (last && i + block->size == len) {
            exclusive_or(mac, last, block->size);
        }
        block_encrypt(block, mac, mac);
    }
}

/* The two that CMAC and XCBC have in common: a key for whole last blocks, and another
 * for those that a one and zeros fill up. */
static void padded_mac(const struct block *block, const uint8_t *for_whole,
                       const uint8_t *for_filled, const uint8_t *message, size_t len,
                       uint8_t *mac)
{
    bool fill = !len || len % block->size;
    size_t size = fill ? len / block->size * block->size + block->size : len;
    uint8_t *copy = g_malloc0(size);

    memcpy(copy, message, len);
    if (fill) {
        copy[len] = 0x80;
    }
    block_cbc_mac(block, copy, size, fill ? for_filled : for_whole, mac);
    g_free(copy);
}

void block_cmac(const struct block *block, const uint8_t *message, size_t len,
                uint8_t *mac)
{
    uint8_t low = block->size == 16 ? 0x87 : 0x1b;
    uint8_t k1[16] = { 0 }, k2[16];

    block_encrypt(block, k1, k1);
    twice(k1, block->size, low);
    memcpy(k2, k1, block->size);
    twice(k2, block->size, low);
    padded_mac(block, k1, k2, message, len, mac);
}

void block_xcbc(const uint8_t *key, const uint8_t *message, size_t len, uint8_t *mac)
{
    struct block block;
    uint8_t keys[3][16];

    block_init(&block, BLOCK_AES, key, 16);
    for (unsigned i = 0; i < 3; i++) {
        memset(keys[i], (int)i + 1, 16);
        block_encrypt(&block, keys[i], keys[i]);
    }
    block_init(&block, BLOCK_AES, keys[0], 16);
    padded_mac(&block, keys[1], keys[2], message, len, mac);
}

/* ---- GCM ---- */

/* 6.3: @x = @x times @h; a block's first bit is the coefficient of 1. */
static void gcm_multiply(uint64_t x[2], const uint64_t h[2])
{
    uint64_t z[2] = { 0, 0 }, v[2] = { h[0], h[1] };

    for (unsigned i = 0; i < 128; i++) {
        uint64_t taken = -(x[i / 64] >> (63 - i % 64) & 1);
        uint64_t reduced = -(v[1] & 1);

        z[0] ^= v[0] & taken;
        z[1] ^= v[1] & taken;
        v[1] = v[1] >> 1 | v[0] << 63;
        v[0] = v[0] >> 1 ^ (reduced & UINT64_C(0xe1) << 56);
    }
    memcpy(x, z, sizeof(z));
}

static void load(uint64_t to[2], const uint8_t from[16])
{
    for (unsigned i = 0; i < 2; i++) {
        to[i] = 0;
        for (unsigned j = 0; j < 8; j++) {
            to[i] = to[i] << 8 | from[8 * i + j];
        }
    }
}

/* Of @len bytes, the last block filled up with zeros. */
static void ghash(uint64_t y[2], const uint64_t h[2], const uint8_t *data, size_t len)
{
    for (size_t i = 0; i < len; i += 16) {
        uint8_t block[16] = { 0 };
        uint64_t words[2];

        memcpy(block, data + i, MIN(16, len - i));
        load(words, block);
        y[0] ^= words[0];
        y[1] ^= words[1];
        gcm_multiply(y, h);
    }
}

void block_gcm(const struct block *block, const uint8_t j0[16], const uint8_t *aad,
               size_t aad_len, const uint8_t *in, uint8_t *out, size_t len,
               uint8_t tag[16])
{
    uint8_t zero[16] = { 0 }, counter[16];
    uint64_t h[2], y[2] = { 0, 0 };

    block_encrypt(block, zero, zero);
    load(h, zero);
    memcpy(counter, j0, 16);
    block_count_up(counter + 16, 4);
    block_ctr(block, counter, 4, in, out, len);
    ghash(y, h, aad, aad_len);
    ghash(y, h, out, len);
    y[0] ^= 8 * (uint64_t)aad_len;
    y[1] ^= 8 * (uint64_t)len;
    gcm_multiply(y, h);
    block_encrypt(block, j0, tag);
    for (unsigned i = 0; i < 16; i++) {
        tag[i] ^= (uint8_t)(y[i / 8] >> (56 - 8 * (i % 8)));
    }
}

/* ---- CCM ---- */

/* A.2: what is authenticated, in whole blocks. The caller frees it. */
static uint8_t *ccm_blocks(const uint8_t *nonce, size_t nonce_len, const uint8_t *aad,
                           size_t aad_len, const uint8_t *in, size_t len,
                           size_t tag_len, size_t *total)
{
    uint8_t *blocks = g_malloc0(16 + 16 + aad_len + 16 + len + 16), *to = blocks + 16;
    size_t q = 15 - nonce_len;

    blocks[0] = (uint8_t)((aad_len ? 0x40 : 0) | (tag_len - 2) / 2 << 3 | (q - 1));
    memcpy(blocks + 1, nonce, nonce_len);
    for (size_t i = 0; i < MIN(q, 8); i++) {
        blocks[15 - i] = (uint8_t)((uint64_t)len >> 8 * i);
    }
    if (aad_len) {
        if (aad_len >= 0xff00) {
            *to++ = 0xff;
            *to++ = 0xfe;
            *to++ = (uint8_t)(aad_len >> 24);
            *to++ = (uint8_t)(aad_len >> 16);
        }
        *to++ = (uint8_t)(aad_len >> 8);
        *to++ = (uint8_t)aad_len;
        memcpy(to, aad, aad_len);
        to += aad_len;
        to += -(to - blocks) & 15;
    }
    memcpy(to, in, len);
    to += len;
    to += -(to - blocks) & 15;
    *total = (size_t)(to - blocks);
    return blocks;
}

void block_ccm(const struct block *block, const uint8_t *nonce, size_t nonce_len,
               const uint8_t *aad, size_t aad_len, const uint8_t *in, uint8_t *out,
               size_t len, uint8_t *tag, size_t tag_len)
{
    size_t total, q = 15 - nonce_len;
    uint8_t *blocks =
        ccm_blocks(nonce, nonce_len, aad, aad_len, in, len, tag_len, &total);
    uint8_t mac[16], counter[16] = { 0 };

    block_cbc_mac(block, blocks, total, NULL, mac);
    counter[0] = (uint8_t)(q - 1);
    memcpy(counter + 1, nonce, nonce_len);
    block_ctr(block, counter, q, mac, mac, 16);
    memcpy(tag, mac, tag_len);
    block_count_up(counter + 16, q);
    block_ctr(block, counter, q, in, out, len);
    g_free(blocks);
}
