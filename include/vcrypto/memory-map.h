/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A snapshot of where the guest's RAM lies in our memory.
 *
 * Whoever serves a queue off the main loop must not ask the host what an address
 * means: that may take a lock which the main loop holds while it waits for the queue.
 * Instead it holds a map, which never changes. When the guest's memory changes the host
 * makes another map, and the old one ends when its last user lets go of it.
 *
 * Addresses are the guest's physical ones; sizes are in bytes. What no region covers
 * is not RAM: a device's registers, or nothing at all.
 */
#ifndef VCRYPTO_MEMORY_MAP_H
#define VCRYPTO_MEMORY_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

/** A range of addresses that lies in one piece in our memory. */
struct vcrypto_memory_region {
    uint64_t address; /* the first byte's */
    uint64_t size;    /* not 0 */
    uint8_t *host;    /* where that byte is in our memory */
    bool writable;    /* by a device */
    void *opaque;     /* what the host knows the memory as, and ... */
    uint64_t offset;  /* ... where in that the first byte is */
};

/** What the host must be told; any member may be NULL. */
struct vcrypto_memory_ops {
    /* Around calls of mark_dirty, by the same thread. */
    void (*marks_begin)(void);
    void (*marks_end)(void);
    /* @size bytes at @offset of @region_opaque were written, and all processors see it.
     * Any thread. */
    void (*mark_dirty)(void *region_opaque, uint64_t offset, uint64_t size);
    /* The map of these regions, in order of address, is gone. Called once, by the
     * thread that let go of it last. */
    void (*release)(const struct vcrypto_memory_region *regions, size_t count);
};

struct vcrypto_memory_map;

/**
 * vcrypto_memory_map_new: a map of @count regions, in any order.
 *
 * @regions and @ops are copied; @ops may be NULL, and so may @regions if @count is 0.
 * The caller owns the one reference. Returns NULL, and never calls release, if a region
 * is empty or reaches beyond the last address, if two overlap, or if memory is short.
 * Any thread.
 */
struct vcrypto_memory_map *
vcrypto_memory_map_new(const struct vcrypto_memory_region *regions, size_t count,
                       const struct vcrypto_memory_ops *ops);

/**
 * vcrypto_memory_map_is: whether @map is one of exactly these regions.
 *
 * @regions are in order of address; in any other order the answer is no. All that a
 * region says counts: memory that took the place of other memory has another address in
 * ours, or the host knows it as something else, as long as whoever holds the map sees
 * to it that what the host knew its memory as is not used again. @map may be NULL,
 * which is the map of nothing at all, not even of no regions. Any thread.
 */
bool vcrypto_memory_map_is(const struct vcrypto_memory_map *map,
                           const struct vcrypto_memory_region *regions, size_t count);

/** vcrypto_memory_map_ref: one more reference to @map; returns @map. Any thread. */
struct vcrypto_memory_map *vcrypto_memory_map_ref(struct vcrypto_memory_map *map);

/**
 * vcrypto_memory_map_unref: one reference less; the last one ends the map.
 *
 * @map may be NULL. Any thread.
 */
void vcrypto_memory_map_unref(struct vcrypto_memory_map *map);

/**
 * vcrypto_memory_map_pointer: where the @size bytes at @address are in our memory.
 *
 * Returns NULL unless all of them lie in one region, which must be writable if
 * @writable is set; and if @size is 0. The pointer is good for as long as the caller
 * holds the map. Any thread.
 */
void *vcrypto_memory_map_pointer(const struct vcrypto_memory_map *map, uint64_t address,
                                 uint64_t size, bool writable);

/**
 * vcrypto_memory_map_translate: the pieces of our memory that hold the @size bytes at
 * @address; a range may reach over regions that follow each other without a gap.
 *
 * Fills in at most @max elements of @iov, and the guest address of each in @addresses.
 * Returns how many; 0 if a byte is not RAM, is not writable although @writable is set,
 * or if @size is 0; -1 if more than @max would be needed. Unless the result is
 * positive the two arrays hold nothing of use. Any thread.
 */
int vcrypto_memory_map_translate(const struct vcrypto_memory_map *map, uint64_t address,
                                 uint64_t size, bool writable, struct iovec *iov,
                                 uint64_t *addresses, size_t max);

/**
 * vcrypto_memory_map_marks_begin, vcrypto_memory_map_marks_end: around the marks for
 * what was written to the guest's memory before, however much. Whoever takes a mark
 * away as seen must see what was written: the first of them is a full memory barrier.
 * Any thread.
 */
void vcrypto_memory_map_marks_begin(const struct vcrypto_memory_map *map);
void vcrypto_memory_map_marks_end(const struct vcrypto_memory_map *map);

/**
 * vcrypto_memory_map_mark_dirty: tell the host that the @size bytes at @address have
 * been written, region by region; what is not RAM is left out. Between
 * vcrypto_memory_map_marks_begin() and _end(). Any thread.
 */
void vcrypto_memory_map_mark_dirty(const struct vcrypto_memory_map *map,
                                   uint64_t address, uint64_t size);

#endif
