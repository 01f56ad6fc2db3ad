/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * virtio-mmio without firmware, as the machine "microvm" has it: registers at addresses
 * that all know, and one interrupt line. Legacy and modern.
 */
#ifndef QT_MMIO_H
#define QT_MMIO_H

#include "virtio.h"

/**
 * qt_mmio_open() - make the registers of the nth device of a kind accessible
 *
 * Return: false if there is none.
 */
bool qt_mmio_open(struct qt_virtio *dev, uint16_t type, unsigned nth);

/**
 * qt_mmio_take_back() - write 0 to QueueReady, and read it back; modern only
 *
 * The driver sets the queue up again, or QueueReady alone to 1.
 */
void qt_mmio_take_back(const struct qt_virtio *dev, uint16_t queue);
void qt_mmio_give_again(const struct qt_virtio *dev, uint16_t queue);

/** qt_mmio_write_size() - write to QueueNum alone, whatever the queue does */
void qt_mmio_write_size(const struct qt_virtio *dev, uint16_t queue, uint32_t size);

/** qt_mmio_interrupts() - InterruptStatus, which reading does not change */
uint32_t qt_mmio_interrupts(const struct qt_virtio *dev);

/** qt_mmio_acknowledge() - write to InterruptACK */
void qt_mmio_acknowledge(const struct qt_virtio *dev, uint32_t bits);

#endif
