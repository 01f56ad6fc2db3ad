/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which of the library's levels this processor, and whoever is below us, can run. */
#ifndef VCRYPTO_IPSEC_MB_PROCESSOR_H
#define VCRYPTO_IPSEC_MB_PROCESSOR_H

#include <stdbool.h>
#include <stdint.h>

#include <intel-ipsec-mb.h>

/* The last version with a level for AVX without AVX2. */
#if IMB_VERSION_NUM < IMB_VERSION(2, 0, 0)
#define VCRYPTO_IPSEC_MB_HAS_AVX 1
#endif

/* What the processor says of itself. */
struct ipsec_mb_processor {
    uint32_t features;       /* CPUID, leaf 1, ECX */
    uint32_t structured;     /* leaf 7, EBX; 0: there is no such leaf */
    uint64_t enabled_states; /* XCR0: what the operating system saves; 0: not asked,
                              * because it does not say that it may be */
};

/* vcrypto_ipsec_mb_processor: ask this one. */
void vcrypto_ipsec_mb_processor(struct ipsec_mb_processor *processor);

/*
 * vcrypto_ipsec_mb_highest: the newest level that @processor can run: whose
 * instructions it has, and whose registers are saved when threads change.
 * IMB_ARCH_NONE: none.
 */
IMB_ARCH vcrypto_ipsec_mb_highest(const struct ipsec_mb_processor *processor);

/* vcrypto_ipsec_mb_same_version: whether a library of version @running, as its
 * imb_get_version() says, has the structures that we were compiled for. */
static inline bool vcrypto_ipsec_mb_same_version(unsigned running)
{
    return running >> 8 == IMB_VERSION_NUM >> 8;
}

#endif
