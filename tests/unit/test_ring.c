/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Chains through a ring whose driver keeps the rules. */
#include <stdlib.h>
#include <string.h>

#include "ring-fixture.h"

static struct fixture f;

/* Runs @test for every kind of ring; packed ones have an odd size. */
static void for_all_kinds(void (*test)(void))
{
    for (unsigned kind = 0; kind < KINDS; kind++) {
        fixture_begin(&f, kind, kind < PACKED ? 8 : 7);
        test();
        fixture_end(&f);
    }
}

static void expect_piece(const struct iovec *iov, uint64_t address, size_t length)
{
    UT_TRUE(iov->iov_base == fake_guest_at(&f.guest, address));
    UT_EQ_U64(iov->iov_len, length);
}

static void check_shape(uint64_t table)
{
    const struct fake_buffer buffers[] = {
        { f.data, 16, false },      { f.data + 8, 1, false },
        { f.data + 100, 0, false }, { f.data + 256, 64, true },
        { f.data + 99, 0, true },   { f.data + 4095, 1, true },
    };
    struct vcrypto_ring_chain chain;

    UT_EQ_U64(fixture_pop(&f, &chain), VCRYPTO_RING_EMPTY);
    UT_TRUE(!vcrypto_ring_has_chain(&f.ring));
    UT_TRUE_FATAL(fake_driver_add(&f.driver, buffers, 6, table, 77));
    UT_TRUE(!vcrypto_ring_has_chain(&f.ring));
    fake_driver_kick(&f.driver);
    UT_TRUE(vcrypto_ring_has_chain(&f.ring));
    UT_EQ_U64_FATAL(fixture_pop(&f, &chain), VCRYPTO_RING_CHAIN);
    UT_TRUE(!vcrypto_ring_has_chain(&f.ring));
    UT_TRUE(!chain.refused);
    UT_EQ_U64(chain.slots, table ? 1 : 6);
    UT_EQ_U64_FATAL(chain.chain.out_num, 2);
    UT_EQ_U64_FATAL(chain.chain.in_num, 2);
    expect_piece(&chain.chain.out[0], f.data, 16);
    expect_piece(&chain.chain.out[1], f.data + 8, 1);
    expect_piece(&chain.chain.in[0], f.data + 256, 64);
    expect_piece(&chain.chain.in[1], f.data + 4095, 1);
    UT_EQ_U64(chain.in_addresses[0], f.data + 256);
    UT_EQ_U64(chain.in_addresses[1], f.data + 4095);
    UT_EQ_U64(f.pool.used, 4);
    UT_EQ_U64(vcrypto_ring_pop(&f.ring, &f.pool, &chain), VCRYPTO_RING_EMPTY);

    vcrypto_ring_fill(&f.ring, &chain, 65, 0);
    UT_TRUE(!fake_driver_take(&f.driver, NULL, NULL));
    vcrypto_ring_publish(&f.ring, 1);
    fixture_expect_used(&f, 77, 65);
    UT_TRUE(!fake_driver_take(&f.driver, NULL, NULL));
}

static void direct_shape(void)
{
    check_shape(0);
}

static void indirect_shape(void)
{
    check_shape(f.table);
    check_shape(f.table + 1); /* no alignment is demanded of it */
}

static void chain_is_popped_as_it_was_added(void)
{
    for_all_kinds(direct_shape);
    for_all_kinds(indirect_shape);
}

static void only_empty_buffers(void)
{
    const struct fake_buffer buffer = { 0xdead0000, 0, true };
    struct vcrypto_ring_chain chain;

    UT_TRUE_FATAL(fake_driver_add(&f.driver, &buffer, 1, 0, 5));
    fake_driver_kick(&f.driver);
    UT_EQ_U64_FATAL(fixture_pop(&f, &chain), VCRYPTO_RING_CHAIN);
    UT_TRUE(!chain.refused && !chain.chain.out_num && !chain.chain.in_num);
    vcrypto_ring_fill(&f.ring, &chain, 0, 0);
    vcrypto_ring_publish(&f.ring, 1);
    fixture_expect_used(&f, 5, 0);
}

static void chain_may_be_empty(void)
{
    for_all_kinds(only_empty_buffers);
}

/* A split chain may end in a table; a packed one is either in a table or not. */
/* shows: VIO-2 */
static void table_may_follow_direct_descriptors(void)
{
    struct vcrypto_ring_chain chain;
    uint64_t ring;

    fixture_begin(&f, SPLIT, 8);
    ring = f.driver.setup.descriptors;
    fake_descriptor_set(&f.guest, ring, 5, f.data, 3, FAKE_NEXT, 2);
    /* WRITE says nothing about a table. */
    fake_descriptor_set(&f.guest, ring, 2, f.table, 32, FAKE_INDIRECT | FAKE_WRITE, 9);
    fake_descriptor_set(&f.guest, f.table, 0, f.data, 4, FAKE_NEXT, 1);
    fake_descriptor_set(&f.guest, f.table, 1, f.data, 5, FAKE_WRITE, 0);
    fake_put16(&f.guest, f.driver.setup.driver + 4, 5);
    fake_put16(&f.guest, f.driver.setup.driver + 2, 1);
    UT_EQ_U64_FATAL(fixture_pop(&f, &chain), VCRYPTO_RING_CHAIN);
    UT_EQ_U64(chain.slots, 2);
    UT_EQ_U64(chain.id, 5);
    UT_EQ_U64(chain.chain.out_num, 2);
    UT_EQ_U64(chain.chain.in_num, 1);
    fixture_end(&f);
}

/* Sizes 2 + 1: packed rings of 7 have a chain that lies on both ends. */
static void three_chains(uint64_t token, struct vcrypto_ring_chain chains[3])
{
    const struct fake_buffer one = { f.data + 512, 8, true };

    fixture_add(&f, token);
    UT_TRUE_FATAL(fake_driver_add(&f.driver, &one, 1, 0, token + 1));
    fixture_add(&f, token + 2);
    fake_driver_kick(&f.driver);
    f.pool.used = 0;
    for (unsigned i = 0; i < 3; i++) {
        UT_EQ_U64_FATAL(vcrypto_ring_pop(&f.ring, &f.pool, &chains[i]),
                        VCRYPTO_RING_CHAIN);
    }
}

static void batch_in_and_out_of_order(void)
{
    static const unsigned orders[][3] = { { 0, 1, 2 }, { 2, 0, 1 }, { 2, 1, 0 } };
    struct vcrypto_ring_chain chains[3];

    for (unsigned round = 0; round < 60; round++) {
        const unsigned *order = orders[round % 3];

        three_chains(3 * round, chains);
        UT_EQ_U64(chains[1].chain.in_num, 1);
        UT_TRUE(chains[2].chain.out == &f.iov[3]);
        for (unsigned i = 0; i < 3; i++) {
            vcrypto_ring_fill(&f.ring, &chains[order[i]], 100 + order[i], i);
            UT_TRUE_FATAL(!fake_driver_take(&f.driver, NULL, NULL));
        }
        vcrypto_ring_publish(&f.ring, 3);
        for (unsigned i = 0; i < 3; i++) {
            fixture_expect_used(&f, 3 * round + order[i], 100 + order[i]);
        }
        UT_TRUE(!fake_driver_take(&f.driver, NULL, NULL));
    }
}

static void batch_becomes_visible_at_once(void)
{
    for_all_kinds(batch_in_and_out_of_order);
}

static void published_in_two_steps(void)
{
    struct vcrypto_ring_chain chains[3];

    for (unsigned round = 0; round < 20; round++) {
        three_chains(10, chains);
        vcrypto_ring_fill(&f.ring, &chains[0], 1, 0);
        vcrypto_ring_publish(&f.ring, 1);
        fixture_expect_used(&f, 10, 1);
        UT_TRUE(!fake_driver_take(&f.driver, NULL, NULL));
        vcrypto_ring_publish(&f.ring, 0);
        vcrypto_ring_fill(&f.ring, &chains[1], 2, 0);
        vcrypto_ring_fill(&f.ring, &chains[2], 3, 1);
        vcrypto_ring_publish(&f.ring, 2);
        fixture_expect_used(&f, 11, 2);
        fixture_expect_used(&f, 12, 3);
    }
}

static void batch_may_be_published_in_parts(void)
{
    for_all_kinds(published_in_two_steps);
}

static bool same_position(struct vcrypto_ring_position a,
                          struct vcrypto_ring_position b)
{
    return a.next_available == b.next_available &&
           a.available_wrap == b.available_wrap && a.next_used == b.next_used &&
           a.used_wrap == b.used_wrap;
}

static void give_back_and_take_again(void)
{
    struct vcrypto_ring_chain chains[3], again;

    for (unsigned round = 0; round < 20; round++) {
        struct vcrypto_ring_position before = vcrypto_ring_position(&f.ring);

        three_chains(20, chains);
        vcrypto_ring_unpop(&f.ring, chains, 3);
        UT_TRUE(same_position(vcrypto_ring_position(&f.ring), before));
        f.pool.used = 0;
        for (unsigned i = 0; i < 3; i++) {
            UT_EQ_U64_FATAL(vcrypto_ring_pop(&f.ring, &f.pool, &again),
                            VCRYPTO_RING_CHAIN);
            UT_EQ_U64(again.id, chains[i].id);
            UT_EQ_U64(again.slots, chains[i].slots);
        }
        /* The last two, while the first is completed. */
        vcrypto_ring_unpop(&f.ring, &chains[1], 2);
        vcrypto_ring_fill(&f.ring, &chains[0], 1, 0);
        vcrypto_ring_publish(&f.ring, 1);
        fixture_expect_used(&f, 20, 1);
        fixture_serve(&f, 2);
        fixture_expect_used(&f, 21, 2);
        fixture_serve(&f, 3);
        fixture_expect_used(&f, 22, 3);
    }
}

static void chains_can_be_given_back(void)
{
    for_all_kinds(give_back_and_take_again);
}

static void full_ring(void)
{
    const struct fake_buffer one = { f.data, 8, true };
    struct vcrypto_ring_chain chains[8];
    uint32_t size = f.driver.setup.size;

    for (unsigned round = 0; round < 5; round++) {
        f.pool.used = 0;
        for (uint32_t i = 0; i < size; i++) {
            UT_TRUE_FATAL(fake_driver_add(&f.driver, &one, 1, 0, i));
        }
        UT_TRUE(!fake_driver_add(&f.driver, &one, 1, 0, 0));
        fake_driver_kick(&f.driver);
        for (uint32_t i = 0; i < size; i++) {
            UT_EQ_U64_FATAL(vcrypto_ring_pop(&f.ring, &f.pool, &chains[i]),
                            VCRYPTO_RING_CHAIN);
        }
        UT_EQ_U64(vcrypto_ring_pop(&f.ring, &f.pool, &chains[0]), VCRYPTO_RING_EMPTY);
        vcrypto_ring_unpop(&f.ring, chains, size);
        for (uint32_t i = 0; i < size; i++) {
            UT_EQ_U64_FATAL(vcrypto_ring_pop(&f.ring, &f.pool, &chains[i]),
                            VCRYPTO_RING_CHAIN);
            vcrypto_ring_fill(&f.ring, &chains[i], i, i);
        }
        vcrypto_ring_publish(&f.ring, size);
        for (uint32_t i = 0; i < size; i++) {
            fixture_expect_used(&f, i, i);
        }
        UT_TRUE(!fake_driver_take(&f.driver, NULL, NULL));
    }
}

static void ring_can_be_full(void)
{
    for_all_kinds(full_ring);
}

/* One chain that takes all the descriptors there are. */
static void longest_chain(void)
{
    struct fake_buffer buffers[8];
    struct vcrypto_ring_chain chain;
    uint32_t size = f.driver.setup.size;

    for (uint32_t i = 0; i < size; i++) {
        buffers[i] = (struct fake_buffer){ f.data + 8 * i, 8, i > 3 };
    }
    for (unsigned round = 0; round < 5; round++) {
        UT_TRUE_FATAL(fake_driver_add(&f.driver, buffers, size, 0, round));
        fake_driver_kick(&f.driver);
        UT_EQ_U64_FATAL(fixture_pop(&f, &chain), VCRYPTO_RING_CHAIN);
        UT_EQ_U64(chain.chain.out_num + chain.chain.in_num, size);
        vcrypto_ring_unpop(&f.ring, &chain, 1);
        fixture_serve(&f, round);
        fixture_expect_used(&f, round, round);
    }
}

static void chain_may_fill_the_ring(void)
{
    for_all_kinds(longest_chain);
}

static void split_indices_wrap_at_65536(void)
{
    for (unsigned kind = SPLIT; kind <= SPLIT_EVENT; kind++) {
        struct vcrypto_ring_position position;
        struct vcrypto_ring_chain chains[3];

        fixture_begin(&f, kind, 8);
        fake_driver_jump(&f.driver, 65534);
        position = fake_driver_start(&f.driver);
        UT_TRUE_FATAL(vcrypto_ring_init(&f.ring, &f.driver.setup, &position));
        UT_TRUE_FATAL(vcrypto_ring_attach(&f.ring, f.map));
        three_chains(1, chains);
        UT_EQ_U64(vcrypto_ring_position(&f.ring).next_available, 1);
        vcrypto_ring_unpop(&f.ring, &chains[1], 2);
        UT_EQ_U64(vcrypto_ring_position(&f.ring).next_available, 65535);
        vcrypto_ring_fill(&f.ring, &chains[0], 4, 0);
        vcrypto_ring_publish(&f.ring, 1);
        fixture_serve(&f, 5);
        UT_EQ_U64(vcrypto_ring_position(&f.ring).next_used, 0);
        fixture_serve(&f, 6);
        for (unsigned i = 0; i < 3; i++) {
            fixture_expect_used(&f, 1 + i, 4 + i);
        }
        /* And a whole round. */
        for (unsigned i = 0; i < 70000; i++) {
            fixture_add(&f, i);
            fake_driver_kick(&f.driver);
            fixture_serve(&f, i);
            fixture_expect_used(&f, i, i);
        }
        fixture_end(&f);
    }
}

static void packed_laps(void)
{
    static const uint32_t sizes[] = { 2, 3, 5, 7, 8, 1000, 32768 };

    for (size_t s = 0; s < sizeof(sizes) / sizeof(sizes[0]); s++) {
        fixture_begin(&f, PACKED_EVENT, sizes[s]);
        for (unsigned i = 0; i < 40000; i++) {
            fixture_add(&f, i);
            fake_driver_kick(&f.driver);
            fixture_serve(&f, i % 3);
            fixture_expect_used(&f, i, i % 3);
        }
        fixture_end(&f);
    }
}

static void ring_of_one(void)
{
    for (unsigned kind = 0; kind < KINDS; kind++) {
        const struct fake_buffer one = { FIXTURE_BASE, 1, true };

        fixture_begin(&f, kind, 1);
        for (unsigned i = 0; i < 10; i++) {
            UT_TRUE_FATAL(fake_driver_add(&f.driver, &one, 1, i & 1 ? f.table : 0, i));
            fake_driver_kick(&f.driver);
            fixture_serve(&f, 1);
            UT_TRUE(!vcrypto_ring_has_chain(&f.ring));
            fixture_expect_used(&f, i, 1);
        }
        fixture_end(&f);
    }
}

static void hand_over(void)
{
    struct vcrypto_ring_chain chains[3];

    for (unsigned round = 0; round < 30; round++) {
        struct vcrypto_ring_position position;

        three_chains(30, chains);
        vcrypto_ring_fill(&f.ring, &chains[0], 1, 0);
        vcrypto_ring_publish(&f.ring, 1);
        vcrypto_ring_unpop(&f.ring, &chains[1], 2);
        position = vcrypto_ring_position(&f.ring);
        memset(&f.ring, 0xee, sizeof(f.ring));
        UT_TRUE_FATAL(vcrypto_ring_init(&f.ring, &f.driver.setup, &position));
        UT_TRUE_FATAL(vcrypto_ring_attach(&f.ring, f.map));
        fixture_serve(&f, 2);
        fixture_serve(&f, 3);
        for (unsigned i = 0; i < 3; i++) {
            fixture_expect_used(&f, 30 + i, 1 + i);
        }
    }
}

static void another_ring_goes_on_exactly(void)
{
    for_all_kinds(hand_over);
}

static void move_ram(void)
{
    struct vcrypto_ring_chain chains[3];
    uint8_t *old = f.guest.ram;
    struct vcrypto_memory_map *map;
    uint8_t *in;

    three_chains(40, chains);
    in = chains[0].chain.in[0].iov_base;
    f.guest.ram = aligned_alloc(4096, FIXTURE_RAM);
    UT_TRUE_FATAL(f.guest.ram != NULL);
    memcpy(f.guest.ram, old, FIXTURE_RAM);
    memset(old, 0xff, FIXTURE_RAM);
    map = fake_guest_map(&f.guest, NULL);
    UT_TRUE_FATAL(map != NULL);
    UT_TRUE_FATAL(vcrypto_ring_attach(&f.ring, map));
    *in = 0; /* chains are good for as long as the map before is held */
    vcrypto_memory_map_unref(f.map);
    free(old);
    f.map = map;
    for (unsigned i = 0; i < 3; i++) {
        vcrypto_ring_fill(&f.ring, &chains[i], i, i);
    }
    vcrypto_ring_publish(&f.ring, 3);
    for (unsigned i = 0; i < 3; i++) {
        fixture_expect_used(&f, 40 + i, i);
    }
    fixture_add(&f, 50);
    fake_driver_kick(&f.driver);
    fixture_serve(&f, 9);
    fixture_expect_used(&f, 50, 9);
}

static void map_may_be_replaced(void)
{
    for_all_kinds(move_ram);
}

static void too_small_a_pool(void)
{
    struct vcrypto_ring_chain chain;

    fixture_add(&f, 1);
    fixture_add(&f, 2);
    fake_driver_kick(&f.driver);
    f.pool.capacity = 3;
    UT_EQ_U64_FATAL(fixture_pop(&f, &chain), VCRYPTO_RING_CHAIN);
    UT_EQ_U64(vcrypto_ring_pop(&f.ring, &f.pool, &chain), VCRYPTO_RING_POOL_FULL);
    UT_EQ_U64(f.pool.used, 2);
    UT_EQ_U64(chain.slots, 2);
    f.pool.used = 3;
    UT_EQ_U64(vcrypto_ring_pop(&f.ring, &f.pool, &chain), VCRYPTO_RING_POOL_FULL);
    vcrypto_ring_fill(&f.ring, &chain, 1, 0);
    vcrypto_ring_publish(&f.ring, 1);
    fixture_expect_used(&f, 1, 1);
    fixture_serve(&f, 2);
    fixture_expect_used(&f, 2, 2);
    /* What no empty pool can hold would be asked for again for ever. */
    f.pool.capacity = 1;
    fixture_add(&f, 3);
    fake_driver_kick(&f.driver);
    UT_EQ_U64_FATAL(fixture_pop(&f, &chain), VCRYPTO_RING_CHAIN);
    UT_TRUE(chain.refused && !chain.chain.out_num && chain.chain.in_num == 1);
    f.pool.capacity = FIXTURE_POOL;
}

static void chain_waits_for_room_in_the_pool(void)
{
    for_all_kinds(too_small_a_pool);
}

static const struct ut_test tests[] = {
    { "chain_is_popped_as_it_was_added", chain_is_popped_as_it_was_added },
    { "chain_may_be_empty", chain_may_be_empty },
    { "table_may_follow_direct_descriptors", table_may_follow_direct_descriptors },
    { "batch_becomes_visible_at_once", batch_becomes_visible_at_once },
    { "batch_may_be_published_in_parts", batch_may_be_published_in_parts },
    { "chains_can_be_given_back", chains_can_be_given_back },
    { "ring_can_be_full", ring_can_be_full },
    { "chain_may_fill_the_ring", chain_may_fill_the_ring },
    { "split_indices_wrap_at_65536", split_indices_wrap_at_65536 },
    { "packed_laps", packed_laps },
    { "ring_of_one", ring_of_one },
    { "another_ring_goes_on_exactly", another_ring_goes_on_exactly },
    { "map_may_be_replaced", map_may_be_replaced },
    { "chain_waits_for_room_in_the_pool", chain_waits_for_room_in_the_pool },
    { NULL, NULL },
};

int main(int argc, char **argv)
{
    static const struct ut_suite suites[] = {
        { "ring", NULL, NULL, tests },
        { NULL, NULL, NULL, NULL },
    };

    return ut_main(argc, argv, suites);
}
