/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Hexadecimal text to bytes.
 */
#include "support/hex.h"

#include <glib.h>
#include <string.h>

size_t hex_decode(const char *hex, uint8_t *out, size_t max)
{
    size_t n = 0;
    int high = -1;

    for (; *hex; hex++) {
        int digit = g_ascii_xdigit_value(*hex);

        if (g_ascii_isspace(*hex)) {
            continue;
        }
        if (digit < 0) {
            return SIZE_MAX;
        }
        if (high < 0) {
            high = digit;
            continue;
        }
        if (n == max) {
            return SIZE_MAX;
        }
        out[n++] = (uint8_t)(high << 4 | digit);
        high = -1;
    }
    return high < 0 ? n : SIZE_MAX;
}

uint8_t *hex_dup(const char *hex, size_t *len)
{
    size_t max = strlen(hex) / 2;
    uint8_t *out = g_malloc(max + 1); /* one more: g_malloc(0) would be NULL */

    *len = hex_decode(hex, out, max);
    if (*len == SIZE_MAX) {
        g_error("not hexadecimal: %s", hex);
    }
    return out;
}
