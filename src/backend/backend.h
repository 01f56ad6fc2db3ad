/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VCRYPTO_BACKEND_INTERNAL_H
#define VCRYPTO_BACKEND_INTERNAL_H

#include "vcrypto/backend.h"

#include "context.h"
#include "throttle.h"

struct vcrypto_backend {
    struct vcrypto_backend_config config;
    struct session_table sessions;
    struct queue_state **queues; /* config.queues of them */
    struct throttle throttle;
};

#endif
