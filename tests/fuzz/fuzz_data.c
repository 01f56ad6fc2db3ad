/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Data requests in every form of both framings: an operation whose sizes the input
 * chooses is written down as a driver does it, then spoiled or not.
 *  - However a message is cut, it is the same request.
 *  - What is accepted lies where it should: parts in order, in what was sent, results
 * in front of the status, all together no more than the limit.
 *  - A message that was not spoiled gives back the operation it was made of.
 */
#include "message.h"
#include "pieces.h"
#include "support/forms.h"

enum { PARTS = 7 };

static struct vcrypto_wire_limits limits;
static struct fuzz_message message;
static struct form_operation operation;
static uint8_t pattern[1024];

static struct form_bytes some_bytes(struct fuzz_input *input, unsigned which,
                                    uint32_t most)
{
    uint32_t len = fuzz_u8(input) % (most + 1);

    return (struct form_bytes){ pattern + 100 * which, len };
}

static void some_operation(struct fuzz_input *input)
{
    struct form_operation *o = &operation;

    memset(o, 0, sizeof(*o));
    o->service = fuzz_u8(input) % 5;
    o->operation = fuzz_u8(input) % (o->service == 4 ? 4 : o->service % 3 ? 1 : 2);
    o->algorithm = fuzz_word(input);
    o->src = some_bytes(input, 0, 90);
    if (o->service != VCRYPTO_SERVICE_HASH) {
        o->key = some_bytes(input, 1, 70);
    }
    switch (o->service) {
    case VCRYPTO_SERVICE_CIPHER:
        o->chain = fuzz_u8(input) & 1;
        o->iv = some_bytes(input, 2, 20);
        o->dst_len = o->src.len + fuzz_u8(input) % 20u;
        break;
    case VCRYPTO_SERVICE_AEAD:
        o->iv = some_bytes(input, 2, 20);
        o->aad = some_bytes(input, 3, 90);
        o->tag_len = fuzz_word(input);
        o->dst_len = fuzz_u8(input);
        break;
    case VCRYPTO_SERVICE_AKCIPHER:
        o->key_type = fuzz_word(input);
        o->options[0] = fuzz_word(input);
        o->options[1] = fuzz_word(input);
        if (o->operation == VCRYPTO_OPERATION_VERIFY) {
            o->signed_data = some_bytes(input, 4, 90);
        } else {
            o->dst_len = fuzz_u8(input);
        }
        break;
    default:
        o->result_len = fuzz_u8(input);
    }
    if (o->chain) {
        o->aad = some_bytes(input, 3, 90);
        o->result_len = fuzz_u8(input) % 80;
        o->chain_order = fuzz_word(input);
        o->hash_mode = 1 + fuzz_u8(input) % 2;
        o->auth_algorithm = fuzz_word(input);
        if (o->hash_mode == VCRYPTO_HASH_MODE_AUTH) {
            o->auth_key = some_bytes(input, 5, 70);
        }
        o->cipher_start = fuzz_u8(input) % (o->src.len + 1);
        o->cipher_len = fuzz_u8(input) % (o->src.len - o->cipher_start + 1);
        o->hash_start = fuzz_u8(input) % (o->src.len + 1);
        o->hash_len = fuzz_u8(input) % (o->src.len - o->hash_start + 1);
    }
}

static uint64_t session_of(struct fuzz_input *input)
{
    return fuzz_u8(input) & 1 ? fuzz_u64(input) : 1;
}

static void write_message(enum form form, uint64_t session)
{
    struct form_message parts;

    form_data(&operation, form, session, &parts);
    message.size = 0;
    for (unsigned i = 0; i < parts.n; i++) {
        FUZZ_CHECK(message.size + parts.fields[i].len <= MESSAGE_MAX);
        memcpy(message.bytes + message.size, parts.fields[i].data, parts.fields[i].len);
        message.size += parts.fields[i].len;
    }
}

/* Other bytes, another length: returns whether anything was done. */
static bool spoil(struct fuzz_input *input)
{
    unsigned words = fuzz_u8(input) % 8;
    uint8_t how = fuzz_u8(input);

    for (unsigned n = words > 4 ? words - 4 : 0; n; n--) {
        fuzz_put(message.bytes + 4 * (fuzz_u8(input) % 26u), fuzz_word(input), 4);
    }
    if (how >= 0xc0) {
        size_t size = fuzz_u16(input) % MESSAGE_MAX;

        if (size > message.size) {
            fuzz_fill(&message, message.size, size);
        }
        message.size = size;
    }
    return words > 4 || how >= 0xc0;
}

static void parts_of(const struct vcrypto_request *request,
                     struct vcrypto_cursor parts[PARTS])
{
    parts[0] = request->src;
    parts[1] = request->aad;
    parts[2] = request->signed_data;
    parts[3] = request->dst;
    parts[4] = request->result;
    parts[5] = parts[6] = (struct vcrypto_cursor){ NULL, 0, 0, 0 };
    if (request->stateless && request->params_known) {
        parts[5] = request->params.key;
        parts[6] = request->params.auth_key;
    }
}

static void check_same(const struct vcrypto_request *a, const struct vcrypto_request *b)
{
    struct vcrypto_cursor p[PARTS], q[PARTS];

    FUZZ_CHECK(a->early == b->early && a->late == b->late);
    if (a->early != VCRYPTO_OK) {
        return;
    }
    FUZZ_CHECK(a->service == b->service && a->stateless == b->stateless);
    FUZZ_CHECK(a->session_id == b->session_id && a->op_type == b->op_type);
    FUZZ_CHECK(a->operation == b->operation && a->direction == b->direction);
    if (a->late != VCRYPTO_OK) {
        return;
    }
    FUZZ_CHECK(a->iv_len == b->iv_len && a->iv_slot == b->iv_slot);
    FUZZ_CHECK(!memcmp(a->iv, b->iv, sizeof(a->iv)) && a->tag_len == b->tag_len);
    FUZZ_CHECK(!memcmp(&a->ranges, &b->ranges, sizeof(a->ranges)));
    parts_of(a, p);
    parts_of(b, q);
    for (unsigned i = 0; i < PARTS; i++) {
        FUZZ_CHECK(fuzz_same_bytes(p[i], q[i]));
    }
}

/* Where @part, of a stream in one piece at @base of @size bytes, begins; it must be in
 * there. What has no bytes is nowhere. */
static size_t place_in(const struct vcrypto_cursor *part, const uint8_t *base,
                       size_t size)
{
    struct vcrypto_cursor copy = *part;
    uint8_t *data;

    FUZZ_CHECK(vcrypto_cursor_chunk(&copy, &data) == part->left);
    FUZZ_CHECK(data >= base && part->left <= size &&
               (size_t)(data - base) <= size - part->left);
    return (size_t)(data - base);
}

/* @parts must follow each other without gaps from wherever the first begins. */
static void check_in_order(const struct vcrypto_cursor *const *parts, unsigned n,
                           const uint8_t *base, size_t size)
{
    size_t expected = 0;
    bool known = false;

    for (unsigned i = 0; i < n; i++) {
        if (parts[i]->left) {
            size_t place = place_in(parts[i], base, size);

            FUZZ_CHECK(!known || place == expected);
            expected = place + (size_t)parts[i]->left;
            known = true;
        }
    }
}

/* A request that may be run, out of pieces each of which is whole. */
static void check_accepted(const struct vcrypto_request *request)
{
    const struct iovec *out = request->chain.out, *in = request->chain.in;
    bool aad_first = request->stateless && request->service == VCRYPTO_SERVICE_CIPHER;
    const struct vcrypto_cursor *data[] = { aad_first ? &request->aad : &request->src,
                                            aad_first ? &request->src : &request->aad,
                                            &request->signed_data };
    const struct vcrypto_cursor *results[] = { &request->dst, &request->result };
    uint64_t sum = request->iv_len;

    FUZZ_CHECK(limits.services & 1u << request->service);
    FUZZ_CHECK(!request->stateless ||
               limits.features & 1u << (1 + (unsigned)request->service));
    check_in_order(data, 3, out->iov_base, out->iov_len);
    FUZZ_CHECK(in->iov_len);
    check_in_order(results, 2, in->iov_base, in->iov_len - 1);
    if (request->stateless) {
        const struct vcrypto_session_params *p = &request->params;
        const struct vcrypto_cursor *keys[] = { &p->key, &p->auth_key };

        FUZZ_CHECK(p->key.left == p->key_len);
        FUZZ_CHECK(!p->auth_key_len || p->auth_key.left == p->auth_key_len);
        check_in_order(keys, p->auth_key_len ? 2 : 1, out->iov_base, out->iov_len);
        sum += p->key_len + p->auth_key_len;
    }
    for (unsigned i = 0; i < 3; i++) {
        sum += data[i]->left;
    }
    sum += request->dst.left + request->result.left;
    FUZZ_CHECK(sum <= limits.max_size);
}

static bool is(const struct vcrypto_cursor *part, struct form_bytes bytes)
{
    struct vcrypto_cursor copy = *part;
    uint8_t seen[256];

    if (!bytes.len) {
        return !part->left;
    }
    return part->left == bytes.len && vcrypto_cursor_read(&copy, seen, bytes.len) &&
           !memcmp(seen, bytes.data, bytes.len);
}

/* @request was decoded of @operation's own bytes, and accepted. */
static void check_given_back(const struct vcrypto_request *request)
{
    const struct form_operation *o = &operation;

    FUZZ_CHECK(request->service == o->service);
    FUZZ_CHECK(is(&request->src, o->src) && is(&request->aad, o->aad) &&
               is(&request->signed_data, o->signed_data));
    FUZZ_CHECK(request->dst.left == o->dst_len &&
               request->result.left == o->result_len && request->iv_len == o->iv.len);
    FUZZ_CHECK(o->iv.len > 16 || !o->iv.len ||
               !memcmp(request->iv, o->iv.data, o->iv.len));
    FUZZ_CHECK(o->service != VCRYPTO_SERVICE_CIPHER ||
               request->op_type == 1u + o->chain);
    FUZZ_CHECK(!o->chain || (request->ranges.cipher_start == o->cipher_start &&
                             request->ranges.cipher_len == o->cipher_len &&
                             request->ranges.hash_start == o->hash_start &&
                             request->ranges.hash_len == o->hash_len));
    if (request->stateless) {
        const struct vcrypto_session_params *p = &request->params;

        FUZZ_CHECK(p->algorithm == o->algorithm && p->key_len == o->key.len &&
                   is(&p->key, o->key));
        FUZZ_CHECK(!o->chain ||
                   (p->auth_algorithm == o->auth_algorithm &&
                    p->chain_order == o->chain_order && p->hash_mode == o->hash_mode));
        FUZZ_CHECK(!o->auth_key.len || is(&p->auth_key, o->auth_key));
        FUZZ_CHECK(o->service != VCRYPTO_SERVICE_AKCIPHER ||
                   p->akcipher.key_type == o->key_type);
    } else {
        FUZZ_CHECK(o->service != VCRYPTO_SERVICE_AEAD ||
                   request->tag_len == o->tag_len);
    }
}

/* Whether a whole message of @form can be meant for nothing else, and is allowed. */
static bool must_be_taken(enum form form, size_t writable)
{
    const struct form_operation *o = &operation;
    uint64_t sum = (uint64_t)o->key.len + o->auth_key.len + o->iv.len + o->src.len +
                   o->aad.len + o->signed_data.len + o->dst_len + o->result_len;
    uint32_t services = limits.services, features = limits.features;

    /* Where forms differ by padding, some messages fit two. */
    if (form == FORM_PADDED || form == FORM_STATELESS_PADDED) {
        return false;
    }
    if (form == FORM_LEGACY ? features & 1 : !(features & 1)) {
        return false;
    }
    if (form == FORM_STATELESS && !(features & 2u << o->service)) {
        return false;
    }
    return services & 1u << o->service && sum <= limits.max_size && o->key.len <= 40 &&
           o->auth_key.len <= 40 && writable > (size_t)o->dst_len + o->result_len;
}

static void decode(struct vcrypto_request *request, const struct pieces *out,
                   const struct pieces *in)
{
    /* Nothing may be left of what was there before. */
    memset(request, 0x5a, sizeof(*request));
    request->chain = (struct vcrypto_chain){ out->iov, out->count, in->iov, in->count };
    vcrypto_wire_decode_data(&limits, request);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct vcrypto_request whole, cut;
    static uint8_t room[MESSAGE_MAX];
    struct fuzz_input input = { data, size };
    struct pieces out, in, many_out, many_in;
    enum form form;
    size_t writable;
    bool spoilt;

    for (size_t i = 0; i < sizeof(pattern); i++) {
        pattern[i] = (uint8_t)(i * 31 + (i >> 3));
    }
    fuzz_limits(&input, &limits);
    form = fuzz_u8(&input) % FORMS;
    some_operation(&input);
    fuzz_fill(&message, 0, MESSAGE_MAX);
    write_message(form, session_of(&input));
    spoilt = spoil(&input);
    writable = (size_t)operation.dst_len + operation.result_len + 1;
    if (fuzz_u8(&input) & 1) {
        writable = fuzz_u16(&input) % MESSAGE_MAX;
    }
    pieces_whole(&out, message.bytes, message.size);
    pieces_whole(&in, room, writable);
    pieces_cut(&many_out, &input, message.bytes, message.size);
    pieces_cut(&many_in, &input, room, writable);

    decode(&whole, &out, &in);
    decode(&cut, &many_out, &many_in);
    check_same(&whole, &cut);
    if (whole.early == VCRYPTO_OK && whole.late == VCRYPTO_OK) {
        check_accepted(&whole);
    }
    if (!spoilt && must_be_taken(form, writable)) {
        FUZZ_CHECK(whole.early == VCRYPTO_OK && whole.late == VCRYPTO_OK);
        check_given_back(&whole);
    }
    pieces_free(&out);
    pieces_free(&in);
    pieces_free(&many_out);
    pieces_free(&many_in);
    return 0;
}
