/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether keys that are gone are gone: all that QEMU has mapped, but for the guest's
 * RAM, is looked through for keys of every algorithm and for what is made of them,
 * while sessions and stateless keys are there and after they were destroyed, reset or
 * unplugged. Before that, each key was used on each queue, alone and in batches.
 */
#include "aes-schedule.h"
#include "canary.h"
#include "crypto.h"
#include "key-kinds.h"
#include "key-parts.h"
#include "scan.h"
#include "waiting.h"

#include "support/ut.h"
#include "support/watchdog.h"

#include <glib.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#define QUEUES      2
#define BATCH       32
#define KEPT        16  /* stateless keys that a queue keeps: docs/architecture.md */
#define CONTEXTS    256 /* of sessions, likewise */
#define SLOT        5
#define EJECT_PORT  0xae08 /* of the "pc" machine: what a guest's ACPI code would do */
#define CRYPTO_BITS 0x3fu
#define RAM_FILE    "/ram" /* the file that is guest RAM */

/* A kind with a key, or a chain with two. */
struct subject {
    const struct qt_key_kind *kind;
    struct form_operation operation;
    uint64_t session; /* 0: stateless */
    unsigned group;   /* of those that go at once: even or odd */
};

static struct qt_machine *machine;
static struct qt_crypto *crypto;
static const GArray *kinds;

/* ---- subjects ---- */

static void subject_init(struct subject *subject, const struct qt_key_kind *kind,
                         unsigned group)
{
    *subject =
        (struct subject){ .kind = kind, .operation = kind->operation, .group = group };
    if (!kind->own_key) {
        subject->operation.key = qt_random_bytes(kind->operation.key.len);
        if (kind->operation.auth_key.len) {
            subject->operation.auth_key = qt_random_bytes(kind->operation.auth_key.len);
        }
    }
}

/* Two with different keys of each kind, where those can be done side by side. */
static GArray *new_subjects(void)
{
    GArray *all = g_array_new(FALSE, TRUE, sizeof(struct subject));

    for (guint i = 0; i < kinds->len; i++) {
        const struct qt_key_kind *kind = &g_array_index(kinds, struct qt_key_kind, i);

        for (unsigned k = 0; k < (kind->own_key || kind->operation.chain ? 1 : 2);
             k++) {
            struct subject subject;

            /* Keys that are given have numbers in common: they all go at once. */
            subject_init(&subject, kind, kind->own_key ? 1 : all->len);
            g_array_append_val(all, subject);
        }
    }
    UT_TRUE_FATAL(all->len <= CONTEXTS);
    return all;
}

static struct subject *subject_at(const GArray *subjects, guint i)
{
    return &g_array_index(subjects, struct subject, i);
}

static struct qt_scan *new_scan(const GArray *subjects)
{
    struct qt_scan *scan = qt_scan_new();

    for (guint i = 0; i < subjects->len; i++) {
        qt_key_parts_add(scan, i, &subject_at(subjects, i)->operation, false);
        if (subject_at(subjects, i)->operation.auth_key.len) {
            qt_key_parts_add(scan, i, &subject_at(subjects, i)->operation, true);
        }
    }
    return scan;
}

/* ---- the device ---- */

static void fields_of(const struct form_message *message, struct qt_field *fields)
{
    for (unsigned i = 0; i < message->n; i++) {
        fields[i] =
            (struct qt_field){ message->fields[i].data, message->fields[i].len };
    }
}

static void create(struct subject *subject)
{
    struct form_message message;
    struct qt_field fields[FORM_MAX_FIELDS];
    uint8_t reply[16];
    uint32_t used, status;

    form_create(&subject->operation, FORM_EXACT, &message);
    fields_of(&message, fields);
    qt_crypto_raw(crypto, crypto->ctrl, fields, message.n, reply, sizeof(reply), &used);
    memcpy(&subject->session, reply, 8);
    memcpy(&status, reply + 8, 4);
    UT_EQ_U64_FATAL(GUINT32_FROM_LE(status), QT_OK);
}

static void destroy(struct subject *subject)
{
    struct form_message message;
    struct qt_field field;
    uint8_t status;
    uint32_t used;

    form_destroy(&subject->operation, FORM_EXACT, subject->session, &message);
    fields_of(&message, &field);
    qt_crypto_raw(crypto, crypto->ctrl, &field, 1, &status, 1, &used);
    UT_EQ_U64(status, QT_OK);
    subject->session = 0;
}

static struct qt_xfer xfer_of(const struct subject *subject)
{
    const struct form_operation *o = &subject->operation;
    struct form_message message;
    struct qt_xfer xfer = { .alias = -1, .layout = QT_INDIRECT };

    form_data(o, subject->session ? FORM_EXACT : FORM_STATELESS, subject->session,
              &message);
    fields_of(&message, xfer.out);
    xfer.n_out = message.n;
    /* The message goes when we return. */
    xfer.out[0].data = g_memdup2(message.fixed, sizeof(message.fixed));
    if (o->dst_len) {
        xfer.in[xfer.n_in++] = o->dst_len;
    }
    if (o->result_len) {
        xfer.in[xfer.n_in++] = o->result_len;
    }
    xfer.in[xfer.n_in++] = 1;
    return xfer;
}

/* A tag is not one of a random key's. */
static void check_status(const struct subject *subject, const struct qt_xfer *xfer)
{
    bool opens = subject->operation.service == QT_SERVICE_AEAD &&
                 subject->operation.operation == 1;
    uint8_t status = xfer->result[xfer->result_len - 1];

    ut_context("%s", subject->kind->name);
    UT_EQ_U64(status, opens ? QT_BADMSG : QT_OK);
    ut_context(NULL);
}

/* @n requests at once, with the two subjects by turns. */
static void run(uint32_t queue, const struct subject *a, const struct subject *b,
                unsigned n)
{
    struct qt_xfer xfers[BATCH];
    struct qt_vring *vq = crypto->data[queue];
    uint64_t here = qt_mem_mark(&machine->mem);

    for (unsigned i = 0; i < n; i++) {
        xfers[i] = xfer_of(i % 2 ? b : a);
        qt_xfer_add(vq, &xfers[i]);
    }
    qt_vring_kick(vq);
    for (unsigned i = 0; i < n; i++) {
        uint32_t id, len;

        if (!qt_vring_wait(vq, QT_TIMEOUT_MS, &id, &len)) {
            qt_die(machine, "no answer from queue %u", queue);
        }
    }
    for (unsigned i = 0; i < n; i++) {
        qt_xfer_complete(&xfers[i], 0);
        check_status(i % 2 ? b : a, &xfers[i]);
        qt_xfer_release(&xfers[i]);
        g_free((void *)(uintptr_t)xfers[i].out[0].data);
    }
    /* Keys of stateless requests, and results. */
    memset(qt_mem_ptr(&machine->mem, here, machine->mem.next - here), 0,
           machine->mem.next - here);
    qt_mem_reset(&machine->mem, here);
}

static bool same_kinds(const struct subject *a, const struct subject *b)
{
    return a->kind == b->kind;
}

/* Each on each queue: alone, and side by side with the other of its kind. */
static void use_on(const GArray *subjects, uint32_t queue)
{
    for (guint i = 0; i < subjects->len; i++) {
        const struct subject *a = subject_at(subjects, i), *b = a;

        run(queue, a, a, 1);
        if (i + 1 < subjects->len && same_kinds(a, subject_at(subjects, i + 1))) {
            b = subject_at(subjects, ++i);
            run(queue, b, b, 1);
        }
        run(queue, a, b, a->kind->own_key ? 2 : BATCH);
    }
}

static void create_and_use(const GArray *subjects)
{
    uint64_t here = qt_mem_mark(&machine->mem);

    for (guint i = 0; i < subjects->len; i++) {
        ut_context("%s", subject_at(subjects, i)->kind->name);
        create(subject_at(subjects, i));
    }
    ut_context(NULL);
    memset(qt_mem_ptr(&machine->mem, here, machine->mem.next - here), 0,
           machine->mem.next - here);
    qt_mem_reset(&machine->mem, here);
    for (uint32_t q = 0; q < QUEUES; q++) {
        use_on(subjects, q);
    }
}

/* ---- what is found ---- */

static uint64_t scan_qemu(struct qt_scan *scan)
{
    return qt_scan_run(scan, machine->process.pid, RAM_FILE);
}

struct found {
    unsigned key, key_of;           /* of so many parts of the key itself */
    unsigned schedule, schedule_of; /* AES */
    unsigned other, other_of;
};

static struct found found_of(struct qt_scan *scan, unsigned owner)
{
    struct found f = { 0 };
    unsigned n;
    const struct qt_needle *needles = qt_scan_needles(scan, &n);

    for (unsigned i = 0; i < n; i++) {
        bool is_found = needles[i].found != 0;

        if (needles[i].owner != owner) {
            continue;
        }
        if (strcmp(needles[i].what, QT_PART_KEY) == 0) {
            f.key += is_found;
            f.key_of++;
        } else if (strcmp(needles[i].what, QT_PART_ENCRYPT) == 0 ||
                   strcmp(needles[i].what, QT_PART_DECRYPT) == 0) {
            f.schedule += is_found;
            f.schedule_of++;
        } else {
            f.other += is_found;
            f.other_of++;
        }
    }
    return f;
}

/* A scan that finds nothing says nothing unless it finds what is there. A schedule is
 * one direction's at least. */
static void expect_there(struct qt_scan *scan, unsigned owner, const char *name)
{
    struct found f = found_of(scan, owner);

    ut_context("%s", name);
    UT_TRUE(f.key_of > 0);
    UT_EQ_U64(f.key, f.key_of);
    UT_TRUE(2 * f.schedule + 2 >= f.schedule_of);
    UT_TRUE(!f.other_of || f.other > 0);
    ut_context(NULL);
}

typedef bool gone_fn(const GArray *subjects, unsigned owner);

static unsigned count_left(struct qt_scan *scan, const GArray *subjects, gone_fn *gone)
{
    unsigned n, left = 0;
    const struct qt_needle *needles = qt_scan_needles(scan, &n);

    for (unsigned i = 0; i < n; i++) {
        left += needles[i].found && gone(subjects, needles[i].owner);
    }
    return left;
}

#define MAX_REPORTS 40

static void report_left(struct qt_scan *scan, const GArray *subjects, gone_fn *gone)
{
    unsigned n, reports = 0;
    const struct qt_needle *needles = qt_scan_needles(scan, &n);

    for (unsigned i = 0; i < n && reports < MAX_REPORTS; i++) {
        const struct qt_needle *needle = &needles[i];
        bool told = i && needles[i - 1].found &&
                    needles[i - 1].owner == needle->owner &&
                    needles[i - 1].what == needle->what;

        if (needle->found && !told && gone(subjects, needle->owner)) {
            ut_note("%s: %s at 0x%" PRIx64 " (%s), %u in all",
                    subject_at(subjects, needle->owner)->kind->name, needle->what,
                    needle->address, needle->mapping, needle->found);
            reports++;
        }
    }
}

/* What a queue's thread still has to wipe it wipes when it has nothing to do. */
static void expect_gone(struct qt_scan *scan, const GArray *subjects, gone_fn *gone,
                        const char *when)
{
    struct qt_wait wait =
        qt_wait_begin(machine, QT_TIMEOUT_MS / 10, "keys to be wiped");
    unsigned left, scans = 0;
    uint64_t bytes;

    do {
        bytes = scan_qemu(scan);
        left = count_left(scan, subjects, gone);
        scans++;
    } while (left && qt_wait_more(&wait));
    ut_note("%s: %" PRIu64 " KiB looked at, %u times", when, bytes / 1024, scans);
    if (left) {
        report_left(scan, subjects, gone);
        UT_FAIL("%s: %u parts of keys are left", when, left);
    }
    UT_TRUE(bytes > 4 << 20);
}

static bool all_gone(const GArray *subjects, unsigned owner)
{
    (void)subjects;
    (void)owner;
    return true;
}

static bool doomed(const GArray *subjects, unsigned owner)
{
    return subject_at(subjects, owner)->group % 2;
}

static bool not_kept(const GArray *subjects, unsigned owner)
{
    return owner + KEPT < subjects->len;
}

static void expect_all_there(struct qt_scan *scan, const GArray *subjects, guint first)
{
    unsigned n;

    scan_qemu(scan);
    for (guint i = first; i < subjects->len; i++) {
        expect_there(scan, i, subject_at(subjects, i)->kind->name);
    }
    qt_scan_needles(scan, &n);
    ut_note("%u keys, looked for in %u parts", subjects->len, n);
}

/* ---- tests ---- */

static void add_device(void)
{
    UT_TRUE_FATAL(qt_qmp(machine->qmp, NULL,
                         "{'execute': 'device_add', 'arguments': {'driver': "
                         "'virtio-crypto-pci', 'id': 'dev0', 'bus': 'pci.0', 'addr': "
                         "'%d', 'cryptodev': 'crypto0'}}",
                         SLOT));
    crypto = qt_crypto_open(machine, 0, QT_CRYPTO_LINUX_FEATURES | CRYPTO_BITS);
}

static void restart(void)
{
    qt_crypto_restart(crypto, QT_CRYPTO_LINUX_FEATURES | CRYPTO_BITS);
}

static void delete_device(void)
{
    UT_TRUE_FATAL(qt_qmp(machine->qmp, NULL,
                         "{'execute': 'device_del', 'arguments': {'id': 'dev0'}}"));
    qt_outl(machine->qtest, EJECT_PORT, 1u << SLOT);
    for (;;) {
        g_autofree char *event =
            qt_qmp_wait_event(machine->qmp, "DEVICE_DELETED", QT_TIMEOUT_MS);

        UT_TRUE_FATAL(event != NULL);
        if (strstr(event, "\"dev0\"")) {
            break; /* the other one is for the device inside the PCI function */
        }
    }
    qt_qmp_forget_events(machine->qmp);
    qt_canary_closed(crypto); /* it cannot be reset any more */
    crypto = NULL;
}

static void sessions_that_end_leave_nothing(void)
{
    g_autoptr(GArray) subjects = NULL;
    struct qt_scan *scan;

    QT_NEED(machine);
    subjects = new_subjects();
    scan = new_scan(subjects);
    scan_qemu(scan);
    UT_EQ_U64(count_left(scan, subjects, all_gone), 0);
    create_and_use(subjects);
    expect_all_there(scan, subjects, 0);
    for (guint i = 0; i < subjects->len; i++) {
        if (doomed(subjects, i)) {
            destroy(subject_at(subjects, i));
        }
    }
    expect_gone(scan, subjects, doomed, "after half were destroyed");
    for (guint i = 0; i < subjects->len; i++) {
        if (!doomed(subjects, i)) {
            expect_there(scan, i, subject_at(subjects, i)->kind->name);
        }
    }
    restart();
    expect_gone(scan, subjects, all_gone, "after a reset");
    qt_scan_free(scan);
}

/* One kind after the other, and nothing but its end is done after its use: what a
 * library leaves on a stack or in freed memory is not overwritten by chance. */
static void each_kind_leaves_nothing(void)
{
    QT_NEED(machine);
    for (guint i = 0; i < kinds->len; i++) {
        const struct qt_key_kind *kind = &g_array_index(kinds, struct qt_key_kind, i);
        g_autoptr(GArray) subjects = g_array_new(FALSE, TRUE, sizeof(struct subject));
        struct subject *a, *b;
        struct qt_scan *scan;

        g_array_set_size(subjects, 2);
        a = subject_at(subjects, 0);
        b = subject_at(subjects, 1);
        subject_init(a, kind, 0);
        subject_init(b, kind, 0);
        scan = new_scan(subjects);
        create(a);
        create(b);
        run(0, a, a, 1);
        run(1, b, a, BATCH);
        destroy(a);
        destroy(b);
        expect_gone(scan, subjects, all_gone, kind->name);
        qt_scan_free(scan);
    }
}

/* Those that a queue keeps are there; of the others nothing is. */
static void stateless_keys_leave_nothing(void)
{
    QT_NEED(machine);
    for (uint32_t q = 0; q < QUEUES; q++) {
        g_autoptr(GArray) subjects = new_subjects();
        struct qt_scan *scan = new_scan(subjects);

        use_on(subjects, q);
        expect_all_there(scan, subjects, subjects->len - KEPT + 1);
        expect_gone(scan, subjects, not_kept, "after 16 other keys");
        restart();
        expect_gone(scan, subjects, all_gone, "after a reset");
        qt_scan_free(scan);
    }
}

static void an_unplugged_device_leaves_nothing(void)
{
    g_autoptr(GArray) subjects = NULL;
    g_autoptr(GArray) stateless = NULL;
    struct qt_scan *scan, *scan_stateless;

    QT_NEED(machine);
    subjects = new_subjects();
    stateless = new_subjects();
    scan = new_scan(subjects);
    scan_stateless = new_scan(stateless);
    create_and_use(subjects);
    use_on(stateless, 0);
    /* The first has the id behind that of the canary's session after the test before,
     * and so falls into a set of contexts that is full with the others. */
    expect_all_there(scan, subjects, 1);
    expect_all_there(scan_stateless, stateless, stateless->len - KEPT + 1);
    delete_device();
    expect_gone(scan, subjects, all_gone, "after it was unplugged");
    expect_gone(scan_stateless, stateless, all_gone, "after it was unplugged");
    qt_scan_free(scan);
    qt_scan_free(scan_stateless);
}

/* ---- the test itself ---- */

/* FIPS 197, appendices A.1, B and C.3. */
static void the_test_knows_aes(void)
{
    static const uint8_t key[16] = { 0x2b, 0x7e, 0x15, 0x16, 0x28, 0xae, 0xd2, 0xa6,
                                     0xab, 0xf7, 0x15, 0x88, 0x09, 0xcf, 0x4f, 0x3c };
    static const uint8_t last[16] = { 0xd0, 0x14, 0xf9, 0xa8, 0xc9, 0xee, 0x25, 0x89,
                                      0xe1, 0x3f, 0x0c, 0xc8, 0xb6, 0x63, 0x0c, 0xa6 };
    static const uint8_t there[16] = { 0x8e, 0xa2, 0xb7, 0xca, 0x51, 0x67, 0x45, 0xbf,
                                       0xea, 0xfc, 0x49, 0x90, 0x4b, 0x49, 0x60, 0x89 };
    struct qt_aes_schedule schedule;
    uint8_t block[16], counting[32];

    qt_aes_expand(key, sizeof(key), &schedule);
    UT_EQ_MEM(schedule.encrypt[10], last, sizeof(last));
    for (unsigned i = 0; i < 32; i++) {
        counting[i] = (uint8_t)i;
        block[i % 16] = (uint8_t)(i % 16 * 0x11);
    }
    qt_aes_expand(counting, sizeof(counting), &schedule);
    qt_aes_encrypt(&schedule, block, block);
    UT_EQ_MEM(block, there, sizeof(there));
}

/* ---- what the operator sees ---- */

static uint64_t property(const char *name)
{
    g_autofree char *value = qt_qmp_get(machine->qmp, "crypto0", name);

    return g_ascii_strtoull(value, NULL, 10);
}

static uint64_t locked_kib(void)
{
    g_autofree char *path =
        g_strdup_printf("/proc/%d/status", (int)machine->process.pid);
    g_autofree char *text = NULL;
    const char *line;

    UT_TRUE_FATAL(g_file_get_contents(path, &text, NULL, NULL));
    line = strstr(text, "VmLck:");
    UT_TRUE_FATAL(line != NULL);
    return g_ascii_strtoull(line + strlen("VmLck:"), NULL, 10);
}

/* The limit of locked memory is inherited from here; it was found to be enough. */
static void keys_are_locked(void)
{
    QT_NEED(machine);
    UT_TRUE(property("locked-key-bytes") > 0);
    UT_EQ_U64(property("unlocked-key-bytes"), 0);
    UT_EQ_U64(locked_kib() * 1024, property("locked-key-bytes"));
}

/* The line that is printed at start says so; nothing else does. */
static void check_output(void)
{
    g_autofree char *output = qt_machine_output(machine);

    UT_TRUE(g_str_has_suffix(output, " KiB not (see ulimit -l)\n"));
    UT_TRUE(strchr(output, '\n') == output + strlen(output) - 1);
}

static void without_a_limit_keys_are_not_locked(void)
{
    struct subject subject;

    QT_NEED(machine);
    subject_init(&subject, &g_array_index(kinds, struct qt_key_kind, 0), 0);
    create(&subject);
    run(0, &subject, &subject, 1);
    UT_EQ_U64(property("locked-key-bytes"), 0);
    UT_TRUE(property("unlocked-key-bytes") > 0);
    UT_EQ_U64(locked_kib(), 0);
    destroy(&subject);
    check_output();
}

/* ---- machines ---- */

/* The processors of users may lack what ours has: the library then has other code. */
#define OLDER                                                                          \
    "~0x1000000000000000:~0xffffffffffffffff" /* no AVX, and nothing newer             \
                                               */

#define LOCKED_ENOUGH (8u << 20)

static void set_lock_limit(rlim_t soft)
{
    struct rlimit limit;

    getrlimit(RLIMIT_MEMLOCK, &limit);
    limit.rlim_cur = MIN(soft, limit.rlim_max);
    setrlimit(RLIMIT_MEMLOCK, &limit);
}

static int start(const char *options, rlim_t lock_limit)
{
    g_autofree char *plugin = NULL;

    if (!qt_plugin()) {
        return 0;
    }
    set_lock_limit(lock_limit);
    plugin =
        g_strdup_printf("%s,backend=crypto0,queues=%d%s", qt_plugin(), QUEUES, options);
    machine = qt_machine_start(&(struct qt_machine_opts){
        .machine = "pc", .args = (const char *const[]){ "-plugin", plugin, NULL } });
    if (!machine) {
        return -1;
    }
    add_device();
    return 0;
}

static int start_auto(void)
{
    return start("", LOCKED_ENOUGH);
}

static int start_openssl(void)
{
    return start(",engine=openssl", LOCKED_ENOUGH);
}

static int start_older(void)
{
    int result;

    g_setenv("OPENSSL_ia32cap", OLDER, TRUE);
    result = start(",engine=openssl", LOCKED_ENOUGH);
    g_unsetenv("OPENSSL_ia32cap");
    return result;
}

static int start_unlocked(void)
{
    return start("", 0);
}

static int stop(void)
{
    int status = qt_machine_stop(machine);

    machine = NULL;
    return status;
}

static const struct ut_test own_tests[] = {
    { "the test knows AES", the_test_knows_aes },
    { NULL, NULL },
};

static const struct ut_test all_tests[] = {
    { "sessions that end leave nothing", sessions_that_end_leave_nothing },
    { "stateless keys leave nothing", stateless_keys_leave_nothing },
    { "keys are locked", keys_are_locked },
    /* Last: the device is gone then. */
    { "an unplugged device leaves nothing", an_unplugged_device_leaves_nothing },
    { NULL, NULL },
};

/* With a machine of its own: it gives sessions' numbers away unevenly, and then a queue
 * would not keep all contexts that the tests above want to find. */
static const struct ut_test single_tests[] = {
    { "each kind leaves nothing", each_kind_leaves_nothing },
    { NULL, NULL },
};

static const struct ut_test unlocked_tests[] = {
    { "without a limit keys are not locked", without_a_limit_keys_are_not_locked },
    { NULL, NULL },
};

/* What the program is run with, and with the default "auto". */
static const struct ut_suite suites[][5] = {
    {
        { "key scan", NULL, NULL, own_tests },
        { "key scan, engine=auto", start_auto, stop, all_tests },
        { "key scan, engine=auto, one by one", start_auto, stop, single_tests },
        { "key scan, nothing may be locked", start_unlocked, stop, unlocked_tests },
        { NULL, NULL, NULL, NULL },
    },
    {
        { "key scan, engine=openssl", start_openssl, stop, all_tests },
        { "key scan, engine=openssl, one by one", start_openssl, stop, single_tests },
        { NULL, NULL, NULL, NULL },
    },
    {
        { "key scan, older processor, one by one", start_older, stop, single_tests },
        { NULL, NULL, NULL, NULL },
    },
};

static const char *const arguments[] = { "auto", "openssl", "older" };

int main(int argc, char **argv)
{
    unsigned chosen = 0;

    for (unsigned i = 0; argc > 1 && i < G_N_ELEMENTS(arguments); i++) {
        if (strcmp(argv[1], arguments[i]) == 0) {
            chosen = i;
            argv[1] = argv[0];
            argc--;
            argv++;
            break; /* the rest is the runner's */
        }
    }
    kinds = qt_key_kinds();
    watchdog_limit(3600);
    return ut_main(argc, argv, suites[chosen]);
}
