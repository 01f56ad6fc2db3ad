/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * PCI without firmware: configuration space through ports 0xcf8 and 0xcfc (q35 and pc
 * alike), addresses for memory BARs, capabilities, and MSI-X whose messages go to guest
 * RAM, where the test sees an interrupt as a value that was written.
 */
#ifndef QT_PCI_H
#define QT_PCI_H

#include "machine.h"

#include <stdbool.h>
#include <stdint.h>

#define QT_PCI_CAP_VENDOR 0x09
#define QT_PCI_CAP_MSIX   0x11

struct qt_pci {
    struct qt_machine *machine;
    uint8_t bus; /* 0, or that behind a port: port.h */
    uint8_t devfn;
    uint64_t bar[6];       /* addresses given to memory BARs; 0: none */
    uint8_t msix_cap;      /* offset of the capability; 0: none */
    uint16_t msix_vectors; /* size of the table */
    uint64_t msix_table;   /* address */
    uint64_t msix_pba;     /* address of the pending bits */
    uint64_t msix_slots;   /* guest RAM: one 32-bit slot for each vector */
};

/**
 * qt_pci_find() - find a device on bus 0
 * @nth: 0 for the first one with these identifiers, in order of slots
 *
 * Return: false if there is none.
 */
bool qt_pci_find(struct qt_machine *machine, uint16_t vendor, uint16_t device,
                 unsigned nth, struct qt_pci *pci);

/** qt_pci_find_on() - the same on another bus */
bool qt_pci_find_on(struct qt_machine *machine, uint8_t bus, uint16_t vendor,
                    uint16_t device, unsigned nth, struct qt_pci *pci);

/* Configuration space. */
uint8_t qt_pci_readb(const struct qt_pci *pci, uint8_t offset);
uint16_t qt_pci_readw(const struct qt_pci *pci, uint8_t offset);
uint32_t qt_pci_readl(const struct qt_pci *pci, uint8_t offset);
void qt_pci_writeb(const struct qt_pci *pci, uint8_t offset, uint8_t value);
void qt_pci_writew(const struct qt_pci *pci, uint8_t offset, uint16_t value);
void qt_pci_writel(const struct qt_pci *pci, uint8_t offset, uint32_t value);

/**
 * qt_pci_enable() - give the memory BARs addresses below 4 GiB, then enable memory
 * accesses and bus mastering
 */
void qt_pci_enable(struct qt_pci *pci);

/** qt_pci_master() - allow the device to use memory, or forbid it */
void qt_pci_master(const struct qt_pci *pci, bool on);

/**
 * qt_pci_find_cap() - the next capability of a kind
 * @after: offset of the last one found; 0 to begin
 *
 * Return: its offset in configuration space, or 0.
 */
uint8_t qt_pci_find_cap(const struct qt_pci *pci, uint8_t id, uint8_t after);

/**
 * qt_msix_enable() - turn MSI-X on, all vectors unmasked, messages to guest RAM
 *
 * After qt_pci_enable(). Works with the tcg accelerator, where a message is an ordinary
 * write. Return: the number of vectors.
 */
unsigned qt_msix_enable(struct qt_pci *pci);

/** qt_msix_mask() - mask or unmask one vector in the table */
void qt_msix_mask(const struct qt_pci *pci, unsigned vector, bool masked);

/** qt_msix_pending() - the vector's bit in the pending bit array */
bool qt_msix_pending(const struct qt_pci *pci, unsigned vector);

/** qt_msix_take() - whether the vector was signalled since the last call; forgets it */
bool qt_msix_take(const struct qt_pci *pci, unsigned vector);

/** qt_msix_wait() - as qt_msix_take(), waiting up to @timeout_ms */
bool qt_msix_wait(const struct qt_pci *pci, unsigned vector, int timeout_ms);

#endif
