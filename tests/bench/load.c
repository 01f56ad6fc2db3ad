/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The load on a device.
 *
 * The driver asks for an interrupt when half of what is in flight is done (the event
 * index, as Linux negotiates it), sleeps until then, gives all that is done back to the
 * device, and kicks it if it asks for kicks. So the device has the other half to work
 * on while the driver wakes up.
 */
#include "load.h"

#include "support/ut.h"

#include <string.h>
#include <time.h>

#define NS        1000000000
#define MIN_STEPS 4         /* wake-ups of the driver in a measurement */
#define STEP_SIZE (1 << 20) /* bytes: with requests larger than that, each is one */
#define SAMPLES   3         /* samples */

/*
 * The small parts of a request in guest memory, each on cache lines of its own, as with
 * a driver that allocates them one by one; the rest is in the data area.
 */
enum {
    PLACE_FIXED = 0,
    PLACE_IV = 128,
    PLACE_KEY = 192,
    PLACE_END = 256, /* tag or result */
    PLACE_STATUS = 320,
    REQUEST_SIZE = 384,
};

#define UNSET 0xff

/* Fixed part, key, iv, source; destination, tag or result, status. */
#define MAX_DESCRIPTORS 8

struct slot {
    uint64_t table; /* indirect */
    unsigned n;     /* elements in it */
    uint8_t *status;
    uint64_t *key; /* its first bytes */
    struct bench_engine_request data;
};

struct queue {
    struct qt_vring *vq;
    struct slot *slots;
    struct slot **by_head;
    unsigned in_flight;
    unsigned step; /* completions to wait for */
};

struct load {
    struct bench_device *device;
    const struct bench_load_opts *opts;
    struct queue *queues;
    bool stopping; /* completed requests are not made available again */
    uint64_t completed;
    uint64_t kicks;
    uint64_t interrupts;
    uint64_t keys; /* so many different ones were used */
    int64_t kicked_at;
    GArray *latency;
};

/* The state of all counters at some time. */
struct snapshot {
    int64_t time;
    int64_t cpu;
    uint64_t completed;
    uint64_t kicks;
    uint64_t interrupts;
};

static int64_t now(clockid_t clock)
{
    struct timespec t;

    clock_gettime(clock, &t);
    return t.tv_sec * (int64_t)NS + t.tv_nsec;
}

/* ---- building ---- */

/* The data area may be too small for all requests; then some of them share a place. */
static uint64_t place_of(const struct load *load, unsigned i)
{
    return i % (load->device->data_size / load->opts->size) *
           (uint64_t)load->opts->size;
}

struct building {
    uint64_t gpa; /* of the request's small parts */
    uint8_t *request;
    struct qt_desc desc[MAX_DESCRIPTORS];
    unsigned n;
};

static void add_desc(struct building *building, uint64_t gpa, uint32_t len, bool write)
{
    building->desc[building->n++] = (struct qt_desc){ gpa, len, write };
}

static void add_small(struct building *building, uint32_t place,
                      struct form_bytes bytes)
{
    memcpy(building->request + place, bytes.data, bytes.len);
    add_desc(building, building->gpa + place, bytes.len, false);
}

/* The readable parts, in the order that the form has. */
static void add_readable(struct building *building, const struct load *load,
                         const struct form_operation *operation, uint64_t src)
{
    const struct bench_algorithm *algorithm = load->device->algorithm;
    struct form_message message;

    form_data(operation, load->opts->stateless ? FORM_STATELESS : FORM_LEGACY,
              load->device->session, &message);
    for (unsigned i = 0; i < message.n; i++) {
        struct form_bytes field = message.fields[i];

        if (i == 0) {
            add_small(building, PLACE_FIXED, field);
        } else if (field.data == operation->key.data) {
            add_small(building, PLACE_KEY, field);
        } else if (field.data == operation->iv.data) {
            add_small(building, PLACE_IV, field);
        } else {
            if (field.len > load->opts->size) {
                add_desc(building, building->gpa + PLACE_IV, algorithm->iv_len, false);
            }
            add_desc(building, src, load->opts->size, false);
        }
    }
}

static void add_writable(struct building *building, const struct load *load,
                         uint64_t dst)
{
    const struct bench_algorithm *algorithm = load->device->algorithm;
    uint32_t end = algorithm->tag_len + algorithm->result_len;

    if (bench_algorithm_ciphers(algorithm)) {
        add_desc(building, dst, load->opts->size, true);
    }
    if (end > 0) {
        add_desc(building, building->gpa + PLACE_END, end, true);
    }
    add_desc(building, building->gpa + PLACE_STATUS, 1, true);
}

static void build_slot(struct load *load, struct queue *queue, struct slot *slot,
                       unsigned i)
{
    const struct bench_device *device = load->device;
    struct qt_mem *mem = &device->machine->mem;
    uint32_t size = load->opts->size;
    uint64_t place = place_of(load, i);
    struct building building = { .gpa = qt_mem_alloc(mem, REQUEST_SIZE, 64) };
    struct form_operation operation;

    building.request = qt_mem_ptr(mem, building.gpa, REQUEST_SIZE);
    memset(building.request, 0, REQUEST_SIZE);
    memset(building.request + PLACE_IV, (int)(place / size * 7 & 0xff), BENCH_MAX_IV);
    building.request[PLACE_STATUS] = UNSET;
    slot->data = (struct bench_engine_request){
        .iv = building.request + PLACE_IV,
        .src = qt_mem_ptr(mem, device->src + place, size),
        .dst = qt_mem_ptr(mem, device->dst + place, size),
        .end = building.request + PLACE_END,
        .size = size,
    };
    operation = bench_algorithm_operation(device->algorithm, slot->data.iv,
                                          slot->data.src, size);
    add_readable(&building, load, &operation, device->src + place);
    add_writable(&building, load, device->dst + place);
    slot->table = qt_vring_new_table(queue->vq, building.desc, building.n);
    slot->n = building.n;
    slot->status = building.request + PLACE_STATUS;
    slot->key = (uint64_t *)(void *)(building.request + PLACE_KEY);
}

/* Interrupts should not be the load, but not come seconds apart either. */
static unsigned step_of(const struct bench_load_opts *opts)
{
    unsigned half = MAX(opts->depth / 2, 1);

    return CLAMP(STEP_SIZE / opts->size, 1, half);
}

static void build(struct load *load)
{
    const struct bench_load_opts *opts = load->opts;

    qt_mem_reset(&load->device->machine->mem, load->device->mark);
    load->queues = g_new0(struct queue, opts->queues);
    for (unsigned q = 0; q < opts->queues; q++) {
        struct queue *queue = &load->queues[q];

        queue->vq = load->device->crypto->data[q];
        UT_TRUE_FATAL(opts->depth <= queue->vq->size);
        queue->slots = g_new0(struct slot, opts->depth);
        queue->by_head = g_new0(struct slot *, queue->vq->size);
        queue->step = step_of(opts);
        for (unsigned i = 0; i < opts->depth; i++) {
            build_slot(load, queue, &queue->slots[i], q * opts->depth + i);
        }
    }
}

static void release(struct load *load)
{
    for (unsigned q = 0; q < load->opts->queues; q++) {
        g_free(load->queues[q].slots);
        g_free(load->queues[q].by_head);
    }
    g_free(load->queues);
}

/* ---- samples ---- */

static struct slot *sample(const struct load *load, unsigned i)
{
    const struct bench_load_opts *opts = load->opts;
    struct queue *queue = &load->queues[i * (opts->queues - 1) / (SAMPLES - 1)];

    return &queue->slots[i * (opts->depth - 1) / (SAMPLES - 1)];
}

static void clear_samples(const struct load *load)
{
    for (unsigned i = 0; i < SAMPLES; i++) {
        const struct bench_engine_request *data = &sample(load, i)->data;

        memset(data->dst, 0, load->opts->size);
        memset(data->end, 0, BENCH_MAX_RESULT);
    }
}

static bool sample_is_right(const struct load *load, struct bench_engine *engine,
                            const struct bench_engine_request *data)
{
    const struct bench_algorithm *algorithm = load->device->algorithm;
    g_autofree uint8_t *want = g_malloc0(load->opts->size);
    uint8_t end[BENCH_MAX_RESULT];
    struct bench_engine_request copy = *data;

    copy.dst = want;
    copy.end = end;
    bench_engine_run(engine, &copy, 1);
    return memcmp(want, data->dst, load->opts->size) == 0 &&
           memcmp(end, data->end, algorithm->tag_len + algorithm->result_len) == 0;
}

static void check_samples(const struct load *load)
{
    struct bench_engine *engine = bench_engine_new(load->device->algorithm, true);

    for (unsigned i = 0; i < SAMPLES; i++) {
        if (!sample_is_right(load, engine, &sample(load, i)->data)) {
            qt_die(load->device->machine, "%s: wrong result for %u bytes",
                   load->device->name, load->opts->size);
        }
    }
    bench_engine_free(engine);
}

/* ---- driving ---- */

static void give(struct load *load, struct queue *queue, struct slot *slot)
{
    if (load->opts->new_keys) {
        *slot->key = ++load->keys;
    }
    queue->by_head[qt_vring_add_table(queue->vq, slot->table, slot->n)] = slot;
    queue->in_flight++;
}

static void publish(struct load *load, struct queue *queue, uint16_t old_avail)
{
    if (queue->vq->next_avail == old_avail) {
        return;
    }
    qt_vring_publish(queue->vq);
    if (qt_vring_wants_notify(queue->vq, old_avail)) {
        load->kicks++;
        if (load->opts->qtest_kicks) {
            qt_vring_notify(queue->vq);
        } else {
            bench_doorbell_kick(&load->device->bell, queue->vq->index);
        }
    }
}

static void take_latency(struct load *load)
{
    int64_t ns = now(CLOCK_MONOTONIC) - load->kicked_at;

    g_array_append_val(load->latency, ns);
}

static void pause_for(int64_t ns)
{
    struct timespec t = { .tv_sec = ns / NS, .tv_nsec = ns % NS };

    clock_nanosleep(CLOCK_MONOTONIC, 0, &t, NULL);
}

/* Takes all that is done, and gives it back. */
static void turn_over(struct load *load, struct queue *queue)
{
    uint16_t old_avail = queue->vq->next_avail;
    uint32_t id, len;

    while (qt_vring_get(queue->vq, &id, &len)) {
        struct slot *slot = queue->by_head[id];

        queue->in_flight--;
        load->completed++;
        if (*slot->status != QT_OK) {
            qt_die(load->device->machine, "%s: status %u for %u bytes",
                   load->device->name, *slot->status, load->opts->size);
        }
        *slot->status = UNSET;
        if (load->latency) {
            take_latency(load);
        }
        if (!load->stopping) {
            give(load, queue, slot);
        }
    }
    if (load->opts->pause && !load->stopping) {
        pause_for(load->opts->pause);
    }
    if (load->latency) {
        load->kicked_at = now(CLOCK_MONOTONIC);
    }
    publish(load, queue, old_avail);
}

static void fill(struct load *load)
{
    load->kicked_at = now(CLOCK_MONOTONIC);
    for (unsigned q = 0; q < load->opts->queues; q++) {
        struct queue *queue = &load->queues[q];
        uint16_t old_avail = queue->vq->next_avail;

        for (unsigned i = 0; i < load->opts->depth; i++) {
            give(load, queue, &queue->slots[i]);
        }
        publish(load, queue, old_avail);
    }
}

static uint16_t wanted(const struct queue *queue)
{
    return (uint16_t)MIN(queue->step, queue->in_flight);
}

/* Whether there is as much done as the driver waits for. */
static bool is_due(const struct queue *queue)
{
    uint16_t done = (uint16_t)(qt_vring_used_idx(queue->vq) - queue->vq->last_used);

    return queue->in_flight > 0 && done >= wanted(queue);
}

/* Turns over what is due; returns whether there was something. */
static bool turn_over_due(struct load *load)
{
    bool any = false;

    for (unsigned q = 0; q < load->opts->queues; q++) {
        if (is_due(&load->queues[q])) {
            turn_over(load, &load->queues[q]);
            any = true;
        }
    }
    return any;
}

/* @after: completions from now on; 0: none that will ever be reached. */
static void request_interrupts(struct load *load)
{
    for (unsigned q = 0; q < load->opts->queues; q++) {
        const struct queue *queue = &load->queues[q];
        uint16_t after = load->opts->spin ? 0 : wanted(queue);

        qt_vring_set_used_event(queue->vq,
                                (uint16_t)(queue->vq->last_used + after - 1));
    }
}

static void wait_for_interrupt(struct load *load)
{
    if (!bench_doorbell_sleep(&load->device->bell, QT_TIMEOUT_MS)) {
        qt_die(load->device->machine, "%s: no answer", load->device->name);
    }
    load->interrupts += bench_doorbell_take(&load->device->bell);
}

/* Waits for something to be due, and turns it over. */
static void step(struct load *load)
{
    int64_t deadline = now(CLOCK_MONOTONIC) + QT_TIMEOUT_MS * (int64_t)(NS / 1000);

    request_interrupts(load);
    while (!turn_over_due(load)) {
        if (!load->opts->spin) {
            wait_for_interrupt(load);
        } else if (now(CLOCK_MONOTONIC) > deadline) {
            qt_die(load->device->machine, "%s: no answer", load->device->name);
        }
    }
}

static bool in_flight(const struct load *load)
{
    unsigned n = 0;

    for (unsigned q = 0; q < load->opts->queues; q++) {
        n += load->queues[q].in_flight;
    }
    return n > 0;
}

/* ---- measuring ---- */

static struct snapshot snapshot(const struct load *load)
{
    return (struct snapshot){
        .time = now(CLOCK_MONOTONIC),
        .cpu = now(load->device->cpu),
        .completed = load->completed,
        .kicks = load->kicks,
        .interrupts = load->interrupts,
    };
}

/* Both ends lie right after the driver has turned over a batch: whole batches count. */
static struct bench_result measure(struct load *load)
{
    int64_t warm = now(CLOCK_MONOTONIC) + load->opts->slice / 5;
    struct snapshot a, b;

    do {
        step(load);
    } while (now(CLOCK_MONOTONIC) < warm);
    if (load->opts->latency) {
        load->latency = g_array_new(FALSE, FALSE, sizeof(int64_t));
    }
    a = snapshot(load);
    for (unsigned n = 0;
         n < MIN_STEPS || now(CLOCK_MONOTONIC) - a.time < load->opts->slice; n++) {
        step(load);
    }
    b = snapshot(load);
    return (struct bench_result){
        .requests = (double)(b.completed - a.completed),
        .seconds = (double)(b.time - a.time) / NS,
        .cpu_seconds = (double)(b.cpu - a.cpu) / NS,
        .kicks = (double)(b.kicks - a.kicks),
        .interrupts = (double)(b.interrupts - a.interrupts),
        .latency = load->latency,
    };
}

struct bench_result bench_load_run(struct bench_device *device,
                                   const struct bench_load_opts *opts)
{
    struct load load = { .device = device, .opts = opts };
    struct bench_result result;

    build(&load);
    clear_samples(&load);
    bench_doorbell_take(&device->bell);
    fill(&load);
    result = measure(&load);
    load.stopping = true;
    load.latency = NULL;
    while (in_flight(&load)) {
        step(&load);
    }
    if (!opts->unchecked && !opts->new_keys) {
        check_samples(&load);
    }
    release(&load);
    return result;
}

void bench_result_clear(struct bench_result *result)
{
    if (result->latency) {
        g_array_free(result->latency, TRUE);
        result->latency = NULL;
    }
}

double bench_load_engine(struct bench_device *device,
                         const struct bench_load_opts *opts)
{
    struct load load = { .device = device, .opts = opts };
    struct bench_engine *engine = bench_engine_new(device->algorithm, false);
    g_autofree struct bench_engine_request *requests =
        g_new(struct bench_engine_request, opts->depth);
    int64_t start, elapsed;
    uint64_t n = 0;

    build(&load);
    for (unsigned i = 0; i < opts->depth; i++) {
        requests[i] = load.queues[0].slots[i].data;
    }
    start = now(CLOCK_MONOTONIC);
    do {
        bench_engine_run(engine, requests, opts->depth);
        n += opts->depth;
        elapsed = now(CLOCK_MONOTONIC) - start;
    } while (elapsed < opts->slice);
    bench_engine_free(engine);
    release(&load);
    return (double)n * NS / (double)elapsed;
}
