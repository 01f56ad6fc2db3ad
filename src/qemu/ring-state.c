/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ring-state.h"

#include "standard-headers/linux/virtio_config.h"
#include "standard-headers/linux/virtio_ring.h"

struct vcrypto_ring_setup vcrypto_ring_state_setup(VirtIODevice *vdev, uint32_t index)
{
    return (struct vcrypto_ring_setup){
        .descriptors = virtio_queue_get_desc_addr(vdev, index),
        .driver = virtio_queue_get_avail_addr(vdev, index),
        .device = virtio_queue_get_used_addr(vdev, index),
        .size = virtio_queue_get_num(vdev, index),
        .packed = virtio_vdev_has_feature(vdev, VIRTIO_F_RING_PACKED),
        .event_index = virtio_vdev_has_feature(vdev, VIRTIO_RING_F_EVENT_IDX),
    };
}

bool vcrypto_ring_state_same(const struct vcrypto_ring_setup *a,
                             const struct vcrypto_ring_setup *b)
{
    return a->descriptors == b->descriptors && a->driver == b->driver &&
           a->device == b->device && a->size == b->size;
}

/*
 * QEMU's own note of where a queue stands: the next available entry; for a packed ring
 * in 15 bits with a wrap counter on top, and the same for the used entry above that.
 * Nothing is in flight when a ring changes hands, so in a split ring both are the same.
 */
#define PACKED_INDEX 0x7fffu
#define PACKED_WRAP  0x8000u

struct vcrypto_ring_position vcrypto_ring_state_take(VirtIODevice *vdev, uint32_t index)
{
    unsigned state = virtio_queue_get_last_avail_idx(vdev, index);
    unsigned used = state >> 16;

    if (!virtio_vdev_has_feature(vdev, VIRTIO_F_RING_PACKED)) {
        return (struct vcrypto_ring_position){ .next_available = (uint16_t)state,
                                               .next_used = (uint16_t)state };
    }
    return (struct vcrypto_ring_position){
        .next_available = state & PACKED_INDEX,
        .available_wrap = state & PACKED_WRAP,
        .next_used = used & PACKED_INDEX,
        .used_wrap = used & PACKED_WRAP,
    };
}

static void set_position(VirtIODevice *vdev, uint32_t index,
                         const struct vcrypto_ring_position *position, bool used_wrap)
{
    unsigned state = position->next_available;

    if (virtio_vdev_has_feature(vdev, VIRTIO_F_RING_PACKED)) {
        state |= position->available_wrap ? PACKED_WRAP : 0;
        state |= (position->next_used | (used_wrap ? PACKED_WRAP : 0)) << 16;
    }
    virtio_queue_set_last_avail_idx(vdev, index, state);
    virtio_queue_update_used_idx(vdev, index);
}

void vcrypto_ring_state_give(VirtIODevice *vdev, uint32_t index,
                             const struct vcrypto_ring_position *position)
{
    set_position(vdev, index, position, position->used_wrap);
    virtio_queue_invalidate_signalled_used(vdev, index);
}

/*
 * A driver may write other features than those that the ring is served with. The used
 * entry's wrap counter is not shown by QEMU; 7.2 takes it for a part of the index.
 */
void vcrypto_ring_state_show(VirtIODevice *vdev, uint32_t index, bool packed,
                             const struct vcrypto_ring_position *position)
{
    if (packed == virtio_vdev_has_feature(vdev, VIRTIO_F_RING_PACKED)) {
        set_position(vdev, index, position, false);
    }
}

void vcrypto_ring_state_notify(VirtIODevice *vdev, uint32_t index)
{
    /* QEMU's own memory of what it last told the driver is out of date. */
    virtio_queue_invalidate_signalled_used(vdev, index);
    virtio_notify(vdev, virtio_get_queue(vdev, index));
}
