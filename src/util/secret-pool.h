/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where secrets lie: blocks of few sizes in chunks of their own, so that what is locked
 * into memory and left out of core dumps is secrets and nothing else.
 */
#ifndef VCRYPTO_UTIL_SECRET_POOL_H
#define VCRYPTO_UTIL_SECRET_POOL_H

#include <stddef.h>

/* vcrypto_secret_pool_take: a zeroed block, aligned to 16 bytes, or to 64 if @size is a
 * multiple of that. NULL: no memory. */
void *vcrypto_secret_pool_take(size_t size);

/*
 * vcrypto_secret_pool_give: give back @block, which was taken with @size or with the
 * next multiple of 64, and whose bytes are zeros again.
 */
void vcrypto_secret_pool_give(void *block, size_t size);

#endif
