/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The device model: what a virtio-crypto-device does while it is bound to a backend
 * of ours. The functions are the methods of VirtioDeviceClass with the device's state
 * in place of the VirtIODevice. All: main loop, with the big lock.
 */
#ifndef VCRYPTO_QEMU_DEVICE_H
#define VCRYPTO_QEMU_DEVICE_H

#include "compat.h"

#include "backend-object.h"
#include "vcrypto/serve.h"

/* The size of every virtqueue; stock QEMU's. */
#define VCRYPTO_QUEUE_SIZE 1024

typedef struct VCryptoDevice VCryptoDevice;
struct VCryptoDataQueue;

struct VCryptoDevice {
    VirtIODevice *vdev;
    VCryptoBackend *backend;
    struct vcrypto_service_point point;
    VirtQueue *control;
    QEMUBH *control_bh;
    uint32_t num_queues;
    struct VCryptoDataQueue *queues;
};

/* vcrypto_device_realize: bind @dev to @backend. */
void vcrypto_device_realize(DeviceState *dev, VCryptoBackend *backend, Error **errp);
void vcrypto_device_unrealize(VCryptoDevice *device);
void vcrypto_device_get_config(VCryptoDevice *device, uint8_t *config);
void vcrypto_device_set_status(VCryptoDevice *device, uint8_t status);
void vcrypto_device_reset(VCryptoDevice *device);

/* vcrypto_device_ready_changed: tell the driver; @device may be NULL. */
void vcrypto_device_ready_changed(VCryptoDevice *device);

/* vcrypto_device_may_run: whether requests may be taken from the rings now. */
bool vcrypto_device_may_run(VCryptoDevice *device);

/* Control queue: control-queue.c. */
void vcrypto_control_queue_add(VCryptoDevice *device);
void vcrypto_control_queue_delete(VCryptoDevice *device);

/* Data queues in the main loop: main-loop-queue.c. */
void vcrypto_data_queues_add(VCryptoDevice *device);
void vcrypto_data_queues_delete(VCryptoDevice *device);
void vcrypto_data_queues_schedule(VCryptoDevice *device);
void vcrypto_data_queues_cancel(VCryptoDevice *device);

#endif
