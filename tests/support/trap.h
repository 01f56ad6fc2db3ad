/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory whose first use is noticed: how a test does something while data is worked
 * on, at a place in it and not at a time. One test at a time has traps.
 */
#ifndef VCRYPTO_TESTS_SUPPORT_TRAP_H
#define VCRYPTO_TESTS_SUPPORT_TRAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** trap_memory() - @size zeroed bytes on pages of their own, for traps; fails the test
 *  if there are none */
uint8_t *trap_memory(size_t size);

/** trap_memory_free() - end the traps that are in it, and free it */
void trap_memory_free(uint8_t *memory, size_t size);

/**
 * trap_set() - when the page that @at is in is read or written, call @fn first
 *
 * It is called once, in the thread that uses the page, as by a call where that is. At
 * most 4 traps are set at a time. @fn may be NULL.
 *
 * Return: the trap's number.
 */
unsigned trap_set(uint8_t *at, void (*fn)(void *opaque), void *opaque);

/** trap_sprung() - whether the page of trap @number was used */
bool trap_sprung(unsigned number);

/** trap_end() - end all traps */
void trap_end(void);

#endif
