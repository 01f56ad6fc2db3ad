/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The algorithms of mobile networks: KASUMI, SNOW 3G and ZUC, each as a cipher and as a
 * MAC. The rows keep lengths within what the library takes.
 *
 * All data goes through a buffer of ours: how far beyond its end these functions read
 * is the matter of each processor's variant of them, and guest memory may end there.
 */
#include <string.h>

#include "../engines.h"
#include "manager.h"

/* More than any vector register has. */
#define SLACK 64

static void encipher(const struct ipsec_mb_key *key,
                     const struct vcrypto_algorithm *algorithm, const uint8_t *iv,
                     uint8_t *data, uint32_t len)
{
    IMB_MGR *manager = vcrypto_ipsec_mb_manager();
    const void *schedule = key->schedule;
    uint64_t kasumi_iv;

    switch (algorithm->id) {
    case VCRYPTO_CIPHER_KASUMI_F8:
        memcpy(&kasumi_iv, iv, sizeof(kasumi_iv));
        IMB_KASUMI_F8_1_BUFFER(manager, schedule, kasumi_iv, data, data, len);
        vcrypto_secret_wipe(&kasumi_iv, sizeof(kasumi_iv));
        break;
    case VCRYPTO_CIPHER_SNOW3G_UEA2:
        IMB_SNOW3G_F8_1_BUFFER(manager, schedule, iv, data, data, len);
        break;
    default:
        IMB_ZUC_EEA3_1_BUFFER(manager, key->key, iv, data, data, len);
        break;
    }
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
        encipher(context, algorithm, job->iv, data, len);
        ok = vcrypto_cursor_write(&dst, data, len);
    }
    vcrypto_bounce_put(bounce, len + SLACK);
    return ok ? VCRYPTO_OK : VCRYPTO_ERR;
}

static void authenticate(const struct ipsec_mb_key *key,
                         const struct vcrypto_algorithm *algorithm, const uint8_t *iv,
                         const uint8_t *data, uint32_t len, uint8_t *tag)
{
    IMB_MGR *manager = vcrypto_ipsec_mb_manager();
    const void *schedule = key->schedule;

    switch (algorithm->id) {
    case VCRYPTO_MAC_SNOW3G_UIA2:
        IMB_SNOW3G_F9_1_BUFFER(manager, schedule, iv, data, 8 * (uint64_t)len, tag);
        break;
    case VCRYPTO_MAC_ZUC_EIA3: {
        uint32_t word;

        IMB_ZUC_EIA3_1_BUFFER(manager, key->key, iv, data, 8 * len, &word);
        memcpy(tag, &word, sizeof(word));
        break;
    }
    default: /* f9 is itself KASUMI's CBC-MAC: both ids are the same */
        IMB_KASUMI_F9_1_BUFFER(manager, schedule, data, len, tag);
        break;
    }
}

static enum vcrypto_status wireless_mac(void *context,
                                        const struct vcrypto_algorithm *algorithm,
                                        const struct vcrypto_digest_job *job,
                                        struct vcrypto_bounce *bounce)
{
    struct vcrypto_cursor first = job->parts[0], second = job->parts[1];
    size_t first_len = first.left, second_len = second.left;
    size_t len = first_len + second_len;
    uint8_t *data = vcrypto_bounce_get(bounce, len + SLACK);
    bool ok;

    if (!data) {
        return VCRYPTO_ERR;
    }
    ok = vcrypto_cursor_read(&first, data, first_len) &&
         vcrypto_cursor_read(&second, data + first_len, second_len);
    if (ok) {
        authenticate(context, algorithm, job->iv, data, (uint32_t)len, job->result);
    }
    vcrypto_bounce_put(bounce, len + SLACK);
    return ok ? VCRYPTO_OK : VCRYPTO_ERR;
}

const struct vcrypto_engine vcrypto_engine_ipsec_mb = {
    .name = "ipsec-mb",
    .init = vcrypto_ipsec_mb_init,
    .fini = vcrypto_ipsec_mb_fini,
    .available = vcrypto_ipsec_mb_available,
    .context_new = vcrypto_ipsec_mb_key_new,
    .context_free = vcrypto_ipsec_mb_key_free,
    .cipher = wireless_cipher,
    .digest = wireless_mac,
};
