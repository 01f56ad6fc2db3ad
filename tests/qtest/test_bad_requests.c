/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Data and control requests that no driver would send: lengths beyond any memory, kinds
 * of operations and algorithms that there are none of, fewer bytes than are claimed.
 * Each gets its status, changes nothing else in the guest's memory, and costs QEMU
 * none.
 */
#include "kinds.h"
#include "support/operations.h"
#include "support/ut.h"

#include <glib.h>
#include <stdio.h>
#include <string.h>

#define MAX_FIXED  104
#define SLACK_KIB  (64 * 1024) /* far less than the lengths that are asked for */
#define DATA_PARTS 24          /* where parameters begin */

static struct qt_machine *machine;
static struct qt_crypto *crypto;
static uint64_t mark;

static int start(void)
{
    if (!qt_plugin()) {
        return 0;
    }
    machine = qt_form_machine("");
    if (!machine) {
        return -1;
    }
    mark = qt_mem_mark(&machine->mem);
    crypto = qt_crypto_open(machine, 0, qt_form_features(FORM_LEGACY));
    return 0;
}

static int stop(void)
{
    qt_crypto_close(crypto);
    return qt_machine_stop(machine);
}

static void use_features(uint64_t features)
{
    qt_mem_reset(&machine->mem, mark);
    qt_crypto_restart(crypto, features);
}

/* ---- lengths ---- */

/* Offsets of all that is a length, from the specification's tables; 0 ends a list. */
#define MAX_LENGTHS 12

static const uint8_t session_lengths[QT_KINDS][MAX_LENGTHS] = {
    [QT_SERVICE_CIPHER] = { 24, 28, 32 },
    [QT_SERVICE_HASH] = { 24, 28 },
    [QT_SERVICE_MAC] = { 24, 28 },
    [QT_SERVICE_AEAD] = { 24, 28, 32, 36, 40 },
    [QT_SERVICE_AKCIPHER] = { 24, 28 },
    [QT_KIND_CHAIN] = { 24, 28, 32, 36, 40, 44, 48, 52, 56 },
    [QT_KIND_AEAD_DECRYPT] = { 24, 28, 32, 36, 40 },
};

static const uint8_t stateless_lengths[QT_KINDS][MAX_LENGTHS] = {
    [QT_SERVICE_CIPHER] = { 28, 36, 40, 44 },
    [QT_SERVICE_HASH] = { 28, 32 },
    [QT_SERVICE_MAC] = { 28, 32, 36 },
    [QT_SERVICE_AEAD] = { 28, 36, 40, 44, 48, 52 },
    [QT_SERVICE_AKCIPHER] = { 32, 44, 48 },
    [QT_KIND_CHAIN] = { 36, 56, 60, 64, 68, 72, 76, 80, 84, 88 },
    [QT_KIND_AEAD_DECRYPT] = { 28, 36, 40, 44, 48, 52 },
};

static const uint8_t create_lengths[QT_KINDS][MAX_LENGTHS] = {
    [QT_SERVICE_CIPHER] = { 20 },        [QT_SERVICE_HASH] = { 20 },
    [QT_SERVICE_MAC] = { 20, 24 },       [QT_SERVICE_AEAD] = { 20, 24 },
    [QT_SERVICE_AKCIPHER] = { 24 },      [QT_KIND_CHAIN] = { 28, 44 },
    [QT_KIND_AEAD_DECRYPT] = { 20, 24 },
};

/* What lengths of 32 bits, and sums of them, are most likely to go wrong with. */
static const uint32_t values[] = {
    0x00400001, 0x20000000, 0x7fffffff, 0x80000000, 0xfffffe00, 0xfffffff0, 0xffffffff,
};

static uint32_t get(const struct form_message *message, uint8_t at)
{
    uint32_t value;

    memcpy(&value, message->fixed + at, 4);
    return GUINT32_FROM_LE(value);
}

static void set(struct form_message *message, uint8_t at, uint32_t value)
{
    value = GUINT32_TO_LE(value);
    memcpy(message->fixed + at, &value, 4);
}

/* A length that makes the sum of all be what it was, in 32 bits. */
static uint32_t wrapping(const struct form_message *message, uint8_t a, uint8_t b)
{
    return get(message, a) + get(message, b) + 0x80000000u;
}

static void check_field(const struct form_message *good, const uint8_t *lengths,
                        unsigned n, uint32_t room)
{
    struct form_message bad;

    for (unsigned v = 0; v < G_N_ELEMENTS(values); v++) {
        bad = *good;
        bad.fields[0].data = bad.fixed;
        set(&bad, lengths[n], values[v]);
        UT_EQ_U64(qt_refused(crypto->data[0], &bad, room), QT_ERR);
    }
    for (unsigned other = 0; other < MAX_LENGTHS && lengths[other]; other++) {
        bad = *good;
        bad.fields[0].data = bad.fixed;
        set(&bad, lengths[n], wrapping(good, lengths[n], lengths[other]));
        set(&bad, lengths[other], 0x80000000u);
        UT_EQ_U64(qt_refused(crypto->data[0], &bad, room), QT_ERR);
    }
}

static void check_lengths(unsigned kind, enum form form, uint64_t id)
{
    const uint8_t *lengths =
        form_stateless(form) ? stateless_lengths[kind] : session_lengths[kind];
    struct form_operation o = qt_kind(kind);
    struct form_message message;

    form_data(&o, form, id, &message);
    for (unsigned n = 0; n < MAX_LENGTHS && lengths[n]; n++) {
        ut_context("kind %u, %s, offset %u", kind, form_name(form), lengths[n]);
        check_field(&message, lengths, n, o.dst_len + o.result_len);
    }
    UT_EQ_U64(qt_form_run(crypto, crypto->data[0], &o, form, id, NULL), QT_OK);
}

static uint64_t peak_kib(void)
{
    g_autofree char *path =
        g_strdup_printf("/proc/%d/status", (int)machine->process.pid);
    g_autofree char *status = NULL;
    unsigned long kib = 0;
    const char *line;

    UT_TRUE_FATAL(g_file_get_contents(path, &status, NULL, NULL));
    line = strstr(status, "VmPeak:");
    UT_TRUE_FATAL(line && sscanf(line, "VmPeak: %lu", &kib) == 1);
    return kib;
}

static void lengths_beyond_any_memory_are_errors(void)
{
    uint64_t before;

    QT_NEED(machine);
    use_features(qt_form_features(FORM_LEGACY));
    qt_form_check_works(crypto, FORM_LEGACY);
    before = peak_kib();
    for (enum form form = 0; form < FORMS; form++) {
        use_features(qt_form_features(form));
        for (unsigned kind = 0; kind < QT_KINDS; kind++) {
            struct form_operation o = qt_kind(kind);
            uint64_t id = form_stateless(form) ? 0 : qt_form_session(crypto, &o, form);

            check_lengths(kind, form, id);
        }
    }
    ut_context(NULL);
    ut_note("at most %llu KiB, and %llu KiB in the end", (unsigned long long)before,
            (unsigned long long)peak_kib());
    UT_TRUE(peak_kib() - before < SLACK_KIB);
}

/* An allocation of half a gigabyte would show here, where nothing was touched, too. */
static void asymmetric_lengths_take_no_memory(void)
{
    struct form_message message;
    uint64_t before;

    QT_NEED(machine);
    use_features(qt_form_features(FORM_LEGACY));
    for (uint32_t operation = 0; operation < 4; operation++) {
        struct form_operation o = qt_first_operation(QT_SERVICE_AKCIPHER, operation);
        uint64_t id = qt_form_session(crypto, &o, FORM_LEGACY);

        UT_EQ_U64(qt_form_run(crypto, crypto->data[0], &o, FORM_LEGACY, id, NULL),
                  QT_OK);
        before = peak_kib();
        for (unsigned v = 0; v < G_N_ELEMENTS(values); v++) {
            for (unsigned both = 1; both < 4; both++) {
                ut_context("operation %u, length 0x%x, fields %u", operation, values[v],
                           both);
                form_data(&o, FORM_LEGACY, id, &message);
                if (both & 1) {
                    set(&message, DATA_PARTS, values[v]);
                }
                if (both & 2) {
                    set(&message, DATA_PARTS + 4, values[v]);
                }
                UT_EQ_U64(qt_refused(crypto->data[0], &message, o.dst_len), QT_ERR);
            }
        }
        UT_TRUE(peak_kib() - before < SLACK_KIB);
    }
}

static void check_create(unsigned kind, enum form form, uint8_t at, uint32_t value)
{
    struct form_operation o = qt_kind(kind);
    struct form_message message;
    struct qt_field fields[FORM_MAX_FIELDS];
    uint8_t reply[QT_CRYPTO_CREATE_REPLY_SIZE];
    uint8_t expected[QT_CRYPTO_CREATE_REPLY_SIZE] = { [8] = QT_ERR };
    uint32_t used;

    ut_context("kind %u, %s, offset %u, length 0x%x", kind, form_name(form), at, value);
    form_create(&o, form, &message);
    set(&message, at, value);
    for (unsigned i = 0; i < message.n; i++) {
        fields[i] = (struct qt_field){ message.fields[i].data, message.fields[i].len };
    }
    qt_crypto_raw(crypto, crypto->ctrl, fields, message.n, reply, sizeof(reply), &used);
    UT_EQ_U64(used, sizeof(reply));
    UT_EQ_MEM(reply, expected, sizeof(reply));
}

static void keys_beyond_any_memory_are_errors(void)
{
    uint64_t before;

    QT_NEED(machine);
    before = peak_kib();
    for (enum form form = 0; form <= FORM_PADDED; form++) {
        use_features(qt_form_features(form));
        for (unsigned kind = 0; kind < QT_KINDS; kind++) {
            const uint8_t *at = create_lengths[kind];

            for (unsigned n = 0; n < MAX_LENGTHS && at[n]; n++) {
                for (unsigned v = 0; v < G_N_ELEMENTS(values); v++) {
                    check_create(kind, form, at[n], values[v]);
                }
            }
        }
        qt_form_check_works(crypto, form);
    }
    UT_TRUE(peak_kib() - before < SLACK_KIB);
}

/* ---- fewer bytes than are claimed ---- */

static struct form_bytes joined(const struct form_message *message)
{
    GByteArray *bytes = g_byte_array_new();
    guint len;

    for (unsigned i = 0; i < message->n; i++) {
        g_byte_array_append(bytes, message->fields[i].data, message->fields[i].len);
    }
    len = bytes->len;
    return (struct form_bytes){ g_byte_array_free(bytes, FALSE), len };
}

static void check_cut(unsigned kind, enum form form, uint64_t id)
{
    struct form_operation o = qt_kind(kind);
    struct form_message message, cut = { .n = 1 };
    struct form_bytes all;

    form_data(&o, form, id, &message);
    all = joined(&message);
    for (uint32_t len = 1; len < all.len; len += len < MAX_FIXED ? 1 : 13) {
        ut_context("kind %u, %s, %u bytes of %u", kind, form_name(form), len, all.len);
        cut.fields[0] = (struct form_bytes){ all.data, len };
        qt_refused(crypto->data[0], &cut, o.dst_len + o.result_len);
    }
    cut.fields[0] = (struct form_bytes){ all.data, all.len - 1 };
    UT_EQ_U64(qt_refused(crypto->data[0], &cut, o.dst_len + o.result_len), QT_ERR);
    for (uint32_t room = 0; room < o.dst_len + o.result_len; room++) {
        UT_EQ_U64(qt_refused(crypto->data[0], &message, room), QT_ERR);
    }
    g_free((void *)all.data);
}

/* Padding that is cut off may be data of the shorter form: only exact ones are sure. */
static void fewer_bytes_than_are_claimed_are_errors(void)
{
    static const enum form forms[] = { FORM_LEGACY, FORM_EXACT, FORM_STATELESS };

    QT_NEED(machine);
    for (unsigned i = 0; i < G_N_ELEMENTS(forms); i++) {
        enum form form = forms[i];

        use_features(qt_form_features(form));
        for (unsigned kind = 0; kind < QT_KINDS; kind++) {
            struct form_operation o = qt_kind(kind);

            check_cut(kind, form,
                      form_stateless(form) ? 0 : qt_form_session(crypto, &o, form));
        }
    }
    ut_context(NULL);
}

/* The first bug of this kind copied one length into room of the other. */
static void destinations_shorter_than_the_source_are_errors(void)
{
    QT_NEED(machine);
    for (enum form form = 0; form < FORMS; form++) {
        use_features(qt_form_features(form));
        for (unsigned n = 0; n < 2; n++) {
            struct form_operation o = qt_kind(n ? QT_KIND_CHAIN : QT_SERVICE_CIPHER);
            uint64_t id = form_stateless(form) ? 0 : qt_form_session(crypto, &o, form);
            uint32_t room = o.dst_len + o.result_len;

            for (o.dst_len = 0; o.dst_len < o.src.len; o.dst_len++) {
                struct form_message message;

                ut_context("%s, %s, %u bytes", n ? "chain" : "cipher", form_name(form),
                           o.dst_len);
                form_data(&o, form, id, &message);
                UT_EQ_U64(qt_refused(crypto->data[0], &message, room), QT_ERR);
            }
        }
    }
    ut_context(NULL);
}

int main(int argc, char **argv)
{
    static const struct ut_test tests[] = {
        { "lengths beyond any memory are errors",
          lengths_beyond_any_memory_are_errors },
        { "asymmetric lengths take no memory", asymmetric_lengths_take_no_memory },
        { "keys beyond any memory are errors", keys_beyond_any_memory_are_errors },
        { "fewer bytes than are claimed are errors",
          fewer_bytes_than_are_claimed_are_errors },
        { "destinations shorter than the source are errors",
          destinations_shorter_than_the_source_are_errors },
        { NULL, NULL },
    };
    static const struct ut_suite suites[] = {
        { "bad requests", start, stop, tests },
        { NULL, NULL, NULL, NULL },
    };

    return ut_main(argc, argv, suites);
}
