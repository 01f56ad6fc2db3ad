/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What AES makes of a key (FIPS 197), so that a test can look for it in memory. */
#ifndef QT_AES_SCHEDULE_H
#define QT_AES_SCHEDULE_H

#include <stddef.h>
#include <stdint.h>

#define QT_AES_BLOCK      16
#define QT_AES_MAX_ROUNDS 14

struct qt_aes_schedule {
    unsigned rounds;
    /* The round keys, in the order in which encryption uses them. */
    uint8_t encrypt[QT_AES_MAX_ROUNDS + 1][QT_AES_BLOCK];
    /* Those of the equivalent inverse cipher, for the same rounds: processors'
     * decryption instructions want them. */
    uint8_t decrypt[QT_AES_MAX_ROUNDS + 1][QT_AES_BLOCK];
};

/** qt_aes_expand() - the schedules of a key of 16, 24 or 32 bytes */
void qt_aes_expand(const uint8_t *key, size_t len, struct qt_aes_schedule *schedule);

/** qt_aes_encrypt() - encipher one block; @to may be @from */
void qt_aes_encrypt(const struct qt_aes_schedule *schedule,
                    const uint8_t from[QT_AES_BLOCK], uint8_t to[QT_AES_BLOCK]);

#endif
