/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A bounded cursor over a scattered byte stream.
 *
 * The readable (or the writable) descriptors of a chain are one byte stream:
 * where one descriptor ends and the next begins carries no meaning (virtio,
 * "Message Framing"). A cursor stands somewhere in such a stream and knows how
 * many bytes are left. It owns nothing: the iovec array and the memory behind
 * it belong to the caller and outlive it. Copying a cursor by assignment makes
 * an independent one. No function here allocates, locks or fails halfway: a
 * call that cannot be served whole returns false and leaves the cursor alone.
 *
 * The memory may be a guest's, which changes it whenever it likes: a byte that
 * decides something is read once, into memory of our own.
 */
#ifndef VCRYPTO_CURSOR_H
#define VCRYPTO_CURSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

struct vcrypto_cursor {
    const struct iovec *iov; /* the element that the next byte is in */
    size_t count;            /* elements from there to the end of the array */
    size_t skip;             /* bytes of *iov that have been passed */
    uint64_t left;           /* bytes up to the end of the stream */
};

/**
 * vcrypto_cursor_init: stand at the first byte of @count elements at @iov.
 *
 * @iov may be NULL if @count is 0; elements of length 0 are allowed anywhere.
 * Any thread.
 */
void vcrypto_cursor_init(struct vcrypto_cursor *cursor, const struct iovec *iov,
                         size_t count);

/**
 * vcrypto_cursor_read: copy the next @size bytes to @buffer and pass them.
 *
 * Returns false, having read nothing, if fewer are left. Any thread.
 */
bool vcrypto_cursor_read(struct vcrypto_cursor *cursor, void *buffer, size_t size);

/**
 * vcrypto_cursor_write: copy @size bytes from @buffer over the next ones.
 *
 * Returns false, having written nothing, if fewer are left. Any thread.
 */
bool vcrypto_cursor_write(struct vcrypto_cursor *cursor, const void *buffer,
                          size_t size);

/**
 * vcrypto_cursor_take: split off the next @size bytes as a stream of their own.
 *
 * On success @part stands at the first of them and has exactly @size left, and
 * @cursor has passed them. Returns false, with @part untouched, if fewer are
 * left. @part may be NULL: then the bytes are only passed. Any thread.
 */
bool vcrypto_cursor_take(struct vcrypto_cursor *cursor, uint64_t size,
                         struct vcrypto_cursor *part);

/**
 * vcrypto_cursor_chunk: the bytes that lie in one piece at the cursor.
 *
 * Sets *@data to the next byte and returns how many follow each other in
 * memory from there, at most what is left; 0 only at the end. Passes elements of
 * length 0, nothing else. Any thread.
 */
static inline size_t vcrypto_cursor_chunk(struct vcrypto_cursor *cursor, uint8_t **data)
{
    while (cursor->left && cursor->count) {
        size_t rest = cursor->iov->iov_len - cursor->skip;

        if (rest) {
            *data = (uint8_t *)cursor->iov->iov_base + cursor->skip;
            return rest < cursor->left ? rest : (size_t)cursor->left;
        }
        cursor->iov++;
        cursor->count--;
        cursor->skip = 0;
    }
    *data = NULL;
    return 0;
}

/**
 * vcrypto_cursor_advance: pass @size bytes of the chunk just looked at.
 *
 * @size is at most what vcrypto_cursor_chunk() last returned. Any thread.
 */
static inline void vcrypto_cursor_advance(struct vcrypto_cursor *cursor, size_t size)
{
    cursor->skip += size;
    cursor->left -= size;
}

/** How two streams of equal length lie to each other in memory. */
enum vcrypto_overlap {
    VCRYPTO_OVERLAP_NONE,    /* no byte in common */
    VCRYPTO_OVERLAP_EXACT,   /* common bytes stand at equal offsets: in place */
    VCRYPTO_OVERLAP_PARTIAL, /* anything else, or too scattered to tell cheaply */
};

/**
 * vcrypto_cursor_overlap: whether writing @b's stream may destroy unread bytes
 * of @a's when both are worked through in step.
 *
 * The work is bounded whatever the number of pieces; streams in very many
 * pieces are answered VCRYPTO_OVERLAP_PARTIAL, the answer that is always safe.
 * Any thread.
 */
enum vcrypto_overlap vcrypto_cursor_overlap(const struct vcrypto_cursor *a,
                                            const struct vcrypto_cursor *b);

#endif
