/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "../engines.h"
#include "manager.h"
#include "processor.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static IMB_MGR *manager;

/* Managers that no thread has at present. */
static struct ipsec_mb_owned *idle;
static pthread_mutex_t idle_lock = PTHREAD_MUTEX_INITIALIZER;

IMB_MGR *vcrypto_ipsec_mb_manager(void)
{
    return manager;
}

bool vcrypto_ipsec_mb_works(void)
{
    return manager != NULL;
}

/* A library that was built to leave keys behind, on stacks and in registers, will not
 * do. */
static bool usable(const IMB_MGR *candidate, IMB_ARCH arch)
{
    if (arch == IMB_ARCH_NONE || imb_get_errno((IMB_MGR *)candidate) != 0 ||
        !(candidate->features & IMB_FEATURE_SAFE_DATA)) {
        return false;
    }
    if (candidate->features & IMB_FEATURE_SELF_TEST &&
        !(candidate->features & IMB_FEATURE_SELF_TEST_PASS)) {
        return false;
    }
    return IMB_KASUMI_KEY_SCHED_SIZE(candidate) <= VCRYPTO_IPSEC_MB_SCHEDULE &&
           IMB_SNOW3G_KEY_SCHED_SIZE(candidate) <= VCRYPTO_IPSEC_MB_SCHEDULE;
}

static IMB_ARCH limit = IMB_ARCH_AVX512;
static uint64_t limit_flags;

void vcrypto_ipsec_mb_limit(IMB_ARCH arch, uint64_t flags)
{
    limit = arch;
    limit_flags = flags;
}

/* The newest level that may be used, and is there. */
static IMB_ARCH level(void)
{
    struct ipsec_mb_processor processor;
    IMB_ARCH highest;

    vcrypto_ipsec_mb_processor(&processor);
    highest = vcrypto_ipsec_mb_highest(&processor);
    return highest < limit ? highest : limit;
}

/* Of AVX-512 the library has several kinds, and chooses by itself; it may also know of
 * a reason against it. */
static void init(IMB_MGR *candidate, IMB_ARCH *arch)
{
    *arch = level();
    switch (*arch) {
    case IMB_ARCH_SSE:
        init_mb_mgr_sse(candidate);
        break;
#ifdef VCRYPTO_IPSEC_MB_HAS_AVX
    case IMB_ARCH_AVX:
        init_mb_mgr_avx(candidate);
        break;
#endif
    case IMB_ARCH_AVX2:
        init_mb_mgr_avx2(candidate);
        break;
    case IMB_ARCH_AVX512:
        init_mb_mgr_auto(candidate, arch);
        break;
    default:
        *arch = IMB_ARCH_NONE;
        break;
    }
}

IMB_MGR *vcrypto_ipsec_mb_manager_new(void)
{
    IMB_MGR *candidate;
    IMB_ARCH arch = IMB_ARCH_NONE;

    if (!vcrypto_ipsec_mb_same_version(imb_get_version())) {
        return NULL;
    }
    candidate = alloc_mb_mgr(limit_flags);
    if (candidate) {
        init(candidate, &arch);
        if (!usable(candidate, arch)) {
            vcrypto_ipsec_mb_manager_free(candidate);
            candidate = NULL;
        }
    }
    return candidate;
}

void vcrypto_ipsec_mb_manager_free(IMB_MGR *old)
{
    if (old) {
        vcrypto_secret_wipe(old, imb_get_mb_mgr_size());
        free_mb_mgr(old);
    }
}

static struct ipsec_mb_owned *owned_new(void)
{
    struct ipsec_mb_owned *made = malloc(sizeof(*made));

    if (made) {
        made->manager = vcrypto_ipsec_mb_manager_new();
        if (!made->manager) {
            free(made);
            made = NULL;
        }
    }
    return made;
}

struct ipsec_mb_owned *vcrypto_ipsec_mb_manager_take(void)
{
    struct ipsec_mb_owned *taken;

    pthread_mutex_lock(&idle_lock);
    taken = idle;
    if (taken) {
        idle = taken->next;
    }
    pthread_mutex_unlock(&idle_lock);
    return taken ? taken : owned_new();
}

void vcrypto_ipsec_mb_manager_give(struct ipsec_mb_owned *taken)
{
    pthread_mutex_lock(&idle_lock);
    taken->next = idle;
    idle = taken;
    pthread_mutex_unlock(&idle_lock);
}

static void free_idle(void)
{
    while (idle) {
        struct ipsec_mb_owned *next = idle->next;

        vcrypto_ipsec_mb_manager_free(idle->manager);
        free(idle);
        idle = next;
    }
}

/* Where the library does not run, there is none of its algorithms, and no error. */
bool vcrypto_ipsec_mb_init(const char **why)
{
    (void)why;
    manager = vcrypto_ipsec_mb_manager_new();
    return true;
}

const char *vcrypto_ipsec_mb_library(void)
{
    static char name[64];

    snprintf(name, sizeof(name), "libipsec-mb %s", imb_get_version_str());
    return name;
}

const char *vcrypto_ipsec_mb_refusal(void)
{
    if (manager) {
        return NULL;
    }
    if (!vcrypto_ipsec_mb_same_version(imb_get_version())) {
        return "libipsec-mb is not of the version that this was compiled for; install "
               "that, or compile again";
    }
    return level() == IMB_ARCH_NONE
               ? "the processor lacks AES-NI, PCLMULQDQ or SSE4, which libipsec-mb "
                 "needs"
               : "libipsec-mb fails its own test, or was built to leave keys in memory";
}

const char *vcrypto_ipsec_mb_lacks(const struct vcrypto_algorithm *algorithm)
{
    (void)algorithm;
    return vcrypto_ipsec_mb_refusal();
}

const char *vcrypto_ipsec_mb_level(void)
{
    switch (manager ? (IMB_ARCH)manager->used_arch : IMB_ARCH_NONE) {
    case IMB_ARCH_SSE:
        return "sse";
#ifdef VCRYPTO_IPSEC_MB_HAS_AVX
    case IMB_ARCH_AVX:
        return "avx";
#endif
    case IMB_ARCH_AVX2:
        return "avx2";
    case IMB_ARCH_AVX512:
        return "avx512";
    default:
        return NULL;
    }
}

const char *vcrypto_ipsec_mb_complaint(void)
{
    static char line[160];

    if (vcrypto_ipsec_mb_same_version(imb_get_version())) {
        return NULL;
    }
    snprintf(line, sizeof(line),
             "%s is not used: this was compiled for version %s; install that, or "
             "compile again",
             vcrypto_ipsec_mb_library(), IMB_VERSION_STR);
    return line;
}

void vcrypto_ipsec_mb_fini(void)
{
    free_idle();
    vcrypto_ipsec_mb_manager_free(manager);
    manager = NULL;
}

bool vcrypto_ipsec_mb_available(const struct vcrypto_algorithm *algorithm,
                                unsigned key_index)
{
    (void)algorithm;
    (void)key_index;
    return manager != NULL;
}

static bool prepare(struct ipsec_mb_key *key, const struct vcrypto_algorithm *algorithm)
{
    bool cipher = algorithm->service == VCRYPTO_SERVICE_CIPHER;

    if (cipher ? algorithm->id == VCRYPTO_CIPHER_SNOW3G_UEA2
               : algorithm->id == VCRYPTO_MAC_SNOW3G_UIA2) {
        return IMB_SNOW3G_INIT_KEY_SCHED(manager, key->key, (void *)key->schedule) == 0;
    }
    if (cipher ? algorithm->id == VCRYPTO_CIPHER_ZUC_EEA3
               : algorithm->id == VCRYPTO_MAC_ZUC_EIA3) {
        return true;
    }
    return (cipher
                ? IMB_KASUMI_INIT_F8_KEY_SCHED(manager, key->key, (void *)key->schedule)
                : IMB_KASUMI_INIT_F9_KEY_SCHED(manager, key->key,
                                               (void *)key->schedule)) == 0;
}

void *vcrypto_ipsec_mb_key_new(const struct vcrypto_keying *keying)
{
    struct ipsec_mb_key *key = vcrypto_secret_alloc(sizeof(*key));

    if (key) {
        memcpy(key->key, keying->key, sizeof(key->key));
        if (!prepare(key, keying->algorithm)) {
            vcrypto_ipsec_mb_key_free(key);
            key = NULL;
        }
    }
    return key;
}

void vcrypto_ipsec_mb_key_free(void *context)
{
    vcrypto_secret_free(context, sizeof(struct ipsec_mb_key));
}
