/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From descriptors to the pieces of memory that they mean. */
#include "ring-private.h"

void vcrypto_gathering_begin(struct gathering *gathering,
                             const struct vcrypto_ring *ring,
                             struct vcrypto_ring_pool *pool)
{
    *gathering =
        (struct gathering){ .map = ring->map, .pool = pool, .start = pool->used };
}

void vcrypto_gathering_drop(struct gathering *gathering)
{
    gathering->pool->used = gathering->start;
}

/* How many more pieces the chain may have; sets whether it is the pool that ends it. */
static size_t room(const struct gathering *gathering, bool *pool_ends_it)
{
    const struct vcrypto_ring_pool *pool = gathering->pool;
    size_t left = pool->capacity - pool->used;
    size_t allowed = VCRYPTO_RING_MAX_PIECES - (pool->used - gathering->start);

    /* An empty pool that is too small would be so the next time, too. */
    *pool_ends_it = left < allowed && gathering->start;
    return left < allowed ? left : allowed;
}

static void add_pieces(struct gathering *gathering, const struct descriptor *descriptor,
                       bool writable)
{
    struct vcrypto_ring_pool *pool = gathering->pool;
    bool pool_ends_it;
    size_t max = room(gathering, &pool_ends_it);
    int pieces = vcrypto_memory_map_translate(
        gathering->map, descriptor->address, descriptor->length, writable,
        pool->iov + pool->used, pool->addresses + pool->used, max);

    if (pieces < 0 && pool_ends_it) {
        gathering->pool_full = true;
    } else if (pieces <= 0) {
        gathering->refused = true;
    } else {
        pool->used += (size_t)pieces;
        *(writable ? &gathering->in_num : &gathering->out_num) += (size_t)pieces;
    }
}

bool vcrypto_gathering_add(struct gathering *gathering,
                           const struct descriptor *descriptor, bool writable)
{
    if (gathering->writing && !writable) {
        return false;
    }
    gathering->writing = writable;
    if (!descriptor->length) {
        return true;
    }
    if (writable) {
        gathering->last_address = descriptor->address;
        gathering->last_length = descriptor->length;
    }
    /* A refused chain is walked to its end all the same: that is where its status is.
     */
    if (!gathering->refused) {
        add_pieces(gathering, descriptor, writable);
    }
    return true;
}

/* Of a refused chain there remains the byte that its status goes to, if any. */
static void keep_status(struct gathering *gathering)
{
    struct vcrypto_ring_pool *pool = gathering->pool;
    uint64_t address;
    bool pool_ends_it;

    vcrypto_gathering_drop(gathering);
    gathering->out_num = gathering->in_num = 0;
    if (!gathering->last_length ||
        __builtin_add_overflow(gathering->last_address, gathering->last_length - 1,
                               &address)) {
        return;
    }
    if (!room(gathering, &pool_ends_it)) {
        gathering->pool_full = pool_ends_it;
        return;
    }
    if (vcrypto_memory_map_translate(gathering->map, address, 1, true,
                                     pool->iov + pool->used,
                                     pool->addresses + pool->used, 1) == 1) {
        pool->used++;
        gathering->in_num = 1;
    }
}

enum vcrypto_ring_result vcrypto_gathering_end(struct gathering *gathering,
                                               struct vcrypto_ring_chain *chain)
{
    const struct vcrypto_ring_pool *pool = gathering->pool;
    size_t first_in;

    if (gathering->refused) {
        keep_status(gathering);
    }
    if (gathering->pool_full) {
        vcrypto_gathering_drop(gathering);
        return VCRYPTO_RING_POOL_FULL;
    }
    first_in = gathering->start + gathering->out_num;
    chain->chain = (struct vcrypto_chain){
        .out = pool->iov + gathering->start,
        .out_num = gathering->out_num,
        .in = pool->iov + first_in,
        .in_num = gathering->in_num,
    };
    chain->in_addresses = pool->addresses + first_in;
    chain->refused = gathering->refused;
    return VCRYPTO_RING_CHAIN;
}

/* Whether such tables were negotiated is not asked: drivers use them without. */
const uint8_t *vcrypto_ring_indirect_table(const struct vcrypto_ring *ring,
                                           const struct descriptor *descriptor,
                                           uint32_t *entries)
{
    *entries = descriptor->length / DESCRIPTOR_SIZE;
    if (descriptor->length % DESCRIPTOR_SIZE || *entries > VCRYPTO_RING_MAX_INDIRECT) {
        return NULL;
    }
    return vcrypto_memory_map_pointer(ring->map, descriptor->address,
                                      descriptor->length, false);
}
