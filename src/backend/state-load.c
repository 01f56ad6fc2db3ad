/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The state of a backend, from bytes. */
#include "vcrypto/state.h"

#include <stdio.h>

#include "backend.h"

bool vcrypto_backend_load(struct vcrypto_backend *backend,
                          struct vcrypto_state_device *device,
                          vcrypto_state_source *source, void *opaque, char *why,
                          size_t why_len)
{
    struct vcrypto_state_device loaded;

    vcrypto_backend_reset(backend);
    if (!source(opaque, &loaded, sizeof(loaded))) {
        snprintf(why, why_len, "the state ends early");
        return false;
    }
    *device = loaded;
    return true;
}
