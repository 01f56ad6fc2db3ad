/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The driver of the whole-device target: it knows of each chain what may become of it,
 * until it has done something after which anything may.
 */
#ifndef VCRYPTO_TESTS_FUZZ_DEVICE_DRIVER_H
#define VCRYPTO_TESTS_FUZZ_DEVICE_DRIVER_H

#include "device-guest.h"
#include "support/operations.h"
#include "vring.h"

#define DRIVER_CONTROL GUEST_DATA_QUEUES
#define DRIVER_QUEUES  (GUEST_DATA_QUEUES + 1)
#define DRIVER_RING    1024 /* descriptors at most */
#define DRIVER_DESCS   12   /* of a chain at most */

#define DRIVER_MUX   UINT64_C(1)    /* feature bit 0 */
#define DRIVER_MUXES UINT64_C(0x3f) /* bits 0 to 5 */

/** A chain before it is added. */
struct driver_chain {
    struct qt_desc desc[DRIVER_DESCS];
    unsigned count;
    bool indirect;
    uint64_t memory, end; /* that is the chain's */
    /* What its answer is to be. */
    uint64_t room;                  /* the writable bytes, one after another */
    uint32_t writable;              /* their number; the last is the status */
    bool plain;                     /* the answer is in that place, and nowhere else */
    const struct known_answer *due; /* NULL: any status */
};

/** A chain that was added. */
struct driver_sent {
    bool busy;
    struct driver_chain chain;
};

struct driver_lane {
    struct qt_vring *vq; /* NULL: the queue is disabled */
    unsigned outstanding;
    struct driver_sent sent[DRIVER_RING]; /* by what the device names it */
};

extern struct driver {
    struct qt_virtio *dev;
    unsigned device;
    uint64_t features;
    bool msix;
    bool wild;    /* the device may read rings and write memory anywhere */
    bool dead;    /* nothing is promised about chains any more; true if wild */
    bool odd;     /* a chain is there that the device may break over */
    bool stopped; /* the machine is */
    bool trace;   /* tell what is done */
    struct driver_lane lanes[DRIVER_QUEUES];
} driver;

/** How to start a device. */
struct driver_opts {
    unsigned device;
    uint64_t features; /* those that are offered are accepted */
    bool msix;
    uint16_t ring; /* descriptors of each queue, a power of two */
};

/** driver_start: reset the device and set it up. False: it refused the features. */
bool driver_start(const struct driver_opts *opts);

/** driver_new_ring: enable a queue that is not, with a new ring. */
void driver_new_ring(unsigned queue, uint16_t size);

/** driver_reset: reset the device; chains are dropped, memory is checked. */
void driver_reset(void);

/** driver_drop_ring: a queue was reset: its chains are dropped. */
void driver_drop_ring(unsigned queue);

/** driver_go_wild: from now on nothing is known but that QEMU must live. */
void driver_go_wild(void);

/** driver_fits: whether the ring has room for @chain. */
bool driver_fits(unsigned queue, const struct driver_chain *chain);

/** driver_add: add a chain that fits; not published. Its memory is the caller's part.
 */
void driver_add(unsigned queue, const struct driver_chain *chain);

/** driver_kick: publish what was added, and notify. */
void driver_kick(unsigned queue);

/** driver_expect_nothing: chains in flight may get any status. */
void driver_expect_nothing(void);

/** driver_resume: let the machine run. */
void driver_resume(void);

/**
 * driver_drain: kick all queues and wait until each chain is answered
 *
 * Ends the program if one is not, or wrongly. Return: whether all were: false if the
 * driver is dead.
 */
bool driver_drain(void);

#endif
