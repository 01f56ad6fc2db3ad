/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A ring between QEMU's virtqueue, which keeps its state while nobody serves it, and
 * whoever of ours does. All functions: with the big lock.
 */
#ifndef VCRYPTO_QEMU_RING_STATE_H
#define VCRYPTO_QEMU_RING_STATE_H

#include "compat.h"

#include "vcrypto/ring.h"

/* vcrypto_ring_state_setup: what the driver has set up as queue @index. */
struct vcrypto_ring_setup vcrypto_ring_state_setup(VirtIODevice *vdev, uint32_t index);

/* vcrypto_ring_state_same: whether these are one ring, in the same place. */
bool vcrypto_ring_state_same(const struct vcrypto_ring_setup *a,
                             const struct vcrypto_ring_setup *b);

/* vcrypto_ring_state_take: where queue @index stands. */
struct vcrypto_ring_position vcrypto_ring_state_take(VirtIODevice *vdev,
                                                     uint32_t index);

/* vcrypto_ring_state_give: the same, back to QEMU. */
void vcrypto_ring_state_give(VirtIODevice *vdev, uint32_t index,
                             const struct vcrypto_ring_position *position);

/* vcrypto_ring_state_notify: interrupt the driver, which our ring says wants that. */
void vcrypto_ring_state_notify(VirtIODevice *vdev, uint32_t index);

/*
 * vcrypto_ring_state_show: let QEMU tell that the ring, which is served past it and is
 * a packed one or not, stands at @position. It reads the ring, which may be registers:
 * the last thing that is done by whoever holds the device.
 */
void vcrypto_ring_state_show(VirtIODevice *vdev, uint32_t index, bool packed,
                             const struct vcrypto_ring_position *position);

#endif
