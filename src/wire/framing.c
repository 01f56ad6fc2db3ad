/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "framing.h"

bool vcrypto_framing_fits(const struct framing_lengths *lengths, uint64_t readable,
                          uint64_t writable, uint64_t max_size)
{
    /* Each term is 32 bits: a sum of a few cannot overflow 64. */
    uint64_t in = (uint64_t)lengths->iv + lengths->src;
    uint64_t out = lengths->dst;

    /* More readable or writable bytes than needed is no fault: Linux's last
     * scatterlist entry may be longer than the data. */
    return readable >= in && writable >= out + VCRYPTO_STATUS_SIZE &&
           lengths->dst_needed <= lengths->dst && in + out <= max_size;
}
