/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "trial.h"

#include <string.h>

#include "engines.h"

/* Any generator would do that everybody can write down. */
struct generator {
    uint64_t state;
};

static uint8_t next(struct generator *generator)
{
    generator->state = generator->state * UINT64_C(6364136223846793005) +
                       UINT64_C(1442695040888963407);
    return (uint8_t)(generator->state >> 56);
}

static void fill(struct generator *generator, uint8_t *to, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        to[i] = next(generator);
    }
}

/* ---- sizes ---- */

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static uint32_t data_len(const struct vcrypto_algorithm *row, unsigned index)
{
    static const uint8_t lens[TRIALS_SHORT] = { 0,   1,   15,  16,  17, 31, 32,
                                                33,  55,  56,  63,  64, 65, 111,
                                                112, 113, 119, 127, 128 };
    uint32_t len =
        index < TRIALS_SHORT ? lens[index] : 72 + 11 * (index - TRIALS_SHORT);

    if (row->granule) {
        len -= len % row->granule;
    }
    return len < row->min_len ? row->min_len : len;
}

static uint32_t key_len(const struct vcrypto_algorithm *row, unsigned key_index,
                        unsigned index)
{
    static const uint16_t lens[] = { 1, 16, 20, 63, 64, 65, 127, 128, 129, 200, 256 };
    uint32_t least = row->keys[key_index].len, most = row->keys[key_index].max_len;
    uint32_t len = lens[index % COUNT(lens)];

    if (!most) {
        return least;
    }
    len = len < least ? least : len;
    return len < most ? len : most;
}

/* One after the other of the lengths that @mask has a bit for. */
static uint32_t one_of(uint32_t mask, unsigned index, bool from_above)
{
    uint32_t lens[32];
    unsigned count = 0;

    for (unsigned i = 0; i < 32; i++) {
        unsigned bit = from_above ? 31 - i : i;

        if (mask >> bit & 1) {
            lens[count++] = bit;
        }
    }
    return count ? lens[index % count] : 0;
}

/* ---- rare states ---- */

/* Counters that wrap after three blocks, in their last 32 bits or more, or that just do
 * not. */
static void rare_counter(struct trial *trial, unsigned index)
{
    static const uint8_t bytes_of_ff[] = { 3, 3, 7, 16 };
    static const uint8_t last[] = { 0xc0, 0xfd, 0xfe, 0xff };
    unsigned kind = index % 4, n = trial->iv_len;
    unsigned ff = bytes_of_ff[kind] < n ? bytes_of_ff[kind] : n - 1;

    memset(trial->iv + n - 1 - ff, 0xff, ff);
    trial->iv[n - 1] = last[kind];
}

/* After the ninth word of key stream, ZUC's LFSR has a word that is 0 modulo 2^31 - 1.
 */
static void rare_zuc(struct trial *trial)
{
    static const uint8_t iv[16] = { 0xcf, 0x50, 0x72, 0x4b, 0, 0, 0, 0,
                                    0xcf, 0x50, 0x72, 0x4b, 0, 0, 0, 0 };

    for (unsigned i = 0; i < 16; i++) {
        trial->key[i] = (uint8_t)i;
    }
    memcpy(trial->iv, iv, sizeof(iv));
}

/* A counter block that a short iv makes, or one that wraps at once. */
static void rare_gcm(struct trial *trial, unsigned index)
{
    static const uint8_t one[] = { 0, 0, 0, 1 }, wraps[] = { 0xff, 0xff, 0xff, 0xfe };

    if (trial->iv_len == VCRYPTO_MAX_IV) {
        memcpy(trial->iv + VCRYPTO_GCM_IV, index % 4 == 1 ? one : wraps, sizeof(one));
    }
}

/* Which jobs have the aad of vcrypto_rare_poly1305. */
#define RARE_SHORT 4
#define RARE_LONG  24

/* Limbs that carry; and, with two of the jobs, a sum that is 2^130 - 5 or a little more
 * before its last reduction. */
static void rare_poly1305(struct trial *trial, unsigned index)
{
    if (index == RARE_SHORT || index == RARE_LONG) {
        memcpy(trial->aad, vcrypto_rare_poly1305[index == RARE_LONG], 16);
    } else if (index % 2 == 0) {
        memset(trial->aad, 0xff, trial->aad_len);
    }
}

static void make_rare(struct trial *trial, const struct vcrypto_algorithm *row,
                      unsigned index)
{
    bool aead = row->service == VCRYPTO_SERVICE_AEAD;
    bool cipher = row->service == VCRYPTO_SERVICE_CIPHER;

    if (cipher &&
        (row->id == VCRYPTO_CIPHER_AES_CTR || row->id == VCRYPTO_CIPHER_3DES_CTR)) {
        rare_counter(trial, index);
    } else if (index % 4 == 1 && ((cipher && row->id == VCRYPTO_CIPHER_ZUC_EEA3) ||
                                  (row->service == VCRYPTO_SERVICE_MAC &&
                                   row->id == VCRYPTO_MAC_ZUC_EIA3))) {
        rare_zuc(trial);
    } else if (aead && row->id == VCRYPTO_AEAD_GCM) {
        rare_gcm(trial, index);
    } else if (aead && row->id == VCRYPTO_AEAD_CHACHA20_POLY1305) {
        rare_poly1305(trial, index);
    }
}

void vcrypto_trial_make(struct trial *trial, const struct vcrypto_algorithm *row,
                        unsigned key_index, unsigned index)
{
    static const uint8_t aad_lens[] = { 0, 1, 12, 15, 16, 17, 32, 48, 63, 64 };
    uint64_t number = ((uint64_t)row->service * 64 + row->id) * 64 + index;
    struct generator generator = { number * UINT64_C(0x9e3779b97f4a7c15) };
    bool aead = row->service == VCRYPTO_SERVICE_AEAD;

    memset(trial, 0, sizeof(*trial));
    trial->key_len = key_len(row, key_index, index);
    trial->len = data_len(row, index);
    trial->iv_len = aead ? one_of(row->iv_lens, index, false) : row->iv_len;
    trial->tag_len = aead ? one_of(row->tag_lens, index, true) : 0;
    trial->aad_len = aead ? aad_lens[index % COUNT(aad_lens)] : 0;
    trial->result_len =
        row->max_result && index % 2 ? 200 : row->result_len; /* SHAKE goes on */
    trial->out_len = row->result_len ? trial->result_len : trial->len + trial->tag_len;
    fill(&generator, trial->key, trial->key_len);
    fill(&generator, trial->iv, trial->iv_len);
    fill(&generator, trial->aad, trial->aad_len);
    fill(&generator, trial->data, trial->len);
    make_rare(trial, row, index);
}

/* ---- jobs ---- */

struct vcrypto_keying vcrypto_trial_keying(const struct trial *trial,
                                           const struct vcrypto_algorithm *row,
                                           unsigned key_index,
                                           enum vcrypto_direction direction)
{
    return (struct vcrypto_keying){
        .algorithm = row,
        .key_index = key_index,
        .key = trial->key_len ? trial->key : NULL,
        .key_len = trial->key_len,
        .direction = direction,
        .tag_len = trial->tag_len,
    };
}

/* @size bytes in one piece, or in two, the first of @cut bytes. */
static struct vcrypto_cursor cursor(struct iovec iov[2], const uint8_t *data,
                                    size_t size, size_t cut)
{
    struct vcrypto_cursor made;

    iov[0] = (struct iovec){ (void *)data, cut ? cut : size };
    if (cut) {
        iov[1] = (struct iovec){ (void *)(data + cut), size - cut };
    }
    vcrypto_cursor_init(&made, iov, size == 0 ? 0 : cut ? 2 : 1);
    return made;
}

struct vcrypto_cipher_job vcrypto_trial_cipher(const struct trial *trial,
                                               const uint8_t *from, uint8_t *to,
                                               bool pieces, struct trial_io *io)
{
    return (struct vcrypto_cipher_job){
        .iv = trial->iv_len ? trial->iv : NULL,
        .src = cursor(io->src, from, trial->len, pieces ? trial->len / 2 : 0),
        .dst = cursor(io->dst, to, trial->len, pieces ? trial->len / 3 : 0),
    };
}

struct vcrypto_digest_job vcrypto_trial_digest(const struct trial *trial, uint8_t *to,
                                               bool pieces, struct trial_io *io)
{
    size_t first = pieces ? trial->len / 3 : 0;

    return (struct vcrypto_digest_job){
        .iv = trial->iv_len ? trial->iv : NULL,
        .parts = { cursor(io->src, trial->data, first, 0),
                   cursor(io->dst, trial->data + first, trial->len - first, 0) },
        .result = to,
        .result_len = trial->result_len,
    };
}

struct vcrypto_aead_job vcrypto_trial_aead(const struct trial *trial,
                                           const uint8_t *from, uint8_t *to,
                                           bool pieces, struct trial_io *io)
{
    return (struct vcrypto_aead_job){
        .iv = trial->iv,
        .iv_len = trial->iv_len,
        .aad = cursor(io->aad, trial->aad, trial->aad_len, 0),
        .src = cursor(io->src, from, trial->len, pieces ? trial->len / 2 : 0),
        .dst = cursor(io->dst, to, trial->len, pieces ? trial->len / 3 : 0),
    };
}
