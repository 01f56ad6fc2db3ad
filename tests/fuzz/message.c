/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "message.h"

void fuzz_put(uint8_t *at, uint64_t value, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        at[i] = (uint8_t)(value >> 8 * i);
    }
}

uint32_t fuzz_get(const uint8_t *at)
{
    return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 |
           (uint32_t)at[3] << 24;
}

uint32_t fuzz_word(struct fuzz_input *input)
{
    uint8_t kind = fuzz_u8(input);

    switch (kind) {
    case 0xff:
        return (uint32_t)fuzz_u64(input);
    case 0xfe:
        return UINT32_MAX - fuzz_u8(input);
    case 0xfd:
        return fuzz_u16(input);
    default:
        return kind;
    }
}

void fuzz_limits(struct fuzz_input *input, struct vcrypto_wire_limits *limits)
{
    static const uint64_t sizes[] = { 64, 200, 1 << 20, UINT64_MAX };
    uint8_t how = fuzz_u8(input), services = fuzz_u8(input), features = fuzz_u8(input);

    *limits = (struct vcrypto_wire_limits){
        .services = services < 0xc0 ? 0x1f : services,
        .max_size = sizes[how & 3],
        .max_cipher_key_len = how & 4 ? 64 : 256,
        .max_auth_key_len = how & 8 ? 40 : 512,
        .max_akcipher_key_len = how & 16 ? 100 : 4096,
        .queues = how & 32 ? 1 : 8,
        .padded_framing = how & 64,
        .lenient_session_flag = how & 128,
        .features = features < 0x40   ? 0
                    : features < 0xc0 ? 0x3f
                                      : features & 0x3f,
    };
}

void fuzz_fill(struct fuzz_message *message, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++) {
        message->bytes[i] = (uint8_t)(i ^ i >> 8 ^ 0x5a);
    }
}

bool fuzz_same_bytes(struct vcrypto_cursor a, struct vcrypto_cursor b)
{
    uint8_t x, y;

    if (a.left != b.left) {
        return false;
    }
    while (vcrypto_cursor_read(&a, &x, 1)) {
        FUZZ_CHECK(vcrypto_cursor_read(&b, &y, 1));
        if (x != y) {
            return false;
        }
    }
    return true;
}
