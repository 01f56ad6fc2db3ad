/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The control queue: always in the main loop, with QEMU's own virtqueue calls. */
#include "device.h"

#include "qemu/iov.h"

/* Requests that are served before other things in the main loop get their turn. */
#define BUDGET 64

static void serve_element(VCryptoDevice *device, VirtQueueElement *element)
{
    struct vcrypto_chain chain = {
        .out = element->out_sg,
        .out_num = element->out_num,
        .in = element->in_sg,
        .in_num = element->in_num,
    };
    struct vcrypto_control_reply reply;

    vcrypto_serve_control(&device->point, &chain, &reply);
    iov_from_buf(element->in_sg, element->in_num, 0, reply.bytes, reply.size);
    virtqueue_push(device->control, element, reply.size);
    virtio_notify(device->vdev, device->control);
}

/* Serves at most BUDGET requests; returns whether there may be more. */
static bool serve_some(VCryptoDevice *device)
{
    for (unsigned i = 0; i < BUDGET; i++) {
        VirtQueueElement *element =
            virtqueue_pop(device->control, sizeof(VirtQueueElement));

        if (!element) {
            return false;
        }
        serve_element(device, element);
        g_free(element);
    }
    return true;
}

static void control_bh(void *opaque)
{
    VCryptoDevice *device = opaque;

    if (vcrypto_device_may_run(device) && serve_some(device)) {
        qemu_bh_schedule(device->control_bh);
    }
}

static void control_kicked(VirtIODevice *vdev, VirtQueue *vq)
{
    VCryptoBackend *backend =
        vcrypto_backend_object_of(VIRTIO_CRYPTO(vdev)->conf.cryptodev);

    qemu_bh_schedule(backend->device->control_bh);
}

static void control_notified(EventNotifier *kick)
{
    VCryptoDevice *device = container_of(kick, VCryptoDevice, control_kick);

    if (event_notifier_test_and_clear(kick)) {
        qemu_bh_schedule(device->control_bh);
    }
}

bool vcrypto_control_queue_add(VCryptoDevice *device, Error **errp)
{
    int ret = event_notifier_init(&device->control_kick, 0);

    if (ret < 0) {
        error_setg_errno(
            errp, -ret,
            "virtio-crypto-openssl: %s: no event notifier; raise the limit "
            "of open files",
            vcrypto_backend_object_name(device->backend));
        return false;
    }
    event_notifier_set_handler(&device->control_kick, control_notified);
    device->control =
        virtio_add_queue(device->vdev, VCRYPTO_QUEUE_SIZE, control_kicked);
    /* Guarded: a descriptor may point at registers of this very device. */
    device->control_bh =
        virtio_bh_new_guarded(DEVICE(device->vdev), control_bh, device);
    return true;
}

void vcrypto_control_queue_delete(VCryptoDevice *device)
{
    event_notifier_set_handler(&device->control_kick, NULL);
    event_notifier_cleanup(&device->control_kick);
    qemu_bh_delete(device->control_bh);
    virtio_delete_queue(device->control);
}
