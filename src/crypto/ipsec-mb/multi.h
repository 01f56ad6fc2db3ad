/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Several jobs side by side: which algorithms, with what keys, and how a job is put. */
#ifndef VCRYPTO_IPSEC_MB_MULTI_H
#define VCRYPTO_IPSEC_MB_MULTI_H

#include "least.h"
#include "manager.h"

#define IPSEC_MB_MAX_BLOCK 16

/* The memory for copies of sources: of one for each lane there is, up to 17 KiB each. A
 * longer one that needs a copy is not taken: too few would be side by side. */
#define MULTI_LANES  16
#define MULTI_COPIES (MULTI_LANES * 17 * 1024)

/* What a key is made into. */
enum multi_key_kind {
    MULTI_KEY_AES,    /* schedules for both directions */
    MULTI_KEY_GCM,    /* with the multiples of the hash key */
    MULTI_KEY_DES,    /* one schedule, or three */
    MULTI_KEY_SNOW3G, /* a schedule */
    MULTI_KEY_PLAIN,  /* as it is */
    MULTI_KEY_HMAC,   /* the states after the padded key */
    MULTI_KEY_CMAC,   /* a schedule and what is laid over the last block */
    MULTI_KEY_XCBC,   /* the same, derived otherwise */
    MULTI_KEY_CBCMAC, /* the same, with nothing to lay over */
    MULTI_KEY_NONE,
};

/* How a cipher goes on from one part of a message to the next. */
enum multi_parts {
    MULTI_WHOLE,   /* not at all */
    MULTI_BLOCKS,  /* blocks have nothing to do with each other */
    MULTI_CHAINED, /* the last block of ciphertext is the next iv */
    MULTI_COUNTER, /* the iv counts blocks */
};

/* How the library does one algorithm, with keys of one size, in one direction. */
struct multi_method {
    enum vcrypto_service service;
    uint32_t id;
    uint32_t key_len; /* 0: any */
    IMB_CIPHER_MODE cipher;
    IMB_HASH_ALG hash;
    enum multi_key_kind key;
    enum multi_parts parts;
    uint32_t block;   /* a power of two: parts are whole blocks, but for the last; 0:
                       * there are none */
    uint32_t max_len; /* of one job of the library's; 0: any */
    uint32_t slack;   /* how far the library may look beyond the end of a source that is
                       * not of whole blocks */
    bool bits;        /* the library counts bits */
};

/* What the library needs of a key. */
struct multi_key {
    const struct multi_method *method;
    IMB_CIPHER_DIRECTION direction;
    uint32_t len;     /* as the library counts it */
    uint32_t tag_len; /* AEAD */
    const void *schedules[3];
    union {
        struct {
            alignas(64) uint8_t encrypt[15 * 16];
            alignas(64) uint8_t decrypt[15 * 16];
        } aes;
        struct gcm_key_data gcm;
        struct {
            alignas(64) uint64_t schedules[3][16];
        } des;
        struct {
            alignas(64) uint8_t inner[IMB_SHA_512_BLOCK_SIZE];
            alignas(64) uint8_t outer[IMB_SHA_512_BLOCK_SIZE];
        } hmac;
        struct {
            alignas(64) uint8_t schedule[15 * 16];
            alignas(64) uint8_t whole[IPSEC_MB_MAX_BLOCK];
            alignas(64) uint8_t filled[IPSEC_MB_MAX_BLOCK];
        } cmac;
        alignas(64) uint8_t snow3g[VCRYPTO_IPSEC_MB_SCHEDULE];
        alignas(64) uint8_t plain[32];
    };
};

/* A job on its way through the library, part after part. */
struct multi_lane {
    struct vcrypto_multi_job *job;
    struct vcrypto_cursor src, dst; /* what is left */
    uint32_t part;                  /* bytes that the library has at present */
    bool straddles;      /* these lie in several pieces: they are in @block */
    const uint8_t *copy; /* of the source, for a library that looks beyond it */
    alignas(16) uint8_t iv[IPSEC_MB_MAX_BLOCK];
    alignas(16) uint8_t next_iv[IPSEC_MB_MAX_BLOCK];
    alignas(16) uint8_t block[IPSEC_MB_MAX_BLOCK];
    alignas(16) uint8_t tag[VCRYPTO_MAX_DIGEST];
};

/* vcrypto_multi_method: NULL: the library does not do it. */
const struct multi_method *vcrypto_multi_method(const struct vcrypto_keying *keying);

/* vcrypto_multi_direction: that of a key's jobs; encryption where there is none. */
static inline IMB_CIPHER_DIRECTION
vcrypto_multi_direction(const struct vcrypto_keying *keying)
{
    enum vcrypto_service service = keying->algorithm->service;
    bool has = service == VCRYPTO_SERVICE_CIPHER || service == VCRYPTO_SERVICE_AEAD;

    return has && keying->direction == VCRYPTO_DECRYPT ? IMB_DIR_DECRYPT
                                                       : IMB_DIR_ENCRYPT;
}

/* As a multi-buffer engine's functions. */
void *vcrypto_multi_key_new(const struct vcrypto_keying *keying);
void vcrypto_multi_key_free(void *key);

/* vcrypto_multi_takes: whether the library can do @job where its data lies. */
bool vcrypto_multi_takes(const struct vcrypto_multi_job *job);

/*
 * vcrypto_multi_copy_size: how much memory the library must have for the source of
 * @job, which it takes, because it may look beyond its end. 0: it is fine where it is.
 */
size_t vcrypto_multi_copy_size(const struct vcrypto_multi_job *job);

/* vcrypto_multi_begin: a lane for @job, before its first part. @copy: the memory for
 * its source, or NULL. */
void vcrypto_multi_begin(struct multi_lane *lane, struct vcrypto_multi_job *job,
                         uint8_t *copy);

/* vcrypto_multi_put: fill in @imb with the next part, of which there is one. */
void vcrypto_multi_put(struct multi_lane *lane, IMB_JOB *imb);

/*
 * vcrypto_multi_put_whole: fill in @imb, of a burst, with all of a job that needs no
 * lane: its data is in one part. False: it is not.
 */
bool vcrypto_multi_put_whole(const struct vcrypto_multi_job *job, IMB_JOB *imb);

/*
 * vcrypto_multi_part_done: the library has done the part. Returns whether there are
 * more; if not, the job has its status and its results.
 */
bool vcrypto_multi_part_done(struct multi_lane *lane);

#endif
