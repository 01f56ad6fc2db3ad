/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A stock QEMU with no guest: its CPU halts at the first instruction, and the test
 * plays the driver. Guest RAM is a shared file that the test has mapped, so rings and
 * buffers are written in place; registers are reached through the qtest protocol.
 *
 * QEMU is a child that dies with the test. Its files and sockets are in a directory in
 * /dev/shm (else TMPDIR), which is gone once qt_machine_start() has returned.
 */
#ifndef QT_MACHINE_H
#define QT_MACHINE_H

#include "mem.h"
#include "process.h"
#include "qmp.h"
#include "qtest.h"

#include "support/ut.h"

#include <stdbool.h>
#include <stdint.h>

/**
 * How long anything may take, a minute at first, times the patience of
 * support/watchdog.h; only a test that fails ever waits for it. A program that runs at
 * the lowest priority gives more.
 */
extern int qt_timeout_ms;
#define QT_TIMEOUT_MS qt_timeout_ms

/** What qt_machine_start() makes. Zero or NULL means the default. */
struct qt_machine_opts {
    const char *machine;     /* "q35" (default), "pc" or "microvm", more options after a
                                comma */
    const char *accel;       /* "tcg" */
    uint64_t ram_size;       /* bytes, 64 MiB; below 2 GiB */
    const char *const *args; /* more arguments for QEMU; ends with NULL */
};

struct qt_machine {
    struct qt_process process;
    struct qt_qtest *qtest;
    struct qt_qmp *qmp;
    struct qt_mem mem; /* guest RAM and its allocator */
    uint32_t next_bar; /* next free address for PCI memory BARs */
    int output;        /* file that QEMU's output goes to */
    bool mmio;         /* its virtio devices are in transports of microvm: mmio.h */
    bool silent;       /* it has not answered once: nobody waits for it again */
};

/**
 * qt_machine_start() - start QEMU and wait until the machine is built
 *
 * The program is that of the environment variable VCRYPTO_QEMU, else
 * qemu-system-x86_64. Return: the machine, or NULL if QEMU did not come up; its output
 * has then been printed.
 */
struct qt_machine *qt_machine_start(const struct qt_machine_opts *opts);

/**
 * qt_machine_stop() - end QEMU and release @machine
 *
 * Asks by QMP first, and ends the process itself if that takes too long. Return: QEMU's
 * exit status, or 128 + signal number. NULL is ignored and gives 0.
 */
int qt_machine_stop(struct qt_machine *machine);

/** qt_machine_output() - what QEMU has printed so far, for g_free() */
char *qt_machine_output(const struct qt_machine *machine);

/** qt_machine_alive() - whether QEMU is still running */
bool qt_machine_alive(const struct qt_machine *machine);

/** qt_die() - fail the test with a message and what QEMU has printed */
_Noreturn void qt_die(const struct qt_machine *machine, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/** qt_answer_deadline() - until when QEMU may answer a command, as GLib's time */
int64_t qt_answer_deadline(const struct qt_machine *machine);

/** qt_stuck() - print what did not come in time, and where QEMU's threads are */
void qt_stuck(const struct qt_machine *machine, const char *what);

/**
 * qt_run_qemu() - run QEMU to its end, for tests of what the command line refuses
 * @args: its arguments without the program; ends with NULL
 * @output: receives standard output and error together, for g_free()
 * @status: receives the exit status, or 128 + signal number
 *
 * Return: false if it could not be started or still ran after QT_TIMEOUT_MS (it was
 * then ended).
 */
bool qt_run_qemu(const char *const *args, char **output, int *status);

/** qt_plugin() - path of the plugin under test, or NULL if there is none */
const char *qt_plugin(void);

/** QT_NEED() - skip the running test where there was no plugin to make @machine with */
#define QT_NEED(machine)                                                               \
    do {                                                                               \
        if (!(machine)) {                                                              \
            UT_SKIP("no plugin was built");                                            \
        }                                                                              \
    } while (0)

#endif
