/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What session parameters have in common, be they in a control request or in a
 * stateless data request. */
#ifndef VCRYPTO_WIRE_PARAMS_H
#define VCRYPTO_WIRE_PARAMS_H

#include "vcrypto/request.h"

#include "le.h"

/* Whether a chain's hash mode is one whose parameters any text defines. */
static inline bool hash_mode_known(uint32_t hash_mode)
{
    return hash_mode == VCRYPTO_HASH_MODE_PLAIN || hash_mode == VCRYPTO_HASH_MODE_AUTH;
}

/* The options of an asymmetric algorithm, whose two words mean what the algorithm
 * says. */
static inline struct vcrypto_akcipher_options
akcipher_options(uint32_t algorithm, uint32_t key_type, const uint8_t *words)
{
    struct vcrypto_akcipher_options options = { .key_type = key_type };

    if (algorithm == VCRYPTO_AKCIPHER_ECDSA) {
        options.curve = get_le32(words);
    } else {
        options.padding = get_le32(words);
        options.hash = get_le32(words + 4);
    }
    return options;
}

/* A cipher: algorithm, length of the key, direction. */
static inline void read_cipher(const uint8_t *words,
                               struct vcrypto_session_params *params)
{
    params->algorithm = get_le32(words);
    params->key_len = get_le32(words + 4);
    params->direction = get_le32(words + 8);
}

/* An asymmetric algorithm: its number, type and length of the key, options. */
static inline void read_akcipher(const uint8_t *words,
                                 struct vcrypto_session_params *params)
{
    params->algorithm = get_le32(words);
    params->key_len = get_le32(words + 8);
    params->akcipher =
        akcipher_options(params->algorithm, get_le32(words + 4), words + 12);
}

/* The wire calls a MAC's key an authentication key, with that limit; to the backend it
 * is the session's only one. */
static inline void single_key(struct vcrypto_session_params *params)
{
    if (params->service == VCRYPTO_SERVICE_MAC) {
        params->key = params->auth_key;
        params->key_len = params->auth_key_len;
        params->auth_key_len = 0;
    }
}

#endif
