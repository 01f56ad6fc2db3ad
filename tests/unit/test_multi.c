/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Requests side by side: batches through two backends, of which one does every request
 * alone. Whatever they write, wherever it lies, must be the same. Each buffer ends
 * where memory ends, so that who looks or writes beyond it does not get away with it.
 */
#include <glib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "crypto/ipsec-mb/manager.h"
#include "crypto/ipsec-mb/processor.h"
#include "support/level.h"
#include "support/ut.h"
#include "vcrypto/backend.h"

#define BATCH    VCRYPTO_MULTI_MAX
#define MAX_SIZE (256u << 10) /* of a buffer */
#define PIECES   32

static struct vcrypto_backend *alone, *together;
static uint64_t seed;

static uint32_t below(uint32_t limit)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)((seed >> 33) % limit);
}

static void fill_random(uint8_t *to, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        to[i] = (uint8_t)(seed >> (8 * (i % 4) + 24));
        if (i % 4 == 3) {
            below(2);
        }
    }
    below(2);
}

/* ---- memory that ends ---- */

static uint8_t *ends[3][BATCH]; /* the first byte that is not there */

static size_t room(void)
{
    return MAX_SIZE + 4096;
}

static uint8_t *map_end(void)
{
    uint8_t *memory = mmap(NULL, room() + 4096, PROT_READ | PROT_WRITE,
                           MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    UT_TRUE_FATAL(memory != MAP_FAILED);
    UT_TRUE_FATAL(mprotect(memory + room(), 4096, PROT_NONE) == 0);
    return memory + room();
}

static struct vcrypto_backend *new_backend(bool single)
{
    const struct vcrypto_backend_config config = {
        .queues = 1,
        .max_sessions = 1000,
        .max_cipher_key_len = 256,
        .max_auth_key_len = 512,
        .max_akcipher_key_len = 4096,
        .single = single,
        .max_size = MAX_SIZE,
    };
    const char *why;

    return vcrypto_backend_new(&config, &why);
}

static int set_up(void)
{
    seed = 1;
    for (unsigned i = 0; i < 3; i++) {
        for (unsigned k = 0; k < BATCH; k++) {
            ends[i][k] = map_end();
        }
    }
    alone = new_backend(true);
    together = new_backend(false);
    return alone && together ? 0 : -1;
}

static int tear_down(void)
{
    vcrypto_backend_free(alone);
    vcrypto_backend_free(together);
    for (unsigned i = 0; i < 3; i++) {
        for (unsigned k = 0; k < BATCH; k++) {
            munmap(ends[i][k] - room(), room() + 4096);
        }
    }
    return 0;
}

/* The instructions that other processors have. Where all tests run as on another
 * processor, it is that one. */
static int set_up_with(IMB_ARCH arch)
{
    if (level_here() == LEVEL_ALL) {
        vcrypto_ipsec_mb_limit(arch, 0);
    }
    return set_up();
}

static int set_up_sse(void)
{
    return set_up_with(IMB_ARCH_SSE);
}

#ifdef VCRYPTO_IPSEC_MB_HAS_AVX
static int set_up_avx(void)
{
    return set_up_with(IMB_ARCH_AVX);
}
#endif

static int set_up_avx2(void)
{
    return set_up_with(IMB_ARCH_AVX2);
}

/* ---- sessions ---- */

/* One key: the same session in both backends. */
struct keyed {
    const struct vcrypto_algorithm *row;
    uint32_t key_len;
    uint32_t direction;
    uint32_t tag_len;
    uint64_t id; /* the same number in both */
    uint8_t key[512];
    struct iovec iov;
};

static void create(struct keyed *keyed)
{
    struct vcrypto_session_params params = {
        .service = keyed->row->service,
        .op_type =
            keyed->row->service == VCRYPTO_SERVICE_CIPHER ? VCRYPTO_OP_TYPE_CIPHER : 0,
        .algorithm = keyed->row->id,
        .direction = keyed->direction,
        .key_len = keyed->key_len,
        .tag_len = keyed->tag_len,
    };
    uint64_t other;

    fill_random(keyed->key, keyed->key_len);
    keyed->iov = (struct iovec){ keyed->key, keyed->key_len };
    vcrypto_cursor_init(&params.key, &keyed->iov, 1);
    UT_EQ_U64_FATAL(vcrypto_backend_create_session(alone, &params, &keyed->id),
                    VCRYPTO_OK);
    UT_EQ_U64_FATAL(vcrypto_backend_create_session(together, &params, &other),
                    VCRYPTO_OK);
    UT_EQ_U64_FATAL(keyed->id, other);
}

static void destroy(const struct keyed *keyed)
{
    UT_EQ_U64(vcrypto_backend_destroy_session(alone, keyed->id), VCRYPTO_OK);
    UT_EQ_U64(vcrypto_backend_destroy_session(together, keyed->id), VCRYPTO_OK);
}

/* ---- requests ---- */

struct shape {
    unsigned count;
    uint32_t max_len;
    uint32_t min_len;
    bool in_place;
    bool pieces;
    bool spoiled; /* some tags, ivs, lengths and sessions are wrong */
};

/* What one request reads, and what both backends made of it. */
struct trial {
    struct vcrypto_request request;
    struct iovec src[PIECES], dst[2][PIECES], aad, result[2];
    size_t n_src, n_dst;
    uint32_t src_len, dst_len, result_len;
    uint8_t aad_bytes[64];
    uint8_t results[2][VCRYPTO_MAX_DIGEST];
};

static struct trial trials[BATCH];

static uint32_t choose_len(const struct vcrypto_algorithm *row,
                           const struct shape *shape)
{
    uint32_t max =
        row->max_len && row->max_len < shape->max_len ? row->max_len : shape->max_len;
    uint32_t len = shape->min_len + below(max - MIN(shape->min_len, max) + 1);
    uint32_t granule = row->granule ? row->granule : 1;

    len = MAX(MIN(len, max), row->min_len);
    return MAX((len + granule - 1) / granule * granule, granule);
}

/* Cuts @len bytes at @data at random places, some of them odd. */
static size_t cut(uint8_t *data, uint32_t len, bool pieces, struct iovec *iov)
{
    size_t n = 0;

    while (len) {
        uint32_t part = len;

        if (pieces && n < PIECES - 1) {
            part = 1 + below(MIN(len, 300));
            part = part < 100 ? part : part & ~15u;
        }
        iov[n++] = (struct iovec){ data, part };
        data += part;
        len -= part;
    }
    return n;
}

static void set_iv(struct vcrypto_request *request, const struct vcrypto_algorithm *row)
{
    fill_random(request->iv, sizeof(request->iv));
    if (row->service != VCRYPTO_SERVICE_AEAD) {
        request->iv_len = row->iv_len;
        if (below(4) == 0) {
            memset(request->iv, 0xff, 15); /* counters carry, or do not fit */
        }
        return;
    }
    request->iv_len = row->iv_lens & 1u << 16 && below(4) == 0 ? 16 : 12;
    if (request->iv_len == 16 && below(2)) {
        memcpy(request->iv + 12, "\0\0\0\1", 4);
    }
}

static void make_trial(struct trial *trial, unsigned i, const struct keyed *keyed,
                       const struct shape *shape)
{
    const struct vcrypto_algorithm *row = keyed->row;
    struct vcrypto_request *request = &trial->request;
    uint32_t len = choose_len(row, shape);
    bool decrypts = keyed->direction == VCRYPTO_DECRYPT;

    memset(trial, 0, sizeof(*trial));
    request->service = row->service;
    request->session_id = keyed->id;
    request->op_type =
        row->service == VCRYPTO_SERVICE_CIPHER ? VCRYPTO_OP_TYPE_CIPHER : 0;
    request->direction = keyed->direction;
    set_iv(request, row);
    trial->src_len = len + (decrypts ? keyed->tag_len : 0);
    trial->dst_len = len + (decrypts ? 0 : keyed->tag_len);
    if (row->service == VCRYPTO_SERVICE_MAC) {
        trial->src_len += row->iv_len; /* leads the source */
    }
    if (row->service == VCRYPTO_SERVICE_HASH || row->service == VCRYPTO_SERVICE_MAC) {
        trial->dst_len = 0;
        trial->result_len = below(3) ? row->result_len : 1 + below(row->result_len);
    }
    fill_random(ends[0][i] - trial->src_len, trial->src_len);
    trial->n_src =
        cut(ends[0][i] - trial->src_len, trial->src_len, shape->pieces, trial->src);
    if (row->service == VCRYPTO_SERVICE_AEAD) {
        fill_random(trial->aad_bytes, sizeof(trial->aad_bytes));
        trial->aad = (struct iovec){ trial->aad_bytes, below(65) };
        vcrypto_cursor_init(&request->aad, &trial->aad, 1);
    }
}

static void spoil(struct trial *trial)
{
    struct vcrypto_request *request = &trial->request;

    switch (below(8)) {
    case 0:
        request->session_id++;
        break;
    case 1:
        request->iv_len++;
        break;
    case 2:
        request->early = VCRYPTO_NOTSUPP;
        break;
    case 3:
        request->late = VCRYPTO_ERR;
        break;
    case 4:
        trial->src_len = 1;
        trial->src[0].iov_len = 1;
        trial->n_src = 1;
        trial->dst_len = MIN(trial->dst_len, 1);
        break;
    default:
        break;
    }
}

/* Aims the request at the source and the destination of one backend. In place, the
 * source is in both destinations beforehand. */
static void aim(struct trial *trial, unsigned i, unsigned who,
                const struct shape *shape, struct vcrypto_request *request)
{
    uint8_t *dst = ends[1 + who][i] - trial->dst_len;
    struct iovec *src = trial->src;

    *request = trial->request;
    memset(dst, 0xee, trial->dst_len);
    trial->n_dst = cut(dst, trial->dst_len, false, trial->dst[who]);
    if (shape->in_place && trial->dst_len) {
        memcpy(dst, ends[0][i] - trial->src_len, MIN(trial->src_len, trial->dst_len));
        if (trial->src_len <= trial->dst_len) {
            static struct iovec same[2][BATCH];

            same[who][i] = (struct iovec){ dst, trial->src_len };
            src = &same[who][i];
        }
    }
    vcrypto_cursor_init(&request->src, src, src == trial->src ? trial->n_src : 1);
    vcrypto_cursor_init(&request->dst, trial->dst[who], trial->n_dst);
    memset(trial->results[who], 0xee, sizeof(trial->results[who]));
    trial->result[who] = (struct iovec){ trial->results[who], trial->result_len };
    vcrypto_cursor_init(&request->result, &trial->result[who], 1);
}

static void run_all(struct vcrypto_backend *backend, struct vcrypto_request *requests,
                    size_t count)
{
    size_t done = 0;

    while (done < count) {
        size_t n = vcrypto_backend_run(backend, 0, requests + done, count - done, NULL);

        UT_TRUE_FATAL(n > 0);
        done += n;
    }
}

static void compare(const struct trial *trial, unsigned i,
                    const struct vcrypto_request *a, const struct vcrypto_request *b)
{
    UT_EQ_U64(a->status, b->status);
    UT_EQ_U64(a->written, b->written);
    if (a->status == VCRYPTO_OK) {
        UT_EQ_U64(a->used, b->used);
    }
    UT_EQ_MEM(ends[1][i] - trial->dst_len, ends[2][i] - trial->dst_len, trial->dst_len);
    UT_EQ_MEM(trial->results[0], trial->results[1], sizeof(trial->results[0]));
}

/* Runs trials 0 to @count - 1 through both backends. */
static void run_trials(size_t count, const struct shape *shape)
{
    static struct vcrypto_request requests[2][BATCH];

    for (unsigned i = 0; i < count; i++) {
        if (shape->spoiled) {
            spoil(&trials[i]);
        }
        aim(&trials[i], i, 0, shape, &requests[0][i]);
    }
    run_all(alone, requests[0], count);
    for (unsigned i = 0; i < count; i++) {
        aim(&trials[i], i, 1, shape, &requests[1][i]);
    }
    run_all(together, requests[1], count);
    for (unsigned i = 0; i < count; i++) {
        compare(&trials[i], i, &requests[0][i], &requests[1][i]);
    }
}

static uint64_t done_together(void)
{
    struct vcrypto_queue_statistics statistics;

    vcrypto_backend_queue_statistics(together, 0, &statistics);
    return statistics.together;
}

/* ---- every algorithm ---- */

static uint32_t tag_of(const struct vcrypto_algorithm *row)
{
    uint32_t tag = VCRYPTO_MAX_TAG;

    if (row->service != VCRYPTO_SERVICE_AEAD) {
        return 0;
    }
    while (tag > 4 && (!(row->tag_lens & 1u << tag) || below(3) == 0)) {
        tag--;
    }
    return row->tag_lens & 1u << tag ? tag : VCRYPTO_MAX_TAG;
}

/* With tags that are right, an AEAD decryption can succeed: what is decrypted was
 * encrypted before by a session with the same key. */
static void seal(const struct keyed *keyed, unsigned count)
{
    struct keyed sealing = *keyed;
    struct vcrypto_session_params params = {
        .service = VCRYPTO_SERVICE_AEAD,
        .algorithm = keyed->row->id,
        .direction = VCRYPTO_ENCRYPT,
        .key_len = keyed->key_len,
        .tag_len = keyed->tag_len,
    };
    uint64_t id, other;

    vcrypto_cursor_init(&params.key, &sealing.iov, 1);
    UT_EQ_U64_FATAL(vcrypto_backend_create_session(alone, &params, &id), VCRYPTO_OK);
    UT_EQ_U64_FATAL(vcrypto_backend_create_session(together, &params, &other),
                    VCRYPTO_OK);
    for (unsigned i = 0; i < count; i++) {
        struct trial *trial = &trials[i];
        struct vcrypto_request request = trial->request;
        uint32_t len = trial->src_len - keyed->tag_len;
        g_autofree uint8_t *plain = g_malloc(len);
        struct iovec src = { plain, len };
        struct iovec dst = { ends[0][i] - trial->src_len, trial->src_len };

        if (below(4) == 0) {
            continue; /* stays wrong */
        }
        fill_random(plain, len);
        request.session_id = id;
        request.direction = VCRYPTO_ENCRYPT;
        vcrypto_cursor_init(&request.src, &src, 1);
        vcrypto_cursor_init(&request.dst, &dst, 1);
        run_all(alone, &request, 1);
        UT_EQ_U64(request.status, VCRYPTO_OK);
    }
    UT_EQ_U64(vcrypto_backend_destroy_session(alone, id), VCRYPTO_OK);
    UT_EQ_U64(vcrypto_backend_destroy_session(together, other), VCRYPTO_OK);
}

static void run_keyed(const struct keyed *keyed, const struct shape *shape)
{
    bool opens = keyed->row->service == VCRYPTO_SERVICE_AEAD &&
                 keyed->direction == VCRYPTO_DECRYPT;

    ut_context("%s, key of %u, direction %u, up to %u bytes%s%s%s", keyed->row->name,
               keyed->key_len, keyed->direction, shape->max_len,
               shape->in_place ? ", in place" : "", shape->pieces ? ", in pieces" : "",
               shape->spoiled ? ", spoiled" : "");
    for (unsigned i = 0; i < shape->count; i++) {
        make_trial(&trials[i], i, keyed, shape);
    }
    if (opens && !shape->spoiled) {
        seal(keyed, shape->count);
    }
    run_trials(shape->count, shape);
}

static const struct shape shapes[] = {
    { .count = BATCH, .max_len = 600, .spoiled = true },
    { .count = BATCH, .max_len = 40 },
    { .count = BATCH, .max_len = 1500 },
    { .count = BATCH, .max_len = 1500, .in_place = true },
    { .count = BATCH, .max_len = 4000, .pieces = true },
    { .count = 12, .max_len = 70000, .min_len = 64000 },
};

/* From how many on libipsec-mb does it; 0: never. */
static unsigned least_of(const struct keyed *keyed)
{
    const struct vcrypto_keying keying = { .algorithm = keyed->row,
                                           .key_len = keyed->key_len,
                                           .direction = keyed->direction };

    return vcrypto_algorithms_multi()->least(&keying);
}

static bool is_multi(const struct keyed *keyed)
{
    return least_of(keyed) > 0;
}

static void try_key(struct keyed *keyed)
{
    uint64_t before = done_together();

    create(keyed);
    for (unsigned i = 0; i < (is_multi(keyed) ? G_N_ELEMENTS(shapes) : 1); i++) {
        run_keyed(keyed, &shapes[i]);
    }
    destroy(keyed);
    UT_EQ_U64(done_together() > before, is_multi(keyed));
}

static bool is_symmetric(const struct vcrypto_algorithm *row)
{
    return row->service != VCRYPTO_SERVICE_AKCIPHER && row->engine->available(row, 0);
}

static bool has_direction(const struct vcrypto_algorithm *row)
{
    return row->service == VCRYPTO_SERVICE_CIPHER ||
           row->service == VCRYPTO_SERVICE_AEAD;
}

static unsigned try_row(const struct vcrypto_algorithm *row)
{
    unsigned multi = 0;

    for (unsigned k = 0; k == 0 || (k < VCRYPTO_MAX_KEY_SIZES && row->keys[k].len);
         k++) {
        for (uint32_t d = VCRYPTO_ENCRYPT; d <= VCRYPTO_DECRYPT; d++) {
            struct keyed keyed = { .row = row,
                                   .direction = has_direction(row) ? d : 0 };

            if (!has_direction(row) && d == VCRYPTO_DECRYPT) {
                break;
            }
            /* Both sides of a block's length, where the length is free. */
            keyed.key_len = row->keys[k].max_len
                                ? 1 + below(MIN(row->keys[k].max_len, 300))
                                : row->keys[k].len;
            keyed.key_len = MAX(keyed.key_len, row->keys[k].len);
            keyed.tag_len = tag_of(row);
            try_key(&keyed);
            multi += is_multi(&keyed);
        }
    }
    return multi;
}

static void as_alone(void)
{
    size_t rows;
    const struct vcrypto_algorithm *table = vcrypto_algorithm_rows(&rows);
    unsigned multi = 0;

    for (size_t i = 0; i < rows; i++) {
        if (is_symmetric(&table[i])) {
            multi += try_row(&table[i]);
        }
    }
    ut_context(NULL);
    ut_note("%u algorithms, key sizes and directions side by side", multi);
    UT_TRUE(multi > 30);
}

/* ---- every length ---- */

#define EVERY_LENGTH                                                                   \
    1100 /* several times what vectors and their loops take at once                    \
          */

static void try_lengths(struct keyed *keyed, unsigned least)
{
    uint32_t most = keyed->row->max_len ? keyed->row->max_len : EVERY_LENGTH;

    create(keyed);
    for (uint32_t len = 0; len <= MIN(most, EVERY_LENGTH); len++) {
        const struct shape shape = { .count = least, .min_len = len, .max_len = len };

        run_keyed(keyed, &shape);
    }
    destroy(keyed);
}

/* Where there are blocks, vectors and loops over several vectors, the ends of messages
 * are many cases; whoever looks beyond one of them gets caught. */
static void every_length(void)
{
    size_t rows;
    const struct vcrypto_algorithm *table = vcrypto_algorithm_rows(&rows);

    for (size_t i = 0; i < rows; i++) {
        for (uint32_t d = VCRYPTO_ENCRYPT; d <= VCRYPTO_DECRYPT; d++) {
            struct keyed keyed = { .row = &table[i],
                                   .key_len = table[i].keys[0].len,
                                   .direction = d };

            if (is_symmetric(&table[i]) && is_multi(&keyed) &&
                (d == VCRYPTO_ENCRYPT || has_direction(&table[i]))) {
                keyed.tag_len = tag_of(&table[i]);
                try_lengths(&keyed, least_of(&keyed));
            }
        }
    }
    ut_context(NULL);
}

/* ---- more than one key ---- */

static const struct vcrypto_algorithm *find(enum vcrypto_service service, uint32_t id)
{
    const struct vcrypto_algorithm *row = vcrypto_algorithm_find(service, id);

    UT_TRUE_FATAL(row != NULL);
    return row;
}

static void mix(struct keyed *keys, unsigned count)
{
    const struct shape shape = { .max_len = 900 };

    for (unsigned i = 0; i < count; i++) {
        create(&keys[i]);
    }
    for (unsigned round = 0; round < 8; round++) {
        for (unsigned i = 0; i < BATCH; i++) {
            make_trial(&trials[i], i, &keys[below(count)], &shape);
        }
        run_trials(BATCH, &shape);
    }
    for (unsigned i = 0; i < count; i++) {
        destroy(&keys[i]);
    }
}

static void algorithms_mixed(void)
{
    uint64_t before = done_together();
    struct keyed keys[] = {
        { .row = find(VCRYPTO_SERVICE_CIPHER, VCRYPTO_CIPHER_AES_CBC),
          .key_len = 16,
          .direction = VCRYPTO_ENCRYPT },
        { .row = find(VCRYPTO_SERVICE_CIPHER, VCRYPTO_CIPHER_AES_CBC),
          .key_len = 16,
          .direction = VCRYPTO_DECRYPT },
        { .row = find(VCRYPTO_SERVICE_CIPHER, VCRYPTO_CIPHER_AES_XTS),
          .key_len = 32,
          .direction = VCRYPTO_ENCRYPT },
        { .row = find(VCRYPTO_SERVICE_MAC, VCRYPTO_MAC_CMAC_AES), .key_len = 16 },
        { .row = find(VCRYPTO_SERVICE_MAC, VCRYPTO_MAC_HMAC_SHA1), .key_len = 20 },
        { .row = find(VCRYPTO_SERVICE_HASH, VCRYPTO_HASH_SHA_512) },
        { .row = find(VCRYPTO_SERVICE_AEAD, VCRYPTO_AEAD_GCM),
          .key_len = 32,
          .direction = VCRYPTO_ENCRYPT,
          .tag_len = 16 },
    };

    mix(keys, G_N_ELEMENTS(keys));
    UT_TRUE(done_together() > before);
}

/* More sessions than a queue has room for, and many in the same place of its cache. */
static void sessions_come_and_go_in_a_batch(void)
{
    static struct keyed keys[600];
    uint64_t before = done_together();

    for (unsigned i = 0; i < G_N_ELEMENTS(keys); i++) {
        keys[i] =
            (struct keyed){ .row = find(VCRYPTO_SERVICE_CIPHER, VCRYPTO_CIPHER_AES_CBC),
                            .key_len = 16,
                            .direction = VCRYPTO_ENCRYPT };
    }
    mix(keys, G_N_ELEMENTS(keys));
    UT_TRUE(done_together() > before);
}

static void make_stateless(struct trial *trial, const struct keyed *keyed)
{
    trial->request.stateless = true;
    trial->request.params_known = true;
    trial->request.params = (struct vcrypto_session_params){
        .service = keyed->row->service,
        .op_type = VCRYPTO_OP_TYPE_CIPHER,
        .algorithm = keyed->row->id,
        .direction = keyed->direction,
        .key_len = keyed->key_len,
    };
    vcrypto_cursor_init(&trial->request.params.key, &keyed->iov, 1);
}

/* Each request brings its key: more of them than are remembered. */
static void stateless_keys_come_and_go_in_a_batch(void)
{
    const struct shape shape = { .max_len = 900 };
    static struct keyed keys[40];
    uint64_t before = done_together();

    for (unsigned i = 0; i < G_N_ELEMENTS(keys); i++) {
        keys[i] =
            (struct keyed){ .row = find(VCRYPTO_SERVICE_CIPHER, VCRYPTO_CIPHER_AES_CTR),
                            .key_len = 16,
                            .direction = VCRYPTO_ENCRYPT };
        fill_random(keys[i].key, 16);
        keys[i].iov = (struct iovec){ keys[i].key, 16 };
    }
    for (unsigned round = 0; round < 8; round++) {
        for (unsigned i = 0; i < BATCH; i++) {
            const struct keyed *keyed = &keys[below(G_N_ELEMENTS(keys))];

            make_trial(&trials[i], i, keyed, &shape);
            make_stateless(&trials[i], keyed);
        }
        run_trials(BATCH, &shape);
    }
    UT_TRUE(done_together() > before);
}

/* A batch of one length but for one request, which is then better off by itself. */
static void a_long_one_goes_alone(void)
{
    const struct shape small = { .max_len = 64, .min_len = 64 };
    const struct shape large = { .max_len = 64000, .min_len = 64000 };
    struct keyed keyed = { .row = find(VCRYPTO_SERVICE_CIPHER, VCRYPTO_CIPHER_AES_CBC),
                           .key_len = 32,
                           .direction = VCRYPTO_ENCRYPT };
    uint64_t before = done_together();

    create(&keyed);
    for (unsigned i = 0; i < BATCH; i++) {
        make_trial(&trials[i], i, &keyed, i == 30 ? &large : &small);
    }
    run_trials(BATCH, &small);
    UT_EQ_U64(done_together() - before, BATCH - 1);
    destroy(&keyed);
}

static void one_request_is_not_kept_waiting(void)
{
    const struct shape shape = { .max_len = 64, .min_len = 64 };
    struct keyed keyed = { .row = find(VCRYPTO_SERVICE_MAC, VCRYPTO_MAC_HMAC_MD5),
                           .key_len = 16 };
    uint64_t before = done_together();

    UT_TRUE_FATAL(least_of(&keyed) > 1);
    create(&keyed);
    make_trial(&trials[0], 0, &keyed, &shape);
    run_trials(1, &shape);
    UT_EQ_U64(done_together(), before);
    destroy(&keyed);
}

/* Sixteen requests of 64 KiB are a megabyte: they are answered before the others run.
 */
static void answers_of_large_ones_do_not_wait_for_all(void)
{
    static struct vcrypto_request requests[BATCH];
    const struct shape shape = { .max_len = 65536, .min_len = 65536 };
    struct keyed keyed = { .row = find(VCRYPTO_SERVICE_CIPHER, VCRYPTO_CIPHER_AES_CBC),
                           .key_len = 16,
                           .direction = VCRYPTO_ENCRYPT };

    create(&keyed);
    for (unsigned i = 0; i < BATCH; i++) {
        make_trial(&trials[i], i, &keyed, &shape);
        aim(&trials[i], i, 1, &shape, &requests[i]);
    }
    UT_EQ_U64(vcrypto_backend_run(together, 0, requests, BATCH, NULL), 16);
    for (unsigned i = 0; i < BATCH; i++) {
        aim(&trials[i], i, 0, &shape, &requests[i]);
    }
    UT_EQ_U64(vcrypto_backend_run(alone, 0, requests, BATCH, NULL), 4);
    destroy(&keyed);
}

static const struct ut_test tests[] = {
    { "every algorithm answers side by side as it does alone", as_alone },
    { "every length", every_length },
    { "algorithms are mixed in a batch", algorithms_mixed },
    { "sessions come and go in a batch", sessions_come_and_go_in_a_batch },
    { "keys of stateless requests come and go in a batch",
      stateless_keys_come_and_go_in_a_batch },
    { "a long request goes alone", a_long_one_goes_alone },
    { "a single request is not kept waiting", one_request_is_not_kept_waiting },
    { "answers of large requests do not wait for all",
      answers_of_large_ones_do_not_wait_for_all },
    { NULL, NULL },
};

static const struct ut_test as_alone_only[] = {
    { "every algorithm answers side by side as it does alone", as_alone },
    { "every length", every_length },
    { NULL, NULL },
};

int main(int argc, char **argv)
{
    const struct ut_suite suites[] = {
        { "multi", set_up, tear_down, tests },
        { "multi with SSE", set_up_sse, tear_down, as_alone_only },
#ifdef VCRYPTO_IPSEC_MB_HAS_AVX
        { "multi with AVX", set_up_avx, tear_down, as_alone_only },
#endif
        { "multi with AVX2", set_up_avx2, tear_down, as_alone_only },
        { NULL, NULL, NULL, NULL },
    };

    return ut_main(argc, argv, suites);
}
