/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VCRYPTO_TOOLS_OBJECT_OPTION_H
#define VCRYPTO_TOOLS_OBJECT_OPTION_H

/*
 * builtin_object_name: the name of the cryptodev-backend-builtin that QEMU makes when
 * the word after -object is @text, in JSON or as key=value,...; to be freed with
 * free(). NULL if it makes another object, or none because it does not understand
 * @text.
 */
char *builtin_object_name(const char *text);

#endif
