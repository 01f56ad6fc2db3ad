/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "direct.h"

#include <stddef.h>

bool direct_begin(struct direct *direct, const struct vcrypto_keying *keying,
                  const struct vcrypto_multi_engine *multi)
{
    *direct = (struct direct){ .row = keying->algorithm, .multi = multi };
    direct->context = direct->row->engine->context_new(keying);
    if (multi) {
        direct->key = multi->key_new(keying);
        direct->lanes = multi->lanes_new();
    }
    return direct->context && (!multi || (direct->key && direct->lanes));
}

void direct_one(struct direct *direct, void *context, struct vcrypto_multi_job *job)
{
    const struct vcrypto_algorithm *row = direct->row;

    switch (row->service) {
    case VCRYPTO_SERVICE_CIPHER:
        job->status = row->engine->cipher(context, row, &job->cipher, &direct->bounce);
        break;
    case VCRYPTO_SERVICE_AEAD:
        job->status = row->engine->aead(context, row, &job->aead, &direct->bounce);
        break;
    default:
        job->status = row->engine->digest(context, row, &job->digest, &direct->bounce);
        break;
    }
}

void direct_end(struct direct *direct)
{
    direct->row->engine->context_free(direct->context);
    if (direct->multi) {
        direct->multi->key_free(direct->key);
        direct->multi->lanes_free(direct->lanes);
    }
    vcrypto_bounce_free(&direct->bounce);
}
