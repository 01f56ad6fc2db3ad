/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the plugin that is fuzzed and the fuzzer agree on. */
#ifndef VCRYPTO_TESTS_FUZZ_DEVICE_COVERAGE_H
#define VCRYPTO_TESTS_FUZZ_DEVICE_COVERAGE_H

#define VCRYPTO_COVERAGE_VARIABLE "VCRYPTO_COVERAGE"
#define VCRYPTO_COVERAGE_SIZE     65536 /* bytes, a multiple of a page */

#endif
