/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The state of a backend in memory, and both ends of it. */
#ifndef VCRYPTO_TESTS_SUPPORT_STATE_BYTES_H
#define VCRYPTO_TESTS_SUPPORT_STATE_BYTES_H

#include <glib.h>
#include <string.h>

#include "vcrypto/state.h"

/** What a state consists of, as docs/migration.md numbers it: known independently. */
enum {
    PROMISES = 1,
    ALGORITHM,
    DEVICE,
    SESSION,
    FREE_SLOTS,
    QUEUE_STATISTICS,
    OPERATION_STATISTICS,
    ALGORITHM_STATISTICS,
    END
};

/** Where bytes go to, and where they come from. */
struct state_bytes {
    GByteArray *all;
    size_t taken;    /* by the source */
    size_t calls;    /* of sink and source */
    size_t refuse;   /* the number of the call that fails, counted from 1; 0: none */
    bool after_that; /* something was asked for after a call that failed */
};

static inline bool state_bytes_refused(struct state_bytes *bytes)
{
    bytes->after_that |= bytes->refuse && bytes->calls >= bytes->refuse;
    return ++bytes->calls == bytes->refuse;
}

static inline bool state_bytes_sink(void *opaque, const void *from, size_t len)
{
    struct state_bytes *bytes = opaque;

    if (state_bytes_refused(bytes)) {
        return false;
    }
    g_byte_array_append(bytes->all, from, (guint)len);
    return true;
}

static inline bool state_bytes_source(void *opaque, void *to, size_t len)
{
    struct state_bytes *bytes = opaque;

    if (state_bytes_refused(bytes) || len > bytes->all->len - bytes->taken) {
        return false;
    }
    memcpy(to, bytes->all->data + bytes->taken, len);
    bytes->taken += len;
    return true;
}

/** state_bytes_save: the state of @backend and @device; the caller's to free. */
static inline GByteArray *state_bytes_save(struct vcrypto_backend *backend,
                                           const struct vcrypto_state_device *device)
{
    struct state_bytes bytes = { .all = g_byte_array_new() };

    if (!vcrypto_backend_save(backend, device, state_bytes_sink, &bytes)) {
        g_byte_array_set_size(bytes.all, 0);
    }
    return bytes.all;
}

/** state_bytes_load: all of @all, to @backend; false also where not all was taken. */
static inline bool state_bytes_load(struct vcrypto_backend *backend,
                                    struct vcrypto_state_device *device,
                                    GByteArray *all, char *why, size_t why_len)
{
    struct state_bytes bytes = { .all = all };

    return vcrypto_backend_load(backend, device, state_bytes_source, &bytes, why,
                                why_len) &&
           bytes.taken == all->len;
}

/** state_bytes_get, state_bytes_put: 32 bits of @all, little-endian, at @at. */
static inline uint32_t state_bytes_get(const GByteArray *all, size_t at)
{
    uint32_t value;

    memcpy(&value, all->data + at, 4);
    return GUINT32_FROM_LE(value);
}

static inline void state_bytes_put(GByteArray *all, size_t at, uint32_t value)
{
    value = GUINT32_TO_LE(value);
    memcpy(all->data + at, &value, 4);
}

#endif
