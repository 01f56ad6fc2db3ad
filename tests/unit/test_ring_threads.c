/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Driver and device in two threads that sleep until the other one notifies them, as the
 * ring says. A wish that comes too late, or is not seen, leaves both asleep: then a
 * poll runs into its time limit.
 *
 * Each request carries a number, in pieces; the device answers with its complement.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "support/fake-guest.h"
#include "support/ut.h"
#include "support/wait.h"
#include "vcrypto/cursor.h"

#define REQUESTS    100000
#define OUTSTANDING 64
#define BATCH       16
#define BASE        0x40000000
#define RAM         (1 << 20)
#define QUIT        (UINT64_C(1) << 32) /* in the kick, which otherwise counts */

/* What one request in the driver's work takes of the guest's RAM. */
struct area {
    uint8_t out[64], in[64];
    uint8_t table[16 * 16];
};

struct test {
    struct fake_guest guest;
    struct fake_driver driver;
    struct vcrypto_memory_map *map;
    int kick, call; /* eventfds */
    uint64_t areas; /* guest address of OUTSTANDING of them */
    uint64_t device_served, device_slept, driver_slept;
    const char *device_failure;
};

/* One generator a thread. */
static uint32_t random_below(uint64_t *state, uint32_t limit)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)((*state >> 33) % limit);
}

static void notify(int fd, uint64_t value)
{
    ssize_t written = write(fd, &value, sizeof(value));

    (void)written;
}

/* Device. */

static const char *answer(const struct vcrypto_ring_chain *chain)
{
    struct vcrypto_cursor out, in;
    uint64_t number;

    vcrypto_cursor_init(&out, chain->chain.out, chain->chain.out_num);
    vcrypto_cursor_init(&in, chain->chain.in, chain->chain.in_num);
    if (chain->refused || out.left != 8 || in.left != 8) {
        return "the chain has another shape";
    }
    vcrypto_cursor_read(&out, &number, 8);
    number = ~number;
    vcrypto_cursor_write(&in, &number, 8);
    return NULL;
}

struct device {
    struct test *test;
    struct vcrypto_ring ring;
    struct vcrypto_ring_pool pool;
    struct iovec iov[VCRYPTO_RING_MAX_PIECES];
    uint64_t addresses[VCRYPTO_RING_MAX_PIECES];
    uint64_t random;
    enum vcrypto_ring_result last;
};

/* Serves some chains, of which it may give back the last; returns how many it served.
 */
static uint32_t serve_batch(struct device *device)
{
    struct vcrypto_ring_chain chains[BATCH];
    uint32_t limit = 1 + random_below(&device->random, BATCH), n = 0;

    device->pool.used = 0;
    while (n < limit) {
        device->last = vcrypto_ring_pop(&device->ring, &device->pool, &chains[n]);
        if (device->last != VCRYPTO_RING_CHAIN) {
            break;
        }
        n++;
    }
    if (n > 1 && !random_below(&device->random, 4)) {
        vcrypto_ring_unpop(&device->ring, &chains[n - 1], 1);
        n--;
    }
    for (uint32_t i = 0; i < n; i++) {
        const char *failure = answer(&chains[i]);

        if (failure) {
            device->test->device_failure = failure;
        }
        vcrypto_ring_fill(&device->ring, &chains[i], 8, i);
    }
    vcrypto_ring_publish(&device->ring, n);
    return n;
}

/* Goes on as another ring would that takes over: one in a thousand times. */
static void hand_over(struct device *device)
{
    struct vcrypto_ring_position position = vcrypto_ring_position(&device->ring);

    if (!random_below(&device->random, 1000)) {
        vcrypto_ring_init(&device->ring, &device->test->driver.setup, &position);
        vcrypto_ring_attach(&device->ring, device->test->map);
    }
}

static void *run_device(void *opaque)
{
    struct device *device = opaque;
    struct test *test = device->test;
    uint64_t kicks;

    for (;;) {
        uint32_t n = serve_batch(device);

        test->device_served += n;
        if (n) {
            if (vcrypto_ring_must_notify(&device->ring)) {
                notify(test->call, 1);
            }
            hand_over(device);
            continue;
        }
        if (device->last == VCRYPTO_RING_BROKEN) {
            test->device_failure = "the ring broke";
            return NULL;
        }
        for (unsigned i = random_below(&device->random, 50); i; i--) {
            if (vcrypto_ring_has_chain(&device->ring)) {
                break;
            }
        }
        if (!vcrypto_ring_kicks_on(&device->ring)) {
            test->device_slept++;
            kicks = wait_event(test->kick, "a kick");
            if (kicks >= QUIT) {
                return NULL;
            }
        }
        vcrypto_ring_kicks_off(&device->ring);
    }
}

/* Driver. */

struct driver {
    struct test *test;
    uint64_t random;
    uint64_t sent, done;
    uint64_t number[OUTSTANDING]; /* of the request in this area, if busy */
    bool busy[OUTSTANDING];
    unsigned free[OUTSTANDING], free_count;
};

/* Cuts the 8 bytes at @address into pieces, some of which are empty. */
static unsigned cut(struct driver *driver, uint64_t address, bool writable,
                    struct fake_buffer *buffers)
{
    unsigned n = 0, left = 8;

    while (left) {
        unsigned length = n == 6 ? left : random_below(&driver->random, left + 1);

        if (random_below(&driver->random, 3)) {
            length = left;
        }
        buffers[n++] = (struct fake_buffer){ address + 8 - left, length, writable };
        left -= length;
    }
    return n;
}

static bool send_one(struct driver *driver)
{
    struct test *test = driver->test;
    struct fake_buffer buffers[14];
    unsigned slot, n;
    uint64_t area, table = 0;

    if (!driver->free_count || driver->sent == REQUESTS) {
        return false;
    }
    slot = driver->free[driver->free_count - 1];
    area = test->areas + slot * sizeof(struct area);
    memcpy(fake_guest_at(&test->guest, area), &driver->sent, 8);
    n = cut(driver, area, false, buffers);
    n += cut(driver, area + offsetof(struct area, in), true, buffers + n);
    if (n > test->driver.setup.size || random_below(&driver->random, 2)) {
        table = area + offsetof(struct area, table);
    }
    if (!fake_driver_add(&test->driver, buffers, n, table, slot)) {
        return false;
    }
    driver->number[slot] = driver->sent++;
    driver->busy[slot] = true;
    driver->free_count--;
    return true;
}

static void take_all(struct driver *driver)
{
    struct test *test = driver->test;
    uint32_t length;
    uint64_t slot, number;

    while (fake_driver_take(&test->driver, &slot, &length)) {
        UT_EQ_U64_FATAL(length, 8);
        UT_TRUE_FATAL(slot < OUTSTANDING && driver->busy[slot]);
        memcpy(&number,
               fake_guest_at(&test->guest, test->areas + slot * sizeof(struct area) +
                                               offsetof(struct area, in)),
               8);
        UT_EQ_U64_FATAL(number, ~driver->number[slot]);
        driver->busy[slot] = false;
        driver->free[driver->free_count++] = (unsigned)slot;
        driver->done++;
    }
}

static void run_driver(struct driver *driver)
{
    struct test *test = driver->test;

    fake_driver_interrupts(&test->driver, false);
    while (driver->done < REQUESTS) {
        unsigned batch = 1 + random_below(&driver->random, BATCH);
        bool more = true;

        while (batch-- && more) {
            more = send_one(driver);
        }
        if (fake_driver_kick(&test->driver)) {
            notify(test->kick, 1);
        }
        take_all(driver);
        if (more && random_below(&driver->random, 4)) {
            continue;
        }
        if (driver->done < driver->sent &&
            !fake_driver_interrupts(&test->driver, true)) {
            test->driver_slept++;
            wait_event(test->call, "an interrupt, %zu of %zu requests done",
                       (size_t)driver->done, (size_t)driver->sent);
        }
        fake_driver_interrupts(&test->driver, false);
        take_all(driver);
    }
}

static void set_up_test(struct test *test, const struct vcrypto_ring_setup *setup)
{
    *test = (struct test){ .kick = eventfd(0, 0), .call = eventfd(0, 0) };
    UT_TRUE_FATAL(test->kick >= 0 && test->call >= 0);
    UT_TRUE_FATAL(fake_guest_init(&test->guest, BASE, RAM));
    UT_TRUE_FATAL(fake_driver_init(&test->driver, &test->guest, setup));
    test->areas =
        fake_guest_allocate(&test->guest, OUTSTANDING * sizeof(struct area), 64);
    test->map = fake_guest_map(&test->guest, NULL);
    UT_TRUE_FATAL(test->map != NULL);
}

static void tear_down_test(struct test *test)
{
    vcrypto_memory_map_unref(test->map);
    fake_driver_fini(&test->driver);
    fake_guest_fini(&test->guest);
    close(test->kick);
    close(test->call);
}

static void set_up_device(struct device *device, struct test *test)
{
    struct vcrypto_ring_position position = fake_driver_start(&test->driver);

    *device = (struct device){ .test = test };
    device->pool = (struct vcrypto_ring_pool){ device->iov, device->addresses,
                                               VCRYPTO_RING_MAX_PIECES, 0 };
    UT_TRUE_FATAL(vcrypto_ring_init(&device->ring, &test->driver.setup, &position));
    UT_TRUE_FATAL(vcrypto_ring_attach(&device->ring, test->map));
}

static void exchange(bool packed, bool event_index, uint32_t size)
{
    struct vcrypto_ring_setup setup = { 0, 0, 0, size, packed, event_index };
    static struct device device;
    static struct test test;
    struct driver driver = { .test = &test, .random = size + 1 };
    pthread_t thread;

    ut_context("size %u", size);
    set_up_test(&test, &setup);
    set_up_device(&device, &test);
    device.random = size;
    for (unsigned i = 0; i < OUTSTANDING; i++) {
        driver.free[driver.free_count++] = i;
    }
    UT_EQ_U64_FATAL(pthread_create(&thread, NULL, run_device, &device), 0);
    run_driver(&driver);
    notify(test.kick, QUIT);
    wait_join(thread, "the device");
    UT_EQ_STR(test.device_failure ? test.device_failure : "none", "none");
    UT_EQ_U64(driver.done, REQUESTS);
    UT_EQ_U64(test.device_served, REQUESTS);
    ut_note("size %u: device slept %zu times, driver %zu times", size,
            (size_t)test.device_slept, (size_t)test.driver_slept);
    tear_down_test(&test);
    ut_context(NULL);
}

static void split(void)
{
    exchange(false, false, 4);
    exchange(false, false, 64);
}

static void split_event_index(void)
{
    exchange(false, true, 4);
    exchange(false, true, 64);
}

static void packed(void)
{
    exchange(true, false, 5);
    exchange(true, false, 61);
}

static void packed_event_index(void)
{
    exchange(true, true, 5);
    exchange(true, true, 61);
}

/*
 * The same question at its narrowest: one side publishes and asks what the other one
 * wishes, while that one wishes and looks what was published. Without a full barrier on
 * both sides it happens, once in some thousand rounds, that neither sees the other.
 */
#define ROUNDS 20000

struct meeting {
    struct test *test;
    struct device *device;
    atomic_uint round[2]; /* that each thread has come to */
    bool device_saw, driver_saw;
};

/* Waits for the other thread; so as to work on one processor, not only by looking. */
static void meet(struct meeting *meeting, unsigned who)
{
    unsigned round = ++meeting->round[who];

    for (unsigned spins = 0; meeting->round[!who] < round && spins < 1000; spins++) {
    }
    WAIT_UNTIL(meeting->round[!who] >= round, "the %s to come to round %u",
               who ? "device" : "driver", round);
}

static void *meet_as_device(void *opaque)
{
    struct meeting *meeting = opaque;
    struct vcrypto_ring *ring = &meeting->device->ring;

    for (unsigned round = 0; round < ROUNDS; round++) {
        struct vcrypto_ring_chain chain;

        vcrypto_ring_kicks_off(ring);
        meet(meeting, 0);
        meeting->device_saw = vcrypto_ring_kicks_on(ring);
        meet(meeting, 0);
        meeting->device->pool.used = 0;
        if (vcrypto_ring_pop(ring, &meeting->device->pool, &chain) ==
            VCRYPTO_RING_CHAIN) {
            vcrypto_ring_fill(ring, &chain, 1, 0);
        }
        meet(meeting, 0);
        vcrypto_ring_publish(ring, 1);
        meeting->device_saw = vcrypto_ring_must_notify(ring);
        meet(meeting, 0);
    }
    return NULL;
}

/* Returns in how many rounds neither saw the other. */
static unsigned meet_as_driver(struct meeting *meeting)
{
    struct fake_driver *driver = &meeting->test->driver;
    const struct fake_buffer buffer = { meeting->test->areas, 1, true };
    unsigned missed = 0;

    for (unsigned round = 0; round < ROUNDS; round++) {
        fake_driver_interrupts(driver, false);
        UT_TRUE_FATAL(fake_driver_add(driver, &buffer, 1, 0, round));
        meet(meeting, 1);
        meeting->driver_saw = fake_driver_kick(driver);
        meet(meeting, 1);
        missed += !meeting->driver_saw && !meeting->device_saw;
        meet(meeting, 1);
        meeting->driver_saw = fake_driver_interrupts(driver, true);
        meet(meeting, 1);
        missed += !meeting->driver_saw && !meeting->device_saw;
        UT_TRUE_FATAL(fake_driver_take(driver, NULL, NULL));
    }
    return missed;
}

static void meet_on(bool packed, bool event_index)
{
    struct vcrypto_ring_setup setup = { 0, 0, 0, 8, packed, event_index };
    static struct device device;
    static struct test test;
    struct meeting meeting = { .test = &test, .device = &device };
    pthread_t thread;

    ut_context("packed %d, event index %d", packed, event_index);
    set_up_test(&test, &setup);
    set_up_device(&device, &test);
    UT_EQ_U64_FATAL(pthread_create(&thread, NULL, meet_as_device, &meeting), 0);
    UT_EQ_U64(meet_as_driver(&meeting), 0);
    wait_join(thread, "the device");
    tear_down_test(&test);
    ut_context(NULL);
}

static void no_wish_is_missed(void)
{
    for (unsigned kind = 0; kind < 4; kind++) {
        meet_on(kind & 1, kind & 2);
    }
}

static const struct ut_test tests[] = {
    { "no_wish_is_missed", no_wish_is_missed },   { "split", split },
    { "split_event_index", split_event_index },   { "packed", packed },
    { "packed_event_index", packed_event_index }, { NULL, NULL },
};

int main(int argc, char **argv)
{
    static const struct ut_suite suites[] = {
        { "ring_threads", NULL, NULL, tests },
        { NULL, NULL, NULL, NULL },
    };

    watchdog_limit(1500);
    return ut_main(argc, argv, suites);
}
