/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a request leaves in the driver's memory is its own result, zeros, or what was
 * there before. Never something of another request, whose data went through the same
 * buffers just before; and used.len covers only what was written.
 *
 * Each request runs twice, on two fillings of its memory: a byte that is like the
 * filling both times was not written.
 */
#include "stale-fixture.h"

#include "support/secrets.h"
#include "support/watchdog.h"

/* ---- secrets ---- */

static void run_secret(const struct form_operation *o, enum place place)
{
    struct faulty faulty = { .operation = *o };
    struct stage stages[VCRYPTO_MULTI_MAX / 4];
    size_t n = G_N_ELEMENTS(stages);

    for (size_t i = 0; i < n; i++) {
        lay(&stages[i], &faulty, FORM_STATELESS, 0, place, fillings[0]);
    }
    run_stages(stages, n);
    for (size_t i = 0; i < n; i++) {
        UT_EQ_U64(stages[i].request.status, VCRYPTO_OK);
        clear_stage(&stages[i]);
    }
}

/* Through every buffer that is used again; alone and side by side. */
static void run_secrets(void)
{
    static const enum place places[] = { WHOLE, ODD_PIECES, OVERLAPPING };
    uint32_t features = point.limits.features;
    size_t n;
    const struct form_operation *all = secret_operations(&n);

    point.limits.features = ALL_FEATURES;
    for (size_t i = 0; i < n; i++) {
        run_secret(&all[i], places[i % G_N_ELEMENTS(places)]);
    }
    point.limits.features = features;
}

/* ---- what is left behind ---- */

static bool written(const struct stage *pair, uint32_t at)
{
    return pair[0].room[at] != pair[0].before[at] ||
           pair[1].room[at] != pair[1].before[at];
}

/* Whatever a failure began is zeros. Of those here only a tag that does not verify
 * comes after the beginning: all others leave everything as it was. */
static void check_failure(const struct stage *pair)
{
    bool begun = pair->request.status == VCRYPTO_BADMSG;
    uint32_t size = pair->size, left = 0;

    for (uint32_t i = 0; i < size; i++) {
        if (written(pair, i)) {
            left += !begun || pair[0].room[i] != 0 || pair[1].room[i] != 0;
        }
    }
    UT_EQ_U64(left, 0);
    UT_TRUE(begun || pair->request.written == 0);
    UT_EQ_U64(vcrypto_serve_used_length(&pair->request, size), MIN(size, 1));
    UT_EQ_U64(pair->request.used, pair->request.written);
}

static void check_range(const struct stage *pair, uint64_t from, uint64_t to, bool was)
{
    unsigned wrong = 0;

    for (uint64_t i = from; i < to; i++) {
        wrong += written(pair, (uint32_t)i) != was;
    }
    UT_EQ_U64(wrong, 0);
}

/*
 * All of the result was written, and nothing else: not the gap before the digest of a
 * chain whose destination is longer than its source. What overlaps may be as it was.
 */
static void check_success(const struct stage *pair, enum place place,
                          const struct form_bytes *answer)
{
    const struct vcrypto_request *request = &pair->request;
    uint64_t digest = request->written - request->result.left;

    UT_EQ_U64(vcrypto_serve_used_length(request, pair->size), request->used + 1);
    if (place != OVERLAPPING) {
        check_range(pair, 0, request->used, true);
        check_range(pair, request->used, digest, false);
        check_range(pair, digest, request->written, true);
    }
    check_range(pair, request->written, pair->size, false);
    if (answer) {
        UT_EQ_U64(request->used, answer->len);
        UT_EQ_MEM(pair->room, answer->data, answer->len);
    }
}

/* What no algorithm takes. */
static bool must_fail(const struct faulty *faulty)
{
    const struct form_operation *o = &faulty->operation;

    switch (faulty->fault) {
    case FAULT_DST_SHORT:
        return !o->chain || o->dst_len < o->src.len;
    case FAULT_SESSION:
    case FAULT_RESULT_NONE:
    case FAULT_RESULT_LONG:
    case FAULT_ROOM:
        return true;
    case FAULT_SRC_CHANGED:
        return o->signed_data.len ||
               (o->service == VCRYPTO_SERVICE_AEAD && o->operation);
    default:
        return false;
    }
}

static void check_pair(const struct stage *pair, const struct faulty *faulty,
                       enum place place, const struct form_bytes *answer)
{
    UT_EQ_U64(pair[0].request.status, pair[1].request.status);
    if (pair->request.status == VCRYPTO_OK) {
        UT_TRUE(!must_fail(faulty));
        check_success(pair, place, answer);
    } else {
        UT_TRUE(!answer);
        check_failure(pair);
    }
    for (unsigned i = 0; i < FILLINGS; i++) {
        UT_TRUE(!secret_found(pair[i].room, pair[i].size));
    }
}

static bool can_overlap(const struct form_operation *o)
{
    return o->dst_len > SHIFT && o->src.len;
}

/* Returns the status. */
static enum vcrypto_status run_pair(const struct faulty *faulty, enum form form,
                                    uint64_t id, enum place place,
                                    const struct form_bytes *answer)
{
    struct stage pair[FILLINGS];
    enum vcrypto_status status;

    for (unsigned i = 0; i < FILLINGS; i++) {
        lay(&pair[i], faulty, form, id, place, fillings[i]);
        run_stages(&pair[i], 1);
    }
    check_pair(pair, faulty, place, answer);
    status = pair->request.status;
    for (unsigned i = 0; i < FILLINGS; i++) {
        clear_stage(&pair[i]);
    }
    return status;
}

static unsigned outcomes[2]; /* failures, successes */

static void check_fault(const char *name, const struct form_operation *o,
                        const struct form_bytes *answer, enum fault fault,
                        enum form form, uint64_t id)
{
    for (enum place place = 0; place < PLACES; place++) {
        struct faulty faulty;

        ut_context("%s, %s, %s, %s", name, form_name(form), fault_name(fault),
                   place_names[place]);
        if (!fault_make(fault, o, form_stateless(form), &faulty)) {
            return;
        }
        if (place != OVERLAPPING || can_overlap(&faulty.operation)) {
            enum vcrypto_status status = run_pair(
                &faulty, form, id, place,
                fault == FAULT_NONE || fault == FAULT_DST_LONG ? answer : NULL);

            outcomes[status == VCRYPTO_OK]++;
        }
        g_free(faulty.src);
    }
}

static void check_form(const char *name, const struct form_operation *o,
                       const struct form_bytes *answer, enum form form)
{
    uint32_t status = VCRYPTO_OK;
    uint64_t id = 0;

    use_form(form);
    if (!form_stateless(form)) {
        id = create(o, form, &status);
        UT_EQ_U64_FATAL(status, VCRYPTO_OK);
    }
    for (enum fault fault = 0; fault < FAULTS; fault++) {
        check_fault(name, o, answer, fault, form, id);
    }
    if (id) {
        destroy(o, form, id);
    }
}

static void check_operation(const char *name, const struct form_operation *o,
                            const struct form_bytes *answer)
{
    run_secrets();
    check_form(name, o, answer, FORM_LEGACY);
    check_form(name, o, answer, FORM_STATELESS);
}

/* Some algorithms have very many answers: whether @n came before the one at @i. */
static bool enough_of(const GArray *all, unsigned i, unsigned n)
{
    const struct form_operation *o =
        &g_array_index(all, struct known_answer, i).operation;
    unsigned before = 0;

    for (unsigned k = 0; k < i; k++) {
        const struct form_operation *p =
            &g_array_index(all, struct known_answer, k).operation;

        before += p->service == o->service && p->algorithm == o->algorithm &&
                  p->operation == o->operation && p->iv_slot == o->iv_slot;
    }
    return before >= n;
}

static void every_operation_with_every_fault(void)
{
    const GArray *all = known_answers();

    memset(outcomes, 0, sizeof(outcomes));
    for (unsigned i = 0; i < all->len; i++) {
        const struct known_answer *k = &g_array_index(all, struct known_answer, i);

        if (!enough_of(all, i, 2)) {
            check_operation(k->name, &k->operation, &k->answer);
        }
    }
    ut_note("%u failures, %u successes", outcomes[0], outcomes[1]);
    UT_TRUE(outcomes[0] > 1000 && outcomes[1] > 1000);
}

/* ---- chains ---- */

/* With every cipher that is offered; what the digest is of does not matter here. */
static struct form_operation chain_of(const struct form_operation *cipher,
                                      uint32_t order, bool keyed)
{
    struct form_operation o = *cipher;

    o.chain = true;
    o.chain_order = order;
    o.hash_mode = keyed ? VCRYPTO_HASH_MODE_AUTH : VCRYPTO_HASH_MODE_PLAIN;
    o.auth_algorithm = keyed ? VCRYPTO_MAC_HMAC_SHA_256 : VCRYPTO_HASH_SHA1;
    o.auth_key = keyed ? (struct form_bytes){ "sixteen by three", 16 } : o.auth_key;
    o.cipher_len = o.src.len;
    o.hash_len = o.src.len;
    o.dst_len = o.src.len + (keyed ? 0 : 9);
    o.result_len = 20;
    return o;
}

/* MACs that do not take what they are to be of. */
static const struct {
    uint32_t algorithm, key_len, result_len;
    uint32_t most; /* bytes that they are given, if there are as many */
} impossible[] = {
    { VCRYPTO_MAC_CBCMAC_AES, 16, 16, 5 },
    { VCRYPTO_MAC_GMAC_AES, 16, 16, 11 }, /* the iv is longer */
    { VCRYPTO_MAC_KASUMI_F9, 16, 4, 9 },
    { VCRYPTO_MAC_ZUC_EIA3, 16, 4, 16 }, /* there is nothing but the iv */
};

static struct form_operation chain_that_fails(const struct form_operation *cipher,
                                              uint32_t order, unsigned how)
{
    struct form_operation o = chain_of(cipher, order, true);

    o.auth_algorithm = impossible[how].algorithm;
    o.auth_key.len = impossible[how].key_len;
    o.hash_len = MIN(o.src.len, impossible[how].most);
    o.result_len = impossible[how].result_len;
    return o;
}

static bool mac_offered(uint32_t algorithm)
{
    return vcrypto_algorithm_find(VCRYPTO_SERVICE_MAC, algorithm) != NULL;
}

static void failing_chains_of(const struct known_answer *k)
{
    for (unsigned n = 0; n < 2 * G_N_ELEMENTS(impossible); n++) {
        struct form_operation o = chain_that_fails(&k->operation, 1 + n % 2, n / 2);

        if (mac_offered(o.auth_algorithm)) {
            check_operation(k->name, &o, NULL);
        }
    }
}

/* shows: SYM-9 */
static void every_chain_with_every_fault(void)
{
    const GArray *all = known_answers();

    memset(outcomes, 0, sizeof(outcomes));
    for (unsigned i = 0; i < all->len; i++) {
        const struct known_answer *k = &g_array_index(all, struct known_answer, i);

        if (k->operation.service != VCRYPTO_SERVICE_CIPHER || !k->operation.src.len ||
            enough_of(all, i, 1)) {
            continue;
        }
        for (uint32_t n = 0; n < 4; n++) {
            struct form_operation o = chain_of(&k->operation, 1 + n % 2, n / 2);

            check_operation(k->name, &o, NULL);
        }
        failing_chains_of(k);
    }
    ut_note("%u failures, %u successes", outcomes[0], outcomes[1]);
    UT_TRUE(outcomes[0] > 1000 && outcomes[1] > 1000);
}

/* ---- side by side ---- */

#define BATCH 32

/* Every second one has a fault, each time the next. Its status is as if it were alone.
 */
static void make_batch(const struct form_operation *o, enum form form,
                       struct faulty *batch)
{
    unsigned fault = 1;

    for (unsigned i = 0; i < BATCH; i++) {
        while (i % 2 &&
               !fault_make(fault % FAULTS, o, form_stateless(form), &batch[i])) {
            fault++;
        }
        if (i % 2) {
            fault++;
        } else {
            fault_make(FAULT_NONE, o, form_stateless(form), &batch[i]);
        }
    }
}

static void run_batch(const struct known_answer *k, enum form form, uint64_t id)
{
    struct stage *stages[FILLINGS];
    struct faulty batch[BATCH];

    make_batch(&k->operation, form, batch);
    for (unsigned f = 0; f < FILLINGS; f++) {
        stages[f] = g_new(struct stage, BATCH);
        for (unsigned i = 0; i < BATCH; i++) {
            lay(&stages[f][i], &batch[i], form, id, WHOLE, fillings[f]);
        }
        run_stages(stages[f], BATCH);
    }
    for (unsigned i = 0; i < BATCH; i++) {
        const struct stage pair[FILLINGS] = { stages[0][i], stages[1][i] };

        ut_context("%s, %s, request %u", k->name, form_name(form), i);
        check_pair(pair, &batch[i], WHOLE, i % 2 ? NULL : &k->answer);
        UT_EQ_U64(pair->request.status, run_pair(&batch[i], form, id, WHOLE, NULL));
        outcomes[pair->request.status == VCRYPTO_OK]++;
        clear_stage(&stages[0][i]);
        clear_stage(&stages[1][i]);
        g_free(batch[i].src);
    }
    g_free(stages[0]);
    g_free(stages[1]);
}

static void faults_among_requests_side_by_side(void)
{
    const GArray *all = known_answers();

    memset(outcomes, 0, sizeof(outcomes));
    for (unsigned i = 0; i < all->len; i++) {
        const struct known_answer *k = &g_array_index(all, struct known_answer, i);
        uint32_t status;
        uint64_t id;

        if (enough_of(all, i, 1)) {
            continue;
        }
        run_secrets();
        use_form(FORM_STATELESS);
        run_batch(k, FORM_STATELESS, 0);
        use_form(FORM_PADDED);
        id = create(&k->operation, FORM_PADDED, &status);
        run_batch(k, FORM_PADDED, id);
        destroy(&k->operation, FORM_PADDED, id);
    }
    ut_note("%u failures, %u successes", outcomes[0], outcomes[1]);
    UT_TRUE(outcomes[0] > 1000 && outcomes[1] > 1000);
}

/* ---- the control queue ---- */

#define MESSAGE_BYTES 72 /* without keys */

static void check_reply(GByteArray *bytes, uint32_t room, uint32_t status)
{
    struct iovec out = { bytes->data, bytes->len }, in = { NULL, room };
    struct vcrypto_chain chain = { &out, 1, &in, 1 };
    struct vcrypto_control_reply reply;
    uint8_t expected[VCRYPTO_CREATE_REPLY_SIZE] = { 0 };

    memset(&reply, GUARD, sizeof(reply));
    vcrypto_serve_control(&point, &chain, &reply);
    UT_TRUE(reply.size <= room);
    expected[room < VCRYPTO_CREATE_REPLY_SIZE ? 0 : 8] = (uint8_t)status;
    UT_EQ_MEM(reply.bytes, expected, reply.size);
}

/* What is refused is told in zeros and a status, whatever came before. */
static void replies_are_defined_to_their_last_byte(void)
{
    size_t n;
    const struct form_operation *all = secret_operations(&n);
    unsigned replies = 0;

    use_form(FORM_LEGACY);
    for (size_t i = 0; i < n; i++) {
        struct form_operation o = all[i];
        struct form_message message;

        run_secrets();
        use_form(FORM_LEGACY);
        o.algorithm = 63;
        o.auth_algorithm = 63;
        form_create(&o, FORM_LEGACY, &message);
        for (uint32_t cut_off = 0; cut_off < 60; cut_off += 4) {
            for (uint32_t room = 0; room < 24; room += 8, replies++) {
                g_autoptr(GByteArray) bytes = flatten(&message);
                uint32_t status = cut_off ? VCRYPTO_ERR : VCRYPTO_NOTSUPP;

                ut_context("secret %zu, %u bytes cut off, room for %u", i, cut_off,
                           room);
                if (cut_off) {
                    g_byte_array_set_size(bytes, MESSAGE_BYTES - cut_off);
                }
                check_reply(bytes, room, status);
            }
        }
    }
    ut_note("%u replies", replies);
}

int main(int argc, char **argv)
{
    static const struct ut_test tests[] = {
        { "every operation with every fault", every_operation_with_every_fault },
        { "every chain with every fault", every_chain_with_every_fault },
        { "faults among requests side by side", faults_among_requests_side_by_side },
        { "replies are defined to their last byte",
          replies_are_defined_to_their_last_byte },
        { NULL, NULL },
    };
    static const struct ut_suite suites[] = { { "stale", set_up, tear_down, tests },
                                              { NULL, NULL, NULL, NULL } };

    watchdog_limit(1500);
    return ut_main(argc, argv, suites);
}
