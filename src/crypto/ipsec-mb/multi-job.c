/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From a job of ours to jobs of the library's. Theirs are in one piece and of limited
 * length; where a mode lets a message be done in parts, it goes through in parts, each
 * given to the library when the one before has come back.
 */
#include <string.h>

#include "../borrow.h"
#include "../engines.h"
#include "../pieces.h"
#include "multi.h"

#define PAGE    4096
#define COUNTER 16

static uint32_t smaller(uint64_t a, uint64_t b)
{
    return (uint32_t)(a < b ? a : b);
}

static const struct multi_method *method_of(const struct vcrypto_multi_job *job)
{
    return ((const struct multi_key *)job->key)->method;
}

/* Where @cursor, which is in one piece, begins. */
static uint8_t *start(struct vcrypto_cursor cursor)
{
    uint8_t *data = NULL;

    vcrypto_cursor_chunk(&cursor, &data);
    return data;
}

static bool one_piece(const struct vcrypto_cursor *cursor)
{
    uint8_t *data;

    return vcrypto_pieces_one(*cursor, &data);
}

/* Looking on within a page never leaves the memory of a guest; beyond it may. */
static size_t copy_size(const struct multi_method *method,
                        const struct vcrypto_cursor *src)
{
    uintptr_t end = (uintptr_t)start(*src) + (uintptr_t)src->left;
    bool looks_on = method->slack && (!method->block || src->left % method->block != 0);

    if (!looks_on || (end % PAGE && end % PAGE <= PAGE - method->slack)) {
        return 0;
    }
    return (size_t)src->left + method->slack;
}

static bool fits(const struct multi_method *method, const struct vcrypto_cursor *cursor)
{
    return one_piece(cursor) && (!method->max_len || cursor->left <= method->max_len) &&
           copy_size(method, cursor) <= MULTI_COPIES / MULTI_LANES;
}

/* The library counts in the last 32 bits only. */
static bool counter_holds(const uint8_t *iv, uint64_t len)
{
    uint32_t low = (uint32_t)iv[12] << 24 | (uint32_t)iv[13] << 16 |
                   (uint32_t)iv[14] << 8 | iv[15];

    return len / COUNTER < UINT32_MAX - low;
}

static bool takes_cipher(const struct multi_method *method,
                         const struct vcrypto_cipher_job *job)
{
    if (job->src.left == 0 ||
        vcrypto_cursor_overlap(&job->src, &job->dst) == VCRYPTO_OVERLAP_PARTIAL) {
        return false;
    }
    if (method->parts == MULTI_WHOLE) {
        return fits(method, &job->src) && one_piece(&job->dst);
    }
    return method->parts != MULTI_COUNTER || counter_holds(job->iv, job->src.left);
}

static bool takes_digest(const struct multi_method *method,
                         const struct vcrypto_digest_job *job)
{
    return job->parts[0].left == 0 && job->parts[1].left &&
           fits(method, &job->parts[1]);
}

static bool takes_aead(const struct multi_method *method,
                       const struct vcrypto_aead_job *job)
{
    return job->src.left && vcrypto_gcm_short_iv(job) && fits(method, &job->src) &&
           one_piece(&job->dst) && one_piece(&job->aad) &&
           vcrypto_cursor_overlap(&job->src, &job->dst) != VCRYPTO_OVERLAP_PARTIAL;
}

bool vcrypto_multi_takes(const struct vcrypto_multi_job *job)
{
    switch (job->algorithm->service) {
    case VCRYPTO_SERVICE_CIPHER:
        return takes_cipher(method_of(job), &job->cipher);
    case VCRYPTO_SERVICE_AEAD:
        return takes_aead(method_of(job), &job->aead);
    default:
        return takes_digest(method_of(job), &job->digest);
    }
}

size_t vcrypto_multi_copy_size(const struct vcrypto_multi_job *job)
{
    const struct multi_method *method = method_of(job);

    if (!method->slack) {
        return 0;
    }
    return copy_size(method, job->algorithm->service == VCRYPTO_SERVICE_CIPHER
                                 ? &job->cipher.src
                                 : &job->digest.parts[1]);
}

static void copy_source(struct multi_lane *lane, uint8_t *copy)
{
    struct vcrypto_cursor src = lane->src;

    vcrypto_cursor_read(&src, copy, (size_t)lane->src.left);
    lane->copy = copy;
}

void vcrypto_multi_begin(struct multi_lane *lane, struct vcrypto_multi_job *job,
                         uint8_t *copy)
{
    lane->job = job;
    lane->copy = NULL;
    job->status = VCRYPTO_ERR;
    switch (job->algorithm->service) {
    case VCRYPTO_SERVICE_CIPHER:
        lane->src = job->cipher.src;
        lane->dst = job->cipher.dst;
        if (job->cipher.iv) {
            memcpy(lane->iv, job->cipher.iv, job->algorithm->iv_len);
        }
        break;
    case VCRYPTO_SERVICE_AEAD:
        lane->src = job->aead.src;
        lane->dst = job->aead.dst;
        memcpy(lane->iv, job->aead.iv, VCRYPTO_GCM_IV);
        break;
    default:
        lane->src = job->digest.parts[1];
        if (job->digest.iv) {
            memcpy(lane->iv, job->digest.iv, job->algorithm->iv_len);
        }
        break;
    }
    if (copy) {
        copy_source(lane, copy);
    }
}

/* ---- putting ---- */

/* Sets the length of the next part, and where it is. */
static void choose_part(struct multi_lane *lane, const uint8_t **src, uint8_t **dst)
{
    const struct multi_method *method = method_of(lane->job);
    uint8_t *from = NULL, *to = NULL;
    uint64_t n = vcrypto_cursor_chunk(&lane->src, &from);

    lane->straddles = false;
    if (method->parts == MULTI_WHOLE) {
        vcrypto_cursor_chunk(&lane->dst, &to);
        lane->part = (uint32_t)n;
    } else {
        n = smaller(n, vcrypto_cursor_chunk(&lane->dst, &to));
        n = smaller(n, method->max_len);
        lane->part = n == lane->src.left
                         ? (uint32_t)n
                         : (uint32_t)(n & ~(uint64_t)(method->block - 1));
        lane->straddles = lane->part == 0;
    }
    if (lane->straddles) {
        struct vcrypto_cursor peek = lane->src;

        lane->part = smaller(method->block, lane->src.left);
        vcrypto_cursor_read(&peek, lane->block, lane->part);
        from = to = lane->block;
    }
    *src = lane->copy ? lane->copy : from;
    *dst = to;
}

static void put_cipher_key(const struct multi_key *key, IMB_JOB *imb)
{
    switch (key->method->key) {
    case MULTI_KEY_AES:
        imb->enc_keys = key->aes.encrypt;
        imb->dec_keys = key->aes.decrypt;
        return;
    case MULTI_KEY_DES:
        imb->enc_keys = key->len > 8 ? (const void *)key->schedules : key->schedules[0];
        break;
    case MULTI_KEY_GCM:
        imb->enc_keys = &key->gcm;
        break;
    case MULTI_KEY_SNOW3G:
        imb->enc_keys = key->snow3g;
        break;
    default:
        imb->enc_keys = key->plain;
        break;
    }
    imb->dec_keys = imb->enc_keys;
}

static void put_cipher(struct multi_lane *lane, const struct multi_key *key,
                       IMB_JOB *imb)
{
    const struct multi_method *method = key->method;

    choose_part(lane, &imb->src, &imb->dst);
    put_cipher_key(key, imb);
    imb->iv = lane->iv;
    imb->iv_len_in_bytes = lane->job->algorithm->iv_len;
    imb->msg_len_to_cipher_in_bytes =
        method->bits ? 8 * (uint64_t)lane->part : lane->part;
    if (method->parts == MULTI_CHAINED && key->direction == IMB_DIR_DECRYPT) {
        memcpy(lane->next_iv, imb->src + lane->part - method->block, method->block);
    }
}

static void put_aead(struct multi_lane *lane, const struct multi_key *key, IMB_JOB *imb)
{
    const struct vcrypto_aead_job *job = &lane->job->aead;

    put_cipher_key(key, imb);
    imb->src = start(lane->src);
    imb->dst = start(lane->dst);
    imb->iv = lane->iv;
    imb->iv_len_in_bytes = VCRYPTO_GCM_IV;
    imb->msg_len_to_cipher_in_bytes = lane->src.left;
    imb->msg_len_to_hash_in_bytes = lane->src.left;
    imb->auth_tag_output = lane->tag;
    imb->auth_tag_output_len_in_bytes = VCRYPTO_MAX_TAG;
    if (key->method->key == MULTI_KEY_GCM) {
        imb->u.GCM.aad = start(job->aad);
        imb->u.GCM.aad_len_in_bytes = job->aad.left;
    } else {
        imb->u.CHACHA20_POLY1305.aad = start(job->aad);
        imb->u.CHACHA20_POLY1305.aad_len_in_bytes = job->aad.left;
    }
}

static void put_digest(struct multi_lane *lane, const struct multi_key *key,
                       IMB_JOB *imb)
{
    uint64_t len = lane->src.left;

    imb->src = lane->copy ? lane->copy : start(lane->src);
    imb->msg_len_to_hash_in_bytes = key->method->bits ? 8 * len : len;
    imb->auth_tag_output = lane->tag;
    imb->auth_tag_output_len_in_bytes = lane->job->algorithm->result_len;
    switch (key->method->key) {
    case MULTI_KEY_HMAC:
        imb->u.HMAC._hashed_auth_key_xor_ipad = key->hmac.inner;
        imb->u.HMAC._hashed_auth_key_xor_opad = key->hmac.outer;
        break;
    case MULTI_KEY_CMAC:
    case MULTI_KEY_XCBC:
    case MULTI_KEY_CBCMAC:
        imb->u.CMAC._key_expanded = key->cmac.schedule;
        imb->u.CMAC._skey1 = key->cmac.whole;
        imb->u.CMAC._skey2 = key->cmac.filled;
        break;
    case MULTI_KEY_SNOW3G:
        imb->u.SNOW3G_UIA2._key = key->snow3g;
        imb->u.SNOW3G_UIA2._iv = lane->iv;
        break;
    default:
        break;
    }
}

void vcrypto_multi_put(struct multi_lane *lane, IMB_JOB *imb)
{
    const struct multi_key *key = lane->job->key;
    const struct multi_method *method = key->method;
    bool digest = method->cipher == IMB_CIPHER_NULL;

    /* Of the rest, the library looks at nothing that the mode does not have. */
    imb->cipher_start_src_offset_in_bytes = 0;
    imb->hash_start_src_offset_in_bytes = 0;
    imb->user_data = lane;
    imb->cipher_mode = method->cipher;
    imb->hash_alg = method->hash;
    imb->cipher_direction = key->direction;
    imb->chain_order = digest || key->direction == IMB_DIR_DECRYPT
                           ? IMB_ORDER_HASH_CIPHER
                           : IMB_ORDER_CIPHER_HASH;
    imb->key_len_in_bytes = key->len;
    if (digest) {
        put_digest(lane, key, imb);
    } else if (lane->job->algorithm->service == VCRYPTO_SERVICE_AEAD) {
        put_aead(lane, key, imb);
    } else {
        put_cipher(lane, key, imb);
    }
}

bool vcrypto_multi_put_whole(const struct vcrypto_multi_job *job, IMB_JOB *imb)
{
    const struct multi_key *key = job->key;
    struct vcrypto_cursor src = job->cipher.src, dst = job->cipher.dst;
    uint8_t *from, *to;

    if (src.left > key->method->max_len ||
        vcrypto_cursor_chunk(&src, &from) != src.left ||
        vcrypto_cursor_chunk(&dst, &to) != dst.left) {
        return false;
    }
    imb->enc_keys = key->aes.encrypt;
    imb->dec_keys = key->aes.decrypt;
    imb->src = from;
    imb->dst = to;
    imb->cipher_start_src_offset_in_bytes = 0;
    imb->msg_len_to_cipher_in_bytes = src.left;
    imb->iv = job->cipher.iv;
    imb->iv_len_in_bytes = COUNTER;
    return true;
}

/* ---- taking back ---- */

static void add_blocks(uint8_t *counter, uint32_t n)
{
    for (unsigned i = COUNTER; n && i-- > 0;) {
        n += counter[i];
        counter[i] = (uint8_t)n;
        n >>= 8;
    }
}

/* The iv of what comes after the part; the part's last block of ciphertext may be in
 * memory that the guest changes, to the harm of its own result. */
static void advance_iv(struct multi_lane *lane, const struct multi_key *key)
{
    const struct multi_method *method = key->method;
    uint32_t block = method->block;

    if (method->parts == MULTI_COUNTER) {
        add_blocks(lane->iv, lane->part / COUNTER);
    } else if (method->parts == MULTI_CHAINED) {
        if (key->direction == IMB_DIR_ENCRYPT) {
            memcpy(lane->next_iv,
                   lane->straddles ? lane->block
                                   : start(lane->dst) + lane->part - block,
                   block);
        }
        memcpy(lane->iv, lane->next_iv, block);
    }
}

static bool cipher_part_done(struct multi_lane *lane, const struct multi_key *key)
{
    bool more = lane->part < lane->src.left;

    if (more) {
        advance_iv(lane, key);
    }
    vcrypto_cursor_take(&lane->src, lane->part, NULL);
    if (lane->straddles) {
        vcrypto_cursor_write(&lane->dst, lane->block, lane->part);
        vcrypto_secret_wipe(lane->block, sizeof(lane->block));
    } else {
        vcrypto_cursor_take(&lane->dst, lane->part, NULL);
    }
    if (!more) {
        lane->job->status = VCRYPTO_OK;
    }
    return more;
}

static void aead_done(struct multi_lane *lane, const struct multi_key *key)
{
    struct vcrypto_aead_job *job = &lane->job->aead;

    if (key->direction == IMB_DIR_ENCRYPT) {
        memcpy(job->tag, lane->tag, sizeof(job->tag));
        lane->job->status = VCRYPTO_OK;
    } else {
        lane->job->status = vcrypto_borrow_equal(job->tag, lane->tag, key->tag_len)
                                ? VCRYPTO_OK
                                : VCRYPTO_BADMSG;
        vcrypto_secret_wipe(lane->tag, sizeof(lane->tag));
    }
}

static void digest_done(struct multi_lane *lane)
{
    memcpy(lane->job->digest.result, lane->tag, lane->job->algorithm->result_len);
    vcrypto_secret_wipe(lane->tag, sizeof(lane->tag));
    lane->job->status = VCRYPTO_OK;
}

bool vcrypto_multi_part_done(struct multi_lane *lane)
{
    const struct multi_key *key = lane->job->key;

    switch (lane->job->algorithm->service) {
    case VCRYPTO_SERVICE_CIPHER:
        return cipher_part_done(lane, key);
    case VCRYPTO_SERVICE_AEAD:
        aead_done(lane, key);
        return false;
    default:
        digest_done(lane);
        return false;
    }
}
