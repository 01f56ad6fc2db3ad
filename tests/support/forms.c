/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/forms.h"

#include <glib.h>
#include <string.h>

enum { CIPHER, HASH, MAC, AEAD, AKCIPHER };

const char *form_name(enum form form)
{
    static const char *const names[FORMS] = { "legacy", "exact", "padded", "stateless",
                                              "stateless padded" };

    return names[form];
}

bool form_stateless(enum form form)
{
    return form >= FORM_STATELESS;
}

static void put(uint8_t *at, uint32_t value)
{
    value = GUINT32_TO_LE(value);
    memcpy(at, &value, 4);
}

static void put_all(uint8_t *at, const uint32_t *values, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        put(at + 4 * i, values[i]);
    }
}

#define PUT(at, ...)                                                                   \
    put_all(at, (const uint32_t[]){ __VA_ARGS__ },                                     \
            sizeof((const uint32_t[]){ __VA_ARGS__ }) / 4)

static void add(struct form_message *message, struct form_bytes bytes)
{
    if (bytes.len) {
        message->fields[message->n++] = bytes;
    }
}

static void begin(struct form_message *message, uint32_t opcode)
{
    memset(message, 0, sizeof(*message));
    put(message->fixed, opcode);
    message->n = 1;
}

static void set_fixed(struct form_message *message, uint32_t size)
{
    message->fields[0] = (struct form_bytes){ message->fixed, size };
}

static uint32_t direction(const struct form_operation *o)
{
    return o->operation + 1;
}

/* ---- control ---- */

static const uint32_t create_sizes[] = { 56, 8, 16, 24, 56 };

void form_create(const struct form_operation *o, enum form form,
                 struct form_message *message)
{
    uint8_t *p = message->fixed + 16;

    begin(message, o->service << 8 | (o->service == AKCIPHER ? 4 : 2));
    switch (o->service) {
    case CIPHER:
        if (o->chain) {
            PUT(p, o->chain_order, o->hash_mode, o->algorithm, o->key.len, direction(o),
                0, o->auth_algorithm, o->result_len, o->auth_key.len, 0, o->aad.len);
        } else {
            PUT(p, o->algorithm, o->key.len, direction(o));
        }
        put(p + 48, o->chain ? 2 : 1);
        break;
    case HASH:
        PUT(p, o->algorithm, o->result_len);
        break;
    case MAC:
        PUT(p, o->algorithm, o->result_len, o->key.len);
        break;
    case AEAD:
        PUT(p, o->algorithm, o->key.len, o->tag_len, o->aad.len, direction(o));
        break;
    default:
        PUT(p, o->algorithm, o->key_type, o->key.len, o->options[0], o->options[1]);
    }
    set_fixed(message, form == FORM_EXACT ? 16 + create_sizes[o->service] : 72);
    add(message, o->key);
    add(message, o->auth_key);
}

void form_destroy(const struct form_operation *o, enum form form, uint64_t session,
                  struct form_message *message)
{
    begin(message, o->service << 8 | (o->service == AKCIPHER ? 5 : 3));
    PUT(message->fixed + 16, (uint32_t)session, (uint32_t)(session >> 32));
    set_fixed(message, form == FORM_EXACT ? 24 : 72);
}

/* ---- data ---- */

static const uint32_t session_sizes[] = { 48, 8, 8, 24, 8 };
static const uint32_t stateless_sizes[] = { 76, 16, 16, 32, 28 };

static void fill_session(const struct form_operation *o, uint8_t *p)
{
    switch (o->service) {
    case CIPHER:
        PUT(p, o->iv.len, o->src.len, o->dst_len);
        if (o->chain) {
            PUT(p + 12, o->cipher_start, o->cipher_len, o->hash_start, o->hash_len,
                o->aad.len, o->result_len);
        }
        put(p + 40, o->chain ? 2 : 1);
        break;
    case AEAD:
        PUT(p, o->iv.len, o->aad.len, o->src.len, o->dst_len, o->tag_len);
        break;
    case AKCIPHER:
        PUT(p, o->src.len, o->signed_data.len ? o->signed_data.len : o->dst_len);
        break;
    default:
        PUT(p, o->src.len, o->result_len);
    }
}

static void fill_stateless(const struct form_operation *o, uint8_t *p)
{
    switch (o->service) {
    case CIPHER:
        if (o->chain) {
            PUT(p, o->chain_order, o->aad.len, o->algorithm, o->key.len, direction(o),
                o->auth_algorithm, o->auth_key.len, o->hash_mode, o->iv.len, o->src.len,
                o->dst_len, o->cipher_start, o->cipher_len, o->hash_start, o->hash_len,
                o->aad.len, o->result_len);
        } else {
            PUT(p, o->algorithm, o->key.len, direction(o), o->iv.len, o->src.len,
                o->dst_len);
        }
        put(p + 72, o->chain ? 2 : 1);
        break;
    case HASH:
        PUT(p, o->algorithm, o->src.len, o->result_len);
        break;
    case MAC:
        PUT(p, o->algorithm, o->key.len, o->src.len, o->result_len);
        break;
    case AEAD:
        PUT(p, o->algorithm, o->key.len, direction(o), o->iv.len, o->tag_len,
            o->aad.len, o->src.len, o->dst_len);
        break;
    default:
        PUT(p, o->algorithm, o->key_type, o->key.len, o->options[0], o->options[1],
            o->src.len, o->signed_data.len ? o->signed_data.len : o->dst_len);
    }
}

static struct form_bytes iv_on_the_wire(const struct form_operation *o,
                                        struct form_message *message)
{
    if (!o->iv_slot) {
        return o->iv;
    }
    /* What a driver leaves around the nonce must not matter. */
    memset(message->slot, 0xa5, sizeof(message->slot));
    memcpy(message->slot + o->iv_slot - 1, o->iv.data, o->iv.len);
    return (struct form_bytes){ message->slot, sizeof(message->slot) };
}

void form_data(const struct form_operation *o, enum form form, uint64_t session,
               struct form_message *message)
{
    bool stateless = form_stateless(form);
    bool aad_first = stateless && o->service == CIPHER;

    begin(message, o->service << 8 | o->operation);
    if (stateless) {
        fill_stateless(o, message->fixed + 24);
        set_fixed(message,
                  form == FORM_STATELESS ? 24 + stateless_sizes[o->service] : 104);
        add(message, o->key);
        add(message, o->auth_key);
    } else {
        PUT(message->fixed + 8, (uint32_t)session, (uint32_t)(session >> 32), 1);
        fill_session(o, message->fixed + 24);
        set_fixed(message, form == FORM_EXACT ? 24 + session_sizes[o->service] : 72);
    }
    add(message, iv_on_the_wire(o, message));
    if (aad_first) {
        add(message, o->aad);
    }
    add(message, o->src);
    if (!aad_first) {
        add(message, o->aad);
    }
    add(message, o->signed_data);
}
