/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the device must know of the transport that it lies in: PCI, or memory-mapped
 * registers (virtio-mmio). All functions: with the big lock.
 */
#ifndef VCRYPTO_QEMU_TRANSPORT_H
#define VCRYPTO_QEMU_TRANSPORT_H

#include "compat.h"

/*
 * vcrypto_transport_tells: whether @transport calls queue_enable and queue_reset. Where
 * it does not, QEMU's virtqueue may be another one each time that it is looked at.
 */
bool vcrypto_transport_tells(Object *transport);

/*
 * vcrypto_transport_has_queue: whether the driver has set up queue @index of @vdev, and
 * has not taken it back.
 */
bool vcrypto_transport_has_queue(Object *transport, VirtIODevice *vdev, uint32_t index);

#endif
