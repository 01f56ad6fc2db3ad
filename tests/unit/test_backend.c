/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a backend tells of itself: what it can do, and what it did. */
#include "forms-fixture.h"

#include "support/trap.h"

#define PAGE 4096

enum { CIPHER, HASH, MAC, AEAD, AKCIPHER };

static const uint8_t key[32] = "halves that differ from the rest";
static uint8_t data[600];

/* ---- the longest keys ---- */

static struct vcrypto_capabilities capabilities_with(uint32_t cipher, uint32_t auth,
                                                     uint32_t akcipher)
{
    struct vcrypto_backend_config with = config;
    struct vcrypto_capabilities can;
    const char *why;
    struct vcrypto_backend *backend;

    with.max_cipher_key_len = cipher;
    with.max_auth_key_len = auth;
    with.max_akcipher_key_len = akcipher;
    backend = vcrypto_backend_new(&with, &why);
    UT_TRUE_FATAL(backend != NULL);
    vcrypto_backend_capabilities(backend, &can);
    vcrypto_backend_free(backend);
    return can;
}

/* shows: CFG-11 */
static void longest_keys_are_those_that_some_algorithm_takes(void)
{
    struct vcrypto_capabilities can = capabilities_with(65536, 65536, 65536);

    UT_EQ_U64(can.max_cipher_key_len, 256); /* RC4's */
    UT_EQ_U64(can.max_auth_key_len, 65536); /* HMAC has no limit: the option's */
    UT_EQ_U64(can.max_akcipher_key_len, 65536);
    can = capabilities_with(48, 100, 300);
    UT_EQ_U64(can.max_cipher_key_len, 48);
    UT_EQ_U64(can.max_auth_key_len, 100);
    UT_EQ_U64(can.max_akcipher_key_len, 300);
}

/* ---- copies ---- */

static uint64_t bounces(void)
{
    struct vcrypto_queue_statistics statistics;

    vcrypto_backend_queue_statistics(point.backend, 0, &statistics);
    return statistics.bounces;
}

static uint64_t session_of(const struct form_operation *operation)
{
    uint32_t status;
    uint64_t id;

    use_form(FORM_EXACT);
    id = create(operation, FORM_EXACT, &status);
    UT_EQ_U64_FATAL(status, VCRYPTO_OK);
    return id;
}

/* A cipher and a MAC, both of the whole source. */
static const struct form_operation chain = { .service = CIPHER,
                                             .chain = true,
                                             .chain_order = VCRYPTO_HASH_THEN_CIPHER,
                                             .hash_mode = VCRYPTO_HASH_MODE_AUTH,
                                             .key = { key, 32 },
                                             .auth_key = { key, 16 },
                                             .iv = { data, 16 },
                                             .src = { data, 512 },
                                             .cipher_len = 512,
                                             .hash_len = 512,
                                             .dst_len = 512 };

/* With a source a few bytes behind the beginning of its destination. */
static void run_overlapping(const struct form_operation *operation, uint32_t shift)
{
    uint8_t room[sizeof(data) + 100];
    struct form_message message;
    struct vcrypto_request request = { 0 };
    struct iovec out[2], in = { room, 512 + operation->result_len + 1 };

    form_data(operation, FORM_EXACT, session_of(operation), &message);
    g_autoptr(GByteArray) bytes = flatten(&message);

    out[0] = (struct iovec){ bytes->data, bytes->len - 512 };
    out[1] = (struct iovec){ room + shift, 512 };
    memset(room, 0x77, sizeof(room));
    request.chain = (struct vcrypto_chain){ out, 2, &in, 1 };
    vcrypto_serve_decode(&point, &point.limits, &request, 1);
    UT_EQ_U64(vcrypto_serve_run(&point, 0, &request, 1, NULL), 1);
    UT_EQ_U64(request.status, VCRYPTO_OK);
}

static void chain_that_is_copied_is_counted(void)
{
    struct form_operation o = chain;
    uint64_t before = bounces();

    o.algorithm = VCRYPTO_CIPHER_AES_CBC;
    o.auth_algorithm = VCRYPTO_MAC_HMAC_SHA_256;
    o.result_len = 32;
    run_overlapping(&o, 0);
    UT_EQ_U64(bounces(), before);
    run_overlapping(&o, 5);
    UT_EQ_U64(bounces(), before + 1);
}

/* XTS is given all of its data at once, mobile networks' MACs a copy. */
static void chain_that_is_copied_twice_is_counted_once(void)
{
    struct form_operation o = chain;
    uint64_t before = bounces();

    if (!vcrypto_algorithm_find(VCRYPTO_SERVICE_MAC, VCRYPTO_MAC_SNOW3G_UIA2)) {
        UT_SKIP("no library here has two algorithms that copy");
    }
    o.algorithm = VCRYPTO_CIPHER_AES_XTS;
    o.auth_algorithm = VCRYPTO_MAC_SNOW3G_UIA2;
    o.result_len = 4;
    struct outcome outcome = run(&o, FORM_EXACT, session_of(&o), 100, 0);

    UT_EQ_U64(outcome.status, VCRYPTO_OK);
    g_free(outcome.bytes);
    UT_EQ_U64(bounces(), before + 1);
}

/* A page's end may be the end of the guest's memory: there the library gets copies. */
static void copies_of_requests_side_by_side_are_counted(void)
{
    const struct form_operation cmac = { .service = MAC,
                                         .algorithm = VCRYPTO_MAC_CMAC_AES,
                                         .key = { key, 16 },
                                         .src = { data, 50 },
                                         .result_len = 16 };
    uint8_t *memory = trap_memory(PAGE), rooms[4][17];
    struct vcrypto_request requests[4] = { 0 };
    struct iovec out[4], in[4];
    struct vcrypto_queue_statistics before, after;
    struct form_message message;

    form_data(&cmac, FORM_EXACT, session_of(&cmac), &message);
    g_autoptr(GByteArray) bytes = flatten(&message);
    uint8_t *at = memcpy(memory + PAGE - bytes->len, bytes->data, bytes->len);

    for (unsigned i = 0; i < G_N_ELEMENTS(requests); i++) {
        out[i] = (struct iovec){ at, bytes->len };
        in[i] = (struct iovec){ rooms[i], sizeof(rooms[i]) };
        requests[i].chain = (struct vcrypto_chain){ &out[i], 1, &in[i], 1 };
    }
    vcrypto_backend_queue_statistics(point.backend, 0, &before);
    vcrypto_serve_decode(&point, &point.limits, requests, G_N_ELEMENTS(requests));
    UT_EQ_U64(vcrypto_serve_run(&point, 0, requests, G_N_ELEMENTS(requests), NULL),
              G_N_ELEMENTS(requests));
    vcrypto_backend_queue_statistics(point.backend, 0, &after);
    trap_memory_free(memory, PAGE);
    UT_EQ_U64(after.bounces - before.bounces, after.together - before.together);
    if (after.together == before.together) {
        UT_SKIP("no library here does this side by side");
    }
    UT_EQ_U64(after.bounces - before.bounces, G_N_ELEMENTS(requests));
}

/* ---- what was begun, by operation ---- */

/* HASH and MAC have one operation. */
static unsigned operation_of(const struct form_operation *operation)
{
    return operation->service == VCRYPTO_SERVICE_HASH ||
                   operation->service == VCRYPTO_SERVICE_MAC
               ? 0
               : operation->operation;
}

struct figures {
    uint64_t requests[VCRYPTO_SERVICE_COUNT][VCRYPTO_OPERATIONS];
    uint64_t bytes[VCRYPTO_SERVICE_COUNT][VCRYPTO_OPERATIONS];
};

static void read_figures(struct figures *figures)
{
    for (unsigned s = 0; s < VCRYPTO_SERVICE_COUNT; s++) {
        for (unsigned o = 0; o < VCRYPTO_OPERATIONS; o++) {
            vcrypto_backend_operation_statistics(
                point.backend, s, o, &figures->requests[s][o], &figures->bytes[s][o]);
        }
    }
}

static void expect_figures(const struct figures *expected)
{
    struct figures now;

    read_figures(&now);
    UT_EQ_MEM(now.requests, expected->requests, sizeof(now.requests));
    UT_EQ_MEM(now.bytes, expected->bytes, sizeof(now.bytes));
}

/* Every known answer, on one queue or the other; then what is refused. */
static void operations_are_counted(void)
{
    const GArray *all = known_answers();
    struct figures counted;

    use_form(FORM_EXACT);
    read_figures(&counted);
    for (unsigned i = 0; i < all->len; i++) {
        const struct form_operation *o =
            &g_array_index(all, struct known_answer, i).operation;
        uint32_t status;
        uint64_t id = create(o, FORM_EXACT, &status);
        struct outcome outcome;

        UT_EQ_U64_FATAL(status, VCRYPTO_OK);
        outcome = run(o, FORM_EXACT, id, SIZE_MAX, i % 2);
        counted.requests[o->service][operation_of(o)]++;
        counted.bytes[o->service][operation_of(o)] += o->src.len;
        g_free(outcome.bytes);
        destroy(o, FORM_EXACT, id);
        outcome = run(o, FORM_EXACT, id, SIZE_MAX, i % 2); /* has no session any more */
        UT_EQ_U64(outcome.status, VCRYPTO_INVSESS);
        g_free(outcome.bytes);
    }
    expect_figures(&counted);
}

int main(int argc, char **argv)
{
    static const struct ut_test tests[] = {
        { "longest keys are those that some algorithm takes",
          longest_keys_are_those_that_some_algorithm_takes },
        { "chain that is copied is counted", chain_that_is_copied_is_counted },
        { "chain that is copied twice is counted once",
          chain_that_is_copied_twice_is_counted_once },
        { "operations are counted", operations_are_counted },
        { "copies of requests side by side are counted",
          copies_of_requests_side_by_side_are_counted },
        { NULL, NULL },
    };
    static const struct ut_suite suites[] = { { "backend", set_up, tear_down, tests },
                                              { NULL, NULL, NULL, NULL } };

    return ut_main(argc, argv, suites);
}
