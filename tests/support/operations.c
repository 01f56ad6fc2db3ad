/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/operations.h"

#include "vcrypto/protocol.h"
#include "vectors/aead.h"
#include "vectors/akcipher.h"
#include "vectors/cipher.h"
#include "vectors/digest.h"

#define BYTES(pointer, size) ((struct form_bytes){ (pointer), (uint32_t)(size) })

/* @a and then @b, in memory that is never given back, like the vectors'. */
static struct form_bytes joined(const void *a, size_t a_len, const void *b,
                                size_t b_len)
{
    GByteArray *bytes = g_byte_array_new();

    g_byte_array_append(bytes, a, (guint)a_len);
    g_byte_array_append(bytes, b, (guint)b_len);
    /* Not what holds them: nothing points to that. */
    return BYTES(g_byte_array_free(bytes, FALSE), a_len + b_len);
}

static void add_cipher(GArray *all, const struct cipher_vector *v, bool decrypt)
{
    struct known_answer k = {
        .name = g_strdup_printf("%s, %s", v->name, decrypt ? "decrypt" : "encrypt"),
        .operation = {
            .service = VCRYPTO_SERVICE_CIPHER,
            .operation = decrypt,
            .algorithm = v->algorithm,
            .key = BYTES(v->key, v->key_len),
            .iv = BYTES(v->iv, v->iv_len),
            .src = BYTES(decrypt ? v->ciphertext : v->plaintext, v->len),
            .dst_len = (uint32_t)v->len,
        },
        .answer = BYTES(decrypt ? v->plaintext : v->ciphertext, v->len),
    };

    g_array_append_val(all, k);
}

static void add_digest(GArray *all, const struct digest_vector *v)
{
    struct known_answer k = {
        .name = g_strdup(v->name),
        .operation = {
            .service = v->service,
            .algorithm = v->algorithm,
            .key = BYTES(v->key, v->key_len),
            .src = joined(v->iv, v->iv_len, v->message, v->len),
            .result_len = (uint32_t)v->digest_len,
        },
        .answer = BYTES(v->digest, v->digest_len),
    };

    g_array_append_val(all, k);
}

static void add_aead(GArray *all, const struct aead_vector *v, bool decrypt, bool slot)
{
    struct form_bytes tagged = joined(v->ciphertext, v->len, v->tag, v->tag_len);
    struct form_bytes plain = BYTES(v->plaintext, v->len);
    struct known_answer k = {
        .name = g_strdup_printf("%s, %s%s", v->name, decrypt ? "decrypt" : "encrypt",
                                slot ? ", iv in a slot" : ""),
        .operation = {
            .service = VCRYPTO_SERVICE_AEAD,
            .operation = decrypt,
            .algorithm = v->algorithm,
            .key = BYTES(v->key, v->key_len),
            .iv = BYTES(v->iv, v->iv_len),
            .iv_slot = slot ? 1 + (v->algorithm == VCRYPTO_AEAD_CCM) : 0,
            .aad = BYTES(v->aad, v->aad_len),
            .src = decrypt ? tagged : plain,
            .dst_len = decrypt ? plain.len : tagged.len,
            .tag_len = (uint32_t)v->tag_len,
        },
        .answer = decrypt ? plain : tagged,
    };

    g_array_append_val(all, k);
}

static void add_akcipher(GArray *all, const struct akcipher_vector *v)
{
    static const char *const operations[] = { "encrypt", "decrypt", "sign", "verify" };
    struct known_answer k = {
        .name = g_strdup_printf("%s, %s", v->name, operations[v->operation]),
        .operation = {
            .service = VCRYPTO_SERVICE_AKCIPHER,
            .operation = v->operation,
            .algorithm = v->algorithm,
            .key_type = v->key_type,
            .options = { v->options[0], v->options[1] },
            .key = BYTES(v->key, v->key_len),
            .src = BYTES(v->src, v->src_len),
            .signed_data = BYTES(v->signed_data, v->signed_data_len),
            .dst_len = (uint32_t)v->result_len,
        },
        .answer = BYTES(v->result, v->result_len),
    };

    g_array_append_val(all, k);
}

static void add_all(GArray *all)
{
    size_t n;
    const struct cipher_vector *ciphers = cipher_vectors(&n);

    for (size_t i = 0; i < 2 * n; i++) {
        add_cipher(all, &ciphers[i / 2], i % 2);
    }
    const struct digest_vector *digests = digest_vectors(&n);

    for (size_t i = 0; i < n; i++) {
        add_digest(all, &digests[i]);
    }
    const struct aead_vector *aeads = aead_vectors(&n);

    for (size_t i = 0; i < 4 * n; i++) {
        bool slot = i & 2;

        if (!slot || aeads[i / 4].iv_len < 16) {
            add_aead(all, &aeads[i / 4], i & 1, slot);
        }
    }
    const struct akcipher_vector *akciphers = akcipher_vectors(&n);

    for (size_t i = 0; i < n; i++) {
        add_akcipher(all, &akciphers[i]);
    }
}

const GArray *known_answers(void)
{
    static GArray *all;

    if (!all) {
        all = g_array_new(FALSE, FALSE, sizeof(struct known_answer));
        add_all(all);
    }
    return all;
}
