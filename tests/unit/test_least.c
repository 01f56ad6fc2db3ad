/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From how many requests on they are done side by side: that the figures are those of
 * the libraries that run, and of what they use of the processor; and that the table has
 * all of them. What the figures are is measured, by tests/bench/crossover.
 */
#include "crypto/engines.h"
#include "crypto/ipsec-mb/least.h"
#include "crypto/ipsec-mb/multi.h"
#include "support/level.h"
#include "support/ut.h"

#define OPENSSL(major, minor) ((unsigned)((major) << 16 | (minor) << 8))

/* The most that the trials of a library's answers can form a group of. */
#define MOST 19

unsigned __real_vcrypto_openssl_number(void);
unsigned __wrap_vcrypto_openssl_number(void);

static unsigned openssl; /* 0: as it is */

unsigned __wrap_vcrypto_openssl_number(void)
{
    return openssl ? openssl : __real_vcrypto_openssl_number();
}

static int set_up(void)
{
    const char *why;

    openssl = 0;
    return vcrypto_algorithms_init(&why) && vcrypto_ipsec_mb_works() ? 0 : -1;
}

static int tear_down(void)
{
    vcrypto_algorithms_fini();
    return 0;
}

/* ---- which figures ---- */

static void libraries(void)
{
    static const struct {
        unsigned openssl, ipsec_mb;
        enum multi_libraries figures;
    } expected[] = {
        { OPENSSL(3, 0), IMB_VERSION(1, 3, 0), MULTI_OLDER },
        { OPENSSL(3, 0), IMB_VERSION(1, 5, 9), MULTI_OLDER },
        { OPENSSL(3, 4), IMB_VERSION(1, 3, 0), MULTI_OLDER },
        { OPENSSL(3, 5), IMB_VERSION(1, 3, 0), MULTI_NEWER },
        { OPENSSL(3, 6), IMB_VERSION(1, 5, 0), MULTI_NEWER },
        { OPENSSL(4, 0), IMB_VERSION(1, 5, 0), MULTI_NEWER },
        { OPENSSL(3, 0), IMB_VERSION(2, 0, 0), MULTI_NEWER },
        { OPENSSL(3, 0), IMB_VERSION(2, 0, 1), MULTI_NEWER },
        { OPENSSL(3, 5), IMB_VERSION(2, 0, 0), MULTI_NEWER },
        { OPENSSL(4, 1), IMB_VERSION(3, 0, 0), MULTI_NEWER },
    };

    for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
        ut_context("OpenSSL 0x%x, libipsec-mb 0x%x", expected[i].openssl,
                   expected[i].ipsec_mb);
        UT_EQ_U64(vcrypto_multi_libraries(expected[i].openssl, expected[i].ipsec_mb),
                  expected[i].figures);
    }
    ut_context(NULL);
    UT_TRUE(__real_vcrypto_openssl_number() >= OPENSSL(3, 0));
}

static void processors(void)
{
    const uint64_t vaes = IMB_FEATURE_VAES | IMB_FEATURE_VPCLMULQDQ;
    const struct {
        const char *what;
        IMB_ARCH arch;
        uint64_t features;
        enum multi_processor processor;
    } expected[] = {
        { "Ice Lake", IMB_ARCH_AVX512, IMB_CPUFLAGS_AVX512_T2, MULTI_AVX512 },
        { "the same, but no AVX-512", IMB_ARCH_AVX2, IMB_CPUFLAGS_AVX512_T2,
          MULTI_AVX2_TYPE2 },
        { "Skylake-X", IMB_ARCH_AVX512, IMB_CPUFLAGS_AVX512, MULTI_AVX2 },
        { "Alder Lake", IMB_ARCH_AVX2, IMB_CPUFLAGS_AVX2_T2, MULTI_AVX2_TYPE2 },
        { "Zen 3", IMB_ARCH_AVX2, IMB_CPUFLAGS_AVX2 | IMB_FEATURE_SHANI | vaes,
          MULTI_AVX2_SHA },
        { "Zen", IMB_ARCH_AVX2, IMB_CPUFLAGS_AVX2 | IMB_FEATURE_SHANI, MULTI_AVX2_SHA },
        { "Haswell", IMB_ARCH_AVX2, IMB_CPUFLAGS_AVX2, MULTI_AVX2 },
        { "Goldmont", IMB_ARCH_SSE, IMB_CPUFLAGS_SSE_T2, MULTI_SSE_SHA },
        { "Zen, but no AVX", IMB_ARCH_SSE, IMB_CPUFLAGS_AVX2 | IMB_FEATURE_SHANI,
          MULTI_SSE_SHA },
#ifdef VCRYPTO_IPSEC_MB_HAS_AVX
        { "Sandy Bridge", IMB_ARCH_AVX, IMB_CPUFLAGS_AVX, MULTI_SSE },
#endif
        { "Westmere", IMB_ARCH_SSE, IMB_CPUFLAGS_SSE, MULTI_SSE },
    };

    for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
        ut_context("%s", expected[i].what);
        UT_EQ_U64(vcrypto_multi_processor(expected[i].arch, expected[i].features),
                  expected[i].processor);
    }
    ut_context(NULL);
}

/* ---- the table ---- */

static struct vcrypto_keying keying_of(const struct vcrypto_algorithm *row,
                                       unsigned key, bool decrypt)
{
    return (struct vcrypto_keying){
        .algorithm = row,
        .key_index = key,
        .key_len = row->keys[key].len,
        .direction = decrypt ? VCRYPTO_DECRYPT : VCRYPTO_ENCRYPT,
    };
}

/* Returns for how many processors it is done side by side. */
static unsigned check_entries(const struct vcrypto_keying *keying)
{
    unsigned some = 0;

    for (unsigned p = 0; p < MULTI_PROCESSORS; p++) {
        unsigned older = vcrypto_multi_least(keying, p, MULTI_OLDER);
        unsigned newer = vcrypto_multi_least(keying, p, MULTI_NEWER);

        UT_TRUE(older <= MOST && newer <= MOST);
        /* What vcrypto_multi_libraries() relies on. */
        UT_TRUE(newer == 0 || (older != 0 && older <= newer));
        some += older != 0;
    }
    return some;
}

static void every_method_has_figures(void)
{
    size_t count;
    const struct vcrypto_algorithm *rows = vcrypto_algorithm_rows(&count);
    unsigned with = 0;

    for (size_t i = 0; i < count; i++) {
        for (unsigned k = 0; vcrypto_algorithm_has_key(&rows[i], k); k++) {
            for (unsigned d = 0; d < 2; d++) {
                struct vcrypto_keying keying = keying_of(&rows[i], k, d != 0);
                bool can = vcrypto_multi_method(&keying) != NULL;

                ut_context("%s, key %u, direction %u", rows[i].name, k, d);
                UT_EQ_U64(check_entries(&keying) > 0, can);
                with += can;
            }
        }
    }
    ut_context(NULL);
    UT_TRUE(with > 40);
}

/* ---- what the engine says ---- */

static unsigned says(enum vcrypto_service service, uint32_t id, unsigned version)
{
    struct vcrypto_keying keying;
    unsigned least;

    keying = keying_of(vcrypto_algorithm_find(service, id), 0, false);
    openssl = version;
    least = vcrypto_multi_ipsec_mb.least(&keying);
    openssl = 0;
    return least;
}

/* OpenSSL 3.5 begins so much faster that one CBC-MAC by itself is not worth it. */
static void asked_at_run_time(void)
{
    bool newer = imb_get_version() >= IMB_VERSION(2, 0, 0);

    UT_EQ_U64(says(VCRYPTO_SERVICE_MAC, VCRYPTO_MAC_CBCMAC_AES, OPENSSL(3, 0)),
              newer ? 2 : 1);
    UT_EQ_U64(says(VCRYPTO_SERVICE_MAC, VCRYPTO_MAC_CBCMAC_AES, OPENSSL(3, 5)), 2);
}

/* Where OpenSSL has instructions for SHA-256 and libipsec-mb does not use them, eight
 * messages side by side take longer than one after the other. */
static void instructions_for_sha(void)
{
    const IMB_MGR *manager = vcrypto_ipsec_mb_manager();
    enum multi_processor here =
        vcrypto_multi_processor((IMB_ARCH)manager->used_arch, manager->features);
    unsigned sha256 = says(VCRYPTO_SERVICE_HASH, VCRYPTO_HASH_SHA_256, 0);
    unsigned hmac = says(VCRYPTO_SERVICE_MAC, VCRYPTO_MAC_HMAC_SHA_256, 0);

    if (level_here() != LEVEL_ALL) {
        UT_EQ_U64(here, level_here() == LEVEL_SSE ? MULTI_SSE : MULTI_AVX2);
    }
    UT_EQ_U64(sha256 == 0, here == MULTI_AVX2_SHA);
    UT_EQ_U64(hmac == 0, here == MULTI_AVX2_SHA);
}

int main(int argc, char **argv)
{
    static const struct ut_test figures[] = {
        { "figures by the libraries' versions", libraries },
        { "figures by the processor", processors },
        { "every method has figures", every_method_has_figures },
        { NULL, NULL },
    };
    static const struct ut_test engine[] = {
        { "the version is asked at run time", asked_at_run_time },
        { "instructions for SHA", instructions_for_sha },
        { NULL, NULL },
    };
    static const struct ut_suite suites[] = {
        { "figures", NULL, NULL, figures },
        { "engine", set_up, tear_down, engine },
        { NULL, NULL, NULL, NULL },
    };

    return ut_main(argc, argv, suites);
}
