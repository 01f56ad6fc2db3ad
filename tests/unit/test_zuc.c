/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ZUC where a word of its LFSR becomes 0, also in the last two words of key stream, in
 * groups of every size, alone, in pieces, in a chain, and without anything side by
 * side. The published answers do not go there; those that do (tests/vectors) are in
 * all other tests, too, in every form of request.
 */
#include <pthread.h>
#include <string.h>

#include "support/ut.h"
#include "support/wait.h"
#include "vcrypto/algorithm.h"
#include "vcrypto/backend.h"
#include "vectors/cipher.h"
#include "vectors/digest.h"

#define LEN    64
#define GROUPS 20 /* more than any library has lanes */
#define PIECES 5

static struct vcrypto_backend *backend;
static const struct cipher_vector *eea3;
static const struct digest_vector *eia3, *eia3_short;

static int set_up(bool single)
{
    const struct vcrypto_backend_config config = {
        .queues = 1,
        .max_sessions = 100,
        .max_cipher_key_len = 256,
        .max_auth_key_len = 512,
        .max_akcipher_key_len = 4096,
        .single = single,
        .max_size = 1u << 20,
    };
    const char *why;
    size_t count;
    const struct cipher_vector *ciphers = cipher_vectors(&count);

    for (size_t i = 0; i < count; i++) {
        if (strcmp(ciphers[i].name, "zuc-eea3, zero in the LFSR") == 0) {
            eea3 = &ciphers[i];
        }
    }
    const struct digest_vector *digests = digest_vectors(&count);

    for (size_t i = 0; i < count; i++) {
        if (strcmp(digests[i].name, "zuc-eia3, zero in the LFSR") == 0) {
            eia3 = &digests[i];
        }
        if (strcmp(digests[i].name, "zuc-eia3, zero in the LFSR at the end") == 0) {
            eia3_short = &digests[i];
        }
    }
    backend = vcrypto_backend_new(&config, &why);
    return backend && eea3 && eia3 && eia3_short && eea3->len == LEN && eia3->len == LEN
               ? 0
               : -1;
}

static int set_up_together(void)
{
    return set_up(false);
}

static int set_up_single(void)
{
    return set_up(true);
}

static int tear_down(void)
{
    vcrypto_backend_free(backend);
    return 0;
}

/* ---- sessions ---- */

static struct vcrypto_cursor cursor_of(const void *data, size_t len, struct iovec *iov)
{
    struct vcrypto_cursor cursor;

    *iov = (struct iovec){ (void *)data, len };
    vcrypto_cursor_init(&cursor, iov, 1);
    return cursor;
}

static uint64_t create_session(enum vcrypto_service service, bool chain, uint32_t order)
{
    struct iovec key, auth;
    struct vcrypto_session_params params = {
        .service = service,
        .algorithm = service == VCRYPTO_SERVICE_CIPHER ? VCRYPTO_CIPHER_ZUC_EEA3
                                                       : VCRYPTO_MAC_ZUC_EIA3,
        .direction = service == VCRYPTO_SERVICE_CIPHER ? (uint32_t)VCRYPTO_ENCRYPT : 0,
        .key_len = 16,
        .key = cursor_of(eea3->key, 16, &key),
    };
    uint64_t id = 0;

    if (service == VCRYPTO_SERVICE_CIPHER) {
        params.op_type = chain ? VCRYPTO_OP_TYPE_CHAINING : VCRYPTO_OP_TYPE_CIPHER;
    }
    if (chain) {
        params.chain_order = order;
        params.hash_mode = VCRYPTO_HASH_MODE_AUTH;
        params.auth_algorithm = VCRYPTO_MAC_ZUC_EIA3;
        params.auth_key_len = 16;
        params.auth_key = cursor_of(eia3->key, 16, &auth);
    }
    UT_EQ_U64_FATAL(vcrypto_backend_create_session(backend, &params, &id), VCRYPTO_OK);
    return id;
}

/* ---- requests ---- */

/* One request's memory. A MAC's source begins with its iv. */
struct trial {
    uint8_t src[16 + LEN], dst[16 + LEN], mac[4];
    struct iovec in[PIECES], out, result;
};

static struct trial trials[GROUPS];
static struct vcrypto_request requests[GROUPS];

static size_t cut(uint8_t *data, size_t len, size_t pieces, struct iovec *iov)
{
    size_t each = len / pieces;

    for (size_t i = 0; i < pieces; i++) {
        iov[i] =
            (struct iovec){ data + i * each, i + 1 < pieces ? each : len - i * each };
    }
    return pieces;
}

/* Messages of two lengths, side by side. */
static const struct digest_vector *message_of(unsigned i)
{
    return i % 2 ? eia3 : eia3_short;
}

static void fill(unsigned i, enum vcrypto_service service, uint64_t id, size_t pieces)
{
    struct trial *trial = &trials[i];
    struct vcrypto_request *request = &requests[i];
    bool mac = service == VCRYPTO_SERVICE_MAC;
    size_t len = mac ? 16 + message_of(i)->len : LEN;

    memset(trial, 0, sizeof(*trial));
    memset(request, 0, sizeof(*request));
    request->service = service;
    request->session_id = id;
    if (mac) {
        memcpy(trial->src, message_of(i)->iv, 16);
        memcpy(trial->src + 16, message_of(i)->message, message_of(i)->len);
        request->result = cursor_of(trial->mac, 4, &trial->result);
    } else {
        memcpy(trial->src, eea3->plaintext, LEN);
        request->op_type = VCRYPTO_OP_TYPE_CIPHER;
        request->direction = VCRYPTO_ENCRYPT;
        request->iv_len = 16;
        memcpy(request->iv, eea3->iv, 16);
        request->dst = cursor_of(trial->dst, LEN, &trial->out);
    }
    vcrypto_cursor_init(&request->src, trial->in,
                        cut(trial->src, len, pieces, trial->in));
}

static void run_all(size_t count)
{
    for (size_t done = 0; done < count;) {
        size_t n = vcrypto_backend_run(backend, 0, requests + done, count - done, NULL);

        UT_TRUE_FATAL(n > 0);
        done += n;
    }
    for (size_t i = 0; i < count; i++) {
        UT_EQ_U64(requests[i].status, VCRYPTO_OK);
    }
}

static void in_groups(enum vcrypto_service service, size_t pieces)
{
    uint64_t id = create_session(service, false, 0);

    for (unsigned count = 1; count <= GROUPS; count++) {
        ut_context("%u requests, %zu pieces", count, pieces);
        for (unsigned i = 0; i < count; i++) {
            fill(i, service, id, pieces);
        }
        run_all(count);
        for (unsigned i = 0; i < count; i++) {
            if (service == VCRYPTO_SERVICE_MAC) {
                UT_EQ_MEM(trials[i].mac, message_of(i)->digest, 4);
            } else {
                UT_EQ_MEM(trials[i].dst, eea3->ciphertext, LEN);
            }
        }
    }
    ut_context(NULL);
}

static void ciphers_in_groups(void)
{
    in_groups(VCRYPTO_SERVICE_CIPHER, 1);
}

static void ciphers_in_pieces(void)
{
    in_groups(VCRYPTO_SERVICE_CIPHER, PIECES);
}

static void macs_in_groups(void)
{
    in_groups(VCRYPTO_SERVICE_MAC, 1);
}

static void macs_in_pieces(void)
{
    in_groups(VCRYPTO_SERVICE_MAC, PIECES);
}

/* The source begins with the MAC's iv, which is not ciphered. */
static void chained(uint32_t order, const uint8_t *plaintext)
{
    struct vcrypto_request *request = &requests[0];
    struct trial *trial = &trials[0];

    fill(0, VCRYPTO_SERVICE_CIPHER, create_session(VCRYPTO_SERVICE_CIPHER, true, order),
         1);
    memcpy(trial->src, eia3->iv, 16);
    memcpy(trial->src + 16, plaintext, LEN);
    request->op_type = VCRYPTO_OP_TYPE_CHAINING;
    request->src = cursor_of(trial->src, sizeof(trial->src), &trial->in[0]);
    request->dst = cursor_of(trial->dst, sizeof(trial->dst), &trial->out);
    request->result = cursor_of(trial->mac, sizeof(trial->mac), &trial->result);
    request->ranges.cipher_start = 16;
    request->ranges.cipher_len = LEN;
    request->ranges.hash_len = 16 + LEN;
    run_all(1);
    for (unsigned i = 0; i < LEN; i++) {
        UT_EQ_U64(trial->dst[16 + i] ^ plaintext[i], eea3->ciphertext[i]);
    }
    UT_EQ_MEM(trial->mac, eia3->digest, 4);
}

/* In either order the MAC is of what it is known of, all ones. */
static void chains(void)
{
    uint8_t opposite[LEN];

    for (unsigned i = 0; i < LEN; i++) {
        opposite[i] = eea3->ciphertext[i] ^ 0xff;
    }
    chained(VCRYPTO_HASH_THEN_CIPHER, eia3->message);
    chained(VCRYPTO_CIPHER_THEN_HASH, opposite);
}

/* ---- threads ---- */

#define THREADS 4
#define ROUNDS  4000

/* Some of the message, of a length that differs from round to round. Returns whether
 * the answer was right. */
static bool one_round(void *context, unsigned round, struct vcrypto_bounce *bounce)
{
    const struct vcrypto_algorithm *row =
        vcrypto_algorithm_find(VCRYPTO_SERVICE_CIPHER, VCRYPTO_CIPHER_ZUC_EEA3);
    struct iovec from, to;
    uint8_t src[LEN], dst[LEN] = { 0 };
    size_t len = 1 + round % LEN;
    struct vcrypto_cipher_job job = { .iv = eea3->iv };

    memcpy(src, eea3->plaintext, len);
    job.src = cursor_of(src, len, &from);
    job.dst = cursor_of(dst, len, &to);
    return row->engine->cipher(context, row, &job, bounce) == VCRYPTO_OK &&
           memcmp(dst, eea3->ciphertext, len) == 0;
}

/* Returns how many rounds were right. */
static void *rounds(void *right)
{
    const struct vcrypto_keying keying = {
        .algorithm =
            vcrypto_algorithm_find(VCRYPTO_SERVICE_CIPHER, VCRYPTO_CIPHER_ZUC_EEA3),
        .key = eea3->key,
        .key_len = 16,
    };
    struct vcrypto_bounce bounce = { 0 };
    void *context = keying.algorithm->engine->context_new(&keying);

    for (unsigned i = 0; context && i < ROUNDS; i++) {
        *(unsigned *)right += one_round(context, i, &bounce);
    }
    if (context) {
        keying.algorithm->engine->context_free(context);
    }
    vcrypto_bounce_free(&bounce);
    return NULL;
}

static void threads(void)
{
    pthread_t started[THREADS];
    unsigned right[THREADS] = { 0 };

    for (unsigned i = 0; i < THREADS; i++) {
        UT_EQ_U64_FATAL(pthread_create(&started[i], NULL, rounds, &right[i]), 0);
    }
    for (unsigned i = 0; i < THREADS; i++) {
        wait_join(started[i], "thread %u", i);
        UT_EQ_U64(right[i], ROUNDS);
    }
}

static const struct ut_test tests[] = {
    { "ciphers in groups", ciphers_in_groups },
    { "ciphers in pieces", ciphers_in_pieces },
    { "MACs in groups", macs_in_groups },
    { "MACs in pieces", macs_in_pieces },
    { "chains", chains },
    { "several threads", threads },
    { NULL, NULL },
};

int main(int argc, char **argv)
{
    static const struct ut_suite suites[] = {
        { "zuc", set_up_together, tear_down, tests },
        { "zuc, one by one", set_up_single, tear_down, tests },
        { NULL, NULL, NULL, NULL },
    };

    return ut_main(argc, argv, suites);
}
