/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The one place where lengths that a guest claims meet the chain it sent. Every
 * service's decoder says what it wants to read and write; nothing is carved out of a
 * chain, and nothing allocated for it, before the whole fits.
 */
#ifndef VCRYPTO_WIRE_FRAMING_H
#define VCRYPTO_WIRE_FRAMING_H

#include "vcrypto/wire.h"

/* The longest fixed part of any form: a stateless symmetric request of v19. */
#define FRAMING_FIXED_MAX 104

/** The variable-length parts that the device reads. */
enum framing_part {
    FRAMING_KEY,
    FRAMING_AUTH_KEY,
    FRAMING_IV,
    FRAMING_SRC,
    FRAMING_AAD,
    FRAMING_SIGNED_DATA,
    FRAMING_PARTS
};

/** All variable-length parts, each as the guest claims it. */
struct framing_lengths {
    uint32_t parts[FRAMING_PARTS];
    uint32_t dst;
    uint32_t result; /* behind dst */
};

/**
 * The fixed parts that one kind of request may have: sizes from its first byte on.
 *
 * Feature bit 0 brought a form without padding. Nothing on the wire tells the forms
 * apart but the number of bytes that are left for the rest.
 */
struct framing_form {
    size_t exact;
    size_t padded;
    bool queue_id; /* the longer form is v19's, which ends with a queue's number */
    bool iv_slot;  /* a shorter iv may lie in a slot of VCRYPTO_MAX_IV bytes */
};

/** Where the variable-length parts begin, and what form the iv has. */
struct framing_found {
    size_t start;
    bool iv_slot;
};

/*
 * vcrypto_framing_has_fixed: whether @readable bytes hold the parameters of @form, as
 * the negotiated features want it.
 */
bool vcrypto_framing_has_fixed(const struct vcrypto_wire_limits *limits,
                               const struct framing_form *form, uint64_t readable);

/*
 * vcrypto_framing_solve: which form a request with @lengths has, given that the driver
 * made @readable bytes readable, of which @fixed are the first (FRAMING_FIXED_MAX, or
 * all there are). False: none.
 */
bool vcrypto_framing_solve(const struct vcrypto_wire_limits *limits,
                           const struct framing_form *form,
                           const struct framing_lengths *lengths, const uint8_t *fixed,
                           uint64_t readable, struct framing_found *found);

/*
 * vcrypto_framing_fits: whether the @writable bytes have room for the results and the
 * status, and all together is no more than the content of one request may be.
 */
bool vcrypto_framing_fits(const struct vcrypto_wire_limits *limits,
                          const struct framing_lengths *lengths, uint64_t writable);

/* vcrypto_framing_keys_fit: whether the keys of @service are short enough. */
bool vcrypto_framing_keys_fit(const struct vcrypto_wire_limits *limits,
                              enum vcrypto_service service, uint32_t key_len,
                              uint32_t auth_key_len);

/* vcrypto_framing_mux: whether feature bit 0 was negotiated. */
static inline bool vcrypto_framing_mux(const struct vcrypto_wire_limits *limits)
{
    return limits->features & 1u << VCRYPTO_F_MUX_MODE;
}

#endif
