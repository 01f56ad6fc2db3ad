/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Load on a rig: every ring is filled to its last descriptor, each request's fate is
 * known, and memory of rings that went away is watched.
 *
 * The driver does what a good one does: it notifies the device only if the ring asks
 * for it, and looks for answers only when it was interrupted. So a lost notification
 * leaves requests unanswered, which ends the test.
 */
#ifndef QT_LOAD_H
#define QT_LOAD_H

#include "rig.h"

#include <glib.h>

#define QT_LOAD_PER_QUEUE 64 /* requests */
#define QT_LOAD_RING_SIZE (QT_LOAD_PER_QUEUE * QT_FLIGHT_DESC)

/** What is known of one request. */
struct qt_load_slot {
    struct qt_flight flight;
    enum { QT_SLOT_UNUSED, QT_SLOT_SENT, QT_SLOT_ANSWERED, QT_SLOT_DROPPED } state;
    enum {
        QT_SLOT_RIGHT,  /* its session lives: it is done */
        QT_SLOT_EITHER, /* its session was destroyed meanwhile */
        QT_SLOT_REFUSED /* its session was gone before */
    } expected;
    bool refused; /* it was */
};

/** The requests of one ring. */
struct qt_load_half {
    struct qt_load_slot slots[QT_LOAD_PER_QUEUE];
    uint8_t *witness; /* what was in the ring's room when the ring went away */
};

struct qt_load_queue {
    struct qt_load_half halves[2]; /* as the rooms of the rig's queue */
    struct qt_load_slot *by_head[QT_LOAD_RING_SIZE];
    bool off; /* there is no ring at present */
};

struct qt_load {
    struct qt_rig *rig;
    GRand *rand;
    struct qt_load_queue queues[QT_RIG_QUEUES];
    bool dead[QT_FLIGHT_KINDS]; /* the session was destroyed */
    uint64_t number, sent, answered, refused, dropped;
};

/** qt_load_init() - take guest memory for all requests; @rand stays the caller's */
void qt_load_init(struct qt_load *load, struct qt_rig *rig, GRand *rand);

/** qt_load_clear() - release the test's own memory; more than once is fine */
void qt_load_clear(struct qt_load *load);

/** qt_load_fill() - send requests until all rings are full */
void qt_load_fill(struct qt_load *load);

/** qt_load_on_their_way() - how many requests were sent and not answered */
unsigned qt_load_on_their_way(const struct qt_load *load);

/** qt_load_collect_until() - take answers until no more than @n are on their way */
void qt_load_collect_until(struct qt_load *load, unsigned n);

/** qt_load_look() - take what is there of queue @index, without an interrupt */
void qt_load_look(struct qt_load *load, uint32_t index);

/**
 * qt_load_drop() - the ring of queue @index is no more
 *
 * What has no answer will never have one, and not a byte of its memory, of the ring's
 * or of the answered requests' may change until this is called for the same queue
 * again, which checks it. Return: how many requests went with the ring.
 */
unsigned qt_load_drop(struct qt_load *load, uint32_t index);

/** qt_load_check_gone() - check now what qt_load_drop() is going to check */
void qt_load_check_gone(const struct qt_load *load, uint32_t index);

/** qt_load_owed() - queues, as bits, that have answers which were not looked at */
uint32_t qt_load_owed(const struct qt_load *load);

/** qt_load_check_told() - wait for an interrupt of each of these queues, and look */
void qt_load_check_told(struct qt_load *load, uint32_t owed);

/**
 * qt_load_check_standstill() - a device that may not work changes nothing, whether
 * notified or not
 */
void qt_load_check_standstill(struct qt_load *load);

/** qt_load_session_ends() - before the session of @kind is destroyed */
void qt_load_session_ends(struct qt_load *load, enum qt_flight_kind kind);

#endif
