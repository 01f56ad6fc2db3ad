/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One request in guest memory: two byte streams, one that the device reads and one that
 * it writes, cut into descriptors in one of several ways.
 *
 * The specification lets a driver cut the streams anywhere, so the same request must
 * give the same answer under every layout. Each piece lies in a buffer of its own with
 * guard bytes around it, at whatever odd address comes next; all of it is compared
 * afterwards with what it was, except for the bytes that the device had to write.
 */
#ifndef QT_XFER_H
#define QT_XFER_H

#include "vring.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum qt_layout {
    QT_ONE_READABLE,      /* all readable bytes in one descriptor */
    QT_BYTES,             /* one byte in each descriptor */
    QT_HEADER_JOINED,     /* all fields and half of the last, then the rest of it */
    QT_DST_STATUS_JOINED, /* all writable bytes in one descriptor */
    QT_RANDOM_CUTS,       /* anywhere; depends on the seed */
    QT_INDIRECT,          /* a descriptor for each field, in an indirect table */
    QT_LAYOUTS,           /* the number of those that tests go through */
    QT_FIELDS,            /* a descriptor for each field, in the ring itself */
};

#define QT_MAX_FIELDS 8

/** A field of the readable stream. Empty fields take no descriptor. */
struct qt_field {
    const void *data;
    uint32_t len;
};

struct qt_xfer {
    /* Set by the caller. */
    struct qt_field out[QT_MAX_FIELDS]; /* readable, in order */
    unsigned n_out;
    uint32_t in[QT_MAX_FIELDS]; /* lengths of the writable fields, in order */
    unsigned n_in;
    int alias; /* index of the readable field whose memory the first writable field
                  shares (in place), or -1; as long as it or longer */
    enum qt_layout layout;
    uint32_t seed;

    /* The outcome, after qt_xfer_run() or qt_xfer_complete(). */
    uint32_t used_len;
    uint8_t *result; /* the whole writable stream, as the device left it */
    uint32_t result_len;

    struct qt_xfer_place *place; /* where it is; private */
};

/** qt_layout_name() - for messages */
const char *qt_layout_name(enum qt_layout layout);

/** qt_xfer_descriptors() - how many descriptors the layout makes of this request */
unsigned qt_xfer_descriptors(const struct qt_xfer *xfer);

/**
 * qt_xfer_add() - place the request in guest memory and add it to the ring
 *
 * Guest memory is taken from the machine's allocator and not given back. Return: the
 * head, not yet published. qt_xfer_complete() and qt_xfer_release() come later.
 */
uint16_t qt_xfer_add(struct qt_vring *vq, struct qt_xfer *xfer);

/** qt_xfer_complete() - take the outcome out of guest memory */
void qt_xfer_complete(struct qt_xfer *xfer, uint32_t used_len);

/** qt_xfer_run() - add, kick, wait, complete; no answer ends the test */
void qt_xfer_run(struct qt_vring *vq, struct qt_xfer *xfer);

/**
 * qt_xfer_check() - fail the test if a byte changed that should not have
 * @written: the bytes at the start of the writable stream that were the device's
 * @status: whether the last writable byte was, too
 *
 * Looks at guards, readable bytes (unless a writable one shares their memory) and the
 * rest of the writable stream. Return: whether all was well.
 */
bool qt_xfer_check(const struct qt_xfer *xfer, uint32_t written, bool status);

/** qt_xfer_release() - release the test's own memory of @xfer */
void qt_xfer_release(struct qt_xfer *xfer);

#endif
