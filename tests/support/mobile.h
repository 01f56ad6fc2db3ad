/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The algorithms of mobile networks, written from their specifications: what is
 * compared with libipsec-mb's. Lengths are in bytes, ivs are as on the wire: 16 bytes
 * as the specifications make them of COUNT, BEARER and DIRECTION; KASUMI's has 8.
 */
#ifndef VCRYPTO_TESTS_SUPPORT_MOBILE_H
#define VCRYPTO_TESTS_SUPPORT_MOBILE_H

#include <stddef.h>
#include <stdint.h>

void mobile_kasumi_f8(const uint8_t key[16], const uint8_t iv[8], const uint8_t *in,
                      uint8_t *out, size_t len);

/** mobile_kasumi_f9: of the padded string, @len a multiple of 8. */
void mobile_kasumi_f9(const uint8_t key[16], const uint8_t *padded, size_t len,
                      uint8_t mac[4]);

void mobile_snow3g_uea2(const uint8_t key[16], const uint8_t iv[16], const uint8_t *in,
                        uint8_t *out, size_t len);

void mobile_snow3g_uia2(const uint8_t key[16], const uint8_t iv[16],
                        const uint8_t *message, size_t len, uint8_t mac[4]);

void mobile_zuc_eea3(const uint8_t key[16], const uint8_t iv[16], const uint8_t *in,
                     uint8_t *out, size_t len);

void mobile_zuc_eia3(const uint8_t key[16], const uint8_t iv[16],
                     const uint8_t *message, size_t len, uint8_t mac[4]);

/** ZUC itself, for who looks for its rare states. */
struct mobile_zuc {
    uint32_t s[16];
    uint32_t r1, r2;
    unsigned zeros; /* how often a new word of the LFSR was 0, and so became 2^31 - 1 */
};

/** mobile_zuc_begin: make @zuc ready to give its first word. */
void mobile_zuc_begin(struct mobile_zuc *zuc, const uint8_t key[16],
                      const uint8_t iv[16]);

/** mobile_zuc_next: the next 32 bits of the key stream. */
uint32_t mobile_zuc_next(struct mobile_zuc *zuc);

#endif
