/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Data requests with feature bit 0 off: bytes in, request out. */
#include <string.h>

#include "support/hex.h"
#include "support/message.h"
#include "support/ut.h"
#include "vcrypto/wire.h"

#define SRC_LEN 48
#define DST_LEN 50

static const struct vcrypto_wire_limits limits = {
    .services = 1u << VCRYPTO_SERVICE_CIPHER,
    .max_size = 1024,
    .max_cipher_key_len = 64,
};

static uint8_t iv[16], src[SRC_LEN], room[DST_LEN + 1];

static GByteArray *message;

static int set_up(void)
{
    for (unsigned i = 0; i < sizeof(iv); i++) {
        iv[i] = (uint8_t)(0x10 + i);
    }
    for (unsigned i = 0; i < sizeof(src); i++) {
        src[i] = (uint8_t)(0x80 + i);
    }
    return 0;
}

/* A right message: each test takes it from here. */
static void begin(void)
{
    message = message_cipher(VCRYPTO_CIPHER_ENCRYPT, UINT64_C(0x0102030405060708), iv,
                             sizeof(iv), src, SRC_LEN, DST_LEN);
}

static void end(void)
{
    g_byte_array_unref(message);
}

/* Decodes the first @size bytes of the message, with @writable bytes of room. */
static struct vcrypto_request decode(size_t size, size_t writable)
{
    static struct iovec out, in;
    struct vcrypto_request request;

    out = (struct iovec){ message->data, size };
    in = (struct iovec){ room, writable };
    memset(&request, 0xee, sizeof(request));
    request.chain = (struct vcrypto_chain){ &out, 1, &in, 1 };
    vcrypto_wire_decode_data(&limits, &request);
    return request;
}

static struct vcrypto_request decode_all(void)
{
    return decode(message->len, sizeof(room));
}

static void cipher_request_is_taken_apart(void)
{
    struct vcrypto_request request;
    uint8_t copy[SRC_LEN], *data;

    begin();
    request = decode_all();
    UT_EQ_U64(request.early, VCRYPTO_OK);
    UT_EQ_U64(request.late, VCRYPTO_OK);
    UT_EQ_U64(request.service, VCRYPTO_SERVICE_CIPHER);
    UT_EQ_U64(request.op_type, VCRYPTO_OP_TYPE_CIPHER);
    UT_EQ_U64(request.direction, VCRYPTO_ENCRYPT);
    UT_EQ_U64(request.session_id, UINT64_C(0x0102030405060708));
    UT_EQ_U64(request.iv_len, 16);
    UT_EQ_MEM(request.iv, iv, 16);
    UT_EQ_U64(request.src.left, SRC_LEN);
    UT_TRUE(vcrypto_cursor_read(&request.src, copy, SRC_LEN));
    UT_EQ_MEM(copy, src, SRC_LEN);
    UT_EQ_U64(request.dst.left, DST_LEN);
    UT_EQ_U64(vcrypto_cursor_chunk(&request.dst, &data), DST_LEN);
    UT_TRUE(data == room);
    end();
}

/* The example that the published text's readers compare with, byte for byte. */
static void published_example_is_understood(void)
{
    size_t len;
    uint8_t *bytes = hex_dup("01000000 00000000 0100000000000000 00000000 00000000"
                             "10000000 10000000 10000000 00000000"
                             "000000000000000000000000000000000000000000000000"
                             "01000000 00000000"
                             "3dafba429d9eb430b422da802c9fac41"
                             "e353779c1079aeb82708942dbe77181a",
                             &len);
    struct vcrypto_request request;

    UT_EQ_U64(len, 104);
    message = g_byte_array_append(g_byte_array_new(), bytes, (guint)len);
    request = decode(len, 17);
    UT_EQ_U64(request.early, VCRYPTO_OK);
    UT_EQ_U64(request.late, VCRYPTO_OK);
    UT_EQ_U64(request.session_id, 1);
    UT_EQ_U64(request.direction, VCRYPTO_DECRYPT);
    UT_EQ_U64(request.src.left, 16);
    end();
    g_free(bytes);
}

static void truncation_at_every_byte_is_an_error(void)
{
    begin();
    for (size_t n = 0; n < message->len; n++) {
        struct vcrypto_request request = decode(n, sizeof(room));

        ut_context("%zu bytes", n);
        UT_EQ_U64(request.early, n < 24 ? VCRYPTO_ERR : VCRYPTO_OK);
        UT_EQ_U64(request.late, VCRYPTO_ERR);
    }
    end();
}

static void too_little_room_is_an_error(void)
{
    begin();
    for (size_t n = 0; n <= DST_LEN; n++) {
        ut_context("%zu bytes", n);
        UT_EQ_U64(decode(message->len, n).late, VCRYPTO_ERR);
    }
    end();
}

static void descriptor_boundaries_mean_nothing(void)
{
    struct iovec out[256], in[256];
    struct vcrypto_request request;
    uint8_t copy[SRC_LEN];

    begin();
    for (unsigned i = 0; i < message->len; i++) {
        out[i] = (struct iovec){ message->data + i, 1 };
    }
    for (unsigned i = 0; i < sizeof(room); i++) {
        in[i] = (struct iovec){ room + i, 1 };
    }
    request.chain = (struct vcrypto_chain){ out, message->len, in, sizeof(room) };
    vcrypto_wire_decode_data(&limits, &request);
    UT_EQ_U64(request.late, VCRYPTO_OK);
    UT_EQ_MEM(request.iv, iv, sizeof(iv));
    UT_TRUE(vcrypto_cursor_read(&request.src, copy, SRC_LEN));
    UT_EQ_MEM(copy, src, SRC_LEN);
    end();
}

static void trailing_bytes_are_ignored(void)
{
    static const uint8_t more[100];

    begin();
    g_byte_array_append(message, more, sizeof(more));
    UT_EQ_U64(decode_all().late, VCRYPTO_OK);
    UT_EQ_U64(decode_all().src.left, SRC_LEN);
    end();
}

static void header_algorithm_and_flag_are_ignored(void)
{
    begin();
    message_set32(message, 4, 0xffffffff);
    message_set32(message, 16, 0xffffffff);
    message_set32(message, 20, 0xffffffff);
    UT_EQ_U64(decode_all().early, VCRYPTO_OK);
    UT_EQ_U64(decode_all().late, VCRYPTO_OK);
    end();
}

/* shows: SYM-3 */
static void chain_only_fields_are_ignored(void)
{
    begin();
    for (unsigned offset = 36; offset < 64; offset += 4) {
        message_set32(message, offset, 0xffffffff);
    }
    message_set32(message, 68, 0xffffffff);
    UT_EQ_U64(decode_all().late, VCRYPTO_OK);
    end();
}

static void unknown_opcode_is_not_supported(void)
{
    static const uint32_t opcodes[] = { 0x002, 0x100, 0x200, 0x300,      0x301,
                                        0x400, 0x500, 7,     0xffffffff, 0x10000 };

    begin();
    for (unsigned i = 0; i < G_N_ELEMENTS(opcodes); i++) {
        message_set32(message, MESSAGE_OPCODE, opcodes[i]);
        ut_context("0x%x", opcodes[i]);
        UT_EQ_U64(decode_all().early, VCRYPTO_NOTSUPP);
    }
    end();
}

static void service_that_is_not_offered_is_not_supported(void)
{
    static const struct vcrypto_wire_limits none = { .max_size = 1024 };
    struct vcrypto_request request;

    begin();
    request = decode_all();
    vcrypto_wire_decode_data(&none, &request);
    UT_EQ_U64(request.early, VCRYPTO_NOTSUPP);
    end();
}

static void other_op_types_are_not_supported(void)
{
    static const uint32_t types[] = { 0, 3, 4, 0xffffffff };

    begin();
    for (unsigned i = 0; i < G_N_ELEMENTS(types); i++) {
        message_set32(message, MESSAGE_DATA_OP_TYPE, types[i]);
        ut_context("op_type %u", types[i]);
        UT_EQ_U64(decode_all().early, VCRYPTO_OK);
        UT_EQ_U64(decode_all().late, VCRYPTO_NOTSUPP);
        UT_EQ_U64(decode_all().op_type, types[i]);
    }
    end();
}

/* shows: COR-5 */
static void huge_lengths_are_errors(void)
{
    static const unsigned fields[] = { MESSAGE_DATA_IV_LEN, MESSAGE_DATA_SRC_LEN,
                                       MESSAGE_DATA_DST_LEN };
    static const uint32_t values[] = { 0x7fffffff, 0x80000000, 0xfffffff0, 0xffffffff };

    for (unsigned f = 0; f < G_N_ELEMENTS(fields); f++) {
        for (unsigned v = 0; v < G_N_ELEMENTS(values); v++) {
            begin();
            message_set32(message, fields[f], values[v]);
            ut_context("field @%u = 0x%x", fields[f], values[v]);
            UT_EQ_U64(decode_all().late, VCRYPTO_ERR);
            end();
        }
    }
    /* Lengths whose 32-bit sum is small again. */
    begin();
    message_set32(message, MESSAGE_DATA_IV_LEN, 0xffffffff);
    message_set32(message, MESSAGE_DATA_SRC_LEN, 17);
    UT_EQ_U64(decode_all().late, VCRYPTO_ERR);
    end();
}

/* shows: SYM-5 */
static void destination_shorter_than_source_is_an_error(void)
{
    begin();
    message_set32(message, MESSAGE_DATA_DST_LEN, SRC_LEN);
    UT_EQ_U64(decode_all().late, VCRYPTO_OK);
    message_set32(message, MESSAGE_DATA_DST_LEN, SRC_LEN - 1);
    UT_EQ_U64(decode_all().late, VCRYPTO_ERR);
    end();
}

/* shows: CFG-7 */
static void max_size_is_the_sum_of_variable_parts(void)
{
    struct vcrypto_wire_limits tight = limits;
    struct vcrypto_request request;

    begin();
    request = decode_all();
    tight.max_size = sizeof(iv) + SRC_LEN + DST_LEN;
    vcrypto_wire_decode_data(&tight, &request);
    UT_EQ_U64(request.late, VCRYPTO_OK);
    tight.max_size--;
    vcrypto_wire_decode_data(&tight, &request);
    UT_EQ_U64(request.late, VCRYPTO_ERR);
    end();
}

static void long_iv_is_consumed(void)
{
    uint8_t long_iv[40], copy[SRC_LEN];
    struct vcrypto_request request;

    memset(long_iv, 0x77, sizeof(long_iv));
    message = message_cipher(VCRYPTO_CIPHER_DECRYPT, 1, long_iv, sizeof(long_iv), src,
                             SRC_LEN, SRC_LEN);
    request = decode_all();
    UT_EQ_U64(request.late, VCRYPTO_OK);
    UT_EQ_U64(request.iv_len, sizeof(long_iv));
    UT_TRUE(vcrypto_cursor_read(&request.src, copy, SRC_LEN));
    UT_EQ_MEM(copy, src, SRC_LEN);
    end();
}

static const struct ut_test tests[] = {
    { "cipher request is taken apart", cipher_request_is_taken_apart },
    { "published example is understood", published_example_is_understood },
    { "truncation at every byte is an error", truncation_at_every_byte_is_an_error },
    { "too little room is an error", too_little_room_is_an_error },
    { "descriptor boundaries mean nothing", descriptor_boundaries_mean_nothing },
    { "trailing bytes are ignored", trailing_bytes_are_ignored },
    { "header's algorithm and flag are ignored",
      header_algorithm_and_flag_are_ignored },
    { "chain-only fields are ignored", chain_only_fields_are_ignored },
    { "unknown opcode is not supported", unknown_opcode_is_not_supported },
    { "service that is not offered is not supported",
      service_that_is_not_offered_is_not_supported },
    { "other op types are not supported", other_op_types_are_not_supported },
    { "huge lengths are errors", huge_lengths_are_errors },
    { "destination shorter than source is an error",
      destination_shorter_than_source_is_an_error },
    { "max_size is the sum of variable parts", max_size_is_the_sum_of_variable_parts },
    { "long iv is consumed", long_iv_is_consumed },
    { NULL, NULL },
};

int main(int argc, char **argv)
{
    static const struct ut_suite suites[] = {
        { "wire data", set_up, NULL, tests },
        { NULL, NULL, NULL, NULL },
    };

    return ut_main(argc, argv, suites);
}
