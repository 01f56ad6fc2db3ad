/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * RSA and ECDSA: published signatures; and, with keys made here, each operation against
 * its opposite and against arithmetic; and what is no key.
 */
#include "forms-fixture.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "support/hex.h"

enum { ENCRYPT, DECRYPT, SIGN, VERIFY };

/* A request of one stateless operation. */
static struct outcome request(const struct form_operation *key, uint32_t operation,
                              struct form_bytes src, struct form_bytes data,
                              uint32_t room)
{
    struct form_operation o = *key;

    o.operation = operation;
    o.src = src;
    o.signed_data = data;
    o.dst_len = operation == VERIFY ? 0 : room;
    return run(&o, FORM_STATELESS, 0, 4096, 0);
}

static uint8_t status_of(const struct form_operation *key, uint32_t operation,
                         struct form_bytes src, struct form_bytes data, uint32_t room)
{
    struct outcome outcome = request(key, operation, src, data, room);

    g_free(outcome.bytes);
    return outcome.status;
}

static const struct form_bytes none = { NULL, 0 };

static struct form_bytes bytes(const void *data, size_t len)
{
    return (struct form_bytes){ data, (uint32_t)len };
}

/* ---- RSA ---- */

struct rsa {
    EVP_PKEY *key;
    struct form_operation public, private;
    uint32_t size;
};

static struct rsa make_rsa(unsigned bits, uint32_t padding, uint32_t hash)
{
    uint8_t *der = NULL;
    struct rsa rsa = { .key = EVP_RSA_gen(bits), .size = bits / 8 };
    int len;

    UT_TRUE_FATAL(rsa.key != NULL);
    rsa.public = (struct form_operation){ .service = VCRYPTO_SERVICE_AKCIPHER,
                                          .algorithm = VCRYPTO_AKCIPHER_RSA,
                                          .key_type = 1,
                                          .options = { padding, hash } };
    rsa.private = rsa.public;
    rsa.private.key_type = 2;
    len = i2d_PublicKey(rsa.key, &der);
    rsa.public.key = bytes(der, (size_t)len);
    der = NULL;
    len = i2d_PrivateKey(rsa.key, &der);
    rsa.private.key = bytes(der, (size_t)len);
    return rsa;
}

static void free_rsa(struct rsa *rsa)
{
    OPENSSL_free((void *)rsa->public.key.data);
    OPENSSL_free((void *)rsa->private.key.data);
    EVP_PKEY_free(rsa->key);
}

/* @src to the power of one of the key's exponents, by the definition. */
static void power(const struct rsa *rsa, const char *exponent, const uint8_t *src,
                  size_t len, uint8_t *result)
{
    BIGNUM *n = NULL, *e = NULL, *m = BN_bin2bn(src, (int)len, NULL);
    BN_CTX *scratch = BN_CTX_new();

    UT_TRUE_FATAL(EVP_PKEY_get_bn_param(rsa->key, OSSL_PKEY_PARAM_RSA_N, &n) == 1);
    UT_TRUE_FATAL(EVP_PKEY_get_bn_param(rsa->key, exponent, &e) == 1);
    UT_TRUE_FATAL(BN_mod_exp(m, m, e, n, scratch) == 1);
    BN_bn2binpad(m, result, (int)rsa->size);
    BN_free(m);
    BN_free(n);
    BN_clear_free(e);
    BN_CTX_free(scratch);
}

static const unsigned sizes[] = { 512, 1024, 2048 };

/* shows: AK-1 AK-2 */
static void raw_rsa_is_arithmetic(void)
{
    use_form(FORM_STATELESS);
    for (unsigned i = 0; i < G_N_ELEMENTS(sizes); i++) {
        struct rsa rsa = make_rsa(sizes[i], VCRYPTO_RSA_RAW_PADDING, 0);

        for (uint32_t len = 1; len < rsa.size; len += 13) {
            uint8_t src[256] = { 0 }, expected[256];
            struct outcome outcome;

            memset(src, 0x5a, len);
            ut_context("%u bits, %u bytes", sizes[i], len);
            power(&rsa, OSSL_PKEY_PARAM_RSA_E, src, len, expected);
            outcome = request(&rsa.public, ENCRYPT, bytes(src, len), none, rsa.size);
            UT_EQ_U64(outcome.status, VCRYPTO_OK);
            UT_EQ_U64(outcome.used, rsa.size + 1);
            UT_EQ_MEM(outcome.bytes, expected, rsa.size);
            g_free(outcome.bytes);
            power(&rsa, OSSL_PKEY_PARAM_RSA_D, src, len, expected);
            outcome =
                request(&rsa.private, DECRYPT, bytes(src, len), none, rsa.size + 9);
            UT_EQ_U64(outcome.status, VCRYPTO_OK);
            UT_EQ_U64(outcome.used, rsa.size + 1);
            UT_EQ_MEM(outcome.bytes, expected, rsa.size);
            g_free(outcome.bytes);
        }
        free_rsa(&rsa);
    }
}

static void raw_rsa_has_limits(void)
{
    struct rsa rsa = make_rsa(512, VCRYPTO_RSA_RAW_PADDING, 0);
    uint8_t src[80];

    use_form(FORM_STATELESS);
    memset(src, 0xff, sizeof(src));
    UT_EQ_U64(status_of(&rsa.public, ENCRYPT, bytes(src, 64), none, 64), VCRYPTO_ERR);
    UT_EQ_U64(status_of(&rsa.public, ENCRYPT, bytes(src, 65), none, 64), VCRYPTO_ERR);
    UT_EQ_U64(status_of(&rsa.public, ENCRYPT, bytes(src, 63), none, 64), VCRYPTO_OK);
    UT_EQ_U64(status_of(&rsa.public, ENCRYPT, bytes(src, 63), none, 63), VCRYPTO_ERR);
    UT_EQ_U64(status_of(&rsa.public, ENCRYPT, none, none, 64), VCRYPTO_ERR);
    UT_EQ_U64(status_of(&rsa.public, DECRYPT, bytes(src, 63), none, 64), VCRYPTO_ERR);
    UT_EQ_U64(status_of(&rsa.private, ENCRYPT, bytes(src, 63), none, 64), VCRYPTO_OK);
    UT_EQ_U64(status_of(&rsa.private, SIGN, bytes(src, 20), none, 64), VCRYPTO_NOTSUPP);
    UT_EQ_U64(status_of(&rsa.public, VERIFY, bytes(src, 64), bytes(src, 20), 0),
              VCRYPTO_NOTSUPP);
    free_rsa(&rsa);
}

/* shows: AK-4 */
static void pkcs1_encryption_comes_back(void)
{
    use_form(FORM_STATELESS);
    for (unsigned i = 0; i < G_N_ELEMENTS(sizes); i++) {
        struct rsa rsa = make_rsa(sizes[i], VCRYPTO_RSA_PKCS1_PADDING, 0);

        for (uint32_t len = 1; len <= rsa.size - 11; len += len < 3 ? 1 : 17) {
            uint8_t src[256];
            struct outcome sealed, opened;

            memset(src, 0xc3, len);
            ut_context("%u bits, %u bytes", sizes[i], len);
            sealed = request(&rsa.public, ENCRYPT, bytes(src, len), none, rsa.size);
            UT_EQ_U64(sealed.status, VCRYPTO_OK);
            UT_EQ_U64(sealed.used, rsa.size + 1);
            opened = request(&rsa.private, DECRYPT, bytes(sealed.bytes, rsa.size), none,
                             rsa.size);
            UT_EQ_U64(opened.status, VCRYPTO_OK);
            UT_EQ_U64(opened.used, len + 1);
            UT_EQ_MEM(opened.bytes, src, len);
            g_free(opened.bytes);
            if (len > 1) {
                UT_EQ_U64(status_of(&rsa.private, DECRYPT,
                                    bytes(sealed.bytes, rsa.size), none, len - 1),
                          VCRYPTO_ERR);
            }
            g_free(sealed.bytes);
        }
        uint8_t longest[256] = { 1 };

        UT_EQ_U64(status_of(&rsa.public, ENCRYPT, bytes(longest, rsa.size - 11), none,
                            rsa.size),
                  VCRYPTO_OK);
        UT_EQ_U64(status_of(&rsa.public, ENCRYPT, bytes(longest, rsa.size - 10), none,
                            rsa.size),
                  VCRYPTO_ERR);
        /* Whatever this is, it has no such padding. */
        UT_EQ_U64(
            status_of(&rsa.private, DECRYPT, bytes(longest, rsa.size), none, rsa.size),
            VCRYPTO_ERR);
        UT_EQ_U64(status_of(&rsa.private, DECRYPT, bytes(longest, 1), none, rsa.size),
                  VCRYPTO_ERR);
        free_rsa(&rsa);
    }
}

/* Against the library's own signatures, whose prefix is not ours. */
/* shows: AK-3 */
static void pkcs1_signatures_are_the_librarys(void)
{
    static const struct {
        uint32_t hash;
        const char *name;
        uint32_t len;
    } hashes[] = {
        { VCRYPTO_RSA_MD5, "MD5", 16 },       { VCRYPTO_RSA_SHA1, "SHA1", 20 },
        { VCRYPTO_RSA_SHA224, "SHA224", 28 }, { VCRYPTO_RSA_SHA256, "SHA256", 32 },
        { VCRYPTO_RSA_SHA384, "SHA384", 48 }, { VCRYPTO_RSA_SHA512, "SHA512", 64 },
        { VCRYPTO_RSA_NO_HASH, NULL, 35 },
    };

    use_form(FORM_STATELESS);
    for (unsigned i = 0; i < G_N_ELEMENTS(hashes); i++) {
        struct rsa rsa = make_rsa(1024, VCRYPTO_RSA_PKCS1_PADDING, hashes[i].hash);
        EVP_PKEY_CTX *theirs = EVP_PKEY_CTX_new(rsa.key, NULL);
        uint8_t digest[64], expected[128];
        size_t len = sizeof(expected);
        struct outcome outcome;

        memset(digest, 0x17, sizeof(digest));
        ut_context("%s", hashes[i].name ? hashes[i].name : "no hash");
        UT_TRUE(EVP_PKEY_sign_init(theirs) == 1);
        UT_TRUE(EVP_PKEY_CTX_set_rsa_padding(theirs, RSA_PKCS1_PADDING) == 1);
        if (hashes[i].name) {
            UT_TRUE(EVP_PKEY_CTX_set_signature_md(
                        theirs, EVP_get_digestbyname(hashes[i].name)) == 1);
        }
        UT_TRUE(EVP_PKEY_sign(theirs, expected, &len, digest, hashes[i].len) == 1);
        EVP_PKEY_CTX_free(theirs);
        outcome = request(&rsa.private, SIGN, bytes(digest, hashes[i].len), none, 128);
        UT_EQ_U64(outcome.status, VCRYPTO_OK);
        UT_EQ_MEM(outcome.bytes, expected, 128);
        g_free(outcome.bytes);
        UT_EQ_U64(status_of(&rsa.public, VERIFY, bytes(expected, 128),
                            bytes(digest, hashes[i].len), 0),
                  VCRYPTO_OK);
        for (unsigned b = 0; b < 128; b++) {
            expected[b] ^= 1;
            UT_EQ_U64(status_of(&rsa.public, VERIFY, bytes(expected, 128),
                                bytes(digest, hashes[i].len), 0),
                      VCRYPTO_KEY_REJECTED);
            expected[b] ^= 1;
        }
        UT_EQ_U64(status_of(&rsa.public, VERIFY, bytes(expected, 127),
                            bytes(digest, hashes[i].len), 0),
                  VCRYPTO_KEY_REJECTED);
        digest[0] ^= 1;
        UT_EQ_U64(status_of(&rsa.public, VERIFY, bytes(expected, 128),
                            bytes(digest, hashes[i].len), 0),
                  VCRYPTO_KEY_REJECTED);
        UT_EQ_U64(status_of(&rsa.public, SIGN, bytes(digest, hashes[i].len), none, 128),
                  VCRYPTO_ERR);
        if (hashes[i].name) {
            UT_EQ_U64(status_of(&rsa.private, SIGN, bytes(digest, hashes[i].len - 1),
                                none, 128),
                      VCRYPTO_ERR);
        }
        free_rsa(&rsa);
    }
}

/* What every form of a request answers, with a session and without. */
static uint8_t status_in_each_form(const struct form_operation *key, uint32_t operation,
                                   struct form_bytes src, struct form_bytes data,
                                   uint32_t room)
{
    struct form_operation o = *key;
    uint8_t statuses[FORMS];

    o.operation = operation;
    o.src = src;
    o.signed_data = data;
    o.dst_len = operation == VERIFY ? 0 : room;
    for (enum form form = 0; form < FORMS; form++) {
        struct outcome outcome;
        uint32_t created;
        uint64_t id = 0;

        use_form(form);
        if (!form_stateless(form)) {
            id = create(&o, form, &created);
            UT_EQ_U64(created, VCRYPTO_OK);
        }
        outcome = run(&o, form, id, 4096, 0);
        statuses[form] = outcome.status;
        g_free(outcome.bytes);
        if (!form_stateless(form)) {
            UT_EQ_U64(destroy(&o, form, id), VCRYPTO_OK);
        }
        UT_EQ_U64(statuses[form], statuses[0]);
    }
    use_form(FORM_STATELESS);
    return statuses[0];
}

/* RFC 8017, 7.2.2, step 1: also where the missing byte is a zero. */
static void pkcs1_decrypts_what_is_as_long_as_the_modulus(void)
{
    struct rsa rsa = make_rsa(512, VCRYPTO_RSA_PKCS1_PADDING, 0);
    uint8_t message[] = { 1, 2, 3, 4, 5 }, longer[65] = { 0 };
    struct outcome sealed;

    use_form(FORM_STATELESS);
    sealed = request(&rsa.public, ENCRYPT, bytes(message, 5), none, rsa.size);
    for (unsigned i = 0; i < 100000 && sealed.bytes[0]; i++) { /* one in 256 */
        g_free(sealed.bytes);
        sealed = request(&rsa.public, ENCRYPT, bytes(message, 5), none, rsa.size);
        UT_EQ_U64(sealed.status, VCRYPTO_OK);
    }
    UT_EQ_U64(sealed.bytes[0], 0);
    UT_EQ_U64(status_in_each_form(&rsa.private, DECRYPT, bytes(sealed.bytes, 64), none,
                                  rsa.size),
              VCRYPTO_OK);
    UT_EQ_U64(status_in_each_form(&rsa.private, DECRYPT, bytes(sealed.bytes + 1, 63),
                                  none, rsa.size),
              VCRYPTO_ERR);
    memcpy(longer + 1, sealed.bytes, 64);
    UT_EQ_U64(
        status_in_each_form(&rsa.private, DECRYPT, bytes(longer, 65), none, rsa.size),
        VCRYPTO_ERR);
    UT_EQ_U64(status_in_each_form(&rsa.private, DECRYPT, none, none, rsa.size),
              VCRYPTO_ERR);
    g_free(sealed.bytes);
    free_rsa(&rsa);
}

static void the_empty_message_is_one(void)
{
    struct rsa rsa = make_rsa(512, VCRYPTO_RSA_PKCS1_PADDING, VCRYPTO_RSA_NO_HASH);
    struct outcome made, opened;
    uint8_t expected[64], padded[64] = { 0, 1 };

    use_form(FORM_STATELESS);
    made = request(&rsa.public, ENCRYPT, none, none, rsa.size);
    UT_EQ_U64(made.status, VCRYPTO_OK);
    UT_EQ_U64(made.used, rsa.size + 1);
    opened = request(&rsa.private, DECRYPT, bytes(made.bytes, rsa.size), none, 0);
    UT_EQ_U64(opened.status, VCRYPTO_OK);
    UT_EQ_U64(opened.used, 1);
    g_free(opened.bytes);
    g_free(made.bytes);
    UT_EQ_U64(status_in_each_form(&rsa.public, ENCRYPT, none, none, rsa.size),
              VCRYPTO_OK);
    /* RFC 8017, 9.2: 00 01 ff ... ff 00, and nothing after it. */
    memset(padded + 2, 0xff, sizeof(padded) - 3);
    power(&rsa, OSSL_PKEY_PARAM_RSA_D, padded, sizeof(padded), expected);
    made = request(&rsa.private, SIGN, none, none, rsa.size);
    UT_EQ_U64(made.status, VCRYPTO_OK);
    UT_EQ_MEM(made.bytes, expected, sizeof(expected));
    g_free(made.bytes);
    UT_EQ_U64(status_in_each_form(&rsa.private, SIGN, none, none, rsa.size),
              VCRYPTO_OK);
    UT_EQ_U64(status_in_each_form(&rsa.public, VERIFY, bytes(expected, 64), none, 0),
              VCRYPTO_OK);
    UT_EQ_U64(status_in_each_form(&rsa.public, VERIFY, bytes(expected, 64),
                                  bytes(padded, 1), 0),
              VCRYPTO_KEY_REJECTED);
    free_rsa(&rsa);
    /* A digest has its length, and a number a digit. */
    rsa = make_rsa(512, VCRYPTO_RSA_PKCS1_PADDING, VCRYPTO_RSA_SHA1);
    UT_EQ_U64(status_in_each_form(&rsa.private, SIGN, none, none, rsa.size),
              VCRYPTO_ERR);
    free_rsa(&rsa);
    rsa = make_rsa(512, VCRYPTO_RSA_RAW_PADDING, 0);
    UT_EQ_U64(status_in_each_form(&rsa.public, ENCRYPT, none, none, rsa.size),
              VCRYPTO_ERR);
    free_rsa(&rsa);
}

/* Of these none is as long as a signature by the keys of the tests is. */
static const uint32_t wrong_lengths[] = { 0, 1, 63, 65, 127, 257, 1024, 1025, 4096 };

static void no_other_length_is_a_signature(const struct form_operation *key,
                                           uint32_t digest_len)
{
    static const uint8_t digest[64];
    g_autofree uint8_t *signature = g_malloc(4096);

    memset(signature, 0x30, 4096);
    for (unsigned i = 0; i < G_N_ELEMENTS(wrong_lengths); i++) {
        ut_context("a signature of %u bytes", wrong_lengths[i]);
        UT_EQ_U64(status_in_each_form(key, VERIFY, bytes(signature, wrong_lengths[i]),
                                      bytes(digest, digest_len), 0),
                  VCRYPTO_KEY_REJECTED);
    }
    /* What was signed cannot be this: that is no answer about a signature. */
    UT_EQ_U64(status_in_each_form(key, VERIFY, bytes(signature, 64),
                                  bytes(signature, 1025), 0),
              VCRYPTO_ERR);
}

/* shows: AK-3 */
static void rsa_signatures_have_one_length(void)
{
    struct rsa rsa = make_rsa(512, VCRYPTO_RSA_PKCS1_PADDING, VCRYPTO_RSA_SHA1);

    no_other_length_is_a_signature(&rsa.public, 20);
    free_rsa(&rsa);
    rsa = make_rsa(512, VCRYPTO_RSA_PKCS1_PADDING, VCRYPTO_RSA_NO_HASH);
    no_other_length_is_a_signature(&rsa.public, 0);
    free_rsa(&rsa);
}

/* ---- ECDSA ---- */

/* RFC 6979, A.2: keys, and signatures of "sample". */
static const struct curve {
    uint32_t id;
    const char *oid; /* its DER */
    const char *secret;
    const char *hash;
    const char *r, *s;
} curves[] = {
    { VCRYPTO_CURVE_NIST_P192, "06082a8648ce3d030101",
      "6fab034934e4c0fc9ae67f5b5659a9d7d1fefd187ee09fd4", "SHA1",
      "98c6bd12b23eaf5e2a2045132086be3eb8ebd62abf6698ff",
      "57a22b07dea9530f8de9471b1dc6624472e8e2844bc25b64" },
    { VCRYPTO_CURVE_NIST_P224, "06052b81040021",
      "f220266e1105bfe3083e03ec7a3a654651f45e37167e88600bf257c1", "SHA224",
      "1cdfe6662dde1e4a1ec4cdedf6a1f5a2fb7fbd9145c12113e6abfd3e",
      "a6694fd7718a21053f225d3f46197ca699d45006c06f871808f43ebc" },
    { VCRYPTO_CURVE_NIST_P256, "06082a8648ce3d030107",
      "c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721", "SHA256",
      "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716",
      "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8" },
    { VCRYPTO_CURVE_NIST_P384, "06052b81040022",
      "6b9d3dad2e1b8c1c05b19875b6659f4de23c3b667bf297ba9aa47740787137d8"
      "96d5724e4c70a825f872c9ea60d2edf5",
      "SHA384",
      "94edbb92a5ecb8aad4736e56c691916b3f88140666ce9fa73d64c4ea95ad133c"
      "81a648152e44acf96e36dd1e80fabe46",
      "99ef4aeb15f178cea1fe40db2603138f130e740a19624526203b6351d0a3a94f"
      "a329c145786e679e7b82c71a38628ac8" },
    { VCRYPTO_CURVE_NIST_P521, "06052b81040023",
      "00fad06daa62ba3b25d2fb40133da757205de67f5bb0018fee8c86e1b68c7e75"
      "caa896eb32f1f47c70855836a6d16fcc1466f6d8fbec67db89ec0c08b0e996b83538",
      "SHA512",
      "00c328fafcbd79dd77850370c46325d987cb525569fb63c5d3bc53950e6d4c5f"
      "174e25a1ee9017b5d450606add152b534931d7d4e8455cc91f9b15bf05ec36e377fa",
      "00617cce7cf5064806c467f678d3b4080d6f1cc50af26ca209417308281b68af"
      "282623eaa63e5b5c0723d8b8c37ff0777b1a20f8ccb1dccc43997f1ee0e44da4a67a" },
};

static GByteArray *element(uint8_t tag, const void *data, size_t len)
{
    GByteArray *der = g_byte_array_new();
    uint8_t head[] = { tag, 0x81, (uint8_t)len };
    uint8_t short_head[] = { tag, (uint8_t)len };

    if (len < 128) {
        g_byte_array_append(der, short_head, 2);
    } else {
        g_byte_array_append(der, head, 3);
    }
    g_byte_array_append(der, data, (guint)len);
    return der;
}

static void append(GByteArray *to, GByteArray *part)
{
    g_byte_array_append(to, part->data, part->len);
    g_byte_array_unref(part);
}

static void append_hex(GByteArray *to, uint8_t tag, const char *hex)
{
    size_t len;
    g_autofree uint8_t *data = hex_dup(hex, &len);

    append(to, element(tag, data, len));
}

static GByteArray *wrap(uint8_t tag, GByteArray *inside)
{
    GByteArray *whole = element(tag, inside->data, inside->len);

    g_byte_array_unref(inside);
    return whole;
}

static GByteArray *private_der(const struct curve *curve, const char *oid)
{
    GByteArray *inside = g_byte_array_new();

    append_hex(inside, 0x02, "01");
    append_hex(inside, 0x04, curve->secret);
    if (oid) {
        append_hex(inside, 0xa0, oid);
    }
    return wrap(0x30, inside);
}

static void append_number(GByteArray *to, const char *hex)
{
    g_autofree char *positive = g_strdup_printf("00%s", hex);
    BIGNUM *number = NULL;
    uint8_t bare[80];
    int len;

    BN_hex2bn(&number, positive);
    len = BN_bn2bin(number, bare + 1);
    bare[0] = 0;
    if (bare[1] & 0x80) {
        append(to, element(0x02, bare, (size_t)len + 1));
    } else {
        append(to, element(0x02, bare + 1, (size_t)len));
    }
    BN_free(number);
}

static GByteArray *signature_of(const struct curve *curve)
{
    GByteArray *inside = g_byte_array_new();

    append_number(inside, curve->r);
    append_number(inside, curve->s);
    return wrap(0x30, inside);
}

static struct form_operation ecdsa_key(const struct curve *curve, uint32_t key_type,
                                       const GByteArray *key)
{
    return (struct form_operation){ .service = VCRYPTO_SERVICE_AKCIPHER,
                                    .algorithm = VCRYPTO_AKCIPHER_ECDSA,
                                    .key_type = key_type,
                                    .options = { curve->id },
                                    .key = bytes(key->data, key->len) };
}

static void published_signatures_verify(void)
{
    use_form(FORM_STATELESS);
    for (unsigned i = 0; i < G_N_ELEMENTS(curves); i++) {
        const struct curve *curve = &curves[i];
        g_autoptr(GByteArray) der = private_der(curve, i % 2 ? curve->oid : NULL);
        g_autoptr(GByteArray) signature = signature_of(curve);
        struct form_operation key = ecdsa_key(curve, 2, der);
        uint8_t digest[64];
        unsigned len;
        struct outcome outcome;

        ut_context("curve %u", curve->id);
        UT_TRUE(EVP_Digest("sample", 6, digest, &len, EVP_get_digestbyname(curve->hash),
                           NULL) == 1);
        UT_EQ_U64(status_of(&key, VERIFY, bytes(signature->data, signature->len),
                            bytes(digest, len), 0),
                  VCRYPTO_OK);
        signature->data[signature->len - 1] ^= 1;
        UT_EQ_U64(status_of(&key, VERIFY, bytes(signature->data, signature->len),
                            bytes(digest, len), 0),
                  VCRYPTO_KEY_REJECTED);
        outcome = request(&key, SIGN, bytes(digest, len), none, 200);
        UT_EQ_U64(outcome.status, VCRYPTO_OK);
        UT_TRUE(outcome.used > 40 && outcome.used < 150);
        UT_EQ_U64(status_of(&key, VERIFY, bytes(outcome.bytes, outcome.used - 1),
                            bytes(digest, len), 0),
                  VCRYPTO_OK);
        digest[0] ^= 1;
        UT_EQ_U64(status_of(&key, VERIFY, bytes(outcome.bytes, outcome.used - 1),
                            bytes(digest, len), 0),
                  VCRYPTO_KEY_REJECTED);
        g_free(outcome.bytes);
        UT_EQ_U64(status_of(&key, SIGN, bytes(digest, len), none, 20), VCRYPTO_ERR);
        UT_EQ_U64(status_of(&key, ENCRYPT, bytes(digest, len), none, 200),
                  VCRYPTO_NOTSUPP);
        UT_EQ_U64(status_of(&key, DECRYPT, bytes(digest, len), none, 200),
                  VCRYPTO_NOTSUPP);
    }
}

/* RFC 6979, A.2.5: the public key of P-256. */
static void public_keys_are_points(void)
{
    const struct curve *curve = &curves[2];
    size_t len;
    g_autofree uint8_t *octets =
        hex_dup("0460fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"
                "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299",
                &len);
    g_autoptr(GByteArray) key_bytes = g_byte_array_new();
    g_autoptr(GByteArray) signature = signature_of(curve);
    struct form_operation key;
    uint8_t digest[32];

    use_form(FORM_STATELESS);
    EVP_Digest("sample", 6, digest, NULL, EVP_sha256(), NULL);
    g_byte_array_append(key_bytes, octets, (guint)len);
    key = ecdsa_key(curve, 1, key_bytes);
    const struct form_bytes s = bytes(signature->data, signature->len);
    const struct form_bytes d = bytes(digest, 32);

    UT_EQ_U64(status_of(&key, VERIFY, s, d, 0), VCRYPTO_OK);
    UT_EQ_U64(status_of(&key, SIGN, d, none, 200), VCRYPTO_ERR);
    key_bytes->data[0] = 2 + (octets[64] & 1); /* compressed: only the first half */
    key.key.len = 33;
    UT_EQ_U64(status_of(&key, VERIFY, s, d, 0), VCRYPTO_OK);
    key_bytes->data[0] = 6 + (octets[64] & 1); /* hybrid */
    key.key.len = 65;
    UT_EQ_U64(status_of(&key, VERIFY, s, d, 0), VCRYPTO_ERR);
    key_bytes->data[0] = 4;
    key_bytes->data[64] ^= 1; /* on no curve */
    UT_EQ_U64(status_of(&key, VERIFY, s, d, 0), VCRYPTO_ERR);
    key_bytes->data[64] ^= 1;
    for (uint32_t id = 0; id < 8; id++) {
        key.options[0] = id;
        ut_context("curve %u", id);
        UT_EQ_U64(status_of(&key, VERIFY, s, d, 0), id == 3 ? VCRYPTO_OK : VCRYPTO_ERR);
    }
}

/* ---- what is no key ---- */

static uint32_t created(const struct form_operation *key)
{
    uint32_t status;
    uint64_t id = create(key, FORM_EXACT, &status);

    UT_TRUE((id != 0) == (status == VCRYPTO_OK));
    if (id) {
        destroy(key, FORM_EXACT, id);
    }
    return status;
}

static void no_part_of_a_key_is_a_key(struct form_operation key)
{
    g_autofree uint8_t *der = g_malloc0(key.key.len + 1u);

    memcpy(der, key.key.data, key.key.len);
    key.key.data = der;
    UT_EQ_U64(created(&key), VCRYPTO_OK);
    key.key.len++;
    UT_EQ_U64(created(&key), VCRYPTO_ERR); /* something after it */
    key.key.len--;
    while (key.key.len--) {
        UT_EQ_U64(created(&key), VCRYPTO_ERR);
    }
}

/* The outcome is open; sanitizers look on. */
static void any_damage_is_harmless(struct form_operation key)
{
    g_autofree uint8_t *der = g_memdup2(key.key.data, key.key.len);
    static const uint8_t src[20] = { 9 };

    key.key.data = der;
    for (uint32_t i = 0; i < key.key.len; i++) {
        for (unsigned how = 0; how < 3; how++) {
            uint8_t was = der[i];
            uint32_t status;
            uint64_t id;

            der[i] = how == 0 ? 0 : how == 1 ? 0xff : (uint8_t)(was ^ 1);
            id = create(&key, FORM_EXACT, &status);
            UT_TRUE(status == VCRYPTO_OK || status == VCRYPTO_ERR);
            if (id) {
                struct form_operation o = key;

                o.operation = key.key_type == 2 ? SIGN : VERIFY;
                o.src = bytes(src, 20);
                o.signed_data = o.operation == VERIFY ? bytes(src, 20) : none;
                o.dst_len = o.operation == VERIFY ? 0 : 256;
                g_free(run(&o, FORM_EXACT, id, 4096, 0).bytes);
                destroy(&key, FORM_EXACT, id);
            }
            der[i] = was;
        }
    }
}

static void damaged_keys_are_refused_or_harmless(void)
{
    struct rsa rsa = make_rsa(512, VCRYPTO_RSA_PKCS1_PADDING, 0);
    g_autoptr(GByteArray) ec = private_der(&curves[2], curves[2].oid);

    use_form(FORM_EXACT);
    no_part_of_a_key_is_a_key(rsa.public);
    no_part_of_a_key_is_a_key(rsa.private);
    no_part_of_a_key_is_a_key(ecdsa_key(&curves[2], 2, ec));
    any_damage_is_harmless(rsa.public);
    any_damage_is_harmless(rsa.private);
    any_damage_is_harmless(ecdsa_key(&curves[2], 2, ec));
    free_rsa(&rsa);
}

/* Linux's own tests have private keys without primes. */
static void a_private_key_needs_no_primes(void)
{
    struct rsa rsa = make_rsa(512, VCRYPTO_RSA_RAW_PADDING, 0);
    static const char *const names[] = { OSSL_PKEY_PARAM_RSA_N, OSSL_PKEY_PARAM_RSA_E,
                                         OSSL_PKEY_PARAM_RSA_D };
    GByteArray *inside = g_byte_array_new();
    uint8_t src[20] = { 3 }, expected[64];
    struct outcome outcome;

    append_number(inside, "00");
    inside->len = 0;
    append_hex(inside, 0x02, "00");
    for (unsigned i = 0; i < G_N_ELEMENTS(names); i++) {
        BIGNUM *number = NULL;
        char *hex;

        EVP_PKEY_get_bn_param(rsa.key, names[i], &number);
        hex = BN_bn2hex(number);
        append_number(inside, hex);
        OPENSSL_free(hex);
        BN_free(number);
    }
    for (unsigned i = 0; i < 5; i++) {
        append_hex(inside, 0x02, "00");
    }
    g_autoptr(GByteArray) der = wrap(0x30, inside);
    struct form_operation key = rsa.private;

    key.key = bytes(der->data, der->len);
    use_form(FORM_STATELESS);
    power(&rsa, OSSL_PKEY_PARAM_RSA_D, src, sizeof(src), expected);
    outcome = request(&key, DECRYPT, bytes(src, sizeof(src)), none, 64);
    UT_EQ_U64(outcome.status, VCRYPTO_OK);
    UT_EQ_MEM(outcome.bytes, expected, 64);
    g_free(outcome.bytes);
    free_rsa(&rsa);
}

/* As in the one public key among Linux's self-tests for RSA. */
static void a_number_needs_no_zero_before_its_first_bit(void)
{
    struct rsa rsa = make_rsa(512, VCRYPTO_RSA_RAW_PADDING, 0);
    GByteArray *inside = g_byte_array_new();
    uint8_t src[20] = { 3 }, expected[64], modulus[64];
    BIGNUM *n = NULL;
    struct outcome outcome;

    UT_TRUE_FATAL(EVP_PKEY_get_bn_param(rsa.key, OSSL_PKEY_PARAM_RSA_N, &n) == 1);
    UT_EQ_U64(BN_bn2bin(n, modulus), sizeof(modulus));
    UT_TRUE(modulus[0] & 0x80);
    append(inside, element(0x02, modulus, sizeof(modulus)));
    append_hex(inside, 0x02, "010001");
    BN_free(n);
    g_autoptr(GByteArray) der = wrap(0x30, inside);
    struct form_operation key = rsa.public;

    key.key = bytes(der->data, der->len);
    use_form(FORM_STATELESS);
    power(&rsa, OSSL_PKEY_PARAM_RSA_E, src, sizeof(src), expected);
    outcome = request(&key, ENCRYPT, bytes(src, sizeof(src)), none, 64);
    UT_EQ_U64(outcome.status, VCRYPTO_OK);
    UT_EQ_MEM(outcome.bytes, expected, 64);
    g_free(outcome.bytes);
    free_rsa(&rsa);
}

/* shows: AK-3 */
static void ecdsa_signatures_of_any_other_length_are_rejected(void)
{
    g_autoptr(GByteArray) der = private_der(&curves[2], NULL);
    struct form_operation key = ecdsa_key(&curves[2], 2, der);

    no_other_length_is_a_signature(&key, 32);
}

/* RFC 8017, A.1.2: version 1, and otherPrimeInfos after the eight numbers. */
static void keys_of_three_primes_are_refused(void)
{
    EVP_PKEY_CTX *maker = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
    struct form_operation key = { .service = VCRYPTO_SERVICE_AKCIPHER,
                                  .algorithm = VCRYPTO_AKCIPHER_RSA,
                                  .key_type = 2 };
    EVP_PKEY *three = NULL;
    uint8_t *der = NULL;

    UT_TRUE_FATAL(EVP_PKEY_keygen_init(maker) == 1);
    UT_TRUE_FATAL(EVP_PKEY_CTX_set_rsa_keygen_bits(maker, 1024) == 1);
    UT_TRUE_FATAL(EVP_PKEY_CTX_set_rsa_keygen_primes(maker, 3) == 1);
    UT_TRUE_FATAL(EVP_PKEY_generate(maker, &three) == 1);
    key.key.len = (uint32_t)i2d_PrivateKey(three, &der);
    key.key.data = der;
    use_form(FORM_EXACT);
    UT_EQ_U64(created(&key), VCRYPTO_ERR);
    use_form(FORM_STATELESS);
    UT_EQ_U64(status_of(&key, DECRYPT, bytes("1", 1), none, 128), VCRYPTO_ERR);
    OPENSSL_free(der);
    EVP_PKEY_free(three);
    EVP_PKEY_CTX_free(maker);
}

static void options_are_checked(void)
{
    struct rsa rsa = make_rsa(512, VCRYPTO_RSA_PKCS1_PADDING, 0);
    struct form_operation key = rsa.public;

    use_form(FORM_EXACT);
    for (uint32_t padding = 0; padding < 3; padding++) {
        for (uint32_t hash = 0; hash < 12; hash++) {
            bool fine =
                padding == 0 || (padding == 1 && hash != VCRYPTO_RSA_MD3 && hash < 10);

            key.options[0] = padding;
            key.options[1] = hash;
            ut_context("padding %u, hash %u", padding, hash);
            UT_EQ_U64(created(&key), fine ? VCRYPTO_OK : VCRYPTO_ERR);
        }
    }
    key = rsa.public;
    key.algorithm = 3;
    UT_EQ_U64(created(&key), VCRYPTO_NOTSUPP);
    key = rsa.public;
    key.key_type = 0;
    UT_EQ_U64(created(&key), VCRYPTO_ERR);
    key.key_type = 3;
    UT_EQ_U64(created(&key), VCRYPTO_ERR);
    key.key_type = 2; /* a public key is no private one */
    UT_EQ_U64(created(&key), VCRYPTO_ERR);
    key = rsa.private;
    key.key_type = 1;
    UT_EQ_U64(created(&key), VCRYPTO_ERR);
    free_rsa(&rsa);
}

int main(int argc, char **argv)
{
    static const struct ut_test tests[] = {
        { "raw RSA is arithmetic", raw_rsa_is_arithmetic },
        { "raw RSA has limits", raw_rsa_has_limits },
        { "PKCS #1 encryption comes back", pkcs1_encryption_comes_back },
        { "PKCS #1 signatures are the library's", pkcs1_signatures_are_the_librarys },
        { "PKCS #1 decrypts what is as long as the modulus",
          pkcs1_decrypts_what_is_as_long_as_the_modulus },
        { "the empty message is one", the_empty_message_is_one },
        { "RSA signatures have one length", rsa_signatures_have_one_length },
        { "ECDSA signatures of any other length are rejected",
          ecdsa_signatures_of_any_other_length_are_rejected },
        { "keys of three primes are refused", keys_of_three_primes_are_refused },
        { "a private key needs no primes", a_private_key_needs_no_primes },
        { "a number needs no zero before its first bit",
          a_number_needs_no_zero_before_its_first_bit },
        { "published ECDSA signatures verify", published_signatures_verify },
        { "public keys of ECDSA are points", public_keys_are_points },
        { "damaged keys are refused or harmless",
          damaged_keys_are_refused_or_harmless },
        { "options are checked", options_are_checked },
        { NULL, NULL },
    };
    static const struct ut_suite suites[] = { { "akcipher", set_up, tear_down, tests },
                                              { NULL, NULL, NULL, NULL } };

    return ut_main(argc, argv, suites);
}
