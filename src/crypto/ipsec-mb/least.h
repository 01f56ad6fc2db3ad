/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From how many jobs on libipsec-mb does them faster side by side than the algorithm's
 * own engine one after the other. That is a matter of the processor, of how much time
 * each library spends on a job beside its work, and so of both libraries' versions.
 */
#ifndef VCRYPTO_IPSEC_MB_LEAST_H
#define VCRYPTO_IPSEC_MB_LEAST_H

#include <intel-ipsec-mb.h>

#include "vcrypto/algorithm.h"

/* What of a processor makes a difference. "SHA" are its instructions for SHA-1 and
 * SHA-256, which OpenSSL uses wherever they are. */
enum multi_processor {
    MULTI_AVX512,     /* vectors of 512 bits, with AES and its GHASH in them */
    MULTI_AVX2_TYPE2, /* AVX2, and all that libipsec-mb calls AVX2's type 2: SHA, VAES
                       */
    MULTI_AVX2_SHA,   /* AVX2 and SHA, which libipsec-mb does not use then */
    MULTI_AVX2,
    MULTI_SSE_SHA, /* both libraries use SHA */
    MULTI_SSE,
    MULTI_PROCESSORS,
};

/* Which versions there are figures of. */
enum multi_libraries {
    MULTI_OLDER, /* measured with OpenSSL 3.0 and libipsec-mb 1.3 */
    MULTI_NEWER, /* measured with OpenSSL 3.5 and libipsec-mb 2.0 */
    MULTI_LIBRARIES,
};

/* vcrypto_multi_processor: for a manager of the library's that uses @arch on a
 * processor with IMB_FEATURE_... @features. */
enum multi_processor vcrypto_multi_processor(IMB_ARCH arch, uint64_t features);

/* vcrypto_multi_libraries: which figures hold for version @openssl, as
 * vcrypto_openssl_number() says, with version @ipsec_mb, as imb_get_version() does. */
enum multi_libraries vcrypto_multi_libraries(unsigned openssl, unsigned ipsec_mb);

/* vcrypto_multi_least: as a multi-buffer engine's least(), by these figures. */
unsigned vcrypto_multi_least(const struct vcrypto_keying *keying,
                             enum multi_processor processor,
                             enum multi_libraries libraries);

#endif
