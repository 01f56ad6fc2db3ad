/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One good operation of each kind, for tests that make bad requests of them. */
#ifndef QT_KINDS_H
#define QT_KINDS_H

#include "form.h"

/** Kinds: the services, by their number, and what is decoded otherwise than these. */
enum { QT_KIND_CHAIN = QT_SERVICE_AKCIPHER + 1, QT_KIND_AEAD_DECRYPT, QT_KINDS };

/** qt_first_operation() - the first known answer's; if there is none, the test ends */
struct form_operation qt_first_operation(uint32_t service, uint32_t operation);

/** qt_kind() - an operation of this kind */
struct form_operation qt_kind(unsigned kind);

/**
 * qt_refused() - send a request that must fail, and leave nothing but its status
 * @room: writable bytes before the status
 *
 * Return: the status.
 */
uint8_t qt_refused(struct qt_vring *vq, const struct form_message *message,
                   uint32_t room);

#endif
