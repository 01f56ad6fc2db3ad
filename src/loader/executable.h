/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VCRYPTO_LOADER_EXECUTABLE_H
#define VCRYPTO_LOADER_EXECUTABLE_H

/* Room for what is printed of an executable: a build-id of 64 bytes, a version's line.
 */
#define VCRYPTO_BUILD_ID 129
#define VCRYPTO_VERSION  200

/*
 * vcrypto_executable_build_id: the build-id of the executable that this process is, in
 * lower case hexadecimal digits; empty if it has none. Read from memory: an upgrade may
 * have put another file in the place of the executable's, or none.
 */
void vcrypto_executable_build_id(char build_id[VCRYPTO_BUILD_ID]);

/*
 * vcrypto_executable_version: its version as QEMU's --version has it. All of its
 * constants are looked through for that, which may mean to read them from the disk:
 * only for messages.
 */
void vcrypto_executable_version(char version[VCRYPTO_VERSION]);

#endif
