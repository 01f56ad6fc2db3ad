/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the loader sees of QEMU, for versions that there are not yet: a program that
 * loads the plugin LOADER and takes versions MIN to MAX of the plugin interface. Usage:
 * loader-host LOADER MIN MAX [ARGUMENT...]. With EXPORTS its functions can be found by
 * name, as in a QEMU with modules.
 */
#include <dlfcn.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef EXPORTS
#define SEEN __attribute__((visibility("default")))
#else
#define SEEN static __attribute__((unused))
#endif

struct Error {
    char text[4096];
};

struct plugin {
    char path[4096];
    int argc;
    char **argv;
};

/* The one list that is ever used has one element. */
struct list {
    struct plugin *first;
    struct plugin **last;
};

SEEN const char *error_get_pretty(const struct Error *error);
SEEN void qemu_plugin_opt_parse(const char *option, struct list *list);
SEEN int qemu_plugin_load_list(struct list *list, struct Error **error);

static int min, max;

SEEN const char *error_get_pretty(const struct Error *error)
{
    return error->text;
}

/* Takes "file=PATH", in which a comma stands twice. */
SEEN void qemu_plugin_opt_parse(const char *option, struct list *list)
{
    struct plugin *plugin = calloc(1, sizeof(*plugin));
    char *to = plugin ? plugin->path : NULL;

    if (!plugin || strncmp(option, "file=", 5) != 0) {
        exit(3);
    }
    for (option += 5; *option; option++) {
        if (*option == ',' && *++option != ',') {
            exit(3);
        }
        *to++ = *option;
    }
    if (list->last != &list->first) {
        exit(3);
    }
    list->first = plugin;
}

static int failed(struct Error **error, const char *what, int version, int limit)
{
    *error = calloc(1, sizeof(**error));
    if (*error) {
        snprintf((*error)->text, sizeof((*error)->text),
                 "plugin wants interface version %d, %s version %d", version, what,
                 limit);
    }
    return 1;
}

SEEN int qemu_plugin_load_list(struct list *list, struct Error **error)
{
    struct plugin *plugin = list->first;
    void *handle = dlopen(plugin->path, RTLD_LAZY | RTLD_LOCAL);
    int (*install)(uint64_t, const void *, int, char **);
    const int *version;

    if (!handle) {
        fprintf(stderr, "%s\n", dlerror());
        exit(4);
    }
    install = (int (*)(uint64_t, const void *, int, char **))dlsym(
        handle, "qemu_plugin_install");
    version = dlsym(handle, "qemu_plugin_version");
    if (!install || !version) {
        exit(4);
    }
    if (*version < min) {
        return failed(error, "and here the oldest is", *version, min);
    }
    if (*version > max) {
        return failed(error, "and here the newest is", *version, max);
    }
    return install(1, NULL, plugin->argc, plugin->argv);
}

int main(int argc, char **argv)
{
    static struct plugin plugin;
    struct list list = { &plugin, &list.first };
    struct Error *error = NULL;

    if (argc < 4) {
        puts("QEMU emulator version 99.1.2 (a host for the loader)\n");
        return 2;
    }
    snprintf(plugin.path, sizeof(plugin.path), "%s", argv[1]);
    min = atoi(argv[2]);
    max = atoi(argv[3]);
    plugin.argc = argc - 4;
    plugin.argv = argv + 4;
    if (qemu_plugin_load_list(&list, &error) != 0) {
        fprintf(stderr, "host: %s\n", error ? error->text : "the plugin failed");
        return 5;
    }
    puts("host: loaded");
    return 0;
}
