/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Messages of a driver that does not negotiate feature bit 0, as bytes: the readable
 * part of a chain. Written down from the specification's tables, independently of the
 * decoders under test. The caller frees each with g_byte_array_unref().
 */
#ifndef VCRYPTO_TESTS_SUPPORT_MESSAGE_H
#define VCRYPTO_TESTS_SUPPORT_MESSAGE_H

#include <glib.h>
#include <stdint.h>

/* The header and the fixed parameters; keys, iv and data come after them. */
#define MESSAGE_FIXED 72

/* Where fields are that tests change: offsets in the whole message. */
enum {
    MESSAGE_OPCODE = 0,
    MESSAGE_HEADER_ALGORITHM = 4,
    MESSAGE_SESSION_ID = 8, /* data */
    MESSAGE_DESTROY_SESSION_ID = 16,
    MESSAGE_CREATE_ALGORITHM = 16,
    MESSAGE_CREATE_KEY_LEN = 20,
    MESSAGE_CREATE_DIRECTION = 24,
    MESSAGE_CREATE_OP_TYPE = 64,
    MESSAGE_DATA_IV_LEN = 24,
    MESSAGE_DATA_SRC_LEN = 28,
    MESSAGE_DATA_DST_LEN = 32,
    MESSAGE_DATA_OP_TYPE = 64,
};

/** message_set32: put @value, little-endian, at @offset of @message. */
void message_set32(GByteArray *message, unsigned offset, uint32_t value);

/** message_fill_create_cipher: the fixed part of a request for a CIPHER session. */
void message_fill_create_cipher(uint8_t fixed[MESSAGE_FIXED], uint32_t algorithm,
                                uint32_t key_len, uint32_t direction);

/** message_fill_destroy: a request to end a session; it has no other part. */
void message_fill_destroy(uint8_t fixed[MESSAGE_FIXED], uint32_t opcode,
                          uint64_t session_id);

/** message_fill_cipher: the fixed part of a CIPHER data request. */
void message_fill_cipher(uint8_t fixed[MESSAGE_FIXED], uint32_t opcode,
                         uint64_t session_id, uint32_t iv_len, uint32_t src_len,
                         uint32_t dst_len);

/* The same, whole. */

GByteArray *message_create_cipher(uint32_t algorithm, uint32_t direction,
                                  const uint8_t *key, uint32_t key_len);

GByteArray *message_destroy(uint32_t opcode, uint64_t session_id);

GByteArray *message_cipher(uint32_t opcode, uint64_t session_id, const uint8_t *iv,
                           uint32_t iv_len, const uint8_t *src, uint32_t src_len,
                           uint32_t dst_len);

#endif
