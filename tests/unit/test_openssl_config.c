/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the process has to do with OpenSSL besides us: its configuration file, which the
 * library reads once in a process and at the first occasion, and its ENGINEs. Each case
 * is a process of its own.
 */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "forms-fixture.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <openssl/engine.h>
#include <openssl/rand.h>

#include "support/hex.h"

/* Runs @body in a process whose configuration file is @config. */
static void in_process(const char *name, bool (*body)(const char *), const char *what)
{
    g_autofree char *path = g_strdup_printf("%s/%s", OPENSSL_CONFIGS, name);
    int status;
    pid_t child;

    ut_context("%s", name);
    UT_TRUE(name[0] == '/' || access(path, R_OK) == 0);
    child = fork();
    UT_TRUE_FATAL(child >= 0);
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL); /* what hangs here ends with the test */
        setenv("OPENSSL_MODULES", "/nonexistent", 1);
        setenv("OPENSSL_CONF", name[0] == '/' ? name : path, 1);
        _exit(body(what) ? 0 : 1);
    }
    UT_TRUE_FATAL(waitpid(child, &status, 0) == child);
    UT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

/* ---- a process as it is when the backend is made ---- */

static bool is_refused(const char *what)
{
    const char *why = "";
    struct vcrypto_backend *backend = vcrypto_backend_new(&config, &why);
    bool refused = !backend && strcmp(why, what) == 0;

    if (!refused) {
        fprintf(stderr, "# %s: \"%s\" is not \"%s\"\n", backend ? "made" : "refused",
                why, what);
    }
    /* It is not too late. */
    return refused && !vcrypto_backend_new(&config, &why);
}

#define WRONG_DOES(what)                                                               \
    "the ENGINE \"wrong\" is to do " what                                              \
    " for this process: take it out of the OpenSSL configuration, or start QEMU with " \
    "OPENSSL_CONF=/dev/null"

static void engines_that_reach_keys_are_refused(void)
{
    in_process("engine-rsa.cnf", is_refused, WRONG_DOES("RSA"));
    in_process("engine-ec.cnf", is_refused, WRONG_DOES("elliptic curves"));
    in_process("engine-pkey.cnf", is_refused, WRONG_DOES("RSA"));
    in_process("engine-asn1.cnf", is_refused, WRONG_DOES("RSA"));
    in_process("engine-rand.cnf", is_refused, WRONG_DOES("random numbers"));
    in_process("engine-digests.cnf", is_refused,
               WRONG_DOES("SHA-512, which ECDSA signs with,"));
    in_process("engine-all.cnf", is_refused, WRONG_DOES("RSA"));
}

static int no_random(unsigned char *to, int size)
{
    memset(to, 0xaa, (size_t)size);
    return 1;
}

/* As a library in QEMU might do it, without any configuration. */
static bool is_refused_with_a_method(const char *what)
{
    static const RAND_METHOD method = { .bytes = no_random, .pseudorand = no_random };

    return RAND_set_rand_method(&method) == 1 && is_refused(what);
}

static void methods_that_reach_keys_are_refused(void)
{
    in_process("/dev/null", is_refused_with_a_method,
               "a library in this process has taken random numbers over from OpenSSL: "
               "leave out the options that QEMU loads it for");
}

/* ---- results ---- */

static bool answers(const struct known_answer *k)
{
    struct outcome outcome = run(&k->operation, FORM_STATELESS, 0, 4096, 0);
    bool right = outcome.status == VCRYPTO_OK &&
                 memcmp(outcome.bytes, k->answer.data, k->answer.len) == 0;

    if (!right) {
        fprintf(stderr, "# %s: wrong, with status %u\n", k->name, outcome.status);
    }
    g_free(outcome.bytes);
    return right;
}

static bool answers_are_right(void)
{
    const GArray *all = known_answers();
    bool right = true;

    use_form(FORM_STATELESS);
    for (unsigned i = 0; i < all->len; i++) {
        const struct known_answer *k = &g_array_index(all, struct known_answer, i);

        if (k->operation.service != VCRYPTO_SERVICE_AKCIPHER) {
            right = answers(k) && right;
        }
    }
    return right && all->len > 100;
}

/* An HMAC key longer than a block is hashed first: RFC 4231, 4.7, for each hash. */
static bool long_keys_are_right(void)
{
    static const struct {
        uint32_t id;
        const char *mac;
    } macs[] = {
        { VCRYPTO_MAC_HMAC_SHA_224,
          "95e9a0db962095adaebe9b2d6f0dbce2d499f112f2d2b7273fa6870e" },
        { VCRYPTO_MAC_HMAC_SHA_256,
          "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54" },
        { VCRYPTO_MAC_HMAC_SHA_384,
          "4ece084485813e9088d2c63a041bc5b44f9ef1012a2b588f"
          "3cd11f05033ac4c60c2ef6ab4030fe8296248df163f44952" },
        { VCRYPTO_MAC_HMAC_SHA_512,
          "80b24263c7c1a3ebb71493c1dd7be8b49b46d1f41b4aeec1121b013783f8f352"
          "6b56d037e05f2598bd0fd2215d6a1e5295e64f73f63f0aec8b915a985d786598" },
    };
    static const char text[] = "Test Using Larger Than Block-Size Key - Hash Key First";
    static uint8_t key[131];
    bool right = true;

    memset(key, 0xaa, sizeof(key));
    for (unsigned i = 0; i < G_N_ELEMENTS(macs); i++) {
        size_t len;
        g_autofree uint8_t *mac = hex_dup(macs[i].mac, &len);
        struct known_answer k = { .name = (char *)macs[i].mac,
                                  .operation = { .service = VCRYPTO_SERVICE_MAC,
                                                 .algorithm = macs[i].id,
                                                 .key = { key, sizeof(key) },
                                                 .src = { text, sizeof(text) - 1 },
                                                 .result_len = (uint32_t)len },
                                  .answer = { mac, (uint32_t)len } };

        right = answers(&k) && right;
    }
    return right;
}

/* RFC 6979, A.2.5, as an ECPrivateKey. */
static struct outcome sign(void)
{
    size_t len;
    g_autofree uint8_t *key =
        hex_dup("30250201010420c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b"
                "120f6721",
                &len);
    struct form_operation o = { .service = VCRYPTO_SERVICE_AKCIPHER,
                                .operation = VCRYPTO_OPERATION_SIGN,
                                .algorithm = VCRYPTO_AKCIPHER_ECDSA,
                                .key_type = VCRYPTO_AKCIPHER_KEY_PRIVATE,
                                .options = { VCRYPTO_CURVE_NIST_P256 },
                                .key = { key, (uint32_t)len },
                                .src = { key, 32 },
                                .dst_len = 200 };

    use_form(FORM_STATELESS);
    return run(&o, FORM_STATELESS, 0, 4096, 0);
}

static uint8_t status_of_signing(void)
{
    struct outcome outcome = sign();

    g_free(outcome.bytes);
    return outcome.status;
}

/* Two that are the same were made with one random number, which gives the key away. */
static bool signatures_differ(void)
{
    struct outcome a = sign(), b = sign();
    bool differ = a.status == VCRYPTO_OK && b.status == VCRYPTO_OK &&
                  memcmp(a.bytes, b.bytes, 60) != 0;

    if (!differ) {
        fprintf(stderr, "# two signatures are the same\n");
    }
    g_free(a.bytes);
    g_free(b.bytes);
    return differ;
}

/* Whether the configuration does what it is there for, to everybody but us. */
static bool others_get(const char *what)
{
    uint8_t digest[32], wrong[32], block[16] = { 0 };
    EVP_CIPHER_CTX *cipher = EVP_CIPHER_CTX_new();
    const EVP_CIPHER *ecb = EVP_aes_128_ecb();
    int len = 0;
    bool hashed = EVP_Digest("", 0, digest, NULL, EVP_sha256(), NULL) == 1;
    bool done = EVP_EncryptInit_ex(cipher, ecb, NULL, block, NULL) == 1 &&
                EVP_EncryptUpdate(cipher, block, &len, block, 16) == 1;

    EVP_CIPHER_CTX_free(cipher);
    memset(wrong, 0xaa, sizeof(wrong));
    if (strcmp(what, "nothing") == 0) {
        return !hashed && !done;
    }
    return hashed && done &&
           (memcmp(digest, wrong, 32) == 0) == (strstr(what, "digests") != NULL) &&
           (memcmp(block, wrong, 16) == 0) == (strstr(what, "ciphers") != NULL);
}

static bool is_right(const char *what)
{
    bool right;

    if (set_up() != 0) {
        fprintf(stderr, "# no backend\n");
        return false;
    }
    right = answers_are_right() && long_keys_are_right() && signatures_differ();
    tear_down();
    if (!others_get(what)) {
        fprintf(stderr, "# others do not get %s\n", what);
        right = false;
    }
    return right;
}

static void results_are_not_the_configurations(void)
{
    in_process("/dev/null", is_right, "what is right");
    in_process("fips.cnf", is_right, "nothing");
    in_process("broken.cnf", is_right, "what is right");
    in_process("engine-some.cnf", is_right, "wrong digests and ciphers");
    in_process("engine-ciphers.cnf", is_right, "wrong ciphers");
}

/* ---- ENGINEs that come later ---- */

static bool engine_takes_over(const char *list)
{
    ENGINE *engine;

    ENGINE_load_dynamic();
    engine = ENGINE_by_id("dynamic");
    return engine &&
           ENGINE_ctrl_cmd_string(engine, "SO_PATH", OPENSSL_CONFIGS "/wrong-engine.so",
                                  0) &&
           ENGINE_ctrl_cmd_string(engine, "LOAD", NULL, 0) &&
           ENGINE_set_default_string(engine, list);
}

/* Of a signature nothing can be told from its bytes: what is not sure is an error. */
static bool later_is_too_late(const char *list)
{
    bool right;

    if (set_up() != 0) {
        return false;
    }
    right = status_of_signing() == VCRYPTO_OK && engine_takes_over(list) &&
            answers_are_right() && long_keys_are_right() &&
            status_of_signing() == VCRYPTO_ERR;
    tear_down();
    return right;
}

static void engines_that_come_later_do_nothing(void)
{
    in_process("/dev/null", later_is_too_late, "ALL");
    in_process("/dev/null", later_is_too_late, "DIGESTS,CIPHERS");
    in_process("/dev/null", later_is_too_late, "EC");
    in_process("/dev/null", later_is_too_late, "PKEY_CRYPTO");
    in_process("/dev/null", later_is_too_late, "RAND");
}

int main(int argc, char **argv)
{
    static const struct ut_test tests[] = {
        { "engines that reach keys are refused", engines_that_reach_keys_are_refused },
        { "methods that reach keys are refused", methods_that_reach_keys_are_refused },
        { "results are not the configuration's", results_are_not_the_configurations },
        { "engines that come later do nothing", engines_that_come_later_do_nothing },
        { NULL, NULL },
    };
    static const struct ut_suite suites[] = { { "openssl", NULL, NULL, tests },
                                              { NULL, NULL, NULL, NULL } };

    return ut_main(argc, argv, suites);
}
