/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * No library is believed: before an algorithm is offered, each way in which it can be
 * computed here gives answers that are known. What does not is not used.
 */
#ifndef VCRYPTO_CRYPTO_VERDICT_H
#define VCRYPTO_CRYPTO_VERDICT_H

#include "vcrypto/algorithm.h"

/*
 * vcrypto_verdicts_reach: try all rows, with engines that are ready; @multi: the engine
 * for several jobs, or NULL. Returns false if there is no memory; then *@why is a
 * static text. One thread, as long as no other uses the rows.
 */
bool vcrypto_verdicts_reach(const struct vcrypto_multi_engine *multi, const char **why);

/* vcrypto_verdicts_forget: until they are reached again, no row is wrong. */
void vcrypto_verdicts_forget(void);

/* vcrypto_verdict_wrong: whether @row's own engine gave a wrong answer. Any thread. */
bool vcrypto_verdict_wrong(const struct vcrypto_algorithm *row);

/* vcrypto_verdict_wrong_together: whether jobs of @keying's kind, side by side, did.
 * Any thread. */
bool vcrypto_verdict_wrong_together(const struct vcrypto_keying *keying);

/* vcrypto_verdict_line: what the operator should know, line number @index, or NULL. */
const char *vcrypto_verdict_line(size_t index);

#endif
