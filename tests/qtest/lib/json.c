/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Finding a key in the text of a JSON object. The input comes from QEMU and is well
 * formed; text that is not only leads to "no such key".
 */
#include "json.h"

#include <glib.h>
#include <stdbool.h>
#include <string.h>

static const char *skip_space(const char *p)
{
    while (g_ascii_isspace(*p)) {
        p++;
    }
    return p;
}

/* @p is at the opening quote. Return: just after the closing one. */
static const char *skip_string(const char *p)
{
    for (p++; *p && *p != '"'; p++) {
        if (*p == '\\' && p[1]) {
            p++;
        }
    }
    return *p ? p + 1 : p;
}

/* Return: just after the value that begins at @p. */
static const char *skip_value(const char *p)
{
    int depth = 0;

    while (*p) {
        if (*p == '"') {
            p = skip_string(p);
        } else {
            if (depth == 0 && (*p == ',' || *p == '}' || *p == ']')) {
                break;
            }
            depth += (*p == '{' || *p == '[') - (*p == '}' || *p == ']');
            p++;
        }
        if (depth == 0 && (p[-1] == '}' || p[-1] == ']' || p[-1] == '"')) {
            break;
        }
    }
    return p;
}

static bool is_key(const char *begin, const char *end, const char *key)
{
    size_t len = strlen(key);

    return (size_t)(end - begin) == len + 2 && memcmp(begin + 1, key, len) == 0;
}

char *qt_json_get(const char *object, const char *key)
{
    const char *p = skip_space(object);

    if (*p++ != '{') {
        return NULL;
    }
    for (p = skip_space(p); *p == '"'; p = skip_space(p)) {
        const char *name = p;
        const char *name_end = skip_string(p);
        const char *value;

        p = skip_space(name_end);
        if (*p != ':') {
            return NULL;
        }
        value = skip_space(p + 1);
        p = skip_value(value);
        if (is_key(name, name_end, key)) {
            return g_strchomp(g_strndup(value, (size_t)(p - value)));
        }
        p = skip_space(p);
        p += *p == ',';
    }
    return NULL;
}

char *qt_json_get_string(const char *object, const char *key)
{
    g_autofree char *value = qt_json_get(object, key);
    size_t len = value ? strlen(value) : 0;

    if (len < 2 || value[0] != '"') {
        return NULL;
    }
    value[len - 1] = '\0';
    return g_strcompress(value + 1);
}
