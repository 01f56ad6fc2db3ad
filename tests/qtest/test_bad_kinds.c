/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Requests for what there is not: opcodes of no operation, kinds of operations and
 * algorithms that are not offered, services without sessions that were not negotiated.
 */
#include "kinds.h"
#include "support/operations.h"
#include "support/ut.h"

#include <glib.h>
#include <string.h>

#define MUX 1 /* feature bit 0 alone */

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

static void set(struct form_message *message, uint8_t at, uint32_t value)
{
    value = GUINT32_TO_LE(value);
    memcpy(message->fixed + at, &value, 4);
}

static bool known_data_opcode(uint32_t opcode)
{
    static const uint32_t known[] = { 0x000, 0x001, 0x100, 0x200, 0x300,
                                      0x301, 0x400, 0x401, 0x402, 0x403 };

    for (unsigned i = 0; i < G_N_ELEMENTS(known); i++) {
        if (known[i] == opcode) {
            return true;
        }
    }
    return false;
}

static bool known_control_opcode(uint32_t opcode)
{
    return opcode >> 8 < 4 ? (opcode & 0xff) == 2 || (opcode & 0xff) == 3
                           : opcode == 0x404 || opcode == 0x405;
}

static void check_control_opcode(uint32_t opcode, uint32_t room)
{
    uint8_t request[72] = { 0 }, reply[64];
    struct qt_field field = { request, sizeof(request) };
    uint32_t used;

    opcode = GUINT32_TO_LE(opcode);
    memcpy(request, &opcode, 4);
    qt_crypto_raw(crypto, crypto->ctrl, &field, 1, reply, room, &used);
    UT_EQ_U64(used, room < 16 ? 1 : 16);
    UT_EQ_U64(reply[room < 16 ? 0 : 8], QT_NOTSUPP);
}

static void unknown_opcodes_are_not_supported(void)
{
    QT_NEED(machine);
    for (enum form form = 0; form <= FORM_EXACT; form++) {
        struct form_operation o = qt_kind(QT_SERVICE_CIPHER);
        struct form_message message;

        use_features(qt_form_features(form));
        for (uint32_t opcode = 0; opcode < 0x1000; opcode++) {
            uint32_t high = opcode & 1 ? 0 : opcode << 16;

            if ((opcode & 0xff) >= 0x10) {
                continue;
            }
            ut_context("%s, opcode 0x%x", form_name(form), opcode | high);
            form_data(&o, form, 1, &message);
            set(&message, 0, opcode | high);
            if (high || !known_data_opcode(opcode)) {
                UT_EQ_U64(qt_refused(crypto->data[0], &message, o.dst_len), QT_NOTSUPP);
            }
            if (high || !known_control_opcode(opcode)) {
                check_control_opcode(opcode | high, 1);
                check_control_opcode(opcode | high, 16);
            }
        }
        ut_context(NULL);
        qt_form_check_works(crypto, form);
    }
}

/* Where the kind of symmetric operation is told. */
enum { CREATE_OP_TYPE = 64, SESSION_OP_TYPE = 64, STATELESS_OP_TYPE = 96 };

static void operations_of_no_kind_are_not_supported(void)
{
    static const uint32_t kinds[] = { 0, 3, 4, 0x100, 0x01000000, 0xffffffff };

    QT_NEED(machine);
    for (enum form form = 0; form < FORMS; form++) {
        struct form_operation o = qt_kind(QT_SERVICE_CIPHER);
        struct form_message message;
        uint64_t id;

        use_features(qt_form_features(form));
        id = form_stateless(form) ? 0 : qt_form_session(crypto, &o, form);
        for (unsigned i = 0; i < G_N_ELEMENTS(kinds); i++) {
            ut_context("%s, kind 0x%x", form_name(form), kinds[i]);
            form_data(&o, form, id, &message);
            set(&message, form_stateless(form) ? STATELESS_OP_TYPE : SESSION_OP_TYPE,
                kinds[i]);
            UT_EQ_U64(qt_refused(crypto->data[0], &message, o.dst_len), QT_NOTSUPP);
            if (!form_stateless(form)) {
                struct qt_field fields[2] = { { message.fixed, 72 },
                                              { o.key.data, o.key.len } };
                uint8_t reply[16];
                uint32_t used;

                form_create(&o, form, &message);
                set(&message, CREATE_OP_TYPE, kinds[i]);
                qt_crypto_raw(crypto, crypto->ctrl, fields, 2, reply, 16, &used);
                UT_EQ_U64(reply[8], QT_NOTSUPP);
            }
        }
        if (id) {
            UT_EQ_U64(qt_form_run(crypto, crypto->data[0], &o, form, id, NULL), QT_OK);
        }
    }
}

static uint64_t mask_of(uint32_t service)
{
    const uint64_t masks[] = { crypto->config.cipher_algos, crypto->config.hash_algos,
                               crypto->config.mac_algos, crypto->config.aead_algos,
                               crypto->config.akcipher_algos };

    return masks[service];
}

static void what_is_not_offered_is_not_supported(void)
{
    unsigned n = 0;

    QT_NEED(machine);
    use_features(qt_form_features(FORM_PADDED));
    for (uint32_t service = 0; service <= QT_SERVICE_AKCIPHER; service++) {
        struct form_operation o = qt_kind(service);
        struct form_message message;

        for (o.algorithm = 0; o.algorithm < 80; o.algorithm++) {
            if (o.algorithm < 64 && mask_of(service) >> o.algorithm & 1) {
                continue;
            }
            ut_context("service %u, algorithm %u", service, o.algorithm);
            UT_EQ_U64(qt_form_create(crypto, &o, FORM_PADDED).status, QT_NOTSUPP);
            form_data(&o, FORM_STATELESS, 0, &message);
            UT_EQ_U64(qt_refused(crypto->data[0], &message, o.dst_len + o.result_len),
                      QT_NOTSUPP);
            n++;
        }
    }
    ut_context(NULL);
    ut_note("%u algorithms that are not offered", n);
    qt_form_check_works(crypto, FORM_PADDED);
}

/* Stateless requests, where only sessions were negotiated. */
static void services_without_sessions_are_not_supported_unless_negotiated(void)
{
    QT_NEED(machine);
    use_features(QT_CRYPTO_LINUX_FEATURES | MUX);
    for (unsigned kind = 0; kind < QT_KINDS; kind++) {
        struct form_operation o = qt_kind(kind);
        struct form_message message;

        ut_context("kind %u", kind);
        form_data(&o, FORM_STATELESS, 0, &message);
        UT_EQ_U64(qt_refused(crypto->data[0], &message, o.dst_len + o.result_len),
                  QT_NOTSUPP);
    }
    qt_form_check_works(crypto, FORM_EXACT);
}

int main(int argc, char **argv)
{
    static const struct ut_test tests[] = {
        { "unknown opcodes are not supported", unknown_opcodes_are_not_supported },
        { "operations of no kind are not supported",
          operations_of_no_kind_are_not_supported },
        { "what is not offered is not supported",
          what_is_not_offered_is_not_supported },
        { "services without sessions are not supported unless negotiated",
          services_without_sessions_are_not_supported_unless_negotiated },
        { NULL, NULL },
    };
    static const struct ut_suite suites[] = {
        { "bad kinds", start, stop, tests },
        { NULL, NULL, NULL, NULL },
    };

    return ut_main(argc, argv, suites);
}
