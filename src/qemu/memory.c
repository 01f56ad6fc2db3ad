/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "memory.h"

#include "block/aio.h"
#include "exec/address-spaces.h"
#include "exec/ramlist.h"
#include "exec/target_page.h"
#include "qemu/rcu.h"

/* vcrypto_memory_ops.marks_begin and marks_end: RCU protects what the marks are in. */

static void marks_begin(void)
{
    rcu_read_lock();
}

static void marks_end(void)
{
    rcu_read_unlock();
}

/* One bit for each page, in blocks. */
static bool marked(const DirtyMemoryBlocks *blocks, ram_addr_t page)
{
    return test_bit(page % DIRTY_MEMORY_BLOCK_SIZE,
                    blocks->blocks[page / DIRTY_MEMORY_BLOCK_SIZE]);
}

/*
 * Whether all who want to hear of changes have been told already: the bytes are there
 * for all to see, so whoever takes a mark away after we have seen it sees them, too.
 * Most pages are in this state most of the time, and to find that out costs next to
 * nothing.
 */
static bool all_marked(ram_addr_t address, uint64_t size)
{
    ram_addr_t page = address >> qemu_target_page_bits();
    ram_addr_t last = (address + size - 1) >> qemu_target_page_bits();

    smp_mb(); /* the bytes before, the marks afterwards */
    for (; page <= last; page++) {
        for (unsigned i = 0; i < DIRTY_MEMORY_NUM; i++) {
            if (!marked(qatomic_rcu_read(&ram_list.dirty_memory[i]), page)) {
                return false;
            }
        }
    }
    return true;
}

/*
 * vcrypto_memory_ops.mark_dirty: from a worker, which QEMU's RCU knows.
 *
 * TCG may have translated code from the bytes that were overwritten. To throw that away
 * is part of what unmapping memory after a write does, which for RAM is done without
 * the big lock; it drops a reference, which is never the last: the map has its own.
 */
static void mark_dirty(void *region, uint64_t offset, uint64_t size)
{
    if (!tcg_enabled()) {
        memory_region_set_dirty(region, offset, size);
        return;
    }
    if (all_marked(memory_region_get_ram_addr(region) + offset, size)) {
        return;
    }
    memory_region_ref(region);
    address_space_unmap(&address_space_memory,
                        (uint8_t *)memory_region_get_ram_ptr(region) + offset, size,
                        true, size);
}

static void unref_regions(void *opaque)
{
    GPtrArray *regions = opaque;

    for (guint i = 0; i < regions->len; i++) {
        memory_region_unref(g_ptr_array_index(regions, i));
    }
    g_ptr_array_free(regions, TRUE);
}

/*
 * vcrypto_memory_ops.release: the last reference to a region may take the region, or
 * the device that it belongs to, with it, and that must happen in the main loop.
 */
static void release_map(const struct vcrypto_memory_region *regions, size_t count)
{
    GPtrArray *copy = g_ptr_array_sized_new(count);

    for (size_t i = 0; i < count; i++) {
        g_ptr_array_add(copy, regions[i].opaque);
    }
    aio_bh_schedule_oneshot(qemu_get_aio_context(), unref_regions, copy);
}

static const struct vcrypto_memory_ops ops = {
    .marks_begin = marks_begin,
    .marks_end = marks_end,
    .mark_dirty = mark_dirty,
    .release = release_map,
};

static VCryptoMemory *of_listener(MemoryListener *listener)
{
    return container_of(listener, VCryptoMemory, listener);
}

static void begin(MemoryListener *listener)
{
    VCryptoMemory *memory = of_listener(listener);

    g_array_set_size(memory->regions, 0);
    memory->regions_translated = false;
}

/*
 * Takes @region into the one before it if it goes on where that ends: the PC's chipset
 * cuts RAM into sections, and a ring may lie across a cut.
 */
static bool merge(GArray *regions, const struct vcrypto_memory_region *region)
{
    struct vcrypto_memory_region *last;

    if (!regions->len) {
        return false;
    }
    last = &g_array_index(regions, struct vcrypto_memory_region, regions->len - 1);
    if (last->opaque != region->opaque || last->writable != region->writable ||
        last->address + last->size != region->address ||
        last->offset + last->size != region->offset) {
        return false;
    }
    last->size += region->size;
    return true;
}

/* Called for every section of each new state, be it new or unchanged. */
static void add_section(MemoryListener *listener, MemoryRegionSection *section)
{
    VCryptoMemory *memory = of_listener(listener);
    MemoryRegion *mr = section->mr;
    struct vcrypto_memory_region region;

    if (memory_region_is_iommu(mr)) {
        memory->regions_translated = true;
    }
    /* What a passed-through device maps is no memory: it has effects. */
    if (!memory_region_is_ram(mr) || memory_region_is_ram_device(mr)) {
        return;
    }
    region = (struct vcrypto_memory_region){
        .address = section->offset_within_address_space,
        .size = int128_get64(section->size),
        .host =
            (uint8_t *)memory_region_get_ram_ptr(mr) + section->offset_within_region,
        .writable = !section->readonly && !memory_region_is_rom(mr),
        .opaque = mr,
        .offset = section->offset_within_region,
    };
    if (!merge(memory->regions, &region)) {
        g_array_append_val(memory->regions, region);
    }
}

/*
 * A guest can have QEMU commit a new state as often as it likes, by moving registers
 * around; our workers, and what they are doing, need not hear of it unless RAM moved.
 * The present map holds its regions: none of them is another one by now.
 */
static bool is_news(VCryptoMemory *memory, const struct vcrypto_memory_region *regions)
{
    return memory->translated != memory->regions_translated ||
           !vcrypto_memory_map_is(memory->map, regions, memory->regions->len);
}

static void commit(MemoryListener *listener)
{
    VCryptoMemory *memory = of_listener(listener);
    const struct vcrypto_memory_region *regions = (void *)memory->regions->data;
    struct vcrypto_memory_map *old = memory->map;

    if (!is_news(memory, regions)) {
        return;
    }
    for (guint i = 0; i < memory->regions->len; i++) {
        memory_region_ref(regions[i].opaque);
    }
    memory->map = vcrypto_memory_map_new(regions, memory->regions->len, &ops);
    if (!memory->map) {
        release_map(regions, memory->regions->len);
    }
    memory->translated = memory->regions_translated;
    if (memory->changed) {
        memory->changed(memory->opaque);
    }
    vcrypto_memory_map_unref(old);
}

void vcrypto_memory_follow(VCryptoMemory *memory, AddressSpace *address_space,
                           void (*changed)(void *opaque), void *opaque)
{
    if (memory->address_space == address_space) {
        return;
    }
    vcrypto_memory_unfollow(memory);
    memory->address_space = address_space;
    memory->changed = changed;
    memory->opaque = opaque;
    memory->regions = g_array_new(FALSE, FALSE, sizeof(struct vcrypto_memory_region));
    memory->listener = (MemoryListener){
        .name = "virtio-crypto-openssl",
        .begin = begin,
        .region_add = add_section,
        .region_nop = add_section,
        .commit = commit,
    };
    memory_listener_register(&memory->listener, address_space);
}

void vcrypto_memory_unfollow(VCryptoMemory *memory)
{
    if (!memory->address_space) {
        return;
    }
    /* Unregistering shows the listener a last state, without memory. */
    memory->changed = NULL;
    memory_listener_unregister(&memory->listener);
    vcrypto_memory_map_unref(memory->map);
    g_array_free(memory->regions, TRUE);
    *memory = (VCryptoMemory){ 0 };
}
