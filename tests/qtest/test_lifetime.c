/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A guest chooses where the device's interrupts go, and where its results go. Either
 * can be a register that takes the device away while it writes there: its port's Slot
 * Control unplugs it, its own Device Control resets it, its own command register takes
 * memory away from it, and the IOMMU's command register the translation. Whatever the
 * guest aims at: QEMU goes on, and the device works when it is set up again.
 *
 * Run with a plugin under the address sanitizer this shows that nothing is used that
 * was freed; each machine here is for one such write.
 */
#include "crypto.h"
#include "flight.h"
#include "iommu.h"
#include "port.h"
#include "waiting.h"

#include "support/ut.h"

#include <glib.h>
#include <string.h>

#define QUEUES     2
#define REQUESTS   8
#define LENGTH     64   /* bytes of a request's data */
#define NO_HEAD    4096 /* more than any ring has */
#define COMMAND    0x04
#define MASTER     0x04
#define ENTRY_DATA 8                    /* in an entry of the MSI-X table */
#define VTD_TE     UINT64_C(0xfed90018) /* register with the bit for translation */

/* Vectors of qt_crypto_open_opts(). */
#define CONFIG_VECTOR  0
#define DATA_VECTOR    1
#define CONTROL_VECTOR (QUEUES + 1)

/* ---- the machine ---- */

struct setup {
    bool native;     /* hot-plug by the port itself, else by ACPI */
    bool translated; /* behind an IOMMU that is at work */
    bool vectors;    /* MSI-X, else INTx */
};

static const char *const on_off[] = { "off", "on" };
static const struct setup *setup; /* of this suite */
static struct qt_machine *machine;
static uint64_t mark;
static unsigned plugged; /* devices, one after the other */
static struct qt_pci port;
static struct qt_crypto *crypto;
static struct qt_flights flights;

static void start_machine(void)
{
    g_autofree char *plugin =
        g_strdup_printf("%s,backend=crypto0,queues=%d", qt_plugin(), QUEUES);
    g_autofree char *hotplug = g_strdup_printf(
        "ICH9-LPC.acpi-pci-hotplug-with-bridge-support=%s", on_off[!setup->native]);
    g_autofree char *device = g_strdup_printf(
        "virtio-crypto-pci,id=dev1,bus=port0,cryptodev=crypto0,iommu_platform=%s%s",
        on_off[setup->translated], setup->vectors ? "" : ",vectors=0");
    const char *args[] = { "-device", "pcie-root-port,id=port0,chassis=1,addr=4",
                           "-plugin", plugin,
                           "-global", hotplug,
                           "-device", device,
                           "-device", "intel-iommu,intremap=off",
                           NULL };

    if (!setup->translated) {
        args[G_N_ELEMENTS(args) - 3] = NULL;
    }
    machine = qt_machine_start(&(struct qt_machine_opts){ .args = args });
    UT_TRUE_FATAL(machine != NULL);
    plugged = 1;
    qt_port_open(machine, &port);
    if (setup->translated) {
        qt_iommu_start(&(struct qt_pci){ .machine = machine, .bus = QT_PORT_BUS });
    }
    mark = qt_mem_mark(&machine->mem);
}

/* Without event indices: there is an interrupt whenever something was answered. */
static void open_device(void)
{
    crypto = qt_crypto_open_opts(
        machine,
        &(struct qt_crypto_opts){
            .bus = QT_PORT_BUS,
            .features = QT_F_VERSION_1 | (setup->translated ? QT_F_ACCESS_PLATFORM : 0),
            .msix = setup->vectors });
    qt_flights_init(&flights, crypto);
}

static void close_device(void)
{
    qt_flights_clear(&flights);
    qt_crypto_close(crypto);
    crypto = NULL;
}

/* A machine serves as long as nothing has failed on it. */
static void begin(void)
{
    if (crypto) {
        close_device();
        qt_machine_stop(machine);
        machine = NULL;
    }
    if (!machine) {
        start_machine();
    }
    qt_mem_reset(&machine->mem, mark);
    machine->next_bar = QT_PORT_BARS;
    open_device();
}

static void check_answers(void)
{
    struct qt_flight flight;

    qt_flight_place(&flights, &flight, QT_FLIGHT_AES, LENGTH);
    for (unsigned i = 0; i < QUEUES; i++) {
        UT_TRUE(qt_flight_run(&flights, crypto->data[i], &flight, i));
    }
    UT_EQ_U64(qt_virtio_get_status(crypto->dev) & QT_STATUS_NEEDS_RESET, 0);
    UT_TRUE(qt_qmp(machine->qmp, NULL, "{'execute': 'query-status'}"));
}

static int stop(void)
{
    int status;

    if (crypto) {
        close_device();
    }
    status = qt_machine_stop(machine);
    machine = NULL;
    return status;
}

/* ---- what a write takes away ---- */

static uint64_t slot_control(void)
{
    return qt_ecam_express(&port, QT_EXP_SLOT_CONTROL);
}

static uint64_t device_control(void)
{
    return qt_ecam_express(&crypto->dev->pci, QT_EXP_DEVICE_CONTROL);
}

static uint64_t command(void)
{
    return qt_ecam(&crypto->dev->pci, COMMAND);
}

static bool present(void)
{
    return qt_pci_readl(&crypto->dev->pci, 0) != UINT32_MAX;
}

static bool gone(void)
{
    return !present();
}

static bool cut_off(void)
{
    return present() && !(qt_pci_readw(&crypto->dev->pci, COMMAND) & MASTER);
}

static const struct target {
    const char *name;
    uint64_t (*address)(void);
    uint32_t data;
    bool (*done)(void); /* whether it happened */
} targets[] = {
    { "slot", slot_control, QT_EXP_SLOT_OFF, gone },
    { "reset", device_control, QT_EXP_RESET, cut_off },
    { "command", command, 0, cut_off },
};

static void wait_done(const struct target *target)
{
    struct qt_wait wait = qt_wait_begin(QT_TIMEOUT_MS);

    while (!target->done()) {
        if (!qt_wait_more(&wait)) {
            qt_die(machine, "the write to %s was never seen", target->name);
        }
    }
}

/* With native hot-plug it is another device then. */
static void plug_in_again(void)
{
    g_autofree char *name = g_strdup_printf("\"dev%u\"", plugged++);
    g_autofree char *event = NULL;

    qt_writew(machine->qtest, slot_control(), QT_EXP_SLOT_ON);
    if (!setup->native) {
        return;
    }
    do {
        g_free(event);
        event = qt_qmp_wait_event(machine->qmp, "DEVICE_DELETED", QT_TIMEOUT_MS);
        UT_TRUE_FATAL(event != NULL);
    } while (!strstr(event, name));
    qt_qmp_forget_events(machine->qmp);
    UT_TRUE_FATAL(
        qt_qmp(machine->qmp, NULL,
               "{'execute': 'device_add', 'arguments': {'driver': 'virtio-crypto-pci', "
               "'id': 'dev%u', 'bus': 'port0', 'cryptodev': 'crypto0', "
               "'iommu_platform': %s, 'vectors': %d}}",
               plugged, setup->translated ? "true" : "false",
               setup->vectors ? QUEUES + 2 : 0));
    /* As the guest's driver for the port does. */
    qt_writew(machine->qtest, slot_control(), QT_EXP_SLOT_ON);
}

/* Sets the device up again, and sees that it works. */
static void recover(const struct target *target)
{
    wait_done(target);
    UT_TRUE(qt_qmp(machine->qmp, NULL, "{'execute': 'query-status'}"));
    if (target->done == gone) {
        plug_in_again();
    }
    qt_pci_enable(&crypto->dev->pci);
    close_device();
    open_device();
    check_answers();
    close_device();
}

/* ---- what makes the device write there ---- */

static void aim(unsigned vector, const struct target *target)
{
    uint64_t entry = crypto->dev->pci.msix_table + 16 * (uint64_t)vector;

    qt_writel(machine->qtest, entry, (uint32_t)target->address());
    qt_writel(machine->qtest, entry + ENTRY_DATA, target->data);
}

static void add_requests(struct qt_vring *vq)
{
    struct qt_flight flight;

    for (unsigned i = 0; i < REQUESTS; i++) {
        qt_flight_place(&flights, &flight, QT_FLIGHT_AES, LENGTH);
        qt_flight_add(&flights, vq, &flight, i);
    }
}

/* A chain that begins with a descriptor that the ring has not. */
static void add_impossible(struct qt_vring *vq)
{
    uint64_t gpa = qt_mem_alloc(&machine->mem, 16, 1);

    qt_vring_add(vq, &(struct qt_desc){ gpa, 16, true }, 1);
    vq->avail[2 + (vq->next_avail - 1) % vq->size] = NO_HEAD;
}

static void add_creations(void)
{
    static const uint8_t key[16] = "aimed at itself";
    uint8_t request[QT_CRYPTO_REQUEST_SIZE];
    uint64_t gpa = qt_mem_alloc(&machine->mem, 256 * REQUESTS, 1);

    message_fill_create_cipher(request, QT_FLIGHT_ALGO_AES, sizeof(key), QT_OP_ENCRYPT);
    for (unsigned i = 0; i < REQUESTS; i++, gpa += 256) {
        uint8_t *p = qt_mem_ptr(&machine->mem, gpa, 256);

        memcpy(p, request, sizeof(request));
        memcpy(p + sizeof(request), key, sizeof(key));
        qt_vring_add(crypto->ctrl,
                     (const struct qt_desc[]){
                         { gpa, sizeof(request) + sizeof(key), false },
                         { gpa + 128, QT_CRYPTO_CREATE_REPLY_SIZE, true } },
                     2);
    }
}

static void break_data_queue(const struct target *target)
{
    aim(CONFIG_VECTOR, target);
    add_requests(crypto->data[0]);
    add_impossible(crypto->data[0]);
    qt_vring_kick(crypto->data[0]);
}

static void break_control_queue(const struct target *target)
{
    aim(CONFIG_VECTOR, target);
    add_creations();
    add_impossible(crypto->ctrl);
    qt_vring_kick(crypto->ctrl);
}

static void switch_ready_off(const struct target *target)
{
    aim(CONFIG_VECTOR, target);
    UT_TRUE(qt_qmp(machine->qmp, NULL,
                   "{'execute': 'qom-set', 'arguments': {'path': '/objects/crypto0', "
                   "'property': 'ready', 'value': false}}"));
    UT_TRUE(qt_qmp(machine->qmp, NULL,
                   "{'execute': 'qom-set', 'arguments': {'path': '/objects/crypto0', "
                   "'property': 'ready', 'value': true}}"));
}

static void run_data_queue(const struct target *target)
{
    aim(DATA_VECTOR, target);
    add_requests(crypto->data[0]);
    qt_vring_kick(crypto->data[0]);
}

/* The interrupt for what came before, or that of the device that is broken. */
static void run_and_break_data_queue(const struct target *target)
{
    aim(DATA_VECTOR, target);
    aim(CONFIG_VECTOR, target);
    add_requests(crypto->data[0]);
    add_impossible(crypto->data[0]);
    qt_vring_kick(crypto->data[0]);
}

static void run_control_queue(const struct target *target)
{
    aim(CONTROL_VECTOR, target);
    add_creations();
    qt_vring_kick(crypto->ctrl);
}

static void run_and_break_control_queue(const struct target *target)
{
    aim(CONTROL_VECTOR, target);
    add_creations();
    add_impossible(crypto->ctrl);
    qt_vring_kick(crypto->ctrl);
}

/* A request whose answer begins with what the target is to be written, and others. */
static void write_result(const struct target *target)
{
    struct qt_flight flight;
    struct qt_desc desc[QT_FLIGHT_DESC];
    uint64_t number;

    memcpy(&number, flights.answer[QT_FLIGHT_AES], sizeof(number));
    number ^= GUINT64_TO_LE(target->data);
    qt_flight_place(&flights, &flight, QT_FLIGHT_AES, 16);
    qt_flight_prepare(&flights, &flight, number, desc);
    desc[2].gpa = target->address();
    add_requests(crypto->data[0]);
    qt_vring_add(crypto->data[0], desc, QT_FLIGHT_DESC);
    add_requests(crypto->data[0]);
    qt_vring_kick(crypto->data[0]);
}

/* ---- tests ---- */

static void aim_at_all(void (*shoot)(const struct target *target))
{
    if (!qt_plugin()) {
        UT_SKIP("no plugin was built");
    }
    for (size_t i = 0; i < G_N_ELEMENTS(targets); i++) {
        ut_context("%s", targets[i].name);
        begin();
        shoot(&targets[i]);
        recover(&targets[i]);
    }
    ut_context(NULL);
}

static void interrupt_of_a_broken_data_queue(void)
{
    aim_at_all(break_data_queue);
}

static void interrupt_of_a_broken_control_queue(void)
{
    aim_at_all(break_control_queue);
}

static void interrupt_of_the_operator(void)
{
    aim_at_all(switch_ready_off);
}

static void interrupt_of_a_data_queue(void)
{
    aim_at_all(run_data_queue);
}

static void interrupt_of_a_data_queue_that_breaks(void)
{
    aim_at_all(run_and_break_data_queue);
}

static void interrupt_of_the_control_queue(void)
{
    aim_at_all(run_control_queue);
}

static void interrupt_of_the_control_queue_that_breaks(void)
{
    aim_at_all(run_and_break_control_queue);
}

static void result_of_a_data_queue(void)
{
    aim_at_all(write_result);
}

#define INTERRUPTS                                                                     \
    { "interrupt of a broken data queue", interrupt_of_a_broken_data_queue },          \
        { "interrupt of a broken control queue",                                       \
          interrupt_of_a_broken_control_queue },                                       \
        { "interrupt of the operator", interrupt_of_the_operator },                    \
        { "interrupt of a data queue", interrupt_of_a_data_queue },                    \
        { "interrupt of a data queue that breaks",                                     \
          interrupt_of_a_data_queue_that_breaks },                                     \
        { "interrupt of the control queue", interrupt_of_the_control_queue },          \
    {                                                                                  \
        "interrupt of the control queue that breaks",                                  \
            interrupt_of_the_control_queue_that_breaks                                 \
    }

#define RESULTS                                                                        \
    {                                                                                  \
        "result of a data queue", result_of_a_data_queue                               \
    }

#define START(name, ...)                                                               \
    static int start_##name(void)                                                      \
    {                                                                                  \
        static const struct setup with = { __VA_ARGS__ };                              \
                                                                                       \
        setup = &with;                                                                 \
        return 0;                                                                      \
    }

START(acpi, .vectors = true)
START(native, .native = true, .vectors = true)
START(acpi_translated, .translated = true, .vectors = true)
START(native_translated, .native = true, .translated = true, .vectors = true)
START(acpi_pins, .translated = true)
START(native_pins, .native = true, .translated = true)

int main(int argc, char **argv)
{
    static const struct ut_test interrupts[] = { INTERRUPTS, { NULL, NULL } };
    static const struct ut_test both[] = { INTERRUPTS, RESULTS, { NULL, NULL } };
    static const struct ut_test results[] = { RESULTS, { NULL, NULL } };
    static const struct ut_suite suites[] = {
        { "ACPI hot-plug", start_acpi, stop, interrupts },
        { "native hot-plug", start_native, stop, interrupts },
        { "ACPI hot-plug, translated", start_acpi_translated, stop, both },
        { "native hot-plug, translated", start_native_translated, stop, both },
        { "ACPI hot-plug, translated, INTx", start_acpi_pins, stop, results },
        { "native hot-plug, translated, INTx", start_native_pins, stop, results },
        { NULL, NULL, NULL, NULL },
    };

    return ut_main(argc, argv, suites);
}
