/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * CIPHER requests on OpenSSL's EVP interface.
 *
 * Data is worked on where it lies, piece by piece. Where a block straddles two
 * pieces it is put together on the stack; where OpenSSL must see everything at once,
 * or source and destination overlap in a way that would destroy what is still to be
 * read, the data passes through the bounce buffer.
 */
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include "../engines.h"
#include "fetch.h"

/* EVP_CipherUpdate takes an int; a multiple of every block size. */
#define MAX_UPDATE (1u << 30)
#define MAX_BLOCK  16

static bool cipher_available(const struct vcrypto_algorithm *algorithm,
                             unsigned key_index)
{
    return vcrypto_openssl_cipher(algorithm, key_index) != NULL;
}

/*
 * OpenSSL's errors go to a queue of the calling thread, which may be QEMU's main
 * thread: nothing of ours stays behind in it.
 */
static bool checked(int result)
{
    if (result != 1) {
        ERR_clear_error();
    }
    return result == 1;
}

/*
 * As a parameter, which the cipher keeps. EVP_CIPHER_CTX_set_padding() would leave a note
 * to say it to the cipher again with each iv, which takes as long as 100 bytes of AES.
 */
static bool padding_off(EVP_CIPHER_CTX *context)
{
    unsigned padding = 0;
    const OSSL_PARAM params[] = {
        OSSL_PARAM_construct_uint(OSSL_CIPHER_PARAM_PADDING, &padding),
        OSSL_PARAM_construct_end(),
    };

    return checked(EVP_CIPHER_CTX_set_params(context, params));
}

static void *cipher_context_new(const struct vcrypto_algorithm *algorithm,
                                unsigned key_index, const uint8_t *key,
                                enum vcrypto_direction direction)
{
    EVP_CIPHER *cipher = vcrypto_openssl_cipher(algorithm, key_index);
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();

    if (!context || !checked(EVP_CipherInit_ex2(context, cipher, key, NULL,
                                                direction == VCRYPTO_ENCRYPT, NULL)) ||
        !padding_off(context)) {
        EVP_CIPHER_CTX_free(context);
        return NULL;
    }
    return context;
}

static void cipher_context_free(void *context)
{
    EVP_CIPHER_CTX_free(context);
}

/* @size bytes, whole granules, in one piece on both sides. */
static bool update(EVP_CIPHER_CTX *context, uint8_t *dst, const uint8_t *src,
                   size_t size)
{
    int done = 0;

    return checked(EVP_CipherUpdate(context, dst, &done, src, (int)size)) &&
           (size_t)done == size;
}

/* One granule that lies in pieces on one side at least. */
static bool straddling_block(EVP_CIPHER_CTX *context, size_t granule,
                             struct vcrypto_cursor *src, struct vcrypto_cursor *dst)
{
    uint8_t block[MAX_BLOCK];
    bool ok;

    ok = vcrypto_cursor_read(src, block, granule) &&
         update(context, block, block, granule) &&
         vcrypto_cursor_write(dst, block, granule);
    vcrypto_secret_wipe(block, sizeof(block));
    return ok;
}

static bool run_in_pieces(EVP_CIPHER_CTX *context, size_t granule,
                          struct vcrypto_cursor src, struct vcrypto_cursor dst)
{
    while (src.left) {
        uint8_t *from, *to;
        size_t from_size = vcrypto_cursor_chunk(&src, &from);
        size_t to_size = vcrypto_cursor_chunk(&dst, &to);
        size_t n = from_size < to_size ? from_size : to_size;

        n = n < MAX_UPDATE ? n : MAX_UPDATE;
        n -= n % granule;
        if (n == 0) {
            if (!straddling_block(context, granule, &src, &dst)) {
                return false;
            }
            continue;
        }
        if (!update(context, to, from, n)) {
            return false;
        }
        vcrypto_cursor_advance(&src, n);
        vcrypto_cursor_advance(&dst, n);
    }
    return true;
}

static bool run_bounced(EVP_CIPHER_CTX *context, size_t granule,
                        struct vcrypto_cursor src, struct vcrypto_cursor dst,
                        struct vcrypto_bounce *bounce)
{
    size_t size = (size_t)src.left;
    uint8_t *buffer = vcrypto_bounce_get(bounce, size);
    struct iovec iov = { .iov_base = buffer, .iov_len = size };
    struct vcrypto_cursor in_buffer;
    bool ok;

    if (!buffer) {
        return false;
    }
    vcrypto_cursor_init(&in_buffer, &iov, 1);
    ok = vcrypto_cursor_read(&src, buffer, size) &&
         run_in_pieces(context, granule, in_buffer, in_buffer) &&
         vcrypto_cursor_write(&dst, buffer, size);
    vcrypto_bounce_put(bounce, size);
    return ok;
}

static bool in_one_piece(struct vcrypto_cursor cursor)
{
    uint8_t *data;

    return vcrypto_cursor_chunk(&cursor, &data) == cursor.left;
}

static bool must_bounce(const struct vcrypto_algorithm *algorithm,
                        const struct vcrypto_cursor *src,
                        const struct vcrypto_cursor *dst)
{
    if (algorithm->whole && !(in_one_piece(*src) && in_one_piece(*dst))) {
        return true;
    }
    return vcrypto_cursor_overlap(src, dst) == VCRYPTO_OVERLAP_PARTIAL;
}

static enum vcrypto_status cipher_run(void *context,
                                      const struct vcrypto_algorithm *algorithm,
                                      const struct vcrypto_request *request,
                                      struct vcrypto_bounce *bounce)
{
    const uint8_t *iv = algorithm->iv_len ? request->iv : NULL;
    struct vcrypto_cursor dst = request->dst;
    bool ok;

    /* Only as much of dst as is written counts: it may be longer than src. */
    dst.left = request->src.left;
    /* Sets the iv, and forgets whatever an earlier request left behind. */
    ok = checked(EVP_CipherInit_ex2(context, NULL, NULL, iv, -1, NULL));
    if (ok && must_bounce(algorithm, &request->src, &dst)) {
        ok = run_bounced(context, algorithm->granule, request->src, dst, bounce);
    } else if (ok) {
        ok = run_in_pieces(context, algorithm->granule, request->src, dst);
    }
    return ok ? VCRYPTO_OK : VCRYPTO_ERR;
}

const struct vcrypto_engine vcrypto_engine_openssl = {
    .name = "openssl",
    .init = vcrypto_openssl_init,
    .fini = vcrypto_openssl_fini,
    .available = cipher_available,
    .context_new = cipher_context_new,
    .context_free = cipher_context_free,
    .cipher = cipher_run,
};
