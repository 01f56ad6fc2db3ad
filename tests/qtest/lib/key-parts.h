/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What keys are made into: all that may not be left in memory when they are gone. */
#ifndef QT_KEY_PARTS_H
#define QT_KEY_PARTS_H

#include "scan.h"

#include "support/forms.h"

#define QT_PART_KEY      "key"
#define QT_PART_ENCRYPT  "round key to encrypt"
#define QT_PART_DECRYPT  "round key to decrypt"
#define QT_PART_DERIVED  "derived"
#define QT_PART_REVERSED "number, last byte first"

/**
 * qt_key_parts_add() - look for the key of @operation, or for its second one
 * @owner: as in struct qt_needle
 *
 * The key itself under QT_PART_KEY; for AES the round keys of both directions, without
 * the first ones, which are the key; for HMAC the padded keys, and the states after
 * them; for private keys their numbers, in both orders of bytes.
 */
void qt_key_parts_add(struct qt_scan *scan, unsigned owner,
                      const struct form_operation *operation, bool second);

#endif
