/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "queue/polling.h"
#include "support/ut.h"

#define LIMIT 100000

static void begins_with_all_of_the_limit(void)
{
    struct polling polling = { 0 };

    UT_EQ_U64(vcrypto_polling_window(&polling, LIMIT), LIMIT);
    UT_EQ_U64(vcrypto_polling_window(&polling, LIMIT), LIMIT);
}

static void closes_where_it_is_not_worth_it(void)
{
    struct polling polling = { 0 };
    uint64_t last = vcrypto_polling_window(&polling, LIMIT);

    for (unsigned i = 0; i < 8; i++) {
        uint64_t window;

        vcrypto_polling_slept(&polling, LIMIT, LIMIT);
        window = vcrypto_polling_window(&polling, LIMIT);
        UT_TRUE(window < last || window == 0);
        last = window;
    }
    UT_EQ_U64(last, 0);
}

static void opens_where_it_would_have_been(void)
{
    struct polling polling = { .begun = true };
    uint64_t last = 0;

    for (unsigned i = 0; i < 8; i++) {
        uint64_t window;

        vcrypto_polling_slept(&polling, LIMIT, LIMIT - 1);
        window = vcrypto_polling_window(&polling, LIMIT);
        UT_TRUE(window > last || window == LIMIT);
        last = window;
    }
    UT_EQ_U64(last, LIMIT);
}

static void follows_the_limit_at_any_time(void)
{
    struct polling polling = { 0 };

    UT_EQ_U64(vcrypto_polling_window(&polling, LIMIT), LIMIT);
    UT_EQ_U64(vcrypto_polling_window(&polling, 10), 10);
    UT_EQ_U64(vcrypto_polling_window(&polling, 0), 0);
    vcrypto_polling_slept(&polling, 0, 1);
    UT_EQ_U64(vcrypto_polling_window(&polling, 0), 0);
    vcrypto_polling_slept(&polling, LIMIT, 1);
    UT_TRUE(vcrypto_polling_window(&polling, LIMIT) > 0);
}

static const struct ut_test tests[] = {
    { "begins with all of the limit", begins_with_all_of_the_limit },
    { "closes where it is not worth it", closes_where_it_is_not_worth_it },
    { "opens where it would have been", opens_where_it_would_have_been },
    { "follows the limit at any time", follows_the_limit_at_any_time },
    { NULL, NULL },
};

int main(int argc, char **argv)
{
    const struct ut_suite suites[] = {
        { "polling", NULL, NULL, tests },
        { NULL, NULL, NULL, NULL },
    };

    return ut_main(argc, argv, suites);
}
