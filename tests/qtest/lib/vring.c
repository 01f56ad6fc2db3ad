/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The driver's side of a virtqueue: the split ring, and what both kinds share.
 */
#include "vring.h"

#include "packed.h"
#include "waiting.h"

#include "support/ut.h"

#include <glib.h>
#include <string.h>

#define USED_F_NO_NOTIFY 1

struct used_elem {
    uint32_t id;
    uint32_t len;
};

/* ---- memory ---- */

static uint16_t load16(const void *p)
{
    return GUINT16_FROM_LE(__atomic_load_n((const uint16_t *)p, __ATOMIC_ACQUIRE));
}

static void store16(void *p, uint16_t value)
{
    __atomic_store_n((uint16_t *)p, GUINT16_TO_LE(value), __ATOMIC_RELEASE);
}

static uint64_t new_area(struct qt_virtio *dev, uint64_t size, uint64_t align,
                         void *ptr)
{
    uint64_t gpa = qt_mem_alloc(&dev->machine->mem, size, align);
    void *host = qt_mem_ptr(&dev->machine->mem, gpa, size);

    memset(host, 0, size);
    memcpy(ptr, &host, sizeof(host));
    return gpa;
}

static void allocate_split(struct qt_vring *vq)
{
    bool legacy = vq->dev->legacy;
    uint64_t n = vq->size;

    /* A legacy device is told of the first area alone: the next follows at once, the
     * last one on the next page. */
    vq->desc_gpa = new_area(vq->dev, 16 * n, legacy ? 4096 : 16, &vq->desc);
    vq->avail_gpa = new_area(vq->dev, 6 + 2 * n, 2, &vq->avail);
    vq->used_gpa = new_area(vq->dev, 6 + 8 * n, legacy ? 4096 : 4, &vq->used);
}

/* Both event areas begin as zeros, which enables notifications and interrupts. */
static void allocate_packed(struct qt_vring *vq)
{
    if (vq->size & (vq->size - 1)) {
        UT_FAIL_FATAL("queue %u: a packed ring of %u is not for this client", vq->index,
                      vq->size);
    }
    vq->desc_gpa = new_area(vq->dev, 16 * (uint64_t)vq->size, 16, &vq->packed);
    vq->avail_gpa = new_area(vq->dev, 4, 4, &vq->avail);
    vq->used_gpa = new_area(vq->dev, 4, 4, &vq->used);
}

static void allocate(struct qt_vring *vq)
{
    uint16_t n = vq->size;

    if (vq->dev->features & QT_F_RING_PACKED) {
        allocate_packed(vq);
    } else {
        allocate_split(vq);
    }
    vq->next_free = g_new0(uint16_t, n);
    vq->chain_len = g_new0(uint16_t, n);
    vq->num_free = vq->size;
    for (uint16_t i = 0; i < vq->size; i++) {
        vq->next_free[i] = (uint16_t)(i + 1);
    }
}

struct qt_vring *qt_vring_new(struct qt_virtio *dev, uint16_t index, uint16_t size,
                              uint16_t vector)
{
    uint16_t max = qt_virtio_queue_max(dev, index);
    struct qt_vring *vq;

    if (max == 0 || size > max) {
        UT_FAIL_FATAL("queue %u: size %u is more than %u", index, size, max);
    }
    vq = g_new0(struct qt_vring, 1);
    vq->dev = dev;
    vq->index = index;
    vq->size = size ? size : max;
    allocate(vq);
    vq->notify_addr = qt_virtio_queue_enable(dev, index, vq->size, vector, vq->desc_gpa,
                                             vq->avail_gpa, vq->used_gpa);
    return vq;
}

void qt_vring_free(struct qt_vring *vq)
{
    if (vq) {
        g_free(vq->next_free);
        g_free(vq->chain_len);
        g_free(vq);
    }
}

/* ---- to the device ---- */

static void write_desc(struct qt_ring_desc *to, const struct qt_desc *from,
                       uint16_t flags, uint16_t next)
{
    to->addr = GUINT64_TO_LE(from->gpa);
    to->len = GUINT32_TO_LE(from->len);
    to->flags = GUINT16_TO_LE(flags | (from->writable ? QT_DESC_WRITE : 0));
    to->next = GUINT16_TO_LE(next);
}

static uint16_t take_free(struct qt_vring *vq)
{
    uint16_t i = vq->free_head;

    vq->free_head = vq->next_free[i];
    vq->num_free--;
    return i;
}

static void make_available(struct qt_vring *vq, uint16_t head, unsigned n)
{
    vq->chain_len[head] = (uint16_t)n;
    store16(&vq->avail[2 + vq->next_avail % vq->size], head);
    vq->next_avail++;
}

uint16_t qt_vring_add(struct qt_vring *vq, const struct qt_desc *desc, unsigned n)
{
    uint16_t head = vq->free_head;

    if (vq->packed) {
        return qt_packed_add(vq, desc, n);
    }
    if (n == 0 || n > vq->num_free) {
        UT_FAIL_FATAL("queue %u: no room for %u descriptors", vq->index, n);
    }
    for (unsigned i = 0; i < n; i++) {
        uint16_t at = take_free(vq);

        write_desc(&vq->desc[at], &desc[i], i + 1 < n ? QT_DESC_NEXT : 0,
                   i + 1 < n ? vq->free_head : 0);
    }
    make_available(vq, head, n);
    return head;
}

uint64_t qt_vring_new_table(struct qt_vring *vq, const struct qt_desc *desc, unsigned n)
{
    void *table;
    uint64_t gpa = new_area(vq->dev, 16 * (uint64_t)n, 16, &table);
    struct qt_ring_desc *split = table;

    if (vq->packed) {
        qt_packed_write_table(table, desc, n);
        return gpa;
    }
    for (unsigned i = 0; i < n; i++) {
        write_desc(&split[i], &desc[i], i + 1 < n ? QT_DESC_NEXT : 0,
                   (uint16_t)(i + 1));
    }
    return gpa;
}

uint16_t qt_vring_add_table(struct qt_vring *vq, uint64_t table, unsigned n)
{
    struct qt_desc whole = { .gpa = table, .len = 16 * n };
    uint16_t head = vq->free_head;

    if (vq->packed) {
        return qt_packed_add_table(vq, table, n);
    }
    if (n == 0 || vq->num_free == 0) {
        UT_FAIL_FATAL("queue %u: no room for an indirect descriptor", vq->index);
    }
    write_desc(&vq->desc[take_free(vq)], &whole, QT_DESC_INDIRECT, 0);
    make_available(vq, head, 1);
    return head;
}

uint16_t qt_vring_add_indirect(struct qt_vring *vq, const struct qt_desc *desc,
                               unsigned n)
{
    return qt_vring_add_table(vq, qt_vring_new_table(vq, desc, n), n);
}

void qt_vring_publish(struct qt_vring *vq)
{
    if (vq->packed) {
        qt_packed_publish(vq);
    } else {
        store16(&vq->avail[1], vq->next_avail);
    }
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
}

void qt_vring_notify(struct qt_vring *vq)
{
    qt_virtio_notify(vq->dev, vq->notify_addr, vq->index);
}

void qt_vring_kick(struct qt_vring *vq)
{
    qt_vring_publish(vq);
    qt_vring_notify(vq);
}

/* Whether the device asks to hear of what is published from @first up to @end. */
static bool wants_between(const struct qt_vring *vq, uint16_t first, uint16_t end)
{
    if (vq->packed) {
        return qt_packed_wants_notify(vq, first, end);
    }
    if (vq->dev->features & QT_F_EVENT_IDX) {
        uint16_t event = load16(vq->used + 4 + 8u * vq->size);

        return (uint16_t)(end - event - 1) < (uint16_t)(end - first);
    }
    return !(load16(vq->used) & USED_F_NO_NOTIFY);
}

bool qt_vring_wants_notify(const struct qt_vring *vq, uint16_t old_avail)
{
    return wants_between(vq, old_avail, vq->next_avail);
}

void qt_vring_wait_asleep(const struct qt_vring *vq)
{
    struct qt_wait wait =
        qt_wait_begin(vq->dev->machine, QT_TIMEOUT_MS, "a wish for kicks");
    uint16_t next = vq->next_avail;

    while (!wants_between(vq, next, (uint16_t)(next + 1))) {
        UT_TRUE_FATAL(qt_wait_more(&wait));
    }
}

/* ---- from the device ---- */

void qt_vring_set_used_event(struct qt_vring *vq, uint16_t idx)
{
    if (vq->packed) {
        qt_packed_set_used_event(vq, idx);
    } else {
        store16(&vq->avail[2 + vq->size], idx);
    }
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
}

uint16_t qt_vring_used_idx(const struct qt_vring *vq)
{
    return vq->packed ? qt_packed_used_idx(vq) : load16(vq->used + 2);
}

static void release_chain(struct qt_vring *vq, uint32_t head)
{
    uint16_t last;

    if (head >= vq->size || vq->chain_len[head] == 0) {
        UT_FAIL_FATAL("queue %u: the device returned %u, which is no chain", vq->index,
                      head);
    }
    /* The links of a chain are those of the free list that it was taken from. */
    last = (uint16_t)head;
    for (unsigned i = 1; i < vq->chain_len[head]; i++) {
        last = vq->next_free[last];
    }
    vq->num_free += vq->chain_len[head];
    vq->chain_len[head] = 0;
    vq->next_free[last] = vq->free_head;
    vq->free_head = (uint16_t)head;
}

bool qt_vring_get(struct qt_vring *vq, uint32_t *id, uint32_t *len)
{
    struct used_elem elem;

    if (vq->packed) {
        return qt_packed_get(vq, id, len);
    }
    if (qt_vring_used_idx(vq) == vq->last_used) {
        return false;
    }
    memcpy(&elem, vq->used + 4 + 8u * (vq->last_used % vq->size), sizeof(elem));
    vq->last_used++;
    *id = GUINT32_FROM_LE(elem.id);
    *len = GUINT32_FROM_LE(elem.len);
    release_chain(vq, *id);
    return true;
}

bool qt_vring_wait(struct qt_vring *vq, int timeout_ms, uint32_t *id, uint32_t *len)
{
    struct qt_wait wait =
        qt_wait_begin(vq->dev->machine, timeout_ms, "an answer in the ring");

    do {
        if (qt_vring_get(vq, id, len)) {
            return true;
        }
    } while (qt_machine_alive(vq->dev->machine) && qt_wait_more(&wait));
    return qt_vring_get(vq, id, len);
}
