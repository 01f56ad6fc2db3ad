/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The driver's side of a virtio device: feature negotiation, device configuration,
 * queues; and the registers of a modern PCI device. Those of virtio-mmio are mmio.h's.
 */
#ifndef QT_VIRTIO_H
#define QT_VIRTIO_H

#include "pci.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define QT_VIRTIO_VENDOR          0x1af4
#define QT_VIRTIO_MODERN_ID(type) (0x1040 + (type))

/* Device status. */
#define QT_STATUS_ACKNOWLEDGE 1
#define QT_STATUS_DRIVER      2
#define QT_STATUS_DRIVER_OK   4
#define QT_STATUS_FEATURES_OK 8
#define QT_STATUS_NEEDS_RESET 64
#define QT_STATUS_FAILED      128

/* Feature bits of the transport. */
#define QT_F_INDIRECT_DESC   (UINT64_C(1) << 28)
#define QT_F_EVENT_IDX       (UINT64_C(1) << 29)
#define QT_F_VERSION_1       (UINT64_C(1) << 32)
#define QT_F_ACCESS_PLATFORM (UINT64_C(1) << 33)
#define QT_F_RING_PACKED     (UINT64_C(1) << 34)
#define QT_F_IN_ORDER        (UINT64_C(1) << 35)
#define QT_F_RING_RESET      (UINT64_C(1) << 40)

#define QT_NO_VECTOR 0xffff

struct qt_virtio;

/** Where a queue's three areas are, as in struct qt_vring. */
struct qt_areas {
    uint64_t desc, driver, device;
};

/** What transports do in different ways. */
struct qt_transport {
    uint8_t (*get_status)(const struct qt_virtio *dev);
    void (*set_status)(const struct qt_virtio *dev, uint8_t status);
    uint32_t (*offered)(const struct qt_virtio *dev, unsigned half);
    void (*accept)(const struct qt_virtio *dev, unsigned half, uint32_t features);
    uint8_t (*config_generation)(const struct qt_virtio *dev);
    uint8_t (*take_isr)(const struct qt_virtio *dev);
    uint16_t (*num_queues)(const struct qt_virtio *dev);
    uint16_t (*queue_max)(const struct qt_virtio *dev, uint16_t queue);
    uint64_t (*queue_enable)(const struct qt_virtio *dev, uint16_t queue, uint16_t size,
                             uint16_t vector, const struct qt_areas *areas);
    void (*notify)(const struct qt_virtio *dev, uint64_t address, uint16_t queue);
};

struct qt_virtio {
    struct qt_machine *machine;
    const struct qt_transport *transport;
    bool legacy;       /* a driver of version 0.9 is to be played; virtio-mmio only */
    struct qt_pci pci; /* unless the machine has virtio-mmio */
    uint64_t common;   /* addresses */
    uint64_t notify;
    uint64_t isr;
    uint64_t config;
    uint32_t config_size;
    uint32_t notify_multiplier;
    uint64_t features; /* those that the driver has accepted */
};

/**
 * qt_virtio_open() - find a device and make its registers accessible
 * @type: virtio device number, for example 20
 * @nth: 0 for the first of that kind
 *
 * MSI-X is left off. Return: the device for qt_virtio_close(), or NULL if there is none
 * or (on PCI) it is not modern.
 */
struct qt_virtio *qt_virtio_open(struct qt_machine *machine, uint16_t type,
                                 unsigned nth);

/** qt_virtio_open_on() - the same on another bus than bus 0 */
struct qt_virtio *qt_virtio_open_on(struct qt_machine *machine, uint8_t bus,
                                    uint16_t type, unsigned nth);

/** qt_virtio_close() - release @dev; the device itself is left as it is */
void qt_virtio_close(struct qt_virtio *dev);

uint8_t qt_virtio_get_status(const struct qt_virtio *dev);
void qt_virtio_set_status(const struct qt_virtio *dev, uint8_t status);

/** qt_virtio_reset() - write 0 to the status and wait until it reads 0 */
void qt_virtio_reset(struct qt_virtio *dev);

/** qt_virtio_offered() - the features that the device offers */
uint64_t qt_virtio_offered(const struct qt_virtio *dev);

/**
 * qt_virtio_accept() - reset, then accept exactly @features, offered or not
 *
 * Return: whether the device kept FEATURES_OK; of a legacy device, true.
 */
bool qt_virtio_accept(struct qt_virtio *dev, uint64_t features);

/** qt_virtio_negotiate() - the same with those of @wanted that are offered */
bool qt_virtio_negotiate(struct qt_virtio *dev, uint64_t wanted);

/** qt_virtio_negotiate_now() - the same without the reset: of a device just reset */
bool qt_virtio_negotiate_now(struct qt_virtio *dev, uint64_t wanted);

/** qt_virtio_working() - the status of a device that works: nothing missing, no more */
uint8_t qt_virtio_working(const struct qt_virtio *dev);

/** qt_virtio_driver_ok() - set DRIVER_OK: the device may now use its queues */
void qt_virtio_driver_ok(struct qt_virtio *dev);

/** qt_virtio_read_config() - bytes of the device's configuration, one access each */
void qt_virtio_read_config(const struct qt_virtio *dev, uint32_t offset, void *out,
                           size_t len);

uint32_t qt_virtio_config_readl(const struct qt_virtio *dev, uint32_t offset);
uint8_t qt_virtio_config_generation(const struct qt_virtio *dev);

/** qt_virtio_read_isr() - the interrupt status, which this clears */
uint8_t qt_virtio_read_isr(const struct qt_virtio *dev);

/** qt_virtio_set_config_vector() - false if the device refused the vector */
bool qt_virtio_set_config_vector(const struct qt_virtio *dev, uint16_t vector);

/** qt_virtio_num_queues() - the transport's count of queues */
uint16_t qt_virtio_num_queues(const struct qt_virtio *dev);

/** qt_virtio_queue_max() - largest size of a queue; 0 if there is no such queue */
uint16_t qt_virtio_queue_max(const struct qt_virtio *dev, uint16_t queue);

/**
 * qt_virtio_queue_enable() - tell the device where a queue is, and enable it
 * @vector: MSI-X vector or QT_NO_VECTOR
 *
 * Return: the address to write the queue's number to, to notify the device. A vector
 * that the device refuses ends the test.
 */
uint64_t qt_virtio_queue_enable(const struct qt_virtio *dev, uint16_t queue,
                                uint16_t size, uint16_t vector, uint64_t desc,
                                uint64_t driver, uint64_t device);

/** qt_virtio_notify() - write a queue's number to the address that enabling gave */
void qt_virtio_notify(const struct qt_virtio *dev, uint64_t address, uint16_t queue);

/**
 * qt_virtio_queue_enable_zero() - write 0 to a queue's queue_enable, which a driver
 * must not do: the device needs a reset then; PCI
 */
void qt_virtio_queue_enable_zero(const struct qt_virtio *dev, uint16_t queue);

/** qt_virtio_queue_reset() - reset one queue (needs VIRTIO_F_RING_RESET) and wait for
 * it; PCI */
void qt_virtio_queue_reset(const struct qt_virtio *dev, uint16_t queue);

#endif
