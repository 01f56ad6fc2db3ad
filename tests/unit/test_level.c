/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * That the limits of support/level.h hold: what each library says it uses is what the
 * level has, and no less where this processor has it. The notes say what ran;
 * scripts/summarize-tests repeats them.
 */
#include <glib.h>
#include <inttypes.h>
#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

#include "support/level.h"
#include "support/ut.h"
#include "vcrypto/backend.h"

#ifdef VCRYPTO_HAVE_IPSEC_MB
#include "crypto/ipsec-mb/manager.h"
#include "crypto/ipsec-mb/processor.h"
#endif
#ifdef VCRYPTO_HAVE_GCRYPT
#include <gcrypt.h>
#endif

#ifdef __x86_64__

#define LEAF_1_ECX(bit) (UINT64_C(1) << (32 + (bit)))
#define LEAF_7_EBX(bit) (UINT64_C(1) << (bit))

static bool has_avx2(void)
{
    return __builtin_cpu_supports("avx2");
}

/* ---- OpenSSL ---- */

/* "CPUINFO: OPENSSL_ia32cap=0x...:0x..." */
static struct level_mask openssl_uses(void)
{
    const char *text = OPENSSL_info(OPENSSL_INFO_CPU_SETTINGS);
    const char *at = text ? strstr(text, "OPENSSL_ia32cap=") : NULL;
    struct level_mask uses;
    char *end;

    UT_TRUE_FATAL(at != NULL);
    uses.basic = strtoull(at + strlen("OPENSSL_ia32cap="), &end, 16);
    UT_TRUE_FATAL(*end == ':');
    uses.structured = strtoull(end + 1, &end, 16);
    return uses;
}

static void openssl_is_limited(void)
{
    struct level_mask uses = openssl_uses();
    struct level_mask mask = level_openssl_mask(level_here());

    UT_EQ_U64(uses.basic & mask.basic, 0);
    UT_EQ_U64(uses.structured & mask.structured, 0);
    if (level_here() == LEVEL_SSE) {
        UT_TRUE(!(uses.basic & LEAF_1_ECX(28)));
        UT_TRUE(!(uses.structured & LEAF_7_EBX(5)));
    } else {
        UT_EQ_U64(!!(uses.structured & LEAF_7_EBX(5)), has_avx2());
    }
    UT_EQ_U64(!!(uses.structured & LEAF_7_EBX(16)),
              level_here() == LEVEL_ALL && __builtin_cpu_supports("avx512f"));
    UT_EQ_U64(!!(uses.basic & LEAF_1_ECX(25)), !!__builtin_cpu_supports("aes"));
}

/* ---- libipsec-mb ---- */

#ifdef VCRYPTO_HAVE_IPSEC_MB
static void ipsec_mb_is_limited(void)
{
    static const IMB_ARCH limits[] = { [LEVEL_SSE] = IMB_ARCH_SSE,
                                       [LEVEL_AVX2] = IMB_ARCH_AVX2,
                                       [LEVEL_ALL] = IMB_ARCH_AVX512 };
    struct ipsec_mb_processor processor;
    IMB_MGR *manager;
    IMB_ARCH highest;

    vcrypto_ipsec_mb_processor(&processor);
    highest = vcrypto_ipsec_mb_highest(&processor);
    if (highest == IMB_ARCH_NONE) {
        UT_SKIP("libipsec-mb does not run on this processor");
    }
    manager = vcrypto_ipsec_mb_manager_new();
    UT_TRUE_FATAL(manager != NULL);
    UT_EQ_U64(manager->used_arch, MIN(highest, limits[level_here()]));
    UT_EQ_U64(manager->flags,
              level_here() == LEVEL_ALL ? 0 : IMB_FLAG_SHANI_OFF | IMB_FLAG_GFNI_OFF);
    vcrypto_ipsec_mb_manager_free(manager);
}
#endif

/* ---- libgcrypt ---- */

#ifdef VCRYPTO_HAVE_GCRYPT
static void gcrypt_is_limited(void)
{
    const struct vcrypto_backend_config config = { .queues = 1, .max_sessions = 1 };
    struct vcrypto_backend *backend;
    const char *why;
    char *uses;

    backend = vcrypto_backend_new(&config, &why); /* which makes the library ready */
    UT_TRUE_FATAL(backend != NULL);
    uses = gcry_get_config(0, "hwflist");
    UT_TRUE_FATAL(uses != NULL);
    for (const char *const *name = level_gcrypt_hidden(level_here()); *name; name++) {
        g_autofree char *field = g_strconcat(":", *name, ":", NULL);

        if (strstr(uses, field)) {
            UT_FAIL("%s is used: %s", *name, uses);
        }
    }
    if (level_here() != LEVEL_SSE) {
        UT_EQ_U64(strstr(uses, ":intel-avx2:") != NULL, has_avx2());
    }
    gcry_free(uses);
    vcrypto_backend_free(backend);
}
#endif

/* ---- what ran ---- */

static char *model(void)
{
    g_autofree char *text = NULL;
    char *at, *colon;

    if (!g_file_get_contents("/proc/cpuinfo", &text, NULL, NULL) ||
        !(at = strstr(text, "model name")) || !(colon = strchr(at, ':'))) {
        return g_strdup("unknown");
    }
    *strchrnul(colon, '\n') = '\0';
    return g_strdup(g_strstrip(colon + 1));
}

static const char *newest(void)
{
    return __builtin_cpu_supports("avx512f") ? "AVX-512"
           : has_avx2()                      ? "AVX2, no AVX-512"
                                             : "no AVX2";
}

static void say_what_runs(void)
{
    static const char *const names[] = { [LEVEL_SSE] = "SSE", [LEVEL_AVX2] = "AVX2" };
    g_autofree char *processor = model();

    ut_note("processor: %s; %s", processor, newest());
    if (level_here() == LEVEL_ALL) {
        ut_note("level: all that this processor has (%s)", newest());
    } else if (level_here() == LEVEL_AVX2 && !has_avx2()) {
        ut_note("level: AVX2, which here is the same as all");
    } else {
        ut_note("level: %s", names[level_here()]);
    }
}

#else /* other processors have other levels */

static void say_what_runs(void)
{
    ut_note("level: all that this processor has; the others are for x86");
}

#endif

static const struct ut_test tests[] = {
#ifdef __x86_64__
    { "OpenSSL is limited", openssl_is_limited },
#ifdef VCRYPTO_HAVE_IPSEC_MB
    { "libipsec-mb is limited", ipsec_mb_is_limited },
#endif
#ifdef VCRYPTO_HAVE_GCRYPT
    { "libgcrypt is limited", gcrypt_is_limited },
#endif
#endif
    { "the output says what runs", say_what_runs },    { NULL, NULL },
};

int main(int argc, char **argv)
{
    static const struct ut_suite suites[] = {
        { "level", NULL, NULL, tests },
        { NULL, NULL, NULL, NULL },
    };

    return ut_main(argc, argv, suites);
}
