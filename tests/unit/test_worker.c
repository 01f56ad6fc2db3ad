/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Workers on fake guest memory, with a driver thread at the other end of each ring and
 * the control thread doing what QEMU does meanwhile: stopping and starting, replacing
 * the map of memory, making and destroying sessions.
 */
#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <openssl/evp.h>

#include "support/fake-guest.h"
#include "support/message.h"
#include "support/ut.h"
#include "support/wait.h"
#include "vcrypto/worker.h"

#define QUEUES    8
#define RING      128
#define BASE      0x100000
#define RAM       (8 << 20)
#define BLOCKS    256 /* different plaintexts, so answers are told apart */
#define REQUEST   (72 + 16 + 16)
#define ANSWER    17
#define MAX_DEPTH 64

static const uint8_t key[16] = "worker's own key", iv[16];
static uint8_t expected[BLOCKS][16];

static struct fake_guest guest;
static struct vcrypto_service_point point;
static _Atomic uint64_t poll_max_ns;
static bool halted; /* accessed atomically */
static atomic_uint maps_made, maps_gone;
static _Atomic uint64_t session; /* of the moment; lives, or lived */

/* One queue: a worker, a driver, and what passes between them. */
struct lane {
    uint32_t index;
    struct vcrypto_worker *worker;
    struct fake_driver driver;
    struct vcrypto_ring_position position;
    int interrupt_fd;
    atomic_uint faults, stray_kicks;
    atomic_uint moves, unmoved;
    struct vcrypto_ring_position seen; /* the worker's thread's */
    uint64_t requests, answers;        /* guest addresses: MAX_DEPTH of each */
    uint64_t table;
    unsigned depth, total;
    unsigned done, gone, wrong;
    bool busy[MAX_DEPTH];
};

static struct lane lanes[QUEUES];

static void host_notify(void *opaque)
{
    struct lane *lane = opaque;
    const uint64_t one = 1;

    UT_TRUE(write(lane->interrupt_fd, &one, sizeof(one)) == sizeof(one));
}

static void host_fault(void *opaque)
{
    atomic_fetch_add(&((struct lane *)opaque)->faults, 1);
}

static void host_stray_kick(void *opaque)
{
    atomic_fetch_add(&((struct lane *)opaque)->stray_kicks, 1);
}

/* Whoever is told that a ring has moved sees where to. */
static void host_moved(void *opaque)
{
    struct lane *lane = opaque;
    struct vcrypto_ring_position shown;

    vcrypto_worker_position(lane->worker, &shown);
    if (shown.next_used == lane->seen.next_used &&
        shown.used_wrap == lane->seen.used_wrap) {
        atomic_fetch_add(&lane->unmoved, 1);
    }
    lane->seen = shown;
    atomic_fetch_add(&lane->moves, 1);
}

static const struct vcrypto_worker_host host = {
    .notify = host_notify,
    .fault = host_fault,
    .stray_kick = host_stray_kick,
    .moved = host_moved,
};

static void map_released(const struct vcrypto_memory_region *regions, size_t count)
{
    (void)regions;
    (void)count;
    atomic_fetch_add(&maps_gone, 1);
}

static const struct vcrypto_memory_ops map_ops = { .release = map_released };

/* The same memory in a new map, for all workers. */
static void replace_map(void)
{
    struct vcrypto_memory_map *map = fake_guest_map(&guest, &map_ops);

    UT_TRUE_FATAL(map != NULL);
    atomic_fetch_add(&maps_made, 1);
    for (unsigned i = 0; i < QUEUES; i++) {
        vcrypto_worker_set_memory(lanes[i].worker, map);
    }
    vcrypto_memory_map_unref(map);
}

/* A session for encryption. Control requests do not come through workers. */
static uint64_t create_session(uint32_t algorithm, const uint8_t *key_bytes,
                               uint32_t key_len)
{
    GByteArray *message =
        message_create_cipher(algorithm, VCRYPTO_ENCRYPT, key_bytes, key_len);
    uint8_t bytes[16];
    struct iovec out = { message->data, message->len }, in = { bytes, sizeof(bytes) };
    struct vcrypto_chain chain = { &out, 1, &in, 1 };
    struct vcrypto_control_reply reply;
    uint64_t id;

    vcrypto_serve_control(&point, &chain, &reply);
    g_byte_array_unref(message);
    memcpy(&id, reply.bytes, sizeof(id));
    UT_TRUE_FATAL(id != 0);
    return id;
}

static uint64_t create(void)
{
    return create_session(VCRYPTO_CIPHER_AES_ECB, key, sizeof(key));
}

static void plaintext(unsigned number, uint8_t block[16])
{
    memset(block, 0x30, 16);
    block[0] = (uint8_t)number;
}

static void compute_expected(void)
{
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    uint8_t block[16];
    int n;

    EVP_EncryptInit_ex(context, EVP_aes_128_ecb(), NULL, key, NULL);
    EVP_CIPHER_CTX_set_padding(context, 0);
    for (unsigned i = 0; i < BLOCKS; i++) {
        plaintext(i, block);
        EVP_EncryptUpdate(context, expected[i], &n, block, 16);
    }
    EVP_CIPHER_CTX_free(context);
}

static int set_up(void)
{
    static const struct vcrypto_backend_config config = {
        .queues = QUEUES,
        .max_sessions = 100,
        .max_cipher_key_len = 64,
        .max_auth_key_len = 64,
        .max_size = 4 << 20,
    };
    const char *why;

    compute_expected();
    point.backend = vcrypto_backend_new(&config, &why);
    point.limits = (struct vcrypto_wire_limits){ .services = 1,
                                                 .max_size = 4 << 20,
                                                 .max_cipher_key_len = 64 };
    atomic_init(&point.ready, true);
    return point.backend ? 0 : -1;
}

static int tear_down(void)
{
    vcrypto_backend_free(point.backend);
    return 0;
}

static void fill_request(const struct lane *lane, unsigned slot, uint8_t *bytes)
{
    uint8_t block[16];
    GByteArray *message;

    plaintext(slot, block);
    message = message_cipher(VCRYPTO_CIPHER_ENCRYPT, 0, iv, 16, block, 16, 16);
    g_assert(message->len == REQUEST);
    memcpy(bytes, message->data, REQUEST);
    g_byte_array_unref(message);
    (void)lane;
}

static void lane_begin(unsigned i, bool packed, bool event_index)
{
    struct lane *lane = &lanes[i];
    struct vcrypto_ring_setup setup = { .size = RING,
                                        .packed = packed,
                                        .event_index = event_index };
    struct vcrypto_worker_config config = { .point = &point,
                                            .queue = i,
                                            .poll_max_ns = &poll_max_ns,
                                            .halted = &halted,
                                            .host = &host,
                                            .opaque = lane };

    memset(lane, 0, sizeof(*lane));
    lane->index = i;
    lane->interrupt_fd = eventfd(0, EFD_CLOEXEC);
    UT_TRUE_FATAL(fake_driver_init(&lane->driver, &guest, &setup));
    lane->requests = fake_guest_allocate(&guest, MAX_DEPTH * REQUEST, 16);
    lane->answers = fake_guest_allocate(&guest, MAX_DEPTH * ANSWER, 16);
    lane->table = fake_guest_allocate(&guest, MAX_DEPTH * 64, 16);
    for (unsigned s = 0; s < MAX_DEPTH; s++) {
        fill_request(lane, s, fake_guest_at(&guest, lane->requests + s * REQUEST));
    }
    lane->worker = vcrypto_worker_new(&config);
    UT_TRUE_FATAL(lane->worker != NULL);
    lane->position = fake_driver_start(&lane->driver);
    lane->seen = lane->position;
}

static void begin(bool packed, bool event_index, uint64_t poll_ns)
{
    ut_context("%s, event index %s, polling %u ns", packed ? "packed" : "split",
               event_index ? "on" : "off", (unsigned)poll_ns);
    atomic_store(&poll_max_ns, poll_ns);
    atomic_store(&maps_made, 0);
    atomic_store(&maps_gone, 0);
    UT_TRUE_FATAL(fake_guest_init(&guest, BASE, RAM));
    for (unsigned i = 0; i < QUEUES; i++) {
        lane_begin(i, packed, event_index);
    }
    replace_map();
    atomic_store(&session, create());
}

static void end(void)
{
    for (unsigned i = 0; i < QUEUES; i++) {
        vcrypto_worker_free(lanes[i].worker);
        UT_EQ_U64(atomic_load(&lanes[i].unmoved), 0);
        UT_TRUE(!lanes[i].done || atomic_load(&lanes[i].moves) > 0);
        fake_driver_fini(&lanes[i].driver);
        close(lanes[i].interrupt_fd);
    }
    vcrypto_backend_reset(point.backend);
    fake_guest_fini(&guest);
    UT_EQ_U64(atomic_load(&maps_gone), atomic_load(&maps_made));
    ut_context(NULL);
}

static void start(struct lane *lane)
{
    UT_TRUE(vcrypto_worker_start(lane->worker, &lane->driver.setup, &lane->position));
}

/* What was answered last is what others saw of it. */
static void stop(struct lane *lane)
{
    struct vcrypto_ring_position shown;

    if (vcrypto_worker_stop(lane->worker, &lane->position)) {
        vcrypto_worker_position(lane->worker, &shown);
        UT_EQ_U64(shown.next_used, lane->position.next_used);
        UT_EQ_U64(shown.used_wrap, lane->position.used_wrap);
    }
}

/* Puts request @slot into the ring; visible from the next kick on. */
static bool add(struct lane *lane, unsigned slot)
{
    uint64_t request = lane->requests + slot * REQUEST;
    uint64_t answer = lane->answers + slot * ANSWER;
    uint64_t id = atomic_load(&session);
    const struct fake_buffer buffers[] = {
        { request, 72, false },
        { request + 72, REQUEST - 72, false },
        { answer, ANSWER, true },
    };

    memcpy(fake_guest_at(&guest, request + MESSAGE_SESSION_ID), &id, sizeof(id));
    memset(fake_guest_at(&guest, answer), 0xee, ANSWER);
    return fake_driver_add(&lane->driver, buffers, 3,
                           slot % 2 ? lane->table + slot * 64 : 0, slot);
}

/* Takes an answer: it is to one of the requests that are under way, and right. */
static bool take(struct lane *lane)
{
    const uint8_t *answer;
    uint64_t slot;
    uint32_t length;

    if (!fake_driver_take(&lane->driver, &slot, &length)) {
        return false;
    }
    answer = fake_guest_at(&guest, lane->answers + slot * ANSWER);
    if (slot >= MAX_DEPTH || !lane->busy[slot]) {
        lane->wrong++; /* nobody asked, or answered twice */
        return true;
    }
    lane->busy[slot] = false;
    if (answer[16] == VCRYPTO_OK && length == ANSWER &&
        memcmp(answer, expected[slot], 16) == 0) {
        lane->done++;
    } else if (answer[16] == VCRYPTO_INVSESS && length == 1) {
        lane->gone++;
    } else {
        lane->wrong++;
    }
    return true;
}

static unsigned answered(const struct lane *lane)
{
    return lane->done + lane->gone + lane->wrong;
}

static void wait_interrupt(struct lane *lane)
{
    wait_event(lane->interrupt_fd, "an interrupt, %u of %u requests answered",
               answered(lane), lane->total);
}

static void submit(struct lane *lane, unsigned *sent)
{
    bool added = false;

    for (unsigned slot = 0; slot < lane->depth && *sent < lane->total; slot++) {
        if (!lane->busy[slot] && add(lane, slot)) {
            lane->busy[slot] = added = true;
            ++*sent;
        }
    }
    if (added && fake_driver_kick(&lane->driver)) {
        vcrypto_worker_kick(lane->worker);
    }
}

/* A driver that sleeps while it has nothing to do. */
static void *driver_thread(void *opaque)
{
    struct lane *lane = opaque;
    unsigned sent = 0;

    while (answered(lane) < lane->total) {
        submit(lane, &sent);
        while (!take(lane)) {
            if (!fake_driver_interrupts(&lane->driver, true)) {
                wait_interrupt(lane);
            }
        }
        fake_driver_interrupts(&lane->driver, false);
        while (take(lane)) {
        }
    }
    return NULL;
}

static void check_lane(const struct lane *lane)
{
    UT_EQ_U64(lane->wrong, 0);
    UT_EQ_U64(lane->done + lane->gone, lane->total);
}

static void run_drivers(unsigned depth, unsigned total,
                        void (*meanwhile)(unsigned round))
{
    pthread_t threads[QUEUES];

    for (unsigned i = 0; i < QUEUES; i++) {
        lanes[i].depth = depth;
        lanes[i].total = total;
        start(&lanes[i]);
        UT_EQ_U64_FATAL(pthread_create(&threads[i], NULL, driver_thread, &lanes[i]), 0);
    }
    for (unsigned round = 0; meanwhile && round < 400; round++) {
        meanwhile(round);
    }
    for (unsigned i = 0; i < QUEUES; i++) {
        wait_join(threads[i], "the driver of queue %u", i);
        check_lane(&lanes[i]);
    }
}

static void for_each_kind(void (*check)(bool packed, bool event_index,
                                        uint64_t poll_ns))
{
    for (unsigned kind = 0; kind < 8; kind++) {
        check(kind & 1, kind & 2, kind & 4 ? 20000 : 0);
    }
}

static void check_all_served(bool packed, bool event_index, uint64_t poll_ns)
{
    begin(packed, event_index, poll_ns);
    run_drivers(1, 200, NULL);
    for (unsigned i = 0; i < QUEUES; i++) {
        UT_EQ_U64(lanes[i].done, 200);
        stop(&lanes[i]);
        lanes[i].done = 0;
    }
    run_drivers(MAX_DEPTH, 3000, NULL);
    end();
}

static void every_request_is_served_once(void)
{
    for_each_kind(check_all_served);
}

/* What QEMU and its operator do, all at once. */
static void disturb(unsigned round)
{
    struct lane *lane = &lanes[round % QUEUES];
    uint64_t old = atomic_load(&session);
    GByteArray *message;

    stop(lane);
    start(lane);
    if (round % 3 == 0) {
        replace_map();
    }
    if (round % 5 == 0) {
        vcrypto_backend_reset(point.backend);
        atomic_store(&session, create());
    } else {
        atomic_store(&session, create());
        message = message_destroy(VCRYPTO_CIPHER_DESTROY_SESSION, old);
        struct iovec out = { message->data, message->len };
        struct vcrypto_chain chain = { &out, 1, NULL, 0 };
        struct vcrypto_control_reply reply;

        vcrypto_serve_control(&point, &chain, &reply);
        g_byte_array_unref(message);
    }
}

static void check_disturbed(bool packed, bool event_index, uint64_t poll_ns)
{
    begin(packed, event_index, poll_ns);
    run_drivers(16, 3000, disturb);
    end();
}

static void nothing_is_lost_whatever_happens_meanwhile(void)
{
    for_each_kind(check_disturbed);
}

/* A driver may write features whenever it likes: those of the start are meant. */
static void change_features(unsigned round)
{
    volatile uint32_t *features = &point.limits.features;

    for (unsigned i = 0; i < 100; i++) {
        *features = 1u << VCRYPTO_F_MUX_MODE << (round + i) % VCRYPTO_FEATURE_COUNT;
    }
}

static void check_features_stay(bool packed, bool event_index, uint64_t poll_ns)
{
    begin(packed, event_index, poll_ns);
    /* Before the first request, lest on a busy machine all are answered by then. */
    change_features(0);
    run_drivers(16, 3000, change_features);
    point.limits.features = 0;
    for (unsigned i = 0; i < QUEUES; i++) {
        UT_EQ_U64(lanes[i].done, 3000);
    }
    end();
}

/* shows: FEA-5 */
static void features_are_taken_at_the_start_only(void)
{
    for_each_kind(check_features_stay);
}

/*
 * Requests that take long enough to stop the worker between two of a batch: triple DES
 * of 16 KiB, 16 of which are a batch.
 */
#define LONG_REQUESTS 32
#define LONG_SIZE     16384

struct long_requests {
    uint64_t headers, src, dst, statuses;
};

static uint64_t create_3des(void)
{
    static const uint8_t key24[24] = "a triple DES key, 24 by";

    return create_session(VCRYPTO_CIPHER_3DES_ECB, key24, sizeof(key24));
}

static void add_long_requests(struct lane *lane, const struct long_requests *requests)
{
    uint64_t id = create_3des();

    for (unsigned i = 0; i < LONG_REQUESTS; i++) {
        uint64_t header = requests->headers + i * 72;
        GByteArray *message =
            message_cipher(VCRYPTO_CIPHER_ENCRYPT, id, iv, 0, iv, 0, LONG_SIZE);
        const struct fake_buffer buffers[] = {
            { header, 72, false },
            { requests->src, LONG_SIZE, false },
            { requests->dst + i * LONG_SIZE, LONG_SIZE, true },
            { requests->statuses + i, 1, true },
        };

        message_set32(message, MESSAGE_DATA_SRC_LEN, LONG_SIZE);
        memcpy(fake_guest_at(&guest, header), message->data, 72);
        g_byte_array_unref(message);
        *fake_guest_at(&guest, requests->statuses + i) = 0xee;
        memset(fake_guest_at(&guest, requests->dst + i * LONG_SIZE), 0, LONG_SIZE);
        UT_TRUE(fake_driver_add(&lane->driver, buffers, 4, 0, i));
    }
    fake_driver_kick(&lane->driver);
}

/* Stops the worker when the request after next is under way; returns how many it
 * served. */
static unsigned serve_a_little(struct lane *lane, const struct long_requests *requests,
                               unsigned next)
{
    unsigned watched = MIN(next + 1, LONG_REQUESTS - 1);
    _Atomic uint8_t *result =
        (void *)fake_guest_at(&guest, requests->dst + watched * LONG_SIZE);
    uint16_t before = lane->position.next_available;

    start(lane);
    WAIT_UNTIL(atomic_load(result), "the result of request %u", watched);
    stop(lane);
    return (uint16_t)(lane->position.next_available - before);
}

/* Returns how often the worker was stopped between two requests of a batch. */
static unsigned serve_with_stops(struct lane *lane,
                                 const struct long_requests *requests)
{
    unsigned next = 0, between = 0;
    uint32_t length;
    uint64_t token;

    add_long_requests(lane, requests);
    while (next < LONG_REQUESTS) {
        unsigned served = serve_a_little(lane, requests, next);

        between += served && served < 16 && next + served < LONG_REQUESTS;
        for (unsigned i = 0; i < served; i++) {
            UT_TRUE(fake_driver_take(&lane->driver, &token, &length));
            UT_EQ_U64(token, next + i);
            UT_EQ_U64(length, LONG_SIZE + 1);
            UT_EQ_U64(*fake_guest_at(&guest, requests->statuses + token), VCRYPTO_OK);
        }
        UT_TRUE(!fake_driver_take(&lane->driver, NULL, NULL));
        next += served;
    }
    return between;
}

static void stop_hands_over_what_was_not_begun(void)
{
    struct long_requests requests;
    unsigned between = 0, runs = 0;

    begin(false, false, 0);
    requests.headers = fake_guest_allocate(&guest, LONG_REQUESTS * 72, 16);
    requests.src = fake_guest_allocate(&guest, LONG_SIZE, 16);
    requests.dst = fake_guest_allocate(&guest, LONG_REQUESTS * LONG_SIZE, 16);
    requests.statuses = fake_guest_allocate(&guest, LONG_REQUESTS, 16);
    /* Where exactly the worker is when it is stopped is up to the scheduler. */
    for (; !between && runs < 1000; runs++) {
        between = serve_with_stops(&lanes[0], &requests);
    }
    ut_note("stopped between two requests of a batch %u times in %u runs", between,
            runs);
    UT_TRUE(between > 0);
    UT_TRUE(!vcrypto_worker_stop(lanes[0].worker, &lanes[0].position));
    end();
}

static void wait_for(const atomic_uint *counter, unsigned at_least)
{
    WAIT_UNTIL(atomic_load(counter) >= at_least, "event %u", at_least);
}

static void broken_ring_is_told_once_and_ends_with_a_new_one(void)
{
    struct lane *lane = &lanes[0];
    unsigned sent = 0;

    begin(false, false, 0);
    /* An available index further ahead than the ring is large. */
    fake_put16(&guest, lane->driver.setup.driver + 2, RING + 1);
    start(lane);
    wait_for(&lane->faults, 1);
    vcrypto_worker_kick(lane->worker);
    stop(lane);
    UT_EQ_U64(atomic_load(&lane->faults), 1);
    fake_put16(&guest, lane->driver.setup.driver + 2, 0);
    lane->position = fake_driver_start(&lane->driver);
    lane->depth = lane->total = 8;
    start(lane);
    submit(lane, &sent);
    while (answered(lane) < 8) {
        wait_interrupt(lane);
        while (take(lane)) {
        }
    }
    check_lane(lane);
    end();
}

/* The last of some good requests, and a chain that is none, in the same batch. */
static void check_answered_before_fault(bool packed, bool event_index, uint64_t poll_ns)
{
    struct lane *lane = &lanes[0];
    const struct fake_buffer buffers[] = { { 0, 16, false }, { 0, 16, true } };
    unsigned sent = 0;

    begin(packed, event_index, poll_ns);
    lane->depth = lane->total = 8;
    submit(lane, &sent);
    UT_TRUE_FATAL(fake_driver_add(&lane->driver, buffers, 2, lane->table, 99));
    fake_descriptor_set(&guest, lane->table, 0, 0, 16, 4, 4); /* a nested table */
    fake_driver_kick(&lane->driver);
    start(lane);
    wait_for(&lane->faults, 1);
    while (take(lane)) {
    }
    check_lane(lane);
    wait_interrupt(lane);
    stop(lane);
    end();
}

/* shows: ST-2 */
static void good_requests_are_answered_before_a_fault(void)
{
    for_each_kind(check_answered_before_fault);
}

static void halted_device_serves_no_more(void)
{
    struct lane *lane = &lanes[0];
    unsigned sent = 0;

    begin(false, false, 0);
    lane->depth = lane->total = 8;
    __atomic_store_n(&halted, true, __ATOMIC_RELAXED);
    start(lane);
    submit(lane, &sent);
    vcrypto_worker_kick(lane->worker);
    wait_for(&lane->faults, 1);
    stop(lane);
    UT_TRUE(!take(lane));
    UT_EQ_U64(atomic_load(&lane->faults), 1);
    __atomic_store_n(&halted, false, __ATOMIC_RELAXED);
    start(lane);
    while (answered(lane) < 8) {
        wait_interrupt(lane);
        while (take(lane)) {
        }
    }
    check_lane(lane);
    end();
}

static void ring_outside_memory_is_a_fault(void)
{
    struct lane *lane = &lanes[0];

    begin(false, false, 0);
    lane->driver.setup.device = BASE + RAM;
    start(lane);
    wait_for(&lane->faults, 1);
    stop(lane);
    vcrypto_worker_set_memory(lane->worker, NULL);
    start(lane);
    wait_for(&lane->faults, 2);
    end();
}

static void kick_without_a_ring_is_passed_on(void)
{
    begin(false, false, 0);
    vcrypto_worker_kick(lanes[3].worker);
    wait_for(&lanes[3].stray_kicks, 1);
    end();
}

static void impossible_ring_is_refused(void)
{
    begin(false, false, 0);
    lanes[0].driver.setup.size = 100; /* no power of two */
    UT_TRUE(!vcrypto_worker_start(lanes[0].worker, &lanes[0].driver.setup,
                                  &lanes[0].position));
    UT_TRUE(!vcrypto_worker_stop(lanes[0].worker, &lanes[0].position));
    end();
}

static const struct ut_test tests[] = {
    { "every request is served once", every_request_is_served_once },
    { "features are taken at the start only", features_are_taken_at_the_start_only },
    { "nothing is lost, whatever happens meanwhile",
      nothing_is_lost_whatever_happens_meanwhile },
    { "stop hands over what was not begun", stop_hands_over_what_was_not_begun },
    { "broken ring is told once and ends with a new one",
      broken_ring_is_told_once_and_ends_with_a_new_one },
    { "good requests are answered before a fault",
      good_requests_are_answered_before_a_fault },
    { "halted device serves no more", halted_device_serves_no_more },
    { "ring outside memory is a fault", ring_outside_memory_is_a_fault },
    { "kick without a ring is passed on", kick_without_a_ring_is_passed_on },
    { "impossible ring is refused", impossible_ring_is_refused },
    { NULL, NULL },
};

int main(int argc, char **argv)
{
    static const struct ut_suite suites[] = {
        { "worker", set_up, tear_down, tests },
        { NULL, NULL, NULL, NULL },
    };

    watchdog_limit(1500);
    return ut_main(argc, argv, suites);
}
