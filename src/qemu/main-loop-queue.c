/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A data queue served in the main loop with QEMU's own virtqueue calls: the way that
 * works where QEMU must translate addresses.
 */
#include "data-queue.h"

#include "qemu/iov.h"
#include "qemu/rcu.h"

#include "virtqueue.h"

/*
 * A batch ends at this many requests, or at this many bytes, or pieces of memory, each
 * of which QEMU has to look up: the rest of QEMU waits meanwhile, and 3DES takes 10 ms
 * for 256 KiB.
 */
#define BATCH_REQUESTS 64
#define BATCH_BYTES    (256 * 1024)
#define BATCH_PIECES   2048

struct VCryptoMainLoopBatch {
    VirtQueueElement *elements[BATCH_REQUESTS];
    struct vcrypto_request requests[BATCH_REQUESTS];
};

/*
 * Whether the device was neither reset nor unplugged since the batch was taken. Any of
 * QEMU's calls here may do that: what a request is read from may be registers, and what
 * is written to, and the ring itself.
 */
static bool lives(const VCryptoDataQueue *queue)
{
    return queue->device->life == queue->life;
}

/* Takes the next batch from the ring: returns how many requests. */
static size_t take_batch(VCryptoDataQueue *queue)
{
    size_t bytes = 0, pieces = 0, n = 0;

    while (lives(queue) && n < BATCH_REQUESTS && bytes < BATCH_BYTES &&
           pieces < BATCH_PIECES) {
        VirtQueueElement *element = virtqueue_pop(queue->vq, sizeof(*element));

        if (!element) {
            break;
        }
        queue->batch->elements[n] = element;
        queue->batch->requests[n].chain = (struct vcrypto_chain){
            .out = element->out_sg,
            .out_num = element->out_num,
            .in = element->in_sg,
            .in_num = element->in_num,
        };
        bytes += iov_size(element->out_sg, element->out_num);
        pieces += element->out_num + element->in_num;
        n++;
    }
    return n;
}

/*
 * Writes what lies behind a gap, which is the digest of a chain, by its guest address:
 * memory that QEMU lent for the guest's is copied back from its beginning on, and holds
 * what is QEMU's where nothing was written.
 */
static void write_behind_gap(VCryptoDataQueue *queue, const VirtQueueElement *element,
                             const struct vcrypto_request *request)
{
    AddressSpace *as = queue->device->vdev->dma_as;
    uint64_t size = request->result.left, from = request->written - size, at = 0;
    g_autofree uint8_t *bytes = NULL;

    if (request->used == request->written) {
        return;
    }
    bytes = g_malloc(size);
    iov_to_buf(element->in_sg, element->in_num, from, bytes, size);
    for (unsigned i = 0; i < element->in_num && lives(queue); i++) {
        size_t len = element->in_sg[i].iov_len;
        uint64_t begin = MAX(from, at), end = MIN(from + size, at + len);

        if (begin < end) {
            dma_memory_write(as, element->in_addr[i] + (begin - at),
                             bytes + (begin - from), end - begin,
                             MEMTXATTRS_UNSPECIFIED);
        }
        at += len;
    }
}

/* The guest address of the last writable byte, where the status goes. */
static uint64_t status_address(const VirtQueueElement *element)
{
    for (unsigned i = element->in_num; i-- > 0;) {
        if (element->in_sg[i].iov_len) {
            return element->in_addr[i] + element->in_sg[i].iov_len - 1;
        }
    }
    return 0;
}

/* Completes a request; of one whose device has ended meanwhile nothing is written. */
static void finish(VCryptoDataQueue *queue, unsigned i)
{
    VCryptoDevice *device = queue->device;
    VirtQueueElement *element = queue->batch->elements[i];
    const struct vcrypto_request *request = &queue->batch->requests[i];
    size_t writable = iov_size(element->in_sg, element->in_num);
    uint32_t used = vcrypto_serve_used_length(request, writable);
    uint64_t status_at = status_address(element);

    write_behind_gap(queue, element, request);
    vcrypto_virtqueue_unmap(device, queue->life, element, request->used);
    if (writable && lives(queue)) {
        dma_memory_write(device->vdev->dma_as, status_at, &request->status,
                         VCRYPTO_STATUS_SIZE, MEMTXATTRS_UNSPECIFIED);
    }
    if (lives(queue)) {
        virtqueue_fill(queue->vq, element, used, i);
    }
    g_free(element);
}

/* Runs as many as should wait for each other: of slow ones, one. Returns how many. */
static size_t run_batch(VCryptoDataQueue *queue, size_t n)
{
    const struct vcrypto_service_point *point = &queue->device->point;
    struct vcrypto_request *requests = queue->batch->requests;

    vcrypto_serve_decode(point, &point->limits, requests, n);
    return vcrypto_serve_run(point, queue->index, requests, n, NULL);
}

/*
 * Gives back to the ring what was not begun, the batch's from @first to @end, as if it
 * had never been taken. (virtqueue_unpop() takes each chain for one descriptor, which
 * in a packed ring it is not.)
 */
static void give_back(VCryptoDataQueue *queue, size_t first, size_t end)
{
    unsigned taken = 0;

    for (size_t i = first; i < end; i++) {
        VirtQueueElement *element = queue->batch->elements[i];

        taken += element->ndescs;
        vcrypto_virtqueue_unmap(queue->device, queue->life, element, 0);
        g_free(element);
    }
    if (lives(queue)) {
        virtqueue_rewind(queue->vq, taken);
    }
}

/* Answers the first @done of the batch. */
static void answer(VCryptoDataQueue *queue, size_t done)
{
    WITH_RCU_READ_LOCK_GUARD()
    {
        for (size_t i = 0; i < done; i++) {
            finish(queue, i);
        }
        if (done && lives(queue)) {
            virtqueue_flush(queue->vq, done);
        }
    }
    if (done && lives(queue)) {
        virtio_notify(queue->device->vdev, queue->vq);
    }
}

/*
 * The same behind which QEMU has found the ring broken: its calls do nothing for such a
 * device any more, and what was done would never be answered. The queues are stopped
 * before, so that nothing but this is done for a device that is not broken meanwhile.
 */
/* keeps: ST-2 */
static void answer_before_broken(VCryptoDataQueue *queue, size_t done)
{
    VCryptoDevice *device = queue->device;

    vcrypto_device_broken(device, queue->index);
    if (lives(queue)) {
        device->vdev->broken = false;
        answer(queue, done);
    }
    if (lives(queue)) {
        device->vdev->broken = true;
    }
}

/*
 * Serves one batch; returns whether there was one. Of a batch that ends where the ring
 * is broken, what is given back remains in the ring, not begun.
 */
static bool serve_batch(VCryptoDataQueue *queue)
{
    size_t n = take_batch(queue);
    size_t done = lives(queue) ? run_batch(queue, n) : 0;

    give_back(queue, done, n);
    if (done && lives(queue) && queue->device->vdev->broken) {
        answer_before_broken(queue, done);
    } else {
        answer(queue, done);
    }
    queue->early = n && !done;
    return n;
}

/* The backend's limits do not allow the next request yet. */
static void wait_for_time(VCryptoDataQueue *queue)
{
    uint64_t delay = vcrypto_backend_delay(queue->device->backend->core, queue->index);

    timer_mod(queue->timer, qemu_clock_get_ns(QEMU_CLOCK_REALTIME) + (int64_t)delay);
}

void vcrypto_main_loop_queue_time(void *opaque)
{
    VCryptoDataQueue *queue = opaque;

    qemu_bh_schedule(queue->bh);
}

/* One turn; returns whether there may be more. */
static bool serve_turn(VCryptoDataQueue *queue)
{
    virtio_queue_set_notification(queue->vq, 0);
    if (serve_batch(queue)) {
        vcrypto_secret_wipe_stack();
        return true;
    }
    /* A kick that the driver left out because they were off is made up for by looking
     * once more. */
    if (lives(queue)) {
        virtio_queue_set_notification(queue->vq, 1);
    }
    return lives(queue) && !virtio_queue_empty(queue->vq);
}

static void come_again(VCryptoDataQueue *queue)
{
    if (queue->early) {
        wait_for_time(queue);
    } else {
        qemu_bh_schedule(queue->bh);
    }
}

/*
 * A result may reset a disk: QEMU waits for the disk then, and runs bottom halves
 * meanwhile. This one has its batch at hand, and comes again when that is done.
 */
void vcrypto_main_loop_queue_bh(void *opaque)
{
    VCryptoDataQueue *queue = opaque;
    VCryptoDevice *device = queue->device;
    bool more;

    if (queue->taken) {
        queue->again = true;
        return;
    }
    /* What waits for its time does not look at each kick whether that has come. */
    if (!queue->in_main_loop || !vcrypto_device_may_run(device) ||
        timer_pending(queue->timer)) {
        return;
    }
    vcrypto_device_hold(device);
    if (!queue->batch) {
        queue->batch = g_new(struct VCryptoMainLoopBatch, 1);
    }
    queue->life = device->life;
    queue->again = false;
    queue->taken = true;
    more = vcrypto_device_use_virtqueue(device, queue->index) && lives(queue) &&
           serve_turn(queue);
    queue->taken = false;
    if ((more || queue->again) && lives(queue)) {
        come_again(queue);
    }
    if (queue->put_off) {
        queue->put_off = false;
        vcrypto_data_queue_update(device, queue->index, vcrypto_device_may_run(device));
    }
    vcrypto_device_release(device);
}
