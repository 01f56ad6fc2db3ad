/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A device at work on which things happen.
 */
#include "rig.h"

#include "support/ut.h"

#include <glib.h>
#include <string.h>

#define SLOT       5
#define EJECT_PORT 0xae08 /* of the "pc" machine: what a guest's ACPI code would do */

/* ---- the machine ---- */

struct qt_machine *qt_rig_machine(uint32_t queues)
{
    g_autofree char *plugin = NULL;

    if (!qt_plugin()) {
        return NULL;
    }
    plugin = g_strdup_printf("%s,backend=crypto0,queues=%u", qt_plugin(), queues);
    return qt_machine_start(&(struct qt_machine_opts){
        .machine = "pc",
        .ram_size = 192u << 20,
        .args = (const char *const[]){ "-plugin", plugin, NULL },
    });
}

static void plug(struct qt_machine *machine)
{
    UT_TRUE_FATAL(qt_qmp(machine->qmp, NULL,
                         "{'execute': 'device_add', 'arguments': {'driver': "
                         "'virtio-crypto-pci', 'id': 'dev0', 'bus': 'pci.0', 'addr': "
                         "'%d', 'cryptodev': 'crypto0', 'packed': true}}",
                         SLOT));
}

static void unplug(struct qt_rig *rig)
{
    UT_TRUE_FATAL(qt_qmp(rig->machine->qmp, NULL,
                         "{'execute': 'device_del', 'arguments': {'id': 'dev0'}}"));
    qt_outl(rig->machine->qtest, EJECT_PORT, 1u << SLOT);
}

static void wait_event(struct qt_rig *rig, const char *name, const char *with)
{
    for (;;) {
        g_autofree char *event =
            qt_qmp_wait_event(rig->machine->qmp, name, QT_TIMEOUT_MS);

        UT_TRUE_FATAL(event != NULL);
        if (!with || strstr(event, with)) {
            return;
        }
    }
}

/* ---- the driver ---- */

static struct qt_vring *new_ring(struct qt_rig *rig, uint64_t room, uint32_t index,
                                 uint16_t size)
{
    struct qt_mem *mem = &rig->machine->mem;
    uint64_t mark = qt_mem_mark(mem);
    struct qt_vring *ring;

    qt_mem_reset(mem, room);
    ring = qt_vring_new(rig->crypto.dev, (uint16_t)index, size,
                        rig->opts.msix ? (uint16_t)(index + 1) : QT_NO_VECTOR);
    UT_TRUE_FATAL(mem->next <= room + QT_RIG_RING_ROOM);
    qt_mem_reset(mem, mark);
    return ring;
}

void qt_rig_set_up_queue(struct qt_rig *rig, uint32_t index)
{
    struct qt_rig_queue *queue = &rig->queues[index];

    qt_vring_free(queue->ring);
    queue->ring =
        new_ring(rig, queue->rooms[queue->current], index, rig->opts.ring_size);
    rig->crypto.data[index] = queue->ring;
}

static void find(struct qt_rig *rig)
{
    struct qt_crypto *crypto = &rig->crypto;

    qt_virtio_close(crypto->dev);
    rig->machine->next_bar = rig->first_bar; /* it is the only device */
    crypto->dev = qt_virtio_open(rig->machine, QT_CRYPTO_DEVICE, 0);
    UT_TRUE_FATAL(crypto->dev != NULL);
    crypto->dev->pci.msix_slots = rig->msix_slots;
    if (rig->opts.msix) {
        qt_msix_enable(&crypto->dev->pci);
    }
}

static void set_up_device(struct qt_rig *rig, enum qt_rig_state state)
{
    struct qt_crypto *crypto = &rig->crypto;

    if (state == QT_RIG_NEW) {
        find(rig);
    }
    UT_TRUE_FATAL(state == QT_RIG_RESET
                      ? qt_virtio_negotiate_now(crypto->dev, rig->features)
                      : qt_virtio_negotiate(crypto->dev, rig->features));
    UT_EQ_U64_FATAL(crypto->dev->features, rig->features);
    for (uint32_t i = 0; i < crypto->n_data; i++) {
        qt_rig_set_up_queue(rig, i);
    }
    qt_vring_free(crypto->ctrl);
    crypto->ctrl = new_ring(rig, rig->ctrl_room, crypto->n_data, 0);
    qt_virtio_driver_ok(crypto->dev);
}

void qt_rig_set_up(struct qt_rig *rig, enum qt_rig_state state)
{
    set_up_device(rig, state);
    qt_flights_new_sessions(&rig->flights, &rig->crypto);
}

void qt_rig_begin_plugged(struct qt_rig *rig, struct qt_machine *machine,
                          const struct qt_rig_opts *opts, uint64_t features)
{
    struct qt_mem *mem = &machine->mem;

    *rig = (struct qt_rig){ .machine = machine, .opts = *opts, .features = features };
    rig->first_bar = machine->next_bar;
    rig->crypto.n_data = opts->queues;
    rig->crypto.ctrl_layout = QT_FIELDS;
    rig->crypto.data = g_new0(struct qt_vring *, opts->queues);
    rig->ctrl_room = qt_mem_alloc(mem, QT_RIG_RING_ROOM, 4096);
    rig->msix_slots = qt_mem_alloc(mem, 4 * (opts->queues + 2), 4);
    for (uint32_t i = 0; i < opts->queues; i++) {
        for (unsigned k = 0; k < 2; k++) {
            rig->queues[i].rooms[k] = qt_mem_alloc(mem, QT_RIG_RING_ROOM, 4096);
        }
    }
    set_up_device(rig, QT_RIG_NEW);
    qt_flights_init(&rig->flights, &rig->crypto);
}

void qt_rig_begin(struct qt_rig *rig, struct qt_machine *machine,
                  const struct qt_rig_opts *opts, uint64_t features)
{
    plug(machine);
    qt_rig_begin_plugged(rig, machine, opts, features);
}

void qt_rig_end(struct qt_rig *rig)
{
    qt_virtio_reset(rig->crypto.dev);
    for (uint32_t i = 0; i < rig->crypto.n_data; i++) {
        g_clear_pointer(&rig->queues[i].ring, qt_vring_free);
    }
    g_clear_pointer(&rig->crypto.ctrl, qt_vring_free);
    g_clear_pointer(&rig->crypto.data, g_free);
    g_clear_pointer(&rig->crypto.dev, qt_virtio_close);
    qt_flights_clear(&rig->flights);
}

/* ---- events ---- */

const char *qt_event_name(enum qt_event event)
{
    static const char *const names[] = {
        [QT_EVENT_SYSTEM_RESET] = "system_reset",
        [QT_EVENT_STOP] = "stop",
        [QT_EVENT_QUEUE_RESET] = "queue reset",
        [QT_EVENT_DEVICE_RESET] = "device reset",
        [QT_EVENT_UNPLUG] = "device_del",
        [QT_EVENT_MASTER_OFF] = "bus mastering off",
        [QT_EVENT_FAILED_RESET] = "reset of a broken device",
    };

    return names[event];
}

/* The driver's mistake itself stops nothing; the reset that must follow does. */
static void break_and_reset(struct qt_virtio *dev, uint32_t queue)
{
    qt_virtio_queue_enable_zero(dev, (uint16_t)queue);
    UT_TRUE(qt_virtio_get_status(dev) & QT_STATUS_NEEDS_RESET);
    qt_virtio_reset(dev);
}

void qt_event_happen(struct qt_rig *rig, enum qt_event event, uint32_t queue)
{
    switch (event) {
    case QT_EVENT_SYSTEM_RESET:
        UT_TRUE(qt_qmp(rig->machine->qmp, NULL, "{'execute': 'system_reset'}"));
        wait_event(rig, "RESET", NULL);
        break;
    case QT_EVENT_STOP:
        UT_TRUE(qt_qmp(rig->machine->qmp, NULL, "{'execute': 'stop'}"));
        break;
    case QT_EVENT_QUEUE_RESET:
        qt_virtio_queue_reset(rig->crypto.dev, (uint16_t)queue);
        break;
    case QT_EVENT_DEVICE_RESET:
        qt_virtio_reset(rig->crypto.dev);
        break;
    case QT_EVENT_MASTER_OFF:
        qt_pci_master(&rig->crypto.dev->pci, false);
        break;
    case QT_EVENT_FAILED_RESET:
        break_and_reset(rig->crypto.dev, queue);
        break;
    default:
        unplug(rig);
        break;
    }
}

void qt_event_recover(struct qt_rig *rig, enum qt_event event, uint32_t queue)
{
    switch (event) {
    case QT_EVENT_STOP:
        UT_TRUE(qt_qmp(rig->machine->qmp, NULL, "{'execute': 'cont'}"));
        qt_qmp_forget_events(rig->machine->qmp);
        break;
    case QT_EVENT_QUEUE_RESET:
        qt_rig_set_up_queue(rig, queue);
        break;
    case QT_EVENT_MASTER_OFF:
        qt_pci_master(&rig->crypto.dev->pci, true);
        qt_virtio_driver_ok(rig->crypto.dev); /* QEMU has taken it away */
        break;
    case QT_EVENT_UNPLUG:
        wait_event(rig, "DEVICE_DELETED", "\"dev0\"");
        plug(rig->machine);
        qt_rig_set_up(rig, QT_RIG_NEW);
        break;
    case QT_EVENT_SYSTEM_RESET:
        qt_rig_set_up(rig, QT_RIG_NEW);
        break;
    default:
        qt_rig_set_up(rig, QT_RIG_OLD);
        break;
    }
}
