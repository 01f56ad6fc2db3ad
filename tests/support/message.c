/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/message.h"

#include <string.h>

static void put32(uint8_t *to, uint32_t value)
{
    value = GUINT32_TO_LE(value);
    memcpy(to, &value, sizeof(value));
}

static void put64(uint8_t *to, uint64_t value)
{
    value = GUINT64_TO_LE(value);
    memcpy(to, &value, sizeof(value));
}

void message_set32(GByteArray *message, unsigned offset, uint32_t value)
{
    put32(message->data + offset, value);
}

void message_fill_create_cipher(uint8_t fixed[MESSAGE_FIXED], uint32_t algorithm,
                                uint32_t key_len, uint32_t direction)
{
    memset(fixed, 0, MESSAGE_FIXED);
    put32(fixed + MESSAGE_OPCODE, 0x002);
    put32(fixed + MESSAGE_HEADER_ALGORITHM, algorithm);
    put32(fixed + MESSAGE_CREATE_ALGORITHM, algorithm);
    put32(fixed + MESSAGE_CREATE_KEY_LEN, key_len);
    put32(fixed + MESSAGE_CREATE_DIRECTION, direction);
    put32(fixed + MESSAGE_CREATE_OP_TYPE, 1);
}

void message_fill_destroy(uint8_t fixed[MESSAGE_FIXED], uint32_t opcode,
                          uint64_t session_id)
{
    memset(fixed, 0, MESSAGE_FIXED);
    put32(fixed + MESSAGE_OPCODE, opcode);
    put64(fixed + MESSAGE_DESTROY_SESSION_ID, session_id);
}

void message_fill_cipher(uint8_t fixed[MESSAGE_FIXED], uint32_t opcode,
                         uint64_t session_id, uint32_t iv_len, uint32_t src_len,
                         uint32_t dst_len)
{
    memset(fixed, 0, MESSAGE_FIXED);
    put32(fixed + MESSAGE_OPCODE, opcode);
    put64(fixed + MESSAGE_SESSION_ID, session_id);
    put32(fixed + MESSAGE_DATA_IV_LEN, iv_len);
    put32(fixed + MESSAGE_DATA_SRC_LEN, src_len);
    put32(fixed + MESSAGE_DATA_DST_LEN, dst_len);
    put32(fixed + MESSAGE_DATA_OP_TYPE, 1);
}

static GByteArray *message_of(const uint8_t fixed[MESSAGE_FIXED])
{
    return g_byte_array_append(g_byte_array_new(), fixed, MESSAGE_FIXED);
}

GByteArray *message_create_cipher(uint32_t algorithm, uint32_t direction,
                                  const uint8_t *key, uint32_t key_len)
{
    uint8_t fixed[MESSAGE_FIXED];

    message_fill_create_cipher(fixed, algorithm, key_len, direction);
    return g_byte_array_append(message_of(fixed), key, key_len);
}

GByteArray *message_destroy(uint32_t opcode, uint64_t session_id)
{
    uint8_t fixed[MESSAGE_FIXED];

    message_fill_destroy(fixed, opcode, session_id);
    return message_of(fixed);
}

GByteArray *message_cipher(uint32_t opcode, uint64_t session_id, const uint8_t *iv,
                           uint32_t iv_len, const uint8_t *src, uint32_t src_len,
                           uint32_t dst_len)
{
    uint8_t fixed[MESSAGE_FIXED];
    GByteArray *message;

    message_fill_cipher(fixed, opcode, session_id, iv_len, src_len, dst_len);
    message = g_byte_array_append(message_of(fixed), iv, iv_len);
    return g_byte_array_append(message, src, src_len);
}
