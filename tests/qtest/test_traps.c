/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a guest can do to hang or abort its QEMU through the device: rings and data in
 * the device's own registers or in no memory at all, rings that cannot be, resets in
 * the middle of it. Each time QEMU goes on answering, the device works again after its
 * reset, and in the end QEMU exits with status 0.
 */
#include "crypto.h"
#include "flight.h"
#include "form.h"
#include "waiting.h"

#include "support/operations.h"
#include "support/ut.h"

#include <glib.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define QUEUES        2
#define CONTROL       QUEUES
#define RING          16 /* descriptors */
#define BAR_OF_DEVICE 4  /* of a modern virtio PCI function: its registers */
#define NO_MEMORY     UINT64_C(0x7000000000)
#define LOAD          60
#define COMPLAINTS    10 /* lines that a device may print in a minute */

static struct qt_machine *machine;
static uint64_t mark;

/* The devices, in order of slots. */
enum { DEV_MSIX, DEV_INTX };

/*
 * A device without vectors interrupts a processor only if the chipset has a way to it.
 * That way matters: raising an interrupt there demands QEMU's big lock.
 */
static void route_legacy_interrupts(void)
{
    const struct qt_pci bridge = { .machine = machine, .devfn = 0x1f << 3 };

    for (uint8_t i = 0; i < 4; i++) {
        qt_pci_writeb(&bridge, (uint8_t)(0x60 + i), 10);
        qt_pci_writeb(&bridge, (uint8_t)(0x68 + i), 10);
    }
    qt_outb(machine->qtest, 0x4d1, 1 << (10 - 8)); /* level-triggered */
}

static int start(void)
{
    g_autofree char *plugin = NULL;

    if (!qt_plugin()) {
        return 0;
    }
    plugin = g_strdup_printf("%s,backend=crypto0,queues=%d,backend=crypto1,queues=%d",
                             qt_plugin(), QUEUES, QUEUES);
    machine = qt_machine_start(&(struct qt_machine_opts){
        .args = (const char *const[]){
            "-plugin", plugin, "-device",
            "virtio-crypto-pci,cryptodev=crypto0,packed=on,addr=5", "-device",
            "virtio-crypto-pci,cryptodev=crypto1,packed=on,vectors=0,addr=6", "-device",
            "VGA,addr=7", NULL } });
    if (machine) {
        mark = qt_mem_mark(&machine->mem);
        route_legacy_interrupts();
    }
    return machine ? 0 : -1;
}

static int stop(void)
{
    return qt_machine_stop(machine);
}

/* ---- a driver of our own, whose rings are small or somewhere else ---- */

struct where {
    unsigned device;
    uint64_t features;
    /* Of this queue, the areas that are not 0 are there instead. */
    unsigned queue;
    uint64_t areas[3]; /* descriptors, driver's, device's */
    uint16_t odd_size; /* 0: as the others */
    uint16_t size;
};

static struct qt_vring *new_ring(const struct qt_crypto *crypto,
                                 const struct where *where, unsigned queue)
{
    uint16_t vector = crypto->msix ? (uint16_t)(queue + 1) : QT_NO_VECTOR;
    struct qt_vring *vq =
        qt_vring_new(crypto->dev, (uint16_t)queue, where->size, vector);
    const uint64_t *areas = where->areas;

    if (queue == where->queue &&
        (areas[0] || areas[1] || areas[2] || where->odd_size)) {
        qt_virtio_queue_enable(
            crypto->dev, (uint16_t)queue, where->odd_size ? where->odd_size : vq->size,
            vector, areas[0] ? areas[0] : vq->desc_gpa,
            areas[1] ? areas[1] : vq->avail_gpa, areas[2] ? areas[2] : vq->used_gpa);
    }
    return vq;
}

static struct qt_virtio *find_device(unsigned nth)
{
    struct qt_virtio *dev = qt_virtio_open(machine, QT_CRYPTO_DEVICE, nth);

    if (!dev) {
        qt_die(machine, "there is no device %u", nth);
    }
    return dev;
}

/* All but DRIVER_OK. */
static struct qt_crypto *prepare_where(struct qt_virtio *dev, const struct where *where)
{
    struct qt_crypto *crypto = g_new0(struct qt_crypto, 1);

    crypto->dev = dev;
    crypto->msix = where->device == DEV_MSIX;
    crypto->ctrl_layout = QT_FIELDS;
    crypto->n_data = QUEUES;
    crypto->data = g_new0(struct qt_vring *, QUEUES);
    if (crypto->msix) {
        qt_msix_enable(&dev->pci);
    }
    UT_TRUE_FATAL(qt_virtio_negotiate(dev, QT_F_VERSION_1 | where->features));
    if (crypto->msix) {
        UT_TRUE_FATAL(qt_virtio_set_config_vector(dev, 0));
    }
    for (unsigned i = 0; i < QUEUES; i++) {
        crypto->data[i] = new_ring(crypto, where, i);
    }
    crypto->ctrl = new_ring(crypto, where, CONTROL);
    return crypto;
}

static struct qt_crypto *open_where(struct qt_virtio *dev, const struct where *where)
{
    struct qt_crypto *crypto = prepare_where(dev, where);

    qt_virtio_driver_ok(dev);
    return crypto;
}

static struct qt_vring *ring_of(struct qt_crypto *crypto, unsigned queue)
{
    return queue == CONTROL ? crypto->ctrl : crypto->data[queue];
}

static void check_alive(void)
{
    UT_TRUE_FATAL(qt_machine_alive(machine));
    UT_TRUE(qt_qmp(machine->qmp, NULL, "{'execute': 'query-status'}"));
}

static void check_works(unsigned device)
{
    struct qt_crypto *crypto;
    struct qt_flights flights;
    struct qt_flight flight;

    qt_mem_reset(&machine->mem, mark);
    crypto = qt_crypto_open(machine, device, QT_CRYPTO_LINUX_FEATURES);
    qt_flights_init(&flights, crypto);
    qt_flight_place(&flights, &flight, QT_FLIGHT_AES, 4096);
    for (unsigned i = 0; i < QUEUES; i++) {
        UT_TRUE(qt_flight_run(&flights, crypto->data[i], &flight, i));
    }
    UT_EQ_U64(qt_virtio_get_status(crypto->dev) & QT_STATUS_NEEDS_RESET, 0);
    qt_flights_clear(&flights);
    qt_crypto_close(crypto);
    qt_mem_reset(&machine->mem, mark);
}

static bool needs_reset(const struct qt_crypto *crypto)
{
    return qt_virtio_get_status(crypto->dev) & QT_STATUS_NEEDS_RESET;
}

/* What the device says when it gives up: the status, and a change of configuration. */
static bool wait_needs_reset(const struct qt_crypto *crypto)
{
    struct qt_wait wait =
        qt_wait_begin(machine, QT_TIMEOUT_MS, "the device to need a reset");
    uint8_t isr = 0;

    while (!needs_reset(crypto)) {
        if (!qt_wait_more(&wait)) {
            return false;
        }
    }
    if (crypto->msix) {
        return qt_msix_wait(&crypto->dev->pci, 0, QT_TIMEOUT_MS);
    }
    while (!((isr |= qt_virtio_read_isr(crypto->dev)) & 2)) {
        if (!qt_wait_more(&wait)) {
            return false;
        }
    }
    return true;
}

/* A chain with a descriptor at @gpa. */
static void add_data_at(struct qt_vring *vq, uint64_t gpa, bool writable)
{
    uint64_t room = qt_mem_alloc(&machine->mem, 128, 1);
    struct qt_desc desc[] = {
        { room, 72, false },
        { gpa, 16, writable },
        { room + 100, 1, true },
    };

    memset(qt_mem_ptr(&machine->mem, room, 128), 0, 128);
    qt_vring_add(vq, desc, G_N_ELEMENTS(desc));
}

/* ---- rings that cannot be ---- */

/*
 * Each adds one chain to a ring that is new, so that its descriptors are the first ones
 * of the table, and spoils it. Of a packed ring the first flags are not in the table
 * yet.
 */
struct spot {
    struct qt_vring *vq;
    struct qt_desc desc[4];
};

static uint16_t *flags_at(struct qt_vring *vq, unsigned i)
{
    if (!vq->packed) {
        return &vq->desc[i].flags;
    }
    return i ? &vq->packed[i].flags : &vq->held_flags;
}

static void set_length(struct qt_vring *vq, uint32_t len)
{
    if (vq->packed) {
        vq->packed[0].len = len;
    } else {
        vq->desc[0].len = len;
    }
}

static void add_cycle(struct spot *spot)
{
    qt_vring_add(spot->vq, spot->desc, 4);
    *flags_at(spot->vq, 3) |= QT_DESC_NEXT;
    spot->vq->desc[3].next = 0;
}

static void add_next_outside(struct spot *spot)
{
    qt_vring_add(spot->vq, spot->desc, 4);
    spot->vq->desc[1].next = RING;
}

static void add_head_outside(struct spot *spot)
{
    qt_vring_add(spot->vq, spot->desc, 4);
    spot->vq->avail[2] = RING;
}

static void add_jump(struct spot *spot)
{
    qt_vring_add(spot->vq, spot->desc, 4);
    spot->vq->next_avail = (uint16_t)(spot->vq->next_avail + RING);
}

/* As long as the ring, and not at its end then. */
static void add_endless(struct spot *spot)
{
    struct qt_desc desc[RING];

    for (unsigned i = 0; i < RING; i++) {
        desc[i] = spot->desc[0];
    }
    qt_vring_add(spot->vq, desc, RING);
    *flags_at(spot->vq, RING - 1) |= QT_DESC_NEXT;
}

static void add_odd_table(struct spot *spot)
{
    qt_vring_add_indirect(spot->vq, spot->desc, 4);
    set_length(spot->vq, 4 * 16 - 8);
}

static void add_table(struct spot *spot)
{
    qt_vring_add_indirect(spot->vq, spot->desc, 4);
}

static void add_table_with_next(struct spot *spot)
{
    qt_vring_add_indirect(spot->vq, spot->desc, 4);
    *flags_at(spot->vq, 0) |= QT_DESC_NEXT;
}

static void add_empty_table(struct spot *spot)
{
    qt_vring_add_indirect(spot->vq, spot->desc, 4);
    set_length(spot->vq, 0);
}

static void add_nested_table(struct spot *spot)
{
    uint64_t table = qt_vring_new_table(spot->vq, spot->desc, 4);
    struct qt_packed_desc *packed = qt_mem_ptr(&machine->mem, table, 64);
    struct qt_ring_desc *split = qt_mem_ptr(&machine->mem, table, 64);

    if (spot->vq->packed) {
        packed[1].flags |= QT_DESC_INDIRECT;
    } else {
        split[1].flags |= QT_DESC_INDIRECT;
    }
    qt_vring_add_table(spot->vq, table, 4);
}

static void add_table_nowhere(struct spot *spot)
{
    qt_vring_add_table(spot->vq, NO_MEMORY, 4);
}

static void add_table_in_registers(struct spot *spot)
{
    qt_vring_add_table(spot->vq, spot->vq->dev->pci.bar[BAR_OF_DEVICE], 4);
}

static void add_wrong_order(struct spot *spot)
{
    struct qt_desc last = spot->desc[3];

    spot->desc[3] = spot->desc[0];
    spot->desc[0] = last;
    qt_vring_add(spot->vq, spot->desc, 4);
}

static void add_empty_pieces(struct spot *spot)
{
    spot->desc[1].len = 0;
    spot->desc[2].len = 0;
    qt_vring_add(spot->vq, spot->desc, 4);
}

static void add_nothing_but_empty(struct spot *spot)
{
    for (unsigned i = 0; i < 4; i++) {
        spot->desc[i].len = 0;
    }
    qt_vring_add(spot->vq, spot->desc, 4);
}

#define SPLIT  1
#define PACKED 2
#define BOTH   (SPLIT | PACKED)

static const struct trap {
    const char *name;
    void (*add)(struct spot *spot);
    unsigned rings;
    enum {
        BREAKS,
        ANSWERS
    } outcome; /* of a data queue; a control queue may do either
                */
    bool without_indirect;
} traps[] = {
    { "cycle", add_cycle, SPLIT, BREAKS, false },
    { "next outside", add_next_outside, SPLIT, BREAKS, false },
    { "head outside", add_head_outside, SPLIT, BREAKS, false },
    { "available index jumps", add_jump, SPLIT, BREAKS, false },
    { "endless chain", add_endless, PACKED, BREAKS, false },
    { "odd indirect table", add_odd_table, BOTH, BREAKS, false },
    { "empty indirect table", add_empty_table, BOTH, BREAKS, false },
    { "nested indirect table", add_nested_table, BOTH, BREAKS, false },
    { "indirect table in no memory", add_table_nowhere, BOTH, BREAKS, false },
    { "indirect table in registers", add_table_in_registers, BOTH, BREAKS, false },
    { "indirect table not negotiated", add_table, BOTH, ANSWERS, true },
    { "indirect table with a next descriptor", add_table_with_next, BOTH, ANSWERS,
      false },
    { "readable after writable", add_wrong_order, BOTH, BREAKS, false },
    { "empty pieces", add_empty_pieces, BOTH, ANSWERS, false },
    { "nothing but empty pieces", add_nothing_but_empty, BOTH, ANSWERS, false },
};

static void spring(struct qt_crypto *crypto, unsigned queue, const struct trap *trap)
{
    uint64_t room = qt_mem_alloc(&machine->mem, 256, 16);
    struct spot spot = { .vq = ring_of(crypto, queue),
                         .desc = { { room, 60, false },
                                   { room + 60, 12, false },
                                   { room + 100, 16, true },
                                   { room + 200, 1, true } } };

    memset(qt_mem_ptr(&machine->mem, room, 256), 0, 256);
    trap->add(&spot);
    qt_vring_kick(spot.vq);
}

/* An answer, or a device that wants its reset: never silence. */
static bool wait_any_outcome(struct qt_crypto *crypto, unsigned queue)
{
    struct qt_wait wait =
        qt_wait_begin(machine, QT_TIMEOUT_MS, "an answer, or a reset that is needed");
    uint32_t id, len;

    while (!needs_reset(crypto) && !qt_vring_get(ring_of(crypto, queue), &id, &len)) {
        if (!qt_wait_more(&wait)) {
            return false;
        }
    }
    return true;
}

static void check_trap(const struct trap *trap, const struct where *where)
{
    struct qt_virtio *dev;
    struct qt_crypto *crypto;
    uint32_t id, len;

    ut_context("%s, device %u, %s ring, queue %u", trap->name, where->device,
               where->features & QT_F_RING_PACKED ? "packed" : "split", where->queue);
    qt_mem_reset(&machine->mem, mark);
    dev = find_device(where->device);
    crypto = open_where(dev, where);
    spring(crypto, where->queue, trap);
    if (trap->outcome == BREAKS) {
        UT_TRUE(wait_needs_reset(crypto));
    } else {
        UT_TRUE(qt_vring_wait(ring_of(crypto, where->queue), QT_TIMEOUT_MS, &id, &len));
        UT_TRUE(!needs_reset(crypto));
    }
    check_alive();
    qt_crypto_close(crypto);
}

static void check_traps(unsigned device, bool packed)
{
    unsigned ring = packed ? PACKED : SPLIT;

    for (size_t i = 0; i < G_N_ELEMENTS(traps); i++) {
        for (unsigned queue = 0; queue <= CONTROL; queue += CONTROL) {
            struct where where = {
                .device = device,
                .queue = queue,
                .size = RING,
                .features = (packed ? QT_F_RING_PACKED : 0) |
                            (traps[i].without_indirect ? 0 : QT_F_INDIRECT_DESC),
            };

            if (traps[i].rings & ring) {
                check_trap(&traps[i], &where);
            }
        }
    }
    ut_context(NULL);
    check_works(device);
}

static void impossible_rings_with_vectors(void)
{
    QT_NEED(machine);
    check_traps(DEV_MSIX, false);
    check_traps(DEV_MSIX, true);
}

static void impossible_rings_without_vectors(void)
{
    QT_NEED(machine);
    check_traps(DEV_INTX, false);
    check_traps(DEV_INTX, true);
}

/* ---- every way to be broken ---- */

/* Requests on all queues of a device that is broken, and nobody answers. */
static void expect_no_service(struct qt_crypto *crypto)
{
    uint32_t id, len;

    for (unsigned i = 0; i <= QUEUES; i++) {
        add_data_at(ring_of(crypto, i), NO_MEMORY, true);
        qt_vring_kick(ring_of(crypto, i));
    }
    /* Whatever is under way in QEMU comes to its end: a worker is stopped by that. */
    for (unsigned i = 0; i < 20; i++) {
        check_alive();
    }
    qt_virtio_reset(crypto->dev);
    for (unsigned i = 0; i <= QUEUES; i++) {
        UT_TRUE(!qt_vring_get(ring_of(crypto, i), &id, &len));
    }
}

static void check_size_that_cannot_be(unsigned device, unsigned queue, uint16_t size)
{
    struct where where = {
        .device = device, .size = RING, .queue = queue, .odd_size = size
    };
    struct qt_crypto *crypto;

    ut_context("device %u, queue %u, size %u", device, queue, size);
    qt_mem_reset(&machine->mem, mark);
    crypto = open_where(find_device(device), &where);
    UT_TRUE(wait_needs_reset(crypto));
    expect_no_service(crypto);
    qt_crypto_close(crypto);
}

/* shows: VIO-1 */
static void sizes_that_cannot_be(void)
{
    QT_NEED(machine);
    for (unsigned i = 0; i < 12; i++) {
        check_size_that_cannot_be(i & 1, i / 4, i & 2 ? 15 : 3);
    }
    ut_context(NULL);
    check_works(DEV_MSIX);
    check_works(DEV_INTX);
}

/* The size is written while the queue is served, and looked at when that goes on. */
static void check_size_at_cont(unsigned device)
{
    struct where where = { .device = device, .size = RING };
    struct qt_crypto *crypto;

    ut_context("device %u, size 3 when the machine goes on", device);
    qt_mem_reset(&machine->mem, mark);
    crypto = open_where(find_device(device), &where);
    qt_writew(machine->qtest, crypto->dev->common + 0x16, 1);
    qt_writew(machine->qtest, crypto->dev->common + 0x18, 3);
    UT_TRUE(qt_qmp(machine->qmp, NULL, "{'execute': 'stop'}"));
    UT_TRUE(qt_qmp(machine->qmp, NULL, "{'execute': 'cont'}"));
    UT_TRUE(wait_needs_reset(crypto));
    expect_no_service(crypto);
    qt_crypto_close(crypto);
}

/* What QEMU itself takes for the driver's error, with the queues being served. */
static void check_enable_zero(unsigned device)
{
    struct where where = { .device = device, .size = RING };
    struct qt_crypto *crypto;

    ut_context("device %u, queue_enable = 0", device);
    qt_mem_reset(&machine->mem, mark);
    crypto = open_where(find_device(device), &where);
    qt_virtio_queue_enable_zero(crypto->dev, 1);
    UT_TRUE(wait_needs_reset(crypto));
    expect_no_service(crypto);
    qt_crypto_close(crypto);
}

/* The same before there is a driver to be told: it is told when there is one. */
static void check_enable_zero_before(unsigned device)
{
    struct where where = { .device = device, .size = RING };
    struct qt_crypto *crypto;

    ut_context("device %u, queue_enable = 0 before DRIVER_OK", device);
    qt_mem_reset(&machine->mem, mark);
    crypto = prepare_where(find_device(device), &where);
    qt_virtio_queue_enable_zero(crypto->dev, 1);
    qt_virtio_set_status(crypto->dev, 0xf);
    UT_TRUE(wait_needs_reset(crypto));
    expect_no_service(crypto);
    qt_crypto_close(crypto);
}

/* shows: VIO-1 */
static void broken_devices_say_so_and_stop(void)
{
    QT_NEED(machine);
    for (unsigned device = 0; device < 2; device++) {
        check_size_at_cont(device);
        check_enable_zero(device);
        check_enable_zero_before(device);
    }
    ut_context(NULL);
    check_works(DEV_MSIX);
    check_works(DEV_INTX);
}

/* A request that is served, and a chain that is none, in the same batch. */
static void check_answered_before(const struct where *where)
{
    struct qt_crypto *crypto;
    uint64_t room;
    uint32_t id, len;

    ut_context("device %u, %s ring, queue %u", where->device,
               where->features & QT_F_RING_PACKED ? "packed" : "split", where->queue);
    qt_mem_reset(&machine->mem, mark);
    crypto = open_where(find_device(where->device), where);
    room = qt_mem_alloc(&machine->mem, 128, 16);
    add_data_at(ring_of(crypto, where->queue), room, true);
    qt_vring_add_table(ring_of(crypto, where->queue), NO_MEMORY, 4);
    qt_vring_kick(ring_of(crypto, where->queue));
    UT_TRUE(wait_needs_reset(crypto));
    UT_TRUE(qt_vring_get(ring_of(crypto, where->queue), &id, &len));
    UT_TRUE(!qt_vring_get(ring_of(crypto, where->queue), &id, &len));
    if (crypto->msix) {
        UT_TRUE(qt_msix_take(&crypto->dev->pci, where->queue + 1));
    }
    qt_crypto_close(crypto);
}

static void good_requests_before_bad_chains(void)
{
    QT_NEED(machine);
    for (unsigned i = 0; i < 8; i++) {
        struct where where = { .device = i & 1,
                               .queue = i & 2 ? CONTROL : 0,
                               .size = RING,
                               .features = i & 4 ? QT_F_RING_PACKED : 0 };

        check_answered_before(&where);
    }
    ut_context(NULL);
    check_works(DEV_MSIX);
    check_works(DEV_INTX);
}

/* ---- a queue that is enabled again ---- */

/* With another ring, while it is served; QEMU goes on where it stands in the old one.
 */
static void check_enabled_again(unsigned device, unsigned queue)
{
    struct where where = { .device = device, .size = RING };
    struct qt_crypto *crypto;
    struct qt_vring *old, *new;
    uint16_t vector;
    uint32_t id, len;

    ut_context("device %u, queue %u is enabled again", device, queue);
    qt_mem_reset(&machine->mem, mark);
    crypto = open_where(find_device(device), &where);
    vector = crypto->msix ? (uint16_t)(queue + 1) : QT_NO_VECTOR;
    old = ring_of(crypto, queue);
    new = qt_vring_new(crypto->dev, (uint16_t)queue, RING, vector);
    for (unsigned i = 0; i < RING / 3; i++) {
        add_data_at(old, NO_MEMORY, true);
        qt_vring_kick(old); /* which is the new one's, too */
        add_data_at(new, NO_MEMORY, true);
        qt_vring_kick(new);
        UT_TRUE_FATAL(qt_vring_wait(new, QT_TIMEOUT_MS, &id, &len));
        UT_TRUE(!qt_vring_get(old, &id, &len));
    }
    UT_TRUE(!needs_reset(crypto));
    qt_vring_free(new);
    qt_crypto_close(crypto);
}

static void enabled_again_with_another_ring(void)
{
    QT_NEED(machine);
    for (unsigned i = 0; i < 6; i++) {
        check_enabled_again(i & 1, i / 2);
    }
    ut_context(NULL);
    check_works(DEV_MSIX);
    check_works(DEV_INTX);
}

/* ---- features that change while queues work ---- */

#define AT_WORK 48 /* requests */
#define ROUNDS  50

/* A request that can be sent again and again. */
struct standing {
    struct qt_desc desc[FORM_MAX_FIELDS + 2];
    unsigned n;
    uint8_t *room; /* the answer, then the status */
    uint32_t len;
};

static void place(struct standing *standing, const struct form_operation *o,
                  enum form form, uint64_t session)
{
    struct form_message message;
    uint64_t gpa;

    form_data(o, form, session, &message);
    standing->len = o->dst_len + o->result_len;
    for (standing->n = 0; standing->n < message.n; standing->n++) {
        struct form_bytes field = message.fields[standing->n];

        gpa = qt_mem_alloc(&machine->mem, field.len, 1);
        memcpy(qt_mem_ptr(&machine->mem, gpa, field.len), field.data, field.len);
        standing->desc[standing->n] = (struct qt_desc){ gpa, field.len, false };
    }
    gpa = qt_mem_alloc(&machine->mem, standing->len + 1, 1);
    standing->room = qt_mem_ptr(&machine->mem, gpa, standing->len + 1);
    standing->desc[standing->n++] = (struct qt_desc){ gpa, standing->len, true };
    standing->desc[standing->n++] = (struct qt_desc){ gpa + standing->len, 1, true };
}

/* And the status again, when a device may look at them. */
static void write_features(const struct qt_crypto *crypto, uint32_t bits)
{
    qt_writel(machine->qtest, crypto->dev->common + 0x08, 0); /* the low half */
    qt_writel(machine->qtest, crypto->dev->common + 0x0c, bits);
    qt_virtio_set_status(crypto->dev, 7);
}

/* Takes all answers, and gives the first bit back and takes it away meanwhile. */
static void collect_and_toggle(struct qt_crypto *crypto)
{
    struct qt_wait wait = qt_wait_begin(machine, QT_TIMEOUT_MS, "all answers");
    uint32_t bits = (uint32_t)crypto->dev->features, id, len;
    unsigned answers = 0;

    while (answers < AT_WORK) {
        write_features(crypto, bits);
        write_features(crypto, bits ^ 1);
        for (unsigned i = 0; i < QUEUES; i++) {
            while (qt_vring_get(crypto->data[i], &id, &len)) {
                answers++;
            }
        }
        UT_TRUE_FATAL(answers == AT_WORK || qt_wait_more(&wait));
    }
}

static void run_standing(struct qt_crypto *crypto, struct standing *standing,
                         const struct form_bytes *answer)
{
    for (unsigned i = 0; i < AT_WORK; i++) {
        memset(standing[i].room, 0xa5, standing[i].len + 1);
        qt_vring_add(crypto->data[i % QUEUES], standing[i].desc, standing[i].n);
    }
    write_features(crypto, (uint32_t)crypto->dev->features ^ 1);
    for (unsigned i = 0; i < QUEUES; i++) {
        qt_vring_kick(crypto->data[i]);
    }
    collect_and_toggle(crypto);
    for (unsigned i = 0; i < AT_WORK; i++) {
        UT_EQ_U64(standing[i].room[standing[i].len], QT_OK);
        UT_EQ_MEM(standing[i].room, answer->data, standing[i].len);
    }
}

/* RAM comes and goes below the BIOS: rings are looked up in another map of memory. */
static void change_memory(void)
{
    qt_outl(machine->qtest, 0xcf8, 0x80000090); /* q35: the PAM registers */
    qt_outb(machine->qtest, 0xcfd, 0x33);
    qt_outb(machine->qtest, 0xcfd, 0x00);
}

/* The format of rings is a feature, too, and the control queue is looked up anew when
 * it is enabled once more, and when memory has changed. */
static void check_ring_stays(struct qt_crypto *crypto,
                             const struct form_operation *operation, enum form form)
{
    uint64_t other = crypto->dev->features ^ QT_F_RING_PACKED;

    qt_writel(machine->qtest, crypto->dev->common + 0x08, 1); /* the high half */
    qt_writel(machine->qtest, crypto->dev->common + 0x0c, (uint32_t)(other >> 32));
    qt_writew(machine->qtest, crypto->dev->common + 0x16, (uint16_t)crypto->n_data);
    qt_writew(machine->qtest, crypto->dev->common + 0x1c, 1);
    change_memory();
    qt_form_session(crypto, operation, form);
}

/* DRIVER_OK without FEATURES_OK: QEMU takes that, and features at any time then. */
static void check_features_stay(const struct known_answer *k, unsigned device,
                                enum form form)
{
    struct where where = { .device = device, .features = qt_form_features(form) };
    struct standing standing[AT_WORK];
    struct qt_crypto *crypto;
    uint64_t session = 0;

    ut_context("device %u, %s", device, form_name(form));
    qt_mem_reset(&machine->mem, mark);
    crypto = prepare_where(find_device(device), &where);
    qt_virtio_set_status(crypto->dev, 7);
    UT_EQ_U64(qt_virtio_get_status(crypto->dev), 7);
    if (!form_stateless(form)) {
        session = qt_form_session(crypto, &k->operation, form);
    }
    for (unsigned i = 0; i < AT_WORK; i++) {
        place(&standing[i], &k->operation, form, session);
    }
    for (unsigned round = 0; round < ROUNDS; round++) {
        run_standing(crypto, standing, &k->answer);
    }
    write_features(crypto, (uint32_t)crypto->dev->features);
    check_ring_stays(crypto, &k->operation, form);
    qt_crypto_close(crypto);
}

/* Each request is read in the form that counted when DRIVER_OK was written. */
/* shows: FEA-5 */
static void features_are_those_of_the_start(void)
{
    const struct known_answer *k =
        &g_array_index(known_answers(), struct known_answer, 0);

    QT_NEED(machine);
    UT_EQ_U64_FATAL(k->operation.service, QT_SERVICE_CIPHER);
    for (unsigned device = 0; device < 2; device++) {
        check_features_stay(k, device, FORM_LEGACY);
        check_features_stay(k, device, FORM_EXACT);
        check_features_stay(k, device, FORM_STATELESS);
    }
    ut_context(NULL);
    check_works(DEV_MSIX);
    check_works(DEV_INTX);
}

/* ---- under load ---- */

struct load {
    struct qt_flights flights;
    struct qt_flight flight;
};

/* Gives queue 1 work for some time; the answers go to one place and are not looked at.
 */
static void begin_load(struct load *load, struct qt_crypto *crypto)
{
    struct qt_desc desc[QT_FLIGHT_DESC];

    qt_flights_init(&load->flights, crypto);
    qt_flight_place(&load->flights, &load->flight, QT_FLIGHT_3DES, 65536);
    qt_flight_prepare(&load->flights, &load->flight, 0, desc);
    for (unsigned i = 0; i < LOAD; i++) {
        qt_vring_add(crypto->data[1], desc, QT_FLIGHT_DESC);
    }
    qt_vring_kick(crypto->data[1]);
}

static void check_data_at(unsigned device, unsigned queue, uint64_t offset,
                          bool in_registers, bool writable)
{
    struct where where = { .device = device, .size = 0 };
    struct qt_crypto *crypto;
    struct load load;
    uint64_t gpa = NO_MEMORY;

    ut_context("device %u, queue %u, %s 0x%" PRIx64 ", %s", device, queue,
               in_registers ? "registers" : "no memory", offset,
               writable ? "writable" : "readable");
    qt_mem_reset(&machine->mem, mark);
    crypto = open_where(find_device(device), &where);
    if (in_registers) {
        gpa = crypto->dev->pci.bar[BAR_OF_DEVICE] + offset;
    }
    begin_load(&load, crypto);
    for (unsigned i = 0; i < 20; i++) {
        add_data_at(ring_of(crypto, queue), gpa, writable);
    }
    qt_vring_kick(ring_of(crypto, queue));
    /* At once: what is asked for here is what hangs, if anything does. */
    qt_virtio_reset(crypto->dev);
    check_alive();
    qt_flights_clear(&load.flights);
    qt_crypto_close(crypto);
}

/* The common configuration, and the notification area. */
static void data_in_registers_or_nowhere(void)
{
    static const uint64_t offsets[] = { 0, 0x3000 };

    QT_NEED(machine);
    for (unsigned i = 0; i < 32; i++) {
        check_data_at(i & 1, i & 2 ? CONTROL : 0, offsets[i >> 2 & 1], i & 8, i & 16);
    }
    ut_context(NULL);
    check_works(DEV_MSIX);
    check_works(DEV_INTX);
}

static void check_ring_at(struct where *where, unsigned area, bool in_registers)
{
    struct qt_virtio *dev = find_device(where->device);
    struct qt_crypto *crypto;

    ut_context("device %u, %s ring, queue %u, area %u in %s", where->device,
               where->features & QT_F_RING_PACKED ? "packed" : "split", where->queue,
               area, in_registers ? "registers" : "no memory");
    qt_mem_reset(&machine->mem, mark);
    where->areas[area] = in_registers ? dev->pci.bar[BAR_OF_DEVICE] : NO_MEMORY;
    crypto = open_where(dev, where);
    for (unsigned i = 0; i < 20; i++) {
        add_data_at(ring_of(crypto, where->queue), NO_MEMORY, true);
        qt_vring_kick(ring_of(crypto, where->queue));
    }
    /* No interrupt: QEMU itself may have seen it before the driver was ready. */
    if (where->queue != CONTROL) {
        UT_TRUE(wait_any_outcome(crypto, where->queue));
        UT_TRUE(needs_reset(crypto));
    }
    check_alive();
    qt_virtio_reset(dev);
    check_alive();
    qt_crypto_close(crypto);
}

static void rings_in_registers_or_nowhere(void)
{
    QT_NEED(machine);
    for (unsigned area = 0; area < 3; area++) {
        for (unsigned i = 0; i < 16; i++) {
            struct where where = { .device = i & 1,
                                   .queue = i & 2 ? CONTROL : 0,
                                   .features = i & 4 ? QT_F_RING_PACKED : 0 };

            check_ring_at(&where, area, i & 8);
        }
    }
    ut_context(NULL);
    check_works(DEV_MSIX);
    check_works(DEV_INTX);
}

/* The other queue's requests are all answered meanwhile. */
static void queue_reset_under_load(void)
{
    struct where where = { .device = DEV_INTX };
    struct qt_crypto *crypto;
    struct load load;
    uint32_t id, len;

    QT_NEED(machine);
    for (unsigned round = 0; round < 20; round++) {
        ut_context("round %u", round);
        qt_mem_reset(&machine->mem, mark);
        where.features = QT_F_RING_RESET | (round & 1 ? QT_F_RING_PACKED : 0);
        crypto = open_where(find_device(where.device), &where);
        begin_load(&load, crypto);
        for (unsigned i = 0; i < 200; i++) {
            add_data_at(crypto->data[0], NO_MEMORY, true);
        }
        qt_vring_kick(crypto->data[0]);
        qt_virtio_queue_reset(crypto->dev, round & 2 ? 0 : 1);
        check_alive();
        for (unsigned i = 0; i < (round & 2 ? LOAD : 200); i++) {
            UT_TRUE_FATAL(qt_vring_wait(crypto->data[round & 2 ? 1 : 0], QT_TIMEOUT_MS,
                                        &id, &len));
        }
        UT_TRUE(!needs_reset(crypto));
        qt_flights_clear(&load.flights);
        qt_crypto_close(crypto);
    }
    ut_context(NULL);
    check_works(DEV_INTX);
}

/* ---- pages that were written ---- */

/*
 * The memory of a VGA adapter is RAM like any other, and QEMU's screen is drawn anew
 * only where its pages are marked as written: what a worker writes there must be seen
 * in the next picture. In this mode of 256 shades a byte is a pixel.
 */
#define WIDTH     1024
#define HEIGHT    768
#define VBE_INDEX 0x1ce
#define VBE_DATA  0x1d0
#define PAGE      4096

static uint64_t show_shades(void)
{
    static const uint16_t modes[][2] = {
        { 4, 0 }, { 1, WIDTH }, { 2, HEIGHT }, { 3, 8 }, { 4, 0x61 },
    };
    struct qt_pci vga;

    UT_TRUE_FATAL(qt_pci_find(machine, 0x1234, 0x1111, 0, &vga));
    qt_pci_enable(&vga);
    for (unsigned i = 0; i < G_N_ELEMENTS(modes); i++) {
        qt_outw(machine->qtest, VBE_INDEX, modes[i][0]);
        qt_outw(machine->qtest, VBE_DATA, modes[i][1]);
    }
    qt_outb(machine->qtest, 0x3c8, 0);
    for (unsigned i = 0; i < 3 * 256; i++) {
        qt_outb(machine->qtest, 0x3c9, (uint8_t)(i / 3));
    }
    qt_inb(machine->qtest, 0x3da);
    qt_outb(machine->qtest, 0x3c0, 0x20); /* let it be seen */
    return vga.bar[0];
}

/* Return: the picture, three bytes for each pixel, for g_free() with @whole. */
static const uint8_t *take_picture(char **whole)
{
    static const char header[] = "P6\n1024 768\n255\n";
    g_autofree char *path = NULL;
    gsize size = 0;
    int fd = g_file_open_tmp("vcrypto-qtest-XXXXXX", &path, NULL);

    UT_TRUE_FATAL(fd >= 0);
    close(fd);
    UT_TRUE(qt_qmp(machine->qmp, NULL,
                   "{'execute': 'screendump', 'arguments': {'filename': '%s'}}", path));
    g_file_get_contents(path, whole, &size, NULL);
    unlink(path);
    UT_EQ_U64_FATAL(size, sizeof(header) - 1 + 3 * WIDTH * HEIGHT);
    UT_TRUE(g_str_has_prefix(*whole, header));
    return (const uint8_t *)*whole + sizeof(header) - 1;
}

/* The shades of @n pixels from @offset on. */
static void look(uint32_t offset, uint8_t *shades, uint32_t n)
{
    g_autofree char *whole = NULL;
    const uint8_t *picture = take_picture(&whole);

    for (uint32_t i = 0; i < n; i++) {
        shades[i] = picture[3 * (offset + i)];
    }
}

static uint8_t shade_at(uint32_t offset)
{
    uint8_t shade;

    look(offset, &shade, 1);
    return shade;
}

/* A status alone on its page; then data, that crosses a border of pages. */
static void check_marks(struct qt_flights *flights, struct qt_vring *vq, uint64_t vram,
                        uint64_t number)
{
    const uint32_t status_at = 20 * PAGE + 77, data_at = 31 * PAGE - 100;
    struct qt_desc desc[QT_FLIGHT_DESC];
    struct qt_flight flight;
    uint8_t data[200], shades[200];
    uint32_t id, len;

    qt_flight_place(flights, &flight, QT_FLIGHT_AES, 208);
    qt_flight_prepare(flights, &flight, number, desc);
    qt_writeb(machine->qtest, vram + status_at, 0xff);
    UT_EQ_U64(shade_at(status_at), 0xff);
    desc[2].gpa = vram + data_at;
    desc[3].gpa = vram + status_at;
    qt_vring_add(vq, desc, QT_FLIGHT_DESC);
    qt_vring_kick(vq);
    UT_TRUE_FATAL(qt_vring_wait(vq, QT_TIMEOUT_MS, &id, &len));
    UT_EQ_U64(shade_at(status_at), QT_OK);
    qt_read_block(machine->qtest, vram + data_at, data, sizeof(data));
    UT_EQ_MEM(data + 16, flights->answer[QT_FLIGHT_AES] + 16, sizeof(data) - 16);
    look(data_at, shades, sizeof(shades));
    UT_EQ_MEM(shades, data, sizeof(shades));
}

static void check_used_ring_marked(uint64_t vram)
{
    const uint32_t used_at = 50 * PAGE;
    struct where where = { .queue = 0, .areas = { 0, 0, vram + used_at } };
    struct qt_crypto *crypto;

    crypto = open_where(find_device(DEV_MSIX), &where);
    UT_EQ_U64(shade_at(used_at + 2), 0);
    for (unsigned i = 1; i <= 3; i++) {
        struct qt_wait wait =
            qt_wait_begin(machine, QT_TIMEOUT_MS, "the used index in the ring");

        add_data_at(crypto->data[0], NO_MEMORY, true);
        qt_vring_kick(crypto->data[0]);
        while (qt_readw(machine->qtest, vram + used_at + 2) != i) {
            UT_TRUE_FATAL(qt_wait_more(&wait));
        }
        UT_TRUE(qt_msix_wait(&crypto->dev->pci, 1, QT_TIMEOUT_MS));
        UT_EQ_U64(shade_at(used_at + 2), i);
    }
    qt_crypto_close(crypto);
}

static void written_pages_are_marked(void)
{
    struct where where = { .device = DEV_MSIX };
    struct qt_crypto *crypto;
    struct qt_flights flights;
    uint64_t vram;

    QT_NEED(machine);
    qt_mem_reset(&machine->mem, mark);
    vram = show_shades();
    for (unsigned round = 0; round < 4; round++) {
        ut_context("round %u", round);
        qt_mem_reset(&machine->mem, mark);
        where.features = round & 1 ? QT_F_RING_PACKED : 0;
        crypto = open_where(find_device(DEV_MSIX), &where);
        qt_flights_init(&flights, crypto);
        check_marks(&flights, crypto->data[round >> 1], vram, round);
        qt_flights_clear(&flights);
        qt_crypto_close(crypto);
    }
    ut_context(NULL);
    check_used_ring_marked(vram);
    check_works(DEV_MSIX);
}

/* ---- the log ---- */

static unsigned count_lines(const char *text)
{
    unsigned n = 0;

    for (; (text = strchr(text, '\n')); text++) {
        n++;
    }
    return n;
}

static void breaking_again_and_again_fills_no_log(void)
{
    struct where where = { .device = DEV_MSIX, .size = RING };
    unsigned before, after;
    g_autofree char *start_output = NULL;
    g_autofree char *end_output = NULL;

    QT_NEED(machine);
    start_output = qt_machine_output(machine);
    before = count_lines(start_output);
    for (unsigned i = 0; i < 100; i++) {
        where.queue = i & 1 ? CONTROL : 0;
        check_trap(&traps[i / 2 % 4], &where);
    }
    ut_context(NULL);
    end_output = qt_machine_output(machine);
    after = count_lines(end_output);
    ut_note("100 broken rings: %u lines", after - before);
    UT_TRUE(after - before <= COMPLAINTS);
    check_works(DEV_MSIX);
}

int main(int argc, char **argv)
{
    static const struct ut_test tests[] = {
        { "breaking again and again fills no log",
          breaking_again_and_again_fills_no_log },
        { "impossible rings with vectors", impossible_rings_with_vectors },
        { "impossible rings without vectors", impossible_rings_without_vectors },
        { "sizes that cannot be", sizes_that_cannot_be },
        { "broken devices say so and stop", broken_devices_say_so_and_stop },
        { "good requests before bad chains", good_requests_before_bad_chains },
        { "enabled again with another ring", enabled_again_with_another_ring },
        { "features are those of the start", features_are_those_of_the_start },
        { "data in registers or nowhere", data_in_registers_or_nowhere },
        { "rings in registers or nowhere", rings_in_registers_or_nowhere },
        { "queue reset under load", queue_reset_under_load },
        { "written pages are marked", written_pages_are_marked },
        { NULL, NULL },
    };
    static const struct ut_suite suites[] = {
        { "traps", start, stop, tests },
        { NULL, NULL, NULL, NULL },
    };

    return ut_main(argc, argv, suites);
}
