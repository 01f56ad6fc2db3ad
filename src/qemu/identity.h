/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VCRYPTO_QEMU_IDENTITY_H
#define VCRYPTO_QEMU_IDENTITY_H

#include <stdbool.h>
#include <stddef.h>

/*
 * vcrypto_identity_check: whether the QEMU around us is the one that this plugin was
 * built for, by its full version and by the build-id of the executable. QEMU's
 * structures differ between builds: with any other, nothing of it may be touched.
 * If it is not, returns false with the reason and the remedy in @message.
 */
bool vcrypto_identity_check(char *message, size_t size);

#endif
