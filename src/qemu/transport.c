/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "transport.h"

#include "hw/sysbus.h"
#include "hw/virtio/virtio-mmio.h"
#include "hw/virtio/virtio-pci.h"

bool vcrypto_transport_tells(Object *transport)
{
    return object_dynamic_cast(transport, TYPE_VIRTIO_PCI);
}

bool vcrypto_transport_has_queue(Object *transport, VirtIODevice *vdev, uint32_t index)
{
    if (object_dynamic_cast(transport, TYPE_VIRTIO_MMIO)) {
        const VirtIOMMIOProxy *mmio = VIRTIO_MMIO(transport);

        /* The queue keeps its address then, and QEMU asks for no more. */
        if (!mmio->legacy && !mmio->vqs[index].enabled) {
            return false;
        }
    }
    return virtio_queue_get_desc_addr(vdev, index);
}
