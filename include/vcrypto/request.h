/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the layers hand each other: a chain of descriptors as the queue sees it,
 * the data request that the wire decoder makes of it, and the session
 * parameters that a control request carries.
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

/**
 * A data request.
 *
 * Whatever serves the queue sets @chain. The decoder fills in all the rest down to
 * @dst; the backend sets @status and @written. Where a request is wrong in several
 * ways the answer must not depend on who looked first, so the decoder says what it
 * found by when it counts: @early before the session is looked up, @late after.
 */
struct vcrypto_request {
    struct vcrypto_chain chain;

    enum vcrypto_status early; /* the header: VCRYPTO_OK, or the answer */
    enum vcrypto_status late;  /* parameters and lengths: likewise */

    enum vcrypto_service service;
    uint64_t session_id;
    uint32_t op_type; /* CIPHER service: enum vcrypto_op_type, unchecked */
    enum vcrypto_direction direction;

    uint32_t iv_len;            /* length on the wire */
    uint8_t iv[VCRYPTO_MAX_IV]; /* valid where iv_len is at most this size */
    struct vcrypto_cursor src;
    struct vcrypto_cursor dst; /* at least as long as src is, if late is OK */

    enum vcrypto_status status;
    uint64_t written; /* bytes that were changed, from the first writable one on:
                       * all of the result, or what a failure left zeroed */
};

/** What a create-session request asks for. */
struct vcrypto_session_params {
    enum vcrypto_service service;
    uint32_t op_type; /* CIPHER service: enum vcrypto_op_type */
    uint32_t algorithm;
    uint32_t direction; /* enum vcrypto_direction, unchecked */
    uint32_t key_len;
    struct vcrypto_cursor key; /* key_len bytes, if late is OK */
    enum vcrypto_status late;  /* framing: counts after the algorithm is known */
};

#endif
