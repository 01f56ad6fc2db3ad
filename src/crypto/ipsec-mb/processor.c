/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * libipsec-mb before 2.0 believes what CPUID says about instructions. A hypervisor or
 * an operating system may not save the registers they need, and then they are illegal:
 * the library would end the process when it makes itself ready.
 */
#include "processor.h"

#include <cpuid.h>
#include <string.h>

#define OSXSAVE (1u << 27) /* the operating system lets programs read XCR0 */

#define SSE_FEATURES (bit_PCLMUL | bit_SSE4_1 | bit_SSE4_2 | bit_AES)

#define AVX2_FEATURES (bit_AVX2 | bit_BMI2)

/* Bits of XCR0. */
#define XMM_YMM UINT64_C(0x06)
#define ZMM     UINT64_C(0xe0) /* with the mask registers */

/* What the library's level for AVX-512 is made of. */
#define AVX512_FEATURES                                                                \
    (bit_AVX512F | bit_AVX512DQ | bit_AVX512CD | bit_AVX512BW | bit_AVX512VL)

static uint64_t read_xcr0(void)
{
    uint32_t low, high;

    __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return (uint64_t)high << 32 | low;
}

void vcrypto_ipsec_mb_processor(struct ipsec_mb_processor *processor)
{
    uint32_t a, b, c, d;

    memset(processor, 0, sizeof(*processor));
    if (__get_cpuid(1, &a, &b, &c, &d)) {
        processor->features = c;
    }
    if (__get_cpuid_count(7, 0, &a, &b, &c, &d)) {
        processor->structured = b;
    }
    if (processor->features & OSXSAVE) {
        processor->enabled_states = read_xcr0();
    }
}

static bool all(uint64_t of, uint64_t bits)
{
    return (of & bits) == bits;
}

IMB_ARCH vcrypto_ipsec_mb_highest(const struct ipsec_mb_processor *processor)
{
    uint64_t enabled = processor->features & OSXSAVE ? processor->enabled_states : 0;

    if (!all(processor->features, SSE_FEATURES)) {
        return IMB_ARCH_NONE;
    }
    if (!all(processor->features, bit_AVX) || !all(enabled, XMM_YMM)) {
        return IMB_ARCH_SSE;
    }
    if (!all(processor->structured, AVX2_FEATURES)) {
#ifdef VCRYPTO_IPSEC_MB_HAS_AVX
        return IMB_ARCH_AVX;
#else
        return IMB_ARCH_SSE;
#endif
    }
    return all(processor->structured, AVX512_FEATURES) && all(enabled, XMM_YMM | ZMM)
               ? IMB_ARCH_AVX512
               : IMB_ARCH_AVX2;
}
