/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Operations with keys of 16 bytes and more, of all algorithms that have such. */
#ifndef QT_KEY_KINDS_H
#define QT_KEY_KINDS_H

#include "support/forms.h"

#include <glib.h>
#include <stdbool.h>

/** An operation to be done with any key of that size. */
struct qt_key_kind {
    const char *name;
    struct form_operation operation;
    bool own_key; /* AKCIPHER: it has its own, not a random one */
};

/**
 * qt_key_kinds() - one operation for each algorithm, direction, size of key and of iv,
 * and some chains
 *
 * An array of struct qt_key_kind, made at the first call.
 */
const GArray *qt_key_kinds(void);

/** qt_random_bytes() - new ones, in memory that is never given back */
struct form_bytes qt_random_bytes(size_t len);

#endif
