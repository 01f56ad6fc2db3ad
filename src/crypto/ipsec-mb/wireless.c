/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The algorithms of mobile networks: KASUMI, SNOW 3G and ZUC, each as a cipher and as a
 * MAC. The rows keep lengths within what the library takes.
 *
 * Each request is one job. The library has functions for one buffer as well, which are
 * faster; those of ZUC give wrong results before 2.0, and later versions have none. Its
 * jobs for EIA3 end with such a function: here only the key stream is the library's.
 *
 * All data goes through a buffer of ours: how far beyond its end these functions read
 * is the matter of each processor's variant of them, and guest memory may end there.
 */
#include <string.h>

#include "../engines.h"
#include "manager.h"

/* More than any vector register has. */
#define SLACK 64

/* Does @filled, alone, with a manager that is nobody else's meanwhile. */
static bool run_job(const IMB_JOB *filled)
{
    struct ipsec_mb_owned *owned = vcrypto_ipsec_mb_manager_take();
    IMB_JOB *job;
    bool ok;

    if (!owned) {
        return false;
    }
    *IMB_GET_NEXT_JOB(owned->manager) = *filled;
    /* Not checked: EIA3 needs more of the key stream than EEA3 may use. */
    job = IMB_SUBMIT_JOB_NOCHECK(owned->manager);
    if (!job) {
        job = IMB_FLUSH_JOB(owned->manager);
    }
    ok = job && job->status == IMB_STATUS_COMPLETED;
    vcrypto_ipsec_mb_manager_give(owned);
    return ok;
}

static bool encipher(const struct ipsec_mb_key *key,
                     const struct vcrypto_algorithm *algorithm, const uint8_t *iv,
                     uint8_t *data, uint32_t len)
{
    IMB_JOB job = {
        .cipher_direction = IMB_DIR_ENCRYPT,
        .chain_order = IMB_ORDER_CIPHER_HASH,
        .hash_alg = IMB_AUTH_NULL,
        .enc_keys = key->schedule,
        .dec_keys = key->schedule,
        .key_len_in_bytes = VCRYPTO_IPSEC_MB_KEY,
        .iv = iv,
        .iv_len_in_bytes = algorithm->iv_len,
        .src = data,
        .dst = data,
        .msg_len_to_cipher_in_bits = 8 * (uint64_t)len,
    };

    switch (algorithm->id) {
    case VCRYPTO_CIPHER_KASUMI_F8:
        job.cipher_mode = IMB_CIPHER_KASUMI_UEA1_BITLEN;
        break;
    case VCRYPTO_CIPHER_SNOW3G_UEA2:
        job.cipher_mode = IMB_CIPHER_SNOW3G_UEA2_BITLEN;
        break;
    default:
        job.cipher_mode = IMB_CIPHER_ZUC_EEA3;
        job.enc_keys = key->key;
        job.dec_keys = key->key;
        job.msg_len_to_cipher_in_bytes = len;
        break;
    }
    return run_job(&job);
}

/* Encryption and decryption are the same. */
static enum vcrypto_status wireless_cipher(void *context,
                                           const struct vcrypto_algorithm *algorithm,
                                           const struct vcrypto_cipher_job *job,
                                           struct vcrypto_bounce *bounce)
{
    struct vcrypto_cursor src = job->src, dst = job->dst;
    uint32_t len = (uint32_t)src.left;
    uint8_t *data;
    bool ok;

    if (len == 0) {
        return VCRYPTO_OK;
    }
    data = vcrypto_bounce_get(bounce, len + SLACK);
    if (!data) {
        return VCRYPTO_ERR;
    }
    ok = vcrypto_cursor_read(&src, data, len);
    if (ok) {
        ok = encipher(context, algorithm, job->iv, data, len) &&
             vcrypto_cursor_write(&dst, data, len);
    }
    vcrypto_bounce_put(bounce, len + SLACK);
    return ok ? VCRYPTO_OK : VCRYPTO_ERR;
}

/* ---- EIA3 ---- */

/* Words of the key stream that a message of @len bytes takes. */
static size_t eia3_words(size_t len)
{
    return (8 * len + 31) / 32 + 2;
}

static uint32_t word_at(const uint8_t *bytes, size_t i)
{
    const uint8_t *at = bytes + 4 * i;

    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

/* The 32 bits of the key stream from bit @bit of word @i on. */
static uint32_t bits_at(const uint8_t *stream, size_t i, unsigned bit)
{
    uint64_t both = (uint64_t)word_at(stream, i) << 32 | word_at(stream, i + 1);

    return (uint32_t)(both >> (32 - bit));
}

/*
 * For each bit of the message that is 1, the 32 bits of the key stream from there on;
 * then those from the message's end on, and the last word. What bits the message has
 * makes no difference to the time. @data is followed by zeros up to a word.
 */
static uint32_t eia3_sum(const uint8_t *data, uint32_t len, const uint8_t *stream)
{
    size_t words = eia3_words(len);
    uint32_t sum = 0;

    for (size_t i = 0; i < words - 2; i++) {
        uint64_t both = (uint64_t)word_at(stream, i) << 32 | word_at(stream, i + 1);
        uint32_t message = word_at(data, i);

        for (unsigned bit = 0; bit < 32; bit++) {
            sum ^= (uint32_t)(both >> (32 - bit)) & -(message >> (31 - bit) & 1);
        }
    }
    return sum ^ bits_at(stream, len / 4, 8 * (len % 4)) ^ word_at(stream, words - 1);
}

/* The key stream's place is behind @data and SLACK, and is SLACK longer. */
static bool eia3(const struct ipsec_mb_key *key, const uint8_t *iv, uint8_t *data,
                 uint32_t len, uint8_t tag[4])
{
    static const struct vcrypto_algorithm cipher = { .id = VCRYPTO_CIPHER_ZUC_EEA3,
                                                     .iv_len = 16 };
    size_t size = 4 * eia3_words(len);
    uint8_t *stream = data + len + SLACK;
    uint32_t sum;

    memset(data + len, 0, SLACK);
    memset(stream, 0, size);
    if (!encipher(key, &cipher, iv, stream, (uint32_t)size)) {
        return false;
    }
    sum = eia3_sum(data, len, stream);
    for (unsigned i = 0; i < 4; i++) {
        tag[i] = (uint8_t)(sum >> (24 - 8 * i));
    }
    return true;
}

/* ---- MACs ---- */

static bool authenticate(const struct ipsec_mb_key *key,
                         const struct vcrypto_algorithm *algorithm, const uint8_t *iv,
                         uint8_t *data, uint32_t len, uint8_t *tag)
{
    IMB_JOB job = {
        .cipher_mode = IMB_CIPHER_NULL,
        .cipher_direction = IMB_DIR_ENCRYPT,
        .chain_order = IMB_ORDER_HASH_CIPHER,
        .src = data,
        .auth_tag_output = tag,
        .auth_tag_output_len_in_bytes = algorithm->result_len,
        .msg_len_to_hash_in_bits = 8 * (uint64_t)len,
    };

    switch (algorithm->id) {
    case VCRYPTO_MAC_SNOW3G_UIA2:
        job.hash_alg = IMB_AUTH_SNOW3G_UIA2_BITLEN;
        job.u.SNOW3G_UIA2._key = key->schedule;
        job.u.SNOW3G_UIA2._iv = iv;
        break;
    case VCRYPTO_MAC_ZUC_EIA3:
        return eia3(key, iv, data, len, tag);
    default: /* f9 is itself KASUMI's CBC-MAC: both ids are the same */
        job.hash_alg = IMB_AUTH_KASUMI_UIA1;
        job.u.KASUMI_UIA1._key = key->schedule;
        job.msg_len_to_hash_in_bytes = len;
        break;
    }
    return run_job(&job);
}

static enum vcrypto_status wireless_mac(void *context,
                                        const struct vcrypto_algorithm *algorithm,
                                        const struct vcrypto_digest_job *job,
                                        struct vcrypto_bounce *bounce)
{
    struct vcrypto_cursor first = job->parts[0], second = job->parts[1];
    size_t first_len = first.left, second_len = second.left;
    size_t len = first_len + second_len, size = len + SLACK;
    uint8_t *data;
    bool ok;

    if (algorithm->id == VCRYPTO_MAC_ZUC_EIA3) {
        size += 4 * eia3_words(len) + SLACK;
    }
    data = vcrypto_bounce_get(bounce, size);
    if (!data) {
        return VCRYPTO_ERR;
    }
    ok = vcrypto_cursor_read(&first, data, first_len) &&
         vcrypto_cursor_read(&second, data + first_len, second_len);
    ok = ok &&
         authenticate(context, algorithm, job->iv, data, (uint32_t)len, job->result);
    vcrypto_bounce_put(bounce, size);
    return ok ? VCRYPTO_OK : VCRYPTO_ERR;
}

const struct vcrypto_engine vcrypto_engine_ipsec_mb = {
    .name = "ipsec-mb",
    .init = vcrypto_ipsec_mb_init,
    .fini = vcrypto_ipsec_mb_fini,
    .library = vcrypto_ipsec_mb_library,
    .available = vcrypto_ipsec_mb_available,
    .lacks = vcrypto_ipsec_mb_lacks,
    .context_new = vcrypto_ipsec_mb_key_new,
    .context_free = vcrypto_ipsec_mb_key_free,
    .cipher = wireless_cipher,
    .digest = wireless_mac,
};
