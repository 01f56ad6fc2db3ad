/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/fake-guest.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>

#define PACKED_AVAILABLE 0x0080
#define PACKED_USED      0x8000

bool fake_guest_init(struct fake_guest *guest, uint64_t base, size_t size)
{
    *guest = (struct fake_guest){
        .ram = aligned_alloc(4096, (size + 4095) / 4096 * 4096),
        .base = base,
        .size = size,
    };
    if (guest->ram) {
        memset(guest->ram, 0, size);
    }
    return guest->ram;
}

void fake_guest_fini(struct fake_guest *guest)
{
    free(guest->ram);
}

uint64_t fake_guest_allocate(struct fake_guest *guest, size_t size, size_t alignment)
{
    size_t at = (guest->taken + alignment - 1) / alignment * alignment;

    if (at + size > guest->size) {
        abort();
    }
    guest->taken = at + size;
    return guest->base + at;
}

uint8_t *fake_guest_at(const struct fake_guest *guest, uint64_t address)
{
    return guest->ram + (address - guest->base);
}

struct vcrypto_memory_map *fake_guest_map(const struct fake_guest *guest,
                                          const struct vcrypto_memory_ops *ops)
{
    struct vcrypto_memory_region region = {
        .address = guest->base,
        .size = guest->size,
        .host = guest->ram,
        .writable = true,
    };

    return vcrypto_memory_map_new(&region, 1, ops);
}

static uint16_t get16(const struct fake_guest *guest, uint64_t address)
{
    const uint16_t *field = (const void *)fake_guest_at(guest, address);

    return le16toh(__atomic_load_n(field, __ATOMIC_ACQUIRE));
}

static void put16(const struct fake_guest *guest, uint64_t address, uint16_t value)
{
    uint16_t *field = (void *)fake_guest_at(guest, address);

    __atomic_store_n(field, htole16(value), __ATOMIC_RELEASE);
}

static uint32_t get32(const struct fake_guest *guest, uint64_t address)
{
    const uint32_t *field = (const void *)fake_guest_at(guest, address);

    return le32toh(__atomic_load_n(field, __ATOMIC_RELAXED));
}

static void put32(const struct fake_guest *guest, uint64_t address, uint32_t value)
{
    uint32_t *field = (void *)fake_guest_at(guest, address);

    __atomic_store_n(field, htole32(value), __ATOMIC_RELAXED);
}

void fake_put16(const struct fake_guest *guest, uint64_t address, uint16_t value)
{
    put16(guest, address, value);
}

uint16_t fake_get16(const struct fake_guest *guest, uint64_t address)
{
    return get16(guest, address);
}

uint32_t fake_get32(const struct fake_guest *guest, uint64_t address)
{
    return get32(guest, address);
}

/* All of a descriptor but its last word, which makes a packed one visible. */
static void put_descriptor(const struct fake_guest *guest, uint64_t at,
                           uint64_t address, uint32_t length, uint16_t first_word)
{
    address = htole64(address);
    length = htole32(length);
    first_word = htole16(first_word);
    memcpy(fake_guest_at(guest, at), &address, 8);
    memcpy(fake_guest_at(guest, at + 8), &length, 4);
    memcpy(fake_guest_at(guest, at + 12), &first_word, 2);
}

void fake_descriptor_set(const struct fake_guest *guest, uint64_t table, uint32_t index,
                         uint64_t address, uint32_t length, uint16_t first_word,
                         uint16_t second_word)
{
    uint64_t at = table + 16 * (uint64_t)index;

    put_descriptor(guest, at, address, length, first_word);
    second_word = htole16(second_word);
    memcpy(fake_guest_at(guest, at + 14), &second_word, 2);
}

bool fake_driver_init(struct fake_driver *driver, struct fake_guest *guest,
                      const struct vcrypto_ring_setup *setup)
{
    uint32_t size = setup->size;

    *driver = (struct fake_driver){
        .guest = guest,
        .setup = *setup,
        .free = size,
        .wrap = true,
        .used_wrap = true,
        .links = calloc(size, sizeof(*driver->links)),
        .slots = calloc(size, sizeof(*driver->slots)),
        .tokens = calloc(size, sizeof(*driver->tokens)),
    };
    if (!driver->links || !driver->slots || !driver->tokens) {
        fake_driver_fini(driver);
        return false;
    }
    for (uint32_t i = 0; i < size; i++) {
        driver->links[i] = (uint16_t)(i + 1);
    }
    driver->setup.descriptors = fake_guest_allocate(guest, 16 * (size_t)size, 16);
    driver->setup.driver =
        fake_guest_allocate(guest, setup->packed ? 4 : 6 + 2 * (size_t)size, 4);
    driver->setup.device =
        fake_guest_allocate(guest, setup->packed ? 4 : 6 + 8 * (size_t)size, 4);
    return true;
}

void fake_driver_fini(struct fake_driver *driver)
{
    free(driver->links);
    free(driver->slots);
    free(driver->tokens);
}

struct vcrypto_ring_position fake_driver_start(const struct fake_driver *driver)
{
    return (struct vcrypto_ring_position){
        .next_available = driver->next,
        .available_wrap = true,
        .next_used = driver->used,
        .used_wrap = true,
    };
}

void fake_driver_jump(struct fake_driver *driver, uint16_t index)
{
    driver->next = driver->used = index;
    put16(driver->guest, driver->setup.driver + 2, index);
    put16(driver->guest, driver->setup.device + 2, index);
}

static uint64_t used_event(const struct fake_driver *driver)
{
    return driver->setup.driver + 4 + 2 * (uint64_t)driver->setup.size;
}

static uint64_t available_event(const struct fake_driver *driver)
{
    return driver->setup.device + 4 + 8 * (uint64_t)driver->setup.size;
}

static uint64_t packed_slot(const struct fake_driver *driver, uint32_t index)
{
    return driver->setup.descriptors + 16 * (uint64_t)index;
}

static uint16_t take_free(struct fake_driver *driver)
{
    uint16_t index = driver->first_free;

    driver->first_free = driver->links[index];
    return index;
}

static uint16_t direction(const struct fake_buffer *buffer)
{
    return buffer->writable ? FAKE_WRITE : 0;
}

static void write_table(struct fake_driver *driver, const struct fake_buffer *buffers,
                        unsigned count, uint64_t table)
{
    for (unsigned i = 0; i < count; i++) {
        uint16_t flags = direction(&buffers[i]);

        if (driver->setup.packed) {
            fake_descriptor_set(driver->guest, table, i, buffers[i].address,
                                buffers[i].length, 0, flags);
        } else {
            flags |= i + 1 < count ? FAKE_NEXT : 0;
            fake_descriptor_set(driver->guest, table, i, buffers[i].address,
                                buffers[i].length, flags, (uint16_t)(i + 1));
        }
    }
}

static uint16_t split_add(struct fake_driver *driver, const struct fake_buffer *buffers,
                          unsigned count, bool indirect)
{
    uint16_t head = driver->first_free;
    uint64_t entry;

    for (unsigned i = 0; i < count; i++) {
        uint16_t index = take_free(driver);
        uint16_t flags = indirect ? FAKE_INDIRECT : direction(&buffers[i]);

        flags |= i + 1 < count ? FAKE_NEXT : 0;
        fake_descriptor_set(driver->guest, driver->setup.descriptors, index,
                            buffers[i].address, buffers[i].length, flags,
                            driver->first_free);
    }
    entry = driver->setup.driver + 4 + 2 * (driver->next & (driver->setup.size - 1));
    put16(driver->guest, entry, head);
    driver->next++;
    driver->unkicked++;
    return head;
}

static uint16_t packed_add(struct fake_driver *driver,
                           const struct fake_buffer *buffers, unsigned count,
                           bool indirect)
{
    uint16_t id = take_free(driver), head = driver->next, head_flags = 0;

    for (unsigned i = 0; i < count; i++) {
        uint16_t flags = indirect ? FAKE_INDIRECT : direction(&buffers[i]);
        uint64_t at = packed_slot(driver, driver->next);

        flags |= i + 1 < count ? FAKE_NEXT : 0;
        flags |= driver->wrap ? PACKED_AVAILABLE : PACKED_USED;
        put_descriptor(driver->guest, at, buffers[i].address, buffers[i].length, id);
        if (i) {
            put16(driver->guest, at + 14, flags);
        } else {
            head_flags = flags;
        }
        if (++driver->next == driver->setup.size) {
            driver->next = 0;
            driver->wrap = !driver->wrap;
        }
    }
    if (driver->withholding) {
        put16(driver->guest, packed_slot(driver, head) + 14, head_flags);
    } else {
        driver->withholding = true;
        driver->withheld_slot = head;
        driver->withheld_flags = head_flags;
    }
    driver->unkicked += count;
    return id;
}

bool fake_driver_add(struct fake_driver *driver, const struct fake_buffer *buffers,
                     unsigned count, uint64_t table, uint64_t token)
{
    struct fake_buffer outer = { table, 16 * count, false };
    uint16_t id;

    if (driver->free < (table ? 1 : count)) {
        return false;
    }
    if (table) {
        write_table(driver, buffers, count, table);
        buffers = &outer;
        count = 1;
    }
    id = driver->setup.packed ? packed_add(driver, buffers, count, table)
                              : split_add(driver, buffers, count, table);
    driver->free -= count;
    driver->slots[id] = (uint16_t)count;
    driver->tokens[id] = token;
    return true;
}

static bool passed(uint16_t event, uint16_t now, uint32_t steps)
{
    return (uint16_t)(now - event - 1) < steps;
}

static bool split_wants_kick(const struct fake_driver *driver, uint32_t steps)
{
    if (driver->setup.event_index) {
        return passed(get16(driver->guest, available_event(driver)), driver->next,
                      steps);
    }
    return !(get16(driver->guest, driver->setup.device) & 1);
}

static bool packed_wants_kick(const struct fake_driver *driver, uint32_t steps)
{
    uint32_t event = get32(driver->guest, driver->setup.device);
    uint32_t wish = event >> 16, target = event & 0x7fff;

    if (wish != 2) {
        return wish == 0;
    }
    if (!!(event & 0x8000) != driver->wrap) {
        target -= driver->setup.size;
    }
    return passed((uint16_t)target, driver->next, steps);
}

bool fake_driver_kick(struct fake_driver *driver)
{
    uint32_t steps = driver->unkicked;

    if (!steps) {
        return false;
    }
    driver->unkicked = 0;
    if (!driver->setup.packed) {
        put16(driver->guest, driver->setup.driver + 2, driver->next);
    } else if (driver->withholding) {
        put16(driver->guest, packed_slot(driver, driver->withheld_slot) + 14,
              driver->withheld_flags);
        driver->withholding = false;
    }
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    return driver->setup.packed ? packed_wants_kick(driver, steps)
                                : split_wants_kick(driver, steps);
}

static bool is_used(const struct fake_driver *driver)
{
    uint16_t flags;

    if (!driver->setup.packed) {
        return get16(driver->guest, driver->setup.device + 2) != driver->used;
    }
    flags = get16(driver->guest, packed_slot(driver, driver->used) + 14);
    return !!(flags & PACKED_AVAILABLE) == driver->used_wrap &&
           !!(flags & PACKED_USED) == driver->used_wrap;
}

/* Puts the descriptors of a split chain, which are linked in the table, on the list. */
static void split_free(struct fake_driver *driver, uint16_t id)
{
    uint16_t last = id;

    for (unsigned i = 1; i < driver->slots[id]; i++) {
        last = driver->links[last];
    }
    driver->links[last] = driver->first_free;
    driver->first_free = id;
}

static void packed_pass(struct fake_driver *driver, uint16_t id)
{
    uint32_t next = driver->used + (uint32_t)driver->slots[id];

    if (next >= driver->setup.size) {
        next -= driver->setup.size;
        driver->used_wrap = !driver->used_wrap;
    }
    driver->used = (uint16_t)next;
    driver->links[id] = driver->first_free;
    driver->first_free = id;
}

bool fake_driver_take(struct fake_driver *driver, uint64_t *token, uint32_t *length)
{
    uint32_t id, len;

    if (!is_used(driver)) {
        return false;
    }
    if (driver->setup.packed) {
        uint64_t at = packed_slot(driver, driver->used);

        id = get16(driver->guest, at + 12);
        len = get32(driver->guest, at + 8);
    } else {
        uint64_t at =
            driver->setup.device + 4 + 8 * (driver->used & (driver->setup.size - 1));

        id = get32(driver->guest, at);
        len = get32(driver->guest, at + 4);
    }
    if (id >= driver->setup.size || !driver->slots[id]) {
        abort(); /* the device made it up */
    }
    if (driver->setup.packed) {
        packed_pass(driver, (uint16_t)id);
    } else {
        driver->used++;
        split_free(driver, (uint16_t)id);
    }
    driver->free += driver->slots[id];
    driver->slots[id] = 0;
    if (token) {
        *token = driver->tokens[id];
    }
    if (length) {
        *length = len;
    }
    return true;
}

static void packed_set_interrupts(struct fake_driver *driver, uint32_t wish,
                                  uint32_t ahead)
{
    uint32_t target = driver->used + ahead;
    bool wrap = driver->used_wrap;

    if (target >= driver->setup.size) {
        target -= driver->setup.size;
        wrap = !wrap;
    }
    put32(driver->guest, driver->setup.driver,
          wish << 16 | (uint32_t)wrap << 15 | target);
}

void fake_driver_interrupt_after(struct fake_driver *driver, uint16_t count)
{
    if (driver->setup.packed) {
        packed_set_interrupts(driver, 2, count - 1u);
    } else {
        put16(driver->guest, used_event(driver), (uint16_t)(driver->used + count - 1));
    }
}

bool fake_driver_interrupts(struct fake_driver *driver, bool on)
{
    if (driver->setup.packed) {
        packed_set_interrupts(driver, !on ? 1 : driver->setup.event_index ? 2 : 0, 0);
    } else if (driver->setup.event_index) {
        /* Off: a place that was passed long ago. */
        put16(driver->guest, used_event(driver), (uint16_t)(driver->used - !on));
    } else {
        put16(driver->guest, driver->setup.driver, !on);
    }
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    return is_used(driver);
}
