/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Behind a virtual IOMMU a destination may be a device's registers: QEMU then lends
 * memory of its own, and copies it there afterwards. Only what a request wrote may be
 * copied. The rest is whatever that memory held before: QEMU's, and no guest's to read.
 * And the rings are read by QEMU's own calls, which do nothing any more once they have
 * found one broken.
 */
#include "kinds.h"
#include "waiting.h"

#include "support/ut.h"

#include <glib.h>
#include <string.h>

/* A network adapter has a table of filters: registers that keep what is written. */
#define ADAPTER_VENDOR 0x8086
#define ADAPTER_DEVICE 0x100e
#define TABLE          0x5600
#define TABLE_SIZE     512
#define CANARY         0xc3

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

#define SRC_LEN    64
#define GAP        100
#define DIGEST_LEN 20 /* SHA-1 */

static struct qt_machine *machine;
static struct qt_crypto *crypto;
static uint64_t table; /* guest address of the registers */
static const uint8_t key[16] = "behind an IOMMU";

static uint64_t new_page(uint64_t **page)
{
    uint64_t gpa = qt_mem_alloc(&machine->mem, 4096, 4096);

    *page = qt_mem_ptr(&machine->mem, gpa, 4096);
    memset(*page, 0, 4096);
    return gpa;
}

/* The first GiB of guest memory, and the registers at @bar, where they are. */
static void translate(uint8_t devfn, uint64_t bar)
{
    uint64_t *root, *context, *top, *large;
    uint64_t root_gpa = new_page(&root);

    root[0] = new_page(&context) | PRESENT;
    context[2 * devfn] = new_page(&top) | PRESENT;
    context[2 * devfn + 1] = 1 << 8 | 1; /* domain 1; 39 bits: three levels */
    top[0] = LARGE | READ_WRITE;
    top[bar / GIB] = new_page(&large) | READ_WRITE;
    large[bar % GIB / LARGE_PAGE] = (bar & ~(LARGE_PAGE - 1)) | LARGE | READ_WRITE;
    qt_writeq(machine->qtest, VTD_ROOT, root_gpa);
    qt_writel(machine->qtest, VTD_COMMAND, VTD_SET_ROOT);
    qt_writel(machine->qtest, VTD_COMMAND, VTD_TRANSLATE);
}

static int start(void)
{
    g_autofree char *plugin = NULL;
    struct qt_pci adapter;

    if (!qt_plugin()) {
        return 0;
    }
    plugin = g_strdup_printf("%s,backend=crypto0", qt_plugin());
    machine = qt_machine_start(&(struct qt_machine_opts){
        .args = (const char *const[]){
            "-device", "intel-iommu,intremap=off", "-plugin", plugin, "-device",
            "virtio-crypto-pci,cryptodev=crypto0,iommu_platform=on,addr=5", "-device",
            "e1000,romfile=,addr=6", NULL } });
    if (!machine ||
        !qt_pci_find(machine, ADAPTER_VENDOR, ADAPTER_DEVICE, 0, &adapter)) {
        return -1;
    }
    qt_pci_enable(&adapter);
    table = adapter.bar[0] + TABLE;
    crypto =
        qt_crypto_open(machine, 0, QT_CRYPTO_LINUX_FEATURES | QT_F_ACCESS_PLATFORM);
    translate(crypto->dev->pci.devfn, adapter.bar[0]);
    return 0;
}

static int stop(void)
{
    qt_crypto_close(crypto);
    return qt_machine_stop(machine);
}

/* ---- requests ---- */

static struct form_operation chain_operation(const uint8_t *src)
{
    static const uint8_t iv[16];

    return (struct form_operation){
        .service = QT_SERVICE_CIPHER,
        .algorithm = 3, /* AES-CBC */
        .key = { key, sizeof(key) },
        .iv = { iv, sizeof(iv) },
        .src = { src, SRC_LEN },
        .dst_len = SRC_LEN + GAP,
        .result_len = DIGEST_LEN,
        .chain = true,
        .chain_order = 1,    /* hash, then cipher */
        .hash_mode = 1,      /* plain */
        .auth_algorithm = 2, /* SHA-1 */
        .cipher_len = SRC_LEN,
        .hash_len = SRC_LEN,
    };
}

/*
 * Adds @o with @room writable bytes at @gpa, and the status behind them in RAM, whose
 * address is returned.
 */
static uint64_t add_to(const struct form_operation *o, uint64_t id, uint64_t gpa,
                       uint32_t room)
{
    struct form_message message;
    struct qt_desc desc[FORM_MAX_FIELDS + 2];
    uint64_t status = qt_mem_alloc(&machine->mem, 1, 1);
    unsigned n;

    form_data(o, FORM_LEGACY, id, &message);
    for (n = 0; n < message.n; n++) {
        desc[n].len = message.fields[n].len;
        desc[n].gpa = qt_mem_alloc(&machine->mem, desc[n].len, 1);
        desc[n].writable = false;
        memcpy(qt_mem_ptr(&machine->mem, desc[n].gpa, desc[n].len),
               message.fields[n].data, desc[n].len);
    }
    desc[n++] = (struct qt_desc){ gpa, room, true };
    desc[n++] = (struct qt_desc){ status, 1, true };
    *(uint8_t *)qt_mem_ptr(&machine->mem, status, 1) = 0xff;
    qt_vring_add(crypto->data[0], desc, n);
    return status;
}

static uint8_t byte_at(uint64_t gpa)
{
    return *(uint8_t *)qt_mem_ptr(&machine->mem, gpa, 1);
}

/* Sends it, and returns its status. */
static uint8_t run_to(const struct form_operation *o, uint64_t id, uint64_t gpa,
                      uint32_t room)
{
    uint64_t status = add_to(o, id, gpa, room);
    uint32_t head, len;

    qt_vring_kick(crypto->data[0]);
    UT_TRUE_FATAL(qt_vring_wait(crypto->data[0], QT_TIMEOUT_MS, &head, &len));
    return byte_at(status);
}

static void fill_table(void)
{
    for (unsigned i = 0; i < TABLE_SIZE; i += 4) {
        qt_writel(machine->qtest, table + i, CANARY * 0x01010101u);
    }
}

static void read_table(uint8_t *bytes)
{
    for (unsigned i = 0; i < TABLE_SIZE; i += 4) {
        uint32_t word = GUINT32_TO_LE(qt_readl(machine->qtest, table + i));

        memcpy(bytes + i, &word, 4);
    }
}

static void check_canaries(const uint8_t *bytes, unsigned from, unsigned to)
{
    for (unsigned i = from; i < to; i++) {
        UT_EQ_U64(bytes[i], CANARY);
    }
}

/* ---- tests ---- */

/* What lies between the image and the digest was never written. */
static void registers_keep_what_no_request_wrote(void)
{
    uint8_t src[SRC_LEN], bytes[TABLE_SIZE], expected[SRC_LEN + GAP + DIGEST_LEN];
    struct form_operation o = chain_operation(src);
    uint64_t ram;
    uint64_t id;

    QT_NEED(machine);
    memset(src, 0x5c, sizeof(src));
    id = qt_form_session(crypto, &o, FORM_LEGACY);
    ram = qt_mem_alloc(&machine->mem, sizeof(expected), 1);
    UT_EQ_U64(run_to(&o, id, ram, sizeof(expected)), QT_OK);
    memcpy(expected, qt_mem_ptr(&machine->mem, ram, sizeof(expected)),
           sizeof(expected));
    for (unsigned round = 0; round < 8; round++) {
        ut_context("round %u", round);
        fill_table();
        UT_EQ_U64(run_to(&o, id, table, sizeof(expected)), QT_OK);
        read_table(bytes);
        UT_EQ_MEM(bytes, expected, SRC_LEN);
        UT_EQ_MEM(bytes + SRC_LEN + GAP, expected + SRC_LEN + GAP, DIGEST_LEN);
        check_canaries(bytes, SRC_LEN, SRC_LEN + GAP);
        check_canaries(bytes, sizeof(expected), TABLE_SIZE);
    }
}

/* Whatever the request, registers get the bytes that RAM gets. */
static void registers_get_what_ram_gets(void)
{
    uint8_t bytes[TABLE_SIZE];

    QT_NEED(machine);
    for (unsigned kind = 0; kind < QT_KINDS; kind++) {
        struct form_operation o = qt_kind(kind);
        uint64_t id = qt_form_session(crypto, &o, FORM_LEGACY);
        uint64_t ram = qt_mem_alloc(&machine->mem, TABLE_SIZE, 1);

        ut_context("kind %u", kind);
        UT_TRUE_FATAL(o.dst_len + o.result_len < TABLE_SIZE);
        memset(qt_mem_ptr(&machine->mem, ram, TABLE_SIZE), CANARY, TABLE_SIZE);
        UT_EQ_U64(run_to(&o, id, ram, TABLE_SIZE), QT_OK);
        fill_table();
        UT_EQ_U64(run_to(&o, id, table, TABLE_SIZE), QT_OK);
        read_table(bytes);
        UT_EQ_MEM(bytes, qt_mem_ptr(&machine->mem, ram, TABLE_SIZE), TABLE_SIZE);
    }
}

static void registers_get_no_more_than_a_reply(void)
{
    struct form_operation o = qt_kind(QT_SERVICE_HASH);
    uint8_t bytes[TABLE_SIZE];
    struct form_message message;
    uint32_t head, len;
    uint64_t gpa;

    QT_NEED(machine);
    form_create(&o, FORM_LEGACY, &message);
    gpa = qt_mem_alloc(&machine->mem, message.fields[0].len, 1);
    memcpy(qt_mem_ptr(&machine->mem, gpa, message.fields[0].len), message.fixed,
           message.fields[0].len);
    fill_table();
    qt_vring_add(crypto->ctrl,
                 (const struct qt_desc[]){ { gpa, message.fields[0].len, false },
                                           { table, TABLE_SIZE, true } },
                 2);
    qt_vring_kick(crypto->ctrl);
    UT_TRUE_FATAL(qt_vring_wait(crypto->ctrl, QT_TIMEOUT_MS, &head, &len));
    UT_EQ_U64(len, QT_CRYPTO_CREATE_REPLY_SIZE);
    read_table(bytes);
    UT_EQ_U64(bytes[8], QT_OK);
    UT_TRUE(bytes[0] != CANARY);
    check_canaries(bytes, QT_CRYPTO_CREATE_REPLY_SIZE, TABLE_SIZE);
}

/* Nor does one that failed, beyond the zeros of what it began. */
static void registers_keep_what_a_failure_left(void)
{
    uint8_t src[SRC_LEN], bytes[TABLE_SIZE];
    struct form_operation o = chain_operation(src);
    uint64_t id;

    QT_NEED(machine);
    memset(src, 0x5c, sizeof(src));
    id = qt_form_session(crypto, &o, FORM_LEGACY);
    fill_table();
    UT_EQ_U64(run_to(&o, id + 1, table, SRC_LEN + GAP + DIGEST_LEN), QT_INVSESS);
    read_table(bytes);
    check_canaries(bytes, 0, TABLE_SIZE);
    o.iv.len = 15;
    UT_EQ_U64(run_to(&o, id, table, SRC_LEN + GAP + DIGEST_LEN), QT_ERR);
    read_table(bytes);
    check_canaries(bytes, 0, TABLE_SIZE);
}

/* ---- a driver's error behind good requests ---- */

#define GOOD 3

/* A chain that QEMU takes for the driver's error: the queue is served no more. */
static void break_ring(struct qt_vring *vq)
{
    uint16_t head = qt_vring_add_table(vq, qt_mem_alloc(&machine->mem, 16, 16), 1);

    vq->desc[head].len = 8; /* half a descriptor */
    qt_vring_kick(vq);
}

/* Waits for what the driver is told: of used entries, and of a reset that is needed. */
static void wait_told(void)
{
    struct qt_wait wait =
        qt_wait_begin(machine, QT_TIMEOUT_MS, "both kinds of interrupts");
    uint8_t isr = 0;

    while ((isr |= qt_virtio_read_isr(crypto->dev)) != 3) {
        UT_TRUE_FATAL(qt_wait_more(&wait));
    }
    UT_TRUE(qt_virtio_get_status(crypto->dev) & QT_STATUS_NEEDS_RESET);
}

/* Nothing is served until the device is reset, and everything then. */
static void check_reset_mends(const struct form_operation *o, uint32_t room)
{
    uint64_t ram = qt_mem_alloc(&machine->mem, room, 1);
    uint64_t status = add_to(o, 0, ram, room);
    uint32_t head, len;

    qt_vring_kick(crypto->data[0]);
    for (unsigned i = 0; i < 20; i++) {
        UT_TRUE(qt_machine_alive(machine));
        qt_virtio_get_status(crypto->dev);
    }
    UT_TRUE(!qt_vring_get(crypto->data[0], &head, &len));
    UT_EQ_U64(byte_at(status), 0xff);
    qt_crypto_restart(crypto, QT_CRYPTO_LINUX_FEATURES | QT_F_ACCESS_PLATFORM);
    UT_EQ_U64(run_to(o, qt_form_session(crypto, o, FORM_LEGACY), ram, room), QT_OK);
}

/* What was done and written is answered as well. */
/* shows: ST-2 */
static void good_requests_before_a_bad_chain(void)
{
    struct form_operation o = qt_kind(QT_SERVICE_CIPHER);
    uint32_t room = o.dst_len + o.result_len, head, len;
    uint64_t id, ram[GOOD], status[GOOD], expected;

    QT_NEED(machine);
    id = qt_form_session(crypto, &o, FORM_LEGACY);
    expected = qt_mem_alloc(&machine->mem, room, 1);
    UT_EQ_U64(run_to(&o, id, expected, room), QT_OK);
    qt_virtio_read_isr(crypto->dev);
    for (unsigned i = 0; i < GOOD; i++) {
        ram[i] = qt_mem_alloc(&machine->mem, room, 1);
        status[i] = add_to(&o, id, ram[i], room);
    }
    break_ring(crypto->data[0]);
    wait_told();
    for (unsigned i = 0; i < GOOD; i++) {
        UT_TRUE(qt_vring_get(crypto->data[0], &head, &len));
        UT_EQ_U64(byte_at(status[i]), QT_OK);
        UT_EQ_MEM(qt_mem_ptr(&machine->mem, ram[i], room),
                  qt_mem_ptr(&machine->mem, expected, room), room);
    }
    UT_TRUE(!qt_vring_get(crypto->data[0], &head, &len));
    check_reset_mends(&o, room);
}

static void good_control_request_before_a_bad_chain(void)
{
    struct form_operation o = qt_kind(QT_SERVICE_CIPHER);
    uint64_t request, reply;
    struct form_message message;
    uint32_t head, len;

    QT_NEED(machine);
    form_create(&o, FORM_LEGACY, &message);
    request = qt_mem_alloc(&machine->mem, message.fields[0].len, 1);
    memcpy(qt_mem_ptr(&machine->mem, request, message.fields[0].len), message.fixed,
           message.fields[0].len);
    reply = qt_mem_alloc(&machine->mem, QT_CRYPTO_CREATE_REPLY_SIZE, 1);
    qt_virtio_read_isr(crypto->dev);
    qt_vring_add(
        crypto->ctrl,
        (const struct qt_desc[]){ { request, message.fields[0].len, false },
                                  { reply, QT_CRYPTO_CREATE_REPLY_SIZE, true } },
        2);
    break_ring(crypto->ctrl);
    wait_told();
    UT_TRUE(qt_vring_get(crypto->ctrl, &head, &len));
    UT_EQ_U64(len, QT_CRYPTO_CREATE_REPLY_SIZE);
    UT_TRUE(!qt_vring_get(crypto->ctrl, &head, &len));
    check_reset_mends(&o, o.dst_len + o.result_len);
}

int main(int argc, char **argv)
{
    static const struct ut_test tests[] = {
        { "registers keep what no request wrote",
          registers_keep_what_no_request_wrote },
        { "registers keep what a failure left", registers_keep_what_a_failure_left },
        { "registers get what RAM gets", registers_get_what_ram_gets },
        { "registers get no more than a reply", registers_get_no_more_than_a_reply },
        { "good requests before a bad chain", good_requests_before_a_bad_chain },
        { "good control request before a bad chain",
          good_control_request_before_a_bad_chain },
        { NULL, NULL },
    };
    static const struct ut_suite suites[] = {
        { "translated", start, stop, tests },
        { NULL, NULL, NULL, NULL },
    };

    return ut_main(argc, argv, suites);
}
