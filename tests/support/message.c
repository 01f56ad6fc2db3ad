/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/message.h"

#include <string.h>

#define FIXED 72

void message_set32(GByteArray *message, unsigned offset, uint32_t value)
{
    for (unsigned i = 0; i < 4; i++) {
        message->data[offset + i] = (uint8_t)(value >> 8 * i);
    }
}

static GByteArray *fixed_part(uint32_t opcode)
{
    GByteArray *message = g_byte_array_new();

    g_byte_array_set_size(message, FIXED);
    memset(message->data, 0, FIXED);
    message_set32(message, MESSAGE_OPCODE, opcode);
    return message;
}

static void set64(GByteArray *message, unsigned offset, uint64_t value)
{
    message_set32(message, offset, (uint32_t)value);
    message_set32(message, offset + 4, (uint32_t)(value >> 32));
}

GByteArray *message_create_cipher(uint32_t algorithm, uint32_t direction,
                                  const uint8_t *key, uint32_t key_len)
{
    GByteArray *message = fixed_part(0x002);

    message_set32(message, MESSAGE_CREATE_ALGORITHM, algorithm);
    message_set32(message, MESSAGE_CREATE_KEY_LEN, key_len);
    message_set32(message, MESSAGE_CREATE_DIRECTION, direction);
    message_set32(message, MESSAGE_CREATE_OP_TYPE, 1);
    return g_byte_array_append(message, key, key_len);
}

GByteArray *message_destroy(uint32_t opcode, uint64_t session_id)
{
    GByteArray *message = fixed_part(opcode);

    set64(message, 16, session_id);
    return message;
}

GByteArray *message_cipher(uint32_t opcode, uint64_t session_id, const uint8_t *iv,
                           uint32_t iv_len, const uint8_t *src, uint32_t src_len,
                           uint32_t dst_len)
{
    GByteArray *message = fixed_part(opcode);

    set64(message, MESSAGE_SESSION_ID, session_id);
    message_set32(message, MESSAGE_DATA_IV_LEN, iv_len);
    message_set32(message, MESSAGE_DATA_SRC_LEN, src_len);
    message_set32(message, MESSAGE_DATA_DST_LEN, dst_len);
    message_set32(message, MESSAGE_DATA_OP_TYPE, 1);
    g_byte_array_append(message, iv, iv_len);
    return g_byte_array_append(message, src, src_len);
}
