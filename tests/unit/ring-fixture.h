/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A driver and a device at the two ends of one ring, in the same thread. */
#ifndef VCRYPTO_TESTS_UNIT_RING_FIXTURE_H
#define VCRYPTO_TESTS_UNIT_RING_FIXTURE_H

#include "support/fake-guest.h"
#include "support/ut.h"

#define FIXTURE_BASE 0x100000
#define FIXTURE_RAM  (1 << 20)
#define FIXTURE_POOL (2 * VCRYPTO_RING_MAX_PIECES)

/* The four kinds of ring that most tests go through. */
enum { SPLIT, SPLIT_EVENT, PACKED, PACKED_EVENT, KINDS };

struct fixture {
    struct fake_guest guest;
    struct fake_driver driver;
    struct vcrypto_memory_map *map;
    struct vcrypto_ring ring;
    struct vcrypto_ring_pool pool;
    struct iovec iov[FIXTURE_POOL];
    uint64_t addresses[FIXTURE_POOL];
    uint64_t data;  /* address of a page for buffers */
    uint64_t table; /* address of a page for indirect descriptors */
};

static inline void fixture_begin(struct fixture *f, unsigned kind, uint32_t size)
{
    struct vcrypto_ring_setup setup = {
        .size = size,
        .packed = kind == PACKED || kind == PACKED_EVENT,
        .event_index = kind == SPLIT_EVENT || kind == PACKED_EVENT,
    };
    struct vcrypto_ring_position position;

    ut_context("kind %u, size %u", kind, size);
    UT_TRUE_FATAL(fake_guest_init(&f->guest, FIXTURE_BASE, FIXTURE_RAM));
    f->data = fake_guest_allocate(&f->guest, 0x1000, 0x1000);
    f->table = fake_guest_allocate(&f->guest, 0x8000, 0x1000);
    UT_TRUE_FATAL(fake_driver_init(&f->driver, &f->guest, &setup));
    f->map = fake_guest_map(&f->guest, NULL);
    UT_TRUE_FATAL(f->map != NULL);
    position = fake_driver_start(&f->driver);
    UT_TRUE_FATAL(vcrypto_ring_init(&f->ring, &f->driver.setup, &position));
    UT_TRUE_FATAL(vcrypto_ring_attach(&f->ring, f->map));
    f->pool = (struct vcrypto_ring_pool){ f->iov, f->addresses, FIXTURE_POOL, 0 };
}

static inline void fixture_end(struct fixture *f)
{
    vcrypto_memory_map_unref(f->map);
    fake_driver_fini(&f->driver);
    fake_guest_fini(&f->guest);
    ut_context(NULL);
}

static inline enum vcrypto_ring_result fixture_pop(struct fixture *f,
                                                   struct vcrypto_ring_chain *chain)
{
    f->pool.used = 0;
    return vcrypto_ring_pop(&f->ring, &f->pool, chain);
}

/* Adds a chain of one readable and one writable buffer, directly. */
static inline void fixture_add(struct fixture *f, uint64_t token)
{
    struct fake_buffer buffers[] = { { f->data, 8, false }, { f->data + 64, 4, true } };

    UT_TRUE_FATAL(fake_driver_add(&f->driver, buffers, 2, 0, token));
}

/* Pops what must be a sound chain and completes it with @used_length. */
static inline void fixture_serve(struct fixture *f, uint32_t used_length)
{
    struct vcrypto_ring_chain chain;

    UT_EQ_U64_FATAL(fixture_pop(f, &chain), VCRYPTO_RING_CHAIN);
    vcrypto_ring_fill(&f->ring, &chain, used_length, 0);
    vcrypto_ring_publish(&f->ring, 1);
}

static inline void fixture_expect_used(struct fixture *f, uint64_t token,
                                       uint32_t length)
{
    uint64_t got_token = 0;
    uint32_t got_length = 0;

    UT_TRUE_FATAL(fake_driver_take(&f->driver, &got_token, &got_length));
    UT_EQ_U64(got_token, token);
    UT_EQ_U64(got_length, length);
}

#endif
