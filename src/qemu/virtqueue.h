/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What QEMU's virtqueue calls leave to be done, for both kinds of queues. */
#ifndef VCRYPTO_QEMU_VIRTQUEUE_H
#define VCRYPTO_QEMU_VIRTQUEUE_H

#include "device.h"

/*
 * vcrypto_virtqueue_unmap: give the memory of @element back, of whose writable bytes
 * the first @written were written, so that there is none left to be unmapped when the
 * element is given back itself.
 *
 * virtqueue_fill() would do it at used.len, but the bytes that a failure zeroed, and
 * the status, may lie beyond: their pages would not be marked dirty, and would not be
 * written back where the memory had to be copied. To write back may be a write to
 * registers, which may end @life, that of the device in which the element was taken:
 * what is left is not written then.
 */
void vcrypto_virtqueue_unmap(VCryptoDevice *device, unsigned life,
                             VirtQueueElement *element, uint64_t written);

#endif
