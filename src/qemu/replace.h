/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VCRYPTO_QEMU_REPLACE_H
#define VCRYPTO_QEMU_REPLACE_H

#include "compat.h"

#include "vcrypto/options.h"

/*
 * vcrypto_replace: see that the name of @backend is free under /objects, and have it
 * freed where the operator asked for that: an unused cryptodev-backend-builtin goes,
 * and what was set on it stands in @backend's options, unless they were given. Main
 * loop, before any device is made. On failure returns false and sets @errp; then
 * everything is as it was.
 */
bool vcrypto_replace(struct vcrypto_argument_backend *backend, Error **errp);

#endif
