/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Known answers of the AKCIPHER service. */
#include <string.h>

#include "trial.h"

static struct vcrypto_cursor cursor(struct iovec *iov, const uint8_t *bytes,
                                    uint32_t len)
{
    struct vcrypto_cursor made;

    *iov = (struct iovec){ (void *)bytes, len };
    vcrypto_cursor_init(&made, iov, len ? 1 : 0);
    return made;
}

static enum vcrypto_status run(struct trials *trials, void *context,
                               const struct vcrypto_algorithm *row,
                               enum vcrypto_akcipher_operation operation,
                               struct known_bytes src, struct known_bytes data,
                               struct vcrypto_akcipher_job *job)
{
    struct iovec iov[2];
    enum vcrypto_status status;

    memset(job, 0, sizeof(*job));
    job->operation = operation;
    job->src = cursor(&iov[0], src.bytes, src.len);
    job->data = cursor(&iov[1], data.bytes, data.len);
    status = row->engine->akcipher(context, row, job);
    trials->unable |= status == VCRYPTO_ERR;
    return status;
}

/* Numbers that are smaller than the modulus have zeros in front. */
static bool is_result(const struct vcrypto_akcipher_job *job,
                      const struct known_bytes *expected)
{
    uint32_t zeros = job->result_len - expected->len;

    if (job->result_len < expected->len) {
        return false;
    }
    for (uint32_t i = 0; i < zeros; i++) {
        if (job->result[i] != 0) {
            return false;
        }
    }
    return memcmp(job->result + zeros, expected->bytes, expected->len) == 0;
}

/* A signature with another bit in its last byte does not verify. */
static bool rejects(struct trials *trials, void *context,
                    const struct vcrypto_algorithm *row,
                    const struct known_akcipher *known)
{
    uint8_t altered[VCRYPTO_MAX_AKCIPHER_RESULT];
    struct vcrypto_akcipher_job job;

    memcpy(altered, known->src.bytes, known->src.len);
    altered[known->src.len - 1] ^= 1;
    return run(trials, context, row, VCRYPTO_OPERATION_VERIFY,
               (struct known_bytes){ altered, known->src.len }, known->data,
               &job) == VCRYPTO_KEY_REJECTED;
}

/* What is signed anew, with numbers that nobody knows, verifies. Where one curve does,
 * the others had only to make the point that belongs to the secret, which they did. */
static bool signs(struct trials *trials, void *context,
                  const struct vcrypto_algorithm *row,
                  const struct known_akcipher *known)
{
    struct vcrypto_akcipher_job made, job;

    return run(trials, context, row, VCRYPTO_OPERATION_SIGN, known->data,
               (struct known_bytes){ NULL, 0 }, &made) == VCRYPTO_OK &&
           run(trials, context, row, VCRYPTO_OPERATION_VERIFY,
               (struct known_bytes){ made.result, made.result_len }, known->data,
               &job) == VCRYPTO_OK;
}

static bool right(struct trials *trials, void *context,
                  const struct vcrypto_algorithm *row,
                  const struct known_akcipher *known)
{
    struct vcrypto_akcipher_job job;

    if (run(trials, context, row, known->operation, known->src, known->data, &job) !=
        VCRYPTO_OK) {
        return false;
    }
    if (known->operation == VCRYPTO_OPERATION_VERIFY) {
        return rejects(trials, context, row, known) &&
               (!known->sign || signs(trials, context, row, known));
    }
    return is_result(&job, &known->result);
}

bool vcrypto_trials_akcipher(struct trials *trials, const struct vcrypto_algorithm *row)
{
    const struct known_akcipher *known;
    unsigned tried = 0;

    for (size_t i = 0; (known = vcrypto_known_akcipher(i)); i++) {
        const struct vcrypto_keying keying = {
            .algorithm = row,
            .key = known->key.bytes,
            .key_len = known->key.len,
            .akcipher = known->options,
        };
        void *context;
        bool is_right;

        if (known->id != row->id) {
            continue;
        }
        context = row->engine->context_new(&keying);
        if (!context) {
            continue; /* some distributions have left out some curves */
        }
        is_right = right(trials, context, row, known);
        row->engine->context_free(context);
        if (!is_right) {
            return false;
        }
        tried++;
    }
    trials->unable |= tried == 0;
    return tried > 0;
}
