/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * qemu-system-x86_64-virtio-crypto: what a domain's <emulator> names. It becomes QEMU,
 * with the same arguments; where they make QEMU's own crypto backend, as libvirt's
 * <crypto> has them do, the plugin is loaded, too, to take the backend's place. What
 * makes none, such as libvirt's question what QEMU can do, stays as it is.
 *
 * It needs nothing but libc, and starts no other process: a domain's AppArmor profile
 * allows little.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "object-option.h"
#include "settings.h"

#define NAME "qemu-system-x86_64-virtio-crypto"

static _Noreturn void refuse(const char *message)
{
    fprintf(stderr, NAME ": %s\n", message);
    exit(EXIT_FAILURE);
}

static void *needed(void *memory)
{
    if (!memory) {
        refuse("no memory; free some");
    }
    return memory;
}

/* QEMU takes one dash or two. */
static bool is_option(const char *word, const char *name)
{
    return word[0] == '-' && strcmp(word + 1 + (word[1] == '-'), name) == 0;
}

/* Whether the word after -plugin makes a backend called @name itself. */
static bool makes(const char *plugin, const char *name)
{
    static const char key[] = ",backend=";

    while ((plugin = strstr(plugin, key))) {
        size_t length = strcspn(plugin += strlen(key), ",");

        if (length == strlen(name) && memcmp(plugin, name, length) == 0) {
            return true;
        }
    }
    return false;
}

/* Whether the command line does by itself what is to be done for @name: then its keys
 * are somebody's choice. */
static bool has_own_plugin(char **argv, const char *name)
{
    for (; argv[0] && argv[1]; argv++) {
        if (is_option(argv[0], "plugin") && makes(argv[1], name)) {
            return true;
        }
    }
    return false;
}

static void write_path(FILE *to, const char *path)
{
    for (; *path; path++) {
        fputs(*path == ',' ? ",," : (const char[]){ *path, '\0' }, to);
    }
}

static void write_backend(FILE *to, const char *name, const struct settings *settings)
{
    fprintf(to, ",backend=%s,replace=builtin%s%s", name, *settings->keys ? "," : "",
            settings->keys);
}

/*
 * What to put after -plugin, for free(); NULL: nothing. A word "-object" that is no
 * option but another option's value stands before something else than an object.
 */
static char *plugin_argument(char **argv, const struct settings *settings)
{
    unsigned count = 0;
    char *text = NULL;
    size_t size;
    FILE *to = needed(open_memstream(&text, &size));

    write_path(to, settings->loader);
    if (strcmp(settings->fallback, "builtin") == 0) {
        fputs(",fallback=builtin", to);
    }
    for (char **word = argv; word[0] && word[1]; word++) {
        char *name = is_option(word[0], "object") ? builtin_object_name(word[1]) : NULL;

        if (name && !has_own_plugin(argv, name)) {
            write_backend(to, name, settings);
            count++;
        }
        free(name);
    }
    if (fclose(to) != 0) {
        needed(NULL);
    }
    if (!count) {
        free(text);
        return NULL;
    }
    return needed(text);
}

/* Whether the loader is there; without it QEMU's own backend may do, if it is allowed
 * to, and otherwise there is no machine. */
static bool has_loader(const struct settings *settings)
{
    const char *why;

    if (access(settings->loader, R_OK) == 0) {
        return true;
    }
    why = strerror(errno);
    if (strcmp(settings->fallback, "builtin") == 0) {
        fprintf(stderr,
                "warning: " NAME ": the loader %s: %s; until it is there QEMU's own "
                "backend, with one queue and few algorithms, is used\n",
                settings->loader, why);
        return false;
    }
    fprintf(stderr,
            NAME ": the loader %s: %s; install qemu-virtio-crypto, or say where it is "
                 "with loader= in " SETTINGS_FILE "\n",
            settings->loader, why);
    exit(EXIT_FAILURE);
}

/* It would run itself for ever. */
static void check_emulator(const char *emulator)
{
    struct stat self, other;

    if (stat("/proc/self/exe", &self) == 0 && stat(emulator, &other) == 0 &&
        self.st_dev == other.st_dev && self.st_ino == other.st_ino) {
        refuse("emulator= names this program itself; name QEMU there");
    }
}

/* Returns only if it cannot. */
static void become(const char *emulator, char **argv)
{
    execv(emulator, argv);
    fprintf(stderr,
            NAME ": cannot run %s: %s; install it, or say where QEMU is with emulator= "
                 "in " SETTINGS_FILE "\n",
            emulator, strerror(errno));
}

int main(int argc, char **argv)
{
    static char option[] = "-plugin", message[SETTINGS_MESSAGE];
    /* The process's own, until it is QEMU. */
    static struct settings settings;
    char **words, **to, *plugin;

    if (!settings_read(&settings, message)) {
        refuse(message);
    }
    check_emulator(settings.emulator);
    plugin = argc > 1 ? plugin_argument(argv + 1, &settings) : NULL;
    if (plugin && !has_loader(&settings)) {
        free(plugin);
        plugin = NULL;
    }
    words = needed(calloc((size_t)argc + 4, sizeof(*words)));
    to = words;
    *to++ = settings.emulator;
    if (plugin) {
        *to++ = option;
        *to++ = plugin;
    }
    for (int i = 1; i < argc; i++) {
        *to++ = argv[i];
    }
    become(settings.emulator, words);
    free(words);
    free(plugin);
    return EXIT_FAILURE;
}
