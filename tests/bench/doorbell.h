/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Interrupts that a driver outside QEMU can sleep for, and kicks that it need not wait
 * for: both as eventfds, which is what they are for QEMU under KVM.
 *
 * A driver that looks at the ring in a loop takes one of the two processors that it
 * shares with the device; one that sleeps and looks again adds the length of its nap
 * to what it measures. Interrupt lines as the qtest protocol reports them cost a
 * message, and a read of the ISR to lower them again, all in QEMU's main loop; and a
 * notification by the qtest protocol is a message, to be parsed there, and an answer,
 * to be waited for here.
 *
 * So the machine has an ivshmem device, too, whose server we are. The MSI-X messages of
 * the device under test go to its doorbell register, and writing that makes QEMU signal
 * an eventfd of ours. In the other direction, an eventfd that we signal makes QEMU send
 * the MSI-X message of the ivshmem device, and that goes to the notification register
 * of a queue. QEMU's main loop goes round once more for such a kick than for one of a
 * KVM guest, for either device.
 */
#ifndef BENCH_DOORBELL_H
#define BENCH_DOORBELL_H

#include "crypto.h"

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#define BENCH_MAX_QUEUES 64

struct bench_doorbell {
    int interrupt;              /* eventfd */
    int kick[BENCH_MAX_QUEUES]; /* eventfds */
    unsigned queues;
    int server; /* our end of the connection to the ivshmem device */
    int device; /* QEMU's end, until it was started */
};

/** bench_doorbell_init() - make one; ends the program if that fails */
void bench_doorbell_init(struct bench_doorbell *bell, unsigned queues);

/** bench_doorbell_add_args() - append QEMU's arguments for the device, for g_free() */
void bench_doorbell_add_args(const struct bench_doorbell *bell, GPtrArray *args);

/** bench_doorbell_attach() - tie it to the data queues of @crypto, opened with MSI-X */
void bench_doorbell_attach(struct bench_doorbell *bell, const struct qt_crypto *crypto);

/** bench_doorbell_kick() - notify the device of what is in a data queue */
void bench_doorbell_kick(const struct bench_doorbell *bell, unsigned queue);

/** bench_doorbell_take() - the number of interrupts since the last call */
uint64_t bench_doorbell_take(const struct bench_doorbell *bell);

/** bench_doorbell_sleep() - until there is an interrupt; false after @timeout_ms */
bool bench_doorbell_sleep(const struct bench_doorbell *bell, int timeout_ms);

/** bench_doorbell_close() - release it */
void bench_doorbell_close(struct bench_doorbell *bell);

#endif
