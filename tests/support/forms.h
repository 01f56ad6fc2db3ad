/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Operations of every service as a driver's bytes, in every form that a device must
 * read. Written down from the specification's tables, independently of the decoders
 * under test.
 */
#ifndef VCRYPTO_TESTS_SUPPORT_FORMS_H
#define VCRYPTO_TESTS_SUPPORT_FORMS_H

#include <stdbool.h>
#include <stdint.h>

enum form {
    FORM_LEGACY,           /* feature bit 0 off, session mode */
    FORM_EXACT,            /* feature bit 0 on, session mode */
    FORM_PADDED,           /* the same, padded as without it */
    FORM_STATELESS,        /* stateless mode */
    FORM_STATELESS_PADDED, /* the same, padded to the longest; symmetric: v19's form */
    FORMS
};

struct form_bytes {
    const void *data;
    uint32_t len;
};

/** One operation. Zero is the default of every field. */
struct form_operation {
    uint32_t service;
    uint32_t operation; /* low byte of the data opcode */
    uint32_t algorithm;
    struct form_bytes key; /* MAC: the authentication key */
    struct form_bytes iv;
    struct form_bytes aad;
    struct form_bytes src; /* AEAD decryption: with the tag; verify: the signature */
    uint32_t dst_len;
    uint32_t result_len;
    uint32_t tag_len;
    unsigned iv_slot; /* AEAD: 1 + where the iv begins in a slot of 16 bytes */

    bool chain;
    uint32_t chain_order;
    uint32_t hash_mode;
    uint32_t auth_algorithm;
    struct form_bytes auth_key;
    uint32_t cipher_start, cipher_len;
    uint32_t hash_start, hash_len;

    uint32_t key_type; /* AKCIPHER */
    uint32_t options[2];
    struct form_bytes signed_data;
};

#define FORM_MAX_FIELDS 7

/** A message: fields[0] is fixed, the others are the operation's, or in slot. */
struct form_message {
    uint8_t fixed[104];
    uint8_t slot[16];
    struct form_bytes fields[FORM_MAX_FIELDS];
    unsigned n;
};

/** form_name: for messages. */
const char *form_name(enum form form);

/** form_stateless: whether @form needs no session. */
bool form_stateless(enum form form);

/** form_create: the request for a session, for the forms that have sessions. */
void form_create(const struct form_operation *operation, enum form form,
                 struct form_message *message);

/** form_destroy: the request to end it. */
void form_destroy(const struct form_operation *operation, enum form form,
                  uint64_t session, struct form_message *message);

/** form_data: the data request. */
void form_data(const struct form_operation *operation, enum form form, uint64_t session,
               struct form_message *message);

#endif
