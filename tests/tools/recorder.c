/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Stands for QEMU: writes the words that it was called with, each ended by a 0, to the
 * file descriptor 9, its environment after an empty line, and ends with status 42.
 */
#include <stdio.h>
#include <unistd.h>

extern char **environ;

int main(int argc, char **argv)
{
    FILE *to = fdopen(9, "w");

    if (!to) {
        return 1;
    }
    for (int i = 0; i < argc; i++) {
        fprintf(to, "%s%c", argv[i], 0);
    }
    fputc('\n', to);
    for (char **variable = environ; *variable; variable++) {
        fprintf(to, "%s%c", *variable, 0);
    }
    return fclose(to) == 0 ? 42 : 1;
}
