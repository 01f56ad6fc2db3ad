/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Feature bits 0 to 5: which are offered, and which a driver may take together. */
#include "crypto.h"
#include "support/offered.h"
#include "support/ut.h"

#include <glib.h>
#include <inttypes.h>
#include <string.h>

#define BITS 6

static const char *const names[BITS] = {
    "mux",           "cipher-stateless", "hash-stateless",
    "mac-stateless", "aead-stateless",   "akcipher-stateless"
};

/* Devices in one machine; more machines for more combinations. */
#define DEVICES 16

static uint32_t offered_services; /* as bits 1 to 5, and bit 0 */

/* What is on by default need not be said, and with mux=off must not. */
static void add_backend(GString *plugin, unsigned nth, unsigned combination)
{
    g_string_append_printf(plugin, ",backend=c%u", nth);
    for (unsigned bit = 0; bit < BITS; bit++) {
        if (!(combination >> bit & 1)) {
            g_string_append_printf(plugin, ",%s=off", names[bit]);
        }
    }
}

static struct qt_machine *start(unsigned first)
{
    g_autoptr(GString) plugin = g_string_new(qt_plugin());
    g_autoptr(GPtrArray) args = g_ptr_array_new_with_free_func(g_free);

    g_ptr_array_add(args, g_strdup("-plugin"));
    for (unsigned i = 0; i < DEVICES; i++) {
        add_backend(plugin, i, first + i);
    }
    g_ptr_array_add(args, g_strdup(plugin->str));
    for (unsigned i = 0; i < DEVICES; i++) {
        g_ptr_array_add(args, g_strdup("-device"));
        g_ptr_array_add(
            args, g_strdup_printf("virtio-crypto-pci,cryptodev=c%u,addr=%x", i, i + 4));
    }
    g_ptr_array_add(args, NULL);
    return qt_machine_start(
        &(struct qt_machine_opts){ .args = (const char *const *)args->pdata });
}

static uint64_t offered(struct qt_machine *machine, unsigned nth)
{
    struct qt_crypto *crypto = qt_crypto_open(machine, nth, QT_F_VERSION_1);
    uint64_t bits = qt_virtio_offered(crypto->dev) & ((1u << BITS) - 1);

    offered_services = crypto->config.services << 1 | 1;
    qt_crypto_close(crypto);
    return bits;
}

/* shows: FEA-1 */
static void properties_decide_what_is_offered(void)
{
    if (!qt_plugin()) {
        UT_SKIP("no plugin was built");
    }
    for (unsigned first = 0; first < 1u << BITS; first += DEVICES) {
        struct qt_machine *machine = start(first);

        UT_TRUE_FATAL(machine != NULL);
        for (unsigned i = 0; i < DEVICES; i++) {
            unsigned combination = first + i;
            uint64_t bits = offered(machine, i);

            ut_context("combination 0x%x", combination);
            UT_EQ_U64(bits, combination & 1 ? combination & offered_services : 0);
        }
        UT_EQ_U64((uint64_t)qt_machine_stop(machine), 0);
    }
}

/* shows: FEA-2 */
static void no_bit_is_taken_without_the_first(void)
{
    struct qt_machine *machine;
    struct qt_crypto *crypto;

    if (!qt_plugin()) {
        UT_SKIP("no plugin was built");
    }
    machine = start((1u << BITS) - DEVICES); /* the last device offers everything */
    UT_TRUE_FATAL(machine != NULL);
    crypto = qt_crypto_open(machine, DEVICES - 1, QT_F_VERSION_1);
    for (unsigned bits = 0; bits < 1u << BITS; bits++) {
        uint64_t wanted = bits & qt_virtio_offered(crypto->dev);
        bool fine = !wanted || wanted & 1;

        ut_context("bits 0x%" PRIx64, wanted);
        UT_TRUE(qt_virtio_accept(crypto->dev, QT_F_VERSION_1 | wanted) == fine);
    }
    UT_TRUE(qt_virtio_accept(crypto->dev, QT_F_VERSION_1));
    qt_crypto_close(crypto);
    UT_EQ_U64((uint64_t)qt_machine_stop(machine), 0);
}

static void macs_with_an_iv_are_a_property(void)
{
    g_autofree char *plugin =
        g_strdup_printf("%s,backend=c0,mac-iv-prefix=off,backend=c1", qt_plugin());
    const char *args[] = { "-plugin", plugin,
                           "-device", "virtio-crypto-pci,cryptodev=c0,addr=4",
                           "-device", "virtio-crypto-pci,cryptodev=c1,addr=5",
                           NULL };
    struct qt_machine *machine;

    if (!qt_plugin()) {
        UT_SKIP("no plugin was built");
    }
    machine = qt_machine_start(&(struct qt_machine_opts){ .args = args });
    UT_TRUE_FATAL(machine != NULL);
    for (unsigned i = 0; i < 2; i++) {
        struct qt_crypto *crypto = qt_crypto_open(machine, i, QT_F_VERSION_1);

        UT_EQ_U64(crypto->config.mac_algos,
                  OFFERED_MACS & ~(i ? 0 : OFFERED_MACS_WITH_IV));
        qt_crypto_close(crypto);
    }
    UT_EQ_U64((uint64_t)qt_machine_stop(machine), 0);
}

/* What a driver may be told of the transport, from the specification: legacy bits,
 * rings, and resetting a queue. */
#define KEPT                                                                           \
    (UINT64_C(1) << 27 | QT_F_INDIRECT_DESC | QT_F_EVENT_IDX | UINT64_C(1) << 30 |     \
     QT_F_VERSION_1 | QT_F_ACCESS_PLATFORM | QT_F_RING_PACKED | QT_F_RING_RESET)

/* Whatever this QEMU's properties switch on. */
static void rings_keep_what_is_offered(void)
{
    static const char *const switches[] = { "packed", "in_order", "queue_reset",
                                            "notification_data", "notify_on_empty" };
    g_autofree char *properties = NULL;
    g_autofree char *plugin = g_strdup_printf("%s,backend=c0", qt_plugin());
    g_autoptr(GString) device = g_string_new("virtio-crypto-pci,cryptodev=c0");
    struct qt_machine *machine;
    struct qt_crypto *crypto;

    if (!qt_plugin()) {
        UT_SKIP("no plugin was built");
    }
    machine = qt_machine_start(&(struct qt_machine_opts){ 0 });
    UT_TRUE_FATAL(machine != NULL);
    UT_TRUE_FATAL(qt_qmp(machine->qmp, &properties,
                         "{'execute': 'device-list-properties', 'arguments': "
                         "{'typename': 'virtio-crypto-pci'}}"));
    UT_EQ_U64((uint64_t)qt_machine_stop(machine), 0);
    for (unsigned i = 0; i < G_N_ELEMENTS(switches); i++) {
        g_autofree char *name = g_strdup_printf("\"%s\"", switches[i]);

        if (strstr(properties, name)) {
            g_string_append_printf(device, ",%s=on", switches[i]);
        }
    }
    ut_note("%s", device->str);
    machine = qt_machine_start(&(struct qt_machine_opts){
        .args =
            (const char *const[]){ "-plugin", plugin, "-device", device->str, NULL } });
    UT_TRUE_FATAL(machine != NULL);
    crypto = qt_crypto_open(machine, 0, QT_F_VERSION_1);
    UT_EQ_U64(qt_virtio_offered(crypto->dev) & ~(KEPT | ((1u << BITS) - 1)), 0);
    UT_TRUE(qt_virtio_offered(crypto->dev) & QT_F_RING_PACKED);
    qt_crypto_close(crypto);
    UT_EQ_U64((uint64_t)qt_machine_stop(machine), 0);
}

int main(int argc, char **argv)
{
    static const struct ut_test tests[] = {
        { "properties decide what is offered", properties_decide_what_is_offered },
        { "no bit is taken without the first", no_bit_is_taken_without_the_first },
        { "MACs with an iv are a property", macs_with_an_iv_are_a_property },
        { "rings keep what is offered", rings_keep_what_is_offered },
        { NULL, NULL },
    };
    static const struct ut_suite suites[] = { { "features", NULL, NULL, tests },
                                              { NULL, NULL, NULL, NULL } };

    return ut_main(argc, argv, suites);
}
