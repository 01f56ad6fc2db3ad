/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Nobody publishes answers for GMAC with Twofish. Here it is put together from the
 * block cipher and a GHASH that is written down as NIST SP 800-38D defines it; the
 * cipher has the answers of its authors (ecb_tbl.txt of the AES submission, I=1), and
 * the same GHASH with AES has to give the published answers of GMAC with AES.
 */
#include "forms-fixture.h"

#include <gcrypt.h>

#include "support/hex.h"
#include "vectors/digest.h"

#define BLOCK 16

static void encipher(int algorithm, const uint8_t *key, size_t key_len,
                     const uint8_t *block, uint8_t *result)
{
    gcry_cipher_hd_t cipher;

    UT_EQ_U64_FATAL(gcry_cipher_open(&cipher, algorithm, GCRY_CIPHER_MODE_ECB, 0), 0);
    UT_EQ_U64_FATAL(gcry_cipher_setkey(cipher, key, key_len), 0);
    UT_EQ_U64_FATAL(gcry_cipher_encrypt(cipher, result, BLOCK, block, BLOCK), 0);
    gcry_cipher_close(cipher);
}

/* x = x * y, SP 800-38D, 6.3. */
static void multiply(uint8_t *x, const uint8_t *y)
{
    uint8_t z[BLOCK] = { 0 }, v[BLOCK];

    memcpy(v, y, BLOCK);
    for (unsigned bit = 0; bit < 128; bit++) {
        uint8_t carry = 0, last = v[BLOCK - 1] & 1;

        for (unsigned i = 0; i < BLOCK; i++) {
            uint8_t next = (uint8_t)(v[i] << 7);

            if (x[bit / 8] & 0x80 >> bit % 8) {
                z[i] ^= v[i];
            }
            v[i] = v[i] >> 1 | carry;
            carry = next;
        }
        v[0] ^= last ? 0xe1 : 0;
    }
    memcpy(x, z, BLOCK);
}

static void absorb(uint8_t *sum, const uint8_t *h, const uint8_t *data, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        sum[i] ^= data[i];
    }
    multiply(sum, h);
}

static void gmac(int algorithm, const uint8_t *key, size_t key_len, const uint8_t *iv,
                 const uint8_t *message, size_t len, uint8_t *tag)
{
    uint8_t h[BLOCK] = { 0 }, sum[BLOCK] = { 0 }, counter[BLOCK] = { 0 };
    uint8_t lengths[BLOCK] = { 0 };

    encipher(algorithm, key, key_len, h, h);
    for (size_t i = 0; i < len; i += BLOCK) {
        absorb(sum, h, message + i, MIN(len - i, BLOCK));
    }
    for (unsigned i = 0; i < 8; i++) {
        lengths[i] = (uint8_t)(8 * (uint64_t)len >> (56 - 8 * i));
    }
    absorb(sum, h, lengths, BLOCK);
    memcpy(counter, iv, 12);
    counter[15] = 1;
    encipher(algorithm, key, key_len, counter, tag);
    for (unsigned i = 0; i < BLOCK; i++) {
        tag[i] ^= sum[i];
    }
}

static void the_cipher_gives_its_authors_answers(void)
{
    static const struct {
        size_t key_len;
        const char *ciphertext;
    } answers[] = { { 16, "9f589f5cf6122c32b6bfec2f2ae8c35a" },
                    { 32, "57ff739d4dc92c1bd7fc01700cc8216f" } };
    static const uint8_t zero[32];

    for (unsigned i = 0; i < G_N_ELEMENTS(answers); i++) {
        size_t len;
        g_autofree uint8_t *expected = hex_dup(answers[i].ciphertext, &len);
        uint8_t block[BLOCK];

        encipher(i ? GCRY_CIPHER_TWOFISH : GCRY_CIPHER_TWOFISH128, zero,
                 answers[i].key_len, zero, block);
        UT_EQ_MEM(block, expected, BLOCK);
    }
}

/* Every row of one algorithm in the table of known answers. */
static unsigned rows_agree(uint32_t mac)
{
    unsigned seen = 0;
    size_t n;
    const struct digest_vector *v = digest_vectors(&n);

    for (size_t i = 0; i < n; i++) {
        if (v[i].service == VCRYPTO_SERVICE_MAC && v[i].algorithm == mac) {
            bool aes = mac == VCRYPTO_MAC_GMAC_AES, wide = v[i].key_len == 32;
            uint8_t tag[BLOCK];

            ut_context("%s", v[i].name);
            gmac(aes    ? (wide                 ? GCRY_CIPHER_AES256
                           : v[i].key_len == 24 ? GCRY_CIPHER_AES192
                                                : GCRY_CIPHER_AES128)
                 : wide ? GCRY_CIPHER_TWOFISH
                        : GCRY_CIPHER_TWOFISH128,
                 v[i].key, v[i].key_len, v[i].iv, v[i].message, v[i].len, tag);
            UT_EQ_MEM(tag, v[i].digest, BLOCK);
            seen++;
        }
    }
    return seen;
}

static void ghash_with_aes_gives_the_published_answers(void)
{
    UT_TRUE(rows_agree(VCRYPTO_MAC_GMAC_AES) > 0);
}

static void the_tables_rows_are_the_composition(void)
{
    UT_TRUE(rows_agree(VCRYPTO_MAC_GMAC_TWOFISH) == 2);
}

static void the_device_does_what_the_composition_does(void)
{
    use_form(FORM_STATELESS);
    for (uint32_t key_len = 16; key_len <= 32; key_len += 16) {
        for (uint32_t len = 0; len < 100; len++) {
            uint8_t key[32], source[12 + 100], tag[BLOCK];
            struct form_operation o = { .service = VCRYPTO_SERVICE_MAC,
                                        .algorithm = VCRYPTO_MAC_GMAC_TWOFISH,
                                        .key = { key, key_len },
                                        .src = { source, 12 + len },
                                        .result_len = BLOCK };
            struct outcome outcome;

            for (unsigned i = 0; i < sizeof(source); i++) {
                source[i] = (uint8_t)(i * 5 + len);
            }
            for (unsigned i = 0; i < sizeof(key); i++) {
                key[i] = (uint8_t)(i * 3 + key_len);
            }
            ut_context("key of %u bytes, message of %u", key_len, len);
            gmac(key_len == 32 ? GCRY_CIPHER_TWOFISH : GCRY_CIPHER_TWOFISH128, key,
                 key_len, source, source + 12, len, tag);
            outcome = run(&o, FORM_STATELESS, 0, 7, 0);
            UT_EQ_U64(outcome.status, VCRYPTO_OK);
            UT_EQ_MEM(outcome.bytes, tag, BLOCK);
            g_free(outcome.bytes);
        }
    }
}

int main(int argc, char **argv)
{
    static const struct ut_test tests[] = {
        { "the cipher gives its authors' answers",
          the_cipher_gives_its_authors_answers },
        { "GHASH with AES gives the published answers",
          ghash_with_aes_gives_the_published_answers },
        { "the table's rows are the composition", the_tables_rows_are_the_composition },
        { "the device does what the composition does",
          the_device_does_what_the_composition_does },
        { NULL, NULL },
    };
    static const struct ut_suite suites[] = {
        { "gmac-twofish", set_up, tear_down, tests }, { NULL, NULL, NULL, NULL }
    };

    return ut_main(argc, argv, suites);
}
