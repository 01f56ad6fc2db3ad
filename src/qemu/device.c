/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "device.h"

#include "block/aio.h"
#include "hw/virtio/virtio-bus.h"
#include "qemu/error-report.h"
#include "qemu/timer.h"
#include "standard-headers/linux/virtio_config.h"
#include "standard-headers/linux/virtio_ids.h"

#include "transport.h"
#include "vectors.h"

/* Lines that a guest can make a device print in a minute. */
#define COMPLAINTS      10
#define COMPLAINTS_TIME 60000 /* ms */

/* All bits of the crypto device but the first, which each of them needs. */
#define STATELESS_FEATURES                                                             \
    ((1u << VCRYPTO_FEATURE_COUNT) - 1 - (1u << VCRYPTO_F_MUX_MODE))

void vcrypto_device_hold(VCryptoDevice *device)
{
    device->references++;
    object_ref(OBJECT(device->vdev));
    object_ref(device->transport);
}

static void unref_object(void *opaque)
{
    object_unref(OBJECT(opaque));
}

/* QEMU looks at the transport once more when a bottom half of its device has returned.
 */
static void let_go(VCryptoDevice *device, Object *object)
{
    if (device->gone) {
        aio_bh_schedule_oneshot(qemu_get_aio_context(), unref_object, object);
    } else {
        object_unref(object); /* not the last: it is plugged in */
    }
}

/* One reference less, and the last one frees what unrealizing left. */
static void unref_device(VCryptoDevice *device)
{
    if (--device->references) {
        return;
    }
    vcrypto_data_queues_free(device);
    vcrypto_control_queue_free(device);
    g_free(device);
}

void vcrypto_device_release(VCryptoDevice *device)
{
    let_go(device, OBJECT(device->vdev));
    let_go(device, device->transport);
    unref_device(device);
}

/* keeps: CFG-3 */
static void init_service_point(VCryptoDevice *device)
{
    const struct vcrypto_options *options = &device->backend->options;
    struct vcrypto_capabilities can;

    vcrypto_backend_capabilities(device->backend->core, &can);
    device->point = (struct vcrypto_service_point){
        .backend = device->backend->core,
        .limits = {
            .services = can.services,
            .max_size = options->max_size,
            .max_cipher_key_len = can.max_cipher_key_len,
            .max_auth_key_len = can.max_auth_key_len,
            .max_akcipher_key_len = can.max_akcipher_key_len,
            .queues = (uint32_t)options->queues,
            .padded_framing = options->padded_framing,
            .lenient_session_flag = options->lenient_session_flag,
        },
        .ready = options->ready,
    };
}

/* What the operator may have got wrong; returns whether there is nothing. */
static bool may_realize(VCryptoBackend *backend, Error **errp)
{
    const char *name = vcrypto_backend_object_name(backend);

    if (cryptodev_backend_is_used(&backend->parent_obj)) {
        error_setg(errp,
                   "virtio-crypto-openssl: %s: another device uses this backend; give "
                   "each device a backend of its own",
                   name);
        return false;
    }
    /* Our threads write guest memory whenever they like. */
    if (replay_mode != REPLAY_MODE_NONE) {
        error_setg(
            errp,
            "virtio-crypto-openssl: %s: what the device does cannot be recorded or "
            "replayed; leave it out, or rr= of -icount",
            name);
        return false;
    }
    return true;
}

void vcrypto_device_realize(DeviceState *dev, VCryptoBackend *backend, Error **errp)
{
    VirtIODevice *vdev = VIRTIO_DEVICE(dev);
    VCryptoDevice *device;

    if (!may_realize(backend, errp)) {
        return;
    }
    device = g_new0(VCryptoDevice, 1);
    device->references = 1;
    device->vdev = vdev;
    device->transport = OBJECT(qdev_get_parent_bus(dev)->parent);
    device->backend = backend;
    device->num_queues = (uint32_t)backend->options.queues;
    init_service_point(device);
    vcrypto_vectors_default(DEVICE(device->transport), device->num_queues);

    virtio_init(vdev, VIRTIO_ID_CRYPTO, VCRYPTO_CONFIG_SIZE);
    if (!vcrypto_data_queues_add(device, errp)) {
        goto fail;
    }
    if (!vcrypto_control_queue_add(device, errp)) {
        vcrypto_data_queues_delete(device);
        goto fail;
    }
    backend->device = device;
    cryptodev_backend_set_used(&backend->parent_obj, true);
    return;

fail:
    virtio_cleanup(vdev);
    unref_device(device);
}

static uint32_t crypto_features(uint64_t features)
{
    return (uint32_t)features & (STATELESS_FEATURES | 1u << VCRYPTO_F_MUX_MODE);
}

/*
 * What was negotiated is taken when the queues begin to be served: a driver may write
 * features later, too. Bits that none may take together are none.
 */
/* keeps: FEA-5 */
static void take_features(VCryptoDevice *device)
{
    uint32_t features = crypto_features(device->vdev->guest_features);

    device->point.limits.features =
        vcrypto_device_features_valid(features) ? features : 0;
}

/* Serves queues, or stops, as the state of the device demands. */
static void update_queues(VCryptoDevice *device, bool run)
{
    if (run && !device->running) {
        take_features(device);
    }
    device->running = run;
    vcrypto_data_queues_update(device, run);
    vcrypto_control_queue_update(device, run);
}

static void memory_changed(void *opaque)
{
    VCryptoDevice *device = opaque;

    vcrypto_device_hold(device);
    vcrypto_data_queues_set_memory(device);
    vcrypto_control_queue_set_memory(device);
    update_queues(device, vcrypto_device_may_run(device));
    vcrypto_device_release(device);
}

void vcrypto_device_unrealize(VCryptoDevice *device)
{
    VCryptoBackend *backend = device->backend;

    update_queues(device, false);
    device->life++;
    device->gone = true;
    vcrypto_memory_unfollow(&device->memory);
    vcrypto_data_queues_delete(device);
    vcrypto_control_queue_delete(device);
    virtio_cleanup(device->vdev);
    vcrypto_backend_reset(backend->core);
    backend->device = NULL;
    cryptodev_backend_set_used(&backend->parent_obj, false);
    unref_device(device);
}

/* What a transport may offer, and our rings keep. Versions of QEMU have more: with
 * in_order=on for instance a driver counts on answers in the order of its requests. */
#define TRANSPORT_FEATURES                                                             \
    (BIT_ULL(VIRTIO_F_ANY_LAYOUT) | BIT_ULL(VIRTIO_F_BAD_FEATURE) |                    \
     BIT_ULL(VIRTIO_RING_F_INDIRECT_DESC) | BIT_ULL(VIRTIO_RING_F_EVENT_IDX) |         \
     BIT_ULL(VIRTIO_F_VERSION_1) | BIT_ULL(VIRTIO_F_ACCESS_PLATFORM) |                 \
     BIT_ULL(VIRTIO_F_RING_PACKED) | BIT_ULL(VIRTIO_F_RING_RESET))

uint64_t vcrypto_device_features(VCryptoDevice *device, uint64_t features)
{
    uint32_t own = vcrypto_options_features(&device->backend->options);

    /*
     * Behind a virtual IOMMU rings are read by QEMU's virtqueue calls, which do not
     * bear every packed ring that a guest can make.
     */
    if (features & BIT_ULL(VIRTIO_F_ACCESS_PLATFORM)) {
        features &= ~BIT_ULL(VIRTIO_F_RING_PACKED);
    }
    /* A service's stateless bit is its number plus 1. */
    own &= device->point.limits.services << 1 | 1u << VCRYPTO_F_MUX_MODE;
    return (features & TRANSPORT_FEATURES) | own;
}

/* keeps: FEA-2 */
bool vcrypto_device_features_valid(uint64_t features)
{
    return !(features & STATELESS_FEATURES) || features & 1u << VCRYPTO_F_MUX_MODE;
}

/* keeps: CFG-1 */
void vcrypto_device_get_config(VCryptoDevice *device, uint8_t *config)
{
    const struct vcrypto_options *options = &device->backend->options;
    struct vcrypto_capabilities can;
    struct vcrypto_config space;

    vcrypto_backend_capabilities(device->backend->core, &can);
    space = (struct vcrypto_config){
        .status = atomic_load(&device->point.ready) ? VCRYPTO_S_HW_READY : 0,
        .max_dataqueues = device->num_queues,
        .services = can.services,
        .cipher_algorithms = can.algorithms[VCRYPTO_SERVICE_CIPHER],
        .hash_algorithms = (uint32_t)can.algorithms[VCRYPTO_SERVICE_HASH],
        .mac_algorithms = can.algorithms[VCRYPTO_SERVICE_MAC],
        .aead_algorithms = (uint32_t)can.algorithms[VCRYPTO_SERVICE_AEAD],
        .akcipher_algorithms = (uint32_t)can.algorithms[VCRYPTO_SERVICE_AKCIPHER],
        .max_cipher_key_len = can.max_cipher_key_len,
        .max_auth_key_len = can.max_auth_key_len,
        .max_size = options->max_size,
    };
    vcrypto_wire_encode_config(&space, config);
}

static bool may_run(VCryptoDevice *device, uint8_t status)
{
    VirtIODevice *vdev = device->vdev;

    return !device->gone && !device->failed && vdev->vm_running && !vdev->broken &&
           (status & VIRTIO_CONFIG_S_DRIVER_OK);
}

bool vcrypto_device_may_run(VCryptoDevice *device)
{
    return may_run(device, device->vdev->status);
}

void vcrypto_device_set_status(VCryptoDevice *device, uint8_t status)
{
    bool run = may_run(device, status);

    /* Not earlier: the address space is set only after the device is realized. */
    if (run) {
        vcrypto_memory_follow(&device->memory, device->vdev->dma_as, memory_changed,
                              device);
    }
    update_queues(device, run);
}

/* keeps: COR-4 */
void vcrypto_device_reset(VCryptoDevice *device)
{
    update_queues(device, false);
    device->life++;
    device->failed = false;
    vcrypto_data_queues_cancel(device);
    vcrypto_control_queue_cancel(device);
    vcrypto_backend_reset(device->backend->core);
    memset(device->rings, 0, sizeof(device->rings));
}

/* QEMU leaves it to the device to look at the number. */
static void update_queue(VCryptoDevice *device, uint32_t index, bool run)
{
    if (index < device->num_queues) {
        vcrypto_data_queue_update(device, index, run);
    } else if (index == device->num_queues) {
        vcrypto_control_queue_update(device, run);
    }
}

/* The driver may have set up queue @index, or moved it, since we last looked. */
static void follow_queue(VCryptoDevice *device, uint32_t index)
{
    if (index < device->num_queues) {
        vcrypto_data_queue_leave_old_ring(device, index);
    } else if (index == device->num_queues) {
        vcrypto_control_queue_leave_old_ring(device);
    }
    update_queue(device, index, vcrypto_device_may_run(device));
}

void vcrypto_device_queue_enable(VCryptoDevice *device, uint32_t index)
{
    if (index <= device->num_queues) {
        device->rings[index].size = virtio_queue_get_num(device->vdev, index);
    }
    follow_queue(device, index);
}

void vcrypto_device_kicked(VCryptoDevice *device, uint32_t index)
{
    if (vcrypto_transport_tells(device->transport)) {
        return;
    }
    vcrypto_device_hold(device);
    follow_queue(device, index);
    vcrypto_device_release(device);
}

void vcrypto_device_queue_reset(VCryptoDevice *device, uint32_t index)
{
    if (index <= device->num_queues) {
        device->rings[index].size = 0;
        device->rings[index].given = false;
    }
    update_queue(device, index, false);
}

bool vcrypto_device_use_virtqueue(VCryptoDevice *device, uint32_t index)
{
    int size = device->rings[index].size;

    if (!size) {
        return false;
    }
    if (virtio_queue_get_num(device->vdev, index) != size) {
        vcrypto_device_broken(device, index);
        return false;
    }
    /* When the ring was given back its memory may have been out of reach. */
    if (device->rings[index].given) {
        device->rings[index].given = false;
        virtio_queue_update_used_idx(device->vdev, index);
    }
    return true;
}

void vcrypto_device_save(VCryptoDevice *device, struct vcrypto_state_device *state)
{
    const struct vcrypto_options *options = &device->backend->options;
    struct vcrypto_state_promises *promises = &state->promises;

    memset(state, 0, sizeof(*state));
    vcrypto_backend_promises(device->backend->core, promises);
    promises->options =
        (options->padded_framing ? VCRYPTO_STATE_PADDED_FRAMING : 0) |
        (options->lenient_session_flag ? VCRYPTO_STATE_LENIENT_SESSION_FLAG : 0);
    promises->features = crypto_features(device->vdev->host_features);
    promises->data_ring = VCRYPTO_QUEUE_SIZE;
    promises->control_ring = VCRYPTO_QUEUE_SIZE;
    state->features = crypto_features(device->vdev->guest_features);
    state->failed = device->failed;
    state->ready = atomic_load(&device->point.ready) != device->ready_untold;
    for (uint32_t i = 0; i <= device->num_queues; i++) {
        state->queues[i].size = (uint32_t)device->rings[i].size;
    }
    for (uint32_t i = 0; i < device->num_queues; i++) {
        if (vcrypto_data_queue_owes(device, i)) {
            state->queues[i].flags = VCRYPTO_STATE_QUEUE_OWED;
        }
    }
}

/* What else there is to a device is as after a reset, of which nobody needs to be told,
 * and follows when the machine goes on. */
void vcrypto_device_load(VCryptoDevice *device,
                         const struct vcrypto_state_device *state)
{
    device->failed = state->failed;
    device->ready_untold = device->backend->options.ready != state->ready;
    for (uint32_t i = 0; i <= device->num_queues; i++) {
        device->rings[i].size = (int)state->queues[i].size;
        device->rings[i].given = state->queues[i].size;
    }
    for (uint32_t i = 0; i < device->num_queues; i++) {
        if (state->queues[i].flags & VCRYPTO_STATE_QUEUE_OWED) {
            vcrypto_data_queue_owe(device, i);
        }
    }
}

static void assign_kicks(VCryptoDevice *device, bool assign)
{
    BusState *bus = qdev_get_parent_bus(DEVICE(device->vdev));
    VirtioBusClass *bus_class = VIRTIO_BUS_GET_CLASS(bus);

    /* One transaction for all: each costs as much as there are queues. */
    memory_region_transaction_begin();
    for (uint32_t i = 0; i < device->num_queues; i++) {
        bus_class->ioeventfd_assign(
            bus->parent, vcrypto_data_queue_kick_notifier(device, i), i, assign);
    }
    bus_class->ioeventfd_assign(bus->parent,
                                vcrypto_control_queue_kick_notifier(device),
                                device->num_queues, assign);
    memory_region_transaction_commit();
}

int vcrypto_device_start_ioeventfd(VCryptoDevice *device)
{
    /* Kicks must come by vcrypto_device_kicked(). Not an error, of which QEMU prints
     * a line at each start. */
    if (vcrypto_transport_tells(device->transport)) {
        assign_kicks(device, true);
    }
    return 0;
}

void vcrypto_device_stop_ioeventfd(VCryptoDevice *device)
{
    if (vcrypto_transport_tells(device->transport)) {
        assign_kicks(device, false);
    }
}

/* keeps: CFG-2 */
void vcrypto_device_ready_changed(VCryptoDevice *device)
{
    bool ready;

    if (!device) {
        return;
    }
    ready = device->backend->options.ready;
    if (atomic_exchange(&device->point.ready, ready) != ready) {
        device->ready_untold = !device->ready_untold;
    }
    /* An interrupt would be lost with a machine that is on its way to another host. */
    if (device->ready_untold && device->vdev->vm_running) {
        device->ready_untold = false;
        virtio_notify_config(device->vdev);
    }
}

void vcrypto_device_limits_changed(VCryptoDevice *device)
{
    if (device) {
        vcrypto_data_queues_hurry(device);
    }
}

/* Whether one more line of what a guest does wrong may be printed. */
static bool may_complain(VCryptoDevice *device)
{
    int64_t now = qemu_clock_get_ms(QEMU_CLOCK_REALTIME);

    if (!device->complaints || now - device->complaints_since >= COMPLAINTS_TIME) {
        device->complaints_since = now;
        device->complaints = 0;
    }
    return device->complaints++ < COMPLAINTS;
}

/* Tells the driver, unless QEMU has done so; the last that is done with the device. */
/* keeps: VIO-1 */
static void ask_for_reset(VCryptoDevice *device)
{
    VirtIODevice *vdev = device->vdev;
    unsigned life = device->life;
    bool told = vdev->broken && vdev->status & VIRTIO_CONFIG_S_NEEDS_RESET;

    vdev->status |= VIRTIO_CONFIG_S_NEEDS_RESET;
    if (!told) {
        vdev->broken = false; /* a broken device interrupts nobody */
        virtio_notify_config(vdev);
    }
    if (device->life == life) {
        vdev->broken = true;
    }
}

void vcrypto_device_broken(VCryptoDevice *device, uint32_t queue)
{
    if (device->failed) {
        return;
    }
    /* As virtio_error() does, whose own line nothing limits. */
    if (!device->vdev->broken && may_complain(device)) {
        error_report(
            "virtio-crypto-openssl: %s: queue %u: the guest's driver made a ring "
            "that cannot be; the device waits for its reset",
            vcrypto_backend_object_name(device->backend), queue);
    }
    device->failed = true;
    update_queues(device, false);
    ask_for_reset(device);
}
