/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Requests in flight.
 */
#include "flight.h"

#include "support/ut.h"

#include <glib.h>
#include <string.h>

#define UNTOUCHED 0xa5
#define NUMBER    8 /* bytes of the iv that are the number: 3DES has no more */

static const struct {
    uint32_t algo;
    uint32_t key_len;
    uint32_t block;
} kinds[] = {
    [QT_FLIGHT_AES] = { QT_FLIGHT_ALGO_AES, 16, 16 },
    [QT_FLIGHT_3DES] = { QT_FLIGHT_ALGO_3DES, 24, 8 },
};

/* The room for an answer: the data, then the status. */
static uint8_t *room(const struct qt_flights *flights, const struct qt_flight *flight)
{
    return qt_mem_ptr(flights->mem,
                      flight->gpa + QT_CRYPTO_REQUEST_SIZE + kinds[flight->kind].block,
                      flight->len + 1u);
}

/* ---- what all share ---- */

struct qt_create_reply qt_flights_new_session(struct qt_flights *flights,
                                              struct qt_crypto *crypto,
                                              enum qt_flight_kind kind)
{
    static const char key[] = "a key for flights, of 24";
    struct qt_create_reply reply = qt_crypto_create_cipher(
        crypto, kinds[kind].algo, key, kinds[kind].key_len, QT_OP_DECRYPT);

    flights->session[kind] = reply.session;
    return reply;
}

void qt_flights_new_sessions(struct qt_flights *flights, struct qt_crypto *crypto)
{
    for (unsigned kind = 0; kind < QT_FLIGHT_KINDS; kind++) {
        UT_EQ_U64_FATAL(qt_flights_new_session(flights, crypto, kind).status, QT_OK);
    }
}

static void learn_answer(struct qt_flights *flights, struct qt_crypto *crypto,
                         enum qt_flight_kind kind)
{
    static const uint8_t iv[16];
    struct qt_cipher request = { .opcode = QT_CIPHER_DECRYPT,
                                 .session = flights->session[kind],
                                 .iv = iv,
                                 .iv_len = kinds[kind].block,
                                 .len = QT_FLIGHT_MAX,
                                 .layout = QT_FIELDS };
    uint32_t used;

    request.src = qt_mem_ptr(flights->mem, flights->text, QT_FLIGHT_MAX);
    flights->answer[kind] = g_malloc(QT_FLIGHT_MAX);
    UT_EQ_U64_FATAL(qt_crypto_cipher(crypto, &request, flights->answer[kind], &used),
                    QT_OK);
}

void qt_flights_init(struct qt_flights *flights, struct qt_crypto *crypto)
{
    uint8_t *p;

    memset(flights, 0, sizeof(*flights));
    flights->mem = &crypto->dev->machine->mem;
    flights->text = qt_mem_alloc(flights->mem, QT_FLIGHT_MAX, 64);
    p = qt_mem_ptr(flights->mem, flights->text, QT_FLIGHT_MAX);
    for (uint32_t i = 0; i < QT_FLIGHT_MAX; i++) {
        p[i] = (uint8_t)(i * 167 + (i >> 8) * 59 + (i >> 16));
    }
    qt_flights_new_sessions(flights, crypto);
    for (unsigned kind = 0; kind < QT_FLIGHT_KINDS; kind++) {
        learn_answer(flights, crypto, kind);
    }
}

void qt_flights_clear(struct qt_flights *flights)
{
    for (unsigned kind = 0; kind < QT_FLIGHT_KINDS; kind++) {
        g_clear_pointer(&flights->answer[kind], g_free);
    }
}

/* ---- each ---- */

void qt_flight_place(struct qt_flights *flights, struct qt_flight *flight,
                     enum qt_flight_kind kind, uint32_t len)
{
    flight->kind = kind;
    flight->len = len;
    flight->gpa = qt_mem_alloc(
        flights->mem, QT_CRYPTO_REQUEST_SIZE + kinds[kind].block + len + 1u, 8);
}

void qt_flight_prepare(struct qt_flights *flights, struct qt_flight *flight,
                       uint64_t number, struct qt_desc desc[QT_FLIGHT_DESC])
{
    uint32_t block = kinds[flight->kind].block;
    uint32_t head = QT_CRYPTO_REQUEST_SIZE + block;
    uint8_t *request = qt_mem_ptr(flights->mem, flight->gpa, head);

    flight->number = number;
    message_fill_cipher(request, QT_CIPHER_DECRYPT, flights->session[flight->kind],
                        block, flight->len, flight->len);
    memset(request + QT_CRYPTO_REQUEST_SIZE, 0, block);
    memcpy(request + QT_CRYPTO_REQUEST_SIZE, &number, NUMBER);
    memset(room(flights, flight), UNTOUCHED, flight->len + 1u);
    desc[0] = (struct qt_desc){ flight->gpa, head, false };
    desc[1] = (struct qt_desc){ flights->text, flight->len, false };
    desc[2] = (struct qt_desc){ flight->gpa + head, flight->len, true };
    desc[3] = (struct qt_desc){ flight->gpa + head + flight->len, 1, true };
}

void qt_flight_add(struct qt_flights *flights, struct qt_vring *vq,
                   struct qt_flight *flight, uint64_t number)
{
    struct qt_desc desc[QT_FLIGHT_DESC];

    qt_flight_prepare(flights, flight, number, desc);
    flight->head = qt_vring_add(vq, desc, QT_FLIGHT_DESC);
}

uint8_t qt_flight_status(const struct qt_flights *flights,
                         const struct qt_flight *flight)
{
    return room(flights, flight)[flight->len];
}

bool qt_flight_answered(const struct qt_flights *flights,
                        const struct qt_flight *flight)
{
    const uint8_t *answer = flights->answer[flight->kind];
    const uint8_t *p = room(flights, flight);
    uint64_t first, number;

    memcpy(&first, answer, NUMBER);
    memcpy(&number, p, NUMBER);
    return p[flight->len] == QT_OK && (number ^ first) == flight->number &&
           memcmp(p + NUMBER, answer + NUMBER, flight->len - NUMBER) == 0;
}

bool qt_flight_untouched(const struct qt_flights *flights,
                         const struct qt_flight *flight)
{
    const uint8_t *p = room(flights, flight);

    return p[0] == UNTOUCHED && memcmp(p, p + 1, flight->len) == 0;
}

bool qt_flight_refused(const struct qt_flights *flights, const struct qt_flight *flight,
                       uint8_t status)
{
    const uint8_t *p = room(flights, flight);

    return p[flight->len] == status && p[0] == UNTOUCHED &&
           memcmp(p, p + 1, flight->len - 1) == 0;
}

bool qt_flight_run(struct qt_flights *flights, struct qt_vring *vq,
                   struct qt_flight *flight, uint64_t number)
{
    uint32_t id, len;

    qt_flight_add(flights, vq, flight, number);
    qt_vring_kick(vq);
    if (!qt_vring_wait(vq, QT_TIMEOUT_MS, &id, &len)) {
        qt_die(vq->dev->machine, "no answer from queue %u", vq->index);
    }
    return id == flight->head && len == flight->len + 1 &&
           qt_flight_answered(flights, flight);
}
