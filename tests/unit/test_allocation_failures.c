/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Every allocation of the core fails once, one after the other, while a device is made,
 * serves requests of all algorithms, and goes. Nothing breaks, nothing is lost: what
 * did not get its memory says so in its own status, and all else is right.
 *
 * The linker puts the functions here in the place of the core's own calls; what the
 * libraries allocate for themselves is not counted.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "forms-fixture.h"

#include "vcrypto/algorithm.h"
#include "vcrypto/memory-map.h"
#include "vcrypto/options.h"
#include "vcrypto/worker.h"
#include "support/state-bytes.h"
#include "support/watchdog.h"

static atomic_long calls, live;
static long fail_at;      /* the number of the call that fails; 0: none */
static unsigned refusals; /* for want of memory, seen since that was set */

static bool allowed(void)
{
    return atomic_fetch_add(&calls, 1) + 1 != fail_at;
}

static void *counted(void *memory)
{
    atomic_fetch_add(&live, memory != NULL);
    return memory;
}

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_reallocarray(void *memory, size_t count, size_t size);
void *__real_aligned_alloc(size_t alignment, size_t size);
char *__real_strdup(const char *text);
FILE *__real_open_memstream(char **text, size_t *size);
void __real_free(void *memory);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_reallocarray(void *memory, size_t count, size_t size);
void *__wrap_aligned_alloc(size_t alignment, size_t size);
char *__wrap_strdup(const char *text);
FILE *__wrap_open_memstream(char **text, size_t *size);
void __wrap_free(void *memory);

/* Secrets have memory of their own. */
void *__real_vcrypto_secret_pool_take(size_t size);
void __real_vcrypto_secret_pool_give(void *block, size_t size);
void *__wrap_vcrypto_secret_pool_take(size_t size);
void __wrap_vcrypto_secret_pool_give(void *block, size_t size);

void *__wrap_malloc(size_t size)
{
    return allowed() ? counted(__real_malloc(size)) : NULL;
}

void *__wrap_calloc(size_t count, size_t size)
{
    return allowed() ? counted(__real_calloc(count, size)) : NULL;
}

void *__wrap_reallocarray(void *memory, size_t count, size_t size)
{
    void *larger = allowed() ? __real_reallocarray(memory, count, size) : NULL;

    atomic_fetch_add(&live, larger && !memory);
    return larger;
}

void *__wrap_aligned_alloc(size_t alignment, size_t size)
{
    return allowed() ? counted(__real_aligned_alloc(alignment, size)) : NULL;
}

char *__wrap_strdup(const char *text)
{
    return allowed() ? counted(__real_strdup(text)) : NULL;
}

/* The text that the stream leaves is the caller's to free. */
FILE *__wrap_open_memstream(char **text, size_t *size)
{
    return allowed() ? counted(__real_open_memstream(text, size)) : NULL;
}

void __wrap_free(void *memory)
{
    atomic_fetch_sub(&live, memory != NULL);
    __real_free(memory);
}

void *__wrap_vcrypto_secret_pool_take(size_t size)
{
    return allowed() ? counted(__real_vcrypto_secret_pool_take(size)) : NULL;
}

void __wrap_vcrypto_secret_pool_give(void *block, size_t size)
{
    atomic_fetch_sub(&live, 1);
    __real_vcrypto_secret_pool_give(block, size);
}

static void fail_one(void (*scenario)(void), long n)
{
    long before = atomic_load(&live);

    atomic_store(&calls, 0);
    fail_at = n;
    refusals = 0;
    scenario();
    fail_at = 0;
    UT_TRUE(refusals <= 1);
    UT_EQ_U64((uint64_t)atomic_load(&live), (uint64_t)before);
}

/*
 * Runs @scenario with the first call failing, then the second, and so on until it has
 * no more; beyond @every calls, with about as many as that of the others. One failure
 * is one refusal at most: whatever comes after it succeeds.
 */
static void fail_each(void (*scenario)(void), long every)
{
    long total;

    scenario(); /* what is kept for as long as the process runs */
    atomic_store(&calls, 0);
    fail_at = 0;
    scenario();
    total = atomic_load(&calls);
    UT_TRUE(total > 0);
    for (long n = 1; n <= total; n += n < every ? 1 : (total - every) / every + 1) {
        ut_context("allocation %ld of %ld", n, total);
        fail_one(scenario, n);
    }
    ut_context(NULL);
    ut_note("%ld allocations", total);
}

/* ---- sessions and requests ---- */

/* Nothing is refused but after the call that failed. */
static void refused(void)
{
    UT_TRUE(fail_at != 0 && atomic_load(&calls) >= fail_at);
    refusals++;
}

static void check_outcome(const struct known_answer *k, struct outcome outcome)
{
    if (outcome.status == VCRYPTO_OK) {
        UT_EQ_MEM(outcome.bytes, k->answer.data, k->answer.len);
    } else {
        UT_EQ_U64(outcome.status, VCRYPTO_ERR);
        refused();
    }
    g_free(outcome.bytes);
}

static void use_session(const struct known_answer *k, enum form form)
{
    uint32_t status = VCRYPTO_OK;
    uint64_t id = 0;

    use_form(form);
    if (!form_stateless(form)) {
        id = create(&k->operation, form, &status);
        if (status != VCRYPTO_OK) {
            UT_EQ_U64(status, VCRYPTO_ERR);
            UT_EQ_U64(id, 0);
            refused();
            return;
        }
    }
    /* In pieces, so that there must be room to put them together. */
    check_outcome(k, run(&k->operation, form, id, 7, 0));
    if (id) {
        /* Only one allocation fails: a request that got no memory gets it now. */
        bool past = atomic_load(&calls) >= fail_at;
        struct outcome again = run(&k->operation, form, id, 4096, 0);

        UT_TRUE(!past || again.status == VCRYPTO_OK);
        check_outcome(k, again);
        UT_EQ_U64(destroy(&k->operation, form, id), VCRYPTO_OK);
    }
}

/* One known answer of each algorithm, by turns in a session and without one. */
static void serve_everything(void)
{
    const GArray *all = known_answers();
    const struct form_operation *last = NULL;

    if (set_up() != 0) {
        refused();
        return;
    }
    for (unsigned i = 0; i < all->len; i++) {
        const struct known_answer *k = &g_array_index(all, struct known_answer, i);

        if (last && last->service == k->operation.service &&
            last->algorithm == k->operation.algorithm &&
            last->auth_algorithm == k->operation.auth_algorithm) {
            continue;
        }
        last = &k->operation;
        use_session(k, FORM_EXACT);
        use_session(k, FORM_STATELESS);
    }
    UT_EQ_U64(vcrypto_backend_sessions(point.backend), 0);
    tear_down();
}

static void requests_say_that_there_is_no_memory(void)
{
    fail_each(serve_everything, LONG_MAX);
}

/* The table grows, and is full of sessions that work. */
static void fill_table(void)
{
    const struct known_answer *k =
        &g_array_index(known_answers(), struct known_answer, 0);
    unsigned made = 0, failed = 0;
    uint32_t status;

    if (set_up() != 0) {
        refused();
        return;
    }
    use_form(FORM_EXACT);
    for (unsigned i = 0; i < config.max_sessions + 1; i++) {
        create(&k->operation, FORM_EXACT, &status);
        made += status == VCRYPTO_OK;
        failed += status == VCRYPTO_ERR;
    }
    UT_EQ_U64(vcrypto_backend_sessions(point.backend), made);
    UT_TRUE(made == config.max_sessions);
    if (failed) {
        UT_EQ_U64(failed, 1);
        refused();
    }
    vcrypto_backend_reset(point.backend);
    UT_EQ_U64(vcrypto_backend_sessions(point.backend), 0);
    tear_down();
}

static void a_session_without_memory_leaves_no_trace(void)
{
    fail_each(fill_table, LONG_MAX);
}

/* ---- a state that moves ---- */

static GByteArray *moving;
static struct vcrypto_state_device moving_device;

/* One session of each algorithm, and as many more as make the table grow twice. */
static void make_state(void)
{
    const GArray *all = known_answers();
    uint32_t status;

    config.max_sessions = 400;
    UT_TRUE_FATAL(set_up() == 0);
    use_form(FORM_EXACT);
    for (unsigned i = 0; i < all->len && i < config.max_sessions; i++) {
        create(&g_array_index(all, struct known_answer, i).operation, FORM_EXACT,
               &status);
    }
    vcrypto_backend_destroy_session(point.backend, 7);
    memset(&moving_device, 0, sizeof(moving_device));
    vcrypto_backend_promises(point.backend, &moving_device.promises);
    moving = state_bytes_save(point.backend, &moving_device);
    tear_down();
}

static void load_state(void)
{
    struct vcrypto_state_device device = moving_device;
    char why[VCRYPTO_STATE_MESSAGE];

    if (set_up() != 0) {
        refused();
        return;
    }
    if (!state_bytes_load(point.backend, &device, moving, why, sizeof(why))) {
        UT_EQ_U64(vcrypto_backend_sessions(point.backend), 0);
        refused();
        UT_TRUE(state_bytes_load(point.backend, &device, moving, why, sizeof(why)));
    }
    UT_TRUE(vcrypto_backend_sessions(point.backend) > 100);
    tear_down();
}

static void a_state_without_memory_is_refused(void)
{
    make_state();
    fail_each(load_state, 200);
    g_byte_array_unref(moving);
    config.max_sessions = 100;
}

/* ---- the queue ---- */

static void nothing(void *opaque)
{
    (void)opaque;
}

static void make_worker(void)
{
    static const struct vcrypto_worker_host host = { .notify = nothing,
                                                     .fault = nothing,
                                                     .stray_kick = nothing };
    static _Atomic uint64_t poll_max_ns;
    static uint8_t ram[4096];
    const struct vcrypto_memory_region region = {
        .address = 0, .size = sizeof(ram), .host = ram, .writable = true
    };
    const struct vcrypto_memory_ops ops = { 0 };
    const struct vcrypto_worker_config worker_config = { .point = &point,
                                                         .poll_max_ns = &poll_max_ns,
                                                         .host = &host };
    struct vcrypto_memory_map *map = vcrypto_memory_map_new(&region, 1, &ops);
    struct vcrypto_worker *worker;

    errno = 0;
    worker = vcrypto_worker_new(&worker_config);
    if (worker) {
        vcrypto_worker_set_memory(worker, map);
    } else {
        UT_EQ_U64((uint64_t)errno, ENOMEM);
        refused();
    }
    vcrypto_worker_free(worker);
    vcrypto_memory_map_unref(map);
}

static void a_worker_without_memory_is_none(void)
{
    fail_each(make_worker, LONG_MAX);
}

/* ---- the libraries ---- */

/* What there is no memory to try is not called wrong. */
static void try_libraries(void)
{
    const char *why = NULL;

    if (vcrypto_algorithms_init(&why)) {
        UT_TRUE(vcrypto_algorithms_complaint(0) == NULL);
        vcrypto_algorithms_fini();
    } else {
        UT_TRUE(why != NULL);
        refused();
    }
}

/* Each of several thousand contexts takes memory of ours. */
static void libraries_without_memory_are_not_called_wrong(void)
{
    fail_each(try_libraries, 40);
}

/* The others do not try them again. */
static int keep_libraries(void)
{
    const char *why;

    return vcrypto_algorithms_init(&why) ? 0 : -1;
}

static int let_libraries_go(void)
{
    vcrypto_algorithms_fini();
    return 0;
}

/* ---- the operator's options ---- */

static void parse_options(void)
{
    static const char *const argv[] = { "backend=a", "queues=2", "backend=b",
                                        "max-size=1M" };
    char message[VCRYPTO_OPTION_MESSAGE] = "";
    struct vcrypto_arguments arguments;

    if (vcrypto_arguments_parse(4, argv, &arguments, message)) {
        UT_EQ_U64(arguments.count, 2);
        UT_EQ_STR(arguments.backends[0].name, "a");
        UT_EQ_STR(arguments.backends[1].name, "b");
        UT_EQ_U64(arguments.backends[1].options.max_size, 1 << 20);
    } else {
        UT_EQ_STR(message, "no memory; free some");
        refused();
    }
    vcrypto_arguments_free(&arguments);
}

static void print_help(void)
{
    char *text = vcrypto_arguments_help();

    if (text) {
        UT_TRUE(strstr(text, "max-sessions") != NULL);
    } else {
        refused();
    }
    free(text);
}

static void options_without_memory_are_refused(void)
{
    fail_each(parse_options, LONG_MAX);
    fail_each(print_help, LONG_MAX);
}

int main(int argc, char **argv)
{
    static const struct ut_test tests[] = {
        { "requests say that there is no memory",
          requests_say_that_there_is_no_memory },
        { "a session without memory leaves no trace",
          a_session_without_memory_leaves_no_trace },
        { "a state without memory is refused", a_state_without_memory_is_refused },
        { "a worker without memory is none", a_worker_without_memory_is_none },
        { "options without memory are refused", options_without_memory_are_refused },
        { NULL, NULL },
    };
    static const struct ut_test library_tests[] = {
        { "libraries without memory are not called wrong",
          libraries_without_memory_are_not_called_wrong },
        { NULL, NULL },
    };
    static const struct ut_suite suites[] = {
        { "allocation failures", keep_libraries, let_libraries_go, tests },
        { "allocation failures of libraries", NULL, NULL, library_tests },
        { NULL, NULL, NULL, NULL },
    };

    watchdog_limit(1500);
    return ut_main(argc, argv, suites);
}
