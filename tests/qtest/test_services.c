/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Every known answer of every service through the device: in session and in stateless
 * mode, with feature bit 0 off and on, exact and padded, in every layout of
 * descriptors, in place where the operation can be, on two data queues at once.
 */
#include "crypto.h"
#include "support/forms.h"
#include "support/operations.h"
#include "support/ut.h"

#include <glib.h>
#include <string.h>

#define QUEUES      2
#define CRYPTO_BITS 0x3fu

static struct qt_machine *machine;
static struct qt_crypto *crypto;
static uint64_t mark;
static GHashTable *covered;  /* tuples, as text */
static GHashTable *excluded; /* likewise, with the reason */

static uint64_t features_of(enum form form)
{
    return QT_CRYPTO_LINUX_FEATURES | (form == FORM_LEGACY ? 0 : CRYPTO_BITS);
}

static int start(void)
{
    g_autofree char *plugin = NULL;

    covered = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    excluded = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    if (!qt_plugin()) {
        return 0;
    }
    plugin = g_strdup_printf("%s,backend=crypto0,queues=%d", qt_plugin(), QUEUES);
    machine = qt_machine_start(&(struct qt_machine_opts){
        .args = (const char *const[]){ "-plugin", plugin, "-device",
                                       "virtio-crypto-pci,cryptodev=crypto0", NULL } });
    if (!machine) {
        return -1;
    }
    mark = qt_mem_mark(&machine->mem);
    crypto = qt_crypto_open(machine, 0, features_of(FORM_EXACT));
    return 0;
}

static int stop(void)
{
    qt_crypto_close(crypto);
    g_clear_pointer(&covered, g_hash_table_unref);
    g_clear_pointer(&excluded, g_hash_table_unref);
    return qt_machine_stop(machine);
}

static void use_form(enum form form)
{
    qt_mem_reset(&machine->mem, mark);
    qt_crypto_restart(crypto, features_of(form));
}

/* ---- sessions ---- */

static void fields_of(const struct form_message *message, struct qt_field *fields)
{
    for (unsigned i = 0; i < message->n; i++) {
        fields[i] =
            (struct qt_field){ message->fields[i].data, message->fields[i].len };
    }
}

static uint64_t create(const struct form_operation *operation, enum form form)
{
    struct form_message message;
    struct qt_field fields[FORM_MAX_FIELDS];
    uint8_t reply[16];
    uint32_t used, status;
    uint64_t id;

    form_create(operation, form, &message);
    fields_of(&message, fields);
    qt_crypto_raw(crypto, crypto->ctrl, fields, message.n, reply, sizeof(reply), &used);
    memcpy(&id, reply, 8);
    memcpy(&status, reply + 8, 4);
    UT_EQ_U64(used, 16);
    UT_EQ_U64_FATAL(GUINT32_FROM_LE(status), QT_OK);
    return GUINT64_FROM_LE(id);
}

static void destroy(const struct form_operation *operation, enum form form, uint64_t id)
{
    struct form_message message;
    struct qt_field field;
    uint8_t status;
    uint32_t used;

    form_destroy(operation, form, id, &message);
    fields_of(&message, &field);
    qt_crypto_raw(crypto, crypto->ctrl, &field, 1, &status, 1, &used);
    UT_EQ_U64(status, QT_OK);
}

/* ---- tuples ---- */

#define RSA    1 /* AKCIPHER algorithm */
#define VERIFY 3

/* Low bytes of opcodes; HASH and MAC have the first only. */
static const char *const operations[] = { "encrypt", "decrypt", "sign", "verify" };

static char *tuple(const struct form_operation *o, enum form form,
                   enum qt_layout layout)
{
    return g_strdup_printf("service %u algorithm %u %s, %s, %s", o->service,
                           o->algorithm, operations[o->operation], form_name(form),
                           qt_layout_name(layout));
}

static char *fine_tuple(const struct form_operation *o, enum form form,
                        enum qt_layout layout, bool in_place)
{
    g_autofree char *coarse = tuple(o, form, layout);

    return g_strdup_printf("%s, key of %u, iv of %u%s, %s", coarse, o->key.len,
                           o->iv.len, o->iv_slot ? " in a slot" : "",
                           in_place ? "in place" : "apart");
}

/* ---- one operation ---- */

/* Where the source is among the fields; the destination may share its memory. */
static int source_field(const struct form_operation *o,
                        const struct form_message *message)
{
    for (unsigned i = 1; i < message->n; i++) {
        if (message->fields[i].data == o->src.data) {
            return (int)i;
        }
    }
    return -1;
}

static bool can_be_in_place(const struct form_operation *o)
{
    return o->src.len && o->dst_len >= o->src.len;
}

static struct qt_xfer xfer_of(const struct form_operation *o,
                              const struct form_message *message, enum qt_layout layout,
                              bool in_place)
{
    struct qt_xfer xfer = { .n_out = message->n,
                            .n_in = 3,
                            .in = { o->dst_len, o->result_len, 1 },
                            .alias = in_place ? source_field(o, message) : -1,
                            .layout = layout,
                            .seed = o->src.len };

    fields_of(message, xfer.out);
    if (!o->dst_len && !o->result_len) {
        xfer.in[0] = 1;
        xfer.n_in = 1;
    } else if (!o->dst_len) {
        xfer.in[0] = o->result_len;
        xfer.in[1] = 1;
        xfer.n_in = 2;
    } else if (!o->result_len) {
        xfer.in[1] = 1;
        xfer.n_in = 2;
    }
    return xfer;
}

static void check_outcome(const struct known_answer *k, struct qt_xfer *xfer)
{
    UT_EQ_U64(xfer->result[xfer->result_len - 1], QT_OK);
    UT_EQ_U64(xfer->used_len, k->answer.len + 1);
    UT_EQ_MEM(xfer->result, k->answer.data, k->answer.len);
    qt_xfer_check(xfer, k->answer.len, true);
}

/* Both queues have their request before either is looked at. */
static void run_on_all_queues(const struct known_answer *k,
                              const struct form_message *message, enum qt_layout layout,
                              bool in_place)
{
    struct qt_xfer xfers[QUEUES];
    uint64_t here = qt_mem_mark(&machine->mem);

    for (unsigned q = 0; q < QUEUES; q++) {
        xfers[q] = xfer_of(&k->operation, message, layout, in_place);
        qt_xfer_add(crypto->data[q], &xfers[q]);
        qt_vring_publish(crypto->data[q]);
    }
    for (unsigned q = 0; q < QUEUES; q++) {
        qt_vring_notify(crypto->data[q]);
    }
    for (unsigned q = 0; q < QUEUES; q++) {
        uint32_t id, len;

        UT_TRUE_FATAL(qt_vring_wait(crypto->data[q], QT_TIMEOUT_MS, &id, &len));
        qt_xfer_complete(&xfers[q], len);
        check_outcome(k, &xfers[q]);
        qt_xfer_release(&xfers[q]);
    }
    qt_mem_reset(&machine->mem, here);
}

static void run_layout(const struct known_answer *k, const struct form_message *message,
                       enum form form, enum qt_layout layout, bool in_place)
{
    const struct form_operation *o = &k->operation;
    struct qt_xfer probe = xfer_of(o, message, layout, in_place);

    ut_context("%s, %s, %s%s", k->name, form_name(form), qt_layout_name(layout),
               in_place ? ", in place" : "");
    if (qt_xfer_descriptors(&probe) > crypto->data[0]->size) {
        g_hash_table_add(excluded,
                         g_strdup_printf("%s, %s: more descriptors than the ring has",
                                         k->name, qt_layout_name(layout)));
        return;
    }
    run_on_all_queues(k, message, layout, in_place);
    g_hash_table_add(covered, tuple(o, form, layout));
    g_hash_table_add(covered, fine_tuple(o, form, layout, in_place));
}

static void run_known_answer(const struct known_answer *k, enum form form)
{
    const struct form_operation *o = &k->operation;
    struct form_message message;
    uint64_t id = form_stateless(form) ? 0 : create(o, form);

    form_data(o, form, id, &message);
    for (enum qt_layout layout = 0; layout < QT_LAYOUTS; layout++) {
        run_layout(k, &message, form, layout, false);
        if (can_be_in_place(o)) {
            run_layout(k, &message, form, layout, true);
        }
    }
    if (id) {
        destroy(o, form, id);
    }
}

static void run_form(enum form form)
{
    const GArray *all = known_answers();

    QT_NEED(machine);
    use_form(form);
    for (unsigned i = 0; i < all->len; i++) {
        const struct known_answer *k = &g_array_index(all, struct known_answer, i);

        ut_context("%s, %s", k->name, form_name(form));
        run_known_answer(k, form);
    }
    ut_context(NULL);
}

static void legacy(void)
{
    run_form(FORM_LEGACY);
}

static void exact(void)
{
    run_form(FORM_EXACT);
}

static void padded(void)
{
    run_form(FORM_PADDED);
}

static void stateless(void)
{
    run_form(FORM_STATELESS);
}

static void stateless_padded(void)
{
    run_form(FORM_STATELESS_PADDED);
}

/* ---- nothing is missing ---- */

/* Which operations must have been run, as bits. */
static unsigned wanted_operations(uint32_t service, uint32_t algorithm)
{
    switch (service) {
    case QT_SERVICE_CIPHER:
    case QT_SERVICE_AEAD:
        return 3;
    case QT_SERVICE_AKCIPHER:
        return algorithm == RSA ? 0xf : 1 << VERIFY;
    default:
        return 1;
    }
}

static unsigned check_algorithm(uint32_t service, uint32_t algorithm)
{
    unsigned wanted = wanted_operations(service, algorithm);
    struct form_operation o = { .service = service, .algorithm = algorithm };
    unsigned n = 0;

    for (o.operation = 0; o.operation < G_N_ELEMENTS(operations); o.operation++) {
        if (!(wanted >> o.operation & 1)) {
            continue;
        }
        for (enum form form = 0; form < FORMS; form++) {
            for (enum qt_layout layout = 0; layout < QT_LAYOUTS; layout++, n++) {
                g_autofree char *name = tuple(&o, form, layout);

                ut_context("%s", name);
                UT_TRUE(g_hash_table_contains(covered, name));
            }
        }
    }
    ut_context(NULL);
    return n;
}

static void print_excluded(void)
{
    GHashTableIter iter;
    gpointer text;

    g_hash_table_iter_init(&iter, excluded);
    while (g_hash_table_iter_next(&iter, &text, NULL)) {
        ut_note("left out: %s", (const char *)text);
    }
    ut_note("left out: HASH and MAC in place: nothing is written but the result");
    ut_note("left out: AEAD decryption in place in one buffer: what is written is "
            "shorter than what is read");
    ut_note("left out: ECDSA signing: no two signatures are the same; test_akcipher.c "
            "makes and verifies them");
}

static void all_that_is_offered_was_run(void)
{
    unsigned n = 0;

    QT_NEED(machine);
    const uint64_t masks[] = { crypto->config.cipher_algos, crypto->config.hash_algos,
                               crypto->config.mac_algos, crypto->config.aead_algos,
                               crypto->config.akcipher_algos };

    for (unsigned s = 0; s < G_N_ELEMENTS(masks); s++) {
        for (unsigned a = 0; a < 64; a++) {
            if (masks[s] >> a & 1) {
                n += check_algorithm(s, a);
            }
        }
    }
    print_excluded();
    ut_note("%u (algorithm, operation, mode and framing, layout) tuples, %u with "
            "lengths of key and iv and in place or not",
            n, g_hash_table_size(covered) - n);
    UT_TRUE(n > 0);
}

int main(int argc, char **argv)
{
    static const struct ut_test tests[] = {
        { "session, feature bit 0 off", legacy },
        { "session, exact", exact },
        { "session, padded", padded },
        { "stateless, exact", stateless },
        { "stateless, padded or with a queue id", stateless_padded },
        { "all that is offered was run", all_that_is_offered_was_run },
        { NULL, NULL },
    };
    static const struct ut_suite suites[] = { { "services", start, stop, tests },
                                              { NULL, NULL, NULL, NULL } };

    return ut_main(argc, argv, suites);
}
