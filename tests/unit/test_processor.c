/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is used of libipsec-mb where the processor has instructions that the operating
 * system, or a hypervisor, does not let programs use; and where the library is not the
 * one that the code was compiled for.
 */
#include <cpuid.h>
#include <string.h>

#include "crypto/engines.h"
#include "crypto/ipsec-mb/manager.h"
#include "crypto/ipsec-mb/processor.h"
#include "support/ut.h"

#define OSXSAVE (1u << 27)
#define SSE     (bit_PCLMUL | bit_SSE4_1 | bit_SSE4_2 | bit_AES)
#define AVX2    (bit_AVX2 | bit_BMI2)
#define AVX512  (bit_AVX512F | bit_AVX512DQ | bit_AVX512CD | bit_AVX512BW | bit_AVX512VL)

#ifdef VCRYPTO_IPSEC_MB_HAS_AVX
#define AVX_LEVEL IMB_ARCH_AVX
#else
#define AVX_LEVEL IMB_ARCH_SSE
#endif

void __real_vcrypto_ipsec_mb_processor(struct ipsec_mb_processor *processor);
void __wrap_vcrypto_ipsec_mb_processor(struct ipsec_mb_processor *processor);
unsigned __real_imb_get_version(void);
unsigned __wrap_imb_get_version(void);

/* What is taken away from what this processor says. */
static struct ipsec_mb_processor mask;
static unsigned version;

void __wrap_vcrypto_ipsec_mb_processor(struct ipsec_mb_processor *processor)
{
    __real_vcrypto_ipsec_mb_processor(processor);
    processor->features &= ~mask.features;
    processor->structured &= ~mask.structured;
    processor->enabled_states &= ~mask.enabled_states;
}

unsigned __wrap_imb_get_version(void)
{
    return version ? version : __real_imb_get_version();
}

static void levels(void)
{
    static const struct {
        const char *what;
        struct ipsec_mb_processor processor;
        IMB_ARCH level;
    } expected[] = {
        { "everything",
          { SSE | bit_AVX | OSXSAVE, AVX2 | AVX512, 0xe7 },
          IMB_ARCH_AVX512 },
        { "everything, and AMX",
          { SSE | bit_AVX | OSXSAVE, AVX2 | AVX512, 0x602e7 },
          IMB_ARCH_AVX512 },
        { "no zmm states",
          { SSE | bit_AVX | OSXSAVE, AVX2 | AVX512, 0x07 },
          IMB_ARCH_AVX2 },
        { "no masks' state",
          { SSE | bit_AVX | OSXSAVE, AVX2 | AVX512, 0xc7 },
          IMB_ARCH_AVX2 },
        { "no upper zmm state",
          { SSE | bit_AVX | OSXSAVE, AVX2 | AVX512, 0x67 },
          IMB_ARCH_AVX2 },
        { "no AVX-512", { SSE | bit_AVX | OSXSAVE, AVX2, 0xe7 }, IMB_ARCH_AVX2 },
        { "AVX-512F alone",
          { SSE | bit_AVX | OSXSAVE, AVX2 | bit_AVX512F, 0xe7 },
          IMB_ARCH_AVX2 },
        { "no AVX2", { SSE | bit_AVX | OSXSAVE, 0, 0x07 }, AVX_LEVEL },
        { "no BMI2", { SSE | bit_AVX | OSXSAVE, bit_AVX2, 0x07 }, AVX_LEVEL },
        { "no ymm state",
          { SSE | bit_AVX | OSXSAVE, AVX2 | AVX512, 0x03 },
          IMB_ARCH_SSE },
        { "zmm without ymm",
          { SSE | bit_AVX | OSXSAVE, AVX2 | AVX512, 0xe3 },
          IMB_ARCH_SSE },
        { "XCR0 not to be read", { SSE | bit_AVX, AVX2 | AVX512, 0xe7 }, IMB_ARCH_SSE },
        { "no AVX", { SSE | OSXSAVE, AVX2 | AVX512, 0xe7 }, IMB_ARCH_SSE },
        { "no AES",
          { (SSE & ~bit_AES) | bit_AVX | OSXSAVE, AVX2 | AVX512, 0xe7 },
          IMB_ARCH_NONE },
        { "no PCLMUL",
          { (SSE & ~bit_PCLMUL) | bit_AVX | OSXSAVE, AVX2, 0xe7 },
          IMB_ARCH_NONE },
        { "nothing", { 0, 0, 0 }, IMB_ARCH_NONE },
    };

    for (unsigned i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
        ut_context("%s", expected[i].what);
        UT_EQ_U64(vcrypto_ipsec_mb_highest(&expected[i].processor), expected[i].level);
    }
    ut_context(NULL);
}

/* What is said of the library, and of an algorithm that only it has, contains @why;
 * NULL: nothing is. */
static void expect_refusal(const char *why)
{
    const struct vcrypto_algorithm *row;
    struct vcrypto_library library;
    size_t count;

    row = vcrypto_algorithm_rows(&count);
    while (row->engine != &vcrypto_engine_ipsec_mb) {
        row++;
    }
    UT_TRUE_FATAL(vcrypto_library(1, &library));
    if (why) {
        UT_TRUE_FATAL(library.refusal && vcrypto_algorithm_refusal(row));
        UT_TRUE(strstr(library.refusal, why) != NULL);
        UT_EQ_STR(vcrypto_algorithm_refusal(row), library.refusal);
        UT_TRUE(library.level == NULL);
    } else {
        UT_TRUE(!library.refusal && !vcrypto_algorithm_refusal(row) && library.level);
    }
}

/* Makes the library ready as for a device; expects its level, or with IMB_ARCH_NONE
 * that nothing of it is offered, because of @why. What is offered was tried: it has
 * known answers. */
static void expect(IMB_ARCH at_most, const char *why_not)
{
    const char *why;

    UT_TRUE_FATAL(vcrypto_algorithms_init(&why));
    UT_EQ_U64(vcrypto_ipsec_mb_works(), at_most != IMB_ARCH_NONE);
    UT_EQ_U64(vcrypto_algorithms_multi() != NULL, at_most != IMB_ARCH_NONE);
    UT_EQ_U64(vcrypto_algorithm_find(VCRYPTO_SERVICE_CIPHER, VCRYPTO_CIPHER_ZUC_EEA3) !=
                  NULL,
              at_most != IMB_ARCH_NONE);
    if (vcrypto_ipsec_mb_works()) {
        UT_TRUE(vcrypto_ipsec_mb_manager()->used_arch <= (uint32_t)at_most);
    }
    expect_refusal(why_not);
    vcrypto_algorithms_fini();
    mask = (struct ipsec_mb_processor){ 0 };
    version = 0;
}

static void expect_level(IMB_ARCH at_most)
{
    expect(at_most, NULL);
}

static void as_it_is(void)
{
    expect_level(IMB_ARCH_AVX512);
}

static void masked_states(void)
{
    mask.enabled_states = 0xe0;
    expect_level(IMB_ARCH_AVX2);
    mask.enabled_states = 0xe6;
    expect_level(IMB_ARCH_SSE);
    mask.features = OSXSAVE;
    expect_level(IMB_ARCH_SSE);
}

static void missing_instructions(void)
{
    mask.structured = bit_AVX2;
    expect_level(AVX_LEVEL);
    mask.features = bit_AVX;
    expect_level(IMB_ARCH_SSE);
    mask.features = bit_AES;
    expect(IMB_ARCH_NONE, "the processor lacks AES-NI");
}

/* Between 1.3 and 1.4 a structure of the caller's grew, with the same shared object. */
static void other_versions(void)
{
    version = IMB_VERSION_NUM + 0x100;
    expect(IMB_ARCH_NONE, "is not of the version");
    version = IMB_VERSION_NUM + 0x10000;
    expect(IMB_ARCH_NONE, "is not of the version");
    version = IMB_VERSION_NUM + 1;
    expect_level(IMB_ARCH_AVX512);
}

int main(int argc, char **argv)
{
    static const struct ut_test tests[] = {
        { "levels of processors", levels },
        { "as it is", as_it_is },
        { "registers that are not saved", masked_states },
        { "instructions that are missing", missing_instructions },
        { "other versions of the library", other_versions },
        { NULL, NULL },
    };
    static const struct ut_suite suites[] = {
        { "processor", NULL, NULL, tests },
        { NULL, NULL, NULL, NULL },
    };

    return ut_main(argc, argv, suites);
}
