/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a driver must not do, one thing at a time; and data that is not there. */
#include <string.h>

#include <glib.h>

#include "ring-fixture.h"

#define PACKED_AVAILABLE 0x80
#define NOWHERE          0x7000 /* no RAM */

static struct fixture f;

struct raw {
    uint64_t address;
    uint32_t length;
    uint16_t flags;
    uint16_t next; /* split */
};

static bool packed(void)
{
    return f.driver.setup.packed;
}

static void put_table(uint64_t table, const struct raw *raw, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        if (packed()) {
            fake_descriptor_set(&f.guest, table, i, raw[i].address, raw[i].length, 7,
                                raw[i].flags | PACKED_AVAILABLE);
        } else {
            fake_descriptor_set(&f.guest, table, i, raw[i].address, raw[i].length,
                                raw[i].flags, raw[i].next);
        }
    }
}

/* Makes available the chain of ring descriptors that begins with the first one. */
static void put_chain(const struct raw *raw, unsigned count)
{
    put_table(f.driver.setup.descriptors, raw, count);
    if (!packed()) {
        fake_put16(&f.guest, f.driver.setup.driver + 4, 0);
        fake_put16(&f.guest, f.driver.setup.driver + 2, 1);
    }
}

/* The same chain in a table of its own. */
static void put_indirect(const struct raw *raw, unsigned count)
{
    struct raw outer = { f.table, 16 * count, FAKE_INDIRECT, 0 };

    put_table(f.table, raw, count);
    put_chain(&outer, 1);
}

static uint8_t before[FIXTURE_RAM];
static struct vcrypto_ring_chain taken[8]; /* popped, and not answered */
static unsigned taken_count;

/* What was popped before the ring broke is answered. */
static void answer_taken(void)
{
    if (!taken_count) {
        return;
    }
    for (unsigned i = 0; i < taken_count; i++) {
        vcrypto_ring_fill(&f.ring, &taken[i], 5, i);
    }
    vcrypto_ring_publish(&f.ring, taken_count);
    UT_TRUE(vcrypto_ring_must_notify(&f.ring));
    if (!packed()) {
        UT_EQ_U64(fake_get16(&f.guest, f.driver.setup.device + 2), taken_count);
    } else {
        UT_EQ_U64(fake_get32(&f.guest, f.driver.setup.descriptors + 8), 5);
    }
    taken_count = 0;
}

/* A broken ring stays so, and leaves the guest's memory alone once what was popped is
 * answered. */
static void expect_broken(void)
{
    struct vcrypto_ring_chain chain;
    struct vcrypto_memory_map *map = fake_guest_map(&f.guest, NULL);

    UT_EQ_U64(fixture_pop(&f, &chain), VCRYPTO_RING_BROKEN);
    UT_EQ_U64(f.pool.used, 0);
    UT_TRUE_FATAL(map != NULL);
    UT_TRUE(!vcrypto_ring_attach(&f.ring, map));
    answer_taken();
    memcpy(before, f.guest.ram, FIXTURE_RAM);
    UT_EQ_U64(fixture_pop(&f, &chain), VCRYPTO_RING_BROKEN);
    vcrypto_ring_kicks_off(&f.ring);
    UT_TRUE(!vcrypto_ring_kicks_on(&f.ring));
    UT_TRUE(!vcrypto_ring_has_chain(&f.ring));
    chain = (struct vcrypto_ring_chain){ .id = 1, .slots = 1 };
    vcrypto_ring_fill(&f.ring, &chain, 5, 0);
    vcrypto_ring_publish(&f.ring, 1);
    UT_TRUE(!vcrypto_ring_must_notify(&f.ring));
    UT_TRUE(!memcmp(before, f.guest.ram, FIXTURE_RAM));
    vcrypto_memory_map_unref(map);
}

static void expect_sound(unsigned out_num, unsigned in_num)
{
    struct vcrypto_ring_chain chain;

    UT_EQ_U64_FATAL(fixture_pop(&f, &chain), VCRYPTO_RING_CHAIN);
    UT_TRUE(!chain.refused);
    UT_EQ_U64(chain.chain.out_num, out_num);
    UT_EQ_U64(chain.chain.in_num, in_num);
    g_assert(taken_count < G_N_ELEMENTS(taken));
    taken[taken_count++] = chain;
}

/* Runs @broken for all kinds from @from up to, and not including, @to. */
static void each(unsigned from, unsigned to, void (*broken)(void))
{
    for (unsigned kind = from; kind < to; kind++) {
        fixture_begin(&f, kind, kind < PACKED ? 8 : 7);
        taken_count = 0;
        broken();
        fixture_end(&f);
    }
}

static void order_direct(void)
{
    const struct raw raw[] = { { f.data, 4, FAKE_NEXT | FAKE_WRITE, 1 },
                               { f.data, 4, 0, 0 } };

    put_chain(raw, 2);
    expect_broken();
}

static void order_indirect(void)
{
    const struct raw raw[] = { { f.data, 4, FAKE_NEXT, 1 },
                               { f.data, 4, FAKE_NEXT | FAKE_WRITE, 2 },
                               { f.data, 0, 0, 0 } };

    put_indirect(raw, 3);
    expect_broken();
}

static void readable_after_writable(void)
{
    each(0, KINDS, order_direct);
    each(0, KINDS, order_indirect);
}

/* The table is the whole chain, whatever the descriptor says of a next one. */
static void with_next(void)
{
    const struct raw inner[] = { { f.data, 4, FAKE_NEXT, 1 },
                                 { f.data, 4, FAKE_WRITE, 0 } };
    const struct raw raw[] = { { f.table, 32, FAKE_INDIRECT | FAKE_NEXT, 1 },
                               { f.data, 4, FAKE_WRITE, 0 } };
    struct vcrypto_ring_chain chain;

    put_table(f.table, inner, 2);
    put_chain(raw, 2);
    UT_EQ_U64_FATAL(fixture_pop(&f, &chain), VCRYPTO_RING_CHAIN);
    UT_EQ_U64(chain.chain.out_num, 1);
    UT_EQ_U64(chain.chain.in_num, 1);
    UT_EQ_U64(chain.slots, 1);
}

static void nested(void)
{
    const struct raw raw[] = { { f.data, 16, FAKE_NEXT, 1 },
                               { f.table + 32, 16, FAKE_INDIRECT, 0 } };
    const struct raw inner = { f.data, 16, 0, 0 };

    put_table(f.table + 32, &inner, 1);
    put_indirect(raw, 2);
    expect_broken();
}

/* The ring's own table as an indirect one, whose first descriptor is that again. */
static void nested_in_itself(void)
{
    const struct raw raw = { f.driver.setup.descriptors, 16, FAKE_INDIRECT, 0 };

    put_chain(&raw, 1);
    expect_broken();
}

static void tables_do_not_nest(void)
{
    each(0, KINDS, nested_in_itself);
    each(0, KINDS, nested);
}

static void table_ends_its_chain(void)
{
    each(0, KINDS, with_next);
}

static uint32_t table_length;
static uint64_t table_address;

static void odd_table(void)
{
    struct raw raw = { f.data, 4, 0, 0 };

    put_indirect(&raw, 1);
    raw = (struct raw){ table_address ? table_address : f.table, table_length,
                        FAKE_INDIRECT, 0 };
    put_chain(&raw, 1);
    expect_broken();
}

static void table_of_impossible_size(void)
{
    static const uint32_t lengths[] = {
        0, 8, 15, 17, 31, 16 * 1024 + 1, 16 * 1025, 16 * 32768, 0xfffffff0, UINT32_MAX
    };

    table_address = 0;
    for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
        table_length = lengths[i];
        each(0, KINDS, odd_table);
    }
}

static void table_that_is_not_ram(void)
{
    static const uint64_t places[] = { NOWHERE, FIXTURE_BASE - 16,
                                       FIXTURE_BASE + FIXTURE_RAM - 16, UINT64_MAX - 15,
                                       UINT64_MAX - 31 };

    table_length = 32;
    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        table_address = places[i];
        each(0, KINDS, odd_table);
    }
}

static void largest(void)
{
    struct raw raw[VCRYPTO_RING_MAX_INDIRECT];

    for (unsigned i = 0; i < VCRYPTO_RING_MAX_INDIRECT; i++) {
        raw[i] = (struct raw){ f.data + i, 1, FAKE_NEXT | (i > 99 ? FAKE_WRITE : 0),
                               (uint16_t)(i + 1) };
    }
    raw[VCRYPTO_RING_MAX_INDIRECT - 1].flags = FAKE_WRITE;
    put_indirect(raw, VCRYPTO_RING_MAX_INDIRECT);
    expect_sound(100, VCRYPTO_RING_MAX_INDIRECT - 100);
}

static void largest_table_is_taken(void)
{
    each(0, KINDS, largest);
}

/* Split rings: indices and links. */

static void head_outside(void)
{
    const struct raw raw = { f.data, 4, 0, 0 };

    put_chain(&raw, 1);
    fake_put16(&f.guest, f.driver.setup.driver + 4, 8);
    expect_broken();
}

static void link_outside(void)
{
    const struct raw raw = { f.data, 4, FAKE_NEXT, 8 };

    put_chain(&raw, 1);
    expect_broken();
}

static void link_outside_table(void)
{
    const struct raw raw[] = { { f.data, 4, FAKE_NEXT, 2 }, { f.data, 4, 0, 0 } };

    put_indirect(raw, 2);
    expect_broken();
}

static void circle(void)
{
    const struct raw raw[] = { { f.data, 4, FAKE_NEXT, 1 },
                               { f.data, 4, FAKE_NEXT, 0 } };

    put_chain(raw, 2);
    expect_broken();
}

static void circle_in_table(void)
{
    const struct raw raw[] = { { f.data, 4, FAKE_NEXT, 1 },
                               { f.data, 4, FAKE_NEXT, 1 } };

    put_indirect(raw, 2);
    expect_broken();
}

static void circle_without_bytes(void)
{
    const struct raw raw = { f.data, 0, FAKE_NEXT, 0 };

    put_chain(&raw, 1);
    expect_broken();
}

static void split_links_stay_inside(void)
{
    each(SPLIT, PACKED, head_outside);
    each(SPLIT, PACKED, link_outside);
    each(SPLIT, PACKED, link_outside_table);
    each(SPLIT, PACKED, circle);
    each(SPLIT, PACKED, circle_in_table);
    each(SPLIT, PACKED, circle_without_bytes);
}

static void index_too_far(void)
{
    const struct raw raw = { f.data, 4, 0, 0 };

    put_chain(&raw, 1);
    fake_put16(&f.guest, f.driver.setup.driver + 2, 9);
    expect_broken();
}

static void index_goes_back(void)
{
    const struct raw raw = { f.data, 4, 0, 0 };

    put_chain(&raw, 1);
    expect_sound(1, 0);
    fake_put16(&f.guest, f.driver.setup.driver + 2, 0);
    expect_broken();
}

static void as_far_as_can_be(void)
{
    const struct raw raw = { f.data, 4, 0, 0 };

    put_chain(&raw, 1);
    fake_put16(&f.guest, f.driver.setup.driver + 2, 8);
    for (unsigned i = 0; i < 8; i++) {
        expect_sound(1, 0);
    }
    /* None of the eight is given back: there cannot be a ninth. */
    fake_put16(&f.guest, f.driver.setup.driver + 2, 9);
    expect_broken();
}

static void split_index_stays_within_the_ring(void)
{
    each(SPLIT, PACKED, index_too_far);
    each(SPLIT, PACKED, index_goes_back);
    each(SPLIT, PACKED, as_far_as_can_be);
}

/* Packed rings: chains that run into themselves, and tables in chains. */

static void all_linked(void)
{
    struct raw raw[7];

    for (unsigned i = 0; i < 7; i++) {
        raw[i] = (struct raw){ f.data, 4, FAKE_NEXT, 0 };
    }
    put_chain(raw, 7);
    expect_broken();
}

static void into_the_one_before(void)
{
    struct raw raw[7] = { { f.data, 4, 0, 0 } };

    for (unsigned i = 1; i < 7; i++) {
        raw[i] = (struct raw){ f.data, 4, FAKE_NEXT, 0 };
    }
    put_chain(raw, 7);
    expect_sound(1, 0);
    expect_broken();
}

static void table_at_the_end(void)
{
    const struct raw inner = { f.data, 4, 0, 0 };
    const struct raw raw[] = { { f.data, 4, FAKE_NEXT, 0 },
                               { f.table, 16, FAKE_INDIRECT, 0 } };

    put_indirect(&inner, 1);
    put_chain(raw, 2);
    expect_broken();
}

static void packed_chain_stays_its_own(void)
{
    each(PACKED, KINDS, all_linked);
    each(PACKED, KINDS, into_the_one_before);
    each(PACKED, KINDS, table_at_the_end);
}

/* In a packed ring's table no flag but WRITE is the driver's. */
static void packed_table_has_no_links(void)
{
    const struct raw raw[] = { { 0, 0, 0, 0 }, { 0, 0, 0, 0 } };

    fixture_begin(&f, PACKED, 7);
    put_indirect(raw, 2);
    fake_descriptor_set(&f.guest, f.table, 0, f.data, 4, 99, 0);
    fake_descriptor_set(&f.guest, f.table, 1, f.data, 4, 98, FAKE_NEXT | FAKE_WRITE);
    expect_sound(1, 1);
    fixture_end(&f);
}

/* Data that is not RAM. */

static void expect_refused(uint64_t status)
{
    struct vcrypto_ring_chain chain;

    UT_EQ_U64_FATAL(fixture_pop(&f, &chain), VCRYPTO_RING_CHAIN);
    UT_TRUE(chain.refused);
    UT_EQ_U64(chain.chain.out_num, 0);
    UT_EQ_U64_FATAL(chain.chain.in_num, status ? 1 : 0);
    if (status) {
        UT_EQ_U64(chain.chain.in[0].iov_len, 1);
        UT_TRUE(chain.chain.in[0].iov_base == fake_guest_at(&f.guest, status));
        UT_EQ_U64(chain.in_addresses[0], status);
    }
    UT_TRUE(f.pool.used == chain.chain.in_num);
    vcrypto_ring_fill(&f.ring, &chain, 1, 0);
    vcrypto_ring_publish(&f.ring, 1);
}

static void refuse_one(const struct raw *raw, unsigned count, uint64_t status)
{
    for (unsigned indirect = 0; indirect < 2; indirect++) {
        for (unsigned kind = 0; kind < KINDS; kind++) {
            fixture_begin(&f, kind, 8);
            if (indirect) {
                put_indirect(raw, count);
            } else {
                put_chain(raw, count);
            }
            expect_refused(status);
            /* And the ring is as good as new. */
            UT_TRUE(!vcrypto_ring_has_chain(&f.ring));
            vcrypto_ring_kicks_off(&f.ring);
            fixture_end(&f);
        }
    }
}

static void refused_chain_keeps_its_status(void)
{
    static const uint64_t bad[] = { NOWHERE, FIXTURE_BASE - 1,
                                    FIXTURE_BASE + FIXTURE_RAM - 3, UINT64_MAX - 1 };
    struct raw raw[] = { { FIXTURE_BASE, 4, FAKE_NEXT, 1 },
                         { FIXTURE_BASE, 4, FAKE_NEXT, 2 },
                         { FIXTURE_BASE, 4, FAKE_NEXT | FAKE_WRITE, 3 },
                         { FIXTURE_BASE + 8, 4, FAKE_NEXT | FAKE_WRITE, 4 },
                         { NOWHERE, 0, FAKE_WRITE, 0 } };

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        for (unsigned which = 0; which < 3; which++) {
            raw[which].address = bad[i];
            refuse_one(raw, 5, FIXTURE_BASE + 11);
            raw[which].address = FIXTURE_BASE;
        }
    }
}

static void refused_status_is_not_written(void)
{
    static const struct raw raw[] = { { FIXTURE_BASE, 4, FAKE_NEXT, 1 },
                                      { FIXTURE_BASE, 4, FAKE_NEXT | FAKE_WRITE, 2 },
                                      { NOWHERE, 4, FAKE_WRITE, 0 } };
    static const struct raw overflow = { UINT64_MAX - 1, 0x1000, FAKE_WRITE, 0 };
    /* Wraps around to an address that is RAM. */
    static const struct raw around = { FIXTURE_BASE + 16 - UINT64_C(0xffffffff),
                                       UINT32_MAX, FAKE_WRITE, 0 };
    static const struct raw nothing = { NOWHERE, 4, 0, 0 };

    refuse_one(raw, 3, 0);
    refuse_one(&overflow, 1, 0);
    refuse_one(&around, 1, 0);
    refuse_one(&nothing, 1, 0);
}

static void last_byte_alone_may_be_ram(void)
{
    const struct raw begins_before = { FIXTURE_BASE - 2, 4, FAKE_WRITE, 0 };

    refuse_one(&begins_before, 1, FIXTURE_BASE + 1);
}

/* Its status needs a place in the pool, too. */
static void refused_with_a_full_pool(void)
{
    const struct raw raw[] = { { NOWHERE, 4, FAKE_NEXT, 1 },
                               { FIXTURE_BASE, 4, FAKE_WRITE, 0 } };
    struct vcrypto_ring_chain chain;

    put_chain(raw, 2);
    f.pool.used = FIXTURE_POOL;
    UT_EQ_U64(vcrypto_ring_pop(&f.ring, &f.pool, &chain), VCRYPTO_RING_POOL_FULL);
    UT_EQ_U64(f.pool.used, FIXTURE_POOL);
    expect_refused(FIXTURE_BASE + 3);
}

static void refused_chain_waits_for_room_in_the_pool(void)
{
    each(0, KINDS, refused_with_a_full_pool);
}

/* The same RAM as two regions that meet in the middle of the data page. */
static void cut_map(bool second_is_writable)
{
    uint64_t low = f.data + 16 - FIXTURE_BASE;
    struct vcrypto_memory_region regions[] = {
        { FIXTURE_BASE, low, f.guest.ram, true, NULL, 0 },
        { FIXTURE_BASE + low, 0x1000 - 16, f.guest.ram + low, second_is_writable, NULL,
          0 },
        { f.data + 0x1000, FIXTURE_BASE + FIXTURE_RAM - f.data - 0x1000,
          fake_guest_at(&f.guest, f.data + 0x1000), true, NULL, 0 },
    };

    vcrypto_memory_map_unref(f.map);
    f.map = vcrypto_memory_map_new(regions, 3, NULL);
    UT_TRUE_FATAL(f.map != NULL);
    UT_TRUE_FATAL(vcrypto_ring_attach(&f.ring, f.map));
}

static void read_only_data(void)
{
    const struct raw raw[] = { { f.data, 64, FAKE_NEXT, 1 },
                               { f.data, 17, FAKE_WRITE, 0 } };
    const struct raw good[] = { { f.data, 64, FAKE_NEXT, 1 },
                                { f.data, 16, FAKE_WRITE, 0 } };

    cut_map(false);
    put_indirect(raw, 2);
    expect_refused(0);
    fixture_end(&f);
    fixture_begin(&f, packed() ? PACKED : SPLIT, 8);
    cut_map(false);
    put_indirect(good, 2);
    expect_sound(2, 1);
}

/* shows: COR-3 */
static void read_only_memory_is_refused(void)
{
    each(0, KINDS, read_only_data);
}

/* Each descriptor of a large table lies in two regions. */
static void too_many_pieces(void)
{
    struct raw raw[VCRYPTO_RING_MAX_INDIRECT];

    cut_map(true);
    for (unsigned i = 0; i < VCRYPTO_RING_MAX_INDIRECT; i++) {
        raw[i] = (struct raw){ f.data + 15, 2, FAKE_NEXT, (uint16_t)(i + 1) };
    }
    raw[VCRYPTO_RING_MAX_INDIRECT - 1] = (struct raw){ f.data, 17, FAKE_WRITE, 0 };
    put_indirect(raw, VCRYPTO_RING_MAX_INDIRECT);
    expect_refused(f.data + 16);
}

static void as_many_pieces_as_can_be(void)
{
    struct raw raw[VCRYPTO_RING_MAX_PIECES / 2];
    unsigned count = VCRYPTO_RING_MAX_PIECES / 2;

    cut_map(true);
    for (unsigned i = 0; i < count; i++) {
        raw[i] =
            (struct raw){ f.data + 15, 2, FAKE_NEXT | FAKE_WRITE, (uint16_t)(i + 1) };
    }
    raw[count - 1].flags = FAKE_WRITE;
    put_indirect(raw, count);
    expect_sound(0, VCRYPTO_RING_MAX_PIECES);
}

static void chain_in_too_many_pieces_is_refused(void)
{
    each(0, KINDS, too_many_pieces);
    each(0, KINDS, as_many_pieces_as_can_be);
}

/* Good chains in front of a bad one. */

static void add_good_and_bad(void)
{
    struct fake_buffer buffers[] = { { f.data, 8, false }, { f.data + 64, 4, true } };

    fixture_add(&f, 1);
    UT_TRUE_FATAL(fake_driver_add(&f.driver, buffers, 2, f.table, 2));
    fake_driver_kick(&f.driver);
    fake_descriptor_set(&f.guest, f.table, 0, f.data, 16, FAKE_INDIRECT, FAKE_INDIRECT);
}

static void pop_good_and_bad(struct vcrypto_ring_chain *good)
{
    struct vcrypto_ring_chain bad;

    UT_EQ_U64_FATAL(fixture_pop(&f, good), VCRYPTO_RING_CHAIN);
    UT_EQ_U64_FATAL(vcrypto_ring_pop(&f.ring, &f.pool, &bad), VCRYPTO_RING_BROKEN);
    UT_EQ_U64(f.pool.used, 2);
}

static void good_then_bad(void)
{
    struct vcrypto_ring_chain good;

    add_good_and_bad();
    pop_good_and_bad(&good);
    vcrypto_ring_fill(&f.ring, &good, 3, 0);
    vcrypto_ring_publish(&f.ring, 1);
    UT_TRUE(vcrypto_ring_must_notify(&f.ring));
    fixture_expect_used(&f, 1, 3);
    expect_broken();
    UT_TRUE(!fake_driver_take(&f.driver, NULL, NULL));
}

static void given_back_then_bad(void)
{
    struct vcrypto_ring_chain good;

    add_good_and_bad();
    pop_good_and_bad(&good);
    vcrypto_ring_unpop(&f.ring, &good, 1);
    UT_TRUE(vcrypto_ring_has_chain(&f.ring));
    pop_good_and_bad(&good);
    vcrypto_ring_fill(&f.ring, &good, 3, 0);
    vcrypto_ring_publish(&f.ring, 1);
    fixture_expect_used(&f, 1, 3);
}

static void what_came_before_is_answered(void)
{
    each(0, KINDS, good_then_bad);
    each(0, KINDS, given_back_then_bad);
}

/* Rings that cannot be. */

static void impossible_rings_are_not_made(void)
{
    struct vcrypto_ring_setup setup = { .size = 8 };
    struct vcrypto_ring_position position = { 0 };
    struct vcrypto_ring ring;

    UT_TRUE(vcrypto_ring_init(&ring, &setup, &position));
    position.next_available = 3;
    position.next_used = 65531;
    UT_TRUE(vcrypto_ring_init(&ring, &setup, &position));
    position.next_used = 65530; /* more in work than the ring holds */
    UT_TRUE(!vcrypto_ring_init(&ring, &setup, &position));
    position.next_used = 4;
    UT_TRUE(!vcrypto_ring_init(&ring, &setup, &position));
    position = (struct vcrypto_ring_position){ 0 };
    setup.size = 0;
    UT_TRUE(!vcrypto_ring_init(&ring, &setup, &position));
    setup.size = 7;
    UT_TRUE(!vcrypto_ring_init(&ring, &setup, &position));
    setup.size = 65536;
    UT_TRUE(!vcrypto_ring_init(&ring, &setup, &position));
    setup.size = 32768;
    UT_TRUE(vcrypto_ring_init(&ring, &setup, &position));

    setup.packed = true;
    UT_TRUE(vcrypto_ring_init(&ring, &setup, &position));
    setup.size = 32769;
    UT_TRUE(!vcrypto_ring_init(&ring, &setup, &position));
    setup.size = 0;
    UT_TRUE(!vcrypto_ring_init(&ring, &setup, &position));
    setup.size = 7;
    position.next_available = 6;
    position.next_used = 6;
    UT_TRUE(vcrypto_ring_init(&ring, &setup, &position));
    position.next_available = 7;
    UT_TRUE(!vcrypto_ring_init(&ring, &setup, &position));
    position.next_available = 0;
    position.next_used = 7;
    UT_TRUE(!vcrypto_ring_init(&ring, &setup, &position));
}

static uint8_t areas_ram[0x1000] __attribute__((aligned(16)));
static const uint8_t areas_rom[0x1000] __attribute__((aligned(16)));

static bool attaches(const struct vcrypto_ring_setup *setup)
{
    const struct vcrypto_memory_region regions[] = {
        { 0x1000, 0x1000, areas_ram, true, NULL, 0 },
        { 0x2000, 0x1000, (uint8_t *)areas_rom, false, NULL, 0 },
    };
    struct vcrypto_memory_map *map = vcrypto_memory_map_new(regions, 2, NULL);
    const struct vcrypto_ring_position position = { 0 };
    struct vcrypto_ring_chain chain;
    struct vcrypto_ring_pool pool = { 0 };
    struct vcrypto_ring ring;
    bool attached;

    UT_TRUE_FATAL(map != NULL);
    UT_TRUE_FATAL(vcrypto_ring_init(&ring, setup, &position));
    UT_EQ_U64(vcrypto_ring_pop(&ring, &pool, &chain), VCRYPTO_RING_BROKEN);
    UT_TRUE(!vcrypto_ring_has_chain(&ring));
    attached = vcrypto_ring_attach(&ring, map);
    UT_EQ_U64(vcrypto_ring_pop(&ring, &pool, &chain),
              attached ? VCRYPTO_RING_EMPTY : VCRYPTO_RING_BROKEN);
    vcrypto_memory_map_unref(map);
    return attached;
}

/* Moves one area at a time to where it must not be. */
static void check_areas(const struct vcrypto_ring_setup *good, unsigned alignment[3],
                        const bool written[3])
{
    static const uint64_t nowhere[] = { 0, 0xffc, 0x2ffe, 0x3000, UINT64_MAX - 3 };

    UT_TRUE(attaches(good));
    for (unsigned i = 0; i < 3; i++) {
        struct vcrypto_ring_setup setup = *good;
        uint64_t *area = i == 0   ? &setup.descriptors
                         : i == 1 ? &setup.driver
                                  : &setup.device;

        ut_context("area %u", i);
        for (unsigned j = 0; j < sizeof(nowhere) / sizeof(nowhere[0]); j++) {
            *area = nowhere[j];
            UT_TRUE(!attaches(&setup));
        }
        *area = 0x2100;
        UT_TRUE(attaches(&setup) == !written[i]);
        *area = 0x1800 + alignment[i] / 2;
        UT_TRUE(!attaches(&setup));
        *area = 0x1800 + alignment[i];
        UT_TRUE(attaches(&setup));
    }
    ut_context(NULL);
}

static void areas_must_be_ram_and_aligned(void)
{
    struct vcrypto_ring_setup setup = { 0x1000, 0x1100, 0x1200, 8, false, true };

    check_areas(&setup, (unsigned[]){ 16, 2, 4 }, (const bool[]){ false, false, true });
    setup.packed = true;
    check_areas(&setup, (unsigned[]){ 16, 4, 4 }, (const bool[]){ true, false, true });
}

/* The fields of the event index are there only if it was negotiated. */
static void areas_end_where_they_end(void)
{
    struct vcrypto_ring_setup setup = { 0x1000, 0x1100, 0x2000 - 68, 8,
                                        .packed = false };

    UT_TRUE(attaches(&setup));
    setup.event_index = true;
    UT_TRUE(!attaches(&setup));
    setup =
        (struct vcrypto_ring_setup){ 0x1000, 0x3000 - 20, 0x1200, 8, .packed = false };
    UT_TRUE(attaches(&setup));
    setup.event_index = true;
    UT_TRUE(!attaches(&setup));
    setup = (struct vcrypto_ring_setup){ 0x2000 - 7 * 16, 0x2ffc, 0x1004, 7, true, 0 };
    UT_TRUE(attaches(&setup));
    setup.size = 8;
    UT_TRUE(!attaches(&setup));
}

static const struct ut_test tests[] = {
    { "readable_after_writable", readable_after_writable },
    { "tables_do_not_nest", tables_do_not_nest },
    { "table_ends_its_chain", table_ends_its_chain },
    { "what_came_before_is_answered", what_came_before_is_answered },
    { "table_of_impossible_size", table_of_impossible_size },
    { "table_that_is_not_ram", table_that_is_not_ram },
    { "largest_table_is_taken", largest_table_is_taken },
    { "split_links_stay_inside", split_links_stay_inside },
    { "split_index_stays_within_the_ring", split_index_stays_within_the_ring },
    { "packed_chain_stays_its_own", packed_chain_stays_its_own },
    { "packed_table_has_no_links", packed_table_has_no_links },
    { "refused_chain_keeps_its_status", refused_chain_keeps_its_status },
    { "refused_status_is_not_written", refused_status_is_not_written },
    { "last_byte_alone_may_be_ram", last_byte_alone_may_be_ram },
    { "refused_chain_waits_for_room_in_the_pool",
      refused_chain_waits_for_room_in_the_pool },
    { "read_only_memory_is_refused", read_only_memory_is_refused },
    { "chain_in_too_many_pieces_is_refused", chain_in_too_many_pieces_is_refused },
    { "impossible_rings_are_not_made", impossible_rings_are_not_made },
    { "areas_must_be_ram_and_aligned", areas_must_be_ram_and_aligned },
    { "areas_end_where_they_end", areas_end_where_they_end },
    { NULL, NULL },
};

int main(int argc, char **argv)
{
    static const struct ut_suite suites[] = {
        { "ring_faults", NULL, NULL, tests },
        { NULL, NULL, NULL, NULL },
    };

    return ut_main(argc, argv, suites);
}
