/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The device's side of one virtqueue, split or packed, in guest RAM that a memory map
 * describes.
 *
 * Chains are popped one by one, completed by filling used entries, and a number of
 * those is published at once. The ring keeps nothing of a chain: its descriptors are
 * copied out, each read once, and what the guest does to them later does not matter.
 *
 * What a driver must not do breaks the ring: from then on nothing is popped; what was
 * popped before is answered all the same, and then guest memory is not written any
 * more. The host asks the driver for a reset. Data at an address that is not RAM
 * refuses only the one chain.
 *
 * A ring belongs to one thread at a time. It owns nothing and needs no cleaning up: the
 * struct lies wherever its user likes, and is his to touch only through these
 * functions.
 *
 * Specification: "Split Virtqueues", "Packed Virtqueues".
 */
#ifndef VCRYPTO_RING_H
#define VCRYPTO_RING_H

#include "vcrypto/memory-map.h"
#include "vcrypto/request.h"

/** The largest ring of either format, in descriptors. */
#define VCRYPTO_RING_MAX_SIZE 32768

/** The largest table of indirect descriptors. */
#define VCRYPTO_RING_MAX_INDIRECT 1024

/**
 * Pieces of memory that one chain may have; it is refused if it has more. A little more
 * than descriptors, since a buffer may reach over several regions.
 */
#define VCRYPTO_RING_MAX_PIECES (VCRYPTO_RING_MAX_INDIRECT + 16)

/** What driver and host agreed on. */
struct vcrypto_ring_setup {
    /* Guest addresses of the three areas: descriptor table, available and used ring of
     * a split ring; descriptor ring, driver's and device's event suppression structure
     * of a packed one. */
    uint64_t descriptors, driver, device;
    uint32_t size; /* descriptors; a power of two if the ring is split */
    bool packed;
    bool event_index; /* VIRTIO_F_EVENT_IDX */
};

/** Where the device stands in its ring. */
struct vcrypto_ring_position {
    uint16_t next_available; /* split: free-running; packed: below the size */
    bool available_wrap;     /* packed only, as is used_wrap; true in a new ring */
    uint16_t next_used;      /* likewise */
    bool used_wrap;
};

struct vcrypto_ring_format;

/** A ring. Its members are for src/queue/ring*.c only. */
struct vcrypto_ring {
    struct vcrypto_ring_setup setup;
    struct vcrypto_ring_position position;
    const struct vcrypto_ring_format *format;
    const struct vcrypto_memory_map *map; /* void before the first attach */
    uint8_t *descriptors, *driver, *device;
    uint32_t in_flight;      /* split: chains popped, not published; packed: slots */
    uint32_t filled;         /* packed: slots of the entries filled, not published */
    uint32_t unsignalled;    /* what was published since the driver's wish was read */
    uint16_t seen_available; /* split: the driver's index when it was last read */
    uint16_t withheld_flags; /* packed: of the first entry filled */
    bool asked_before;       /* what the driver wishes of interrupts */
    bool attached;           /* the areas are where the map says */
    bool broken;             /* nothing is popped any more */
};

/** Room for the iovecs of the chains of a batch. */
struct vcrypto_ring_pool {
    struct iovec *iov;   /* @capacity elements */
    uint64_t *addresses; /* likewise: the guest address of each */
    size_t capacity;     /* VCRYPTO_RING_MAX_PIECES or more, lest chains be refused */
    size_t used;         /* 0 to begin a batch; the chains before are void then */
};

/** A chain that was popped. */
struct vcrypto_ring_chain {
    struct vcrypto_chain chain;   /* the arrays are parts of the pool */
    const uint64_t *in_addresses; /* guest address of each of chain.in */
    uint16_t id;                  /* what the driver knows it by */
    uint16_t slots;               /* descriptors of the ring itself that it takes */
    /* Some of its data is not RAM, or lies in too many pieces. There is nothing to
     * read then, and all there is to write is the last writable byte, where the status
     * goes; not even that if it is not RAM, either. */
    bool refused;
};

enum vcrypto_ring_result {
    VCRYPTO_RING_CHAIN,
    VCRYPTO_RING_EMPTY,
    VCRYPTO_RING_POOL_FULL, /* the chain is still there: come again with an empty pool
                             */
    VCRYPTO_RING_BROKEN,
};

/**
 * vcrypto_ring_init: a ring that stands at @position.
 *
 * Returns false, with @ring not to be used, if the size or the position is impossible.
 * Nothing of the guest is touched.
 */
bool vcrypto_ring_init(struct vcrypto_ring *ring,
                       const struct vcrypto_ring_setup *setup,
                       const struct vcrypto_ring_position *position);

/**
 * vcrypto_ring_attach: find the areas in @map, and use it from now on.
 *
 * To be called before anything else is, and again for each map that replaces another.
 * The ring takes no reference: the caller holds @map for as long as it is attached, and
 * the map before for as long as chains that were popped with it are in work. Returns
 * false, and the ring is broken, if an area is not in one region of RAM (writable,
 * where the device writes) or not aligned as its format demands.
 */
bool vcrypto_ring_attach(struct vcrypto_ring *ring,
                         const struct vcrypto_memory_map *map);

/**
 * vcrypto_ring_pop: take the next chain that the driver made available.
 *
 * Fills in *@chain if the result is VCRYPTO_RING_CHAIN; otherwise neither it nor @pool
 * has changed. Descriptors without a byte are passed over. The ring breaks where an
 * index or a link points outside, a chain returns to itself, more is available than
 * the ring holds, a readable descriptor follows a writable one, or an indirect table
 * is nested, has a size that is 0, uneven or above VCRYPTO_RING_MAX_INDIRECT
 * descriptors, or is not in one region of RAM. Such a table is the end of its chain,
 * and may be used whether or not VIRTIO_F_INDIRECT_DESC was negotiated.
 */
enum vcrypto_ring_result vcrypto_ring_pop(struct vcrypto_ring *ring,
                                          struct vcrypto_ring_pool *pool,
                                          struct vcrypto_ring_chain *chain);

/**
 * vcrypto_ring_unpop: give back the @count chains that were popped last.
 *
 * @chains are in the order in which they were popped, and none was filled. The ring
 * stands where it stood before, whole if it was found to be broken behind them; what
 * the chains hold is void.
 */
void vcrypto_ring_unpop(struct vcrypto_ring *ring,
                        const struct vcrypto_ring_chain *chains, size_t count);

/**
 * vcrypto_ring_fill: write the used entry of @chain, @index entries behind the last one
 * that was published. @used_length is in bytes.
 *
 * Also if the ring was broken meanwhile. The driver does not see it yet. Between two
 * calls of vcrypto_ring_publish(), @index counts up from 0; chains may come in any
 * order.
 *
 * Specification: "The Virtqueue Used Ring", "Device and Driver Ring Wrap Counters".
 */
void vcrypto_ring_fill(struct vcrypto_ring *ring,
                       const struct vcrypto_ring_chain *chain, uint32_t used_length,
                       uint32_t index);

/**
 * vcrypto_ring_publish: let the driver see the @count entries that were filled, at once
 * and with all that was written to guest memory before.
 */
void vcrypto_ring_publish(struct vcrypto_ring *ring, uint32_t count);

/**
 * vcrypto_ring_must_notify: whether the driver wants an interrupt for what was
 * published since the last call.
 *
 * False if that is nothing. A full memory barrier.
 *
 * Specification: "Used Buffer Notification Suppression", "Driver and Device Event
 * Suppression".
 */
bool vcrypto_ring_must_notify(struct vcrypto_ring *ring);

/**
 * vcrypto_ring_kicks_off: tell the driver that it need not notify us.
 *
 * A hint: it may do so all the same. With a split ring's event index there is nothing
 * to tell, as the driver notifies us but once after each vcrypto_ring_kicks_on().
 *
 * Specification: "Available Buffer Notification Suppression".
 */
void vcrypto_ring_kicks_off(struct vcrypto_ring *ring);

/**
 * vcrypto_ring_kicks_on: ask the driver to notify us of the next chain.
 *
 * Returns true if there is one already: the driver may not have seen the wish in time,
 * so that the caller must look again before it sleeps. A full memory barrier.
 */
bool vcrypto_ring_kicks_on(struct vcrypto_ring *ring);

/**
 * vcrypto_ring_has_chain: whether a call of vcrypto_ring_pop() is worth it.
 *
 * One read of guest memory. False if the ring is broken.
 */
bool vcrypto_ring_has_chain(const struct vcrypto_ring *ring);

/**
 * vcrypto_ring_position: where the ring stands, for whoever serves it next.
 *
 * Chains popped and not published count as taken, and would be lost.
 */
struct vcrypto_ring_position vcrypto_ring_position(const struct vcrypto_ring *ring);

#endif
