/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The device as a driver finds it: configuration, limits, statuses, what survives a
 * reset, and what bad requests do: get a status, and nothing else.
 */
#include "crypto.h"
#include "support/ut.h"

#include <glib.h>
#include <string.h>

#include "support/offered.h"

#define QUEUES        3
#define MAX_SIZE      65536
#define MAX_SESSIONS  20
#define CRYPTO_BITS   0x3f /* feature bits 0 to 5 */
#define BAR_OF_DEVICE 4    /* of a modern virtio PCI function: its registers */

static const uint8_t key[16] = "0123456789abcde", iv[16] = "fedcba987654321";

static struct qt_machine *machine;
static uint64_t mark;

static int start(void)
{
    g_autofree char *plugin = NULL;

    if (!qt_plugin()) {
        return 0;
    }
    plugin =
        g_strdup_printf("%s,backend=crypto0,queues=%d,max-size=64K,max-sessions=%d,"
                        "max-cipher-key-len=48,max-auth-key-len=100,backend=plain,"
                        "backend=two,max-cipher-key-len=65536,max-auth-key-len=65536",
                        qt_plugin(), QUEUES, MAX_SESSIONS);
    machine = qt_machine_start(&(struct qt_machine_opts){
        .args = (const char *const[]){
            "-plugin", plugin, "-device", "virtio-crypto-pci,cryptodev=crypto0,addr=5",
            "-device", "virtio-crypto-pci,cryptodev=plain,addr=6", "-device",
            "virtio-crypto-pci,cryptodev=two,vectors=2,addr=7", NULL } });
    if (machine) {
        mark = qt_mem_mark(&machine->mem);
    }
    return machine ? 0 : -1;
}

static int stop(void)
{
    return qt_machine_stop(machine);
}

/* Every test begins with a device of its own, as far as it can tell. */
static struct qt_crypto *open_device(void)
{
    qt_mem_reset(&machine->mem, mark);
    return qt_crypto_open(machine, 0, QT_CRYPTO_LINUX_FEATURES);
}

static uint64_t create(struct qt_crypto *crypto)
{
    struct qt_create_reply reply =
        qt_crypto_create_cipher(crypto, 3, key, sizeof(key), QT_OP_ENCRYPT);

    UT_EQ_U64_FATAL(reply.status, QT_OK);
    UT_EQ_U64(reply.padding, 0);
    UT_EQ_U64(reply.used_len, 16);
    UT_TRUE(reply.session != 0);
    return reply.session;
}

/* An encryption of @len zero bytes on @queue; returns the status. */
static uint8_t encrypt(struct qt_crypto *crypto, uint64_t session, uint32_t len,
                       uint32_t queue, uint32_t *used)
{
    g_autofree uint8_t *src = g_malloc0(len + 1);
    g_autofree uint8_t *dst = g_malloc0(len + 1);
    uint32_t ignored;
    struct qt_cipher request = { .opcode = QT_CIPHER_ENCRYPT,
                                 .session = session,
                                 .iv = iv,
                                 .iv_len = sizeof(iv),
                                 .src = src,
                                 .len = len,
                                 .queue = queue,
                                 .layout = QT_FIELDS };

    return qt_crypto_cipher(crypto, &request, dst, used ? used : &ignored);
}

static void check_works(struct qt_crypto *crypto)
{
    uint64_t session = create(crypto);

    UT_EQ_U64(encrypt(crypto, session, 64, 0, NULL), QT_OK);
    UT_EQ_U64(qt_crypto_destroy(crypto, QT_CIPHER_DESTROY, session, 1, NULL), QT_OK);
    UT_EQ_U64(qt_virtio_get_status(crypto->dev) & QT_STATUS_NEEDS_RESET, 0);
}

/* shows: CFG-1 CFG-4 */
static void configuration_is_what_was_asked_for(void)
{
    struct qt_crypto *crypto;

    QT_NEED(machine);
    crypto = open_device();
    UT_EQ_U64(crypto->config.status, 1);
    UT_EQ_U64(crypto->config.max_dataqueues, QUEUES);
    UT_EQ_U64(crypto->config.services, 0x1f);
    UT_EQ_U64(crypto->config.cipher_algos, OFFERED_CIPHERS);
    UT_EQ_U64(crypto->config.hash_algos, OFFERED_HASHES);
    UT_EQ_U64(crypto->config.mac_algos, OFFERED_MACS);
    UT_EQ_U64(crypto->config.aead_algos, 0xe);
    UT_EQ_U64(crypto->config.akcipher_algos, 6);
    UT_EQ_U64(crypto->config.max_cipher_key_len, 48);
    UT_EQ_U64(crypto->config.max_auth_key_len, 100);
    UT_EQ_U64(crypto->config.max_size, MAX_SIZE);
    UT_EQ_U64(qt_virtio_offered(crypto->dev) & CRYPTO_BITS, 0x3f);
    UT_TRUE(qt_virtio_queue_max(crypto->dev, QUEUES) != 0);
    UT_EQ_U64(qt_virtio_queue_max(crypto->dev, QUEUES + 1), 0);
    qt_crypto_close(crypto);
}

/* What no algorithm takes is not told, whatever the operator allows. */
static void key_lengths_are_those_of_algorithms(void)
{
    struct qt_crypto *crypto;

    QT_NEED(machine);
    qt_mem_reset(&machine->mem, mark);
    crypto = qt_crypto_open(machine, 2, QT_CRYPTO_LINUX_FEATURES);
    UT_EQ_U64(crypto->config.max_cipher_key_len, 256);
    UT_EQ_U64(crypto->config.max_auth_key_len, 65536);
    qt_crypto_close(crypto);
}

static void defaults_are_as_documented(void)
{
    struct qt_crypto *crypto;

    QT_NEED(machine);
    qt_mem_reset(&machine->mem, mark);
    crypto = qt_crypto_open(machine, 1, QT_CRYPTO_LINUX_FEATURES);
    UT_EQ_U64(crypto->config.max_dataqueues, 1);
    UT_EQ_U64(crypto->config.max_cipher_key_len, 256);
    UT_EQ_U64(crypto->config.max_auth_key_len, 512);
    UT_EQ_U64(crypto->config.max_size, 4 << 20);
    check_works(crypto);
    qt_crypto_close(crypto);
}

static void each_queue_has_a_vector_unless_the_user_says_otherwise(void)
{
    static const unsigned expected[] = { QUEUES + 2, 1 + 2, 2 };

    QT_NEED(machine);
    for (unsigned i = 0; i < G_N_ELEMENTS(expected); i++) {
        struct qt_virtio *dev = qt_virtio_open(machine, QT_CRYPTO_DEVICE, i);

        ut_context("device %u", i);
        UT_TRUE_FATAL(dev != NULL);
        UT_EQ_U64(qt_msix_enable(&dev->pci), expected[i]);
        qt_virtio_reset(dev);
        qt_virtio_close(dev);
    }
}

static void check_vectors(const char *global, const char *more, unsigned expected)
{
    g_autofree char *plugin =
        g_strdup_printf("%s,backend=crypto0,queues=%d", qt_plugin(), QUEUES);
    g_autofree char *device =
        g_strdup_printf("virtio-crypto-pci,cryptodev=crypto0%s", more);
    struct qt_machine *other = qt_machine_start(&(struct qt_machine_opts){
        .args = (const char *const[]){ "-plugin", plugin, "-global", global, "-device",
                                       device, NULL } });
    struct qt_virtio *dev;

    ut_context("-global %s, -device %s", global, device);
    UT_TRUE_FATAL(other != NULL);
    dev = qt_virtio_open(other, QT_CRYPTO_DEVICE, 0);
    UT_TRUE_FATAL(dev != NULL);
    UT_EQ_U64(qt_msix_enable(&dev->pci), expected);
    qt_virtio_close(dev);
    UT_EQ_U64(qt_machine_stop(other), 0);
    ut_context(NULL);
}

/* The stock default, which is 2, is a choice where the user makes it. */
static void vectors_of_all_devices_are_the_users_word(void)
{
    QT_NEED(machine);
    check_vectors("virtio-crypto-pci.vectors=2", "", 2);
    check_vectors("virtio-crypto-pci.vectors=3", "", 3);
    check_vectors("virtio-crypto-pci.vectors=3", ",vectors=2", 2);
    check_vectors("virtio-net-pci.vectors=3", ",vectors=2", 2);
    check_vectors("virtio-net-pci.vectors=3", "", QUEUES + 2);
}

static void every_data_queue_serves_every_session(void)
{
    struct qt_crypto *crypto;
    uint64_t session;
    uint32_t used;

    QT_NEED(machine);
    crypto = open_device();
    session = create(crypto);
    for (uint32_t queue = 0; queue < QUEUES; queue++) {
        ut_context("queue %u", queue);
        UT_EQ_U64(encrypt(crypto, session, 48, queue, &used), QT_OK);
        UT_EQ_U64(used, 49);
    }
    qt_crypto_close(crypto);
}

static void largest_request_is_max_size(void)
{
    const uint32_t largest = (MAX_SIZE - sizeof(iv)) / 2 / 16 * 16;
    struct qt_crypto *crypto;
    uint64_t session;
    uint32_t used;

    QT_NEED(machine);
    crypto = open_device();
    session = create(crypto);
    UT_EQ_U64(encrypt(crypto, session, largest, 0, &used), QT_OK);
    UT_EQ_U64(used, largest + 1);
    UT_EQ_U64(encrypt(crypto, session, largest + 16, 0, &used), QT_ERR);
    UT_EQ_U64(used, 1);
    check_works(crypto);
    qt_crypto_close(crypto);
}

static void keys_are_limited(void)
{
    static const uint8_t long_key[64] = { 1 };
    struct qt_crypto *crypto;

    QT_NEED(machine);
    crypto = open_device();
    /* 32 bytes are within the limit of this device, 64 are not. */
    UT_EQ_U64(qt_crypto_create_cipher(crypto, 13, long_key, 32, 1).status, QT_OK);
    UT_EQ_U64(qt_crypto_create_cipher(crypto, 13, long_key, 64, 1).status, QT_ERR);
    check_works(crypto);
    qt_crypto_close(crypto);
}

static void refused_sessions_have_no_id(void)
{
    struct qt_create_reply reply;
    struct qt_crypto *crypto;

    QT_NEED(machine);
    crypto = open_device();
    /* No algorithm of the specification has this number. */
    reply = qt_crypto_create_cipher(crypto, 15, key, sizeof(key), 1);
    UT_EQ_U64(reply.status, QT_NOTSUPP);
    UT_EQ_U64(reply.session, 0);
    reply = qt_crypto_create_cipher(crypto, 3, key, 15, 1);
    UT_EQ_U64(reply.status, QT_ERR);
    UT_EQ_U64(reply.session, 0);
    reply = qt_crypto_create_cipher(crypto, 3, key, sizeof(key), 3);
    UT_EQ_U64(reply.status, QT_ERR);
    UT_EQ_U64(reply.session, 0);
    qt_crypto_close(crypto);
}

static void full_table_is_an_error_until_one_is_destroyed(void)
{
    uint64_t sessions[MAX_SESSIONS];
    struct qt_crypto *crypto;

    QT_NEED(machine);
    crypto = open_device();
    for (unsigned i = 0; i < MAX_SESSIONS; i++) {
        sessions[i] = create(crypto);
        for (unsigned k = 0; k < i; k++) {
            UT_TRUE(sessions[k] != sessions[i]);
        }
    }
    UT_EQ_U64(qt_crypto_create_cipher(crypto, 3, key, 16, 1).status, QT_ERR);
    UT_EQ_U64(qt_crypto_destroy(crypto, QT_CIPHER_DESTROY, sessions[7], 1, NULL),
              QT_OK);
    create(crypto);
    qt_crypto_close(crypto);
}

static void destroy_answers_in_the_room_it_has(void)
{
    struct qt_crypto *crypto;
    uint32_t used;

    QT_NEED(machine);
    crypto = open_device();
    UT_EQ_U64(qt_crypto_destroy(crypto, QT_CIPHER_DESTROY, create(crypto), 1, &used),
              0);
    UT_EQ_U64(used, 1);
    UT_EQ_U64(qt_crypto_destroy(crypto, QT_HASH_DESTROY, create(crypto), 8, &used), 0);
    UT_EQ_U64(used, 8);
    UT_EQ_U64(qt_crypto_destroy(crypto, QT_CIPHER_DESTROY, 12345, 1, &used), QT_ERR);
    UT_EQ_U64(used, 1);
    UT_EQ_U64(qt_crypto_destroy(crypto, QT_CIPHER_DESTROY, UINT64_MAX, 8, &used),
              QT_ERR);
    qt_crypto_close(crypto);
}

/* shows: COR-4 */
static void reset_drops_sessions(void)
{
    struct qt_crypto *crypto;
    uint64_t session;
    uint32_t used;

    QT_NEED(machine);
    crypto = open_device();
    for (unsigned i = 0; i < MAX_SESSIONS; i++) {
        session = create(crypto);
    }
    UT_EQ_U64(encrypt(crypto, session, 16, 0, NULL), QT_OK);
    qt_crypto_restart(crypto, QT_CRYPTO_LINUX_FEATURES);
    UT_EQ_U64(encrypt(crypto, session, 16, 0, &used), QT_INVSESS);
    UT_EQ_U64(used, 1);
    for (unsigned i = 0; i < MAX_SESSIONS; i++) {
        UT_TRUE(create(crypto) != session);
    }
    qt_crypto_close(crypto);
}

/* The writable bytes between result and status are not the device's. */
static void status_is_the_last_writable_byte(void)
{
    uint8_t dst[32], src[32] = { 0 };
    struct qt_crypto *crypto;
    uint32_t used;

    QT_NEED(machine);
    crypto = open_device();
    struct qt_cipher request = { .session = create(crypto),
                                 .iv = iv,
                                 .iv_len = 16,
                                 .src = src,
                                 .len = 32,
                                 .slack = 5000,
                                 .layout = QT_FIELDS };
    UT_EQ_U64(qt_crypto_cipher(crypto, &request, dst, &used), QT_OK);
    UT_EQ_U64(used, 33);
    request.dst_len = 48;
    request.slack = 1;
    UT_EQ_U64(qt_crypto_cipher(crypto, &request, dst, &used), QT_OK);
    UT_EQ_U64(used, 33);
    request.session = 999;
    UT_EQ_U64(qt_crypto_cipher(crypto, &request, dst, &used), QT_INVSESS);
    UT_EQ_U64(used, 1);
    qt_crypto_close(crypto);
}

/* Sends @size bytes of a data header, and gives @room bytes for the answer. */
static void check_short(struct qt_crypto *crypto, struct qt_vring *vq, uint32_t size,
                        uint32_t room)
{
    uint8_t request[QT_CRYPTO_REQUEST_SIZE], in[64];
    struct qt_field out = { request, size };
    uint32_t used;

    ut_context("%u bytes, room for %u", size, room);
    message_fill_cipher(request, QT_CIPHER_ENCRYPT, 1, 16, 16, 16);
    qt_crypto_raw(crypto, vq, &out, size ? 1 : 0, in, room, &used);
    UT_EQ_U64(used, room ? 1 : 0);
    if (room) {
        UT_EQ_U64(in[room - 1], size < 24 ? QT_ERR : QT_INVSESS);
    }
}

static void short_requests_get_a_status(void)
{
    static const uint32_t sizes[] = { 0, 1, 23, 24, 71, 72 };
    static const uint32_t rooms[] = { 0, 1, 16, 17, 64 };
    struct qt_crypto *crypto;

    QT_NEED(machine);
    crypto = open_device();
    for (unsigned s = 0; s < G_N_ELEMENTS(sizes); s++) {
        for (unsigned r = 0; r < G_N_ELEMENTS(rooms); r++) {
            if (sizes[s] || rooms[r]) {
                check_short(crypto, crypto->data[0], sizes[s], rooms[r]);
            }
        }
    }
    ut_context(NULL);
    check_works(crypto);
    qt_crypto_close(crypto);
}

static void short_control_requests_get_what_fits(void)
{
    struct qt_crypto *crypto;
    uint8_t request[QT_CRYPTO_REQUEST_SIZE], in[64];
    struct qt_field out[] = { { request, 0 }, { key, sizeof(key) } };
    uint32_t used;

    QT_NEED(machine);
    crypto = open_device();
    message_fill_create_cipher(request, 3, 16, 1);
    for (uint32_t size = 1; size < QT_CRYPTO_REQUEST_SIZE; size += 5) {
        out[0].len = size;
        ut_context("%u bytes", size);
        qt_crypto_raw(crypto, crypto->ctrl, out, 1, in, 16, &used);
        UT_EQ_U64(used, 16);
        UT_EQ_U64(in[8], QT_ERR);
    }
    out[0].len = sizeof(request);
    for (uint32_t room = 0; room < 16; room++) {
        ut_context("room for %u", room);
        qt_crypto_raw(crypto, crypto->ctrl, out, 2, in, room, &used);
        UT_EQ_U64(used, 0);
    }
    ut_context(NULL);
    /* None of them made a session. */
    for (unsigned i = 0; i < MAX_SESSIONS; i++) {
        create(crypto);
    }
    qt_crypto_close(crypto);
}

/* As the operator sees it from outside: qom-set and qom-get of one property. */
static bool set_ready(bool ready)
{
    return qt_qmp(machine->qmp, NULL,
                  "{'execute': 'qom-set', 'arguments': {'path': '/objects/crypto0', "
                  "'property': 'ready', 'value': %s}}",
                  ready ? "true" : "false");
}

/* shows: CFG-2 CFG-3 */
static void operator_can_take_readiness_away(void)
{
    struct qt_crypto *crypto;
    uint64_t session;

    QT_NEED(machine);
    crypto = open_device();
    session = create(crypto);
    qt_virtio_read_isr(crypto->dev);
    UT_TRUE(set_ready(false));
    UT_EQ_U64(qt_virtio_read_isr(crypto->dev) & 2, 2);
    UT_EQ_U64(qt_virtio_config_readl(crypto->dev, 0), 0);
    UT_EQ_U64(encrypt(crypto, session, 16, 0, NULL), QT_ERR);
    UT_EQ_U64(qt_crypto_create_cipher(crypto, 3, key, 16, 1).status, QT_ERR);
    UT_TRUE(set_ready(true));
    UT_EQ_U64(qt_virtio_read_isr(crypto->dev) & 2, 2);
    UT_EQ_U64(qt_virtio_config_readl(crypto->dev, 0), 1);
    UT_EQ_U64(encrypt(crypto, session, 16, 0, NULL), QT_OK);
    qt_crypto_close(crypto);
}

static void other_properties_can_be_read_and_not_changed(void)
{
    g_autofree char *value = NULL;

    QT_NEED(machine);
    UT_TRUE(qt_qmp(machine->qmp, &value,
                   "{'execute': 'qom-get', 'arguments': {'path': '/objects/crypto0', "
                   "'property': 'max-size'}}"));
    UT_EQ_STR(value, "65536");
    UT_TRUE(!qt_qmp(machine->qmp, NULL,
                    "{'execute': 'qom-set', 'arguments': {'path': '/objects/crypto0', "
                    "'property': 'max-size', 'value': 4096}}"));
    /* This one is the parent class's. */
    UT_TRUE(!qt_qmp(machine->qmp, NULL,
                    "{'execute': 'qom-set', 'arguments': {'path': '/objects/crypto0', "
                    "'property': 'queues', 'value': 1000}}"));
}

static bool wait_used(struct qt_vring *vq, struct qt_xfer *xfer)
{
    uint32_t id, len;

    if (!qt_vring_wait(vq, QT_TIMEOUT_MS, &id, &len)) {
        return false;
    }
    qt_xfer_complete(xfer, len);
    return true;
}

/* What was kicked while the machine stood still is served when it goes on. */
static void requests_wait_for_a_stopped_machine(void)
{
    uint8_t request[QT_CRYPTO_REQUEST_SIZE], src[16] = { 0 };
    struct qt_crypto *crypto;

    QT_NEED(machine);
    crypto = open_device();
    struct qt_cipher cipher = { .session = create(crypto),
                                .iv = iv,
                                .iv_len = 16,
                                .src = src,
                                .len = 16,
                                .layout = QT_FIELDS };
    struct qt_xfer xfer = qt_cipher_xfer(&cipher, request);

    UT_TRUE(qt_qmp(machine->qmp, NULL, "{'execute': 'stop'}"));
    qt_xfer_add(crypto->data[1], &xfer);
    qt_vring_kick(crypto->data[1]);
    UT_TRUE(qt_qmp(machine->qmp, NULL, "{'execute': 'query-status'}"));
    UT_EQ_U64(qt_vring_used_idx(crypto->data[1]), 0);
    UT_TRUE(qt_qmp(machine->qmp, NULL, "{'execute': 'cont'}"));
    UT_TRUE_FATAL(wait_used(crypto->data[1], &xfer));
    UT_EQ_U64(xfer.result[16], QT_OK);
    qt_xfer_release(&xfer);
    check_works(crypto);
    qt_crypto_close(crypto);
}

/* Descriptors that point at the device's own registers, readable or writable. */
static void check_own_registers(struct qt_crypto *crypto, struct qt_vring *vq,
                                bool writable)
{
    uint64_t room = qt_mem_alloc(&machine->mem, 128, 1);
    struct qt_desc desc[] = {
        { room, 72, false },
        { crypto->dev->pci.bar[BAR_OF_DEVICE], 16, writable },
        { room + 100, 1, true },
    };
    uint32_t id, len;

    memset(qt_mem_ptr(&machine->mem, room, 128), 0, 128);
    qt_vring_add(vq, desc, G_N_ELEMENTS(desc));
    qt_vring_kick(vq);
    /* A status, or a broken ring: anything but a device that is silent for good. */
    UT_TRUE(qt_vring_wait(vq, 1000, &id, &len) ||
            qt_virtio_get_status(crypto->dev) & QT_STATUS_NEEDS_RESET);
    UT_TRUE(qt_qmp(machine->qmp, NULL, "{'execute': 'query-status'}"));
}

static void own_registers_as_data_do_no_harm(void)
{
    struct qt_crypto *crypto;

    QT_NEED(machine);
    for (unsigned i = 0; i < 4; i++) {
        ut_context("%s queue, %s", i & 1 ? "control" : "data",
                   i & 2 ? "writable" : "readable");
        crypto = open_device();
        check_own_registers(crypto, i & 1 ? crypto->ctrl : crypto->data[0], i & 2);
        qt_crypto_close(crypto);
        crypto = open_device();
        check_works(crypto);
        qt_crypto_close(crypto);
    }
}

static void system_reset_leaves_a_working_device(void)
{
    struct qt_crypto *crypto;

    QT_NEED(machine);
    crypto = open_device();
    create(crypto);
    UT_TRUE(qt_qmp(machine->qmp, NULL, "{'execute': 'system_reset'}"));
    qt_crypto_close(crypto);
    crypto = open_device();
    check_works(crypto);
    qt_crypto_close(crypto);
}

int main(int argc, char **argv)
{
    static const struct ut_test tests[] = {
        { "configuration is what was asked for", configuration_is_what_was_asked_for },
        { "key lengths are those of algorithms", key_lengths_are_those_of_algorithms },
        { "defaults are as documented", defaults_are_as_documented },
        { "each queue has a vector unless the user says otherwise",
          each_queue_has_a_vector_unless_the_user_says_otherwise },
        { "vectors of all devices are the user's word",
          vectors_of_all_devices_are_the_users_word },
        { "every data queue serves every session",
          every_data_queue_serves_every_session },
        { "largest request is max_size", largest_request_is_max_size },
        { "keys are limited", keys_are_limited },
        { "refused sessions have no id", refused_sessions_have_no_id },
        { "full table is an error until one is destroyed",
          full_table_is_an_error_until_one_is_destroyed },
        { "destroy answers in the room it has", destroy_answers_in_the_room_it_has },
        { "reset drops sessions", reset_drops_sessions },
        { "status is the last writable byte", status_is_the_last_writable_byte },
        { "short requests get a status", short_requests_get_a_status },
        { "short control requests get what fits",
          short_control_requests_get_what_fits },
        { "operator can take readiness away", operator_can_take_readiness_away },
        { "other properties can be read and not changed",
          other_properties_can_be_read_and_not_changed },
        { "requests wait for a stopped machine", requests_wait_for_a_stopped_machine },
        { "own registers as data do no harm", own_registers_as_data_do_no_harm },
        { "system reset leaves a working device",
          system_reset_leaves_a_working_device },
        { NULL, NULL },
    };
    static const struct ut_suite suites[] = {
        { "device", start, stop, tests },
        { NULL, NULL, NULL, NULL },
    };

    return ut_main(argc, argv, suites);
}
