/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A plugin that uses a backend before any other can: the one whose name follows
 * "name=". No option of QEMU does so that early.
 */
#include "compat.h"

#include "qemu/qemu-plugin.h"

QEMU_PLUGIN_EXPORT int qemu_plugin_version = QEMU_PLUGIN_VERSION;

QEMU_PLUGIN_EXPORT int qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t *info,
                                           int argc, char **argv)
{
    const char *name = argc == 1 ? strchr(argv[0], '=') : NULL;
    Object *backend =
        name ? object_resolve_path_component(object_get_objects_root(), name + 1)
             : NULL;

    if (!backend) {
        return -1;
    }
    cryptodev_backend_set_used(CRYPTODEV_BACKEND(backend), true);
    return 0;
}
