/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a domain names: a plugin that stays where it is and fits every QEMU, because it
 * needs nothing but libc. It loads the plugin that was built for the QEMU around it.
 */
#include "build.h"
#include "qemu.h"

#include <dlfcn.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXPORTED __attribute__((visibility("default")))

/* QEMU looks at the first before it calls the second. */
EXPORTED int qemu_plugin_version;
EXPORTED vcrypto_plugin_install qemu_plugin_install;

static struct {
    char path[PATH_MAX];
    bool loaded;
    struct vcrypto_build build;
    char reason[VCRYPTO_REASON]; /* why there is no build */
} loader;

static _Noreturn void refuse(const char *reason)
{
    fprintf(stderr, "virtio-crypto: %s\n", reason);
    exit(EXIT_FAILURE);
}

/*
 * Before QEMU looks at anything of ours. What is wrong is told when the options are
 * known, of which one may say what to do then; except where QEMU would not come to
 * that.
 */
__attribute__((constructor)) static void find_build(void)
{
    Dl_info info;

    if (!dladdr(&qemu_plugin_version, &info) || !info.dli_fname ||
        strlen(info.dli_fname) >= sizeof(loader.path)) {
        refuse(
            "the path of virtio-crypto.so is too long; install it in another folder");
    }
    strcpy(loader.path, info.dli_fname);
    loader.loaded = vcrypto_build_load(loader.path, &loader.build, loader.reason);
    if (loader.loaded) {
        qemu_plugin_version = loader.build.api;
        return;
    }
    qemu_plugin_version = vcrypto_qemu_api(loader.path, &qemu_plugin_version);
    if (qemu_plugin_version < 0) {
        refuse(loader.reason);
    }
}

/* Whether @argument is @key=SOMETHING; if so @value is that. */
static bool has_key(const char *argument, const char *key, const char **value)
{
    size_t len = strlen(key);

    if (strncmp(argument, key, len) != 0 || argument[len] != '=') {
        return false;
    }
    *value = argument + len + 1;
    return true;
}

/*
 * Takes fallback= out of the @argc arguments @argv and counts what is left; the plugin
 * keeps none of them, but QEMU's list must stay as it is.
 */
static int take_fallback(int argc, char **argv, char **rest, bool *fallback)
{
    int n = 0;

    *fallback = false;
    for (int i = 0; i < argc; i++) {
        const char *value;

        if (!has_key(argv[i], "fallback", &value)) {
            rest[n++] = argv[i];
        } else if (*fallback) {
            refuse("fallback= is given twice; leave one of them out");
        } else if (strcmp(value, "builtin") != 0) {
            refuse("fallback= can only be builtin; write fallback=builtin, or leave it "
                   "out");
        } else {
            *fallback = true;
        }
    }
    return n;
}

/* Whether the backend that @argv begins with takes the place of one that is there: only
 * replace=builtin says so. Any other value is judged by a plugin, and here is none. */
static bool is_there(int argc, char **argv)
{
    const char *value;

    for (int i = 1; i < argc && !has_key(argv[i], "backend", &value); i++) {
        if (has_key(argv[i], "replace", &value)) {
            return strcmp(value, "builtin") == 0;
        }
    }
    return false;
}

/* Two lines, so that somebody mends it. */
static void warn_of_fallback(int argc, char **argv, unsigned count)
{
    const char *name;

    fprintf(stderr, "warning: virtio-crypto: %s\n", loader.reason);
    fprintf(
        stderr,
        "warning: virtio-crypto: until then QEMU's own backend, with one queue and few "
        "algorithms, is ");
    for (int i = 0; i < argc; i++) {
        if (has_key(argv[i], "backend", &name)) {
            fprintf(stderr, "%s%s", name, --count ? ", " : "\n");
        }
    }
}

/* QEMU's own backends in the place of ours. */
static void fall_back(int argc, char **argv)
{
    char reason[VCRYPTO_REASON];
    const char *name;
    unsigned count = 0;

    for (int i = 0; i < argc; i++) {
        if (has_key(argv[i], "help", &name)) {
            refuse(loader.reason); /* what there is to be helped with is not there */
        }
        if (!has_key(argv[i], "backend", &name)) {
            continue;
        }
        count++;
        if (!is_there(argc - i, argv + i) && !vcrypto_qemu_builtin(name, reason)) {
            refuse(reason);
        }
    }
    if (!count) {
        refuse(
            "no backend= was given; write -plugin PATH,fallback=builtin,backend=NAME");
    }
    warn_of_fallback(argc, argv, count);
}

int qemu_plugin_install(uint64_t id, const void *info, int argc, char **argv)
{
    char **rest;
    bool fallback;
    int n;

    rest = calloc((size_t)argc + 1, sizeof(*rest));
    if (!rest) {
        refuse("there is no memory for its options");
    }
    n = take_fallback(argc, argv, rest, &fallback);
    if (loader.loaded) {
        n = loader.build.install(id, info, n, rest);
    } else if (fallback) {
        fall_back(n, rest);
        n = 0;
    } else {
        refuse(loader.reason);
    }
    free(rest);
    return n;
}
