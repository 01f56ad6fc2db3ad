/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The algorithm table, and the engines that run its rows.
 *
 * One row holds every fact about one algorithm: what sizes it takes, which
 * library does it. What the device advertises is computed from the rows whose
 * engine says, on this machine, that it can. A new algorithm is a new row.
 */
#ifndef VCRYPTO_ALGORITHM_H
#define VCRYPTO_ALGORITHM_H

#include "vcrypto/engine.h"

#define VCRYPTO_MAX_KEY_SIZES 4

/** A row of the table. Sizes are in bytes. */
struct vcrypto_algorithm {
    enum vcrypto_service service;
    uint32_t id;      /* the specification's identifier: bit number in the mask */
    const char *name; /* as in option lists and messages */
    const struct vcrypto_engine *engine;
    uint32_t iv_len;      /* the iv must have this length; MAC: it leads the source */
    bool iv_ignored;      /* any iv is taken, and not used */
    uint32_t iv_lens;     /* AEAD: bit n: an iv may have n bytes */
    uint32_t iv_in_slot;  /* AEAD: where it begins in a 16-byte slot */
    uint32_t tag_lens;    /* AEAD: bit n: a tag may have n bytes */
    uint32_t result_len;  /* HASH, MAC: natural length of the result, */
    uint32_t max_result;  /* and the longest; 0: the same */
    uint32_t granule;     /* data comes in multiples of this power of two; 0: as 1 */
    uint32_t min_len;     /* least data, */
    uint32_t max_len;     /* and most; 0: max_size is the only limit */
    uint32_t cost;        /* ns that a byte takes, alone, at most; 0: 1 */
    bool whole;           /* the library must see all data in one piece */
    bool distinct_halves; /* the halves of the key must differ */
    bool key_parsed;      /* the key has a form that only the library can check */
    struct {
        uint32_t len;
        const char *library_name;  /* what the engine's library calls it */
        uint32_t max_len;          /* and any longer key up to this; 0: only len */
    } keys[VCRYPTO_MAX_KEY_SIZES]; /* ends at len 0; one of len 0: no key */
};

/**
 * vcrypto_algorithms_init: make the engines ready.
 *
 * The first call tries all that the libraries can do here with answers that are known;
 * what is wrong is not offered, or not used. Counted: each successful call needs one
 * vcrypto_algorithms_fini(). Returns false if a required library does not work, or
 * there is no memory; then *@why is a static text. Any thread.
 */
bool vcrypto_algorithms_init(const char **why);

/**
 * vcrypto_algorithms_complaint: what the operator should know of the libraries, line
 * number @index: who gave a wrong answer, and what is not offered or used therefore.
 *
 * Returns NULL if there are no more. The text is valid until vcrypto_algorithms_fini().
 * Needs vcrypto_algorithms_init(). One thread.
 */
const char *vcrypto_algorithms_complaint(size_t index);

/**
 * vcrypto_algorithm_refusal: why @algorithm, a row of the table, cannot be run here.
 *
 * Returns NULL if it can. The text is static, and has no more than one line. Needs
 * vcrypto_algorithms_init(). Any thread.
 */
const char *vcrypto_algorithm_refusal(const struct vcrypto_algorithm *algorithm);

/** An algorithm that the table of this build has no row for. */
struct vcrypto_absent_algorithm {
    enum vcrypto_service service;
    uint32_t id;
    const char *name;
    const char *refusal;
};

/**
 * vcrypto_algorithms_absent: those that were left out when this was compiled; *@count
 * of them. Static. Any thread.
 */
const struct vcrypto_absent_algorithm *vcrypto_algorithms_absent(size_t *count);

/** A library that algorithms are run by. */
struct vcrypto_library {
    const char *name;    /* and version: "OpenSSL 3.0.20"; without one if absent */
    const char *level;   /* which of its code for processors is used; NULL: unknown */
    const char *refusal; /* why it is not used; NULL: it is */
};

/**
 * vcrypto_library: library number @index, to *@library, whose texts are static.
 *
 * Returns false if there are no more. Needs vcrypto_algorithms_init(). One thread.
 */
bool vcrypto_library(size_t index, struct vcrypto_library *library);

/**
 * vcrypto_processor_feature: number @index of what this processor has, and the
 * operating system lets programs use, of the instructions that the libraries have code
 * for: a name as in Linux's /proc/cpuinfo.
 *
 * Returns NULL if there are no more. Any thread.
 */
const char *vcrypto_processor_feature(size_t index);

/** vcrypto_algorithms_fini: undo one vcrypto_algorithms_init(). Any thread. */
void vcrypto_algorithms_fini(void);

/**
 * vcrypto_algorithm_find: the row of algorithm @id of @service.
 *
 * Returns NULL if the specification has no such identifier or no library here
 * runs it. The row is static. Needs vcrypto_algorithms_init(). Any thread.
 */
const struct vcrypto_algorithm *vcrypto_algorithm_find(enum vcrypto_service service,
                                                       uint32_t id);

/**
 * vcrypto_algorithms_mask: the algorithms of @service that can be run here; bit n
 * stands for identifier n, as in the configuration space.
 *
 * Needs vcrypto_algorithms_init(). Any thread.
 */
uint64_t vcrypto_algorithms_mask(enum vcrypto_service service);

/**
 * vcrypto_algorithms_multi: the multi-buffer engine for whatever algorithms it has.
 *
 * Returns NULL if this build has none, or its library does not work here. Needs
 * vcrypto_algorithms_init(). Any thread.
 */
const struct vcrypto_multi_engine *vcrypto_algorithms_multi(void);

/**
 * vcrypto_algorithm_rows: the whole table, available or not; *@count rows. Any thread.
 */
const struct vcrypto_algorithm *vcrypto_algorithm_rows(size_t *count);

/**
 * vcrypto_algorithm_key_index: which of @algorithm's key sizes @key_len is,
 * or which range of them it is in.
 *
 * Returns -1 if it is none, or none that the library here takes. Any thread.
 */
int vcrypto_algorithm_key_index(const struct vcrypto_algorithm *algorithm,
                                uint32_t key_len);

/**
 * vcrypto_algorithm_longest_key: the most bytes that a key of @algorithm has here. Any
 * thread.
 */
uint32_t vcrypto_algorithm_longest_key(const struct vcrypto_algorithm *algorithm);

/**
 * vcrypto_algorithm_key_valid: whether the bytes of @key, of a right length, make a
 * key that @algorithm allows. Any thread.
 */
bool vcrypto_algorithm_key_valid(const struct vcrypto_algorithm *algorithm,
                                 const uint8_t *key, uint32_t key_len);

/**
 * vcrypto_algorithm_sizes_valid: whether @algorithm takes an iv of @iv_len bytes and
 * @len bytes of data, its iv not counted. Any thread.
 */
bool vcrypto_algorithm_sizes_valid(const struct vcrypto_algorithm *algorithm,
                                   uint32_t iv_len, uint64_t len);

/**
 * vcrypto_algorithm_max_result: the longest result of @algorithm, of HASH or MAC. 0: it
 * has none. Any thread.
 */
static inline uint32_t
vcrypto_algorithm_max_result(const struct vcrypto_algorithm *algorithm)
{
    return algorithm->max_result ? algorithm->max_result : algorithm->result_len;
}

/** vcrypto_algorithm_tag_valid: whether @algorithm, of AEAD, has tags of @tag_len
 * bytes. Any thread. */
static inline bool
vcrypto_algorithm_tag_valid(const struct vcrypto_algorithm *algorithm, uint32_t tag_len)
{
    return tag_len <= VCRYPTO_MAX_TAG && algorithm->tag_lens & 1u << tag_len;
}

/**
 * vcrypto_algorithm_mac_has_iv: whether @algorithm is a MAC whose iv leads its source,
 * because its requests have no other place for it. Any thread.
 */
static inline bool
vcrypto_algorithm_mac_has_iv(const struct vcrypto_algorithm *algorithm)
{
    return algorithm->service == VCRYPTO_SERVICE_MAC && algorithm->iv_len;
}

#endif
