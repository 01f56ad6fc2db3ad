/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Everything but QEMU: a worker and a control queue on memory that the guest changes
 * while it is read. A driver, which plays by the rules of the ring but not of the
 * requests, makes sessions and requests of all services, in any framing, cut into
 * pieces that may lie on each other and on the rings' memory; before any read of guest
 * memory what is about to be read may be changed (see before_read()). Whatever happens,
 *  - each chain is answered once, with a length that fits and a status that exists;
 *  - memory changes only where the chain, or the ring, lets the device write, and the
 *    host is told of each change;
 *  - sessions are no more than allowed, and none is left after a reset.
 * When the input has the ring itself changed, only the memory is checked.
 */
#include <sys/eventfd.h>
#include <unistd.h>

#include "message.h"
#include "queue/worker.h"
#include "support/fake-guest.h"
#include "support/forms.h"

#define BASE     UINT64_C(0x40000)
#define RAM      0x10000
#define RINGS    0x4000 /* of that, at its beginning */
#define ROM      UINT64_C(0x80000)
#define ROM_SIZE 0x1000
#define SESSIONS 12
#define IN_WORK  32
#define PAGE     0x1000
#define MOST     5 /* buffers of a chain, of each direction */

#define TABLE (16 * 2 * MOST)

enum { DATA, CONTROL, QUEUES };

/* A chain that was made available. */
struct sent {
    bool busy;
    uint32_t writable;
    unsigned count;
    struct fake_buffer buffers[2 * MOST];
};

struct lane {
    struct fake_driver driver;
    struct sent sent[IN_WORK];
    uint64_t tables;
    struct vcrypto_ring ring; /* control */
};

static struct {
    struct fuzz_input input;
    struct fake_guest guest;
    uint8_t *rom, *before, *told;
    bool may_write[RAM];
    struct vcrypto_memory_map *map;
    struct vcrypto_service_point point;
    struct vcrypto_worker *worker;
    struct lane lanes[QUEUES];
    uint64_t sessions[SESSIONS]; /* ids that were given, the latest first */
    struct form_operation made[SESSIONS];
    unsigned flips, next_flip; /* changes to come, and reads until the next */
    bool flipped;              /* something was, while the device last served */
    bool wild;                 /* the ring was changed */
    bool broken[QUEUES];
} w;

static _Atomic uint64_t no_polling;

/* ---- memory that changes ---- */

static void change(size_t at, uint8_t mask)
{
    w.wild |= at < RINGS && mask;
    w.guest.ram[at] ^= mask;
    w.before[at] ^= mask;
}

static void change_before_read(const void *address, size_t size)
{
    uintptr_t at = (uintptr_t)address - (uintptr_t)w.guest.ram;

    if (!w.flips || !size || at >= RAM) {
        return;
    }
    if (w.next_flip) {
        w.next_flip--;
        return;
    }
    w.flips--;
    w.flipped = true;
    w.next_flip = fuzz_u8(&w.input);
    at += fuzz_u8(&w.input) % size;
    /* Rings are left alone but where very much is to be changed. */
    if (at < RAM && (at >= RINGS || w.flips >= 64)) {
        change(at, fuzz_u8(&w.input));
    }
}

/* Only the core's reads count, not those of this file, which clang tells of, too. */
static bool core_runs;

#ifdef __clang__
#define NOT_TOLD __attribute__((no_sanitize("coverage")))
#else
#define NOT_TOLD
#endif

/* Called before the core reads: perhaps that is not what was there a moment ago. */
NOT_TOLD static void before_read(const void *address, size_t size)
{
    if (core_runs) {
        core_runs = false;
        change_before_read(address, size);
        core_runs = true;
    }
}

/* clang calls these before each load of the core, */
#define LOAD(size)                                                                     \
    void __sanitizer_cov_load##size(const void *address);                              \
    NOT_TOLD void __sanitizer_cov_load##size(const void *address)                      \
    {                                                                                  \
        before_read(address, size);                                                    \
    }
LOAD(1)
LOAD(2)
LOAD(4)
LOAD(8)
LOAD(16)

/* and the linker puts these in the place of copying. */
void *__real_memcpy(void *to, const void *from, size_t size);
void *__wrap_memcpy(void *to, const void *from, size_t size);
void *__real___asan_memcpy(void *to, const void *from, size_t size);
void *__wrap___asan_memcpy(void *to, const void *from, size_t size);

NOT_TOLD void *__wrap_memcpy(void *to, const void *from, size_t size)
{
    before_read(from, size);
    return __real_memcpy(to, from, size);
}

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
NOT_TOLD void *__wrap___asan_memcpy(void *to, const void *from, size_t size)
{
    before_read(from, size);
    return __real___asan_memcpy(to, from, size);
}
#endif
#endif

/* ---- the host ---- */

/* What a host does with this is done for whole pages. */
static void tell(void *opaque, uint64_t offset, uint64_t size)
{
    FUZZ_CHECK(!opaque && size && offset <= RAM && size <= RAM - offset);
    for (uint64_t page = offset / PAGE; page <= (offset + size - 1) / PAGE; page++) {
        memset(w.told + page * PAGE, 1, PAGE);
    }
}

static void notify(void *opaque)
{
    (void)opaque;
}

static void fault(void *opaque)
{
    (void)opaque;
    w.broken[DATA] = true;
}

static const struct vcrypto_worker_host host = { .notify = notify,
                                                 .fault = fault,
                                                 .stray_kick = notify };

/* In the place of waiting: the worker's turn is over. */
void __wrap_vcrypto_worker_sleep(struct vcrypto_worker *worker);
void __wrap_vcrypto_worker_sleep(struct vcrypto_worker *worker)
{
    atomic_store(&worker->attention, true);
}

static void make_map(void)
{
    static const struct vcrypto_memory_ops ops = { .mark_dirty = tell };
    const struct vcrypto_memory_region regions[] = {
        { .address = BASE, .size = RAM, .host = w.guest.ram, .writable = true },
        { .address = ROM, .size = ROM_SIZE, .host = w.rom, .opaque = &w },
    };

    vcrypto_memory_map_unref(w.map);
    w.map = vcrypto_memory_map_new(regions, 2, &ops);
    FUZZ_CHECK(w.map);
    w.worker->map = w.map;
}

/* ---- what memory may have become ---- */

static void allow(uint64_t address, uint64_t size)
{
    if (address >= BASE && address < BASE + RAM) {
        uint64_t room = BASE + RAM - address;

        memset(w.may_write + (address - BASE), true, size < room ? size : room);
    }
}

static void take_image(void)
{
    w.flipped = false;
    memcpy(w.before, w.guest.ram, RAM);
    memset(w.told, 0, RAM);
    memset(w.may_write, 0, sizeof(w.may_write));
    for (unsigned q = 0; q < QUEUES; q++) {
        const struct vcrypto_ring_setup *setup = &w.lanes[q].driver.setup;

        allow(setup->device, setup->packed ? 4 : 6 + 8 * (uint64_t)setup->size);
        if (setup->packed) {
            allow(setup->descriptors, 16 * (uint64_t)setup->size);
        }
        for (unsigned i = 0; i < IN_WORK; i++) {
            const struct sent *sent = &w.lanes[q].sent[i];

            for (unsigned b = 0; sent->busy && b < sent->count; b++) {
                if (sent->buffers[b].writable) {
                    allow(sent->buffers[b].address, sent->buffers[b].length);
                }
            }
        }
    }
}

static void check_image(void)
{
    static uint8_t rom[ROM_SIZE];

    for (size_t i = 0; i < RAM; i++) {
        if (i % 256 == 0 && !memcmp(w.before + i, w.guest.ram + i, 256)) {
            i += 255;
        } else if (w.before[i] != w.guest.ram[i]) {
            FUZZ_CHECK(w.told[i]);
            FUZZ_CHECK(w.wild || w.may_write[i]);
        }
    }
    memset(rom, 0x77, ROM_SIZE);
    FUZZ_CHECK(!memcmp(w.rom, rom, ROM_SIZE));
}

/* ---- the driver ---- */

/* Anywhere behind the rings; sometimes in them, or in what cannot be written. */
static uint64_t some_place(uint32_t size)
{
    uint16_t at = fuzz_u16(&w.input);

    if (at >= 0xfff0) {
        return at & 1 ? BASE + at % RINGS : ROM + at % 64;
    }
    return BASE + RINGS + at % (RAM - RINGS - size);
}

/* @bytes, put into RAM in up to MOST pieces; NULL: room to write into. */
static unsigned place(struct fake_buffer *buffers, const uint8_t *bytes, uint32_t size)
{
    unsigned count = 1 + fuzz_u8(&w.input) % MOST, i = 0;
    bool writable = !bytes;

    for (; size && i < count; i++) {
        uint32_t part = i + 1 < count ? fuzz_u8(&w.input) : size;

        part = part < size ? part : size;
        buffers[i] = (struct fake_buffer){ some_place(part), part, writable };
        if (bytes && buffers[i].address >= BASE + RINGS && buffers[i].address < ROM) {
            memcpy(fake_guest_at(&w.guest, buffers[i].address), bytes, part);
            bytes += part;
        } else if (bytes) {
            bytes += part;
        }
        size -= part;
    }
    return i;
}

static void send_chain(unsigned queue, const uint8_t *bytes, uint32_t size,
                       uint32_t writable)
{
    struct lane *lane = &w.lanes[queue];
    struct sent *sent = NULL;
    unsigned token;

    for (token = 0; token < IN_WORK && !sent; token++) {
        sent = lane->sent[token].busy ? NULL : &lane->sent[token];
    }
    if (!sent || w.wild) {
        return;
    }
    sent->count = place(sent->buffers, bytes, size);
    sent->count += place(sent->buffers + sent->count, NULL, writable);
    if (!sent->count) {
        return;
    }
    sent->writable = 0;
    for (unsigned i = 0; i < sent->count; i++) {
        sent->writable += sent->buffers[i].writable ? sent->buffers[i].length : 0;
        w.wild |= sent->buffers[i].address < BASE + RINGS && sent->buffers[i].writable;
    }
    sent->busy = fake_driver_add(
        &lane->driver, sent->buffers, sent->count,
        fuzz_u8(&w.input) & 1 ? lane->tables + TABLE * (token - 1) : 0, token - 1);
    fake_driver_kick(&lane->driver);
}

/* The first bytes that the device could write, at most @size of them. */
static void read_reply(const struct sent *sent, uint8_t *to, uint32_t size)
{
    for (unsigned i = 0; size && i < sent->count; i++) {
        const struct fake_buffer *buffer = &sent->buffers[i];
        uint32_t part = buffer->length < size ? buffer->length : size;

        if (buffer->writable) {
            memcpy(to, fake_guest_at(&w.guest, buffer->address), part);
            to += part;
            size -= part;
        }
    }
}

/* Whether another chain of the same turn could write to @address. */
static bool others_write(const struct lane *lane, const struct sent *sent,
                         uint64_t address)
{
    for (unsigned i = 0; i < IN_WORK; i++) {
        const struct sent *other = &lane->sent[i];

        for (unsigned b = 0; other != sent && b < other->count; b++) {
            if (other->buffers[b].writable && address >= other->buffers[b].address &&
                address - other->buffers[b].address < other->buffers[b].length) {
                return true;
            }
        }
    }
    return false;
}

/* The last byte of a data request's chain, where it can be written and nothing else was
 * put there since. */
static void check_status(const struct lane *lane, const struct sent *sent)
{
    const struct fake_buffer *last = &sent->buffers[sent->count - 1];
    uint64_t address = last->address + last->length - 1;

    if (!w.flipped && last->writable && address < BASE + RAM &&
        !others_write(lane, sent, address)) {
        FUZZ_CHECK(*fake_guest_at(&w.guest, address) < VCRYPTO_STATUS_COUNT);
    }
}

static void take_answers(unsigned queue)
{
    struct lane *lane = &w.lanes[queue];
    uint64_t token;
    uint32_t length;

    while (!w.wild && fake_driver_take(&lane->driver, &token, &length)) {
        struct sent *sent = &lane->sent[token];

        FUZZ_CHECK(token < IN_WORK && sent->busy && length <= sent->writable);
        sent->busy = false;
        if (queue == DATA) {
            check_status(lane, sent);
        } else if (length == VCRYPTO_CREATE_REPLY_SIZE) {
            memmove(&w.sessions[1], &w.sessions[0],
                    sizeof(w.sessions) - sizeof(w.sessions[0]));
            read_reply(sent, (uint8_t *)&w.sessions[0], sizeof(w.sessions[0]));
        }
    }
    for (unsigned i = 0; i < IN_WORK; i++) {
        FUZZ_CHECK(w.wild || w.broken[queue] || !lane->sent[i].busy);
        lane->sent[i].count = w.wild ? lane->sent[i].count : 0;
    }
}

/* ---- requests ---- */

static uint8_t material[2048];

static struct form_bytes some_bytes(uint32_t len)
{
    return (struct form_bytes){ material + fuzz_u8(&w.input), len };
}

/* Mostly one of the lengths that the algorithm has. */
static uint32_t key_length(const struct vcrypto_algorithm *row)
{
    uint8_t which = fuzz_u8(&w.input);
    uint32_t len = row->keys[which % VCRYPTO_MAX_KEY_SIZES].len;

    return which >= 0xf0 ? which : len ? len : row->keys[0].len;
}

static const struct vcrypto_algorithm *some_row(struct form_operation *o)
{
    size_t count;
    const struct vcrypto_algorithm *rows = vcrypto_algorithm_rows(&count);
    const struct vcrypto_algorithm *row = &rows[fuzz_u8(&w.input) % count];
    static const uint8_t tags[] = { 16, 12, 8, 4 };

    memset(o, 0, sizeof(*o));
    o->service = row->service;
    o->algorithm = row->id;
    o->key = some_bytes(key_length(row));
    o->key_type = 1 + (fuzz_u8(&w.input) & 1);
    if (o->service == VCRYPTO_SERVICE_AEAD) {
        o->tag_len = tags[fuzz_u8(&w.input) % 4];
    }
    if (o->service == VCRYPTO_SERVICE_HASH || o->service == VCRYPTO_SERVICE_MAC) {
        o->result_len = row->result_len;
    }
    o->operation = o->service % 3 ? 0 : fuzz_u8(&w.input) & 1;
    return row;
}

/* A cipher's row and a digest's: a chain. */
static void some_chain(struct form_operation *o)
{
    struct form_operation digest;

    some_row(&digest);
    if (o->service != VCRYPTO_SERVICE_CIPHER ||
        (digest.service != VCRYPTO_SERVICE_HASH &&
         digest.service != VCRYPTO_SERVICE_MAC)) {
        return;
    }
    o->chain = true;
    o->chain_order = 1 + (fuzz_u8(&w.input) & 1);
    o->hash_mode = digest.service;
    o->auth_algorithm = digest.algorithm;
    o->auth_key = digest.key;
    o->result_len = digest.result_len;
}

/* What a request brings: sizes that suit the algorithm, or nearly. */
static void some_data(struct form_operation *o)
{
    const struct vcrypto_algorithm *row =
        vcrypto_algorithm_find(o->service, o->algorithm);
    uint16_t how = fuzz_u16(&w.input);
    uint32_t len = how % 1200;

    if (row && row->granule && how < 0xf000) {
        len -= len % row->granule;
    }
    o->src = some_bytes(len);
    if (o->service == VCRYPTO_SERVICE_CIPHER && row) {
        o->iv = some_bytes(row->iv_len);
        o->dst_len = len;
        o->cipher_len = o->chain ? len : 0;
        o->hash_len = o->chain ? fuzz_u16(&w.input) % (len + 1) : 0;
    } else if (o->service == VCRYPTO_SERVICE_AEAD) {
        o->iv = some_bytes(how & 0x400 ? 12 : how % 17);
        o->aad = some_bytes(fuzz_u8(&w.input));
        o->dst_len =
            o->operation ? len - (len < o->tag_len ? 0 : o->tag_len) : len + o->tag_len;
    } else if (o->service == VCRYPTO_SERVICE_AKCIPHER) {
        o->dst_len = 256;
    }
}

static enum form some_form(bool stateless)
{
    if (!(w.point.limits.features & 1)) {
        return FORM_LEGACY;
    }
    return stateless ? FORM_STATELESS + fuzz_u8(&w.input) % 2
                     : FORM_EXACT + fuzz_u8(&w.input) % 2;
}

static void send_message(unsigned queue, struct form_message *message,
                         uint32_t writable)
{
    static uint8_t bytes[8192];
    uint32_t size = 0;

    for (unsigned n = fuzz_u8(&w.input) % 8; n > 5; n--) {
        fuzz_put(message->fixed + 4 * (fuzz_u8(&w.input) % 26u), fuzz_word(&w.input),
                 4);
    }
    for (unsigned i = 0; i < message->n; i++) {
        memcpy(bytes + size, message->fields[i].data, message->fields[i].len);
        size += message->fields[i].len;
    }
    send_chain(queue, bytes, size, writable);
}

static void send_create(void)
{
    struct form_operation o;
    struct form_message message;

    some_row(&o);
    if (fuzz_u8(&w.input) & 1) {
        some_chain(&o);
    }
    memmove(&w.made[1], &w.made[0], sizeof(w.made) - sizeof(w.made[0]));
    w.made[0] = o;
    form_create(&o, some_form(false), &message);
    send_message(CONTROL, &message, 16);
}

static void send_destroy(void)
{
    struct form_message message;
    unsigned which = fuzz_u8(&w.input) % SESSIONS;

    form_destroy(&w.made[which], some_form(false), w.sessions[which], &message);
    send_message(CONTROL, &message, 1);
}

static void send_data(void)
{
    unsigned which = fuzz_u8(&w.input) % SESSIONS;
    struct form_operation o = w.made[which];
    struct form_message message;
    bool stateless = w.point.limits.features & 1 && fuzz_u8(&w.input) & 1;

    if (stateless && fuzz_u8(&w.input) & 1) {
        some_row(&o);
    }
    some_data(&o);
    form_data(&o, some_form(stateless), w.sessions[which], &message);
    send_message(DATA, &message, o.dst_len + o.result_len + 1);
}

/* ---- the device ---- */

static void serve_data(void)
{
    take_image();
    atomic_store(&w.worker->attention, false);
    core_runs = true;
    vcrypto_worker_serve(w.worker);
    core_runs = false;
    check_image();
    w.flips = 0;
    take_answers(DATA);
}

static void write_reply(const struct vcrypto_ring_chain *chain,
                        const struct vcrypto_control_reply *reply)
{
    struct vcrypto_cursor in;
    size_t size = reply->size;

    vcrypto_cursor_init(&in, chain->chain.in, chain->chain.in_num);
    FUZZ_CHECK(size <= in.left && vcrypto_cursor_write(&in, reply->bytes, size));
    for (size_t i = 0; size; i++) {
        size_t len = chain->chain.in[i].iov_len;

        len = len < size ? len : size;
        vcrypto_memory_map_mark_dirty(w.map, chain->in_addresses[i], len);
        size -= len;
    }
}

static void serve_control(void)
{
    static struct iovec iov[VCRYPTO_RING_MAX_PIECES];
    static uint64_t addresses[VCRYPTO_RING_MAX_PIECES];
    struct vcrypto_ring *ring = &w.lanes[CONTROL].ring;
    struct vcrypto_ring_chain chain;
    enum vcrypto_ring_result result;

    take_image();
    do {
        struct vcrypto_ring_pool pool = { iov, addresses, VCRYPTO_RING_MAX_PIECES, 0 };
        struct vcrypto_control_reply reply;

        result = vcrypto_ring_pop(ring, &pool, &chain);
        if (result == VCRYPTO_RING_CHAIN) {
            core_runs = true;
            vcrypto_serve_control(&w.point, &chain.chain, &reply);
            core_runs = false;
            write_reply(&chain, &reply);
            vcrypto_ring_fill(ring, &chain, (uint32_t)reply.size, 0);
            vcrypto_ring_publish(ring, 1);
            vcrypto_ring_must_notify(ring);
        }
    } while (result == VCRYPTO_RING_CHAIN);
    w.broken[CONTROL] |= result == VCRYPTO_RING_BROKEN;
    check_image();
    w.flips = 0;
    FUZZ_CHECK(vcrypto_backend_sessions(w.point.backend) <= SESSIONS);
    take_answers(CONTROL);
}

static void step(void)
{
    uint8_t what = fuzz_u8(&w.input);

    switch (what % 16) {
    case 0:
    case 1:
    case 2:
        send_create();
        break;
    case 3:
    case 4:
    case 5:
    case 6:
        send_data();
        break;
    case 7:
    case 8:
    case 9:
        serve_control();
        break;
    case 10:
    case 11:
        serve_data();
        break;
    case 12:
        send_destroy();
        break;
    case 13:
        w.flips = fuzz_u8(&w.input) % 80;
        w.next_flip = fuzz_u8(&w.input);
        break;
    case 14:
        if (what & 0x10) {
            vcrypto_backend_reset(w.point.backend);
            FUZZ_CHECK(!vcrypto_backend_sessions(w.point.backend));
        } else {
            atomic_store(&w.point.ready, what & 0x20);
        }
        break;
    default:
        change(fuzz_u16(&w.input) % RAM, what & 0x80 ? fuzz_u8(&w.input) : 0);
    }
}

static void begin_lane(unsigned queue, uint8_t how)
{
    struct vcrypto_ring_setup setup = {
        .size = queue == DATA ? 64 : 32,
        .packed = how & 1,
        .event_index = how & 2,
    };
    struct lane *lane = &w.lanes[queue];
    struct vcrypto_ring *ring = queue == DATA ? &w.worker->ring : &lane->ring;
    struct vcrypto_ring_position position;

    FUZZ_CHECK(fake_driver_init(&lane->driver, &w.guest, &setup));
    lane->tables = fake_guest_allocate(&w.guest, TABLE * IN_WORK, 16);
    FUZZ_CHECK(w.guest.taken <= RINGS);
    position = fake_driver_start(&lane->driver);
    FUZZ_CHECK(vcrypto_ring_init(ring, &lane->driver.setup, &position));
    FUZZ_CHECK(vcrypto_ring_attach(ring, w.map));
}

static void begin(void)
{
    static const struct vcrypto_backend_config config = {
        .queues = 1,
        .max_sessions = SESSIONS,
        .max_cipher_key_len = 256,
        .max_auth_key_len = 256,
        .max_akcipher_key_len = 1024,
        .max_size = 8192,
    };
    struct vcrypto_backend_config chosen = config;
    static bool ready; /* the engines, for as long as the program runs */
    uint8_t how = fuzz_u8(&w.input);
    const char *why;

    ready = ready || vcrypto_algorithms_init(&why);
    FUZZ_CHECK(ready && fake_guest_init(&w.guest, BASE, RAM));
    w.rom = fuzz_allocate(ROM_SIZE);
    memset(w.rom, 0x77, ROM_SIZE);
    w.before = fuzz_allocate(RAM);
    w.told = fuzz_allocate(RAM);
    w.worker = fuzz_allocate(sizeof(*w.worker));
    w.worker->kick_fd = -1;
    w.worker->config = (struct vcrypto_worker_config){ .point = &w.point,
                                                       .poll_max_ns = &no_polling,
                                                       .host = &host };
    chosen.single = how & 4;
    w.point.backend = vcrypto_backend_new(&chosen, &why);
    FUZZ_CHECK(w.point.backend);
    w.point.limits = (struct vcrypto_wire_limits){
        .services = 0x1f,
        .max_size = config.max_size,
        .max_cipher_key_len = config.max_cipher_key_len,
        .max_auth_key_len = config.max_auth_key_len,
        .max_akcipher_key_len = config.max_akcipher_key_len,
        .queues = 1,
        .features = how & 8 ? 0x3f : 0,
        .padded_framing = true,
    };
    atomic_store(&w.point.ready, true);
    make_map();
    begin_lane(DATA, how);
    begin_lane(CONTROL, how >> 4);
}

static void end(void)
{
    vcrypto_backend_free(w.point.backend);
    vcrypto_memory_map_unref(w.map);
    for (unsigned q = 0; q < QUEUES; q++) {
        fake_driver_fini(&w.lanes[q].driver);
    }
    fake_guest_fini(&w.guest);
    free(w.worker);
    free(w.rom);
    free(w.before);
    free(w.told);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    memset(&w, 0, sizeof(w));
    w.input = (struct fuzz_input){ data, size };
    for (size_t i = 0; i < sizeof(material); i++) {
        material[i] = (uint8_t)(i * 151 + i / 256);
    }
    begin();
    while (w.input.left) {
        step();
    }
    serve_control();
    serve_data();
    end();
    return 0;
}
