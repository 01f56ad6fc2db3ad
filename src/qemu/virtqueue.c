/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "virtqueue.h"

void vcrypto_virtqueue_unmap(VCryptoDevice *device, unsigned life,
                             VirtQueueElement *element, uint64_t written)
{
    AddressSpace *as = device->vdev->dma_as;

    for (unsigned i = 0; i < element->in_num; i++) {
        size_t len = element->in_sg[i].iov_len;
        size_t changed = device->life == life ? MIN(written, len) : 0;

        dma_memory_unmap(as, element->in_sg[i].iov_base, len, DMA_DIRECTION_FROM_DEVICE,
                         changed);
        written -= MIN(written, len);
    }
    for (unsigned i = 0; i < element->out_num; i++) {
        size_t len = element->out_sg[i].iov_len;

        dma_memory_unmap(as, element->out_sg[i].iov_base, len, DMA_DIRECTION_TO_DEVICE,
                         len);
    }
    element->in_num = element->out_num = 0;
}
