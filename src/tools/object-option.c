/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * As much of what QEMU takes after -object as tells whether it is one of ours, and its
 * name. QEMU reads the same word afterwards: what is malformed is its business.
 */
#include "object-option.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define TYPE "cryptodev-backend-builtin"

/* What is known so far; each is freed with free(). */
struct object {
    char *type, *name;
};

/* Takes @value over. */
static void set_member(struct object *object, const char *key, char *value)
{
    char **member = NULL;

    if (strcmp(key, "qom-type") == 0) {
        member = &object->type;
    } else if (strcmp(key, "id") == 0) {
        member = &object->name;
    }
    if (!member) {
        free(value);
        return;
    }
    free(*member);
    *member = value;
}

/* ---- JSON ---- */

static const char *skip_space(const char *at)
{
    return at + strspn(at, " \t\r\n");
}

/* A character after "\u": those of types and names are ASCII's. */
static char unicode(const char *digits)
{
    char hex[5] = { 0 };

    for (unsigned i = 0; i < 4 && isxdigit((unsigned char)digits[i]); i++) {
        hex[i] = digits[i];
    }
    return strlen(hex) == 4 && strtoul(hex, NULL, 16) < 0x80
               ? (char)strtoul(hex, NULL, 16)
               : '?';
}

/* Reads the string at @at, in quotes of either kind, to *@string. Returns what follows,
 * or NULL if it has no end. */
static const char *read_string(const char *at, char **string)
{
    static const char letters[] = "bfnrt", meant[] = "\b\f\n\r\t";
    char quote = *at++;
    char *to = *string = malloc(strlen(at) + 1);

    while (to && *at && *at != quote) {
        const char *letter;

        if (*at != '\\') {
            *to++ = *at++;
            continue;
        }
        if (!*++at) {
            return NULL;
        }
        if (*at == 'u') {
            *to++ = unicode(at + 1);
            at += 1 + strnlen(at + 1, 4);
            continue;
        }
        letter = strchr(letters, *at);
        *to++ = letter ? meant[letter - letters] : *at;
        at++;
    }
    if (!to || !*at) {
        return NULL;
    }
    *to = '\0';
    return at + 1;
}

/* Skips what is neither read nor looked at: numbers, words, and all that is nested. */
static const char *skip_value(const char *at)
{
    unsigned depth = 0;

    while (*at && (depth || (*at != ',' && *at != '}'))) {
        if (*at == '"' || *at == '\'') {
            char *unread = NULL;

            at = read_string(at, &unread);
            free(unread);
            if (!at) {
                return NULL;
            }
            continue;
        }
        depth += *at == '{' || *at == '[';
        depth -= *at == '}' || *at == ']';
        at++;
    }
    return at;
}

static const char *read_member(const char *at, struct object *object)
{
    char *key = NULL, *value = NULL;
    const char *next = *at == '"' || *at == '\'' ? read_string(at, &key) : NULL;

    next = next ? skip_space(next) : NULL;
    next = next && *next == ':' ? skip_space(next + 1) : NULL;
    if (next && (*next == '"' || *next == '\'')) {
        next = read_string(next, &value);
    } else if (next) {
        next = skip_value(next);
    }
    if (next && value) {
        set_member(object, key, value);
        value = NULL;
    }
    free(value);
    free(key);
    return next ? skip_space(next) : NULL;
}

/* Whether it is an object to its last character. */
static bool read_json(const char *at, struct object *object)
{
    do {
        at = read_member(skip_space(at + 1), object);
    } while (at && *at == ',');
    return at && *at == '}' && !*skip_space(at + 1);
}

/* ---- key=value,... ---- */

/* Reads up to a single comma; two stand for one that belongs to the value. */
static const char *read_part(const char *at, char **part)
{
    char *to = *part = malloc(strlen(at) + 1);

    if (!to) {
        return NULL;
    }
    while (*at && (*at != ',' || at[1] == ',')) {
        at += *at == ',';
        *to++ = *at++;
    }
    *to = '\0';
    return *at ? at + 1 : at;
}

static bool read_keys(const char *at, struct object *object)
{
    bool first = true;

    while (at && *at) {
        char *part = NULL, *equals;

        at = read_part(at, &part);
        equals = part ? strchr(part, '=') : NULL;
        if (equals) {
            *equals = '\0';
            set_member(object, part, strdup(equals + 1));
        } else if (part && first) {
            set_member(object, "qom-type", strdup(part));
        }
        free(part);
        first = false;
    }
    return at;
}

/* As QEMU has it; what is none would be several keys of the plugin's. */
static bool is_name(const char *name)
{
    return isalpha((unsigned char)*name) &&
           name[strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                             "0123456789-._")] == '\0';
}

char *builtin_object_name(const char *text)
{
    struct object object = { 0 };
    bool read = *text == '{' ? read_json(text, &object) : read_keys(text, &object);
    bool ours = read && object.type && strcmp(object.type, TYPE) == 0 && object.name &&
                is_name(object.name);

    free(object.type);
    if (!ours) {
        free(object.name);
        return NULL;
    }
    return object.name;
}
