/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who must tell whom, and when; and what the host is told was written. */
#include <string.h>

#include "ring-fixture.h"

static struct fixture f;

static void for_kinds(unsigned from, unsigned to, void (*test)(void))
{
    for (unsigned kind = from; kind < to; kind++) {
        fixture_begin(&f, kind, kind < PACKED ? 8 : 7);
        test();
        fixture_end(&f);
    }
}

/* One request, there and back; returns whether the device must notify. */
static bool round_trip(void)
{
    bool notify;

    fixture_add(&f, 1);
    fake_driver_kick(&f.driver);
    fixture_serve(&f, 1);
    notify = vcrypto_ring_must_notify(&f.ring);
    fixture_expect_used(&f, 1, 1);
    return notify;
}

static void wanted_or_not(void)
{
    UT_TRUE(!vcrypto_ring_must_notify(&f.ring)); /* nothing was published */
    for (unsigned i = 0; i < 20; i++) {
        fake_driver_interrupts(&f.driver, true);
        UT_TRUE(round_trip());
        UT_TRUE(!vcrypto_ring_must_notify(&f.ring));
        fake_driver_interrupts(&f.driver, false);
        UT_TRUE(!round_trip());
    }
}

static void interrupts_can_be_off(void)
{
    for_kinds(0, KINDS, wanted_or_not);
}

/* Whoever served the ring before may have failed to notify: the first time we do. */
static void first_event_is_not_skipped(void)
{
    fixture_begin(&f, SPLIT_EVENT, 8);
    fake_driver_interrupt_after(&f.driver, 5);
    UT_TRUE(round_trip());
    UT_TRUE(!round_trip());
    fixture_end(&f);
}

static void only_after_the_third(void)
{
    fake_driver_interrupts(&f.driver, true);
    UT_TRUE(round_trip());
    /* Far enough for the place to lie on the next lap, some of the time. */
    for (unsigned i = 0; i < 50; i++) {
        /* The packed ring counts descriptors: two for each chain. */
        fake_driver_interrupt_after(&f.driver, f.driver.setup.packed ? 5 : 3);
        UT_TRUE(!round_trip());
        UT_TRUE(!round_trip());
        UT_TRUE(round_trip());
        UT_TRUE(!round_trip());
    }
}

static void event_index_counts_entries(void)
{
    for_kinds(SPLIT_EVENT, SPLIT_EVENT + 1, only_after_the_third);
    for_kinds(PACKED_EVENT, PACKED_EVENT + 1, only_after_the_third);
}

static void three_at_once(void)
{
    struct vcrypto_ring_chain chains[3];

    fake_driver_interrupts(&f.driver, true);
    UT_TRUE(round_trip());
    for (unsigned wanted = 1; wanted <= 4; wanted++) {
        uint32_t count = f.driver.setup.packed ? 2 * wanted - 1 : wanted;

        f.pool.used = 0;
        for (unsigned i = 0; i < 3; i++) {
            fixture_add(&f, i);
        }
        fake_driver_kick(&f.driver);
        fake_driver_interrupt_after(&f.driver, (uint16_t)count);
        for (unsigned i = 0; i < 3; i++) {
            UT_EQ_U64_FATAL(vcrypto_ring_pop(&f.ring, &f.pool, &chains[i]),
                            VCRYPTO_RING_CHAIN);
            vcrypto_ring_fill(&f.ring, &chains[i], 1, i);
        }
        vcrypto_ring_publish(&f.ring, 3);
        UT_TRUE(vcrypto_ring_must_notify(&f.ring) == (wanted <= 3));
        for (unsigned i = 0; i < 3; i++) {
            fixture_expect_used(&f, i, 1);
        }
    }
}

static void batch_may_pass_the_event(void)
{
    for_kinds(SPLIT_EVENT, SPLIT_EVENT + 1, three_at_once);
    for_kinds(PACKED_EVENT, PACKED_EVENT + 1, three_at_once);
}

/* The index comes round while nobody asks: it cannot tell any more what was passed. */
static void no_question_for_a_whole_round(void)
{
    for (unsigned kind = SPLIT_EVENT; kind < KINDS; kind += 2) {
        fixture_begin(&f, kind, 8);
        fake_driver_interrupts(&f.driver, true);
        UT_TRUE(round_trip());
        for (unsigned i = 0; i < 65536; i++) {
            fixture_add(&f, 1);
            fake_driver_kick(&f.driver);
            fixture_serve(&f, 1);
            fixture_expect_used(&f, 1, 1);
        }
        UT_TRUE(vcrypto_ring_must_notify(&f.ring));
        fixture_end(&f);
    }
}

/* Flags that mean nothing, or not without the event index, must not hang a driver. */
static void packed_wishes(void)
{
    static const struct {
        uint16_t flags;
        bool with_index, notify;
    } wishes[] = {
        { 0, true, true },       { 1, true, false },  { 3, true, true },
        { 0, false, true },      { 1, false, false }, { 2, false, true },
        { 0xfffd, true, false },
    };

    for (size_t i = 0; i < sizeof(wishes) / sizeof(wishes[0]); i++) {
        fixture_begin(&f, wishes[i].with_index ? PACKED_EVENT : PACKED, 7);
        fake_driver_interrupts(&f.driver, true);
        UT_TRUE(round_trip());
        fake_put16(&f.guest, f.driver.setup.driver, 0x7fff);
        fake_put16(&f.guest, f.driver.setup.driver + 2, wishes[i].flags);
        UT_TRUE(round_trip() == wishes[i].notify);
        fixture_end(&f);
    }
}

static bool add_and_kick(void)
{
    fixture_add(&f, 1);
    return fake_driver_kick(&f.driver);
}

static void serve_one(void)
{
    fixture_serve(&f, 1);
    fixture_expect_used(&f, 1, 1);
}

static void on_and_off(void)
{
    for (unsigned i = 0; i < 20; i++) {
        UT_TRUE(!vcrypto_ring_kicks_on(&f.ring));
        UT_TRUE(add_and_kick());
        vcrypto_ring_kicks_off(&f.ring);
        UT_TRUE(!add_and_kick());
        UT_TRUE(vcrypto_ring_kicks_on(&f.ring));
        vcrypto_ring_kicks_off(&f.ring);
        serve_one();
        UT_TRUE(vcrypto_ring_kicks_on(&f.ring));
        vcrypto_ring_kicks_off(&f.ring);
        serve_one();
        UT_TRUE(!add_and_kick());
        serve_one();
    }
}

static void kicks_can_be_off(void)
{
    for_kinds(0, KINDS, on_and_off);
}

static void fields_of_kicks(void)
{
    uint64_t device;

    fixture_begin(&f, SPLIT, 8);
    device = f.driver.setup.device;
    vcrypto_ring_kicks_off(&f.ring);
    UT_EQ_U64(fake_get16(&f.guest, device), 1);
    vcrypto_ring_kicks_on(&f.ring);
    UT_EQ_U64(fake_get16(&f.guest, device), 0);
    fixture_end(&f);

    fixture_begin(&f, SPLIT_EVENT, 8);
    device = f.driver.setup.device;
    add_and_kick();
    serve_one();
    vcrypto_ring_kicks_off(&f.ring);
    vcrypto_ring_kicks_on(&f.ring);
    UT_EQ_U64(fake_get16(&f.guest, device), 0);
    UT_EQ_U64(fake_get16(&f.guest, device + 4 + 64), 1);
    fixture_end(&f);

    fixture_begin(&f, PACKED, 7);
    device = f.driver.setup.device;
    vcrypto_ring_kicks_off(&f.ring);
    UT_EQ_U64(fake_get32(&f.guest, device), 0x10000);
    vcrypto_ring_kicks_on(&f.ring);
    UT_EQ_U64(fake_get32(&f.guest, device), 0);
    fixture_end(&f);

    fixture_begin(&f, PACKED_EVENT, 7);
    device = f.driver.setup.device;
    add_and_kick();
    serve_one();
    vcrypto_ring_kicks_on(&f.ring);
    UT_EQ_U64(fake_get32(&f.guest, device), 0x28002);
    for (unsigned i = 0; i < 3; i++) {
        add_and_kick();
        serve_one();
    }
    vcrypto_ring_kicks_on(&f.ring);
    UT_EQ_U64(fake_get32(&f.guest, device), 0x20001); /* on the next lap */
    fixture_end(&f);
}

/* A used descriptor says whether its length means anything. */
static void used_flags_of_packed_rings(void)
{
    fixture_begin(&f, PACKED, 4);
    for (unsigned i = 0; i < 4; i++) {
        uint64_t flags = f.driver.setup.descriptors + 16 * (i & 1 ? 2 : 0) + 14;

        fixture_add(&f, i);
        fake_driver_kick(&f.driver);
        fixture_serve(&f, i & 1);
        UT_EQ_U64(fake_get16(&f.guest, flags), (i & 1 ? 2 : 0) | (i < 2 ? 0x8080 : 0));
        fixture_expect_used(&f, i, i & 1);
    }
    fixture_end(&f);
}

/* Dirty pages, by the byte. */

static uint8_t told[FIXTURE_RAM], image[FIXTURE_RAM];

static void tell(void *opaque, uint64_t offset, uint64_t size)
{
    (void)opaque;
    UT_TRUE_FATAL(offset <= FIXTURE_RAM && size <= FIXTURE_RAM - offset);
    memset(told + offset, 1, size);
}

static void expect_told(void)
{
    size_t changed = 0, missed = 0;

    for (size_t i = 0; i < FIXTURE_RAM; i++) {
        if (image[i] != f.guest.ram[i]) {
            changed++;
            missed += !told[i];
        }
    }
    UT_TRUE(changed > 0);
    UT_EQ_U64(missed, 0);
    memset(told, 0, sizeof(told));
}

static void take_image(void)
{
    memcpy(image, f.guest.ram, FIXTURE_RAM);
}

static void everything_written(void)
{
    static const struct vcrypto_memory_ops ops = { .mark_dirty = tell };
    struct vcrypto_ring_chain chains[3];

    vcrypto_memory_map_unref(f.map);
    f.map = fake_guest_map(&f.guest, &ops);
    UT_TRUE_FATAL(f.map && vcrypto_ring_attach(&f.ring, f.map));
    memset(told, 0, sizeof(told));
    for (unsigned round = 0; round < 20; round++) {
        f.pool.used = 0;
        take_image();
        for (unsigned i = 0; i < 3; i++) {
            fixture_add(&f, i);
            image[0] ^= 1; /* so that there is a change where there need be none */
        }
        fake_driver_kick(&f.driver);
        take_image();
        for (unsigned i = 0; i < 3; i++) {
            UT_EQ_U64_FATAL(vcrypto_ring_pop(&f.ring, &f.pool, &chains[i]),
                            VCRYPTO_RING_CHAIN);
        }
        UT_TRUE(!memcmp(image, f.guest.ram, FIXTURE_RAM));
        for (unsigned i = 0; i < 3; i++) {
            vcrypto_ring_fill(&f.ring, &chains[i], 3 * round + i + 1, i);
        }
        vcrypto_ring_publish(&f.ring, 3);
        expect_told();
        for (unsigned i = 0; i < 3; i++) {
            fixture_expect_used(&f, i, 3 * round + i + 1);
        }
        take_image();
        vcrypto_ring_kicks_off(&f.ring);
        vcrypto_ring_kicks_on(&f.ring);
        if (f.driver.setup.event_index) {
            expect_told();
        }
    }
}

static void host_is_told_what_was_written(void)
{
    for_kinds(0, KINDS, everything_written);
}

static const struct ut_test tests[] = {
    { "interrupts_can_be_off", interrupts_can_be_off },
    { "first_event_is_not_skipped", first_event_is_not_skipped },
    { "event_index_counts_entries", event_index_counts_entries },
    { "batch_may_pass_the_event", batch_may_pass_the_event },
    { "no_question_for_a_whole_round", no_question_for_a_whole_round },
    { "packed_wishes", packed_wishes },
    { "kicks_can_be_off", kicks_can_be_off },
    { "fields_of_kicks", fields_of_kicks },
    { "used_flags_of_packed_rings", used_flags_of_packed_rings },
    { "host_is_told_what_was_written", host_is_told_what_was_written },
    { NULL, NULL },
};

int main(int argc, char **argv)
{
    static const struct ut_suite suites[] = {
        { "ring_events", NULL, NULL, tests },
        { NULL, NULL, NULL, NULL },
    };

    return ut_main(argc, argv, suites);
}
