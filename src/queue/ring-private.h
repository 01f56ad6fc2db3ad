/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the two formats of a ring share: the table of what each does its own way, the
 * gathering of a chain's pieces, and access to fields that the driver uses at the same
 * time. Those are little-endian and, as attaching checks, naturally aligned.
 */
#ifndef VCRYPTO_QUEUE_RING_PRIVATE_H
#define VCRYPTO_QUEUE_RING_PRIVATE_H

#include <endian.h>

#include "vcrypto/ring.h"

#define DESCRIPTOR_SIZE 16

#define DESCRIPTOR_NEXT     0x0001
#define DESCRIPTOR_WRITE    0x0002
#define DESCRIPTOR_INDIRECT 0x0004

/* A copy of a descriptor. The words are flags and link, or identifier and flags. */
struct descriptor {
    uint64_t address;
    uint32_t length;
    uint16_t words[2];
};

/* The size and the alignment of an area, and whether the device writes to it. */
struct ring_area {
    uint32_t size;
    uint32_t alignment;
    bool written;
};

struct ring_areas {
    struct ring_area descriptors, driver, device;
};

/* All but position_is_possible and areas are called with a ring that is not broken. */
struct vcrypto_ring_format {
    bool (*position_is_possible)(const struct vcrypto_ring_setup *setup,
                                 const struct vcrypto_ring_position *position);
    void (*areas)(const struct vcrypto_ring_setup *setup, struct ring_areas *areas);
    enum vcrypto_ring_result (*pop)(struct vcrypto_ring *ring,
                                    struct vcrypto_ring_pool *pool,
                                    struct vcrypto_ring_chain *chain);
    void (*unpop)(struct vcrypto_ring *ring, const struct vcrypto_ring_chain *chains,
                  size_t count);
    void (*fill)(struct vcrypto_ring *ring, const struct vcrypto_ring_chain *chain,
                 uint32_t used_length, uint32_t index);
    /* Returns how far that moved the ring, in what the event index counts. */
    uint32_t (*publish)(struct vcrypto_ring *ring, uint32_t count);
    /* @passed is what publish returned since the last time, all told. */
    bool (*wants_interrupt)(const struct vcrypto_ring *ring, uint32_t passed);
    void (*set_kicks)(struct vcrypto_ring *ring, bool on);
    bool (*has_chain)(const struct vcrypto_ring *ring);
};

extern const struct vcrypto_ring_format vcrypto_ring_split, vcrypto_ring_packed;

/* The chain in the making. */
struct gathering {
    const struct vcrypto_memory_map *map;
    struct vcrypto_ring_pool *pool;
    size_t start; /* pool->used before */
    size_t out_num, in_num;
    uint64_t last_address; /* of the last writable descriptor that has bytes */
    uint32_t last_length;  /* 0 as long as there is none */
    bool writing;          /* a writable descriptor was seen */
    bool refused;
    bool pool_full; /* no need to go on */
};

void vcrypto_gathering_begin(struct gathering *gathering,
                             const struct vcrypto_ring *ring,
                             struct vcrypto_ring_pool *pool);

/* Adds what a descriptor points to; false if it comes in the wrong order. */
bool vcrypto_gathering_add(struct gathering *gathering,
                           const struct descriptor *descriptor, bool writable);

/* Hands the pieces over to @chain, or none: then VCRYPTO_RING_POOL_FULL is returned. */
enum vcrypto_ring_result vcrypto_gathering_end(struct gathering *gathering,
                                               struct vcrypto_ring_chain *chain);

/* Gives back what was taken from the pool. */
void vcrypto_gathering_drop(struct gathering *gathering);

/*
 * The table of indirect descriptors that @descriptor points to: sets *@entries and
 * returns the first one's place, or NULL if there is no such table.
 */
const uint8_t *vcrypto_ring_indirect_table(const struct vcrypto_ring *ring,
                                           const struct descriptor *descriptor,
                                           uint32_t *entries);

/*
 * The event index's question: was @event passed on the last @passed steps to @now?
 * After a whole round of 65536 it always was.
 */
static inline bool event_was_passed(uint16_t event, uint16_t now, uint32_t passed)
{
    return (uint16_t)(now - event - 1) < passed;
}

/* Eight bytes anywhere, read once. */
static inline uint64_t load64_anywhere(const uint8_t *place)
{
    struct anywhere {
        uint64_t value;
    } __attribute__((packed, may_alias));

    return le64toh(((const volatile struct anywhere *)place)->value);
}

/* A copy that the guest cannot change any more: nothing of it is read a second time. An
 * indirect one may lie anywhere. */
static inline struct descriptor load_descriptor(const uint8_t *place)
{
    uint64_t address = load64_anywhere(place), rest = load64_anywhere(place + 8);

    return (struct descriptor){
        .address = address,
        .length = (uint32_t)rest,
        .words = { (uint16_t)(rest >> 32), (uint16_t)(rest >> 48) },
    };
}

static inline uint16_t load16(const uint8_t *field)
{
    return le16toh(
        __atomic_load_n((const uint16_t *)(const void *)field, __ATOMIC_RELAXED));
}

/* What the driver wrote before it wrote the field is visible afterwards. */
static inline uint16_t load16_acquire(const uint8_t *field)
{
    return le16toh(
        __atomic_load_n((const uint16_t *)(const void *)field, __ATOMIC_ACQUIRE));
}

static inline uint32_t load32(const uint8_t *field)
{
    return le32toh(
        __atomic_load_n((const uint32_t *)(const void *)field, __ATOMIC_RELAXED));
}

static inline void store16(uint8_t *field, uint16_t value)
{
    __atomic_store_n((uint16_t *)(void *)field, htole16(value), __ATOMIC_RELAXED);
}

/* Whoever sees @value sees all that we wrote before. */
static inline void store16_release(uint8_t *field, uint16_t value)
{
    __atomic_store_n((uint16_t *)(void *)field, htole16(value), __ATOMIC_RELEASE);
}

static inline void store32(uint8_t *field, uint32_t value)
{
    __atomic_store_n((uint32_t *)(void *)field, htole32(value), __ATOMIC_RELAXED);
}

#endif
