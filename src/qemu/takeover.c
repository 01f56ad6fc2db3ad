/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "takeover.h"

#include "device.h"
#include "migration.h"
#include "vectors.h"

/* The stock methods. */
static VirtioDeviceClass stock;

static bool is_ours(VirtIODevice *vdev)
{
    return vcrypto_backend_object_of(VIRTIO_CRYPTO(vdev)->conf.cryptodev) != NULL;
}

/*
 * The state of a device that is bound to a backend of ours; NULL while it is not
 * realized, which is no business of the stock methods either.
 */
static VCryptoDevice *state(VirtIODevice *vdev)
{
    VCryptoBackend *backend =
        vcrypto_backend_object_of(VIRTIO_CRYPTO(vdev)->conf.cryptodev);
    VCryptoDevice *device = backend->device;

    return device && device->vdev == vdev ? device : NULL;
}

/*
 * What follows may stop queues, which looks at rings, which may be registers by now:
 * the device is held meanwhile. NULL stands for a device with nothing to hold.
 */
static VCryptoDevice *enter(VirtIODevice *vdev)
{
    VCryptoDevice *device = is_ours(vdev) ? state(vdev) : NULL;

    if (device) {
        vcrypto_device_hold(device);
    }
    return device;
}

static void leave(VCryptoDevice *device)
{
    if (device) {
        vcrypto_device_release(device);
    }
}

static void unrealize(DeviceState *dev)
{
    VirtIODevice *vdev = VIRTIO_DEVICE(dev);

    if (!is_ours(vdev)) {
        stock.unrealize(dev);
    } else if (state(vdev)) {
        vcrypto_device_unrealize(state(vdev));
    }
}

static void takeover_realize(DeviceState *dev, Error **errp)
{
    ERRP_GUARD();
    VCryptoBackend *backend =
        vcrypto_backend_object_of(VIRTIO_CRYPTO(dev)->conf.cryptodev);

    if (!vcrypto_migration_allowed(dev, backend, errp)) {
        return;
    }
    if (backend) {
        vcrypto_device_realize(dev, backend, errp);
    } else {
        stock.realize(dev, errp);
    }
    if (!*errp && !vcrypto_migration_register(dev, backend, errp)) {
        unrealize(dev);
    }
}

static void takeover_unrealize(DeviceState *dev)
{
    vcrypto_migration_unregister(dev, is_ours(VIRTIO_DEVICE(dev)));
    unrealize(dev);
}

static uint64_t takeover_get_features(VirtIODevice *vdev, uint64_t features,
                                      Error **errp)
{
    if (!is_ours(vdev)) {
        return stock.get_features(vdev, features, errp);
    }
    return state(vdev) ? vcrypto_device_features(state(vdev), features) : features;
}

/* The stock class leaves it empty: then every choice of a driver's is taken. */
static int takeover_validate_features(VirtIODevice *vdev)
{
    if (!is_ours(vdev)) {
        return stock.validate_features ? stock.validate_features(vdev) : 0;
    }
    return vcrypto_device_features_valid(vdev->guest_features) ? 0 : -EINVAL;
}

static void takeover_get_config(VirtIODevice *vdev, uint8_t *config)
{
    if (!is_ours(vdev)) {
        stock.get_config(vdev, config);
    } else if (state(vdev)) {
        vcrypto_device_get_config(state(vdev), config);
    }
}

static void takeover_reset(VirtIODevice *vdev)
{
    VCryptoDevice *device = enter(vdev);

    if (!is_ours(vdev)) {
        stock.reset(vdev);
    } else if (device) {
        vcrypto_device_reset(device);
    }
    leave(device);
}

static void takeover_set_status(VirtIODevice *vdev, uint8_t status)
{
    VCryptoDevice *device = enter(vdev);

    if (!is_ours(vdev)) {
        stock.set_status(vdev, status);
    } else if (device) {
        vcrypto_device_set_status(device, status);
    }
    leave(device);
}

/*
 * The stock methods are for vhost and abort without it. Ours has no guest notifiers
 * yet, so there is nothing to mask and nothing pending behind a mask.
 */
static void takeover_guest_notifier_mask(VirtIODevice *vdev, int index, bool mask)
{
    if (!is_ours(vdev)) {
        stock.guest_notifier_mask(vdev, index, mask);
    }
}

static bool takeover_guest_notifier_pending(VirtIODevice *vdev, int index)
{
    return is_ours(vdev) ? false : stock.guest_notifier_pending(vdev, index);
}

static struct vhost_dev *takeover_get_vhost(VirtIODevice *vdev)
{
    return is_ours(vdev) ? NULL : stock.get_vhost(vdev);
}

static int takeover_start_ioeventfd(VirtIODevice *vdev)
{
    if (!is_ours(vdev)) {
        return stock.start_ioeventfd(vdev);
    }
    return state(vdev) ? vcrypto_device_start_ioeventfd(state(vdev)) : -ENODEV;
}

static void takeover_stop_ioeventfd(VirtIODevice *vdev)
{
    if (!is_ours(vdev)) {
        stock.stop_ioeventfd(vdev);
    } else if (state(vdev)) {
        vcrypto_device_stop_ioeventfd(state(vdev));
    }
}

/* The stock class leaves these two empty. */

static void takeover_queue_reset(VirtIODevice *vdev, uint32_t index)
{
    VCryptoDevice *device = enter(vdev);

    if (!is_ours(vdev)) {
        if (stock.queue_reset) {
            stock.queue_reset(vdev, index);
        }
    } else if (device) {
        vcrypto_device_queue_reset(device, index);
    }
    leave(device);
}

static void takeover_queue_enable(VirtIODevice *vdev, uint32_t index)
{
    VCryptoDevice *device = enter(vdev);

    if (!is_ours(vdev)) {
        if (stock.queue_enable) {
            stock.queue_enable(vdev, index);
        }
    } else if (device) {
        vcrypto_device_queue_enable(device, index);
    }
    leave(device);
}

bool vcrypto_takeover(void)
{
    ObjectClass *oc = object_class_by_name(TYPE_VIRTIO_CRYPTO);
    VirtioDeviceClass *vdc;

    if (!oc) {
        return false;
    }
    vcrypto_vectors_watch();
    vdc = VIRTIO_DEVICE_CLASS(oc);
    stock = *vdc;
    vcrypto_migration_takeover(DEVICE_CLASS(oc));
    vdc->realize = takeover_realize;
    vdc->unrealize = takeover_unrealize;
    vdc->get_features = takeover_get_features;
    vdc->validate_features = takeover_validate_features;
    vdc->get_config = takeover_get_config;
    vdc->reset = takeover_reset;
    vdc->set_status = takeover_set_status;
    vdc->guest_notifier_mask = takeover_guest_notifier_mask;
    vdc->guest_notifier_pending = takeover_guest_notifier_pending;
    vdc->get_vhost = takeover_get_vhost;
    vdc->start_ioeventfd = takeover_start_ioeventfd;
    vdc->stop_ioeventfd = takeover_stop_ioeventfd;
    vdc->queue_reset = takeover_queue_reset;
    vdc->queue_enable = takeover_queue_enable;
    return true;
}
