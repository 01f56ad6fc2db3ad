/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Requests that keep a queue busy for as long as a device lets them: the largest and
 * slowest that its default limits allow, of several kinds.
 */
#ifndef BENCH_HOG_H
#define BENCH_HOG_H

#include "device.h"

/** What a hog's requests are. */
struct bench_hog_kind {
    const char *name;
    const char *what; /* for people */
    struct form_operation operation;
    uint32_t src_len;
    unsigned pieces; /* descriptors that the source is cut into, and the destination */
};

/** A queue's hog: all its requests are one in guest memory. */
struct bench_hog {
    const struct bench_hog_kind *kind;
    const struct bench_device *device;
    uint64_t table; /* indirect */
    unsigned n;     /* elements in it */
    uint8_t *status;
    struct qt_vring *vq;
    uint16_t given;
};

/** bench_hog_kinds() - all kinds; *@n of them */
const struct bench_hog_kind *bench_hog_kinds(unsigned *n);

/** bench_hog_place() - make a session, and a request in guest memory, for queue @queue
 */
void bench_hog_place(struct bench_hog *hog, struct bench_device *device,
                     const struct bench_hog_kind *kind, unsigned queue);

/** bench_hog_give() - make @n requests available, no interrupts wanted, and kick */
void bench_hog_give(struct bench_hog *hog, unsigned n);

/** bench_hog_done() - how many of them are done; a wrong status ends the program */
unsigned bench_hog_done(const struct bench_hog *hog);

#endif
