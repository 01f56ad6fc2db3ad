/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The little that the loader asks of QEMU itself, without its headers: functions that
 * are looked up by name, and had the same arguments in all versions that were tried.
 */
#ifndef VCRYPTO_LOADER_QEMU_H
#define VCRYPTO_LOADER_QEMU_H

#include "build.h"

/*
 * vcrypto_qemu_api: the newest version of the plugin interface that this QEMU takes, or
 * -1 if it does not say. Only while QEMU loads @loader, the path that it was given: it
 * is asked to load it once more, with the highest of all versions in @version, and says
 * in its refusal what it would take.
 */
int vcrypto_qemu_api(const char *loader, int *version);

/*
 * vcrypto_qemu_builtin: makes QEMU's own backend with the name @name, in the main
 * thread. Returns false with what is wrong, and what to do, in @reason.
 */
bool vcrypto_qemu_builtin(const char *name, char reason[VCRYPTO_REASON]);

#endif
