/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What vring.c does differently when the queue is a packed ring. Tests call qt_vring_*.
 *
 * Positions (next_avail, published, last_used, an event) count descriptors and never
 * wrap at the ring's size: the place in the ring and the wrap counter both follow from
 * them, because the size is a power of two.
 */
#ifndef QT_PACKED_H
#define QT_PACKED_H

#include "vring.h"

/** qt_packed_add() - as qt_vring_add(); all but the batch's first head is written */
uint16_t qt_packed_add(struct qt_vring *vq, const struct qt_desc *desc, unsigned n);

/** qt_packed_write_table() - fill in an indirect table */
void qt_packed_write_table(struct qt_packed_desc *table, const struct qt_desc *desc,
                           unsigned n);

/** qt_packed_add_table() - as qt_vring_add_table() */
uint16_t qt_packed_add_table(struct qt_vring *vq, uint64_t table, unsigned n);

/** qt_packed_publish() - write the held back head */
void qt_packed_publish(struct qt_vring *vq);

/** qt_packed_wants_notify() - whether the device asks to be notified of what is
 * published from position @first up to @end */
bool qt_packed_wants_notify(const struct qt_vring *vq, uint16_t first, uint16_t end);
void qt_packed_set_used_event(struct qt_vring *vq, uint16_t position);

/** qt_packed_used_idx() - the position after the last used entry */
uint16_t qt_packed_used_idx(const struct qt_vring *vq);

bool qt_packed_get(struct qt_vring *vq, uint32_t *id, uint32_t *len);

#endif
