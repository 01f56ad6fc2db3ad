/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What interrupts a device at work: reset of the machine, of the device and of a queue,
 * a stop of the machine, and unplugging. Each returns when the longest single request
 * has ended, however much is waiting behind it; and over a thousand of them at random,
 * every request is answered exactly once or, where its ring went away, not at all.
 */
#include "crypto.h"
#include "flight.h"
#include "waiting.h"

#include "support/ut.h"

#include <glib.h>
#include <stdlib.h>
#include <string.h>

#define MANY_QUEUES 16
#define QUEUES      4
#define PER_QUEUE   64
#define EVENTS      1000
#define ROUNDS      2 /* of each kind of event with its time taken */
#define SLACK_US    100000
#define SLOT        5
#define EJECT_PORT  0xae08 /* of the "pc" machine: what a guest's ACPI code would do */
#define RING_ROOM   32768  /* of one ring of 1024, of either kind */

enum event {
    EVENT_SYSTEM_RESET,
    EVENT_STOP,
    EVENT_QUEUE_RESET,
    EVENT_DEVICE_RESET,
    EVENT_UNPLUG,
    EVENT_KINDS,
};

static const char *const event_names[] = {
    [EVENT_SYSTEM_RESET] = "system_reset", [EVENT_STOP] = "stop",
    [EVENT_QUEUE_RESET] = "queue reset",   [EVENT_DEVICE_RESET] = "device reset",
    [EVENT_UNPLUG] = "device_del",
};

/* A request of one queue, and what is known of it. */
struct slot {
    struct qt_flight flight;
    enum { IDLE, SENT, DROPPED } state;
};

/* Each queue has two of these, and leaves one alone after its ring went away. */
struct half {
    struct slot slots[PER_QUEUE];
    uint64_t ring;    /* guest address of the room for its ring */
    uint8_t *witness; /* what was there when the ring went away */
};

struct queue {
    struct half halves[2];
    unsigned current;
    struct qt_vring *ring;
    struct slot *by_head[1024];
};

static struct qt_machine *machine;

static struct {
    struct qt_crypto crypto; /* its rings are those of the queues */
    struct qt_flights flights;
    struct queue queues[MANY_QUEUES];
    uint64_t ctrl_ring;
    uint64_t features;
    uint64_t number, sent, answered, dropped;
    gint64 longest; /* us that a single request took */
    GRand *rand;
} world;

/* ---- the machine ---- */

static int start_queues(unsigned queues)
{
    g_autofree char *plugin = NULL;

    if (!qt_plugin()) {
        return 0;
    }
    plugin = g_strdup_printf("%s,backend=crypto0,queues=%u", qt_plugin(), queues);
    machine = qt_machine_start(&(struct qt_machine_opts){
        .machine = "pc",
        .ram_size = 192u << 20,
        .args = (const char *const[]){ "-plugin", plugin, NULL },
    });
    memset(&world, 0, sizeof(world));
    world.crypto.n_data = queues;
    return machine ? 0 : -1;
}

static int start(void)
{
    return start_queues(QUEUES);
}

static int start_many(void)
{
    return start_queues(MANY_QUEUES);
}

static int stop(void)
{
    struct qt_machine *started = machine;

    machine = NULL;
    return qt_machine_stop(started);
}

static void plug(void)
{
    UT_TRUE_FATAL(qt_qmp(machine->qmp, NULL,
                         "{'execute': 'device_add', 'arguments': {'driver': "
                         "'virtio-crypto-pci', 'id': 'dev0', 'bus': 'pci.0', 'addr': "
                         "'%d', 'cryptodev': 'crypto0', 'packed': true}}",
                         SLOT));
}

static void unplug(void)
{
    UT_TRUE_FATAL(qt_qmp(machine->qmp, NULL,
                         "{'execute': 'device_del', 'arguments': {'id': 'dev0'}}"));
    qt_outl(machine->qtest, EJECT_PORT, 1u << SLOT);
}

static void wait_event(const char *name, const char *with)
{
    for (;;) {
        g_autofree char *event = qt_qmp_wait_event(machine->qmp, name, QT_TIMEOUT_MS);

        UT_TRUE_FATAL(event != NULL);
        if (!with || strstr(event, with)) {
            return;
        }
    }
}

/* ---- the driver ---- */

/* Each ring goes to memory that was set aside for it. */
static struct qt_vring *new_ring(uint64_t gpa, uint32_t index)
{
    uint64_t mark = qt_mem_mark(&machine->mem);
    struct qt_vring *ring;

    qt_mem_reset(&machine->mem, gpa);
    ring = qt_vring_new(world.crypto.dev, (uint16_t)index, 0, QT_NO_VECTOR);
    UT_TRUE_FATAL(machine->mem.next <= gpa + RING_ROOM);
    qt_mem_reset(&machine->mem, mark);
    return ring;
}

static struct half *half_of(struct queue *queue)
{
    return &queue->halves[queue->current];
}

static void set_up_queue(uint32_t index)
{
    struct queue *queue = &world.queues[index];

    qt_vring_free(queue->ring);
    queue->ring = new_ring(half_of(queue)->ring, index);
    memset(queue->by_head, 0, sizeof(queue->by_head));
}

/* Takes over a device that was just reset, or is new. */
static void set_up_device(bool find)
{
    struct qt_crypto *crypto = &world.crypto;

    if (find) {
        qt_virtio_close(crypto->dev);
        crypto->dev = qt_virtio_open(machine, QT_CRYPTO_DEVICE, 0);
        UT_TRUE_FATAL(crypto->dev != NULL);
    }
    UT_TRUE_FATAL(qt_virtio_negotiate(
        crypto->dev, QT_CRYPTO_LINUX_FEATURES | QT_F_RING_RESET | world.features));
    for (uint32_t i = 0; i < crypto->n_data; i++) {
        set_up_queue(i);
    }
    qt_vring_free(crypto->ctrl);
    crypto->ctrl = new_ring(world.ctrl_ring, crypto->n_data);
    qt_virtio_driver_ok(crypto->dev);
}

static void set_up_world(void)
{
    struct qt_mem *mem = &machine->mem;

    world.crypto.ctrl_layout = QT_FIELDS;
    world.crypto.data = g_new0(struct qt_vring *, world.crypto.n_data);
    world.ctrl_ring = qt_mem_alloc(mem, RING_ROOM, 4096);
    for (uint32_t i = 0; i < world.crypto.n_data; i++) {
        for (unsigned k = 0; k < 2; k++) {
            world.queues[i].halves[k].ring = qt_mem_alloc(mem, RING_ROOM, 4096);
        }
    }
    plug();
    set_up_device(true);
    world.crypto.data[0] = world.queues[0].ring; /* for learning the answers */
    qt_flights_init(&world.flights, &world.crypto);
}

static void tear_down_world(void)
{
    qt_virtio_reset(world.crypto.dev);
    for (uint32_t i = 0; i < world.crypto.n_data; i++) {
        g_clear_pointer(&world.queues[i].ring, qt_vring_free);
        g_clear_pointer(&world.queues[i].halves[0].witness, g_free);
        g_clear_pointer(&world.queues[i].halves[1].witness, g_free);
    }
    g_clear_pointer(&world.crypto.ctrl, qt_vring_free);
    g_clear_pointer(&world.crypto.data, g_free);
    g_clear_pointer(&world.crypto.dev, qt_virtio_close);
    g_clear_pointer(&world.rand, g_rand_free);
    qt_flights_clear(&world.flights);
}

/* ---- events ---- */

/* Returns when what has to stop has stopped. */
static void happen(enum event event, uint32_t queue)
{
    switch (event) {
    case EVENT_SYSTEM_RESET:
        UT_TRUE(qt_qmp(machine->qmp, NULL, "{'execute': 'system_reset'}"));
        wait_event("RESET", NULL);
        break;
    case EVENT_STOP:
        UT_TRUE(qt_qmp(machine->qmp, NULL, "{'execute': 'stop'}"));
        break;
    case EVENT_QUEUE_RESET:
        qt_virtio_queue_reset(world.crypto.dev, (uint16_t)queue);
        break;
    case EVENT_DEVICE_RESET:
        qt_virtio_reset(world.crypto.dev);
        break;
    default:
        unplug();
        break;
    }
}

/* Makes the device work again. */
static void recover(enum event event, uint32_t queue)
{
    switch (event) {
    case EVENT_STOP:
        UT_TRUE(qt_qmp(machine->qmp, NULL, "{'execute': 'cont'}"));
        qt_qmp_forget_events(machine->qmp);
        return;
    case EVENT_QUEUE_RESET:
        set_up_queue(queue);
        return;
    case EVENT_UNPLUG:
        wait_event("DEVICE_DELETED", "\"dev0\"");
        plug();
        break;
    default:
        break;
    }
    set_up_device(event != EVENT_DEVICE_RESET);
    qt_flights_new_sessions(&world.flights, &world.crypto);
}

static gint64 timed(enum event event, uint32_t queue)
{
    gint64 begun = g_get_monotonic_time();

    happen(event, queue);
    return g_get_monotonic_time() - begun;
}

/* ---- how long they take ---- */

/* Loads every queue with @n long requests; their answers all go to one place. */
static void load_with_long_ones(struct qt_flight *flight, unsigned n)
{
    struct qt_desc desc[QT_FLIGHT_DESC];

    for (uint32_t i = 0; i < world.crypto.n_data; i++) {
        qt_flight_prepare(&world.flights, flight, 0, desc);
        for (unsigned k = 0; k < n; k++) {
            qt_vring_add(world.queues[i].ring, desc, QT_FLIGHT_DESC);
        }
    }
    for (uint32_t i = 0; i < world.crypto.n_data; i++) {
        qt_vring_kick(world.queues[i].ring);
    }
}

/*
 * Watches all queues until each has answered @n requests, and keeps the longest time
 * from one answer of a queue to its next, which is what a request takes now.
 */
static void measure_long_ones(unsigned n)
{
    struct qt_wait wait = qt_wait_begin(QT_TIMEOUT_MS);
    gint64 since[MANY_QUEUES];
    unsigned answers[MANY_QUEUES] = { 0 }, left = world.crypto.n_data;
    uint32_t id, len;

    for (unsigned i = 0; i < MANY_QUEUES; i++) {
        since[i] = g_get_monotonic_time();
    }
    while (left) {
        for (uint32_t i = 0; i < world.crypto.n_data; i++) {
            if (qt_vring_get(world.queues[i].ring, &id, &len)) {
                gint64 now = g_get_monotonic_time();

                world.longest = MAX(world.longest, now - since[i]);
                since[i] = now;
                left -= ++answers[i] == n;
            }
        }
        UT_TRUE_FATAL(qt_wait_more(&wait));
    }
}

static gint64 longest_of(enum event event, struct qt_flight *flight)
{
    gint64 longest = 0;

    for (unsigned round = 0; round < ROUNDS; round++) {
        gint64 took;

        ut_context("%s, round %u", event_names[event], round);
        world.features = round & 1 ? QT_F_RING_PACKED : 0;
        qt_virtio_reset(world.crypto.dev);
        set_up_device(false);
        qt_flights_new_sessions(&world.flights, &world.crypto);
        load_with_long_ones(flight, PER_QUEUE);
        measure_long_ones(1);
        took = timed(event, round % world.crypto.n_data);
        longest = MAX(longest, took);
        UT_TRUE(took <= world.longest + SLACK_US);
        recover(event, round % world.crypto.n_data);
    }
    ut_context(NULL);
    return longest;
}

static void events_wait_for_one_request_at_most(void)
{
    struct qt_flight flight;

    QT_NEED(machine);
    set_up_world();
    qt_flight_place(&world.flights, &flight, QT_FLIGHT_3DES, QT_FLIGHT_MAX);
    load_with_long_ones(&flight, 4);
    measure_long_ones(4);
    ut_note("%u queues: a request of 1 MiB takes up to %.1f ms", world.crypto.n_data,
            (double)world.longest / 1000);
    for (enum event event = 0; event < EVENT_KINDS; event++) {
        ut_note("%s: up to %.1f ms", event_names[event],
                (double)longest_of(event, &flight) / 1000);
    }
    tear_down_world();
}

/* ---- that nothing is lost or doubled ---- */

/* Mostly short, up to 64 KiB; the first of each queue is long. */
static void place_slots(void)
{
    for (uint32_t i = 0; i < world.crypto.n_data; i++) {
        for (unsigned k = 0; k < 2 * PER_QUEUE; k++) {
            struct slot *slot =
                &world.queues[i].halves[k / PER_QUEUE].slots[k % PER_QUEUE];
            uint32_t limit = 16u << g_rand_int_range(world.rand, 0, 13);
            uint32_t len = (uint32_t)g_rand_int_range(world.rand, 16, (int)limit + 1);
            bool is_long = k % PER_QUEUE == 0;

            qt_flight_place(&world.flights, &slot->flight,
                            is_long ? QT_FLIGHT_3DES : QT_FLIGHT_AES,
                            is_long ? QT_FLIGHT_MAX : len & ~15u);
        }
    }
}

/* Sends what is idle; the long ones only now and then. */
static void send_idle(void)
{
    for (uint32_t i = 0; i < world.crypto.n_data; i++) {
        struct queue *queue = &world.queues[i];

        for (unsigned k = 0; k < PER_QUEUE; k++) {
            struct slot *slot = &half_of(queue)->slots[k];

            if (slot->state == IDLE &&
                (k > 0 || g_rand_int_range(world.rand, 0, 24) == 0)) {
                qt_flight_add(&world.flights, queue->ring, &slot->flight,
                              ++world.number);
                queue->by_head[slot->flight.head] = slot;
                slot->state = SENT;
                world.sent++;
            }
        }
        qt_vring_kick(queue->ring);
    }
}

/* Takes the answers that are there; returns how many. */
static unsigned collect(struct queue *queue)
{
    uint32_t id, len;
    unsigned n = 0;

    while (qt_vring_get(queue->ring, &id, &len)) {
        struct slot *slot = queue->by_head[id];

        UT_TRUE_FATAL(slot && slot->state == SENT);
        UT_EQ_U64(len, slot->flight.len + 1);
        UT_TRUE(qt_flight_answered(&world.flights, &slot->flight));
        slot->state = IDLE;
        queue->by_head[id] = NULL;
        world.answered++;
        n++;
    }
    return n;
}

static unsigned collect_all(void)
{
    unsigned n = 0;

    for (uint32_t i = 0; i < world.crypto.n_data; i++) {
        n += collect(&world.queues[i]);
    }
    return n;
}

static unsigned count_sent(void)
{
    return (unsigned)(world.sent - world.answered - world.dropped);
}

/* Until no more than @n are on their way. */
static void collect_until(unsigned n)
{
    struct qt_wait wait = qt_wait_begin(QT_TIMEOUT_MS);

    while (count_sent() > n) {
        if (collect_all()) {
            wait = qt_wait_begin(QT_TIMEOUT_MS);
        } else if (!qt_wait_more(&wait)) {
            qt_die(machine, "%u requests are not answered", count_sent());
        }
    }
}

/* No byte of a ring that went away, nor of requests that were in it, may change. */
static void check_dropped(const struct half *half)
{
    if (half->witness) {
        UT_EQ_MEM(qt_mem_ptr(&machine->mem, half->ring, RING_ROOM), half->witness,
                  RING_ROOM);
    }
    for (unsigned k = 0; k < PER_QUEUE; k++) {
        if (half->slots[k].state == DROPPED) {
            UT_TRUE(qt_flight_untouched(&world.flights, &half->slots[k].flight));
        }
    }
}

/* The ring is no more: what has no answer will never have one. */
static void drop(struct queue *queue)
{
    struct half *half = half_of(queue);

    collect(queue);
    for (unsigned k = 0; k < PER_QUEUE; k++) {
        if (half->slots[k].state == SENT) {
            half->slots[k].state = DROPPED;
            world.dropped++;
        }
    }
    half->witness =
        g_memdup2(qt_mem_ptr(&machine->mem, half->ring, RING_ROOM), RING_ROOM);
    check_dropped(half);
    queue->current ^= 1;
    half = half_of(queue);
    check_dropped(half);
    for (unsigned k = 0; k < PER_QUEUE; k++) {
        half->slots[k].state = IDLE;
    }
    g_clear_pointer(&half->witness, g_free);
}

/* A machine that stands still answers nothing, kicked or not. */
static void check_standstill(void)
{
    uint16_t used[QUEUES];

    for (uint32_t i = 0; i < QUEUES; i++) {
        used[i] = qt_vring_used_idx(world.queues[i].ring);
        qt_vring_notify(world.queues[i].ring);
    }
    UT_TRUE(qt_qmp(machine->qmp, NULL, "{'execute': 'query-status'}"));
    for (uint32_t i = 0; i < QUEUES; i++) {
        UT_EQ_U64(qt_vring_used_idx(world.queues[i].ring), used[i]);
    }
}

static void one_event(enum event event, uint32_t queue)
{
    send_idle();
    collect_until((unsigned)g_rand_int_range(world.rand, (int)count_sent() / 2,
                                             (int)count_sent() + 1));
    happen(event, queue);
    if (event == EVENT_STOP) {
        check_standstill();
    } else if (event == EVENT_QUEUE_RESET) {
        drop(&world.queues[queue]);
    } else {
        for (uint32_t i = 0; i < world.crypto.n_data; i++) {
            drop(&world.queues[i]);
        }
        world.features = g_rand_boolean(world.rand) ? QT_F_RING_PACKED : 0;
    }
    recover(event, queue);
}

static void no_request_is_lost_or_doubled(void)
{
    const char *wish = getenv("VCRYPTO_SEED");
    guint32 seed = wish ? (guint32)strtoul(wish, NULL, 0) : g_random_int();
    unsigned counts[EVENT_KINDS] = { 0 };

    QT_NEED(machine);
    ut_note("VCRYPTO_SEED=%u", seed);
    set_up_world();
    world.rand = g_rand_new_with_seed(seed);
    place_slots();
    for (unsigned i = 0; i < EVENTS; i++) {
        enum event event = (enum event)g_rand_int_range(world.rand, 0, EVENT_KINDS);

        ut_context("event %u, %s", i, event_names[event]);
        one_event(event, (uint32_t)g_rand_int_range(world.rand, 0, QUEUES));
        counts[event]++;
    }
    ut_context("the end");
    send_idle();
    collect_until(0);
    UT_EQ_U64(world.sent, world.answered + world.dropped);
    ut_context(NULL);
    for (enum event event = 0; event < EVENT_KINDS; event++) {
        ut_note("%s: %u times", event_names[event], counts[event]);
    }
    ut_note("%llu requests: %llu answered, %llu went with their rings",
            (unsigned long long)world.sent, (unsigned long long)world.answered,
            (unsigned long long)world.dropped);
    tear_down_world();
}

int main(int argc, char **argv)
{
    static const struct ut_test timed_tests[] = {
        { "events wait for one request at most", events_wait_for_one_request_at_most },
        { NULL, NULL },
    };
    static const struct ut_test random_tests[] = {
        { "no request is lost or doubled", no_request_is_lost_or_doubled },
        { NULL, NULL },
    };
    static const struct ut_suite suites[] = {
        { "four queues", start, stop, timed_tests },
        { "sixteen queues", start_many, stop, timed_tests },
        { "random events", start, stop, random_tests },
        { NULL, NULL, NULL, NULL },
    };

    return ut_main(argc, argv, suites);
}
