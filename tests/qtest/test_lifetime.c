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
#define BATCHES    24   /* times so many are more than QEMU is given at once */
#define LENGTH     64   /* bytes of a request's data */
#define NO_HEAD    4096 /* more than any ring has */
#define COMMAND    0x04
#define MASTER     0x04
#define ENTRY_DATA 8 /* in an entry of the MSI-X table */
#define VTD        UINT64_C(0xfed90000)
#define VTD_TE     (VTD + 0x18) /* the command register, and ... */
#define VTD_TES    (VTD + 0x1c) /* ... the status, have this bit: */
#define TRANSLATES 0x80000000u
#define STATUS     0x14 /* in the device's common configuration */
#define DISK       2    /* a virtio device number */
#define READS      16   /* that a disk has under way, each for half a second */
#define SLOW_DISK  "null-co,node-name=slow,read-zeroes=on,latency-ns=500000000"

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
static struct qt_virtio *disk; /* of machines that translate */

static void start_machine(void)
{
    g_autofree char *plugin =
        g_strdup_printf("%s,backend=crypto0,queues=%d", qt_plugin(), QUEUES);
    g_autofree char *hotplug = g_strdup_printf(
        "ICH9-LPC.acpi-pci-hotplug-with-bridge-support=%s", on_off[!setup->native]);
    g_autofree char *device = g_strdup_printf(
        "virtio-crypto-pci,id=dev1,bus=port0,cryptodev=crypto0,iommu_platform=%s%s",
        on_off[setup->translated], setup->vectors ? "" : ",vectors=0");
    const char *args[] = { "-device",   "pcie-root-port,id=port0,chassis=1,addr=4",
                           "-plugin",   plugin,
                           "-global",   hotplug,
                           "-device",   device,
                           "-device",   "intel-iommu,intremap=off",
                           "-blockdev", SLOW_DISK,
                           "-device",   "virtio-blk-pci,drive=slow,disable-legacy=on",
                           NULL };

    if (!setup->translated) {
        args[G_N_ELEMENTS(args) - 7] = NULL;
    }
    machine = qt_machine_start(&(struct qt_machine_opts){ .args = args });
    UT_TRUE_FATAL(machine != NULL);
    plugged = 1;
    if (setup->translated) {
        disk = qt_virtio_open(machine, DISK, 0);
        UT_TRUE_FATAL(disk != NULL);
    }
    qt_port_open(machine, &port);
    if (setup->translated) {
        qt_iommu_start(&(struct qt_pci){ .machine = machine, .bus = QT_PORT_BUS });
    }
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
    if (flights.mem) {
        qt_flights_new_sessions(&flights, crypto);
        return;
    }
    /* What the answers are is the same for all of a machine's devices. */
    qt_flights_init(&flights, crypto);
    mark = qt_mem_mark(&machine->mem);
}

static void close_device(void)
{
    qt_crypto_close(crypto);
    crypto = NULL;
}

static int stop(void)
{
    int status;

    if (disk) {
        qt_virtio_close(disk);
        disk = NULL;
    }
    status = qt_machine_stop(machine);
    qt_flights_clear(&flights);
    flights.mem = NULL;
    machine = NULL;
    crypto = NULL; /* if it was not closed, a test has failed, and QEMU may be gone */
    return status;
}

/* A machine serves as long as nothing has failed on it. */
static void begin(void)
{
    if (crypto || (machine && !qt_machine_alive(machine))) {
        stop();
    }
    if (!machine) {
        start_machine();
    } else {
        qt_mem_reset(&machine->mem, mark);
    }
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

/* As good as gone, but not unplugged. */
static bool powered_off(void)
{
    return gone();
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
    struct qt_wait wait = qt_wait_begin(machine, QT_TIMEOUT_MS, target->name);

    while (!target->done()) {
        if (!qt_wait_more(&wait)) {
            qt_die(machine, "the write to %s was never seen", target->name);
        }
    }
}

/* With native hot-plug the device has left, and another one comes. */
static void plug_in_again(void)
{
    g_autofree char *name = g_strdup_printf("\"dev%u\"", plugged++);
    g_autofree char *event = NULL;

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

static void open_again(void)
{
    close_device();
    open_device();
    check_answers();
    close_device();
}

/* Sets the device up again, and sees that it works. */
static void recover(const struct target *target)
{
    wait_done(target);
    UT_TRUE(qt_qmp(machine->qmp, NULL, "{'execute': 'query-status'}"));
    if (target->done == gone || target->done == powered_off) {
        qt_writew(machine->qtest, slot_control(), QT_EXP_SLOT_ON);
    }
    if (target->done == gone && setup->native) {
        plug_in_again();
    }
    qt_pci_enable(&crypto->dev->pci);
    open_again();
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

/* A request in @vq whose answer goes to @gpa and begins with @data. */
static void add_result_in(struct qt_vring *vq, uint64_t gpa, uint64_t data)
{
    struct qt_flight flight;
    struct qt_desc desc[QT_FLIGHT_DESC];
    uint64_t number;

    memcpy(&number, flights.answer[QT_FLIGHT_AES], sizeof(number));
    number ^= GUINT64_TO_LE(data);
    qt_flight_place(&flights, &flight, QT_FLIGHT_AES, 16);
    qt_flight_prepare(&flights, &flight, number, desc);
    desc[2].gpa = gpa;
    qt_vring_add(vq, desc, QT_FLIGHT_DESC);
}

static void add_result_at(uint64_t gpa, uint64_t data)
{
    add_result_in(crypto->data[0], gpa, data);
}

/* Such a request, among others. */
static void write_result(const struct target *target)
{
    add_requests(crypto->data[0]);
    add_result_at(target->address(), target->data);
    add_requests(crypto->data[0]);
    qt_vring_kick(crypto->data[0]);
}

/* A request for a session, whose reply goes to @gpa. */
static void add_creation_at(uint64_t gpa)
{
    static const uint8_t key[16] = "a reply is aimed";
    uint64_t request =
        qt_mem_alloc(&machine->mem, QT_CRYPTO_REQUEST_SIZE + sizeof(key), 1);
    uint8_t *p =
        qt_mem_ptr(&machine->mem, request, QT_CRYPTO_REQUEST_SIZE + sizeof(key));

    message_fill_create_cipher(p, QT_FLIGHT_ALGO_AES, sizeof(key), QT_OP_ENCRYPT);
    memcpy(p + QT_CRYPTO_REQUEST_SIZE, key, sizeof(key));
    qt_vring_add(crypto->ctrl,
                 (const struct qt_desc[]){
                     { request, QT_CRYPTO_REQUEST_SIZE + sizeof(key), false },
                     { gpa, QT_CRYPTO_CREATE_REPLY_SIZE, true } },
                 2);
}

/*
 * The number of a session says in its high half how often its place was used before: of
 * seven the fourth byte and the fifth make a slot's power go off.
 */
static void write_reply(const struct target *target)
{
    struct qt_create_reply reply;
    unsigned tries = 0;

    do {
        UT_TRUE_FATAL(tries++ < 300);
        reply = qt_flights_new_session(&flights, crypto, QT_FLIGHT_AES);
        UT_EQ_U64_FATAL(reply.status, QT_OK);
        qt_crypto_destroy(crypto, QT_CIPHER_DESTROY, reply.session, 1, NULL);
    } while ((uint8_t)(reply.session >> 32) != (QT_EXP_SLOT_OFF >> 8) - 1);
    add_creation_at(target->address() - 3);
    add_creations();
    qt_vring_kick(crypto->ctrl);
}

/* Sets the device up anew, with the used ring of @queue at @gpa. */
static void move_used_ring(unsigned queue, uint64_t gpa)
{
    uint64_t features = crypto->dev->features;
    struct qt_vring *vq;

    UT_TRUE_FATAL(qt_virtio_accept(crypto->dev, features));
    for (unsigned i = 0; i <= QUEUES; i++) {
        vq = i < QUEUES ? crypto->data[i] : crypto->ctrl;
        memset(vq->avail, 0, 4);
        memset(vq->used, 0, 4);
        vq->next_avail = vq->last_used = 0;
        qt_virtio_queue_enable(crypto->dev, (uint16_t)i, vq->size, QT_NO_VECTOR,
                               vq->desc_gpa, vq->avail_gpa,
                               i == queue ? gpa : vq->used_gpa);
    }
    qt_virtio_driver_ok(crypto->dev);
}

/*
 * A used ring's first entry begins with the number of a chain's first descriptor: that
 * of the seventh goes to the upper byte of the slot's control. A write of one byte
 * switches power off, and does not unplug.
 */
static void write_used_entry(unsigned queue)
{
    static const uint16_t head = QT_EXP_SLOT_OFF >> 8;
    struct qt_vring *vq = queue < QUEUES ? crypto->data[queue] : crypto->ctrl;

    move_used_ring(queue, slot_control() + 1 - 4);
    for (uint16_t i = 0; i < REQUESTS; i++) {
        vq->desc[head + i] = (struct qt_ring_desc){
            .addr = GUINT64_TO_LE(qt_mem_alloc(&machine->mem, 64, 1)),
            .len = GUINT32_TO_LE(64),
            .flags = GUINT16_TO_LE(QT_DESC_WRITE),
        };
        vq->avail[2 + i] = GUINT16_TO_LE(head + i);
    }
    vq->avail[1] = GUINT16_TO_LE(REQUESTS);
    qt_vring_notify(vq);
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

static void aim_at_slot(void (*shoot)(const struct target *target))
{
    if (!qt_plugin()) {
        UT_SKIP("no plugin was built");
    }
    begin();
    shoot(&targets[0]);
    recover(&targets[0]);
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

static void reply_of_the_control_queue(void)
{
    aim_at_slot(write_reply);
}

static void aim_used_ring(unsigned queue)
{
    static const struct target power = { "power", slot_control, 0, powered_off };

    if (!qt_plugin()) {
        UT_SKIP("no plugin was built");
    }
    begin();
    write_used_entry(queue);
    recover(&power);
}

static void used_ring_of_a_data_queue(void)
{
    aim_used_ring(0);
}

static void used_ring_of_the_control_queue(void)
{
    aim_used_ring(QUEUES);
}

static void take_all(struct qt_vring *vq, unsigned n)
{
    uint32_t id, len;

    for (unsigned i = 0; i < n; i++) {
        UT_TRUE_FATAL(qt_vring_wait(vq, QT_TIMEOUT_MS, &id, &len));
    }
    UT_EQ_U64(qt_vring_used_idx(vq), vq->next_avail);
}

/*
 * Where translation ends, workers take over; not before the requests that the main loop
 * had taken were answered, each once.
 */
static void translation_that_ends_in_a_batch(void)
{
    if (!qt_plugin()) {
        UT_SKIP("no plugin was built");
    }
    begin();
    add_requests(crypto->data[0]);
    add_result_at(VTD_TE, 0);
    for (unsigned i = 0; i < BATCHES; i++) {
        add_requests(crypto->data[0]);
    }
    qt_vring_kick(crypto->data[0]);
    take_all(crypto->data[0], (BATCHES + 1) * REQUESTS + 1);
    UT_EQ_U64(qt_readl(machine->qtest, VTD_TES) & TRANSLATES, 0);
    check_answers();
    open_again();
    UT_EQ_U64(stop(), 0);
}

static void translation_that_ends_in_a_control_request(void)
{
    if (!qt_plugin()) {
        UT_SKIP("no plugin was built");
    }
    begin();
    add_creations();
    add_creation_at(VTD_TE);
    add_creations();
    qt_vring_kick(crypto->ctrl);
    take_all(crypto->ctrl, 2 * REQUESTS + 1);
    UT_EQ_U64(qt_readl(machine->qtest, VTD_TES) & TRANSLATES, 0);
    qt_flights_new_sessions(&flights, crypto);
    check_answers();
    open_again();
    UT_EQ_U64(stop(), 0);
}

/*
 * Has the disk read, one read a little after the other. Whenever one is done the disk
 * writes its used index, which is where the device's queue @vq is kicked.
 */
static void read_and_kick(const struct qt_vring *vq)
{
    struct qt_vring *reads;

    UT_TRUE_FATAL(qt_virtio_accept(disk, QT_F_VERSION_1));
    reads = qt_vring_new(disk, 0, 64, QT_NO_VECTOR);
    UT_TRUE_FATAL(qt_virtio_accept(disk, QT_F_VERSION_1));
    qt_virtio_queue_enable(disk, 0, reads->size, QT_NO_VECTOR, reads->desc_gpa,
                           reads->avail_gpa, vq->notify_addr - 2);
    qt_virtio_driver_ok(disk);
    for (unsigned i = 0; i < READS; i++) {
        uint64_t gpa = qt_mem_alloc(&machine->mem, 1024, 16);

        memset(qt_mem_ptr(&machine->mem, gpa, 16), 0, 16);
        qt_vring_add(reads,
                     (const struct qt_desc[]){ { gpa, 16, false },
                                               { gpa + 16, 512, true },
                                               { gpa + 528, 1, true } },
                     3);
        qt_vring_kick(reads);
        UT_TRUE(qt_qmp(machine->qmp, NULL, "{'execute': 'query-status'}"));
    }
    qt_vring_free(reads);
}

/*
 * A result may reset a disk that is at work. QEMU waits for it then, and meanwhile runs
 * bottom halves: that of the queue as well, which has been kicked again.
 */
static void a_disk_that_is_waited_for(void)
{
    struct qt_vring *vq;

    if (!qt_plugin()) {
        UT_SKIP("no plugin was built");
    }
    begin();
    vq = crypto->data[1];
    read_and_kick(vq);
    add_requests(vq);
    add_result_in(vq, disk->common + STATUS, 0);
    for (unsigned i = 0; i < BATCHES; i++) {
        add_requests(vq);
    }
    qt_vring_kick(vq);
    take_all(vq, (BATCHES + 1) * REQUESTS + 1);
    UT_EQ_U64(qt_virtio_get_status(disk), 0);
    check_answers();
    open_again();
    UT_EQ_U64(stop(), 0);
}

/* What the device writes to its own registers, or to the table of its vectors. */
static void aim_at_own(uint64_t gpa)
{
    const struct qt_pci *pci = &crypto->dev->pci;
    struct qt_flight flight;

    for (unsigned vector = 0; setup->vectors && vector <= CONTROL_VECTOR; vector++) {
        qt_writel(machine->qtest, pci->msix_table + 16 * vector, (uint32_t)gpa);
        qt_writel(machine->qtest, pci->msix_table + 16 * vector + ENTRY_DATA, 0);
    }
    qt_flight_place(&flights, &flight, QT_FLIGHT_AES, LENGTH);
    for (unsigned i = 0; i < REQUESTS; i++) {
        UT_TRUE(qt_flight_run(&flights, crypto->data[0], &flight, i));
        UT_EQ_U64(qt_flights_new_session(&flights, crypto, QT_FLIGHT_AES).status,
                  QT_OK);
    }
    if (setup->translated) {
        add_result_at(gpa, 0);
        qt_vring_kick(crypto->data[0]);
        take_all(crypto->data[0], 1);
        add_creation_at(gpa);
        qt_vring_kick(crypto->ctrl);
        take_all(crypto->ctrl, 1);
    }
    add_impossible(crypto->data[0]);
    qt_vring_kick(crypto->data[0]);
}

static void the_devices_own_registers(void)
{
    if (!qt_plugin()) {
        UT_SKIP("no plugin was built");
    }
    for (unsigned i = 0; i < 4; i++) {
        struct qt_wait wait;

        ut_context("place %u", i);
        begin();
        aim_at_own(i == 0   ? crypto->dev->common + STATUS
                   : i == 1 ? crypto->dev->common
                   : i == 2 ? crypto->dev->notify
                            : crypto->dev->pci.msix_table);
        wait = qt_wait_begin(machine, QT_TIMEOUT_MS, "the device to need a reset");
        while (!(qt_virtio_get_status(crypto->dev) & QT_STATUS_NEEDS_RESET)) {
            UT_TRUE_FATAL(qt_wait_more(&wait));
        }
        open_again();
    }
    ut_context(NULL);
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
        { "interrupt of the control queue that breaks",                                \
          interrupt_of_the_control_queue_that_breaks },                                \
    {                                                                                  \
        "the device's own registers", the_devices_own_registers                        \
    }

#define RESULTS                                                                        \
    { "result of a data queue", result_of_a_data_queue },                              \
        { "reply of the control queue", reply_of_the_control_queue },                  \
        { "used ring of a data queue", used_ring_of_a_data_queue },                    \
        { "used ring of the control queue", used_ring_of_the_control_queue },          \
        { "translation that ends in a batch", translation_that_ends_in_a_batch },      \
        { "a disk that is waited for", a_disk_that_is_waited_for },                    \
    {                                                                                  \
        "translation that ends in a control request",                                  \
            translation_that_ends_in_a_control_request                                 \
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
