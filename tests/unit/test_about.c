/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is said of algorithms and libraries agrees with what is offered. */
#include <stdio.h>
#include <string.h>

#include "support/offered.h"
#include "support/ut.h"
#include "vcrypto/about.h"
#include "vcrypto/options.h"

#define ALGORITHMS 47 /* of all libraries together */

static const uint64_t offered[VCRYPTO_SERVICE_COUNT] = { OFFERED_CIPHERS,
                                                         OFFERED_HASHES, OFFERED_MACS,
                                                         0xe, 6 };

static struct vcrypto_backend *backend;

static void begin(bool no_mac_iv_prefix, bool single)
{
    const struct vcrypto_backend_config config = {
        .queues = 1,
        .max_sessions = 1,
        .max_cipher_key_len = 64,
        .max_auth_key_len = 64,
        .max_akcipher_key_len = 256,
        .max_size = 4096,
        .no_mac_iv_prefix = no_mac_iv_prefix,
        .single = single,
    };
    const char *why;

    backend = vcrypto_backend_new(&config, &why);
    UT_TRUE_FATAL(backend != NULL);
}

static void check_one(const struct vcrypto_about_algorithm *about, uint64_t mask)
{
    ut_context("%s", about->name);
    UT_EQ_U64(!about->refusal, mask >> about->id & 1);
    UT_EQ_U64(about->library != NULL, about->row != NULL);
    UT_TRUE(about->row || about->refusal);
    UT_TRUE(!about->refusal || !about->together);
    if (about->refusal) {
        UT_TRUE(*about->refusal && !strchr(about->refusal, '\n'));
    }
    ut_context(NULL);
}

/* @without: MACs that the operator does not want. Returns how many have a way side by
 * side. */
static unsigned check_all(const struct vcrypto_backend *of, uint64_t without)
{
    struct vcrypto_about_algorithm about;
    uint64_t seen[VCRYPTO_SERVICE_COUNT] = { 0 };
    unsigned together = 0;
    size_t n = 0;

    while (vcrypto_about_algorithm(of, n, &about)) {
        uint64_t mask = offered[about.service];

        if (about.service == VCRYPTO_SERVICE_MAC) {
            mask &= ~without;
        }
        check_one(&about, mask);
        seen[about.service] |= UINT64_C(1) << about.id;
        together += about.together != NULL;
        n++;
    }
    UT_EQ_U64(n, ALGORITHMS);
    for (unsigned s = 0; s < VCRYPTO_SERVICE_COUNT; s++) {
        UT_EQ_U64(offered[s] & ~seen[s], 0);
    }
    return together;
}

static void every_algorithm_is_offered_or_has_a_reason(void)
{
    const char *why;

    UT_TRUE_FATAL(vcrypto_about_begin(&why));
    check_all(NULL, 0);
    vcrypto_about_end();
}

static void the_operator_s_choice_is_a_reason(void)
{
    struct vcrypto_about_algorithm about;
    size_t found = 0;

    begin(true, false);
    check_all(backend, OFFERED_MACS_WITH_IV);
    for (size_t i = 0; vcrypto_about_algorithm(backend, i, &about); i++) {
        found += about.refusal && strstr(about.refusal, "mac-iv-prefix=off");
    }
    UT_EQ_U64(found, (uint64_t)__builtin_popcountll(OFFERED_MACS_WITH_IV));
    vcrypto_backend_free(backend);
}

/* Each can be named in a list, whether the build has it or not, and nothing else. */
static void lists_have_every_algorithm(void)
{
    struct vcrypto_about_algorithm about;
    const char *why;
    uint64_t set;

    UT_TRUE_FATAL(vcrypto_about_begin(&why));
    for (size_t i = 0; vcrypto_about_algorithm(NULL, i, &about); i++) {
        char message[VCRYPTO_OPTION_MESSAGE] = "";

        ut_context("%s", about.name);
        UT_TRUE_FATAL(vcrypto_selection_parse(about.name, &set, message));
        for (unsigned s = 0; s < VCRYPTO_SERVICE_COUNT; s++) {
            UT_EQ_U64(vcrypto_selection_mask(set, s),
                      s == about.service ? UINT64_C(1) << about.id : 0);
        }
    }
    ut_context(NULL);
    UT_TRUE(vcrypto_selection_name(ALGORITHMS - 1) != NULL);
    UT_TRUE(vcrypto_selection_name(ALGORITHMS) == NULL);
    vcrypto_about_end();
}

static void check_left_out(const struct vcrypto_backend *left_out_of, uint64_t set)
{
    struct vcrypto_about_algorithm about, of_all;
    struct vcrypto_capabilities can;

    vcrypto_backend_capabilities(left_out_of, &can);
    for (size_t i = 0; vcrypto_about_algorithm(left_out_of, i, &about); i++) {
        bool chosen = vcrypto_selection_mask(set, about.service) >> about.id & 1;
        bool named = about.refusal && strstr(about.refusal, "algorithms=");

        ut_context("%s", about.name);
        UT_TRUE_FATAL(vcrypto_about_algorithm(NULL, i, &of_all));
        UT_EQ_U64(named, !chosen);
        UT_EQ_U64(!about.refusal, chosen && !of_all.refusal);
        UT_EQ_U64(can.algorithms[about.service] >> about.id & 1, !about.refusal);
    }
    ut_context(NULL);
    for (unsigned s = 0; s < VCRYPTO_SERVICE_COUNT; s++) {
        UT_EQ_U64(can.services >> s & 1, can.algorithms[s] != 0);
    }
}

static void what_is_left_out_says_so(void)
{
    static const char *const lists[] = {
        "all",       "modern",           "virtio-builtin",
        "kasumi-f8", "aes-gcm:zuc-eia3", "-rsa:-ecdsa"
    };

    for (unsigned i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
        char message[VCRYPTO_OPTION_MESSAGE];
        struct vcrypto_backend_config config = { .queues = 1, .max_sessions = 1 };
        const char *why;
        uint64_t set;

        UT_TRUE_FATAL(vcrypto_selection_parse(lists[i], &set, message));
        for (unsigned s = 0; s < VCRYPTO_SERVICE_COUNT; s++) {
            config.left_out[s] = ~vcrypto_selection_mask(set, s);
        }
        backend = vcrypto_backend_new(&config, &why);
        UT_TRUE_FATAL(backend != NULL);
        check_left_out(backend, set);
        vcrypto_backend_free(backend);
    }
}

static void side_by_side_is_told_where_it_is_done(void)
{
    begin(false, true);
    UT_EQ_U64(check_all(backend, 0), 0);
    vcrypto_backend_free(backend);
    begin(false, false);
#ifdef VCRYPTO_HAVE_IPSEC_MB
    UT_EQ_U64(check_all(backend, 0) > 15, vcrypto_algorithms_multi() != NULL);
#else
    UT_EQ_U64(check_all(backend, 0), 0);
#endif
    vcrypto_backend_free(backend);
}

static const struct vcrypto_algorithm *row_of(const char *name)
{
    size_t count;
    const struct vcrypto_algorithm *rows = vcrypto_algorithm_rows(&count);

    for (size_t i = 0; i < count; i++) {
        if (strcmp(rows[i].name, name) == 0) {
            return &rows[i];
        }
    }
    UT_FAIL_FATAL("there is no %s", name);
}

static void key_sizes(void)
{
    const char *why;
    uint32_t least, most;

    UT_TRUE_FATAL(vcrypto_about_begin(&why));
    UT_TRUE(vcrypto_about_key_size(row_of("aes-cbc"), 2, &least, &most));
    UT_EQ_U64(least, 32);
    UT_EQ_U64(most, 32);
    UT_TRUE(!vcrypto_about_key_size(row_of("aes-cbc"), 3, &least, &most));
    UT_TRUE(!vcrypto_about_key_size(row_of("sha256"), 0, &least, &most));
    UT_TRUE(vcrypto_about_key_size(row_of("arc4"), 0, &least, &most));
    UT_EQ_U64(least, 5);
    UT_EQ_U64(most, 256);
    vcrypto_about_end();
}

static void three_libraries(void)
{
    struct vcrypto_library library;
    const char *why;

    UT_TRUE_FATAL(vcrypto_about_begin(&why));
    UT_TRUE_FATAL(vcrypto_about_library(0, &library));
    UT_TRUE(strncmp(library.name, "OpenSSL 3.", 10) == 0 && !library.refusal);
    UT_TRUE_FATAL(vcrypto_about_library(1, &library));
    UT_TRUE(strncmp(library.name, "libipsec-mb", 11) == 0);
#ifdef VCRYPTO_HAVE_IPSEC_MB
    UT_EQ_U64(library.level != NULL, library.refusal == NULL);
#else
    UT_TRUE(library.refusal != NULL);
#endif
    UT_TRUE_FATAL(vcrypto_about_library(2, &library));
    UT_TRUE(strncmp(library.name, "libgcrypt", 9) == 0);
#ifndef VCRYPTO_HAVE_GCRYPT
    UT_TRUE(library.refusal != NULL);
#endif
    UT_TRUE(!vcrypto_about_library(3, &library));
    vcrypto_about_end();
}

/* Linux names what it lets programs use as we do. */
static bool in_cpuinfo(const char *flags, const char *name)
{
    size_t length = strlen(name);

    for (const char *at = flags; (at = strstr(at, name)); at += length) {
        if (at[-1] == ' ' && (at[length] == ' ' || at[length] == '\n')) {
            return true;
        }
    }
    return false;
}

static bool told(const char *name)
{
    const char *feature;

    for (size_t i = 0; (feature = vcrypto_about_feature(i)); i++) {
        if (strcmp(feature, name) == 0) {
            return true;
        }
    }
    return false;
}

static void features_are_those_that_linux_tells(void)
{
    static const char *const some[] = { "ssse3", "aes",        "avx",     "avx2",
                                        "vaes",  "vpclmulqdq", "avx512f", "sha_ni" };
    static char flags[65536];
    const char *name;
    FILE *file = fopen("/proc/cpuinfo", "r");

    UT_TRUE_FATAL(file != NULL);
    while (fgets(flags, sizeof(flags), file) && strncmp(flags, "flags", 5) != 0) {
    }
    fclose(file);
    if (strncmp(flags, "flags", 5) != 0) {
        UT_SKIP("Linux tells no flags of this processor");
    }
    for (size_t i = 0; (name = vcrypto_about_feature(i)); i++) {
        ut_context("%s", name);
        UT_TRUE(in_cpuinfo(flags, name));
    }
    for (size_t i = 0; i < sizeof(some) / sizeof(some[0]); i++) {
        ut_context("%s", some[i]);
        UT_EQ_U64(told(some[i]), in_cpuinfo(flags, some[i]));
    }
    ut_context(NULL);
}

int main(int argc, char **argv)
{
    static const struct ut_test tests[] = {
        { "every algorithm is offered or has a reason",
          every_algorithm_is_offered_or_has_a_reason },
        { "the operator's choice is a reason", the_operator_s_choice_is_a_reason },
        { "lists have every algorithm", lists_have_every_algorithm },
        { "what is left out says so", what_is_left_out_says_so },
        { "side by side is told where it is done",
          side_by_side_is_told_where_it_is_done },
        { "key sizes", key_sizes },
        { "three libraries", three_libraries },
        { "features are those that Linux tells", features_are_those_that_linux_tells },
        { NULL, NULL },
    };
    static const struct ut_suite suites[] = {
        { "about", NULL, NULL, tests },
        { NULL, NULL, NULL, NULL },
    };

    return ut_main(argc, argv, suites);
}
