/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a device leaves in guest memory is the request's own result, zeros, or what was
 * there before, in every layout of descriptors. Never something of the requests before
 * it, which carried one known text through all of the queue's buffers.
 */
#include "form.h"
#include "support/faults.h"
#include "support/operations.h"
#include "support/secrets.h"
#include "support/ut.h"

#include <glib.h>
#include <string.h>

#define MAX_SESSIONS   8
#define TOGETHER       16 /* requests with secrets of a kind at a time */
#define LAYOUTS        (QT_LAYOUTS + 1)
#define NO_SESSION     UINT64_C(0x123456789a)
#define SLACK          40
#define NO_ALGORITHM   63
#define KEY_LEN_OFFSET 20 /* in the request for a CIPHER session */

static struct qt_machine *machine;
static struct qt_crypto *crypto;
static uint64_t mark;
static unsigned outcomes[2]; /* failures, successes */

static int start(void)
{
    g_autofree char *options = NULL;

    if (!qt_plugin()) {
        return 0;
    }
    options = g_strdup_printf(",max-sessions=%d", MAX_SESSIONS);
    machine = qt_form_machine(options);
    if (!machine) {
        return -1;
    }
    crypto = qt_crypto_open(machine, 0, qt_form_features(FORM_STATELESS));
    mark = qt_mem_mark(&machine->mem);
    return 0;
}

static int stop(void)
{
    qt_crypto_close(crypto);
    return qt_machine_stop(machine);
}

static enum qt_layout layout_of(unsigned i)
{
    return i < QT_LAYOUTS ? (enum qt_layout)i : QT_FIELDS;
}

/* ---- secrets ---- */

static void run_secret(const struct form_operation *o, enum qt_layout layout)
{
    struct qt_vring *vq = crypto->data[0];
    struct qt_xfer xfers[TOGETHER];
    struct form_message message;

    form_data(o, FORM_STATELESS, 0, &message);
    for (unsigned i = 0; i < TOGETHER; i++) {
        xfers[i] = qt_form_xfer(o, &message, layout);
        qt_xfer_add(vq, &xfers[i]);
    }
    qt_vring_kick(vq);
    for (unsigned i = 0; i < TOGETHER; i++) {
        uint32_t id, len;

        UT_TRUE_FATAL(qt_vring_wait(vq, QT_TIMEOUT_MS, &id, &len));
    }
    for (unsigned i = 0; i < TOGETHER; i++) {
        qt_xfer_complete(&xfers[i], 0);
        UT_EQ_U64(xfers[i].result[xfers[i].result_len - 1], QT_OK);
        qt_xfer_release(&xfers[i]);
    }
    qt_mem_reset(&machine->mem, mark);
}

/* In pieces it goes through other buffers than in one. */
static void run_secrets(void)
{
    size_t n;
    const struct form_operation *all = secret_operations(&n);

    for (size_t i = 0; i < n; i++) {
        run_secret(&all[i], i % 2 ? QT_ONE_READABLE : QT_FIELDS);
    }
}

/* ---- one request ---- */

/* Whether all that changed before the status became zeros. */
static bool only_zeros(const uint8_t *before, const struct qt_xfer *xfer)
{
    for (uint32_t i = 0; i + 1 < xfer->result_len; i++) {
        if (xfer->result[i] != before[i] && xfer->result[i]) {
            return false;
        }
    }
    return true;
}

/* Of a chain with room to spare, what lies before the digest is nobody's. */
static uint32_t end_of_result(const struct form_operation *o, uint32_t used)
{
    return o->chain ? o->dst_len + o->result_len : used - 1;
}

static void check_answer(const struct faulty *faulty, const struct qt_xfer *xfer,
                         const uint8_t *before, const struct form_bytes *answer)
{
    const struct form_operation *o = &faulty->operation;
    uint8_t status = xfer->result[xfer->result_len - 1];

    outcomes[status == QT_OK]++;
    if (status != QT_OK) {
        UT_TRUE(status <= QT_KEY_REJECTED);
        UT_EQ_U64(xfer->used_len, 1);
        UT_TRUE(!answer);
        UT_TRUE(only_zeros(before, xfer));
        qt_xfer_check(xfer, xfer->result_len - 1, true);
        return;
    }
    if (o->chain && o->dst_len > o->src.len) {
        UT_EQ_U64(xfer->used_len, o->src.len + 1);
        UT_EQ_MEM(xfer->result + o->src.len, before + o->src.len,
                  o->dst_len - o->src.len);
    }
    qt_xfer_check(xfer, end_of_result(o, xfer->used_len), true);
    if (answer) {
        UT_EQ_U64(xfer->used_len, answer->len + 1);
        UT_EQ_MEM(xfer->result, answer->data, answer->len);
    }
}

/* The status, a while behind the results. */
static void spread(const struct faulty *faulty, struct qt_xfer *xfer)
{
    if (faulty->short_room) {
        xfer->in[0] -= faulty->short_room;
    } else {
        xfer->in[xfer->n_in - 1] += SLACK;
    }
}

static void run_one(const struct faulty *faulty, enum form form, uint64_t id,
                    enum qt_layout layout, const struct form_bytes *answer)
{
    struct qt_vring *vq = crypto->data[0];
    struct form_message message;
    struct qt_xfer xfer;
    g_autofree uint8_t *before = NULL;
    uint32_t head, len;

    form_data(&faulty->operation, form, faulty->no_session ? NO_SESSION : id, &message);
    xfer = qt_form_xfer(&faulty->operation, &message, layout);
    spread(faulty, &xfer);
    if (qt_xfer_descriptors(&xfer) > vq->size) {
        return;
    }
    qt_xfer_add(vq, &xfer);
    qt_xfer_complete(&xfer, 0);
    before = g_memdup2(xfer.result, xfer.result_len);
    qt_vring_kick(vq);
    UT_TRUE_FATAL(qt_vring_wait(vq, QT_TIMEOUT_MS, &head, &len));
    qt_xfer_complete(&xfer, len);
    check_answer(faulty, &xfer, before, answer);
    UT_TRUE(!secret_found(xfer.result, xfer.result_len));
    qt_xfer_release(&xfer);
    qt_mem_reset(&machine->mem, mark);
}

static void check_fault(const char *name, const struct form_operation *o,
                        const struct form_bytes *answer, enum fault fault,
                        enum form form, uint64_t id)
{
    bool fine = fault == FAULT_NONE || fault == FAULT_DST_LONG;

    for (unsigned i = 0; i < LAYOUTS; i++) {
        struct faulty faulty;

        ut_context("%s, %s, %s, %s", name, form_name(form), fault_name(fault),
                   qt_layout_name(layout_of(i)));
        if (!fault_make(fault, o, form_stateless(form), &faulty)) {
            return;
        }
        run_one(&faulty, form, id, layout_of(i), fine ? answer : NULL);
        g_free(faulty.src);
    }
}

static void check_operation(const char *name, const struct form_operation *o,
                            const struct form_bytes *answer)
{
    uint64_t id = qt_form_session(crypto, o, FORM_PADDED);

    run_secrets();
    for (enum fault fault = 0; fault < FAULTS; fault++) {
        check_fault(name, o, answer, fault, FORM_PADDED, id);
        check_fault(name, o, answer, fault, FORM_STATELESS, 0);
    }
    UT_EQ_U64(qt_form_destroy(crypto, o, FORM_PADDED, id), QT_OK);
}

/* ---- tests ---- */

/* The first known answer of each operation. */
static bool is_first(const GArray *all, unsigned i)
{
    const struct form_operation *o =
        &g_array_index(all, struct known_answer, i).operation;

    for (unsigned k = 0; k < i; k++) {
        const struct form_operation *p =
            &g_array_index(all, struct known_answer, k).operation;

        if (p->service == o->service && p->algorithm == o->algorithm &&
            p->operation == o->operation) {
            return false;
        }
    }
    return true;
}

static void only_results_and_zeros_are_left(void)
{
    const GArray *all = known_answers();

    QT_NEED(machine);
    memset(outcomes, 0, sizeof(outcomes));
    for (unsigned i = 0; i < all->len; i++) {
        const struct known_answer *k = &g_array_index(all, struct known_answer, i);

        if (is_first(all, i)) {
            check_operation(k->name, &k->operation, &k->answer);
        }
    }
    ut_note("%u failures, %u successes", outcomes[0], outcomes[1]);
    UT_TRUE(outcomes[0] > 1000 && outcomes[1] > 1000);
}

/* Of @cipher; the digest, at the end, of one byte less than CBC-MAC takes, or not. */
static struct form_operation chain_of(const struct form_operation *cipher,
                                      uint32_t order, bool fails)
{
    struct form_operation o = *cipher;

    o.chain = true;
    o.chain_order = order;
    o.hash_mode = 2;       /* with a key */
    o.auth_algorithm = 49; /* CBC-MAC with AES */
    o.auth_key = (struct form_bytes){ "sixteen by three", 16 };
    o.cipher_len = o.src.len;
    o.hash_len = o.src.len / 16 * 16 - fails;
    o.dst_len = o.src.len + 11;
    o.result_len = 16;
    return o;
}

static void chains_leave_only_results_and_zeros(void)
{
    const GArray *all = known_answers();

    QT_NEED(machine);
    memset(outcomes, 0, sizeof(outcomes));
    for (unsigned i = 0; i < all->len; i++) {
        const struct known_answer *k = &g_array_index(all, struct known_answer, i);

        if (k->operation.service != QT_SERVICE_CIPHER || k->operation.src.len < 32 ||
            !is_first(all, i)) {
            continue;
        }
        for (unsigned n = 0; n < 4; n++) {
            struct form_operation o = chain_of(&k->operation, 1 + n % 2, n / 2);

            check_operation(k->name, &o, NULL);
        }
    }
    ut_note("%u failures, %u successes", outcomes[0], outcomes[1]);
    UT_TRUE(outcomes[0] > 100 && outcomes[1] > 100);
}

/* Sends a request for a session that is refused, with more room than the reply takes.
 */
static void check_refusal(const struct form_message *message, enum qt_layout layout,
                          uint32_t status)
{
    struct qt_xfer xfer = { .n_out = message->n,
                            .n_in = 1,
                            .in = { QT_CRYPTO_CREATE_REPLY_SIZE + SLACK },
                            .alias = -1,
                            .layout = layout };
    uint8_t expected[QT_CRYPTO_CREATE_REPLY_SIZE] = { 0 };

    for (unsigned i = 0; i < message->n; i++) {
        xfer.out[i] =
            (struct qt_field){ message->fields[i].data, message->fields[i].len };
    }
    expected[8] = (uint8_t)status;
    qt_xfer_run(crypto->ctrl, &xfer);
    UT_EQ_U64(xfer.used_len, sizeof(expected));
    UT_EQ_MEM(xfer.result, expected, sizeof(expected));
    qt_xfer_check(&xfer, sizeof(expected), false);
    qt_xfer_release(&xfer);
    qt_mem_reset(&machine->mem, mark);
}

static void refused_sessions_are_told_in_all_sixteen_bytes(void)
{
    size_t n;
    const struct form_operation *o = &secret_operations(&n)[1];
    uint64_t ids[MAX_SESSIONS];
    struct form_message message;

    QT_NEED(machine);
    for (unsigned i = 0; i < LAYOUTS; i++) {
        struct form_operation other = *o;

        ut_context("%s", qt_layout_name(layout_of(i)));
        run_secrets();
        other.algorithm = NO_ALGORITHM;
        form_create(&other, FORM_PADDED, &message);
        check_refusal(&message, layout_of(i), QT_NOTSUPP);
        form_create(o, FORM_PADDED, &message);
        message.fixed[KEY_LEN_OFFSET]--;
        check_refusal(&message, layout_of(i), QT_ERR);
        for (unsigned k = 0; k < MAX_SESSIONS; k++) {
            ids[k] = qt_form_session(crypto, o, FORM_PADDED);
        }
        form_create(o, FORM_PADDED, &message);
        check_refusal(&message, layout_of(i), QT_NOSPC);
        for (unsigned k = 0; k < MAX_SESSIONS; k++) {
            UT_EQ_U64(qt_form_destroy(crypto, o, FORM_PADDED, ids[k]), QT_OK);
        }
    }
}

int main(int argc, char **argv)
{
    static const struct ut_test tests[] = {
        { "only results and zeros are left", only_results_and_zeros_are_left },
        { "chains leave only results and zeros", chains_leave_only_results_and_zeros },
        { "refused sessions are told in all sixteen bytes",
          refused_sessions_are_told_in_all_sixteen_bytes },
        { NULL, NULL },
    };
    static const struct ut_suite suites[] = {
        { "stale", start, stop, tests },
        { NULL, NULL, NULL, NULL },
    };

    return ut_main(argc, argv, suites);
}
