/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * QEMU does not tell a number that was given from the default, which is 2 whatever the
 * number of queues: so the property's own functions are wrapped. The first makes an
 * object begin with the default, the second is called whenever one is given a number,
 * be it the same.
 */
#include "vectors.h"

#include "hw/virtio/virtio-pci.h"

#define TYPE_TRANSPORT "virtio-crypto-pci"

static ObjectPropertyInit *stock_init;
static ObjectPropertyAccessor *stock_set;

/* Objects that were given a number and have not been asked about since. */
static GHashTable *given;

static void watched_set(Object *object, Visitor *visitor, const char *name,
                        void *opaque, Error **errp)
{
    g_hash_table_add(given, object);
    stock_set(object, visitor, name, opaque, errp);
}

static void watched_init(Object *object, ObjectProperty *property)
{
    stock_init(object, property);
    /* This was the default; or an object was here before that was never realized. */
    g_hash_table_remove(given, object);
}

void vcrypto_vectors_watch(void)
{
    ObjectClass *oc = object_class_by_name(TYPE_TRANSPORT);
    ObjectProperty *property = oc ? object_class_property_find(oc, "vectors") : NULL;

    given = g_hash_table_new(NULL, NULL);
    if (!property || !property->init || !property->set) {
        return;
    }
    stock_init = property->init;
    stock_set = property->set;
    property->init = watched_init;
    property->set = watched_set;
}

void vcrypto_vectors_default(DeviceState *transport, uint32_t queues)
{
    bool said = g_hash_table_remove(given, transport);

    if (!said && object_dynamic_cast(OBJECT(transport), TYPE_VIRTIO_PCI)) {
        VIRTIO_PCI(transport)->nvectors = queues + 2;
    }
}
