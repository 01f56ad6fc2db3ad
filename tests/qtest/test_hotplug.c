/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Devices that come and go while the machine runs: whatever a round of device_add, a
 * request and device_del took, it gives back. What QEMU itself loses with each PCI
 * device, as 10.0 does, is told by its own crypto device in the same rounds.
 */
#include "crypto.h"
#include "usage.h"

#include "support/ut.h"

#include <glib.h>
#include <string.h>

#define ROUNDS     100
#define WARM_UP    20 /* rounds until what is allocated once is allocated */
#define SLOT       5
#define EJECT_PORT 0xae08 /* of the "pc" machine: what a guest's ACPI code would do */
#define SLACK_KIB  1024

static struct qt_machine *machine, *stock;

static struct qt_machine *start_one(const char *option, const char *value)
{
    return qt_machine_start(&(struct qt_machine_opts){
        .machine = "pc",
        .args = (const char *const[]){ option, value, NULL },
    });
}

static int start(void)
{
    g_autofree char *plugin = NULL;

    if (!qt_plugin()) {
        return 0;
    }
    qt_usage_keep_nothing_freed();
    plugin = g_strdup_printf("%s,backend=crypto0,queues=4", qt_plugin());
    machine = start_one("-plugin", plugin);
    stock = start_one("-object", "cryptodev-backend-builtin,id=crypto0");
    return machine && stock ? 0 : -1;
}

static int stop(void)
{
    int status = qt_machine_stop(machine);

    return qt_machine_stop(stock) || status ? -1 : 0;
}

static void add_to(struct qt_machine *in)
{
    UT_TRUE_FATAL(qt_qmp(in->qmp, NULL,
                         "{'execute': 'device_add', 'arguments': {'driver': "
                         "'virtio-crypto-pci', 'id': 'dev0', 'bus': 'pci.0', 'addr': "
                         "'%d', 'cryptodev': 'crypto0'}}",
                         SLOT));
}

static void delete_from(struct qt_machine *in)
{
    g_autofree char *event = NULL;

    UT_TRUE_FATAL(qt_qmp(in->qmp, NULL,
                         "{'execute': 'device_del', 'arguments': {'id': 'dev0'}}"));
    qt_outl(in->qtest, EJECT_PORT, 1u << SLOT);
    for (;;) {
        event = qt_qmp_wait_event(in->qmp, "DEVICE_DELETED", QT_TIMEOUT_MS);
        UT_TRUE_FATAL(event != NULL);
        if (strstr(event, "\"dev0\"")) {
            break; /* the other one is for the device inside the PCI function */
        }
        g_clear_pointer(&event, g_free);
    }
    qt_qmp_forget_events(in->qmp);
}

static void add(void)
{
    add_to(machine);
}

static void delete (void)
{
    delete_from(machine);
}

static void one_request(struct qt_crypto *crypto, uint32_t queue)
{
    static const uint8_t key[16] = "hotplug hotplug", iv[16];
    uint8_t src[64], there[64], back[64];
    struct qt_create_reply enc, dec;
    uint32_t used;

    memset(src, 0x5c, sizeof(src));
    enc = qt_crypto_create_cipher(crypto, 3, key, sizeof(key), QT_OP_ENCRYPT);
    dec = qt_crypto_create_cipher(crypto, 3, key, sizeof(key), QT_OP_DECRYPT);
    UT_EQ_U64_FATAL(enc.status, QT_OK);
    UT_EQ_U64_FATAL(dec.status, QT_OK);
    struct qt_cipher request = { .opcode = QT_CIPHER_ENCRYPT,
                                 .session = enc.session,
                                 .iv = iv,
                                 .iv_len = sizeof(iv),
                                 .src = src,
                                 .len = sizeof(src),
                                 .queue = queue,
                                 .layout = QT_INDIRECT };
    UT_EQ_U64(qt_crypto_cipher(crypto, &request, there, &used), QT_OK);
    request.opcode = QT_CIPHER_DECRYPT;
    request.session = dec.session;
    request.src = there;
    UT_EQ_U64(qt_crypto_cipher(crypto, &request, back, &used), QT_OK);
    UT_EQ_MEM(back, src, sizeof(src));
}

/* Sessions are left behind: they go with the device. */
static void one_round(struct qt_machine *in, unsigned round)
{
    uint64_t mark = qt_mem_mark(&in->mem);
    struct qt_crypto *crypto;

    ut_context("%s device, round %u", in == stock ? "stock" : "our", round);
    add_to(in);
    crypto = qt_crypto_open(in, 0, QT_CRYPTO_LINUX_FEATURES);
    one_request(crypto, in == stock ? 0 : round % 4);
    qt_crypto_close(crypto);
    delete_from(in);
    qt_mem_reset(&in->mem, mark);
}

/* What the process has after WARM_UP rounds, and after all. */
static void run_rounds(struct qt_machine *in, struct qt_usage usage[2])
{
    for (unsigned round = 1; round <= ROUNDS; round++) {
        one_round(in, round);
        if (round == WARM_UP) {
            usage[0] = qt_usage_measure(in);
        }
    }
    ut_context(NULL);
    usage[1] = qt_usage_measure(in);
    ut_note("%s device: after round %d: %u threads, %u descriptors, %u KiB; after "
            "round %d: %u, %u, %u KiB",
            in == stock ? "stock" : "our", WARM_UP, usage[0].threads,
            usage[0].descriptors, usage[0].private_kib, ROUNDS, usage[1].threads,
            usage[1].descriptors, usage[1].private_kib);
}

/* QEMU may keep as much of ours as it does of its own. */
static unsigned grown(const struct qt_usage usage[2])
{
    return usage[1].private_kib > usage[0].private_kib
               ? usage[1].private_kib - usage[0].private_kib
               : 0;
}

static void rounds_leave_nothing_behind(void)
{
    struct qt_usage ours[2] = { 0 }, theirs[2] = { 0 };

    QT_NEED(machine);
    run_rounds(machine, ours);
    run_rounds(stock, theirs);
    UT_EQ_U64(ours[1].threads, ours[0].threads);
    UT_EQ_U64(ours[1].descriptors, ours[0].descriptors);
    UT_TRUE(grown(ours) <= MAX(grown(theirs), SLACK_KIB));
}

static void backend_in_use_cannot_be_deleted(void)
{
    QT_NEED(machine);
    add();
    UT_TRUE(!qt_qmp(machine->qmp, NULL,
                    "{'execute': 'object-del', 'arguments': {'id': 'crypto0'}}"));
    UT_TRUE(!qt_qmp(machine->qmp, NULL,
                    "{'execute': 'device_add', 'arguments': {'driver': "
                    "'virtio-crypto-pci', 'id': 'dev1', 'cryptodev': 'crypto0'}}"));
    delete ();
    add();
    delete ();
}

/* Last: there is no way to make the backend again. */
static void backend_out_of_use_can_be_deleted(void)
{
    QT_NEED(machine);
    UT_TRUE(qt_qmp(machine->qmp, NULL,
                   "{'execute': 'object-del', 'arguments': {'id': 'crypto0'}}"));
    UT_TRUE(!qt_qmp(machine->qmp, NULL,
                    "{'execute': 'device_add', 'arguments': {'driver': "
                    "'virtio-crypto-pci', 'id': 'dev1', 'cryptodev': 'crypto0'}}"));
    UT_TRUE(qt_machine_alive(machine));
}

int main(int argc, char **argv)
{
    static const struct ut_test tests[] = {
        { "rounds leave nothing behind", rounds_leave_nothing_behind },
        { "backend in use cannot be deleted", backend_in_use_cannot_be_deleted },
        { "backend out of use can be deleted", backend_out_of_use_can_be_deleted },
        { NULL, NULL },
    };
    static const struct ut_suite suites[] = {
        { "hotplug", start, stop, tests },
        { NULL, NULL, NULL, NULL },
    };

    return ut_main(argc, argv, suites);
}
