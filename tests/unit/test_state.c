/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The state of a backend as bytes: sessions of every algorithm work in the backend that
 * loaded them, under the same ids; what was promised and cannot be kept is named; and
 * bytes that are cut off or changed are refused, or make a backend that works.
 *
 * The layout of the bytes is written down here once more, from docs/migration.md.
 */
#include "forms-fixture.h"

#include <inttypes.h>

#include "support/state-bytes.h"

#define HEADER  12
#define SECTION 8

/* Where the fields of the promises begin, in that section's content. */
enum {
    MAX_SIZE_AT = 0,
    CIPHER_KEY_AT = 8,
    AUTH_KEY_AT = 12,
    AKCIPHER_KEY_AT = 16,
    SESSIONS_AT = 20,
    QUEUES_AT = 24,
    OPTIONS_AT = 28,
    FEATURES_AT = 32,
    DATA_RING_AT = 36,
    CONTROL_RING_AT = 40
};

/* Where the keys of a session begin. */
#define KEYS_AT 72

static struct vcrypto_backend *there; /* the one that loads; point.backend saves */
static struct vcrypto_state_device saved, loaded;
static char why[VCRYPTO_STATE_MESSAGE];

static void describe(struct vcrypto_backend *backend,
                     struct vcrypto_state_device *device)
{
    memset(device, 0, sizeof(*device));
    vcrypto_backend_promises(backend, &device->promises);
    device->promises.options = 3;
    device->promises.features = ALL_FEATURES;
    device->promises.data_ring = device->promises.control_ring = 1024;
}

/* The engines stay ready from one test to the next. */
static int state_set_up(void)
{
    const char *reason;

    config.max_sessions = 4000;
    return vcrypto_algorithms_init(&reason) ? 0 : -1;
}

static void end(void)
{
    tear_down();
    vcrypto_backend_free(there);
    point.backend = there = NULL;
}

static int state_tear_down(void)
{
    end();
    vcrypto_algorithms_fini();
    return 0;
}

/* Before each test: two backends with which nothing was done. */
static void begin(void)
{
    const char *reason;

    end();
    UT_TRUE_FATAL(set_up() == 0);
    there = vcrypto_backend_new(&config, &reason);
    UT_TRUE_FATAL(there != NULL);
    use_form(FORM_EXACT);
    describe(point.backend, &saved);
    describe(there, &loaded);
    saved.features = 5;
    saved.failed = 1;
    saved.ready = 1;
    saved.queues[0] = (struct vcrypto_state_queue){ 256, 1 };
    saved.queues[1] = (struct vcrypto_state_queue){ 0, 2 };
    saved.queues[2] = (struct vcrypto_state_queue){ 1024, 3 };
}

/* Has the fixture's driver talk to the other backend, or to the first again. */
static void swap(void)
{
    struct vcrypto_backend *other = there;

    there = point.backend;
    point.backend = other;
}

static void expect_loaded(GByteArray *bytes)
{
    if (!state_bytes_load(there, &loaded, bytes, why, sizeof(why))) {
        UT_FAIL_FATAL("not loaded: %s", why);
    }
}

static void expect_no_statistics(void)
{
    struct vcrypto_counters counters;
    uint64_t requests, all, sum = 0;

    for (uint32_t queue = 0; queue < config.queues; queue++) {
        struct vcrypto_queue_statistics s;

        vcrypto_backend_queue_statistics(there, queue, &s);
        sum |= s.batches | s.bounces | s.together | s.unassigned.requests;
        for (size_t i = 0;
             vcrypto_backend_algorithm_statistics(there, queue, i, &counters); i++) {
            sum |= counters.requests | counters.bytes;
        }
    }
    for (unsigned i = 0; i < VCRYPTO_SERVICE_COUNT * VCRYPTO_OPERATIONS; i++) {
        vcrypto_backend_operation_statistics(there, i / VCRYPTO_OPERATIONS,
                                             i % VCRYPTO_OPERATIONS, &requests, &all);
        sum |= requests | all;
    }
    UT_EQ_U64(sum, 0);
}

static void expect_refused(GByteArray *bytes, const char *line)
{
    struct vcrypto_state_device before = loaded;

    strcpy(why, "?");
    UT_TRUE(!state_bytes_load(there, &loaded, bytes, why, sizeof(why)));
    UT_EQ_U64(vcrypto_backend_sessions(there), 0);
    UT_EQ_MEM(&loaded, &before, sizeof(before));
    expect_no_statistics();
    UT_TRUE(why[0] && why[0] != '?' && !strchr(why, '\n'));
    if (line) {
        UT_EQ_STR(why, line);
    }
}

/* ---- sessions that move ---- */

struct moved {
    struct form_operation operation;
    struct form_bytes answer;
    const char *name;
    uint64_t id;
};

static GArray *moved; /* struct moved */

static void add_moved(const struct form_operation *operation, struct form_bytes answer,
                      const char *name)
{
    struct moved one = { *operation, answer, name, 0 };
    uint32_t status;

    one.id = create(operation, FORM_EXACT, &status);
    ut_context("%s", name);
    UT_EQ_U64_FATAL(status, VCRYPTO_OK);
    g_array_append_val(moved, one);
}

static const struct known_answer *example(uint32_t service, uint32_t algorithm)
{
    const GArray *all = known_answers();

    for (unsigned i = 0; i < all->len; i++) {
        const struct known_answer *k = &g_array_index(all, struct known_answer, i);

        if (k->operation.service == service && k->operation.algorithm == algorithm) {
            return k;
        }
    }
    UT_FAIL_FATAL("no known answer for algorithm %u of service %u", algorithm, service);
}

/* A chain whose answer is what it gave before the move. */
static void add_chain(uint32_t cipher, uint32_t hash_mode, uint32_t auth,
                      uint32_t order)
{
    static const uint8_t src[64] = { 1, 2, 3 };
    const struct known_answer *c = example(VCRYPTO_SERVICE_CIPHER, cipher);
    bool mac = hash_mode == VCRYPTO_HASH_MODE_AUTH;
    const struct known_answer *a =
        example(mac ? VCRYPTO_SERVICE_MAC : VCRYPTO_SERVICE_HASH, auth);
    struct form_operation o = c->operation;
    struct outcome outcome;

    o.chain = true;
    o.chain_order = order;
    o.hash_mode = hash_mode;
    o.auth_algorithm = auth;
    o.auth_key = a->operation.key;
    o.result_len = 16;
    o.src = (struct form_bytes){ src, sizeof(src) };
    o.dst_len = sizeof(src);
    o.cipher_len = o.hash_len = sizeof(src);
    add_moved(&o, (struct form_bytes){ NULL, 0 }, "a chain");
    outcome = run(&o, FORM_EXACT, g_array_index(moved, struct moved, moved->len - 1).id,
                  4096, 0);
    UT_EQ_U64_FATAL(outcome.status, VCRYPTO_OK);
    g_array_index(moved, struct moved, moved->len - 1).answer =
        (struct form_bytes){ outcome.bytes, sizeof(src) + 16 };
}

static void free_moved(void)
{
    for (unsigned i = 0; i < moved->len; i++) {
        struct moved *one = &g_array_index(moved, struct moved, i);

        if (one->operation.chain) {
            g_free((void *)one->answer.data);
        }
    }
    g_array_unref(moved);
}

/* Sessions of each published answer, and chains of both modes and orders. */
static void make_sessions(void)
{
    const GArray *all = known_answers();

    moved = g_array_new(FALSE, FALSE, sizeof(struct moved));
    for (unsigned i = 0; i < all->len; i++) {
        const struct known_answer *k = &g_array_index(all, struct known_answer, i);

        add_moved(&k->operation, k->answer, k->name);
    }
    for (uint32_t order = 1; order <= 2; order++) {
        add_chain(VCRYPTO_CIPHER_AES_CBC, VCRYPTO_HASH_MODE_PLAIN, VCRYPTO_HASH_SHA_256,
                  order);
        add_chain(VCRYPTO_CIPHER_AES_CTR, VCRYPTO_HASH_MODE_AUTH,
                  VCRYPTO_MAC_HMAC_SHA_512, order);
    }
}

static void run_sessions(enum vcrypto_status expected)
{
    for (unsigned i = 0; i < moved->len; i++) {
        const struct moved *one = &g_array_index(moved, struct moved, i);
        struct outcome outcome = run(&one->operation, FORM_EXACT, one->id, 4096, i % 2);

        ut_context("%s", one->name);
        UT_EQ_U64(outcome.status, expected);
        if (expected == VCRYPTO_OK && outcome.status == VCRYPTO_OK) {
            UT_EQ_MEM(outcome.bytes, one->answer.data, one->answer.len);
        }
        g_free(outcome.bytes);
    }
    ut_context(NULL);
}

/* Whether each algorithm that is offered has a session. */
static void expect_all_algorithms(void)
{
    uint64_t seen[VCRYPTO_SERVICE_COUNT] = { 0 };

    for (unsigned i = 0; i < moved->len; i++) {
        const struct moved *one = &g_array_index(moved, struct moved, i);

        seen[one->operation.service] |= UINT64_C(1) << one->operation.algorithm;
    }
    for (unsigned s = 0; s < VCRYPTO_SERVICE_COUNT; s++) {
        ut_context("service %u", s);
        UT_EQ_U64(seen[s], saved.promises.algorithms[s]);
    }
    ut_context(NULL);
}

static void sessions_of_every_algorithm_work_where_they_went(void)
{
    begin();
    make_sessions();
    expect_all_algorithms();
    g_autoptr(GByteArray) bytes = state_bytes_save(point.backend, &saved);
    UT_TRUE_FATAL(bytes->len > 0);
    expect_loaded(bytes);
    UT_EQ_U64(vcrypto_backend_sessions(there), moved->len);
    ut_note("%u sessions, %u bytes", moved->len, bytes->len);
    swap();
    run_sessions(VCRYPTO_OK);
    swap();
    run_sessions(VCRYPTO_OK); /* saving took nothing from them */
    free_moved();
}

static void what_was_loaded_is_saved_the_same(void)
{
    begin();
    make_sessions();
    run_sessions(VCRYPTO_OK);
    vcrypto_backend_destroy_session(point.backend,
                                    g_array_index(moved, struct moved, 3).id);
    g_autoptr(GByteArray) bytes = state_bytes_save(point.backend, &saved);
    expect_loaded(bytes);
    UT_EQ_MEM(&loaded, &saved, sizeof(saved));
    g_autoptr(GByteArray) again = state_bytes_save(there, &loaded);
    UT_EQ_U64_FATAL(again->len, bytes->len);
    UT_EQ_MEM(again->data, bytes->data, bytes->len);
    free_moved();
}

/* ---- ids ---- */

static const struct form_operation *cheap(void)
{
    return &example(VCRYPTO_SERVICE_CIPHER, VCRYPTO_CIPHER_AES_CBC)->operation;
}

static uint64_t make_one(void)
{
    uint32_t status;
    uint64_t id = create(cheap(), FORM_EXACT, &status);

    UT_EQ_U64_FATAL(status, VCRYPTO_OK);
    return id;
}

static bool exists(uint64_t id)
{
    struct outcome outcome = run(cheap(), FORM_EXACT, id, 4096, 0);

    g_free(outcome.bytes);
    return outcome.status != VCRYPTO_INVSESS;
}

static void give_up(uint64_t id)
{
    UT_EQ_U64(vcrypto_backend_destroy_session(point.backend, id), VCRYPTO_OK);
}

/* What of these ids exists is what is marked, and none is given again. */
static void expect_ids(const uint64_t *ids, const bool *live, unsigned n)
{
    g_autoptr(GArray) fresh = g_array_new(FALSE, FALSE, sizeof(uint64_t));

    for (unsigned i = 0; i < n; i++) {
        ut_context("id 0x%" PRIx64, ids[i]);
        UT_TRUE(exists(ids[i]) == live[i]);
    }
    for (unsigned i = 0; i < 3 * n; i++) {
        uint64_t id = make_one();

        for (unsigned k = 0; k < n; k++) {
            UT_TRUE(ids[k] != id);
        }
        for (unsigned k = 0; k < fresh->len; k++) {
            UT_TRUE(g_array_index(fresh, uint64_t, k) != id);
        }
        g_array_append_val(fresh, id);
        if (i % 2) {
            give_up(id);
        }
    }
    ut_context(NULL);
}

/* shows: DES-2 */
static void ids_stay_and_those_that_are_gone_stay_gone(void)
{
    enum { N = 300 };
    uint64_t ids[N];
    bool live[N];

    begin();
    for (unsigned i = 0; i < N; i++) {
        ids[i] = make_one();
        live[i] = true;
        if (i % 3 == 1) { /* the next one gets its slot */
            give_up(ids[i]);
            live[i] = false;
        }
    }
    for (unsigned i = 0; i < N; i += 5) { /* these leave their slots free */
        if (live[i]) {
            give_up(ids[i]);
            live[i] = false;
        }
    }
    g_autoptr(GByteArray) bytes = state_bytes_save(point.backend, &saved);
    expect_loaded(bytes);
    swap();
    expect_ids(ids, live, N);
    swap();
}

/* shows: DES-2 */
static void ids_of_either_side_are_not_used_early(void)
{
    enum { N = 200 };
    uint64_t ids[2 * N];
    bool live[2 * N];

    begin();
    for (unsigned i = 0; i < N; i++) {
        ids[i] = make_one();
        live[i] = i % 2;
        if (!live[i]) {
            give_up(ids[i]);
        }
    }
    swap(); /* the other has a past of its own, and more of it */
    for (unsigned i = N; i < 2 * N; i++) {
        ids[i] = make_one();
        if (i % 4) {
            give_up(ids[i]);
        }
    }
    swap();
    g_autoptr(GByteArray) bytes = state_bytes_save(point.backend, &saved);
    expect_loaded(bytes);
    swap();
    for (unsigned i = N; i < 2 * N; i++) {
        live[i] = false;
        for (unsigned k = 0; k < N; k++) {
            live[i] |= ids[k] == ids[i] && live[k];
        }
    }
    for (unsigned i = 0; i < N; i++) {
        UT_TRUE(!live[i] || exists(ids[i]));
    }
    expect_ids(ids, live, 2 * N);
    swap();
}

/* A state moves on: what one side knew of a slot, the third knows. */
static void generations_are_handed_on(void)
{
    uint64_t first, last = 0;

    begin();
    first = make_one();
    swap();
    for (unsigned i = 0; i < 50; i++) {
        last = make_one();
        give_up(last);
    }
    swap();
    g_autoptr(GByteArray) bytes = state_bytes_save(point.backend, &saved);
    expect_loaded(bytes);
    g_autoptr(GByteArray) second = state_bytes_save(there, &loaded);
    swap();
    expect_loaded(second);
    swap();
    UT_TRUE(exists(first));
    give_up(first);
    UT_TRUE(make_one() >> 32 >= last >> 32);
}

static void a_full_table_stays_full(void)
{
    uint32_t status = VCRYPTO_OK;

    begin();
    for (unsigned i = 0; i < config.max_sessions; i++) {
        make_one();
    }
    g_autoptr(GByteArray) bytes = state_bytes_save(point.backend, &saved);
    expect_loaded(bytes);
    UT_EQ_U64(vcrypto_backend_sessions(there), config.max_sessions);
    swap();
    create(cheap(), FORM_EXACT, &status);
    UT_EQ_U64(status, VCRYPTO_NOSPC);
    vcrypto_backend_reset(point.backend);
    for (unsigned i = 0; i < config.max_sessions; i++) {
        make_one();
    }
    swap();
}

static void sessions_that_were_there_are_gone(void)
{
    uint64_t mine, theirs[3];

    begin();
    mine = make_one();
    swap();
    for (unsigned i = 0; i < G_N_ELEMENTS(theirs); i++) {
        theirs[i] = make_one();
        UT_TRUE(exists(theirs[i])); /* a context of it is kept */
    }
    swap();
    g_autoptr(GByteArray) bytes = state_bytes_save(point.backend, &saved);
    expect_loaded(bytes);
    swap();
    UT_EQ_U64(vcrypto_backend_sessions(point.backend), 1);
    UT_TRUE(exists(mine));
    for (unsigned i = 0; i < G_N_ELEMENTS(theirs); i++) {
        UT_TRUE(theirs[i] == mine || !exists(theirs[i]));
    }
    swap();
}

/* ---- statistics ---- */

static void expect_same_counters(const struct vcrypto_counters *a,
                                 const struct vcrypto_counters *b)
{
    UT_EQ_U64(a->requests, b->requests);
    UT_EQ_U64(a->bytes, b->bytes);
    for (unsigned i = 0; i < VCRYPTO_STATUS_COUNT; i++) {
        UT_EQ_U64(a->statuses[i], b->statuses[i]);
    }
}

static uint64_t expect_same_queue(uint32_t queue)
{
    struct vcrypto_queue_statistics a, b;
    struct vcrypto_counters of_a, of_b;
    uint64_t used = 0;

    ut_context("queue %u", queue);
    vcrypto_backend_queue_statistics(point.backend, queue, &a);
    vcrypto_backend_queue_statistics(there, queue, &b);
    UT_EQ_U64(a.batches, b.batches);
    UT_EQ_U64(a.bounces, b.bounces);
    UT_EQ_U64(a.together, b.together);
    expect_same_counters(&a.unassigned, &b.unassigned);
    for (size_t i = 0;
         vcrypto_backend_algorithm_statistics(point.backend, queue, i, &of_a); i++) {
        vcrypto_backend_algorithm_statistics(there, queue, i, &of_b);
        expect_same_counters(&of_a, &of_b);
        used += of_a.requests != 0;
    }
    return used;
}

static void expect_same_operations(void)
{
    for (unsigned i = 0; i < VCRYPTO_SERVICE_COUNT * VCRYPTO_OPERATIONS; i++) {
        unsigned service = i / VCRYPTO_OPERATIONS, operation = i % VCRYPTO_OPERATIONS;
        uint64_t a, a_bytes, b, b_bytes;

        vcrypto_backend_operation_statistics(point.backend, service, operation, &a,
                                             &a_bytes);
        vcrypto_backend_operation_statistics(there, service, operation, &b, &b_bytes);
        ut_context("operation %u of service %u", operation, service);
        UT_EQ_U64(a, b);
        UT_EQ_U64(a_bytes, b_bytes);
    }
    ut_context(NULL);
}

static void statistics_go_on(void)
{
    uint64_t used;

    begin();
    make_sessions();
    run_sessions(VCRYPTO_OK);
    vcrypto_backend_reset(point.backend);
    run_sessions(VCRYPTO_INVSESS);
    g_autoptr(GByteArray) bytes = state_bytes_save(point.backend, &saved);
    expect_loaded(bytes);
    used = expect_same_queue(0) + expect_same_queue(1);
    UT_TRUE(used > 60);
    expect_same_operations();
    free_moved();
}

/* What was counted here before belongs to another guest. */
static void statistics_are_not_added_up(void)
{
    begin();
    swap();
    make_sessions();
    run_sessions(VCRYPTO_OK);
    free_moved();
    swap();
    g_autoptr(GByteArray) bytes = state_bytes_save(point.backend, &saved);
    expect_loaded(bytes);
    UT_EQ_U64(expect_same_queue(0) + expect_same_queue(1), 0);
    expect_same_operations();
}

/* ---- bytes ---- */

/* The @n-th section of kind @kind, counted from 0; 0: there is none. */
static size_t find(const GByteArray *bytes, uint32_t kind, unsigned n)
{
    size_t at = HEADER;

    while (at < bytes->len) {
        if (state_bytes_get(bytes, at) == kind && n-- == 0) {
            return at;
        }
        at += SECTION + state_bytes_get(bytes, at + 4);
    }
    return 0;
}

static size_t section_size(const GByteArray *bytes, size_t at)
{
    return SECTION + state_bytes_get(bytes, at + 4);
}

/* A small state that has everything. */
static GByteArray *small_state(void)
{
    begin();
    moved = g_array_new(FALSE, FALSE, sizeof(struct moved));
    add_moved(cheap(), (struct form_bytes){ NULL, 0 }, "cheap");
    add_moved(&example(VCRYPTO_SERVICE_HASH, VCRYPTO_HASH_SHA_256)->operation,
              (struct form_bytes){ NULL, 0 }, "hash");
    add_moved(&example(VCRYPTO_SERVICE_MAC, VCRYPTO_MAC_CMAC_AES)->operation,
              (struct form_bytes){ NULL, 0 }, "mac");
    add_moved(&example(VCRYPTO_SERVICE_AEAD, VCRYPTO_AEAD_GCM)->operation,
              (struct form_bytes){ NULL, 0 }, "aead");
    add_moved(&example(VCRYPTO_SERVICE_AKCIPHER, VCRYPTO_AKCIPHER_RSA)->operation,
              (struct form_bytes){ NULL, 0 }, "rsa");
    add_moved(&example(VCRYPTO_SERVICE_AKCIPHER, VCRYPTO_AKCIPHER_ECDSA)->operation,
              (struct form_bytes){ NULL, 0 }, "ecdsa");
    add_chain(VCRYPTO_CIPHER_AES_CBC, VCRYPTO_HASH_MODE_AUTH, VCRYPTO_MAC_HMAC_SHA1, 1);
    exists(1);
    exists(99);
    give_up(make_one());
    return state_bytes_save(point.backend, &saved);
}

/* Requests with each session, whatever became of it, end with some status; and what is
 * made afterwards works. */
static void expect_working(void)
{
    uint32_t status;
    uint64_t id;

    swap();
    for (unsigned i = 0; i < moved->len; i++) {
        const struct moved *one = &g_array_index(moved, struct moved, i);
        struct outcome outcome = run(&one->operation, FORM_EXACT, one->id, 4096, i % 2);

        UT_TRUE(outcome.status < VCRYPTO_STATUS_COUNT);
        g_free(outcome.bytes);
    }
    id = create(cheap(), FORM_EXACT, &status);
    UT_EQ_U64(status, VCRYPTO_OK);
    for (unsigned i = 0; i < moved->len; i++) {
        UT_TRUE(g_array_index(moved, struct moved, i).id != id ||
                vcrypto_backend_sessions(point.backend) < moved->len);
    }
    UT_TRUE(exists(id));
    give_up(id);
    swap();
}

static void every_truncation_is_refused(void)
{
    g_autoptr(GByteArray) bytes = small_state();
    g_autoptr(GByteArray) part = g_byte_array_new();

    for (guint len = 0; len < bytes->len; len++) {
        ut_context("%u of %u bytes", len, bytes->len);
        g_byte_array_set_size(part, 0);
        g_byte_array_append(part, bytes->data, len);
        expect_refused(part, "the state ends early, or cannot be read");
    }
    ut_context(NULL);
    expect_loaded(bytes);
    expect_working();
    free_moved();
}

/* Nothing behind the end is read. */
static void what_follows_is_left_alone(void)
{
    g_autoptr(GByteArray) bytes = small_state();
    struct state_bytes source = { .all = bytes };
    guint len = bytes->len;

    g_byte_array_append(bytes, (const uint8_t *)"more", 4);
    UT_TRUE(vcrypto_backend_load(there, &loaded, state_bytes_source, &source, why,
                                 sizeof(why)));
    UT_EQ_U64(source.taken, len);
    free_moved();
}

/* Loads @bytes with one byte changed. */
static bool load_changed(GByteArray *bytes, guint at, uint8_t change)
{
    struct vcrypto_state_device device = loaded;
    bool taken;

    bytes->data[at] ^= change;
    ut_context("byte %u ^ 0x%02x", at, change);
    strcpy(why, "?");
    taken = state_bytes_load(there, &device, bytes, why, sizeof(why));
    bytes->data[at] ^= change;
    if (taken) {
        expect_working();
    } else {
        UT_EQ_U64(vcrypto_backend_sessions(there), 0);
        UT_TRUE(why[0] && why[0] != '?' && !strchr(why, '\n'));
    }
    return taken;
}

static void every_changed_byte_is_refused_or_does_no_harm(void)
{
    g_autoptr(GByteArray) bytes = small_state();
    unsigned taken = 0, refused = 0;

    for (guint at = 0; at < bytes->len; at++) {
        for (unsigned bit = 0; bit < 9; bit++) {
            uint8_t change = bit < 8 ? (uint8_t)(1u << bit) : 0xff;

            *(load_changed(bytes, at, change) ? &taken : &refused) += 1;
        }
    }
    ut_context(NULL);
    ut_note("%u bytes: %u changes loaded, %u refused", bytes->len, taken, refused);
    UT_TRUE(taken && refused > taken);
    expect_loaded(bytes);
    swap();
    UT_TRUE(exists(g_array_index(moved, struct moved, 0).id));
    swap();
    free_moved();
}

static void a_sink_and_a_source_may_fail_at_any_time(void)
{
    g_autoptr(GByteArray) bytes = small_state();
    size_t calls = 1;
    bool done = false;

    for (; !done; calls++) {
        struct state_bytes sink = { .all = g_byte_array_new(), .refuse = calls };

        done = vcrypto_backend_save(point.backend, &saved, state_bytes_sink, &sink);
        UT_TRUE(!sink.after_that && (!done || sink.all->len == bytes->len));
        g_byte_array_unref(sink.all);
    }
    UT_TRUE(calls > 60);
    for (calls = 1, done = false; !done; calls++) {
        struct state_bytes source = { .all = bytes, .refuse = calls };

        done = vcrypto_backend_load(there, &loaded, state_bytes_source, &source, why,
                                    sizeof(why));
        UT_TRUE(!source.after_that);
        UT_EQ_U64(vcrypto_backend_sessions(there), done ? moved->len : 0);
        if (!done) {
            UT_EQ_STR(why, "the state ends early, or cannot be read");
        }
    }
    UT_TRUE(calls > 120);
    free_moved();
}

/* ---- promises ---- */

/* What the guest was told of, and this side has less of. */
static void smaller_limits_are_named(void)
{
    static const struct {
        size_t offset;
        uint32_t here;
        const char *line;
    } cases[] = {
#define FIELD(field) offsetof(struct vcrypto_state_promises, field)
        { FIELD(queues), 1, "queues=2 (here 1)" },
        { FIELD(queues), 3, "queues=2 (here 3)" },
        { FIELD(max_sessions), 3999, "max-sessions=4000 (here 3999)" },
        { FIELD(max_cipher_key_len), 32, "max-cipher-key-len=256 (here 32)" },
        { FIELD(max_auth_key_len), 32, "max-auth-key-len=512 (here 32)" },
        { FIELD(max_akcipher_key_len), 4095, "max-akcipher-key-len=4096 (here 4095)" },
        { FIELD(data_ring), 512, "descriptors in a data queue's ring=1024 (here 512)" },
        { FIELD(control_ring), 64,
          "descriptors in the control queue's ring=1024 (here 64)" },
        { FIELD(options), 2, "padded-framing=on" },
        { FIELD(options), 0, "padded-framing=on, lenient-session-flag=on" },
        { FIELD(features), 0x3e, "mux=on" },
        { FIELD(features), 0x1d, "cipher-stateless=on, akcipher-stateless=on" },
        { FIELD(features), 0x23,
          "hash-stateless=on, mac-stateless=on, "
          "aead-stateless=on" },
    };

    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GByteArray) bytes = small_state();
        g_autofree char *line = g_strdup_printf(
            "the guest was promised what is not here: %s", cases[i].line);

        memcpy((char *)&loaded.promises + cases[i].offset, &cases[i].here, 4);
        ut_context("%s", cases[i].line);
        expect_refused(bytes, line);
        describe(there, &loaded);
        expect_loaded(bytes);
        free_moved();
    }
}

static void a_smaller_size_is_named(void)
{
    g_autoptr(GByteArray) bytes = small_state();

    /* Nothing that comes after the promises is looked at. */
    g_byte_array_set_size(bytes, (guint)find(bytes, DEVICE, 0) + SECTION);
    loaded.promises.max_size = MAX_SIZE - 1;
    expect_refused(bytes, "the guest was promised what is not here: max-size=1048576 "
                          "(here 1048575)");
    free_moved();
}

/* What another operator's options make of the other side. */
static void a_backend_with_less_says_so(void)
{
    struct vcrypto_backend_config less = config;
    g_autoptr(GByteArray) bytes = small_state();
    const char *reason;

    less.queues = 1;
    less.max_sessions = 10;
    less.max_cipher_key_len = 32;
    less.max_auth_key_len = 64;
    less.max_akcipher_key_len = 256;
    less.max_size = 4096;
    less.no_mac_iv_prefix = true;
    vcrypto_backend_free(there);
    there = vcrypto_backend_new(&less, &reason);
    UT_TRUE_FATAL(there != NULL);
    describe(there, &loaded);
    UT_TRUE(!state_bytes_load(there, &loaded, bytes, why, sizeof(why)));
    UT_TRUE(strstr(why, "gmac-aes, ") != NULL);
    UT_TRUE(g_str_has_suffix(
        why, ", queues=2 (here 1), max-size=1048576 (here 4096), max-sessions=4000 "
             "(here 10), max-cipher-key-len=256 (here 32), max-auth-key-len=512 (here "
             "64), max-akcipher-key-len=4096 (here 256)"));
    UT_EQ_U64(vcrypto_backend_sessions(there), 0);
    free_moved();
}

static void more_than_was_promised_is_right(void)
{
    struct vcrypto_state_promises *p = &saved.promises;

    begin();
    p->max_size--;
    p->max_sessions--;
    p->max_cipher_key_len--;
    p->max_auth_key_len--;
    p->max_akcipher_key_len--;
    p->options = 1;
    p->features = saved.features;
    p->data_ring = p->control_ring = 1024;
    loaded.promises.data_ring = loaded.promises.control_ring = 32768;
    p->algorithms[VCRYPTO_SERVICE_CIPHER] = 1u << VCRYPTO_CIPHER_AES_CBC;
    p->algorithms[VCRYPTO_SERVICE_AKCIPHER] = 0;
    make_one();
    g_autoptr(GByteArray) bytes = state_bytes_save(point.backend, &saved);
    expect_loaded(bytes);
    UT_EQ_U64(vcrypto_backend_sessions(there), 1);
    UT_EQ_MEM(&loaded, &saved, sizeof(saved));
}

/* shows what the line says of every algorithm, one by one and of all of them. */
static void missing_algorithms_are_named(void)
{
    g_autoptr(GByteArray) bytes = small_state();
    const struct vcrypto_algorithm *rows;
    size_t count;

    rows = vcrypto_algorithm_rows(&count);
    for (size_t i = 0; i < count; i++) {
        g_autofree char *line = g_strdup_printf(
            "the guest was promised what is not here: %s", rows[i].name);

        loaded.promises.algorithms[rows[i].service] &= ~(UINT64_C(1) << rows[i].id);
        expect_refused(bytes, line);
        describe(there, &loaded);
    }
    memset(&loaded.promises, 0, sizeof(loaded.promises));
    expect_refused(bytes, NULL);
    UT_TRUE(!strstr(why, "..."));
    for (size_t i = 0; i < count; i++) {
        UT_TRUE(strstr(why, rows[i].name));
    }
    UT_TRUE(strstr(why, "queues=2 (here 0)") && strstr(why, "akcipher-stateless=on"));
    ut_note("%zu characters", strlen(why));
    free_moved();
}

/* A line that has no room ends with dots, in a text of any length. */
static void a_line_fits_its_room(void)
{
    g_autoptr(GByteArray) bytes = small_state();

    memset(&loaded.promises, 0, sizeof(loaded.promises));
    for (size_t room = 1; room < 300; room++) {
        g_autofree char *text = g_malloc(room);

        UT_TRUE(!state_bytes_load(there, &loaded, bytes, text, room));
        UT_TRUE(memchr(text, 0, room) != NULL);
        UT_TRUE(room < 5 || strcmp(text + room - 4, "...") == 0);
    }
    free_moved();
}

static void an_algorithm_that_nobody_knows_is_named(void)
{
    g_autoptr(GByteArray) bytes = small_state();
    size_t at = find(bytes, ALGORITHM, 0);

    state_bytes_put(bytes, at + SECTION + 4, 61);
    expect_refused(bytes,
                   "the guest was promised what is not here: cipher algorithm 61");
    free_moved();
}

/* As of a library that has another set of key sizes. */
static void sizes_of_keys_are_named(void)
{
    g_autoptr(GByteArray) bytes = small_state();

    for (unsigned i = 0;; i++) {
        size_t at = find(bytes, ALGORITHM, i);

        UT_TRUE_FATAL(at != 0);
        if (state_bytes_get(bytes, at + 8) == VCRYPTO_SERVICE_CIPHER &&
            state_bytes_get(bytes, at + 12) == VCRYPTO_CIPHER_AES_CBC) {
            UT_EQ_U64(state_bytes_get(bytes, at + 16), 3);
            state_bytes_put(bytes, at + 20, 20);
            state_bytes_put(bytes, at + 24, 20);
            state_bytes_put(bytes, at + 32, 25);
            break;
        }
    }
    expect_refused(bytes, "the guest was promised what is not here: aes-cbc with keys "
                          "of 20 bytes, aes-cbc with keys of 24 to 25 bytes");
    free_moved();
}

/* What only the library can tell: the keys of asymmetric sessions are spoiled. */
static void keys_that_the_library_refuses_are_named(void)
{
    g_autoptr(GByteArray) bytes = small_state();
    size_t rsa = find(bytes, SESSION, 4), ecdsa = find(bytes, SESSION, 5);
    g_autofree char *line = g_strdup_printf(
        "the guest was promised what is not here: a session of rsa with a key of %u "
        "bytes, a session of ecdsa with a key of %u bytes",
        state_bytes_get(bytes, rsa + 4) - KEYS_AT,
        state_bytes_get(bytes, ecdsa + 4) - KEYS_AT);

    bytes->data[rsa + SECTION + KEYS_AT] ^= 0xff;
    bytes->data[ecdsa + SECTION + KEYS_AT] ^= 0xff;
    expect_refused(bytes, line);
    free_moved();
}

/* ---- bytes that no version writes ---- */

static void other_versions_and_sections_are_told(void)
{
    g_autoptr(GByteArray) bytes = small_state();
    size_t at = find(bytes, SESSION, 0);

    state_bytes_put(bytes, 8, 2);
    expect_refused(bytes, "the state has version 2, and this plugin knows version 1; "
                          "install the newer plugin here");
    state_bytes_put(bytes, 8, 1);
    bytes->data[0] ^= 1;
    expect_refused(bytes, "these bytes are no state of this device");
    bytes->data[0] ^= 1;
    state_bytes_put(bytes, at, 77);
    expect_refused(bytes, "the state, of version 1, has a section 77 that this plugin "
                          "does not know");
    state_bytes_put(bytes, at, SESSION);
    state_bytes_put(bytes, find(bytes, END, 0), END + 1);
    expect_refused(bytes, "the state, of version 1, has a section 10 that this plugin "
                          "does not know");
    free_moved();
}

/* The same bytes without, or with twice, the section at @at. */
static GByteArray *edited(const GByteArray *bytes, size_t at, unsigned times)
{
    GByteArray *other = g_byte_array_new();
    size_t size = section_size(bytes, at);

    g_byte_array_append(other, bytes->data, (guint)at);
    while (times--) {
        g_byte_array_append(other, bytes->data + at, (guint)size);
    }
    g_byte_array_append(other, bytes->data + at + size,
                        (guint)(bytes->len - at - size));
    return other;
}

static void sections_come_once_and_in_order(void)
{
    static const struct {
        uint32_t kind;
        unsigned times;
        const char *line;
    } cases[] = {
        { PROMISES, 0, "the state is damaged: algorithm comes before promises" },
        { PROMISES, 2, "the state is damaged: promises comes after promises" },
        { ALGORITHM, 2, "the state is damaged: algorithm 1 of service 0" },
        { ALGORITHM, 0, "the state is damaged: session 0x" },
        { DEVICE, 0, "the state is damaged: session comes before device" },
        { DEVICE, 2, "the state is damaged: device comes after device" },
        { SESSION, 0, "the state is damaged: it has 6 sessions of 7" },
        { SESSION, 2, "the state is damaged: session or slot 0x" },
        { END, 0, "the state ends early, or cannot be read" },
    };
    g_autoptr(GByteArray) bytes = small_state();

    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
        /* Of the algorithms, the one that the first session has. */
        unsigned which = cases[i].kind == ALGORITHM && !cases[i].times ? 2 : 0;
        g_autoptr(GByteArray) other =
            edited(bytes, find(bytes, cases[i].kind, which), cases[i].times);

        ut_context("case %u", i);
        expect_refused(other, NULL);
        UT_TRUE(g_str_has_prefix(why, cases[i].line));
        if (!g_str_has_prefix(why, cases[i].line)) {
            ut_note("%s", why);
        }
    }
    ut_context(NULL);
    free_moved();
}

/* A field of the first section of a kind, changed to what cannot be. */
static void fields_are_bounded(void)
{
    static const struct {
        uint32_t kind;
        size_t at; /* in the content; or SIZE_MAX: the length itself */
        uint32_t value;
        const char *line;
    } cases[] = {
        { PROMISES, QUEUES_AT, 0, "0 data queues" },
        { PROMISES, QUEUES_AT, 65, "65 data queues" },
        { PROMISES, SIZE_MAX, 0xffffffff, "promises has 4294967295 bytes" },
        { ALGORITHM, 0, 5, "algorithm 1 of service 5" },
        { ALGORITHM, 4, 64, "algorithm 64 of service 0" },
        { ALGORITHM, 8, 0, "arc4 has 0 sizes of keys" },
        { ALGORITHM, 8, 0x20000001, "arc4 has 536870913 sizes of keys" },
        { ALGORITHM, 12, 0, "arc4 has keys of 0 to 256 bytes" },
        { ALGORITHM, 16, 1, "arc4 has keys of" },
        { DEVICE, 0, 0x40, "features 0x40 of a device that offers 0x3f" },
        { DEVICE, 4, 2, "failed 2, ready 1" },
        { DEVICE, 8, 2, "failed 1, ready 2" },
        { DEVICE, 12, 2, "2 queues" },
        { DEVICE, 12, 0x20000003, "536870915 queues" },
        { DEVICE, 16, 1025, "queue 0 has a ring of 1025 and the flags 0x1" },
        { DEVICE, 20, 4, "queue 0 has a ring of 256 and the flags 0x4" },
        { SESSION, 0, 0, "session 0x" },                  /* id */
        { SESSION, 0, 4001, "session or slot 0x" },       /* beyond the last */
        { SESSION, 4, 0xffffffff, "session 0xffffffff" }, /* behind its slot's */
        { SESSION, 12, 5, "session 0x" },                 /* service */
        { SESSION, 12, VCRYPTO_SERVICE_MAC, "session 0x" },
        { SESSION, 16, 0, "session 0x" }, /* operation */
        { SESSION, 16, VCRYPTO_OP_TYPE_CHAINING, "session 0x" },
        { SESSION, 20, 0, "session 0x" }, /* algorithm */
        { SESSION, 20, 63, "session 0x" },
        { SESSION, 20, 0xffffffff, "session 0x" },
        { SESSION, 40, VCRYPTO_HASH_MODE_PLAIN, "session 0x" }, /* hash mode */
        { SESSION, 40, VCRYPTO_HASH_MODE_NESTED, "session 0x" },
        { SESSION, 44, 1, "session 0x" },  /* algorithm of a chain that is none */
        { SESSION, 64, 65, "session 0x" }, /* length of the key */
        { SESSION, 64, 0xffffffff, "session 0x" },
        { SESSION, 68, 1, "session 0x" },
        { SESSION, SIZE_MAX, 72 + 2 * 65536 + 1, "session has 131145 bytes" },
        { FREE_SLOTS, 0, 0, "0 free slots" },
        { FREE_SLOTS, 0, 0x20000001, "536870913 free slots" },
        { FREE_SLOTS, 4, 0, "session or slot 0x0 comes twice" },
        { FREE_SLOTS, 4, 4000, "session or slot 0xfa0 is beyond the last" },
        { QUEUE_STATISTICS, 0, 2, "statistics of queue 2" },
        { OPERATION_STATISTICS, 0, 2, "statistics of queue 2" },
        { OPERATION_STATISTICS, 4, 5, "statistics of operation 0 of service 5" },
        { OPERATION_STATISTICS, 8, 4, "statistics of operation 4 of service 0" },
        { ALGORITHM_STATISTICS, 0, 64, "statistics of queue 64" },
        { END, 0, 8, "it has 7 sessions of 8" },
    };

    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GByteArray) bytes = small_state();
        size_t section = find(bytes, cases[i].kind, 0);
        g_autofree char *line =
            g_strdup_printf("the state is damaged: %s", cases[i].line);

        UT_TRUE_FATAL(section != 0);
        ut_context("case %u: %s", i, cases[i].line);
        state_bytes_put(bytes,
                        cases[i].at == SIZE_MAX ? section + 4
                                                : section + SECTION + cases[i].at,
                        cases[i].value);
        expect_refused(bytes, NULL);
        if (!UT_TRUE(g_str_has_prefix(why, line))) {
            ut_note("%s", why);
        }
        free_moved();
    }
    ut_context(NULL);
}

/* A chain says so, whatever else it has of one. */
static void a_session_of_a_cipher_has_no_hash(void)
{
    g_autoptr(GByteArray) bytes = small_state();
    size_t content = find(bytes, SESSION, 0) + SECTION;

    UT_EQ_U64(state_bytes_get(bytes, content + 16), VCRYPTO_OP_TYPE_CIPHER);
    state_bytes_put(bytes, content + 36, VCRYPTO_HASH_THEN_CIPHER);
    state_bytes_put(bytes, content + 40, VCRYPTO_HASH_MODE_PLAIN);
    state_bytes_put(bytes, content + 44, VCRYPTO_HASH_SHA_256);
    expect_refused(bytes, "the state is damaged: session 0x1 cannot be");
    state_bytes_put(bytes, content + 16, VCRYPTO_OP_TYPE_CHAINING);
    expect_loaded(bytes);
    free_moved();
}

/* Of an algorithm that is not promised any more, and that nobody has here. */
static void unknown_statistics_are_left_out(void)
{
    g_autoptr(GByteArray) bytes = small_state();
    size_t at = find(bytes, ALGORITHM_STATISTICS, 0);

    UT_TRUE_FATAL(at != 0);
    state_bytes_put(bytes, at + SECTION + 4, 77);
    expect_loaded(bytes);
    free_moved();
}

int main(int argc, char **argv)
{
    static const struct ut_test tests[] = {
        { "sessions of every algorithm work where they went",
          sessions_of_every_algorithm_work_where_they_went },
        { "what was loaded is saved the same", what_was_loaded_is_saved_the_same },
        { "ids stay, and those that are gone stay gone",
          ids_stay_and_those_that_are_gone_stay_gone },
        { "ids of either side are not used early",
          ids_of_either_side_are_not_used_early },
        { "generations are handed on", generations_are_handed_on },
        { "a full table stays full", a_full_table_stays_full },
        { "sessions that were there are gone", sessions_that_were_there_are_gone },
        { "statistics go on", statistics_go_on },
        { "statistics are not added up", statistics_are_not_added_up },
        { NULL, NULL },
    };
    static const struct ut_test byte_tests[] = {
        { "every truncation is refused", every_truncation_is_refused },
        { "what follows is left alone", what_follows_is_left_alone },
        { "every changed byte is refused or does no harm",
          every_changed_byte_is_refused_or_does_no_harm },
        { "a sink and a source may fail at any time",
          a_sink_and_a_source_may_fail_at_any_time },
        { "other versions and sections are told",
          other_versions_and_sections_are_told },
        { "sections come once and in order", sections_come_once_and_in_order },
        { "fields are bounded", fields_are_bounded },
        { "a session of a cipher has no hash", a_session_of_a_cipher_has_no_hash },
        { "unknown statistics are left out", unknown_statistics_are_left_out },
        { NULL, NULL },
    };
    static const struct ut_test promise_tests[] = {
        { "smaller limits are named", smaller_limits_are_named },
        { "a smaller size is named", a_smaller_size_is_named },
        { "a backend with less says so", a_backend_with_less_says_so },
        { "more than was promised is right", more_than_was_promised_is_right },
        { "missing algorithms are named", missing_algorithms_are_named },
        { "a line fits its room", a_line_fits_its_room },
        { "an algorithm that nobody knows is named",
          an_algorithm_that_nobody_knows_is_named },
        { "sizes of keys are named", sizes_of_keys_are_named },
        { "keys that the library refuses are named",
          keys_that_the_library_refuses_are_named },
        { NULL, NULL },
    };
    static const struct ut_suite suites[] = {
        { "state", state_set_up, state_tear_down, tests },
        { "state's bytes", state_set_up, state_tear_down, byte_tests },
        { "state's promises", state_set_up, state_tear_down, promise_tests },
        { NULL, NULL, NULL, NULL },
    };

    return ut_main(argc, argv, suites);
}
