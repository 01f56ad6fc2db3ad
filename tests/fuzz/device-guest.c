/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "device-guest.h"

#include <fcntl.h>
#include <glib.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "device-coverage.h"
#include "fuzz.h"
#include "iommu.h"

#define VECTORS    (GUEST_DATA_QUEUES + 2)
#define PAGE       4096u
#define INPUTS     20000 /* that one QEMU serves */
#define REMEMBERED 16

struct guest guest;

/* ---- coverage ---- */

/* What libFuzzer looks at beside its own counters. */
static uint8_t counters[VCRYPTO_COVERAGE_SIZE]
    __attribute__((section("__libfuzzer_extra_counters"), aligned(4096), used));

/* The plugin in QEMU writes to them, if it was built for it: see device-coverage.c. */
static void share_counters(void)
{
    int fd = memfd_create("coverage", MFD_CLOEXEC);
    g_autofree char *path = g_strdup_printf("/proc/%d/fd/%d", (int)getpid(), fd);

    FUZZ_CHECK(fd >= 0 && ftruncate(fd, sizeof(counters)) == 0);
    FUZZ_CHECK(mmap(counters, sizeof(counters), PROT_READ | PROT_WRITE,
                    MAP_SHARED | MAP_FIXED, fd, 0) == counters);
    setenv(VCRYPTO_COVERAGE_VARIABLE, path, 1);
}

/* ---- the last inputs ---- */

/* What an input finds may have been prepared by those before it. */
static struct {
    GBytes *inputs[REMEMBERED];
    unsigned next;
} last;

static void remember(const uint8_t *data, size_t size)
{
    GBytes **slot = &last.inputs[last.next++ % REMEMBERED];

    g_clear_pointer(slot, g_bytes_unref);
    *slot = g_bytes_new(data, size);
}

/* Writes them to a folder, in order, if one is named; replay takes the folder. */
static void keep_last(void)
{
    const char *folder = getenv("VCRYPTO_FUZZ_KEEP");

    if (!folder || g_mkdir_with_parents(folder, 0777) < 0) {
        return;
    }
    for (unsigned i = 0; i < REMEMBERED; i++) {
        GBytes *input = last.inputs[(last.next + i) % REMEMBERED];
        g_autofree char *path = g_strdup_printf("%s/%d-%02u", folder, (int)getpid(), i);
        gsize size;

        if (input) {
            const char *data = g_bytes_get_data(input, &size);

            g_file_set_contents(path, data, (gssize)size, NULL);
        }
    }
    fprintf(stderr, "the last %u inputs are in %s/%d-*\n", REMEMBERED, folder,
            (int)getpid());
}

void guest_fail(const char *fmt, ...)
{
    g_autofree char *output = qt_machine_output(guest.machine);
    va_list ap;

    fprintf(stderr, "QEMU is %s; it has printed:\n%s\n",
            qt_machine_alive(guest.machine) ? "running" : "gone", output);
    va_start(ap, fmt);
    vfprintf(stderr, fmt, ap);
    va_end(ap);
    fputc('\n', stderr);
    keep_last();
    abort();
}

/* ---- the machine ---- */

const char *fuzz_unavailable(void)
{
    /* A program that is started by hand finds what it was built for. */
    if (*FUZZ_PLUGIN) {
        setenv("VCRYPTO_PLUGIN", FUZZ_PLUGIN, 0);
        setenv("VCRYPTO_QEMU", FUZZ_QEMU, 0);
    }
    return qt_plugin() ? NULL : "no plugin was built";
}

static void open_devices(void)
{
    for (unsigned i = 0; i < GUEST_DEVICES; i++) {
        struct qt_virtio *dev = qt_virtio_open(guest.machine, QT_CRYPTO_DEVICE, i);

        FUZZ_CHECK(dev);
        for (unsigned at = 0; at < 256; at += 4) {
            uint32_t value = GUINT32_TO_LE(qt_pci_readl(&dev->pci, (uint8_t)at));

            memcpy(&guest.config[i][at], &value, 4);
        }
        dev->pci.msix_slots = guest_alloc(4 * VECTORS, 4);
        guest.devices[i] = dev;
    }
}

#define BACKEND                                                                        \
    ",queues=" G_STRINGIFY(GUEST_DATA_QUEUES) ",max-size=" G_STRINGIFY(                \
        GUEST_MAX_SIZE) ",poll-max-ns=0,max-sessions=" G_STRINGIFY(GUEST_SESSIONS)
#define DEVICE(n) "virtio-crypto-pci,packed=on,cryptodev=crypto" #n ",addr=" #n

static void start(void)
{
    g_autofree char *plugin =
        g_strconcat(qt_plugin(), ",backend=crypto5" BACKEND ",backend=crypto6" BACKEND,
                    ",backend=crypto7" BACKEND ",backend=crypto8" BACKEND, NULL);
    const char *args[] = { "-plugin", plugin,
                           "-device", "intel-iommu,intremap=off",
                           "-device", DEVICE(5),
                           "-device", DEVICE(6) ",vectors=0",
                           "-device", DEVICE(7) ",ioeventfd=off",
                           "-device", DEVICE(8) ",iommu_platform=on",
                           NULL };

    guest.machine = qt_machine_start(
        &(struct qt_machine_opts){ .args = args, .ram_size = GUEST_RAM });
    FUZZ_CHECK(guest.machine);
    memcpy(guest.shadow, guest.machine->mem.host, GUEST_RAM);
    open_devices();
    qt_iommu_start(&guest.devices[GUEST_IOMMU]->pci);
    guest_forget();
    qt_qtest_post(guest.machine->qtest, true);
    guest.mark = qt_mem_mark(&guest.machine->mem);
    guest.inputs = 0;
}

static void stop(void)
{
    int status;

    guest.busy = true;
    qt_qtest_post(guest.machine->qtest, false);
    for (unsigned i = 0; i < GUEST_DEVICES; i++) {
        qt_virtio_close(guest.devices[i]);
    }
    guest_answers();
    status = qt_machine_stop(guest.machine);
    guest.machine = NULL;
    if (status) {
        fprintf(stderr, "QEMU ended with status %d\n", status);
        keep_last();
        abort();
    }
    guest.busy = false;
}

/* The end of the program: by itself, or because the client of QEMU gave up. */
static void leave(void)
{
    if (guest.busy) {
        keep_last();
    } else if (guest.machine) {
        stop();
    }
}

void guest_begin(const uint8_t *data, size_t size)
{
    uint64_t used;

    if (!guest.shadow) {
        guest.shadow = fuzz_allocate(GUEST_RAM);
        guest.may = fuzz_allocate(GUEST_RAM * sizeof(*guest.may));
        share_counters();
        qt_timeout_ms = GUEST_TIMEOUT_MS;
        atexit(leave);
    }
    if (guest.machine && guest.inputs++ >= INPUTS) {
        stop();
    }
    if (!guest.machine) {
        start();
    }
    remember(data, size);
    guest.busy = true;
    guest_revoke();
    used = qt_mem_mark(&guest.machine->mem) - guest.mark;
    qt_mem_reset(&guest.machine->mem, guest.mark);
    guest_fill(guest.mark, 0, used);
}

void guest_end(void)
{
    guest_answers();
    guest.busy = false;
}

void guest_answers(void)
{
    if (!qt_machine_alive(guest.machine)) {
        guest_fail("QEMU has ended");
    }
    if (!qt_qmp(guest.machine->qmp, NULL, "{'execute': 'query-status'}")) {
        guest_fail("QEMU's monitor refuses to answer");
    }
    qt_qmp_forget_events(guest.machine->qmp);
}

void guest_restore_pci(unsigned device)
{
    const struct qt_pci *pci = &guest.devices[device]->pci;
    uint32_t value;

    for (unsigned at = 4; at < 256; at += 4) {
        memcpy(&value, &guest.config[device][at], 4);
        qt_pci_writel(pci, (uint8_t)at, GUINT32_FROM_LE(value));
    }
}

/* ---- memory ---- */

static struct qt_mem *mem(void)
{
    return &guest.machine->mem;
}

bool guest_room(uint64_t size)
{
    return qt_mem_mark(mem()) + size <= GUEST_RAM - GUEST_RESERVE;
}

uint64_t guest_alloc(uint64_t size, uint64_t align)
{
    return qt_mem_alloc(mem(), size, align);
}

void guest_wrote(uint64_t gpa, uint64_t size)
{
    memcpy(guest.shadow + gpa, qt_mem_ptr(mem(), gpa, size), size);
}

void guest_put(uint64_t gpa, const void *data, size_t size)
{
    if (size) {
        memcpy(guest.shadow + gpa, data, size);
        memcpy(qt_mem_ptr(mem(), gpa, size), data, size);
    }
}

void guest_fill(uint64_t gpa, uint8_t byte, size_t size)
{
    memset(guest.shadow + gpa, byte, size);
    memset(qt_mem_ptr(mem(), gpa, size), byte, size);
}

void guest_allow(uint64_t gpa, uint64_t size)
{
    memset(guest.may + gpa, true, size);
}

void guest_take_back(uint64_t gpa, uint64_t size)
{
    guest_wrote(gpa, size);
    memset(guest.may + gpa, false, size);
}

static void check_page(uint64_t page)
{
    const uint8_t *ram = mem()->host;

    for (uint64_t at = page; at < page + PAGE; at++) {
        if (ram[at] != guest.shadow[at] && !guest.may[at]) {
            guest_fail("guest memory at 0x%" PRIx64 " was 0x%02x and is 0x%02x, and no "
                       "device may write there",
                       at, guest.shadow[at], ram[at]);
        }
    }
}

void guest_check(void)
{
    for (uint64_t page = 0; page < GUEST_RAM; page += PAGE) {
        if (memcmp(mem()->host + page, guest.shadow + page, PAGE) != 0) {
            check_page(page);
        }
    }
}

void guest_forget(void)
{
    memcpy(guest.shadow, mem()->host, GUEST_RAM);
    memset(guest.may, false, GUEST_RAM * sizeof(*guest.may));
}

void guest_revoke(void)
{
    guest_check();
    guest_forget();
}
