/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Libraries that give wrong answers: what they are wrong in is not offered, or not done
 * side by side, and one line says so. Everything else stays as it is.
 */
#include <string.h>

#include <glib.h>
#include <openssl/evp.h>
#ifdef VCRYPTO_HAVE_GCRYPT
#include <gcrypt.h>
#endif

#include "crypto/ipsec-mb/manager.h"
#include "crypto/ipsec-mb/processor.h"
#include "support/offered.h"
#include "support/ut.h"

/* ---- faults ---- */

enum kind { RIGHT, FLIP, SWAP };

/* What the libraries do wrongly at present. */
static struct {
    const char *cipher, *digest, *mac; /* OpenSSL: by name */
    unsigned call;                     /* only this one is wrong; 0: all */
    bool verifies_all;
    bool gmac;
    enum kind jobs;
    IMB_CIPHER_MODE mode;
    IMB_HASH_ALG hash;
    IMB_CIPHER_DIRECTION direction;
    unsigned group; /* only in groups of so many jobs, at least */
    bool wide;      /* the library claims to have wide vectors */
} fault;

static unsigned calls;

/* Ours are OpenSSL's under names of our own, which end as the table's. */
static bool is_named(const char *name, const char *end)
{
    return g_str_has_suffix(name, end);
}

static bool due(void)
{
    return ++calls == fault.call || !fault.call;
}

int __real_EVP_CipherUpdate(EVP_CIPHER_CTX *context, unsigned char *out, int *len,
                            const unsigned char *in, int in_len);
int __wrap_EVP_CipherUpdate(EVP_CIPHER_CTX *context, unsigned char *out, int *len,
                            const unsigned char *in, int in_len);

int __wrap_EVP_CipherUpdate(EVP_CIPHER_CTX *context, unsigned char *out, int *len,
                            const unsigned char *in, int in_len)
{
    int ok = __real_EVP_CipherUpdate(context, out, len, in, in_len);

    if (fault.cipher && out && *len > 0 &&
        is_named(EVP_CIPHER_get0_name(EVP_CIPHER_CTX_get0_cipher(context)),
                 fault.cipher) &&
        due()) {
        out[*len - 1] ^= 0x80;
    }
    return ok;
}

int __real_EVP_DigestFinal_ex(EVP_MD_CTX *context, unsigned char *out, unsigned *len);
int __wrap_EVP_DigestFinal_ex(EVP_MD_CTX *context, unsigned char *out, unsigned *len);

int __wrap_EVP_DigestFinal_ex(EVP_MD_CTX *context, unsigned char *out, unsigned *len)
{
    const EVP_MD *md = EVP_MD_CTX_get0_md(context);
    bool wrong = fault.digest && is_named(EVP_MD_get0_name(md), fault.digest) && due();
    int ok = __real_EVP_DigestFinal_ex(context, out, len);

    if (wrong) {
        out[0] ^= 1;
    }
    return ok;
}

int __real_EVP_MAC_final(EVP_MAC_CTX *context, unsigned char *out, size_t *len,
                         size_t size);
int __wrap_EVP_MAC_final(EVP_MAC_CTX *context, unsigned char *out, size_t *len,
                         size_t size);

int __wrap_EVP_MAC_final(EVP_MAC_CTX *context, unsigned char *out, size_t *len,
                         size_t size)
{
    int ok = __real_EVP_MAC_final(context, out, len, size);

    if (fault.mac && EVP_MAC_is_a(EVP_MAC_CTX_get0_mac(context), fault.mac) && due()) {
        out[3] ^= 4;
    }
    return ok;
}

int __real_EVP_PKEY_verify(EVP_PKEY_CTX *context, const unsigned char *signature,
                           size_t signature_len, const unsigned char *data, size_t len);
int __wrap_EVP_PKEY_verify(EVP_PKEY_CTX *context, const unsigned char *signature,
                           size_t signature_len, const unsigned char *data, size_t len);

int __wrap_EVP_PKEY_verify(EVP_PKEY_CTX *context, const unsigned char *signature,
                           size_t signature_len, const unsigned char *data, size_t len)
{
    int ok = __real_EVP_PKEY_verify(context, signature, signature_len, data, len);

    return fault.verifies_all ? 1 : ok;
}

#ifdef VCRYPTO_HAVE_GCRYPT
gcry_error_t __real_gcry_mac_read(gcry_mac_hd_t mac, void *to, size_t *len);
gcry_error_t __wrap_gcry_mac_read(gcry_mac_hd_t mac, void *to, size_t *len);

gcry_error_t __wrap_gcry_mac_read(gcry_mac_hd_t mac, void *to, size_t *len)
{
    gcry_error_t error = __real_gcry_mac_read(mac, to, len);

    if (fault.gmac && due()) {
        *(uint8_t *)to ^= 0x10;
    }
    return error;
}
#endif

/* ---- libipsec-mb's jobs ---- */

static IMB_MGR real; /* the functions that were replaced */
static unsigned in_group;
static struct {
    uint8_t *bytes;
    size_t len;
} last; /* result of this group */

static bool is_wrong(const IMB_JOB *job, IMB_CIPHER_MODE mode,
                     IMB_CIPHER_DIRECTION direction)
{
    return fault.jobs != RIGHT && mode == fault.mode && job->hash_alg == fault.hash &&
           (mode == IMB_CIPHER_NULL || direction == fault.direction) &&
           in_group >= fault.group;
}

static void swap(uint8_t *a, size_t a_len, uint8_t *b, size_t b_len)
{
    for (size_t i = 0; i < a_len && i < b_len; i++) {
        uint8_t byte = a[i];

        a[i] = b[i];
        b[i] = byte;
    }
}

/* Of ciphers, those that the library counts in bits among them. */
static size_t dst_len(const IMB_JOB *job)
{
    bool bits = job->cipher_mode == IMB_CIPHER_SNOW3G_UEA2_BITLEN ||
                job->cipher_mode == IMB_CIPHER_KASUMI_UEA1_BITLEN;

    return bits ? job->msg_len_to_cipher_in_bits / 8 : job->msg_len_to_cipher_in_bytes;
}

static void spoil(IMB_JOB *job)
{
    bool hash = job->cipher_mode == IMB_CIPHER_NULL;
    uint8_t *bytes = hash ? job->auth_tag_output : job->dst;
    size_t len = hash ? job->auth_tag_output_len_in_bytes : dst_len(job);

    if (fault.jobs == FLIP) {
        bytes[0] ^= 1;
    } else if (last.bytes) {
        swap(last.bytes, last.len, bytes, len);
        last.bytes = NULL;
    } else {
        last.bytes = bytes;
        last.len = len;
    }
}

static IMB_JOB *spoiled(IMB_JOB *job)
{
    if (job && is_wrong(job, job->cipher_mode, job->cipher_direction)) {
        spoil(job);
    }
    return job;
}

static IMB_JOB *submit(IMB_MGR *manager)
{
    in_group++;
    return spoiled(real.submit_job_nocheck(manager));
}

static IMB_JOB *flush(IMB_MGR *manager)
{
    IMB_JOB *job = spoiled(real.flush_job(manager));

    if (!job) {
        in_group = 0;
        last.bytes = NULL;
    }
    return job;
}

static IMB_JOB *completed(IMB_MGR *manager)
{
    return spoiled(real.get_completed_job(manager));
}

static uint32_t burst(IMB_MGR *manager, IMB_JOB *jobs, const uint32_t count,
                      const IMB_CIPHER_MODE mode, const IMB_CIPHER_DIRECTION direction,
                      const IMB_KEY_SIZE_BYTES key_size)
{
    uint32_t done = real.submit_cipher_burst_nocheck(manager, jobs, count, mode,
                                                     direction, key_size);

    in_group = count;
    for (uint32_t i = 0; i < count; i++) {
        jobs[i].hash_alg = IMB_AUTH_NULL; /* unset, for they are no matter in a burst */
        jobs[i].cipher_mode = mode;
        if (is_wrong(&jobs[i], mode, direction)) {
            spoil(&jobs[i]);
        }
    }
    in_group = 0;
    last.bytes = NULL;
    return done;
}

static void replace_functions(IMB_MGR *manager)
{
    real.submit_job_nocheck = manager->submit_job_nocheck;
    real.flush_job = manager->flush_job;
    real.get_completed_job = manager->get_completed_job;
    real.submit_cipher_burst_nocheck = manager->submit_cipher_burst_nocheck;
    manager->submit_job_nocheck = submit;
    manager->flush_job = flush;
    manager->get_completed_job = completed;
    manager->submit_cipher_burst_nocheck = burst;
    if (fault.wide) {
        manager->used_arch = IMB_ARCH_AVX512;
        manager->features |= IMB_FEATURE_VAES | IMB_FEATURE_VPCLMULQDQ;
    }
}

void __real_init_mb_mgr_auto(IMB_MGR *manager, IMB_ARCH *arch);
void __wrap_init_mb_mgr_auto(IMB_MGR *manager, IMB_ARCH *arch);

void __wrap_init_mb_mgr_auto(IMB_MGR *manager, IMB_ARCH *arch)
{
    __real_init_mb_mgr_auto(manager, arch);
    replace_functions(manager);
}

#define WRAP_INIT(name)                                                                \
    void __real_##name(IMB_MGR *manager);                                              \
    void __wrap_##name(IMB_MGR *manager);                                              \
    void __wrap_##name(IMB_MGR *manager)                                               \
    {                                                                                  \
        __real_##name(manager);                                                        \
        replace_functions(manager);                                                    \
    }

WRAP_INIT(init_mb_mgr_sse)
WRAP_INIT(init_mb_mgr_avx2)
#ifdef VCRYPTO_IPSEC_MB_HAS_AVX
WRAP_INIT(init_mb_mgr_avx)
#endif

/* ---- what becomes of it ---- */

static const struct vcrypto_algorithm *row_of(enum vcrypto_service service, uint32_t id)
{
    size_t count;
    const struct vcrypto_algorithm *rows = vcrypto_algorithm_rows(&count);

    for (size_t i = 0; i < count; i++) {
        if (rows[i].service == service && rows[i].id == id) {
            return &rows[i];
        }
    }
    UT_FAIL_FATAL("no row for algorithm %u of service %u", id, service);
}

/* All that is offered, but for one algorithm of one service. */
static void expect_offered(enum vcrypto_service service, uint64_t but)
{
    const uint64_t all[] = { OFFERED_CIPHERS, OFFERED_HASHES, OFFERED_MACS, 0xe, 6 };

    for (unsigned i = 0; i < VCRYPTO_SERVICE_COUNT; i++) {
        ut_context("service %u", i);
        UT_EQ_U64(vcrypto_algorithms_mask(i), i == service ? all[i] & ~but : all[i]);
    }
    ut_context(NULL);
}

static void expect_line(const char *library, const char *rest)
{
    const char *line = vcrypto_algorithms_complaint(0);

    if (!line || strncmp(line, library, strlen(library)) != 0 || !strstr(line, rest)) {
        UT_FAIL("the line is \"%s\", not \"%s ...%s\"", line ? line : "", library,
                rest);
    }
    UT_TRUE(vcrypto_algorithms_complaint(1) == NULL);
}

static void start(void)
{
    const char *why;

    calls = 0;
    in_group = 0;
    UT_TRUE_FATAL(vcrypto_algorithms_init(&why));
}

static void stop(void)
{
    vcrypto_algorithms_fini();
    memset(&fault, 0, sizeof(fault));
}

/* With the fault, @id of @service is not offered, and @library is blamed. */
static void expect_withdrawn(enum vcrypto_service service, uint32_t id,
                             const char *library)
{
    const struct vcrypto_algorithm *row = row_of(service, id);
    char rest[64];

    start();
    snprintf(rest, sizeof(rest), " gives wrong answers for %s: it is not offered",
             row->name);
    expect_line(library, rest);
    expect_offered(service, UINT64_C(1) << id);
    UT_TRUE(vcrypto_algorithm_find(service, id) == NULL);
    UT_EQ_STR(vcrypto_algorithm_refusal(row),
              "the library gave wrong answers when it was tried at start");
    stop();
}

/* ---- engines ---- */

static void nothing_wrong(void)
{
    start();
    UT_TRUE(vcrypto_algorithms_complaint(0) == NULL);
    expect_offered(0, 0);
    stop();
}

/* shows: CFG-12 */
static void openssl_cipher(void)
{
    fault.cipher = "AES-192-CBC";
    fault.call = 41; /* one bit, once */
    expect_withdrawn(VCRYPTO_SERVICE_CIPHER, VCRYPTO_CIPHER_AES_CBC, "OpenSSL 3.");
    fault.cipher = "DES-EDE3-CBC";
    expect_withdrawn(VCRYPTO_SERVICE_CIPHER, VCRYPTO_CIPHER_3DES_CBC, "OpenSSL 3.");
    fault.cipher = "AES-256-GCM";
    fault.call = 100;
    expect_withdrawn(VCRYPTO_SERVICE_AEAD, VCRYPTO_AEAD_GCM, "OpenSSL 3.");
    fault.cipher = "ChaCha20-Poly1305";
    expect_withdrawn(VCRYPTO_SERVICE_AEAD, VCRYPTO_AEAD_CHACHA20_POLY1305,
                     "OpenSSL 3.");
}

static void openssl_digest(void)
{
    fault.digest = "SHA2-256";
    fault.call = 38;
    expect_withdrawn(VCRYPTO_SERVICE_HASH, VCRYPTO_HASH_SHA_256, "OpenSSL 3.");
    fault.mac = "GMAC";
    fault.call = 1;
    expect_withdrawn(VCRYPTO_SERVICE_MAC, VCRYPTO_MAC_GMAC_AES, "OpenSSL 3.");
}

/* A signature that was altered must not verify. */
static void openssl_signature(void)
{
    fault.verifies_all = true;
    expect_withdrawn(VCRYPTO_SERVICE_AKCIPHER, VCRYPTO_AKCIPHER_ECDSA, "OpenSSL 3.");
}

static void gcrypt(void)
{
#ifdef VCRYPTO_HAVE_GCRYPT
    fault.gmac = true;
    fault.call = 50;
    expect_withdrawn(VCRYPTO_SERVICE_MAC, VCRYPTO_MAC_GMAC_TWOFISH, "libgcrypt 1.");
#else
    UT_SKIP("this build has no libgcrypt");
#endif
}

static void wireless(void)
{
    fault.jobs = FLIP;
    fault.mode = IMB_CIPHER_KASUMI_UEA1_BITLEN;
    fault.hash = IMB_AUTH_NULL;
    fault.direction = IMB_DIR_ENCRYPT;
    expect_withdrawn(VCRYPTO_SERVICE_CIPHER, VCRYPTO_CIPHER_KASUMI_F8, "libipsec-mb ");
    fault.jobs = FLIP;
    fault.mode = IMB_CIPHER_NULL;
    fault.hash = IMB_AUTH_SNOW3G_UIA2_BITLEN;
    expect_withdrawn(VCRYPTO_SERVICE_MAC, VCRYPTO_MAC_SNOW3G_UIA2, "libipsec-mb ");
}

/* ---- side by side ---- */

static unsigned least(enum vcrypto_service service, uint32_t id, unsigned key_index,
                      enum vcrypto_direction direction)
{
    const struct vcrypto_algorithm *row = row_of(service, id);
    const struct vcrypto_keying keying = {
        .algorithm = row,
        .key_index = key_index,
        .key_len = row->keys[key_index].len,
        .direction = direction,
    };

    return vcrypto_algorithms_multi()->least(&keying);
}

/* All is offered, and @name is not done side by side. */
static void expect_alone(const char *name)
{
    char rest[96];

    snprintf(rest, sizeof(rest),
             " gives wrong answers for %s side by side: requests are done one by one",
             name);
    expect_line("libipsec-mb ", rest);
    expect_offered(0, 0);
}

static void set_jobs(enum kind kind, IMB_CIPHER_MODE mode, IMB_HASH_ALG hash,
                     unsigned group)
{
    fault.jobs = kind;
    fault.mode = mode;
    fault.hash = hash;
    fault.direction = IMB_DIR_ENCRYPT;
    fault.group = group;
    start();
}

#define AES_CBC_LEAST(key_index, direction)                                            \
    least(VCRYPTO_SERVICE_CIPHER, VCRYPTO_CIPHER_AES_CBC, key_index, direction)

/* One direction is wrong, and the other goes on. */
static void burst_of_ciphers(void)
{
    set_jobs(FLIP, IMB_CIPHER_CBC, IMB_AUTH_NULL, 0);
    expect_alone("aes-cbc");
    for (unsigned i = 0; i < 3; i++) {
        UT_EQ_U64(AES_CBC_LEAST(i, VCRYPTO_ENCRYPT), 0);
        UT_TRUE(AES_CBC_LEAST(i, VCRYPTO_DECRYPT) > 0);
    }
    UT_TRUE(least(VCRYPTO_SERVICE_CIPHER, VCRYPTO_CIPHER_AES_CTR, 0, VCRYPTO_ENCRYPT) >
            0);
    stop();
}

static void only_in_groups(void)
{
    set_jobs(FLIP, IMB_CIPHER_CBC, IMB_AUTH_NULL, 3);
    expect_alone("aes-cbc");
    UT_EQ_U64(AES_CBC_LEAST(1, VCRYPTO_ENCRYPT), 0);
    stop();
    set_jobs(FLIP, IMB_CIPHER_NULL, IMB_AUTH_HMAC_SHA_1, 17);
    expect_alone("hmac-sha1");
    UT_EQ_U64(least(VCRYPTO_SERVICE_MAC, VCRYPTO_MAC_HMAC_SHA1, 0, 0), 0);
    UT_TRUE(least(VCRYPTO_SERVICE_MAC, VCRYPTO_MAC_HMAC_MD5, 0, 0) > 0);
    stop();
}

static void into_each_others_destination(void)
{
    set_jobs(SWAP, IMB_CIPHER_CBC, IMB_AUTH_NULL, 0);
    expect_alone("aes-cbc");
    stop();
    set_jobs(SWAP, IMB_CIPHER_NULL, IMB_AUTH_HMAC_SHA_512, 0);
    expect_alone("hmac-sha512");
    stop();
    set_jobs(SWAP, IMB_CIPHER_SNOW3G_UEA2_BITLEN, IMB_AUTH_NULL, 2);
    expect_alone("snow3g-uea2");
    stop();
}

/* What libipsec-mb 2.0.0 does with AVX-512; this processor need not have it. */
static void des_of_wide_vectors(void)
{
    fault.wide = true;
    set_jobs(RIGHT, IMB_CIPHER_NULL, IMB_AUTH_NULL, 0);
    UT_TRUE(least(VCRYPTO_SERVICE_CIPHER, VCRYPTO_CIPHER_DES_CBC, 0, VCRYPTO_ENCRYPT) >
            0);
    stop();
    fault.wide = true;
    set_jobs(SWAP, IMB_CIPHER_DES, IMB_AUTH_NULL, 0);
    expect_alone("des-cbc");
    UT_EQ_U64(least(VCRYPTO_SERVICE_CIPHER, VCRYPTO_CIPHER_DES_CBC, 0, VCRYPTO_ENCRYPT),
              0);
    stop();
    fault.wide = true;
    set_jobs(SWAP, IMB_CIPHER_DES3, IMB_AUTH_NULL, 8);
    expect_alone("3des-cbc");
    stop();
}

int main(int argc, char **argv)
{
    static const struct ut_test tests[] = {
        { "nothing wrong", nothing_wrong },
        { "a bit of a cipher of OpenSSL's", openssl_cipher },
        { "a bit of a digest of OpenSSL's", openssl_digest },
        { "a signature that always verifies", openssl_signature },
        { "a bit of a MAC of libgcrypt's", gcrypt },
        { "a bit of libipsec-mb's, alone", wireless },
        { "a bit of libipsec-mb's, side by side", burst_of_ciphers },
        { "wrong only in groups", only_in_groups },
        { "into each other's destination", into_each_others_destination },
        { "DES with wide vectors", des_of_wide_vectors },
        { NULL, NULL },
    };
    static const struct ut_suite suites[] = {
        { "known answers", NULL, NULL, tests },
        { NULL, NULL, NULL, NULL },
    };

    return ut_main(argc, argv, suites);
}
