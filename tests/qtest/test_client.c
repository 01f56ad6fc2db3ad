/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The client library itself, against a stock device: what other tests take for granted
 * (interrupts that can be observed, events, guards, errors of the command line) works.
 */
#include "crypto.h"
#include "json.h"
#include "support/ut.h"

#include <glib.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

static const char *const stock_device[] = {
    "-object", "cryptodev-backend-builtin,id=b0",
    "-device", "virtio-crypto-pci,cryptodev=b0,id=dev0,packed=on,vectors=3",
    NULL,
};

static struct qt_machine *machine;

static int start(void)
{
    if (!qt_plugin() && !getenv("VCRYPTO_QEMU")) {
        return 0;
    }
    machine = qt_machine_start(&(struct qt_machine_opts){ .args = stock_device });
    return machine ? 0 : -1;
}

static int stop(void)
{
    return qt_machine_stop(machine);
}

/* A device with one vector for each queue, started, and nothing in its rings. */
static struct qt_crypto with_vectors(uint64_t features)
{
    struct qt_crypto c = { .ctrl_layout = QT_FIELDS, .n_data = 1 };

    c.dev = qt_virtio_open(machine, QT_CRYPTO_DEVICE, 0);
    UT_TRUE_FATAL(c.dev != NULL);
    UT_TRUE_FATAL(qt_msix_enable(&c.dev->pci) >= 2);
    UT_TRUE_FATAL(qt_virtio_negotiate(c.dev, features));
    c.ctrl = qt_vring_new(c.dev, 1, 64, 1);
    qt_virtio_driver_ok(c.dev);
    return c;
}

static void finish(struct qt_crypto *c)
{
    qt_virtio_reset(c->dev);
    qt_vring_free(c->ctrl);
    qt_virtio_close(c->dev);
}

static void make_session(struct qt_crypto *c)
{
    struct qt_create_reply reply =
        qt_crypto_create_cipher(c, 3, "sixteen bytes...", 16, QT_OP_ENCRYPT);

    UT_EQ_U64(reply.status, QT_OK);
    UT_EQ_U64(qt_crypto_destroy(c, QT_CIPHER_DESTROY, reply.session, 1, NULL), QT_OK);
}

static void msix(void)
{
    struct qt_crypto c;

    if (!machine) {
        UT_SKIP("no QEMU to test with");
    }
    c = with_vectors(QT_F_VERSION_1);
    make_session(&c);
    UT_TRUE(qt_msix_wait(&c.dev->pci, 1, QT_TIMEOUT_MS));
    UT_TRUE(!qt_msix_take(&c.dev->pci, 0));
    qt_msix_mask(&c.dev->pci, 1, true);
    make_session(&c);
    UT_TRUE(qt_msix_pending(&c.dev->pci, 1));
    UT_TRUE(!qt_msix_take(&c.dev->pci, 1));
    qt_msix_mask(&c.dev->pci, 1, false);
    UT_TRUE(qt_msix_wait(&c.dev->pci, 1, QT_TIMEOUT_MS));
    UT_TRUE(!qt_msix_pending(&c.dev->pci, 1));
    finish(&c);
}

static void event_index(void)
{
    struct qt_crypto c;
    uint16_t old_avail;

    if (!machine) {
        UT_SKIP("no QEMU to test with");
    }
    c = with_vectors(QT_F_VERSION_1 | QT_F_EVENT_IDX);
    qt_vring_set_used_event(c.ctrl, 5); /* the sixth request */
    make_session(&c);                   /* the very first answer is always announced */
    UT_TRUE(qt_msix_wait(&c.dev->pci, 1, QT_TIMEOUT_MS));
    make_session(&c);
    qt_virtio_get_status(c.dev); /* whatever interrupt there was has been sent by now */
    UT_TRUE(!qt_msix_take(&c.dev->pci, 1));
    make_session(&c);
    UT_TRUE(qt_msix_wait(&c.dev->pci, 1, QT_TIMEOUT_MS));
    old_avail = c.ctrl->next_avail;
    UT_TRUE(!qt_vring_wants_notify(c.ctrl, old_avail)); /* nothing is new */
    finish(&c);
}

static void packed_ring(void)
{
    struct qt_crypto c;

    if (!machine) {
        UT_SKIP("no QEMU to test with");
    }
    c = with_vectors(QT_F_VERSION_1 | QT_F_RING_PACKED);
    UT_TRUE_FATAL(c.ctrl->packed != NULL);
    /* Five descriptors each: a ring of 64 goes round seven times, and every place in
     * it is at some time where a chain crosses its end. */
    for (unsigned i = 0; i < 100; i++) {
        make_session(&c);
        UT_TRUE(qt_msix_wait(&c.dev->pci, 1, QT_TIMEOUT_MS));
    }
    UT_EQ_U64(c.ctrl->num_free, 64);
    UT_EQ_U64(c.ctrl->last_used, 500);
    finish(&c);
}

static void packed_event_index(void)
{
    struct qt_crypto c;

    if (!machine) {
        UT_SKIP("no QEMU to test with");
    }
    c = with_vectors(QT_F_VERSION_1 | QT_F_RING_PACKED | QT_F_EVENT_IDX);
    qt_vring_set_used_event(c.ctrl, 13); /* in the sixth request: 3 + 2, three times */
    make_session(&c);                    /* the very first answer is always announced */
    UT_TRUE(qt_msix_wait(&c.dev->pci, 1, QT_TIMEOUT_MS));
    make_session(&c);
    qt_virtio_get_status(c.dev); /* whatever interrupt there was has been sent by now */
    UT_TRUE(!qt_msix_take(&c.dev->pci, 1));
    make_session(&c);
    UT_TRUE(qt_msix_wait(&c.dev->pci, 1, QT_TIMEOUT_MS));
    finish(&c);
}

#define BATCH 4 /* four sizes of request in a batch: 1 to 4 pieces of the header */

/* A request to destroy a session that there is not, in @pieces, then the status. */
static uint16_t add_destroy(struct qt_vring *vq, uint64_t gpa, unsigned pieces)
{
    uint8_t *request = qt_mem_ptr(&machine->mem, gpa, QT_CRYPTO_REQUEST_SIZE + 1);
    uint32_t piece = QT_CRYPTO_REQUEST_SIZE / pieces;
    struct qt_desc desc[BATCH + 1];

    message_fill_destroy(request, QT_CIPHER_DESTROY, UINT64_MAX);
    request[QT_CRYPTO_REQUEST_SIZE] = 0xff;
    for (unsigned i = 0; i < pieces; i++) {
        desc[i] = (struct qt_desc){ gpa + i * piece, piece, false };
    }
    desc[pieces] = (struct qt_desc){ gpa + QT_CRYPTO_REQUEST_SIZE, 1, true };
    return pieces == 2 ? qt_vring_add_indirect(vq, desc, pieces + 1)
                       : qt_vring_add(vq, desc, pieces + 1);
}

static void take_destroy(struct qt_vring *vq, uint64_t gpa, uint16_t head)
{
    const uint8_t *status = qt_mem_ptr(&machine->mem, gpa + QT_CRYPTO_REQUEST_SIZE, 1);
    uint32_t id, len;

    UT_TRUE_FATAL(qt_vring_wait(vq, QT_TIMEOUT_MS, &id, &len));
    UT_EQ_U64(id, head);
    UT_EQ_U64(*status, QT_ERR);
}

static void run_batch(struct qt_vring *vq, uint64_t gpa)
{
    uint16_t head[BATCH], old_avail = vq->next_avail;
    uint32_t id, len;

    for (unsigned i = 0; i < BATCH; i++) {
        head[i] = add_destroy(vq, gpa + 128 * i, i + 1);
    }
    UT_TRUE(!qt_vring_get(vq, &id, &len)); /* the device has not seen them */
    qt_vring_publish(vq);
    UT_TRUE(qt_vring_wants_notify(vq, old_avail));
    qt_vring_notify(vq);
    for (unsigned i = 0; i < BATCH; i++) {
        take_destroy(vq, gpa + 128 * i, head[i]);
    }
    UT_EQ_U64(qt_vring_used_idx(vq), vq->last_used);
}

static void batches(uint64_t more_features)
{
    struct qt_crypto c;
    uint64_t gpa;

    if (!machine) {
        UT_SKIP("no QEMU to test with");
    }
    c = with_vectors(QT_F_VERSION_1 | QT_F_INDIRECT_DESC | more_features);
    gpa = qt_mem_alloc(&machine->mem, 128 * BATCH, 64);
    for (unsigned i = 0; i < 100; i++) {
        run_batch(c.ctrl, gpa);
    }
    UT_EQ_U64(c.ctrl->num_free, 64);
    finish(&c);
}

static void split_batches(void)
{
    batches(QT_F_EVENT_IDX);
}

static void packed_batches(void)
{
    batches(QT_F_RING_PACKED);
}

static void packed_event_index_batches(void)
{
    batches(QT_F_RING_PACKED | QT_F_EVENT_IDX);
}

static void a_vector_for_each_queue(void)
{
    struct qt_crypto *c;

    if (!machine) {
        UT_SKIP("no QEMU to test with");
    }
    c = qt_crypto_open_opts(
        machine, &(struct qt_crypto_opts){ .features = QT_F_VERSION_1, .msix = true });
    make_session(c);
    UT_TRUE(qt_msix_wait(&c->dev->pci, c->n_data + 1, QT_TIMEOUT_MS));
    UT_TRUE(!qt_msix_take(&c->dev->pci, 1));
    qt_crypto_close(c);
}

static void legacy_interrupt(void)
{
    struct qt_crypto *c;

    if (!machine) {
        UT_SKIP("no QEMU to test with");
    }
    c = qt_crypto_open(machine, 0, QT_F_VERSION_1);
    UT_EQ_U64(qt_virtio_read_isr(c->dev), 0);
    make_session(c);
    UT_EQ_U64(qt_virtio_read_isr(c->dev), 1);
    UT_EQ_U64(qt_virtio_read_isr(c->dev), 0);
    qt_crypto_close(c);
}

static void queue_reset(void)
{
    struct qt_crypto c;

    if (!machine) {
        UT_SKIP("no QEMU to test with");
    }
    c = with_vectors(QT_F_VERSION_1 | QT_F_RING_RESET);
    make_session(&c);
    qt_virtio_queue_reset(c.dev, 1);
    qt_vring_free(c.ctrl);
    c.ctrl = qt_vring_new(c.dev, 1, 16, QT_NO_VECTOR);
    make_session(&c);
    UT_EQ_U64(c.ctrl->num_free, 16);
    finish(&c);
}

static void qmp(void)
{
    g_autofree char *status = NULL;
    g_autofree char *error = NULL;
    g_autofree char *class = NULL;
    g_autofree char *event = NULL;

    if (!machine) {
        UT_SKIP("no QEMU to test with");
    }
    UT_TRUE(qt_qmp(machine->qmp, &status, "{'execute': 'query-status'}"));
    UT_TRUE(strstr(status, "\"running\": true") != NULL);
    UT_TRUE(!qt_qmp(machine->qmp, &error, "{'execute': '%s'}", "no-such-command"));
    class = qt_json_get_string(error, "class");
    UT_EQ_STR(class, "CommandNotFound");
    UT_TRUE(qt_qmp(machine->qmp, NULL, "{'execute': 'stop'}"));
    UT_TRUE(qt_qmp(machine->qmp, NULL, "{'execute': 'cont'}"));
    event = qt_qmp_wait_event(machine->qmp, "RESUME", QT_TIMEOUT_MS);
    UT_TRUE(event != NULL);
    g_free(event);
    event = qt_qmp_wait_event(machine->qmp, "STOP", 0);
    UT_TRUE(event != NULL);
    qt_qmp_forget_events(machine->qmp);
}

static void memory(void)
{
    static const uint8_t data[] = { 1, 2, 3, 0xff };
    uint8_t back[sizeof(data)];
    uint64_t gpa, mark;

    if (!machine) {
        UT_SKIP("no QEMU to test with");
    }
    mark = qt_mem_mark(&machine->mem);
    gpa = qt_mem_alloc(&machine->mem, 64, 8);
    qt_write_block(machine->qtest, gpa, data, sizeof(data));
    UT_EQ_MEM(qt_mem_ptr(&machine->mem, gpa, sizeof(data)), data, sizeof(data));
    qt_read_block(machine->qtest, gpa, back, sizeof(back));
    UT_EQ_MEM(back, data, sizeof(data));
    qt_writeq(machine->qtest, gpa + 8, 0x0123456789abcdef);
    UT_EQ_U64(qt_readq(machine->qtest, gpa + 8), 0x0123456789abcdef);
    UT_EQ_U64(qt_readw(machine->qtest, gpa + 8), 0xcdef);
    qt_mem_reset(&machine->mem, mark);
}

static void command_line_errors(void)
{
    static const char *const args[] = { "-machine", "none", "-no-such-option", NULL };
    g_autofree char *output = NULL;
    int status;

    if (!machine) {
        UT_SKIP("no QEMU to test with");
    }
    UT_TRUE(qt_run_qemu(args, &output, &status));
    UT_EQ_U64((uint64_t)status, 1);
    UT_TRUE(strstr(output, "-no-such-option") != NULL);
}

static void json(void)
{
    static const char text[] = "{\"a\": {\"b\": \"}\\\"\"}, \"b\": [1, {\"c\": 2}], "
                               "\"c\" : -3, \"d\": \"x\\\"y\"}";
    g_autofree char *a = qt_json_get(text, "a");
    g_autofree char *b = qt_json_get(text, "b");
    g_autofree char *c = qt_json_get(text, "c");
    g_autofree char *d = qt_json_get_string(text, "d");
    g_autofree char *e = qt_json_get(text, "e");

    UT_EQ_STR(a, "{\"b\": \"}\\\"\"}");
    UT_EQ_STR(b, "[1, {\"c\": 2}]");
    UT_EQ_STR(c, "-3");
    UT_EQ_STR(d, "x\"y");
    UT_EQ_STR(e, NULL);
}

static void ignore(int number)
{
    (void)number;
}

/* A signal every tenth of a millisecond, as a fuzzer has one now and then. */
static void signals_end_no_wait(void)
{
    struct sigaction action = { .sa_handler = ignore, .sa_flags = SA_RESTART };
    struct itimerval often = { { 0, 100 }, { 0, 100 } }, never = { 0 };

    if (!machine) {
        UT_SKIP("no QEMU to test with");
    }
    sigaction(SIGALRM, &action, NULL);
    setitimer(ITIMER_REAL, &often, NULL);
    for (unsigned i = 0; i < 200; i++) {
        UT_TRUE_FATAL(qt_qmp(machine->qmp, NULL, "{'execute': 'query-status'}"));
    }
    setitimer(ITIMER_REAL, &never, NULL);
}

int main(int argc, char **argv)
{
    static const struct ut_test tests[] = {
        { "MSI-X", msix },
        { "event index", event_index },
        { "batches", split_batches },
        { "packed ring", packed_ring },
        { "packed ring: event index", packed_event_index },
        { "packed ring: batches", packed_batches },
        { "packed ring: batches with the event index", packed_event_index_batches },
        { "a vector for each queue", a_vector_for_each_queue },
        { "interrupt status", legacy_interrupt },
        { "queue reset", queue_reset },
        { "QMP", qmp },
        { "memory", memory },
        { "signals end no wait", signals_end_no_wait },
        { "command line errors", command_line_errors },
        { "JSON", json },
        { NULL, NULL },
    };
    static const struct ut_suite suites[] = { { "client", start, stop, tests }, { 0 } };

    return ut_main(argc, argv, suites);
}
