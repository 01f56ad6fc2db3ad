/* SPDX-License-Identifier: GPL-2.0-or-later */
/* GMAC with Twofish, on libgcrypt. */
#include <gcrypt.h>
#include <stdio.h>

#include "../engines.h"
#include "../pieces.h"

static bool usable;

/*
 * The library is one for the whole process. Whoever needs it first makes it ready; no
 * secure memory is asked for, because a process has little of it.
 */
static bool gcrypt_init(const char **why)
{
    (void)why;
    if (!gcry_check_version(GCRYPT_VERSION)) {
        return true; /* an older library than the headers: none of its algorithms */
    }
    if (!gcry_control(GCRYCTL_INITIALIZATION_FINISHED_P)) {
        gcry_control(GCRYCTL_DISABLE_SECMEM, 0);
        gcry_control(GCRYCTL_INITIALIZATION_FINISHED, 0);
    }
    usable = gcry_mac_test_algo(GCRY_MAC_GMAC_TWOFISH) == 0;
    return true;
}

static void gcrypt_fini(void)
{
    usable = false;
}

static const char *gcrypt_library(void)
{
    static char name[64];

    snprintf(name, sizeof(name), "libgcrypt %s", gcry_check_version(NULL));
    return name;
}

static bool gcrypt_available(const struct vcrypto_algorithm *algorithm,
                             unsigned key_index)
{
    (void)algorithm;
    (void)key_index;
    return usable;
}

static const char *gcrypt_lacks(const struct vcrypto_algorithm *algorithm)
{
    (void)algorithm;
    if (usable) {
        return NULL;
    }
    return gcry_check_version(GCRYPT_VERSION)
               ? "libgcrypt does not have it, or is in FIPS mode"
               : "libgcrypt is older than what this was compiled for; install that, or "
                 "compile again";
}

static void gmac_context_free(void *context)
{
    gcry_mac_close(context);
}

static void *gmac_context_new(const struct vcrypto_keying *keying)
{
    gcry_mac_hd_t mac;

    if (gcry_mac_open(&mac, GCRY_MAC_GMAC_TWOFISH, 0, NULL)) {
        return NULL;
    }
    if (gcry_mac_setkey(mac, keying->key, keying->key_len)) {
        gcry_mac_close(mac);
        return NULL;
    }
    return mac;
}

static bool update(void *context, const uint8_t *data, size_t size)
{
    return gcry_mac_write(context, data, size) == 0;
}

static enum vcrypto_status gmac_run(void *context,
                                    const struct vcrypto_algorithm *algorithm,
                                    const struct vcrypto_digest_job *job,
                                    struct vcrypto_bounce *bounce)
{
    size_t size = algorithm->result_len;

    return gcry_mac_reset(context) == 0 &&
                   gcry_mac_setiv(context, job->iv, algorithm->iv_len) == 0 &&
                   vcrypto_pieces_read(job->parts[0], bounce, update, context) &&
                   vcrypto_pieces_read(job->parts[1], bounce, update, context) &&
                   gcry_mac_read(context, job->result, &size) == 0 &&
                   size == algorithm->result_len
               ? VCRYPTO_OK
               : VCRYPTO_ERR;
}

const struct vcrypto_engine vcrypto_engine_gcrypt_gmac = {
    .name = "gcrypt",
    .init = gcrypt_init,
    .fini = gcrypt_fini,
    .library = gcrypt_library,
    .available = gcrypt_available,
    .lacks = gcrypt_lacks,
    .context_new = gmac_context_new,
    .context_free = gmac_context_free,
    .digest = gmac_run,
};
