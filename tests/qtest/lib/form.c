/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "form.h"

#include "support/operations.h"
#include "support/ut.h"

#include <glib.h>
#include <string.h>

static unsigned fields_of(const struct form_message *message, struct qt_field *fields)
{
    for (unsigned i = 0; i < message->n; i++) {
        fields[i] =
            (struct qt_field){ message->fields[i].data, message->fields[i].len };
    }
    return message->n;
}

struct qt_create_reply qt_form_create(struct qt_crypto *crypto,
                                      const struct form_operation *operation,
                                      enum form form)
{
    struct form_message message;
    struct qt_field fields[FORM_MAX_FIELDS];
    uint8_t in[QT_CRYPTO_CREATE_REPLY_SIZE];
    struct qt_create_reply reply;

    form_create(operation, form, &message);
    qt_crypto_raw(crypto, crypto->ctrl, fields, fields_of(&message, fields), in,
                  sizeof(in), &reply.used_len);
    memcpy(&reply.session, in, 8);
    memcpy(&reply.status, in + 8, 4);
    memcpy(&reply.padding, in + 12, 4);
    reply.session = GUINT64_FROM_LE(reply.session);
    reply.status = GUINT32_FROM_LE(reply.status);
    return reply;
}

uint64_t qt_form_session(struct qt_crypto *crypto,
                         const struct form_operation *operation, enum form form)
{
    struct qt_create_reply reply = qt_form_create(crypto, operation, form);

    UT_EQ_U64_FATAL(reply.status, QT_OK);
    return reply.session;
}

uint8_t qt_form_destroy(struct qt_crypto *crypto,
                        const struct form_operation *operation, enum form form,
                        uint64_t session)
{
    struct form_message message;
    struct qt_field field;
    uint8_t status;
    uint32_t used;

    form_destroy(operation, form, session, &message);
    fields_of(&message, &field);
    qt_crypto_raw(crypto, crypto->ctrl, &field, 1, &status, 1, &used);
    UT_EQ_U64(used, 1);
    return status;
}

struct qt_xfer qt_form_xfer(const struct form_operation *operation,
                            const struct form_message *message, enum qt_layout layout)
{
    struct qt_xfer xfer = { .alias = -1, .layout = layout, .seed = operation->src.len };

    xfer.n_out = fields_of(message, xfer.out);
    if (operation->dst_len) {
        xfer.in[xfer.n_in++] = operation->dst_len;
    }
    if (operation->result_len) {
        xfer.in[xfer.n_in++] = operation->result_len;
    }
    xfer.in[xfer.n_in++] = 1;
    return xfer;
}

uint8_t qt_message_run(struct qt_crypto *crypto, struct qt_vring *vq,
                       const struct form_message *message, uint32_t room,
                       uint32_t *used_len)
{
    g_autofree uint8_t *in = g_malloc(room);
    struct qt_field fields[FORM_MAX_FIELDS];
    uint32_t used;

    qt_crypto_raw(crypto, vq, fields, fields_of(message, fields), in, room, &used);
    if (used_len) {
        *used_len = used;
    }
    return in[room - 1];
}

uint8_t qt_form_run(struct qt_crypto *crypto, struct qt_vring *vq,
                    const struct form_operation *operation, enum form form,
                    uint64_t session, uint32_t *used_len)
{
    struct form_message message;

    form_data(operation, form, session, &message);
    return qt_message_run(crypto, vq, &message,
                          operation->dst_len + operation->result_len + 1, used_len);
}

struct qt_machine *qt_form_machine(const char *options)
{
    g_autofree char *plugin =
        g_strdup_printf("%s,backend=crypto0%s", qt_plugin(), options);

    return qt_machine_start(&(struct qt_machine_opts){
        .args = (const char *const[]){ "-plugin", plugin, "-device",
                                       "virtio-crypto-pci,cryptodev=crypto0", NULL } });
}

void qt_form_check_works(struct qt_crypto *crypto, enum form form)
{
    const struct known_answer *k =
        &g_array_index(known_answers(), struct known_answer, 0);
    uint64_t id = qt_form_session(crypto, &k->operation, form);

    UT_EQ_U64(qt_form_run(crypto, crypto->data[0], &k->operation, form, id, NULL),
              QT_OK);
    UT_EQ_U64(qt_form_destroy(crypto, &k->operation, form, id), QT_OK);
    UT_EQ_U64(qt_virtio_get_status(crypto->dev) & QT_STATUS_NEEDS_RESET, 0);
}
