/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Other processors than this one: test programs run as if it had fewer instructions,
 * by limits that libraries have for themselves. What the compiler, the C library and
 * QEMU use is not limited.
 *
 * VCRYPTO_TEST_LEVEL in the environment names the level; scripts/test runs those of the
 * suites "unit", "fuzz" and "differential" at each.
 */
#ifndef VCRYPTO_TESTS_SUPPORT_LEVEL_H
#define VCRYPTO_TESTS_SUPPORT_LEVEL_H

#include <stdint.h>

enum test_level {
    LEVEL_SSE,  /* "sse": AES-NI and PCLMULQDQ, but no AVX; as Intel's Westmere */
    LEVEL_AVX2, /* "avx2": no SHA extensions, ADX, AVX-512 or VAES; as Haswell */
    LEVEL_ALL,  /* "all", or not set: whatever this processor has */
};

/** level_here() - the level that the environment names; LEVEL_ALL if it names none */
enum test_level level_here(void);

/**
 * level_begin() - limit the libraries that are linked with this program
 *
 * To be called first of all: OpenSSL takes its limit from the environment before main()
 * begins, so the program may be run again with another one. Ends the program where
 * VCRYPTO_TEST_LEVEL is none of the levels.
 */
void level_begin(void);

/* What OpenSSL's capability vector must not have at a level: of CPUID, leaf 1, EDX and
 * ECX; and of leaf 7, EBX and ECX. */
struct level_mask {
    uint64_t basic, structured;
};

struct level_mask level_openssl_mask(enum test_level level);

/** level_gcrypt_hidden() - libgcrypt's names of what is not used; ends with NULL */
const char *const *level_gcrypt_hidden(enum test_level level);

#endif
