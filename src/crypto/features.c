/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the processor has that libraries have code for. */
#include "vcrypto/algorithm.h"

#if defined(__x86_64__) || defined(__i386__)

#include <cpuid.h>

#define OSXSAVE (1u << 27) /* in ecx of leaf 1: XCR0 may be read */

/* Bits of XCR0: registers that the operating system saves. */
#define XMM_YMM 0x06u
#define ZMM     0xe6u

enum reg { EBX, ECX };

static const struct feature {
    const char *name;
    uint32_t leaf;
    enum reg reg;
    uint32_t bit;
    uint32_t states; /* of XCR0 */
} features[] = {
    { "ssse3", 1, ECX, 1u << 9, 0 },       { "sse4_1", 1, ECX, 1u << 19, 0 },
    { "sse4_2", 1, ECX, 1u << 20, 0 },     { "aes", 1, ECX, 1u << 25, 0 },
    { "pclmulqdq", 1, ECX, 1u << 1, 0 },   { "sha_ni", 7, EBX, 1u << 29, 0 },
    { "bmi2", 7, EBX, 1u << 8, 0 },        { "adx", 7, EBX, 1u << 19, 0 },
    { "avx", 1, ECX, 1u << 28, XMM_YMM },  { "avx2", 7, EBX, 1u << 5, XMM_YMM },
    { "vaes", 7, ECX, 1u << 9, XMM_YMM },  { "vpclmulqdq", 7, ECX, 1u << 10, XMM_YMM },
    { "gfni", 7, ECX, 1u << 8, 0 },        { "avx512f", 7, EBX, 1u << 16, ZMM },
    { "avx512dq", 7, EBX, 1u << 17, ZMM }, { "avx512bw", 7, EBX, 1u << 30, ZMM },
    { "avx512vl", 7, EBX, 1u << 31, ZMM }, { "avx512ifma", 7, EBX, 1u << 21, ZMM },
};

static uint32_t saved_states(void)
{
    uint32_t a, b, c, d, low = 0, high;

    if (__get_cpuid(1, &a, &b, &c, &d) && c & OSXSAVE) {
        __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    }
    return low;
}

static bool has(const struct feature *feature)
{
    uint32_t a, b, c, d;

    return __get_cpuid_count(feature->leaf, 0, &a, &b, &c, &d) &&
           (feature->reg == EBX ? b : c) & feature->bit &&
           (saved_states() & feature->states) == feature->states;
}

const char *vcrypto_processor_feature(size_t index)
{
    for (size_t i = 0; i < sizeof(features) / sizeof(features[0]); i++) {
        if (has(&features[i]) && index-- == 0) {
            return features[i].name;
        }
    }
    return NULL;
}

#else

const char *vcrypto_processor_feature(size_t index)
{
    (void)index;
    return NULL;
}

#endif
