/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Requests in flight, any number at once: each lies in memory of its own, carries a
 * number, and has an answer that says which number it is the answer to.
 *
 * All are CBC decryptions of one text. The number is the iv: it comes back in the first
 * block, and changes nothing else. So a test knows every answer without a library, and
 * an answer that belongs to an earlier use of the same memory is a wrong one.
 */
#ifndef QT_FLIGHT_H
#define QT_FLIGHT_H

#include "crypto.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** 3DES is slow: a request of a size that a queue is busy with for long. */
enum qt_flight_kind { QT_FLIGHT_AES, QT_FLIGHT_3DES, QT_FLIGHT_KINDS };

#define QT_FLIGHT_ALGO_AES  3 /* CBC, by the protocol's number */
#define QT_FLIGHT_ALGO_3DES 8
#define QT_FLIGHT_MAX       (1u << 20) /* bytes of data */
#define QT_FLIGHT_DESC      4          /* descriptors of each request */

/** What all flights of a device share. */
struct qt_flights {
    struct qt_mem *mem;
    uint64_t text;                     /* guest address */
    uint8_t *answer[QT_FLIGHT_KINDS];  /* with an iv of zeros */
    uint64_t session[QT_FLIGHT_KINDS]; /* to decrypt */
};

/** One request. */
struct qt_flight {
    enum qt_flight_kind kind;
    uint32_t len; /* of its data: a multiple of 16 */
    uint64_t number;
    uint64_t gpa; /* request, iv, then the room for the answer */
    uint16_t head;
};

/**
 * qt_flights_init() - take guest memory, make sessions, and learn the answers
 *
 * Release with qt_flights_clear().
 */
void qt_flights_init(struct qt_flights *flights, struct qt_crypto *crypto);

/** qt_flights_new_session() - make a session of @kind in the place of the one before */
struct qt_create_reply qt_flights_new_session(struct qt_flights *flights,
                                              struct qt_crypto *crypto,
                                              enum qt_flight_kind kind);

/** qt_flights_new_sessions() - make the sessions that a reset has dropped again */
void qt_flights_new_sessions(struct qt_flights *flights, struct qt_crypto *crypto);

/** qt_flights_clear() - release the test's own memory; more than once is fine */
void qt_flights_clear(struct qt_flights *flights);

/** qt_flight_place() - take guest memory for a request */
void qt_flight_place(struct qt_flights *flights, struct qt_flight *flight,
                     enum qt_flight_kind kind, uint32_t len);

/**
 * qt_flight_prepare() - write the request with @number, and untouched room for its
 * answer; the descriptors go to @desc
 */
void qt_flight_prepare(struct qt_flights *flights, struct qt_flight *flight,
                       uint64_t number, struct qt_desc desc[QT_FLIGHT_DESC]);

/** qt_flight_add() - the same, and add it to the ring; not published */
void qt_flight_add(struct qt_flights *flights, struct qt_vring *vq,
                   struct qt_flight *flight, uint64_t number);

/** qt_flight_answered() - whether the right answer is there, and all of it */
bool qt_flight_answered(const struct qt_flights *flights,
                        const struct qt_flight *flight);

/** qt_flight_untouched() - whether not a byte of its room was written */
bool qt_flight_untouched(const struct qt_flights *flights,
                         const struct qt_flight *flight);

/** qt_flight_refused() - whether there is @status, and nothing else was written */
bool qt_flight_refused(const struct qt_flights *flights, const struct qt_flight *flight,
                       uint8_t status);

/** qt_flight_status() - the status byte in its room */
uint8_t qt_flight_status(const struct qt_flights *flights,
                         const struct qt_flight *flight);

/** qt_flight_run() - add, kick and wait; whether the right answer came */
bool qt_flight_run(struct qt_flights *flights, struct qt_vring *vq,
                   struct qt_flight *flight, uint64_t number);

#endif
