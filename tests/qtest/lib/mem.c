/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Guest memory, seen from both sides.
 */
#include "mem.h"

#include "support/ut.h"

/* A PC has ROM and device memory below 1 MiB; nothing of interest starts at 2 MiB. */
#define FIRST_ADDRESS (2u << 20)

void qt_mem_init(struct qt_mem *mem, uint8_t *host, uint64_t size)
{
    mem->host = host;
    mem->size = size;
    mem->next = FIRST_ADDRESS;
}

uint64_t qt_mem_alloc(struct qt_mem *mem, uint64_t size, uint64_t align)
{
    uint64_t gpa = (mem->next + align - 1) & ~(align - 1);

    if (gpa > mem->size || size > mem->size - gpa) {
        UT_FAIL_FATAL("out of guest memory");
    }
    mem->next = gpa + size;
    return gpa;
}

void *qt_mem_ptr(const struct qt_mem *mem, uint64_t gpa, uint64_t size)
{
    if (gpa > mem->size || size > mem->size - gpa) {
        UT_FAIL_FATAL("no guest RAM at 0x%llx", (unsigned long long)gpa);
    }
    return mem->host + gpa;
}

uint64_t qt_mem_mark(const struct qt_mem *mem)
{
    return mem->next;
}

void qt_mem_reset(struct qt_mem *mem, uint64_t mark)
{
    mem->next = mark;
}
