/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parameters of data requests, for each service, in both modes. */
#ifndef VCRYPTO_WIRE_DATA_PARAMETERS_H
#define VCRYPTO_WIRE_DATA_PARAMETERS_H

#include "framing.h"
#include "vcrypto/request.h"

/*
 * Reads the parameters of one service: sets the request's own fields and @lengths.
 * Returns the answer where they ask for what nobody offers, or contradict themselves.
 */
typedef enum vcrypto_status data_parse_fn(const uint8_t *parameters,
                                          struct vcrypto_request *request,
                                          struct framing_lengths *lengths);

struct data_layout {
    struct framing_form form;
    data_parse_fn *parse;
    bool aad_first; /* aad comes before the source, not after it */
};

struct data_operation {
    uint32_t opcode;
    enum vcrypto_service service;
    enum vcrypto_akcipher_operation operation; /* also CIPHER's and AEAD's direction */
    struct data_layout session;
    struct data_layout stateless;
};

/* vcrypto_data_operation: what @opcode stands for; NULL: nothing. */
const struct data_operation *vcrypto_data_operation(uint32_t opcode);

#endif
