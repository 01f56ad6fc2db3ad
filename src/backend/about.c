/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vcrypto/about.h"

#include "backend.h"

bool vcrypto_about_begin(const char **why)
{
    return vcrypto_algorithms_init(why);
}

void vcrypto_about_end(void)
{
    vcrypto_algorithms_fini();
}

/* Whether some size of keys is done side by side, in one direction at least. */
static const char *together(const struct vcrypto_backend *backend,
                            const struct vcrypto_algorithm *row)
{
    const struct vcrypto_multi_engine *multi =
        backend && backend->config.single ? NULL : vcrypto_algorithms_multi();

    for (unsigned i = 0; multi && i < 2 * VCRYPTO_MAX_KEY_SIZES; i++) {
        struct vcrypto_keying keying = { .algorithm = row,
                                         .key_index = i / 2,
                                         .key_len = row->keys[i / 2].len,
                                         .direction = i % 2 ? VCRYPTO_DECRYPT
                                                            : VCRYPTO_ENCRYPT };

        if ((i / 2 == 0 || keying.key_len) && multi->least(&keying)) {
            return multi->library();
        }
    }
    return NULL;
}

/* What the operator does not want, nobody misses. */
static bool left_out(const struct vcrypto_backend *backend,
                     enum vcrypto_service service, uint32_t id)
{
    return backend && backend->config.left_out[service] >> id & 1;
}

static const char unwanted[] = "the operator has left it out with algorithms=";

static const char *refusal(const struct vcrypto_backend *backend,
                           const struct vcrypto_algorithm *row)
{
    const char *why = left_out(backend, row->service, row->id)
                          ? unwanted
                          : vcrypto_algorithm_refusal(row);

    if (!why && backend && backend->config.no_mac_iv_prefix &&
        vcrypto_algorithm_mac_has_iv(row)) {
        why = "the operator has set mac-iv-prefix=off";
    }
    return why;
}

bool vcrypto_about_algorithm(const struct vcrypto_backend *backend, size_t index,
                             struct vcrypto_about_algorithm *about)
{
    size_t rows, absent;
    const struct vcrypto_algorithm *row = vcrypto_algorithm_rows(&rows);
    const struct vcrypto_absent_algorithm *other = vcrypto_algorithms_absent(&absent);

    if (index >= rows + absent) {
        return false;
    }
    if (index < rows) {
        row += index;
        *about = (struct vcrypto_about_algorithm){ .service = row->service,
                                                   .id = row->id,
                                                   .name = row->name,
                                                   .refusal = refusal(backend, row),
                                                   .library = row->engine->library(),
                                                   .row = row };
        about->together = about->refusal ? NULL : together(backend, row);
    } else {
        other += index - rows;
        *about = (struct vcrypto_about_algorithm){ .service = other->service,
                                                   .id = other->id,
                                                   .name = other->name,
                                                   .refusal = other->refusal };
        if (left_out(backend, other->service, other->id)) {
            about->refusal = unwanted;
        }
    }
    return true;
}

bool vcrypto_about_library(size_t index, struct vcrypto_library *library)
{
    return vcrypto_library(index, library);
}

const char *vcrypto_about_feature(size_t index)
{
    return vcrypto_processor_feature(index);
}

const char *vcrypto_about_service(enum vcrypto_service service)
{
    static const char *const names[VCRYPTO_SERVICE_COUNT] = {
        [VCRYPTO_SERVICE_CIPHER] = "cipher",     [VCRYPTO_SERVICE_HASH] = "hash",
        [VCRYPTO_SERVICE_MAC] = "mac",           [VCRYPTO_SERVICE_AEAD] = "aead",
        [VCRYPTO_SERVICE_AKCIPHER] = "akcipher",
    };

    return names[service];
}

bool vcrypto_about_key_size(const struct vcrypto_algorithm *row, unsigned index,
                            uint32_t *least, uint32_t *most)
{
    if (index >= VCRYPTO_MAX_KEY_SIZES || !row->keys[index].len ||
        !row->engine->available(row, index)) {
        return false;
    }
    *least = row->keys[index].len;
    *most = row->keys[index].max_len ? row->keys[index].max_len : *least;
    return true;
}
