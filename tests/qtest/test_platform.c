/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Devices whose addresses may be translated: their rings may be read by QEMU's own
 * code, and what that does not bear is not offered, or breaks the device alone.
 */
#include "crypto.h"
#include "flight.h"
#include "iommu.h"
#include "waiting.h"

#include "support/ut.h"

#include <glib.h>

#define QUEUES     2    /* one for data, and the control queue */
#define QUEUE_SIZE 0x18 /* register in the common configuration */

#define PCI_COMMAND 4
#define PCI_MASTER  4u

enum { DEV_PLAIN, DEV_PLATFORM, DEVICES };

static struct qt_machine *machine;
static struct qt_virtio *devices[DEVICES];

static int start(void)
{
    g_autofree char *plugin = NULL;

    if (!qt_plugin()) {
        return 0;
    }
    plugin = g_strdup_printf("%s,backend=crypto0,backend=crypto1", qt_plugin());
    machine = qt_machine_start(&(struct qt_machine_opts){
        .args = (const char *const[]){
            "-plugin", plugin, "-device", "intel-iommu,intremap=off", "-device",
            "virtio-crypto-pci,cryptodev=crypto0,packed=on,addr=5", "-device",
            "virtio-crypto-pci,cryptodev=crypto1,packed=on,iommu_platform=on,addr=6",
            NULL } });
    for (unsigned i = 0; machine && i < DEVICES; i++) {
        devices[i] = qt_virtio_open(machine, QT_CRYPTO_DEVICE, i);
        if (!devices[i]) {
            return -1;
        }
    }
    return machine ? 0 : -1;
}

static int stop(void)
{
    for (unsigned i = 0; i < DEVICES; i++) {
        qt_virtio_close(devices[i]);
    }
    return qt_machine_stop(machine);
}

static void packed_rings_are_not_for_translation(void)
{
    QT_NEED(machine);
    UT_TRUE(qt_virtio_offered(devices[DEV_PLAIN]) & QT_F_RING_PACKED);
    UT_TRUE(!(qt_virtio_offered(devices[DEV_PLATFORM]) & QT_F_RING_PACKED));
}

/* QEMU takes the size at once, while the ring is as long as it was. */
static void queue_grows_while_enabled(unsigned queue)
{
    struct qt_virtio *dev = devices[DEV_PLATFORM];
    struct qt_wait wait =
        qt_wait_begin(machine, QT_TIMEOUT_MS, "the device to need a reset");
    struct qt_vring *vq;

    UT_TRUE_FATAL(qt_virtio_negotiate(dev, QT_F_VERSION_1 | QT_F_ACCESS_PLATFORM |
                                               QT_F_EVENT_IDX));
    vq = qt_vring_new(dev, (uint16_t)queue, 16, QT_NO_VECTOR);
    qt_virtio_driver_ok(dev);
    qt_writew(machine->qtest, dev->common + QUEUE_SIZE, 1024);
    qt_vring_notify(vq);
    while (!(qt_virtio_get_status(dev) & QT_STATUS_NEEDS_RESET)) {
        UT_TRUE_FATAL(qt_wait_more(&wait));
    }
    UT_TRUE(qt_qmp(machine->qmp, NULL, "{'execute': 'query-status'}"));
    qt_virtio_reset(dev);
    qt_vring_free(vq);
}

static void rings_do_not_grow(void)
{
    QT_NEED(machine);
    qt_iommu_start(&devices[DEV_PLATFORM]->pci);
    for (unsigned queue = 0; queue < QUEUES; queue++) {
        ut_context("queue %u", queue);
        queue_grows_while_enabled(queue);
    }
}

static void check_both_queues(struct qt_crypto *crypto, struct qt_flights *flights,
                              uint64_t number)
{
    struct qt_flight flight;

    qt_flights_new_sessions(flights, crypto);
    qt_flight_place(flights, &flight, QT_FLIGHT_AES, 4096);
    UT_TRUE(qt_flight_run(flights, crypto->data[0], &flight, number));
}

/* Without it there is no memory, and no translation either. */
static void bus_mastering_may_be_off_for_a_while(void)
{
    struct qt_flights flights;
    struct qt_crypto *crypto;
    uint16_t command;

    QT_NEED(machine);
    qt_iommu_start(&devices[DEV_PLATFORM]->pci);
    crypto =
        qt_crypto_open(machine, DEV_PLATFORM, QT_F_VERSION_1 | QT_F_ACCESS_PLATFORM);
    UT_TRUE(crypto->dev->features & QT_F_ACCESS_PLATFORM);
    qt_flights_init(&flights, crypto);
    for (uint64_t number = 0; number < 3; number++) {
        check_both_queues(crypto, &flights, number);
        command = qt_pci_readw(&crypto->dev->pci, PCI_COMMAND);
        qt_pci_writew(&crypto->dev->pci, PCI_COMMAND, command & ~PCI_MASTER);
        qt_pci_writew(&crypto->dev->pci, PCI_COMMAND, command);
        qt_virtio_driver_ok(crypto->dev);
    }
    check_both_queues(crypto, &flights, 3);
    qt_flights_clear(&flights);
    qt_crypto_close(crypto);
}

/* Its size is then the largest, and nothing of the queue is looked at. */
static void reset_queue_is_not_missed(void)
{
    struct qt_virtio *dev = devices[DEV_PLAIN];
    struct qt_vring *vq;

    QT_NEED(machine);
    UT_TRUE_FATAL(qt_virtio_negotiate(dev, QT_F_VERSION_1 | QT_F_RING_RESET));
    vq = qt_vring_new(dev, QUEUES - 1, 16, QT_NO_VECTOR);
    qt_virtio_driver_ok(dev);
    qt_virtio_queue_reset(dev, QUEUES - 1);
    UT_TRUE(qt_qmp(machine->qmp, NULL, "{'execute': 'stop'}"));
    UT_TRUE(qt_qmp(machine->qmp, NULL, "{'execute': 'cont'}"));
    UT_EQ_U64(qt_virtio_get_status(dev) & QT_STATUS_NEEDS_RESET, 0);
    qt_virtio_reset(dev);
    qt_vring_free(vq);
}

int main(int argc, char **argv)
{
    static const struct ut_test tests[] = {
        { "packed rings are not for translation",
          packed_rings_are_not_for_translation },
        { "rings do not grow", rings_do_not_grow },
        { "bus mastering may be off for a while",
          bus_mastering_may_be_off_for_a_while },
        { "reset queue is not missed", reset_queue_is_not_missed },
        { NULL, NULL },
    };
    static const struct ut_suite suites[] = {
        { "platform", start, stop, tests },
        { NULL, NULL, NULL, NULL },
    };

    return ut_main(argc, argv, suites);
}
