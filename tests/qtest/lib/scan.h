/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Looking for secrets in another process's memory: any number of strings of 16 bytes at
 * any address, in one pass over all that it has mapped.
 */
#ifndef QT_SCAN_H
#define QT_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define QT_SCAN_BYTES 16

/** What to look for, and what was found. */
struct qt_needle {
    uint8_t bytes[QT_SCAN_BYTES];
    unsigned owner;   /* the caller's number for what it is part of */
    const char *what; /* which part; static */
    unsigned found;   /* how often, at the last scan */
    uint64_t address; /* where first, */
    char mapping[48]; /* and in what */
};

struct qt_scan;

/** qt_scan_new() - look for nothing yet; for qt_scan_free() */
struct qt_scan *qt_scan_new(void);
void qt_scan_free(struct qt_scan *scan);

/** qt_scan_add() - look for @bytes, too */
void qt_scan_add(struct qt_scan *scan, unsigned owner, const char *what,
                 const uint8_t *bytes);

/**
 * qt_scan_add_all() - look for a string of @len bytes in pieces: those that begin at
 * its multiples of 8, and its last one; strings that are shorter than one are left out
 */
void qt_scan_add_all(struct qt_scan *scan, unsigned owner, const char *what,
                     const uint8_t *bytes, size_t len);

/**
 * qt_scan_run() - look for all of them in all memory of a child process that is there
 * @except: mappings of files whose names end with this are left out
 *
 * Return: how many bytes were looked at. What cannot be read, as memory of devices, is
 * left out, and so is what is mapped from files and cannot be written: programs have
 * published keys in it, for known answers.
 */
uint64_t qt_scan_run(struct qt_scan *scan, pid_t pid, const char *except);

/** qt_scan_needles() - all, in the order of their addition; valid until the next is
 * added
 */
struct qt_needle *qt_scan_needles(struct qt_scan *scan, unsigned *n);

#endif
