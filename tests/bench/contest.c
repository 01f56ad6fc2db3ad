/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "contest.h"
#include "direct.h"

#include <glib.h>
#include <openssl/crypto.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/engines.h"

#ifdef VCRYPTO_HAVE_IPSEC_MB
#include "crypto/ipsec-mb/multi.h"
#endif

#define MESSAGES VCRYPTO_MULTI_MAX

/* Beside each other in memory, apart from caches' favourite strides. */
#define GAP (4096 + 192)

#define KEY_LEN 32 /* where any will do */
#define MAX_KEY 512

struct message {
    uint8_t iv[VCRYPTO_MAX_IV];
    uint8_t tag[VCRYPTO_MAX_TAG];
    struct iovec src, dst;
    uint8_t *result;
};

struct contest {
    struct direct direct;
    struct vcrypto_keying keying;
    uint8_t key_bytes[MAX_KEY];
    gchar *name;
    struct message messages[MESSAGES];
    struct vcrypto_multi_job jobs[MESSAGES];
    uint8_t *memory;
    unsigned next;
    bool has_groups;
};

static void need(bool is, const char *what)
{
    if (!is) {
        fprintf(stderr, "crossover: %s\n", what);
        exit(1);
    }
}

static bool has_method(const struct vcrypto_keying *keying)
{
#ifdef VCRYPTO_HAVE_IPSEC_MB
    return vcrypto_multi_method(keying) != NULL;
#else
    (void)keying;
    return false;
#endif
}

void contest_begin(bool sse)
{
    const struct vcrypto_multi_engine *multi;
    const char *why;

#ifdef VCRYPTO_HAVE_IPSEC_MB
    if (sse) {
        vcrypto_ipsec_mb_limit(IMB_ARCH_SSE, IMB_FLAG_GFNI_OFF);
    }
#else
    (void)sse;
#endif
    need(vcrypto_algorithms_init(&why), "the libraries do not work");
    multi = vcrypto_algorithms_multi();
    printf("%s; %s; %s\n", OpenSSL_version(OPENSSL_VERSION),
           OPENSSL_info(OPENSSL_INFO_CPU_SETTINGS),
           multi ? multi->library() : "no libipsec-mb");
#ifdef VCRYPTO_HAVE_IPSEC_MB
    if (multi) {
        const IMB_MGR *manager = vcrypto_ipsec_mb_manager();

        printf("libipsec-mb's level %u, features 0x%" PRIx64 "\n",
               (unsigned)manager->used_arch, (uint64_t)manager->features);
    }
#endif
}

void contest_end(void)
{
    vcrypto_algorithms_fini();
}

static bool has_direction(const struct vcrypto_algorithm *row)
{
    return row->service == VCRYPTO_SERVICE_CIPHER ||
           row->service == VCRYPTO_SERVICE_AEAD;
}

static uint32_t key_len_of(const struct vcrypto_algorithm *row, unsigned key_index)
{
    uint32_t len = row->keys[key_index].len, most = row->keys[key_index].max_len;

    return most ? CLAMP(KEY_LEN, len, most) : len;
}

static gchar *name_of(const struct contest *contest)
{
    const struct vcrypto_algorithm *row = contest->keying.algorithm;
    const char *direction = !has_direction(row) ? ""
                            : contest->keying.direction == VCRYPTO_DECRYPT
                                ? ", decrypting"
                                : ", encrypting";

    return contest->keying.key_len ? g_strdup_printf("%s, key of %u bytes%s", row->name,
                                                     contest->keying.key_len, direction)
                                   : g_strdup_printf("%s%s", row->name, direction);
}

struct contest *contest_new(const struct vcrypto_algorithm *row, unsigned key_index,
                            bool decrypt)
{
    struct contest *contest;

    if ((decrypt && !has_direction(row)) || !row->engine->available(row, key_index)) {
        return NULL;
    }
    contest = g_new0(struct contest, 1);
    /* No two parts alike: XTS and triple DES insist on that. */
    for (unsigned i = 0; i < MAX_KEY; i++) {
        contest->key_bytes[i] = (uint8_t)(0x31 + 37 * i);
    }
    contest->keying = (struct vcrypto_keying){
        .algorithm = row,
        .key_index = key_index,
        .key = contest->key_bytes,
        .key_len = key_len_of(row, key_index),
        .direction = decrypt ? VCRYPTO_DECRYPT : VCRYPTO_ENCRYPT,
        .tag_len = row->service == VCRYPTO_SERVICE_AEAD ? VCRYPTO_MAX_TAG : 0,
    };
    contest->name = name_of(contest);
    need(direct_begin(&contest->direct, &contest->keying,
                      has_method(&contest->keying) ? vcrypto_algorithms_multi() : NULL),
         "no context, key or lanes");
    return contest;
}

void contest_free(struct contest *contest)
{
    if (!contest) {
        return;
    }
    direct_end(&contest->direct);
    g_free(contest->memory);
    g_free(contest->name);
    g_free(contest);
}

const char *contest_name(const struct contest *contest)
{
    return contest->name;
}

uint32_t contest_longest(const struct contest *contest)
{
    return contest->direct.row->max_len;
}

bool contest_has_method(const struct contest *contest)
{
    return contest->direct.multi != NULL;
}

unsigned contest_least(const struct contest *contest)
{
    return contest->direct.multi ? contest->direct.multi->least(&contest->keying) : 0;
}

bool contest_has_groups(const struct contest *contest)
{
    return contest->has_groups;
}

/* ---- messages ---- */

static uint32_t iv_len_of(const struct vcrypto_algorithm *row)
{
    return row->service == VCRYPTO_SERVICE_AEAD ? 12 : row->iv_len;
}

static void fill_job(struct contest *contest, unsigned i)
{
    const struct vcrypto_algorithm *row = contest->direct.row;
    struct vcrypto_multi_job *job = &contest->jobs[i];
    struct message *message = &contest->messages[i];

    job->algorithm = row;
    job->key = contest->direct.key;
    switch (row->service) {
    case VCRYPTO_SERVICE_CIPHER:
        job->cipher.iv = row->iv_len ? message->iv : NULL;
        vcrypto_cursor_init(&job->cipher.src, &message->src, 1);
        vcrypto_cursor_init(&job->cipher.dst, &message->dst, 1);
        break;
    case VCRYPTO_SERVICE_AEAD:
        job->aead.iv = message->iv;
        job->aead.iv_len = iv_len_of(row);
        job->aead.aad = (struct vcrypto_cursor){ 0 };
        vcrypto_cursor_init(&job->aead.src, &message->src, 1);
        vcrypto_cursor_init(&job->aead.dst, &message->dst, 1);
        memcpy(job->aead.tag, message->tag, sizeof(message->tag));
        break;
    default:
        job->digest.iv = row->iv_len ? message->iv : NULL;
        job->digest.parts[0] = (struct vcrypto_cursor){ 0 };
        vcrypto_cursor_init(&job->digest.parts[1], &message->src, 1);
        job->digest.result = message->result;
        job->digest.result_len = row->result_len;
        break;
    }
}

/* What is to be decrypted must have the right tag: where there is one, the plain text
 * is put in the destination, and the source made of it. */
static void seal(struct contest *contest)
{
    struct vcrypto_keying keying = contest->keying;
    void *context;

    if (contest->direct.row->service != VCRYPTO_SERVICE_AEAD ||
        keying.direction != VCRYPTO_DECRYPT) {
        return;
    }
    keying.direction = VCRYPTO_ENCRYPT;
    context = contest->direct.row->engine->context_new(&keying);
    need(context != NULL, "no context");
    for (unsigned i = 0; i < MESSAGES; i++) {
        struct message *message = &contest->messages[i];

        fill_job(contest, i);
        vcrypto_cursor_init(&contest->jobs[i].aead.src, &message->dst, 1);
        vcrypto_cursor_init(&contest->jobs[i].aead.dst, &message->src, 1);
        direct_one(&contest->direct, context, &contest->jobs[i]);
        need(contest->jobs[i].status == VCRYPTO_OK, "a message failed");
        memcpy(message->tag, contest->jobs[i].aead.tag, sizeof(message->tag));
    }
    contest->direct.row->engine->context_free(context);
}

static void make_messages(struct contest *contest, uint32_t size)
{
    size_t result = MAX(contest->direct.row->result_len, VCRYPTO_MAX_DIGEST);
    size_t step = 2 * ((size_t)size + GAP) + result;
    uint8_t *at;

    g_free(contest->memory);
    contest->memory = g_malloc(MESSAGES * step);
    memset(contest->memory, 0x5a, MESSAGES * step);
    at = contest->memory;
    for (unsigned i = 0; i < MESSAGES; i++) {
        struct message *message = &contest->messages[i];

        memset(message->iv, (int)i, sizeof(message->iv));
        message->src = (struct iovec){ at, size };
        message->dst = (struct iovec){ at + size + GAP, size };
        message->result = at + 2 * ((size_t)size + GAP);
        at += step;
    }
}

bool contest_set_size(struct contest *contest, uint32_t size)
{
    if (!vcrypto_algorithm_sizes_valid(contest->direct.row,
                                       iv_len_of(contest->direct.row), size)) {
        return false;
    }
    make_messages(contest, size);
    seal(contest);
    contest->next = 0;
    fill_job(contest, 0);
    contest->has_groups =
        contest->direct.multi && contest->direct.multi->takes(&contest->jobs[0]);
    return true;
}

void contest_run(struct contest *contest, unsigned group)
{
    struct vcrypto_multi_job *jobs[MESSAGES];
    unsigned count = MAX(group, 1);

    for (unsigned i = 0; i < count; i++) {
        fill_job(contest, contest->next);
        jobs[i] = &contest->jobs[contest->next];
        contest->next = (contest->next + 1) % MESSAGES;
    }
    if (group) {
        contest->direct.multi->run(contest->direct.lanes, jobs, count);
    } else {
        direct_one(&contest->direct, contest->direct.context, jobs[0]);
    }
    for (unsigned i = 0; i < count; i++) {
        need(jobs[i]->status == VCRYPTO_OK, "a message failed");
    }
}
