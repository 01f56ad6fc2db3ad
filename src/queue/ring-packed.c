/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The packed format: one ring of descriptors, in which used ones take the place of
 * available ones. On each lap the bits that say which is which change their meaning:
 * the wrap counters tell what they mean just now.
 *
 * Specification: "Packed Virtqueues".
 */
#include "ring-private.h"

/* A used descriptor: length and identifier stand where they stood, and so do flags. */
#define LENGTH     8
#define IDENTIFIER 12
#define FLAGS      14

#define FLAG_AVAILABLE 0x0080
#define FLAG_USED      0x8000

/* An event suppression structure: place, the wrap counter in its top bit; then flags.
 */
#define EVENT_SIZE   4
#define EVENT_WRAP   0x8000
#define EVENT_FLAGS  0x0003
#define EVENT_ALWAYS 0
#define EVENT_NEVER  1
#define EVENT_PLACE  2 /* once that place is passed; with VIRTIO_F_EVENT_IDX only */

static uint8_t *place(const struct vcrypto_ring *ring, uint32_t index)
{
    return ring->descriptors + (size_t)DESCRIPTOR_SIZE * index;
}

/* @index, @slots further on; there are never more of those than the ring has. */
static uint32_t ahead(const struct vcrypto_ring *ring, uint32_t index, uint32_t slots)
{
    index += slots;
    return index < ring->setup.size ? index : index - ring->setup.size;
}

static bool packed_position_is_possible(const struct vcrypto_ring_setup *setup,
                                        const struct vcrypto_ring_position *position)
{
    return position->next_available < setup->size && position->next_used < setup->size;
}

static void packed_areas(const struct vcrypto_ring_setup *setup,
                         struct ring_areas *areas)
{
    *areas = (struct ring_areas){
        .descriptors = { DESCRIPTOR_SIZE * setup->size, 16, true },
        .driver = { EVENT_SIZE, 4, false },
        .device = { EVENT_SIZE, 4, true },
    };
}

static bool is_available(uint16_t flags, bool wrap)
{
    return !!(flags & FLAG_AVAILABLE) == wrap && !!(flags & FLAG_USED) != wrap;
}

static bool walk_indirect(const struct vcrypto_ring *ring, struct gathering *gathering,
                          const struct descriptor *outer)
{
    uint32_t entries;
    const uint8_t *table = vcrypto_ring_indirect_table(ring, outer, &entries);

    if (!table) {
        return false;
    }
    /* All entries belong to the chain; of their flags only WRITE means anything. */
    for (uint32_t i = 0; i < entries && !gathering->pool_full; i++) {
        struct descriptor descriptor = load_descriptor(table + DESCRIPTOR_SIZE * i);
        uint16_t flags = descriptor.words[1];

        if (flags & DESCRIPTOR_INDIRECT ||
            !vcrypto_gathering_add(gathering, &descriptor, flags & DESCRIPTOR_WRITE)) {
            return false;
        }
    }
    return true;
}

/* Walks the chain that begins with a descriptor of @flags; false: it is none. */
static bool walk(const struct vcrypto_ring *ring, struct gathering *gathering,
                 uint16_t flags, struct vcrypto_ring_chain *chain)
{
    uint32_t index = ring->position.next_available;
    uint32_t slots = 0;

    while (slots < ring->setup.size - ring->in_flight) {
        struct descriptor descriptor = load_descriptor(place(ring, index));

        /* The first one's flags were looked at already, and must not change. */
        flags = slots ? descriptor.words[1] : flags;
        chain->id = descriptor.words[0];
        chain->slots = (uint16_t)++slots;
        if (flags & DESCRIPTOR_INDIRECT) {
            /* NEXT beside it means nothing. */
            return slots == 1 && walk_indirect(ring, gathering, &descriptor);
        }
        if (!vcrypto_gathering_add(gathering, &descriptor, flags & DESCRIPTOR_WRITE)) {
            return false;
        }
        if (!(flags & DESCRIPTOR_NEXT) || gathering->pool_full) {
            return true;
        }
        index = ahead(ring, index, 1);
    }
    return false;
}

static enum vcrypto_ring_result packed_pop(struct vcrypto_ring *ring,
                                           struct vcrypto_ring_pool *pool,
                                           struct vcrypto_ring_chain *chain)
{
    struct vcrypto_ring_position *position = &ring->position;
    uint16_t flags = load16_acquire(place(ring, position->next_available) + FLAGS);
    struct vcrypto_ring_chain found;
    enum vcrypto_ring_result result;
    struct gathering gathering;

    if (!is_available(flags, position->available_wrap)) {
        return VCRYPTO_RING_EMPTY;
    }
    vcrypto_gathering_begin(&gathering, ring, pool);
    if (!walk(ring, &gathering, flags, &found)) {
        vcrypto_gathering_drop(&gathering);
        return VCRYPTO_RING_BROKEN;
    }
    result = vcrypto_gathering_end(&gathering, &found);
    if (result == VCRYPTO_RING_CHAIN) {
        uint32_t next = ahead(ring, position->next_available, found.slots);

        position->available_wrap ^= next <= position->next_available;
        position->next_available = (uint16_t)next;
        ring->in_flight += found.slots;
        *chain = found;
    }
    return result;
}

static void packed_unpop(struct vcrypto_ring *ring,
                         const struct vcrypto_ring_chain *chains, size_t count)
{
    struct vcrypto_ring_position *position = &ring->position;
    uint32_t slots = 0;

    for (size_t i = 0; i < count; i++) {
        slots += chains[i].slots;
    }
    ring->in_flight -= slots;
    if (slots > position->next_available) {
        position->available_wrap = !position->available_wrap;
        position->next_available += (uint16_t)ring->setup.size;
    }
    position->next_available -= (uint16_t)slots;
}

/*
 * The driver takes used descriptors in their order and stops at the first that is not
 * one. So all are written as they are to be, but for the flags of the first.
 */
static void packed_fill(struct vcrypto_ring *ring,
                        const struct vcrypto_ring_chain *chain, uint32_t used_length,
                        uint32_t index)
{
    uint32_t first = ring->position.next_used;
    uint32_t at = ahead(ring, first, index ? ring->filled : 0);
    bool wrap = ring->position.used_wrap ^ (at < first);
    uint16_t flags = wrap ? FLAG_AVAILABLE | FLAG_USED : 0;
    uint8_t *descriptor = place(ring, at);

    /* Without this flag the length means nothing. */
    flags |= used_length ? DESCRIPTOR_WRITE : 0;
    store32(descriptor + LENGTH, used_length);
    store16(descriptor + IDENTIFIER, chain->id);
    if (index) {
        store16_release(descriptor + FLAGS, flags);
        ring->filled += chain->slots;
    } else {
        ring->withheld_flags = flags;
        ring->filled = chain->slots;
    }
}

static uint32_t packed_publish(struct vcrypto_ring *ring, uint32_t count)
{
    struct vcrypto_ring_position *position = &ring->position;
    uint32_t first = position->next_used, slots = ring->filled;
    uint32_t next = ahead(ring, first, slots);
    uint32_t straight = ring->setup.size - first;

    (void)count;
    if (straight > slots) {
        straight = slots;
    }
    store16_release(place(ring, first) + FLAGS, ring->withheld_flags);
    vcrypto_memory_map_marks_begin(ring->map);
    vcrypto_memory_map_mark_dirty(ring->map,
                                  ring->setup.descriptors + DESCRIPTOR_SIZE * first,
                                  DESCRIPTOR_SIZE * straight);
    vcrypto_memory_map_mark_dirty(ring->map, ring->setup.descriptors,
                                  DESCRIPTOR_SIZE * (slots - straight));
    vcrypto_memory_map_marks_end(ring->map);
    position->used_wrap ^= next <= first;
    position->next_used = (uint16_t)next;
    ring->in_flight -= slots;
    ring->filled = 0;
    return slots;
}

static bool packed_wants_interrupt(const struct vcrypto_ring *ring, uint32_t passed)
{
    uint32_t event = load32(ring->driver); /* both fields of one moment */
    uint32_t wish = event >> 16 & EVENT_FLAGS;
    uint32_t target = event & (EVENT_WRAP - 1);

    if (wish != EVENT_PLACE || !ring->setup.event_index) {
        return wish != EVENT_NEVER;
    }
    /* A place of the lap before lies as far behind this lap's first one. */
    if (!!(event & EVENT_WRAP) != ring->position.used_wrap) {
        target -= ring->setup.size;
    }
    return event_was_passed((uint16_t)target, ring->position.next_used, passed);
}

static void packed_set_kicks(struct vcrypto_ring *ring, bool on)
{
    const struct vcrypto_ring_position *position = &ring->position;
    uint32_t event = EVENT_NEVER << 16;

    if (on && ring->setup.event_index) {
        event = EVENT_PLACE << 16 | (position->available_wrap ? EVENT_WRAP : 0) |
                position->next_available;
    } else if (on) {
        event = EVENT_ALWAYS << 16;
    }
    store32(ring->device, event);
    vcrypto_memory_map_marks_begin(ring->map);
    vcrypto_memory_map_mark_dirty(ring->map, ring->setup.device, EVENT_SIZE);
    vcrypto_memory_map_marks_end(ring->map);
}

static bool packed_has_chain(const struct vcrypto_ring *ring)
{
    return is_available(load16(place(ring, ring->position.next_available) + FLAGS),
                        ring->position.available_wrap);
}

const struct vcrypto_ring_format vcrypto_ring_packed = {
    .position_is_possible = packed_position_is_possible,
    .areas = packed_areas,
    .pop = packed_pop,
    .unpop = packed_unpop,
    .fill = packed_fill,
    .publish = packed_publish,
    .wants_interrupt = packed_wants_interrupt,
    .set_kicks = packed_set_kicks,
    .has_chain = packed_has_chain,
};
