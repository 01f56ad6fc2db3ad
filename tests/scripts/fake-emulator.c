/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A QEMU as far as vcrypto-doctor looks at one: it has a build-id and a version, and
 * does what the variable FAKE says. "prints FILE" is the good one.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Where the doctor reads it. */
const char *const version = "QEMU emulator version 7.2.22 (Fake)";

static int print(const char *path)
{
    FILE *file = fopen(path, "r");
    int c;

    while (file && (c = getc(file)) != EOF) {
        putchar(c);
    }
    return file ? EXIT_SUCCESS : EXIT_FAILURE;
}

int main(void)
{
    const char *what = getenv("FAKE");

    if (!what) {
        return EXIT_FAILURE;
    }
    if (strncmp(what, "prints ", 7) == 0) {
        return print(what + 7);
    }
    if (strncmp(what, "says ", 5) == 0) {
        fprintf(stderr, "a line before\n%s\n", what + 5);
        return EXIT_FAILURE;
    }
    if (strcmp(what, "crashes") == 0) {
        raise(SIGKILL);
    }
    if (strcmp(what, "floods") == 0) {
        for (;;) {
            puts(version);
        }
    }
    if (strcmp(what, "hangs") == 0) {
        /* A child of its own holds the output open, too. */
        fork();
        for (;;) {
            pause();
        }
    }
    return EXIT_FAILURE;
}
