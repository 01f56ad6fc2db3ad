/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE 1

#include "support/level.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A program that is not linked with a library has nothing to limit. */
#ifdef VCRYPTO_HAVE_IPSEC_MB
#include "crypto/ipsec-mb/manager.h"
#pragma weak vcrypto_ipsec_mb_limit
#endif
#ifdef VCRYPTO_HAVE_GCRYPT
#include <gcrypt.h>
#pragma weak gcry_control
#endif

static _Noreturn void bail_out(const char *what)
{
    printf("Bail out! VCRYPTO_TEST_LEVEL: %s\n", what);
    fflush(stdout);
    exit(1);
}

enum test_level level_here(void)
{
    const char *name = getenv("VCRYPTO_TEST_LEVEL");

    if (!name || !*name || strcmp(name, "all") == 0) {
        return LEVEL_ALL;
    }
    if (strcmp(name, "sse") == 0) {
        return LEVEL_SSE;
    }
    if (strcmp(name, "avx2") == 0) {
        return LEVEL_AVX2;
    }
    bail_out("it is none of sse, avx2 and all");
}

/* ---- OpenSSL ---- */

struct level_mask level_openssl_mask(enum test_level level)
{
    switch (level) {
    case LEVEL_SSE: /* XOP, FMA, MOVBE, XSAVE, AVX, F16C; nothing that leaf 7 tells of
                     */
        return (struct level_mask){ UINT64_C(0x38401800) << 32, UINT64_MAX };
    case LEVEL_AVX2: /* ADX, SHA, AVX-512; all of ECX, such as VAES */
        return (struct level_mask){ 0, UINT64_C(0xfffffffffc2b0000) };
    default:
        return (struct level_mask){ 0, 0 };
    }
}

/* With the arguments that it was given: main() may have taken some away. */
static void run_again(void)
{
    static char text[16384];
    char *argv[256] = { NULL };
    FILE *file = fopen("/proc/self/cmdline", "re");
    size_t size = file ? fread(text, 1, sizeof(text) - 1, file) : 0, argc = 0;

    for (size_t at = 0; at < size; at += strlen(text + at) + 1) {
        if (argc == sizeof(argv) / sizeof(argv[0]) - 1) {
            return;
        }
        argv[argc++] = text + at;
    }
    if (file) {
        fclose(file);
    }
    execv("/proc/self/exe", argv);
}

/* OpenSSL has read the environment already, so the program begins anew. */
static void limit_openssl(enum test_level level)
{
    struct level_mask mask = level_openssl_mask(level);
    const char *has = getenv("OPENSSL_ia32cap");
    char wants[64];

    snprintf(wants, sizeof(wants), "~0x%" PRIx64 ":~0x%" PRIx64, mask.basic,
             mask.structured);
    if (level == LEVEL_ALL || (has && strcmp(has, wants) == 0)) {
        return;
    }
    setenv("OPENSSL_ia32cap", wants, 1);
    run_again();
    bail_out("the program cannot be run again with a limit for OpenSSL");
}

/* ---- libipsec-mb ---- */

static void limit_ipsec_mb(enum test_level level)
{
#ifdef VCRYPTO_HAVE_IPSEC_MB
    if (level != LEVEL_ALL && vcrypto_ipsec_mb_limit) {
        vcrypto_ipsec_mb_limit(level == LEVEL_SSE ? IMB_ARCH_SSE : IMB_ARCH_AVX2,
                               IMB_FLAG_SHANI_OFF | IMB_FLAG_GFNI_OFF);
    }
#else
    (void)level;
#endif
}

/* ---- libgcrypt ---- */

const char *const *level_gcrypt_hidden(enum test_level level)
{
    static const char *const hidden[] = {
        "intel-bmi2",          "intel-avx",    "intel-avx2",
        "intel-fast-vpgather", "intel-shaext", "intel-vaes-vpclmul",
        "intel-avx512",        "intel-gfni",   NULL,
    };

    return level == LEVEL_SSE ? hidden : level == LEVEL_AVX2 ? hidden + 4 : hidden + 8;
}

/* Older versions do not know the names of what they do not use. */
static void limit_gcrypt(enum test_level level)
{
#ifdef VCRYPTO_HAVE_GCRYPT
    for (const char *const *name = level_gcrypt_hidden(level); gcry_control && *name;
         name++) {
        gcry_control(GCRYCTL_DISABLE_HWF, *name, NULL);
    }
#else
    (void)level;
#endif
}

void level_begin(void)
{
    enum test_level level = level_here();

    limit_openssl(level);
    limit_ipsec_mb(level);
    limit_gcrypt(level);
}
