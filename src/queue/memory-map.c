/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vcrypto/memory-map.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

struct vcrypto_memory_map {
    atomic_uint references;
    struct vcrypto_memory_ops ops;
    size_t count;
    size_t largest; /* index of the largest region, where most of a guest's data is */
    struct vcrypto_memory_region regions[];
};

static int by_address(const void *a, const void *b)
{
    uint64_t left = ((const struct vcrypto_memory_region *)a)->address;
    uint64_t right = ((const struct vcrypto_memory_region *)b)->address;

    return (left > right) - (left < right);
}

/* A region may end with the last address of all: its end is not a number then. */
static uint64_t last_address(const struct vcrypto_memory_region *region)
{
    return region->address + (region->size - 1);
}

static bool regions_are_sound(const struct vcrypto_memory_region *sorted, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (!sorted[i].size || last_address(&sorted[i]) < sorted[i].address) {
            return false;
        }
        if (i && sorted[i].address <= last_address(&sorted[i - 1])) {
            return false;
        }
    }
    return true;
}

struct vcrypto_memory_map *
vcrypto_memory_map_new(const struct vcrypto_memory_region *regions, size_t count,
                       const struct vcrypto_memory_ops *ops)
{
    struct vcrypto_memory_map *map;
    size_t size;

    if (__builtin_mul_overflow(count, sizeof(*regions), &size) ||
        __builtin_add_overflow(size, sizeof(*map), &size)) {
        return NULL;
    }
    map = malloc(size);
    if (!map) {
        return NULL;
    }
    atomic_init(&map->references, 1);
    map->ops = ops ? *ops : (struct vcrypto_memory_ops){ 0 };
    map->count = count;
    if (count) {
        memcpy(map->regions, regions, count * sizeof(*regions));
        qsort(map->regions, count, sizeof(*regions), by_address);
    }
    if (!regions_are_sound(map->regions, count)) {
        free(map);
        return NULL;
    }
    map->largest = 0;
    for (size_t i = 1; i < count; i++) {
        if (map->regions[i].size > map->regions[map->largest].size) {
            map->largest = i;
        }
    }
    return map;
}

static bool same_region(const struct vcrypto_memory_region *a,
                        const struct vcrypto_memory_region *b)
{
    return a->address == b->address && a->size == b->size && a->host == b->host &&
           a->writable == b->writable && a->opaque == b->opaque &&
           a->offset == b->offset;
}

bool vcrypto_memory_map_is(const struct vcrypto_memory_map *map,
                           const struct vcrypto_memory_region *regions, size_t count)
{
    if (!map || map->count != count) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        if (!same_region(&map->regions[i], &regions[i])) {
            return false;
        }
    }
    return true;
}

struct vcrypto_memory_map *vcrypto_memory_map_ref(struct vcrypto_memory_map *map)
{
    atomic_fetch_add_explicit(&map->references, 1, memory_order_relaxed);
    return map;
}

void vcrypto_memory_map_unref(struct vcrypto_memory_map *map)
{
    /* Whoever is last sees all that the others did with the map. */
    if (!map ||
        atomic_fetch_sub_explicit(&map->references, 1, memory_order_acq_rel) != 1) {
        return;
    }
    if (map->ops.release) {
        map->ops.release(map->regions, map->count);
    }
    free(map);
}

/* The first region that ends at @address or behind it; map->count if none does. */
static size_t find(const struct vcrypto_memory_map *map, uint64_t address)
{
    const struct vcrypto_memory_region *largest = &map->regions[map->largest];
    size_t low = 0, high = map->count;

    if (high && address - largest->address < largest->size) {
        return map->largest;
    }
    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (last_address(&map->regions[middle]) < address) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

/* The region that has the byte at @address, or NULL. */
static const struct vcrypto_memory_region *
region_at(const struct vcrypto_memory_map *map, size_t index, uint64_t address)
{
    if (index == map->count || map->regions[index].address > address) {
        return NULL;
    }
    return &map->regions[index];
}

/* How many of the @size bytes from @address on are in @region, which has the first. */
static uint64_t bytes_in(const struct vcrypto_memory_region *region, uint64_t address,
                         uint64_t size)
{
    uint64_t rest = region->size - (address - region->address);

    return size < rest ? size : rest;
}

void *vcrypto_memory_map_pointer(const struct vcrypto_memory_map *map, uint64_t address,
                                 uint64_t size, bool writable)
{
    const struct vcrypto_memory_region *region =
        region_at(map, find(map, address), address);

    if (!region || !size || bytes_in(region, address, size) < size ||
        (writable && !region->writable)) {
        return NULL;
    }
    return region->host + (address - region->address);
}

/* Nearly all that guests give away is in one piece in the largest region. */
static bool in_largest(const struct vcrypto_memory_map *map, uint64_t address,
                       uint64_t size, bool writable)
{
    const struct vcrypto_memory_region *largest = &map->regions[map->largest];

    return map->count && address - largest->address < largest->size &&
           size <= largest->size - (address - largest->address) &&
           (!writable || largest->writable);
}

/* keeps: COR-3 */
static int translate_pieces(const struct vcrypto_memory_map *map, uint64_t address,
                            uint64_t size, bool writable, struct iovec *iov,
                            uint64_t *addresses, size_t max)
{
    size_t index = find(map, address);
    size_t pieces = 0;

    while (size) {
        const struct vcrypto_memory_region *region = region_at(map, index, address);
        uint64_t n;

        if (!region || (writable && !region->writable)) {
            return 0;
        }
        if (pieces == max) {
            return -1;
        }
        n = bytes_in(region, address, size);
        iov[pieces].iov_base = region->host + (address - region->address);
        iov[pieces].iov_len = (size_t)n;
        addresses[pieces] = address;
        pieces++;
        index++;
        size -= n;
        /* Where this is 0 again the region was the last one: no other will be found. */
        address += n;
    }
    return (int)pieces;
}

int vcrypto_memory_map_translate(const struct vcrypto_memory_map *map, uint64_t address,
                                 uint64_t size, bool writable, struct iovec *iov,
                                 uint64_t *addresses, size_t max)
{
    const struct vcrypto_memory_region *largest = &map->regions[map->largest];

    if (size && max && in_largest(map, address, size, writable)) {
        iov->iov_base = largest->host + (address - largest->address);
        iov->iov_len = (size_t)size;
        *addresses = address;
        return 1;
    }
    return translate_pieces(map, address, size, writable, iov, addresses, max);
}

void vcrypto_memory_map_marks_begin(const struct vcrypto_memory_map *map)
{
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    if (map->ops.marks_begin) {
        map->ops.marks_begin();
    }
}

void vcrypto_memory_map_marks_end(const struct vcrypto_memory_map *map)
{
    if (map->ops.marks_end) {
        map->ops.marks_end();
    }
}

void vcrypto_memory_map_mark_dirty(const struct vcrypto_memory_map *map,
                                   uint64_t address, uint64_t size)
{
    uint64_t last = address + (size - 1);

    if (!size || !map->ops.mark_dirty) {
        return;
    }
    if (last < address) {
        last = UINT64_MAX;
    }
    for (size_t i = find(map, address); i < map->count; i++) {
        const struct vcrypto_memory_region *region = &map->regions[i];
        uint64_t from = region->address > address ? region->address : address;
        uint64_t to = last_address(region) < last ? last_address(region) : last;

        if (region->address > last) {
            return;
        }
        map->ops.mark_dirty(region->opaque, region->offset + (from - region->address),
                            to - from + 1);
    }
}
