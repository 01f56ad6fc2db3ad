/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a guest was promised elsewhere, and whether it is so here. */
#include "state.h"

#include <inttypes.h>
#include <stdio.h>

#include "vcrypto/about.h"

/* ---- names ---- */

static const char *known_name(uint32_t service, uint32_t id)
{
    size_t rows, absent;
    const struct vcrypto_algorithm *row = vcrypto_algorithm_rows(&rows);
    const struct vcrypto_absent_algorithm *other = vcrypto_algorithms_absent(&absent);

    for (size_t i = 0; i < rows; i++) {
        if (row[i].service == service && row[i].id == id) {
            return row[i].name;
        }
    }
    for (size_t i = 0; i < absent; i++) {
        if (other[i].service == service && other[i].id == id) {
            return other[i].name;
        }
    }
    return NULL;
}

const char *vcrypto_state_name(uint32_t service, uint32_t id, char name[STATE_NAME])
{
    const char *known = known_name(service, id);

    if (known) {
        snprintf(name, STATE_NAME, "%s", known);
    } else {
        snprintf(name, STATE_NAME, "%s algorithm %u", vcrypto_about_service(service),
                 id);
    }
    return name;
}

/* ---- the sections ---- */

bool vcrypto_state_load_promises(struct state_reader *reader)
{
    struct vcrypto_state_promises *told = &reader->told.promises;

    told->max_size = vcrypto_state_get64(reader);
    told->max_cipher_key_len = vcrypto_state_get32(reader);
    told->max_auth_key_len = vcrypto_state_get32(reader);
    told->max_akcipher_key_len = vcrypto_state_get32(reader);
    told->max_sessions = vcrypto_state_get32(reader);
    told->queues = vcrypto_state_get32(reader);
    told->options = vcrypto_state_get32(reader);
    told->features = vcrypto_state_get32(reader);
    told->data_ring = vcrypto_state_get32(reader);
    told->control_ring = vcrypto_state_get32(reader);
    if (!told->queues || told->queues > VCRYPTO_MAX_QUEUES) {
        return vcrypto_state_wrong(reader, "the state is damaged: %u data queues",
                                   told->queues);
    }
    return true;
}

/* Whether keys of @least to @most bytes are taken by one of @row's sizes. */
static bool takes_keys(const struct vcrypto_algorithm *row, uint32_t least,
                       uint32_t most)
{
    uint32_t from, to;

    for (unsigned i = 0; i < VCRYPTO_MAX_KEY_SIZES; i++) {
        if (vcrypto_about_key_size(row, i, &from, &to) && from <= least && most <= to) {
            return true;
        }
    }
    return false;
}

static bool compare_keys(struct state_reader *reader,
                         const struct vcrypto_algorithm *row, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        uint32_t least = vcrypto_state_get32(reader);
        uint32_t most = vcrypto_state_get32(reader);

        if (!least || least > most) {
            return vcrypto_state_wrong(
                reader, "the state is damaged: %s has keys of %u to %u bytes",
                row->name, least, most);
        }
        if (takes_keys(row, least, most)) {
            continue;
        }
        if (least == most) {
            vcrypto_state_needs(reader, "%s with keys of %u bytes", row->name, least);
        } else {
            vcrypto_state_needs(reader, "%s with keys of %u to %u bytes", row->name,
                                least, most);
        }
    }
    return true;
}

bool vcrypto_state_load_algorithm(struct state_reader *reader)
{
    uint64_t *told = reader->told.promises.algorithms;
    uint32_t service = vcrypto_state_get32(reader);
    uint32_t id = vcrypto_state_get32(reader);
    uint32_t count = vcrypto_state_get32(reader);
    char name[STATE_NAME];

    if (service >= VCRYPTO_SERVICE_COUNT || id >= 64 ||
        told[service] & UINT64_C(1) << id) {
        return vcrypto_state_wrong(
            reader, "the state is damaged: algorithm %u of service %u", id, service);
    }
    if (count > STATE_KEY_SIZES ||
        reader->length != STATE_ALGORITHM_SIZE + count * STATE_KEY_SIZE) {
        return vcrypto_state_wrong(reader,
                                   "the state is damaged: %s has %u sizes of keys",
                                   vcrypto_state_name(service, id, name), count);
    }
    told[service] |= UINT64_C(1) << id;
    if (!(reader->here->promises.algorithms[service] & UINT64_C(1) << id)) {
        vcrypto_state_needs(reader, "%s", vcrypto_state_name(service, id, name));
        return true;
    }
    return compare_keys(reader, vcrypto_algorithm_find(service, id), count);
}

/* ---- all of them ---- */

static void compare_number(struct state_reader *reader, const char *name, uint64_t told,
                           uint64_t here)
{
    if (here < told) {
        vcrypto_state_needs(reader, "%s=%" PRIu64 " (here %" PRIu64 ")", name, told,
                            here);
    }
}

static void compare_bits(struct state_reader *reader, const char *what,
                         const char *const *names, unsigned count, uint32_t missing)
{
    for (unsigned i = 0; i < 32; i++) {
        if (missing & 1u << i && i < count) {
            vcrypto_state_needs(reader, "%s=on", names[i]);
        } else if (missing & 1u << i) {
            vcrypto_state_needs(reader, "%s bit %u", what, i);
        }
    }
}

static const char *const feature_names[] = {
    [VCRYPTO_F_MUX_MODE] = "mux",
    [VCRYPTO_F_CIPHER_STATELESS_MODE] = "cipher-stateless",
    [VCRYPTO_F_HASH_STATELESS_MODE] = "hash-stateless",
    [VCRYPTO_F_MAC_STATELESS_MODE] = "mac-stateless",
    [VCRYPTO_F_AEAD_STATELESS_MODE] = "aead-stateless",
    [VCRYPTO_F_AKCIPHER_STATELESS_MODE] = "akcipher-stateless",
};

static const char *const option_names[] = { "padded-framing", "lenient-session-flag" };

#define NAMES(of) of, sizeof(of) / sizeof((of)[0])

void vcrypto_state_compare_promises(struct state_reader *reader)
{
    const struct vcrypto_state_promises *told = &reader->told.promises;
    const struct vcrypto_state_promises *here = &reader->here->promises;

    /* The control queue comes after the data queues: with more of them here, it would
     * have another number. */
    if (told->queues != here->queues) {
        vcrypto_state_needs(reader, "queues=%u (here %u)", told->queues, here->queues);
    }
    compare_number(reader, "max-size", told->max_size, here->max_size);
    compare_number(reader, "max-sessions", told->max_sessions, here->max_sessions);
    compare_number(reader, "max-cipher-key-len", told->max_cipher_key_len,
                   here->max_cipher_key_len);
    compare_number(reader, "max-auth-key-len", told->max_auth_key_len,
                   here->max_auth_key_len);
    compare_number(reader, "max-akcipher-key-len", told->max_akcipher_key_len,
                   here->max_akcipher_key_len);
    compare_number(reader, "descriptors in a data queue's ring", told->data_ring,
                   here->data_ring);
    compare_number(reader, "descriptors in the control queue's ring",
                   told->control_ring, here->control_ring);
    compare_bits(reader, "feature", NAMES(feature_names),
                 told->features & ~here->features);
    compare_bits(reader, "option", NAMES(option_names), told->options & ~here->options);
}
