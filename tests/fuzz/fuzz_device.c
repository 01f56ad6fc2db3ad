/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The whole device: an input is what a driver does to a device in a running stock
 * QEMU, through registers and guest memory. It makes sessions and sends requests of all
 * services, as they should be or spoiled in their bytes, in their descriptors, in the
 * ring or in the registers; it resets queues and the device, stops the machine, and
 * writes to whatever it can reach. Whatever it does,
 *  - QEMU runs and its monitor answers, and after a reset the device has no sessions
 * and gives known answers, in memory that only it was told to write to. As long as it
 * keeps to the rules of rings and registers, moreover,
 *  - each chain is answered once, and a request that was not spoiled as is known;
 *  - memory changes only where a chain, or a ring, lets the device write, also when a
 *    reset comes in the middle.
 * What lies behind these words: device-guest.h, device-driver.h, device-request.h.
 */
#include <glib.h>

#include "device-request.h"
#include "message.h"

#define SESSIONS   8
#define MOST_STEPS 100
#define STEP_ROOM  (160u << 10) /* guest memory that a step may take */

/* BARs: the table of MSI-X vectors, and everything else. */
#define MSIX_BAR 1
#define BAR      4

#define CAP_WINDOW 5 /* kind of the vendor capability that reaches all registers */

struct session {
    bool open;
    uint64_t id;
    enum form form;
    const struct known_answer *known;
};

static struct {
    struct fuzz_input input;
    struct session sessions[SESSIONS];
    bool pci; /* the PCI configuration is not what it was */
    bool not_ready;
    bool spoiled; /* what was sent last */
    uint16_t ring;
} f;

static struct request_bytes bytes;

/* ---- what there is to choose from ---- */

static bool mux(void)
{
    return driver.features & DRIVER_MUX;
}

static uint64_t choose_features(void)
{
    static const uint64_t own[] = { 0, DRIVER_MUX, DRIVER_MUXES, DRIVER_MUXES & ~1u };
    uint8_t byte = fuzz_u8(&f.input);

    return own[byte & 3] | (byte & 4 ? QT_F_RING_PACKED : 0) |
           (byte & 8 ? QT_F_EVENT_IDX : 0) | (byte & 16 ? QT_F_INDIRECT_DESC : 0) |
           (byte & 32 ? QT_F_RING_RESET : 0) | (byte < 0xe0 ? QT_F_VERSION_1 : 0);
}

static const struct known_answer *choose_known(void)
{
    const GArray *all = known_answers();

    return &g_array_index(all, struct known_answer, fuzz_u16(&f.input) % all->len);
}

/* Mostly one that the device takes. */
static enum form choose_form(bool stateless)
{
    uint8_t byte = fuzz_u8(&f.input);

    if (byte >= 0xe0) {
        return byte % FORMS;
    }
    if (!mux()) {
        return FORM_LEGACY;
    }
    return (stateless ? FORM_STATELESS : FORM_EXACT) + (byte & 1);
}

static bool form_is_right(enum form form)
{
    if (form_stateless(form)) {
        return (driver.features & DRIVER_MUXES) == DRIVER_MUXES;
    }
    return (form == FORM_LEGACY) == !mux();
}

/* ---- the device as a whole ---- */

static void start_device(void)
{
    static const uint16_t rings[] = { 16, 64, 256, 1024 };
    uint8_t how = fuzz_u8(&f.input);
    struct driver_opts opts = {
        .device = how & 3,
        .features = choose_features(),
        .msix = how & 4,
        .ring = rings[how >> 3 & 3],
    };

    memset(f.sessions, 0, sizeof(f.sessions));
    f.ring = opts.ring;
    if (!driver_start(&opts) || !(opts.features & QT_F_VERSION_1)) {
        driver_go_wild();
    }
}

static void set_ready(bool ready)
{
    qt_qtest_flush(guest.machine->qtest);
    if (!qt_qmp(guest.machine->qmp, NULL,
                "{'execute': 'qom-set', 'arguments': {'path': '/objects/crypto%u', "
                "'property': 'ready', 'value': %s}}",
                5 + driver.device, ready ? "true" : "false")) {
        guest_fail("the property cannot be set");
    }
    f.not_ready = !ready;
    driver_expect_nothing();
}

static void reset_device(void)
{
    driver_resume();
    if (f.not_ready) {
        set_ready(true);
    }
    if (f.pci) {
        guest_restore_pci(driver.device);
        f.pci = false;
    }
    driver_reset();
}

static void step_restart(void)
{
    if (fuzz_u8(&f.input) & 1) {
        driver_drain();
    }
    reset_device();
    start_device();
}

static void step_ready(void)
{
    set_ready(f.not_ready);
}

static void step_stop(void)
{
    if (driver.stopped) {
        driver_resume();
        return;
    }
    qt_qtest_flush(guest.machine->qtest);
    if (!qt_qmp(guest.machine->qmp, NULL, "{'execute': 'stop'}")) {
        guest_fail("the machine does not stop");
    }
    driver.stopped = true;
}

/* ---- chains ---- */

enum { AS_IT_SHOULD_BE, BYTES, CHAIN, BYTES_AND_CHAIN };

/* A spoiled request may end any of them. */
static void forget_sessions(void)
{
    for (unsigned i = 0; i < SESSIONS; i++) {
        f.sessions[i].open = false;
    }
    driver_expect_nothing();
}

/* Spoils, and adds to the ring. False: there was no room. */
static bool send(unsigned queue, uint32_t writable, const struct known_answer *due,
                 struct driver_chain *chain)
{
    uint8_t how = fuzz_u8(&f.input);
    unsigned damage = how < 0x90 ? AS_IT_SHOULD_BE : how & 3;

    if (damage & BYTES) {
        request_damage_bytes(&bytes, &f.input);
    }
    request_place(&bytes, writable, how & 4 ? &f.input : NULL, chain);
    chain->indirect = how & 8 && chain->count;
    if (damage & CHAIN) {
        request_damage_chain(chain, &f.input);
    }
    chain->due = due;
    f.spoiled = damage;
    if (damage || f.not_ready || bytes.len + writable > GUEST_MAX_SIZE) {
        chain->due = NULL;
    }
    if (damage && queue == DRIVER_CONTROL) {
        forget_sessions();
    }
    if (!chain->count || (!driver_fits(queue, chain) && !driver_drain()) ||
        !driver_fits(queue, chain)) {
        return false;
    }
    driver_add(queue, chain);
    return true;
}

static void step_session(void)
{
    struct session *session = &f.sessions[fuzz_u8(&f.input) % SESSIONS];
    struct driver_chain chain;
    struct form_message message;

    session->open = false;
    session->known = choose_known();
    session->form = choose_form(false);
    form_create(&session->known->operation, session->form, &message);
    if (!request_collect(&message, &bytes) ||
        !send(DRIVER_CONTROL, REPLY_SIZE, NULL, &chain) || !driver_drain() ||
        !driver.lanes[DRIVER_CONTROL].vq || !chain.plain) {
        return;
    }
    session->open = request_reply(&chain, &session->id) == QT_OK;
    session->open &= !f.spoiled && form_is_right(session->form);
}

static void step_destroy(void)
{
    struct session *session = &f.sessions[fuzz_u8(&f.input) % SESSIONS];
    struct driver_chain chain;
    struct form_message message;

    if (!session->known) {
        return;
    }
    driver_expect_nothing();
    session->open = false;
    form_destroy(&session->known->operation, session->form, session->id, &message);
    if (request_collect(&message, &bytes) && send(DRIVER_CONTROL, 1, NULL, &chain)) {
        driver_kick(DRIVER_CONTROL);
    }
}

static void send_request(const struct known_answer *known, enum form form, uint64_t id,
                         bool due)
{
    uint8_t how = fuzz_u8(&f.input);
    struct driver_chain chain;
    struct form_message message;
    uint32_t writable = known->answer.len + 1;

    if (how >= 0xf0) {
        writable = fuzz_word(&f.input) % 1024;
        due = false;
    }
    form_data(&known->operation, form, id, &message);
    if (!request_collect(&message, &bytes) || !guest_room(bytes.len + writable)) {
        return;
    }
    if (send(how % GUEST_DATA_QUEUES, writable, due ? known : NULL, &chain) &&
        how & 2) {
        driver_kick(how % GUEST_DATA_QUEUES);
    }
}

static void step_request(void)
{
    const struct session *session = &f.sessions[fuzz_u8(&f.input) % SESSIONS];

    if (session->known) {
        send_request(session->known, session->form, session->id, session->open);
    }
}

static void step_stateless(void)
{
    const struct known_answer *known = choose_known();
    enum form form = choose_form(true);

    send_request(known, form, fuzz_u8(&f.input),
                 form_stateless(form) && form_is_right(form));
}

static void step_drain(void)
{
    driver_drain();
}

static void step_kick(void)
{
    driver_kick(fuzz_u8(&f.input) % DRIVER_QUEUES);
}

/* ---- queues ---- */

static void step_queue(void)
{
    uint8_t byte = fuzz_u8(&f.input);
    unsigned queue = byte % DRIVER_QUEUES;

    if (driver.dead || !(driver.features & QT_F_RING_RESET)) {
        return;
    }
    driver_resume();
    if (driver.trace) {
        fprintf(stderr, "queue %u %s\n", queue,
                driver.lanes[queue].vq ? "is reset" : "is enabled");
    }
    if (driver.lanes[queue].vq) {
        /* Of its memory, the device may write none from now on. */
        qt_virtio_queue_reset(driver.dev, (uint16_t)queue);
        driver_drop_ring(queue);
    } else {
        driver_new_ring(queue, byte & 0x80 ? 8 : f.ring);
    }
}

static uint64_t choose_area(uint64_t usual)
{
    uint8_t byte = fuzz_u8(&f.input);

    switch (byte % 8) {
    case 0:
        return GUEST_NO_MEMORY + byte;
    case 1:
        return driver.dev->pci.bar[BAR] + byte / 8 * 0x400u;
    case 2:
        return GUEST_ROM;
    case 3:
        return GUEST_RAM - byte;
    case 4:
        return usual + byte / 8;
    case 5:
        return UINT64_MAX - byte;
    default:
        return usual;
    }
}

/* A ring anywhere: of a queue that is enabled, which QEMU ignores or not. */
static void step_odd_ring(void)
{
    uint8_t byte = fuzz_u8(&f.input);
    unsigned queue = byte % DRIVER_QUEUES;
    const struct qt_vring *vq = driver.lanes[queue].vq;
    uint64_t areas[3];

    if (!vq || driver.dead) {
        return;
    }
    for (unsigned i = 0; i < 3; i++) {
        areas[i] = choose_area(i == 0   ? vq->desc_gpa
                               : i == 1 ? vq->avail_gpa
                                        : vq->used_gpa);
    }
    driver_go_wild();
    if (byte & 0x80) {
        qt_virtio_set_status(driver.dev, 0);
        qt_virtio_accept(driver.dev, driver.features);
    }
    qt_virtio_queue_enable(driver.dev, (uint16_t)queue, fuzz_u8(&f.input) * 8u % 1032u,
                           QT_NO_VECTOR, areas[0], areas[1], areas[2]);
    qt_virtio_driver_ok(driver.dev);
    driver_kick(queue);
}

/* Anything into the memory of a ring. */
static void step_ring(void)
{
    uint8_t byte = fuzz_u8(&f.input);
    unsigned queue = byte % DRIVER_QUEUES;
    const struct qt_vring *vq = driver.lanes[queue].vq;
    unsigned times = 1 + (byte >> 2) % 4;

    if (!vq) {
        return;
    }
    driver_go_wild();
    for (; times; times--) {
        uint8_t where = fuzz_u8(&f.input), at = fuzz_u8(&f.input);
        uint64_t area = where % 4 == 0   ? vq->avail_gpa
                        : where % 4 == 1 ? vq->used_gpa
                                         : vq->desc_gpa;
        uint16_t value = fuzz_u16(&f.input);

        /* A ring of 8 still has that many bytes of descriptors. */
        memcpy(qt_mem_ptr(&guest.machine->mem, area + at % 64 * 2u, 2), &value, 2);
    }
    driver_kick(queue);
}

/* ---- registers ---- */

static uint64_t choose_register(uint8_t where, uint16_t at)
{
    switch (where % 8) {
    case 0:
    case 1:
        return driver.dev->common + at % 64;
    case 2:
        return driver.dev->config + at % 64;
    case 3:
        return driver.dev->notify + at % 32;
    case 4:
        return driver.dev->isr + at % 8;
    case 5:
        return driver.dev->pci.bar[MSIX_BAR] + at % 4096;
    default:
        return driver.dev->pci.bar[BAR] + at % 16384;
    }
}

static void access_register(uint64_t address, uint8_t how, uint64_t value)
{
    struct qt_qtest *io = guest.machine->qtest;

    switch (how % 8) {
    case 0:
        qt_writeb(io, address, (uint8_t)value);
        break;
    case 1:
        qt_writew(io, address, (uint16_t)value);
        break;
    case 2:
        qt_writel(io, address, (uint32_t)value);
        break;
    case 3:
        qt_writeq(io, address, value);
        break;
    case 4:
        qt_readb(io, address);
        break;
    case 5:
        qt_readw(io, address);
        break;
    case 6:
        qt_readl(io, address);
        break;
    default:
        qt_readq(io, address);
    }
}

/* A number; or an address, of a register or of memory where a ring may be. */
static uint64_t choose_value(void)
{
    uint8_t kind = fuzz_u8(&f.input);

    if (kind < 0xc0) {
        return kind;
    }
    if (kind < 0xe0) {
        return choose_register(kind, fuzz_u16(&f.input));
    }
    return kind < 0xf0 ? guest.mark + 16u * fuzz_u16(&f.input) : fuzz_u64(&f.input);
}

static void step_register(void)
{
    uint8_t where = fuzz_u8(&f.input), how = fuzz_u8(&f.input);
    uint64_t address = choose_register(where, fuzz_u16(&f.input));

    /* Reading, and telling the device of queues that have nothing new, is harmless. */
    if (how % 8 < 4 && where % 8 != 3) {
        driver_go_wild();
    }
    access_register(address, how, how % 8 < 4 ? choose_value() : 0);
}

static void step_pci(void)
{
    const struct qt_pci *pci = &driver.dev->pci;
    uint8_t at = fuzz_u8(&f.input);

    driver_go_wild();
    f.pci = true;
    qt_pci_writel(pci, at & 0xfc, (uint32_t)choose_value());
}

/* Registers through the window in the PCI configuration. */
static void step_window(void)
{
    const struct qt_pci *pci = &driver.dev->pci;
    uint8_t cap = 0, where = fuzz_u8(&f.input), how = fuzz_u8(&f.input);
    uint32_t offset = fuzz_u16(&f.input) % 16384;

    while ((cap = qt_pci_find_cap(pci, QT_PCI_CAP_VENDOR, cap)) &&
           qt_pci_readb(pci, cap + 3) != CAP_WINDOW) {
    }
    if (!cap) {
        return;
    }
    driver_go_wild();
    f.pci = true;
    qt_pci_writeb(pci, cap + 4, where < 0xc0 ? BAR : where % 8);
    qt_pci_writel(pci, cap + 8, how >= 0xe0 ? fuzz_word(&f.input) : offset);
    qt_pci_writel(pci, cap + 12, how < 0xc0 ? 1u << (how & 3) : fuzz_word(&f.input));
    if (how & 4) {
        qt_pci_readl(pci, cap + 16);
    } else {
        qt_pci_writel(pci, cap + 16, (uint32_t)choose_value());
    }
}

/* Off and on; the driver then says anew that it is ready. */
static void step_bus_master(void)
{
    const struct qt_pci *pci = &driver.dev->pci;
    uint16_t command = qt_pci_readw(pci, 4);

    if (driver.dead) {
        return;
    }
    qt_pci_writew(pci, 4, command & ~4u);
    qt_pci_writew(pci, 4, command | 4u);
    qt_virtio_driver_ok(driver.dev);
}

static void step_mask(void)
{
    uint8_t byte = fuzz_u8(&f.input);

    if (driver.msix && !driver.wild) {
        qt_msix_mask(&driver.dev->pci, byte % driver.dev->pci.msix_vectors,
                     byte & 0x80);
    }
}

/* ---- an input ---- */

#define STEP(name)                                                                     \
    {                                                                                  \
#name, step_##name                                                             \
    }

static const struct {
    const char *name;
    void (*run)(void);
} steps[] = {
    STEP(session), STEP(session), STEP(session),   STEP(request),    STEP(request),
    STEP(request), STEP(request), STEP(stateless), STEP(stateless),  STEP(kick),
    STEP(drain),   STEP(destroy), STEP(restart),   STEP(queue),      STEP(queue),
    STEP(stop),    STEP(ready),   STEP(mask),      STEP(bus_master), STEP(register),
    STEP(ring),    STEP(window),  STEP(pci),       STEP(odd_ring),
};

/* VCRYPTO_FUZZ_TRACE=1 tells what an input does. */
static void step(void)
{
    unsigned n = fuzz_u8(&f.input) % G_N_ELEMENTS(steps);

    steps[n].run();
    if (driver.trace) {
        fprintf(stderr, "%s%s%s%s\n", steps[n].name, driver.odd ? ", odd" : "",
                driver.dead ? ", dead" : "", driver.wild ? ", wild" : "");
    }
}

static void finish(void)
{
    driver_drain();
    guest_answers();
    reset_device();
    request_known_answers(driver.device);
    guest_end();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    FUZZ_CHECK(!fuzz_unavailable());
    memset(&f, 0, sizeof(f));
    f.input = (struct fuzz_input){ data, size };
    driver.trace = getenv("VCRYPTO_FUZZ_TRACE");
    guest_begin(data, size);
    start_device();
    for (unsigned n = 0; f.input.left && n < MOST_STEPS && guest_room(STEP_ROOM); n++) {
        step();
    }
    finish();
    return 0;
}
