/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "framing.h"

#include "le.h"

/* The queue's number in the longer form of a stateless symmetric request. */
#define QUEUE_ID 100

/* Each term is 32 bits: a sum of a few cannot overflow 64. */
/* keeps: COR-5 */
static uint64_t readable_sum(const struct framing_lengths *lengths)
{
    uint64_t sum = 0;

    for (unsigned i = 0; i < FRAMING_PARTS; i++) {
        sum += lengths->parts[i];
    }
    return sum;
}

static bool all_zero(const uint8_t *bytes, size_t size)
{
    uint8_t seen = 0;

    for (size_t i = 0; i < size; i++) {
        seen |= bytes[i];
    }
    return seen == 0;
}

/* Whether the bytes that only the longer form has are what they must be there: padding
 * that is not zero is data of the shorter form. */
static bool may_be_padded(const struct vcrypto_wire_limits *limits,
                          const struct framing_form *form, const uint8_t *fixed)
{
    if (form->queue_id) {
        return get_le32(fixed + QUEUE_ID) < limits->queues;
    }
    return limits->padded_framing &&
           all_zero(fixed + form->exact, form->padded - form->exact);
}

/* Whether exactly @rest bytes are there for the variable-length parts. */
static bool exactly(const struct framing_form *form,
                    const struct framing_lengths *lengths, uint64_t rest,
                    struct framing_found *found)
{
    uint64_t sum = readable_sum(lengths);
    uint32_t iv_len = lengths->parts[FRAMING_IV];

    found->iv_slot = false;
    if (rest == sum) {
        return true;
    }
    if (form->iv_slot && iv_len < VCRYPTO_MAX_IV &&
        rest == sum + (VCRYPTO_MAX_IV - iv_len)) {
        found->iv_slot = true;
        return true;
    }
    return false;
}

/* keeps: FEA-3 FEA-4 */
static size_t normal_start(const struct vcrypto_wire_limits *limits,
                           const struct framing_form *form)
{
    return vcrypto_framing_mux(limits) ? form->exact : VCRYPTO_FIXED_REQUEST_SIZE;
}

bool vcrypto_framing_has_fixed(const struct vcrypto_wire_limits *limits,
                               const struct framing_form *form, uint64_t readable)
{
    return readable >= normal_start(limits, form);
}

bool vcrypto_framing_solve(const struct vcrypto_wire_limits *limits,
                           const struct framing_form *form,
                           const struct framing_lengths *lengths, const uint8_t *fixed,
                           uint64_t readable, struct framing_found *found)
{
    size_t normal = normal_start(limits, form);

    found->start = normal;
    if (readable >= normal && exactly(form, lengths, readable - normal, found)) {
        return true;
    }
    if (vcrypto_framing_mux(limits) && form->padded > form->exact &&
        readable >= form->padded &&
        exactly(form, lengths, readable - form->padded, found) &&
        may_be_padded(limits, form, fixed)) {
        found->start = form->padded;
        return true;
    }
    /* More bytes than needed is no fault: Linux's last scatterlist entry may be longer
     * than the data. */
    found->iv_slot = false;
    return readable > normal && readable - normal > readable_sum(lengths);
}

/* keeps: CFG-7 */
bool vcrypto_framing_fits(const struct vcrypto_wire_limits *limits,
                          const struct framing_lengths *lengths, uint64_t writable)
{
    uint64_t out = (uint64_t)lengths->dst + lengths->result;

    return writable >= out + VCRYPTO_STATUS_SIZE &&
           readable_sum(lengths) + out <= limits->max_size;
}

/* keeps: CFG-8 CFG-9 */
bool vcrypto_framing_keys_fit(const struct vcrypto_wire_limits *limits,
                              enum vcrypto_service service, uint32_t key_len,
                              uint32_t auth_key_len)
{
    uint32_t max_key_len = service == VCRYPTO_SERVICE_AKCIPHER
                               ? limits->max_akcipher_key_len
                               : limits->max_cipher_key_len;

    return key_len <= max_key_len && auth_key_len <= limits->max_auth_key_len;
}
