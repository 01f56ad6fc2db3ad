/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "canary.h"

#include "form.h"

#include "support/operations.h"
#include "support/ut.h"
#include "vectors/cipher.h"

#include <glib.h>
#include <string.h>

static GPtrArray *machines, *cryptos;

/* ---- who is there ---- */

static void look_at_all(void);

static void add(GPtrArray **to, void *element)
{
    if (!*to) {
        *to = g_ptr_array_new();
    }
    g_ptr_array_add(*to, element);
}

static void take(GPtrArray *from, void *element)
{
    if (from) {
        g_ptr_array_remove(from, element);
    }
}

void qt_canary_watch(struct qt_machine *machine)
{
    add(&machines, machine);
    ut_after_each(look_at_all);
}

/* What was opened on it is gone, too, with a test that did not get to its end. */
void qt_canary_forget(struct qt_machine *machine)
{
    take(machines, machine);
    for (unsigned i = cryptos ? cryptos->len : 0; i-- > 0;) {
        struct qt_crypto *crypto = g_ptr_array_index(cryptos, i);

        if (crypto->dev->machine == machine) {
            g_ptr_array_remove_index(cryptos, i);
        }
    }
}

void qt_canary_opened(struct qt_crypto *crypto)
{
    add(&cryptos, crypto);
}

void qt_canary_closed(struct qt_crypto *crypto)
{
    take(cryptos, crypto);
}

/* ---- a known answer ---- */

/* Of an algorithm that every backend has. */
static const struct known_answer *answer(void)
{
    const GArray *all = known_answers();

    for (unsigned i = 0; i < all->len; i++) {
        const struct known_answer *k = &g_array_index(all, struct known_answer, i);

        if (k->operation.service == QT_SERVICE_CIPHER &&
            k->operation.algorithm == CIPHER_VECTOR_AES_CBC) {
            return k;
        }
    }
    UT_FAIL_FATAL("no known answer of AES-CBC");
}

static void check_queue(struct qt_crypto *crypto, enum form form, uint64_t session,
                        uint32_t queue)
{
    const struct known_answer *k = answer();
    uint32_t room = k->operation.dst_len + 1, used;
    g_autofree uint8_t *in = g_malloc(room);
    struct qt_field fields[FORM_MAX_FIELDS];
    struct form_message message;

    ut_context("canary, data queue %u", queue);
    form_data(&k->operation, form, session, &message);
    for (unsigned i = 0; i < message.n; i++) {
        fields[i] = (struct qt_field){ message.fields[i].data, message.fields[i].len };
    }
    qt_crypto_raw(crypto, crypto->data[queue], fields, message.n, in, room, &used);
    UT_EQ_U64(in[room - 1], QT_OK);
    UT_EQ_U64(used, room);
    UT_EQ_MEM(in, k->answer.data, k->operation.dst_len);
}

void qt_canary_check(struct qt_crypto *crypto)
{
    enum form form = crypto->dev->features & QT_CRYPTO_BITS ? FORM_EXACT : FORM_LEGACY;
    uint64_t session;

    ut_context("canary, control queue");
    session = qt_form_session(crypto, &answer()->operation, form);
    for (uint32_t i = 0; i < crypto->n_data; i++) {
        check_queue(crypto, form, session, i);
    }
    ut_context("canary, control queue");
    UT_EQ_U64(qt_form_destroy(crypto, &answer()->operation, form, session), QT_OK);
    UT_EQ_U64(qt_virtio_get_status(crypto->dev) & QT_STATUS_NEEDS_RESET, 0);
}

/* ---- devices ---- */

/* One that a test has left open. */
static void check_open(struct qt_crypto *crypto)
{
    if (qt_virtio_get_status(crypto->dev) != qt_virtio_working(crypto->dev)) {
        qt_crypto_restart(crypto, crypto->dev->features);
    }
    qt_canary_check(crypto);
}

static bool has_device(struct qt_machine *machine, unsigned nth)
{
    struct qt_virtio *dev = qt_virtio_open(machine, QT_CRYPTO_DEVICE, nth);

    qt_virtio_close(dev);
    return dev;
}

/* Those that no test has open now; what we take of the machine is given back. */
static void check_found(struct qt_machine *machine)
{
    uint64_t mark = qt_mem_mark(&machine->mem);
    uint32_t bar = machine->next_bar;

    for (unsigned nth = 0; has_device(machine, nth); nth++) {
        struct qt_crypto *crypto = qt_crypto_open(
            machine, nth, QT_CRYPTO_LINUX_FEATURES | QT_F_ACCESS_PLATFORM);

        qt_canary_check(crypto);
        qt_crypto_close(crypto);
    }
    qt_mem_reset(&machine->mem, mark);
    machine->next_bar = bar;
}

static void look_at(struct qt_machine *machine)
{
    bool open = false;

    ut_context("canary, QMP");
    if (!qt_machine_alive(machine)) {
        qt_die(machine, "QEMU has ended");
    }
    UT_TRUE_FATAL(qt_qmp(machine->qmp, NULL, "{'execute': 'query-status'}"));
    for (unsigned i = 0; cryptos && i < cryptos->len; i++) {
        struct qt_crypto *crypto = g_ptr_array_index(cryptos, i);

        if (crypto->dev->machine == machine) {
            check_open(crypto);
            open = true;
        }
    }
    if (!open) {
        check_found(machine);
    }
    ut_context(NULL);
}

static void look_at_all(void)
{
    for (unsigned i = 0; machines && i < machines->len; i++) {
        look_at(g_ptr_array_index(machines, i));
    }
}
