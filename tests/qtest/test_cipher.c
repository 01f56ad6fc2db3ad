/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Published known answers through the whole device: every algorithm and key length, in
 * both directions, under every descriptor layout, out of place and in place.
 *
 * Which of these tuples there must be is worked out from the algorithms that the device
 * advertises, not from the vectors at hand; a tuple that no vector covered is a
 * failure.
 *
 * With the argument "builtin" the same runs against QEMU's own builtin backend while
 * our plugin is loaded beside it. With "packed" our device has packed rings.
 */
#include "crypto.h"
#include "support/ut.h"
#include "vectors/cipher.h"

#include <glib.h>
#include <stdlib.h>
#include <string.h>

/* What the test knows of an algorithm. Lists end with 0. */
struct algorithm {
    uint32_t id;
    const char *name;
    uint32_t key_lens[9];
};

static const struct algorithm algorithms[] = {
    { CIPHER_VECTOR_ARC4, "arc4", { 5, 7, 8, 10, 16, 24, 32, 256 } },
    { CIPHER_VECTOR_AES_ECB, "aes-ecb", { 16, 24, 32 } },
    { CIPHER_VECTOR_AES_CBC, "aes-cbc", { 16, 24, 32 } },
    { CIPHER_VECTOR_AES_CTR, "aes-ctr", { 16, 24, 32 } },
    { CIPHER_VECTOR_DES_ECB, "des-ecb", { 8 } },
    { CIPHER_VECTOR_DES_CBC, "des-cbc", { 8 } },
    { CIPHER_VECTOR_3DES_ECB, "3des-ecb", { 16, 24 } },
    { CIPHER_VECTOR_3DES_CBC, "3des-cbc", { 16, 24 } },
    { CIPHER_VECTOR_3DES_CTR, "3des-ctr", { 16, 24 } },
    { CIPHER_VECTOR_AES_F8, "aes-f8", { 32, 48, 64 } },
    { CIPHER_VECTOR_AES_XTS, "aes-xts", { 32, 64 } },
#ifdef VCRYPTO_HAVE_IPSEC_MB
    { CIPHER_VECTOR_KASUMI_F8, "kasumi-f8", { 16 } },
    { CIPHER_VECTOR_SNOW3G_UEA2, "snow3g-uea2", { 16 } },
    { CIPHER_VECTOR_ZUC_EEA3, "zuc-eea3", { 16 } },
#endif
};

/* Where the backends under test differ. */
struct profile {
    const char *name;
    uint64_t accepted;      /* algorithms to test; 0: those that are advertised */
    bool two_key_3des;      /* takes 16-byte keys */
    bool any_length;        /* CTR and XTS: not only whole blocks */
    bool packed;            /* rings */
    bool used_len_is_whole; /* used.len: the whole writable length, or what was written
                             */
};

static const struct profile openssl = {
    .name = "openssl",
    .two_key_3des = true,
    .any_length = true,
};

static const struct profile openssl_packed = {
    .name = "packed",
    .two_key_3des = true,
    .any_length = true,
    .packed = true,
};

/*
 * Stock QEMU's builtin backend advertises AES-CBC only, but accepts more. It wants
 * 24-byte keys for 3DES and whole blocks in every mode, and reports the whole writable
 * length as used.
 */
static const struct profile builtin = {
    .name = "builtin",
    .accepted = 1 << CIPHER_VECTOR_AES_ECB | 1 << CIPHER_VECTOR_AES_CBC |
                1 << CIPHER_VECTOR_AES_CTR | 1 << CIPHER_VECTOR_3DES_ECB |
                1 << CIPHER_VECTOR_3DES_CBC | 1 << CIPHER_VECTOR_AES_XTS,
    .used_len_is_whole = true,
};

static const struct profile *profile = &openssl;
static struct qt_machine *machine;
static struct qt_crypto *crypto;
static GHashTable *covered; /* tuples, as text */

/* ---- setting up ---- */

/* The builtin backend can also be tested where there is a QEMU and no plugin. */
static bool can_run(void)
{
    return qt_plugin() || (profile == &builtin && getenv("VCRYPTO_QEMU"));
}

static void add_args(GPtrArray *args)
{
    if (qt_plugin()) {
        g_ptr_array_add(args, g_strdup("-plugin"));
        g_ptr_array_add(args, g_strdup_printf("%s,backend=crypto0", qt_plugin()));
    }
    if (profile == &builtin) {
        g_ptr_array_add(args, g_strdup("-object"));
        g_ptr_array_add(args, g_strdup("cryptodev-backend-builtin,id=b0"));
    }
    g_ptr_array_add(args, g_strdup("-device"));
    g_ptr_array_add(args, g_strdup_printf("virtio-crypto-pci,cryptodev=%s%s",
                                          profile == &builtin ? "b0" : "crypto0",
                                          profile->packed ? ",packed=on" : ""));
    g_ptr_array_add(args, NULL);
}

static int start(void)
{
    g_autoptr(GPtrArray) args = g_ptr_array_new_with_free_func(g_free);
    struct qt_machine_opts opts = { 0 };

    covered = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    if (!can_run()) {
        return 0;
    }
    add_args(args);
    opts.args = (const char *const *)args->pdata;
    machine = qt_machine_start(&opts);
    if (!machine) {
        return -1;
    }
    crypto = qt_crypto_open(machine, 0,
                            QT_CRYPTO_LINUX_FEATURES |
                                (profile->packed ? QT_F_RING_PACKED : 0));
    return !profile->packed == !crypto->data[0]->packed ? 0 : -1;
}

static int stop(void)
{
    qt_crypto_close(crypto);
    g_clear_pointer(&covered, g_hash_table_unref);
    return qt_machine_stop(machine);
}

/* ---- the product that must be covered ---- */

static uint64_t algorithms_to_test(void)
{
    return profile->accepted ? profile->accepted : crypto->config.cipher_algos;
}

static bool takes_key_len(const struct algorithm *algorithm, uint32_t key_len)
{
    bool two_key = key_len == 16 && (algorithm->id == CIPHER_VECTOR_3DES_ECB ||
                                     algorithm->id == CIPHER_VECTOR_3DES_CBC);

    return !two_key || profile->two_key_3des;
}

static const struct algorithm *find_algorithm(uint32_t id)
{
    for (size_t i = 0; i < G_N_ELEMENTS(algorithms); i++) {
        if (algorithms[i].id == id) {
            return &algorithms[i];
        }
    }
    return NULL;
}

struct tuple {
    const struct algorithm *algorithm;
    uint32_t key_len;
    bool decrypt;
    enum qt_layout layout;
    bool in_place;
};

static char *tuple_name(const struct tuple *t)
{
    return g_strdup_printf("%s key %u %s %s %s", t->algorithm->name, t->key_len,
                           t->decrypt ? "decrypt" : "encrypt",
                           qt_layout_name(t->layout),
                           t->in_place ? "in place" : "out of place");
}

/* Call @fn for both directions, every layout, in place and not. */
static void for_each_way(struct tuple t, void (*fn)(const struct tuple *t, void *arg),
                         void *arg)
{
    for (unsigned way = 0; way < 4 * QT_LAYOUTS; way++) {
        t.decrypt = way & 1;
        t.in_place = way & 2;
        t.layout = way / 4;
        fn(&t, arg);
    }
}

/* ---- one request ---- */

struct request {
    const struct cipher_vector *vector;
    uint64_t session;
    uint32_t slack; /* writable bytes beyond the destination */
};

static uint32_t expected_used_len(const struct qt_cipher *cipher)
{
    return cipher->len + (profile->used_len_is_whole ? cipher->slack : 0) + 1;
}

static void run_request(const struct tuple *t, const struct request *r)
{
    const struct cipher_vector *v = r->vector;
    static unsigned count;
    struct qt_cipher cipher = {
        .opcode = t->decrypt ? QT_CIPHER_DECRYPT : QT_CIPHER_ENCRYPT,
        .session = r->session,
        .iv = v->iv,
        .iv_len = (uint32_t)v->iv_len,
        .src = t->decrypt ? v->ciphertext : v->plaintext,
        .len = (uint32_t)v->len,
        .slack = r->slack,
        .queue = count % crypto->n_data,
        .layout = t->layout,
        .seed = count,
        .in_place = t->in_place,
    };
    g_autofree uint8_t *dst = g_malloc(v->len);
    const uint8_t *want = t->decrypt ? v->plaintext : v->ciphertext;
    uint32_t used_len;
    bool ok;

    count++;
    ok = UT_EQ_U64(qt_crypto_cipher(crypto, &cipher, dst, &used_len), QT_OK);
    ok = UT_EQ_MEM(dst, want, v->len) && ok;
    ok = UT_EQ_U64(used_len, expected_used_len(&cipher)) && ok;
    if (ok) {
        g_hash_table_add(covered, tuple_name(t));
    }
}

static bool fits_the_queue(const struct tuple *t, const struct cipher_vector *v)
{
    uint8_t request[QT_CRYPTO_REQUEST_SIZE];
    struct qt_cipher cipher = {
        .iv_len = (uint32_t)v->iv_len,
        .len = (uint32_t)v->len,
        .layout = t->layout,
        .in_place = t->in_place,
    };
    struct qt_xfer xfer = qt_cipher_xfer(&cipher, request);

    return qt_xfer_descriptors(&xfer) <= crypto->data[0]->size;
}

/* One vector in one way: create a session, run, destroy it, all under the one layout.
 */
static void run_way(const struct tuple *t, void *arg)
{
    struct request request = *(const struct request *)arg;
    const struct cipher_vector *v = request.vector;
    g_autofree char *name = tuple_name(t);
    struct qt_create_reply reply;

    if (!fits_the_queue(t, v)) {
        return;
    }
    ut_context("%s: %s", name, v->name);
    crypto->ctrl_layout = t->layout;
    reply = qt_crypto_create_cipher(crypto, t->algorithm->id, v->key, t->key_len,
                                    t->decrypt ? QT_OP_DECRYPT : QT_OP_ENCRYPT);
    UT_EQ_U64(reply.used_len, QT_CRYPTO_CREATE_REPLY_SIZE);
    if (UT_EQ_U64(reply.status, QT_OK)) {
        request.session = reply.session;
        run_request(t, &request);
        UT_EQ_U64(qt_crypto_destroy(crypto, QT_CIPHER_DESTROY, reply.session, 1, NULL),
                  QT_OK);
    }
    ut_context(NULL);
}

/* ---- tests ---- */

static void advertised_algorithms_are_known(void)
{
    if (!crypto) {
        UT_SKIP("no plugin to test");
    }
    UT_TRUE(crypto->config.services & 1u << QT_SERVICE_CIPHER);
    UT_TRUE(crypto->config.cipher_algos != 0);
    for (uint32_t id = 0; id < 64; id++) {
        if (crypto->config.cipher_algos >> id & 1 && !find_algorithm(id)) {
            UT_FAIL("cipher algorithm %u is advertised, and this test does not know it",
                    id);
        }
    }
}

static bool wanted(const struct cipher_vector *v, const struct algorithm *algorithm)
{
    bool part_block = v->len % 8 != 0 || (v->len % 16 != 0 && v->iv_len == 16);

    return algorithm && algorithms_to_test() >> v->algorithm & 1 &&
           takes_key_len(algorithm, (uint32_t)v->key_len) &&
           (!part_block || profile->any_length);
}

static void run_vectors(uint32_t slack)
{
    size_t n;
    const struct cipher_vector *vectors = cipher_vectors(&n);

    for (size_t i = 0; i < n; i++) {
        struct request request = { .vector = &vectors[i], .slack = slack };
        struct tuple t = {
            .algorithm = find_algorithm(vectors[i].algorithm),
            .key_len = (uint32_t)vectors[i].key_len,
        };

        if (wanted(&vectors[i], t.algorithm)) {
            for_each_way(t, run_way, &request);
        }
    }
}

static void known_answers(void)
{
    if (!crypto) {
        UT_SKIP("no plugin to test");
    }
    run_vectors(0);
}

/*
 * Linux may hand over more room than the request asks for. The status is then still the
 * last writable byte, and nobody writes between the result and the status.
 */
static void more_room_than_needed(void)
{
    if (!crypto) {
        UT_SKIP("no plugin to test");
    }
    run_vectors(21);
}

static void require(const struct tuple *t, void *arg)
{
    unsigned *required = arg;
    g_autofree char *name = tuple_name(t);

    ++*required;
    if (!g_hash_table_contains(covered, name)) {
        UT_FAIL("not covered: %s", name);
    }
}

static void nothing_is_missing(void)
{
    unsigned required = 0;

    if (!crypto) {
        UT_SKIP("no plugin to test");
    }
    for (size_t i = 0; i < G_N_ELEMENTS(algorithms); i++) {
        const struct algorithm *a = &algorithms[i];

        for (const uint32_t *k = a->key_lens; algorithms_to_test() >> a->id & 1 && *k;
             k++) {
            if (takes_key_len(a, *k)) {
                for_each_way((struct tuple){ .algorithm = a, .key_len = *k }, require,
                             &required);
            }
        }
    }
    UT_TRUE(required > 0);
    UT_EQ_U64(g_hash_table_size(covered), required);
    ut_note("tuples: %u", g_hash_table_size(covered));
}

static const struct profile *choose_profile(const char *name)
{
    static const struct profile *const profiles[] = { &openssl_packed, &builtin };

    for (size_t i = 0; i < G_N_ELEMENTS(profiles); i++) {
        if (g_strcmp0(name, profiles[i]->name) == 0) {
            return profiles[i];
        }
    }
    return NULL;
}

int main(int argc, char **argv)
{
    static const struct ut_test tests[] = {
        { "advertised algorithms are known", advertised_algorithms_are_known },
        { "known answers", known_answers },
        { "no tuple is missing", nothing_is_missing },
        { "more room than needed", more_room_than_needed },
        { NULL, NULL },
    };
    static const struct ut_suite suites[] = { { "cipher", start, stop, tests }, { 0 } };

    if (choose_profile(argv[1])) {
        profile = choose_profile(argv[1]);
        argv++;
        argc--;
    }
    return ut_main(argc, argv, suites);
}
