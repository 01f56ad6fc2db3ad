/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The state of a backend, to bytes. */
#include "state.h"

#include "vcrypto/about.h"

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
    for (unsigned s = 0; s < VCRYPTO_SERVICE_COUNT; s++) {
        promises->algorithms[s] = can.algorithms[s];
    }
}

static void give(struct state_writer *writer, const void *bytes, size_t len)
{
    if (len && !writer->failed) {
        writer->failed = !writer->sink(writer->opaque, bytes, len);
    }
}

static void set32(uint8_t *to, uint32_t value)
{
    for (unsigned i = 0; i < 4; i++) {
        to[i] = (uint8_t)(value >> 8 * i);
    }
}

void vcrypto_state_put32(struct state_writer *writer, uint32_t value)
{
    set32(writer->bytes + writer->len, value);
    writer->len += 4;
}

void vcrypto_state_put64(struct state_writer *writer, uint64_t value)
{
    vcrypto_state_put32(writer, (uint32_t)value);
    vcrypto_state_put32(writer, (uint32_t)(value >> 32));
}

void vcrypto_state_begin(struct state_writer *writer, enum state_section section)
{
    writer->len = 0;
    vcrypto_state_put32(writer, section);
    vcrypto_state_put32(writer, 0);
}

void vcrypto_state_end(struct state_writer *writer, size_t more)
{
    set32(writer->bytes + 4, (uint32_t)(writer->len - STATE_SECTION_SIZE + more));
    give(writer, writer->bytes, writer->len);
}

static void save_header(struct state_writer *writer)
{
    give(writer, STATE_MAGIC, sizeof(STATE_MAGIC) - 1);
    writer->len = 0;
    vcrypto_state_put32(writer, STATE_VERSION);
    give(writer, writer->bytes, writer->len);
}

static void save_promises(struct state_writer *writer,
                          const struct vcrypto_state_promises *promises)
{
    vcrypto_state_begin(writer, STATE_PROMISES);
    vcrypto_state_put64(writer, promises->max_size);
    vcrypto_state_put32(writer, promises->max_cipher_key_len);
    vcrypto_state_put32(writer, promises->max_auth_key_len);
    vcrypto_state_put32(writer, promises->max_akcipher_key_len);
    vcrypto_state_put32(writer, promises->max_sessions);
    vcrypto_state_put32(writer, promises->queues);
    vcrypto_state_put32(writer, promises->options);
    vcrypto_state_put32(writer, promises->features);
    vcrypto_state_put32(writer, promises->data_ring);
    vcrypto_state_put32(writer, promises->control_ring);
    vcrypto_state_end(writer, 0);
}

static void save_algorithm(struct state_writer *writer,
                           const struct vcrypto_algorithm *row)
{
    uint32_t least[VCRYPTO_MAX_KEY_SIZES], most[VCRYPTO_MAX_KEY_SIZES], count = 0;

    for (unsigned i = 0; i < VCRYPTO_MAX_KEY_SIZES; i++) {
        count += vcrypto_about_key_size(row, i, &least[count], &most[count]);
    }
    vcrypto_state_begin(writer, STATE_ALGORITHM);
    vcrypto_state_put32(writer, row->service);
    vcrypto_state_put32(writer, row->id);
    vcrypto_state_put32(writer, count);
    for (unsigned i = 0; i < count; i++) {
        vcrypto_state_put32(writer, least[i]);
        vcrypto_state_put32(writer, most[i]);
    }
    vcrypto_state_end(writer, 0);
}

static void save_algorithms(struct state_writer *writer,
                            const struct vcrypto_state_promises *promises)
{
    size_t count;
    const struct vcrypto_algorithm *rows = vcrypto_algorithm_rows(&count);

    for (size_t i = 0; i < count; i++) {
        if (promises->algorithms[rows[i].service] & UINT64_C(1) << rows[i].id) {
            save_algorithm(writer, &rows[i]);
        }
    }
}

static void save_device(struct state_writer *writer,
                        const struct vcrypto_state_device *device)
{
    uint32_t count = device->promises.queues + 1;

    vcrypto_state_begin(writer, STATE_DEVICE);
    vcrypto_state_put32(writer, device->features);
    vcrypto_state_put32(writer, device->failed);
    vcrypto_state_put32(writer, device->ready);
    vcrypto_state_put32(writer, count);
    for (uint32_t i = 0; i < count; i++) {
        vcrypto_state_put32(writer, device->queues[i].size);
        vcrypto_state_put32(writer, device->queues[i].flags);
    }
    vcrypto_state_end(writer, 0);
}

static uint32_t hash_mode(const struct vcrypto_algorithm *auth)
{
    if (!auth) {
        return 0;
    }
    return auth->service == VCRYPTO_SERVICE_HASH ? VCRYPTO_HASH_MODE_PLAIN
                                                 : VCRYPTO_HASH_MODE_AUTH;
}

static void save_session(struct state_writer *writer, const struct session_slot *slot)
{
    const struct session *session = slot->session;
    const struct session_kind *kind = &session->kind;
    const struct vcrypto_algorithm *auth = kind->parts[SESSION_AUTH].algorithm;
    uint32_t keys_len = vcrypto_session_keys_len(session);

    vcrypto_state_begin(writer, STATE_SESSION);
    vcrypto_state_put64(writer, session->id);
    vcrypto_state_put32(writer, slot->generation);
    vcrypto_state_put32(writer, kind->service);
    vcrypto_state_put32(writer, kind->op_type);
    vcrypto_state_put32(writer, kind->parts[SESSION_MAIN].algorithm->id);
    vcrypto_state_put32(writer, kind->direction);
    vcrypto_state_put32(writer, kind->result_len);
    vcrypto_state_put32(writer, kind->tag_len);
    vcrypto_state_put32(writer, kind->chain_order);
    vcrypto_state_put32(writer, hash_mode(auth));
    vcrypto_state_put32(writer, auth ? auth->id : 0);
    vcrypto_state_put32(writer, kind->akcipher.key_type);
    vcrypto_state_put32(writer, kind->akcipher.padding);
    vcrypto_state_put32(writer, kind->akcipher.hash);
    vcrypto_state_put32(writer, kind->akcipher.curve);
    vcrypto_state_put32(writer, kind->parts[SESSION_MAIN].key_len);
    vcrypto_state_put32(writer, kind->parts[SESSION_AUTH].key_len);
    vcrypto_state_end(writer, keys_len);
    give(writer, session->keys, keys_len);
}

static void save_sessions(struct state_writer *writer,
                          const struct session_table *table)
{
    for (uint32_t i = 0; i < table->used && !writer->failed; i++) {
        if (table->slots[i].session) {
            save_session(writer, &table->slots[i]);
        }
    }
}

/* Up to STATE_SLOTS free slots from *@next on, which is moved behind them. */
static void save_some_free(struct state_writer *writer,
                           const struct session_table *table, uint32_t *next)
{
    uint32_t count = 0;

    vcrypto_state_begin(writer, STATE_FREE);
    vcrypto_state_put32(writer, 0);
    for (; *next < table->used && count < STATE_SLOTS; ++*next) {
        if (!table->slots[*next].session) {
            vcrypto_state_put32(writer, *next);
            vcrypto_state_put32(writer, table->slots[*next].generation);
            count++;
        }
    }
    if (count) {
        set32(writer->bytes + STATE_SECTION_SIZE, count);
        vcrypto_state_end(writer, 0);
    }
}

static void save_free(struct state_writer *writer, const struct session_table *table)
{
    for (uint32_t next = 0; next < table->used && !writer->failed;) {
        save_some_free(writer, table, &next);
    }
}

bool vcrypto_backend_save(struct vcrypto_backend *backend,
                          const struct vcrypto_state_device *device,
                          vcrypto_state_sink *sink, void *opaque)
{
    struct state_writer writer = { .sink = sink, .opaque = opaque };

    save_header(&writer);
    save_promises(&writer, &device->promises);
    save_algorithms(&writer, &device->promises);
    save_device(&writer, device);
    save_sessions(&writer, &backend->sessions);
    save_free(&writer, &backend->sessions);
    vcrypto_state_save_statistics(&writer, backend);
    vcrypto_state_begin(&writer, STATE_END);
    vcrypto_state_put32(&writer, vcrypto_backend_sessions(backend));
    vcrypto_state_end(&writer, 0);
    return !writer.failed;
}
