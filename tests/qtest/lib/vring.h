/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The driver's side of a virtqueue in guest RAM: a packed one if that feature was
 * negotiated, else a split one.
 *
 * qt_vring_add() makes chains available in the ring but the device sees them only after
 * qt_vring_publish(); so any number can be handed over with one notification. The
 * fields are public: tests of broken rings write to them as they like.
 */
#ifndef QT_VRING_H
#define QT_VRING_H

#include "virtio.h"

#include <stdbool.h>
#include <stdint.h>

/** A descriptor as tests think of it. */
struct qt_desc {
    uint64_t gpa;
    uint32_t len;
    bool writable;
};

/* What is in guest memory, little-endian. */
struct qt_ring_desc {
    uint64_t addr;
    uint32_t len;
    uint16_t flags;
    uint16_t next;
};

/* The same in a packed ring. */
struct qt_packed_desc {
    uint64_t addr;
    uint32_t len;
    uint16_t id;
    uint16_t flags;
};

#define QT_DESC_NEXT     1
#define QT_DESC_WRITE    2
#define QT_DESC_INDIRECT 4

struct qt_vring {
    struct qt_virtio *dev;
    uint16_t index; /* number of the queue */
    uint16_t size;
    uint64_t desc_gpa;
    uint64_t avail_gpa;
    uint64_t used_gpa;
    /* The same three, as host pointers. */
    struct qt_ring_desc *desc;     /* NULL in a packed ring */
    struct qt_packed_desc *packed; /* NULL in a split ring */
    uint16_t *avail; /* flags, idx, ring[size], used_event; packed: driver's events */
    uint8_t *used; /* flags, idx, {id, len}[size], avail_event; packed: device's events
                    */
    uint64_t notify_addr;
    uint16_t next_avail; /* idx once everything added is published; packed: descriptors
                            added */
    uint16_t last_used;  /* entries of the used ring taken so far; packed: descriptors
                            taken back */
    uint16_t published;  /* packed: next_avail as the device knows it */
    uint16_t held_flags; /* packed: those of the first descriptor not published */
    uint16_t free_head;  /* free descriptors (packed: identifiers), linked through
                            next_free[] */
    uint16_t num_free;   /* free descriptors */
    uint16_t *next_free;
    uint16_t *chain_len; /* by head: descriptors that it occupies in the table */
};

/**
 * qt_vring_new() - allocate a ring, and enable the queue
 * @size: a power of two; 0 for the device's maximum
 * @vector: MSI-X vector or QT_NO_VECTOR
 *
 * After feature negotiation, and before DRIVER_OK, as drivers should. Return: for
 * qt_vring_free().
 */
struct qt_vring *qt_vring_new(struct qt_virtio *dev, uint16_t index, uint16_t size,
                              uint16_t vector);

/** qt_vring_free() - release the test's own memory; NULL is ignored */
void qt_vring_free(struct qt_vring *vq);

/**
 * qt_vring_add() - make a chain of @n descriptors available, not yet published
 *
 * Return: the head (packed: the identifier), by which the device names it. No room in
 * the ring ends the test.
 */
uint16_t qt_vring_add(struct qt_vring *vq, const struct qt_desc *desc, unsigned n);

/** qt_vring_add_indirect() - the same through an indirect table in new guest memory */
uint16_t qt_vring_add_indirect(struct qt_vring *vq, const struct qt_desc *desc,
                               unsigned n);

/**
 * qt_vring_new_table() - make an indirect table in new guest memory
 *
 * Return: its guest address. It serves any number of requests, one at a time.
 */
uint64_t qt_vring_new_table(struct qt_vring *vq, const struct qt_desc *desc,
                            unsigned n);

/** qt_vring_add_table() - make an indirect table of @n descriptors available */
uint16_t qt_vring_add_table(struct qt_vring *vq, uint64_t table, unsigned n);

/** qt_vring_publish() - let the device see what was added */
void qt_vring_publish(struct qt_vring *vq);

/** qt_vring_notify() - notify the device, whatever the ring says about that */
void qt_vring_notify(struct qt_vring *vq);

/** qt_vring_kick() - publish and notify */
void qt_vring_kick(struct qt_vring *vq);

/**
 * qt_vring_wants_notify() - whether the device asks to be notified of what was
 * published since @old_avail, by its flag or by its event index
 */
bool qt_vring_wants_notify(const struct qt_vring *vq, uint16_t old_avail);

/**
 * qt_vring_wait_asleep() - wait until the device asks to be notified of what comes
 * after all that was published; the test ends if it never does
 *
 * Whoever serves the ring writes to it a last time before it sleeps (without the event
 * index, each time the same).
 */
void qt_vring_wait_asleep(const struct qt_vring *vq);

/**
 * qt_vring_set_used_event() - ask for an interrupt when used.idx passes @idx
 *
 * In a packed ring @idx counts descriptors, as last_used does.
 */
void qt_vring_set_used_event(struct qt_vring *vq, uint16_t idx);

/** qt_vring_used_idx() - the device's used.idx; packed: what last_used will become */
uint16_t qt_vring_used_idx(const struct qt_vring *vq);

/** qt_vring_get() - take the next used entry; false if there is none */
bool qt_vring_get(struct qt_vring *vq, uint32_t *id, uint32_t *len);

/** qt_vring_wait() - the same, waiting for it; false after @timeout_ms */
bool qt_vring_wait(struct qt_vring *vq, int timeout_ms, uint32_t *id, uint32_t *len);

#endif
