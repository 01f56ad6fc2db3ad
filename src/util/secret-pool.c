/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A chunk has blocks of one size, and lies at a multiple of its own size: from a
 * block's address follows its chunk. A block that is larger than any of these sizes has
 * a mapping to itself. A chunk whose last block was given back goes back to the kernel,
 * but for some of each kind: what a session with its contexts takes, each in blocks of
 * another size, so that sessions that live shortly do not map and lock memory anew.
 */
#include "secret-pool.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "vcrypto/secret.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define POISONS
#endif
#elif defined(__SANITIZE_ADDRESS__)
#define POISONS
#endif

/* With AddressSanitizer, blocks that nobody has may not be touched, and what is only
 * pointed to from blocks is no leak. */
#ifdef POISONS
#include <sanitizer/asan_interface.h>
#include <sanitizer/lsan_interface.h>
#define poison(memory, size)   __asan_poison_memory_region(memory, size)
#define unpoison(memory, size) __asan_unpoison_memory_region(memory, size)
#define root_add(memory, size) __lsan_register_root_region(memory, size)
#define root_del(memory, size) __lsan_unregister_root_region(memory, size)
#else
#define poison(memory, size)   ((void)(memory), (void)(size))
#define unpoison(memory, size) ((void)(memory), (void)(size))
#define root_add(memory, size) ((void)(memory), (void)(size))
#define root_del(memory, size) ((void)(memory), (void)(size))
#endif

/* Sizes of blocks: multiples of 16 up to FINE, then four to each doubling. */
#define STEP         16
#define FINE         256
#define FINE_CLASSES (FINE / STEP)
#define LARGEST      (64 * 1024)
#define CLASSES      (FINE_CLASSES + 8 * 4)
#define HEADER       128 /* a multiple of 64, with room for struct chunk */
#define SMALL        4096
#define SMALL_CHUNK  (64 * 1024)
#define LARGE_CHUNK  (256 * 1024)
#define KINDS        2
#define SMALL_SPARES 4
#define LARGE_SPARES 2
#define MOST_SPARES  SMALL_SPARES

/* Linux gives a process 65530 mappings unless told otherwise. Ours mostly merge; where
 * they do not, the rest of the process is to have half of them. */
#define MAX_CHUNKS 32768

struct chunk {
    struct chunk *next, *previous; /* in the list of those that have a free block */
    void *free;                    /* blocks that were used: each points to the next */
    size_t size;                   /* of the chunk */
    size_t block;                  /* size of a block */
    uint32_t capacity;             /* blocks */
    uint32_t fresh;                /* the first that was never used */
    uint32_t used;
    bool locked;
};

_Static_assert(sizeof(struct chunk) <= HEADER, "no room for a chunk's header");

static struct {
    pthread_mutex_t lock;
    struct chunk *open[CLASSES]; /* with a free block */
    struct {
        struct chunk *chunks[MOST_SPARES]; /* empty ones, kept; they are open, too */
        unsigned count;
    } spare[KINDS];
    struct vcrypto_secret_usage usage;
    uint32_t chunks;
} pool = { .lock = PTHREAD_MUTEX_INITIALIZER };

static size_t round_up(size_t size, size_t to)
{
    return (size + to - 1) / to * to;
}

/* The class of blocks for @size, which is at most LARGEST, and the size they have. */
static unsigned class_of(size_t size, size_t *block)
{
    unsigned shift;

    if (size <= FINE) {
        *block = size ? round_up(size, STEP) : STEP;
        return (unsigned)(*block / STEP - 1);
    }
    /* 2^shift is the largest power of two below @size. */
    shift = 63u - (unsigned)__builtin_clzll((unsigned long long)size - 1);
    *block = round_up(size, (size_t)1 << (shift - 2));
    return FINE_CLASSES + (shift - 8) * 4 +
           (unsigned)((*block - ((size_t)1 << shift)) >> (shift - 2)) - 1;
}

static unsigned kind_of(size_t size)
{
    return size > SMALL;
}

static size_t chunk_size(unsigned kind)
{
    return kind ? LARGE_CHUNK : SMALL_CHUNK;
}

/* ---- chunks: all with the lock held ---- */

/* Memory at a multiple of @size, a power of two. */
static void *map_aligned(size_t size)
{
    size_t whole = 2 * size, before;
    uint8_t *map =
        mmap(NULL, whole, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (map == MAP_FAILED) {
        return NULL;
    }
    before = round_up((uintptr_t)map, size) - (uintptr_t)map;
    if (before) {
        munmap(map, before);
    }
    munmap(map + before + size, size - before);
    return map + before;
}

static void *map_anywhere(size_t size)
{
    void *map =
        mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    return map == MAP_FAILED ? NULL : map;
}

/* The limit is the whole process's, which locks memory for other reasons, too: a guest
 * that makes many sessions is not to take all of it. */
static uint64_t lockable(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_MEMLOCK, &limit) != 0) {
        return 0;
    }
    return limit.rlim_cur == RLIM_INFINITY ? UINT64_MAX : limit.rlim_cur / 2;
}

/* Makes a mapping of @size bytes a chunk. */
static struct chunk *chunk_begin(void *map, size_t size)
{
    struct chunk *chunk = map;

    madvise(map, size, MADV_DONTDUMP);
    chunk->size = size;
    chunk->locked = pool.usage.locked + size <= lockable() && mlock(map, size) == 0;
    *(chunk->locked ? &pool.usage.locked : &pool.usage.unlocked) += size;
    pool.chunks++;
    root_add(map, size);
    return chunk;
}

static void chunk_end(struct chunk *chunk)
{
    size_t size = chunk->size;

    *(chunk->locked ? &pool.usage.locked : &pool.usage.unlocked) -= size;
    pool.chunks--;
    root_del(chunk, size);
    unpoison(chunk, size);
    munmap(chunk, size);
}

static void chunk_fill(struct chunk *chunk, size_t block)
{
    chunk->block = block;
    chunk->capacity = (uint32_t)((chunk->size - HEADER) / block);
    chunk->free = NULL;
    chunk->fresh = 0;
    chunk->used = 0;
    poison((uint8_t *)chunk + HEADER, chunk->size - HEADER);
}

static void open_chunk(struct chunk **list, struct chunk *chunk)
{
    chunk->previous = NULL;
    chunk->next = *list;
    if (*list) {
        (*list)->previous = chunk;
    }
    *list = chunk;
}

static void close_chunk(struct chunk **list, struct chunk *chunk)
{
    if (chunk->previous) {
        chunk->previous->next = chunk->next;
    } else {
        *list = chunk->next;
    }
    if (chunk->next) {
        chunk->next->previous = chunk->previous;
    }
}

static struct chunk **list_of(size_t size, size_t *block)
{
    return &pool.open[class_of(size, block)];
}

static unsigned most_spares(unsigned kind)
{
    return kind ? LARGE_SPARES : SMALL_SPARES;
}

/* Whether @chunk, which is empty, is kept. */
static bool keep_spare(unsigned kind, struct chunk *chunk)
{
    if (pool.spare[kind].count == most_spares(kind)) {
        return false;
    }
    pool.spare[kind].chunks[pool.spare[kind].count++] = chunk;
    return true;
}

/* @chunk, of which a block is wanted, is no spare one any more. */
static void use_spare(unsigned kind, const struct chunk *chunk)
{
    for (unsigned i = 0; i < pool.spare[kind].count; i++) {
        if (pool.spare[kind].chunks[i] == chunk) {
            pool.spare[kind].chunks[i] =
                pool.spare[kind].chunks[--pool.spare[kind].count];
            return;
        }
    }
}

/* A spare chunk, for blocks of another size: in the old ones there are pointers. */
static struct chunk *take_spare(unsigned kind)
{
    struct chunk *chunk;
    size_t block;

    if (!pool.spare[kind].count) {
        return NULL;
    }
    chunk = pool.spare[kind].chunks[--pool.spare[kind].count];
    close_chunk(list_of(chunk->block, &block), chunk);
    unpoison(chunk, chunk->size);
    memset((uint8_t *)chunk + HEADER, 0, chunk->block * chunk->fresh);
    return chunk;
}

static struct chunk *map_chunk(unsigned kind)
{
    void *map = pool.chunks < MAX_CHUNKS ? map_aligned(chunk_size(kind)) : NULL;

    return map ? chunk_begin(map, chunk_size(kind)) : NULL;
}

/* A chunk for blocks of @block bytes, in @list. NULL: no memory. */
static struct chunk *chunk_new(struct chunk **list, unsigned kind, size_t block)
{
    struct chunk *chunk = take_spare(kind);

    if (!chunk) {
        chunk = map_chunk(kind);
    }
    if (chunk) {
        chunk_fill(chunk, block);
        open_chunk(list, chunk);
    }
    return chunk;
}

/* What was in use has zeros but for the pointer; what never was is fresh from the
 * kernel, or likewise. */
static void *take_block(struct chunk *chunk)
{
    void *block = chunk->free;

    if (!block) {
        block = (uint8_t *)chunk + HEADER + chunk->block * chunk->fresh++;
    }
    unpoison(block, chunk->block);
    if (block == chunk->free) {
        memcpy(&chunk->free, block, sizeof(chunk->free));
    }
    memset(block, 0, sizeof(chunk->free));
    chunk->used++;
    pool.usage.blocks++;
    pool.usage.bytes += chunk->block;
    return block;
}

static void give_block(struct chunk *chunk, void *block)
{
    memcpy(block, &chunk->free, sizeof(chunk->free));
    chunk->free = block;
    poison(block, chunk->block);
    chunk->used--;
    pool.usage.blocks--;
    pool.usage.bytes -= chunk->block;
}

/* ---- blocks with a mapping to themselves ---- */

static void *take_alone(size_t size)
{
    size_t whole, page = (size_t)sysconf(_SC_PAGESIZE);
    struct chunk *chunk;
    void *map;

    if (size > SIZE_MAX / 2 || pool.chunks >= MAX_CHUNKS) {
        return NULL;
    }
    whole = round_up(HEADER + size, page);
    map = map_anywhere(whole);
    if (!map) {
        return NULL;
    }
    chunk = chunk_begin(map, whole);
    chunk_fill(chunk, whole - HEADER);
    return take_block(chunk);
}

static void give_alone(void *block)
{
    struct chunk *chunk = (struct chunk *)((uint8_t *)block - HEADER);

    give_block(chunk, block);
    chunk_end(chunk);
}

/* ---- blocks in chunks ---- */

static void *take_shared(size_t size)
{
    size_t block_size;
    struct chunk **list = list_of(size, &block_size);
    struct chunk *chunk = *list ? *list : chunk_new(list, kind_of(size), block_size);
    void *block;

    if (!chunk) {
        return NULL;
    }
    if (!chunk->used) {
        use_spare(kind_of(size), chunk);
    }
    block = take_block(chunk);
    if (chunk->used == chunk->capacity) {
        close_chunk(list, chunk);
    }
    return block;
}

static void give_shared(void *block, unsigned kind)
{
    size_t mask = chunk_size(kind) - 1, unused;
    struct chunk *chunk = (struct chunk *)((uintptr_t)block & ~(uintptr_t)mask);
    struct chunk **list = list_of(chunk->block, &unused);

    if (chunk->used == chunk->capacity) {
        open_chunk(list, chunk);
    }
    give_block(chunk, block);
    if (chunk->used == 0 && !keep_spare(kind, chunk)) {
        close_chunk(list, chunk);
        chunk_end(chunk);
    }
}

void *vcrypto_secret_pool_take(size_t size)
{
    void *block;

    pthread_mutex_lock(&pool.lock);
    block = size > LARGEST ? take_alone(size) : take_shared(size);
    pthread_mutex_unlock(&pool.lock);
    return block;
}

void vcrypto_secret_pool_give(void *block, size_t size)
{
    pthread_mutex_lock(&pool.lock);
    if (size > LARGEST) {
        give_alone(block);
    } else {
        give_shared(block, kind_of(size));
    }
    pthread_mutex_unlock(&pool.lock);
}

void vcrypto_secret_usage(struct vcrypto_secret_usage *usage)
{
    pthread_mutex_lock(&pool.lock);
    *usage = pool.usage;
    usage->lockable = lockable();
    pthread_mutex_unlock(&pool.lock);
}
