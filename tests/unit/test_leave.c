/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Requests that take long, and a queue that is to stop while one is worked on: how much
 * of it is still done, what becomes of it, and which are done to their end.
 *
 * The stop comes when the work gets to a certain page; another one, further on, shows
 * how far it went after that.
 */
#include "forms-fixture.h"

#include <signal.h>

#include "support/fake-guest.h"
#include "support/trap.h"
#include "support/wait.h"
#include "vcrypto/worker.h"

#define SIZE  (4u << 20)
#define STOP  (SIZE / 2)     /* where the stop comes, */
#define FAR   (SIZE / 4 * 3) /* and where nobody may get to after it */
#define SMALL 64
#define SHIFT 16

/* What may take as long as it takes, in ns. */
#define LONGEST_NS 200000000

enum { CIPHER, HASH, MAC, AEAD, AKCIPHER };

static const uint8_t key[64] =
    "a key whose two halves differ, and with three different thirds";
static const uint8_t iv[16] = "sixteen bytes iv";

static void raise_flag(void *opaque)
{
    atomic_store((atomic_bool *)opaque, true);
}

/* ---- engines ---- */

enum way { APART, IN_PLACE, SHIFTED, IN_AAD, WAYS };

static const char *const way_names[WAYS] = { "apart", "in place", "shifted", "aad" };

/* One algorithm with a key, and what it works on. */
struct bench {
    const struct vcrypto_algorithm *row;
    void *context;
    struct vcrypto_bounce bounce;
    uint8_t *src, *dst; /* SIZE + SHIFT bytes each */
    uint8_t result[VCRYPTO_MAX_DIGEST];
};

static struct vcrypto_cursor cursor_at(struct iovec *iov, uint8_t *at, size_t size)
{
    struct vcrypto_cursor cursor;

    *iov = (struct iovec){ at, size };
    vcrypto_cursor_init(&cursor, iov, 1);
    return cursor;
}

/* @aad, and then @len bytes at @from. */
static enum vcrypto_status work(struct bench *bench, size_t aad_len, uint8_t *from,
                                uint8_t *to, size_t len)
{
    const struct vcrypto_engine *engine = bench->row->engine;
    struct iovec iov[3];
    struct vcrypto_cursor aad = cursor_at(&iov[0], bench->src, aad_len);
    struct vcrypto_cursor src = cursor_at(&iov[1], from, len);
    struct vcrypto_cursor dst = cursor_at(&iov[2], to, len);

    if (bench->row->service == VCRYPTO_SERVICE_CIPHER) {
        struct vcrypto_cipher_job job = { iv, src, dst };

        return engine->cipher(bench->context, bench->row, &job, &bench->bounce);
    }
    if (bench->row->service == VCRYPTO_SERVICE_AEAD) {
        struct vcrypto_aead_job job = { iv, 12, aad, src, dst, { 0 } };

        return engine->aead(bench->context, bench->row, &job, &bench->bounce);
    }
    struct vcrypto_digest_job job = {
        iv, { aad, src }, bench->result, bench->row->result_len
    };

    return engine->digest(bench->context, bench->row, &job, &bench->bounce);
}

static bool writes(const struct vcrypto_algorithm *row)
{
    return row->service == VCRYPTO_SERVICE_CIPHER ||
           row->service == VCRYPTO_SERVICE_AEAD;
}

static bool has_way(const struct vcrypto_algorithm *row, enum way way)
{
    return way == APART ||
           (way == IN_AAD ? row->service != VCRYPTO_SERVICE_CIPHER : writes(row));
}

static void check_way(struct bench *bench, enum way way)
{
    atomic_bool leave = false;
    uint8_t *to = way == APART      ? bench->dst
                  : way == IN_PLACE ? bench->src
                                    : bench->src + SHIFT;
    unsigned far;

    trap_set(bench->src + STOP, raise_flag, &leave);
    far = trap_set(bench->src + FAR, NULL, NULL);
    bench->bounce.leave = &leave;
    UT_EQ_U64(way == IN_AAD ? work(bench, SIZE, bench->dst, bench->dst, SMALL)
                            : work(bench, 0, bench->src, to, SIZE),
              VCRYPTO_ERR);
    UT_TRUE(atomic_load(&leave) && !trap_sprung(far));
    trap_end();
    UT_TRUE(bench->bounce.left);
    UT_TRUE(bench->bounce.spoiled == (way == IN_PLACE));
    bench->bounce = (struct vcrypto_bounce){ .buffer = bench->bounce.buffer,
                                             .capacity = bench->bounce.capacity };
}

/* A little work; the result is in *@small. */
static void work_a_little(struct bench *bench, uint8_t small[SMALL])
{
    UT_EQ_U64(work(bench, 0, (uint8_t *)key, bench->dst, SMALL), VCRYPTO_OK);
    memcpy(small, writes(bench->row) ? bench->dst : bench->result, SMALL);
}

static void check_row(const struct vcrypto_algorithm *row,
                      const struct vcrypto_keying *of)
{
    struct bench bench = { .row = row, .context = row->engine->context_new(of) };
    uint8_t before[SMALL], after[SMALL];

    UT_TRUE_FATAL(bench.context != NULL);
    bench.src = trap_memory(SIZE + SHIFT);
    bench.dst = trap_memory(SIZE + SHIFT);
    work_a_little(&bench, before);
    for (enum way way = 0; way < WAYS; way++) {
        ut_context("%s, %s", row->name, way_names[way]);
        if (has_way(row, way)) {
            check_way(&bench, way);
            work_a_little(&bench, after);
            UT_EQ_MEM(after, before, SMALL);
        }
    }
    trap_memory_free(bench.src, SIZE + SHIFT);
    trap_memory_free(bench.dst, SIZE + SHIFT);
    vcrypto_bounce_free(&bench.bounce);
    row->engine->context_free(bench.context);
}

/* Whether the row itself keeps requests short. */
static bool is_short(const struct vcrypto_algorithm *row)
{
    return row->max_len &&
           (uint64_t)row->max_len * (row->cost ? row->cost : 1) <= LONGEST_NS;
}

/* A new row as well has either a limit or an engine that can be left. */
static void every_algorithm_can_be_left_or_is_short(void)
{
    size_t count;
    const struct vcrypto_algorithm *rows = vcrypto_algorithm_rows(&count);
    unsigned left = 0;

    for (size_t i = 0; i < count; i++) {
        const struct vcrypto_algorithm *row = &rows[i];
        struct vcrypto_keying keying = {
            .algorithm = row,
            .key = key,
            .key_len = row->keys[0].max_len ? 32 : row->keys[0].len,
            .direction = VCRYPTO_ENCRYPT,
            .tag_len = 16,
        };

        if (row->service != VCRYPTO_SERVICE_AKCIPHER && !is_short(row) &&
            row->engine->available(row, 0)) {
            check_row(row, &keying);
            left++;
        }
    }
    ut_note("%u algorithms", left);
    UT_TRUE(left > 20);
}

/* ---- requests ---- */

#define LONG  (8u << 20) /* of 3DES: more than 200 ms, by the algorithm table */
#define SHORT (2u << 20)
#define ROOM  (LONG + 64)

/* A request whose source is at @src, and what is written at @dst. */
struct long_request {
    uint8_t *src, *dst;
    uint32_t size;
    atomic_bool stop;
    bool leave; /* or the stop is for something else, as a new map is */
    struct form_message message;
    struct iovec out[FORM_MAX_FIELDS], in;
    struct vcrypto_request request;
};

static void stop_it(void *opaque)
{
    struct long_request *r = opaque;

    vcrypto_backend_leave(point.backend, 0, r->leave);
    atomic_store(&r->stop, true);
}

static const struct form_operation tdes = { .service = CIPHER,
                                            .algorithm = VCRYPTO_CIPHER_3DES_CBC,
                                            .key = { key, 24 },
                                            .iv = { iv, 8 } };
static const struct form_operation tdes_mac = { .service = MAC,
                                                .algorithm = VCRYPTO_MAC_CMAC_3DES,
                                                .key = { key, 24 },
                                                .result_len = 8 };
static const struct form_operation tdes_chain = {
    .service = CIPHER,
    .algorithm = VCRYPTO_CIPHER_3DES_CBC,
    .key = { key, 24 },
    .iv = { iv, 8 },
    .chain = true,
    .chain_order = VCRYPTO_HASH_THEN_CIPHER,
    .hash_mode = VCRYPTO_HASH_MODE_AUTH,
    .auth_algorithm = VCRYPTO_MAC_HMAC_SHA_256,
    .auth_key = { key, 24 },
    .result_len = 32,
};

/* What @operation, as one of @size bytes, has to become. */
static struct form_operation sized(const struct form_operation *operation, uint8_t *src,
                                   uint32_t size)
{
    struct form_operation o = *operation;

    o.src = (struct form_bytes){ src, size };
    o.dst_len = o.service == CIPHER ? size : 0;
    o.cipher_len = o.chain ? size : 0;
    o.hash_len = o.cipher_len;
    return o;
}

static void prepare(struct long_request *r, const struct form_operation *operation)
{
    struct form_operation o = sized(operation, r->src, r->size);
    uint32_t status;
    uint64_t id;

    use_form(FORM_EXACT);
    id = create(&o, FORM_EXACT, &status);
    UT_EQ_U64_FATAL(status, VCRYPTO_OK);
    form_data(&o, FORM_EXACT, id, &r->message);
    for (unsigned i = 0; i < r->message.n; i++) {
        r->out[i] = (struct iovec){ (void *)r->message.fields[i].data,
                                    r->message.fields[i].len };
    }
    r->in = (struct iovec){ r->dst, o.dst_len + o.result_len + 1 };
    r->request.chain = (struct vcrypto_chain){ r->out, r->message.n, &r->in, 1 };
}

/* Runs it; returns how many requests were served. */
static size_t run_long(struct long_request *r)
{
    atomic_store(&r->stop, false);
    vcrypto_backend_leave(point.backend, 0, false);
    vcrypto_serve_decode(&point, &point.limits, &r->request, 1);
    return vcrypto_serve_run(&point, 0, &r->request, 1, &r->stop);
}

/* The same with a stop in the middle; *@far tells whether it went on long after. */
static size_t run_stopped(struct long_request *r, bool *far)
{
    unsigned number;
    size_t done;

    trap_set(r->src + r->size / 2, stop_it, r);
    number = trap_set(r->src + r->size / 4 * 3, NULL, NULL);
    done = run_long(r);
    *far = trap_sprung(number);
    trap_end();
    vcrypto_backend_leave(point.backend, 0, false);
    return done;
}

static void open_long(struct long_request *r, uint32_t size, bool leave)
{
    *r = (struct long_request){ .size = size, .leave = leave };
    r->src = trap_memory(ROOM);
    r->dst = trap_memory(ROOM);
    memset(r->src, 0x5a, size);
    point.limits.max_size = 1u << 30;
}

static void close_long(struct long_request *r)
{
    uint8_t *dst = r->dst;

    trap_memory_free(r->src, ROOM);
    if (dst != r->src) {
        trap_memory_free(dst, ROOM);
    }
}

/* Left in its middle, it can be done again and is what it would have been. */
static void check_again(const struct form_operation *operation)
{
    struct long_request r;
    bool far;

    open_long(&r, LONG, true);
    prepare(&r, operation);
    UT_EQ_U64(run_long(&r), 1);
    UT_EQ_U64(r.request.status, VCRYPTO_OK);
    g_autofree uint8_t *right = g_memdup2(r.dst, r.in.iov_len);

    memset(r.dst, GUARD, r.in.iov_len);
    UT_EQ_U64(run_stopped(&r, &far), 0);
    UT_TRUE(!far);
    UT_EQ_U64(run_long(&r), 1);
    UT_EQ_U64(r.request.status, VCRYPTO_OK);
    UT_TRUE(memcmp(r.dst, right, r.in.iov_len - 1) == 0);
    close_long(&r);
}

static void what_is_apart_is_given_back(void)
{
    ut_context("cipher");
    check_again(&tdes);
    ut_context("MAC");
    check_again(&tdes_mac);
    ut_context("chain");
    check_again(&tdes_chain);
}

static void what_is_in_place_is_an_error(void)
{
    struct long_request r;
    size_t end = 0, other = 0;
    bool far;

    open_long(&r, LONG, true);
    trap_memory_free(r.dst, ROOM);
    r.dst = r.src;
    prepare(&r, &tdes);
    UT_EQ_U64(run_stopped(&r, &far), 1);
    UT_TRUE(!far);
    UT_EQ_U64(r.request.status, VCRYPTO_ERR);
    UT_EQ_U64(r.request.written, LONG);
    /* Zeros where the result had begun; the rest was not touched. */
    while (end < LONG && r.src[end] == 0) {
        end++;
    }
    for (size_t i = end; i < LONG; i++) {
        other += r.src[i] != 0x5a;
    }
    UT_TRUE(end >= LONG / 2 && end < LONG / 4 * 3);
    UT_EQ_U64(other, 0);
    UT_EQ_U64(vcrypto_serve_used_length(&r.request, r.in.iov_len), 1);
    close_long(&r);
}

static void check_done(uint32_t size, bool leave)
{
    struct long_request r;
    bool far;

    open_long(&r, size, leave);
    prepare(&r, &tdes);
    UT_EQ_U64(run_stopped(&r, &far), 1);
    UT_TRUE(far);
    UT_EQ_U64(r.request.status, VCRYPTO_OK);
    close_long(&r);
}

static void what_does_not_take_long_is_done(void)
{
    check_done(SHORT, true);
}

static void other_stops_leave_nothing(void)
{
    check_done(LONG, false);
}

/* ---- a worker ---- */

#define RAM_BASE 0x100000
#define RAM_SIZE (LONG + (1u << 20))

static void ignore(void *opaque)
{
    (void)opaque;
}

static void release(const struct vcrypto_memory_region *regions, size_t count)
{
    (void)regions;
    (void)count;
}

/* Signals are for the host's own threads, and so are traps, but for this one. */
static void take_traps(void *opaque)
{
    sigset_t set;

    (void)opaque;
    sigemptyset(&set);
    sigaddset(&set, SIGSEGV);
    pthread_sigmask(SIG_UNBLOCK, &set, NULL);
}

static const struct vcrypto_worker_host host = {
    .thread_begin = take_traps, .notify = ignore, .fault = ignore, .stray_kick = ignore
};
static const struct vcrypto_memory_ops map_ops = { .release = release };
static const _Atomic uint64_t poll_max_ns;

/* A worker with one long request in its ring, that waits in its middle. */
struct scene {
    struct vcrypto_worker *worker;
    struct vcrypto_memory_map *map;
    struct vcrypto_ring_position position;
    struct fake_guest guest;
    struct fake_driver driver;
    uint64_t answer;
    atomic_bool arrived, go_on;
    unsigned far;
};

static void wait_in_the_middle(void *opaque)
{
    struct scene *scene = opaque;

    atomic_store(&scene->arrived, true);
    WAIT_UNTIL(atomic_load(&scene->go_on), "the control thread");
}

static void post(struct scene *scene)
{
    uint64_t src = fake_guest_allocate(&scene->guest, LONG, 4096);
    uint8_t *at = fake_guest_at(&scene->guest, src);
    struct form_operation o = sized(&tdes_mac, at, LONG);
    struct form_message message;
    uint32_t status;
    uint64_t header;

    use_form(FORM_EXACT);
    point.limits.max_size = 1u << 30;
    form_data(&o, FORM_EXACT, create(&o, FORM_EXACT, &status), &message);
    header = fake_guest_allocate(&scene->guest, message.fields[0].len, 16);
    memcpy(fake_guest_at(&scene->guest, header), message.fields[0].data,
           message.fields[0].len);
    scene->answer = fake_guest_allocate(&scene->guest, 9, 16);
    memset(fake_guest_at(&scene->guest, scene->answer), GUARD, 9);
    const struct fake_buffer buffers[] = { { header, message.fields[0].len, false },
                                           { src, LONG, false },
                                           { scene->answer, 9, true } };

    UT_TRUE_FATAL(fake_driver_add(&scene->driver, buffers, 3, 0, 1));
    fake_driver_kick(&scene->driver);
    trap_set(at + LONG / 2, wait_in_the_middle, scene);
    scene->far = trap_set(at + LONG / 4 * 3, NULL, NULL);
}

static void open_scene(struct scene *scene)
{
    const struct vcrypto_ring_setup setup = { .size = 8 };
    struct vcrypto_worker_config with = { .point = &point,
                                          .poll_max_ns = &poll_max_ns,
                                          .host = &host };

    memset(scene, 0, sizeof(*scene));
    scene->worker = vcrypto_worker_new(&with);
    UT_TRUE_FATAL(scene->worker && fake_guest_init(&scene->guest, RAM_BASE, RAM_SIZE));
    UT_TRUE_FATAL(fake_driver_init(&scene->driver, &scene->guest, &setup));
    scene->map = fake_guest_map(&scene->guest, &map_ops);
    vcrypto_worker_set_memory(scene->worker, scene->map);
    scene->position = fake_driver_start(&scene->driver);
    post(scene);
    UT_TRUE_FATAL(
        vcrypto_worker_start(scene->worker, &scene->driver.setup, &scene->position));
    WAIT_UNTIL(atomic_load(&scene->arrived), "the request to be begun");
}

static uint8_t status_of(const struct scene *scene)
{
    return *fake_guest_at(&scene->guest, scene->answer + 8);
}

static void expect_answer(struct scene *scene)
{
    WAIT_UNTIL(fake_driver_take(&scene->driver, NULL, NULL), "the answer");
    UT_EQ_U64(status_of(scene), VCRYPTO_OK);
}

static void close_scene(struct scene *scene)
{
    trap_end();
    vcrypto_worker_free(scene->worker);
    vcrypto_memory_map_unref(scene->map);
    fake_driver_fini(&scene->driver);
    fake_guest_fini(&scene->guest);
}

static void stopped_worker_leaves_a_long_request(void)
{
    struct scene scene;

    open_scene(&scene);
    vcrypto_worker_stop_begin(scene.worker);
    atomic_store(&scene.go_on, true);
    UT_TRUE(vcrypto_worker_stop(scene.worker, &scene.position));
    UT_TRUE(!trap_sprung(scene.far));
    UT_EQ_U64(status_of(&scene), GUARD);

    trap_end();
    UT_TRUE_FATAL(
        vcrypto_worker_start(scene.worker, &scene.driver.setup, &scene.position));
    expect_answer(&scene);
    close_scene(&scene);
}

static void new_map_leaves_no_request(void)
{
    struct scene scene;

    open_scene(&scene);
    vcrypto_worker_set_memory(scene.worker, scene.map);
    atomic_store(&scene.go_on, true);
    expect_answer(&scene);
    UT_TRUE(trap_sprung(scene.far));
    close_scene(&scene);
}

int main(int argc, char **argv)
{
    static const struct ut_test tests[] = {
        { "every algorithm can be left, or is short",
          every_algorithm_can_be_left_or_is_short },
        { "what is apart is given back", what_is_apart_is_given_back },
        { "what is in place is an error", what_is_in_place_is_an_error },
        { "what does not take long is done", what_does_not_take_long_is_done },
        { "other stops leave nothing", other_stops_leave_nothing },
        { "stopped worker leaves a long request",
          stopped_worker_leaves_a_long_request },
        { "new map leaves no request", new_map_leaves_no_request },
        { NULL, NULL },
    };
    static const struct ut_suite suites[] = { { "leave", set_up, tear_down, tests },
                                              { NULL, NULL, NULL, NULL } };

    return ut_main(argc, argv, suites);
}
