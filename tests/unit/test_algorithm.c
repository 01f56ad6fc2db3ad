/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The algorithm table, and its engines on the data they are given. */
#include <string.h>

#include <glib.h>

#include "support/offered.h"
#include "support/ut.h"
#include "vcrypto/algorithm.h"
#include "vectors/cipher.h"

static struct vcrypto_bounce bounce;

static int set_up(void)
{
    const char *why;

    return vcrypto_algorithms_init(&why) ? 0 : -1;
}

static int tear_down(void)
{
    vcrypto_bounce_free(&bounce);
    vcrypto_algorithms_fini();
    return 0;
}

static const struct vcrypto_algorithm *find(uint32_t id)
{
    const struct vcrypto_algorithm *algorithm =
        vcrypto_algorithm_find(VCRYPTO_SERVICE_CIPHER, id);

    UT_TRUE_FATAL(algorithm != NULL);
    return algorithm;
}

/* shows: CFG-5 CFG-6 */
static void mask_has_what_can_be_found(void)
{
    uint64_t mask = vcrypto_algorithms_mask(VCRYPTO_SERVICE_CIPHER);

    UT_EQ_U64(mask, OFFERED_CIPHERS);
    for (uint32_t id = 0; id < 70; id++) {
        bool set = id < 64 && mask & UINT64_C(1) << id;

        ut_context("algorithm %u", id);
        UT_TRUE((vcrypto_algorithm_find(VCRYPTO_SERVICE_CIPHER, id) != NULL) == set);
    }
    UT_EQ_U64(vcrypto_algorithms_mask(VCRYPTO_SERVICE_HASH), OFFERED_HASHES);
    UT_EQ_U64(vcrypto_algorithms_mask(VCRYPTO_SERVICE_MAC), OFFERED_MACS);
    UT_EQ_U64(vcrypto_algorithms_mask(VCRYPTO_SERVICE_AEAD), 0xe);
    UT_EQ_U64(vcrypto_algorithms_mask(VCRYPTO_SERVICE_AKCIPHER), 6);
}

static void key_sizes_are_exactly_those_of_the_algorithm(void)
{
    static const struct {
        uint32_t id;
        uint32_t sizes[3];
    } expected[] = {
        { VCRYPTO_CIPHER_AES_ECB, { 16, 24, 32 } },
        { VCRYPTO_CIPHER_AES_CBC, { 16, 24, 32 } },
        { VCRYPTO_CIPHER_AES_CTR, { 16, 24, 32 } },
        { VCRYPTO_CIPHER_DES_ECB, { 8 } },
        { VCRYPTO_CIPHER_DES_CBC, { 8 } },
        { VCRYPTO_CIPHER_3DES_ECB, { 16, 24 } },
        { VCRYPTO_CIPHER_3DES_CBC, { 16, 24 } },
        { VCRYPTO_CIPHER_3DES_CTR, { 16, 24 } },
        { VCRYPTO_CIPHER_AES_F8, { 32, 48, 64 } },
        { VCRYPTO_CIPHER_AES_XTS, { 32, 64 } },
#ifdef VCRYPTO_HAVE_IPSEC_MB
        { VCRYPTO_CIPHER_KASUMI_F8, { 16 } },
        { VCRYPTO_CIPHER_SNOW3G_UEA2, { 16 } },
        { VCRYPTO_CIPHER_ZUC_EEA3, { 16 } },
#endif
    };

    for (unsigned i = 0; i < G_N_ELEMENTS(expected); i++) {
        for (uint32_t len = 0; len < 300; len++) {
            bool right =
                len && (len == expected[i].sizes[0] || len == expected[i].sizes[1] ||
                        len == expected[i].sizes[2]);

            ut_context("algorithm %u, key of %u bytes", expected[i].id, len);
            UT_TRUE((vcrypto_algorithm_key_index(find(expected[i].id), len) >= 0) ==
                    right);
        }
    }
}

static void arc4_keys_have_any_length_from_5_to_256(void)
{
    for (uint32_t len = 0; len < 300; len++) {
        ut_context("key of %u bytes", len);
        UT_TRUE((vcrypto_algorithm_key_index(find(VCRYPTO_CIPHER_ARC4), len) >= 0) ==
                (len >= 5 && len <= 256));
    }
}

static void equal_halves_are_no_xts_key(void)
{
    uint8_t key[64];

    memset(key, 7, sizeof(key));
    UT_TRUE(!vcrypto_algorithm_key_valid(find(VCRYPTO_CIPHER_AES_XTS), key, 32));
    UT_TRUE(!vcrypto_algorithm_key_valid(find(VCRYPTO_CIPHER_AES_XTS), key, 64));
    UT_TRUE(vcrypto_algorithm_key_valid(find(VCRYPTO_CIPHER_AES_CBC), key, 32));
    key[63] ^= 1;
    UT_TRUE(vcrypto_algorithm_key_valid(find(VCRYPTO_CIPHER_AES_XTS), key, 64));
}

static void sizes_of_iv_and_data_are_checked(void)
{
    const struct vcrypto_algorithm *cbc = find(VCRYPTO_CIPHER_AES_CBC);
    const struct vcrypto_algorithm *ecb = find(VCRYPTO_CIPHER_3DES_ECB);
    const struct vcrypto_algorithm *ctr = find(VCRYPTO_CIPHER_AES_CTR);
    const struct vcrypto_algorithm *xts = find(VCRYPTO_CIPHER_AES_XTS);

    UT_TRUE(vcrypto_algorithm_sizes_valid(cbc, 16, 0));
    UT_TRUE(vcrypto_algorithm_sizes_valid(cbc, 16, 16));
    UT_TRUE(!vcrypto_algorithm_sizes_valid(cbc, 16, 15));
    UT_TRUE(!vcrypto_algorithm_sizes_valid(cbc, 16, 17));
    UT_TRUE(!vcrypto_algorithm_sizes_valid(cbc, 0, 16));
    UT_TRUE(!vcrypto_algorithm_sizes_valid(cbc, 15, 16));
    UT_TRUE(!vcrypto_algorithm_sizes_valid(cbc, 17, 16));
    UT_TRUE(vcrypto_algorithm_sizes_valid(ecb, 0, 24));
    UT_TRUE(vcrypto_algorithm_sizes_valid(ecb, 16, 24));
    UT_TRUE(vcrypto_algorithm_sizes_valid(ecb, 100, 24));
    UT_TRUE(!vcrypto_algorithm_sizes_valid(ecb, 0, 12));
    UT_TRUE(vcrypto_algorithm_sizes_valid(ctr, 16, 0));
    UT_TRUE(vcrypto_algorithm_sizes_valid(ctr, 16, 1));
    UT_TRUE(vcrypto_algorithm_sizes_valid(find(VCRYPTO_CIPHER_3DES_CTR), 8, 1));
    UT_TRUE(!vcrypto_algorithm_sizes_valid(find(VCRYPTO_CIPHER_3DES_CTR), 16, 1));
    UT_TRUE(vcrypto_algorithm_sizes_valid(find(VCRYPTO_CIPHER_AES_F8), 16, 1));
    UT_TRUE(!vcrypto_algorithm_sizes_valid(find(VCRYPTO_CIPHER_AES_F8), 0, 1));
    UT_TRUE(vcrypto_algorithm_sizes_valid(find(VCRYPTO_CIPHER_ARC4), 0, 1));
    UT_TRUE(vcrypto_algorithm_sizes_valid(find(VCRYPTO_CIPHER_ARC4), 16, 1));
    UT_TRUE(!vcrypto_algorithm_sizes_valid(xts, 16, 15));
    UT_TRUE(vcrypto_algorithm_sizes_valid(xts, 16, 17));
    UT_TRUE(vcrypto_algorithm_sizes_valid(xts, 16, 16 << 20));
    UT_TRUE(!vcrypto_algorithm_sizes_valid(xts, 16, (16 << 20) + 1));
}

static void *context_of(const struct cipher_vector *v, enum vcrypto_direction direction)
{
    const struct vcrypto_algorithm *algorithm = find(v->algorithm);
    int key_index = vcrypto_algorithm_key_index(algorithm, (uint32_t)v->key_len);
    const struct vcrypto_keying keying = {
        .algorithm = algorithm,
        .key_index = (unsigned)key_index,
        .key = v->key,
        .key_len = (uint32_t)v->key_len,
        .direction = direction,
    };
    void *context;

    UT_TRUE_FATAL(key_index >= 0);
    context = algorithm->engine->context_new(&keying);
    UT_TRUE_FATAL(context != NULL);
    return context;
}

/* One run of an engine: context, source, destination. */
static enum vcrypto_status run(const struct cipher_vector *v,
                               enum vcrypto_direction direction, struct iovec *src,
                               size_t src_count, struct iovec *dst, size_t dst_count)
{
    const struct vcrypto_algorithm *algorithm = find(v->algorithm);
    struct vcrypto_cipher_job job = { .iv = v->iv_len ? v->iv : NULL };
    enum vcrypto_status status;
    void *context;

    vcrypto_cursor_init(&job.src, src, src_count);
    vcrypto_cursor_init(&job.dst, dst, dst_count);
    context = context_of(v, direction);
    /* Twice: what the first run left in the context must not show in the second. */
    status = algorithm->engine->cipher(context, algorithm, &job, &bounce);
    if (src->iov_base != dst->iov_base && status == VCRYPTO_OK) {
        status = algorithm->engine->cipher(context, algorithm, &job, &bounce);
    }
    algorithm->engine->context_free(context);
    return status;
}

/* Cuts @len bytes at @data into pieces of @size, the last one shorter. */
static size_t cut(uint8_t *data, size_t len, size_t size, struct iovec *iov)
{
    size_t n = 0;

    for (size_t at = 0; at < len; at += size) {
        iov[n++] = (struct iovec){ data + at, MIN(size, len - at) };
    }
    return n;
}

static void for_each_vector(void (*check)(const struct cipher_vector *, bool encrypt))
{
    size_t count;
    const struct cipher_vector *vectors = cipher_vectors(&count);

    UT_TRUE_FATAL(count > 0);
    for (size_t i = 0; i < 2 * count; i++) {
        ut_context("%s, %s", vectors[i / 2].name, i % 2 ? "decrypt" : "encrypt");
        check(&vectors[i / 2], i % 2 == 0);
    }
    ut_context(NULL);
}

static void check_pieces(const struct cipher_vector *v, bool encrypt, size_t src_piece,
                         size_t dst_piece, bool in_place)
{
    const uint8_t *question = encrypt ? v->plaintext : v->ciphertext;
    const uint8_t *answer = encrypt ? v->ciphertext : v->plaintext;
    g_autofree uint8_t *src = g_memdup2(question, v->len);
    g_autofree uint8_t *other = g_malloc0(v->len);
    g_autofree struct iovec *src_iov = g_new(struct iovec, v->len);
    g_autofree struct iovec *dst_iov = g_new(struct iovec, v->len);
    uint8_t *dst = in_place ? src : other;
    size_t ns = cut(src, v->len, src_piece, src_iov);
    size_t nd = cut(dst, v->len, dst_piece, dst_iov);

    UT_EQ_U64(
        run(v, encrypt ? VCRYPTO_ENCRYPT : VCRYPTO_DECRYPT, src_iov, ns, dst_iov, nd),
        VCRYPTO_OK);
    UT_EQ_MEM(dst, answer, v->len);
    if (!in_place) {
        UT_EQ_MEM(src, question, v->len);
    }
}

static void check_all_pieces(const struct cipher_vector *v, bool encrypt)
{
    static const size_t pieces[] = { 1, 3, 7, 8, 16, 24, 31, 4096 };

    for (unsigned s = 0; s < G_N_ELEMENTS(pieces); s++) {
        for (unsigned d = 0; d < G_N_ELEMENTS(pieces); d++) {
            check_pieces(v, encrypt, pieces[s], pieces[d], false);
            check_pieces(v, encrypt, pieces[s], pieces[d], true);
        }
    }
}

/* shows: COR-1 */
static void published_answers_in_all_pieces(void)
{
    for_each_vector(check_all_pieces);
}

/* Whose data is copied in any case: see src/crypto/ipsec-mb/wireless.c. */
static bool always_bounced(uint32_t algorithm)
{
    return algorithm == VCRYPTO_CIPHER_KASUMI_F8 ||
           algorithm == VCRYPTO_CIPHER_SNOW3G_UEA2 ||
           algorithm == VCRYPTO_CIPHER_ZUC_EEA3;
}

/* Destination begins a few bytes before or behind the source, in the same memory. */
static void check_shifted(const struct cipher_vector *v, bool encrypt)
{
    const uint8_t *question = encrypt ? v->plaintext : v->ciphertext;
    const uint8_t *answer = encrypt ? v->ciphertext : v->plaintext;

    for (int shift = -20; shift <= 20; shift += 4) {
        g_autofree uint8_t *memory = g_malloc0(v->len + 40);
        struct iovec src = { memory + 20, v->len },
                     dst = { memory + 20 + shift, v->len };
        uint64_t uses = bounce.uses;

        memcpy(src.iov_base, question, v->len);
        if (shift == 0) {
            continue;
        }
        /* One run: it changes its own source. */
        const struct vcrypto_algorithm *algorithm = find(v->algorithm);
        struct vcrypto_cipher_job job = { .iv = v->iv_len ? v->iv : NULL };
        void *context = context_of(v, encrypt ? VCRYPTO_ENCRYPT : VCRYPTO_DECRYPT);

        vcrypto_cursor_init(&job.src, &src, 1);
        vcrypto_cursor_init(&job.dst, &dst, 1);
        UT_EQ_U64(algorithm->engine->cipher(context, algorithm, &job, &bounce),
                  VCRYPTO_OK);
        UT_EQ_MEM(dst.iov_base, answer, v->len);
        UT_EQ_U64(bounce.uses,
                  uses + ((size_t)abs(shift) < v->len || always_bounced(v->algorithm)));
        algorithm->engine->context_free(context);
    }
}

static void overlapping_data_gives_the_right_answer(void)
{
    for_each_vector(check_shifted);
}

static void only_scattered_whole_data_is_bounced(void)
{
    size_t count;
    const struct cipher_vector *v = cipher_vectors(&count);

    for (size_t i = 0; i < count; i++, v++) {
        bool xts = v->algorithm == VCRYPTO_CIPHER_AES_XTS;
        uint64_t uses = bounce.uses;

        ut_context("%s", v->name);
        check_pieces(v, true, 4096, 4096, false);
        if (always_bounced(v->algorithm)) {
            UT_EQ_U64(bounce.uses, uses + 2);
            continue;
        }
        UT_EQ_U64(bounce.uses, uses);
        check_pieces(v, true, 5, 4096, false);
        UT_EQ_U64(bounce.uses, uses + (xts && v->len > 5 ? 2 : 0));
    }
}

/* ---- what is composed, and long: against its definition ---- */

#define LONG 1001 /* several stretches of key stream, and a part of a block */

/* One block through the block cipher alone, which has published answers above. */
static void encrypt_block(uint32_t ecb, const uint8_t *key, size_t key_len,
                          const uint8_t *in, uint8_t *out, size_t len)
{
    struct cipher_vector v = { .algorithm = ecb, .key = key, .key_len = key_len };
    struct iovec src = { (void *)(uintptr_t)in, len }, dst = { out, len };

    UT_EQ_U64(run(&v, VCRYPTO_ENCRYPT, &src, 1, &dst, 1), VCRYPTO_OK);
}

static void count_up(uint8_t *counter, size_t len)
{
    while (len && ++counter[--len] == 0) {
    }
}

static void check_long(struct cipher_vector *v, const uint8_t *stream)
{
    g_autofree uint8_t *plaintext = g_malloc(LONG), *ciphertext = g_malloc(LONG);

    for (size_t i = 0; i < LONG; i++) {
        plaintext[i] = (uint8_t)(i * 7);
        ciphertext[i] = plaintext[i] ^ stream[i];
    }
    v->plaintext = plaintext;
    v->ciphertext = ciphertext;
    v->len = LONG;
    check_all_pieces(v, true);
    check_all_pieces(v, false);
    /* Ends at, before and behind the ends of blocks and of stretches of key stream. */
    for (v->len = 1; v->len <= 530; v->len++) {
        check_pieces(v, true, 4096, 4096, true);
    }
}

static void fill_key(uint8_t *key, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        key[i] = (uint8_t)(i * 37 + 11);
    }
}

static void triple_des_counters_wrap(void)
{
    static const uint8_t iv[8] = { 255, 255, 255, 255, 255, 255, 255, 250 };
    uint8_t key[24], counter[8], stream[LONG + 8];

    fill_key(key, sizeof(key));
    for (size_t key_len = 16; key_len <= 24; key_len += 8) {
        struct cipher_vector v = { .algorithm = VCRYPTO_CIPHER_3DES_CTR,
                                   .key = key,
                                   .key_len = key_len,
                                   .iv = iv,
                                   .iv_len = 8 };

        ut_context("key of %zu bytes", key_len);
        memcpy(counter, iv, 8);
        for (size_t at = 0; at < LONG; at += 8) {
            encrypt_block(VCRYPTO_CIPHER_3DES_ECB, key, key_len, counter, stream + at,
                          8);
            count_up(counter, 8);
        }
        check_long(&v, stream);
    }
}

/* RFC 3711, 4.1.2 as it is written. */
static void f8_stream(const uint8_t *key, size_t half, const uint8_t *iv,
                      uint8_t *stream)
{
    uint8_t masked[32], iv2[16], block[16], j[16] = { 0 };

    for (size_t i = 0; i < half; i++) {
        masked[i] = key[i] ^ key[half + i];
    }
    encrypt_block(VCRYPTO_CIPHER_AES_ECB, masked, half, iv, iv2, 16);
    for (size_t at = 0; at < LONG; at += 16) {
        for (size_t i = 0; i < 16; i++) {
            block[i] = iv2[i] ^ j[i] ^ (at ? stream[at - 16 + i] : 0);
        }
        encrypt_block(VCRYPTO_CIPHER_AES_ECB, key, half, block, stream + at, 16);
        count_up(j, 16);
    }
}

static void f8_is_as_defined(void)
{
    uint8_t key[64], iv[16], stream[LONG + 16];

    fill_key(key, sizeof(key));
    fill_key(iv, sizeof(iv));
    for (size_t half = 16; half <= 32; half += 8) {
        struct cipher_vector v = { .algorithm = VCRYPTO_CIPHER_AES_F8,
                                   .key = key,
                                   .key_len = 2 * half,
                                   .iv = iv,
                                   .iv_len = 16 };

        ut_context("AES key of %zu bytes", half);
        f8_stream(key, half, iv, stream);
        check_long(&v, stream);
    }
}

static void arc4_stream(const uint8_t *key, size_t key_len, uint8_t *stream, size_t len)
{
    uint8_t s[256], i, j = 0, old;

    for (unsigned n = 0; n < 256; n++) {
        s[n] = (uint8_t)n;
    }
    for (unsigned n = 0; n < 256; n++) {
        j = (uint8_t)(j + s[n] + key[n % key_len]);
        old = s[n];
        s[n] = s[j];
        s[j] = old;
    }
    i = j = 0;
    for (size_t n = 0; n < len; n++) {
        i++;
        j = (uint8_t)(j + s[i]);
        old = s[i];
        s[i] = s[j];
        s[j] = old;
        stream[n] = s[(uint8_t)(s[i] + s[j])];
    }
}

static void arc4_uses_all_of_any_key(void)
{
    uint8_t key[256], zero[64] = { 0 }, stream[64];

    fill_key(key, sizeof(key));
    for (size_t key_len = 5; key_len <= 256; key_len++) {
        struct cipher_vector v = { .algorithm = VCRYPTO_CIPHER_ARC4,
                                   .key = key,
                                   .key_len = key_len,
                                   .plaintext = zero,
                                   .ciphertext = stream,
                                   .len = sizeof(stream) };

        ut_context("key of %zu bytes", key_len);
        arc4_stream(key, key_len, stream, sizeof(stream));
        check_pieces(&v, true, 7, 4096, false);
        check_pieces(&v, false, 4096, 5, true);
    }
}

static const struct ut_test tests[] = {
    { "mask has what can be found", mask_has_what_can_be_found },
    { "key sizes are exactly those of the algorithm",
      key_sizes_are_exactly_those_of_the_algorithm },
    { "ARC4 keys have any length from 5 to 256",
      arc4_keys_have_any_length_from_5_to_256 },
    { "equal halves are no XTS key", equal_halves_are_no_xts_key },
    { "sizes of iv and data are checked", sizes_of_iv_and_data_are_checked },
    { "published answers, in all pieces", published_answers_in_all_pieces },
    { "overlapping data gives the right answer",
      overlapping_data_gives_the_right_answer },
    { "only scattered whole data is bounced", only_scattered_whole_data_is_bounced },
    { "triple DES counters wrap", triple_des_counters_wrap },
    { "f8 is as defined", f8_is_as_defined },
    { "ARC4 uses all of any key", arc4_uses_all_of_any_key },
    { NULL, NULL },
};

int main(int argc, char **argv)
{
    static const struct ut_suite suites[] = {
        { "algorithm", set_up, tear_down, tests },
        { NULL, NULL, NULL, NULL },
    };

    return ut_main(argc, argv, suites);
}
