/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A device to measure: a QEMU of its own with a doorbell, a session where requests need
 * one, and guest memory for sources and destinations.
 */
#ifndef BENCH_DEVICE_H
#define BENCH_DEVICE_H

#include "algorithm.h"
#include "doorbell.h"

#include <stdbool.h>
#include <stdint.h>

struct bench_device_opts {
    const char *name;
    const char *plugin;       /* path; NULL: QEMU's own device and backend */
    const char *backend_args; /* more keys for the plugin, or NULL */
    const struct bench_algorithm *algorithm;
    unsigned queues;
    bool packed;
    bool stateless;     /* requests bring their keys; there is no session */
    uint64_t data_size; /* bytes of sources, and as many of destinations */
};

struct bench_device {
    const char *name;
    struct qt_machine *machine;
    struct qt_crypto *crypto;
    struct bench_doorbell bell;
    const struct bench_algorithm *algorithm;
    uint64_t session;
    uint64_t src; /* guest addresses */
    uint64_t dst;
    uint64_t data_size;
    uint64_t mark; /* of guest memory: what follows is for one measurement */
    clockid_t cpu; /* what all threads of its QEMU have used */
};

/** bench_device_start() - any failure ends the program */
void bench_device_start(struct bench_device *device,
                        const struct bench_device_opts *opts);

/** bench_device_stop() - return: QEMU's exit status */
int bench_device_stop(struct bench_device *device);

#endif
