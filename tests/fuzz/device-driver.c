/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "device-driver.h"

#include <glib.h>
#include <inttypes.h>
#include <string.h>

#include "fuzz.h"
#include "waiting.h"

#define STATUSES 7

struct driver driver;

/* ---- rings ---- */

/* What the client of the ring has written, and what the device may write. */
static void ring_wrote(const struct qt_vring *vq)
{
    uint64_t n = vq->size;

    if (!vq->packed) {
        guest_wrote(vq->desc_gpa, 16 * n);
        guest_wrote(vq->avail_gpa, 6 + 2 * n);
    } else {
        guest_wrote(vq->avail_gpa, 4);
    }
}

void driver_new_ring(unsigned queue, uint16_t size)
{
    struct driver_lane *lane = &driver.lanes[queue];
    uint16_t vector = driver.msix ? (uint16_t)(queue + 1) : QT_NO_VECTOR;
    struct qt_vring *vq = qt_vring_new(driver.dev, (uint16_t)queue, size, vector);
    uint64_t n = vq->size;

    lane->vq = vq;
    ring_wrote(vq);
    if (vq->packed) {
        guest_allow(vq->desc_gpa, 16 * n);
        guest_allow(vq->used_gpa, 4);
    } else {
        guest_allow(vq->used_gpa, 6 + 8 * n);
    }
}

static void drop_chains(struct driver_lane *lane)
{
    for (unsigned i = 0; lane->outstanding && i < DRIVER_RING; i++) {
        struct driver_sent *sent = &lane->sent[i];

        if (sent->busy) {
            guest_take_back(sent->chain.memory, sent->chain.end - sent->chain.memory);
            lane->outstanding--;
            sent->busy = false;
        }
    }
}

static void take_ring_back(const struct qt_vring *vq)
{
    if (vq->packed) {
        guest_take_back(vq->desc_gpa, 16u * vq->size);
        guest_take_back(vq->used_gpa, 4);
    } else {
        guest_take_back(vq->used_gpa, 6 + 8u * vq->size);
    }
}

void driver_drop_ring(unsigned queue)
{
    struct driver_lane *lane = &driver.lanes[queue];

    if (lane->vq) {
        drop_chains(lane);
        take_ring_back(lane->vq);
        qt_vring_free(lane->vq);
        lane->vq = NULL;
    }
}

/* ---- the device ---- */

void driver_reset(void)
{
    qt_virtio_reset(driver.dev);
    /* From here on a late answer is a fault. */
    if (driver.wild) {
        guest_forget();
    } else {
        guest_revoke();
    }
    for (unsigned q = 0; q < DRIVER_QUEUES; q++) {
        driver_drop_ring(q);
    }
    driver.wild = driver.dead = driver.odd = false;
}

static void start_interrupts(bool msix)
{
    struct qt_pci *pci = &driver.dev->pci;

    driver.msix = msix;
    if (msix) {
        FUZZ_CHECK(pci->msix_slots);
        qt_msix_enable(pci);
        guest_wrote(pci->msix_slots, 4u * pci->msix_vectors);
        guest_allow(pci->msix_slots, 4u * pci->msix_vectors);
    } else if (pci->msix_cap) {
        qt_pci_writew(pci, (uint8_t)(pci->msix_cap + 2), 0);
    }
}

bool driver_start(const struct driver_opts *opts)
{
    bool accepted;

    driver.device = opts->device;
    driver.dev = guest.devices[opts->device];
    accepted = qt_virtio_negotiate(driver.dev, opts->features | QT_F_ACCESS_PLATFORM);
    driver.features = driver.dev->features;
    start_interrupts(opts->msix && opts->device != GUEST_INTX);
    for (unsigned q = 0; q < DRIVER_QUEUES; q++) {
        driver_new_ring(q, opts->ring);
    }
    qt_virtio_driver_ok(driver.dev);
    return accepted;
}

void driver_go_wild(void)
{
    driver.wild = driver.dead = true;
}

void driver_resume(void)
{
    if (driver.stopped) {
        qt_qtest_flush(guest.machine->qtest);
        if (!qt_qmp(guest.machine->qmp, NULL, "{'execute': 'cont'}")) {
            guest_fail("the machine does not continue");
        }
        driver.stopped = false;
    }
}

/* ---- chains ---- */

static unsigned in_ring(const struct driver_chain *chain)
{
    return chain->indirect ? 1 : chain->count;
}

bool driver_fits(unsigned queue, const struct driver_chain *chain)
{
    const struct driver_lane *lane = &driver.lanes[queue];

    return lane->vq && lane->vq->num_free >= in_ring(chain);
}

static void trace(unsigned queue, uint16_t head, const struct driver_chain *chain)
{
    fprintf(stderr, "queue %u, chain %u%s%s:", queue, head,
            chain->indirect ? ", indirect" : "", chain->plain ? "" : ", odd");
    for (unsigned i = 0; i < chain->count; i++) {
        const struct qt_desc *desc = &chain->desc[i];

        fprintf(stderr, " %s0x%" PRIx64 "+0x%x", desc->writable ? "w" : "r", desc->gpa,
                desc->len);
    }
    fprintf(stderr, "%s%s\n", chain->due ? ", due: " : "",
            chain->due ? chain->due->name : "");
}

void driver_add(unsigned queue, const struct driver_chain *chain)
{
    struct driver_lane *lane = &driver.lanes[queue];
    struct driver_sent *sent;
    uint16_t head;

    if (chain->indirect) {
        uint64_t table = qt_vring_new_table(lane->vq, chain->desc, chain->count);

        guest_wrote(table, 16u * chain->count);
        head = qt_vring_add_table(lane->vq, table, chain->count);
    } else {
        head = qt_vring_add(lane->vq, chain->desc, chain->count);
    }
    ring_wrote(lane->vq);
    if (driver.trace) {
        trace(queue, head, chain);
    }
    sent = &lane->sent[head];
    if (sent->busy && !driver.wild) {
        guest_fail("chain %u of queue %u is in use", head, queue);
    }
    lane->outstanding += !sent->busy;
    *sent = (struct driver_sent){ true, *chain };
    sent->chain.end = qt_mem_mark(&guest.machine->mem);
}

void driver_kick(unsigned queue)
{
    struct driver_lane *lane = &driver.lanes[queue];

    if (lane->vq) {
        qt_vring_publish(lane->vq);
        ring_wrote(lane->vq);
        qt_vring_notify(lane->vq);
    }
}

void driver_expect_nothing(void)
{
    for (unsigned q = 0; q < DRIVER_QUEUES; q++) {
        struct driver_lane *lane = &driver.lanes[q];

        for (unsigned i = 0; lane->outstanding && i < DRIVER_RING; i++) {
            lane->sent[i].chain.due = NULL;
        }
    }
}

/* ---- answers ---- */

static void check_known(const struct driver_chain *chain, const uint8_t *room,
                        uint32_t used)
{
    const struct form_bytes *answer = &chain->due->answer;

    if (room[chain->writable - 1] != QT_OK || used != answer->len + 1) {
        guest_fail("%s: status %u, length %u", chain->due->name,
                   room[chain->writable - 1], used);
    }
    if (answer->len && memcmp(room, answer->data, answer->len) != 0) {
        guest_fail("%s: wrong answer", chain->due->name);
    }
}

static void check_answer(unsigned queue, const struct driver_chain *chain,
                         uint32_t used)
{
    const uint8_t *room;

    if (chain->plain && used > chain->writable) {
        guest_fail("queue %u: %u bytes were written of %u", queue, used,
                   chain->writable);
    }
    if (!chain->plain || !chain->writable) {
        return;
    }
    room = qt_mem_ptr(&guest.machine->mem, chain->room, chain->writable);
    if (queue != DRIVER_CONTROL && room[chain->writable - 1] >= STATUSES) {
        guest_fail("queue %u: status %u", queue, room[chain->writable - 1]);
    }
    if (chain->due) {
        check_known(chain, room, used);
    }
}

/* The client of the ring ends the program over an answer to what is no chain. */
static void take_answers(unsigned queue)
{
    struct driver_lane *lane = &driver.lanes[queue];
    uint32_t id, used;

    while (lane->vq && qt_vring_get(lane->vq, &id, &used)) {
        struct driver_sent *sent = &lane->sent[id];

        FUZZ_CHECK(sent->busy && lane->outstanding);
        sent->busy = false;
        lane->outstanding--;
        check_answer(queue, &sent->chain, used);
    }
}

static unsigned take_all_answers(void)
{
    unsigned left = 0;

    for (unsigned q = 0; q < DRIVER_QUEUES; q++) {
        take_answers(q);
        left += driver.lanes[q].vq ? driver.lanes[q].outstanding : 0;
    }
    return left;
}

/* Whether the device has given up. */
static bool gave_up(void)
{
    if (!(qt_virtio_get_status(driver.dev) & QT_STATUS_NEEDS_RESET)) {
        return false;
    }
    if (!driver.odd) {
        guest_fail("the device needs a reset, for no reason");
    }
    driver.dead = true;
    return true;
}

bool driver_drain(void)
{
    struct qt_wait wait =
        qt_wait_begin(guest.machine, GUEST_TIMEOUT_MS, "answers to all chains");
    unsigned left;

    driver_resume();
    for (unsigned q = 0; q < DRIVER_QUEUES; q++) {
        driver_kick(q);
    }
    qt_qtest_flush(guest.machine->qtest);
    if (driver.dead) {
        return false;
    }
    while ((left = take_all_answers()) > 0) {
        if (wait.rounds % 256 == 255) {
            guest_answers();
            if (gave_up()) {
                return false;
            }
        }
        if (!qt_wait_more(&wait) && take_all_answers() > 0) {
            guest_fail("%u chains have no answer", left);
        }
    }
    return !gave_up();
}
