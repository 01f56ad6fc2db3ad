/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/faults.h"

#include "vcrypto/protocol.h"

#include <glib.h>

/* One byte more than the longest that any algorithm makes. */
#define NO_DIGEST 65537

const char *fault_name(enum fault fault)
{
    static const char *const names[FAULTS] = {
        [FAULT_NONE] = "no fault",
        [FAULT_SESSION] = "no session",
        [FAULT_DIRECTION] = "other direction",
        [FAULT_KEY] = "key too short",
        [FAULT_IV] = "iv too short",
        [FAULT_SRC_SHORT] = "source too short",
        [FAULT_SRC_CHANGED] = "source changed",
        [FAULT_SRC_NONE] = "no source",
        [FAULT_DST_SHORT] = "destination too short",
        [FAULT_DST_LONG] = "destination longer",
        [FAULT_RESULT_NONE] = "no result",
        [FAULT_RESULT_SHORT] = "result shorter",
        [FAULT_RESULT_LONG] = "result too long",
        [FAULT_RANGES] = "ranges too short",
        [FAULT_ROOM] = "writable too short",
    };

    return names[fault];
}

static bool has_direction(const struct form_operation *o)
{
    return o->service != VCRYPTO_SERVICE_HASH && o->service != VCRYPTO_SERVICE_MAC;
}

static bool shorten(struct form_bytes *bytes)
{
    if (!bytes->len) {
        return false;
    }
    bytes->len--;
    return true;
}

/* Of a range that ends with the source. */
static void shorten_ranges(struct form_operation *o)
{
    if (o->cipher_start + o->cipher_len > o->src.len && o->cipher_len) {
        o->cipher_len--;
    }
    if (o->hash_start + o->hash_len > o->src.len && o->hash_len) {
        o->hash_len--;
    }
}

static bool change_source(struct faulty *faulty)
{
    struct form_bytes *src = &faulty->operation.src;

    if (!src->len) {
        return false;
    }
    faulty->src = g_memdup2(src->data, src->len);
    faulty->src[src->len - 1] ^= 0x40;
    src->data = faulty->src;
    return true;
}

static bool change_result(struct form_operation *o, uint32_t len)
{
    if (!o->result_len) {
        return false;
    }
    o->result_len = len;
    return true;
}

/* The other one of a pair: encrypt and decrypt, sign and verify. */
static bool turn(struct form_operation *o)
{
    if (!has_direction(o)) {
        return false;
    }
    o->operation ^= 1;
    return true;
}

/* Of no destination is made none. */
static bool change_destination(struct form_operation *o, int by)
{
    if (!o->dst_len) {
        return false;
    }
    o->dst_len += (uint32_t)by;
    return true;
}

static bool spoil(enum fault fault, bool stateless, struct faulty *faulty)
{
    struct form_operation *o = &faulty->operation;

    switch (fault) {
    case FAULT_NONE:
        return true;
    case FAULT_SESSION:
        faulty->no_session = true;
        return !stateless;
    case FAULT_DIRECTION:
        return turn(o);
    case FAULT_KEY:
        return stateless && shorten(&o->key);
    case FAULT_IV:
        return shorten(&o->iv);
    case FAULT_SRC_SHORT:
        return shorten(&o->src) && (shorten_ranges(o), true);
    case FAULT_SRC_CHANGED:
        return change_source(faulty);
    case FAULT_SRC_NONE:
        o->src.len = 0;
        o->cipher_start = o->cipher_len = o->hash_start = o->hash_len = 0;
        return true;
    case FAULT_DST_SHORT:
        return change_destination(o, -1);
    case FAULT_DST_LONG:
        return change_destination(o, 33);
    case FAULT_RESULT_NONE:
        return change_result(o, 0);
    case FAULT_RESULT_SHORT:
        return change_result(o, o->result_len - 1);
    case FAULT_RESULT_LONG:
        return change_result(o, NO_DIGEST);
    case FAULT_RANGES:
        return o->chain && o->cipher_len && o->cipher_len--;
    default:
        faulty->short_room = 1;
        return o->dst_len + o->result_len > 0;
    }
}

bool fault_make(enum fault fault, const struct form_operation *operation,
                bool stateless, struct faulty *faulty)
{
    *faulty = (struct faulty){ .fault = fault, .operation = *operation };
    return spoil(fault, stateless, faulty);
}
