/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Memory for keys and for what is derived from them or passes through. */
#ifndef VCRYPTO_SECRET_H
#define VCRYPTO_SECRET_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "vcrypto/cursor.h"

/**
 * vcrypto_secret_alloc: @size zeroed bytes for secrets.
 *
 * They are left out of core dumps, and locked into memory as long as all that is takes
 * no more than half of the process's RLIMIT_MEMLOCK. Returns NULL if there is no
 * memory. The caller owns the block and gives it back with vcrypto_secret_free(). Any
 * thread.
 */
void *vcrypto_secret_alloc(size_t size);

/**
 * vcrypto_secret_alloc_lines: the same, on cache lines of its own, as vector
 * instructions want it. Any thread.
 */
void *vcrypto_secret_alloc_lines(size_t size);

/**
 * vcrypto_secret_free: overwrite the @size bytes at @secret and free them.
 *
 * @size is what the block was allocated with. NULL is allowed. Any thread.
 */
void vcrypto_secret_free(void *secret, size_t size);

/**
 * vcrypto_secret_wipe: overwrite @size bytes in a way no compiler leaves out.
 *
 * Any thread.
 */
void vcrypto_secret_wipe(void *secret, size_t size);

/**
 * vcrypto_secret_equal: whether @size bytes at @a and at @b are the same.
 *
 * Takes a time that depends on @size only, so that nobody learns from it how much of a
 * secret a guess got right. 0 bytes are the same as any. Any thread.
 */
bool vcrypto_secret_equal(const void *a, const void *b, size_t size);

/**
 * vcrypto_secret_wipe_stack: overwrite what functions that were called before, and have
 * returned, left on the calling thread's stack.
 *
 * Libraries keep parts of keys there while they work, and some leave them. As far down
 * as any of them goes; costs what it takes to write 16 KiB. Any thread.
 */
void vcrypto_secret_wipe_stack(void);

/** What the secrets of the process take. */
struct vcrypto_secret_usage {
    uint64_t locked;   /* bytes of memory for them that is locked, */
    uint64_t unlocked; /* and that is not, because the limit does not allow it */
    uint64_t lockable; /* bytes of the limit that are for them; UINT64_MAX: no limit */
    uint64_t blocks;   /* that were allocated and not freed, */
    uint64_t bytes;    /* and what these take of the memory */
};

/** vcrypto_secret_usage: as it is now. Any thread. */
void vcrypto_secret_usage(struct vcrypto_secret_usage *usage);

/**
 * A bounce buffer, for data that a library cannot work on where it lies, and whether a
 * job that takes long is to be left. Belongs to one data queue; used by one thread at a
 * time. All zero is an empty one.
 */
struct vcrypto_bounce {
    uint8_t *buffer;
    size_t capacity;
    uint64_t uses; /* how often data had to be copied */

    /* NULL: jobs are done to their end. Otherwise whoever works on one looks at it
     * every VCRYPTO_STRETCH bytes at least, and fails once it is true. */
    const atomic_bool *leave;
    bool left;     /* a job failed because of that, */
    bool spoiled;  /* and cannot be done again: its source was overwritten, */
    uint64_t kept; /* but for so many bytes at its end */
};

/** How many bytes are worked on between two looks: by the slowest, for 10 ms. */
#define VCRYPTO_STRETCH (256u * 1024)

/** vcrypto_bounce_leave: whether the job at hand is to be left, and so fails now. */
static inline bool vcrypto_bounce_leave(struct vcrypto_bounce *bounce)
{
    if (bounce->leave && atomic_load_explicit(bounce->leave, memory_order_relaxed)) {
        bounce->left = true;
    }
    return bounce->left;
}

/** vcrypto_bounce_again: whether the job that failed was left, and can be done again.
 */
static inline bool vcrypto_bounce_again(const struct vcrypto_bounce *bounce)
{
    return bounce->left && !bounce->spoiled;
}

/**
 * vcrypto_bounce_get: a buffer of at least @size bytes.
 *
 * Returns NULL if there is no memory. The buffer belongs to @bounce; one is out at
 * a time, until vcrypto_bounce_put().
 */
uint8_t *vcrypto_bounce_get(struct vcrypto_bounce *bounce, size_t size);

/**
 * vcrypto_bounce_put: end the use of the buffer, of which @size bytes were written.
 *
 * They are overwritten. A small buffer is kept for the next request, a large one
 * is freed: what queues hold for good does not depend on the requests they saw.
 */
void vcrypto_bounce_put(struct vcrypto_bounce *bounce, size_t size);

/**
 * vcrypto_bounce_read: vcrypto_cursor_read(), unless the job is to be left meanwhile.
 *
 * Returns false then: the bytes that @cursor has passed were read.
 */
bool vcrypto_bounce_read(struct vcrypto_bounce *bounce, struct vcrypto_cursor *cursor,
                         uint8_t *to, size_t size);

/** vcrypto_bounce_write: vcrypto_cursor_write(), likewise. */
bool vcrypto_bounce_write(struct vcrypto_bounce *bounce, struct vcrypto_cursor *cursor,
                          const uint8_t *from, size_t size);

/** vcrypto_bounce_free: give the memory back; @bounce is empty afterwards. */
void vcrypto_bounce_free(struct vcrypto_bounce *bounce);

#endif
