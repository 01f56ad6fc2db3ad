/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Guest memory, seen from both sides. A bump allocator hands out guest physical
 * addresses; there is no free(), but everything since a mark can be given back.
 */
#ifndef QT_MEM_H
#define QT_MEM_H

#include <stddef.h>
#include <stdint.h>

struct qt_mem {
    uint8_t *host; /* guest address 0 */
    uint64_t size; /* of guest RAM, which is one piece from address 0 */
    uint64_t next; /* first free guest address */
};

/** qt_mem_init() - manage the guest RAM mapped at @host, except its low 2 MiB */
void qt_mem_init(struct qt_mem *mem, uint8_t *host, uint64_t size);

/**
 * qt_mem_alloc() - take @size bytes
 * @align: a power of two; 1 gives an address right after the last allocation
 *
 * Return: guest physical address. The memory is not cleared. Running out ends the test.
 */
uint64_t qt_mem_alloc(struct qt_mem *mem, uint64_t size, uint64_t align);

/** qt_mem_ptr() - host address of @gpa; ends the test if the bytes are not all RAM */
void *qt_mem_ptr(const struct qt_mem *mem, uint64_t gpa, uint64_t size);

/** qt_mem_mark() - remember the present state for qt_mem_reset() */
uint64_t qt_mem_mark(const struct qt_mem *mem);

/** qt_mem_reset() - give back everything allocated since @mark */
void qt_mem_reset(struct qt_mem *mem, uint64_t mark);

#endif
