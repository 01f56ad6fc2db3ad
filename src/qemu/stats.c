/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * QEMU counts for a backend what goes through its own way to serve requests, which ours
 * do not take, and reads these counters when it is asked. We are asked after that, with
 * the answer at hand, and correct in it what is said of our objects. So workers count
 * where nobody else writes, as ever.
 */
#include "backend-object.h"

#include "stats.h"

#if VCRYPTO_COMPAT_STATS

/* Figures of the schema: NAME-ops and NAME-bytes, what these services did together. */
struct figures {
    const char *name;
    enum vcrypto_akcipher_operation operation;
    unsigned services;
};

#define SYMMETRIC  (1u << VCRYPTO_SERVICE_CIPHER | 1u << VCRYPTO_SERVICE_AEAD)
#define ASYMMETRIC (1u << VCRYPTO_SERVICE_AKCIPHER)

static const struct figures table[] = {
    { "sym-encrypt", VCRYPTO_OPERATION_ENCRYPT, SYMMETRIC },
    { "sym-decrypt", VCRYPTO_OPERATION_DECRYPT, SYMMETRIC },
    { "asym-encrypt", VCRYPTO_OPERATION_ENCRYPT, ASYMMETRIC },
    { "asym-decrypt", VCRYPTO_OPERATION_DECRYPT, ASYMMETRIC },
    { "asym-sign", VCRYPTO_OPERATION_SIGN, ASYMMETRIC },
    { "asym-verify", VCRYPTO_OPERATION_VERIFY, ASYMMETRIC },
};

static void sum_up(const struct vcrypto_backend *core, const struct figures *figures,
                   uint64_t *ops, uint64_t *bytes)
{
    *ops = *bytes = 0;
    for (unsigned s = 0; s < VCRYPTO_SERVICE_COUNT; s++) {
        uint64_t more_ops, more_bytes;

        if (figures->services & 1u << s) {
            vcrypto_backend_operation_statistics(core, s, figures->operation, &more_ops,
                                                 &more_bytes);
            *ops += more_ops;
            *bytes += more_bytes;
        }
    }
}

/* A figure that we do not know is left as it is: a later QEMU's. */
static void correct(const VCryptoBackend *backend, Stats *stats)
{
    uint64_t ops, bytes;

    for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
        const char *rest = stats->name + strlen(table[i].name);

        if (!g_str_has_prefix(stats->name, table[i].name)) {
            continue;
        }
        sum_up(backend->core, &table[i], &ops, &bytes);
        if (g_str_equal(rest, "-ops")) {
            stats->value->u.scalar = ops;
        } else if (g_str_equal(rest, "-bytes")) {
            stats->value->u.scalar = bytes;
        }
    }
}

static VCryptoBackend *backend_of(const StatsResult *result)
{
    Object *object =
        result->qom_path ? object_resolve_path(result->qom_path, NULL) : NULL;

    return (VCryptoBackend *)(object ? object_dynamic_cast(object, TYPE_VCRYPTO_BACKEND)
                                     : NULL);
}

static void correct_results(StatsResultList **results, StatsTarget target,
                            strList *names, strList *targets, Error **errp)
{
    for (StatsResultList *result = *results; result; result = result->next) {
        VCryptoBackend *backend = result->value->provider == STATS_PROVIDER_CRYPTODEV
                                      ? backend_of(result->value)
                                      : NULL;

        for (StatsList *stats = backend && backend->core ? result->value->stats : NULL;
             stats; stats = stats->next) {
            correct(backend, stats->value);
        }
    }
}

/* The schema is QEMU's. */
static void add_no_schema(StatsSchemaList **result, Error **errp)
{
}

void vcrypto_stats_add(void)
{
    add_stats_callbacks(STATS_PROVIDER_CRYPTODEV, correct_results, add_no_schema);
}

#else

void vcrypto_stats_add(void)
{
}

#endif
