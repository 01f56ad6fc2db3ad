/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The device behind virtio-mmio, in the machine "microvm": legacy and modern. There
 * QEMU does not tell the device when a driver sets up a queue, moves it or takes it
 * back.
 */
#include "canary.h"
#include "crypto.h"
#include "mmio.h"
#include "waiting.h"

#include "support/ut.h"

#include <glib.h>
#include <string.h>

#define QUEUES              2
#define FEATURES            (QT_F_INDIRECT_DESC | QT_F_EVENT_IDX)
#define NOTIFY_ON_EMPTY     (UINT64_C(1) << 24)
#define INTERRUPT_OF_QUEUE  1u
#define INTERRUPT_OF_CONFIG 2u
#define TOO_FAR             30000 /* more chains than a ring has */

static struct qt_machine *machine;
static bool legacy;
static struct qt_crypto *crypto;

/* The worker does not watch its ring: what a test does to one is not seen by chance. */
static int start_machine(bool legacy_transport, const char *ioeventfd)
{
    g_autofree char *plugin = NULL;

    legacy = legacy_transport;
    if (!qt_plugin()) {
        return 0;
    }
    plugin = g_strdup_printf("%s,backend=crypto0,queues=%d,poll-max-ns=0", qt_plugin(),
                             QUEUES);
    machine = qt_machine_start(&(struct qt_machine_opts){
        .machine = "microvm",
        .args =
            (const char *const[]){
                "-plugin", plugin, "-global",
                legacy ? "virtio-mmio.force-legacy=on" : "virtio-mmio.force-legacy=off",
                "-global", ioeventfd, "-device",
                "virtio-crypto-device,cryptodev=crypto0,packed=on", NULL },
    });
    return machine ? 0 : -1;
}

static int start_legacy(void)
{
    return start_machine(true, "virtio-mmio.ioeventfd=on");
}

static int start_legacy_plain(void)
{
    return start_machine(true, "virtio-mmio.ioeventfd=off");
}

static int start_modern(void)
{
    return start_machine(false, "virtio-mmio.ioeventfd=on");
}

static int start_modern_plain(void)
{
    return start_machine(false, "virtio-mmio.ioeventfd=off");
}

static int stop(void)
{
    struct qt_machine *started = machine;

    machine = NULL;
    return qt_machine_stop(started);
}

/* ---- ways to set up a device ---- */

/* Of each kind of ring that the transport has, before and after DRIVER_OK. */
static void for_each_way(uint64_t features, void (*test)(void))
{
    for (unsigned i = 0; i < (legacy ? 2 : 4); i++) {
        bool late = i & 1, packed = i & 2;
        struct qt_crypto_opts opts = { .features = features, .late = late };

        opts.features |= legacy ? 0 : QT_F_VERSION_1;
        opts.features |= packed ? QT_F_RING_PACKED : 0;
        ut_note("%s ring, set up %s DRIVER_OK", packed ? "packed" : "split",
                late ? "after" : "before");
        crypto = qt_crypto_open_opts(machine, &opts);
        UT_TRUE_FATAL(crypto->dev->legacy == legacy);
        UT_EQ_U64_FATAL(crypto->dev->features, opts.features);
        test();
        g_clear_pointer(&crypto, qt_crypto_close);
    }
}

static struct qt_vring **ring_at(unsigned index)
{
    return index < QUEUES ? &crypto->data[index] : &crypto->ctrl;
}

/* A request that the device does not know: it is answered, and that is enough. */
static void add_request(struct qt_vring *vq)
{
    struct qt_mem *mem = &machine->mem;
    struct qt_desc desc[2] = {
        { .gpa = qt_mem_alloc(mem, QT_CRYPTO_REQUEST_SIZE, 1),
          .len = QT_CRYPTO_REQUEST_SIZE },
        { .gpa = qt_mem_alloc(mem, QT_CRYPTO_CREATE_REPLY_SIZE, 1),
          .len = QT_CRYPTO_CREATE_REPLY_SIZE,
          .writable = true },
    };

    memset(qt_mem_ptr(mem, desc[0].gpa, desc[0].len), 0xff, desc[0].len);
    qt_vring_add(vq, desc, G_N_ELEMENTS(desc));
}

static void wait_answer(struct qt_vring *vq)
{
    uint32_t id, len;

    UT_TRUE_FATAL(qt_vring_wait(vq, QT_TIMEOUT_MS, &id, &len));
}

/* ---- tests ---- */

static void live(void)
{
    qt_canary_check(crypto);
    for (unsigned i = 0; i <= QUEUES; i++) {
        for (unsigned k = 0; k < 3; k++) {
            add_request(*ring_at(i));
        }
        qt_vring_kick(*ring_at(i));
        for (unsigned k = 0; k < 3; k++) {
            wait_answer(*ring_at(i));
        }
    }
    qt_canary_check(crypto);
}

static void whole_life(void)
{
    QT_NEED(machine);
    for_each_way(FEATURES, live);
}

/* A ring that is set up, and what is put in it, while the machine is stopped. */
static void stop_and_go_on(void)
{
    qt_canary_check(crypto);
    UT_TRUE_FATAL(qt_qmp(machine->qmp, NULL, "{'execute': 'stop'}"));
    for (unsigned i = 0; i <= QUEUES; i++) {
        add_request(*ring_at(i));
        qt_vring_kick(*ring_at(i));
    }
    UT_TRUE_FATAL(qt_qmp(machine->qmp, NULL, "{'execute': 'cont'}"));
    for (unsigned i = 0; i <= QUEUES; i++) {
        wait_answer(*ring_at(i));
    }
    UT_TRUE_FATAL(qt_qmp(machine->qmp, NULL, "{'execute': 'stop'}"));
    qt_crypto_restart(crypto, crypto->dev->features);
    UT_TRUE_FATAL(qt_qmp(machine->qmp, NULL, "{'execute': 'cont'}"));
    qt_canary_check(crypto);
}

static void stopped_machines(void)
{
    QT_NEED(machine);
    for_each_way(FEATURES, stop_and_go_on);
}

static void reset_and_go_on(void)
{
    uint64_t features = crypto->dev->features;

    for (unsigned i = 0; i < 3; i++) {
        qt_canary_check(crypto);
        qt_crypto_restart(crypto, features);
    }
    qt_canary_check(crypto);
    UT_TRUE_FATAL(qt_qmp(machine->qmp, NULL, "{'execute': 'system_reset'}"));
    g_free(qt_qmp_wait_event(machine->qmp, "RESET", QT_TIMEOUT_MS));
    UT_EQ_U64(qt_virtio_get_status(crypto->dev), 0);
    qt_crypto_restart(crypto, features);
    qt_canary_check(crypto);
}

static void resets(void)
{
    QT_NEED(machine);
    for_each_way(FEATURES, reset_and_go_on);
}

static void wait_interrupt(uint32_t bit)
{
    struct qt_wait wait = qt_wait_begin(machine, QT_TIMEOUT_MS, "an interrupt");

    while (!(qt_mmio_interrupts(crypto->dev) & bit)) {
        UT_TRUE_FATAL(qt_wait_more(&wait));
    }
}

static void interrupt_each_queue(void)
{
    for (unsigned i = 0; i <= QUEUES; i++) {
        add_request(*ring_at(i));
        UT_EQ_U64(qt_mmio_interrupts(crypto->dev), 0);
        qt_vring_kick(*ring_at(i));
        wait_answer(*ring_at(i));
        wait_interrupt(INTERRUPT_OF_QUEUE);
        UT_EQ_U64(qt_mmio_interrupts(crypto->dev), INTERRUPT_OF_QUEUE);
        qt_mmio_acknowledge(crypto->dev, INTERRUPT_OF_QUEUE);
        UT_EQ_U64(qt_mmio_interrupts(crypto->dev), 0);
        qt_vring_set_used_event((*ring_at(i)), (*ring_at(i))->last_used);
    }
}

static void interrupts(void)
{
    QT_NEED(machine);
    for_each_way(FEATURES, interrupt_each_queue);
}

/* Whichever queue it is, the others stop as well. */
static void break_each_queue(void)
{
    uint64_t features = crypto->dev->features;

    for (unsigned i = 0; i <= QUEUES; i++) {
        struct qt_vring *vq = *ring_at(i);

        if (vq->packed) {
            return; /* that has no index to be wrong */
        }
        vq->next_avail = (uint16_t)(vq->next_avail + TOO_FAR);
        qt_vring_kick(vq);
        wait_interrupt(INTERRUPT_OF_CONFIG);
        UT_TRUE(qt_virtio_get_status(crypto->dev) & QT_STATUS_NEEDS_RESET);
        qt_crypto_restart(crypto, features);
        UT_EQ_U64(qt_mmio_interrupts(crypto->dev), 0);
        qt_canary_check(crypto);
    }
}

static void broken_rings(void)
{
    QT_NEED(machine);
    for_each_way(FEATURES, break_each_queue);
}

/* ---- queues taken back, and moved ---- */

/* What a ring lies in, as it was. */
struct picture {
    uint64_t gpa, size;
    void *bytes;
};

static uint64_t ring_bytes(const struct qt_vring *vq)
{
    return vq->used_gpa + (vq->packed ? 4 : 6 + 8u * vq->size) - vq->desc_gpa;
}

static struct picture take_picture(const struct qt_vring *vq)
{
    struct picture picture = { .gpa = vq->desc_gpa, .size = ring_bytes(vq) };

    picture.bytes =
        g_memdup2(qt_mem_ptr(&machine->mem, picture.gpa, picture.size), picture.size);
    return picture;
}

static void compare_picture(struct picture *picture)
{
    UT_EQ_MEM(qt_mem_ptr(&machine->mem, picture->gpa, picture->size), picture->bytes,
              picture->size);
    g_clear_pointer(&picture->bytes, g_free);
}

static void stop_and_cont(void)
{
    UT_TRUE_FATAL(qt_qmp(machine->qmp, NULL, "{'execute': 'stop'}"));
    UT_TRUE_FATAL(qt_qmp(machine->qmp, NULL, "{'execute': 'cont'}"));
}

/* What the device writes to even where there is nothing to answer is something else
 * now, and so is what it might answer. */
static struct picture take_from_device(struct qt_vring *vq)
{
    qt_mmio_take_back(crypto->dev, vq->index);
    add_request(vq);
    qt_vring_publish(vq);
    memset(vq->used, 0x5a, 4);
    return take_picture(vq);
}

/* Not a byte changes of a ring that was taken back, whatever happens then. */
static void take_back(unsigned index)
{
    struct qt_vring *vq = *ring_at(index);
    struct picture picture;
    uint8_t wish[4];

    ut_context("queue %u", index);
    add_request(vq);
    qt_vring_kick(vq);
    wait_answer(vq);
    qt_vring_wait_asleep(vq);
    memcpy(wish, vq->used, sizeof(wish));
    picture = take_from_device(vq);
    qt_vring_notify(vq);
    stop_and_cont();
    qt_vring_notify(vq);
    compare_picture(&picture);
    memcpy(vq->used, wish, sizeof(wish));
    qt_mmio_give_again(crypto->dev, (uint16_t)index);
    qt_vring_notify(vq);
    wait_answer(vq);
    qt_canary_check(crypto);
    ut_context(NULL);
}

/* The first that the device hears of it is a reset. */
static void take_back_and_reset(unsigned index)
{
    struct qt_vring *vq = *ring_at(index);
    struct picture picture;

    ut_context("queue %u, reset", index);
    add_request(vq);
    qt_vring_kick(vq);
    wait_answer(vq);
    qt_vring_wait_asleep(vq);
    picture = take_from_device(vq);
    qt_virtio_reset(crypto->dev);
    compare_picture(&picture);
    qt_crypto_restart(crypto, crypto->dev->features);
    qt_canary_check(crypto);
    ut_context(NULL);
}

static void take_each_back(void)
{
    for (unsigned i = 0; i <= QUEUES; i++) {
        take_back(i);
        take_back_and_reset(i);
    }
}

static void queues_taken_back(void)
{
    QT_NEED(machine);
    if (!legacy) {
        for_each_way(0, take_each_back);
    }
}

/* As QEMU has it, the indexes go on where they were. */
static void go_on_at(struct qt_vring *vq, const struct qt_vring *old)
{
    vq->next_avail = old->next_avail;
    vq->last_used = old->last_used;
    vq->avail[1] = GUINT16_TO_LE(old->next_avail);
    memcpy(vq->used + 2, old->used + 2, 2);
}

/* The driver sets the queue up somewhere else, and the old place belongs to others. */
static void move(unsigned index)
{
    struct qt_vring *old = *ring_at(index), *vq;
    struct picture picture;

    ut_context("queue %u", index);
    add_request(old);
    qt_vring_kick(old);
    wait_answer(old);
    qt_vring_wait_asleep(old);
    vq = qt_vring_new(crypto->dev, (uint16_t)index, 64, QT_NO_VECTOR);
    go_on_at(vq, old);
    *ring_at(index) = vq;
    add_request(vq);
    qt_vring_kick(vq);
    wait_answer(vq);
    memset(old->desc ? (void *)old->desc : old->packed, 0x5a, ring_bytes(old));
    picture = take_picture(old);
    qt_canary_check(crypto);
    stop_and_cont();
    qt_canary_check(crypto);
    compare_picture(&picture);
    qt_vring_free(old);
    ut_context(NULL);
}

static void move_each(void)
{
    if (crypto->dev->features & QT_F_RING_PACKED) {
        return; /* of which nobody says where in a new ring it goes on */
    }
    for (unsigned i = 0; i <= QUEUES; i++) {
        move(i);
    }
}

static void queues_moved(void)
{
    QT_NEED(machine);
    for_each_way(0, move_each);
}

/*
 * QEMU takes the size of a queue at work from the driver. Nothing good comes of it but
 * that the device is there after a reset.
 */
static void write_sizes(void)
{
    static const uint32_t sizes[] = { 1, 3, 15, 64, 1023, 1024, 32768, UINT32_MAX };
    uint64_t features = crypto->dev->features;

    for (unsigned i = 0; i <= QUEUES; i++) {
        for (unsigned k = 0; k < G_N_ELEMENTS(sizes); k++) {
            struct qt_vring *vq = *ring_at(i);

            ut_context("queue %u, size %u", i, sizes[k]);
            add_request(vq);
            qt_vring_kick(vq);
            wait_answer(vq);
            qt_mmio_write_size(crypto->dev, (uint16_t)i, sizes[k]);
            add_request(vq);
            qt_vring_kick(vq);
            stop_and_cont();
            qt_vring_notify(vq);
            qt_crypto_restart(crypto, features);
            qt_canary_check(crypto);
        }
    }
    ut_context(NULL);
}

static void sizes_written_to_live_queues(void)
{
    QT_NEED(machine);
    for_each_way(FEATURES, write_sizes);
}

/* ---- features ---- */

/* With it, a driver that wants no interrupts counts on one when the ring is empty. */
static void no_promise_that_is_not_kept(void)
{
    uint64_t features;

    QT_NEED(machine);
    crypto = qt_crypto_open(machine, 0, legacy ? 0 : QT_F_VERSION_1);
    features = qt_virtio_offered(crypto->dev);
    UT_EQ_U64(features & NOTIFY_ON_EMPTY, 0);
    UT_TRUE(features & QT_F_EVENT_IDX);
    UT_TRUE(!legacy == !!(features & QT_F_VERSION_1));
    qt_canary_check(crypto);
    g_clear_pointer(&crypto, qt_crypto_close);
}

int main(int argc, char **argv)
{
    static const struct ut_test tests[] = {
        { "whole life", whole_life },
        { "stopped machines", stopped_machines },
        { "resets", resets },
        { "interrupts", interrupts },
        { "broken rings", broken_rings },
        { "queues taken back", queues_taken_back },
        { "queues moved", queues_moved },
        { "sizes written to live queues", sizes_written_to_live_queues },
        { "no promise that is not kept", no_promise_that_is_not_kept },
        { NULL, NULL },
    };
    static const struct ut_suite suites[] = {
        { "legacy", start_legacy, stop, tests },
        { "legacy, no ioeventfd", start_legacy_plain, stop, tests },
        { "modern", start_modern, stop, tests },
        { "modern, no ioeventfd", start_modern_plain, stop, tests },
        { NULL, NULL, NULL, NULL },
    };

    return ut_main(argc, argv, suites);
}
