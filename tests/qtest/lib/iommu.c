/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A virtual IOMMU of Intel's kind: a root table, a table of the devices of bus 0, and
 * for one of them a table of large pages.
 */
#include "iommu.h"

#include "support/ut.h"

#include <glib.h>
#include <string.h>

#define REGISTERS    UINT64_C(0xfed90000)
#define COMMAND      (REGISTERS + 0x18)
#define STATUS       (REGISTERS + 0x1c)
#define ROOT         (REGISTERS + 0x20)
#define SET_ROOT     (UINT32_C(1) << 30)
#define TRANSLATE    (UINT32_C(1) << 31)
#define PRESENT      1u
#define PASS_THROUGH 8u
#define DOMAIN_39    0x101u /* the first domain, addresses of 39 bits */
#define READ_WRITE   3u
#define LARGE        0x80u
#define GIB          (UINT64_C(1) << 30)
#define LARGE_PAGE   (UINT64_C(2) << 20)
#define INTERRUPTS   UINT64_C(0xfee00000)
#define PAGE         4096u

static uint64_t new_table(struct qt_machine *machine, uint64_t **entries)
{
    uint64_t gpa = qt_mem_alloc(&machine->mem, PAGE, PAGE);

    *entries = qt_mem_ptr(&machine->mem, gpa, PAGE);
    memset(*entries, 0, PAGE);
    return gpa;
}

/* The fourth GiB has the addresses of interrupts, where the IOMMU lets no page lie. */
static uint64_t new_last_gib(struct qt_machine *machine)
{
    uint64_t *page;
    uint64_t pages = new_table(machine, &page);

    for (unsigned i = 0; i < GIB / LARGE_PAGE; i++) {
        uint64_t address = 3 * GIB + i * LARGE_PAGE;

        if (address != INTERRUPTS) {
            page[i] = GUINT64_TO_LE(address | LARGE | READ_WRITE);
        }
    }
    return GUINT64_TO_LE(pages | READ_WRITE);
}

/* The entry of a bus on which all devices but @translated pass through. */
static uint64_t new_bus(struct qt_machine *machine, int translated, uint64_t pages)
{
    uint64_t *device;
    uint64_t devices = new_table(machine, &device);

    for (int devfn = 0; devfn < 256; devfn++) {
        uint64_t how = devfn == translated ? pages : PASS_THROUGH;

        device[2 * devfn] = GUINT64_TO_LE(how | PRESENT);
        device[2 * devfn + 1] = GUINT64_TO_LE(DOMAIN_39);
    }
    return GUINT64_TO_LE(devices | PRESENT);
}

void qt_iommu_start(const struct qt_pci *translated)
{
    struct qt_machine *machine = translated->machine;
    uint64_t *root, *page;
    uint64_t roots = new_table(machine, &root), pages = new_table(machine, &page);

    for (unsigned bus = 0; bus <= translated->bus; bus++) {
        root[2 * bus] =
            new_bus(machine, bus == translated->bus ? translated->devfn : -1, pages);
    }
    for (unsigned i = 0; i < 3; i++) {
        page[i] = GUINT64_TO_LE(i * GIB | LARGE | READ_WRITE);
    }
    page[3] = new_last_gib(machine);
    qt_writeq(machine->qtest, ROOT, roots);
    qt_writel(machine->qtest, COMMAND, SET_ROOT);
    qt_writel(machine->qtest, COMMAND, TRANSLATE);
    UT_TRUE_FATAL(qt_readl(machine->qtest, STATUS) & TRANSLATE);
}
