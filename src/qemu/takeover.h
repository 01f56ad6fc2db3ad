/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VCRYPTO_QEMU_TAKEOVER_H
#define VCRYPTO_QEMU_TAKEOVER_H

#include <stdbool.h>

/*
 * vcrypto_takeover: put our methods into the class "virtio-crypto-device". Each asks
 * whether its device is bound to a backend of ours, and otherwise calls the stock
 * method with the same arguments. Once a process, before any device is made. Returns
 * false, having changed nothing, if this QEMU has no such class.
 */
bool vcrypto_takeover(void);

#endif
