/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Control requests and replies with feature bit 0 off, and the configuration space. */
#include <string.h>

#include "support/hex.h"
#include "support/message.h"
#include "support/ut.h"
#include "vcrypto/wire.h"

static const struct vcrypto_wire_limits limits = {
    .services = 1u << VCRYPTO_SERVICE_CIPHER,
    .max_size = 1024,
    .max_cipher_key_len = 32,
};

static uint8_t key[64], room[32];
static GByteArray *message;

static void begin(void)
{
    memset(key, 0x42, sizeof(key));
    message = message_create_cipher(VCRYPTO_CIPHER_AES_CBC, VCRYPTO_ENCRYPT, key, 16);
}

static void end(void)
{
    g_byte_array_unref(message);
}

static struct vcrypto_control decode(size_t size, size_t writable)
{
    static struct iovec out, in;
    struct vcrypto_chain chain = { &out, 1, &in, 1 };
    struct vcrypto_control control;

    out = (struct iovec){ message->data, size };
    in = (struct iovec){ room, writable };
    vcrypto_wire_decode_control(&limits, &chain, &control);
    return control;
}

static void create_is_taken_apart(void)
{
    struct vcrypto_control control;
    uint8_t copy[16];

    begin();
    control = decode(message->len, 16);
    UT_EQ_U64(control.kind, VCRYPTO_CONTROL_CREATE);
    UT_EQ_U64(control.early, VCRYPTO_OK);
    UT_EQ_U64(control.params.late, VCRYPTO_OK);
    UT_EQ_U64(control.params.service, VCRYPTO_SERVICE_CIPHER);
    UT_EQ_U64(control.params.op_type, VCRYPTO_OP_TYPE_CIPHER);
    UT_EQ_U64(control.params.algorithm, VCRYPTO_CIPHER_AES_CBC);
    UT_EQ_U64(control.params.direction, VCRYPTO_ENCRYPT);
    UT_EQ_U64(control.params.key_len, 16);
    UT_TRUE(vcrypto_cursor_read(&control.params.key, copy, 16));
    UT_EQ_MEM(copy, key, 16);
    UT_EQ_U64(control.reply_size, 16);
    end();
}

static void published_example_is_understood(void)
{
    size_t len;
    uint8_t *bytes =
        hex_dup("02000000 03000000 00000000 00000000"
                "03000000 10000000 01000000 00000000"
                "0000000000000000000000000000000000000000000000000000000000000000"
                "01000000 00000000"
                "06a9214036b8a15b512e03d534120006",
                &len);
    struct vcrypto_control control;

    UT_EQ_U64(len, 88);
    message = g_byte_array_append(g_byte_array_new(), bytes, (guint)len);
    control = decode(len, 16);
    UT_EQ_U64(control.early, VCRYPTO_OK);
    UT_EQ_U64(control.params.late, VCRYPTO_OK);
    UT_EQ_U64(control.params.algorithm, VCRYPTO_CIPHER_AES_CBC);
    end();
    g_free(bytes);
}

static void truncation_at_every_byte_is_an_error(void)
{
    begin();
    for (size_t n = 0; n < message->len; n++) {
        struct vcrypto_control control = decode(n, 16);

        ut_context("%zu bytes", n);
        UT_EQ_U64(n < 72 ? control.early : control.params.late, VCRYPTO_ERR);
    }
    end();
}

/* shows: CFG-8 */
static void key_beyond_the_limit_is_an_error(void)
{
    for (uint32_t len = 0; len <= sizeof(key); len++) {
        message = message_create_cipher(VCRYPTO_CIPHER_AES_CBC, 1, key, len);
        ut_context("%u bytes", len);
        UT_EQ_U64(decode(message->len, 16).params.late,
                  len <= 32 ? VCRYPTO_OK : VCRYPTO_ERR);
        end();
    }
    begin();
    message_set32(message, MESSAGE_CREATE_KEY_LEN, 0xffffffff);
    UT_EQ_U64(decode(message->len, 16).params.late, VCRYPTO_ERR);
    end();
}

static void other_op_types_are_not_supported(void)
{
    static const uint32_t types[] = { 0, 3, 4, 0xffffffff };

    begin();
    for (unsigned i = 0; i < G_N_ELEMENTS(types); i++) {
        message_set32(message, MESSAGE_CREATE_OP_TYPE, types[i]);
        ut_context("op_type %u", types[i]);
        UT_EQ_U64(decode(message->len, 16).early, VCRYPTO_NOTSUPP);
    }
    end();
}

/* shows: IPS */
static void what_is_not_offered_is_not_supported(void)
{
    static const struct {
        uint32_t opcode;
        enum vcrypto_control_kind kind;
    } requests[] = {
        { 0, VCRYPTO_CONTROL_UNKNOWN },     { 1, VCRYPTO_CONTROL_UNKNOWN },
        { 0x102, VCRYPTO_CONTROL_CREATE },  { 0x202, VCRYPTO_CONTROL_CREATE },
        { 0x302, VCRYPTO_CONTROL_CREATE },  { 0x404, VCRYPTO_CONTROL_CREATE },
        { 0x402, VCRYPTO_CONTROL_UNKNOWN }, { 0x502, VCRYPTO_CONTROL_UNKNOWN },
    };

    begin();
    for (unsigned i = 0; i < G_N_ELEMENTS(requests); i++) {
        message_set32(message, MESSAGE_OPCODE, requests[i].opcode);
        ut_context("0x%x", requests[i].opcode);
        UT_EQ_U64(decode(message->len, 16).kind, requests[i].kind);
        UT_EQ_U64(decode(message->len, 16).early, VCRYPTO_NOTSUPP);
    }
    end();
}

static void destroy_of_any_service_is_taken_apart(void)
{
    static const uint32_t opcodes[] = { 0x003, 0x103, 0x203, 0x303, 0x405 };

    for (unsigned i = 0; i < G_N_ELEMENTS(opcodes); i++) {
        struct vcrypto_control control;

        ut_context("0x%x", opcodes[i]);
        message = message_destroy(opcodes[i], UINT64_C(0x1122334455667788));
        control = decode(message->len, 1);
        UT_EQ_U64(control.kind, VCRYPTO_CONTROL_DESTROY);
        UT_EQ_U64(control.early, VCRYPTO_OK);
        UT_EQ_U64(control.session_id, UINT64_C(0x1122334455667788));
        UT_EQ_U64(decode(71, 1).early, VCRYPTO_ERR);
        end();
    }
}

static void header_algorithm_and_flag_are_ignored(void)
{
    begin();
    message_set32(message, 4, 0xffffffff);
    message_set32(message, 8, 0xffffffff);
    message_set32(message, 12, 0xffffffff);
    UT_EQ_U64(decode(message->len, 16).early, VCRYPTO_OK);
    UT_EQ_U64(decode(message->len, 16).params.algorithm, VCRYPTO_CIPHER_AES_CBC);
    end();
}

static void check_reply(enum vcrypto_control_kind kind, uint64_t room_size,
                        enum vcrypto_status status, uint64_t id, const char *expected)
{
    struct vcrypto_control control = { .kind = kind, .reply_size = room_size };
    struct vcrypto_control_reply reply;
    uint8_t bytes[16];
    size_t size = hex_decode(expected, bytes, sizeof(bytes));

    ut_context("kind %d, %u bytes of room", kind, (unsigned)room_size);
    vcrypto_wire_encode_reply(&control, status, id, &reply);
    UT_EQ_U64(reply.size, size);
    UT_EQ_MEM(reply.bytes, bytes, size);
}

/* shows: CRE-5 */
static void create_replies(void)
{
    const uint64_t id = UINT64_C(0x0807060504030201);

    check_reply(VCRYPTO_CONTROL_CREATE, 16, VCRYPTO_OK, id,
                "0102030405060708 00000000 00000000");
    check_reply(VCRYPTO_CONTROL_CREATE, 100, VCRYPTO_OK, id,
                "0102030405060708 00000000 00000000");
    check_reply(VCRYPTO_CONTROL_CREATE, 16, VCRYPTO_ERR, id,
                "0000000000000000 01000000 00000000");
    check_reply(VCRYPTO_CONTROL_CREATE, 15, VCRYPTO_ERR, 0, "");
    check_reply(VCRYPTO_CONTROL_CREATE, 0, VCRYPTO_ERR, 0, "");
}

static void destroy_replies(void)
{
    check_reply(VCRYPTO_CONTROL_DESTROY, 0, VCRYPTO_OK, 0, "");
    check_reply(VCRYPTO_CONTROL_DESTROY, 1, VCRYPTO_OK, 0, "00");
    check_reply(VCRYPTO_CONTROL_DESTROY, 1, VCRYPTO_ERR, 0, "01");
    check_reply(VCRYPTO_CONTROL_DESTROY, 5, VCRYPTO_ERR, 0, "0100000000");
    check_reply(VCRYPTO_CONTROL_DESTROY, 8, VCRYPTO_ERR, 0, "0100000000000000");
    check_reply(VCRYPTO_CONTROL_DESTROY, 16, VCRYPTO_ERR, 0, "0100000000000000");
}

/* shows: ST-1 */
static void replies_to_what_is_not_understood(void)
{
    check_reply(VCRYPTO_CONTROL_UNKNOWN, 16, VCRYPTO_NOTSUPP, 0,
                "0000000000000000 03000000 00000000");
    check_reply(VCRYPTO_CONTROL_UNKNOWN, 15, VCRYPTO_NOTSUPP, 0, "03");
    check_reply(VCRYPTO_CONTROL_UNKNOWN, 1, VCRYPTO_ERR, 0, "01");
    check_reply(VCRYPTO_CONTROL_UNKNOWN, 0, VCRYPTO_ERR, 0, "");
}

/* shows: CFG-10 */
static void config_space_has_each_field_in_its_place(void)
{
    static const struct vcrypto_config config = {
        .status = 1,
        .max_dataqueues = 0x02030405,
        .services = 0x06070809,
        .cipher_algorithms = UINT64_C(0x1011121314151617),
        .hash_algorithms = 0x18191a1b,
        .mac_algorithms = UINT64_C(0x2021222324252627),
        .aead_algorithms = 0x28292a2b,
        .max_cipher_key_len = 0x30313233,
        .max_auth_key_len = 0x34353637,
        .akcipher_algorithms = 0x38393a3b,
        .max_size = UINT64_C(0x4041424344454647),
    };
    uint8_t bytes[VCRYPTO_CONFIG_SIZE], expected[VCRYPTO_CONFIG_SIZE];

    vcrypto_wire_encode_config(&config, bytes);
    UT_EQ_U64(hex_decode("01000000 05040302 09080706 17161514 13121110 1b1a1918"
                         "27262524 23222120 2b2a2928 33323130 37363534 3b3a3938"
                         "4746454443424140",
                         expected, sizeof(expected)),
              VCRYPTO_CONFIG_SIZE);
    UT_EQ_MEM(bytes, expected, sizeof(expected));
}

static const struct ut_test tests[] = {
    { "create is taken apart", create_is_taken_apart },
    { "published example is understood", published_example_is_understood },
    { "truncation at every byte is an error", truncation_at_every_byte_is_an_error },
    { "key beyond the limit is an error", key_beyond_the_limit_is_an_error },
    { "other op types are not supported", other_op_types_are_not_supported },
    { "what is not offered is not supported", what_is_not_offered_is_not_supported },
    { "destroy of any service is taken apart", destroy_of_any_service_is_taken_apart },
    { "header's algorithm and flag are ignored",
      header_algorithm_and_flag_are_ignored },
    { "create replies", create_replies },
    { "destroy replies", destroy_replies },
    { "replies to what is not understood", replies_to_what_is_not_understood },
    { "config space has each field in its place",
      config_space_has_each_field_in_its_place },
    { NULL, NULL },
};

int main(int argc, char **argv)
{
    static const struct ut_suite suites[] = {
        { "wire control", NULL, NULL, tests },
        { NULL, NULL, NULL, NULL },
    };

    return ut_main(argc, argv, suites);
}
