/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the two ways to serve a data queue share: data-queue.c, main-loop-queue.c. */
#ifndef VCRYPTO_QEMU_DATA_QUEUE_H
#define VCRYPTO_QEMU_DATA_QUEUE_H

#include "device.h"

#include "vcrypto/worker.h"

struct VCryptoMainLoopBatch;

struct VCryptoDataQueue {
    VCryptoDevice *device;
    VirtQueue *vq;
    uint32_t index;

    /* The normal way. */
    struct vcrypto_worker *worker;
    EventNotifier kick; /* the worker's eventfd */
    bool serving;       /* the worker has the ring, which is ... */
    struct vcrypto_ring_setup setup;
    QEMUBH *event_bh; /* does in the main loop what the worker must not */
    bool notify;      /* what it is to do; written by the worker, atomically */
    bool fault;
    bool moved; /* the ring is not where QEMU shows it; written likewise */
    bool show;  /* it is time to show it */
    QEMUTimer *show_timer;

    /* In the main loop, where addresses are translated. */
    bool in_main_loop;
    QEMUBH *bh;
    QEMUTimer *timer; /* for a request that the limits do not allow yet */
    bool taken;       /* requests may be out of the ring, not answered yet, ... */
    bool put_off;     /* ... and until they are, the ring cannot be the worker's */
    bool again;       /* its bottom half was to run within itself */
    bool early;       /* its next request has to wait for its time */
    unsigned life;    /* of the device, when they were taken */
    struct VCryptoMainLoopBatch *batch; /* NULL until it is needed */
};

/* vcrypto_main_loop_queue_bh: bottom half that serves a queue; @opaque: the queue. */
void vcrypto_main_loop_queue_bh(void *opaque);

/* vcrypto_main_loop_queue_time: its request's time has come. */
void vcrypto_main_loop_queue_time(void *opaque);

#endif
