/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The driver's side of a virtio device, and the registers of a modern one on PCI.
 */
#include "mmio.h"
#include "waiting.h"

#include "support/ut.h"

#include <glib.h>

/* Kinds of the vendor capability. */
enum { CAP_COMMON = 1, CAP_NOTIFY = 2, CAP_ISR = 3, CAP_DEVICE = 4 };

/* Offsets in the vendor capability. */
#define CAP_TYPE       3
#define CAP_BAR        4
#define CAP_OFFSET     8
#define CAP_LENGTH     12
#define CAP_MULTIPLIER 16

/* Offsets in the common configuration. */
#define DEVICE_FEATURE_SELECT 0x00
#define DEVICE_FEATURE        0x04
#define DRIVER_FEATURE_SELECT 0x08
#define DRIVER_FEATURE        0x0c
#define CONFIG_VECTOR         0x10
#define NUM_QUEUES            0x12
#define DEVICE_STATUS         0x14
#define CONFIG_GENERATION     0x15
#define QUEUE_SELECT          0x16
#define QUEUE_SIZE            0x18
#define QUEUE_VECTOR          0x1a
#define QUEUE_ENABLE          0x1c
#define QUEUE_NOTIFY_OFF      0x1e
#define QUEUE_DESC            0x20
#define QUEUE_DRIVER          0x28
#define QUEUE_DEVICE          0x30
#define QUEUE_RESET           0x3a

static struct qt_qtest *io(const struct qt_virtio *dev)
{
    return dev->machine->qtest;
}

/* ---- PCI ---- */

static uint8_t pci_get_status(const struct qt_virtio *dev)
{
    return qt_readb(io(dev), dev->common + DEVICE_STATUS);
}

static void pci_set_status(const struct qt_virtio *dev, uint8_t status)
{
    qt_writeb(io(dev), dev->common + DEVICE_STATUS, status);
}

static uint32_t pci_offered(const struct qt_virtio *dev, unsigned half)
{
    qt_writel(io(dev), dev->common + DEVICE_FEATURE_SELECT, half);
    return qt_readl(io(dev), dev->common + DEVICE_FEATURE);
}

static void pci_accept(const struct qt_virtio *dev, unsigned half, uint32_t features)
{
    qt_writel(io(dev), dev->common + DRIVER_FEATURE_SELECT, half);
    qt_writel(io(dev), dev->common + DRIVER_FEATURE, features);
}

static uint8_t pci_config_generation(const struct qt_virtio *dev)
{
    return qt_readb(io(dev), dev->common + CONFIG_GENERATION);
}

static uint8_t pci_take_isr(const struct qt_virtio *dev)
{
    return qt_readb(io(dev), dev->isr);
}

static uint16_t pci_num_queues(const struct qt_virtio *dev)
{
    return qt_readw(io(dev), dev->common + NUM_QUEUES);
}

static void select_queue(const struct qt_virtio *dev, uint16_t queue)
{
    qt_writew(io(dev), dev->common + QUEUE_SELECT, queue);
}

static uint16_t pci_queue_max(const struct qt_virtio *dev, uint16_t queue)
{
    select_queue(dev, queue);
    return qt_readw(io(dev), dev->common + QUEUE_SIZE);
}

static void write_address(const struct qt_virtio *dev, uint32_t offset, uint64_t value)
{
    qt_writel(io(dev), dev->common + offset, (uint32_t)value);
    qt_writel(io(dev), dev->common + offset + 4, (uint32_t)(value >> 32));
}

static uint64_t pci_queue_enable(const struct qt_virtio *dev, uint16_t queue,
                                 uint16_t size, uint16_t vector,
                                 const struct qt_areas *areas)
{
    uint16_t notify_off;

    select_queue(dev, queue);
    qt_writew(io(dev), dev->common + QUEUE_SIZE, size);
    qt_writew(io(dev), dev->common + QUEUE_VECTOR, vector);
    UT_EQ_U64_FATAL(qt_readw(io(dev), dev->common + QUEUE_VECTOR), vector);
    write_address(dev, QUEUE_DESC, areas->desc);
    write_address(dev, QUEUE_DRIVER, areas->driver);
    write_address(dev, QUEUE_DEVICE, areas->device);
    notify_off = qt_readw(io(dev), dev->common + QUEUE_NOTIFY_OFF);
    qt_writew(io(dev), dev->common + QUEUE_ENABLE, 1);
    return dev->notify + (uint64_t)notify_off * dev->notify_multiplier;
}

static void pci_notify(const struct qt_virtio *dev, uint64_t address, uint16_t queue)
{
    qt_writew(io(dev), address, queue);
}

static const struct qt_transport pci_transport = {
    .get_status = pci_get_status,
    .set_status = pci_set_status,
    .offered = pci_offered,
    .accept = pci_accept,
    .config_generation = pci_config_generation,
    .take_isr = pci_take_isr,
    .num_queues = pci_num_queues,
    .queue_max = pci_queue_max,
    .queue_enable = pci_queue_enable,
    .notify = pci_notify,
};

static void parse_cap(struct qt_virtio *dev, uint8_t cap)
{
    const struct qt_pci *pci = &dev->pci;
    uint8_t bar = qt_pci_readb(pci, (uint8_t)(cap + CAP_BAR));
    uint64_t address;

    if (bar > 5 || !pci->bar[bar]) {
        return;
    }
    address = pci->bar[bar] + qt_pci_readl(pci, (uint8_t)(cap + CAP_OFFSET));
    switch (qt_pci_readb(pci, (uint8_t)(cap + CAP_TYPE))) {
    case CAP_COMMON:
        dev->common = address;
        break;
    case CAP_NOTIFY:
        dev->notify = address;
        dev->notify_multiplier = qt_pci_readl(pci, (uint8_t)(cap + CAP_MULTIPLIER));
        break;
    case CAP_ISR:
        dev->isr = address;
        break;
    case CAP_DEVICE:
        dev->config = address;
        dev->config_size = qt_pci_readl(pci, (uint8_t)(cap + CAP_LENGTH));
        break;
    default:
        break;
    }
}

struct qt_virtio *qt_virtio_open(struct qt_machine *machine, uint16_t type,
                                 unsigned nth)
{
    return qt_virtio_open_on(machine, 0, type, nth);
}

static bool open_pci(struct qt_virtio *dev, uint8_t bus, uint16_t type, unsigned nth)
{
    uint8_t cap = 0;

    dev->transport = &pci_transport;
    if (!qt_pci_find_on(dev->machine, bus, QT_VIRTIO_VENDOR, QT_VIRTIO_MODERN_ID(type),
                        nth, &dev->pci)) {
        return false;
    }
    qt_pci_enable(&dev->pci);
    while ((cap = qt_pci_find_cap(&dev->pci, QT_PCI_CAP_VENDOR, cap))) {
        parse_cap(dev, cap);
    }
    return dev->common && dev->notify && dev->isr && dev->config;
}

struct qt_virtio *qt_virtio_open_on(struct qt_machine *machine, uint8_t bus,
                                    uint16_t type, unsigned nth)
{
    struct qt_virtio *dev = g_new0(struct qt_virtio, 1);

    dev->machine = machine;
    if (machine->mmio ? !qt_mmio_open(dev, type, nth)
                      : !open_pci(dev, bus, type, nth)) {
        g_free(dev);
        return NULL;
    }
    return dev;
}

void qt_virtio_close(struct qt_virtio *dev)
{
    g_free(dev);
}

/* ---- status and features ---- */

uint8_t qt_virtio_get_status(const struct qt_virtio *dev)
{
    return dev->transport->get_status(dev);
}

void qt_virtio_set_status(const struct qt_virtio *dev, uint8_t status)
{
    dev->transport->set_status(dev, status);
}

void qt_virtio_reset(struct qt_virtio *dev)
{
    struct qt_wait wait =
        qt_wait_begin(dev->machine, QT_TIMEOUT_MS, "the end of a reset");

    dev->features = 0;
    qt_virtio_set_status(dev, 0);
    while (qt_virtio_get_status(dev) != 0) {
        if (!qt_wait_more(&wait)) {
            qt_die(dev->machine, "the device does not finish its reset");
        }
    }
}

uint64_t qt_virtio_offered(const struct qt_virtio *dev)
{
    return dev->transport->offered(dev, 0) | (uint64_t)dev->transport->offered(dev, 1)
                                                 << 32;
}

static void add_status(struct qt_virtio *dev, uint8_t bits)
{
    qt_virtio_set_status(dev, qt_virtio_get_status(dev) | bits);
}

static bool accept_features(struct qt_virtio *dev, uint64_t features)
{
    add_status(dev, QT_STATUS_ACKNOWLEDGE);
    add_status(dev, QT_STATUS_DRIVER);
    dev->features = features;
    if (dev->legacy) {
        dev->transport->accept(dev, 0, (uint32_t)features);
        return true;
    }
    for (unsigned half = 0; half < 2; half++) {
        dev->transport->accept(dev, half, (uint32_t)(features >> (32 * half)));
    }
    add_status(dev, QT_STATUS_FEATURES_OK);
    return qt_virtio_get_status(dev) & QT_STATUS_FEATURES_OK;
}

bool qt_virtio_accept(struct qt_virtio *dev, uint64_t features)
{
    qt_virtio_reset(dev);
    return accept_features(dev, features);
}

bool qt_virtio_negotiate_now(struct qt_virtio *dev, uint64_t wanted)
{
    return accept_features(dev, wanted & qt_virtio_offered(dev));
}

bool qt_virtio_negotiate(struct qt_virtio *dev, uint64_t wanted)
{
    return qt_virtio_accept(dev, wanted & qt_virtio_offered(dev));
}

uint8_t qt_virtio_working(const struct qt_virtio *dev)
{
    return QT_STATUS_ACKNOWLEDGE | QT_STATUS_DRIVER | QT_STATUS_DRIVER_OK |
           (dev->legacy ? 0 : QT_STATUS_FEATURES_OK);
}

void qt_virtio_driver_ok(struct qt_virtio *dev)
{
    add_status(dev, QT_STATUS_DRIVER_OK);
}

/* ---- configuration and interrupts ---- */

void qt_virtio_read_config(const struct qt_virtio *dev, uint32_t offset, void *out,
                           size_t len)
{
    uint8_t *p = out;

    for (size_t i = 0; i < len; i++) {
        p[i] = qt_readb(io(dev), dev->config + offset + i);
    }
}

uint32_t qt_virtio_config_readl(const struct qt_virtio *dev, uint32_t offset)
{
    return qt_readl(io(dev), dev->config + offset);
}

uint8_t qt_virtio_config_generation(const struct qt_virtio *dev)
{
    return dev->transport->config_generation(dev);
}

uint8_t qt_virtio_read_isr(const struct qt_virtio *dev)
{
    return dev->transport->take_isr(dev);
}

bool qt_virtio_set_config_vector(const struct qt_virtio *dev, uint16_t vector)
{
    qt_writew(io(dev), dev->common + CONFIG_VECTOR, vector);
    return qt_readw(io(dev), dev->common + CONFIG_VECTOR) == vector;
}

/* ---- queues ---- */

uint16_t qt_virtio_num_queues(const struct qt_virtio *dev)
{
    return dev->transport->num_queues(dev);
}

uint16_t qt_virtio_queue_max(const struct qt_virtio *dev, uint16_t queue)
{
    return dev->transport->queue_max(dev, queue);
}

uint64_t qt_virtio_queue_enable(const struct qt_virtio *dev, uint16_t queue,
                                uint16_t size, uint16_t vector, uint64_t desc,
                                uint64_t driver, uint64_t device)
{
    const struct qt_areas areas = { .desc = desc, .driver = driver, .device = device };

    return dev->transport->queue_enable(dev, queue, size, vector, &areas);
}

void qt_virtio_notify(const struct qt_virtio *dev, uint64_t address, uint16_t queue)
{
    dev->transport->notify(dev, address, queue);
}

void qt_virtio_queue_enable_zero(const struct qt_virtio *dev, uint16_t queue)
{
    select_queue(dev, queue);
    qt_writew(io(dev), dev->common + QUEUE_ENABLE, 0);
}

void qt_virtio_queue_reset(const struct qt_virtio *dev, uint16_t queue)
{
    struct qt_wait wait =
        qt_wait_begin(dev->machine, QT_TIMEOUT_MS, "the end of a queue's reset");

    select_queue(dev, queue);
    qt_writew(io(dev), dev->common + QUEUE_RESET, 1);
    while (qt_readw(io(dev), dev->common + QUEUE_RESET) != 0) {
        if (!qt_wait_more(&wait)) {
            qt_die(dev->machine, "queue %u does not finish its reset", queue);
        }
    }
}
