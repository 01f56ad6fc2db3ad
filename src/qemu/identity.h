/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VCRYPTO_QEMU_IDENTITY_H
#define VCRYPTO_QEMU_IDENTITY_H

#include <stdbool.h>
#include <stddef.h>

/*
 * vcrypto_identity_check: whether the QEMU around us is the one that this plugin was
 * built for, by its full version and by the build-id of the executable. QEMU's
 * structures differ between builds: with any other, nothing of it may be touched.
 * If it is not, returns false with the reason and the remedy in @message.
 */
bool vcrypto_identity_check(char *message, size_t size);

/* What is compared: QEMU's version as --version prints it, and the build-id in
 * hexadecimal. Static. */
const char *vcrypto_identity_version(void);
const char *vcrypto_identity_build_id(void);

/* vcrypto_identity_file: the file that this plugin was loaded from, as far as the
 * dynamic linker knows. Static. */
const char *vcrypto_identity_file(void);

#endif
