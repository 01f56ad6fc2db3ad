/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The state of a backend, from bytes that may be anything: what a section may be long
 * is known before it is read, and each field is looked at before anything is made of
 * it.
 */
#include "state.h"

#include <stdarg.h>
#include <stdio.h>

/* ---- the line that says why not ---- */

/* What does not fit any more is told by three dots. */
static void append(struct state_line *line, const char *format, va_list args)
{
    size_t room = line->size - line->used;
    int n = room ? vsnprintf(line->text + line->used, room, format, args) : 0;

    if (n >= 0 && (size_t)n < room) {
        line->used += (size_t)n;
        return;
    }
    line->used = line->size;
    if (line->size > 4) {
        snprintf(line->text + line->size - 4, 4, "...");
    }
}

bool vcrypto_state_wrong(struct state_reader *reader, const char *format, ...)
{
    va_list args;

    reader->line.used = 0;
    va_start(args, format);
    append(&reader->line, format, args);
    va_end(args);
    return false;
}

__attribute__((format(printf, 2, 3))) static void add(struct state_line *line,
                                                      const char *format, ...)
{
    va_list args;

    va_start(args, format);
    append(line, format, args);
    va_end(args);
}

void vcrypto_state_needs(struct state_reader *reader, const char *format, ...)
{
    struct state_line *line = &reader->line;
    va_list args;

    add(line, line->items++ ? ", " : "the guest was promised what is not here: ");
    va_start(args, format);
    append(line, format, args);
    va_end(args);
}

/* ---- bytes ---- */

bool vcrypto_state_read(struct state_reader *reader, void *bytes, size_t len)
{
    if (len && !reader->source(reader->opaque, bytes, len)) {
        return vcrypto_state_wrong(reader, "the state ends early, or cannot be read");
    }
    return true;
}

static uint32_t word(const uint8_t *at)
{
    return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 |
           (uint32_t)at[3] << 24;
}

uint32_t vcrypto_state_get32(struct state_reader *reader)
{
    uint32_t value = word(reader->bytes + reader->taken);

    reader->taken += 4;
    return value;
}

uint64_t vcrypto_state_get64(struct state_reader *reader)
{
    uint64_t low = vcrypto_state_get32(reader);

    return low | (uint64_t)vcrypto_state_get32(reader) << 32;
}

/* ---- what belongs to no file of its own ---- */

static bool load_queues(struct state_reader *reader, uint32_t count)
{
    struct vcrypto_state_device *told = &reader->told;

    for (uint32_t i = 0; i < count; i++) {
        struct vcrypto_state_queue *queue = &told->queues[i];
        uint32_t most =
            i + 1 < count ? told->promises.data_ring : told->promises.control_ring;

        queue->size = vcrypto_state_get32(reader);
        queue->flags = vcrypto_state_get32(reader);
        if (queue->size > most || queue->flags & ~VCRYPTO_STATE_QUEUE_FLAGS) {
            return vcrypto_state_wrong(reader,
                                       "the state is damaged: queue %u has a ring of "
                                       "%u and the flags 0x%x",
                                       i, queue->size, queue->flags);
        }
    }
    return true;
}

static bool load_device(struct state_reader *reader)
{
    struct vcrypto_state_device *told = &reader->told;
    uint32_t count;

    told->features = vcrypto_state_get32(reader);
    told->failed = vcrypto_state_get32(reader);
    told->ready = vcrypto_state_get32(reader);
    count = vcrypto_state_get32(reader);
    if (told->features & ~told->promises.features) {
        return vcrypto_state_wrong(reader,
                                   "the state is damaged: features 0x%x of a "
                                   "device that offers 0x%x",
                                   told->features, told->promises.features);
    }
    if (told->failed > 1 || told->ready > 1) {
        return vcrypto_state_wrong(reader, "the state is damaged: failed %u, ready %u",
                                   told->failed, told->ready);
    }
    if (count != told->promises.queues + 1 ||
        reader->length != STATE_DEVICE_SIZE + count * STATE_QUEUE_SIZE) {
        return vcrypto_state_wrong(reader, "the state is damaged: %u queues", count);
    }
    return load_queues(reader, count);
}

static bool load_end(struct state_reader *reader)
{
    uint32_t sessions = vcrypto_state_get32(reader);

    if (sessions != reader->sessions) {
        return vcrypto_state_wrong(reader,
                                   "the state is damaged: it has %u sessions of %u",
                                   reader->sessions, sessions);
    }
    return true;
}

/* ---- sections ---- */

static const struct section {
    const char *name;
    uint32_t least, most; /* bytes */
    size_t fixed;         /* of these, what is read before the function is called */
    bool again;           /* any number of them, or none; otherwise exactly one */
    bool (*load)(struct state_reader *reader);
} sections[STATE_SECTIONS] = {
    [STATE_PROMISES] = { "promises", STATE_PROMISES_SIZE, STATE_PROMISES_SIZE,
                         STATE_STAGE, false, vcrypto_state_load_promises },
    [STATE_ALGORITHM] = { "algorithm", STATE_ALGORITHM_SIZE,
                          STATE_ALGORITHM_SIZE + STATE_KEY_SIZES *STATE_KEY_SIZE,
                          STATE_STAGE, true, vcrypto_state_load_algorithm },
    [STATE_DEVICE] = { "device", STATE_DEVICE_SIZE + 2 * STATE_QUEUE_SIZE,
                       STATE_DEVICE_SIZE + (VCRYPTO_MAX_QUEUES + 1) * STATE_QUEUE_SIZE,
                       STATE_STAGE, false, load_device },
    [STATE_SESSION] = { "session", STATE_SESSION_SIZE,
                        STATE_SESSION_SIZE + 2 * STATE_MAX_KEY, STATE_SESSION_SIZE,
                        true, vcrypto_state_load_session },
    [STATE_FREE] = { "free", STATE_FREE_SIZE + STATE_SLOT_SIZE, STATE_STAGE,
                     STATE_STAGE, true, vcrypto_state_load_free },
    [STATE_QUEUE_STATISTICS] = { "statistics of a queue", 28 + STATE_COUNTERS_SIZE,
                                 28 + STATE_COUNTERS_SIZE, STATE_STAGE, true,
                                 vcrypto_state_load_queue_statistics },
    [STATE_OPERATION_STATISTICS] = { "statistics of an operation", 28, 28, STATE_STAGE,
                                     true, vcrypto_state_load_operation_statistics },
    [STATE_ALGORITHM_STATISTICS] = { "statistics of an algorithm",
                                     12 + STATE_COUNTERS_SIZE, 12 + STATE_COUNTERS_SIZE,
                                     STATE_STAGE, true,
                                     vcrypto_state_load_algorithm_statistics },
    [STATE_END] = { "end", STATE_END_SIZE, STATE_END_SIZE, STATE_STAGE, false,
                    load_end },
};

static bool load_header(struct state_reader *reader)
{
    uint8_t difference = 0;
    uint32_t version;

    if (!vcrypto_state_read(reader, reader->bytes, STATE_HEADER_SIZE)) {
        return false;
    }
    for (size_t i = 0; i < STATE_HEADER_SIZE - 4; i++) {
        difference |= reader->bytes[i] ^ (uint8_t)STATE_MAGIC[i];
    }
    if (difference) {
        return vcrypto_state_wrong(reader, "these bytes are no state of this device");
    }
    version = word(reader->bytes + STATE_HEADER_SIZE - 4);
    if (version != STATE_VERSION) {
        return vcrypto_state_wrong(reader,
                                   "the state has version %u, and this plugin knows "
                                   "version %u; install the newer plugin here",
                                   version, STATE_VERSION);
    }
    return true;
}

/* Whether a section may come after the one before; *@reader still has that. */
static bool in_order(struct state_reader *reader, uint32_t section)
{
    uint32_t before = reader->section;

    if (section == before && sections[section].again) {
        return true;
    }
    for (uint32_t i = before + 1; i < section; i++) {
        if (!sections[i].again) {
            return vcrypto_state_wrong(reader,
                                       "the state is damaged: %s comes before %s",
                                       sections[section].name, sections[i].name);
        }
    }
    if (section <= before) {
        return vcrypto_state_wrong(reader, "the state is damaged: %s comes after %s",
                                   sections[section].name, sections[before].name);
    }
    return true;
}

/* The number and the length of the next section. */
static bool next_section(struct state_reader *reader)
{
    uint32_t section, length;

    if (!vcrypto_state_read(reader, reader->bytes, STATE_SECTION_SIZE)) {
        return false;
    }
    section = word(reader->bytes);
    length = word(reader->bytes + 4);
    if (section < STATE_PROMISES || section >= STATE_SECTIONS) {
        return vcrypto_state_wrong(reader,
                                   "the state, of version %u, has a section %u that "
                                   "this plugin does not know",
                                   STATE_VERSION, section);
    }
    if (!in_order(reader, section)) {
        return false;
    }
    if (length < sections[section].least || length > sections[section].most) {
        return vcrypto_state_wrong(reader, "the state is damaged: %s has %u bytes",
                                   sections[section].name, length);
    }
    reader->section = section;
    reader->length = length;
    return true;
}

static bool load_section(struct state_reader *reader)
{
    const struct section *section;

    if (!next_section(reader)) {
        return false;
    }
    section = &sections[reader->section];
    /* All promises are known: nothing else counts if they cannot be kept. */
    if (reader->section == STATE_DEVICE) {
        vcrypto_state_compare_promises(reader);
        if (reader->line.items) {
            return false;
        }
    }
    reader->taken = 0;
    reader->len = reader->length < section->fixed ? reader->length : section->fixed;
    return vcrypto_state_read(reader, reader->bytes, reader->len) &&
           section->load(reader);
}

static bool load(struct state_reader *reader)
{
    if (!load_header(reader)) {
        return false;
    }
    while (reader->section != STATE_END) {
        if (!load_section(reader)) {
            return false;
        }
    }
    return !reader->line.items;
}

static void forget(struct vcrypto_backend *backend)
{
    vcrypto_backend_reset(backend);
    for (uint32_t i = 0; i < backend->config.queues; i++) {
        vcrypto_queue_state_clear_statistics(backend->queues[i]);
    }
}

bool vcrypto_backend_load(struct vcrypto_backend *backend,
                          struct vcrypto_state_device *device,
                          vcrypto_state_source *source, void *opaque, char *why,
                          size_t why_len)
{
    struct state_reader reader = { .backend = backend,
                                   .here = device,
                                   .source = source,
                                   .opaque = opaque,
                                   .line = { .text = why, .size = why_len } };
    bool loaded;

    forget(backend);
    loaded = load(&reader);
    if (!loaded) {
        forget(backend);
    }
    vcrypto_session_table_settle(&backend->sessions);
    vcrypto_secret_free(reader.keys, reader.keys_room + 1);
    vcrypto_secret_wipe_stack(); /* what was done to look at keys */
    if (loaded) {
        *device = reader.told;
    }
    return loaded;
}
