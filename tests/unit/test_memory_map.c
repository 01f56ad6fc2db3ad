/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Guest addresses to our memory: at the edges of regions, across them, and beyond. */
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include "support/ut.h"
#include "support/wait.h"
#include "vcrypto/memory-map.h"

static uint8_t low[0x1000], high[0x800], rom[0x100], apart[0x10], last[0x10];

/* In no order; "high" and "rom" follow "low" without a gap, "apart" does not. */
static const struct vcrypto_memory_region regions[] = {
    { 0x2800, sizeof(rom), rom, false, rom, 0x30 },
    { 0x4000, sizeof(apart), apart, true, apart, 0 },
    { 0x1000, sizeof(low), low, true, low, 0x7000 },
    { UINT64_MAX - 15, sizeof(last), last, true, last, 0 },
    { 0x2000, sizeof(high), high, true, high, 0 },
};

#define COUNT (sizeof(regions) / sizeof(regions[0]))

static struct vcrypto_memory_map *map;

/* What the host was told. */
static struct {
    void *opaque;
    uint64_t offset, size;
} dirty[8];
static size_t dirty_count;
static atomic_int releases;
static bool released_in_order;

static void note_dirty(void *opaque, uint64_t offset, uint64_t size)
{
    UT_TRUE_FATAL(dirty_count < 8);
    dirty[dirty_count].opaque = opaque;
    dirty[dirty_count].offset = offset;
    dirty[dirty_count].size = size;
    dirty_count++;
}

static void note_release(const struct vcrypto_memory_region *gone, size_t count)
{
    releases++;
    released_in_order = count == COUNT;
    for (size_t i = 1; i < count; i++) {
        released_in_order &= gone[i - 1].address < gone[i].address;
    }
}

static const struct vcrypto_memory_ops ops = { .mark_dirty = note_dirty,
                                               .release = note_release };

static int set_up(void)
{
    map = vcrypto_memory_map_new(regions, COUNT, &ops);
    return map ? 0 : -1;
}

static int tear_down(void)
{
    vcrypto_memory_map_unref(map);
    return releases == 1 && released_in_order ? 0 : -1;
}

static void pointer_is_found_within_a_region(void)
{
    UT_TRUE(vcrypto_memory_map_pointer(map, 0x1000, 1, true) == low);
    UT_TRUE(vcrypto_memory_map_pointer(map, 0x1000, 0x1000, true) == low);
    UT_TRUE(vcrypto_memory_map_pointer(map, 0x1fff, 1, true) == low + 0xfff);
    UT_TRUE(vcrypto_memory_map_pointer(map, 0x2000, 1, true) == high);
    UT_TRUE(vcrypto_memory_map_pointer(map, 0x27ff, 1, true) == high + 0x7ff);
    UT_TRUE(vcrypto_memory_map_pointer(map, 0x4008, 8, true) == apart + 8);
    UT_TRUE(vcrypto_memory_map_pointer(map, UINT64_MAX, 1, true) == last + 15);
    UT_TRUE(vcrypto_memory_map_pointer(map, UINT64_MAX - 15, 16, true) == last);
}

static void pointer_is_not_found_elsewhere(void)
{
    UT_TRUE(!vcrypto_memory_map_pointer(map, 0, 1, false));
    UT_TRUE(!vcrypto_memory_map_pointer(map, 0xfff, 1, false));
    UT_TRUE(!vcrypto_memory_map_pointer(map, 0xfff, 2, false));
    UT_TRUE(!vcrypto_memory_map_pointer(map, 0x2900, 1, false));
    UT_TRUE(!vcrypto_memory_map_pointer(map, 0x4010, 1, false));
    UT_TRUE(!vcrypto_memory_map_pointer(map, 0x1000, 0, false));
    /* Not in one region. */
    UT_TRUE(!vcrypto_memory_map_pointer(map, 0x1fff, 2, false));
    UT_TRUE(!vcrypto_memory_map_pointer(map, 0x4008, 9, false));
    /* Beyond the last address. */
    UT_TRUE(!vcrypto_memory_map_pointer(map, UINT64_MAX, 2, false));
    UT_TRUE(!vcrypto_memory_map_pointer(map, 0x1000, UINT64_MAX, false));
    UT_TRUE(!vcrypto_memory_map_pointer(map, UINT64_MAX, UINT64_MAX, false));
}

static void read_only_memory_is_not_written(void)
{
    struct iovec iov[2];
    uint64_t at[2];

    UT_TRUE(vcrypto_memory_map_pointer(map, 0x2800, 0x100, false) == rom);
    UT_TRUE(!vcrypto_memory_map_pointer(map, 0x2800, 1, true));
    UT_EQ_U64(vcrypto_memory_map_translate(map, 0x27ff, 2, false, iov, at, 2), 2);
    UT_EQ_U64(vcrypto_memory_map_translate(map, 0x27ff, 2, true, iov, at, 2), 0);
    UT_EQ_U64(vcrypto_memory_map_translate(map, 0x27ff, 1, true, iov, at, 2), 1);
}

static void range_crosses_neighbours(void)
{
    struct iovec iov[3];
    uint64_t at[3];

    UT_EQ_U64_FATAL(vcrypto_memory_map_translate(map, 0x1ffe, 0x803, false, iov, at, 3),
                    3);
    UT_TRUE(iov[0].iov_base == low + 0xffe && iov[0].iov_len == 2 && at[0] == 0x1ffe);
    UT_TRUE(iov[1].iov_base == high && iov[1].iov_len == 0x800 && at[1] == 0x2000);
    UT_TRUE(iov[2].iov_base == rom && iov[2].iov_len == 1 && at[2] == 0x2800);
    /* One piece too many, one byte too many, and a gap after the first piece. */
    UT_TRUE(vcrypto_memory_map_translate(map, 0x1ffe, 0x803, false, iov, at, 2) == -1);
    UT_TRUE(vcrypto_memory_map_translate(map, 0x1000, 1, false, iov, at, 0) == -1);
    UT_EQ_U64(vcrypto_memory_map_translate(map, 0x1ffe, 0x903, false, iov, at, 3), 0);
    UT_EQ_U64(vcrypto_memory_map_translate(map, 0x400f, 2, false, iov, at, 3), 0);
}

static void what_is_not_ram_is_not_translated(void)
{
    struct iovec iov[8];
    uint64_t at[8];

    UT_EQ_U64(vcrypto_memory_map_translate(map, 0xfff, 2, false, iov, at, 8), 0);
    UT_EQ_U64(vcrypto_memory_map_translate(map, 0x3000, 1, false, iov, at, 8), 0);
    UT_EQ_U64(vcrypto_memory_map_translate(map, 0x1000, 0, false, iov, at, 8), 0);
    UT_EQ_U64(vcrypto_memory_map_translate(map, UINT64_MAX, 1, true, iov, at, 8), 1);
    UT_EQ_U64(vcrypto_memory_map_translate(map, UINT64_MAX, 2, true, iov, at, 8), 0);
    UT_EQ_U64(
        vcrypto_memory_map_translate(map, UINT64_MAX, UINT64_MAX, true, iov, at, 8), 0);
}

/* Address 0 must not be taken for what comes behind the last address. */
static void last_address_has_no_successor(void)
{
    static const struct vcrypto_memory_region ends[] = {
        { 0, sizeof(low), low, true, low, 0 },
        { UINT64_MAX - 15, sizeof(last), last, true, last, 0 },
    };
    struct vcrypto_memory_map *both = vcrypto_memory_map_new(ends, 2, &ops);
    struct iovec iov[2];
    uint64_t at[2];

    UT_TRUE_FATAL(both != NULL);
    UT_EQ_U64(vcrypto_memory_map_translate(both, UINT64_MAX, 2, true, iov, at, 2), 0);
    UT_EQ_U64(vcrypto_memory_map_translate(both, 0, 1, true, iov, at, 2), 1);
    dirty_count = 0;
    vcrypto_memory_map_mark_dirty(both, UINT64_MAX, 2);
    UT_EQ_U64(dirty_count, 1);
    vcrypto_memory_map_unref(both);
    releases = 0;
}

static void dirty_bytes_are_told_by_region(void)
{
    dirty_count = 0;
    vcrypto_memory_map_mark_dirty(map, 0x1008, 8);
    UT_EQ_U64_FATAL(dirty_count, 1);
    UT_TRUE(dirty[0].opaque == low);
    UT_EQ_U64(dirty[0].offset, 0x7008);
    UT_EQ_U64(dirty[0].size, 8);

    dirty_count = 0;
    vcrypto_memory_map_mark_dirty(map, 0x1ffe, 0x2010);
    UT_EQ_U64_FATAL(dirty_count, 4);
    UT_TRUE(dirty[0].opaque == low && dirty[0].offset == 0x7ffe && dirty[0].size == 2);
    UT_TRUE(dirty[1].opaque == high && !dirty[1].offset && dirty[1].size == 0x800);
    UT_TRUE(dirty[2].opaque == rom && dirty[2].offset == 0x30 && dirty[2].size == 256);
    UT_TRUE(dirty[3].opaque == apart && !dirty[3].offset && dirty[3].size == 14);

    dirty_count = 0;
    vcrypto_memory_map_mark_dirty(map, 0x1000, 0);
    vcrypto_memory_map_mark_dirty(map, 0, 0x1000);
    vcrypto_memory_map_mark_dirty(map, 0x5000, 0x1000);
    UT_EQ_U64(dirty_count, 0);
}

static bool fails(const struct vcrypto_memory_region *wrong, size_t count)
{
    struct vcrypto_memory_map *made = vcrypto_memory_map_new(wrong, count, &ops);

    vcrypto_memory_map_unref(made);
    return !made;
}

static void unsound_regions_make_no_map(void)
{
    struct vcrypto_memory_region two[] = {
        { 0x2000, 0x1000, low, true, NULL, 0 },
        { 0x1000, 0x1000, low, true, NULL, 0 },
    };

    releases = 0;
    two[1].size = 0x1001; /* one byte in common */
    UT_TRUE(fails(two, 2));
    two[1].address = 0x2000; /* the same */
    UT_TRUE(fails(two, 2));
    two[1] = (struct vcrypto_memory_region){ 0x2800, 1, low, true, NULL, 0 };
    UT_TRUE(fails(two, 2));
    two[1].size = 0;
    UT_TRUE(fails(two, 2));
    two[0] = (struct vcrypto_memory_region){ UINT64_MAX, 2, low, true, NULL, 0 };
    UT_TRUE(fails(two, 1));
    two[0] = (struct vcrypto_memory_region){ 1, UINT64_MAX, low, true, NULL, 0 };
    UT_TRUE(!fails(two, 1));
    UT_EQ_U64(releases, 1);
    UT_TRUE(fails(two, SIZE_MAX / 2));
    releases = 0;
}

static void empty_map_has_nothing(void)
{
    struct vcrypto_memory_map *empty = vcrypto_memory_map_new(NULL, 0, NULL);
    struct iovec iov;
    uint64_t at;

    UT_TRUE_FATAL(empty != NULL);
    UT_TRUE(!vcrypto_memory_map_pointer(empty, 0, 1, false));
    UT_EQ_U64(vcrypto_memory_map_translate(empty, 0, 1, false, &iov, &at, 1), 0);
    vcrypto_memory_map_mark_dirty(empty, 0, 1);
    vcrypto_memory_map_unref(empty);
    vcrypto_memory_map_unref(NULL);
}

/* Another map is needed for each change of any part of any region, and for no other. */
static void map_is_told_apart_from_others(void)
{
    static const struct vcrypto_memory_region same[] = {
        { 0x1000, sizeof(low), low, true, low, 0x7000 },
        { 0x2000, sizeof(high), high, true, high, 0 },
        { 0x2800, sizeof(rom), rom, false, rom, 0x30 },
        { 0x4000, sizeof(apart), apart, true, apart, 0 },
        { UINT64_MAX - 15, sizeof(last), last, true, last, 0 },
    };
    struct vcrypto_memory_region other[COUNT + 1] = { 0 };

    UT_TRUE(vcrypto_memory_map_is(map, same, COUNT));
    UT_TRUE(!vcrypto_memory_map_is(map, same, COUNT - 1));
    UT_TRUE(!vcrypto_memory_map_is(NULL, same, COUNT));
    UT_TRUE(!vcrypto_memory_map_is(NULL, same, 0));
    memcpy(other, same, sizeof(same));
    UT_TRUE(!vcrypto_memory_map_is(map, other, COUNT + 1));
    for (size_t i = 0; i < COUNT; i++) {
        const struct vcrypto_memory_region was = same[i];

        other[i].address++;
        UT_TRUE(!vcrypto_memory_map_is(map, other, COUNT));
        other[i] = was;
        other[i].size--;
        UT_TRUE(!vcrypto_memory_map_is(map, other, COUNT));
        other[i] = was;
        other[i].host++;
        UT_TRUE(!vcrypto_memory_map_is(map, other, COUNT));
        other[i] = was;
        other[i].writable = !was.writable;
        UT_TRUE(!vcrypto_memory_map_is(map, other, COUNT));
        other[i] = was;
        other[i].opaque = &other[i];
        UT_TRUE(!vcrypto_memory_map_is(map, other, COUNT));
        other[i] = was;
        other[i].offset++;
        UT_TRUE(!vcrypto_memory_map_is(map, other, COUNT));
        other[i] = was;
    }
    UT_TRUE(vcrypto_memory_map_is(map, other, COUNT));
}

static void *let_go(void *opaque)
{
    struct vcrypto_memory_map *held = opaque;

    for (unsigned i = 0; i < 10000; i++) {
        vcrypto_memory_map_unref(vcrypto_memory_map_ref(held));
    }
    vcrypto_memory_map_unref(held);
    return NULL;
}

static void last_thread_to_let_go_releases(void)
{
    struct vcrypto_memory_map *shared = vcrypto_memory_map_new(regions, COUNT, &ops);
    pthread_t threads[4];

    UT_TRUE_FATAL(shared != NULL);
    releases = 0;
    for (unsigned i = 0; i < 4; i++) {
        UT_EQ_U64_FATAL(
            pthread_create(&threads[i], NULL, let_go, vcrypto_memory_map_ref(shared)),
            0);
    }
    vcrypto_memory_map_unref(shared);
    for (unsigned i = 0; i < 4; i++) {
        wait_join(threads[i], "thread %u", i);
    }
    UT_EQ_U64(releases, 1);
    UT_TRUE(released_in_order);
    releases = 0;
}

static const struct ut_test tests[] = {
    { "pointer_is_found_within_a_region", pointer_is_found_within_a_region },
    { "pointer_is_not_found_elsewhere", pointer_is_not_found_elsewhere },
    { "read_only_memory_is_not_written", read_only_memory_is_not_written },
    { "range_crosses_neighbours", range_crosses_neighbours },
    { "what_is_not_ram_is_not_translated", what_is_not_ram_is_not_translated },
    { "last_address_has_no_successor", last_address_has_no_successor },
    { "dirty_bytes_are_told_by_region", dirty_bytes_are_told_by_region },
    { "unsound_regions_make_no_map", unsound_regions_make_no_map },
    { "empty_map_has_nothing", empty_map_has_nothing },
    { "map_is_told_apart_from_others", map_is_told_apart_from_others },
    { "last_thread_to_let_go_releases", last_thread_to_let_go_releases },
    { NULL, NULL },
};

int main(int argc, char **argv)
{
    static const struct ut_suite suites[] = {
        { "memory_map", set_up, tear_down, tests },
        { NULL, NULL, NULL, NULL },
    };

    return ut_main(argc, argv, suites);
}
