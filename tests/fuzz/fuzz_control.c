/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Control requests of which every field, the length and the pieces are the input's.
 *  - However a message is cut, it is the same message.
 *  - What is accepted agrees with the bytes: keys lie where the lengths say, in what
 * was sent, and are no longer than the limits.
 *  - The reply fits into what there is room for, and says what it should.
 */
#include "message.h"
#include "pieces.h"

/* Where the specification puts things: the header, then each service's parameters. */
enum { HEADER = 16, PADDED = 72 };

static const size_t exact_sizes[VCRYPTO_SERVICE_COUNT] = { 56, 8, 16, 24, 56 };

static struct vcrypto_wire_limits limits;
static struct fuzz_message message;

static uint32_t some_opcode(struct fuzz_input *input)
{
    static const uint32_t opcodes[] = { 0x002, 0x102, 0x202, 0x302, 0x404, 0x002,
                                        0x002, 0x003, 0x103, 0x203, 0x303, 0x405 };
    uint8_t which = fuzz_u8(input);

    return which < 0xf0 ? opcodes[which % 12] : (uint32_t)fuzz_u64(input);
}

/* The lengths of keys that the fixed part claims; what is not there is 0. */
static uint64_t claimed_keys(uint32_t opcode)
{
    const uint8_t *p = message.bytes + HEADER;

    switch (opcode) {
    case 0x002:
        if (fuzz_get(p + 48) == 2) {
            return (uint64_t)fuzz_get(p + 12) +
                   (fuzz_get(p + 4) == 2 ? fuzz_get(p + 32) : 0);
        }
        return fuzz_get(p + 4);
    case 0x202:
        return fuzz_get(p + 8);
    case 0x302:
        return fuzz_get(p + 4);
    case 0x404:
        return fuzz_get(p + 8);
    default:
        return 0;
    }
}

static size_t exact_size(uint32_t opcode)
{
    return HEADER +
           ((opcode & 0xff) % 2 ? 8 : exact_sizes[opcode >> 8 < 5 ? opcode >> 8 : 0]);
}

/* The length that makes the message right in one of its forms, or another. */
static size_t some_size(struct fuzz_input *input, uint32_t opcode)
{
    uint8_t how = fuzz_u8(input);
    uint64_t size = claimed_keys(opcode) + (how & 1 ? PADDED : exact_size(opcode));

    if ((how & 6) == 6) {
        size = fuzz_u16(input) % MESSAGE_MAX;
    } else if ((how & 6) == 4) {
        size += fuzz_u8(input) % 16u;
        size -= size < 8 ? 0 : 8;
    }
    return size < MESSAGE_MAX ? (size_t)size : MESSAGE_MAX;
}

static void write_message(struct fuzz_input *input)
{
    uint32_t opcode = some_opcode(input);

    fuzz_fill(&message, 0, MESSAGE_MAX);
    memset(message.bytes, 0, PADDED);
    fuzz_put(message.bytes, opcode, 4);
    for (size_t at = HEADER; at < exact_size(opcode); at += 4) {
        fuzz_put(message.bytes + at, fuzz_word(input), 4);
    }
    message.size = some_size(input, opcode);
    /* Any byte may be any, after all. */
    for (unsigned n = fuzz_u8(input) % 4; n; n--) {
        message.bytes[fuzz_u8(input)] = fuzz_u8(input);
    }
}

static void check_same(const struct vcrypto_control *a, const struct vcrypto_control *b)
{
    const struct vcrypto_session_params *p = &a->params, *q = &b->params;

    FUZZ_CHECK(a->kind == b->kind && a->early == b->early);
    FUZZ_CHECK(a->session_id == b->session_id);
    FUZZ_CHECK(p->late == q->late && p->service == q->service);
    FUZZ_CHECK(p->op_type == q->op_type && p->algorithm == q->algorithm);
    FUZZ_CHECK(p->direction == q->direction && p->key_len == q->key_len);
    FUZZ_CHECK(p->result_len == q->result_len && p->tag_len == q->tag_len);
    FUZZ_CHECK(p->chain_order == q->chain_order && p->hash_mode == q->hash_mode);
    FUZZ_CHECK(p->auth_algorithm == q->auth_algorithm);
    FUZZ_CHECK(p->auth_key_len == q->auth_key_len);
    FUZZ_CHECK(!memcmp(&p->akcipher, &q->akcipher, sizeof(p->akcipher)));
    FUZZ_CHECK(fuzz_same_bytes(p->key, q->key) &&
               fuzz_same_bytes(p->auth_key, q->auth_key));
}

/* Where @cursor stands in the message, which is one piece at @base. */
static size_t place_of(const struct vcrypto_cursor *cursor, const uint8_t *base)
{
    struct vcrypto_cursor copy = *cursor;
    uint8_t *data;

    FUZZ_CHECK(vcrypto_cursor_chunk(&copy, &data) == copy.left);
    return (size_t)(data - base);
}

/* A session that may be made, of a message in one piece at @base. */
static void check_create(const struct vcrypto_session_params *params,
                         const uint8_t *base)
{
    uint32_t opcode = fuzz_get(message.bytes);
    uint64_t keys = (uint64_t)params->key_len + params->auth_key_len;
    bool mux = limits.features & 1;
    size_t start = 0;

    FUZZ_CHECK(params->service == opcode >> 8);
    FUZZ_CHECK(limits.services & 1u << params->service);
    FUZZ_CHECK(keys == claimed_keys(opcode));
    FUZZ_CHECK(params->key.left == params->key_len);
    FUZZ_CHECK(!params->auth_key_len || params->auth_key.left == params->auth_key_len);
    if (params->service == VCRYPTO_SERVICE_MAC) {
        FUZZ_CHECK(params->key_len <= limits.max_auth_key_len);
    } else if (params->service == VCRYPTO_SERVICE_AKCIPHER) {
        FUZZ_CHECK(params->key_len <= limits.max_akcipher_key_len);
    } else {
        FUZZ_CHECK(params->key_len <= limits.max_cipher_key_len);
    }
    FUZZ_CHECK(params->auth_key_len <= limits.max_auth_key_len);
    if (params->key_len) {
        start = place_of(&params->key, base);
    } else if (params->auth_key_len) {
        start = place_of(&params->auth_key, base);
    }
    if (keys) {
        FUZZ_CHECK(start == PADDED || (mux && start == exact_size(opcode)));
        FUZZ_CHECK(start + keys <= message.size);
    }
    if (params->key_len && params->auth_key_len) {
        FUZZ_CHECK(place_of(&params->auth_key, base) == start + params->key_len);
    }
}

/* A message that is as long as it should be must be taken, whatever else it asks. */
static void check_not_refused(const struct vcrypto_control *control)
{
    uint32_t opcode = fuzz_get(message.bytes);
    size_t fixed = limits.features & 1 ? exact_size(opcode) : PADDED;
    const struct vcrypto_session_params *p = &control->params;

    if (message.size == fixed + claimed_keys(opcode) && claimed_keys(opcode) <= 40) {
        FUZZ_CHECK(p->late == VCRYPTO_OK);
    }
}

static void check_reply(const struct vcrypto_control *control, struct fuzz_input *input)
{
    enum vcrypto_status status = fuzz_u8(input) % VCRYPTO_STATUS_COUNT;
    uint64_t id = fuzz_u64(input);
    struct vcrypto_control_reply reply;

    vcrypto_wire_encode_reply(control, status, id, &reply);
    FUZZ_CHECK(reply.size <= control->reply_size && reply.size <= sizeof(reply.bytes));
    if (control->kind == VCRYPTO_CONTROL_CREATE) {
        uint64_t got = fuzz_get(reply.bytes) | (uint64_t)fuzz_get(reply.bytes + 4)
                                                   << 32;

        FUZZ_CHECK(reply.size == (control->reply_size >= 16 ? 16 : 0));
        FUZZ_CHECK(!reply.size || fuzz_get(reply.bytes + 8) == status);
        FUZZ_CHECK(got == (reply.size && status == VCRYPTO_OK ? id : 0));
    } else if (reply.size) {
        FUZZ_CHECK(control->kind == VCRYPTO_CONTROL_UNKNOWN && reply.size == 16
                       ? reply.bytes[8] == status
                       : reply.bytes[0] == status);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input input = { data, size };
    struct vcrypto_control whole, cut;
    struct vcrypto_chain chain;
    struct pieces one, many;
    struct iovec in = { NULL, 0 };

    fuzz_limits(&input, &limits);
    write_message(&input);
    in.iov_len = fuzz_u8(&input) % 40u; /* decoders never write */
    pieces_whole(&one, message.bytes, message.size);
    pieces_cut(&many, &input, message.bytes, message.size);
    chain = (struct vcrypto_chain){ one.iov, one.count, &in, 1 };
    vcrypto_wire_decode_control(&limits, &chain, &whole);
    chain = (struct vcrypto_chain){ many.iov, many.count, &in, 1 };
    vcrypto_wire_decode_control(&limits, &chain, &cut);

    check_same(&whole, &cut);
    FUZZ_CHECK(whole.reply_size == in.iov_len);
    FUZZ_CHECK(whole.early == VCRYPTO_OK || whole.early == VCRYPTO_ERR ||
               whole.early == VCRYPTO_NOTSUPP);
    if (whole.early == VCRYPTO_OK && whole.kind == VCRYPTO_CONTROL_CREATE) {
        check_not_refused(&whole);
        if (whole.params.late == VCRYPTO_OK) {
            check_create(&whole.params, one.iov[0].iov_base);
        }
    }
    check_reply(&whole, &input);
    pieces_free(&one);
    pieces_free(&many);
    return 0;
}
