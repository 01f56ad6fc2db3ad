/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Jobs whose answers are known. Each algorithm, with each key size, has the same number
 * of them: their keys, ivs and data come from a generator, and go where the algorithm
 * is rarely; what all of them together must give is in known-answers.c.
 */
#ifndef VCRYPTO_CRYPTO_TRIAL_H
#define VCRYPTO_CRYPTO_TRIAL_H

#include "vcrypto/algorithm.h"

/* The first are short, of lengths around those of blocks; the others longer than what
 * any library does in one step with all its lanes. Either kind has more than there are
 * lanes anywhere, and an odd rest. */
#define TRIALS       38
#define TRIALS_SHORT 19

#define TRIAL_MAX_KEY  256
#define TRIAL_MAX_AAD  64
#define TRIAL_MAX_DATA 270
#define TRIAL_MAX_OUT  (TRIAL_MAX_DATA + VCRYPTO_MAX_TAG)
#define TRIAL_GUARD    64 /* bytes behind an output that must stay */

/* One job: what goes in, and what the algorithm's own engine made of it. */
struct trial {
    uint8_t key[TRIAL_MAX_KEY];
    uint8_t iv[VCRYPTO_MAX_IV];
    uint8_t aad[TRIAL_MAX_AAD];
    uint8_t data[TRIAL_MAX_DATA];
    uint32_t key_len, iv_len, aad_len, len;
    uint32_t tag_len;           /* AEAD */
    uint32_t result_len;        /* HASH, MAC */
    uint8_t out[TRIAL_MAX_OUT]; /* a destination and a tag, or a result */
    uint32_t out_len;
};

/* Where jobs write; compared with what they should have written. */
struct trial_output {
    uint8_t bytes[TRIAL_MAX_OUT + TRIAL_GUARD];
};

struct trials {
    struct trial each[TRIALS];
    struct trial_output outputs[TRIALS];
    struct vcrypto_bounce bounce;
    bool unable; /* set where a library made no context or no answer: it may be that
                  * there was no memory */
};

/* A trial's memory as cursors, for one run. */
struct trial_io {
    struct iovec src[2], dst[2], aad[1];
};

/* vcrypto_trial_make: the input of job number @index of @row with a key of size number
 * @key_index. */
void vcrypto_trial_make(struct trial *trial, const struct vcrypto_algorithm *row,
                        unsigned key_index, unsigned index);

/* vcrypto_trial_keying: what a context for @trial is made of. */
struct vcrypto_keying vcrypto_trial_keying(const struct trial *trial,
                                           const struct vcrypto_algorithm *row,
                                           unsigned key_index,
                                           enum vcrypto_direction direction);

/* Jobs from @from to @to, which lie in several pieces, or in one. */
struct vcrypto_cipher_job vcrypto_trial_cipher(const struct trial *trial,
                                               const uint8_t *from, uint8_t *to,
                                               bool pieces, struct trial_io *io);
struct vcrypto_digest_job vcrypto_trial_digest(const struct trial *trial, uint8_t *to,
                                               bool pieces, struct trial_io *io);
struct vcrypto_aead_job vcrypto_trial_aead(const struct trial *trial,
                                           const uint8_t *from, uint8_t *to,
                                           bool pieces, struct trial_io *io);

/* vcrypto_trial_directed: whether @row's jobs have a direction. */
static inline bool vcrypto_trial_directed(const struct vcrypto_algorithm *row)
{
    return row->service == VCRYPTO_SERVICE_CIPHER ||
           row->service == VCRYPTO_SERVICE_AEAD;
}

/* vcrypto_trial_count: how many trials @row has. KASUMI takes a hundred times longer
 * than others, and is never done side by side: its short ones will do. */
static inline unsigned vcrypto_trial_count(const struct vcrypto_algorithm *row)
{
    return row->max_len && row->max_len <= 2500 ? TRIALS_SHORT : TRIALS;
}

/* vcrypto_trials_alone: whether @row's own engine, with keys of size number @key_index,
 * gives the known answers, in both directions. They are kept in @trials. */
bool vcrypto_trials_alone(struct trials *trials, const struct vcrypto_algorithm *row,
                          unsigned key_index);

/* vcrypto_trials_together: whether @multi, with @lanes, gives what
 * vcrypto_trials_alone() kept, in groups of all sizes that there are, from @least on.
 */
bool vcrypto_trials_together(struct trials *trials,
                             const struct vcrypto_multi_engine *multi, void *lanes,
                             const struct vcrypto_algorithm *row, unsigned key_index,
                             enum vcrypto_direction direction, unsigned least);

/* vcrypto_trials_akcipher: whether the engine of @row, of the AKCIPHER service, gives
 * the known answers. */
bool vcrypto_trials_akcipher(struct trials *trials,
                             const struct vcrypto_algorithm *row);

/* ---- known-answers.c ---- */

/* vcrypto_known_answer: what the jobs of @row with keys of @key_len bytes must give:
 * FNV-1a, of 64 bits, over that of each output. False: nobody knows. */
bool vcrypto_known_answer(const struct vcrypto_algorithm *row, uint32_t key_len,
                          uint64_t *sum);

/* vcrypto_rare_poly1305: aad of ChaCha20-Poly1305, for a short and for a long job, with
 * which Poly1305's sum is 2^130 - 5 or a little more before its last reduction. */
extern const uint8_t vcrypto_rare_poly1305[2][16];

/* An AKCIPHER operation; with a private key, which can do both. */
struct known_akcipher {
    uint32_t id;
    struct vcrypto_akcipher_options options;
    enum vcrypto_akcipher_operation operation;
    bool sign; /* having verified, sign something and verify that */
    struct known_bytes {
        const uint8_t *bytes;
        uint32_t len;
    } key, src, data, result;
};

/* vcrypto_known_akcipher: operation number @index; NULL: there is none. */
const struct known_akcipher *vcrypto_known_akcipher(size_t index);

#endif
