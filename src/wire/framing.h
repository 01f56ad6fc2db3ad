/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The one place where lengths that a guest claims meet the chain it sent.
 * Every service's decoder says what it wants to read and write; nothing is
 * carved out of a chain, and nothing allocated for it, before the whole fits.
 */
#ifndef VCRYPTO_WIRE_FRAMING_H
#define VCRYPTO_WIRE_FRAMING_H

#include "vcrypto/wire.h"

/** The variable-length parts of a data request, each as the guest claims it. */
struct framing_lengths {
    uint32_t iv;
    uint32_t src;
    uint32_t dst;
    uint32_t dst_needed; /* what the operation writes to dst */
};

/*
 * vcrypto_framing_fits: whether @lengths fit the @readable bytes after the fixed part,
 * the
 * @writable bytes with the status, and @max_size.
 */
bool vcrypto_framing_fits(const struct framing_lengths *lengths, uint64_t readable,
                          uint64_t writable, uint64_t max_size);

#endif
