/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The control queue: always in the main loop. Where no virtual IOMMU is in the way its
 * ring is read as those of data queues are, by our own code over our own map of memory,
 * which bounds everything; else with QEMU's virtqueue calls.
 */
#include "device.h"

#include "qemu/iov.h"

#include "ring-state.h"
#include "transport.h"
#include "virtqueue.h"

struct VCryptoControlQueue {
    VCryptoDevice *device;
    VirtQueue *vq;
    uint32_t index;
    QEMUBH *bh;
    EventNotifier kick;
    bool serving; /* ring is ours */
    bool notify;  /* the driver is to be told */
    bool taken;   /* requests may be out of QEMU's virtqueue, not answered yet, ... */
    bool put_off; /* ... and until they are, the ring cannot be ours */
    bool again;   /* its bottom half was to run within itself */
    struct vcrypto_ring ring;
    struct vcrypto_ring_setup setup; /* what it was made of */
    struct iovec pieces[VCRYPTO_RING_MAX_PIECES];
    uint64_t addresses[VCRYPTO_RING_MAX_PIECES];
};

/* ---- our ring ---- */

static void write_reply(VCryptoControlQueue *queue,
                        const struct vcrypto_ring_chain *chain,
                        const struct vcrypto_control_reply *reply)
{
    const struct vcrypto_memory_map *map = queue->device->memory.map;
    size_t left = reply->size;

    iov_from_buf(chain->chain.in, chain->chain.in_num, 0, reply->bytes, reply->size);
    vcrypto_memory_map_marks_begin(map);
    for (size_t i = 0; left && i < chain->chain.in_num; i++) {
        size_t n = MIN(left, chain->chain.in[i].iov_len);

        vcrypto_memory_map_mark_dirty(map, chain->in_addresses[i], n);
        left -= n;
    }
    vcrypto_memory_map_marks_end(map);
}

/* Adds to *@work what was done. */
static enum vcrypto_ring_result serve_one(VCryptoControlQueue *queue, unsigned *work)
{
    struct vcrypto_ring_pool pool = { .iov = queue->pieces,
                                      .addresses = queue->addresses,
                                      .capacity = VCRYPTO_RING_MAX_PIECES };
    struct vcrypto_ring_chain chain;
    struct vcrypto_control_reply reply;
    enum vcrypto_ring_result result = vcrypto_ring_pop(&queue->ring, &pool, &chain);

    if (result != VCRYPTO_RING_CHAIN) {
        return result;
    }
    *work += vcrypto_serve_control(&queue->device->point, &chain.chain, &reply);
    write_reply(queue, &chain, &reply);
    vcrypto_ring_fill(&queue->ring, &chain, (uint32_t)reply.size, 0);
    vcrypto_ring_publish(&queue->ring, 1);
    queue->notify |= vcrypto_ring_must_notify(&queue->ring);
    return result;
}

/* Serves until other things in the main loop should have their turn. */
static void serve_ring(VCryptoControlQueue *queue)
{
    enum vcrypto_ring_result result = VCRYPTO_RING_CHAIN;
    unsigned work = 0;
    struct vcrypto_ring_position position;

    vcrypto_ring_kicks_off(&queue->ring);
    while (work < VCRYPTO_CONTROL_TURN && result == VCRYPTO_RING_CHAIN) {
        result = serve_one(queue, &work);
    }
    if (result == VCRYPTO_RING_CHAIN ||
        (result != VCRYPTO_RING_BROKEN && vcrypto_ring_kicks_on(&queue->ring))) {
        qemu_bh_schedule(queue->bh);
    }
    /* This may reset the device, or unplug it: it does not serve then. */
    if (queue->notify) {
        queue->notify = false;
        vcrypto_ring_state_notify(queue->device->vdev, queue->index);
    }
    if (result == VCRYPTO_RING_BROKEN && queue->serving) {
        vcrypto_device_broken(queue->device, queue->index);
    }
    if (work && queue->serving) {
        position = vcrypto_ring_position(&queue->ring);
        vcrypto_ring_state_show(queue->device->vdev, queue->index, queue->setup.packed,
                                &position);
    }
}

/* Looks for the ring in the present map; serving goes on where it stands. */
static void find_ring(VCryptoControlQueue *queue, bool first,
                      const struct vcrypto_ring_position *position)
{
    struct vcrypto_ring_setup setup =
        vcrypto_ring_state_setup(queue->device->vdev, queue->index);

    /* The features are those with which serving began. */
    if (!first) {
        setup.packed = queue->setup.packed;
        setup.event_index = queue->setup.event_index;
    }
    queue->setup = setup;
    /* A ring that cannot be, or is not there, is found to be broken when it is served.
     */
    queue->ring = (struct vcrypto_ring){ .position = *position };
    if (vcrypto_ring_init(&queue->ring, &queue->setup, position)) {
        vcrypto_ring_attach(&queue->ring, queue->device->memory.map);
    }
}

/* ---- QEMU's virtqueue ---- */

/*
 * Each of these calls may reset the device, or unplug it: what is read from may be
 * registers, and what is written to. Returns how much work it was.
 */
static unsigned serve_element(VCryptoControlQueue *queue, VirtQueueElement *element,
                              unsigned life)
{
    VCryptoDevice *device = queue->device;
    struct vcrypto_chain chain = {
        .out = element->out_sg,
        .out_num = element->out_num,
        .in = element->in_sg,
        .in_num = element->in_num,
    };
    struct vcrypto_control_reply reply;
    unsigned work = vcrypto_serve_control(&device->point, &chain, &reply);

    iov_from_buf(element->in_sg, element->in_num, 0, reply.bytes, reply.size);
    vcrypto_virtqueue_unmap(device, life, element, reply.size);
    if (device->life == life) {
        virtqueue_push(queue->vq, element, reply.size);
    }
    if (device->life == life) {
        virtio_notify(device->vdev, queue->vq);
    }
    return work;
}

static void serve_virtqueue(VCryptoControlQueue *queue)
{
    VCryptoDevice *device = queue->device;
    unsigned life = device->life, work = 0;

    if (!vcrypto_device_use_virtqueue(device, queue->index)) {
        return;
    }
    while (work < VCRYPTO_CONTROL_TURN && device->life == life) {
        VirtQueueElement *element = virtqueue_pop(queue->vq, sizeof(VirtQueueElement));

        if (!element) {
            return;
        }
        if (device->life == life) {
            work += serve_element(queue, element, life);
        } else {
            vcrypto_virtqueue_unmap(device, life, element, 0);
        }
        g_free(element);
    }
    if (device->life == life) {
        qemu_bh_schedule(queue->bh);
    }
}

/* ---- both ---- */

/* QEMU may have declared the device broken at any time, also before there was a driver
 * to be told. */
/* keeps: VIO-1 */
static void heed_broken(VCryptoControlQueue *queue)
{
    VCryptoDevice *device = queue->device;
    VirtIODevice *vdev = device->vdev;

    if (device->gone || !vdev->broken || !vdev->vm_running ||
        !(vdev->status & VIRTIO_CONFIG_S_DRIVER_OK)) {
        return;
    }
    vcrypto_device_hold(device);
    vcrypto_device_broken(device, queue->index);
    vcrypto_device_release(device);
}

static void control_bh(void *opaque)
{
    VCryptoControlQueue *queue = opaque;
    VCryptoDevice *device = queue->device;

    /* QEMU runs bottom halves while it waits for a disk that a reply has reset. */
    if (queue->taken) {
        queue->again = true;
        return;
    }
    if (!vcrypto_device_may_run(device)) {
        heed_broken(queue);
        return;
    }
    vcrypto_device_hold(device);
    if (queue->serving) {
        serve_ring(queue);
    } else {
        queue->again = false;
        queue->taken = true;
        serve_virtqueue(queue);
        queue->taken = false;
        if (queue->again && !device->gone) {
            qemu_bh_schedule(queue->bh);
        }
        if (queue->put_off) {
            queue->put_off = false;
            vcrypto_control_queue_update(device, vcrypto_device_may_run(device));
        }
    }
    vcrypto_secret_wipe_stack(); /* asymmetric keys were parsed, contexts freed */
    /* A driver that came with its machine was told by another device, elsewhere. */
    if (!device->gone) {
        vcrypto_device_ready_changed(device);
    }
    vcrypto_device_release(device);
}

void vcrypto_control_queue_update(VCryptoDevice *device, bool run)
{
    VCryptoControlQueue *queue = device->control;
    VirtIODevice *vdev = device->vdev;
    bool set_up = vcrypto_transport_has_queue(device->transport, vdev, queue->index);
    bool serve = run && set_up && !device->memory.translated;

    if (device->gone) {
        return;
    }
    if (queue->taken && serve) {
        queue->put_off = true;
        return;
    }
    if (queue->serving && !serve) {
        struct vcrypto_ring_position position = vcrypto_ring_position(&queue->ring);

        if (set_up) {
            vcrypto_ring_kicks_on(&queue->ring);
        }
        queue->serving = false;
        vcrypto_ring_state_give(vdev, queue->index, &position);
        device->rings[queue->index].given = true;
    } else if (!queue->serving && serve) {
        struct vcrypto_ring_position position =
            vcrypto_ring_state_take(vdev, queue->index);

        queue->serving = true;
        find_ring(queue, true, &position);
    }
    if (run || vdev->broken) {
        qemu_bh_schedule(queue->bh); /* for what came before */
    }
}

void vcrypto_control_queue_leave_old_ring(VCryptoDevice *device)
{
    VCryptoControlQueue *queue = device->control;
    struct vcrypto_ring_setup setup =
        vcrypto_ring_state_setup(device->vdev, queue->index);

    if (queue->serving && !vcrypto_ring_state_same(&queue->setup, &setup)) {
        vcrypto_control_queue_set_memory(device);
    }
}

void vcrypto_control_queue_set_memory(VCryptoDevice *device)
{
    VCryptoControlQueue *queue = device->control;

    if (queue->serving) {
        struct vcrypto_ring_position position = vcrypto_ring_position(&queue->ring);

        find_ring(queue, false, &position);
    }
}

void vcrypto_control_queue_cancel(VCryptoDevice *device)
{
    qemu_bh_cancel(device->control->bh);
}

EventNotifier *vcrypto_control_queue_kick_notifier(VCryptoDevice *device)
{
    return &device->control->kick;
}

static void control_kicked(VirtIODevice *vdev, VirtQueue *vq)
{
    VCryptoBackend *backend =
        vcrypto_backend_object_of(VIRTIO_CRYPTO(vdev)->conf.cryptodev);

    vcrypto_device_kicked(backend->device, backend->device->num_queues);
    qemu_bh_schedule(backend->device->control->bh);
}

static void control_notified(EventNotifier *kick)
{
    VCryptoControlQueue *queue = container_of(kick, VCryptoControlQueue, kick);

    if (event_notifier_test_and_clear(kick)) {
        qemu_bh_schedule(queue->bh);
    }
}

bool vcrypto_control_queue_add(VCryptoDevice *device, Error **errp)
{
    VCryptoControlQueue *queue = g_new0(VCryptoControlQueue, 1);
    int ret = event_notifier_init(&queue->kick, 0);

    if (ret < 0) {
        error_setg_errno(
            errp, -ret,
            "virtio-crypto-openssl: %s: no event notifier; raise the limit "
            "of open files",
            vcrypto_backend_object_name(device->backend));
        g_free(queue);
        return false;
    }
    event_notifier_set_handler(&queue->kick, control_notified);
    queue->device = device;
    queue->index = device->num_queues;
    queue->vq = virtio_add_queue(device->vdev, VCRYPTO_QUEUE_SIZE, control_kicked);
    /* Guarded: a descriptor may point at registers of this very device. */
    queue->bh = virtio_bh_new_guarded(DEVICE(device->vdev), control_bh, queue);
    device->control = queue;
    return true;
}

void vcrypto_control_queue_delete(VCryptoDevice *device)
{
    VCryptoControlQueue *queue = device->control;

    event_notifier_set_handler(&queue->kick, NULL);
    event_notifier_cleanup(&queue->kick);
    qemu_bh_delete(queue->bh);
    virtio_delete_queue(queue->vq);
}

void vcrypto_control_queue_free(VCryptoDevice *device)
{
    g_free(device->control);
}
