/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The machine that the whole-device target attacks: a stock QEMU with four devices of
 * ours, and its RAM, of which it is known at any time what the devices may write to.
 */
#ifndef VCRYPTO_TESTS_FUZZ_DEVICE_GUEST_H
#define VCRYPTO_TESTS_FUZZ_DEVICE_GUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "crypto.h"

/* The devices: interrupts by message, by wire, kicks by exits, and behind an IOMMU. */
enum { GUEST_MSIX, GUEST_INTX, GUEST_NO_IOEVENTFD, GUEST_IOMMU, GUEST_DEVICES };

#define GUEST_DATA_QUEUES 2
#define GUEST_SESSIONS    12
#define GUEST_MAX_SIZE    16384
#define GUEST_RAM         (4u << 20)
#define GUEST_RESERVE     (256u << 10) /* of that: for the check of the outcome */
#define GUEST_TIMEOUT_MS  240000       /* the machine may be very busy */

/* Places that are no RAM. */
#define GUEST_NO_MEMORY UINT64_C(0x7000000000)
#define GUEST_ROM       UINT64_C(0xffff0000)

extern struct guest {
    struct qt_machine *machine;
    struct qt_virtio *devices[GUEST_DEVICES];
    uint8_t config[GUEST_DEVICES][256]; /* PCI configuration, as it is to be */
    uint64_t mark;                      /* where memory for inputs begins */
    uint8_t *shadow;                    /* what RAM is to hold */
    bool *may;                          /* bytes that devices may write */
    unsigned inputs;                    /* since QEMU started */
    bool busy;                          /* with an input */
} guest;

/** guest_begin: a running QEMU, with memory as at its start; @data: the new input. */
void guest_begin(const uint8_t *data, size_t size);

/** guest_end: the input is at its end; QEMU is to answer. */
void guest_end(void);

/** guest_fail: report what is wrong and what QEMU printed, and end the program. */
_Noreturn void guest_fail(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/** guest_answers: end the program unless QEMU runs and answers on its monitor. */
void guest_answers(void);

/** guest_restore_pci: undo what was done to the PCI configuration of @device. */
void guest_restore_pci(unsigned device);

/* ---- memory ---- */

/** guest_room: whether @size bytes can be had. */
bool guest_room(uint64_t size);

/** guest_alloc: take @size bytes that devices must not write. */
uint64_t guest_alloc(uint64_t size, uint64_t align);

/** guest_put: write as the driver. */
void guest_put(uint64_t gpa, const void *data, size_t size);

/** guest_fill: the same with @size times @byte. */
void guest_fill(uint64_t gpa, uint8_t byte, size_t size);

/** guest_wrote: the driver has written there by itself. */
void guest_wrote(uint64_t gpa, uint64_t size);

/** guest_allow: devices may write there from now on. */
void guest_allow(uint64_t gpa, uint64_t size);

/** guest_take_back: from now on devices must not write there. */
void guest_take_back(uint64_t gpa, uint64_t size);

/** guest_check: end the program if a byte changed that no device may write. */
void guest_check(void);

/** guest_revoke: the same, and from now on no device may write anywhere. */
void guest_revoke(void);

/** guest_forget: take memory as it is; for a device that was told anything at all. */
void guest_forget(void);

#endif
