/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Data queues and the threads that serve them: who does the work, what is counted, who
 * is interrupted, and what happens to a queue when the world around it changes.
 */
#include "crypto.h"
#include "flight.h"
#include "json.h"
#include "waiting.h"

#include "support/ut.h"

#include <glib.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define QUEUES    4
#define MIB       (UINT64_C(1) << 20)
#define AVAIL_OFF 1 /* split: no interrupts; packed: the same, in another place */

static struct qt_machine *machine;
static uint64_t mark;

/* The devices of the machine, in order of slots. */
enum { DEV_PLAIN, DEV_INTX, DEV_NO_IOEVENTFD, DEV_NO_POLL, DEV_POLL, DEV_PLATFORM };

static const struct variant {
    const char *backend;
    const char *backend_options;
    const char *device_options;
} variants[] = {
    [DEV_PLAIN] = { "crypto0", "", ",packed=on" },
    [DEV_INTX] = { "intx", "", ",vectors=0" },
    [DEV_NO_IOEVENTFD] = { "noevent", ",engine=openssl", ",ioeventfd=off" },
    [DEV_NO_POLL] = { "nopoll", ",poll-max-ns=0", "" },
    [DEV_POLL] = { "poll", ",poll-max-ns=1000000", "" },
    [DEV_PLATFORM] = { "platform", "", ",iommu_platform=on" },
};

static struct qt_machine *start_machine(const struct qt_machine_opts *opts,
                                        const struct variant *list, size_t n)
{
    GPtrArray *argv = g_ptr_array_new_with_free_func(g_free);
    struct qt_machine_opts with = *opts;
    struct qt_machine *started;

    for (size_t i = 0; opts->args && opts->args[i]; i++) {
        g_ptr_array_add(argv, g_strdup(opts->args[i]));
    }
    for (size_t i = 0; i < n; i++) {
        g_ptr_array_add(argv, g_strdup("-plugin"));
        g_ptr_array_add(argv, g_strdup_printf("%s,backend=%s,queues=%d%s", qt_plugin(),
                                              list[i].backend, QUEUES,
                                              list[i].backend_options));
    }
    for (size_t i = 0; i < n; i++) {
        g_ptr_array_add(argv, g_strdup("-device"));
        g_ptr_array_add(
            argv, g_strdup_printf("virtio-crypto-pci,cryptodev=%s,id=dev-%s,addr=%zu%s",
                                  list[i].backend, list[i].backend, i + 4,
                                  list[i].device_options));
    }
    g_ptr_array_add(argv, NULL);
    with.args = (const char *const *)argv->pdata;
    started = qt_machine_start(&with);
    g_ptr_array_free(argv, TRUE);
    return started;
}

static int start_with(const struct qt_machine_opts *opts, const struct variant *list,
                      size_t n)
{
    if (!qt_plugin()) {
        return 0;
    }
    machine = start_machine(opts, list, n);
    if (machine) {
        mark = qt_mem_mark(&machine->mem);
    }
    return machine ? 0 : -1;
}

static int start(void)
{
    return start_with(&(struct qt_machine_opts){ 0 }, variants, G_N_ELEMENTS(variants));
}

static int stop(void)
{
    struct qt_machine *started = machine;

    machine = NULL;
    return qt_machine_stop(started);
}

/* A device of the machine, taken over, and what its requests need. */
struct driver {
    struct qt_crypto *crypto;
    struct qt_flights flights;
    struct qt_flight small[QUEUES]; /* one request for each queue */
};

static void open_driver(struct driver *driver, const struct qt_crypto_opts *opts)
{
    qt_mem_reset(&machine->mem, mark);
    driver->crypto = qt_crypto_open_opts(machine, opts);
    qt_flights_init(&driver->flights, driver->crypto);
    for (unsigned i = 0; i < QUEUES; i++) {
        qt_flight_place(&driver->flights, &driver->small[i], QT_FLIGHT_AES,
                        64u << (2 * i));
    }
}

/* A device with iommu_platform=on takes no driver that does not know of it. */
static void open_plain(struct driver *driver, unsigned nth)
{
    open_driver(driver, &(struct qt_crypto_opts){ .nth = nth,
                                                  .features = QT_CRYPTO_LINUX_FEATURES |
                                                              QT_F_ACCESS_PLATFORM });
}

static void close_driver(struct driver *driver)
{
    qt_flights_clear(&driver->flights);
    qt_crypto_close(driver->crypto);
}

static bool run_small(struct driver *driver, uint32_t queue, uint64_t number)
{
    return qt_flight_run(&driver->flights, driver->crypto->data[queue],
                         &driver->small[queue], number);
}

static void check_every_queue(struct driver *driver)
{
    for (uint32_t queue = 0; queue < QUEUES; queue++) {
        ut_context("queue %u", queue);
        for (uint64_t number = 1; number <= 20; number++) {
            UT_TRUE(run_small(driver, queue, number));
        }
    }
    ut_context(NULL);
}

/* Waits for @n answers on @vq, in whatever order. */
static void wait_for(struct qt_vring *vq, unsigned n)
{
    uint32_t id, len;

    for (unsigned i = 0; i < n; i++) {
        if (!qt_vring_wait(vq, QT_TIMEOUT_MS, &id, &len)) {
            qt_die(machine, "queue %u: answer %u of %u is missing", vq->index, i, n);
        }
    }
}

/* ---- properties ---- */

static unsigned parse_list(const char *text, uint64_t *numbers, unsigned max)
{
    unsigned n = 0;
    char *end;

    for (const char *p = text + 1; n < max; p = end + strspn(end, ", ")) {
        uint64_t value = g_ascii_strtoull(p, &end, 10);

        if (end == p) {
            break;
        }
        numbers[n++] = value;
    }
    return n;
}

static unsigned thread_ids(const char *backend, uint64_t ids[QUEUES + 1])
{
    g_autofree char *text = qt_qmp_get(machine->qmp, backend, "worker-thread-ids");

    return parse_list(text, ids, QUEUES + 1);
}

/* Nanoseconds that a thread of QEMU has run. */
static uint64_t cpu_time(uint64_t thread)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/task/%" PRIu64 "/schedstat",
                                            (int)machine->process.pid, thread);
    g_autofree char *text = NULL;

    UT_TRUE_FATAL(g_file_get_contents(path, &text, NULL, NULL));
    return g_ascii_strtoull(text, NULL, 10);
}

/* Whether the worker of @queue does what that queue is given. */
static bool worker_serves(struct driver *driver, const char *backend, uint32_t queue)
{
    uint64_t ids[QUEUES + 1], before[QUEUES], grown, others = 0;
    struct qt_flight large;

    UT_EQ_U64_FATAL(thread_ids(backend, ids), QUEUES);
    qt_flight_place(&driver->flights, &large, QT_FLIGHT_3DES, QT_FLIGHT_MAX);
    for (unsigned i = 0; i < QUEUES; i++) {
        before[i] = cpu_time(ids[i]);
    }
    UT_TRUE(qt_flight_run(&driver->flights, driver->crypto->data[queue], &large, 77));
    /* A thread's time is brought up to date when it sleeps, just after its answer. */
    UT_TRUE(qt_qmp(machine->qmp, NULL, "{'execute': 'query-status'}"));
    grown = cpu_time(ids[queue]) - before[queue];
    for (unsigned i = 0; i < QUEUES; i++) {
        others += i == queue ? 0 : cpu_time(ids[i]) - before[i];
    }
    return grown > 1000000 && grown > 4 * others;
}

/* ---- threads ---- */

static void each_queue_has_a_thread(void)
{
    uint64_t ids[QUEUES + 1];

    QT_NEED(machine);
    UT_EQ_U64_FATAL(thread_ids("crypto0", ids), QUEUES);
    for (unsigned i = 0; i < QUEUES; i++) {
        g_autofree char *path = g_strdup_printf("/proc/%d/task/%" PRIu64,
                                                (int)machine->process.pid, ids[i]);

        UT_TRUE(g_file_test(path, G_FILE_TEST_IS_DIR));
        UT_TRUE(ids[i] != (uint64_t)machine->process.pid);
        for (unsigned k = 0; k < i; k++) {
            UT_TRUE(ids[k] != ids[i]);
        }
    }
}

/* In all devices, so that an operator sees which a thread belongs to. */
static void threads_have_names_of_their_own(void)
{
    uint64_t ids[QUEUES + 1];

    QT_NEED(machine);
    for (unsigned device = 0; device < G_N_ELEMENTS(variants); device++) {
        UT_EQ_U64_FATAL(thread_ids(variants[device].backend, ids), QUEUES);
        for (unsigned i = 0; i < QUEUES; i++) {
            g_autofree char *path = g_strdup_printf("/proc/%d/task/%" PRIu64 "/comm",
                                                    (int)machine->process.pid, ids[i]);
            g_autofree char *expected = g_strdup_printf("vcrypto%u-%u\n", device, i);
            g_autofree char *name = NULL;

            UT_TRUE_FATAL(g_file_get_contents(path, &name, NULL, NULL));
            UT_EQ_STR(name, expected);
        }
    }
}

static void each_thread_does_the_work_of_its_queue(void)
{
    struct driver driver;

    QT_NEED(machine);
    open_plain(&driver, DEV_PLAIN);
    for (uint32_t queue = 0; queue < QUEUES; queue++) {
        ut_context("queue %u", queue);
        UT_TRUE(worker_serves(&driver, "crypto0", queue));
    }
    close_driver(&driver);
}

static void busy_queue_does_not_hold_up_another(void)
{
    struct qt_desc desc[QT_FLIGHT_DESC];
    struct qt_flight large;
    struct driver driver;
    struct qt_vring *busy;
    uint16_t used;

    QT_NEED(machine);
    open_plain(&driver, DEV_PLAIN);
    busy = driver.crypto->data[0];
    qt_flight_place(&driver.flights, &large, QT_FLIGHT_3DES, QT_FLIGHT_MAX);
    qt_flight_prepare(&driver.flights, &large, 0, desc);
    for (unsigned i = 0; i < 64; i++) {
        qt_vring_add(busy, desc, QT_FLIGHT_DESC);
    }
    qt_vring_kick(busy);
    for (uint64_t number = 1; number <= 100; number++) {
        UT_TRUE(run_small(&driver, 1, number));
    }
    used = qt_vring_used_idx(busy);
    ut_note("queue 1 has answered 100 requests, queue 0 %u of 64", used);
    UT_TRUE(used < 64);
    close_driver(&driver);
}

/* ---- statistics ---- */

/* The text of element @n of a list of objects. */
static char *list_item(const char *list, unsigned n)
{
    unsigned depth = 0, index = 0;
    const char *from = NULL;

    for (const char *p = list; *p; p++) {
        if (*p == '{' && depth++ == 0) {
            from = p;
        }
        if (*p == '}' && --depth == 0 && index++ == n) {
            return g_strndup(from, (size_t)(p - from) + 1);
        }
    }
    return NULL;
}

static char *queue_statistics(const char *backend, unsigned queue)
{
    g_autofree char *list = qt_qmp_get(machine->qmp, backend, "statistics");
    char *item = list_item(list, queue);

    UT_TRUE_FATAL(item != NULL);
    return item;
}

/* The number at @path, whose parts are separated by slashes; 0 if it is not there. */
static uint64_t counter(const char *statistics, const char *path)
{
    g_auto(GStrv) parts = g_strsplit(path, "/", 0);
    char *text = g_strdup(statistics);
    uint64_t value;

    for (char **part = parts; *part && text; part++) {
        char *inner = qt_json_get(text, *part);

        g_free(text);
        text = inner;
    }
    value = text ? g_ascii_strtoull(text, NULL, 10) : 0;
    g_free(text);
    return value;
}

/* Requests of every kind, in known numbers, on queue 2. */
static void run_known_set(struct driver *driver)
{
    static const uint8_t key[32] = "two halves that are not the same", iv[16];
    static const uint8_t src[200];
    struct qt_create_reply xts =
        qt_crypto_create_cipher(driver->crypto, 13, key, 32, QT_OP_ENCRYPT);
    struct qt_cipher request = { .opcode = QT_CIPHER_DECRYPT,
                                 .session = driver->flights.session[QT_FLIGHT_AES],
                                 .iv = iv,
                                 .iv_len = 16,
                                 .src = src,
                                 .len = 15,
                                 .queue = 2,
                                 .layout = QT_FIELDS };
    struct qt_field nothing = { src, 10 };
    uint8_t dst[sizeof(src)];
    uint32_t used;

    for (uint64_t number = 0; number < 5; number++) {
        UT_TRUE(run_small(driver, 2, number));
    }
    UT_EQ_U64(qt_crypto_cipher(driver->crypto, &request, dst, &used), QT_ERR);
    request.session = UINT64_MAX;
    for (unsigned i = 0; i < 2; i++) {
        UT_EQ_U64(qt_crypto_cipher(driver->crypto, &request, dst, &used), QT_INVSESS);
    }
    qt_crypto_raw(driver->crypto, driver->crypto->data[2], &nothing, 1, dst, 1, &used);
    UT_EQ_U64(dst[0], QT_ERR);
    request.opcode = QT_CIPHER_ENCRYPT;
    request.session = xts.session;
    request.len = sizeof(src);
    UT_EQ_U64(qt_crypto_cipher(driver->crypto, &request, dst, &used), QT_OK);
    request.layout = QT_RANDOM_CUTS;
    for (request.seed = 1; request.seed <= 3; request.seed++) {
        UT_EQ_U64(qt_crypto_cipher(driver->crypto, &request, dst, &used), QT_OK);
    }
}

static void statistics_count_what_was_done(void)
{
    static const struct {
        const char *path;
        uint64_t grows;
    } expected[] = {
        { "cipher/aes-cbc/requests", 6 },
        { "cipher/aes-cbc/ok", 5 },
        { "cipher/aes-cbc/err", 1 },
        { "cipher/aes-cbc/bytes", 5 * (64 << 4) },
        { "cipher/aes-xts/requests", 4 },
        { "cipher/aes-xts/ok", 4 },
        { "cipher/aes-xts/bytes", 4 * 200 },
        { "cipher/3des-cbc/requests", 0 },
        { "no-session/requests", 3 },
        { "no-session/invsess", 2 },
        { "no-session/err", 1 },
        { "no-session/bytes", 0 },
        { "bounces", 3 },
    };
    g_autofree char *other_before = NULL;
    g_autofree char *other_after = NULL;
    g_autofree char *before = NULL;
    g_autofree char *after = NULL;
    struct driver driver;
    uint64_t batches;

    QT_NEED(machine);
    open_plain(&driver, DEV_NO_POLL);
    before = queue_statistics("nopoll", 2);
    other_before = queue_statistics("nopoll", 3);
    run_known_set(&driver);
    after = queue_statistics("nopoll", 2);
    for (unsigned i = 0; i < G_N_ELEMENTS(expected); i++) {
        ut_context("%s", expected[i].path);
        UT_EQ_U64(counter(after, expected[i].path) - counter(before, expected[i].path),
                  expected[i].grows);
    }
    ut_context(NULL);
    batches = counter(after, "batches") - counter(before, "batches");
    UT_TRUE(batches >= 1 && batches <= 13);
    other_after = queue_statistics("nopoll", 3);
    UT_EQ_STR(other_after, other_before);
    close_driver(&driver);
}

/* What @path says in all queues together. */
static uint64_t sum_of_queues(const char *backend, const char *path)
{
    uint64_t sum = 0;

    for (unsigned queue = 0; queue < QUEUES; queue++) {
        g_autofree char *statistics = queue_statistics(backend, queue);

        sum += counter(statistics, path);
    }
    return sum;
}

static void statistics_are_summed_up(void)
{
    static const char *const paths[] = { "batches",
                                         "together",
                                         "bounces",
                                         "no-session/requests",
                                         "cipher/aes-cbc/requests",
                                         "cipher/aes-cbc/bytes",
                                         "cipher/aes-cbc/ok",
                                         "cipher/aes-cbc/err" };
    g_autofree char *before = NULL, *after = NULL, *none = NULL, *some = NULL;
    struct driver driver;

    QT_NEED(machine);
    none = qt_qmp_get(machine->qmp, "nopoll", "sessions");
    UT_EQ_STR(none, "0");
    open_plain(&driver, DEV_NO_POLL);
    some = qt_qmp_get(machine->qmp, "nopoll", "sessions");
    UT_TRUE(g_ascii_strtoull(some, NULL, 10) > 0);
    before = qt_qmp_get(machine->qmp, "nopoll", "totals");
    for (uint32_t queue = 0; queue < QUEUES; queue++) {
        for (unsigned number = 0; number <= queue; number++) {
            UT_TRUE(run_small(&driver, queue, number));
        }
    }
    after = qt_qmp_get(machine->qmp, "nopoll", "totals");
    UT_EQ_U64(counter(after, "cipher/aes-cbc/requests") -
                  counter(before, "cipher/aes-cbc/requests"),
              QUEUES * (QUEUES + 1) / 2);
    for (unsigned i = 0; i < G_N_ELEMENTS(paths); i++) {
        ut_context("%s", paths[i]);
        UT_EQ_U64(counter(after, paths[i]), sum_of_queues("nopoll", paths[i]));
    }
    ut_context(NULL);
    close_driver(&driver);
    g_free(none);
    none = qt_qmp_get(machine->qmp, "nopoll", "sessions");
    UT_EQ_STR(none, "0");
}

/* ---- where rings stand ---- */

/* A number that QEMU tells of a queue, as its monitor does in "info
 * virtio-queue-status". */
static uint64_t told(const char *backend, unsigned queue, const char *key)
{
    g_autofree char *status = NULL, *value = NULL;

    UT_TRUE_FATAL(qt_qmp(machine->qmp, &status,
                         "{'execute': 'x-query-virtio-queue-status', 'arguments': "
                         "{'path': '/machine/peripheral/dev-%s/virtio-backend', "
                         "'queue': %u}}",
                         backend, queue));
    value = qt_json_get(status, key);
    UT_TRUE_FATAL(value != NULL);
    return g_ascii_strtoull(value, NULL, 10);
}

/* All that was given to the ring is done: both of its positions are where it ends. */
static void expect_position(const char *backend, const struct qt_vring *vq)
{
    struct qt_wait wait = qt_wait_begin(machine, QT_TIMEOUT_MS, "a queue's position");
    uint64_t expected = vq->packed ? vq->next_avail % vq->size : vq->next_avail;
    uint64_t available, used;

    do {
        available = told(backend, vq->index, "last-avail-idx");
        used = told(backend, vq->index, "used-idx");
    } while ((available != expected || used != expected) && qt_wait_more(&wait));
    UT_EQ_U64_FATAL(available, expected);
    UT_EQ_U64_FATAL(used, expected);
}

static void check_positions(unsigned nth, uint64_t features, bool interrupts)
{
    struct driver driver;

    open_driver(&driver, &(struct qt_crypto_opts){
                             .nth = nth, .features = QT_F_VERSION_1 | features });
    for (uint32_t queue = 0; queue < QUEUES; queue++) {
        struct qt_vring *vq = driver.crypto->data[queue];

        UT_EQ_U64(!!vq->packed, !!(features & QT_F_RING_PACKED));
        vq->avail[vq->packed ? 1 : 0] = GUINT16_TO_LE(interrupts ? 0 : AVAIL_OFF);
        for (unsigned number = 1; number <= 400 + queue; number++) {
            UT_TRUE(run_small(&driver, queue, number));
        }
    }
    for (uint32_t queue = 0; queue < QUEUES; queue++) {
        ut_context("queue %u of %s", queue, variants[nth].backend);
        expect_position(variants[nth].backend, driver.crypto->data[queue]);
    }
    ut_context("control queue of %s", variants[nth].backend);
    UT_TRUE(driver.crypto->ctrl->next_avail > 0);
    expect_position(variants[nth].backend, driver.crypto->ctrl);
    ut_context(NULL);
    /* What is told is not what is gone on with. */
    UT_TRUE(qt_qmp(machine->qmp, NULL, "{'execute': 'stop'}"));
    expect_position(variants[nth].backend, driver.crypto->data[1]);
    UT_TRUE(qt_qmp(machine->qmp, NULL, "{'execute': 'cont'}"));
    UT_TRUE(run_small(&driver, 1, 1000));
    expect_position(variants[nth].backend, driver.crypto->data[1]);
    close_driver(&driver);
}

static void qemu_tells_where_rings_stand(void)
{
    QT_NEED(machine);
    check_positions(DEV_PLAIN, QT_F_RING_PACKED, true);
    check_positions(DEV_PLAIN, QT_F_RING_PACKED, false);
    check_positions(DEV_PLAIN, 0, true);
    check_positions(DEV_PLAIN, 0, false);
    check_positions(DEV_NO_POLL, 0, false);
    check_positions(DEV_POLL, 0, true);
}

/* ---- interrupts ---- */

static void a_vector_for_each_queue(void)
{
    struct driver driver;

    QT_NEED(machine);
    open_driver(&driver,
                &(struct qt_crypto_opts){ .features = QT_F_VERSION_1, .msix = true });
    UT_EQ_U64(driver.crypto->dev->pci.msix_vectors, QUEUES + 2);
    for (uint32_t queue = 0; queue < QUEUES; queue++) {
        ut_context("queue %u", queue);
        for (unsigned i = 0; i <= QUEUES + 1; i++) {
            qt_msix_take(&driver.crypto->dev->pci, i);
        }
        UT_TRUE(run_small(&driver, queue, queue));
        UT_TRUE(qt_msix_wait(&driver.crypto->dev->pci, queue + 1, QT_TIMEOUT_MS));
        for (unsigned i = 0; i <= QUEUES + 1; i++) {
            UT_TRUE(!qt_msix_take(&driver.crypto->dev->pci, i));
        }
    }
    close_driver(&driver);
}

/* Asks for no interrupt before the used index has passed @more more requests. */
static void want_interrupt_after(struct qt_vring *vq, unsigned more)
{
    unsigned unit = vq->packed ? QT_FLIGHT_DESC : 1;

    if (vq->dev->features & QT_F_EVENT_IDX) {
        qt_vring_set_used_event(vq, (uint16_t)(vq->last_used + unit * more));
    } else {
        vq->avail[vq->packed ? 1 : 0] = GUINT16_TO_LE(more ? AVAIL_OFF : 0);
    }
}

/* An interrupt for a request is sent before the next one is taken, if at all; and what
 * was sent has arrived when the main loop has turned. */
static bool interrupted(struct driver *driver)
{
    qt_virtio_get_status(driver->crypto->dev);
    qt_virtio_get_status(driver->crypto->dev);
    return qt_msix_take(&driver->crypto->dev->pci, 1);
}

static void check_suppression(uint64_t features)
{
    struct driver driver;
    struct qt_vring *vq;

    open_driver(&driver, &(struct qt_crypto_opts){
                             .features = QT_F_VERSION_1 | features, .msix = true });
    vq = driver.crypto->data[0];
    UT_TRUE(!!vq->packed == !!(features & QT_F_RING_PACKED));
    qt_msix_wait(&driver.crypto->dev->pci, 1, QT_TIMEOUT_MS); /* from learning */
    for (unsigned round = 0; round < 100; round++) {
        ut_context("features 0x%" PRIx64 ", round %u", features, round);
        want_interrupt_after(vq, 5);
        for (uint64_t number = 0; number < 5; number++) {
            UT_TRUE(run_small(&driver, 0, number));
        }
        UT_TRUE(!interrupted(&driver));
        want_interrupt_after(vq, 0);
        UT_TRUE(run_small(&driver, 0, 6));
        UT_TRUE(qt_msix_wait(&driver.crypto->dev->pci, 1, QT_TIMEOUT_MS));
    }
    ut_context(NULL);
    close_driver(&driver);
}

static void interrupts_come_only_when_wanted(void)
{
    static const uint64_t features[] = { 0, QT_F_EVENT_IDX, QT_F_RING_PACKED,
                                         QT_F_RING_PACKED | QT_F_EVENT_IDX };

    QT_NEED(machine);
    for (unsigned i = 0; i < G_N_ELEMENTS(features); i++) {
        check_suppression(features[i]);
    }
}

static bool wait_isr(const struct qt_virtio *dev, uint8_t bit)
{
    struct qt_wait wait =
        qt_wait_begin(dev->machine, QT_TIMEOUT_MS, "a bit of the interrupt status");

    while (!(qt_virtio_read_isr(dev) & bit)) {
        if (!qt_wait_more(&wait)) {
            return false;
        }
    }
    return true;
}

static void interrupt_status_without_vectors(void)
{
    struct driver driver;

    QT_NEED(machine);
    open_driver(&driver, &(struct qt_crypto_opts){ .nth = DEV_INTX,
                                                   .features = QT_F_VERSION_1 });
    UT_EQ_U64(qt_pci_find_cap(&driver.crypto->dev->pci, QT_PCI_CAP_MSIX, 0), 0);
    qt_virtio_read_isr(driver.crypto->dev);
    for (uint32_t queue = 0; queue < QUEUES; queue++) {
        UT_TRUE(run_small(&driver, queue, queue));
        UT_TRUE(wait_isr(driver.crypto->dev, 1));
    }
    check_every_queue(&driver);
    close_driver(&driver);
}

/* ---- ways to configure ---- */

static void same_answers_however_configured(void)
{
    struct driver driver;

    QT_NEED(machine);
    for (unsigned nth = 0; nth < G_N_ELEMENTS(variants); nth++) {
        ut_note("%s", variants[nth].backend);
        open_plain(&driver, nth);
        check_every_queue(&driver);
        close_driver(&driver);
    }
}

static void kicks_by_the_main_loop_reach_the_worker(void)
{
    struct driver driver;

    QT_NEED(machine);
    open_plain(&driver, DEV_NO_IOEVENTFD);
    UT_TRUE(worker_serves(&driver, "noevent", 1));
    close_driver(&driver);
}

static void platform_addresses_without_iommu_are_for_workers(void)
{
    struct driver driver;

    QT_NEED(machine);
    open_plain(&driver, DEV_PLATFORM);
    UT_TRUE(driver.crypto->dev->features & QT_F_ACCESS_PLATFORM);
    check_every_queue(&driver);
    UT_TRUE(worker_serves(&driver, "platform", 3));
    close_driver(&driver);
}

/* Sends @n requests, kicking only where the ring says so; returns how many times it did
 * not. */
static unsigned count_unkicked(struct driver *driver, unsigned n)
{
    struct qt_vring *vq = driver->crypto->data[0];
    unsigned unkicked = 0;

    for (uint64_t number = 0; number < n; number++) {
        uint16_t old = vq->next_avail;

        qt_flight_add(&driver->flights, vq, &driver->small[0], number);
        qt_vring_publish(vq);
        if (qt_vring_wants_notify(vq, old)) {
            qt_vring_notify(vq);
        } else {
            unkicked++;
        }
        wait_for(vq, 1);
        UT_TRUE(qt_flight_answered(&driver->flights, &driver->small[0]));
    }
    return unkicked;
}

static void set_polling(const char *backend, uint64_t ns)
{
    UT_TRUE(qt_qmp(machine->qmp, NULL,
                   "{'execute': 'qom-set', 'arguments': {'path': '/objects/%s', "
                   "'property': 'poll-max-ns', 'value': %" PRIu64 "}}",
                   backend, ns));
}

/*
 * Whether a worker falls asleep between two requests is the scheduler's affair: the
 * next one may be there each time that it looks, however short it polls. Left alone it
 * falls asleep for certain, and then it wants a kick.
 */
static void left_alone_it_wants_a_kick(struct driver *driver)
{
    qt_vring_wait_asleep(driver->crypto->data[0]);
    UT_EQ_U64(count_unkicked(driver, 1), 0);
}

/* Without the event index, so that the ring says at any time whether to kick. */
static void worker_that_polls_needs_no_kick(void)
{
    static const uint64_t ns[] = { 1000000, 0, 50000, 1000000000 };
    struct driver driver;

    QT_NEED(machine);
    open_driver(&driver, &(struct qt_crypto_opts){ .nth = DEV_POLL,
                                                   .features = QT_F_VERSION_1 });
    for (unsigned i = 0; i < G_N_ELEMENTS(ns); i++) {
        unsigned unkicked;

        set_polling("poll", ns[i]);
        left_alone_it_wants_a_kick(&driver); /* counts from the next sleep on */
        unkicked = count_unkicked(&driver, 500);
        ut_note("poll-max-ns=%" PRIu64 ": %u of 500 requests needed no kick", ns[i],
                unkicked);
        /* A second is longer than this process may be kept from running. */
        UT_TRUE(ns[i] < 1000000000 || unkicked > 0);
        left_alone_it_wants_a_kick(&driver);
    }
    /* It polls for up to a second, and stops at once all the same. */
    close_driver(&driver);
    set_polling("poll", 1000000);
}

/* ---- queue reset ---- */

#define BACKGROUND 64

struct background {
    struct qt_vring *vq;
    struct qt_flight flights[BACKGROUND];
};

static void begin_background(struct driver *driver, struct background *background)
{
    background->vq = driver->crypto->data[1];
    for (unsigned i = 0; i < BACKGROUND; i++) {
        qt_flight_place(&driver->flights, &background->flights[i],
                        i % 16 ? QT_FLIGHT_AES : QT_FLIGHT_3DES, 16384);
    }
}

static void send_background(struct driver *driver, struct background *background,
                            uint64_t number)
{
    for (unsigned i = 0; i < BACKGROUND; i++) {
        qt_flight_add(&driver->flights, background->vq, &background->flights[i],
                      number + i);
    }
    qt_vring_kick(background->vq);
}

static void finish_background(struct driver *driver, struct background *background)
{
    wait_for(background->vq, BACKGROUND);
    for (unsigned i = 0; i < BACKGROUND; i++) {
        UT_TRUE(qt_flight_answered(&driver->flights, &background->flights[i]));
    }
}

/* ---- engines ---- */

/* How many requests were done side by side of those that came together. */
static uint64_t count_together(unsigned nth)
{
    const char *backend = variants[nth].backend;
    g_autofree char *before = queue_statistics(backend, 1);
    g_autofree char *after = NULL;
    struct background background;
    struct driver driver;

    open_plain(&driver, nth);
    begin_background(&driver, &background);
    send_background(&driver, &background, 1);
    finish_background(&driver, &background);
    close_driver(&driver);
    after = queue_statistics(backend, 1);
    return counter(after, "together") - counter(before, "together");
}

static void requests_are_done_together_unless_pinned(void)
{
    g_autofree char *automatic = NULL;
    g_autofree char *pinned = NULL;

    QT_NEED(machine);
    automatic = qt_qmp_get(machine->qmp, "nopoll", "engine");
    pinned = qt_qmp_get(machine->qmp, "noevent", "engine");
    UT_EQ_STR(automatic, "\"auto\"");
    UT_EQ_STR(pinned, "\"openssl\"");
#ifdef VCRYPTO_HAVE_IPSEC_MB
    UT_TRUE(count_together(DEV_NO_POLL) > 0);
#else
    UT_EQ_U64(count_together(DEV_NO_POLL), 0);
#endif
    UT_EQ_U64(count_together(DEV_NO_IOEVENTFD), 0);
}

/* Another size, other addresses, and requests in flight on both queues. */
static void reset_queue(struct driver *driver, uint16_t size, unsigned round)
{
    struct qt_vring **vq = &driver->crypto->data[0];
    unsigned filled = (*vq)->size / QT_FLIGHT_DESC;

    for (unsigned i = 0; i < MIN(filled, 64); i++) {
        struct qt_desc desc[QT_FLIGHT_DESC];

        qt_flight_prepare(&driver->flights, &driver->small[0], i, desc);
        qt_vring_add(*vq, desc, QT_FLIGHT_DESC);
    }
    qt_vring_kick(*vq);
    qt_virtio_queue_reset(driver->crypto->dev, 0);
    qt_vring_free(*vq);
    *vq = qt_vring_new(driver->crypto->dev, 0, size, QT_NO_VECTOR);
    for (uint64_t number = 1; number < 4u * size; number++) {
        UT_TRUE(run_small(driver, 0, round * 10000 + number));
    }
}

static void check_queue_reset(uint64_t features)
{
    static const uint16_t sizes[] = { 16, 1024, 4, 256 };
    struct background background;
    struct driver driver;

    open_driver(&driver,
                &(struct qt_crypto_opts){ .features = QT_CRYPTO_LINUX_FEATURES |
                                                      QT_F_RING_RESET | features });
    UT_TRUE_FATAL(driver.crypto->dev->features & QT_F_RING_RESET);
    begin_background(&driver, &background);
    for (unsigned i = 0; i < G_N_ELEMENTS(sizes); i++) {
        ut_context("features 0x%" PRIx64 ", size %u", features, sizes[i]);
        send_background(&driver, &background, 1000 * i);
        reset_queue(&driver, sizes[i], i);
        finish_background(&driver, &background);
    }
    ut_context(NULL);
    UT_EQ_U64(qt_virtio_get_status(driver.crypto->dev) & QT_STATUS_NEEDS_RESET, 0);
    close_driver(&driver);
}

static void queue_is_reset_alone(void)
{
    QT_NEED(machine);
    check_queue_reset(0);
    check_queue_reset(QT_F_RING_PACKED);
}

/* ---- a virtual IOMMU ---- */

#define VTD           UINT64_C(0xfed90000)
#define VTD_COMMAND   (VTD + 0x18)
#define VTD_ROOT      (VTD + 0x20)
#define VTD_TRANSLATE (1u << 31)
#define VTD_SET_ROOT  (1u << 30)
#define PRESENT       1 /* of root and context entries */
#define READ_WRITE    3 /* of page table entries */
#define LARGE         0x80
#define GIB           (UINT64_C(1) << 30)
#define LARGE_PAGE    (UINT64_C(2) << 20)

/* A window at 1 GiB shows guest RAM with every two neighbouring pages exchanged. */
static uint64_t in_window(uint64_t gpa)
{
    return GIB + (gpa ^ LARGE_PAGE);
}

static uint64_t new_page(uint64_t **page)
{
    uint64_t gpa = qt_mem_alloc(&machine->mem, 4096, 4096);

    *page = qt_mem_ptr(&machine->mem, gpa, 4096);
    memset(*page, 0, 4096);
    return gpa;
}

/* Return: root of three levels of tables: the identity, and the window. */
static uint64_t make_page_tables(void)
{
    uint64_t *top, *low, *window;
    uint64_t top_gpa = new_page(&top);

    top[0] = new_page(&low) | READ_WRITE;
    top[1] = new_page(&window) | READ_WRITE;
    for (uint64_t i = 0; i < machine->mem.size / LARGE_PAGE; i++) {
        low[i] = i * LARGE_PAGE | LARGE | READ_WRITE;
        window[i] = (i ^ 1) * LARGE_PAGE | LARGE | READ_WRITE;
    }
    return top_gpa;
}

static void make_vtd_tables(uint8_t devfn)
{
    uint64_t *root, *context;
    uint64_t root_gpa = new_page(&root);

    root[0] = new_page(&context) | PRESENT;
    context[2 * devfn] = make_page_tables() | PRESENT;
    context[2 * devfn + 1] = 1 << 8 | 1; /* domain 1; 39 bits: three levels */
    qt_writeq(machine->qtest, VTD_ROOT, root_gpa);
    qt_writel(machine->qtest, VTD_COMMAND, VTD_SET_ROOT);
}

static void translate(bool on)
{
    qt_writel(machine->qtest, VTD_COMMAND, on ? VTD_TRANSLATE : 0);
}

static int start_iommu(void)
{
    static const char *const args[] = { "-device", "intel-iommu,intremap=off", NULL };
    static const struct variant device = { "crypto0", "", ",iommu_platform=on" };

    return start_with(&(struct qt_machine_opts){ .args = args }, &device, 1);
}

static void open_platform(struct driver *driver)
{
    open_plain(driver, 0);
    UT_TRUE_FATAL(driver->crypto->dev->features & QT_F_ACCESS_PLATFORM);
}

static void idle_iommu_is_not_in_the_way(void)
{
    struct driver driver;

    QT_NEED(machine);
    open_platform(&driver);
    check_every_queue(&driver);
    UT_TRUE(worker_serves(&driver, "crypto0", 2));
    close_driver(&driver);
}

/* The ring of queue 0, where a driver behind the IOMMU sees it. */
static void move_ring_to_window(struct driver *driver)
{
    struct qt_vring *vq = driver->crypto->data[0];

    qt_virtio_queue_reset(driver->crypto->dev, 0);
    qt_vring_free(vq);
    machine->mem.next = (machine->mem.next + LARGE_PAGE - 1) & ~(LARGE_PAGE - 1);
    vq = qt_vring_new(driver->crypto->dev, 0, 64, QT_NO_VECTOR);
    qt_virtio_queue_reset(driver->crypto->dev, 0);
    qt_virtio_queue_enable(driver->crypto->dev, 0, 64, QT_NO_VECTOR,
                           in_window(vq->desc_gpa), in_window(vq->avail_gpa),
                           in_window(vq->used_gpa));
    driver->crypto->data[0] = vq;
}

static bool run_in_window(struct driver *driver, uint64_t number)
{
    struct qt_vring *vq = driver->crypto->data[0];
    struct qt_flight *flight = &driver->small[0];
    struct qt_desc desc[QT_FLIGHT_DESC];

    qt_flight_prepare(&driver->flights, flight, number, desc);
    for (unsigned i = 0; i < QT_FLIGHT_DESC; i++) {
        desc[i].gpa = in_window(desc[i].gpa);
    }
    qt_vring_add(vq, desc, QT_FLIGHT_DESC);
    qt_vring_kick(vq);
    wait_for(vq, 1);
    return qt_flight_answered(&driver->flights, flight);
}

/* A destination in one piece for the driver that is in two places of guest memory. */
static void check_straddling(struct driver *driver)
{
    uint64_t even = (machine->mem.next + 2 * LARGE_PAGE) & ~(2 * LARGE_PAGE - 1);
    uint64_t end = even + LARGE_PAGE, rest = even + 3 * LARGE_PAGE;
    struct qt_flight *flight = &driver->small[0];
    struct qt_desc desc[QT_FLIGHT_DESC];
    const uint8_t *answer = driver->flights.answer[QT_FLIGHT_AES];

    qt_flight_prepare(&driver->flights, flight, 0, desc);
    for (unsigned i = 0; i < QT_FLIGHT_DESC; i++) {
        desc[i].gpa = in_window(desc[i].gpa);
    }
    desc[2].gpa = in_window(end - 20);
    qt_vring_add(driver->crypto->data[0], desc, QT_FLIGHT_DESC);
    qt_vring_kick(driver->crypto->data[0]);
    wait_for(driver->crypto->data[0], 1);
    UT_EQ_U64(qt_flight_status(&driver->flights, flight), QT_OK);
    UT_EQ_MEM(qt_mem_ptr(&machine->mem, end - 20, 20), answer, 20);
    UT_EQ_MEM(qt_mem_ptr(&machine->mem, rest, flight->len - 20), answer + 20,
              flight->len - 20);
}

static void translated_addresses_are_served(void)
{
    uint64_t ids[QUEUES + 1], before;
    struct driver driver;

    QT_NEED(machine);
    UT_EQ_U64_FATAL(thread_ids("crypto0", ids), QUEUES);
    open_driver(&driver, &(struct qt_crypto_opts){
                             .features = QT_CRYPTO_LINUX_FEATURES |
                                         QT_F_ACCESS_PLATFORM | QT_F_RING_RESET });
    make_vtd_tables(driver.crypto->dev->pci.devfn);
    translate(true);
    move_ring_to_window(&driver);
    before = cpu_time(ids[0]);
    for (uint64_t number = 1; number <= 200; number++) {
        UT_TRUE(run_in_window(&driver, number));
    }
    check_straddling(&driver);
    UT_TRUE(run_small(&driver, 3, 1)); /* through the identity */
    ut_note("the worker has run for %" PRIu64 " us meanwhile",
            (cpu_time(ids[0]) - before) / 1000);
    translate(false);
    close_driver(&driver);
}

/* Nothing is lost when a queue changes hands, one way or the other. */
static void translation_comes_and_goes_under_load(void)
{
    struct background background;
    struct driver driver;

    QT_NEED(machine);
    open_platform(&driver);
    make_vtd_tables(driver.crypto->dev->pci.devfn);
    begin_background(&driver, &background);
    for (unsigned round = 0; round < 50; round++) {
        ut_context("round %u", round);
        send_background(&driver, &background, 1000 * round);
        translate(round % 2 == 0);
        finish_background(&driver, &background);
    }
    ut_context(NULL);
    UT_TRUE(worker_serves(&driver, "crypto0", 1));
    translate(true);
    UT_TRUE(!worker_serves(&driver, "crypto0", 1));
    translate(false);
    close_driver(&driver);
}

/* ---- memory that comes and goes ---- */

#define DIMM_SIZE  (32 * MIB)
#define DIMM_PORT  0xa00 /* what a guest's ACPI code would use */
#define DIMM_FLAGS (DIMM_PORT + 0x14)
#define DIMM_EJECT 8

static int start_hotplug(void)
{
    static const char *const args[] = { "-m", "slots=2,maxmem=256M", NULL };

    return start_with(&(struct qt_machine_opts){ .args = args }, variants, 1);
}

static void plug(void)
{
    UT_TRUE_FATAL(qt_qmp(machine->qmp, NULL,
                         "{'execute': 'object-add', 'arguments': {'qom-type': "
                         "'memory-backend-ram', 'id': 'more', 'size': %" PRIu64 "}}",
                         DIMM_SIZE));
    UT_TRUE_FATAL(qt_qmp(machine->qmp, NULL,
                         "{'execute': 'device_add', 'arguments': {'driver': 'pc-dimm', "
                         "'id': 'dimm0', 'memdev': 'more'}}"));
}

static uint64_t dimm_address(void)
{
    g_autofree char *list = NULL;
    const char *at;

    UT_TRUE_FATAL(qt_qmp(machine->qmp, &list, "{'execute': 'query-memory-devices'}"));
    at = strstr(list, "\"addr\": ");
    UT_TRUE_FATAL(at != NULL);
    return g_ascii_strtoull(at + strlen("\"addr\": "), NULL, 10);
}

static void unplug(void)
{
    g_autofree char *event = NULL;

    UT_TRUE_FATAL(qt_qmp(machine->qmp, NULL,
                         "{'execute': 'device_del', 'arguments': {'id': 'dimm0'}}"));
    qt_outl(machine->qtest, DIMM_PORT, 0);
    qt_outb(machine->qtest, DIMM_FLAGS, DIMM_EJECT);
    event = qt_qmp_wait_event(machine->qmp, "DEVICE_DELETED", QT_TIMEOUT_MS);
    UT_TRUE_FATAL(event != NULL);
    UT_TRUE(qt_qmp(machine->qmp, NULL,
                   "{'execute': 'object-del', 'arguments': {'id': 'more'}}"));
}

/* A request whose answer goes to @gpa; returns its status. */
static uint8_t run_to(struct driver *driver, uint64_t gpa)
{
    struct qt_vring *vq = driver->crypto->data[0];
    struct qt_flight *flight = &driver->small[0];
    struct qt_desc desc[QT_FLIGHT_DESC];

    qt_flight_prepare(&driver->flights, flight, 0, desc);
    desc[2].gpa = gpa;
    qt_vring_add(vq, desc, QT_FLIGHT_DESC);
    qt_vring_kick(vq);
    wait_for(vq, 1);
    return qt_flight_status(&driver->flights, flight);
}

static void check_new_memory(struct driver *driver, uint64_t gpa)
{
    uint8_t there[64];

    UT_EQ_U64(run_to(driver, gpa), QT_OK);
    qt_read_block(machine->qtest, gpa, there, sizeof(there));
    UT_EQ_MEM(there, driver->flights.answer[QT_FLIGHT_AES], sizeof(there));
}

static void hotplugged_memory_can_be_used(void)
{
    struct background background;
    struct driver driver;
    uint64_t address = 4 * GIB;

    QT_NEED(machine);
    open_plain(&driver, 0);
    begin_background(&driver, &background);
    for (unsigned round = 0; round < 5; round++) {
        ut_context("round %u", round);
        send_background(&driver, &background, 1000 * round);
        UT_EQ_U64(run_to(&driver, address), QT_ERR);
        plug();
        address = dimm_address();
        check_new_memory(&driver, address);
        check_new_memory(&driver, address + DIMM_SIZE - 64);
        UT_EQ_U64(run_to(&driver, address + DIMM_SIZE - 63), QT_ERR);
        finish_background(&driver, &background);
        send_background(&driver, &background, 1000 * round + 500);
        unplug();
        UT_EQ_U64(run_to(&driver, address), QT_ERR);
        finish_background(&driver, &background);
    }
    ut_context(NULL);
    UT_TRUE(worker_serves(&driver, "crypto0", 1));
    close_driver(&driver);
}

int main(int argc, char **argv)
{
    static const struct ut_test tests[] = {
        { "each queue has a thread", each_queue_has_a_thread },
        { "threads have names of their own", threads_have_names_of_their_own },
        { "QEMU tells where rings stand", qemu_tells_where_rings_stand },
        { "each thread does the work of its queue",
          each_thread_does_the_work_of_its_queue },
        { "a busy queue does not hold up another",
          busy_queue_does_not_hold_up_another },
        { "statistics count what was done", statistics_count_what_was_done },
        { "statistics are summed up", statistics_are_summed_up },
        { "requests are done together unless the engine is pinned",
          requests_are_done_together_unless_pinned },
        { "a vector for each queue", a_vector_for_each_queue },
        { "interrupts come only when wanted", interrupts_come_only_when_wanted },
        { "interrupt status without vectors", interrupt_status_without_vectors },
        { "same answers however configured", same_answers_however_configured },
        { "kicks by the main loop reach the worker",
          kicks_by_the_main_loop_reach_the_worker },
        { "platform addresses without IOMMU are for workers",
          platform_addresses_without_iommu_are_for_workers },
        { "a worker that polls needs no kick", worker_that_polls_needs_no_kick },
        { "a queue is reset alone", queue_is_reset_alone },
        { NULL, NULL },
    };
    static const struct ut_test iommu_tests[] = {
        { "idle IOMMU is not in the way", idle_iommu_is_not_in_the_way },
        { "translated addresses are served", translated_addresses_are_served },
        { "translation comes and goes under load",
          translation_comes_and_goes_under_load },
        { NULL, NULL },
    };
    static const struct ut_test hotplug_tests[] = {
        { "hot-plugged memory can be used", hotplugged_memory_can_be_used },
        { NULL, NULL },
    };
    static const struct ut_suite suites[] = {
        { "workers", start, stop, tests },
        { "IOMMU", start_iommu, stop, iommu_tests },
        { "memory", start_hotplug, stop, hotplug_tests },
        { NULL, NULL, NULL, NULL },
    };

    return ut_main(argc, argv, suites);
}
