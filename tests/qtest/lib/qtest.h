/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * QEMU's qtest text protocol: port and memory accesses as if a CPU made them. Every
 * reply is checked; anything but OK ends the test.
 */
#ifndef QT_QTEST_H
#define QT_QTEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct qt_machine;
struct qt_qtest;

/** qt_qtest_new() - speak over @fd; errors are reported with what @machine printed */
struct qt_qtest *qt_qtest_new(struct qt_machine *machine, int fd);

/** qt_qtest_belongs() - @machine is where its QEMU is from now on */
void qt_qtest_belongs(struct qt_qtest *qtest, struct qt_machine *machine);

/** qt_qtest_free() - close; NULL is ignored */
void qt_qtest_free(struct qt_qtest *qtest);

/**
 * qt_qtest_post() - whether writes are posted
 *
 * Posted writes do not wait for their replies: they are sent with the next read, or
 * with the 64th of them, and their replies are checked then. It is off at first;
 * turning it off waits for what was posted. Who waits for memory to change flushes.
 */
void qt_qtest_post(struct qt_qtest *qtest, bool on);

/** qt_qtest_flush() - send the writes that were posted, and check their replies */
void qt_qtest_flush(struct qt_qtest *qtest);

/* x86 ports. */
uint8_t qt_inb(struct qt_qtest *qtest, uint16_t port);
uint16_t qt_inw(struct qt_qtest *qtest, uint16_t port);
uint32_t qt_inl(struct qt_qtest *qtest, uint16_t port);
void qt_outb(struct qt_qtest *qtest, uint16_t port, uint8_t value);
void qt_outw(struct qt_qtest *qtest, uint16_t port, uint16_t value);
void qt_outl(struct qt_qtest *qtest, uint16_t port, uint32_t value);

/* Physical addresses: RAM, and registers of devices. */
uint8_t qt_readb(struct qt_qtest *qtest, uint64_t addr);
uint16_t qt_readw(struct qt_qtest *qtest, uint64_t addr);
uint32_t qt_readl(struct qt_qtest *qtest, uint64_t addr);
uint64_t qt_readq(struct qt_qtest *qtest, uint64_t addr);
void qt_writeb(struct qt_qtest *qtest, uint64_t addr, uint8_t value);
void qt_writew(struct qt_qtest *qtest, uint64_t addr, uint16_t value);
void qt_writel(struct qt_qtest *qtest, uint64_t addr, uint32_t value);
void qt_writeq(struct qt_qtest *qtest, uint64_t addr, uint64_t value);

/** qt_read_block() - read @len bytes at @addr in one request of the protocol */
void qt_read_block(struct qt_qtest *qtest, uint64_t addr, void *out, size_t len);

/** qt_write_block() - write @len bytes at @addr in one request of the protocol */
void qt_write_block(struct qt_qtest *qtest, uint64_t addr, const void *data,
                    size_t len);

#endif
