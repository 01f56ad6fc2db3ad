/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From chains to answers: what every way to serve a queue has in common. A queue, be
 * it a ring of ours or one of QEMU's, hands over chains as iovec arrays, and writes
 * the answers back where only it knows how.
 */
#ifndef VCRYPTO_SERVE_H
#define VCRYPTO_SERVE_H

#include "vcrypto/backend.h"
#include "vcrypto/wire.h"

/** A device, as far as requests are concerned. */
struct vcrypto_service_point {
    struct vcrypto_backend *backend;
    /* Of the features that were negotiated only the control thread knows when they
     * change: not while a queue reads this. */
    struct vcrypto_wire_limits limits;
    /* VIRTIO_CRYPTO_S_HW_READY: otherwise every request is VCRYPTO_ERR. May be changed
     * by the control thread at any time. */
    atomic_bool ready;
};

/**
 * vcrypto_serve_decode: decode the @count requests whose chain is set.
 *
 * @limits: @point's, or a copy of what they were when the queue began to be served:
 * they must not change meanwhile. Any thread.
 *
 * Specification: "Data Virtqueue".
 */
void vcrypto_serve_decode(const struct vcrypto_service_point *point,
                          const struct vcrypto_wire_limits *limits,
                          struct vcrypto_request *requests, size_t count);

/**
 * vcrypto_serve_run: run decoded requests of data queue @queue, as
 * vcrypto_backend_run() does, which may be fewer than @count.
 *
 * Result bytes are in place afterwards; the status byte is not. The caller writes
 * @status of each request to its last writable byte, which may lie far behind the
 * result, and reports vcrypto_serve_used_length() to the driver. The queue's thread.
 *
 * Specification: "Data Virtqueue".
 */
size_t vcrypto_serve_run(const struct vcrypto_service_point *point, uint32_t queue,
                         struct vcrypto_request *requests, size_t count,
                         const atomic_bool *stop);

/**
 * vcrypto_serve_used_length: what the used ring says of a finished request whose chain
 * has @writable writable bytes.
 *
 * The length of the result, if there is one, and 1 for the status: drivers subtract
 * that 1 even from a failed request's. Never more than there is room for. Any thread.
 */
uint32_t vcrypto_serve_used_length(const struct vcrypto_request *request,
                                   uint64_t writable);

/**
 * The work of one turn of whoever serves the control queue beside other things, in the
 * units of vcrypto_serve_control(): a few milliseconds at most.
 */
#define VCRYPTO_CONTROL_TURN 64

/**
 * vcrypto_serve_control: decode and run one request of the control queue.
 *
 * The caller writes @reply to the first writable bytes of @chain and reports its size.
 * Returns how much work it was, at least 1. Control thread.
 *
 * Specification: "Control Virtqueue".
 */
unsigned vcrypto_serve_control(const struct vcrypto_service_point *point,
                               const struct vcrypto_chain *chain,
                               struct vcrypto_control_reply *reply);

#endif
