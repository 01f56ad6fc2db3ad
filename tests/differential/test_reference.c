/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The reference gives every published answer: no comparison with it is worth more. */
#include <string.h>

#include "support/reference.h"
#include "support/ut.h"
#include "vectors/aead.h"
#include "vectors/cipher.h"
#include "vectors/digest.h"

#define MAX_LEN 4096

/* The row, whatever libraries there are here; NULL: not in this build. */
static const struct vcrypto_algorithm *find(enum vcrypto_service service, uint32_t id)
{
    size_t count;
    const struct vcrypto_algorithm *rows = vcrypto_algorithm_rows(&count);

    for (size_t i = 0; i < count; i++) {
        if (rows[i].service == service && rows[i].id == id) {
            return &rows[i];
        }
    }
    return NULL;
}

static void ciphers(void)
{
    size_t count;
    const struct cipher_vector *vectors = cipher_vectors(&count);
    unsigned checked = 0;

    for (size_t i = 0; i < count; i++) {
        const struct cipher_vector *v = &vectors[i];
        struct vcrypto_keying keying = {
            .algorithm = find(VCRYPTO_SERVICE_CIPHER, v->algorithm),
            .key = v->key,
            .key_len = (uint32_t)v->key_len,
            .direction = VCRYPTO_ENCRYPT,
        };
        uint8_t out[MAX_LEN];

        if (!keying.algorithm) {
            continue;
        }
        ut_context("%s (%s)", v->name, v->source);
        UT_TRUE_FATAL(v->len <= sizeof(out));
        reference_cipher(&keying, v->iv, v->plaintext, out, v->len);
        UT_EQ_MEM(out, v->ciphertext, v->len);
        keying.direction = VCRYPTO_DECRYPT;
        reference_cipher(&keying, v->iv, v->ciphertext, out, v->len);
        UT_EQ_MEM(out, v->plaintext, v->len);
        checked++;
    }
    ut_context(NULL);
    ut_note("%u answers", checked);
    UT_TRUE(checked > 30);
}

static void digests(void)
{
    size_t count;
    const struct digest_vector *vectors = digest_vectors(&count);
    unsigned checked = 0;

    for (size_t i = 0; i < count; i++) {
        const struct digest_vector *v = &vectors[i];
        const struct vcrypto_keying keying = {
            .algorithm = find(v->service, v->algorithm),
            .key = v->key,
            .key_len = (uint32_t)v->key_len,
        };
        uint8_t result[MAX_LEN];

        if (!keying.algorithm) {
            continue;
        }
        ut_context("%s (%s)", v->name, v->source);
        UT_TRUE_FATAL(v->digest_len <= sizeof(result));
        reference_digest(&keying, v->iv, v->message, v->len, result,
                         (uint32_t)v->digest_len);
        UT_EQ_MEM(result, v->digest, v->digest_len);
        checked++;
    }
    ut_context(NULL);
    ut_note("%u answers", checked);
    UT_TRUE(checked > 60);
}

static void aeads(void)
{
    size_t count;
    const struct aead_vector *vectors = aead_vectors(&count);

    for (size_t i = 0; i < count; i++) {
        const struct aead_vector *v = &vectors[i];
        const struct vcrypto_keying keying = {
            .algorithm = find(VCRYPTO_SERVICE_AEAD, v->algorithm),
            .key = v->key,
            .key_len = (uint32_t)v->key_len,
            .tag_len = (uint32_t)v->tag_len,
        };
        uint8_t out[MAX_LEN], tag[VCRYPTO_MAX_TAG];

        ut_context("%s (%s)", v->name, v->source);
        UT_TRUE_FATAL(keying.algorithm && v->len <= sizeof(out));
        reference_aead(&keying, v->iv, (uint32_t)v->iv_len, v->aad, v->aad_len,
                       v->plaintext, out, v->len, tag);
        UT_EQ_MEM(out, v->ciphertext, v->len);
        UT_EQ_MEM(tag, v->tag, v->tag_len);
    }
    ut_context(NULL);
    ut_note("%zu answers", count);
    UT_TRUE(count > 10);
}

static const struct ut_test tests[] = {
    { "ciphers", ciphers },
    { "hashes and MACs", digests },
    { "AEAD", aeads },
    { NULL, NULL },
};

int main(int argc, char **argv)
{
    static const struct ut_suite suites[] = {
        { "reference", NULL, NULL, tests },
        { NULL, NULL, NULL, NULL },
    };

    return ut_main(argc, argv, suites);
}
