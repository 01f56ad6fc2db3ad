/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ring-private.h"

bool vcrypto_ring_init(struct vcrypto_ring *ring,
                       const struct vcrypto_ring_setup *setup,
                       const struct vcrypto_ring_position *position)
{
    const struct vcrypto_ring_format *format =
        setup->packed ? &vcrypto_ring_packed : &vcrypto_ring_split;

    if (!setup->size || setup->size > VCRYPTO_RING_MAX_SIZE ||
        !format->position_is_possible(setup, position)) {
        return false;
    }
    *ring = (struct vcrypto_ring){
        .setup = *setup,
        .position = *position,
        .format = format,
        .seen_available = position->next_available,
    };
    return true;
}

/* Whether anything is taken from the ring. */
static bool usable(const struct vcrypto_ring *ring)
{
    return ring->attached && !ring->broken;
}

/* Whether what was taken from it is answered: what comes behind that changes nothing.
 */
static bool answers(const struct vcrypto_ring *ring)
{
    return ring->attached && ring->in_flight;
}

/* Finds an area in @map; false if it is not there as a whole, or misaligned. */
static bool find_area(const struct vcrypto_memory_map *map, uint64_t address,
                      const struct ring_area *area, uint8_t **pointer)
{
    *pointer = map ? vcrypto_memory_map_pointer(map, address, area->size, area->written)
                   : NULL;
    return *pointer && !((address | (uintptr_t)*pointer) & (area->alignment - 1));
}

bool vcrypto_ring_attach(struct vcrypto_ring *ring,
                         const struct vcrypto_memory_map *map)
{
    const struct vcrypto_ring_setup *setup = &ring->setup;
    struct ring_areas areas;

    ring->format->areas(setup, &areas);
    ring->attached =
        find_area(map, setup->descriptors, &areas.descriptors, &ring->descriptors) &&
        find_area(map, setup->driver, &areas.driver, &ring->driver) &&
        find_area(map, setup->device, &areas.device, &ring->device);
    ring->broken |= !ring->attached;
    ring->map = map;
    return !ring->broken;
}

enum vcrypto_ring_result vcrypto_ring_pop(struct vcrypto_ring *ring,
                                          struct vcrypto_ring_pool *pool,
                                          struct vcrypto_ring_chain *chain)
{
    enum vcrypto_ring_result result = VCRYPTO_RING_BROKEN;

    if (usable(ring)) {
        result = ring->format->pop(ring, pool, chain);
        ring->broken = result == VCRYPTO_RING_BROKEN;
    }
    return result;
}

void vcrypto_ring_unpop(struct vcrypto_ring *ring,
                        const struct vcrypto_ring_chain *chains, size_t count)
{
    ring->format->unpop(ring, chains, count);
    /* What broke the ring comes behind them, and will be found again. */
    if (count && ring->attached) {
        ring->broken = false;
    }
}

void vcrypto_ring_fill(struct vcrypto_ring *ring,
                       const struct vcrypto_ring_chain *chain, uint32_t used_length,
                       uint32_t index)
{
    if (answers(ring)) {
        ring->format->fill(ring, chain, used_length, index);
    }
}

void vcrypto_ring_publish(struct vcrypto_ring *ring, uint32_t count)
{
    if (answers(ring) && count) {
        uint32_t passed = ring->format->publish(ring, count);

        if (__builtin_add_overflow(ring->unsignalled, passed, &ring->unsignalled)) {
            ring->unsignalled = UINT32_MAX;
        }
    }
}

/* Ours before, theirs afterwards: pairs with the driver's own barrier. */
static void full_barrier(void)
{
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
}

bool vcrypto_ring_must_notify(struct vcrypto_ring *ring)
{
    /* Where whoever served the ring before us stood when it last asked is not known. */
    uint32_t passed = ring->asked_before ? ring->unsignalled : UINT32_MAX;

    if (!ring->attached || !ring->unsignalled) {
        return false;
    }
    ring->unsignalled = 0;
    ring->asked_before = true;
    full_barrier();
    return ring->format->wants_interrupt(ring, passed);
}

void vcrypto_ring_kicks_off(struct vcrypto_ring *ring)
{
    if (usable(ring)) {
        ring->format->set_kicks(ring, false);
    }
}

bool vcrypto_ring_kicks_on(struct vcrypto_ring *ring)
{
    if (!usable(ring)) {
        return false;
    }
    ring->format->set_kicks(ring, true);
    full_barrier();
    return ring->format->has_chain(ring);
}

bool vcrypto_ring_has_chain(const struct vcrypto_ring *ring)
{
    return usable(ring) && ring->format->has_chain(ring);
}

struct vcrypto_ring_position vcrypto_ring_position(const struct vcrypto_ring *ring)
{
    return ring->position;
}
