/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Hexadecimal text to bytes, for test data that is easier to read and to compare
 * with its publication as text.
 */
#ifndef VCRYPTO_TESTS_SUPPORT_HEX_H
#define VCRYPTO_TESTS_SUPPORT_HEX_H

#include <stddef.h>
#include <stdint.h>

/**
 * hex_decode() - decode hexadecimal text, white space between digits ignored
 * @hex: the text; upper and lower case alike
 * @out: where the bytes go
 * @max: room at @out
 *
 * Return: the number of bytes written, or SIZE_MAX if @hex has an odd number of
 * digits, something that is no digit, or more than @max bytes.
 */
size_t hex_decode(const char *hex, uint8_t *out, size_t max);

/**
 * hex_dup() - decode into new memory; wrong text ends the program
 * @hex: the text, as for hex_decode()
 * @len: where the number of bytes goes
 *
 * Return: the bytes, never NULL, to be released with g_free().
 */
uint8_t *hex_dup(const char *hex, size_t *len);

#endif
