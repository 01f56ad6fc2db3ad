/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The driver's side of a packed virtqueue.
 */
#include "packed.h"

#include "support/ut.h"

#include <glib.h>

#define PACKED_AVAIL (1u << 7)
#define PACKED_USED  (1u << 15)

/* Flags of an event suppression area. */
enum { EVENT_ENABLE, EVENT_DISABLE, EVENT_DESC };

static bool wrap_counter(const struct qt_vring *vq, uint16_t position)
{
    return !(position / vq->size & 1);
}

static struct qt_packed_desc *at(const struct qt_vring *vq, uint16_t position)
{
    return &vq->packed[position % vq->size];
}

/* ---- to the device ---- */

static void write_desc(struct qt_packed_desc *to, const struct qt_desc *from,
                       uint16_t id)
{
    to->addr = GUINT64_TO_LE(from->gpa);
    to->len = GUINT32_TO_LE(from->len);
    to->id = GUINT16_TO_LE(id);
}

/*
 * The device takes chains in ring order. Until it sees the first head of a batch it
 * sees nothing of the batch, so that one alone is held back.
 */
static void put(struct qt_vring *vq, const struct qt_desc *desc, uint16_t id,
                uint16_t flags)
{
    struct qt_packed_desc *to = at(vq, vq->next_avail);

    flags |= desc->writable ? QT_DESC_WRITE : 0;
    flags |= wrap_counter(vq, vq->next_avail) ? PACKED_AVAIL : PACKED_USED;
    write_desc(to, desc, id);
    if (vq->next_avail == vq->published) {
        vq->held_flags = flags;
    } else {
        __atomic_store_n(&to->flags, GUINT16_TO_LE(flags), __ATOMIC_RELEASE);
    }
    vq->next_avail++;
}

static uint16_t take_id(struct qt_vring *vq, unsigned n)
{
    uint16_t id = vq->free_head;

    if (n == 0 || n > vq->num_free) {
        UT_FAIL_FATAL("queue %u: no room for %u descriptors", vq->index, n);
    }
    vq->free_head = vq->next_free[id];
    vq->num_free = (uint16_t)(vq->num_free - n);
    vq->chain_len[id] = (uint16_t)n;
    return id;
}

uint16_t qt_packed_add(struct qt_vring *vq, const struct qt_desc *desc, unsigned n)
{
    uint16_t id = take_id(vq, n);

    for (unsigned i = 0; i < n; i++) {
        put(vq, &desc[i], id, i + 1 < n ? QT_DESC_NEXT : 0);
    }
    return id;
}

void qt_packed_write_table(struct qt_packed_desc *table, const struct qt_desc *desc,
                           unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        write_desc(&table[i], &desc[i], 0);
        table[i].flags = GUINT16_TO_LE(desc[i].writable ? QT_DESC_WRITE : 0);
    }
}

uint16_t qt_packed_add_table(struct qt_vring *vq, uint64_t table, unsigned n)
{
    struct qt_desc whole = { .gpa = table, .len = 16 * n };
    uint16_t id = take_id(vq, 1);

    put(vq, &whole, id, QT_DESC_INDIRECT);
    return id;
}

void qt_packed_publish(struct qt_vring *vq)
{
    if (vq->next_avail != vq->published) {
        __atomic_store_n(&at(vq, vq->published)->flags, GUINT16_TO_LE(vq->held_flags),
                         __ATOMIC_RELEASE);
        vq->published = vq->next_avail;
    }
}

bool qt_packed_wants_notify(const struct qt_vring *vq, uint16_t first, uint16_t end)
{
    uint32_t area = GUINT32_FROM_LE(
        __atomic_load_n((const uint32_t *)(const void *)vq->used, __ATOMIC_ACQUIRE));
    uint16_t start = (uint16_t)(end - end % vq->size);
    uint16_t event = (uint16_t)(start + (area & 0x7fff));

    if (area >> 16 != EVENT_DESC) {
        return area >> 16 == EVENT_ENABLE;
    }
    if ((area >> 15 & 1) != wrap_counter(vq, end)) {
        event = (uint16_t)(event - vq->size);
    }
    return (uint16_t)(end - event - 1) < (uint16_t)(end - first);
}

/* ---- from the device ---- */

void qt_packed_set_used_event(struct qt_vring *vq, uint16_t position)
{
    uint32_t area = position % vq->size;

    area |= wrap_counter(vq, position) ? 1u << 15 : 0;
    area |= (vq->dev->features & QT_F_EVENT_IDX ? EVENT_DESC : EVENT_ENABLE) << 16;
    __atomic_store_n((uint32_t *)(void *)vq->avail, GUINT32_TO_LE(area),
                     __ATOMIC_RELEASE);
}

static bool is_used(const struct qt_vring *vq, uint16_t position)
{
    uint16_t flags =
        GUINT16_FROM_LE(__atomic_load_n(&at(vq, position)->flags, __ATOMIC_ACQUIRE));
    bool used = flags & PACKED_USED;

    return used == !!(flags & PACKED_AVAIL) && used == wrap_counter(vq, position);
}

/* Return: the identifier of the chain that the used entry at @position is about. */
static uint16_t used_id(const struct qt_vring *vq, uint16_t position)
{
    uint16_t id = GUINT16_FROM_LE(at(vq, position)->id);

    if (id >= vq->size || vq->chain_len[id] == 0) {
        UT_FAIL_FATAL("queue %u: the device returned %u, which is no chain", vq->index,
                      id);
    }
    return id;
}

uint16_t qt_packed_used_idx(const struct qt_vring *vq)
{
    uint16_t position = vq->last_used;

    while (position != vq->published && is_used(vq, position)) {
        position = (uint16_t)(position + vq->chain_len[used_id(vq, position)]);
    }
    return position;
}

bool qt_packed_get(struct qt_vring *vq, uint32_t *id, uint32_t *len)
{
    uint16_t head;

    if (vq->last_used == vq->published || !is_used(vq, vq->last_used)) {
        return false;
    }
    head = used_id(vq, vq->last_used);
    *id = head;
    *len = GUINT32_FROM_LE(at(vq, vq->last_used)->len);
    vq->last_used = (uint16_t)(vq->last_used + vq->chain_len[head]);
    vq->num_free = (uint16_t)(vq->num_free + vq->chain_len[head]);
    vq->chain_len[head] = 0;
    vq->next_free[head] = vq->free_head;
    vq->free_head = head;
    return true;
}
