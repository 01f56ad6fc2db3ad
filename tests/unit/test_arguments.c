/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/ut.h"
#include "vcrypto/options.h"

#define MAX_ARGS 8

static char message[VCRYPTO_OPTION_MESSAGE];

/* Parses the arguments up to the first NULL. */
static bool parse(struct vcrypto_arguments *arguments, const char *const *argv)
{
    int argc = 0;

    while (argv[argc]) {
        argc++;
    }
    memset(message, 0, sizeof(message));
    return vcrypto_arguments_parse(argc, argv, arguments, message);
}

static void check_refused(const char *expected, const char *const *argv)
{
    struct vcrypto_arguments arguments;

    ut_context("%s", argv[0] ? argv[0] : "(none)");
    UT_TRUE(!parse(&arguments, argv));
    UT_EQ_STR(message, expected);
    UT_EQ_U64(arguments.count, 0);
    UT_TRUE(strchr(message, '\n') == NULL);
    ut_context(NULL);
}

/* What is to be given where a size is wanted. */
#define SIZES "give bytes, or a number with K, M or G, from 4K to 1G"

#define REFUSED(expected, ...)                                                         \
    check_refused((expected), (const char *const[MAX_ARGS]){ __VA_ARGS__ })

static void defaults_apply_to_what_is_not_said(void)
{
    struct vcrypto_arguments a;

    UT_TRUE_FATAL(parse(&a, (const char *const[]){ "backend=c0", NULL }));
    UT_EQ_U64(a.count, 1);
    UT_EQ_STR(a.backends[0].name, "c0");
    UT_EQ_U64(a.backends[0].options.queues, 1);
    UT_EQ_U64(a.backends[0].options.max_sessions, 8192);
    UT_EQ_U64(a.backends[0].options.max_size, 4 << 20);
    UT_EQ_U64(a.backends[0].options.max_cipher_key_len, 256);
    UT_EQ_U64(a.backends[0].options.max_auth_key_len, 512);
    UT_EQ_U64(a.backends[0].options.poll_max_ns, 262144);
    UT_EQ_U64(a.backends[0].options.engine, VCRYPTO_ENGINE_AUTO);
    UT_EQ_U64(a.backends[0].options.ready, 1);
    UT_EQ_U64(a.backends[0].options.replace, VCRYPTO_REPLACE_NONE);
    vcrypto_arguments_free(&a);
}

static void keys_belong_to_the_backend_before_them(void)
{
    struct vcrypto_arguments a;

    UT_TRUE_FATAL(parse(&a, (const char *const[]){
                                "backend=c0", "queues=64", "max-size=1G", "backend=c1",
                                "ready=off", "max-size=4K", "engine=openssl", NULL }));
    UT_EQ_U64(a.count, 2);
    UT_EQ_U64(a.backends[0].options.queues, 64);
    UT_EQ_U64(a.backends[0].options.max_size, 1 << 30);
    UT_EQ_U64(a.backends[0].options.ready, 1);
    UT_EQ_STR(a.backends[1].name, "c1");
    UT_EQ_U64(a.backends[1].options.queues, 1);
    UT_EQ_U64(a.backends[1].options.max_size, 4096);
    UT_EQ_U64(a.backends[1].options.ready, 0);
    UT_EQ_U64(a.backends[0].options.engine, VCRYPTO_ENGINE_AUTO);
    UT_EQ_U64(a.backends[1].options.engine, VCRYPTO_ENGINE_OPENSSL);
    vcrypto_arguments_free(&a);
}

static void wrong_arguments_get_one_line_that_helps(void)
{
    REFUSED("no backend= was given; write -plugin PATH,backend=NAME[,key=value...]",
            NULL);
    REFUSED("'queues' stands before any backend=; write "
            "-plugin PATH,backend=NAME[,key=value...]",
            "queues=1", "backend=c0", NULL);
    REFUSED("c0: queues=0 is out of range; give a number from 1 to 64", "backend=c0",
            "queues=0", NULL);
    REFUSED("c0: queues=65 is out of range; give a number from 1 to 64", "backend=c0",
            "queues=65", NULL);
    REFUSED("c0: queues=two is no number; give a number from 1 to 64", "backend=c0",
            "queues=two", NULL);
    REFUSED("c0: queues=1K is no number; give a number from 1 to 64", "backend=c0",
            "queues=1K", NULL);
    REFUSED("c0: queues=-1 is no number; give a number from 1 to 64", "backend=c0",
            "queues=-1", NULL);
    REFUSED("c0: queues= is no number; give a number from 1 to 64", "backend=c0",
            "queues=", NULL);
    REFUSED("c0: queues=99999999999999999999 is no number; give a number from 1 to 64",
            "backend=c0", "queues=99999999999999999999", NULL);
    REFUSED("c0: max-size=17179869184G is no size; " SIZES, "backend=c0",
            "max-size=17179869184G", NULL);
    REFUSED("c0: max-size=1MB is no size; " SIZES, "backend=c0", "max-size=1MB", NULL);
    REFUSED("c0: max-size=0.5M is no size; " SIZES, "backend=c0", "max-size=0.5M",
            NULL);
    REFUSED("c0: max-size=M is no size; " SIZES, "backend=c0", "max-size=M", NULL);
    REFUSED("c0: max-size=2G is out of range; " SIZES, "backend=c0", "max-size=2048M",
            NULL);
    REFUSED("c0: max-size=1K is out of range; " SIZES, "backend=c0", "max-size=1024",
            NULL);
    REFUSED("c0: max-size=1000 is out of range; " SIZES, "backend=c0", "max-size=1000",
            NULL);
    REFUSED("c0: ready=yes is not understood; give on or off", "backend=c0",
            "ready=yes", NULL);
    REFUSED("c0: engine=fast is not understood; give auto or openssl", "backend=c0",
            "engine=fast", NULL);
    REFUSED("c0: there is no key 'colour'; see which there are with help=on",
            "backend=c0", "colour=blue", NULL);
    REFUSED(
        "c0: mac-stateless=on and mux=off exclude each other; leave one of them out",
        "backend=c0", "mac-stateless=on", "mux=off", NULL);
    REFUSED("c1: aead-stateless=on and mux=off exclude each other; leave one of them "
            "out",
            "backend=c0", "mux=off", "backend=c1", "mux=off", "aead-stateless=on",
            NULL);
    REFUSED("c0: the name is given twice; give each backend its own", "backend=c0",
            "backend=c0", NULL);
    REFUSED("c0: replace=lkcf is not understood; give none or builtin", "backend=c0",
            "replace=lkcf", NULL);
    REFUSED("backend=0c is no name; begin with a letter and use letters, digits, '-', "
            "'.' and '_'",
            "backend=0c", NULL);
}

static void keys_are_given_once(void)
{
    struct vcrypto_arguments a;

    REFUSED("c0: queues is given twice; give it once", "backend=c0", "queues=1",
            "queues=4", NULL);
    REFUSED("c0: queues is given twice; give it once", "backend=c0", "queues=4",
            "ready=on", "queues=4", NULL);
    REFUSED("c1: replace is given twice; give it once", "backend=c0", "replace=builtin",
            "backend=c1", "replace=builtin", "replace=none", NULL);
    UT_TRUE(parse(&a, (const char *const[]){ "backend=c0", "queues=4", "backend=c1",
                                             "queues=4", NULL }));
    vcrypto_arguments_free(&a);
}

/* Each option, twice with the same value, whatever it is. */
static void no_key_is_given_twice(void)
{
    struct vcrypto_arguments a;
    size_t count;
    const struct vcrypto_option *table = vcrypto_options_table(&count);

    for (size_t i = 0; i < count; i++) {
        char word[128];

        ut_context("%s", table[i].name);
        if (table[i].type == VCRYPTO_OPTION_CHOICE) {
            snprintf(word, sizeof(word), "%s=%s", table[i].name, table[i].choices[0]);
        } else if (table[i].type == VCRYPTO_OPTION_BOOL) {
            snprintf(word, sizeof(word), "%s=on", table[i].name);
        } else if (table[i].type == VCRYPTO_OPTION_SELECTION) {
            snprintf(word, sizeof(word), "%s=all", table[i].name);
        } else {
            snprintf(word, sizeof(word), "%s=%llu", table[i].name,
                     (unsigned long long)table[i].minimum);
        }
        UT_TRUE_FATAL(parse(&a, (const char *const[]){ "backend=c0", word, NULL }));
        for (size_t k = 0; k < count; k++) {
            UT_EQ_U64(vcrypto_argument_given(&a.backends[0], &table[k]), k == i);
        }
        vcrypto_arguments_free(&a);
        UT_TRUE(!parse(&a, (const char *const[]){ "backend=c0", word, word, NULL }));
        UT_TRUE(strstr(message, " is given twice; give it once") != NULL);
    }
}

#define UNKNOWN(key, near)                                                             \
    REFUSED("c0: there is no key '" key "'; did you mean '" near                       \
            "'? See which there are with help=on",                                     \
            "backend=c0", key "=1", NULL)
#define UNKNOWN_AND_FAR(key)                                                           \
    REFUSED("c0: there is no key '" key "'; see which there are with help=on",         \
            "backend=c0", key "=1", NULL)

static void unknown_keys_get_the_nearest(void)
{
    UNKNOWN("queue", "queues");
    UNKNOWN("qeues", "queues");
    UNKNOWN("queus", "queues");
    UNKNOWN("Queues", "queues");
    UNKNOWN("max_size", "max-size");
    UNKNOWN("maxsize", "max-size");
    UNKNOWN("max-session", "max-sessions");
    UNKNOWN("sessions", "max-sessions");
    UNKNOWN("max-cypher-key-len", "max-cipher-key-len");
    UNKNOWN("max-auth-key-length", "max-auth-key-len");
    UNKNOWN("throttle-pbs", "throttle-bps");
    UNKNOWN("throttle-op", "throttle-ops");
    UNKNOWN("bps", "throttle-bps");
    UNKNOWN("engin", "engine");
    UNKNOWN("read", "ready");
    UNKNOWN("mix", "mux");
    UNKNOWN("poll-max", "poll-max-ns");
    UNKNOWN("replaces", "replace");
    UNKNOWN("backends", "backend");
    UNKNOWN("help", "help=on");
    UNKNOWN_AND_FAR("");
    UNKNOWN_AND_FAR("a");
    UNKNOWN_AND_FAR("id");
    UNKNOWN_AND_FAR("colour");
    UNKNOWN_AND_FAR("cryptodev");
}

static void very_long_arguments_are_cut_in_messages(void)
{
    struct vcrypto_arguments a;
    char key[4096], value[4096];

    memset(key, 'k', sizeof(key) - 1);
    key[sizeof(key) - 1] = 0;
    UT_TRUE(!parse(&a, (const char *const[]){ "backend=c0", key, NULL }));
    UT_TRUE(strlen(message) < 300);
    memcpy(value, "backend=", 8);
    memset(value + 8, '!', sizeof(value) - 9);
    value[sizeof(value) - 1] = 0;
    UT_TRUE(!parse(&a, (const char *const[]){ value, NULL }));
    UT_TRUE(strlen(message) < 300);
}

static void sizes_have_units(void)
{
    static const struct {
        const char *argument;
        uint64_t bytes;
    } sizes[] = { { "max-size=8192", 8192 },       { "max-size=8k", 8192 },
                  { "max-size=8K", 8192 },         { "max-size=3m", 3 << 20 },
                  { "max-size=3M", 3 << 20 },      { "max-size=1g", 1 << 30 },
                  { "max-size=1048576K", 1 << 30 } };
    char *help = vcrypto_arguments_help();

    for (unsigned i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        struct vcrypto_arguments a;

        ut_context("%s", sizes[i].argument);
        UT_TRUE_FATAL(
            parse(&a, (const char *const[]){ "backend=c0", sizes[i].argument, NULL }));
        UT_EQ_U64(a.backends[0].options.max_size, sizes[i].bytes);
        vcrypto_arguments_free(&a);
    }
    ut_context(NULL);
    UT_TRUE_FATAL(help != NULL);
    UT_TRUE(strstr(help, "max-size             size from 4K to 1G, default 4M: ") !=
            NULL);
    free(help);
}

/* ---- which algorithms ---- */

/* A set that lists are compared with, as names in the order of help. */
static void check_selection(const char *list, const char *expected)
{
    char text[2048] = "";
    const char *name;
    uint64_t set;

    ut_context("%s", list);
    UT_TRUE_FATAL(vcrypto_selection_parse(list, &set, message));
    for (size_t i = 0; (name = vcrypto_selection_name(i)); i++) {
        if (set >> i & 1) {
            strcat(text, *text ? " " : "");
            strcat(text, name);
        }
    }
    UT_EQ_STR(text, expected);
    ut_context(NULL);
}

#define STOCK "aes-cbc sha1"

static void lists_of_algorithms(void)
{
    struct vcrypto_arguments a;
    uint64_t all, set;

    check_selection("aes-cbc:aes-gcm", "aes-cbc aes-gcm");
    check_selection("aes-gcm:aes-cbc:aes-gcm", "aes-cbc aes-gcm");
    check_selection("virtio-builtin", STOCK);
    check_selection("virtio-builtin:-sha1", "aes-cbc");
    check_selection("virtio-builtin:-arc4", STOCK);
    check_selection("-modern:-all:sha1", "sha1");
    check_selection("virtio-builtin:-modern", "sha1");
    UT_EQ_STR(vcrypto_selection_group(0, &all), "all");
    UT_TRUE(vcrypto_selection_parse("-arc4", &set, message));
    UT_EQ_U64(vcrypto_selection_mask(all ^ set, VCRYPTO_SERVICE_CIPHER),
              1 << VCRYPTO_CIPHER_ARC4);
    UT_EQ_U64(vcrypto_selection_mask(set, VCRYPTO_SERVICE_AEAD), 0xe);
    UT_TRUE_FATAL(parse(&a, (const char *const[]){ "backend=c0", "backend=c1",
                                                   "algorithms=-arc4", NULL }));
    for (unsigned s = 0; s < VCRYPTO_SERVICE_COUNT; s++) {
        UT_EQ_U64(vcrypto_selection_mask(a.backends[0].options.algorithms, s),
                  vcrypto_selection_mask(all, s));
        UT_EQ_U64(vcrypto_selection_mask(a.backends[1].options.algorithms, s),
                  vcrypto_selection_mask(set, s));
    }
    vcrypto_arguments_free(&a);
}

/* What NIST or BSI call broken, withdrawn or about to be. */
static void modern_has_nothing_old(void)
{
    static const char *const old[] = { "arc4", "des", "ecb",    "md5",
                                       "sha1", "224", "cbcmac", "kasumi" };
    static const char *const wanted[] = { "aes-cbc", "aes-ctr",           "aes-xts",
                                          "sha256",  "hmac-sha512",       "cmac-aes",
                                          "aes-gcm", "chacha20-poly1305", "rsa",
                                          "ecdsa" };
    const char *name;
    uint64_t set;

    UT_EQ_STR(vcrypto_selection_group(1, &set), "modern");
    for (size_t i = 0; (name = vcrypto_selection_name(i)); i++) {
        bool is_old = false, is_wanted = false;

        ut_context("%s", name);
        for (unsigned k = 0; k < sizeof(old) / sizeof(old[0]); k++) {
            is_old = is_old || strstr(name, old[k]);
        }
        for (unsigned k = 0; k < sizeof(wanted) / sizeof(wanted[0]); k++) {
            is_wanted = is_wanted || strcmp(name, wanted[k]) == 0;
        }
        UT_EQ_U64(set >> i & 1, !is_old);
        UT_TRUE(!is_old || !is_wanted);
    }
    ut_context(NULL);
}

#define NONE(word, near)                                                               \
    REFUSED("c0: there is no algorithm '" word "'; did you mean '" near                \
            "'? See which there are with help=on",                                     \
            "backend=c0", "algorithms=aes-gcm:" word)
#define EMPTY "has an empty name; write names with one ':' between them"

static void wrong_lists_of_algorithms(void)
{
    NONE("aes-cdc", "aes-cbc");
    NONE("moderne", "modern");
    NONE("virtio_builtin", "virtio-builtin");
    NONE("AES-CTR", "aes-ctr");
    NONE("hmac-sha265", "hmac-sha256");
    REFUSED("c0: there is no algorithm 'on'; see which there are with help=on",
            "backend=c0", "algorithms=on");
    REFUSED("c0: there is no algorithm '--arc4'; did you mean 'arc4'? See which there "
            "are with help=on",
            "backend=c0", "algorithms=---arc4");
    REFUSED("c0: algorithms= " EMPTY, "backend=c0", "algorithms=");
    REFUSED("c0: algorithms= " EMPTY, "backend=c0", "algorithms=-");
    REFUSED("c0: algorithms= " EMPTY, "backend=c0", "algorithms=aes-cbc:");
    REFUSED("c0: algorithms= " EMPTY, "backend=c0", "algorithms=:aes-cbc");
    REFUSED("c0: algorithms= " EMPTY, "backend=c0", "algorithms=aes-cbc::aes-gcm");
    REFUSED("c0: algorithms=-all leaves none; name one that is to be offered",
            "backend=c0", "algorithms=-all");
    REFUSED("c0: algorithms=sha1:-virtio-builtin leaves none; name one that is to be "
            "offered",
            "backend=c0", "algorithms=sha1:-virtio-builtin");
    REFUSED("c0: algorithms is given twice; give it once", "backend=c0",
            "algorithms=all", "algorithms=all");
}

static void help_names_every_option(void)
{
    struct vcrypto_arguments a;
    size_t count;
    const struct vcrypto_option *table = vcrypto_options_table(&count);
    char *help = vcrypto_arguments_help();

    UT_TRUE(parse(&a, (const char *const[]){ "help=on", NULL }));
    UT_TRUE(a.help);
    vcrypto_arguments_free(&a);
    UT_TRUE_FATAL(help != NULL);
    for (size_t i = 0; i < count; i++) {
        ut_context("%s", table[i].name);
        UT_TRUE(strstr(help, table[i].name) != NULL);
        UT_TRUE(strstr(help, table[i].help) != NULL);
    }
    free(help);
}

static void defaults_are_in_range(void)
{
    size_t count;
    const struct vcrypto_option *table = vcrypto_options_table(&count);

    for (size_t i = 0; i < count; i++) {
        ut_context("%s", table[i].name);
        UT_TRUE(vcrypto_option_check(&table[i], table[i].initial, message));
        UT_TRUE(vcrypto_option_check(&table[i], table[i].maximum, message));
        UT_TRUE(!vcrypto_option_check(&table[i], table[i].maximum + 1, message));
    }
}

static const struct ut_test tests[] = {
    { "defaults apply to what is not said", defaults_apply_to_what_is_not_said },
    { "keys belong to the backend before them",
      keys_belong_to_the_backend_before_them },
    { "wrong arguments get one line that helps",
      wrong_arguments_get_one_line_that_helps },
    { "keys are given once", keys_are_given_once },
    { "no key is given twice", no_key_is_given_twice },
    { "unknown keys get the nearest", unknown_keys_get_the_nearest },
    { "very long arguments are cut in messages",
      very_long_arguments_are_cut_in_messages },
    { "sizes have units", sizes_have_units },
    { "lists of algorithms", lists_of_algorithms },
    { "modern has nothing old", modern_has_nothing_old },
    { "wrong lists of algorithms", wrong_lists_of_algorithms },
    { "help names every option", help_names_every_option },
    { "defaults are in range", defaults_are_in_range },
    { NULL, NULL },
};

int main(int argc, char **argv)
{
    static const struct ut_suite suites[] = {
        { "arguments", NULL, NULL, tests },
        { NULL, NULL, NULL, NULL },
    };

    return ut_main(argc, argv, suites);
}
