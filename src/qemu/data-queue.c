/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Data queues: gives each ring to its worker while the driver is ready, the machine
 * runs and no virtual IOMMU is in the way, and takes it back before anything else
 * touches it.
 *
 * A worker never waits for the big lock, so it may be waited for with the lock held.
 */
#include "data-queue.h"

#include "qemu/rcu.h"

#include "ring-state.h"
#include "transport.h"

/* vcrypto_worker_host, called from the worker. */

static void worker_thread_begin(void *opaque)
{
    rcu_register_thread(); /* marking memory dirty reads what RCU protects */
}

static void worker_thread_end(void *opaque)
{
    rcu_unregister_thread();
}

static void worker_notify(void *opaque)
{
    VCryptoDataQueue *queue = opaque;

    qatomic_set(&queue->notify, true);
    qemu_bh_schedule(queue->event_bh);
}

static void worker_fault(void *opaque)
{
    VCryptoDataQueue *queue = opaque;

    qatomic_set(&queue->fault, true);
    qemu_bh_schedule(queue->event_bh);
}

/* The eventfd is the guest's notifier whoever serves the queue. */
static void worker_stray_kick(void *opaque)
{
    VCryptoDataQueue *queue = opaque;

    if (qatomic_read(&queue->in_main_loop)) {
        qemu_bh_schedule(queue->bh);
    }
}

/* Written by both sides, and seldom: see follow(). */
static void worker_moved(void *opaque)
{
    VCryptoDataQueue *queue = opaque;

    if (!qatomic_read(&queue->moved)) {
        qatomic_set(&queue->moved, true);
        qemu_bh_schedule(queue->event_bh);
    }
}

static const struct vcrypto_worker_host worker_host = {
    .thread_begin = worker_thread_begin,
    .thread_end = worker_thread_end,
    .notify = worker_notify,
    .fault = worker_fault,
    .stray_kick = worker_stray_kick,
    .moved = worker_moved,
};

/* Whoever asks QEMU where a ring stands is told of what was so long ago, at most. */
#define SHOW_MS 100

/* The first request after a rest has us set a timer, which has us show where the ring
 * stands by then; so there are no more than ten of each a second. */
static void follow(VCryptoDataQueue *queue)
{
    struct vcrypto_ring_position position;

    if (!queue->serving) {
        return;
    }
    if (queue->show) {
        queue->show = false;
        qatomic_xchg(&queue->moved, false); /* a barrier: what comes later is told */
        vcrypto_worker_position(queue->worker, &position);
        vcrypto_ring_state_show(queue->device->vdev, queue->index, queue->setup.packed,
                                &position);
    } else if (qatomic_read(&queue->moved) && !timer_pending(queue->show_timer)) {
        timer_mod(queue->show_timer, qemu_clock_get_ms(QEMU_CLOCK_REALTIME) + SHOW_MS);
    }
}

/* In a bottom half, which is guarded. */
static void show_time(void *opaque)
{
    VCryptoDataQueue *queue = opaque;

    queue->show = true;
    qemu_bh_schedule(queue->event_bh);
}

static void event_bh(void *opaque)
{
    VCryptoDataQueue *queue = opaque;
    VCryptoDevice *device = queue->device;

    vcrypto_device_hold(device);
    /* While the machine is stopped its state may be on its way already, processors and
     * interrupt controllers first: what is owed goes with it. */
    if (device->vdev->vm_running && qatomic_xchg(&queue->notify, false)) {
        vcrypto_ring_state_notify(device->vdev, queue->index);
    }
    /* A device that was reset by that, or unplugged, serves no queue. */
    if (qatomic_xchg(&queue->fault, false) && queue->serving) {
        vcrypto_device_broken(device, queue->index);
    }
    follow(queue);
    vcrypto_device_release(device);
}

static void start_worker(VCryptoDataQueue *queue)
{
    VirtIODevice *vdev = queue->device->vdev;
    struct vcrypto_ring_position position = vcrypto_ring_state_take(vdev, queue->index);

    queue->serving = true;
    queue->setup = vcrypto_ring_state_setup(vdev, queue->index);
    qatomic_set(&queue->fault, false);
    qatomic_set(&queue->moved, false);
    queue->show = false;
    /* Not at once: QEMU writes the status when we have returned, and what says that a
     * reset is needed would be lost. */
    if (!vcrypto_worker_start(queue->worker, &queue->setup, &position)) {
        worker_fault(queue);
    }
}

static bool has_ring(const VCryptoDataQueue *queue)
{
    const VCryptoDevice *device = queue->device;

    return vcrypto_transport_has_queue(device->transport, device->vdev, queue->index);
}

/* A ring that the driver has taken back is left without the wish to be told of chains:
 * it may be other memory by now. */
static void begin_stop(VCryptoDataQueue *queue)
{
    if (!has_ring(queue)) {
        vcrypto_worker_set_memory(queue->worker, NULL);
    }
    vcrypto_worker_stop_begin(queue->worker);
}

static void stop_worker(VCryptoDataQueue *queue)
{
    struct vcrypto_ring_position position;

    begin_stop(queue);
    queue->serving = false;
    if (vcrypto_worker_stop(queue->worker, &position)) {
        vcrypto_ring_state_give(queue->device->vdev, queue->index, &position);
        queue->device->rings[queue->index].given = true;
    }
    if (!has_ring(queue)) {
        vcrypto_worker_set_memory(queue->worker, queue->device->memory.map);
    }
}

void vcrypto_data_queue_leave_old_ring(VCryptoDevice *device, uint32_t index)
{
    VCryptoDataQueue *queue = &device->queues[index];
    struct vcrypto_ring_setup setup = vcrypto_ring_state_setup(device->vdev, index);

    if (queue->serving && !vcrypto_ring_state_same(&queue->setup, &setup)) {
        stop_worker(queue);
    }
}

/* Who is to serve the queue. @run: whether requests may be taken from rings at all. */
enum server { SERVED_BY_NOBODY, SERVED_BY_WORKER, SERVED_BY_MAIN_LOOP };

static enum server server_of(VCryptoDataQueue *queue, bool run)
{
    if (!run || !has_ring(queue)) {
        return SERVED_BY_NOBODY;
    }
    return queue->device->memory.translated ? SERVED_BY_MAIN_LOOP : SERVED_BY_WORKER;
}

/* A queue that waits for its time in the main loop looks again, or gives its place to
 * others. */
static void end_wait(VCryptoDataQueue *queue, bool comes_again)
{
    timer_del(queue->timer);
    if (comes_again) {
        qemu_bh_schedule(queue->bh);
    } else {
        vcrypto_backend_withdraw(queue->device->backend->core, queue->index);
    }
}

void vcrypto_data_queue_update(VCryptoDevice *device, uint32_t index, bool run)
{
    VCryptoDataQueue *queue = &device->queues[index];
    enum server server = server_of(queue, run);

    if (device->gone) {
        return;
    }
    if (queue->taken && server == SERVED_BY_WORKER) {
        queue->put_off = true;
        server = SERVED_BY_NOBODY;
    }
    if (queue->serving && server != SERVED_BY_WORKER) {
        stop_worker(queue);
    }
    if (queue->in_main_loop || server == SERVED_BY_MAIN_LOOP) {
        end_wait(queue, server == SERVED_BY_MAIN_LOOP); /* for what came before */
    }
    qatomic_set(&queue->in_main_loop, server == SERVED_BY_MAIN_LOOP);
    if (server == SERVED_BY_WORKER && !queue->serving) {
        start_worker(queue);
    }
}

void vcrypto_data_queues_update(VCryptoDevice *device, bool run)
{
    /* All at once, so that the wait is for the longest of their present requests. */
    for (uint32_t i = 0; i < device->num_queues; i++) {
        VCryptoDataQueue *queue = &device->queues[i];

        if (queue->serving && server_of(queue, run) != SERVED_BY_WORKER) {
            begin_stop(queue);
        }
    }
    for (uint32_t i = 0; i < device->num_queues; i++) {
        vcrypto_data_queue_update(device, i, run);
        if (run && vcrypto_data_queue_owes(device, i)) {
            qemu_bh_schedule(device->queues[i].event_bh);
        }
    }
}

void vcrypto_data_queues_hurry(VCryptoDevice *device)
{
    for (uint32_t i = 0; i < device->num_queues; i++) {
        if (device->queues[i].in_main_loop) {
            end_wait(&device->queues[i], true);
        }
    }
}

void vcrypto_data_queues_set_memory(VCryptoDevice *device)
{
    for (uint32_t i = 0; i < device->num_queues; i++) {
        VCryptoDataQueue *queue = &device->queues[i];

        vcrypto_worker_set_memory(queue->worker, device->memory.map);
        /* QEMU may change memory in two steps (a virtual IOMMU does), with none at all
         * in between. A ring that was missed in the map before is looked for anew. */
        if (queue->serving && qatomic_read(&queue->fault)) {
            stop_worker(queue);
        }
    }
}

static void data_kicked(VirtIODevice *vdev, VirtQueue *vq)
{
    VCryptoBackend *backend =
        vcrypto_backend_object_of(VIRTIO_CRYPTO(vdev)->conf.cryptodev);
    VCryptoDataQueue *queue = &backend->device->queues[virtio_get_queue_index(vq)];

    vcrypto_device_kicked(queue->device, queue->index);
    if (queue->in_main_loop) {
        qemu_bh_schedule(queue->bh);
    } else {
        vcrypto_worker_kick(queue->worker);
    }
}

static bool queue_add(VCryptoDevice *device, uint32_t index, Error **errp)
{
    VCryptoDataQueue *queue = &device->queues[index];
    struct vcrypto_worker_config config = {
        .point = &device->point,
        .queue = index,
        .device = device->backend->number,
        .poll_max_ns = &device->backend->poll_max_ns,
        .halted = &device->vdev->broken,
        .host = &worker_host,
        .opaque = queue,
    };

    queue->device = device;
    queue->index = index;
    /* Guarded: a descriptor, or an interrupt message, may be addressed to registers of
     * this very device. */
    queue->bh =
        virtio_bh_new_guarded(DEVICE(device->vdev), vcrypto_main_loop_queue_bh, queue);
    queue->event_bh = virtio_bh_new_guarded(DEVICE(device->vdev), event_bh, queue);
    queue->timer =
        timer_new_ns(QEMU_CLOCK_REALTIME, vcrypto_main_loop_queue_time, queue);
    queue->show_timer = timer_new_ms(QEMU_CLOCK_REALTIME, show_time, queue);
    queue->worker = vcrypto_worker_new(&config);
    if (!queue->worker) {
        error_setg_errno(errp, errno,
                         "virtio-crypto-openssl: %s: no thread for queue %u; raise the "
                         "limit of threads or descriptors, or lower queues",
                         vcrypto_backend_object_name(device->backend), index);
        timer_free(queue->show_timer);
        timer_free(queue->timer);
        qemu_bh_delete(queue->event_bh);
        qemu_bh_delete(queue->bh);
        return false;
    }
    event_notifier_init_fd(&queue->kick, vcrypto_worker_kick_fd(queue->worker));
    queue->vq = virtio_add_queue(device->vdev, VCRYPTO_QUEUE_SIZE, data_kicked);
    return true;
}

static void queue_delete(VCryptoDataQueue *queue)
{
    vcrypto_worker_free(queue->worker);
    timer_free(queue->show_timer);
    timer_free(queue->timer);
    qemu_bh_delete(queue->event_bh);
    qemu_bh_delete(queue->bh);
    virtio_delete_queue(queue->vq);
}

bool vcrypto_data_queues_add(VCryptoDevice *device, Error **errp)
{
    device->queues = g_new0(VCryptoDataQueue, device->num_queues);
    for (uint32_t i = 0; i < device->num_queues; i++) {
        if (!queue_add(device, i, errp)) {
            device->num_queues = i;
            vcrypto_data_queues_delete(device);
            return false;
        }
    }
    return true;
}

void vcrypto_data_queues_delete(VCryptoDevice *device)
{
    for (uint32_t i = 0; i < device->num_queues; i++) {
        queue_delete(&device->queues[i]);
    }
}

void vcrypto_data_queues_free(VCryptoDevice *device)
{
    for (uint32_t i = 0; i < device->num_queues; i++) {
        g_free(device->queues[i].batch);
    }
    g_free(device->queues);
}

void vcrypto_data_queues_cancel(VCryptoDevice *device)
{
    for (uint32_t i = 0; i < device->num_queues; i++) {
        VCryptoDataQueue *queue = &device->queues[i];

        qemu_bh_cancel(queue->bh);
        qemu_bh_cancel(queue->event_bh);
        timer_del(queue->show_timer);
        qatomic_set(&queue->notify, false);
        qatomic_set(&queue->fault, false);
        qatomic_set(&queue->moved, false);
        queue->show = false;
    }
}

bool vcrypto_data_queue_owes(VCryptoDevice *device, uint32_t index)
{
    return qatomic_read(&device->queues[index].notify);
}

void vcrypto_data_queue_owe(VCryptoDevice *device, uint32_t index)
{
    qatomic_set(&device->queues[index].notify, true);
}

EventNotifier *vcrypto_data_queue_kick_notifier(VCryptoDevice *device, uint32_t index)
{
    return &device->queues[index].kick;
}

pid_t vcrypto_data_queue_thread_id(VCryptoDevice *device, uint32_t index)
{
    return vcrypto_worker_thread_id(device->queues[index].worker);
}
