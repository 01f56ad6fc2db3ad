/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A data queue served in the main loop with QEMU's own virtqueue calls: the way that
 * works where QEMU must translate addresses.
 */
#include "data-queue.h"

#include "qemu/iov.h"
#include "qemu/rcu.h"

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

/* Takes the next batch from the ring: returns how many requests. */
static size_t take_batch(VCryptoDataQueue *queue)
{
    size_t bytes = 0, pieces = 0, n = 0;

    while (n < BATCH_REQUESTS && bytes < BATCH_BYTES && pieces < BATCH_PIECES) {
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
static void write_behind_gap(VirtIODevice *vdev, const VirtQueueElement *element,
                             const struct vcrypto_request *request)
{
    uint64_t size = request->result.left, from = request->written - size, at = 0;
    g_autofree uint8_t *bytes = NULL;

    if (request->used == request->written) {
        return;
    }
    bytes = g_malloc(size);
    iov_to_buf(element->in_sg, element->in_num, from, bytes, size);
    for (unsigned i = 0; i < element->in_num; i++) {
        size_t len = element->in_sg[i].iov_len;
        uint64_t begin = MAX(from, at), end = MIN(from + size, at + len);

        if (begin < end) {
            dma_memory_write(vdev->dma_as, element->in_addr[i] + (begin - at),
                             bytes + (begin - from), end - begin,
                             MEMTXATTRS_UNSPECIFIED);
        }
        at += len;
    }
}

/*
 * Gives the guest's memory back at the extent that was written. virtqueue_fill()
 * would do it at used.len, but the bytes that a failure zeroed, and the status, may
 * lie beyond: their pages would not be marked dirty, and would not be written back
 * where the memory had to be copied.
 */
static void unmap_element(VirtIODevice *vdev, VirtQueueElement *element,
                          uint64_t written)
{
    for (unsigned i = 0; i < element->in_num; i++) {
        size_t len = element->in_sg[i].iov_len;
        size_t changed = MIN(written, len);

        dma_memory_unmap(vdev->dma_as, element->in_sg[i].iov_base, len,
                         DMA_DIRECTION_FROM_DEVICE, changed);
        written -= changed;
    }
    for (unsigned i = 0; i < element->out_num; i++) {
        size_t len = element->out_sg[i].iov_len;

        dma_memory_unmap(vdev->dma_as, element->out_sg[i].iov_base, len,
                         DMA_DIRECTION_TO_DEVICE, len);
    }
}

/* The status goes to the last writable byte by its guest address. */
static void write_status(VirtIODevice *vdev, const VirtQueueElement *element,
                         uint8_t status)
{
    for (unsigned i = element->in_num; i-- > 0;) {
        size_t len = element->in_sg[i].iov_len;

        if (len) {
            dma_memory_write(vdev->dma_as, element->in_addr[i] + len - 1, &status,
                             sizeof(status), MEMTXATTRS_UNSPECIFIED);
            return;
        }
    }
}

static void finish(VCryptoDataQueue *queue, unsigned i)
{
    VirtIODevice *vdev = queue->device->vdev;
    VirtQueueElement *element = queue->batch->elements[i];
    const struct vcrypto_request *request = &queue->batch->requests[i];
    size_t writable = iov_size(element->in_sg, element->in_num);
    uint32_t used = vcrypto_serve_used_length(request, writable);

    write_behind_gap(vdev, element, request);
    unmap_element(vdev, element, request->used);
    write_status(vdev, element, request->status);
    element->in_num = element->out_num = 0; /* nothing is left to unmap */
    virtqueue_fill(queue->vq, element, used, i);
    g_free(element);
}

/* Runs as many as should wait for each other: of slow ones, one. Returns how many. */
static size_t run_batch(VCryptoDataQueue *queue, size_t n)
{
    const struct vcrypto_service_point *point = &queue->device->point;
    struct vcrypto_request *requests = queue->batch->requests;

    vcrypto_serve_decode(point, requests, n);
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
        unmap_element(queue->device->vdev, element, 0);
        g_free(element);
    }
    virtqueue_rewind(queue->vq, taken);
}

/* Serves one batch; returns whether there may be more. */
static bool serve_batch(VCryptoDataQueue *queue)
{
    size_t n = take_batch(queue), done;

    if (!n) {
        return false;
    }
    done = run_batch(queue, n);
    give_back(queue, done, n);
    WITH_RCU_READ_LOCK_GUARD()
    {
        for (size_t i = 0; i < done; i++) {
            finish(queue, i);
        }
        virtqueue_flush(queue->vq, done);
    }
    virtio_notify(queue->device->vdev, queue->vq);
    return true;
}

void vcrypto_main_loop_queue_bh(void *opaque)
{
    VCryptoDataQueue *queue = opaque;

    if (!queue->in_main_loop || !vcrypto_device_may_run(queue->device) ||
        !vcrypto_device_use_virtqueue(queue->device, queue->index)) {
        return;
    }
    if (!queue->batch) {
        queue->batch = g_new(struct VCryptoMainLoopBatch, 1);
    }
    virtio_queue_set_notification(queue->vq, 0);
    if (serve_batch(queue)) {
        vcrypto_secret_wipe_stack();
        qemu_bh_schedule(queue->bh);
        return;
    }
    /* A kick that the driver left out because they were off is made up for by looking
     * once more. */
    virtio_queue_set_notification(queue->vq, 1);
    if (!virtio_queue_empty(queue->vq)) {
        qemu_bh_schedule(queue->bh);
    }
}
