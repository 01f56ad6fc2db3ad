/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Bytes <-> requests: decoders for both kinds of queue, the replies of the
 * control queue, and the configuration space. Nothing here allocates, blocks
 * or keeps state; all functions may be called from any thread.
 */
#ifndef VCRYPTO_WIRE_H
#define VCRYPTO_WIRE_H

#include "vcrypto/request.h"

/** What decides how bytes are read, and what is too long. */
struct vcrypto_wire_limits {
    uint32_t services;           /* bit n: service n is offered */
    uint64_t max_size;           /* variable-length bytes of one data request */
    uint32_t max_cipher_key_len; /* bytes: CIPHER, chaining, AEAD */
    uint32_t max_auth_key_len;   /* MAC, chaining */
    uint32_t max_akcipher_key_len;
    uint32_t queues;           /* data queues */
    uint32_t features;         /* bit n: feature bit n was negotiated */
    bool padded_framing;       /* take padded forms although bit 0 was negotiated */
    bool lenient_session_flag; /* without a stateless bit, a clear flag is no fault */
};

/**
 * vcrypto_wire_decode_data: make a request of the chain @request->chain.
 *
 * Fills in every other field but those that the backend sets (see struct
 * vcrypto_request). The header, the parameters and the iv are copied from guest memory
 * once; the cursors point into it. Cannot fail: what is wrong is told by early and
 * late.
 *
 * Specification: "Data Virtqueue" and the "Operation" of each service, in session and
 * in stateless mode, with and without feature bit 0.
 */
void vcrypto_wire_decode_data(const struct vcrypto_wire_limits *limits,
                              struct vcrypto_request *request);

enum vcrypto_control_kind {
    VCRYPTO_CONTROL_UNKNOWN, /* unreadable, or no opcode of ours */
    VCRYPTO_CONTROL_CREATE,
    VCRYPTO_CONTROL_DESTROY,
};

/** A control request, decoded. */
struct vcrypto_control {
    enum vcrypto_control_kind kind;
    enum vcrypto_status early;            /* VCRYPTO_OK, or the answer */
    uint64_t session_id;                  /* DESTROY */
    struct vcrypto_session_params params; /* CREATE */
    uint64_t reply_size;                  /* writable bytes of the chain */
};

/**
 * vcrypto_wire_decode_control: make a control request of @chain.
 *
 * Fills in all of @control; keys stay in guest memory, where params.key and
 * params.auth_key point. Cannot fail: what is wrong is told by early and params.late.
 *
 * Specification: "Control Virtqueue".
 */
void vcrypto_wire_decode_control(const struct vcrypto_wire_limits *limits,
                                 const struct vcrypto_chain *chain,
                                 struct vcrypto_control *control);

/** The bytes that answer a control request, for the first writable byte on. */
struct vcrypto_control_reply {
    uint8_t bytes[VCRYPTO_CREATE_REPLY_SIZE];
    size_t size; /* also what the used ring is told */
};

/**
 * vcrypto_wire_encode_reply: the reply to @control with @status.
 *
 * @session_id is written only for a create request that was VCRYPTO_OK. A chain
 * with too little room for its reply gets the part that makes sense, or none
 * (size 0).
 *
 * Specification: "Control Virtqueue" (session create and destroy replies).
 */
void vcrypto_wire_encode_reply(const struct vcrypto_control *control,
                               enum vcrypto_status status, uint64_t session_id,
                               struct vcrypto_control_reply *reply);

/** The configuration space; masks have bit n set for algorithm n. */
struct vcrypto_config {
    uint32_t status;
    uint32_t max_dataqueues;
    uint32_t services;
    uint64_t cipher_algorithms;
    uint32_t hash_algorithms;
    uint64_t mac_algorithms;
    uint32_t aead_algorithms;
    uint32_t max_cipher_key_len; /* bytes */
    uint32_t max_auth_key_len;   /* bytes */
    uint32_t akcipher_algorithms;
    uint64_t max_size; /* bytes */
};

/**
 * vcrypto_wire_encode_config: @config as the driver reads it.
 *
 * Specification: "Device configuration layout".
 */
void vcrypto_wire_encode_config(const struct vcrypto_config *config,
                                uint8_t bytes[VCRYPTO_CONFIG_SIZE]);

#endif
