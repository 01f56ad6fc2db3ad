/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One algorithm, key size and direction, of whatever has a row in the table: messages
 * that its own engine does one at a time, and libipsec-mb side by side, whatever the
 * device would choose. Wrong results, and no memory, end the program.
 */
#ifndef BENCH_CONTEST_H
#define BENCH_CONTEST_H

#include <stdbool.h>
#include <stdint.h>

#include "vcrypto/algorithm.h"

struct contest;

/** contest_begin() - makes the libraries ready, and says which they are
 *  @sse: libipsec-mb uses no AVX */
void contest_begin(bool sse);
void contest_end(void);

/** contest_new() - for @row's key size @key_index; NULL: there is no such contest here,
 * because the library does not do it or there is but one direction */
struct contest *contest_new(const struct vcrypto_algorithm *row, unsigned key_index,
                            bool decrypt);
void contest_free(struct contest *contest);

/** contest_name() - for people; as long as the contest */
const char *contest_name(const struct contest *contest);

/** contest_longest() - the longest message of the algorithm; 0: as long as one likes */
uint32_t contest_longest(const struct contest *contest);

/** contest_has_method() - whether libipsec-mb can do it at all */
bool contest_has_method(const struct contest *contest);

/** contest_least() - from how many on the device has it done side by side; 0: never */
unsigned contest_least(const struct contest *contest);

/** contest_set_size() - makes messages of @size bytes; false: there are none */
bool contest_set_size(struct contest *contest, uint32_t size);

/** contest_has_groups() - whether libipsec-mb takes messages of this size */
bool contest_has_groups(const struct contest *contest);

/** contest_run() - the next @group messages, side by side; or with 0 the next one, by
 * the algorithm's own engine */
void contest_run(struct contest *contest, unsigned group);

#endif
