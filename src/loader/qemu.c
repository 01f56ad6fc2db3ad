/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "qemu.h"

#include <dlfcn.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct error; /* QEMU's Error */

/* QEMU's QemuPluginList, empty: the address of the last element's link is that of the
 * first. */
struct list {
    void *first;
    void **last;
};

static void *function(const char *name)
{
    return dlsym(RTLD_DEFAULT, name);
}

static const char *text_of(const struct error *error)
{
    const char *(*pretty)(const struct error *) =
        (const char *(*)(const struct error *))function("error_get_pretty");

    return pretty && error ? pretty(error) : "";
}

/* The number after the last "version " of @text, or -1. */
static int last_version(const char *text)
{
    static const char word[] = "version ";
    const char *number = NULL;
    char *end;
    long version;

    while ((text = strstr(text, word))) {
        text += sizeof(word) - 1;
        number = text;
    }
    if (!number || *number < '0' || *number > '9') {
        return -1;
    }
    version = strtol(number, &end, 10);
    return version < INT_MAX ? (int)version : -1;
}

/* "file=PATH" as it stands on a command line, where a comma is written twice. */
static char *option_of(const char *path)
{
    char *option = malloc(2 * strlen(path) + 6), *to = option;

    if (option) {
        to = stpcpy(to, "file=");
        for (; *path; path++) {
            *to++ = *path;
            if (*path == ',') {
                *to++ = ',';
            }
        }
        *to = '\0';
    }
    return option;
}

int vcrypto_qemu_api(const char *loader, int *version)
{
    void (*parse)(const char *, struct list *) =
        (void (*)(const char *, struct list *))function("qemu_plugin_opt_parse");
    int (*load)(struct list *, struct error **) =
        (int (*)(struct list *, struct error **))function("qemu_plugin_load_list");
    struct list list = { NULL, &list.first };
    struct error *error = NULL;
    char *option;

    if (!parse || !load) {
        return -1;
    }
    option = option_of(loader);
    if (!option) {
        return -1;
    }
    parse(option, &list);
    free(option);
    *version = INT_MAX;
    load(&list, &error);
    return last_version(text_of(error));
}

bool vcrypto_qemu_builtin(const char *name, char reason[VCRYPTO_REASON])
{
    bool (*add)(const char *, struct error **) = (bool (*)(
        const char *, struct error **))function("user_creatable_add_from_str");
    struct error *error = NULL;
    char object[256];

    if (!add) {
        snprintf(reason, VCRYPTO_REASON,
                 "this QEMU cannot be told to make a backend; use one of your "
                 "distribution's");
        return false;
    }
    if (snprintf(object, sizeof(object), "cryptodev-backend-builtin,id=%s", name) >=
        (int)sizeof(object)) {
        snprintf(reason, VCRYPTO_REASON, "backend=%s is too long; give a shorter name",
                 name);
        return false;
    }
    if (!add(object, &error)) {
        snprintf(reason, VCRYPTO_REASON, "%s: QEMU's own backend cannot be made: %s",
                 name, text_of(error));
        return false;
    }
    return true;
}
