/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The little JSON that a QMP client needs: find a key of an object in its text.
 */
#ifndef QT_JSON_H
#define QT_JSON_H

/**
 * qt_json_get() - the text of the value of a top-level key
 * @object: text of a JSON object, as QMP sends it
 * @key: the key
 *
 * Return: the value's own text (a string with its quotes), for g_free(), or NULL if
 * there is no such key.
 */
char *qt_json_get(const char *object, const char *key);

/**
 * qt_json_get_string() - the same for a string, without quotes and escapes
 *
 * Return: for g_free(); NULL if there is no such key or its value is no string.
 */
char *qt_json_get_string(const char *object, const char *key);

#endif
