/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Requests that take long: how many are worked on at a time, in which order, who need
 * not wait for them, and what ends the wait.
 */
#include "forms-fixture.h"

#include <pthread.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "backend/lane.h"
#include "support/fake-guest.h"
#include "support/trap.h"
#include "support/wait.h"
#include "vcrypto/worker.h"

#define SLOW_SIZE (128u * 1024) /* of 3DES: some milliseconds */
#define LONG_SIZE (512u * 1024) /* of HMAC-SHA-512: one */

enum { CIPHER, HASH, MAC, AEAD, AKCIPHER };

static const uint8_t key[24] = "three different keys, eh";
#define MOST_REQUESTS 32 /* of a call */

static uint8_t data[SLOW_SIZE], results[2][MOST_REQUESTS][128];

/* RSAPublicKey: 512 bits that are odd, and 3. */
static uint8_t rsa_key[] = { 0x30, 0x46, 0x02, 0x41, 0x00, [5 ... 68] = 0xb5,
                             0x02, 0x01, 0x03 };

static const struct form_operation quick = { .service = HASH,
                                             .algorithm = VCRYPTO_HASH_SHA_256,
                                             .src = { data, 64 },
                                             .result_len = 32 };
static const struct form_operation slow_mac = { .service = MAC,
                                                .algorithm = VCRYPTO_MAC_CMAC_3DES,
                                                .key = { key, 24 },
                                                .src = { data, SLOW_SIZE },
                                                .result_len = 8 };

static unsigned limit_here(void)
{
    cpu_set_t set;

    UT_TRUE_FATAL(sched_getaffinity(0, sizeof(set), &set) == 0);
    return vcrypto_lane_limit((unsigned)CPU_COUNT(&set),
                              (unsigned)sysconf(_SC_NPROCESSORS_ONLN));
}

/* The kernel's struct sched_attr, whose header does not go with <sched.h>. */
struct schedule {
    uint32_t size, policy;
    uint64_t flags;
    int32_t nice;
    uint32_t priority;
    uint64_t runtime, deadline, period;
};

/* How the kernel schedules the calling thread. */
static struct schedule schedule_here(void)
{
    struct schedule attr = { 0 };

    UT_TRUE_FATAL(syscall(SYS_sched_getattr, 0, &attr, sizeof(attr), 0) == 0);
    return attr;
}

static bool count_is(unsigned inside, unsigned waiting)
{
    unsigned i, w;

    vcrypto_lane_count(&i, &w);
    return i == inside && w == waiting;
}

/* Waits until so many are in the lane and in front of it. */
static void wait_for_count(unsigned inside, unsigned waiting)
{
    WAIT_UNTIL(count_is(inside, waiting), "%u in the lane and %u in front of it",
               inside, waiting);
}

static void expect_count(unsigned inside, unsigned waiting)
{
    unsigned i, w;

    vcrypto_lane_count(&i, &w);
    UT_EQ_U64(i, inside);
    UT_EQ_U64(w, waiting);
}

/* Takes all places; returns how many. */
static unsigned fill_lane(void)
{
    atomic_bool never = false;
    unsigned limit = limit_here();
    unsigned number = watchdog_wait_begin(WATCHDOG_WAIT_SOON, "%u free places", limit);

    for (unsigned i = 0; i < limit; i++) {
        UT_TRUE_FATAL(vcrypto_lane_enter(&never));
    }
    watchdog_wait_end(number);
    expect_count(limit, 0);
    return limit;
}

static void leave_lane(unsigned places)
{
    while (places--) {
        vcrypto_lane_leave();
    }
}

/* ---- the lane itself ---- */

static void one_processor_is_left_to_others(void)
{
    UT_EQ_U64(vcrypto_lane_limit(2, 2), 1);
    UT_EQ_U64(vcrypto_lane_limit(16, 16), 15);
    UT_EQ_U64(vcrypto_lane_limit(4, 16), 3);
    UT_EQ_U64(vcrypto_lane_limit(1, 1), 1);
    UT_EQ_U64(vcrypto_lane_limit(1, 16), 0);
}

struct visitor {
    pthread_t thread;
    atomic_bool stop;
    bool entered;
    unsigned *order;
    unsigned place;
};

static void *visit(void *opaque)
{
    struct visitor *visitor = opaque;

    visitor->entered = vcrypto_lane_enter(&visitor->stop);
    if (visitor->entered) {
        visitor->place = (*visitor->order)++; /* by one at a time */
        vcrypto_lane_leave();
    }
    return NULL;
}

static void first_come_first_served(void)
{
    struct visitor visitors[5] = { 0 };
    unsigned places = fill_lane(), order = 0;

    if (!places) {
        UT_SKIP("this thread is pinned to one of several processors");
    }
    for (unsigned i = 0; i < G_N_ELEMENTS(visitors); i++) {
        visitors[i].order = &order;
        UT_TRUE_FATAL(pthread_create(&visitors[i].thread, NULL, visit, &visitors[i]) ==
                      0);
        wait_for_count(places, i + 1);
    }
    /* One of them loses patience. */
    atomic_store(&visitors[2].stop, true);
    vcrypto_lane_wake();
    wait_join(visitors[2].thread, "the visitor that loses patience");
    UT_TRUE(!visitors[2].entered);
    wait_for_count(places, 4);
    vcrypto_lane_leave();
    for (unsigned i = 0; i < G_N_ELEMENTS(visitors); i++) {
        if (i != 2) {
            wait_join(visitors[i].thread, "visitor %u", i);
            UT_TRUE(visitors[i].entered);
            UT_EQ_U64(visitors[i].place, i < 2 ? i : i - 1);
        }
    }
    leave_lane(places - 1);
    expect_count(0, 0);
}

/* Where the thread may run on one processor of several, others do not count. */
static void *visit_pinned(void *opaque)
{
    cpu_set_t set;
    int processor = 0;

    if (sched_getaffinity(0, sizeof(set), &set) == 0) {
        while (!CPU_ISSET(processor, &set)) {
            processor++;
        }
        CPU_ZERO(&set);
        CPU_SET(processor, &set);
        if (sched_setaffinity(0, sizeof(set), &set) == 0) {
            visit(opaque);
        }
    }
    return NULL;
}

static void pinned_thread_never_waits(void)
{
    struct visitor patient = { 0 }, pinned = { 0 };
    unsigned places = fill_lane(), order = 0;

    patient.order = pinned.order = &order;
    if (!places || sysconf(_SC_NPROCESSORS_ONLN) == 1) {
        leave_lane(places);
        UT_SKIP("there is one processor only");
    }
    UT_TRUE_FATAL(pthread_create(&patient.thread, NULL, visit, &patient) == 0);
    wait_for_count(places, 1);
    UT_TRUE_FATAL(pthread_create(&pinned.thread, NULL, visit_pinned, &pinned) == 0);
    wait_join(pinned.thread, "a thread that is not to wait for the lane");
    UT_TRUE(pinned.entered);
    expect_count(places, 1);
    leave_lane(places);
    wait_join(patient.thread, "the visitor that waits");
    UT_TRUE(patient.entered);
    expect_count(0, 0);
}

/* Where QEMU has no descriptor left, and so that none comes and goes with a request. */
static void lane_opens_no_file(void)
{
    struct rlimit limit, none;

    leave_lane(fill_lane());
    UT_TRUE_FATAL(getrlimit(RLIMIT_NOFILE, &limit) == 0);
    none = limit;
    none.rlim_cur = 0;
    UT_TRUE_FATAL(setrlimit(RLIMIT_NOFILE, &none) == 0);
    pinned_thread_never_waits();
    UT_TRUE_FATAL(setrlimit(RLIMIT_NOFILE, &limit) == 0);
}

/* In the lane, and out of it again, with a policy and a nice value. */
struct passage {
    int policy, nice;
    struct schedule before, inside, after;
};

static void *pass(void *opaque)
{
    struct passage *passage = opaque;
    const struct sched_param param = { 0 };
    atomic_bool never = false;

    UT_TRUE_FATAL(sched_setscheduler(0, passage->policy, &param) == 0);
    UT_TRUE_FATAL(setpriority(PRIO_PROCESS, (id_t)syscall(SYS_gettid), passage->nice) ==
                  0);
    passage->before = schedule_here();
    UT_TRUE_FATAL(vcrypto_lane_enter(&never));
    passage->inside = schedule_here();
    vcrypto_lane_leave();
    passage->after = schedule_here();
    return NULL;
}

static void expect_passage(int policy, int nice, bool longer)
{
    struct passage passage = { .policy = policy, .nice = nice };
    pthread_t thread;

    UT_TRUE_FATAL(pthread_create(&thread, NULL, pass, &passage) == 0);
    wait_join(thread, "the passage");
    UT_EQ_U64(passage.inside.policy, (uint32_t)policy);
    UT_TRUE(passage.inside.nice == nice);
    /* Linux before 6.12 tells of no slices. */
    if (longer && passage.before.runtime) {
        UT_TRUE(passage.inside.runtime > passage.before.runtime);
    } else {
        UT_EQ_U64(passage.inside.runtime, passage.before.runtime);
    }
    UT_EQ_MEM(&passage.after, &passage.before, sizeof(passage.before));
}

static void thread_in_the_lane_gives_way(void)
{
    expect_passage(SCHED_OTHER, 0, true);
    expect_passage(SCHED_OTHER, 5, true);
    expect_passage(SCHED_BATCH, 3, true);
    expect_passage(SCHED_IDLE, 0, false);
}

/* ---- requests ---- */

/* Some data requests for one call. */
struct call {
    pthread_t thread;
    uint32_t queue;
    size_t count, done;
    const atomic_bool *stop;
    atomic_bool ended;
    struct vcrypto_request requests[MOST_REQUESTS];
    struct iovec out[MOST_REQUESTS], in[MOST_REQUESTS];
    GByteArray *readable[MOST_REQUESTS];
};

static void add_form(struct call *call, const struct form_operation *operation,
                     enum form form, uint64_t session)
{
    size_t i = call->count++;
    struct form_message message;
    uint32_t room = operation->dst_len + operation->result_len + 1;

    form_data(operation, form, session, &message);
    call->readable[i] = flatten(&message);
    call->out[i] = (struct iovec){ call->readable[i]->data, call->readable[i]->len };
    memset(results[call->queue][i], GUARD, room);
    call->in[i] = (struct iovec){ results[call->queue][i], room };
    call->requests[i].chain =
        (struct vcrypto_chain){ &call->out[i], 1, &call->in[i], 1 };
}

static void add_request(struct call *call, const struct form_operation *operation,
                        uint64_t session)
{
    add_form(call, operation, FORM_EXACT, session);
}

static void end_call(struct call *call)
{
    for (size_t i = 0; i < call->count; i++) {
        g_byte_array_unref(call->readable[i]);
    }
}

static void *run_call(void *opaque)
{
    struct call *call = opaque;

    vcrypto_serve_decode(&point, &point.limits, call->requests, call->count);
    call->done =
        vcrypto_serve_run(&point, call->queue, call->requests, call->count, call->stop);
    atomic_store(&call->ended, true);
    return NULL;
}

/* What is not to wait for the lane: it would wait for this thread. */
static void run_here(struct call *call)
{
    unsigned number =
        watchdog_wait_begin(WATCHDOG_WAIT_SOON, "a call that is not to wait");

    run_call(call);
    watchdog_wait_end(number);
}

static uint64_t session_of(const struct form_operation *operation)
{
    uint32_t status;
    uint64_t id;

    use_form(FORM_EXACT);
    id = create(operation, FORM_EXACT, &status);
    UT_EQ_U64_FATAL(status, VCRYPTO_OK);
    return id;
}

static void start_call(struct call *call)
{
    UT_TRUE_FATAL(pthread_create(&call->thread, NULL, run_call, call) == 0);
}

static void slow_request_waits_and_quick_one_does_not(void)
{
    atomic_bool never = false;
    struct call slow = { .queue = 0, .stop = &never };
    struct call other = { .queue = 1, .stop = &never };
    unsigned places = fill_lane();

    if (!places) {
        UT_SKIP("this thread is pinned to one of several processors");
    }
    add_request(&slow, &slow_mac, session_of(&slow_mac));
    add_request(&other, &quick, session_of(&quick));
    start_call(&slow);
    wait_for_count(places, 1);
    run_here(&other);
    UT_EQ_U64(other.done, 1);
    UT_EQ_U64(other.requests[0].status, VCRYPTO_OK);
    expect_count(places, 1);
    vcrypto_lane_leave();
    wait_join(slow.thread, "the slow request");
    UT_EQ_U64(slow.done, 1);
    UT_EQ_U64(slow.requests[0].status, VCRYPTO_OK);
    leave_lane(places - 1);
    expect_count(0, 0);
    end_call(&slow);
    end_call(&other);
}

static void what_came_before_is_answered_first(void)
{
    atomic_bool never = false;
    struct call call = { .stop = &never };
    unsigned places = fill_lane();

    add_request(&call, &quick, session_of(&quick));
    add_request(&call, &slow_mac, session_of(&slow_mac));
    run_here(&call);
    UT_EQ_U64(call.done, 1);
    UT_EQ_U64(call.requests[0].status, VCRYPTO_OK);
    UT_EQ_U64(results[0][1][0], GUARD);
    leave_lane(places);
    end_call(&call);
}

static void stop_ends_the_wait(void)
{
    atomic_bool stop = false;
    struct call call = { .stop = &stop };
    unsigned places = fill_lane();

    if (!places) {
        UT_SKIP("this thread is pinned to one of several processors");
    }
    add_request(&call, &slow_mac, session_of(&slow_mac));
    start_call(&call);
    wait_for_count(places, 1);
    atomic_store(&stop, true);
    vcrypto_backend_wake();
    wait_join(call.thread, "the call");
    UT_EQ_U64(call.done, 0);
    UT_EQ_U64(results[0][0][0], GUARD);
    expect_count(places, 0);
    leave_lane(places);
    end_call(&call);
}

/* In the host's main loop nobody may be waited for. */
static void without_a_stop_nothing_waits(void)
{
    struct call call = { .stop = NULL };
    unsigned places = fill_lane();

    add_request(&call, &slow_mac, session_of(&slow_mac));
    run_here(&call);
    UT_EQ_U64(call.requests[0].status, VCRYPTO_OK);
    leave_lane(places);
    end_call(&call);
}

static uint8_t long_data[LONG_SIZE];

/* HMAC-SHA-512 is put off on every processor, other than 3DES. */
static const struct form_operation long_mac = { .service = MAC,
                                                .algorithm = VCRYPTO_MAC_HMAC_SHA_512,
                                                .key = { key, 24 },
                                                .src = { long_data, LONG_SIZE },
                                                .result_len = 64 };

/* As fill_lane(), for requests that are put off. 0: the test is skipped. */
static unsigned fill_lane_for_groups(void)
{
    unsigned places = fill_lane();

    if (!places) {
        ut_skip("this thread is pinned to one of several processors");
    } else if (!vcrypto_algorithms_multi()) {
        leave_lane(places);
        ut_skip("no library here does requests side by side");
        places = 0;
    }
    return places;
}

/* It does not end before there is a place in the lane, and then has done @count. */
static void expect_call_waits(struct call *call, unsigned places, size_t count)
{
    WAIT_UNTIL(count_is(places, 1) || atomic_load(&call->ended),
               "the call to wait for the lane");
    UT_TRUE(!atomic_load(&call->ended));
    vcrypto_lane_leave();
    wait_join(call->thread, "the call");
    UT_EQ_U64(call->done, count);
    leave_lane(places - 1);
    expect_count(0, 0);
}

/* Requests that are put off, of which none is slow by itself: as one. */
static void groups_wait_too(void)
{
    atomic_bool never = false;
    struct call call = { .stop = &never };
    unsigned places;
    uint64_t id;

    if (!(places = fill_lane_for_groups())) {
        return;
    }
    id = session_of(&long_mac);
    for (unsigned i = 0; i < 8; i++) {
        add_request(&call, &long_mac, id);
    }
    start_call(&call);
    expect_call_waits(&call, places, 8);
    for (unsigned i = 0; i < 8; i++) {
        UT_EQ_U64(call.requests[i].status, VCRYPTO_OK);
    }
    end_call(&call);
}

/* ---- what is kept for a request that is put off ---- */

#define SETS 64 /* of sessions, in the cache */
#define WAYS 4

#define STATELESS_KEYS 16 /* that are kept */

static uint64_t next_id(const struct form_operation *operation, uint64_t like)
{
    uint64_t id;

    do {
        id = session_of(operation);
    } while (like && (id ^ id >> 32) % SETS != (like ^ like >> 32) % SETS);
    return id;
}

/* Sessions that share a set: there is no place for the last while the others are used.
 */
static void room_is_not_made_outside_the_lane(void)
{
    atomic_bool never = false;
    struct call call = { .stop = &never };
    unsigned places;
    uint64_t ids[WAYS + 1] = { 0 };

    if (!(places = fill_lane_for_groups())) {
        return;
    }
    for (unsigned i = 0; i <= WAYS; i++) {
        ids[i] = next_id(&long_mac, ids[0]);
    }
    for (unsigned i = 0; i < 2 * WAYS; i++) {
        add_request(&call, &long_mac, ids[i / 2]);
    }
    add_request(&call, &long_mac, ids[WAYS]);
    start_call(&call);
    expect_call_waits(&call, places, 2 * WAYS);
    UT_EQ_U64(results[0][2 * WAYS][0], GUARD);
    UT_EQ_U64(vcrypto_serve_run(&point, 0, call.requests + 2 * WAYS, 1, &never), 1);
    for (unsigned i = 0; i <= 2 * WAYS; i++) {
        UT_EQ_U64(call.requests[i].status, VCRYPTO_OK);
        UT_EQ_MEM(results[0][i], results[0][0], 64);
    }
    end_call(&call);
}

/* The same with keys that come with the requests, of which others can go. */
static void keys_in_use_do_not_go(void)
{
    uint8_t keys[STATELESS_KEYS][5] = { 0 };
    struct form_operation other = { .service = CIPHER,
                                    .algorithm = VCRYPTO_CIPHER_ARC4,
                                    .src = { data, 16 },
                                    .dst_len = 16 };
    atomic_bool never = false;
    struct call call = { .stop = &never };
    unsigned places;

    if (!(places = fill_lane_for_groups())) {
        return;
    }
    use_form(FORM_STATELESS);
    for (unsigned i = 0; i < 8; i++) {
        add_form(&call, &long_mac, FORM_STATELESS, 0);
    }
    for (uint8_t i = 0; i < STATELESS_KEYS; i++) {
        keys[i][0] = i;
        other.key = (struct form_bytes){ keys[i], sizeof(keys[i]) };
        add_form(&call, &other, FORM_STATELESS, 0);
    }
    start_call(&call);
    expect_call_waits(&call, places, 8 + STATELESS_KEYS);
    for (unsigned i = 0; i < call.count; i++) {
        UT_EQ_U64(call.requests[i].status, VCRYPTO_OK);
    }
    end_call(&call);
}

#define TRAP_SIZE (1u << 17)

static uint64_t to_destroy;

static void destroy_it(void *opaque)
{
    (void)opaque;
    vcrypto_backend_destroy_session(point.backend, to_destroy);
}

/* Whoever gets to the end of this request's source destroys a session first. */
static void add_trapped(struct call *call, uint8_t *memory)
{
    static const struct form_operation hash = { .service = HASH,
                                                .algorithm = VCRYPTO_HASH_SHA3_256,
                                                .src = { data, 4096 },
                                                .result_len = 32 };
    size_t i = call->count;
    struct iovec *out = &call->out[i];
    uint8_t *end = memory + TRAP_SIZE / 2;

    add_request(call, &hash, session_of(&hash));
    out->iov_base = memcpy(end + 64 - out->iov_len, out->iov_base, out->iov_len);
    trap_set(end, destroy_it, NULL);
}

static void destroyed_session_is_not_run_outside_the_lane(void)
{
    uint8_t *memory = trap_memory(TRAP_SIZE);
    atomic_bool never = false;
    struct call call = { .stop = &never };
    unsigned places;

    if (!(places = fill_lane_for_groups())) {
        return;
    }
    to_destroy = session_of(&long_mac);
    for (unsigned i = 0; i < 8; i++) {
        add_request(&call, &long_mac, to_destroy);
    }
    add_trapped(&call, memory);
    add_request(&call, &long_mac, to_destroy);
    start_call(&call);
    expect_call_waits(&call, places, 10);
    for (unsigned i = 0; i < 9; i++) {
        UT_EQ_U64(call.requests[i].status, VCRYPTO_OK);
    }
    UT_EQ_U64(call.requests[9].status, VCRYPTO_INVSESS);
    end_call(&call);
    trap_memory_free(memory, TRAP_SIZE);
}

/* The exponent decides how long RSA takes: nobody knows before the first request. */
static void first_akcipher_request_of_a_kind_is_slow(void)
{
    const struct form_operation encrypt = { .service = AKCIPHER,
                                            .algorithm = VCRYPTO_AKCIPHER_RSA,
                                            .key_type = VCRYPTO_AKCIPHER_KEY_PUBLIC,
                                            .key = { rsa_key, sizeof(rsa_key) },
                                            .src = { data, 64 },
                                            .dst_len = 64 };
    atomic_bool never = false;
    struct call first = { .stop = &never }, second = { .stop = &never };
    unsigned places = fill_lane();
    uint64_t id = session_of(&encrypt);

    if (!places) {
        UT_SKIP("this thread is pinned to one of several processors");
    }
    add_request(&first, &encrypt, id);
    add_request(&second, &encrypt, id);
    start_call(&first);
    wait_for_count(places, 1);
    vcrypto_lane_leave();
    wait_join(first.thread, "the first request");
    UT_EQ_U64(first.requests[0].status, VCRYPTO_OK);
    leave_lane(places - 1);
    places = fill_lane();
    run_here(&second);
    UT_EQ_U64(second.requests[0].status, VCRYPTO_OK);
    leave_lane(places);
    end_call(&first);
    end_call(&second);
}

/* ---- a worker ---- */

#define RAM_BASE 0x100000
#define RAM_SIZE (1u << 20)

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

/* Puts one slow request into the ring of @driver; returns where its answer goes. */
static uint64_t post_slow(struct fake_guest *guest, struct fake_driver *driver)
{
    struct form_message message;
    uint64_t request, answer;

    form_data(&slow_mac, FORM_EXACT, session_of(&slow_mac), &message);
    g_autoptr(GByteArray) bytes = flatten(&message);

    request = fake_guest_allocate(guest, bytes->len, 16);
    answer = fake_guest_allocate(guest, 9, 16);
    memcpy(fake_guest_at(guest, request), bytes->data, bytes->len);
    memset(fake_guest_at(guest, answer), GUARD, 9);
    const struct fake_buffer buffers[] = { { request, bytes->len, false },
                                           { answer, 9, true } };

    UT_TRUE_FATAL(fake_driver_add(driver, buffers, 2, 0, 1));
    fake_driver_kick(driver);
    return answer;
}

/* Whoever stops a worker has the host's lock: it must not wait for other queues. */
static void waiting_worker_stops_at_once(void)
{
    const struct vcrypto_ring_setup setup = { .size = 8 };
    struct vcrypto_worker_config with = { .point = &point,
                                          .poll_max_ns = &poll_max_ns,
                                          .host = &host };
    struct vcrypto_ring_position position;
    struct vcrypto_memory_map *map;
    struct vcrypto_worker *worker = vcrypto_worker_new(&with);
    struct fake_driver driver;
    struct fake_guest guest;
    unsigned places = fill_lane();
    uint64_t answer;

    if (!places) {
        UT_SKIP("this thread is pinned to one of several processors");
    }
    UT_TRUE_FATAL(worker && fake_guest_init(&guest, RAM_BASE, RAM_SIZE));
    UT_TRUE_FATAL(fake_driver_init(&driver, &guest, &setup));
    map = fake_guest_map(&guest, &map_ops);
    vcrypto_worker_set_memory(worker, map);
    position = fake_driver_start(&driver);
    answer = post_slow(&guest, &driver);
    UT_TRUE_FATAL(vcrypto_worker_start(worker, &driver.setup, &position));
    wait_for_count(places, 1);
    UT_TRUE(vcrypto_worker_stop(worker, &position)); /* all places are still taken */
    UT_EQ_U64(*fake_guest_at(&guest, answer + 8), GUARD);
    expect_count(places, 0);

    leave_lane(places);
    UT_TRUE_FATAL(vcrypto_worker_start(worker, &driver.setup, &position));
    WAIT_UNTIL(fake_driver_take(&driver, NULL, NULL), "the answer");
    UT_EQ_U64(*fake_guest_at(&guest, answer + 8), VCRYPTO_OK);
    vcrypto_worker_free(worker);
    vcrypto_memory_map_unref(map);
    fake_driver_fini(&driver);
    fake_guest_fini(&guest);
}

static const struct ut_test lane_tests[] = {
    { "one processor is left to others", one_processor_is_left_to_others },
    { "first come, first served", first_come_first_served },
    { "pinned thread never waits", pinned_thread_never_waits },
    { "lane opens no file", lane_opens_no_file },
    { "thread in the lane gives way", thread_in_the_lane_gives_way },
    { NULL, NULL },
};

static const struct ut_test request_tests[] = {
    { "slow request waits, and quick one does not",
      slow_request_waits_and_quick_one_does_not },
    { "what came before is answered first", what_came_before_is_answered_first },
    { "stop ends the wait", stop_ends_the_wait },
    { "without a stop nothing waits", without_a_stop_nothing_waits },
    { "groups wait, too", groups_wait_too },
    { "room is not made outside the lane", room_is_not_made_outside_the_lane },
    { "keys in use do not go", keys_in_use_do_not_go },
    { "destroyed session is not run outside the lane",
      destroyed_session_is_not_run_outside_the_lane },
    { "first AKCIPHER request of a kind is slow",
      first_akcipher_request_of_a_kind_is_slow },
    { "waiting worker stops at once", waiting_worker_stops_at_once },
    { NULL, NULL },
};

static int set_up_many(void)
{
    config.max_sessions = 1000;
    return set_up();
}

int main(int argc, char **argv)
{
    static const struct ut_suite suites[] = {
        { "lane", NULL, NULL, lane_tests },
        { "slow requests", set_up_many, tear_down, request_tests },
        { NULL, NULL, NULL, NULL },
    };

    return ut_main(argc, argv, suites);
}
