/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Everything at once, for the thread sanitizer above all: eight workers serve known
 * answers of all services, with sessions and without, while the control thread stops
 * and starts them, replaces the map of memory, destroys sessions that are in use, makes
 * others, and resets the backend.
 */
#include <pthread.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "forms-fixture.h"
#include "support/fake-guest.h"
#include "support/message.h"
#include "support/wait.h"
#include "vcrypto/worker.h"

#define QUEUES     8
#define KINDS      4    /* of rings */
#define ROUNDS     1000 /* of what the control thread does, for each kind */
#define DEPTH      64
#define RING       256
#define RAM        (4 << 20)
#define BASE       0x100000
#define REQUEST    768 /* bytes that there is room for */
#define ANSWER     256
#define OPERATIONS 40 /* different ones */

/* What is asked for, ready to be copied into guest memory. */
struct question {
    const struct known_answer *known;
    uint8_t with_session[REQUEST], stateless[REQUEST];
    uint32_t with_session_len, stateless_len;
    _Atomic uint64_t session; /* of the moment; lives, or lived */
};

struct slot {
    bool busy, stateless;
    struct question *question;
};

/* A driver: one thread. */
struct lane {
    struct vcrypto_worker *worker;
    struct fake_driver driver;
    struct vcrypto_ring_position position;
    int interrupt_fd;
    uint64_t requests, answers; /* guest addresses */
    struct slot slots[DEPTH];
    uint64_t random;
    unsigned sent, done, done_stateless, gone, wrong;
};

static struct question questions[OPERATIONS];
static unsigned question_count;
static struct lane lanes[QUEUES];
static struct fake_guest guest;
static _Atomic uint64_t poll_max_ns = 20000;
static atomic_uint maps_made, maps_gone, faults;
static atomic_bool over;
static atomic_uint under_way; /* queues that have answered requests of both kinds */

/* ---- the surroundings of a worker ---- */

static void host_notify(void *opaque)
{
    const uint64_t one = 1;
    ssize_t written = write(((struct lane *)opaque)->interrupt_fd, &one, sizeof(one));

    (void)written;
}

static void host_fault(void *opaque)
{
    (void)opaque;
    atomic_fetch_add(&faults, 1);
}

static void host_stray_kick(void *opaque)
{
    (void)opaque;
}

static const struct vcrypto_worker_host host = {
    .notify = host_notify,
    .fault = host_fault,
    .stray_kick = host_stray_kick,
};

static void map_released(const struct vcrypto_memory_region *regions, size_t count)
{
    (void)regions;
    (void)count;
    atomic_fetch_add(&maps_gone, 1);
}

static void replace_map(void)
{
    static const struct vcrypto_memory_ops ops = { .release = map_released };
    struct vcrypto_memory_map *map = fake_guest_map(&guest, &ops);

    UT_TRUE_FATAL(map != NULL);
    atomic_fetch_add(&maps_made, 1);
    for (unsigned i = 0; i < QUEUES; i++) {
        vcrypto_worker_set_memory(lanes[i].worker, map);
    }
    vcrypto_memory_map_unref(map);
}

/* ---- questions ---- */

static uint32_t write_form(const struct form_operation *operation, enum form form,
                           uint8_t bytes[REQUEST])
{
    struct form_message message;
    GByteArray *all;
    uint32_t len;

    form_data(operation, form, 0, &message);
    all = flatten(&message);
    len = all->len;
    if (len <= REQUEST) {
        memcpy(bytes, all->data, len);
    }
    g_byte_array_unref(all);
    return len <= REQUEST ? len : 0;
}

/* Known answers from all over the list, as far as there is room for them. RSA and
 * curves are so slow here that nothing else would happen. */
static void choose_questions(void)
{
    const GArray *all = known_answers();
    unsigned step = MAX(1, all->len / (2 * OPERATIONS));

    question_count = 0;
    for (unsigned i = 0; i < all->len && question_count < OPERATIONS; i += step) {
        const struct known_answer *k = &g_array_index(all, struct known_answer, i);
        struct question *q = &questions[question_count];

        q->known = k;
        q->with_session_len = write_form(&k->operation, FORM_EXACT, q->with_session);
        q->stateless_len = write_form(&k->operation, FORM_STATELESS, q->stateless);
        question_count += k->operation.service != VCRYPTO_SERVICE_AKCIPHER &&
                          q->with_session_len && q->stateless_len &&
                          k->operation.dst_len + k->operation.result_len < ANSWER;
    }
}

static void new_session(struct question *q)
{
    uint32_t status;
    uint64_t id = create(&q->known->operation, FORM_EXACT, &status);

    UT_EQ_U64_FATAL(status, VCRYPTO_OK);
    atomic_store(&q->session, id);
}

/* ---- a driver ---- */

static uint32_t random_below(uint64_t *state, uint32_t limit)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)((*state >> 33) % limit);
}

static uint32_t answer_len(const struct question *q)
{
    return q->known->operation.dst_len + q->known->operation.result_len;
}

static void send(struct lane *lane, unsigned index)
{
    struct slot *slot = &lane->slots[index];
    struct question *q = &questions[random_below(&lane->random, question_count)];
    uint64_t request = lane->requests + index * REQUEST;
    uint64_t answer = lane->answers + index * ANSWER;
    uint64_t id = atomic_load(&q->session);
    struct fake_buffer buffers[] = { { request, 0, false },
                                     { answer, answer_len(q), true },
                                     { answer + answer_len(q), 1, true } };

    *slot = (struct slot){ true, random_below(&lane->random, 3) == 0, q };
    buffers[0].length = slot->stateless ? q->stateless_len : q->with_session_len;
    memcpy(fake_guest_at(&guest, request),
           slot->stateless ? q->stateless : q->with_session, buffers[0].length);
    if (!slot->stateless) {
        memcpy(fake_guest_at(&guest, request + MESSAGE_SESSION_ID), &id, sizeof(id));
    }
    memset(fake_guest_at(&guest, answer), GUARD, answer_len(q) + 1);
    if (!fake_driver_add(&lane->driver, buffers, 3, 0, index)) {
        lane->wrong++; /* three descriptors for each of DEPTH: there is room */
    }
    lane->sent++;
}

/* Returns whether there was an answer. */
static bool take(struct lane *lane)
{
    const struct question *q;
    const uint8_t *answer;
    uint32_t length, expected;
    uint64_t index;

    if (!fake_driver_take(&lane->driver, &index, &length)) {
        return false;
    }
    if (index >= DEPTH || !lane->slots[index].busy) {
        lane->wrong++;
        return true;
    }
    lane->slots[index].busy = false;
    q = lane->slots[index].question;
    expected = q->known->answer.len;
    answer = fake_guest_at(&guest, lane->answers + index * ANSWER);
    if (answer[answer_len(q)] == VCRYPTO_OK &&
        memcmp(answer, q->known->answer.data, expected) == 0) {
        lane->done += !lane->slots[index].stateless;
        lane->done_stateless += lane->slots[index].stateless;
    } else if (answer[answer_len(q)] == VCRYPTO_INVSESS &&
               !lane->slots[index].stateless && length == 1) {
        lane->gone++;
    } else {
        lane->wrong++;
    }
    return true;
}

static unsigned answered(const struct lane *lane)
{
    return lane->done + lane->done_stateless + lane->gone + lane->wrong;
}

static void submit(struct lane *lane)
{
    for (unsigned i = 0; i < DEPTH; i++) {
        if (!lane->slots[i].busy) {
            send(lane, i);
        }
    }
    if (fake_driver_kick(&lane->driver)) {
        vcrypto_worker_kick(lane->worker);
    }
}

static void note_under_way(const struct lane *lane, bool *noted)
{
    if (!*noted && lane->done && lane->done_stateless) {
        *noted = true;
        atomic_fetch_add(&under_way, 1);
    }
}

static void *driver_thread(void *opaque)
{
    struct lane *lane = opaque;
    bool noted = false;

    for (;;) {
        if (!atomic_load(&over)) {
            submit(lane);
        }
        if (answered(lane) == lane->sent) {
            return NULL;
        }
        while (!take(lane)) {
            if (!fake_driver_interrupts(&lane->driver, true)) {
                wait_event(lane->interrupt_fd, "an interrupt of queue %u",
                           (unsigned)(lane - lanes));
            }
        }
        fake_driver_interrupts(&lane->driver, false);
        while (take(lane)) {
        }
        note_under_way(lane, &noted);
    }
}

/* ---- the control thread ---- */

static void lane_begin(unsigned index, unsigned kind)
{
    struct lane *lane = &lanes[index];
    const struct vcrypto_ring_setup setup = { .size = RING,
                                              .packed = kind & 1,
                                              .event_index = kind & 2 };
    const struct vcrypto_worker_config worker_config = { .point = &point,
                                                         .queue = index,
                                                         .poll_max_ns = &poll_max_ns,
                                                         .host = &host,
                                                         .opaque = lane };

    *lane = (struct lane){ .interrupt_fd = eventfd(0, EFD_CLOEXEC), .random = index };
    UT_TRUE_FATAL(fake_driver_init(&lane->driver, &guest, &setup));
    lane->requests = fake_guest_allocate(&guest, DEPTH * REQUEST, 16);
    lane->answers = fake_guest_allocate(&guest, DEPTH * ANSWER, 16);
    lane->worker = vcrypto_worker_new(&worker_config);
    UT_TRUE_FATAL(lane->worker != NULL);
    lane->position = fake_driver_start(&lane->driver);
}

static void start(struct lane *lane)
{
    UT_TRUE(vcrypto_worker_start(lane->worker, &lane->driver.setup, &lane->position));
}

static void reset_backend(void)
{
    vcrypto_backend_reset(point.backend);
    for (unsigned i = 0; i < question_count; i++) {
        new_session(&questions[i]);
    }
}

static void disturb(unsigned round)
{
    struct lane *lane = &lanes[round % QUEUES];
    struct question *q = &questions[round % question_count];
    uint64_t old = atomic_load(&q->session);

    UT_TRUE(vcrypto_worker_stop(lane->worker, &lane->position));
    start(lane);
    if (round % 3 == 0) {
        replace_map();
    }
    if (round % 50 == 0) {
        reset_backend();
    } else {
        UT_EQ_U64(destroy(&q->known->operation, FORM_EXACT, old), VCRYPTO_OK);
        new_session(q);
    }
}

static void begin(unsigned kind)
{
    ut_context("packed %u, event index %u", kind & 1, kind >> 1);
    atomic_store(&maps_made, 0);
    atomic_store(&maps_gone, 0);
    atomic_store(&over, false);
    atomic_store(&under_way, 0);
    UT_TRUE_FATAL(fake_guest_init(&guest, BASE, RAM));
    for (unsigned i = 0; i < QUEUES; i++) {
        lane_begin(i, kind);
    }
    replace_map();
    reset_backend();
}

static void end(void)
{
    for (unsigned i = 0; i < QUEUES; i++) {
        vcrypto_worker_free(lanes[i].worker);
        fake_driver_fini(&lanes[i].driver);
        close(lanes[i].interrupt_fd);
    }
    vcrypto_backend_reset(point.backend);
    fake_guest_fini(&guest);
    UT_EQ_U64(atomic_load(&maps_gone), atomic_load(&maps_made));
    UT_EQ_U64(atomic_load(&faults), 0);
}

static void check_lanes(void)
{
    unsigned done = 0, stateless = 0, gone = 0;

    for (unsigned i = 0; i < QUEUES; i++) {
        UT_EQ_U64(lanes[i].wrong, 0);
        UT_EQ_U64(answered(&lanes[i]), lanes[i].sent);
        UT_TRUE(lanes[i].done > 0 && lanes[i].done_stateless > 0);
        done += lanes[i].done;
        stateless += lanes[i].done_stateless;
        gone += lanes[i].gone;
    }
    ut_note("%u requests with sessions, %u without, %u whose session was gone", done,
            stateless, gone);
}

static void stress(unsigned kind)
{
    pthread_t threads[QUEUES];

    begin(kind);
    for (unsigned i = 0; i < QUEUES; i++) {
        start(&lanes[i]);
        UT_EQ_U64_FATAL(pthread_create(&threads[i], NULL, driver_thread, &lanes[i]), 0);
    }
    /* On a busy machine all rounds may be over before a driver runs. */
    WAIT_UNTIL(atomic_load(&under_way) == QUEUES, "requests in all queues");
    for (unsigned round = 0; round < ROUNDS; round++) {
        disturb(round);
    }
    atomic_store(&over, true);
    for (unsigned i = 0; i < QUEUES; i++) {
        wait_join(threads[i], "the driver of queue %u", i);
    }
    check_lanes();
    end();
    ut_context(NULL);
}

static void all_requests_are_answered_right_whatever_happens(void)
{
    choose_questions();
    UT_TRUE_FATAL(question_count > OPERATIONS / 2);
    for (unsigned kind = 0; kind < KINDS; kind++) {
        stress(kind);
    }
}

static int set_up_stress(void)
{
    config.queues = QUEUES;
    if (set_up() != 0) {
        return -1;
    }
    point.limits.queues = QUEUES;
    return 0;
}

int main(int argc, char **argv)
{
    static const struct ut_test tests[] = {
        { "all requests are answered right, whatever happens",
          all_requests_are_answered_right_whatever_happens },
        { NULL, NULL },
    };
    static const struct ut_suite suites[] = {
        { "stress", set_up_stress, tear_down, tests },
        { NULL, NULL, NULL, NULL },
    };

    watchdog_limit(1500);
    return ut_main(argc, argv, suites);
}
