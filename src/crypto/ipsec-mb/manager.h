/* SPDX-License-Identifier: GPL-2.0-or-later */
/* libipsec-mb's functions, as this processor has them, and keys for them. */
#ifndef VCRYPTO_IPSEC_MB_MANAGER_H
#define VCRYPTO_IPSEC_MB_MANAGER_H

#include <stdalign.h>

#include <intel-ipsec-mb.h>

#include "vcrypto/algorithm.h"

#define VCRYPTO_IPSEC_MB_KEY 16

/* What the longest schedule needs, KASUMI's. */
#define VCRYPTO_IPSEC_MB_SCHEDULE 512

/* A context: nothing of it changes while jobs run. */
struct ipsec_mb_key {
    uint8_t key[VCRYPTO_IPSEC_MB_KEY]; /* ZUC has no schedule to prepare */
    alignas(16) uint8_t schedule[VCRYPTO_IPSEC_MB_SCHEDULE];
};

/*
 * vcrypto_ipsec_mb_manager: the table of functions, for any number of threads; NULL:
 * the library does not work here. Only those functions are used that keep nothing in
 * it.
 */
IMB_MGR *vcrypto_ipsec_mb_manager(void);

/* vcrypto_ipsec_mb_manager_new: one for a single thread, which may have jobs in it; for
 * vcrypto_ipsec_mb_manager_free(). NULL: no memory, or the library does not work here.
 */
IMB_MGR *vcrypto_ipsec_mb_manager_new(void);

/* vcrypto_ipsec_mb_manager_free: overwrite and free it; NULL is allowed. */
void vcrypto_ipsec_mb_manager_free(IMB_MGR *old);

/* A manager that one thread has at a time, for whatever it does not do in a group. */
struct ipsec_mb_owned {
    IMB_MGR *manager; /* without jobs when it is taken, and given back */
    struct ipsec_mb_owned *next;
};

/*
 * vcrypto_ipsec_mb_manager_take: a manager for the calling thread alone until
 * vcrypto_ipsec_mb_manager_give(). They are kept: there are as many as threads had one
 * at the same time. NULL: no memory.
 */
struct ipsec_mb_owned *vcrypto_ipsec_mb_manager_take(void);
void vcrypto_ipsec_mb_manager_give(struct ipsec_mb_owned *taken);

/*
 * vcrypto_ipsec_mb_limit: use no instructions newer than those of @arch, and none that
 * the IMB_FLAG_..._OFF of alloc_mb_mgr() in @flags are about. For tests: what
 * processors of their users have. Before vcrypto_ipsec_mb_init().
 */
void vcrypto_ipsec_mb_limit(IMB_ARCH arch, uint64_t flags);

/* As an engine's functions. */
bool vcrypto_ipsec_mb_init(const char **why);
void vcrypto_ipsec_mb_fini(void);
const char *vcrypto_ipsec_mb_library(void);
bool vcrypto_ipsec_mb_available(const struct vcrypto_algorithm *algorithm,
                                unsigned key_index);
const char *vcrypto_ipsec_mb_lacks(const struct vcrypto_algorithm *algorithm);
void *vcrypto_ipsec_mb_key_new(const struct vcrypto_keying *keying);
void vcrypto_ipsec_mb_key_free(void *context);

#endif
