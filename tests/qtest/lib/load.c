/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Load on a rig.
 */
#include "load.h"

#include "waiting.h"

#include "support/ut.h"

#include <string.h>

#define SHORT_MAX   (64u << 10)  /* bytes of data */
#define SLOW_MAX    (8u << 10)   /* of a slow request */
#define LONG_SIZE   (256u << 10) /* of a slow request that takes long */
#define LONG_ONE_IN 16           /* times that the first slot of a queue is used */

static struct qt_load_half *half_of(struct qt_load *load, uint32_t index)
{
    return &load->queues[index].halves[load->rig->queues[index].current];
}

static struct qt_vring *ring_of(const struct qt_load *load, uint32_t index)
{
    return load->rig->queues[index].ring;
}

static uint32_t queues(const struct qt_load *load)
{
    return load->rig->crypto.n_data;
}

static uint8_t *room_of(const struct qt_load *load, uint32_t index, unsigned half)
{
    return qt_mem_ptr(&load->rig->machine->mem, load->rig->queues[index].rooms[half],
                      QT_RIG_RING_ROOM);
}

void qt_load_init(struct qt_load *load, struct qt_rig *rig, GRand *rand)
{
    memset(load, 0, sizeof(*load));
    load->rig = rig;
    load->rand = rand;
    for (uint32_t i = 0; i < queues(load); i++) {
        for (unsigned k = 0; k < 2 * QT_LOAD_PER_QUEUE; k++) {
            struct qt_load_half *half = &load->queues[i].halves[k % 2];

            qt_flight_place(&rig->flights, &half->slots[k / 2].flight, QT_FLIGHT_AES,
                            k / 2 ? SHORT_MAX : LONG_SIZE);
        }
    }
}

void qt_load_clear(struct qt_load *load)
{
    for (uint32_t i = 0; i < QT_RIG_QUEUES; i++) {
        g_clear_pointer(&load->queues[i].halves[0].witness, g_free);
        g_clear_pointer(&load->queues[i].halves[1].witness, g_free);
    }
}

unsigned qt_load_on_their_way(const struct qt_load *load)
{
    return (unsigned)(load->sent - load->answered - load->dropped);
}

/* ---- out ---- */

/* Mostly short, a few slow, and rarely one that takes long. */
static void choose(struct qt_load *load, struct qt_load_slot *slot, bool may_be_long)
{
    struct qt_flight *flight = &slot->flight;
    bool slow = g_rand_int_range(load->rand, 0, 4) == 0;
    uint32_t limit = 16u << g_rand_int_range(load->rand, 0, 13);

    flight->kind = slow ? QT_FLIGHT_3DES : QT_FLIGHT_AES;
    limit = MIN(limit, slow ? SLOW_MAX : SHORT_MAX);
    flight->len = (uint32_t)g_rand_int_range(load->rand, 16, (int)limit + 1) & ~15u;
    if (may_be_long && g_rand_int_range(load->rand, 0, LONG_ONE_IN) == 0) {
        flight->kind = QT_FLIGHT_3DES;
        flight->len = LONG_SIZE;
    }
}

static void send(struct qt_load *load, uint32_t index, struct qt_load_slot *slot)
{
    struct qt_flight *flight = &slot->flight;

    qt_flight_add(&load->rig->flights, ring_of(load, index), flight, ++load->number);
    load->queues[index].by_head[flight->head] = slot;
    slot->state = QT_SLOT_SENT;
    slot->expected = load->dead[flight->kind] ? QT_SLOT_REFUSED : QT_SLOT_RIGHT;
    load->sent++;
}

static void fill(struct qt_load *load, uint32_t index)
{
    struct qt_vring *ring = ring_of(load, index);
    struct qt_load_half *half = half_of(load, index);
    uint16_t before = ring->next_avail;

    for (unsigned k = 0; k < QT_LOAD_PER_QUEUE; k++) {
        if (half->slots[k].state != QT_SLOT_SENT) {
            choose(load, &half->slots[k], k == 0);
            send(load, index, &half->slots[k]);
        }
    }
    UT_EQ_U64(ring->num_free, 0);
    qt_vring_publish(ring);
    if (qt_vring_wants_notify(ring, before)) {
        qt_vring_notify(ring);
    }
}

void qt_load_fill(struct qt_load *load)
{
    for (uint32_t i = 0; i < queues(load); i++) {
        if (!load->queues[i].off) {
            fill(load, i);
        }
    }
}

/* ---- in ---- */

/* Whether the request's memory holds what it must. */
static bool holds(const struct qt_load *load, const struct qt_load_slot *slot)
{
    const struct qt_flights *flights = &load->rig->flights;

    switch (slot->state) {
    case QT_SLOT_UNUSED:
        return true;
    case QT_SLOT_ANSWERED:
        return slot->refused ? qt_flight_refused(flights, &slot->flight, QT_INVSESS)
                             : qt_flight_answered(flights, &slot->flight);
    default:
        return qt_flight_untouched(flights, &slot->flight);
    }
}

static void take(struct qt_load *load, uint32_t index, uint32_t id, uint32_t len)
{
    struct qt_load_slot **by_head = load->queues[index].by_head;
    struct qt_load_slot *slot = id < QT_LOAD_RING_SIZE ? by_head[id] : NULL;

    UT_TRUE_FATAL(slot && slot->state == QT_SLOT_SENT);
    slot->state = QT_SLOT_ANSWERED;
    slot->refused = slot->expected == QT_SLOT_REFUSED ||
                    (slot->expected == QT_SLOT_EITHER && len == 1);
    UT_EQ_U64(len, slot->refused ? 1 : slot->flight.len + 1);
    UT_TRUE(holds(load, slot));
    by_head[id] = NULL;
    load->answered++;
    load->refused += slot->refused;
}

static bool take_all(struct qt_load *load, uint32_t index)
{
    struct qt_vring *ring = ring_of(load, index);
    uint32_t id, len;
    bool any = false;

    while (qt_vring_get(ring, &id, &len)) {
        take(load, index, id, len);
        any = true;
    }
    return any;
}

/* Asks for the next interrupt, and looks once more, as a driver must. */
void qt_load_look(struct qt_load *load, uint32_t index)
{
    while (take_all(load, index)) {
        if (load->rig->features & QT_F_EVENT_IDX) {
            struct qt_vring *ring = ring_of(load, index);

            qt_vring_set_used_event(ring, ring->last_used);
        }
    }
}

static bool look_if_interrupted(struct qt_load *load)
{
    bool any = false;

    for (uint32_t i = 0; i < queues(load); i++) {
        if (qt_msix_take(&load->rig->crypto.dev->pci, i + 1) && !load->queues[i].off) {
            qt_load_look(load, i);
            any = true;
        }
    }
    return any;
}

void qt_load_collect_until(struct qt_load *load, unsigned n)
{
    const struct qt_machine *machine = load->rig->machine;
    struct qt_wait wait = qt_wait_begin(machine, QT_TIMEOUT_MS, "answers");

    while (qt_load_on_their_way(load) > n) {
        if (look_if_interrupted(load)) {
            wait = qt_wait_begin(machine, QT_TIMEOUT_MS, "more answers");
        } else if (!qt_wait_more(&wait)) {
            qt_die(machine, "%u requests are not answered", qt_load_on_their_way(load));
        }
    }
}

/* ---- what must not change ---- */

static void check_slots(const struct qt_load *load, const struct qt_load_half *half)
{
    for (unsigned k = 0; k < QT_LOAD_PER_QUEUE; k++) {
        UT_TRUE(holds(load, &half->slots[k]));
    }
}

static void check_half(const struct qt_load *load, uint32_t index, unsigned number)
{
    const struct qt_load_half *half = &load->queues[index].halves[number];

    if (half->witness) {
        UT_EQ_MEM(room_of(load, index, number), half->witness, QT_RIG_RING_ROOM);
    }
    check_slots(load, half);
}

void qt_load_check_gone(const struct qt_load *load, uint32_t index)
{
    check_half(load, index, !load->rig->queues[index].current);
}

/* The other half has been watched for long enough, and is used again. */
static void change_halves(struct qt_load *load, uint32_t index)
{
    unsigned *current = &load->rig->queues[index].current;
    struct qt_load_half *half;

    *current = !*current;
    check_half(load, index, *current);
    half = half_of(load, index);
    g_clear_pointer(&half->witness, g_free);
    for (unsigned k = 0; k < QT_LOAD_PER_QUEUE; k++) {
        half->slots[k].state = QT_SLOT_UNUSED;
    }
    memset(load->queues[index].by_head, 0, sizeof(load->queues[index].by_head));
}

unsigned qt_load_drop(struct qt_load *load, uint32_t index)
{
    unsigned current = load->rig->queues[index].current, n = 0;
    struct qt_load_half *half = half_of(load, index);

    take_all(load, index);
    half->witness = g_memdup2(room_of(load, index, current), QT_RIG_RING_ROOM);
    for (unsigned k = 0; k < QT_LOAD_PER_QUEUE; k++) {
        if (half->slots[k].state == QT_SLOT_SENT) {
            half->slots[k].state = QT_SLOT_DROPPED;
            n++;
        }
    }
    load->dropped += n;
    check_half(load, index, current);
    change_halves(load, index);
    return n;
}

uint32_t qt_load_owed(const struct qt_load *load)
{
    uint32_t owed = 0;

    for (uint32_t i = 0; i < queues(load); i++) {
        const struct qt_vring *ring = ring_of(load, i);

        owed |= (uint32_t)(qt_vring_used_idx(ring) != ring->last_used) << i;
    }
    return owed;
}

void qt_load_check_told(struct qt_load *load, uint32_t owed)
{
    for (uint32_t i = 0; i < queues(load); i++) {
        if (owed & 1u << i) {
            UT_TRUE_FATAL(
                qt_msix_wait(&load->rig->crypto.dev->pci, i + 1, QT_TIMEOUT_MS));
            qt_load_look(load, i); /* it may be for later ones, too */
        }
    }
}

void qt_load_check_standstill(struct qt_load *load)
{
    struct qt_machine *machine = load->rig->machine;
    g_autofree uint8_t *before = g_malloc((size_t)queues(load) * QT_RIG_RING_ROOM);

    for (uint32_t i = 0; i < queues(load); i++) {
        qt_load_look(load, i);
        memcpy(before + (size_t)i * QT_RIG_RING_ROOM,
               room_of(load, i, load->rig->queues[i].current), QT_RIG_RING_ROOM);
        qt_vring_notify(ring_of(load, i));
    }
    UT_TRUE(qt_qmp(machine->qmp, NULL, "{'execute': 'query-status'}"));
    for (uint32_t i = 0; i < queues(load); i++) {
        UT_EQ_MEM(room_of(load, i, load->rig->queues[i].current),
                  before + (size_t)i * QT_RIG_RING_ROOM, QT_RIG_RING_ROOM);
        check_slots(load, half_of(load, i));
    }
}

void qt_load_session_ends(struct qt_load *load, enum qt_flight_kind kind)
{
    for (uint32_t i = 0; i < queues(load); i++) {
        struct qt_load_half *half = half_of(load, i);

        for (unsigned k = 0; k < QT_LOAD_PER_QUEUE; k++) {
            struct qt_load_slot *slot = &half->slots[k];

            if (slot->state == QT_SLOT_SENT && slot->flight.kind == kind) {
                slot->expected = QT_SLOT_EITHER;
            }
        }
    }
    load->dead[kind] = true;
}
