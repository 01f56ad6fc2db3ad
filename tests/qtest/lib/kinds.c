/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kinds.h"

#include "support/operations.h"
#include "support/ut.h"

#include <glib.h>

struct form_operation qt_first_operation(uint32_t service, uint32_t operation)
{
    const GArray *all = known_answers();

    for (unsigned i = 0; i < all->len; i++) {
        struct form_operation o = g_array_index(all, struct known_answer, i).operation;

        if (o.service == service && o.operation == operation &&
            o.src.len >= (service == QT_SERVICE_AKCIPHER ? 1 : 16)) {
            return o;
        }
    }
    UT_FAIL_FATAL("no known answer of service %u", service);
}

struct form_operation qt_kind(unsigned kind)
{
    struct form_operation o;

    if (kind == QT_KIND_CHAIN) {
        o = qt_first_operation(QT_SERVICE_CIPHER, 0);
        o.chain = true;
        o.chain_order = 1;
        o.hash_mode = 1;      /* no key */
        o.auth_algorithm = 2; /* SHA-1 */
        o.cipher_len = o.hash_len = o.src.len;
        o.result_len = 20;
        return o;
    }
    return kind < QT_KIND_CHAIN ? qt_first_operation(kind, 0)
                                : qt_first_operation(QT_SERVICE_AEAD, 1);
}

uint8_t qt_refused(struct qt_vring *vq, const struct form_message *message,
                   uint32_t room)
{
    struct qt_xfer xfer = { .n_out = message->n,
                            .n_in = 1,
                            .in = { room + 1 },
                            .alias = -1,
                            .layout = QT_FIELDS };
    struct qt_mem *mem = &vq->dev->machine->mem;
    uint64_t here = qt_mem_mark(mem);
    uint8_t status;

    for (unsigned i = 0; i < message->n; i++) {
        xfer.out[i] =
            (struct qt_field){ message->fields[i].data, message->fields[i].len };
    }
    qt_xfer_run(vq, &xfer);
    status = xfer.result[room];
    UT_TRUE(status != QT_OK);
    UT_EQ_U64(xfer.used_len, 1);
    qt_xfer_check(&xfer, 0, true);
    qt_xfer_release(&xfer);
    qt_mem_reset(mem, here);
    return status;
}
