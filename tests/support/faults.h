/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What can be wrong with a data request, for tests of what is left behind then. */
#ifndef VCRYPTO_TESTS_SUPPORT_FAULTS_H
#define VCRYPTO_TESTS_SUPPORT_FAULTS_H

#include "support/forms.h"

#include <stdbool.h>
#include <stdint.h>

enum fault {
    FAULT_NONE,
    FAULT_SESSION,     /* there is none of this id */
    FAULT_DIRECTION,   /* the other operation */
    FAULT_KEY,         /* one byte is missing; without a session only */
    FAULT_IV,          /* one byte is missing */
    FAULT_SRC_SHORT,   /* one byte is missing */
    FAULT_SRC_CHANGED, /* the last byte is another: no tag, no signature, no padding */
    FAULT_SRC_NONE,
    FAULT_DST_SHORT,    /* room for one byte less than there is to come */
    FAULT_DST_LONG,     /* no fault: room for more */
    FAULT_RESULT_NONE,  /* no byte of a digest is asked for */
    FAULT_RESULT_SHORT, /* no fault: one byte less than there is */
    FAULT_RESULT_LONG,  /* one byte more than any digest has */
    FAULT_RANGES, /* of a chain, the last byte that is to be ciphered is missing */
    FAULT_ROOM,   /* one writable byte less than is told */
    FAULTS
};

/** A request with a fault in it. */
struct faulty {
    enum fault fault;
    struct form_operation operation;
    bool no_session;     /* to be sent with the id of no session */
    uint32_t short_room; /* writable bytes that are not there */
    uint8_t *src;        /* a copy that was changed, or NULL; for g_free() */
};

/** fault_name: for messages. */
const char *fault_name(enum fault fault);

/**
 * fault_make: @faulty as @operation with @fault
 * @stateless: it carries its key
 *
 * Some algorithms take what is a fault for others. Return: false if the operation has
 * not what the fault is about; there is nothing to free then.
 */
bool fault_make(enum fault fault, const struct form_operation *operation,
                bool stateless, struct faulty *faulty);

#endif
