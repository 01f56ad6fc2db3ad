/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The masks of algorithms that this build must offer, written down by hand. */
#ifndef VCRYPTO_TESTS_SUPPORT_OFFERED_H
#define VCRYPTO_TESTS_SUPPORT_OFFERED_H

#include <stdint.h>

#ifdef VCRYPTO_HAVE_IPSEC_MB
#define OFFERED_CIPHERS   0x7ffeu
#define IPSEC_MB_MACS     (UINT64_C(3) << 27 | UINT64_C(1) << 50 | UINT64_C(1) << 54)
#define IPSEC_MB_IV_FIRST (UINT64_C(1) << 28 | UINT64_C(1) << 54)
#else
#define OFFERED_CIPHERS   (0x7ffeu & ~(1u << 10 | 1u << 11 | 1u << 14))
#define IPSEC_MB_MACS     0
#define IPSEC_MB_IV_FIRST 0
#endif

#ifdef VCRYPTO_HAVE_GCRYPT
#define GCRYPT_MACS (UINT64_C(1) << 42)
#else
#define GCRYPT_MACS 0
#endif

#define OFFERED_HASHES 0x1ffeu
#define OFFERED_MACS                                                                   \
    (0x7eu | UINT64_C(3) << 25 | UINT64_C(1) << 41 | UINT64_C(1) << 49 |               \
     UINT64_C(1) << 53 | IPSEC_MB_MACS | GCRYPT_MACS)

/* MACs whose iv is the first bytes of the source. */
#define OFFERED_MACS_WITH_IV (UINT64_C(1) << 41 | GCRYPT_MACS | IPSEC_MB_IV_FIRST)

#endif
