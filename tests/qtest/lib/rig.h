/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A device at work on which things happen: a machine, its virtio-crypto device with
 * all queues set up, and the events that interrupt it.
 *
 * Each ring lies in memory that was set aside for it, of which there are two pieces for
 * a queue: so that a ring that went away can be left alone, and watched.
 */
#ifndef QT_RIG_H
#define QT_RIG_H

#include "flight.h"

#include <stdbool.h>
#include <stdint.h>

#define QT_RIG_QUEUES    16    /* most that there can be */
#define QT_RIG_RING_ROOM 32768 /* of one ring of 1024, of either kind */

/** What can happen to a device, or to one of its queues. */
enum qt_event {
    QT_EVENT_SYSTEM_RESET,
    QT_EVENT_STOP,
    QT_EVENT_QUEUE_RESET,
    QT_EVENT_DEVICE_RESET,
    QT_EVENT_UNPLUG,
    QT_EVENT_MASTER_OFF,   /* the driver forbids the device to use memory */
    QT_EVENT_FAILED_RESET, /* the driver breaks the device, and then resets it */
    QT_EVENT_KINDS,
};

struct qt_rig_opts {
    uint32_t queues;
    uint16_t ring_size; /* 0: the device's largest */
    bool msix;          /* a vector for each queue */
};

struct qt_rig_queue {
    struct qt_vring *ring;
    uint64_t rooms[2]; /* guest addresses */
    unsigned current;  /* where the ring is, or will be made */
};

struct qt_rig {
    struct qt_machine *machine;
    struct qt_rig_opts opts;
    struct qt_crypto crypto; /* its data rings are those of the queues */
    struct qt_flights flights;
    struct qt_rig_queue queues[QT_RIG_QUEUES];
    uint64_t ctrl_room;
    uint64_t msix_slots;
    uint32_t first_bar;
    uint64_t features; /* to accept from the next set-up on */
};

/** qt_rig_machine() - a machine to plug into, its backend with @queues; NULL: no plugin
 */
struct qt_machine *qt_rig_machine(uint32_t queues);

/** qt_rig_begin() - plug the device in, set it up, and make sessions */
void qt_rig_begin(struct qt_rig *rig, struct qt_machine *machine,
                  const struct qt_rig_opts *opts, uint64_t features);

/** qt_rig_begin_plugged() - the same with a device that is there */
void qt_rig_begin_plugged(struct qt_rig *rig, struct qt_machine *machine,
                          const struct qt_rig_opts *opts, uint64_t features);

/** qt_rig_end() - reset the device and release what @rig holds; it stays plugged in */
void qt_rig_end(struct qt_rig *rig);

/** qt_rig_set_up_queue() - make a new ring in the queue's current room, and enable it
 */
void qt_rig_set_up_queue(struct qt_rig *rig, uint32_t index);

/** How a device comes to be set up. */
enum qt_rig_state {
    QT_RIG_NEW,   /* plugged in, or the machine was reset: it must be found first */
    QT_RIG_OLD,   /* found already */
    QT_RIG_RESET, /* the same, and nothing happened to it since its reset */
};

/** qt_rig_set_up() - negotiate, make all rings and sessions */
void qt_rig_set_up(struct qt_rig *rig, enum qt_rig_state state);

/** qt_event_name() - for messages */
const char *qt_event_name(enum qt_event event);

/** qt_event_happen() - returns when what has to stop has stopped */
void qt_event_happen(struct qt_rig *rig, enum qt_event event, uint32_t queue);

/** qt_event_recover() - make the device, or the queue, work again */
void qt_event_recover(struct qt_rig *rig, enum qt_event event, uint32_t queue);

#endif
