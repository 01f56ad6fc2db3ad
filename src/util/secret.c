/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vcrypto/secret.h"

#include <stdlib.h>
#include <string.h>

#include "secret-pool.h"

/* The largest bounce buffer that is kept between requests. */
#define BOUNCE_KEEP (64 * 1024)

#define LINE 64

/* Deeper than what the libraries need below their callers. */
#define STACK (16 * 1024)

void *vcrypto_secret_alloc(size_t size)
{
    return vcrypto_secret_pool_take(size);
}

void *vcrypto_secret_alloc_lines(size_t size)
{
    size_t whole = (size + LINE - 1) / LINE * LINE;

    return whole >= size ? vcrypto_secret_pool_take(whole) : NULL;
}

void vcrypto_secret_wipe(void *secret, size_t size)
{
    explicit_bzero(secret, size);
}

/* The compiler is not to know what is in @difference, or it might stop at the first. */
bool vcrypto_secret_equal(const void *a, const void *b, size_t size)
{
    const uint8_t *ba = a, *bb = b;
    uint64_t difference = 0;
    size_t i = 0;

    for (; i + 8 <= size; i += 8) {
        uint64_t wa, wb;

        memcpy(&wa, ba + i, 8);
        memcpy(&wb, bb + i, 8);
        difference |= wa ^ wb;
        __asm__("" : "+r"(difference));
    }
    for (; i < size; i++) {
        difference |= (uint64_t)(ba[i] ^ bb[i]);
        __asm__("" : "+r"(difference));
    }
    return difference == 0;
}

/* Where the stack of this function is, that of those before it was. */
__attribute__((noinline)) void vcrypto_secret_wipe_stack(void)
{
    uint8_t stack[STACK];

    explicit_bzero(stack, sizeof(stack));
}

void vcrypto_secret_free(void *secret, size_t size)
{
    if (secret) {
        explicit_bzero(secret, size);
        vcrypto_secret_pool_give(secret, size);
    }
}

uint8_t *vcrypto_bounce_get(struct vcrypto_bounce *bounce, size_t size)
{
    if (bounce->capacity < size) {
        size_t capacity = size < BOUNCE_KEEP ? BOUNCE_KEEP : size;

        free(bounce->buffer);
        bounce->buffer = malloc(capacity);
        bounce->capacity = bounce->buffer ? capacity : 0;
    }
    if (bounce->buffer) {
        bounce->uses++;
    }
    return bounce->buffer;
}

void vcrypto_bounce_put(struct vcrypto_bounce *bounce, size_t size)
{
    explicit_bzero(bounce->buffer, size);
    if (bounce->capacity > BOUNCE_KEEP) {
        vcrypto_bounce_free(bounce);
    }
}

static size_t stretch_of(size_t size)
{
    return size < VCRYPTO_STRETCH ? size : VCRYPTO_STRETCH;
}

bool vcrypto_bounce_read(struct vcrypto_bounce *bounce, struct vcrypto_cursor *cursor,
                         uint8_t *to, size_t size)
{
    while (size) {
        size_t n = stretch_of(size);

        if (vcrypto_bounce_leave(bounce) || !vcrypto_cursor_read(cursor, to, n)) {
            return false;
        }
        to += n;
        size -= n;
    }
    return true;
}

bool vcrypto_bounce_write(struct vcrypto_bounce *bounce, struct vcrypto_cursor *cursor,
                          const uint8_t *from, size_t size)
{
    while (size) {
        size_t n = stretch_of(size);

        if (vcrypto_bounce_leave(bounce) || !vcrypto_cursor_write(cursor, from, n)) {
            return false;
        }
        from += n;
        size -= n;
    }
    return true;
}

void vcrypto_bounce_free(struct vcrypto_bounce *bounce)
{
    free(bounce->buffer);
    bounce->buffer = NULL;
    bounce->capacity = 0;
}
