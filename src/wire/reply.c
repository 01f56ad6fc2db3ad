/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the device answers on the control queue. */
#include "vcrypto/wire.h"

#include <string.h>

#include "le.h"

/* keeps: CRE-5 */
static void encode_create_reply(enum vcrypto_status status, uint64_t session_id,
                                struct vcrypto_control_reply *reply)
{
    put_le64(reply->bytes, status == VCRYPTO_OK ? session_id : 0);
    put_le32(reply->bytes + 8, status);
    reply->size = VCRYPTO_CREATE_REPLY_SIZE;
}

/* keeps: ST-1 */
void vcrypto_wire_encode_reply(const struct vcrypto_control *control,
                               enum vcrypto_status status, uint64_t session_id,
                               struct vcrypto_control_reply *reply)
{
    bool room = control->reply_size >= VCRYPTO_CREATE_REPLY_SIZE;

    memset(reply, 0, sizeof(*reply));
    if (control->kind != VCRYPTO_CONTROL_DESTROY && room) {
        encode_create_reply(status, session_id, reply);
    } else if (control->kind == VCRYPTO_CONTROL_DESTROY) {
        /* One byte is what every driver gives, eight are v19's: little-endian
         * makes the first byte the status in both. */
        put_le32(reply->bytes, status);
        reply->size = control->reply_size < VCRYPTO_DESTROY_REPLY_SIZE
                          ? (size_t)control->reply_size
                          : VCRYPTO_DESTROY_REPLY_SIZE;
    } else if (control->kind == VCRYPTO_CONTROL_UNKNOWN && control->reply_size) {
        reply->bytes[0] = (uint8_t)status;
        reply->size = 1;
    }
}
