/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A driver that kicks only when the device wants it to: whatever moment it chooses, in
 * particular that in which the device falls asleep and asks for kicks again, every
 * request is answered. One that is not stays for good, since nothing else is sent.
 */
#include "crypto.h"
#include "flight.h"
#include "support/ut.h"

#include <glib.h>
#include <stdlib.h>
#include <string.h>

#define ROUNDS 400 /* with each kind of ring */
#define MANY   200
#define STEPS  64 /* parts of a pause that it becomes shorter or longer by */
#define SIZE   64 /* bytes of data */

static struct qt_machine *machine;
static uint64_t mark;

/* The second falls asleep at once when its ring is empty. */
enum { DEV_POLLS, DEV_SLEEPS, DEVICES };

static int start(void)
{
    g_autofree char *plugin = NULL;

    if (!qt_plugin()) {
        return 0;
    }
    plugin = g_strdup_printf("%s,backend=polls,poll-max-ns=20000,backend=sleeps,"
                             "poll-max-ns=0",
                             qt_plugin());
    machine = qt_machine_start(&(struct qt_machine_opts){
        .args = (const char *const[]){
            "-plugin", plugin, "-device",
            "virtio-crypto-pci,cryptodev=polls,packed=on,addr=5", "-device",
            "virtio-crypto-pci,cryptodev=sleeps,packed=on,addr=6", NULL } });
    if (machine) {
        mark = qt_mem_mark(&machine->mem);
    }
    return machine ? 0 : -1;
}

static int stop(void)
{
    return qt_machine_stop(machine);
}

/* What is sent again and again: a data request, or the end of no session. */
struct sender {
    struct qt_vring *vq;
    struct qt_desc desc[QT_FLIGHT_DESC];
    unsigned n;
    unsigned kicks;
    int pause; /* between two requests, in rounds of an empty loop */
    GRand *rand;
};

/* Longer or shorter by less than a clock can tell. */
static void pause_a_little(const struct sender *sender)
{
    int rounds =
        sender->pause + g_rand_int_range(sender->rand, 0, 1 + sender->pause / STEPS);

    for (volatile int i = rounds; i > 0; i--) {
    }
}

/* Sends @n requests at once; returns whether the device wanted a kick. */
static bool send_some(struct sender *sender, unsigned n)
{
    uint16_t before = sender->vq->next_avail;
    bool wanted;

    for (unsigned i = 0; i < n; i++) {
        qt_vring_add(sender->vq, sender->desc, sender->n);
    }
    qt_vring_publish(sender->vq);
    wanted = qt_vring_wants_notify(sender->vq, before);
    if (wanted) {
        qt_vring_notify(sender->vq);
        sender->kicks++;
    }
    return wanted;
}

static void take_answers(const struct sender *sender, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        uint32_t id, len;

        if (!qt_vring_wait(sender->vq, QT_TIMEOUT_MS, &id, &len)) {
            UT_FAIL_FATAL("no answer after %u kicks", sender->kicks);
        }
    }
}

/*
 * Many requests, which the device is busy with for some time, and one that comes when
 * it is about to fall asleep after them: earlier than the last time if it slept
 * already, else later.
 */
static void send_to_the_sleepy(struct sender *sender)
{
    int step = sender->pause / STEPS + 1;

    send_some(sender, MANY);
    pause_a_little(sender);
    sender->pause += send_some(sender, 1) ? -step : step;
    take_answers(sender, MANY + 1);
}

/*
 * Whether the device fell asleep in any of these rounds is the scheduler's affair: on a
 * busy machine, one that polls may find the next requests each time. Left alone it
 * falls asleep for certain, and a kick wakes it up.
 */
static void send_to_the_sleeping(struct sender *sender)
{
    qt_vring_wait_asleep(sender->vq);
    UT_TRUE(send_some(sender, 1));
    take_answers(sender, 1);
}

static void send_all(struct sender *sender)
{
    for (unsigned round = 0; round < ROUNDS; round++) {
        send_to_the_sleepy(sender);
        sender->pause = MAX(sender->pause, 0);
    }
    ut_note("%u kicks for %d times %d requests and one", sender->kicks, ROUNDS, MANY);
    send_to_the_sleeping(sender);
}

static void prepare_end_of_no_session(struct sender *sender)
{
    uint64_t gpa = qt_mem_alloc(&machine->mem, QT_CRYPTO_REQUEST_SIZE + 1, 8);

    message_fill_destroy(qt_mem_ptr(&machine->mem, gpa, QT_CRYPTO_REQUEST_SIZE),
                         QT_CIPHER_DESTROY, 12345);
    sender->desc[0] = (struct qt_desc){ gpa, QT_CRYPTO_REQUEST_SIZE, false };
    sender->desc[1] = (struct qt_desc){ gpa + QT_CRYPTO_REQUEST_SIZE, 1, true };
    sender->n = 2;
}

static void check_ring(unsigned device, uint64_t features, bool control, GRand *rand)
{
    struct sender sender = { .rand = rand, .pause = 1000 };
    struct qt_flights flights;
    struct qt_flight flight;
    struct qt_crypto *crypto;

    ut_context("device %u, %s ring, %s, %s queue", device,
               features & QT_F_RING_PACKED ? "packed" : "split",
               features & QT_F_EVENT_IDX ? "event index" : "flags",
               control ? "control" : "data");
    qt_mem_reset(&machine->mem, mark);
    crypto = qt_crypto_open(machine, device, QT_F_VERSION_1 | features);
    qt_flights_init(&flights, crypto);
    sender.vq = control ? crypto->ctrl : crypto->data[0];
    if (control) {
        prepare_end_of_no_session(&sender);
    } else {
        qt_flight_place(&flights, &flight, QT_FLIGHT_AES, SIZE);
        qt_flight_prepare(&flights, &flight, 1, sender.desc);
        sender.n = QT_FLIGHT_DESC;
    }
    send_all(&sender);
    qt_flights_clear(&flights);
    qt_crypto_close(crypto);
}

static void check_all(bool control)
{
    const char *wish = getenv("VCRYPTO_SEED");
    guint32 seed = wish ? (guint32)strtoul(wish, NULL, 0) : g_random_int();
    GRand *rand = g_rand_new_with_seed(seed);

    ut_note("VCRYPTO_SEED=%u", seed);
    for (unsigned i = 0; i < 4 * DEVICES; i++) {
        uint64_t features =
            (i & 1 ? QT_F_RING_PACKED : 0) | (i & 2 ? QT_F_EVENT_IDX : 0);

        check_ring(i / 4, features, control, rand);
    }
    g_rand_free(rand);
}

static void no_data_request_waits_for_a_kick_that_was_not_wanted(void)
{
    QT_NEED(machine);
    check_all(false);
}

static void no_control_request_waits_for_a_kick_that_was_not_wanted(void)
{
    QT_NEED(machine);
    check_all(true);
}

int main(int argc, char **argv)
{
    static const struct ut_test tests[] = {
        { "no data request waits for a kick that was not wanted",
          no_data_request_waits_for_a_kick_that_was_not_wanted },
        { "no control request waits for a kick that was not wanted",
          no_control_request_waits_for_a_kick_that_was_not_wanted },
        { NULL, NULL },
    };
    static const struct ut_suite suites[] = {
        { "kicks", start, stop, tests },
        { NULL, NULL, NULL, NULL },
    };

    return ut_main(argc, argv, suites);
}
