/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What differs between versions of QEMU, and nothing else. Included first by every
 * file of this folder; a new version of QEMU is meant to cost a few lines here.
 */
#ifndef VCRYPTO_QEMU_COMPAT_H
#define VCRYPTO_QEMU_COMPAT_H

#include "qemu/osdep.h"

#include "hw/virtio/virtio-crypto.h"
#include "hw/virtio/virtio.h"
#include "qapi/error.h"
#include "qemu/main-loop.h"
#include "qom/object_interfaces.h"

#define VCRYPTO_QEMU_AT_LEAST(major, minor)                                            \
    (QEMU_VERSION_MAJOR > (major) ||                                                   \
     (QEMU_VERSION_MAJOR == (major) && QEMU_VERSION_MINOR >= (minor)))

/* Headers that have moved. */
#if VCRYPTO_QEMU_AT_LEAST(10, 0)
#include "qobject/qdict.h"
#include "qobject/qjson.h"
#include "qobject/qlist.h"
#include "qobject/qnum.h"
#include "qobject/qstring.h"
#include "system/cryptodev.h"
#include "system/dma.h"
#include "system/replay.h"
#include "system/system.h"
#include "system/tcg.h"
#else
#include "qapi/qmp/qdict.h"
#include "qapi/qmp/qjson.h"
#include "qapi/qmp/qlist.h"
#include "qapi/qmp/qnum.h"
#include "qapi/qmp/qstring.h"
#include "sysemu/cryptodev.h"
#include "sysemu/dma.h"
#include "sysemu/replay.h"
#include "sysemu/sysemu.h"
#include "sysemu/tcg.h"
#endif

static inline CryptoDevBackendClient *vcrypto_compat_new_client(void)
{
#if VCRYPTO_QEMU_AT_LEAST(8, 0)
    return cryptodev_backend_new_client();
#else
    return cryptodev_backend_new_client("cryptodev-openssl", NULL);
#endif
}

/* The enumeration is closed: "builtin" is the member that means "within QEMU". */
#if VCRYPTO_QEMU_AT_LEAST(8, 0)
#define VCRYPTO_COMPAT_CLIENT_TYPE QCRYPTODEV_BACKEND_TYPE_BUILTIN
#else
#define VCRYPTO_COMPAT_CLIENT_TYPE CRYPTODEV_BACKEND_TYPE_BUILTIN
#endif

/* Whether query-stats tells of cryptodev backends: 8.0 and later. */
#if VCRYPTO_QEMU_AT_LEAST(8, 0)
#define VCRYPTO_COMPAT_STATS 1
#if VCRYPTO_QEMU_AT_LEAST(10, 0)
#include "system/stats.h"
#else
#include "sysemu/stats.h"
#endif
#else
#define VCRYPTO_COMPAT_STATS 0
#endif

#endif
