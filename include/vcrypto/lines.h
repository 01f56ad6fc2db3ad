/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Memory that one thread writes often, apart from what others do. */
#ifndef VCRYPTO_LINES_H
#define VCRYPTO_LINES_H

#include <stddef.h>

/**
 * vcrypto_lines_alloc: @size zeroed bytes that share no cache line with anything else.
 *
 * Returns NULL if there is no memory. The caller owns the block and frees it with
 * free(). Any thread.
 */
void *vcrypto_lines_alloc(size_t size);

#endif
