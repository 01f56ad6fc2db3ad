/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * PCI without firmware.
 */
#include "pci.h"

#include "waiting.h"

#include "support/ut.h"

#include <glib.h>
#include <string.h>

#define CONFIG_ADDRESS 0xcf8
#define CONFIG_DATA    0xcfc
#define CONFIG_ENABLE  0x80000000u

#define COMMAND              0x04
#define COMMAND_MEMORY       0x02
#define COMMAND_MASTER       0x04
#define STATUS               0x06
#define STATUS_CAPABILITIES  0x10
#define HEADER_TYPE          0x0e
#define HEADER_BRIDGE        0x01
#define HEADER_MULTIFUNCTION 0x80
#define BAR0                 0x10
#define CAPABILITIES         0x34

#define LAST_BAR_ADDRESS 0xfe000000u

#define MSIX_CONTROL       2
#define MSIX_TABLE         4
#define MSIX_PBA           8
#define MSIX_ENABLE        0x8000u
#define MSIX_FUNCTION_MASK 0x4000u
#define MSIX_ENTRY_SIZE    16
#define MSIX_ENTRY_DATA    8
#define MSIX_ENTRY_CONTROL 12
#define MSIX_MESSAGE       0x4d534958u /* anything but 0 */

static struct qt_qtest *select_register(const struct qt_pci *pci, uint8_t offset)
{
    struct qt_qtest *qtest = pci->machine->qtest;

    qt_outl(qtest, CONFIG_ADDRESS,
            CONFIG_ENABLE | (uint32_t)pci->bus << 16 | (uint32_t)pci->devfn << 8 |
                (offset & ~3u));
    return qtest;
}

uint8_t qt_pci_readb(const struct qt_pci *pci, uint8_t offset)
{
    return qt_inb(select_register(pci, offset), CONFIG_DATA + (offset & 3));
}

uint16_t qt_pci_readw(const struct qt_pci *pci, uint8_t offset)
{
    return qt_inw(select_register(pci, offset), CONFIG_DATA + (offset & 2));
}

uint32_t qt_pci_readl(const struct qt_pci *pci, uint8_t offset)
{
    return qt_inl(select_register(pci, offset), CONFIG_DATA);
}

void qt_pci_writeb(const struct qt_pci *pci, uint8_t offset, uint8_t value)
{
    qt_outb(select_register(pci, offset), CONFIG_DATA + (offset & 3), value);
}

void qt_pci_writew(const struct qt_pci *pci, uint8_t offset, uint16_t value)
{
    qt_outw(select_register(pci, offset), CONFIG_DATA + (offset & 2), value);
}

void qt_pci_writel(const struct qt_pci *pci, uint8_t offset, uint32_t value)
{
    qt_outl(select_register(pci, offset), CONFIG_DATA, value);
}

bool qt_pci_find(struct qt_machine *machine, uint16_t vendor, uint16_t device,
                 unsigned nth, struct qt_pci *pci)
{
    return qt_pci_find_on(machine, 0, vendor, device, nth, pci);
}

bool qt_pci_find_on(struct qt_machine *machine, uint8_t bus, uint16_t vendor,
                    uint16_t device, unsigned nth, struct qt_pci *pci)
{
    uint32_t id = (uint32_t)device << 16 | vendor;
    bool multifunction = false;

    memset(pci, 0, sizeof(*pci));
    pci->machine = machine;
    pci->bus = bus;
    for (unsigned devfn = 0; devfn < 256; devfn++) {
        pci->devfn = (uint8_t)devfn;
        if (devfn & 7 && !multifunction) {
            continue;
        }
        if (!(devfn & 7)) {
            multifunction = qt_pci_readb(pci, HEADER_TYPE) & HEADER_MULTIFUNCTION;
        }
        if (qt_pci_readl(pci, 0) == id && nth-- == 0) {
            return true;
        }
    }
    return false;
}

/* ---- BARs ---- */

static uint32_t take_address(struct qt_machine *machine, uint64_t size)
{
    uint64_t address = (machine->next_bar + size - 1) & ~(size - 1);

    if (address + size > LAST_BAR_ADDRESS) {
        UT_FAIL_FATAL("no room for a PCI BAR of %llu bytes", (unsigned long long)size);
    }
    machine->next_bar = (uint32_t)(address + size);
    return (uint32_t)address;
}

/* Return: the number of registers that the BAR takes, 1 or 2. */
static unsigned assign_bar(struct qt_pci *pci, unsigned n)
{
    uint8_t offset = (uint8_t)(BAR0 + 4 * n);
    uint32_t before = qt_pci_readl(pci, offset) & ~15u, mask;
    bool wide;

    qt_pci_writel(pci, offset, UINT32_MAX);
    mask = qt_pci_readl(pci, offset);
    if (mask == 0 || mask & 1) {
        return 1; /* absent, or I/O ports, which modern virtio does not need */
    }
    wide = (mask & 6) == 4;
    /* Who has found the device before goes on to use it where it is. */
    pci->bar[n] = before && qt_pci_readw(pci, COMMAND) & COMMAND_MEMORY
                      ? before
                      : take_address(pci->machine, (uint64_t)(~(mask & ~15u)) + 1);
    qt_pci_writel(pci, offset, (uint32_t)pci->bar[n]);
    if (wide) {
        qt_pci_writel(pci, (uint8_t)(offset + 4), 0);
    }
    return wide ? 2 : 1;
}

void qt_pci_enable(struct qt_pci *pci)
{
    bool bridge = qt_pci_readb(pci, HEADER_TYPE) & HEADER_BRIDGE;
    unsigned bars = bridge ? 2 : G_N_ELEMENTS(pci->bar);

    for (unsigned n = 0; n < bars;) {
        n += assign_bar(pci, n);
    }
    qt_pci_writew(pci, COMMAND,
                  qt_pci_readw(pci, COMMAND) | COMMAND_MEMORY | COMMAND_MASTER);
}

void qt_pci_master(const struct qt_pci *pci, bool on)
{
    uint16_t command = qt_pci_readw(pci, COMMAND);

    qt_pci_writew(
        pci, COMMAND,
        (uint16_t)(on ? command | COMMAND_MASTER : command & ~COMMAND_MASTER));
}

/* ---- capabilities ---- */

uint8_t qt_pci_find_cap(const struct qt_pci *pci, uint8_t id, uint8_t after)
{
    uint8_t offset;

    if (!(qt_pci_readw(pci, STATUS) & STATUS_CAPABILITIES)) {
        return 0;
    }
    offset = qt_pci_readb(pci, after ? (uint8_t)(after + 1) : CAPABILITIES);
    while (offset && qt_pci_readb(pci, offset) != id) {
        offset = qt_pci_readb(pci, (uint8_t)(offset + 1));
    }
    return offset;
}

/* ---- MSI-X ---- */

static uint64_t msix_address(const struct qt_pci *pci, uint8_t reg)
{
    uint32_t value = qt_pci_readl(pci, (uint8_t)(pci->msix_cap + reg));

    return pci->bar[value & 7] + (value & ~7u);
}

static uint64_t slot(const struct qt_pci *pci, unsigned vector)
{
    return pci->msix_slots + 4 * (uint64_t)vector;
}

static void set_entry(const struct qt_pci *pci, unsigned vector)
{
    uint64_t entry = pci->msix_table + MSIX_ENTRY_SIZE * (uint64_t)vector;
    struct qt_qtest *qtest = pci->machine->qtest;

    qt_writel(qtest, entry, (uint32_t)slot(pci, vector));
    qt_writel(qtest, entry + 4, (uint32_t)(slot(pci, vector) >> 32));
    qt_writel(qtest, entry + MSIX_ENTRY_DATA, MSIX_MESSAGE);
    qt_writel(qtest, entry + MSIX_ENTRY_CONTROL, 0);
}

unsigned qt_msix_enable(struct qt_pci *pci)
{
    uint16_t control;

    pci->msix_cap = qt_pci_find_cap(pci, QT_PCI_CAP_MSIX, 0);
    if (!pci->msix_cap) {
        UT_FAIL_FATAL("the device has no MSI-X");
    }
    control = qt_pci_readw(pci, (uint8_t)(pci->msix_cap + MSIX_CONTROL));
    pci->msix_vectors = (uint16_t)((control & 0x7ff) + 1);
    pci->msix_table = msix_address(pci, MSIX_TABLE);
    pci->msix_pba = msix_address(pci, MSIX_PBA);
    if (!pci->msix_slots) {
        pci->msix_slots = qt_mem_alloc(&pci->machine->mem, 4u * pci->msix_vectors, 4);
    }
    memset(qt_mem_ptr(&pci->machine->mem, pci->msix_slots, 4u * pci->msix_vectors), 0,
           4u * pci->msix_vectors);
    for (unsigned vector = 0; vector < pci->msix_vectors; vector++) {
        set_entry(pci, vector);
    }
    control = (uint16_t)((control & ~MSIX_FUNCTION_MASK) | MSIX_ENABLE);
    qt_pci_writew(pci, (uint8_t)(pci->msix_cap + MSIX_CONTROL), control);
    return pci->msix_vectors;
}

void qt_msix_mask(const struct qt_pci *pci, unsigned vector, bool masked)
{
    qt_writel(pci->machine->qtest,
              pci->msix_table + MSIX_ENTRY_SIZE * (uint64_t)vector + MSIX_ENTRY_CONTROL,
              masked);
}

bool qt_msix_pending(const struct qt_pci *pci, unsigned vector)
{
    uint64_t bits =
        qt_readq(pci->machine->qtest, pci->msix_pba + 8 * (uint64_t)(vector / 64));

    return bits >> (vector % 64) & 1;
}

bool qt_msix_take(const struct qt_pci *pci, unsigned vector)
{
    uint32_t *p = qt_mem_ptr(&pci->machine->mem, slot(pci, vector), sizeof(*p));

    return __atomic_exchange_n(p, 0, __ATOMIC_ACQ_REL) != 0;
}

bool qt_msix_wait(const struct qt_pci *pci, unsigned vector, int timeout_ms)
{
    struct qt_wait wait = qt_wait_begin(pci->machine, timeout_ms, "an interrupt");

    do {
        if (qt_msix_take(pci, vector)) {
            return true;
        }
    } while (qt_wait_more(&wait));
    return qt_msix_take(pci, vector);
}
