/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the operator has set for the emulator that libvirt starts: a file of lines
 * "key = value", where '#' begins a comment, and above it the environment, into which
 * <qemu:env> of a domain puts what is for that domain alone.
 */
#ifndef VCRYPTO_TOOLS_SETTINGS_H
#define VCRYPTO_TOOLS_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>

#define SETTINGS_FILE    "/etc/qemu-virtio-crypto/emulator.conf"
#define SETTINGS_MESSAGE 512

struct settings {
    char *emulator; /* path of the QEMU to run */
    char *loader;   /* path of the plugin's loader */
    char *keys;     /* of each backend, as after backend=NAME; may be empty */
    char
        *fallback; /* "refuse" or "builtin": what there is without a plugin that fits */
};

/*
 * settings_read: all of @settings. On failure returns false, with a line in @message
 * that says what to do. What it owns is kept until the process ends.
 */
bool settings_read(struct settings *settings, char message[SETTINGS_MESSAGE]);

#endif
