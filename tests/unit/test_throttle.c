/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Limits of what may be done in a second: when requests may begin, who goes first, and
 * what ends a wait. The first part has a clock of its own; in the second the limits are
 * such that a request is worth hours, or longer than any test.
 */
#include "forms-fixture.h"

#include <pthread.h>

#include "backend/throttle.h"
#include "support/fake-guest.h"
#include "support/wait.h"
#include "vcrypto/worker.h"

#define MS       UINT64_C(1000000)
#define S        (1000 * MS)
#define BOOT     (1000 * S) /* what the clock shows when a test begins */
#define RAM_BASE UINT64_C(0x10000)
#define RAM_SIZE (1u << 20)

enum { CIPHER, HASH, MAC, AEAD, AKCIPHER };

static struct throttle throttle;

/* A throttle that was never used, with these limits. */
static void use_limits(uint64_t requests, uint64_t bytes)
{
    vcrypto_throttle_fini(&throttle);
    throttle = (struct throttle){ 0 };
    vcrypto_throttle_init(&throttle);
    vcrypto_throttle_set(&throttle, requests, bytes);
}

static int first_throttle(void)
{
    vcrypto_throttle_init(&throttle);
    return 0;
}

static int last_throttle(void)
{
    vcrypto_throttle_fini(&throttle);
    return 0;
}

/* Begins requests of @bytes, one after the other, while they may at @now. */
static unsigned begin_all(struct throttle_turn *turn, uint64_t bytes, uint64_t now)
{
    unsigned begun = 0;

    while (begun < 100000 && vcrypto_throttle_ask(&throttle, turn, bytes, now)) {
        vcrypto_throttle_begin(turn);
        begun++;
    }
    return begun;
}

static void without_limits_nothing_is_limited(void)
{
    UT_TRUE(!vcrypto_throttle_limited(&throttle));
    vcrypto_throttle_set(&throttle, 1, 0);
    UT_TRUE(vcrypto_throttle_limited(&throttle));
    vcrypto_throttle_set(&throttle, 0, 1);
    UT_TRUE(vcrypto_throttle_limited(&throttle));
    vcrypto_throttle_set(&throttle, 0, 0);
    UT_TRUE(!vcrypto_throttle_limited(&throttle));
}

/* A tenth of a second's worth, and the one that is more than that. */
static void requests_are_limited(void)
{
    struct throttle_turn turn = { 0 };

    use_limits(1000, 0);
    UT_EQ_U64(begin_all(&turn, 1 << 20, BOOT), 101);
    UT_EQ_U64(turn.begin, BOOT + MS + 1);
    UT_TRUE(!vcrypto_throttle_ask(&throttle, &turn, 1 << 20, BOOT + MS));
    UT_EQ_U64(begin_all(&turn, 1 << 20, BOOT + MS + 1), 1);
    /* What was left undone for long is not made up for: only a burst is. */
    UT_EQ_U64(begin_all(&turn, 1 << 20, BOOT + 100 * S), 102);
}

static void bytes_are_limited(void)
{
    struct throttle_turn turn = { 0 };

    use_limits(0, 1000000);
    UT_EQ_U64(begin_all(&turn, 10000, BOOT), 11);
    UT_EQ_U64(turn.begin, BOOT + 10 * MS + 1);
    use_limits(0, 1000001);
    UT_EQ_U64(begin_all(&turn, 0, BOOT), 100000); /* costs nothing */
}

static void stricter_limit_counts(void)
{
    struct throttle_turn turn = { 0 };

    use_limits(1000, 1000000);
    UT_EQ_U64(begin_all(&turn, 10000, BOOT), 11);
    use_limits(100, 1000000);
    UT_EQ_U64(begin_all(&turn, 1, BOOT), 11);
}

/* However large: but what comes next waits for as long as it was worth. */
static void large_request_may_begin(void)
{
    struct throttle_turn turn = { 0 };

    use_limits(0, 1000);
    UT_TRUE(vcrypto_throttle_ask(&throttle, &turn, 1000000, BOOT));
    vcrypto_throttle_begin(&turn);
    UT_TRUE(!vcrypto_throttle_ask(&throttle, &turn, 1, BOOT));
    UT_EQ_U64(turn.begin, BOOT + 1000 * S - THROTTLE_BURST_NS + 1);
}

static void far_future_is_never(void)
{
    struct throttle_turn turns[64] = { 0 };

    use_limits(0, 1);
    for (unsigned i = 0; i < G_N_ELEMENTS(turns); i++) {
        vcrypto_throttle_ask(&throttle, &turns[i], UINT64_C(1) << 40, BOOT);
        UT_TRUE(i == 0 || turns[i].begin > BOOT + (UINT64_C(1) << 61));
        UT_TRUE(turns[i].begin < UINT64_C(1) << 63);
    }
}

static void most_that_can_be_set_is_no_limit(void)
{
    struct throttle_turn turn = { 0 };

    use_limits(UINT64_C(1000000000000000), UINT64_C(1000000000000000));
    UT_EQ_U64(begin_all(&turn, 1 << 30, BOOT), 93132 + 1); /* 100 TB in 1 GiB each */
}

/* Queues that always have something to do, one of them with many times longer requests:
 * time jumps to the next begin each time. */
static void queues_take_turns(void)
{
    struct throttle_turn turns[4] = { 0 };
    unsigned begun[4] = { 0 }, all = 0;
    uint64_t now = BOOT;

    use_limits(1000, 0);
    begin_all(&turns[0], 1, now); /* it was there alone, and used up the burst */
    while (now < BOOT + 10 * S) {
        uint64_t next = UINT64_MAX;

        for (unsigned i = 0; i < 4; i++) {
            while (
                vcrypto_throttle_ask(&throttle, &turns[i], i == 3 ? 65536 : 1, now)) {
                vcrypto_throttle_begin(&turns[i]);
                begun[i]++;
                all++;
            }
            next = MIN(next, turns[i].begin);
        }
        UT_TRUE_FATAL(next > now);
        now = next;
    }
    for (unsigned i = 0; i < 4; i++) {
        UT_TRUE(begun[i] >= all / 4 && begun[i] <= all / 4 + 1);
    }
    UT_TRUE(all >= 9990 && all <= 10000);
}

static void queues_share_bytes_of_a_second(void)
{
    struct throttle_turn turns[4] = { 0 };
    uint64_t now = BOOT, bytes = 0;
    static const uint32_t sizes[4] = { 16, 4096, 65536, 1000 };

    use_limits(0, 10000000);
    while (now < BOOT + 10 * S) {
        uint64_t next = UINT64_MAX;

        for (unsigned i = 0; i < 4; i++) {
            while (vcrypto_throttle_ask(&throttle, &turns[i], sizes[i], now)) {
                vcrypto_throttle_begin(&turns[i]);
                bytes += sizes[i];
            }
            next = MIN(next, turns[i].begin);
        }
        UT_TRUE_FATAL(next > now);
        now = next;
    }
    UT_TRUE(bytes >= 100000000 && bytes <= 100000000 + 1000000 + 2 * 65536);
}

static void reservation_is_given_back(void)
{
    struct throttle_turn first = { 0 }, second = { 0 }, third = { 0 };

    use_limits(1000, 1000000);
    begin_all(&first, 1000, BOOT);
    UT_TRUE(!vcrypto_throttle_ask(&throttle, &second, 1000, BOOT));
    UT_TRUE(!vcrypto_throttle_ask(&throttle, &third, 1000, BOOT));
    UT_EQ_U64(third.begin - first.begin, 2 * MS);
    vcrypto_throttle_return(&throttle, &third);
    vcrypto_throttle_return(&throttle, &third);
    UT_TRUE(!vcrypto_throttle_ask(&throttle, &third, 1000, BOOT));
    UT_EQ_U64(third.begin - first.begin, 2 * MS);
    /* Those that are there keep their times. */
    vcrypto_throttle_return(&throttle, &second);
    UT_TRUE(!vcrypto_throttle_ask(&throttle, &third, 1000, BOOT));
    UT_EQ_U64(third.begin - first.begin, 2 * MS);
}

/* A driver that was reset, say, and sends something else. */
static void other_request_reserves_anew(void)
{
    struct throttle_turn turn = { 0 };

    use_limits(0, 1000);
    begin_all(&turn, 1000000, BOOT);
    vcrypto_throttle_return(&throttle, &turn);
    UT_TRUE(!vcrypto_throttle_ask(&throttle, &turn, 1000, BOOT + 999 * S));
    UT_EQ_U64(turn.begin, BOOT + 1000 * S - THROTTLE_BURST_NS + 1);
    UT_TRUE(!vcrypto_throttle_ask(&throttle, &turn, 1, BOOT + 999 * S));
    UT_EQ_U64(turn.begin, BOOT + 1000 * S - THROTTLE_BURST_NS + 1);
    UT_EQ_U64(begin_all(&turn, 1, turn.begin), 1);
}

static void new_limits_begin_anew(void)
{
    struct throttle_turn turn = { 0 }, other = { 0 };

    use_limits(1, 0);
    begin_all(&turn, 1, BOOT);
    vcrypto_throttle_ask(&throttle, &other, 1, BOOT);
    vcrypto_throttle_set(&throttle, 1, 0); /* nothing new */
    UT_TRUE(!vcrypto_throttle_ask(&throttle, &turn, 1, BOOT));
    vcrypto_throttle_set(&throttle, 2, 0);
    UT_TRUE(vcrypto_throttle_ask(&throttle, &turn, 1, BOOT));
    /* What was reserved before is not given back to what came after. */
    vcrypto_throttle_return(&throttle, &other);
    UT_TRUE(!vcrypto_throttle_ask(&throttle, &other, 1, BOOT));
    UT_EQ_U64(other.begin, BOOT + S / 2 - THROTTLE_BURST_NS + 1);
}

/* Threads read the clock, and then come one after the other. */
static void clock_that_is_late_changes_nothing(void)
{
    struct throttle_turn turn = { 0 }, late = { 0 };

    use_limits(1000, 0);
    UT_EQ_U64(begin_all(&turn, 1, BOOT), 101);
    UT_EQ_U64(begin_all(&turn, 1, BOOT + 50 * MS + 1), 50);
    UT_EQ_U64(begin_all(&late, 1, BOOT), 0);
    UT_EQ_U64(begin_all(&turn, 1, BOOT + 50 * MS + 1), 0);
}

/* ---- requests ---- */

#define MOST_REQUESTS 32
#define LEN           4096 /* an hour's worth at a byte a second */

static const uint8_t text[LEN];

static const struct form_operation digest = { .service = HASH,
                                              .algorithm = VCRYPTO_HASH_SHA_256,
                                              .src = { text, LEN },
                                              .result_len = 32 };

static uint8_t results[2][MOST_REQUESTS][33];

/* Requests of a queue, of which one call after the other takes some. */
struct queue {
    pthread_t thread;
    uint32_t index;
    size_t count, done;
    const atomic_bool *stop;
    struct vcrypto_request requests[MOST_REQUESTS];
    struct iovec out, in[MOST_REQUESTS];
    GByteArray *readable;
};

static uint64_t session_of(const struct form_operation *operation)
{
    uint32_t status;
    uint64_t id;

    use_form(FORM_EXACT);
    id = create(operation, FORM_EXACT, &status);
    UT_EQ_U64_FATAL(status, VCRYPTO_OK);
    return id;
}

static void begin_queue(struct queue *queue, size_t count)
{
    struct form_message message;

    form_data(&digest, FORM_EXACT, session_of(&digest), &message);
    queue->count = count;
    queue->readable = flatten(&message);
    queue->out = (struct iovec){ queue->readable->data, queue->readable->len };
    for (size_t i = 0; i < count; i++) {
        memset(results[queue->index][i], GUARD, 33);
        queue->in[i] = (struct iovec){ results[queue->index][i], 33 };
        queue->requests[i].chain =
            (struct vcrypto_chain){ &queue->out, 1, &queue->in[i], 1 };
    }
    vcrypto_serve_decode(&point, &point.limits, queue->requests, count);
}

static size_t run_some(struct queue *queue)
{
    size_t n = vcrypto_serve_run(&point, queue->index, queue->requests + queue->done,
                                 queue->count - queue->done, queue->stop);

    queue->done += n;
    return n;
}

static void *run_all(void *opaque)
{
    struct queue *queue = opaque;

    while (queue->done < queue->count && run_some(queue)) {
    }
    return NULL;
}

static void start_queue(struct queue *queue)
{
    UT_TRUE_FATAL(pthread_create(&queue->thread, NULL, run_all, queue) == 0);
}

/* Checks that the first @queue->done requests were done, and no other was begun. */
static void end_queue(struct queue *queue, size_t done)
{
    UT_EQ_U64(queue->done, done);
    for (size_t i = 0; i < queue->count; i++) {
        UT_EQ_U64(results[queue->index][i][0] == GUARD, i >= done);
        UT_TRUE(i >= done || queue->requests[i].status == VCRYPTO_OK);
    }
    g_byte_array_unref(queue->readable);
    vcrypto_backend_limit(point.backend, 0, 0);
}

static void wait_for_waiting(unsigned count)
{
    WAIT_UNTIL(vcrypto_throttle_waiting() == count, "%u queues that wait", count);
}

static void what_was_done_is_answered_first(void)
{
    atomic_bool never = false;
    struct queue queue = { .stop = &never };

    begin_queue(&queue, 5);
    vcrypto_backend_limit(point.backend, 0, 1);
    UT_EQ_U64(run_some(&queue), 1);
    end_queue(&queue, 1);
}

static void main_loop_comes_again(void)
{
    struct queue queue = { .stop = NULL };

    begin_queue(&queue, 5);
    vcrypto_backend_limit(point.backend, 0, 1);
    UT_EQ_U64(run_some(&queue), 1);
    UT_EQ_U64(run_some(&queue), 0);
    UT_TRUE(vcrypto_backend_delay(point.backend, 0) <= LEN * S);
    UT_TRUE(vcrypto_backend_delay(point.backend, 0) > 0);
    vcrypto_backend_limit(point.backend, 0, 0);
    UT_EQ_U64(run_some(&queue), 4);
    end_queue(&queue, 5);
}

static void stop_ends_the_wait(void)
{
    atomic_bool stop = false;
    struct queue queue = { .stop = &stop };

    begin_queue(&queue, 5);
    vcrypto_backend_limit(point.backend, 0, 1);
    start_queue(&queue);
    wait_for_waiting(1);
    atomic_store(&stop, true);
    vcrypto_backend_wake();
    wait_join(queue.thread, "the queue that was stopped");
    end_queue(&queue, 1);
}

static void change_of_limits_ends_the_wait(void)
{
    atomic_bool never = false;
    struct queue queue = { .stop = &never };

    begin_queue(&queue, 5);
    vcrypto_backend_limit(point.backend, 0, 1);
    start_queue(&queue);
    wait_for_waiting(1);
    vcrypto_backend_limit(point.backend, 0, 2); /* has one more begin, and then waits */
    wait_for_waiting(1);
    vcrypto_backend_limit(point.backend, 0, 0);
    wait_join(queue.thread, "the queue that waits no more");
    end_queue(&queue, 5);
}

/* What a stopped queue reserved is not what another one has to wait for. */
static void stopped_queue_gives_back(void)
{
    atomic_bool stop = false;
    struct queue stopped = { .stop = &stop }, other = { .index = 1 };
    uint64_t before;

    begin_queue(&stopped, 2);
    begin_queue(&other, 2);
    vcrypto_backend_limit(point.backend, 0, 1);
    start_queue(&stopped);
    wait_for_waiting(1);
    UT_EQ_U64(run_some(&other), 0);
    before = vcrypto_backend_delay(point.backend, 1);
    UT_TRUE(before > LEN * S && before <= 2 * LEN * S);
    vcrypto_backend_withdraw(point.backend, 1);
    atomic_store(&stop, true);
    vcrypto_backend_wake();
    wait_join(stopped.thread, "the queue that was stopped");
    UT_EQ_U64(run_some(&other), 0);
    UT_TRUE(vcrypto_backend_delay(point.backend, 1) <= LEN * S);
    end_queue(&stopped, 1);
    end_queue(&other, 0);
}

/* Sessions can be forgotten while a queue waits: it has no lock then. */
static void session_ends_during_the_wait(void)
{
    atomic_bool never = false;
    struct queue queue = { .stop = &never };

    begin_queue(&queue, 2);
    vcrypto_backend_limit(point.backend, 0, 1);
    start_queue(&queue);
    wait_for_waiting(1);
    vcrypto_backend_reset(point.backend);
    vcrypto_backend_limit(point.backend, 0, 0);
    wait_join(queue.thread, "the queue that waits no more");
    UT_EQ_U64(queue.requests[1].status, VCRYPTO_INVSESS);
    queue.requests[1].status = VCRYPTO_OK;
    results[0][1][0] = 0;
    end_queue(&queue, 2);
}

/* Requests that are done side by side count one by one. The clock goes on meanwhile. */
static void each_of_a_group_counts(void)
{
    struct queue queue = { .stop = NULL };
    uint64_t begin = vcrypto_throttle_now(), end;

    begin_queue(&queue, MOST_REQUESTS);
    vcrypto_backend_limit(point.backend, 100, 0);
    run_all(&queue);
    end = vcrypto_throttle_now();
    UT_TRUE(queue.done >= 11);
    UT_TRUE(queue.done <= 11 + (end - begin) / (10 * MS));
    end_queue(&queue, queue.done);
}

/* ---- a worker ---- */

static void ignore(void *opaque)
{
    (void)opaque;
}

static void release(const struct vcrypto_memory_region *regions, size_t count)
{
    (void)regions;
    (void)count;
}

static const struct vcrypto_worker_host host = { .notify = ignore,
                                                 .fault = ignore,
                                                 .stray_kick = ignore };
static const struct vcrypto_memory_ops map_ops = { .release = release };
static const _Atomic uint64_t poll_max_ns;

static void post(struct fake_guest *guest, struct fake_driver *driver, uint64_t id,
                 uint64_t token)
{
    struct form_message message;
    uint64_t request, answer;

    form_data(&digest, FORM_EXACT, id, &message);
    g_autoptr(GByteArray) bytes = flatten(&message);

    request = fake_guest_allocate(guest, bytes->len, 16);
    answer = fake_guest_allocate(guest, 33, 16);
    memcpy(fake_guest_at(guest, request), bytes->data, bytes->len);
    const struct fake_buffer buffers[] = { { request, bytes->len, false },
                                           { answer, 33, true } };

    UT_TRUE_FATAL(fake_driver_add(driver, buffers, 2, 0, token));
    fake_driver_kick(driver);
}

static void expect_answer(struct fake_driver *driver, uint64_t number)
{
    uint64_t token;

    WAIT_UNTIL(fake_driver_take(driver, &token, NULL), "an answer");
    UT_EQ_U64(token, number);
}

/* Stopped and started again it does the same requests, each once. */
static void waiting_worker_stops_at_once(void)
{
    const struct vcrypto_ring_setup setup = { .size = 16 };
    struct vcrypto_worker_config with = { .point = &point,
                                          .poll_max_ns = &poll_max_ns,
                                          .host = &host };
    struct vcrypto_worker *worker = vcrypto_worker_new(&with);
    struct vcrypto_ring_position position;
    struct vcrypto_memory_map *map;
    struct fake_driver driver;
    struct fake_guest guest;
    uint64_t id = session_of(&digest);

    UT_TRUE_FATAL(worker && fake_guest_init(&guest, RAM_BASE, RAM_SIZE));
    UT_TRUE_FATAL(fake_driver_init(&driver, &guest, &setup));
    map = fake_guest_map(&guest, &map_ops);
    vcrypto_worker_set_memory(worker, map);
    position = fake_driver_start(&driver);
    for (uint64_t i = 0; i < 5; i++) {
        post(&guest, &driver, id, i);
    }
    vcrypto_backend_limit(point.backend, 0, 1);
    for (unsigned i = 0; i < 3; i++) {
        UT_TRUE_FATAL(vcrypto_worker_start(worker, &driver.setup, &position));
        wait_for_waiting(1);
        UT_TRUE(vcrypto_worker_stop(worker, &position));
        UT_EQ_U64(vcrypto_throttle_waiting(), 0);
    }
    expect_answer(&driver, 0);
    UT_TRUE(!fake_driver_take(&driver, NULL, NULL));

    UT_TRUE_FATAL(vcrypto_worker_start(worker, &driver.setup, &position));
    wait_for_waiting(1);
    vcrypto_backend_limit(point.backend, 0, 0);
    for (uint64_t i = 1; i < 5; i++) {
        expect_answer(&driver, i);
    }
    UT_TRUE(vcrypto_worker_stop(worker, &position));
    UT_TRUE(!fake_driver_take(&driver, NULL, NULL));
    vcrypto_worker_free(worker);
    vcrypto_memory_map_unref(map);
    fake_driver_fini(&driver);
    fake_guest_fini(&guest);
}

static const struct ut_test clock_tests[] = {
    { "without limits nothing is limited", without_limits_nothing_is_limited },
    { "requests are limited", requests_are_limited },
    { "bytes are limited", bytes_are_limited },
    { "stricter limit counts", stricter_limit_counts },
    { "large request may begin", large_request_may_begin },
    { "far future is never", far_future_is_never },
    { "most that can be set is no limit", most_that_can_be_set_is_no_limit },
    { "queues take turns", queues_take_turns },
    { "queues share the bytes of a second", queues_share_bytes_of_a_second },
    { "reservation is given back", reservation_is_given_back },
    { "other request reserves anew", other_request_reserves_anew },
    { "new limits begin anew", new_limits_begin_anew },
    { "clock that is late changes nothing", clock_that_is_late_changes_nothing },
    { NULL, NULL },
};

static const struct ut_test request_tests[] = {
    { "what was done is answered first", what_was_done_is_answered_first },
    { "main loop comes again", main_loop_comes_again },
    { "stop ends the wait", stop_ends_the_wait },
    { "change of limits ends the wait", change_of_limits_ends_the_wait },
    { "stopped queue gives back", stopped_queue_gives_back },
    { "session ends during the wait", session_ends_during_the_wait },
    { "each of a group counts", each_of_a_group_counts },
    { "waiting worker stops at once", waiting_worker_stops_at_once },
    { NULL, NULL },
};

int main(int argc, char **argv)
{
    static const struct ut_suite suites[] = {
        { "clock", first_throttle, last_throttle, clock_tests },
        { "requests", set_up, tear_down, request_tests },
        { NULL, NULL, NULL, NULL },
    };

    return ut_main(argc, argv, suites);
}
