/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * PCI Express on q35.
 */
#include "port.h"

#include "support/ut.h"

#define ECAM            UINT64_C(0xb0000000)
#define HOST_ECAM       0x60 /* of the host bridge */
#define ECAM_ON         1
#define PORT_VENDOR     0x1b36
#define PORT_DEVICE     0x000c
#define BUS_NUMBERS     0x18
#define MEMORY_WINDOW   0x20
#define CAP_PCI_EXPRESS 0x10

void qt_port_open(struct qt_machine *machine, struct qt_pci *port)
{
    const struct qt_pci host = { .machine = machine };

    qt_pci_writel(&host, HOST_ECAM + 4, 0);
    qt_pci_writel(&host, HOST_ECAM, (uint32_t)ECAM | ECAM_ON);
    UT_TRUE_FATAL(qt_pci_find(machine, PORT_VENDOR, PORT_DEVICE, 0, port));
    qt_pci_writel(port, BUS_NUMBERS, QT_PORT_BUS << 16 | QT_PORT_BUS << 8);
    qt_pci_enable(port);
    /* The upper halves of the last and of the first address. */
    qt_pci_writel(port, MEMORY_WINDOW, QT_PORT_BARS | QT_PORT_BARS >> 16);
    machine->next_bar = QT_PORT_BARS;
}

uint64_t qt_ecam(const struct qt_pci *pci, uint16_t offset)
{
    return ECAM + ((uint64_t)pci->bus << 20) + ((uint64_t)pci->devfn << 12) + offset;
}

uint64_t qt_ecam_express(const struct qt_pci *pci, uint16_t offset)
{
    uint8_t cap = qt_pci_find_cap(pci, CAP_PCI_EXPRESS, 0);

    UT_TRUE_FATAL(cap != 0);
    return qt_ecam(pci, (uint16_t)(cap + offset));
}
