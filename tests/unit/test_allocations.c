/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whose allocations there are while requests are served, once everything is warm. The
 * program's own malloc counts what is asked of it by our code and by the libraries;
 * OpenSSL's memory functions, which it lets us replace, count its share.
 */
#include <errno.h>
#include <glib.h>
#include <malloc.h>
#include <openssl/crypto.h>
#include <string.h>

#include "forms-fixture.h"

/* glibc's, under the names that are there for this. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *block, size_t size);
void *__libc_memalign(size_t alignment, size_t size);
void __libc_free(void *block);

static unsigned all, openssls; /* allocations so far */
static size_t in_use;          /* bytes */

static void *counted(void *block)
{
    all++;
    in_use += malloc_usable_size(block);
    return block;
}

/* Libraries, too, are to find these. */
#pragma GCC visibility push(default)

void *malloc(size_t size)
{
    return counted(__libc_malloc(size));
}

void *calloc(size_t count, size_t size)
{
    return counted(__libc_calloc(count, size));
}

void *realloc(void *block, size_t size)
{
    in_use -= malloc_usable_size(block);
    return counted(__libc_realloc(block, size));
}

void *memalign(size_t alignment, size_t size)
{
    return counted(__libc_memalign(alignment, size));
}

void *aligned_alloc(size_t alignment, size_t size)
{
    return memalign(alignment, size);
}

int posix_memalign(void **block, size_t alignment, size_t size)
{
    *block = memalign(alignment, size);
    return *block ? 0 : ENOMEM;
}

void free(void *block)
{
    in_use -= malloc_usable_size(block);
    __libc_free(block);
}

#pragma GCC visibility pop

/* Secrets have memory of their own; the linker puts these in the place of its
 * functions. */
void *__real_vcrypto_secret_pool_take(size_t size);
void __real_vcrypto_secret_pool_give(void *block, size_t size);
void *__wrap_vcrypto_secret_pool_take(size_t size);
void __wrap_vcrypto_secret_pool_give(void *block, size_t size);

static uint64_t secret_bytes(void)
{
    struct vcrypto_secret_usage usage;

    vcrypto_secret_usage(&usage);
    return usage.bytes;
}

void *__wrap_vcrypto_secret_pool_take(size_t size)
{
    uint64_t before = secret_bytes();
    void *block = __real_vcrypto_secret_pool_take(size);

    all++;
    in_use += secret_bytes() - before;
    return block;
}

void __wrap_vcrypto_secret_pool_give(void *block, size_t size)
{
    uint64_t before = secret_bytes();

    __real_vcrypto_secret_pool_give(block, size);
    in_use -= before - secret_bytes();
}

static void *openssl_malloc(size_t size, const char *file, int line)
{
    (void)file;
    (void)line;
    openssls++;
    return malloc(size);
}

static void *openssl_realloc(void *block, size_t size, const char *file, int line)
{
    (void)file;
    (void)line;
    openssls++;
    return realloc(block, size);
}

static void openssl_free(void *block, const char *file, int line)
{
    (void)file;
    (void)line;
    free(block);
}

/* ---- requests ---- */

#define TOGETHER VCRYPTO_MULTI_MAX /* in a batch */
#define BATCHES  8
#define MOST     2 /* allocations of libraries for one request */
#define AKCIPHER 4

/* The same request, as often as a batch has room for. */
struct load {
    struct vcrypto_request requests[TOGETHER];
    struct iovec out, in[TOGETHER];
    uint8_t room[TOGETHER][512];
};

static struct load load;

static void aim(GByteArray *readable, uint32_t writable)
{
    UT_TRUE_FATAL(writable < sizeof(load.room[0]));
    load.out = (struct iovec){ readable->data, readable->len };
    for (unsigned i = 0; i < TOGETHER; i++) {
        load.in[i] = (struct iovec){ load.room[i], writable + 1 };
    }
}

static void run_batch(size_t count)
{
    for (unsigned i = 0; i < count; i++) {
        load.requests[i].chain = (struct vcrypto_chain){ &load.out, 1, &load.in[i], 1 };
    }
    vcrypto_serve_decode(&point, &point.limits, load.requests, count);
    for (size_t done = 0; done < count;) {
        done += vcrypto_serve_run(&point, 0, load.requests + done, count - done, NULL);
    }
}

/* Once for all known answers of an algorithm, which follow each other. */
static void note(const struct known_answer *known, size_t count, double each)
{
    static const struct vcrypto_algorithm *last[2];
    const struct vcrypto_algorithm *row =
        vcrypto_algorithm_find(known->operation.service, known->operation.algorithm);

    if (each > 0 && last[count > 1] != row) {
        ut_note("%s, %zu at a time: %.2f of OpenSSL's a request", row->name, count,
                each);
        last[count > 1] = row;
    }
}

static void expect_few(const struct known_answer *known, size_t count)
{
    unsigned all_before, openssls_before, ours, theirs;

    run_batch(count);
    run_batch(count);
    all_before = all;
    openssls_before = openssls;
    for (unsigned i = 0; i < BATCHES; i++) {
        run_batch(count);
    }
    theirs = openssls - openssls_before;
    ours = all - all_before - theirs;
    for (unsigned i = 0; i < count; i++) {
        UT_EQ_U64(load.requests[i].status, VCRYPTO_OK);
    }
    UT_EQ_U64(ours, 0);
    UT_TRUE(theirs <= MOST * BATCHES * count);
    note(known, count, (double)theirs / (double)(BATCHES * count));
}

/* Twofish is libgcrypt's, which keeps its memory to itself. */
static bool is_gcrypts(const struct form_operation *operation)
{
    return operation->service == VCRYPTO_SERVICE_MAC &&
           operation->algorithm == VCRYPTO_MAC_GMAC_TWOFISH;
}

static void try_form(const struct known_answer *known, enum form form)
{
    const struct form_operation *operation = &known->operation;
    struct form_message message;
    uint32_t status = VCRYPTO_OK;
    uint64_t id = 0;

    use_form(form);
    if (!form_stateless(form)) {
        id = create(operation, form, &status);
        UT_EQ_U64_FATAL(status, VCRYPTO_OK);
    }
    form_data(operation, form, id, &message);
    g_autoptr(GByteArray) readable = flatten(&message);

    aim(readable, operation->dst_len + operation->result_len);
    ut_context("%s, %s", known->name, form_name(form));
    expect_few(known, 1);
    expect_few(known, TOGETHER);
    ut_context(NULL);
    if (!form_stateless(form)) {
        UT_EQ_U64(destroy(operation, form, id), VCRYPTO_OK);
    }
}

/* What the build at hand does not offer is another test's matter. */
static bool is_offered(const struct form_operation *operation)
{
    return vcrypto_algorithm_find(operation->service, operation->algorithm) &&
           (!operation->chain ||
            vcrypto_algorithm_find(operation->hash_mode == VCRYPTO_HASH_MODE_PLAIN
                                       ? VCRYPTO_SERVICE_HASH
                                       : VCRYPTO_SERVICE_MAC,
                                   operation->auth_algorithm));
}

static void try_all(enum form form)
{
    const GArray *known = known_answers();
    unsigned tried = 0;

    for (guint i = 0; i < known->len; i++) {
        const struct known_answer *one = &g_array_index(known, struct known_answer, i);
        const struct form_operation *operation = &one->operation;

        if (operation->service != AKCIPHER && !is_gcrypts(operation) &&
            is_offered(operation) &&
            operation->dst_len + operation->result_len < sizeof(load.room[0])) {
            try_form(one, form);
            tried++;
        }
    }
    UT_TRUE(tried > 200);
    ut_note("%u operations", tried);
}

static void the_count_counts(void)
{
    unsigned all_before = all, openssls_before = openssls;

    vcrypto_secret_free(vcrypto_secret_alloc(16), 16);
    UT_EQ_U64(all - all_before, 1);
    UT_EQ_U64(openssls - openssls_before, 0);
    CRYPTO_free(CRYPTO_malloc(16, __FILE__, __LINE__), __FILE__, __LINE__);
    UT_EQ_U64(all - all_before, 2);
    UT_EQ_U64(openssls - openssls_before, 1);
}

static void sessions(void)
{
    try_all(FORM_LEGACY);
}

static void keys_seen_before(void)
{
    try_all(FORM_STATELESS);
}

/* ---- what a queue keeps ---- */

#define SESSIONS  512 /* more than a queue has contexts for */
#define PER_QUEUE (2u << 20)

/* A session of @algorithm, and a request with it, alone and with others. */
static void use_session(const struct known_answer *known, enum form form)
{
    struct form_message message;
    uint32_t status = VCRYPTO_OK;
    uint64_t id = form_stateless(form) ? 0 : create(&known->operation, form, &status);

    UT_EQ_U64_FATAL(status, VCRYPTO_OK);
    form_data(&known->operation, form, id, &message);
    g_autoptr(GByteArray) readable = flatten(&message);

    aim(readable, known->operation.dst_len + known->operation.result_len);
    run_batch(1);
    run_batch(TOGETHER);
    UT_EQ_U64(load.requests[0].status, VCRYPTO_OK);
}

static const struct known_answer *find_answer(uint32_t service, uint32_t algorithm)
{
    const GArray *known = known_answers();

    for (guint i = 0; i < known->len; i++) {
        const struct known_answer *one = &g_array_index(known, struct known_answer, i);

        if (one->operation.service == service &&
            one->operation.algorithm == algorithm && one->operation.src.len > 0) {
            return one;
        }
    }
    UT_FAIL_FATAL("no known answer for %u of service %u", algorithm, service);
    return NULL;
}

/* As many contexts as there can be, of the algorithm with the largest keys. */
static void fill_queue(void)
{
    const struct known_answer *known =
        find_answer(VCRYPTO_SERVICE_AEAD, VCRYPTO_AEAD_GCM);

    use_form(FORM_LEGACY);
    for (unsigned i = 0; i < SESSIONS; i++) {
        use_session(known, FORM_LEGACY);
    }
}

/* Makes a backend, fills it, and lets it go; returns what is left of it all. */
static size_t weigh_queue(void)
{
    size_t empty = in_use, idle, full, sessions;
    struct vcrypto_backend *before = point.backend;
    const char *why;

    point.backend = vcrypto_backend_new(&config, &why);
    idle = in_use - empty;
    fill_queue();
    full = in_use - empty;
    vcrypto_backend_reset(point.backend);
    sessions = full - (in_use - empty);
    vcrypto_backend_free(point.backend);
    point.backend = before;
    ut_note(
        "a queue: %zu KiB idle, at most %zu KiB, of which sessions and contexts %zu",
        idle / 1024, full / 1024, sessions / 1024);
    UT_TRUE(full < PER_QUEUE);
    return in_use - empty;
}

static void a_queue_keeps_no_more_than_is_documented(void)
{
    config.queues = 1;
    config.max_sessions = SESSIONS;
    weigh_queue(); /* what libraries make once is made now */
    UT_EQ_U64(weigh_queue(), 0);
    config.queues = 2;
    config.max_sessions = 100;
}

static const struct ut_test tests[] = {
    { "a queue keeps no more than is documented",
      a_queue_keeps_no_more_than_is_documented },
    { "the count counts", the_count_counts },
    { "requests with sessions allocate nothing of ours", sessions },
    { "requests with keys seen before allocate nothing of ours", keys_seen_before },
    { NULL, NULL },
};

int main(int argc, char **argv)
{
    const struct ut_suite suites[] = {
        { "allocations", set_up, tear_down, tests },
        { NULL, NULL, NULL, NULL },
    };

    /* Before OpenSSL has allocated anything. */
    if (!CRYPTO_set_mem_functions(openssl_malloc, openssl_realloc, openssl_free)) {
        return 1;
    }
    return ut_main(argc, argv, suites);
}
