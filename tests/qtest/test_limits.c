/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a guest can take of QEMU's main loop. How much is done in one turn of it is
 * counted: the machine is continued, and by the next command of QMP the device is no
 * longer ready, so that whatever was left for later turns is answered with an error.
 */
#include "crypto.h"

#include "support/forms.h"
#include "support/ut.h"

#include <glib.h>
#include <string.h>

enum { AKCIPHER = 4 };

#define REQUESTS 400 /* in the ring when the machine is continued */

/*
 * QMP's second command has its turn after some of the device's, in each of which it
 * does one request like these. How many turns depends on how soon the thread that reads
 * QMP's socket is woken up: mostly two to twenty. With 64 requests in each it was never
 * less than 128.
 */
#define AT_MOST 100

static struct qt_machine *machine;

/* ---- keys whose numbers mean nothing ---- */

/* ECPrivateKey of P-521: to find its public key takes most of a millisecond. */
static struct form_bytes ec_key(void)
{
    static uint8_t key[] = { 0x30, 0x47, 0x02,
                             0x01, 0x01, 0x04,
                             0x42, 0x00, [8 ... 72] = 0x5a };

    return (struct form_bytes){ key, sizeof(key) };
}

static size_t put_integer(uint8_t *at, uint16_t len, uint8_t byte)
{
    const uint8_t head[] = { 0x02, 0x82, (uint8_t)(len >> 8), (uint8_t)len };

    memcpy(at, head, sizeof(head));
    memset(at + sizeof(head), byte, len);
    return sizeof(head) + len;
}

#define MODULUS 512 /* bytes */

/* RSAPrivateKey of 4096 bits without primes: an operation takes some 20 ms. */
static struct form_bytes rsa_key(void)
{
    static uint8_t key[3 * MODULUS];
    size_t len = 4;

    len += put_integer(key + len, 1, 0);
    len += put_integer(key + len, MODULUS, 0xf1);
    len += put_integer(key + len, 1, 3);
    len += put_integer(key + len, MODULUS, 0x6d);
    for (unsigned i = 0; i < 5; i++) {
        len += put_integer(key + len, 1, 0);
    }
    key[0] = 0x30;
    key[1] = 0x82;
    key[2] = (uint8_t)((len - 4) >> 8);
    key[3] = (uint8_t)(len - 4);
    return (struct form_bytes){ key, (uint32_t)len };
}

/* ---- many requests that are alike ---- */

#define ROOM 1024 /* writable bytes of each */

/* One request in guest memory, and room for the answers of as many as there are. */
struct crowd {
    struct qt_vring *vq;
    uint64_t request;
    uint32_t len;
    uint32_t room;
    uint64_t answers;
};

static void place_crowd(struct crowd *crowd, struct qt_vring *vq,
                        const struct form_message *message, uint32_t room)
{
    struct qt_mem *mem = &machine->mem;
    g_autoptr(GByteArray) bytes = g_byte_array_new();

    for (unsigned i = 0; i < message->n; i++) {
        g_byte_array_append(bytes, message->fields[i].data, message->fields[i].len);
    }
    *crowd = (struct crowd){ .vq = vq, .len = bytes->len, .room = room };
    crowd->request = qt_mem_alloc(mem, bytes->len, 64);
    memcpy(qt_mem_ptr(mem, crowd->request, bytes->len), bytes->data, bytes->len);
    crowd->answers = qt_mem_alloc(mem, REQUESTS * ROOM, 64);
    memset(qt_mem_ptr(mem, crowd->answers, REQUESTS * ROOM), 0xff, REQUESTS * ROOM);
    for (unsigned i = 0; i < REQUESTS; i++) {
        const struct qt_desc desc[] = { { crowd->request, crowd->len, false },
                                        { crowd->answers + ROOM * i, room, true } };

        qt_vring_add(vq, desc, G_N_ELEMENTS(desc));
    }
    qt_vring_publish(vq);
}

/* Continues the machine; how many were answered before the device was not ready. */
static unsigned served_in_few_turns(const struct crowd *crowd, uint32_t status_offset)
{
    unsigned served = 0;
    uint32_t id, len;

    UT_TRUE(qt_qmp(machine->qmp, NULL,
                   "{'execute': 'cont'}\n"
                   "{'execute': 'qom-set', 'arguments': {'path': '/objects/crypto0', "
                   "'property': 'ready', 'value': false}}"));
    for (unsigned i = 0; i < REQUESTS; i++) {
        UT_TRUE_FATAL(qt_vring_wait(crowd->vq, QT_TIMEOUT_MS, &id, &len));
    }
    for (unsigned i = 0; i < REQUESTS; i++) {
        const uint8_t *answer =
            qt_mem_ptr(&machine->mem, crowd->answers + ROOM * i, ROOM);

        UT_TRUE(answer[status_offset] == QT_OK || answer[status_offset] == QT_ERR);
        served += answer[status_offset] == QT_OK;
    }
    /* The answer to the second command is read in place of the third's. */
    UT_TRUE(qt_qmp(machine->qmp, NULL,
                   "{'execute': 'qom-set', 'arguments': {'path': '/objects/crypto0', "
                   "'property': 'ready', 'value': true}}"));
    ut_note("%u requests in the turns before QMP's second command", served);
    return served;
}

static void pause_machine(void)
{
    UT_TRUE_FATAL(qt_qmp(machine->qmp, NULL, "{'execute': 'stop'}"));
}

/* ---- machines: one for each test, as QMP is out of step afterwards ---- */

static int start(const char *const *more, const char *device)
{
    GPtrArray *argv = g_ptr_array_new_with_free_func(g_free);
    struct qt_machine_opts opts = { 0 };

    if (!qt_plugin()) {
        return 0;
    }
    for (; more && *more; more++) {
        g_ptr_array_add(argv, g_strdup(*more));
    }
    g_ptr_array_add(argv, g_strdup("-plugin"));
    g_ptr_array_add(argv, g_strdup_printf("%s,backend=crypto0", qt_plugin()));
    g_ptr_array_add(argv, g_strdup("-device"));
    g_ptr_array_add(argv,
                    g_strdup_printf("virtio-crypto-pci,cryptodev=crypto0%s", device));
    g_ptr_array_add(argv, NULL);
    opts.args = (const char *const *)argv->pdata;
    machine = qt_machine_start(&opts);
    g_ptr_array_free(argv, TRUE);
    return machine ? 0 : -1;
}

static int start_plain(void)
{
    return start(NULL, "");
}

static int start_sandboxed(void)
{
    static const char *const args[] = {
        "-sandbox",
        "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny", NULL
    };

    return start(args, "");
}

static int start_iommu(void)
{
    static const char *const args[] = { "-device", "intel-iommu,intremap=off", NULL };

    return start(args, ",iommu_platform=on");
}

static int stop(void)
{
    struct qt_machine *started = machine;

    machine = NULL;
    return qt_machine_stop(started);
}

/* ---- the IOMMU ---- */

#define VTD_COMMAND   UINT64_C(0xfed90018)
#define VTD_ROOT      UINT64_C(0xfed90020)
#define VTD_TRANSLATE (1u << 31)
#define VTD_SET_ROOT  (1u << 30)
#define PRESENT       1 /* of root and context entries */
#define READ_WRITE    3 /* of page table entries */
#define LARGE         0x80
#define LARGE_PAGE    (UINT64_C(2) << 20)

static uint64_t new_page(uint64_t **page)
{
    uint64_t gpa = qt_mem_alloc(&machine->mem, 4096, 4096);

    *page = qt_mem_ptr(&machine->mem, gpa, 4096);
    memset(*page, 0, 4096);
    return gpa;
}

/* Every address means itself, but QEMU has to look it up. */
static void translate(uint8_t devfn)
{
    uint64_t *root, *context, *top, *low;
    uint64_t root_gpa = new_page(&root);

    root[0] = new_page(&context) | PRESENT;
    context[2 * devfn] = new_page(&top) | PRESENT;
    context[2 * devfn + 1] = 1 << 8 | 1; /* domain 1; 39 bits: three levels */
    top[0] = new_page(&low) | READ_WRITE;
    for (uint64_t i = 0; i < machine->mem.size / LARGE_PAGE; i++) {
        low[i] = i * LARGE_PAGE | LARGE | READ_WRITE;
    }
    qt_writeq(machine->qtest, VTD_ROOT, root_gpa);
    qt_writel(machine->qtest, VTD_COMMAND, VTD_SET_ROOT);
    qt_writel(machine->qtest, VTD_COMMAND, VTD_TRANSLATE);
}

/* ---- tests ---- */

static struct qt_crypto *open_crypto(bool translated)
{
    struct qt_crypto *crypto =
        qt_crypto_open(machine, 0, QT_CRYPTO_LINUX_FEATURES | QT_F_ACCESS_PLATFORM);

    if (translated) {
        translate(crypto->dev->pci.devfn);
    }
    return crypto;
}

/* A full control queue of requests that take long each. */
static void check_control_queue(bool translated)
{
    const struct form_operation ecdsa = { .service = AKCIPHER,
                                          .algorithm = 2,
                                          .key_type = 2,
                                          .options = { 5 },
                                          .key = ec_key() };
    struct form_message message;
    struct qt_crypto *crypto;
    struct crowd crowd;
    unsigned served;

    QT_NEED(machine);
    crypto = open_crypto(translated);
    pause_machine();
    form_create(&ecdsa, FORM_LEGACY, &message);
    place_crowd(&crowd, crypto->ctrl, &message, QT_CRYPTO_CREATE_REPLY_SIZE);
    served = served_in_few_turns(&crowd, 8);
    UT_TRUE(served > 0 && served <= AT_MOST);
    qt_crypto_close(crypto);
}

static void control_queue_lets_qmp_in_between(void)
{
    check_control_queue(false);
}

static void translated_control_queue_lets_qmp_in_between(void)
{
    check_control_queue(true);
}

/* A private RSA operation, and its key. */
static struct form_operation slow_operation(void)
{
    static uint8_t src[MODULUS];

    src[MODULUS - 1] = 2;
    return (struct form_operation){ .service = AKCIPHER,
                                    .operation = 1,
                                    .algorithm = 1,
                                    .key_type = 2,
                                    .key = rsa_key(),
                                    .src = { src, MODULUS },
                                    .dst_len = MODULUS };
}

/* Fills data queue 0 with it, not to be notified of yet. */
static void place_slow(struct crowd *crowd, struct qt_crypto *crypto)
{
    struct form_operation rsa = slow_operation();
    struct form_message message;
    struct qt_create_reply reply;

    form_create(&rsa, FORM_LEGACY, &message);
    reply = qt_crypto_create(crypto, message.fixed, rsa.key.data, rsa.key.len);
    UT_EQ_U64_FATAL(reply.status, QT_OK);
    pause_machine();
    form_data(&rsa, FORM_LEGACY, reply.session, &message);
    place_crowd(crowd, crypto->data[0], &message, MODULUS + 1);
}

/* Behind an IOMMU the main loop does the data queues' work, too. */
static void translated_data_queue_lets_qmp_in_between(void)
{
    struct qt_crypto *crypto;
    struct crowd crowd;
    unsigned served;

    QT_NEED(machine);
    crypto = open_crypto(true);
    place_slow(&crowd, crypto);
    served = served_in_few_turns(&crowd, MODULUS);
    UT_TRUE(served > 0 && served <= AT_MOST);
    qt_crypto_close(crypto);
}

/* Slow requests ask the kernel on which processors they may run, which a host may have
 * forbidden QEMU to ask, or more likely to change. */
static void slow_requests_are_served_in_a_sandbox(void)
{
    struct qt_crypto *crypto;
    struct crowd crowd;
    uint32_t id, len;

    QT_NEED(machine);
    crypto = open_crypto(false);
    place_slow(&crowd, crypto);
    UT_TRUE_FATAL(qt_qmp(machine->qmp, NULL, "{'execute': 'cont'}"));
    for (unsigned i = 0; i < 3; i++) {
        UT_TRUE_FATAL(qt_vring_wait(crowd.vq, QT_TIMEOUT_MS, &id, &len));
        UT_EQ_U64(*(uint8_t *)qt_mem_ptr(&machine->mem,
                                         crowd.answers + ROOM * i + MODULUS, 1),
                  QT_OK);
    }
    qt_crypto_close(crypto);
}

int main(int argc, char **argv)
{
    static const struct ut_test plain[] = {
        { "control queue lets QMP in between", control_queue_lets_qmp_in_between },
        { NULL, NULL },
    };
    static const struct ut_test control[] = {
        { "translated control queue lets QMP in between",
          translated_control_queue_lets_qmp_in_between },
        { NULL, NULL },
    };
    static const struct ut_test data[] = {
        { "translated data queue lets QMP in between",
          translated_data_queue_lets_qmp_in_between },
        { NULL, NULL },
    };
    static const struct ut_test sandboxed[] = {
        { "slow requests are served in a sandbox",
          slow_requests_are_served_in_a_sandbox },
        { NULL, NULL },
    };
    static const struct ut_suite suites[] = {
        { "main loop", start_plain, stop, plain },
        { "main loop, control behind an IOMMU", start_iommu, stop, control },
        { "main loop, data behind an IOMMU", start_iommu, stop, data },
        { "sandbox", start_sandboxed, stop, sandboxed },
        { NULL, NULL, NULL, NULL },
    };

    return ut_main(argc, argv, suites);
}
