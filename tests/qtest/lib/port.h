/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * PCI Express on q35: configuration space in memory, where a device's writes reach it,
 * too, and a root port (-device pcie-root-port) with a slot that can be switched off.
 */
#ifndef QT_PORT_H
#define QT_PORT_H

#include "pci.h"

#include <stdbool.h>
#include <stdint.h>

#define QT_PORT_BUS  1           /* number of the bus behind the port */
#define QT_PORT_BARS 0xe8000000u /* a MiB for the BARs of its devices */

/* In the PCI Express capability: the endpoint's and the port's registers. */
#define QT_EXP_DEVICE_CONTROL 0x08
#define QT_EXP_SLOT_CONTROL   0x18

/* Values of these. */
#define QT_EXP_RESET    0x8000 /* of the function */
#define QT_EXP_SLOT_ON  0x0100
#define QT_EXP_SLOT_OFF 0x0700 /* power and its indicator */

/**
 * qt_port_open() - give the machine's root port its bus number and a window for BARs,
 * and map all configuration space
 * @port: receives the port
 *
 * From then on BARs get addresses in the window: devices of other buses are to be
 * enabled before.
 */
void qt_port_open(struct qt_machine *machine, struct qt_pci *port);

/** qt_ecam() - the address of a register of configuration space, after qt_port_open()
 */
uint64_t qt_ecam(const struct qt_pci *pci, uint16_t offset);

/** qt_ecam_express() - the same of one in the PCI Express capability */
uint64_t qt_ecam_express(const struct qt_pci *pci, uint16_t offset);

#endif
