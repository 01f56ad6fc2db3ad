/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The state of a backend, to bytes. */
#include "vcrypto/state.h"

#include <string.h>

#include "backend.h"

void vcrypto_backend_promises(const struct vcrypto_backend *backend,
                              struct vcrypto_state_promises *promises)
{
    struct vcrypto_capabilities can;

    vcrypto_backend_capabilities(backend, &can);
    *promises = (struct vcrypto_state_promises){
        .max_size = backend->config.max_size,
        .max_cipher_key_len = can.max_cipher_key_len,
        .max_auth_key_len = can.max_auth_key_len,
        .max_akcipher_key_len = can.max_akcipher_key_len,
        .max_sessions = backend->config.max_sessions,
        .queues = backend->config.queues,
    };
    memcpy(promises->algorithms, can.algorithms, sizeof(promises->algorithms));
}

bool vcrypto_backend_save(struct vcrypto_backend *backend,
                          const struct vcrypto_state_device *device,
                          vcrypto_state_sink *sink, void *opaque)
{
    (void)backend;
    return sink(opaque, device, sizeof(*device));
}
