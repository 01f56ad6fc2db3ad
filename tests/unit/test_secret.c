/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "support/ut.h"
#include "vcrypto/secret.h"

static void secrets_begin_as_zeros(void)
{
    static const uint8_t zeros[100];
    uint8_t *secret = vcrypto_secret_alloc(sizeof(zeros));

    UT_TRUE_FATAL(secret != NULL);
    UT_EQ_MEM(secret, zeros, sizeof(zeros));
    vcrypto_secret_free(secret, sizeof(zeros));
    vcrypto_secret_free(NULL, 10);
}

static void wipe_overwrites(void)
{
    static const uint8_t zeros[32];
    uint8_t secret[32];

    memset(secret, 7, sizeof(secret));
    vcrypto_secret_wipe(secret, sizeof(secret));
    UT_EQ_MEM(secret, zeros, sizeof(zeros));
}

static void equal_sees_every_bit(void)
{
    uint8_t a[40], b[41];

    for (size_t size = 0; size <= sizeof(a); size++) {
        memset(a, 0x5a, sizeof(a));
        memset(b, 0x5a, sizeof(b));
        ut_context("%zu bytes", size);
        /* What follows does not count, nor where it lies. */
        a[size < sizeof(a) ? size : 0] ^= size < sizeof(a) ? 1 : 0;
        UT_TRUE(vcrypto_secret_equal(a, b, size));
        UT_TRUE(vcrypto_secret_equal(a, b + 1, size));
        for (size_t bit = 0; bit < 8 * size; bit++) {
            b[bit / 8] ^= (uint8_t)(1u << bit % 8);
            UT_TRUE(!vcrypto_secret_equal(a, b, size));
            UT_TRUE(!vcrypto_secret_equal(b, a, size));
            b[bit / 8] ^= (uint8_t)(1u << bit % 8);
        }
    }
}

static void bounce_keeps_small_buffers_wiped(void)
{
    static const uint8_t zeros[100];
    struct vcrypto_bounce bounce = { 0 };
    uint8_t *first = vcrypto_bounce_get(&bounce, 100);

    UT_TRUE_FATAL(first != NULL);
    memset(first, 7, 100);
    vcrypto_bounce_put(&bounce, 100);
    UT_TRUE(bounce.buffer == first);
    UT_EQ_MEM(first, zeros, 100);
    UT_TRUE(vcrypto_bounce_get(&bounce, 200) == first);
    vcrypto_bounce_put(&bounce, 200);
    UT_EQ_U64(bounce.uses, 2);
    vcrypto_bounce_free(&bounce);
    UT_EQ_U64(bounce.capacity, 0);
}

static void bounce_gives_large_buffers_back(void)
{
    struct vcrypto_bounce bounce = { 0 };

    UT_TRUE_FATAL(vcrypto_bounce_get(&bounce, 4 << 20) != NULL);
    vcrypto_bounce_put(&bounce, 4 << 20);
    UT_TRUE(bounce.buffer == NULL);
    UT_EQ_U64(bounce.capacity, 0);
}

static void bounce_without_memory_is_null(void)
{
    struct vcrypto_bounce bounce = { 0 };

    UT_TRUE(vcrypto_bounce_get(&bounce, SIZE_MAX / 2) == NULL);
    UT_EQ_U64(bounce.uses, 0);
    UT_TRUE(vcrypto_bounce_get(&bounce, 16) != NULL);
    vcrypto_bounce_free(&bounce);
}

static const struct ut_test tests[] = {
    { "secrets begin as zeros", secrets_begin_as_zeros },
    { "wipe overwrites", wipe_overwrites },
    { "equal sees every bit", equal_sees_every_bit },
    { "bounce keeps small buffers, wiped", bounce_keeps_small_buffers_wiped },
    { "bounce gives large buffers back", bounce_gives_large_buffers_back },
    { "bounce without memory is NULL", bounce_without_memory_is_null },
    { NULL, NULL },
};

int main(int argc, char **argv)
{
    static const struct ut_suite suites[] = {
        { "secret", NULL, NULL, tests },
        { NULL, NULL, NULL, NULL },
    };

    return ut_main(argc, argv, suites);
}
