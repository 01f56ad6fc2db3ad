/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * CIPHER modes that are put together from OpenSSL's.
 *
 * Those that OpenSSL lacks are key streams. They are made a stretch at a time, so that
 * one call of OpenSSL serves many blocks, and laid over the data where it lies;
 * encryption and decryption are the same.
 */
#include <string.h>

#include "../engines.h"
#include "../pieces.h"
#include "context.h"
#include "fetch.h"

#define STRETCH 256 /* a multiple of every block size */

struct stream {
    /* Writes @size bytes of the stream, whole blocks, to @to. */
    bool (*make)(struct stream *stream, uint8_t *to, size_t size);
    EVP_CIPHER_CTX *cipher;
    size_t block;
    uint64_t wanted;  /* bytes of the request that the stream was not made for yet */
    uint64_t counter; /* of the next block */
    uint8_t mask[16]; /* f8: IV' */
    size_t at, end;   /* what is not used yet of */
    uint8_t bytes[STRETCH];
};

static void put_be64(uint8_t *to, uint64_t value)
{
    for (unsigned i = 0; i < 8; i++) {
        to[i] = (uint8_t)(value >> (56 - 8 * i));
    }
}

static uint64_t get_be64(const uint8_t *from)
{
    uint64_t value = 0;

    for (unsigned i = 0; i < 8; i++) {
        value = value << 8 | from[i];
    }
    return value;
}

/* Not past the request's end: a short one must not pay for a whole stretch. */
static bool refill(struct stream *stream)
{
    size_t size = stream->wanted < STRETCH ? (size_t)stream->wanted : STRETCH;
    size_t blocks = (size + stream->block - 1) / stream->block;

    if (!stream->make(stream, stream->bytes, blocks * stream->block)) {
        return false;
    }
    stream->wanted -= size;
    stream->at = 0;
    stream->end = size;
    return true;
}

/* @dst is @src or apart from it; eight bytes are read before any of them is written. */
static void lay_over(uint8_t *dst, const uint8_t *src, const uint8_t *stream,
                     size_t size)
{
    size_t i = 0;

    for (; i + 8 <= size; i += 8) {
        uint64_t a, b;

        memcpy(&a, src + i, 8);
        memcpy(&b, stream + i, 8);
        a ^= b;
        memcpy(dst + i, &a, 8);
    }
    for (; i < size; i++) {
        dst[i] = src[i] ^ stream[i];
    }
}

static bool stream_piece(void *state, uint8_t *dst, const uint8_t *src, size_t size)
{
    struct stream *stream = state;

    while (size) {
        size_t n;

        if (stream->at == stream->end && !refill(stream)) {
            return false;
        }
        n = stream->end - stream->at;
        n = n < size ? n : size;
        lay_over(dst, src, stream->bytes + stream->at, n);
        stream->at += n;
        dst += n;
        src += n;
        size -= n;
    }
    return true;
}

/* Runs the request, and leaves nothing of the key stream behind. */
static enum vcrypto_status stream_run(struct stream *stream,
                                      const struct vcrypto_algorithm *algorithm,
                                      const struct vcrypto_cipher_job *job,
                                      struct vcrypto_bounce *bounce)
{
    bool ok;

    stream->wanted = job->src.left;
    ok = vcrypto_pieces_run(algorithm, &job->src, &job->dst, bounce, stream_piece,
                            stream);
    vcrypto_secret_wipe(stream, sizeof(*stream));
    return ok ? VCRYPTO_OK : VCRYPTO_ERR;
}

/* ---- counter mode with blocks of 8 bytes: the iv is the first block ---- */

static bool make_ctr64(struct stream *stream, uint8_t *to, size_t size)
{
    for (size_t i = 0; i < size; i += 8) {
        put_be64(to + i, stream->counter++);
    }
    return vcrypto_openssl_update(stream->cipher, to, to, size);
}

/* A key stream is made by encryption, whatever is done with it. */
static EVP_CIPHER_CTX *stream_keyed(const struct vcrypto_keying *keying,
                                    const uint8_t *key, uint32_t key_len)
{
    struct vcrypto_keying stream = *keying;

    stream.key = key;
    stream.key_len = key_len;
    stream.direction = VCRYPTO_ENCRYPT;
    return vcrypto_openssl_keyed(&stream);
}

static void *ctr64_context_new(const struct vcrypto_keying *keying)
{
    return stream_keyed(keying, keying->key, keying->key_len);
}

static enum vcrypto_status ctr64_run(void *context,
                                     const struct vcrypto_algorithm *algorithm,
                                     const struct vcrypto_cipher_job *job,
                                     struct vcrypto_bounce *bounce)
{
    struct stream stream = { .make = make_ctr64, .cipher = context, .block = 8 };

    stream.counter = get_be64(job->iv);
    return stream_run(&stream, algorithm, job, bounce);
}

const struct vcrypto_engine vcrypto_engine_openssl_ctr64 = {
    .name = "openssl",
    .init = vcrypto_openssl_init,
    .fini = vcrypto_openssl_fini,
    .library = vcrypto_openssl_version,
    .available = vcrypto_openssl_available,
    .lacks = vcrypto_openssl_lacks,
    .context_new = ctr64_context_new,
    .context_free = vcrypto_openssl_context_free,
    .cipher = ctr64_run,
};

/* ---- f8 (RFC 3711, 4.1.2): the key is a cipher's key, then the mask m ---- */

struct f8 {
    EVP_CIPHER_CTX *stream;   /* with the key */
    EVP_CIPHER_CTX *whitener; /* with the key xor m: makes IV' of the iv */
};

static void f8_context_free(void *context)
{
    struct f8 *f8 = context;

    EVP_CIPHER_CTX_free(f8->stream);
    EVP_CIPHER_CTX_free(f8->whitener);
    vcrypto_secret_free(f8, sizeof(*f8));
}

static void *f8_context_new(const struct vcrypto_keying *keying)
{
    uint32_t half = keying->key_len / 2;
    uint8_t masked[64];
    struct f8 *f8 = vcrypto_secret_alloc(sizeof(*f8));

    if (!f8 || half > sizeof(masked) / 2) {
        vcrypto_secret_free(f8, sizeof(*f8));
        return NULL;
    }
    lay_over(masked, keying->key, keying->key + half, half);
    f8->stream = stream_keyed(keying, keying->key, half);
    f8->whitener = stream_keyed(keying, masked, half);
    vcrypto_secret_wipe(masked, sizeof(masked));
    if (!f8->stream || !f8->whitener) {
        f8_context_free(f8);
        return NULL;
    }
    return f8;
}

/*
 * S(j) = E(key, IV' xor j xor S(j-1)) is what CBC makes of the blocks IV' xor j: the
 * context, whose iv is zero at first, keeps S(j-1).
 */
static bool make_f8(struct stream *stream, uint8_t *to, size_t size)
{
    for (size_t i = 0; i < size; i += 16) {
        memcpy(to + i, stream->mask, 8);
        put_be64(to + i + 8, get_be64(stream->mask + 8) ^ stream->counter++);
    }
    return vcrypto_openssl_update(stream->cipher, to, to, size);
}

static bool zero_iv(EVP_CIPHER_CTX *cipher)
{
    static const uint8_t zero[16];

    return vcrypto_openssl_checked(
        EVP_CipherInit_ex2(cipher, NULL, NULL, zero, -1, NULL));
}

static enum vcrypto_status f8_run(void *context,
                                  const struct vcrypto_algorithm *algorithm,
                                  const struct vcrypto_cipher_job *job,
                                  struct vcrypto_bounce *bounce)
{
    struct f8 *f8 = context;
    struct stream stream = { .make = make_f8, .cipher = f8->stream, .block = 16 };
    enum vcrypto_status status = VCRYPTO_ERR;

    if (zero_iv(f8->whitener) && zero_iv(f8->stream) &&
        vcrypto_openssl_update(f8->whitener, stream.mask, job->iv, 16)) {
        status = stream_run(&stream, algorithm, job, bounce);
    }
    /* The contexts end with a block of the stream, and with IV', for their next iv. */
    if (!zero_iv(f8->whitener) || !zero_iv(f8->stream)) {
        status = VCRYPTO_ERR;
    }
    return status;
}

const struct vcrypto_engine vcrypto_engine_openssl_f8 = {
    .name = "openssl",
    .init = vcrypto_openssl_init,
    .fini = vcrypto_openssl_fini,
    .library = vcrypto_openssl_version,
    .available = vcrypto_openssl_available,
    .lacks = vcrypto_openssl_lacks,
    .context_new = f8_context_new,
    .context_free = f8_context_free,
    .cipher = f8_run,
};

/* ---- RC4: OpenSSL's, but each request begins the key stream anew ---- */

struct rc4 {
    EVP_CIPHER_CTX *cipher;
    uint32_t key_len;
    uint8_t key[];
};

static void rc4_context_free(void *context)
{
    struct rc4 *rc4 = context;

    EVP_CIPHER_CTX_free(rc4->cipher);
    vcrypto_secret_free(rc4, sizeof(*rc4) + rc4->key_len);
}

static void *rc4_context_new(const struct vcrypto_keying *keying)
{
    struct rc4 *rc4 = vcrypto_secret_alloc(sizeof(*rc4) + keying->key_len);

    if (!rc4) {
        return NULL;
    }
    rc4->key_len = keying->key_len;
    memcpy(rc4->key, keying->key, keying->key_len);
    rc4->cipher = vcrypto_openssl_keyed(keying);
    if (!rc4->cipher) {
        rc4_context_free(rc4);
        return NULL;
    }
    return rc4;
}

/* OpenSSL goes on where the last request ended until the key is set again. */
static enum vcrypto_status rc4_run(void *context,
                                   const struct vcrypto_algorithm *algorithm,
                                   const struct vcrypto_cipher_job *job,
                                   struct vcrypto_bounce *bounce)
{
    struct rc4 *rc4 = context;

    return vcrypto_openssl_checked(
               EVP_CipherInit_ex2(rc4->cipher, NULL, rc4->key, NULL, -1, NULL)) &&
                   vcrypto_pieces_run(algorithm, &job->src, &job->dst, bounce,
                                      vcrypto_openssl_update, rc4->cipher)
               ? VCRYPTO_OK
               : VCRYPTO_ERR;
}

const struct vcrypto_engine vcrypto_engine_openssl_rc4 = {
    .name = "openssl",
    .init = vcrypto_openssl_init,
    .fini = vcrypto_openssl_fini,
    .library = vcrypto_openssl_version,
    .available = vcrypto_openssl_available,
    .lacks = vcrypto_openssl_lacks,
    .context_new = rc4_context_new,
    .context_free = rc4_context_free,
    .cipher = rc4_run,
};
