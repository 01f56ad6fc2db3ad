/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A ring whose driver does whatever the input says: any layout, any descriptors, RAM
 * that changes between two calls. Whatever it does, the device must
 *  - reach into RAM only, and write only where it may: into its own areas of the ring,
 *    and never into memory that is not writable;
 *  - tell the host of every byte that it changes;
 *  - take no more chains than were made available, nor more than the ring holds;
 *  - once the ring is broken, take nothing and touch nothing but to answer what was
 *    taken before, and mend it only when some of that is given back.
 */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "vcrypto/ring.h"

/* Three regions: two follow each other, the third cannot be written. */
#define LOW  UINT64_C(0x10000)
#define HIGH UINT64_C(0x12000)
#define ROM  UINT64_C(0x20000)
#define SIZES                                                                          \
    {                                                                                  \
        0x2000, 0x800, 0x800                                                           \
    }

enum { REGIONS = 3, MAX_CHAINS = 40, POOL = VCRYPTO_RING_MAX_PIECES + 64 };

static const size_t sizes[REGIONS] = SIZES;
static const uint64_t addresses[REGIONS] = { LOW, HIGH, ROM };

struct world {
    struct fuzz_input input;
    uint8_t *ram[REGIONS];
    uint8_t *before[REGIONS];
    uint8_t *told[REGIONS];
    struct vcrypto_memory_map *map;
    struct vcrypto_ring_setup setup;
    struct vcrypto_ring ring;
    struct vcrypto_ring_pool pool;
    struct iovec iov[POOL];
    uint64_t addresses[POOL];
    struct vcrypto_ring_chain chains[MAX_CHAINS];
    size_t count;
    size_t settled; /* of these: a later one was completed, so they stay popped */
    uint16_t seen;  /* split: the driver's index as far as the device may know it */
    bool broken;
};

static struct world w;

static void tell(void *opaque, uint64_t offset, uint64_t size)
{
    size_t region = (size_t)(uintptr_t)opaque;

    FUZZ_CHECK(region < REGIONS && offset <= sizes[region] &&
               size <= sizes[region] - offset);
    memset(w.told[region] + offset, 1, size);
}

/* Moves the RAM elsewhere in our memory, or puts it somewhere to begin with. */
static void make_map(void)
{
    static const struct vcrypto_memory_ops ops = { .mark_dirty = tell };
    struct vcrypto_memory_region regions[REGIONS];

    vcrypto_memory_map_unref(w.map);
    for (size_t i = 0; i < REGIONS; i++) {
        uint8_t *ram = fuzz_allocate(sizes[i]);

        if (w.ram[i]) {
            memcpy(ram, w.ram[i], sizes[i]);
        }
        free(w.ram[i]);
        w.ram[i] = ram;
        regions[i] = (struct vcrypto_memory_region){
            .address = addresses[i],
            .size = sizes[i],
            .host = ram,
            .writable = i != REGIONS - 1,
            .opaque = (void *)(uintptr_t)i,
        };
    }
    w.map = vcrypto_memory_map_new(regions, REGIONS, &ops);
    FUZZ_CHECK(w.map);
}

static uint8_t *at(uint64_t address, size_t size)
{
    for (size_t i = 0; i < REGIONS; i++) {
        if (address >= addresses[i] && address - addresses[i] < sizes[i] &&
            size <= sizes[i] - (address - addresses[i])) {
            return w.ram[i] + (address - addresses[i]);
        }
    }
    return NULL;
}

static void poke(uint64_t address, uint64_t value, size_t size)
{
    uint8_t *place = at(address, size);

    if (place) {
        memcpy(place, &value, size); /* of a little-endian machine */
    }
}

static uint16_t peek(uint64_t address)
{
    uint16_t value = 0;

    if (at(address, 2)) {
        memcpy(&value, at(address, 2), 2);
    }
    return value;
}

/* Addresses of interest: mostly RAM, often at the end of a region. */
static uint64_t some_address(void)
{
    uint8_t kind = fuzz_u8(&w.input);
    uint64_t offset = fuzz_u16(&w.input);

    switch (kind % 8) {
    case 0:
        return fuzz_u64(&w.input);
    case 1:
        return HIGH - 16 + offset % 32;
    case 2:
        return HIGH + 0x800 - 16 + offset % 32;
    case 3:
        return ROM + offset % 0x900;
    case 4:
        return UINT64_MAX - offset % 64;
    default:
        return LOW + 0x1000 + offset % 0x1800;
    }
}

static uint32_t some_length(void)
{
    uint8_t kind = fuzz_u8(&w.input);

    switch (kind % 8) {
    case 0:
        return (uint32_t)fuzz_u64(&w.input);
    case 1:
        return 0;
    case 2:
        return fuzz_u16(&w.input);
    case 3:
    case 4:
        return 16u * (fuzz_u8(&w.input) % 70); /* a table */
    default:
        return fuzz_u8(&w.input);
    }
}

static void take_image(void)
{
    for (size_t i = 0; i < REGIONS; i++) {
        memcpy(w.before[i], w.ram[i], sizes[i]);
        memset(w.told[i], 0, sizes[i]);
    }
}

static bool in_area(uint64_t address, uint64_t start, uint64_t size)
{
    return address >= start && address - start < size;
}

/* Whether the device may write to @address. */
static bool may_write(uint64_t address)
{
    const struct vcrypto_ring_setup *setup = &w.setup;

    if (setup->packed) {
        return in_area(address, setup->descriptors, 16 * (uint64_t)setup->size) ||
               in_area(address, setup->device, 4);
    }
    return in_area(address, setup->device, 6 + 8 * (uint64_t)setup->size);
}

/* @writes: whether the device may write anything at all. */
static void check_image(bool writes)
{
    for (size_t i = 0; i < REGIONS; i++) {
        if (!memcmp(w.before[i], w.ram[i], sizes[i])) {
            continue;
        }
        FUZZ_CHECK(writes && i != REGIONS - 1);
        for (size_t j = 0; j < sizes[i]; j++) {
            FUZZ_CHECK(w.before[i][j] == w.ram[i][j] ||
                       (w.told[i][j] && may_write(addresses[i] + j)));
        }
    }
}

/* Each piece in one region; what is to be written, where it says, and writable. */
static void check_chain(const struct vcrypto_ring_chain *chain)
{
    const struct vcrypto_chain *pieces = &chain->chain;

    FUZZ_CHECK(pieces->out_num + pieces->in_num <= VCRYPTO_RING_MAX_PIECES);
    FUZZ_CHECK(chain->slots && chain->slots <= w.setup.size);
    FUZZ_CHECK(!chain->refused || (!pieces->out_num && pieces->in_num <= 1));
    for (size_t i = 0; i < pieces->out_num; i++) {
        const uint8_t *base = pieces->out[i].iov_base;
        bool found = false;

        for (size_t r = 0; r < REGIONS; r++) {
            found |= base >= w.ram[r] && base < w.ram[r] + sizes[r] &&
                     pieces->out[i].iov_len <= (size_t)(w.ram[r] + sizes[r] - base);
        }
        FUZZ_CHECK(found && pieces->out[i].iov_len);
    }
    for (size_t i = 0; i < pieces->in_num; i++) {
        FUZZ_CHECK(pieces->in[i].iov_len && chain->in_addresses[i] < ROM);
        FUZZ_CHECK(at(chain->in_addresses[i], pieces->in[i].iov_len) ==
                   pieces->in[i].iov_base);
        FUZZ_CHECK(!chain->refused || pieces->in[i].iov_len == 1);
    }
}

static uint32_t in_flight(void)
{
    uint32_t sum = 0;

    for (size_t i = 0; i < w.count; i++) {
        sum += w.setup.packed ? w.chains[i].slots : 1;
    }
    return sum;
}

/* What the driver says there is, at this moment. */
static bool is_available(const struct vcrypto_ring_position *position)
{
    uint16_t flags;

    if (!w.setup.packed) {
        if (w.seen == position->next_available) {
            w.seen = peek(w.setup.driver + 2);
        }
        return w.seen != position->next_available;
    }
    flags = peek(w.setup.descriptors + 16 * (uint64_t)position->next_available + 14);
    return !!(flags & 0x80) == position->available_wrap &&
           !!(flags & 0x8000) != position->available_wrap;
}

static void pop_one(void)
{
    struct vcrypto_ring_position before = vcrypto_ring_position(&w.ring), after;
    struct vcrypto_ring_chain chain;
    size_t used = w.pool.used;
    bool available;
    enum vcrypto_ring_result result;

    if (w.count == MAX_CHAINS) {
        return;
    }
    available = !w.broken && is_available(&before);
    result = vcrypto_ring_pop(&w.ring, &w.pool, &chain);
    after = vcrypto_ring_position(&w.ring);
    FUZZ_CHECK(!w.broken || result == VCRYPTO_RING_BROKEN);
    if (result == VCRYPTO_RING_CHAIN) {
        FUZZ_CHECK(available && w.pool.used <= w.pool.capacity);
        check_chain(&chain);
        w.chains[w.count++] = chain;
        FUZZ_CHECK(in_flight() <= w.setup.size);
        return;
    }
    FUZZ_CHECK(w.pool.used == used && !memcmp(&before, &after, sizeof(after)));
    FUZZ_CHECK((result == VCRYPTO_RING_EMPTY) == (!available && !w.broken));
    FUZZ_CHECK(result != VCRYPTO_RING_POOL_FULL || used);
    w.broken |= result == VCRYPTO_RING_BROKEN;
}

/* Writes into what the chain offers: sanitizers see where that is not ours. */
static void use_chain(const struct vcrypto_ring_chain *chain)
{
    for (size_t i = 0; i < chain->chain.in_num; i++) {
        const struct iovec *iov = &chain->chain.in[i];

        memset(iov->iov_base, 0x55, 1);
        memset((uint8_t *)iov->iov_base + iov->iov_len - 1, 0x55, 1);
    }
}

/* Completes some of what was popped, in an order that the input chooses. */
static void complete(void)
{
    uint32_t count = 0, wanted = fuzz_u8(&w.input) % 8;

    take_image();
    while (count < wanted && w.count) {
        size_t which = fuzz_u8(&w.input) % w.count;

        vcrypto_ring_fill(&w.ring, &w.chains[which], fuzz_u8(&w.input) % 3, count++);
        w.settled = which < w.settled ? w.settled - 1 : which;
        memmove(&w.chains[which], &w.chains[which + 1],
                (--w.count - which) * sizeof(w.chains[0]));
    }
    vcrypto_ring_publish(&w.ring, count);
    check_image(count);
    FUZZ_CHECK(!vcrypto_ring_must_notify(&w.ring) || count);
}

/* Everything at once, so that later pops begin with an empty pool. */
static void finish_batch(void)
{
    for (size_t i = 0; i < w.count; i++) {
        use_chain(&w.chains[i]);
    }
    take_image();
    for (size_t i = 0; i < w.count; i++) {
        vcrypto_ring_fill(&w.ring, &w.chains[i], 1, (uint32_t)i);
    }
    vcrypto_ring_publish(&w.ring, (uint32_t)w.count);
    check_image(w.count);
    vcrypto_ring_must_notify(&w.ring);
    w.count = w.settled = 0;
    w.pool.used = 0;
}

static void give_back(void)
{
    size_t count = fuzz_u8(&w.input) % 8;

    count = count < w.count - w.settled ? count : w.count - w.settled;
    vcrypto_ring_unpop(&w.ring, &w.chains[w.count - count], count);
    w.count -= count;
    /* What broke it lies behind them: to be found again. */
    w.broken &= !count;
}

/* Another ring, or the same RAM elsewhere: chains in work must be finished before. */
static void start_over(bool other_map)
{
    struct vcrypto_ring_position position;
    bool attached;

    finish_batch();
    position = vcrypto_ring_position(&w.ring);
    if (other_map) {
        make_map();
    } else if (!w.broken) {
        FUZZ_CHECK(vcrypto_ring_init(&w.ring, &w.setup, &position));
        w.seen = position.next_available;
    }
    attached = vcrypto_ring_attach(&w.ring, w.map);
    FUZZ_CHECK(attached != w.broken);
}

static void set_descriptor(void)
{
    static const uint16_t flag_sets[] = { 0, 1, 2, 3, 4, 1, 3, 5, 6, 7 };
    uint8_t kind = fuzz_u8(&w.input);
    uint64_t table = kind & 0x80 ? some_address() : w.setup.descriptors;
    uint64_t place = table + 16 * (uint64_t)(fuzz_u8(&w.input) % 64);
    uint16_t flags = flag_sets[kind % 10];
    uint16_t word;

    /* Any bits in one of a few. */
    if (kind == 0x7f) {
        flags = fuzz_u16(&w.input);
    }
    poke(place, some_address(), 8);
    poke(place + 8, some_length(), 4);
    word = fuzz_u8(&w.input) % 40;
    if (w.setup.packed) {
        flags |= kind & 0x40 ? 0x8000 : 0x80;
        poke(place + 12, word, 2);
        poke(place + 14, flags, 2);
    } else {
        poke(place + 12, flags, 2);
        poke(place + 14, word, 2);
    }
}

/* Split: the available ring. Packed: another turn of a descriptor's bits. */
static void make_available(void)
{
    uint8_t how = fuzz_u8(&w.input);
    uint16_t value = fuzz_u8(&w.input) % 40;

    if (w.setup.packed) {
        uint64_t flags = w.setup.descriptors + 16 * (uint64_t)value + 14;

        poke(flags, peek(flags) ^ 0x8080, 2);
    } else {
        uint16_t index = peek(w.setup.driver + 2);

        if (how >= 0xf0) {
            value = fuzz_u16(&w.input);
        }
        poke(w.setup.driver + 4 + 2 * (uint64_t)(index & (w.setup.size - 1)), value, 2);
        poke(w.setup.driver + 2, index + (how < 0xc0 ? 1 : how % 16), 2);
    }
}

static void poke_somewhere(void)
{
    uint64_t address =
        fuzz_u8(&w.input) & 1 ? some_address() : LOW + fuzz_u16(&w.input);

    poke(address, fuzz_u64(&w.input), 1u << fuzz_u8(&w.input) % 4);
}

static void change_kicks(bool on)
{
    struct vcrypto_ring_position position = vcrypto_ring_position(&w.ring);
    bool has_chain;

    take_image();
    if (on) {
        has_chain = vcrypto_ring_kicks_on(&w.ring);
        FUZZ_CHECK(has_chain == vcrypto_ring_has_chain(&w.ring));
        FUZZ_CHECK(!has_chain || !w.broken);
        FUZZ_CHECK(!w.setup.packed || w.broken || has_chain == is_available(&position));
    } else {
        vcrypto_ring_kicks_off(&w.ring);
    }
    check_image(!w.broken);
}

static bool set_up(void)
{
    static const uint32_t ring_sizes[] = { 1, 2, 4, 8, 16, 32, 3, 5, 7, 13, 31 };
    uint8_t how = fuzz_u8(&w.input), size = fuzz_u8(&w.input);
    struct vcrypto_ring_position position = { 0, true, 0, true };

    w.setup = (struct vcrypto_ring_setup){
        .descriptors = LOW,
        .driver = LOW + 0x400,
        .device = LOW + 0x600,
        .size = ring_sizes[size % 11],
        .packed = how & 1,
        .event_index = how & 2,
    };
    if (how & 8) {
        position.next_available = position.next_used = fuzz_u16(&w.input);
        poke(w.setup.driver + 2, position.next_used, 2);
        poke(w.setup.device + 2, position.next_used, 2);
    }
    if (how & 16) {
        position.available_wrap = position.used_wrap = false;
    }
    if (how >= 0xf0) {
        w.setup.descriptors = some_address();
        w.setup.driver = some_address();
        w.setup.device = some_address();
        w.setup.size = fuzz_u16(&w.input);
    }
    w.seen = position.next_available;
    return vcrypto_ring_init(&w.ring, &w.setup, &position) &&
           vcrypto_ring_attach(&w.ring, w.map);
}

static void step(void)
{
    switch (fuzz_u8(&w.input) % 16) {
    case 0:
    case 1:
    case 2:
    case 3:
        set_descriptor();
        break;
    case 4:
    case 5:
        make_available();
        break;
    case 6:
        poke_somewhere();
        break;
    case 7:
    case 8:
    case 9:
    case 10:
        take_image();
        pop_one();
        check_image(!w.broken);
        break;
    case 11:
        complete();
        break;
    case 12:
        finish_batch();
        break;
    case 13:
        give_back();
        break;
    case 14:
        change_kicks(fuzz_u8(&w.input) & 1);
        break;
    default:
        start_over(fuzz_u8(&w.input) & 1);
        break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    memset(&w, 0, sizeof(w));
    w.input = (struct fuzz_input){ data, size };
    w.pool = (struct vcrypto_ring_pool){ w.iov, w.addresses, POOL, 0 };
    make_map();
    for (size_t i = 0; i < REGIONS; i++) {
        w.before[i] = fuzz_allocate(sizes[i]);
        w.told[i] = fuzz_allocate(sizes[i]);
    }
    if (set_up()) {
        while (w.input.left) {
            step();
        }
        finish_batch();
    }
    vcrypto_memory_map_unref(w.map);
    for (size_t i = 0; i < REGIONS; i++) {
        free(w.ram[i]);
        free(w.before[i]);
        free(w.told[i]);
    }
    return 0;
}
