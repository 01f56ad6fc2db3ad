/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Devices that cannot be made: whatever is wrong, and however far it got, the operator
 * is told, nothing is left, and a right device can be made with the same backend.
 */
#include "crypto.h"
#include "support/ut.h"

#include <glib.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#define ROUNDS     30
#define SLOT       5
#define QUEUES     4
#define EJECT_PORT 0xae08 /* of the "pc" machine: what a guest's ACPI code would do */
#define MORE_FILES 64     /* more than a device with these queues takes */

struct usage {
    unsigned threads;
    unsigned descriptors;
};

static struct qt_machine *machine;

static int start(void)
{
    g_autofree char *plugin = NULL;

    if (!qt_plugin()) {
        return 0;
    }
    plugin = g_strdup_printf("%s,backend=crypto0,queues=%d,backend=other,queues=2",
                             qt_plugin(), QUEUES);
    machine = qt_machine_start(&(struct qt_machine_opts){
        .machine = "pc",
        .args = (const char *const[]){ "-plugin", plugin, NULL },
    });
    return machine ? 0 : -1;
}

static int stop(void)
{
    return qt_machine_stop(machine);
}

static unsigned count_entries(const char *what)
{
    g_autofree char *path =
        g_strdup_printf("/proc/%d/%s", (int)machine->process.pid, what);
    GDir *dir = g_dir_open(path, 0, NULL);
    unsigned n = 0;

    UT_TRUE_FATAL(dir != NULL);
    while (g_dir_read_name(dir)) {
        n++;
    }
    g_dir_close(dir);
    return n;
}

static struct usage measure(void)
{
    return (struct usage){ count_entries("task"), count_entries("fd") };
}

static void check_usage(const struct usage *before)
{
    struct usage now = measure();

    UT_EQ_U64(now.threads, before->threads);
    UT_EQ_U64(now.descriptors, before->descriptors);
}

/* @more: properties as JSON. */
static bool add(const char *id, const char *more)
{
    return qt_qmp(machine->qmp, NULL,
                  "{'execute': 'device_add', 'arguments': {'driver': "
                  "'virtio-crypto-pci', 'id': '%s', 'bus': 'pci.0'%s}}",
                  id, more);
}

static bool add_right(void)
{
    g_autofree char *more =
        g_strdup_printf(", 'addr': '%d', 'cryptodev': 'crypto0'", SLOT);

    return add("right", more);
}

static void delete_right(void)
{
    g_autofree char *event = NULL;

    UT_TRUE_FATAL(qt_qmp(machine->qmp, NULL,
                         "{'execute': 'device_del', 'arguments': {'id': 'right'}}"));
    qt_outl(machine->qtest, EJECT_PORT, 1u << SLOT);
    do {
        g_free(event);
        event = qt_qmp_wait_event(machine->qmp, "DEVICE_DELETED", QT_TIMEOUT_MS);
        UT_TRUE_FATAL(event != NULL);
    } while (!strstr(event, "\"right\""));
    qt_qmp_forget_events(machine->qmp);
}

/* Every queue answers; the device is there then. */
static void check_works(void)
{
    static const uint8_t key[16] = "refused devices", iv[16], src[32];
    uint64_t mark = qt_mem_mark(&machine->mem);
    struct qt_crypto *crypto = qt_crypto_open(machine, 0, QT_CRYPTO_LINUX_FEATURES);
    struct qt_create_reply reply =
        qt_crypto_create_cipher(crypto, 3, key, sizeof(key), QT_OP_ENCRYPT);

    UT_EQ_U64_FATAL(reply.status, QT_OK);
    UT_EQ_U64(crypto->n_data, QUEUES);
    for (uint32_t queue = 0; queue < QUEUES; queue++) {
        struct qt_cipher request = { .session = reply.session,
                                     .iv = iv,
                                     .iv_len = sizeof(iv),
                                     .src = src,
                                     .len = sizeof(src),
                                     .queue = queue,
                                     .layout = QT_FIELDS };
        uint8_t dst[sizeof(src)];
        uint32_t used;

        UT_EQ_U64(qt_crypto_cipher(crypto, &request, dst, &used), QT_OK);
    }
    qt_crypto_close(crypto);
    qt_mem_reset(&machine->mem, mark);
}

static const struct wrong {
    const char *what;
    const char *properties;
} wrongs[] = {
    { "no backend", "" },
    { "a backend that is not there", ", 'cryptodev': 'nobody'" },
    { "no such property", ", 'cryptodev': 'crypto0', 'colour': 'blue'" },
    { "no such slot", ", 'cryptodev': 'crypto0', 'addr': '99'" },
    { "a slot that is taken", ", 'cryptodev': 'crypto0', 'addr': '0'" },
    /* Is found out when the device is there already. */
    { "no such ROM", ", 'cryptodev': 'crypto0', 'romfile': '/nonexistent/rom'" },
};

static void wrong_devices_leave_nothing(void)
{
    struct usage before;

    QT_NEED(machine);
    UT_TRUE_FATAL(add_right());
    check_works();
    delete_right();
    before = measure();
    for (unsigned i = 0; i < G_N_ELEMENTS(wrongs); i++) {
        ut_context("%s", wrongs[i].what);
        for (unsigned round = 0; round < ROUNDS; round++) {
            UT_TRUE(!add("wrong", wrongs[i].properties));
        }
        check_usage(&before);
        UT_TRUE_FATAL(add_right());
        check_works();
        delete_right();
        check_usage(&before);
    }
    ut_context(NULL);
}

/* The device that has the backend does not notice that another wanted it. */
static void backend_stays_with_the_first(void)
{
    struct usage before;

    QT_NEED(machine);
    UT_TRUE_FATAL(add_right());
    before = measure();
    for (unsigned round = 0; round < ROUNDS; round++) {
        UT_TRUE(!add("second", ", 'cryptodev': 'crypto0'"));
    }
    check_usage(&before);
    check_works();
    delete_right();
    UT_TRUE_FATAL(add_right());
    check_works();
    delete_right();
}

static void limit_files(rlim_t files)
{
    struct rlimit limit;

    UT_TRUE_FATAL(prlimit(machine->process.pid, RLIMIT_NOFILE, NULL, &limit) == 0);
    limit.rlim_cur = files;
    UT_TRUE_FATAL(prlimit(machine->process.pid, RLIMIT_NOFILE, &limit, NULL) == 0);
}

/* Fails at every place where a descriptor is wanted, from the first to the last. */
static void devices_without_descriptors_leave_nothing(void)
{
    struct usage before;
    struct rlimit limit;
    unsigned failures = 0;
    bool added = false;

    QT_NEED(machine);
    UT_TRUE_FATAL(prlimit(machine->process.pid, RLIMIT_NOFILE, NULL, &limit) == 0);
    before = measure();
    for (unsigned more = 0; more < MORE_FILES && !added; more++) {
        ut_context("%u more files", more);
        limit_files(before.descriptors + more);
        added = add_right();
        if (!added) {
            failures++;
            check_usage(&before);
        }
    }
    limit_files(limit.rlim_cur);
    UT_TRUE_FATAL(added);
    ut_note("no device with up to %u descriptors", failures - 1);
    UT_TRUE(failures >= QUEUES);
    check_works();
    delete_right();
    check_usage(&before);
}

int main(int argc, char **argv)
{
    static const struct ut_test tests[] = {
        { "wrong devices leave nothing", wrong_devices_leave_nothing },
        { "a backend stays with the first", backend_stays_with_the_first },
        { "devices without descriptors leave nothing",
          devices_without_descriptors_leave_nothing },
        { NULL, NULL },
    };
    static const struct ut_suite suites[] = {
        { "refused devices", start, stop, tests },
        { NULL, NULL, NULL, NULL },
    };

    return ut_main(argc, argv, suites);
}
