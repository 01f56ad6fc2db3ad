/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory for secrets as the kernel sees it: locked as far as the limit allows, left out
 * of core dumps, given back; and as its users do: theirs alone, zeros at first, wiped.
 */
#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "forms-fixture.h"
#include "support/ut.h"
#include "support/wait.h"
#include "vcrypto/secret.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#elif defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#endif

/* Chunks that may be kept although nothing is in them: four of one size, two of the
 * other. */
#define KEPT (4 * 64 * 1024 + 2 * 256 * 1024)

static const size_t sizes[] = {
    1,    15,   16,   17,   64,   100,   176,   255,   256,   257,   320,   321,
    1000, 2500, 4096, 4097, 5000, 10000, 16500, 32768, 65535, 65536, 65537, 100000,
};

/* The linker puts these in the place of the pool's own calls. */
static bool no_memory, no_locks;
static unsigned mappings;
void *__real_mmap64(void *at, size_t size, int access, int flags, int fd, off_t offset);
int __real_mlock(const void *at, size_t size);
void *__wrap_mmap64(void *at, size_t size, int access, int flags, int fd, off_t offset);
int __wrap_mlock(const void *at, size_t size);

void *__wrap_mmap64(void *at, size_t size, int access, int flags, int fd, off_t offset)
{
    if (no_memory) {
        errno = ENOMEM;
        return MAP_FAILED;
    }
    mappings++;
    return __real_mmap64(at, size, access, flags, fd, offset);
}

int __wrap_mlock(const void *at, size_t size)
{
    if (no_locks) {
        errno = EPERM;
        return -1;
    }
    return __real_mlock(at, size);
}

static struct vcrypto_secret_usage usage(void)
{
    struct vcrypto_secret_usage now;

    vcrypto_secret_usage(&now);
    return now;
}

static void set_limit(rlim_t soft)
{
    struct rlimit limit;

    UT_TRUE_FATAL(getrlimit(RLIMIT_MEMLOCK, &limit) == 0);
    limit.rlim_cur = soft < limit.rlim_max ? soft : limit.rlim_max;
    UT_TRUE_FATAL(setrlimit(RLIMIT_MEMLOCK, &limit) == 0);
}

/* ---- as the kernel sees it ---- */

/* The line of /proc/self/smaps called @name for the mapping that @address is in. */
static char *smaps_line(const void *address, const char *name)
{
    g_autofree char *text = NULL;
    g_auto(GStrv) lines = NULL;
    bool inside = false;

    UT_TRUE_FATAL(g_file_get_contents("/proc/self/smaps", &text, NULL, NULL));
    lines = g_strsplit(text, "\n", -1);
    for (unsigned i = 0; lines[i]; i++) {
        uint64_t begin, end;

        if (sscanf(lines[i], "%" SCNx64 "-%" SCNx64 " ", &begin, &end) == 2) {
            inside = begin <= (uintptr_t)address && (uintptr_t)address < end;
        } else if (inside && g_str_has_prefix(lines[i], name)) {
            return g_strconcat(lines[i], " ", NULL);
        }
    }
    UT_FAIL_FATAL("no mapping has it");
    return NULL;
}

static bool has_flag(const void *address, const char *flag)
{
    g_autofree char *flags = smaps_line(address, "VmFlags:");
    g_autofree char *word = g_strdup_printf(" %s ", flag);

    return strstr(flags, word) != NULL;
}

static uint64_t locked_kib(void)
{
    g_autofree char *text = NULL;
    const char *line;

    UT_TRUE_FATAL(g_file_get_contents("/proc/self/status", &text, NULL, NULL));
    line = strstr(text, "VmLck:");
    UT_TRUE_FATAL(line != NULL);
    return g_ascii_strtoull(line + strlen("VmLck:"), NULL, 10);
}

static void check_locked(size_t size)
{
    struct vcrypto_secret_usage before = usage(), now;
    void *secret = vcrypto_secret_alloc(size);

    UT_TRUE_FATAL(secret != NULL);
    now = usage();
    UT_TRUE(has_flag(secret, "dd"));
    UT_EQ_U64(now.unlocked, before.unlocked);
    UT_TRUE(now.locked >= size);
#ifndef SANITIZED /* sanitizers do not let anything be locked */
    UT_TRUE(has_flag(secret, "lo"));
    UT_TRUE(locked_kib() >= now.locked / 1024);
#endif
    vcrypto_secret_free(secret, size);
}

static void secrets_are_locked_and_left_out_of_dumps(void)
{
    set_limit(8 << 20);
    for (unsigned i = 0; i < G_N_ELEMENTS(sizes); i++) {
        ut_context("%zu bytes", sizes[i]);
        check_locked(sizes[i]);
    }
    ut_context(NULL);
}

/* Blocks of @size until there is one in a chunk that was not there before. */
static size_t take_until(size_t size, void **blocks, size_t max, bool locked)
{
    struct vcrypto_secret_usage before = usage(), now;
    size_t n = 0;

    do {
        UT_TRUE_FATAL(n < max);
        blocks[n] = vcrypto_secret_alloc(size);
        UT_TRUE_FATAL(blocks[n] != NULL);
        n++;
        now = usage();
    } while (locked ? now.locked == before.locked : now.unlocked == before.unlocked);
    return n;
}

static void give_all(size_t size, void **blocks, size_t n)
{
    while (n) {
        vcrypto_secret_free(blocks[--n], size);
    }
}

static void check_unlocked(size_t size)
{
    static void *blocks[30000]; /* more than fit into what is kept */
    struct vcrypto_secret_usage before = usage();
    size_t n = take_until(size, blocks, G_N_ELEMENTS(blocks), false);

    UT_EQ_U64(usage().locked, before.locked);
    UT_TRUE(!has_flag(blocks[n - 1], "lo"));
    UT_TRUE(has_flag(blocks[n - 1], "dd"));
    memset(blocks[n - 1], 7, size);
    give_all(size, blocks, n);
}

static void without_a_limit_to_lock_secrets_are_unlocked(void)
{
    set_limit(0);
    for (unsigned i = 0; i < G_N_ELEMENTS(sizes); i++) {
        ut_context("%zu bytes", sizes[i]);
        check_unlocked(sizes[i]);
    }
    ut_context(NULL);
    set_limit(8 << 20);
}

/* Whatever the limit says: a sandbox may not let it be done. */
static void where_locking_fails_secrets_are_unlocked(void)
{
    no_locks = true;
    check_unlocked(256);
    check_unlocked(100000);
    no_locks = false;
}

static void without_memory_there_are_no_secrets(void)
{
    static void *blocks[10000];
    struct vcrypto_secret_usage before;
    size_t n = 0;

    no_memory = true;
    UT_TRUE(vcrypto_secret_alloc(100000) == NULL);
    /* Those that fit into what there is. */
    while (n < G_N_ELEMENTS(blocks) && (blocks[n] = vcrypto_secret_alloc(4096))) {
        n++;
    }
    UT_TRUE(n < G_N_ELEMENTS(blocks));
    before = usage();
    no_memory = false;
    blocks[n] = vcrypto_secret_alloc(4096);
    UT_TRUE(blocks[n] != NULL);
    UT_EQ_U64(usage().blocks, before.blocks + 1);
    give_all(4096, blocks, n + 1);
}

/* The rest of the process locks memory, too. */
static void half_of_the_limit_is_left_to_others(void)
{
    static void *blocks[100000];
    struct vcrypto_secret_usage before;
    size_t n;

    set_limit(4 << 20);
    before = usage();
    n = take_until(256, blocks, G_N_ELEMENTS(blocks), false);
    ut_note("%zu blocks, %" PRIu64 " bytes locked", n, usage().locked);
    UT_TRUE(usage().locked <= 2 << 20);
    UT_TRUE(usage().locked > (2 << 20) - 64 * 1024);
    give_all(256, blocks, n);
    UT_TRUE(usage().locked + usage().unlocked <=
            before.locked + before.unlocked + KEPT);
    set_limit(8 << 20);
}

static bool is_mapped(const void *address)
{
    int fd = open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
    uint8_t byte;
    bool there = pread(fd, &byte, 1, (off_t)(uintptr_t)address) == 1;

    close(fd);
    return there;
}

static void a_large_secret_goes_back_at_once(void)
{
    void *secret = vcrypto_secret_alloc(1 << 20);

    UT_TRUE_FATAL(secret != NULL);
    UT_TRUE(is_mapped(secret));
    vcrypto_secret_free(secret, 1 << 20);
    UT_TRUE(!is_mapped(secret));
}

/* Past the sanitizers, for which what was freed may not be read. */
static void read_past_everything(const void *address, uint8_t *to, size_t size)
{
    int fd = open("/proc/self/mem", O_RDONLY | O_CLOEXEC);

    UT_TRUE_FATAL(pread(fd, to, size, (off_t)(uintptr_t)address) == (ssize_t)size);
    close(fd);
}

static void what_is_freed_is_wiped(void)
{
    uint8_t after[200];
    uint8_t *kept = vcrypto_secret_alloc(sizeof(after)); /* and so is the chunk */
    uint8_t *secret = vcrypto_secret_alloc(sizeof(after));

    UT_TRUE_FATAL(kept && secret);
    memset(secret, 0xc5, sizeof(after));
    vcrypto_secret_free(secret, sizeof(after));
    read_past_everything(secret, after, sizeof(after));
    for (unsigned i = 0; i < sizeof(after); i++) {
        UT_TRUE(after[i] != 0xc5 || i < sizeof(void *)); /* a pointer may be there */
    }
    vcrypto_secret_free(kept, sizeof(after));
}

/* ---- as users see it ---- */

/* What a block is filled with, by its address: no two have the same. */
static void fill(uint8_t *block, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        block[i] = (uint8_t)(((uintptr_t)block >> 4) * 37 + i);
    }
}

static bool is_filled(const uint8_t *block, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (block[i] != (uint8_t)(((uintptr_t)block >> 4) * 37 + i)) {
            return false;
        }
    }
    return true;
}

static bool is_zero(const uint8_t *block, size_t size)
{
    return block[0] == 0 && memcmp(block, block + 1, size - 1) == 0;
}

struct slot {
    uint8_t *block;
    size_t size;
    bool lines;
};

static void slot_take(struct slot *slot, GRand *rand)
{
    slot->size = sizes[g_rand_int_range(rand, 0, G_N_ELEMENTS(sizes))];
    slot->lines = g_rand_boolean(rand);
    slot->block = slot->lines ? vcrypto_secret_alloc_lines(slot->size)
                              : vcrypto_secret_alloc(slot->size);
}

/* Assertions are the main thread's: this says what is wrong. */
static const char *slot_fault(const struct slot *slot)
{
    if (!slot->block) {
        return "no memory";
    }
    if ((uintptr_t)slot->block % (slot->lines ? 64 : 16)) {
        return "not aligned";
    }
    return is_zero(slot->block, slot->size) ? NULL : "not zero";
}

static void slot_give(struct slot *slot)
{
    vcrypto_secret_free(slot->block, slot->size);
    slot->block = NULL;
}

static void blocks_are_their_users_alone(void)
{
    static struct slot slots[500];
    struct vcrypto_secret_usage before = usage();
    g_autoptr(GRand) rand = g_rand_new_with_seed(6);

    for (unsigned i = 0; i < 10000; i++) {
        struct slot *slot = &slots[g_rand_int_range(rand, 0, G_N_ELEMENTS(slots))];

        if (slot->block) {
            UT_TRUE_FATAL(is_filled(slot->block, slot->size));
            slot_give(slot);
        } else {
            slot_take(slot, rand);
            UT_TRUE_FATAL(slot_fault(slot) == NULL);
            fill(slot->block, slot->size);
        }
    }
    for (unsigned i = 0; i < G_N_ELEMENTS(slots); i++) {
        slot_give(&slots[i]);
    }
    UT_EQ_U64(usage().blocks, before.blocks);
    UT_EQ_U64(usage().bytes, before.bytes);
    UT_TRUE(usage().locked + usage().unlocked <=
            before.locked + before.unlocked + KEPT);
}

/* ---- lives that are short ---- */

static const size_t of_a_session[] = { 144, 320, 600, 1500, 5000 };

static void use_briefly(size_t extra)
{
    void *secrets[G_N_ELEMENTS(of_a_session)];

    for (unsigned i = 0; i < G_N_ELEMENTS(of_a_session); i++) {
        secrets[i] = vcrypto_secret_alloc(of_a_session[i] + extra);
        UT_TRUE_FATAL(secrets[i] != NULL);
        memset(secrets[i], 7, of_a_session[i] + extra);
    }
    for (unsigned i = 0; i < G_N_ELEMENTS(of_a_session); i++) {
        vcrypto_secret_free(secrets[i], of_a_session[i] + extra);
    }
}

/* Neither the same sizes again, nor others: a chunk that is kept is for any. */
static void what_is_used_briefly_is_mapped_once(void)
{
    unsigned before;

    use_briefly(0);
    before = mappings;
    for (unsigned i = 0; i < 1000; i++) {
        use_briefly(i % 3 * 200);
    }
    UT_EQ_U64(mappings, before);
}

/* A session that lives for one request, of each algorithm. */
static void live_shortly(const struct known_answer *k)
{
    struct form_message message;
    uint32_t status;
    uint64_t id = create(&k->operation, FORM_PADDED, &status);
    g_autoptr(GByteArray) bytes = NULL;
    struct outcome outcome;

    UT_EQ_U64_FATAL(status, VCRYPTO_OK);
    form_data(&k->operation, FORM_PADDED, id, &message);
    bytes = flatten(&message);
    outcome =
        run_bytes(bytes, k->operation.dst_len + k->operation.result_len, SIZE_MAX, 0);
    g_free(outcome.bytes);
    UT_EQ_U64(destroy(&k->operation, FORM_PADDED, id), VCRYPTO_OK);
}

static void sessions_that_live_shortly_are_mapped_once(void)
{
    const GArray *all = known_answers();

    UT_TRUE_FATAL(set_up() == 0);
    use_form(FORM_PADDED);
    for (unsigned i = 0; i < all->len; i++) {
        const struct known_answer *k = &g_array_index(all, struct known_answer, i);
        unsigned before;

        ut_context("%s", k->name);
        live_shortly(k);
        before = mappings;
        live_shortly(k);
        live_shortly(k);
        UT_EQ_U64(mappings, before);
    }
    ut_context(NULL);
    tear_down();
}

/* ---- threads: each frees what others allocated ---- */

#define THREADS 4

static struct slot *_Atomic exchange[64];
static _Atomic(const char *) fault;

static void *work(void *opaque)
{
    g_autoptr(GRand) rand = g_rand_new_with_seed(GPOINTER_TO_UINT(opaque));

    for (unsigned i = 0; i < 2000; i++) {
        struct slot *slot = g_new0(struct slot, 1);

        slot_take(slot, rand);
        if (slot_fault(slot)) {
            atomic_store(&fault, slot_fault(slot));
            return slot;
        }
        fill(slot->block, slot->size);
        slot = atomic_exchange(&exchange[i % G_N_ELEMENTS(exchange)], slot);
        if (slot) {
            if (!is_filled(slot->block, slot->size)) {
                atomic_store(&fault, "somebody wrote to it");
            }
            slot_give(slot);
            g_free(slot);
        }
    }
    return NULL;
}

static void threads_free_each_others_secrets(void)
{
    struct vcrypto_secret_usage before = usage();
    pthread_t threads[THREADS];

    for (unsigned i = 0; i < THREADS; i++) {
        UT_TRUE_FATAL(pthread_create(&threads[i], NULL, work, GUINT_TO_POINTER(i)) ==
                      0);
    }
    for (unsigned i = 0; i < THREADS; i++) {
        wait_join(threads[i], "thread %u", i);
    }
    for (unsigned i = 0; i < G_N_ELEMENTS(exchange); i++) {
        if (exchange[i]) {
            slot_give(exchange[i]);
            g_free(exchange[i]);
        }
    }
    UT_EQ_STR(fault ? fault : "none", "none");
    UT_EQ_U64(usage().blocks, before.blocks);
    UT_TRUE(usage().locked + usage().unlocked <=
            before.locked + before.unlocked + KEPT);
}

static void absurd_sizes_are_refused(void)
{
    UT_TRUE(vcrypto_secret_alloc(SIZE_MAX) == NULL);
    UT_TRUE(vcrypto_secret_alloc(SIZE_MAX / 2 + 2) == NULL);
    UT_TRUE(vcrypto_secret_alloc_lines(SIZE_MAX) == NULL);
}

int main(int argc, char **argv)
{
    static const struct ut_test tests[] = {
        { "secrets are locked and left out of dumps",
          secrets_are_locked_and_left_out_of_dumps },
        { "without a limit to lock, secrets are unlocked",
          without_a_limit_to_lock_secrets_are_unlocked },
        { "where locking fails, secrets are unlocked",
          where_locking_fails_secrets_are_unlocked },
        { "without memory there are no secrets", without_memory_there_are_no_secrets },
        { "half of the limit is left to others", half_of_the_limit_is_left_to_others },
        { "a large secret goes back at once", a_large_secret_goes_back_at_once },
        { "what is freed is wiped", what_is_freed_is_wiped },
        { "what is used briefly is mapped once", what_is_used_briefly_is_mapped_once },
        { "sessions that live shortly are mapped once",
          sessions_that_live_shortly_are_mapped_once },
        { "blocks are their users' alone", blocks_are_their_users_alone },
        { "threads free each other's secrets", threads_free_each_others_secrets },
        { "absurd sizes are refused", absurd_sizes_are_refused },
        { NULL, NULL },
    };
    static const struct ut_suite suites[] = { { "secret pool", NULL, NULL, tests },
                                              { NULL, NULL, NULL, NULL } };

    return ut_main(argc, argv, suites);
}
