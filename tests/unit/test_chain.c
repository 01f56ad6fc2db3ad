/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Algorithm chaining: every cipher with every hash and MAC, in both orders and both
 * directions, with ranges and aad, against what the same algorithms do one by one.
 * Those have published answers of their own (test_forms.c).
 */
#include "forms-fixture.h"

#define SRC_LEN 112

static uint8_t src[SRC_LEN], aad[24], iv[16];

/* One key for each kind of algorithm, of a length that it has. */
static const struct form_operation *example(uint32_t service, uint32_t algorithm)
{
    const GArray *all = known_answers();

    for (unsigned i = 0; i < all->len; i++) {
        const struct known_answer *k = &g_array_index(all, struct known_answer, i);

        if (k->operation.service == service && k->operation.algorithm == algorithm) {
            return &k->operation;
        }
    }
    UT_FAIL_FATAL("no known answer for algorithm %u of service %u", algorithm, service);
}

static int chain_set_up(void)
{
    for (unsigned i = 0; i < sizeof(src); i++) {
        src[i] = (uint8_t)(7 * i + 1);
    }
    for (unsigned i = 0; i < sizeof(aad); i++) {
        aad[i] = (uint8_t)(200 - i);
    }
    for (unsigned i = 0; i < sizeof(iv); i++) {
        iv[i] = (uint8_t)(i * i);
    }
    return set_up();
}

/* A chain, its parts chosen. */
struct chain {
    struct form_operation operation;
    uint8_t expected[SRC_LEN + VCRYPTO_MAX_DIGEST];
};

/* What the cipher alone makes of @len bytes at @data, in place. */
static void cipher_alone(const struct form_operation *chain, uint8_t *data,
                         uint32_t len)
{
    struct form_operation o = *chain;
    struct outcome outcome;

    o.chain = false;
    o.aad.len = 0;
    o.auth_key.len = 0;
    o.result_len = 0;
    o.src = (struct form_bytes){ data, len };
    o.dst_len = len;
    outcome = run(&o, FORM_STATELESS, 0, 4096, 0);
    UT_EQ_U64(outcome.status, VCRYPTO_OK);
    memcpy(data, outcome.bytes, len);
    g_free(outcome.bytes);
}

/* How long the iv is that leads the source of a MAC. */
static uint32_t lead_of(uint32_t mac)
{
    switch (mac) {
    case VCRYPTO_MAC_GMAC_AES:
    case VCRYPTO_MAC_GMAC_TWOFISH:
        return 12;
    case VCRYPTO_MAC_SNOW3G_UIA2:
    case VCRYPTO_MAC_ZUC_EIA3:
        return 16;
    default:
        return 0;
    }
}

/* The hash or MAC alone, of the aad and @len bytes at @data. Where an iv leads, it is
 * the first bytes of the data, and the aad comes after it. */
static void digest_alone(const struct form_operation *chain, const uint8_t *data,
                         uint32_t len, uint8_t *result)
{
    bool auth = chain->hash_mode == VCRYPTO_HASH_MODE_AUTH;
    uint32_t lead = auth ? lead_of(chain->auth_algorithm) : 0;
    g_autoptr(GByteArray) message = g_byte_array_new();
    struct form_operation o = { .service =
                                    auth ? VCRYPTO_SERVICE_MAC : VCRYPTO_SERVICE_HASH,
                                .algorithm = chain->auth_algorithm,
                                .key = chain->auth_key,
                                .result_len = chain->result_len };
    struct outcome outcome;

    g_byte_array_append(message, data, lead);
    g_byte_array_append(message, chain->aad.data, chain->aad.len);
    g_byte_array_append(message, data + lead, len - lead);
    o.src = (struct form_bytes){ message->data, message->len };
    outcome = run(&o, FORM_STATELESS, 0, 4096, 0);
    UT_EQ_U64(outcome.status, VCRYPTO_OK);
    memcpy(result, outcome.bytes, chain->result_len);
    g_free(outcome.bytes);
}

static void compose(struct chain *chain)
{
    const struct form_operation *o = &chain->operation;
    uint8_t *digest = chain->expected + SRC_LEN;

    memcpy(chain->expected, src, SRC_LEN);
    if (o->chain_order == VCRYPTO_HASH_THEN_CIPHER) {
        digest_alone(o, chain->expected + o->hash_start, o->hash_len, digest);
    }
    cipher_alone(o, chain->expected + o->cipher_start, o->cipher_len);
    if (o->chain_order == VCRYPTO_CIPHER_THEN_HASH) {
        digest_alone(o, chain->expected + o->hash_start, o->hash_len, digest);
    }
}

static void check(struct chain *chain)
{
    const struct form_operation *o = &chain->operation;

    use_form(FORM_STATELESS);
    compose(chain);
    for (enum form form = 0; form < FORMS; form++) {
        uint32_t status = VCRYPTO_OK;
        struct outcome outcome;
        uint64_t id;

        use_form(form);
        id = form_stateless(form) ? 0 : create(o, form, &status);
        UT_EQ_U64(status, VCRYPTO_OK);
        outcome = run(o, form, id, form == FORM_EXACT ? 5 : 4096, form % 2);
        UT_EQ_U64(outcome.status, VCRYPTO_OK);
        UT_EQ_U64(outcome.used, SRC_LEN + o->result_len + 1);
        UT_EQ_MEM(outcome.bytes, chain->expected, SRC_LEN + o->result_len);
        g_free(outcome.bytes);
        if (id) {
            UT_EQ_U64(destroy(o, form, id), VCRYPTO_OK);
        }
    }
}

static uint32_t natural(uint32_t service, uint32_t algorithm)
{
    return vcrypto_algorithm_find(service, algorithm)->result_len;
}

/* Ranges that overlap in part, of lengths that every algorithm takes. */
static struct chain make_chain(uint32_t cipher, uint32_t hash_mode, uint32_t auth)
{
    uint32_t service = hash_mode == VCRYPTO_HASH_MODE_AUTH ? VCRYPTO_SERVICE_MAC
                                                           : VCRYPTO_SERVICE_HASH;
    const struct form_operation *c = example(VCRYPTO_SERVICE_CIPHER, cipher);

    return (struct chain){ .operation = { .service = VCRYPTO_SERVICE_CIPHER,
                                          .chain = true,
                                          .algorithm = cipher,
                                          .key = c->key,
                                          .iv = { iv, c->iv.len },
                                          .src = { src, SRC_LEN },
                                          .dst_len = SRC_LEN,
                                          .hash_mode = hash_mode,
                                          .auth_algorithm = auth,
                                          .auth_key = example(service, auth)->key,
                                          .result_len = natural(service, auth),
                                          .cipher_start = 5,
                                          .cipher_len = 48,
                                          .hash_start = 16,
                                          .hash_len = 64 } };
}

static unsigned all_ways(struct chain chain)
{
    unsigned n = 0;

    for (unsigned way = 0; way < 8; way++, n++) {
        struct form_operation *o = &chain.operation;

        o->chain_order = 1 + (way & 1);
        o->operation = way >> 1 & 1;
        o->aad = (struct form_bytes){ aad, way & 4 ? 16 : 0 };
        ut_context("cipher %u, hash mode %u, algorithm %u, way %u", o->algorithm,
                   o->hash_mode, o->auth_algorithm, way);
        check(&chain);
    }
    return n;
}

/* shows: SYM-4 SYM-6 SYM-7 */
static void every_cipher_with_every_hash_and_mac(void)
{
    uint64_t ciphers = vcrypto_algorithms_mask(VCRYPTO_SERVICE_CIPHER);
    unsigned n = 0;

    for (uint32_t mode = VCRYPTO_HASH_MODE_PLAIN; mode <= VCRYPTO_HASH_MODE_AUTH;
         mode++) {
        uint64_t others = vcrypto_algorithms_mask(mode == VCRYPTO_HASH_MODE_AUTH
                                                      ? VCRYPTO_SERVICE_MAC
                                                      : VCRYPTO_SERVICE_HASH);

        for (uint32_t c = 0; c < 64; c++) {
            for (uint32_t a = 0; a < 64; a++) {
                if (ciphers >> c & 1 && others >> a & 1) {
                    n += all_ways(make_chain(c, mode, a));
                }
            }
        }
    }
    ut_note("%u chains in %u forms", n, FORMS);
}

static struct chain plain_chain(void)
{
    struct chain chain = make_chain(VCRYPTO_CIPHER_AES_CBC, VCRYPTO_HASH_MODE_PLAIN,
                                    VCRYPTO_HASH_SHA_256);

    chain.operation.chain_order = VCRYPTO_CIPHER_THEN_HASH;
    return chain;
}

static uint8_t status_of(const struct form_operation *o)
{
    struct outcome outcome = run(o, FORM_STATELESS, 0, 4096, 0);

    g_free(outcome.bytes);
    return outcome.status;
}

static void ranges_must_lie_in_the_source(void)
{
    static const struct {
        uint32_t cipher_start, cipher_len, hash_start, hash_len;
        enum vcrypto_status status;
    } cases[] = {
        { 0, SRC_LEN, 0, SRC_LEN, VCRYPTO_OK },
        { 0, 0, 0, 0, VCRYPTO_OK },
        { SRC_LEN, 0, SRC_LEN, 0, VCRYPTO_OK },
        { SRC_LEN - 16, 16, SRC_LEN - 1, 1, VCRYPTO_OK },
        { SRC_LEN - 15, 16, 0, 0, VCRYPTO_ERR },
        { 0, 0, SRC_LEN, 1, VCRYPTO_ERR },
        { 0, SRC_LEN + 16, 0, 0, VCRYPTO_ERR },
        { 0xfffffff0, 16, 0, 0, VCRYPTO_ERR },
        { 0xfffffff0, 32, 0, 0, VCRYPTO_ERR },
        { 0, 0, 0xffffffff, 2, VCRYPTO_ERR },
        { 0, 15, 0, 0, VCRYPTO_ERR }, /* not whole blocks */
    };

    use_form(FORM_STATELESS);
    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct chain chain = plain_chain();

        chain.operation.cipher_start = cases[i].cipher_start;
        chain.operation.cipher_len = cases[i].cipher_len;
        chain.operation.hash_start = cases[i].hash_start;
        chain.operation.hash_len = cases[i].hash_len;
        ut_context("case %u", i);
        UT_EQ_U64(status_of(&chain.operation), cases[i].status);
    }
}

/* shows: SYM-8 */
static void modes_and_orders_are_checked(void)
{
    struct chain chain = plain_chain();
    struct form_operation *o = &chain.operation;
    uint32_t status;

    use_form(FORM_STATELESS);
    o->hash_mode = VCRYPTO_HASH_MODE_NESTED;
    UT_EQ_U64(status_of(o), VCRYPTO_NOTSUPP);
    UT_EQ_U64(create(o, FORM_EXACT, &status), 0);
    UT_EQ_U64(status, VCRYPTO_NOTSUPP);
    o->hash_mode = 0;
    UT_EQ_U64(status_of(o), VCRYPTO_NOTSUPP);
    UT_EQ_U64(create(o, FORM_EXACT, &status), 0);
    UT_EQ_U64(status, VCRYPTO_NOTSUPP);
    o->hash_mode = VCRYPTO_HASH_MODE_PLAIN;
    o->auth_algorithm = 40;
    UT_EQ_U64(status_of(o), VCRYPTO_NOTSUPP);
    o->auth_algorithm = VCRYPTO_HASH_SHA_256;
    for (uint32_t order = 0; order < 4; order++) {
        o->chain_order = order;
        UT_EQ_U64(status_of(o), order == 1 || order == 2 ? VCRYPTO_OK : VCRYPTO_ERR);
    }
    o->chain_order = VCRYPTO_HASH_THEN_CIPHER;
    o->dst_len = SRC_LEN - 1;
    UT_EQ_U64(status_of(o), VCRYPTO_ERR);
}

/* The digest comes after all of the destination, however long that is said to be. */
static void a_longer_destination_keeps_its_gap(void)
{
    struct chain chain = plain_chain();
    struct form_operation *o = &chain.operation;
    struct outcome outcome;

    use_form(FORM_STATELESS);
    compose(&chain);
    o->dst_len = SRC_LEN + 10;
    outcome = run(o, FORM_STATELESS, 0, 7, 0);
    UT_EQ_U64(outcome.status, VCRYPTO_OK);
    UT_EQ_U64(outcome.used, SRC_LEN + 1);
    UT_EQ_MEM(outcome.bytes, chain.expected, SRC_LEN);
    for (unsigned i = SRC_LEN; i < SRC_LEN + 10; i++) {
        UT_EQ_U64(outcome.bytes[i], GUARD);
    }
    UT_EQ_MEM(outcome.bytes + SRC_LEN + 10, chain.expected + SRC_LEN, 32);
    g_free(outcome.bytes);
}

/* The destination begins before, at or behind the source, in the same memory. */
static void source_and_destination_may_overlap(void)
{
    struct chain chain = plain_chain();
    struct form_message message;

    for (int shift = -40; shift <= 40; shift += 8) {
        for (uint32_t order = 1; order <= 2; order++) {
            g_autofree uint8_t *memory = g_malloc0(SRC_LEN + 80);
            uint8_t digest[33];
            struct iovec out[4], in[2];
            struct vcrypto_request request;

            chain.operation.chain_order = order;
            use_form(FORM_STATELESS);
            compose(&chain);
            form_data(&chain.operation, FORM_STATELESS, 0, &message);
            memcpy(memory + 40, src, SRC_LEN);
            for (unsigned i = 0; i < message.n; i++) {
                out[i] = (struct iovec){ (void *)message.fields[i].data,
                                         message.fields[i].len };
            }
            out[3].iov_base = memory + 40;
            in[0] = (struct iovec){ memory + 40 + shift, SRC_LEN };
            in[1] = (struct iovec){ digest, sizeof(digest) };
            request.chain = (struct vcrypto_chain){ out, 4, in, 2 };
            vcrypto_serve_decode(&point, &point.limits, &request, 1);
            UT_EQ_U64(vcrypto_serve_run(&point, 0, &request, 1, NULL), 1);
            ut_context("shift %d, order %u", shift, order);
            UT_EQ_U64(request.status, VCRYPTO_OK);
            UT_EQ_MEM(in[0].iov_base, chain.expected, SRC_LEN);
            UT_EQ_MEM(digest, chain.expected + SRC_LEN, 32);
        }
    }
}

static void a_cipher_request_on_a_chain_is_invalid(void)
{
    struct chain chain = plain_chain();
    struct form_operation cipher = *example(VCRYPTO_SERVICE_CIPHER, 3);
    struct outcome outcome;
    uint32_t status;
    uint64_t id, cipher_id;

    use_form(FORM_LEGACY);
    id = create(&chain.operation, FORM_LEGACY, &status);
    UT_EQ_U64(status, VCRYPTO_OK);
    cipher_id = create(&cipher, FORM_LEGACY, &status);
    UT_EQ_U64(status, VCRYPTO_OK);
    outcome = run(&cipher, FORM_LEGACY, id, 4096, 0);
    UT_EQ_U64(outcome.status, VCRYPTO_INVSESS);
    g_free(outcome.bytes);
    outcome = run(&chain.operation, FORM_LEGACY, cipher_id, 4096, 0);
    UT_EQ_U64(outcome.status, VCRYPTO_INVSESS);
    g_free(outcome.bytes);
    UT_EQ_U64(destroy(&cipher, FORM_LEGACY, id), VCRYPTO_OK);
    UT_EQ_U64(destroy(&cipher, FORM_LEGACY, cipher_id), VCRYPTO_OK);
}

int main(int argc, char **argv)
{
    static const struct ut_test tests[] = {
        { "every cipher with every hash and MAC",
          every_cipher_with_every_hash_and_mac },
        { "ranges must lie in the source", ranges_must_lie_in_the_source },
        { "modes and orders are checked", modes_and_orders_are_checked },
        { "a longer destination keeps its gap", a_longer_destination_keeps_its_gap },
        { "source and destination may overlap", source_and_destination_may_overlap },
        { "a cipher request on a chain is invalid",
          a_cipher_request_on_a_chain_is_invalid },
        { NULL, NULL },
    };
    static const struct ut_suite suites[] = {
        { "chain", chain_set_up, tear_down, tests }, { NULL, NULL, NULL, NULL }
    };

    return ut_main(argc, argv, suites);
}
