/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How a device moves, or why it does not. QEMU registers what describes a device's
 * state by its class; ours has none any more, because devices that are bound to stock
 * backends cannot move and ours can. So each registers its own.
 */
#ifndef VCRYPTO_QEMU_MIGRATION_H
#define VCRYPTO_QEMU_MIGRATION_H

#include "device.h"

/* vcrypto_migration_takeover: the class's description becomes each device's own. */
void vcrypto_migration_takeover(DeviceClass *dc);

/*
 * vcrypto_migration_allowed: whether @dev may be made, be it @ours or bound to a stock
 * backend, where the operator wants none that does not move.
 */
bool vcrypto_migration_allowed(DeviceState *dev, bool ours, Error **errp);

/* vcrypto_migration_register, vcrypto_migration_unregister: while @dev is realized. */
bool vcrypto_migration_register(DeviceState *dev, bool ours, Error **errp);
void vcrypto_migration_unregister(DeviceState *dev, bool ours);

#endif
