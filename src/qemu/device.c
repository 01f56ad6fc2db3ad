/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "device.h"

#include "hw/virtio/virtio-pci.h"
#include "qapi/qmp/qdict.h"
#include "standard-headers/linux/virtio_ids.h"

/* Stock QEMU's default of the property, whatever the number of queues. */
#define STOCK_VECTORS 2

/*
 * One MSI-X vector for each queue and one for the configuration, unless the user
 * chose a number. The stock default would make data queues share one.
 */
static void default_vectors(DeviceState *dev, uint32_t queues)
{
    DeviceState *transport = qdev_get_parent_bus(dev)->parent;
    VirtIOPCIProxy *proxy;

    if (!object_dynamic_cast(OBJECT(transport), TYPE_VIRTIO_PCI)) {
        return;
    }
    proxy = VIRTIO_PCI(transport);
    if (proxy->nvectors == STOCK_VECTORS &&
        !(transport->opts && qdict_haskey(transport->opts, "vectors"))) {
        proxy->nvectors = queues + 2;
    }
}

static void init_service_point(VCryptoDevice *device)
{
    const struct vcrypto_options *options = &device->backend->options;
    struct vcrypto_capabilities can;

    vcrypto_backend_capabilities(device->backend->core, &can);
    device->point = (struct vcrypto_service_point){
        .backend = device->backend->core,
        .limits = {
            .services = can.services,
            .max_size = options->max_size,
            .max_cipher_key_len = (uint32_t)options->max_cipher_key_len,
        },
        .ready = options->ready,
    };
}

void vcrypto_device_realize(DeviceState *dev, VCryptoBackend *backend, Error **errp)
{
    VirtIODevice *vdev = VIRTIO_DEVICE(dev);
    VCryptoDevice *device;

    if (cryptodev_backend_is_used(&backend->parent_obj)) {
        error_setg(errp,
                   "virtio-crypto-openssl: %s: another device uses this backend; give "
                   "each device a backend of its own",
                   vcrypto_backend_object_name(backend));
        return;
    }
    device = g_new0(VCryptoDevice, 1);
    device->vdev = vdev;
    device->backend = backend;
    device->num_queues = (uint32_t)backend->options.queues;
    init_service_point(device);
    default_vectors(dev, device->num_queues);

    virtio_init(vdev, VIRTIO_ID_CRYPTO, VCRYPTO_CONFIG_SIZE);
    vcrypto_data_queues_add(device);
    vcrypto_control_queue_add(device);
    backend->device = device;
    cryptodev_backend_set_used(&backend->parent_obj, true);
}

void vcrypto_device_unrealize(VCryptoDevice *device)
{
    VCryptoBackend *backend = device->backend;

    vcrypto_data_queues_delete(device);
    vcrypto_control_queue_delete(device);
    virtio_cleanup(device->vdev);
    vcrypto_backend_reset(backend->core);
    backend->device = NULL;
    cryptodev_backend_set_used(&backend->parent_obj, false);
    g_free(device);
}

void vcrypto_device_get_config(VCryptoDevice *device, uint8_t *config)
{
    const struct vcrypto_options *options = &device->backend->options;
    struct vcrypto_capabilities can;
    struct vcrypto_config space;

    vcrypto_backend_capabilities(device->backend->core, &can);
    space = (struct vcrypto_config){
        .status = device->point.ready ? VCRYPTO_S_HW_READY : 0,
        .max_dataqueues = device->num_queues,
        .services = can.services,
        .cipher_algorithms = can.algorithms[VCRYPTO_SERVICE_CIPHER],
        .hash_algorithms = (uint32_t)can.algorithms[VCRYPTO_SERVICE_HASH],
        .mac_algorithms = can.algorithms[VCRYPTO_SERVICE_MAC],
        .aead_algorithms = (uint32_t)can.algorithms[VCRYPTO_SERVICE_AEAD],
        .akcipher_algorithms = (uint32_t)can.algorithms[VCRYPTO_SERVICE_AKCIPHER],
        .max_cipher_key_len = (uint32_t)options->max_cipher_key_len,
        .max_auth_key_len = (uint32_t)options->max_auth_key_len,
        .max_size = options->max_size,
    };
    vcrypto_wire_encode_config(&space, config);
}

bool vcrypto_device_may_run(VCryptoDevice *device)
{
    VirtIODevice *vdev = device->vdev;

    return vdev->vm_running && (vdev->status & VIRTIO_CONFIG_S_DRIVER_OK);
}

void vcrypto_device_set_status(VCryptoDevice *device, uint8_t status)
{
    /* The new status counts only after this returns. What came while the machine
     * was stopped, or before the driver was ready, has had its kick already. */
    if (device->vdev->vm_running && (status & VIRTIO_CONFIG_S_DRIVER_OK)) {
        vcrypto_data_queues_schedule(device);
        qemu_bh_schedule(device->control_bh);
    }
}

void vcrypto_device_reset(VCryptoDevice *device)
{
    vcrypto_data_queues_cancel(device);
    qemu_bh_cancel(device->control_bh);
    vcrypto_backend_reset(device->backend->core);
}

void vcrypto_device_ready_changed(VCryptoDevice *device)
{
    if (device && device->point.ready != !!device->backend->options.ready) {
        device->point.ready = device->backend->options.ready;
        virtio_notify_config(device->vdev);
    }
}
