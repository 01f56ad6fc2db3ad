/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The device model: what a virtio-crypto-device does while it is bound to a backend
 * of ours. The functions are the methods of VirtioDeviceClass with the device's state
 * in place of the VirtIODevice. All: with the big lock.
 *
 * What QEMU does for us may come back in before it has returned. An interrupt is a
 * write to an address of the guest's choice, and so is a result that goes to registers:
 * there may be a register that resets this device, or unplugs it. So whoever makes such
 * a call from a bottom half holds the device, does as little as possible afterwards,
 * and asks before each step whether it is still in the life that it was in.
 */
#ifndef VCRYPTO_QEMU_DEVICE_H
#define VCRYPTO_QEMU_DEVICE_H

#include "compat.h"

#include "backend-object.h"
#include "memory.h"
#include "vcrypto/serve.h"
#include "vcrypto/state.h"

/* The size of every virtqueue; stock QEMU's. */
#define VCRYPTO_QUEUE_SIZE 1024

typedef struct VCryptoDevice VCryptoDevice;
typedef struct VCryptoDataQueue VCryptoDataQueue;
typedef struct VCryptoControlQueue VCryptoControlQueue;

struct VCryptoDevice {
    unsigned references; /* one, until it is unrealized, and who holds it */
    unsigned life; /* another number after each reset, and when it is unrealized */
    bool gone;     /* unrealized: nothing but memory is left */
    bool running;  /* requests may be taken from rings; what was negotiated is taken */
    bool ready_untold; /* the driver does not know of point.ready yet */
    bool failed;       /* the driver broke a ring, and has not reset the device since */
    VirtIODevice *vdev;
    Object *transport; /* which vdev lies in, or is plugged into */
    VCryptoBackend *backend;
    struct vcrypto_service_point point;
    VCryptoMemory memory;
    VCryptoControlQueue *control;
    uint32_t num_queues;
    VCryptoDataQueue *queues;
    /* For QEMU's virtqueue calls, see vcrypto_device_use_virtqueue(). */
    struct {
        int size;   /* of the ring as it was enabled; 0: it was not, or nobody tells */
        bool given; /* by us, and QEMU has not looked at it since */
    } rings[VCRYPTO_MAX_QUEUES + 1];
    int64_t complaints_since; /* of the present minute, in ms */
    unsigned complaints;
};

/* vcrypto_device_realize: bind @dev to @backend. */
void vcrypto_device_realize(DeviceState *dev, VCryptoBackend *backend, Error **errp);

/*
 * vcrypto_device_features: the feature bits that the device offers: those of @features,
 * the transport's, that it can do with, and its own.
 */
uint64_t vcrypto_device_features(VCryptoDevice *device, uint64_t features);

/* vcrypto_device_features_valid: whether a driver may take @features together. */
bool vcrypto_device_features_valid(uint64_t features);

void vcrypto_device_unrealize(VCryptoDevice *device);
void vcrypto_device_get_config(VCryptoDevice *device, uint8_t *config);
void vcrypto_device_set_status(VCryptoDevice *device, uint8_t status);
void vcrypto_device_reset(VCryptoDevice *device);
void vcrypto_device_queue_enable(VCryptoDevice *device, uint32_t index);

/*
 * vcrypto_device_kicked: the driver has notified queue @index. Where the transport does
 * not tell of queues that are set up, now is the time to look.
 */
void vcrypto_device_kicked(VCryptoDevice *device, uint32_t index);

void vcrypto_device_queue_reset(VCryptoDevice *device, uint32_t index);
int vcrypto_device_start_ioeventfd(VCryptoDevice *device);
void vcrypto_device_stop_ioeventfd(VCryptoDevice *device);

/*
 * vcrypto_device_save: what is to be kept of a device whose machine has stopped, beside
 * its sessions; of a new one, with what it can keep as promises.
 */
void vcrypto_device_save(VCryptoDevice *device, struct vcrypto_state_device *state);

/* vcrypto_device_load: the same the other way. */
void vcrypto_device_load(VCryptoDevice *device,
                         const struct vcrypto_state_device *state);

/* vcrypto_device_ready_changed: tell the driver; @device may be NULL. */
void vcrypto_device_ready_changed(VCryptoDevice *device);

/* vcrypto_device_limits_changed: what waits for its time looks again; @device may be
 * NULL. */
void vcrypto_device_limits_changed(VCryptoDevice *device);

/*
 * vcrypto_device_hold, vcrypto_device_release: around what may reset or unplug the
 * device. In between it and its queues remain as memory, and so do QEMU's VirtIODevice
 * and its transport; release is the last that is done with any of them.
 */
void vcrypto_device_hold(VCryptoDevice *device);
void vcrypto_device_release(VCryptoDevice *device);

/* vcrypto_device_may_run: whether requests may be taken from the rings now. */
bool vcrypto_device_may_run(VCryptoDevice *device);

/*
 * vcrypto_device_broken: the driver broke a ring, or QEMU has declared the device
 * broken for something else: it needs a reset, and nothing is served before. Interrupts
 * the driver: to be called while the device is held, by nobody who would not bear its
 * end, and not while the status is being written, which QEMU does when we have
 * returned.
 */
void vcrypto_device_broken(VCryptoDevice *device, uint32_t queue);

/*
 * vcrypto_device_use_virtqueue: whether QEMU's virtqueue calls may be used for queue
 * @index, the size of whose ring must be what it was when the queue was enabled: QEMU
 * takes another one from the driver at any time, and then counts on a ring that long.
 * If it is another one, the device is broken. Never for a queue whose transport does
 * not tell when it is enabled.
 */
bool vcrypto_device_use_virtqueue(VCryptoDevice *device, uint32_t index);

/* Control queue: control-queue.c. */
bool vcrypto_control_queue_add(VCryptoDevice *device, Error **errp);

/* vcrypto_control_queue_delete: all but the memory, which vcrypto_control_queue_free()
 * frees when nobody holds the device any more. */
void vcrypto_control_queue_delete(VCryptoDevice *device);
void vcrypto_control_queue_free(VCryptoDevice *device);

void vcrypto_control_queue_update(VCryptoDevice *device, bool run);
void vcrypto_control_queue_set_memory(VCryptoDevice *device);
void vcrypto_control_queue_cancel(VCryptoDevice *device);
EventNotifier *vcrypto_control_queue_kick_notifier(VCryptoDevice *device);

/* vcrypto_control_queue_leave_old_ring: as for data queues, below. */
void vcrypto_control_queue_leave_old_ring(VCryptoDevice *device);

/* Data queues: data-queue.c. */
bool vcrypto_data_queues_add(VCryptoDevice *device, Error **errp);

/* vcrypto_data_queues_delete: all but the memory, which vcrypto_data_queues_free()
 * frees when nobody holds the device any more. */
void vcrypto_data_queues_delete(VCryptoDevice *device);
void vcrypto_data_queues_free(VCryptoDevice *device);

/*
 * vcrypto_data_queue_update: start or stop serving queue @index, or change the way it
 * is served, as the state of the device demands. @run: whether requests may be taken
 * from rings. Returns when what was to be stopped has stopped.
 */
void vcrypto_data_queue_update(VCryptoDevice *device, uint32_t index, bool run);
void vcrypto_data_queues_update(VCryptoDevice *device, bool run);

/*
 * vcrypto_data_queue_leave_old_ring: a queue that was enabled may be served with a ring
 * that is another one by now, which is not touched any more when it returns. To be
 * followed by vcrypto_data_queue_update().
 */
void vcrypto_data_queue_leave_old_ring(VCryptoDevice *device, uint32_t index);

/* vcrypto_data_queues_set_memory: the device's map of memory is a new one. */
void vcrypto_data_queues_set_memory(VCryptoDevice *device);

/* vcrypto_data_queues_hurry: those that wait for their time look again. */
void vcrypto_data_queues_hurry(VCryptoDevice *device);

/* vcrypto_data_queues_cancel: after a stop: nothing that is pending happens any more.
 */
void vcrypto_data_queues_cancel(VCryptoDevice *device);

/*
 * vcrypto_data_queue_owes, vcrypto_data_queue_owe: whether the driver is owed an
 * interrupt of queue @index, whose machine has stopped; and that it is, when the
 * machine goes on.
 */
bool vcrypto_data_queue_owes(VCryptoDevice *device, uint32_t index);
void vcrypto_data_queue_owe(VCryptoDevice *device, uint32_t index);

/* vcrypto_data_queue_kick_notifier: what wakes whoever serves queue @index. */
EventNotifier *vcrypto_data_queue_kick_notifier(VCryptoDevice *device, uint32_t index);

/* vcrypto_data_queue_thread_id: the thread of the worker of queue @index. */
pid_t vcrypto_data_queue_thread_id(VCryptoDevice *device, uint32_t index);

#endif
