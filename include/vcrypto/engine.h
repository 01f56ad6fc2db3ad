/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What an engine does: a library behind one set of functions. The backend gives it
 * jobs whose sizes were checked against the algorithm's row; an engine knows nothing of
 * requests, sessions or statuses other than the ones it returns.
 *
 * Lengths are in bytes. Cursors point into guest memory, which may change at any time;
 * every pointer is to memory of our own.
 */
#ifndef VCRYPTO_ENGINE_H
#define VCRYPTO_ENGINE_H

#include "vcrypto/cursor.h"
#include "vcrypto/protocol.h"
#include "vcrypto/secret.h"

struct vcrypto_algorithm;

/* The longest initialization vector, and authentication tag, of any algorithm. */
#define VCRYPTO_MAX_IV  16
#define VCRYPTO_MAX_TAG 16

/* The longest result of a HASH or MAC algorithm that has one length; what a job's
 * result has room for, at least. */
#define VCRYPTO_MAX_DIGEST 64

/* The longest result of an AKCIPHER job: an RSA modulus of 8192 bits. */
#define VCRYPTO_MAX_AKCIPHER_RESULT 1024

/** What an AKCIPHER session is told beside its key; as on the wire, unchecked. */
struct vcrypto_akcipher_options {
    uint32_t key_type; /* enum vcrypto_akcipher_key_type */
    uint32_t padding;  /* RSA: enum vcrypto_rsa_padding */
    uint32_t hash;     /* RSA: enum vcrypto_rsa_hash */
    uint32_t curve;    /* ECDSA: enum vcrypto_curve */
};

/** What a context is made for. */
struct vcrypto_keying {
    const struct vcrypto_algorithm *algorithm;
    unsigned key_index; /* into algorithm->keys */
    const uint8_t *key; /* only read during the call; NULL: none (HASH) */
    uint32_t key_len;
    enum vcrypto_direction direction; /* CIPHER, AEAD */
    uint32_t tag_len;                 /* AEAD: of every job */
    struct vcrypto_akcipher_options akcipher;
};

/** CIPHER: all of src to dst, which has the same length. */
struct vcrypto_cipher_job {
    const uint8_t *iv; /* the row's iv_len; NULL: the algorithm has none */
    struct vcrypto_cursor src;
    struct vcrypto_cursor dst;
};

/** HASH and MAC: the message is @parts, one after the other. */
struct vcrypto_digest_job {
    const uint8_t *iv; /* the row's iv_len; NULL: the algorithm has none */
    struct vcrypto_cursor parts[2];
    uint8_t *result;     /* of which the engine may change VCRYPTO_MAX_DIGEST bytes, or
                          * result_len if that is more */
    uint32_t result_len; /* how many, from the first on, matter; at most the row's */
};

/** AEAD: src to dst, which has the same length; the tag is apart from both. */
struct vcrypto_aead_job {
    const uint8_t *iv; /* one of the lengths that the row allows */
    uint32_t iv_len;
    struct vcrypto_cursor aad;
    struct vcrypto_cursor src;
    struct vcrypto_cursor dst;
    uint8_t tag[VCRYPTO_MAX_TAG]; /* encrypting: the result; decrypting: to verify */
};

enum vcrypto_akcipher_operation {
    VCRYPTO_OPERATION_ENCRYPT,
    VCRYPTO_OPERATION_DECRYPT,
    VCRYPTO_OPERATION_SIGN,
    VCRYPTO_OPERATION_VERIFY,
    VCRYPTO_OPERATIONS,
};

/* The most jobs that a multi-buffer engine is given at a time: twice the lanes of the
 * widest, and no more than caches hold. */
#define VCRYPTO_MULTI_MAX 32

/** One of several jobs that a multi-buffer engine works on side by side. */
struct vcrypto_multi_job {
    const struct vcrypto_algorithm *algorithm;
    void *key; /* as the engine made it */
    union {
        struct vcrypto_cipher_job cipher;
        struct vcrypto_digest_job digest;
        struct vcrypto_aead_job aead;
    };
    enum vcrypto_status status; /* set by the engine, as by an engine for one job */
    bool copied; /* set by the engine where it had to copy the data, left alone where
                    not */
};

/** AKCIPHER. */
struct vcrypto_akcipher_job {
    enum vcrypto_akcipher_operation operation;
    struct vcrypto_cursor src;                   /* VERIFY: the signature */
    struct vcrypto_cursor data;                  /* VERIFY: what was signed */
    uint8_t result[VCRYPTO_MAX_AKCIPHER_RESULT]; /* VERIFY: none */
    uint32_t result_len;                         /* set by the engine */
};

/**
 * What an engine does. Functions may be called from any thread, but a context by one
 * thread at a time. Of the four that run jobs an engine has those of the services that
 * its rows are in. They return VCRYPTO_OK, or VCRYPTO_ERR for what the library refuses
 * and for no memory; when they fail, results may be half written: the caller
 * discards them. Data that cannot be worked on where it lies goes through @bounce.
 */
struct vcrypto_engine {
    const char *name;

    /* Get ready to run rows of the table; called once before anything else, again
     * only after fini. On failure *why is a static text. */
    bool (*init)(const char **why);
    void (*fini)(void);

    /* The library's name and version, for messages; a static text. After init. */
    const char *(*library)(void);

    /* Whether this machine's library runs @algorithm with keys of @key_index's size. */
    bool (*available)(const struct vcrypto_algorithm *algorithm, unsigned key_index);

    /* Why @algorithm is not available, with keys of no size; a static text. After init.
     */
    const char *(*lacks)(const struct vcrypto_algorithm *algorithm);

    /* A context for one key: what is changed while jobs run. NULL: no memory, or the
     * library refuses the key. */
    void *(*context_new)(const struct vcrypto_keying *keying);
    void (*context_free)(void *context);

    enum vcrypto_status (*cipher)(void *context,
                                  const struct vcrypto_algorithm *algorithm,
                                  const struct vcrypto_cipher_job *job,
                                  struct vcrypto_bounce *bounce);

    enum vcrypto_status (*digest)(void *context,
                                  const struct vcrypto_algorithm *algorithm,
                                  const struct vcrypto_digest_job *job,
                                  struct vcrypto_bounce *bounce);

    /* VCRYPTO_BADMSG: the tag does not verify. */
    enum vcrypto_status (*aead)(void *context,
                                const struct vcrypto_algorithm *algorithm,
                                struct vcrypto_aead_job *job,
                                struct vcrypto_bounce *bounce);

    /* VCRYPTO_NOTSUPP: not an operation of this algorithm or padding;
     * VCRYPTO_KEY_REJECTED: the signature does not verify. */
    enum vcrypto_status (*akcipher)(void *context,
                                    const struct vcrypto_algorithm *algorithm,
                                    struct vcrypto_akcipher_job *job);
};

/**
 * A library that does several jobs in the time of one, because it works on them side by
 * side. What it works with belongs to one thread at a time; keys may be used by any
 * thread, and by several jobs at once.
 */
struct vcrypto_multi_engine {
    const char *name;

    /* The library's name and version, for messages; a static text. */
    const char *(*library)(void);

    /* What one thread works with. NULL: no memory, or the library does not work. */
    void *(*lanes_new)(void);
    void (*lanes_free)(void *lanes);

    /* From how many jobs on this is faster than the algorithm's own engine, for keys of
     * @keying's size and jobs of its direction. 0: never, or not possible. */
    unsigned (*least)(const struct vcrypto_keying *keying);

    /* Only where least() is not 0. NULL: no memory. */
    void *(*key_new)(const struct vcrypto_keying *keying);
    void (*key_free)(void *key);

    /* Whether @job, with all but its status filled in, can be among those of run(). */
    bool (*takes)(const struct vcrypto_multi_job *job);

    /* Works on @count jobs, at most VCRYPTO_MULTI_MAX, until all are done. They have
     * the same algorithm, and keys of one size and direction. */
    void (*run)(void *lanes, struct vcrypto_multi_job *const *jobs, size_t count);
};

#endif
