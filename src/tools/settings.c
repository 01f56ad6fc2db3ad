/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "settings.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define VALUE(field) offsetof(struct settings, field)
#define FILE_BY      "VIRTIO_CRYPTO_CONFIG"
#define BLANKS       " \t\r\n"

static const struct setting {
    const char *name, *variable, *initial;
    size_t offset;
    bool path;
} table[] = {
    { "emulator", "VIRTIO_CRYPTO_EMULATOR", EMULATOR, VALUE(emulator), true },
    { "loader", "VIRTIO_CRYPTO_LOADER", LOADER, VALUE(loader), true },
    { "keys", "VIRTIO_CRYPTO_KEYS", "", VALUE(keys), false },
    { "fallback", "VIRTIO_CRYPTO_FALLBACK", "refuse", VALUE(fallback), false },
};

#define COUNT (sizeof(table) / sizeof(table[0]))

static char **value_of(struct settings *settings, const struct setting *setting)
{
    return (char **)((char *)settings + setting->offset);
}

/* @where: the file and line, or the variable. */
static bool set(struct settings *settings, const struct setting *setting,
                const char *text, const char *where, char message[SETTINGS_MESSAGE])
{
    bool fallback = setting->offset == VALUE(fallback);

    if (setting->path && *text != '/') {
        snprintf(message, SETTINGS_MESSAGE,
                 "%.200s: %s=%.64s is no path; give one that begins with /", where,
                 setting->name, text);
        return false;
    }
    if (fallback && strcmp(text, "refuse") != 0 && strcmp(text, "builtin") != 0) {
        snprintf(message, SETTINGS_MESSAGE,
                 "%.200s: %s=%.64s is not understood; give refuse or builtin", where,
                 setting->name, text);
        return false;
    }
    free(*value_of(settings, setting));
    *value_of(settings, setting) = strdup(text);
    if (!*value_of(settings, setting)) {
        snprintf(message, SETTINGS_MESSAGE, "no memory; free some");
        return false;
    }
    return true;
}

/* Cuts blanks off both ends of @text. */
static char *trimmed(char *text)
{
    char *end;

    text += strspn(text, BLANKS);
    end = text + strlen(text);
    while (end > text && strchr(BLANKS, end[-1])) {
        end--;
    }
    *end = '\0';
    return text;
}

static const struct setting *find(const char *name)
{
    for (size_t i = 0; i < COUNT; i++) {
        if (strcmp(table[i].name, name) == 0) {
            return &table[i];
        }
    }
    return NULL;
}

static bool read_line(struct settings *settings, char *line, const char *where,
                      char message[SETTINGS_MESSAGE])
{
    const struct setting *setting;
    char *name = trimmed(line), *equals = strchr(name, '=');

    if (!*name || *name == '#') {
        return true;
    }
    if (equals) {
        *equals = '\0';
    }
    name = trimmed(name);
    setting = find(name);
    if (!setting || !equals) {
        snprintf(message, SETTINGS_MESSAGE,
                 "%.200s: '%.64s' is not understood; write emulator, loader, keys or "
                 "fallback, '=' and a value",
                 where, name);
        return false;
    }
    if (*value_of(settings, setting)) {
        snprintf(message, SETTINGS_MESSAGE, "%.200s: %s is given twice; give it once",
                 where, setting->name);
        return false;
    }
    return set(settings, setting, trimmed(equals + 1), where, message);
}

/* That there is no file is fine, unless somebody named it. */
static bool read_file(struct settings *settings, char message[SETTINGS_MESSAGE])
{
    const char *named = getenv(FILE_BY), *path = named ? named : SETTINGS_FILE;
    FILE *file = fopen(path, "re");
    char *line = NULL;
    size_t size = 0;
    bool ok = true;

    if (!file && errno == ENOENT && !named) {
        return true;
    }
    for (unsigned number = 1;
         file && ok && (errno = 0, getline(&line, &size, file)) > 0; number++) {
        char where[256];

        snprintf(where, sizeof(where), "%.200s line %u", path, number);
        ok = read_line(settings, line, where, message);
    }
    if (!file || (ok && errno)) {
        snprintf(message, SETTINGS_MESSAGE, "%.200s: %s; %s", path, strerror(errno),
                 errno == EACCES
                     ? "let the user that runs QEMU read it, AppArmor included"
                     : "make it a file with lines of the form key = value");
        ok = false;
    }
    free(line);
    if (file) {
        fclose(file);
    }
    return ok;
}

bool settings_read(struct settings *settings, char message[SETTINGS_MESSAGE])
{
    bool ok;

    *settings = (struct settings){ 0 };
    ok = read_file(settings, message);
    for (size_t i = 0; ok && i < COUNT; i++) {
        const char *text = getenv(table[i].variable);

        if (text) {
            ok = set(settings, &table[i], text, table[i].variable, message);
        } else if (!*value_of(settings, &table[i])) {
            ok = set(settings, &table[i], table[i].initial, "this build", message);
        }
    }
    return ok;
}
