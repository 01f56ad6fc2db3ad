/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the layers hand each other: a chain of descriptors as the queue sees it,
 * the data request that the wire decoder makes of it, and the session
 * parameters that a control request, or a stateless data request, carries.
 *
 * Lengths and offsets are in bytes. Cursors point into guest memory, which the
 * guest may change at any time; every other field is a private copy.
 */
#ifndef VCRYPTO_REQUEST_H
#define VCRYPTO_REQUEST_H

#include "vcrypto/engine.h"

/** A descriptor chain: what the device may read, and what it may write. */
struct vcrypto_chain {
    const struct iovec *out; /* device-readable */
    size_t out_num;
    const struct iovec *in; /* device-writable */
    size_t in_num;
};

/** What a session is made of. Identifiers are as on the wire, unchecked. */
struct vcrypto_session_params {
    enum vcrypto_service service;
    uint32_t op_type;   /* CIPHER service: enum vcrypto_op_type */
    uint32_t algorithm; /* of a chain: its cipher */
    uint32_t direction; /* CIPHER, AEAD: enum vcrypto_direction */
    uint32_t key_len;
    struct vcrypto_cursor key; /* key_len bytes, if late is OK */
    uint32_t result_len;       /* HASH, MAC, chaining; 0: the natural length */
    uint32_t tag_len;          /* AEAD */

    /* Chaining: the hash or MAC. */
    uint32_t chain_order; /* enum vcrypto_chain_order */
    uint32_t hash_mode;   /* enum vcrypto_hash_mode; 0: this is no chain */
    uint32_t auth_algorithm;
    uint32_t auth_key_len;
    struct vcrypto_cursor auth_key;

    struct vcrypto_akcipher_options akcipher;

    enum vcrypto_status late; /* of a control request, framing: counts after the
                               * algorithm is known */
};

/**
 * A data request.
 *
 * Whatever serves the queue sets @chain. The decoder fills in all the rest down to
 * @ranges; the backend sets the last three. Where a request is wrong in several
 * ways the answer must not depend on who looked first, so the decoder says what it
 * found by when it counts: @early before the session is looked up, @late after.
 */
struct vcrypto_request {
    struct vcrypto_chain chain;

    enum vcrypto_status early; /* the header: VCRYPTO_OK, or the answer */
    enum vcrypto_status late;  /* parameters and lengths: likewise */

    enum vcrypto_service service;
    bool stateless;
    uint64_t session_id; /* unless stateless */
    uint32_t op_type;    /* CIPHER service: enum vcrypto_op_type, unchecked */
    enum vcrypto_direction direction; /* CIPHER, AEAD */
    enum vcrypto_akcipher_operation operation;
    struct vcrypto_session_params params; /* only if stateless; its late is not used */
    bool params_known;                    /* of params, all but the keys is set */

    uint32_t iv_len;            /* as the parameters say */
    bool iv_slot;               /* on the wire it lies in a slot of VCRYPTO_MAX_IV */
    uint8_t iv[VCRYPTO_MAX_IV]; /* the bytes on the wire, where they are no more */
    uint32_t tag_len;           /* AEAD; 0: the session's */
    struct vcrypto_cursor src;
    struct vcrypto_cursor aad;
    struct vcrypto_cursor signed_data; /* AKCIPHER verify; src is the signature */
    struct vcrypto_cursor dst;         /* CIPHER: not shorter than src */
    struct vcrypto_cursor result;      /* HASH, MAC, chaining */
    struct {                           /* chaining: within src */
        uint32_t cipher_start, cipher_len;
        uint32_t hash_start, hash_len;
    } ranges;

    enum vcrypto_status status;
    uint64_t written; /* bytes up to the last that was changed, from the first writable
                       * one on: of the result, or what a failure left zeroed */
    uint64_t used;    /* of these, bytes up to the first that was not. If that is less,
                       * only result lies beyond, and ends where written ends */
};

#endif
