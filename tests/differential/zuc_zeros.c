/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * zuc_zeros FIRST COUNT - tries ivs with one key, and prints those for which a word of
 * ZUC's LFSR becomes 0 within 8188 bytes of key stream. A clock in 2^31 does that, so
 * about every millionth iv. This made zuc-zeros.inc; no test runs it.
 */
#include <stdio.h>
#include <stdlib.h>

#include "support/mobile.h"

#define WORDS 2047

static void try(const uint8_t key[16], uint64_t number)
{
    uint8_t iv[16];
    struct mobile_zuc zuc;
    unsigned word = 0;

    for (unsigned i = 0; i < 16; i++) {
        iv[i] = (uint8_t)(number >> 8 * (i % 8));
    }
    mobile_zuc_begin(&zuc, key, iv);
    while (!zuc.zeros && word < WORDS) {
        mobile_zuc_next(&zuc);
        word++;
    }
    if (!zuc.zeros) {
        return;
    }
    printf("{ \"000102030405060708090a0b0c0d0e0f\", \"");
    for (unsigned i = 0; i < 16; i++) {
        printf("%02x", iv[i]);
    }
    printf("\", %u },\n", word);
    fflush(stdout);
}

int main(int argc, char **argv)
{
    uint64_t first = argc > 1 ? strtoull(argv[1], NULL, 0) : 0;
    uint64_t count = argc > 2 ? strtoull(argv[2], NULL, 0) : 1000000;
    uint8_t key[16];

    for (unsigned i = 0; i < 16; i++) {
        key[i] = (uint8_t)i;
    }
    for (uint64_t i = 0; i < count; i++) {
        try(key, first + i);
    }
    return 0;
}
