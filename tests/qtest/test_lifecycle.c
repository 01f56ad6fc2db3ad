/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What interrupts a device at work: reset of the machine, of the device and of a queue,
 * a stop of the machine, bus mastering switched off, and unplugging. Each returns when
 * the longest single request has ended, however much is waiting behind it.
 */
#include "rig.h"
#include "waiting.h"

#include "support/ut.h"
#include "support/watchdog.h"

#include <glib.h>

#define MANY_QUEUES QT_RIG_QUEUES
#define QUEUES      4
#define PER_QUEUE   64
#define ROUNDS      2 /* of each kind of event */
#define SLACK_US    100000
#define FEATURES    (QT_CRYPTO_LINUX_FEATURES | QT_F_RING_RESET)

static struct qt_machine *machine;
static uint32_t queues;
static struct qt_rig rig;
static gint64 longest_request; /* us */

static int start_queues(uint32_t n)
{
    queues = n;
    machine = qt_rig_machine(n);
    return machine || !qt_plugin() ? 0 : -1;
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

/* Loads every queue with @n long requests; their answers all go to one place. */
static void load_with_long_ones(struct qt_flight *flight, unsigned n)
{
    struct qt_desc desc[QT_FLIGHT_DESC];

    for (uint32_t i = 0; i < queues; i++) {
        qt_flight_prepare(&rig.flights, flight, 0, desc);
        for (unsigned k = 0; k < n; k++) {
            qt_vring_add(rig.queues[i].ring, desc, QT_FLIGHT_DESC);
        }
    }
    for (uint32_t i = 0; i < queues; i++) {
        qt_vring_kick(rig.queues[i].ring);
    }
}

/*
 * Watches all queues until each has answered @n requests, and keeps the longest time
 * from one answer of a queue to its next, which is what a request takes now.
 */
static void measure_long_ones(unsigned n)
{
    struct qt_wait wait =
        qt_wait_begin(rig.machine, QT_TIMEOUT_MS, "answers to long requests");
    gint64 since[MANY_QUEUES];
    unsigned answers[MANY_QUEUES] = { 0 }, left = queues;
    uint32_t id, len;

    for (unsigned i = 0; i < MANY_QUEUES; i++) {
        since[i] = g_get_monotonic_time();
    }
    while (left) {
        for (uint32_t i = 0; i < queues; i++) {
            if (qt_vring_get(rig.queues[i].ring, &id, &len)) {
                gint64 now = g_get_monotonic_time();

                longest_request = MAX(longest_request, now - since[i]);
                since[i] = now;
                left -= ++answers[i] == n;
            }
        }
        UT_TRUE_FATAL(qt_wait_more(&wait));
    }
}

static gint64 timed(enum qt_event event, uint32_t queue)
{
    gint64 begun = g_get_monotonic_time();

    qt_event_happen(&rig, event, queue);
    return g_get_monotonic_time() - begun;
}

static gint64 longest_of(enum qt_event event, struct qt_flight *flight)
{
    gint64 longest = 0;

    for (unsigned round = 0; round < ROUNDS; round++) {
        gint64 took;

        ut_context("%s, round %u", qt_event_name(event), round);
        rig.features = FEATURES | (round & 1 ? QT_F_RING_PACKED : 0);
        qt_virtio_reset(rig.crypto.dev);
        qt_rig_set_up(&rig, QT_RIG_OLD);
        load_with_long_ones(flight, PER_QUEUE);
        measure_long_ones(1);
        took = timed(event, round % queues);
        longest = MAX(longest, took);
        UT_TRUE(took <= longest_request + SLACK_US);
        qt_event_recover(&rig, event, round % queues);
    }
    ut_context(NULL);
    return longest;
}

static void events_wait_for_one_request_at_most(void)
{
    const struct qt_rig_opts opts = { .queues = queues };
    struct qt_flight flight;

    QT_NEED(machine);
    longest_request = 0;
    qt_rig_begin(&rig, machine, &opts, FEATURES);
    qt_flight_place(&rig.flights, &flight, QT_FLIGHT_3DES, QT_FLIGHT_MAX);
    load_with_long_ones(&flight, 4);
    measure_long_ones(4);
    ut_note("%u queues: a request of 1 MiB takes up to %.1f ms", queues,
            (double)longest_request / 1000);
    for (enum qt_event event = 0; event < QT_EVENT_KINDS; event++) {
        ut_note("%s: up to %.1f ms", qt_event_name(event),
                (double)longest_of(event, &flight) / 1000);
    }
    qt_rig_end(&rig);
}

int main(int argc, char **argv)
{
    static const struct ut_test tests[] = {
        { "events wait for one request at most", events_wait_for_one_request_at_most },
        { NULL, NULL },
    };
    static const struct ut_suite suites[] = {
        { "four queues", start, stop, tests },
        { "sixteen queues", start_many, stop, tests },
        { NULL, NULL, NULL, NULL },
    };

    watchdog_limit(1500);
    return ut_main(argc, argv, suites);
}
