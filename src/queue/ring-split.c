/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The split format: a table of descriptors, a ring of chains for the device and a ring
 * of chains for the driver. Indices run freely through 65536 places; the ring's size
 * divides that.
 *
 * Specification: "Split Virtqueues".
 */
#include "ring-private.h"

#define FLAGS     0 /* of either ring, as are the next two */
#define INDEX     2
#define ENTRIES   4
#define USED_SIZE 8 /* of an entry: identifier and length */

#define AVAILABLE_NO_INTERRUPT 1
#define USED_NO_NOTIFY         1

/* Chains. */
#define AHEAD 4

static uint32_t slot(const struct vcrypto_ring *ring, uint32_t index)
{
    return index & (ring->setup.size - 1);
}

static uint8_t *used_entry(const struct vcrypto_ring *ring, uint32_t index)
{
    return ring->device + ENTRIES + USED_SIZE * slot(ring, index);
}

/* Where the driver says which used entry it waits for: behind the available ring. */
static const uint8_t *used_event(const struct vcrypto_ring *ring)
{
    return ring->driver + ENTRIES + 2 * ring->setup.size;
}

static uint32_t available_event_offset(const struct vcrypto_ring *ring)
{
    return ENTRIES + USED_SIZE * ring->setup.size;
}

static void mark_used_dirty(const struct vcrypto_ring *ring, uint32_t offset,
                            uint32_t size)
{
    vcrypto_memory_map_mark_dirty(ring->map, ring->setup.device + offset, size);
}

static bool split_position_is_possible(const struct vcrypto_ring_setup *setup,
                                       const struct vcrypto_ring_position *position)
{
    return !(setup->size & (setup->size - 1)) &&
           (uint16_t)(position->next_available - position->next_used) <= setup->size;
}

static void split_areas(const struct vcrypto_ring_setup *setup,
                        struct ring_areas *areas)
{
    uint32_t event = setup->event_index ? 2 : 0;

    *areas = (struct ring_areas){
        .descriptors = { DESCRIPTOR_SIZE * setup->size, 16, false },
        .driver = { ENTRIES + 2 * setup->size + event, 2, false },
        .device = { ENTRIES + USED_SIZE * setup->size + event, 4, true },
    };
}

/*
 * Walks a chain from @index of @table on, which has @entries; false: it is no chain.
 * @nested: the table is an indirect one. Its address does not tell: a guest may name
 * the ring's own. It ends the chain, whatever the descriptor that names it says of a
 * next one.
 */
/* keeps: VIO-2 */
static bool walk(const struct vcrypto_ring *ring, struct gathering *gathering,
                 const uint8_t *table, uint32_t entries, uint32_t index, bool nested,
                 uint16_t *slots)
{
    for (uint32_t n = 0; n < entries && index < entries; n++) {
        struct descriptor descriptor =
            load_descriptor(table + (size_t)DESCRIPTOR_SIZE * index);
        uint16_t flags = descriptor.words[0];

        *slots += !nested;
        if (flags & DESCRIPTOR_INDIRECT) {
            const uint8_t *inner =
                vcrypto_ring_indirect_table(ring, &descriptor, &entries);

            return inner && !nested &&
                   walk(ring, gathering, inner, entries, 0, true, slots);
        }
        if (!vcrypto_gathering_add(gathering, &descriptor, flags & DESCRIPTOR_WRITE)) {
            return false;
        }
        if (!(flags & DESCRIPTOR_NEXT) || gathering->pool_full) {
            return true;
        }
        index = descriptor.words[1];
    }
    return false;
}

/* Whether there is a chain, as far as is known; reads the index only if none is. */
static enum vcrypto_ring_result look(struct vcrypto_ring *ring)
{
    uint16_t next = ring->position.next_available;

    if (ring->seen_available == next) {
        uint16_t index = load16_acquire(ring->driver + INDEX);

        if ((uint16_t)(index - next) > ring->setup.size) {
            return VCRYPTO_RING_BROKEN;
        }
        ring->seen_available = index;
        if (index == next) {
            return VCRYPTO_RING_EMPTY;
        }
    }
    /* More heads than descriptors: the driver gave one away twice. */
    return ring->in_flight < ring->setup.size ? VCRYPTO_RING_CHAIN
                                              : VCRYPTO_RING_BROKEN;
}

/* The driver has just written the descriptors, on another processor: what is popped a
 * little later is on its way meanwhile. A head that is none leads nowhere. */
static void look_ahead(const struct vcrypto_ring *ring)
{
    uint16_t ahead = (uint16_t)(ring->position.next_available + AHEAD);
    uint16_t head = load16(ring->driver + ENTRIES + 2 * slot(ring, ahead));

    if (head < ring->setup.size) {
        __builtin_prefetch(ring->descriptors + (size_t)DESCRIPTOR_SIZE * head);
    }
}

static enum vcrypto_ring_result split_pop(struct vcrypto_ring *ring,
                                          struct vcrypto_ring_pool *pool,
                                          struct vcrypto_ring_chain *chain)
{
    enum vcrypto_ring_result result = look(ring);
    struct gathering gathering;
    uint16_t head, slots = 0;

    if (result != VCRYPTO_RING_CHAIN) {
        return result;
    }
    head =
        load16(ring->driver + ENTRIES + 2 * slot(ring, ring->position.next_available));
    look_ahead(ring);
    vcrypto_gathering_begin(&gathering, ring, pool);
    if (!walk(ring, &gathering, ring->descriptors, ring->setup.size, head, false,
              &slots)) {
        vcrypto_gathering_drop(&gathering);
        return VCRYPTO_RING_BROKEN;
    }
    result = vcrypto_gathering_end(&gathering, chain);
    if (result == VCRYPTO_RING_CHAIN) {
        chain->id = head;
        chain->slots = slots;
        ring->position.next_available++;
        ring->in_flight++;
    }
    return result;
}

static void split_unpop(struct vcrypto_ring *ring,
                        const struct vcrypto_ring_chain *chains, size_t count)
{
    (void)chains;
    ring->position.next_available -= (uint16_t)count;
    ring->in_flight -= (uint32_t)count;
}

static void split_fill(struct vcrypto_ring *ring,
                       const struct vcrypto_ring_chain *chain, uint32_t used_length,
                       uint32_t index)
{
    uint8_t *entry = used_entry(ring, ring->position.next_used + index);

    store32(entry, chain->id);
    store32(entry + 4, used_length);
}

static uint32_t split_publish(struct vcrypto_ring *ring, uint32_t count)
{
    uint32_t first = slot(ring, ring->position.next_used);
    uint32_t straight = ring->setup.size - first;

    if (straight > count) {
        straight = count;
    }
    ring->position.next_used += (uint16_t)count;
    ring->in_flight -= count;
    store16_release(ring->device + INDEX, ring->position.next_used);
    vcrypto_memory_map_marks_begin(ring->map);
    mark_used_dirty(ring, ENTRIES + USED_SIZE * first, USED_SIZE * straight);
    mark_used_dirty(ring, ENTRIES, USED_SIZE * (count - straight));
    mark_used_dirty(ring, INDEX, 2);
    vcrypto_memory_map_marks_end(ring->map);
    return count;
}

static bool split_wants_interrupt(const struct vcrypto_ring *ring, uint32_t passed)
{
    if (ring->setup.event_index) {
        return event_was_passed(load16(used_event(ring)), ring->position.next_used,
                                passed);
    }
    return !(load16(ring->driver + FLAGS) & AVAILABLE_NO_INTERRUPT);
}

static void split_set_kicks(struct vcrypto_ring *ring, bool on)
{
    uint32_t event = available_event_offset(ring);

    if (!ring->setup.event_index) {
        store16(ring->device + FLAGS, on ? 0 : USED_NO_NOTIFY);
        vcrypto_memory_map_marks_begin(ring->map);
        mark_used_dirty(ring, FLAGS, 2);
        vcrypto_memory_map_marks_end(ring->map);
    } else if (on) {
        store16(ring->device + event, ring->position.next_available);
        vcrypto_memory_map_marks_begin(ring->map);
        mark_used_dirty(ring, event, 2);
        vcrypto_memory_map_marks_end(ring->map);
    }
}

static bool split_has_chain(const struct vcrypto_ring *ring)
{
    return load16(ring->driver + INDEX) != ring->position.next_available;
}

const struct vcrypto_ring_format vcrypto_ring_split = {
    .position_is_possible = split_position_is_possible,
    .areas = split_areas,
    .pop = split_pop,
    .unpop = split_unpop,
    .fill = split_fill,
    .publish = split_publish,
    .wants_interrupt = split_wants_interrupt,
    .set_kicks = split_set_kicks,
    .has_chain = split_has_chain,
};
