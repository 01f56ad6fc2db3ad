/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * virtio-mmio without firmware.
 */
#include "mmio.h"

#include "support/ut.h"

/* Where microvm has its transports, with a device in them or not. */
#define FIRST      0xfeb00000u
#define SIZE       0x200
#define TRANSPORTS 24

#define MAGIC        0x74726976u
#define LEGACY_PAGE  4096u
#define LEGACY_ALIGN 4096u

enum { VERSION_LEGACY = 1, VERSION_MODERN = 2 };

/* Offsets of registers. */
#define MAGIC_VALUE         0x000
#define VERSION             0x004
#define DEVICE_ID           0x008
#define DEVICE_FEATURES     0x010
#define DEVICE_FEATURES_SEL 0x014
#define DRIVER_FEATURES     0x020
#define DRIVER_FEATURES_SEL 0x024
#define GUEST_PAGE_SIZE     0x028 /* legacy */
#define QUEUE_SEL           0x030
#define QUEUE_NUM_MAX       0x034
#define QUEUE_NUM           0x038
#define QUEUE_ALIGN         0x03c /* legacy */
#define QUEUE_PFN           0x040 /* legacy */
#define QUEUE_READY         0x044
#define QUEUE_NOTIFY        0x050
#define INTERRUPT_STATUS    0x060
#define INTERRUPT_ACK       0x064
#define STATUS              0x070
#define QUEUE_DESC          0x080
#define QUEUE_DRIVER        0x090
#define QUEUE_DEVICE        0x0a0
#define CONFIG_GENERATION   0x0fc
#define CONFIG              0x100

static uint32_t get(const struct qt_virtio *dev, uint32_t offset)
{
    return qt_readl(dev->machine->qtest, dev->common + offset);
}

static void set(const struct qt_virtio *dev, uint32_t offset, uint32_t value)
{
    qt_writel(dev->machine->qtest, dev->common + offset, value);
}

static uint8_t get_status(const struct qt_virtio *dev)
{
    return (uint8_t)get(dev, STATUS);
}

static void set_status(const struct qt_virtio *dev, uint8_t status)
{
    set(dev, STATUS, status);
}

static uint32_t offered(const struct qt_virtio *dev, unsigned half)
{
    set(dev, DEVICE_FEATURES_SEL, half);
    return get(dev, DEVICE_FEATURES);
}

static void accept(const struct qt_virtio *dev, unsigned half, uint32_t features)
{
    set(dev, DRIVER_FEATURES_SEL, half);
    set(dev, DRIVER_FEATURES, features);
}

static uint8_t config_generation(const struct qt_virtio *dev)
{
    return dev->legacy ? 0 : (uint8_t)get(dev, CONFIG_GENERATION);
}

uint32_t qt_mmio_interrupts(const struct qt_virtio *dev)
{
    return get(dev, INTERRUPT_STATUS);
}

void qt_mmio_acknowledge(const struct qt_virtio *dev, uint32_t bits)
{
    set(dev, INTERRUPT_ACK, bits);
}

static uint8_t take_isr(const struct qt_virtio *dev)
{
    uint32_t bits = qt_mmio_interrupts(dev);

    qt_mmio_acknowledge(dev, bits);
    return (uint8_t)bits;
}

/* ---- queues ---- */

static uint16_t queue_max(const struct qt_virtio *dev, uint16_t queue)
{
    set(dev, QUEUE_SEL, queue);
    return (uint16_t)get(dev, QUEUE_NUM_MAX);
}

static uint16_t num_queues(const struct qt_virtio *dev)
{
    uint16_t n = 0;

    while (queue_max(dev, n)) {
        n++;
    }
    return n;
}

static void set_address(const struct qt_virtio *dev, uint32_t offset, uint64_t value)
{
    set(dev, offset, (uint32_t)value);
    set(dev, offset + 4, (uint32_t)(value >> 32));
}

static void enable_legacy(const struct qt_virtio *dev, const struct qt_areas *areas)
{
    set(dev, GUEST_PAGE_SIZE, LEGACY_PAGE);
    set(dev, QUEUE_ALIGN, LEGACY_ALIGN);
    UT_EQ_U64_FATAL(areas->desc % LEGACY_PAGE, 0);
    set(dev, QUEUE_PFN, (uint32_t)(areas->desc / LEGACY_PAGE));
}

static uint64_t queue_enable(const struct qt_virtio *dev, uint16_t queue, uint16_t size,
                             uint16_t vector, const struct qt_areas *areas)
{
    UT_EQ_U64_FATAL(vector, QT_NO_VECTOR);
    set(dev, QUEUE_SEL, queue);
    set(dev, QUEUE_NUM, size);
    if (dev->legacy) {
        enable_legacy(dev, areas);
    } else {
        set_address(dev, QUEUE_DESC, areas->desc);
        set_address(dev, QUEUE_DRIVER, areas->driver);
        set_address(dev, QUEUE_DEVICE, areas->device);
        set(dev, QUEUE_READY, 1);
    }
    return dev->common + QUEUE_NOTIFY;
}

static void notify(const struct qt_virtio *dev, uint64_t address, uint16_t queue)
{
    qt_writel(dev->machine->qtest, address, queue);
}

void qt_mmio_take_back(const struct qt_virtio *dev, uint16_t queue)
{
    UT_TRUE_FATAL(!dev->legacy);
    set(dev, QUEUE_SEL, queue);
    set(dev, QUEUE_READY, 0);
    UT_EQ_U64_FATAL(get(dev, QUEUE_READY), 0);
}

void qt_mmio_give_again(const struct qt_virtio *dev, uint16_t queue)
{
    set(dev, QUEUE_SEL, queue);
    set(dev, QUEUE_READY, 1);
}

void qt_mmio_write_size(const struct qt_virtio *dev, uint16_t queue, uint32_t size)
{
    set(dev, QUEUE_SEL, queue);
    set(dev, QUEUE_NUM, size);
}

/* ---- the transport ---- */

static const struct qt_transport transport = {
    .get_status = get_status,
    .set_status = set_status,
    .offered = offered,
    .accept = accept,
    .config_generation = config_generation,
    .take_isr = take_isr,
    .num_queues = num_queues,
    .queue_max = queue_max,
    .queue_enable = queue_enable,
    .notify = notify,
};

bool qt_mmio_open(struct qt_virtio *dev, uint16_t type, unsigned nth)
{
    dev->transport = &transport;
    for (unsigned i = 0; i < TRANSPORTS; i++) {
        uint32_t version;

        dev->common = FIRST + i * SIZE;
        dev->config = dev->common + CONFIG;
        if (get(dev, MAGIC_VALUE) != MAGIC || get(dev, DEVICE_ID) != type || nth--) {
            continue;
        }
        version = get(dev, VERSION);
        dev->legacy = version == VERSION_LEGACY;
        return dev->legacy || version == VERSION_MODERN;
    }
    return false;
}
