/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "device-request.h"

#include <glib.h>

#include "message.h"

#define MOST_PIECES (DRIVER_DESCS / 2)
#define UNTOUCHED   0xa5
#define REGISTERS   4 /* the BAR */

bool request_collect(const struct form_message *message, struct request_bytes *bytes)
{
    bytes->len = 0;
    for (unsigned i = 0; i < message->n; i++) {
        const struct form_bytes *field = &message->fields[i];

        if (field->len > REQUEST_MAX - bytes->len) {
            return false;
        }
        memcpy(bytes->data + bytes->len, field->data, field->len);
        bytes->len += field->len;
    }
    return true;
}

/* ---- a chain ---- */

static void add_piece(struct driver_chain *chain, uint64_t gpa, uint32_t len,
                      bool writable)
{
    chain->desc[chain->count++] = (struct qt_desc){ gpa, len, writable };
}

/* Cuts @len bytes at @gpa; some pieces may be empty, which is allowed. */
static void cut(struct driver_chain *chain, uint64_t gpa, uint32_t len, bool writable,
                struct fuzz_input *cuts)
{
    unsigned pieces = cuts ? 1 + fuzz_u8(cuts) % MOST_PIECES : 1;

    if (!len) {
        return;
    }
    for (; pieces > 1; pieces--) {
        uint8_t byte = fuzz_u8(cuts);
        uint32_t n = MIN(byte, len);

        /* QEMU's own code for rings takes no empty piece. */
        driver.odd |= !n && driver.device == GUEST_IOMMU;
        add_piece(chain, gpa, n, writable);
        gpa += n;
        len -= n;
    }
    driver.odd |= !len && driver.device == GUEST_IOMMU;
    add_piece(chain, gpa, len, writable);
}

void request_place(const struct request_bytes *bytes, uint32_t writable,
                   struct fuzz_input *cuts, struct driver_chain *chain)
{
    unsigned odd = cuts ? fuzz_u8(cuts) % 16 : 0;
    uint64_t gpa = guest_alloc(bytes->len + odd, 16) + odd;

    *chain =
        (struct driver_chain){ .plain = true, .writable = writable, .memory = gpa };
    guest_put(gpa, bytes->data, bytes->len);
    cut(chain, gpa, bytes->len, false, cuts);
    if (writable) {
        chain->room = guest_alloc(writable + odd, 1) + odd;
        guest_fill(chain->room, UNTOUCHED, writable);
        guest_allow(chain->room, writable);
        cut(chain, chain->room, writable, true, cuts);
    }
}

uint32_t request_reply(const struct driver_chain *chain, uint64_t *id)
{
    const uint8_t *reply = qt_mem_ptr(&guest.machine->mem, chain->room, REPLY_SIZE);

    *id = fuzz_get(reply) | (uint64_t)fuzz_get(reply + 4) << 32;
    return fuzz_get(reply + 8);
}

/* ---- damage ---- */

void request_damage_bytes(struct request_bytes *bytes, struct fuzz_input *input)
{
    unsigned times = 1 + fuzz_u8(input) % 4;

    for (; times; times--) {
        uint8_t how = fuzz_u8(input);
        uint32_t word = fuzz_word(input);

        if (how < 0xc0 && bytes->len >= 4) {
            /* A field: most are in the first hundred bytes, and aligned. */
            fuzz_put(bytes->data + MIN(how / 4 * 4, bytes->len - 4), word, 4);
        } else if (how < 0xd0 && bytes->len) {
            bytes->data[word % bytes->len] ^= how | 1;
        } else if (how < 0xe8) {
            bytes->len -= MIN(word, bytes->len);
        } else {
            uint32_t more = MIN(word, REQUEST_MAX - bytes->len);

            memset(bytes->data + bytes->len, how, more);
            bytes->len += more;
        }
    }
}

static uint64_t somewhere(uint8_t how)
{
    switch (how % 8) {
    case 0:
        return GUEST_NO_MEMORY + how;
    case 1:
        return GUEST_ROM + how;
    case 2:
        return GUEST_RAM - how / 8;
    case 3:
        return UINT64_MAX - how;
    default: /* registers; the first pages have something to say */
        return driver.dev->pci.bar[REGISTERS] + 0x1000u * (how % 4) + how / 8;
    }
}

static void damage_once(struct driver_chain *chain, struct fuzz_input *input)
{
    struct qt_desc *desc = &chain->desc[fuzz_u8(input) % chain->count];
    struct qt_desc *other = &chain->desc[fuzz_u8(input) % chain->count];
    uint8_t what = fuzz_u8(input);

    switch (what % 6) {
    case 0:
        desc->len = 0;
        break;
    case 1:
        desc->gpa = somewhere(fuzz_u8(input));
        break;
    case 2:
        desc->writable = !desc->writable;
        break;
    case 3:
        desc->len = fuzz_word(input);
        break;
    case 4:
        desc->gpa = other->gpa;
        break;
    default:
        *desc = *other;
    }
}

/*
 * The device may write what the chain now says. If that is more than the chain's own
 * memory, and the end of RAM, where nothing is, it may overwrite anything.
 */
static void allow_damaged(const struct driver_chain *chain)
{
    uint64_t end = qt_mem_mark(&guest.machine->mem);

    for (unsigned i = 0; i < chain->count; i++) {
        const struct qt_desc *desc = &chain->desc[i];
        uint64_t len = desc->len;

        if (desc->gpa >= GUEST_RAM) {
            /* Only QEMU's own code for rings reads and writes those, and goes on at 0
             * where addresses end. */
            if (driver.device == GUEST_IOMMU &&
                (desc->gpa < GUEST_NO_MEMORY || desc->gpa + len < desc->gpa)) {
                driver_go_wild();
            }
            continue;
        }
        len = MIN(len, GUEST_RAM - desc->gpa);
        if (!desc->writable) {
            continue;
        }
        if ((desc->gpa < chain->memory || desc->gpa + len > end) &&
            desc->gpa < GUEST_RAM - 4096) {
            driver_go_wild();
        } else {
            guest_allow(desc->gpa, len);
        }
    }
}

void request_damage_chain(struct driver_chain *chain, struct fuzz_input *input)
{
    unsigned times = 1 + fuzz_u8(input) % 3;

    chain->plain = false;
    driver.odd = true;
    for (; chain->count && times; times--) {
        damage_once(chain, input);
    }
    allow_damaged(chain);
}

/* ---- after a reset ---- */

#define CIPHER_CBC 3 /* AES */
#define SMALL_RING 64

static const struct known_answer *known(void)
{
    const GArray *all = known_answers();

    for (unsigned i = 0; i < all->len; i++) {
        const struct known_answer *k = &g_array_index(all, struct known_answer, i);

        if (k->operation.service == 0 && k->operation.algorithm == CIPHER_CBC) {
            return k;
        }
    }
    abort();
}

static struct request_bytes message_bytes;

static void place(const struct form_message *message, uint32_t writable,
                  struct driver_chain *chain)
{
    FUZZ_CHECK(request_collect(message, &message_bytes));
    request_place(&message_bytes, writable, NULL, chain);
}

/* Makes as many sessions as there may be, and one more. Return: the last. */
static uint64_t fill_sessions(const struct form_operation *operation)
{
    struct driver_chain chains[GUEST_SESSIONS + 1];
    struct form_message message;
    uint64_t id, last = 0;

    form_create(operation, FORM_LEGACY, &message);
    for (unsigned i = 0; i <= GUEST_SESSIONS; i++) {
        place(&message, REPLY_SIZE, &chains[i]);
        driver_add(DRIVER_CONTROL, &chains[i]);
    }
    FUZZ_CHECK(driver_drain());
    for (unsigned i = 0; i <= GUEST_SESSIONS; i++) {
        uint32_t status = request_reply(&chains[i], &id);

        if (status != (i < GUEST_SESSIONS ? QT_OK : QT_ERR)) {
            guest_fail("after a reset: status %u for session %u of %u", status, i + 1,
                       GUEST_SESSIONS);
        }
        last = i < GUEST_SESSIONS ? id : last;
    }
    return last;
}

void request_known_answers(unsigned device)
{
    const struct known_answer *k = known();
    struct driver_opts opts = { .device = device,
                                .features = QT_F_VERSION_1,
                                .ring = SMALL_RING };
    struct driver_chain chain;
    struct form_message message;

    FUZZ_CHECK(driver_start(&opts));
    form_data(&k->operation, FORM_LEGACY, fill_sessions(&k->operation), &message);
    for (unsigned q = 0; q < GUEST_DATA_QUEUES; q++) {
        place(&message, k->answer.len + 1, &chain);
        chain.due = k;
        driver_add(q, &chain);
    }
    FUZZ_CHECK(driver_drain());
    driver_reset();
}
