/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VCRYPTO_LOADER_EXECUTABLE_H
#define VCRYPTO_LOADER_EXECUTABLE_H

#include <stddef.h>

/* Room for what is printed of an executable: a build-id of 64 bytes, a version's line.
 */
#define VCRYPTO_BUILD_ID 129
#define VCRYPTO_VERSION  200

/* Of which executable this process is, as far as its memory tells. */
struct vcrypto_executable {
    char build_id[VCRYPTO_BUILD_ID]; /* lower case hexadecimal digits; empty: none */
    char version[VCRYPTO_VERSION];   /* as QEMU's --version has it; empty: unknown */
};

/*
 * vcrypto_executable_read: fills in @executable. Its file is not looked at: an upgrade
 * may have put another one in its place, or none.
 */
void vcrypto_executable_read(struct vcrypto_executable *executable);

#endif
