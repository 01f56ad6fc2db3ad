/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The number of MSI-X vectors of a device: the operator's word, on -device as in
 * -global, or what its queues need. All functions: with the big lock.
 */
#ifndef VCRYPTO_QEMU_VECTORS_H
#define VCRYPTO_QEMU_VECTORS_H

#include "compat.h"

/* vcrypto_vectors_watch: see from now on who is given a number; once, before any is. */
void vcrypto_vectors_watch(void);

/*
 * vcrypto_vectors_default: one vector for each of the @queues data queues, the control
 * queue and the configuration, unless the operator gave @transport a number, or it is
 * no PCI device. The stock default would make data queues share one. Once a device.
 */
void vcrypto_vectors_default(DeviceState *transport, uint32_t queues);

#endif
