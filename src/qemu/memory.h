/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Guest memory as a device's workers see it: follows QEMU's memory map, and hands each
 * state of it on as an immutable map. All functions: with the big lock.
 */
#ifndef VCRYPTO_QEMU_MEMORY_H
#define VCRYPTO_QEMU_MEMORY_H

#include "compat.h"

#include "exec/memory.h"
#include "vcrypto/memory-map.h"

typedef struct VCryptoMemory {
    MemoryListener listener;
    AddressSpace *address_space;    /* NULL: not following any */
    struct vcrypto_memory_map *map; /* the present state; NULL: no memory for it */
    bool translated;                /* a virtual IOMMU is in front of it */
    GArray *regions;                /* of the state that is being collected */
    bool regions_translated;
    void (*changed)(void *opaque); /* map or translated is a new one */
    void *opaque;
} VCryptoMemory;

/* vcrypto_memory_follow: follow @address_space; @changed is called before it returns.
 */
void vcrypto_memory_follow(VCryptoMemory *memory, AddressSpace *address_space,
                           void (*changed)(void *opaque), void *opaque);

/* vcrypto_memory_unfollow: stop, and let go of the map. May be called at any time. */
void vcrypto_memory_unfollow(VCryptoMemory *memory);

#endif
