/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A guest that moves registers about, or has them come and go, makes QEMU commit one
 * new state of the address space after the other. The workers hear of it only where RAM
 * has moved.
 */
#include "crypto.h"
#include "flight.h"
#include "waiting.h"

#include "support/ut.h"

#include <glib.h>
#include <inttypes.h>
#include <string.h>

#define QUEUES  2
#define COMMITS 100
#define COMMAND 0x04
#define MEMORY  0x02 /* in the command register */

static struct qt_machine *machine;
static struct qt_crypto *crypto;
static struct qt_flights flights;
static uint64_t workers[QUEUES];
static struct qt_pci adapter; /* has registers in memory */
static struct qt_pci screen;  /* has RAM there */

static void find_workers(void)
{
    g_autofree char *list = qt_qmp_get(machine->qmp, "crypto0", "worker-thread-ids");
    char *p = list + 1;

    for (unsigned i = 0; i < QUEUES; i++) {
        workers[i] = g_ascii_strtoull(p, &p, 10);
        UT_TRUE_FATAL(workers[i] != 0);
        p += strspn(p, ", ");
    }
}

static int start(void)
{
    g_autofree char *plugin = NULL;

    if (!qt_plugin()) {
        return 0;
    }
    /* A worker sleeps as soon as its ring is empty. */
    plugin = g_strdup_printf("%s,backend=crypto0,queues=%d,poll-max-ns=0", qt_plugin(),
                             QUEUES);
    machine = qt_machine_start(&(struct qt_machine_opts){
        .args = (const char *const[]){
            "-plugin", plugin, "-device", "virtio-crypto-pci,cryptodev=crypto0,addr=5",
            "-device", "e1000,romfile=,addr=6", "-device", "VGA,addr=7", NULL } });
    if (!machine || !qt_pci_find(machine, 0x8086, 0x100e, 0, &adapter) ||
        !qt_pci_find(machine, 0x1234, 0x1111, 0, &screen)) {
        return -1;
    }
    qt_pci_enable(&adapter);
    qt_pci_enable(&screen);
    crypto = qt_crypto_open(machine, 0, QT_CRYPTO_LINUX_FEATURES);
    qt_flights_init(&flights, crypto);
    find_workers();
    return 0;
}

static int stop(void)
{
    qt_flights_clear(&flights);
    qt_crypto_close(crypto);
    return qt_machine_stop(machine);
}

static char *read_status(unsigned worker)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/task/%" PRIu64 "/status",
                                            (int)machine->process.pid, workers[worker]);
    char *text = NULL;

    UT_TRUE_FATAL(g_file_get_contents(path, &text, NULL, NULL));
    return text;
}

static bool sleeps(unsigned worker)
{
    g_autofree char *text = read_status(worker);

    return strstr(text, "\nState:\tS") != NULL;
}

/* How often a worker went to sleep. */
static uint64_t naps(unsigned worker)
{
    static const char name[] = "\nvoluntary_ctxt_switches:";
    g_autofree char *text = read_status(worker);
    const char *at = strstr(text, name);

    UT_TRUE_FATAL(at != NULL);
    return g_ascii_strtoull(at + sizeof(name) - 1, NULL, 10);
}

/* Gives each worker something to do, and waits until it is done with it. */
static void settle(void)
{
    struct qt_flight flight;

    qt_flight_place(&flights, &flight, QT_FLIGHT_AES, 64);
    for (unsigned i = 0; i < QUEUES; i++) {
        struct qt_wait wait;

        UT_TRUE(qt_flight_run(&flights, crypto->data[i], &flight, i));
        wait = qt_wait_begin(machine, QT_TIMEOUT_MS, "a worker to sleep");
        while (!sleeps(i)) {
            UT_TRUE_FATAL(qt_wait_more(&wait));
        }
    }
}

static void commit(const struct qt_pci *device, unsigned times)
{
    uint16_t command = qt_pci_readw(device, COMMAND);

    for (unsigned i = 0; i < times; i++) {
        qt_pci_writew(device, COMMAND, (uint16_t)(command & ~MEMORY));
        qt_pci_writew(device, COMMAND, command);
    }
}

static void registers_that_come_and_go_wake_no_worker(void)
{
    uint64_t before[QUEUES];

    QT_NEED(machine);
    settle();
    for (unsigned i = 0; i < QUEUES; i++) {
        before[i] = naps(i);
    }
    commit(&adapter, COMMITS);
    for (unsigned i = 0; i < QUEUES; i++) {
        ut_context("queue %u", i);
        UT_EQ_U64(naps(i), before[i]);
    }
    ut_context(NULL);
    settle();
}

/* The count can tell: RAM that comes and goes wakes all. */
static void memory_that_comes_and_goes_wakes_all_workers(void)
{
    uint64_t before[QUEUES];

    QT_NEED(machine);
    settle();
    for (unsigned i = 0; i < QUEUES; i++) {
        before[i] = naps(i);
    }
    for (unsigned i = 0; i < QUEUES; i++) {
        struct qt_wait wait = qt_wait_begin(machine, QT_TIMEOUT_MS, "a worker to wake");

        commit(&screen, 1);
        ut_context("queue %u", i);
        while (naps(i) == before[i]) {
            UT_TRUE_FATAL(qt_wait_more(&wait));
        }
    }
    ut_context(NULL);
    settle();
}

int main(int argc, char **argv)
{
    static const struct ut_test tests[] = {
        { "registers that come and go wake no worker",
          registers_that_come_and_go_wake_no_worker },
        { "memory that comes and goes wakes all workers",
          memory_that_comes_and_goes_wakes_all_workers },
        { NULL, NULL },
    };
    static const struct ut_suite suites[] = {
        { "commits", start, stop, tests },
        { NULL, NULL, NULL, NULL },
    };

    return ut_main(argc, argv, suites);
}
