/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Backends that take the place of one that QEMU made: what libvirt writes for its
 * <crypto>, and the older form of it, in any order of the command line. The test knows
 * whose device it is by the number of queues.
 */
#include "crypto.h"
#include "machine.h"

#include "support/ut.h"

#include <glib.h>
#include <inttypes.h>
#include <string.h>

#define QUEUES 4
#define OURS   "cryptodev-backend-openssl"
#define STOCK  "cryptodev-backend-builtin"
/* As libvirt 11.3 writes them, but for the bus. */
#define OBJECT                                                                         \
    "{\"qom-type\":\"cryptodev-backend-builtin\",\"id\":\"objcrypto0\",\"queues\":1}"
#define DEVICE                                                                         \
    "{\"driver\":\"virtio-crypto-pci\",\"cryptodev\":\"objcrypto0\",\"id\":"           \
    "\"crypto0\",\"bus\":\"pcie.0\",\"addr\":\"0x5\"}"

static char *plugin(const char *rest)
{
    return g_strdup_printf("%s,%s,quiet=on", qt_plugin(), rest);
}

static struct qt_machine *start(const char *const *args)
{
    struct qt_machine *machine =
        qt_machine_start(&(struct qt_machine_opts){ .args = args });

    UT_TRUE_FATAL(machine != NULL);
    return machine;
}

static void end(struct qt_machine *machine)
{
    g_autofree char *output = qt_machine_output(machine);

    UT_EQ_STR(output, "");
    UT_EQ_U64((uint64_t)qt_machine_stop(machine), 0);
}

static void expect_type(struct qt_machine *machine, const char *name, const char *type)
{
    g_autofree char *list = NULL;
    g_autofree char *ours = g_strdup_printf("\"name\": \"%s\"", name);
    const char *entry;
    g_autofree char *line = NULL;

    UT_TRUE_FATAL(qt_qmp(machine->qmp, &list,
                         "{'execute': 'qom-list', 'arguments': {'path': "
                         "'/objects'}}"));
    entry = strstr(list, ours);
    UT_TRUE_FATAL(entry != NULL);
    UT_TRUE(!strstr(entry + 1, ours)); /* there is one of this name */
    line = qt_qmp_get(machine->qmp, name, "type");
    if (!strstr(line, type)) {
        UT_FAIL("%s is a %s", name, line);
    }
}

static uint64_t get(struct qt_machine *machine, const char *name, const char *property)
{
    g_autofree char *value = qt_qmp_get(machine->qmp, name, property);

    return g_ascii_strtoull(value, NULL, 10);
}

static void one_request(struct qt_crypto *crypto, uint32_t queue)
{
    static const uint8_t key[16] = "in place of", iv[16];
    uint8_t src[64], there[64], back[64];
    struct qt_create_reply sessions[2];
    struct qt_cipher request = { .iv = iv,
                                 .iv_len = sizeof(iv),
                                 .src = src,
                                 .len = sizeof(src),
                                 .queue = queue,
                                 .layout = QT_INDIRECT };
    uint32_t used;

    memset(src, 0x5c, sizeof(src));
    for (unsigned i = 0; i < 2; i++) {
        sessions[i] = qt_crypto_create_cipher(crypto, 3, key, sizeof(key),
                                              i ? QT_OP_DECRYPT : QT_OP_ENCRYPT);
        UT_EQ_U64_FATAL(sessions[i].status, QT_OK);
    }
    request.opcode = QT_CIPHER_ENCRYPT;
    request.session = sessions[0].session;
    UT_EQ_U64(qt_crypto_cipher(crypto, &request, there, &used), QT_OK);
    request.opcode = QT_CIPHER_DECRYPT;
    request.session = sessions[1].session;
    request.src = there;
    UT_EQ_U64(qt_crypto_cipher(crypto, &request, back, &used), QT_OK);
    UT_EQ_MEM(back, src, sizeof(src));
}

/* The device works, and has as many queues as the plugin's key says. */
static void expect_device(struct qt_machine *machine, unsigned nth, uint32_t queues)
{
    struct qt_crypto *crypto = qt_crypto_open(machine, nth, QT_CRYPTO_LINUX_FEATURES);

    UT_EQ_U64(crypto->config.max_dataqueues, queues);
    for (uint32_t i = 0; i < crypto->n_data; i++) {
        one_request(crypto, i);
    }
    qt_crypto_close(crypto);
}

static void expect_replaced(const char *const *args)
{
    struct qt_machine *machine = start(args);

    expect_type(machine, "objcrypto0", OURS);
    expect_device(machine, 0, QUEUES);
    end(machine);
}

static void whatever_stands_first(void)
{
    static const char *const objects[] = { OBJECT, STOCK ",id=objcrypto0,queues=1" };
    g_autofree char *ours = NULL;

    if (!qt_plugin()) {
        UT_SKIP("no plugin was built");
    }
    ours = plugin("backend=objcrypto0,replace=builtin,queues=4");
    for (unsigned i = 0; i < G_N_ELEMENTS(objects); i++) {
        const char *object = objects[i];

        ut_context("%s", object);
#define ORDER(...) expect_replaced((const char *const[]){ __VA_ARGS__, NULL })
        ORDER("-object", object, "-device", DEVICE, "-plugin", ours);
        ORDER("-object", object, "-plugin", ours, "-device", DEVICE);
        ORDER("-device", DEVICE, "-object", object, "-plugin", ours);
        ORDER("-device", DEVICE, "-plugin", ours, "-object", object);
        ORDER("-plugin", ours, "-object", object, "-device", DEVICE);
        ORDER("-plugin", ours, "-device", DEVICE, "-object", object);
#undef ORDER
    }
}

/* Each backend by its own key: one that is replaced, one that is stock and one of a new
 * name. */
static void others_stay(void)
{
    struct qt_machine *machine;
    g_autofree char *ours = NULL;

    if (!qt_plugin()) {
        UT_SKIP("no plugin was built");
    }
    ours = plugin("backend=objcrypto0,replace=builtin,queues=4,quiet=on,backend=new0,"
                  "queues=2");
    machine = start((const char *const[]){
        "-object", OBJECT, "-object", STOCK ",id=stock0", "-device", DEVICE, "-device",
        "virtio-crypto-pci,cryptodev=stock0,addr=6", "-device",
        "virtio-crypto-pci,cryptodev=new0,addr=7", "-plugin", ours, NULL });
    expect_type(machine, "objcrypto0", OURS);
    expect_type(machine, "stock0", STOCK);
    expect_type(machine, "new0", OURS);
    expect_device(machine, 0, QUEUES);
    expect_device(machine, 1, 1);
    expect_device(machine, 2, 2);
    end(machine);
}

/* QEMU 8 gave all backends limits. */
static bool stock_has_limits(void)
{
    struct qt_machine *machine = start((const char *const[]){ NULL });
    g_autofree char *list = NULL;

    UT_TRUE_FATAL(qt_qmp(machine->qmp, &list,
                         "{'execute': 'qom-list-properties', 'arguments': {'typename': "
                         "'" STOCK "'}}"));
    end(machine);
    return strstr(list, "\"throttle-ops\"") != NULL;
}

/* What can be set on a stock backend: a new QEMU may have more, to be carried over. */
static void nothing_else_is_set(void)
{
    static const char *const known[] = { "type", "queues", "throttle-bps",
                                         "throttle-ops" };
    struct qt_machine *machine;
    g_autofree char *list = NULL;
    const char *at;

    if (!qt_plugin()) {
        UT_SKIP("no plugin was built");
    }
    machine = start((const char *const[]){ NULL });
    UT_TRUE_FATAL(qt_qmp(machine->qmp, &list,
                         "{'execute': 'qom-list-properties', 'arguments': {'typename': "
                         "'" STOCK "'}}"));
    for (at = list; (at = strstr(at, "\"name\": \""));) {
        unsigned i = 0;

        at += strlen("\"name\": \"");
        while (i < G_N_ELEMENTS(known) &&
               !(g_str_has_prefix(at, known[i]) && at[strlen(known[i])] == '"')) {
            i++;
        }
        if (i == G_N_ELEMENTS(known)) {
            UT_FAIL("not known: %.40s", at);
        }
    }
    UT_TRUE(strstr(list, "\"name\": \"queues\"") != NULL);
    end(machine);
}

static void expect_limits(const char *rest, uint64_t ops, uint64_t bps)
{
    g_autofree char *ours = plugin(rest);
    struct qt_machine *machine = start((const char *const[]){
        "-object", STOCK ",id=objcrypto0,throttle-ops=5000,throttle-bps=3000000",
        "-device", DEVICE, "-plugin", ours, NULL });

    ut_context("%s", rest);
    expect_type(machine, "objcrypto0", OURS);
    UT_EQ_U64(get(machine, "objcrypto0", "throttle-ops"), ops);
    UT_EQ_U64(get(machine, "objcrypto0", "throttle-bps"), bps);
    expect_device(machine, 0, 2);
    end(machine);
    ut_context(NULL);
}

static void limits_are_carried_over(void)
{
    if (!qt_plugin()) {
        UT_SKIP("no plugin was built");
    }
    if (!stock_has_limits()) {
        ut_note("a stock backend has no limits in this QEMU");
        return;
    }
#define REPLACE "backend=objcrypto0,replace=builtin,queues=2"
    expect_limits(REPLACE, 5000, 3000000);
    expect_limits(REPLACE ",throttle-ops=7000", 7000, 3000000);
    expect_limits(REPLACE ",throttle-bps=0", 5000, 0);
}

/* Of the stock backend nothing is left: it is told of nowhere, and its name is free
 * once ours is gone. */
static void nothing_is_left_of_it(void)
{
    struct qt_machine *machine;
    g_autofree char *ours = NULL;
    g_autofree char *backends = NULL;

    if (!qt_plugin()) {
        UT_SKIP("no plugin was built");
    }
    ours = plugin("backend=objcrypto0,replace=builtin,queues=4");
    machine = start((const char *const[]){ "-object", OBJECT, "-plugin", ours, NULL });
    if (qt_qmp(machine->qmp, &backends, "{'execute': 'query-cryptodev'}")) {
        const char *first = strstr(backends, "\"id\": ");

        UT_TRUE_FATAL(first != NULL);
        UT_TRUE(!strstr(first + 1, "\"id\": "));
        UT_TRUE(strstr(backends, "\"queue\": 3") != NULL);
    }
    UT_TRUE(qt_qmp(machine->qmp, NULL,
                   "{'execute': 'object-del', 'arguments': {'id': 'objcrypto0'}}"));
    UT_TRUE(qt_qmp(machine->qmp, NULL,
                   "{'execute': 'object-add', 'arguments': {'qom-type': '" STOCK "', "
                   "'id': 'objcrypto0'}}"));
    expect_type(machine, "objcrypto0", STOCK);
    end(machine);
}

int main(int argc, char **argv)
{
    static const struct ut_test tests[] = {
        { "whatever stands first", whatever_stands_first },
        { "others stay", others_stay },
        { "nothing else is set", nothing_else_is_set },
        { "limits are carried over", limits_are_carried_over },
        { "nothing is left of it", nothing_is_left_of_it },
        { NULL, NULL },
    };
    static const struct ut_suite suites[] = {
        { "replace", NULL, NULL, tests },
        { NULL, NULL, NULL, NULL },
    };

    return ut_main(argc, argv, suites);
}
