/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a running QEMU has taken of the host, for tests that look for leaks.
 */
#ifndef QT_USAGE_H
#define QT_USAGE_H

#include "machine.h"

struct qt_usage {
    unsigned threads;
    unsigned descriptors;
    unsigned private_kib; /* resident, without guest RAM: that is a shared file */
};

/**
 * qt_usage_keep_nothing_freed() - have QEMU's allocator give back all that is freed
 *
 * Before qt_machine_start(). Otherwise what is resident depends on when QEMU's RCU
 * thread last trimmed the heap, which makes more of a difference than a leak does.
 */
void qt_usage_keep_nothing_freed(void);

/** qt_usage_measure() - what @machine has now */
struct qt_usage qt_usage_measure(const struct qt_machine *machine);

#endif
