/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The state as bytes: a header, then sections, each of which begins with its number and
 * its length. docs/migration.md has all fields; what is here is their sizes and bounds.
 *
 * Nothing but a key is secret, and keys go from a session to the sink, or from the
 * source to one block of memory for secrets, by themselves.
 */
#ifndef VCRYPTO_BACKEND_STATE_H
#define VCRYPTO_BACKEND_STATE_H

#include "vcrypto/state.h"

#include "backend.h"

#define STATE_MAGIC   "vcrystat"
#define STATE_VERSION 1u

/* Of the header, and of what each section begins with. */
#define STATE_HEADER_SIZE  12
#define STATE_SECTION_SIZE 8

/* Sections, in the order in which they come. */
enum state_section {
    STATE_PROMISES = 1,
    STATE_ALGORITHM, /* one for each that is promised */
    STATE_DEVICE,
    STATE_SESSION, /* one for each */
    STATE_FREE,    /* slots that were used before, some at a time */
    STATE_QUEUE_STATISTICS,
    STATE_OPERATION_STATISTICS,
    STATE_ALGORITHM_STATISTICS,
    STATE_END,
    STATE_SECTIONS
};

/* Sizes of what is in them: of fixed parts, and of what is repeated. */
#define STATE_PROMISES_SIZE  44
#define STATE_ALGORITHM_SIZE 12
#define STATE_KEY_SIZE       8
#define STATE_DEVICE_SIZE    16
#define STATE_QUEUE_SIZE     8
#define STATE_SESSION_SIZE   72
#define STATE_FREE_SIZE      4
#define STATE_SLOT_SIZE      8
#define STATE_COUNTERS_SIZE  (16 + 8 * VCRYPTO_STATUS_COUNT)
#define STATE_END_SIZE       4

/* The most sizes of keys that an algorithm has, and slots that one section has. */
#define STATE_KEY_SIZES 16
#define STATE_SLOTS     128

/* The longest of all, but for a session's keys. */
#define STATE_STAGE (STATE_FREE_SIZE + STATE_SLOTS * STATE_SLOT_SIZE)

/* The longest key that any operator can allow. */
#define STATE_MAX_KEY 65536

/* Where a state goes, and the fixed part of a section on its way. */
struct state_writer {
    vcrypto_state_sink *sink;
    void *opaque;
    bool failed; /* the sink did: nothing more is given */
    size_t len;
    uint8_t bytes[STATE_SECTION_SIZE + STATE_STAGE];
};

/* vcrypto_state_save_statistics: the three sections of them. */
void vcrypto_state_save_statistics(struct state_writer *writer,
                                   const struct vcrypto_backend *backend);

/* vcrypto_state_begin: a section whose length vcrypto_state_end() will fill in. */
void vcrypto_state_begin(struct state_writer *writer, enum state_section section);
void vcrypto_state_put32(struct state_writer *writer, uint32_t value);
void vcrypto_state_put64(struct state_writer *writer, uint64_t value);

/* vcrypto_state_end: give the section, behind which @more bytes follow that are given
 * by themselves. */
void vcrypto_state_end(struct state_writer *writer, size_t more);

/* A line that names one thing after the other. */
struct state_line {
    char *text;
    size_t size, used;
    unsigned items;
};

/* Where a state comes from, and what it said so far. */
struct state_reader {
    struct vcrypto_backend *backend;
    const struct vcrypto_state_device *here;
    vcrypto_state_source *source;
    void *opaque;

    uint32_t section;  /* the present one's number, */
    uint32_t length;   /* and its length, with a session's keys */
    size_t len, taken; /* of its fixed part, which is in bytes */
    uint8_t bytes[STATE_STAGE];

    struct vcrypto_state_device told;
    uint32_t sessions;
    uint8_t *keys;                           /* of one session; NULL: there was none */
    size_t keys_room;                        /* and one byte, for none at all */
    uint64_t refused[VCRYPTO_SERVICE_COUNT]; /* algorithms whose sessions were */

    struct state_line line; /* what this side cannot keep, or what is wrong */
};

/* vcrypto_state_get32, vcrypto_state_get64: the next field of the fixed part, which has
 * it: lengths were looked at. */
uint32_t vcrypto_state_get32(struct state_reader *reader);
uint64_t vcrypto_state_get64(struct state_reader *reader);

/* vcrypto_state_read: the next bytes of the source. False: it is at an end, as the line
 * says. */
bool vcrypto_state_read(struct state_reader *reader, void *bytes, size_t len);

/* vcrypto_state_wrong: the bytes are wrong: the line says so. Returns false. */
bool vcrypto_state_wrong(struct state_reader *reader, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* vcrypto_state_needs: one more thing that this side cannot keep. */
void vcrypto_state_needs(struct state_reader *reader, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#define STATE_NAME 48

/* vcrypto_state_name: what messages call an algorithm, known here or not. */
const char *vcrypto_state_name(uint32_t service, uint32_t id, char name[STATE_NAME]);

/*
 * vcrypto_state_load_...: a section of which the fixed part was read, and whose length
 * is between its bounds. False: the bytes are wrong, as the line says.
 */
bool vcrypto_state_load_promises(struct state_reader *reader);
bool vcrypto_state_load_algorithm(struct state_reader *reader);
bool vcrypto_state_load_session(struct state_reader *reader);
bool vcrypto_state_load_free(struct state_reader *reader);
bool vcrypto_state_load_queue_statistics(struct state_reader *reader);
bool vcrypto_state_load_operation_statistics(struct state_reader *reader);
bool vcrypto_state_load_algorithm_statistics(struct state_reader *reader);

/* vcrypto_state_compare_promises: after the sections of the first two kinds, name what
 * of them this side cannot keep. */
void vcrypto_state_compare_promises(struct state_reader *reader);

#endif
