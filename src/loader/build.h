/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VCRYPTO_LOADER_BUILD_H
#define VCRYPTO_LOADER_BUILD_H

#include <stdbool.h>
#include <stdint.h>

/* Room for one line to the operator. */
#define VCRYPTO_REASON 9000

/* What QEMU calls in a plugin: qemu-plugin.h, whose qemu_info_t is nothing to us. */
typedef int vcrypto_plugin_install(uint64_t id, const void *info, int argc,
                                   char **argv);

/* A plugin that was built for one QEMU. */
struct vcrypto_build {
    vcrypto_plugin_install *install;
    int api; /* the version of QEMU's plugin interface that it was built for */
};

/*
 * vcrypto_build_load: loads, of the builds that belong to the shared object @loader
 * (its path), the one for the executable that this process is. Returns false with what
 * is wrong, and what to do, in @reason, without a line's end.
 */
bool vcrypto_build_load(const char *loader, struct vcrypto_build *build,
                        char reason[VCRYPTO_REASON]);

#endif
