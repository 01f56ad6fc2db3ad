/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Every published known answer as an operation and what it must give. */
#ifndef VCRYPTO_TESTS_SUPPORT_OPERATIONS_H
#define VCRYPTO_TESTS_SUPPORT_OPERATIONS_H

#include <glib.h>

#include "support/forms.h"

struct known_answer {
    char *name;
    struct form_operation operation;
    struct form_bytes answer; /* the writable bytes before the status */
};

/**
 * known_answers: all, with operations as long as the answers; for CIPHER and AEAD both
 * directions, for AEAD with a short iv both ways to write that. An array of struct
 * known_answer, made at the first call (not from two threads at once).
 */
const GArray *known_answers(void);

#endif
