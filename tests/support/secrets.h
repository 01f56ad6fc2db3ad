/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Requests that carry one known text as their data, their aad and their keys: whatever
 * memory a device uses more than once holds it afterwards, unless it was wiped.
 */
#ifndef VCRYPTO_TESTS_SUPPORT_SECRETS_H
#define VCRYPTO_TESTS_SUPPORT_SECRETS_H

#include "support/forms.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Where the text is looked for, it takes this many bytes of it in a row to be found.
 */
#define SECRET_LEAST 6

/**
 * secret_operations: one operation of each kind that has memory of its own in a device,
 * *@n of them. Made at the first call (not from two threads at once).
 */
const struct form_operation *secret_operations(size_t *n);

/** secret_found: whether a part of the text is among @len bytes at @data. */
bool secret_found(const uint8_t *data, size_t len);

#endif
