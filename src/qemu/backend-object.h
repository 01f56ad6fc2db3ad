/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The QOM object that a device's "cryptodev" property names. It holds what the
 * operator set, owns the backend proper and, while a device is bound to it, points
 * to the device's state: the device's own struct is stock QEMU's and cannot grow.
 *
 * All functions: main loop, with the big lock.
 */
#ifndef VCRYPTO_QEMU_BACKEND_OBJECT_H
#define VCRYPTO_QEMU_BACKEND_OBJECT_H

#include "compat.h"

#include <stdatomic.h>

#include "vcrypto/backend.h"
#include "vcrypto/options.h"

#define TYPE_VCRYPTO_BACKEND "cryptodev-backend-openssl"
OBJECT_DECLARE_SIMPLE_TYPE(VCryptoBackend, VCRYPTO_BACKEND)

struct VCryptoDevice;

struct VCryptoBackend {
    CryptoDevBackend parent_obj;

    uint32_t number; /* of the backends that this process has made, from 0 on */
    struct vcrypto_options options;
    _Atomic uint64_t poll_max_ns; /* of the options; read by workers */
    struct vcrypto_backend *core; /* NULL until the object is complete */
    struct VCryptoDevice *device; /* NULL while no device is bound */
};

/* vcrypto_backend_object_register: make the type known to QOM; once a process. */
void vcrypto_backend_object_register(void);

/*
 * vcrypto_backend_object_create: make object @name under /objects, as -object would;
 * vcrypto_replace() has seen that the name is free.
 * /objects owns it. On failure returns false and sets @errp.
 */
bool vcrypto_backend_object_create(const char *name,
                                   const struct vcrypto_options *options, Error **errp);

/* vcrypto_backend_object_of: @backend as one of ours; NULL if it is not. */
VCryptoBackend *vcrypto_backend_object_of(CryptoDevBackend *backend);

/* vcrypto_backend_add_properties: what can only be read: properties.c. */
void vcrypto_backend_add_properties(ObjectClass *oc);

/* vcrypto_backend_object_name: the name it has under /objects, for messages. */
const char *vcrypto_backend_object_name(VCryptoBackend *backend);

#endif
