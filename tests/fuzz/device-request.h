/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Messages in guest memory, as chains. */
#ifndef VCRYPTO_TESTS_FUZZ_DEVICE_REQUEST_H
#define VCRYPTO_TESTS_FUZZ_DEVICE_REQUEST_H

#include "device-driver.h"
#include "fuzz.h"
#include "support/forms.h"

#define REQUEST_MAX 32768 /* readable bytes */
#define REPLY_SIZE  16    /* to a request for a session */

/** The readable bytes of a chain. */
struct request_bytes {
    uint8_t data[REQUEST_MAX];
    uint32_t len;
};

/** request_collect: the bytes of @message; false if there are too many. */
bool request_collect(const struct form_message *message, struct request_bytes *bytes);

/**
 * request_place: put @bytes into guest memory, and room for @writable bytes
 * @cuts: decides about the pieces; NULL: one of each kind
 */
void request_place(const struct request_bytes *bytes, uint32_t writable,
                   struct fuzz_input *cuts, struct driver_chain *chain);

/** request_damage_bytes: spoil the message, as @input chooses. */
void request_damage_bytes(struct request_bytes *bytes, struct fuzz_input *input);

/**
 * request_damage_chain: spoil the chain, as @input chooses; tells the driver what may
 * come of it
 */
void request_damage_chain(struct driver_chain *chain, struct fuzz_input *input);

/** request_reply: the status of a session's creation, and its @id. */
uint32_t request_reply(const struct driver_chain *chain, uint64_t *id);

/**
 * request_known_answers: check, on a device that was just reset, that there are no
 * sessions, that all that may be there can be made, and that requests are answered
 *
 * Leaves the device reset.
 */
void request_known_answers(unsigned device);

#endif
