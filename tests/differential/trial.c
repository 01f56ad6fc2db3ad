/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "differential/trial.h"

#include <glib.h>
#include <string.h>

#include "support/reference.h"
#include "support/ut.h"

#define GUARD  32
#define PIECES 256
#define FAILED 5 /* so many are printed */

/* Memory with bytes around it that nobody may change. */
struct buffer {
    uint8_t *memory, *data;
    size_t len;   /* that is used, of */
    size_t whole; /* so many */
};

struct keyed {
    struct vcrypto_keying main, auth;
    uint8_t key[INPUTS_MAX_KEY], auth_key[INPUTS_MAX_KEY];
    struct iovec iov, auth_iov;
    struct vcrypto_session_params params;
    uint64_t session;
};

struct trial {
    const struct keyed *keyed;
    struct vcrypto_request request;
    struct buffer src, dst, aad, result;
    uint8_t *expected, *expected_result; /* of dst and result */
    uint32_t len;                        /* of the data */
    bool forged;                         /* the tag */
    struct iovec src_iov[PIECES], dst_iov[PIECES], aad_iov[PIECES], result_iov;
};

static struct keyed keys[TRIAL_KEYS];
static struct trial trials[TRIAL_GROUP];
static uint64_t rare;
static unsigned failed;

uint64_t trial_rare(void)
{
    return rare;
}

/* ---- memory ---- */

static struct buffer new_buffer(size_t len)
{
    size_t before = GUARD + inputs_below(32);
    struct buffer buffer = { .memory = g_malloc(before + len + GUARD),
                             .len = len,
                             .whole = len };

    buffer.data = buffer.memory + before;
    memset(buffer.memory, 0xa5, before);
    memset(buffer.data, 0xee, len);
    memset(buffer.data + len, 0xa5, GUARD);
    return buffer;
}

static bool guards_intact(const struct buffer *buffer)
{
    for (unsigned i = 0; i < GUARD && buffer->data; i++) {
        if (buffer->data[buffer->whole + i] != 0xa5 ||
            buffer->data[-1 - (int)i] != 0xa5) {
            return false;
        }
    }
    return true;
}

static struct vcrypto_cursor lay(const struct buffer *buffer, enum trial_cut cut,
                                 struct iovec *iov)
{
    uint8_t *data = buffer->data;
    size_t left = buffer->len, n = 0;
    struct vcrypto_cursor cursor;

    while (left) {
        size_t most = cut == TRIAL_SHREDS ? 19 : left, part = left;

        if (cut != TRIAL_WHOLE && n < (cut == TRIAL_SHREDS ? PIECES : 8) - 1) {
            part = inputs_below((uint32_t)most + 1); /* or none */
            part = MIN(part, left);
        }
        iov[n++] = (struct iovec){ data, part };
        data += part;
        left -= part;
    }
    vcrypto_cursor_init(&cursor, iov, n);
    return cursor;
}

/* ---- keys ---- */

static bool is_digest(const struct vcrypto_algorithm *row)
{
    return row->service == VCRYPTO_SERVICE_HASH || row->service == VCRYPTO_SERVICE_MAC;
}

static void make_params(struct keyed *keyed, const struct trial_kind *kind)
{
    struct vcrypto_session_params *params = &keyed->params;

    *params = (struct vcrypto_session_params){
        .service = kind->row->service,
        .algorithm = kind->row->id,
        .direction = kind->direction,
        .key_len = keyed->main.key_len,
        .tag_len = kind->tag_len,
        .result_len = vcrypto_algorithm_max_result(kind->row),
    };
    keyed->iov = (struct iovec){ keyed->key, keyed->main.key_len };
    vcrypto_cursor_init(&params->key, &keyed->iov, 1);
    if (kind->row->service == VCRYPTO_SERVICE_CIPHER) {
        params->op_type =
            kind->auth ? VCRYPTO_OP_TYPE_CHAINING : VCRYPTO_OP_TYPE_CIPHER;
    }
    if (!kind->auth) {
        return;
    }
    params->chain_order = kind->order;
    params->hash_mode = kind->auth->service == VCRYPTO_SERVICE_MAC
                            ? VCRYPTO_HASH_MODE_AUTH
                            : VCRYPTO_HASH_MODE_PLAIN;
    params->auth_algorithm = kind->auth->id;
    params->auth_key_len = keyed->auth.key_len;
    params->result_len = kind->auth->result_len;
    keyed->auth_iov = (struct iovec){ keyed->auth_key, keyed->auth.key_len };
    vcrypto_cursor_init(&params->auth_key, &keyed->auth_iov, 1);
}

static void make_key(struct keyed *keyed, const struct trial_kind *kind)
{
    keyed->main = (struct vcrypto_keying){
        .algorithm = kind->row,
        .key_index = kind->key_index,
        .key = keyed->key,
        .key_len = inputs_key(kind->row, kind->key_index, keyed->key),
        .direction = kind->direction,
        .tag_len = kind->tag_len,
    };
    if (kind->auth) {
        keyed->auth = (struct vcrypto_keying){
            .algorithm = kind->auth,
            .key_index = kind->auth_key_index,
            .key = keyed->auth_key,
            .key_len = inputs_key(kind->auth, kind->auth_key_index, keyed->auth_key),
        };
    }
    make_params(keyed, kind);
}

static void make_keys(const struct trial_kind *kind, const struct trial_way *way)
{
    for (unsigned i = 0; i < TRIAL_KEYS; i++) {
        make_key(&keys[i], kind);
        if (!way->stateless) {
            UT_EQ_U64_FATAL(vcrypto_backend_create_session(
                                way->backend, &keys[i].params, &keys[i].session),
                            VCRYPTO_OK);
        }
    }
}

static void end_keys(const struct trial_way *way)
{
    for (unsigned i = 0; i < TRIAL_KEYS && !way->stateless; i++) {
        UT_EQ_U64(vcrypto_backend_destroy_session(way->backend, keys[i].session),
                  VCRYPTO_OK);
    }
}

/* ---- requests ---- */

static uint32_t choose_length(const struct vcrypto_algorithm *row,
                              const struct trial_way *way, uint32_t most)
{
    uint32_t granule = row->granule ? row->granule : 1, len = way->len;

    if (!len) {
        return inputs_length(row, most);
    }
    len = row->max_len ? MIN(len, row->max_len) : len;
    return MAX(len / granule * granule, row->min_len);
}

static void make_cipher(struct trial *trial, const struct trial_way *way, uint32_t most)
{
    const struct vcrypto_algorithm *row = trial->keyed->main.algorithm;
    struct vcrypto_request *request = &trial->request;

    trial->len = choose_length(row, way, most);
    request->iv_len = row->iv_len;
    inputs_iv(row, trial->keyed->key, request->iv, request->iv_len, trial->len);
    trial->src = new_buffer(trial->len);
    inputs_fill(trial->src.data, trial->len);
    trial->dst = way->in_place ? trial->src : new_buffer(trial->len);
    trial->expected = g_malloc(trial->len);
    reference_cipher(&trial->keyed->main, request->iv, trial->src.data, trial->expected,
                     trial->len);
}

/* An iv of a MAC leads its source. */
static void make_digest(struct trial *trial, const struct trial_way *way, uint32_t most)
{
    const struct vcrypto_algorithm *row = trial->keyed->main.algorithm;
    uint32_t lead = vcrypto_algorithm_mac_has_iv(row) ? row->iv_len : 0;
    uint32_t longest = vcrypto_algorithm_max_result(row), result_len = row->result_len;

    trial->len = choose_length(row, way, most);
    trial->src = new_buffer(lead + trial->len);
    inputs_fill(trial->src.data, trial->src.len);
    inputs_iv(row, trial->keyed->key, trial->src.data, lead, trial->len);
    if (inputs_below(4) == 0) {
        memset(trial->src.data + lead, inputs_below(2) ? 0xff : 0, trial->len);
    }
    if (inputs_below(4) == 0) {
        result_len = 1 + inputs_near(MIN(longest, most) - 1);
    }
    trial->result = new_buffer(result_len);
    trial->expected_result = g_malloc(result_len);
    reference_digest(&trial->keyed->main, trial->src.data, trial->src.data + lead,
                     trial->len, trial->expected_result, result_len);
}

static uint32_t aead_length(const struct vcrypto_algorithm *row,
                            const struct trial_way *way, uint32_t iv_len, uint32_t most)
{
    uint32_t len = choose_length(row, way, most);

    /* What CCM's counter of 2 bytes allows. */
    return row->id == VCRYPTO_AEAD_CCM && iv_len == 13 ? MIN(len, 65535) : len;
}

static void aim_poly1305(struct trial *trial, uint8_t *plain)
{
    const struct vcrypto_keying *keying = &trial->keyed->main;

    if (keying->algorithm->id == VCRYPTO_AEAD_CHACHA20_POLY1305 && inputs_below(4)) {
        rare += inputs_poly1305(keying->key, trial->request.iv, trial->aad.data,
                                trial->aad.len, plain, trial->len);
    }
}

static void make_opening(struct trial *trial, const struct trial_way *way,
                         const uint8_t *plain, const uint8_t *sealed)
{
    uint32_t len = trial->len, tag_len = trial->keyed->main.tag_len;

    trial->src = new_buffer(len + tag_len);
    memcpy(trial->src.data, sealed, len + tag_len);
    trial->forged = inputs_below(8) == 0;
    if (trial->forged) {
        trial->src.data[len + inputs_below(tag_len)] ^=
            (uint8_t)(1u << inputs_below(8));
    }
    trial->dst = new_buffer(len);
    if (way->in_place) {
        g_free(trial->dst.memory);
        trial->dst = trial->src;
        trial->dst.len = len;
    }
    trial->expected = g_memdup2(plain, len);
}

static void make_sealing(struct trial *trial, const struct trial_way *way,
                         const uint8_t *plain, const uint8_t *sealed)
{
    uint32_t len = trial->len, tag_len = trial->keyed->main.tag_len;

    trial->dst = new_buffer(len + tag_len);
    trial->src = trial->dst;
    trial->src.len = len;
    if (!way->in_place) {
        trial->src = new_buffer(len);
    }
    memcpy(trial->src.data, plain, len);
    trial->expected = g_memdup2(sealed, len + tag_len);
}

static void make_aead(struct trial *trial, const struct trial_way *way, uint32_t most)
{
    const struct vcrypto_keying *keying = &trial->keyed->main;
    const struct vcrypto_algorithm *row = keying->algorithm;
    struct vcrypto_request *request = &trial->request;
    g_autofree uint8_t *plain = NULL, *sealed = NULL;

    request->iv_len = inputs_bit(row->iv_lens);
    trial->len = aead_length(row, way, request->iv_len, most);
    inputs_iv(row, keying->key, request->iv, request->iv_len, trial->len);
    trial->aad = new_buffer(inputs_near(inputs_below(8) ? 80 : most));
    inputs_fill(trial->aad.data, trial->aad.len);
    plain = g_malloc(trial->len + 1);
    sealed = g_malloc(trial->len + VCRYPTO_MAX_TAG);
    inputs_fill(plain, trial->len);
    aim_poly1305(trial, plain);
    reference_aead(keying, request->iv, request->iv_len, trial->aad.data,
                   trial->aad.len, plain, sealed, trial->len, sealed + trial->len);
    if (keying->direction == VCRYPTO_ENCRYPT) {
        make_sealing(trial, way, plain, sealed);
    } else {
        make_opening(trial, way, plain, sealed);
    }
}

/* ---- chains ---- */

/* The digest of a range, with the aad after the iv that leads it. */
static void chain_digest(struct trial *trial, const uint8_t *image)
{
    const struct vcrypto_keying *auth = &trial->keyed->auth;
    uint32_t lead =
        vcrypto_algorithm_mac_has_iv(auth->algorithm) ? auth->algorithm->iv_len : 0;
    const uint8_t *from = image + trial->request.ranges.hash_start;
    uint32_t len = trial->request.ranges.hash_len - lead;
    g_autofree uint8_t *message = g_malloc(trial->aad.len + len + 1);

    memcpy(message, trial->aad.data, trial->aad.len);
    memcpy(message + trial->aad.len, from + lead, len);
    reference_digest(auth, from, message, trial->aad.len + len, trial->expected_result,
                     auth->algorithm->result_len);
}

static void expect_chain(struct trial *trial)
{
    const struct vcrypto_keying *keying = &trial->keyed->main;
    uint32_t start = trial->request.ranges.cipher_start;
    bool hash_first = trial->keyed->params.chain_order == VCRYPTO_HASH_THEN_CIPHER;

    trial->expected = g_memdup2(trial->src.data, trial->src.len);
    trial->expected_result = g_malloc(trial->result.len);
    if (hash_first) {
        chain_digest(trial, trial->src.data);
    }
    reference_cipher(keying, trial->request.iv, trial->src.data + start,
                     trial->expected + start, trial->request.ranges.cipher_len);
    if (!hash_first) {
        chain_digest(trial, trial->expected);
    }
}

/* Ranges that lie in each other in any way; the aad is of what the MAC takes, too. */
static void make_chain(struct trial *trial, const struct trial_way *way, uint32_t most)
{
    const struct vcrypto_algorithm *row = trial->keyed->main.algorithm;
    const struct vcrypto_algorithm *auth = trial->keyed->auth.algorithm;
    uint32_t lead = vcrypto_algorithm_mac_has_iv(auth) ? auth->iv_len : 0;
    uint32_t aad = 16 * inputs_below(3), hashed = inputs_length(auth, most);
    struct vcrypto_request *request = &trial->request;
    uint32_t whole;

    aad = auth->max_len && hashed + aad > auth->max_len ? 0 : aad;
    trial->len = inputs_length(row, most);
    request->ranges.cipher_len = trial->len;
    request->ranges.hash_len = lead + hashed;
    request->ranges.cipher_start = inputs_below(40);
    request->ranges.hash_start = inputs_below(40);
    whole = MAX(request->ranges.cipher_start + trial->len,
                request->ranges.hash_start + request->ranges.hash_len) +
            inputs_below(20);
    request->iv_len = row->iv_len;
    inputs_iv(row, trial->keyed->key, request->iv, request->iv_len, trial->len);
    trial->src = new_buffer(whole);
    inputs_fill(trial->src.data, whole);
    trial->dst = way->in_place ? trial->src : new_buffer(whole);
    trial->aad = new_buffer(aad);
    inputs_fill(trial->aad.data, aad);
    trial->result = new_buffer(auth->result_len);
    expect_chain(trial);
}

/* ---- through the backend ---- */

static void aim(struct trial *trial, const struct trial_way *way)
{
    struct vcrypto_request *request = &trial->request;

    request->service = trial->keyed->params.service;
    request->op_type = trial->keyed->params.op_type;
    request->direction = trial->keyed->params.direction;
    request->stateless = way->stateless;
    if (way->stateless) {
        request->params = trial->keyed->params;
        request->params_known = true;
    } else {
        request->session_id = trial->keyed->session;
    }
    request->src = lay(&trial->src, way->cut, trial->src_iov);
    request->dst = lay(&trial->dst, way->cut, trial->dst_iov);
    request->aad = lay(&trial->aad, way->cut, trial->aad_iov);
    request->result = lay(&trial->result, TRIAL_WHOLE, &trial->result_iov);
}

static void make(struct trial *trial, const struct trial_kind *kind,
                 const struct trial_way *way)
{
    uint32_t share = way->budget / way->count, most = share;

    /* A long one among short ones. */
    if (inputs_below(16) == 0) {
        most = MIN(share * 8, MAX(share, 66000));
    }
    memset(trial, 0, sizeof(*trial));
    trial->keyed = &keys[inputs_below(TRIAL_KEYS)];
    if (kind->auth) {
        make_chain(trial, way, most);
    } else if (is_digest(kind->row)) {
        make_digest(trial, way, most);
    } else if (kind->row->service == VCRYPTO_SERVICE_AEAD) {
        make_aead(trial, way, most);
    } else {
        make_cipher(trial, way, most);
    }
    aim(trial, way);
}

static void release(struct trial *trial)
{
    if (trial->src.memory != trial->dst.memory) {
        g_free(trial->dst.memory);
    }
    g_free(trial->src.memory);
    g_free(trial->aad.memory);
    g_free(trial->result.memory);
    g_free(trial->expected);
    g_free(trial->expected_result);
}

/* ---- what came out ---- */

static char *hex(const uint8_t *data, size_t len)
{
    GString *text = g_string_new(NULL);

    for (size_t i = 0; i < len; i++) {
        g_string_append_printf(text, "%02x", data[i]);
    }
    return g_string_free(text, FALSE);
}

static void print_bytes(const char *what, const uint8_t *data, size_t len)
{
    g_autofree char *text = hex(data, MIN(len, 96));

    ut_note("  %s, %zu bytes: %s%s", what, len, text, len > 96 ? "..." : "");
}

/* From a little before the first byte that is wrong. */
static void print_difference(const char *what, const uint8_t *got,
                             const uint8_t *expected, size_t len)
{
    size_t first = 0;

    while (first < len && got[first] == expected[first]) {
        first++;
    }
    if (first < len) {
        ut_note("  %s differs from byte %zu on:", what, first);
        print_bytes("answered", got + first, len - first);
        print_bytes("expected", expected + first, len - first);
    }
}

static void print_all(const struct trial *trial, const struct trial_way *way,
                      unsigned i)
{
    const struct vcrypto_request *request = &trial->request;
    const struct vcrypto_keying *keying = &trial->keyed->main;

    ut_note("%s%s%s, %s, request %u of %u, direction %u, %u bytes of data, status %u",
            keying->algorithm->name, trial->keyed->params.hash_mode ? " with " : "",
            trial->keyed->params.hash_mode ? trial->keyed->auth.algorithm->name : "",
            way->name, i, way->count, keying->direction, trial->len, request->status);
    print_bytes("key", keying->key, keying->key_len);
    print_bytes("iv", request->iv, request->iv_len);
    if (trial->keyed->params.hash_mode) {
        print_bytes("authentication key", trial->keyed->auth_key,
                    trial->keyed->auth.key_len);
        ut_note("  order %u, cipher from %u, %u bytes, hash from %u, %u bytes",
                trial->keyed->params.chain_order, request->ranges.cipher_start,
                request->ranges.cipher_len, request->ranges.hash_start,
                request->ranges.hash_len);
    }
    print_bytes("aad", trial->aad.data, trial->aad.len);
    if (!way->in_place) {
        print_bytes("source", trial->src.data, trial->src.len);
    }
    if (trial->dst.len) {
        print_difference("destination", trial->dst.data, trial->expected,
                         trial->dst.len);
    }
    if (trial->result.len) {
        print_difference("result", trial->result.data, trial->expected_result,
                         trial->result.len);
    }
}

static bool is_right(const struct trial *trial)
{
    if (!guards_intact(&trial->src) || !guards_intact(&trial->dst) ||
        !guards_intact(&trial->result)) {
        return false;
    }
    if (trial->forged) {
        return trial->request.status == VCRYPTO_BADMSG;
    }
    return trial->request.status == VCRYPTO_OK &&
           (!trial->dst.len ||
            memcmp(trial->dst.data, trial->expected, trial->dst.len) == 0) &&
           (!trial->result.len ||
            memcmp(trial->result.data, trial->expected_result, trial->result.len) == 0);
}

static void run(const struct trial_way *way)
{
    static struct vcrypto_request requests[TRIAL_GROUP];
    size_t done = 0;

    for (unsigned i = 0; i < way->count; i++) {
        requests[i] = trials[i].request;
    }
    while (done < way->count) {
        size_t n = vcrypto_backend_run(way->backend, 0, requests + done,
                                       way->count - done, NULL);

        UT_TRUE_FATAL(n > 0);
        done += n;
    }
    for (unsigned i = 0; i < way->count; i++) {
        trials[i].request.status = requests[i].status;
    }
}

uint64_t trial_run(const struct trial_kind *kind, const struct trial_way *way)
{
    uint64_t bytes = 0;

    make_keys(kind, way);
    for (unsigned i = 0; i < way->count; i++) {
        make(&trials[i], kind, way);
    }
    run(way);
    for (unsigned i = 0; i < way->count; i++) {
        if (!is_right(&trials[i])) {
            UT_FAIL("a wrong answer");
            if (failed++ < FAILED) {
                print_all(&trials[i], way, i);
            }
        }
        bytes += trials[i].len;
        release(&trials[i]);
    }
    end_keys(way);
    return bytes;
}
