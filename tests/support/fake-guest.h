/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A guest for tests of the device's side of a ring: its RAM, and a driver that keeps
 * the rules. What breaks the rules a test writes into the RAM by itself.
 *
 * A driver belongs to one thread; the device may be in another. Nothing of GLib is in
 * here, whose locks the thread sanitizer does not see.
 */
#ifndef VCRYPTO_TESTS_SUPPORT_FAKE_GUEST_H
#define VCRYPTO_TESTS_SUPPORT_FAKE_GUEST_H

#include "vcrypto/ring.h"

/** Descriptor flags of both formats. */
enum {
    FAKE_NEXT = 1,
    FAKE_WRITE = 2,
    FAKE_INDIRECT = 4,
};

/** RAM in one piece. */
struct fake_guest {
    uint8_t *ram;
    uint64_t base; /* guest address of ram[0] */
    size_t size;
    size_t taken; /* by fake_guest_allocate() */
};

/** A buffer of a chain. */
struct fake_buffer {
    uint64_t address;
    uint32_t length;
    bool writable;
};

struct fake_driver {
    struct fake_guest *guest;
    struct vcrypto_ring_setup setup;
    uint32_t free;        /* descriptors */
    uint16_t next;        /* split: next index to make available; packed: next slot */
    uint16_t used;        /* next used entry to take */
    bool wrap, used_wrap; /* packed */
    uint32_t unkicked;    /* made available since the last kick was decided on */
    uint16_t *links;      /* free descriptors (split) or identifiers (packed) ... */
    uint16_t first_free;  /* ... as a list */
    uint16_t *slots;      /* by identifier: descriptors that the chain takes */
    uint64_t *tokens;     /* by identifier */
    bool withholding;     /* packed: the first head's flags wait for the kick */
    uint16_t withheld_slot, withheld_flags;
};

/** fake_guest_init: @size bytes of zeroed RAM at @base; true if there is memory. */
bool fake_guest_init(struct fake_guest *guest, uint64_t base, size_t size);
void fake_guest_fini(struct fake_guest *guest);

/** fake_guest_allocate: the address of @size unused bytes; aborts if there are none. */
uint64_t fake_guest_allocate(struct fake_guest *guest, size_t size, size_t alignment);

/** fake_guest_at: the byte at @address. */
uint8_t *fake_guest_at(const struct fake_guest *guest, uint64_t address);

/** fake_guest_map: a map of all the RAM, or NULL. */
struct vcrypto_memory_map *fake_guest_map(const struct fake_guest *guest,
                                          const struct vcrypto_memory_ops *ops);

/**
 * fake_driver_init: a driver, its ring in RAM newly allocated. Only size, packed
 * and event_index of @setup are looked at.
 */
bool fake_driver_init(struct fake_driver *driver, struct fake_guest *guest,
                      const struct vcrypto_ring_setup *setup);
void fake_driver_fini(struct fake_driver *driver);

/** fake_driver_start: where a device begins in a new ring of this driver's format. */
struct vcrypto_ring_position fake_driver_start(const struct fake_driver *driver);

/**
 * fake_driver_jump: in a ring never used before, begin at @index; split only.
 */
void fake_driver_jump(struct fake_driver *driver, uint16_t index);

/**
 * fake_driver_add: put a chain into the ring, to be visible from the next kick on.
 *
 * @table is the address of a table of @count indirect descriptors to use, or 0.
 * @token comes back with the used entry. Returns false if descriptors are short.
 */
bool fake_driver_add(struct fake_driver *driver, const struct fake_buffer *buffers,
                     unsigned count, uint64_t table, uint64_t token);

/** fake_driver_kick: make visible what was added; returns whether to notify. */
bool fake_driver_kick(struct fake_driver *driver);

/**
 * fake_driver_take: take the next used entry; false if there is none. Either pointer
 * may be NULL.
 */
bool fake_driver_take(struct fake_driver *driver, uint64_t *token, uint32_t *length);

/**
 * fake_driver_interrupts: want them, or not. Returns true if there is a used entry
 * already, although they are wanted only from now on.
 */
bool fake_driver_interrupts(struct fake_driver *driver, bool on);

/** fake_driver_interrupt_after: with the event index: at the @count-th entry from now.
 */
void fake_driver_interrupt_after(struct fake_driver *driver, uint16_t count);

/* For tests that break the rules; all numbers are in the host's byte order. */

/** fake_descriptor_set: write descriptor @index of the table at @table. */
void fake_descriptor_set(const struct fake_guest *guest, uint64_t table, uint32_t index,
                         uint64_t address, uint32_t length, uint16_t first_word,
                         uint16_t second_word);
void fake_put16(const struct fake_guest *guest, uint64_t address, uint16_t value);
uint16_t fake_get16(const struct fake_guest *guest, uint64_t address);
uint32_t fake_get32(const struct fake_guest *guest, uint64_t address);

#endif
