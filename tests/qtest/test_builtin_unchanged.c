/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Loading the plugin changes nothing for a device with a stock backend.
 *
 * A list of requests, with what stock QEMU answers by a status among them, is run on a
 * device bound to cryptodev-backend-builtin: once in a QEMU without the plugin, once
 * with the plugin and one of its own devices beside it, in use. Everything a driver can
 * see is written down both times, and the two transcripts must be the same byte by
 * byte.
 *
 * Stock QEMU breaks the device, or worse, on many malformed requests; such requests
 * have no place here.
 */
#include "crypto.h"
#include "support/hex.h"
#include "support/ut.h"

#include <glib.h>
#include <string.h>

#define PCI_CONFIG_SIZE 256
#define NO_SESSION      200 /* in the stock backend's range, and not open */

/* ---- transcript ---- */

struct record {
    char *label;
    uint8_t *data;
    size_t len;
};

static void free_record(void *p)
{
    struct record *r = p;

    g_free(r->label);
    g_free(r->data);
    g_free(r);
}

static void put(GPtrArray *log, const char *label, const void *data, size_t len)
{
    struct record *r = g_new0(struct record, 1);

    r->label = g_strdup(label);
    r->data = g_memdup2(data, len);
    r->len = len;
    g_ptr_array_add(log, r);
}

static void put_number(GPtrArray *log, const char *label, uint64_t value)
{
    put(log, label, &value, sizeof(value));
}

/* ---- what happens to one device ---- */

struct session {
    GPtrArray *log;
    struct qt_crypto *crypto;
};

/* The interrupt status is read, and so cleared, after each request. */
static void run_raw(struct session *s, const char *label, struct qt_vring *vq,
                    const struct qt_field *out, unsigned n_out, uint8_t *in,
                    uint32_t in_len)
{
    uint32_t used_len;

    qt_crypto_raw(s->crypto, vq, out, n_out, in, in_len, &used_len);
    put(s->log, label, in, in_len);
    put_number(s->log, label, used_len);
    put_number(s->log, label, qt_virtio_read_isr(s->crypto->dev));
}

static uint64_t reply_session(const uint8_t *reply)
{
    uint64_t id;

    memcpy(&id, reply, sizeof(id));
    return GUINT64_FROM_LE(id);
}

/* A control request of 72 bytes, changed at one place, with a key. Return: the session.
 */
static uint64_t create(struct session *s, const char *label, uint8_t *request,
                       const void *key, uint32_t key_len)
{
    const struct qt_field out[] = { { request, QT_CRYPTO_REQUEST_SIZE },
                                    { key, key_len } };
    uint8_t reply[QT_CRYPTO_CREATE_REPLY_SIZE];

    run_raw(s, label, s->crypto->ctrl, out, 2, reply, sizeof(reply));
    return reply_session(reply);
}

static uint64_t create_cipher(struct session *s, const char *label, uint32_t algo,
                              uint32_t key_len, uint32_t op)
{
    static const uint8_t key[128] =
        "a key for tests, of which only as much is used as is asked";
    uint8_t request[QT_CRYPTO_REQUEST_SIZE];

    message_fill_create_cipher(request, algo, key_len, op);
    return create(s, label, request, key, key_len);
}

static void destroy(struct session *s, const char *label, uint32_t opcode, uint64_t id,
                    uint32_t reply_len)
{
    uint8_t request[QT_CRYPTO_REQUEST_SIZE];
    const struct qt_field out[] = { { request, sizeof(request) } };
    uint8_t reply[16];

    message_fill_destroy(request, opcode, id);
    run_raw(s, label, s->crypto->ctrl, out, 1, reply, reply_len);
}

struct data {
    uint32_t opcode;
    uint64_t session;
    uint32_t iv_len;
    uint32_t len;
    uint32_t op_type;
};

static void run_data(struct session *s, const char *label, const struct data *d)
{
    static const uint8_t iv[16] = "initial vector!";
    static const uint8_t src[256] = "What is to be encrypted, with zeros after it.";
    uint8_t request[QT_CRYPTO_REQUEST_SIZE];
    const struct qt_field out[] = { { request, sizeof(request) },
                                    { iv, d->iv_len },
                                    { src, d->len } };
    uint8_t in[sizeof(src) + 1];

    message_fill_cipher(request, d->opcode, d->session, d->iv_len, d->len, d->len);
    request[64] = (uint8_t)d->op_type;
    run_raw(s, label, s->crypto->data[0], out, 3, in, d->len + 1);
}

static void good_ciphers(struct session *s)
{
    static const struct {
        const char *name;
        uint32_t algo, key_len, iv_len;
    } rows[] = {
        { "aes-ecb", 2, 24, 0 },   { "aes-cbc", 3, 16, 16 }, { "aes-ctr", 4, 32, 16 },
        { "aes-xts", 13, 64, 16 }, { "3des-ecb", 7, 24, 0 }, { "3des-cbc", 8, 24, 8 },
        { "3des-ctr", 9, 24, 8 },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        uint64_t enc = create_cipher(s, rows[i].name, rows[i].algo, rows[i].key_len, 1);
        uint64_t dec = create_cipher(s, rows[i].name, rows[i].algo, rows[i].key_len, 2);

        run_data(s, rows[i].name,
                 &(struct data){ 0, enc, rows[i].iv_len, 64, QT_SYM_CIPHER });
        run_data(s, rows[i].name,
                 &(struct data){ 1, dec, rows[i].iv_len, 256, QT_SYM_CIPHER });
        /* The session's direction decides, not the opcode's. */
        run_data(s, rows[i].name,
                 &(struct data){ 1, enc, rows[i].iv_len, 16, QT_SYM_CIPHER });
        destroy(s, "destroy", QT_CIPHER_DESTROY, enc, 1);
        destroy(s, "destroy", QT_CIPHER_DESTROY, dec, 8);
    }
}

static void refused_sessions(struct session *s)
{
    uint8_t request[QT_CRYPTO_REQUEST_SIZE];

    create_cipher(s, "unsupported algorithm", 1, 16, 1);
    create_cipher(s, "unknown algorithm", 63, 16, 1);
    create_cipher(s, "odd key length", 3, 15, 1);
    create_cipher(s, "no key", 3, 0, 1);
    create_cipher(s, "key longer than the limit", 3, 65, 1);
    create_cipher(s, "two-key 3DES", 8, 16, 1);
    for (uint8_t op_type = 0; op_type < 4; op_type++) {
        message_fill_create_cipher(request, 0, 0, 1);
        request[64] = op_type;
        create(s, "kind of symmetric session", request, "", 0);
        request[20] = 3; /* of a chaining request, the hash mode: nested */
        create(s, "kind of symmetric session, nested", request, "key", 3);
    }
}

static void other_services(struct session *s)
{
    static const uint32_t opcodes[] = { QT_HASH_CREATE, QT_MAC_CREATE, QT_AEAD_CREATE,
                                        0x000,          0x304,         0x502,
                                        UINT32_MAX };
    uint8_t request[QT_CRYPTO_REQUEST_SIZE];

    for (size_t i = 0; i < G_N_ELEMENTS(opcodes); i++) {
        uint32_t opcode = GUINT32_TO_LE(opcodes[i]);

        message_fill_create_cipher(request, 2, 16, 1);
        memcpy(request, &opcode, sizeof(opcode));
        create(s, "other service", request, "sixteen bytes...", 16);
    }
}

static void refused_data(struct session *s)
{
    uint64_t cbc = create_cipher(s, "aes-cbc", 3, 16, 1);

    run_data(s, "no such session",
             &(struct data){ 0, NO_SESSION, 16, 16, QT_SYM_CIPHER });
    run_data(s, "session out of range",
             &(struct data){ 0, 1u << 20, 16, 16, QT_SYM_CIPHER });
    run_data(s, "not a whole block", &(struct data){ 0, cbc, 16, 17, QT_SYM_CIPHER });
    run_data(s, "short iv", &(struct data){ 0, cbc, 8, 16, QT_SYM_CIPHER });
    run_data(s, "no kind of operation", &(struct data){ 0, cbc, 16, 16, QT_SYM_NONE });
    run_data(s, "still good", &(struct data){ 0, cbc, 16, 32, QT_SYM_CIPHER });
    run_data(s, "no iv: goes on with the last",
             &(struct data){ 0, cbc, 0, 32, QT_SYM_CIPHER });
    run_data(s, "hash", &(struct data){ QT_HASH, cbc, 16, 16, 0 });
    run_data(s, "mac", &(struct data){ QT_MAC, cbc, 16, 16, 0 });
    run_data(s, "aead", &(struct data){ QT_AEAD_ENCRYPT, cbc, 16, 16, 0 });
    run_data(s, "unknown opcode", &(struct data){ 0x1234, cbc, 16, 16, 0 });
    destroy(s, "destroy", QT_CIPHER_DESTROY, cbc, 1);
    run_data(s, "destroyed session", &(struct data){ 0, cbc, 16, 16, QT_SYM_CIPHER });
}

/* A 1024-bit RSA private key made for this test (PKCS #1, DER). */
static const char rsa_key[] =
    "3082025e02010002818100e851be45bb695a76c7b995aa5a5d44368611f8b74dca9eab85a1cf332f"
    "f359ed526b1ebfb248d82842e2d5eb209b5e67346b1e1667ea5a0b1a99f0835628e5aacc6c5601a6"
    "cb90ba47c5149b63280152d035d86cdf98d627367a308852d2986bbefb2fd83de454e8da786380e4"
    "410def5ec65b37bf2f4ba4a7b05111973eb09f020301000102818100df9c0e703ffb1fbfc46db4c8"
    "cb418a2e90cd2b8003b84b10fd06c9d0930ec037d56495ac1d864fc830d8f4dde3fca7d8de735bfa"
    "64fb04c03b52805569d0e37cb461932758c0df82f79b348717e4a24830d4710cefdd666afdc3db01"
    "c553ce70421b1b04b08537ac38885721773d4d7fb8f8c939aa761f1c791572581c3b37c1024100ff"
    "4679cc7e34d9c20d592a9f7377874eb11b9cbcb0e3edbc402a8e8aeeffd6e552858ec0d21796f339"
    "e301ade3f7ad145fef246d2d97f3dcda90efed74d562fd024100e8fa957dcd9db9f934aeae65fcb1"
    "81b93d9a3594314316296d675490fb73df79b1cb73507363a5819726509c0aa604e3ab980eaf58be"
    "2aac76a7eba76f819acb0241008e0d34b7e3bf1b320de5817f6b6ca741d5f26c9cdfbe664bac5542"
    "2ef3e2303e3a5691e2a0c679bc6d88f22546c74b6c1c1a6265d2ca4ceca83fa113bd41052d024100"
    "d3d3ba8626a4690a17875793ed1c6ba9444468c0b3c59e69ce4a2c0ea241e987994b352e89aba938"
    "d97801c4cebdc2264ac7375ae0a20ee4be01d1766c20f7df02405e5d83d425e08077d8cbc2df3f85"
    "650959f75e85d5a239cd809a51ca9693f7512303e844e2459e204860b61aca7346c9b082130c3ef7"
    "dd97d9b1482f9bea9c21";

static void build_akcipher(uint8_t *request, uint8_t algo, uint8_t key_type,
                           size_t key_len)
{
    uint32_t len = GUINT32_TO_LE((uint32_t)key_len);
    uint16_t opcode = GUINT16_TO_LE(QT_AKCIPHER_CREATE);

    memset(request, 0, QT_CRYPTO_REQUEST_SIZE);
    memcpy(request, &opcode, sizeof(opcode));
    request[16] = algo;
    request[20] = key_type;
    memcpy(request + 24, &len, sizeof(len));
    request[28] = 1; /* PKCS #1 padding */
    request[32] = 5; /* SHA-1 */
}

static void sign(struct session *s, uint64_t id)
{
    static const uint8_t digest[20] = "twenty bytes, digest";
    uint8_t request[QT_CRYPTO_REQUEST_SIZE] = { 0x02, 0x04 }; /* opcode 0x402 */
    const struct qt_field out[] = { { request, sizeof(request) },
                                    { digest, sizeof(digest) } };
    uint8_t in[128 + 1];

    id = GUINT64_TO_LE(id);
    memcpy(request + 8, &id, sizeof(id));
    request[24] = sizeof(digest);
    request[28] = 128;
    run_raw(s, "rsa sign", s->crypto->data[0], out, 2, in, sizeof(in));
}

static void akcipher(struct session *s)
{
    uint8_t request[QT_CRYPTO_REQUEST_SIZE];
    size_t len;
    g_autofree uint8_t *key = hex_dup(rsa_key, &len);
    uint64_t id;

    build_akcipher(request, 1, 2, len);
    id = create(s, "rsa", request, key, (uint32_t)len);
    sign(s, id);
    destroy(s, "destroy rsa", QT_AKCIPHER_DESTROY, id, 1);
    build_akcipher(request, 1, 9, len);
    create(s, "rsa, unknown kind of key", request, key, (uint32_t)len);
    build_akcipher(request, 2, 2, len);
    create(s, "ecdsa", request, key, (uint32_t)len);
    build_akcipher(request, 1, 2, 16);
    create(s, "rsa, key that is none", request, key, 16);
}

/* Registers and configuration space. */
static void device_state(struct session *s)
{
    const struct qt_virtio *dev = s->crypto->dev;
    uint8_t config[QT_CRYPTO_CONFIG_SIZE];

    qt_virtio_read_config(dev, 0, config, sizeof(config));
    put(s->log, "configuration space", config, sizeof(config));
    put_number(s->log, "configuration size", dev->config_size);
    put_number(s->log, "features", qt_virtio_offered(dev));
    put_number(s->log, "status", qt_virtio_get_status(dev));
    put_number(s->log, "queues", qt_virtio_num_queues(dev));
    put_number(s->log, "generation", qt_virtio_config_generation(dev));
    put_number(s->log, "interrupt status", qt_virtio_read_isr(dev));
    for (uint16_t i = 0; i < 4; i++) {
        put_number(s->log, "queue size", qt_virtio_queue_max(dev, i));
    }
}

static void pci_state(struct qt_machine *machine, GPtrArray *log)
{
    struct qt_pci pci;
    uint8_t config[PCI_CONFIG_SIZE];

    UT_TRUE_FATAL(qt_pci_find(machine, QT_VIRTIO_VENDOR,
                              QT_VIRTIO_MODERN_ID(QT_CRYPTO_DEVICE), 0, &pci));
    put_number(log, "PCI address", pci.devfn);
    for (unsigned i = 0; i < PCI_CONFIG_SIZE; i++) {
        config[i] = qt_pci_readb(&pci, (uint8_t)i);
    }
    put(log, "PCI configuration space", config, sizeof(config));
}

static void requests(struct session *s)
{
    good_ciphers(s);
    refused_sessions(s);
    other_services(s);
    refused_data(s);
    akcipher(s);
}

static void whole_list(struct session *s)
{
    device_state(s);
    requests(s);
    device_state(s);
    qt_crypto_restart(s->crypto, QT_CRYPTO_LINUX_FEATURES);
    device_state(s);
    /* Without the features that change rings. */
    qt_crypto_restart(s->crypto, QT_F_VERSION_1);
    requests(s);
    qt_virtio_reset(s->crypto->dev);
    device_state(s);
}

/* ---- the two machines ---- */

static const char *const without_plugin[] = {
    "-object", "cryptodev-backend-builtin,id=b0",
    "-device", "virtio-crypto-pci,cryptodev=b0,addr=5",
    NULL,
};

static void record_without(const char *type, GPtrArray *log)
{
    struct qt_machine *machine = qt_machine_start(
        &(struct qt_machine_opts){ .machine = type, .args = without_plugin });
    struct session s = { .log = log };

    UT_TRUE_FATAL(machine != NULL);
    pci_state(machine, log);
    s.crypto = qt_crypto_open(machine, 0, QT_CRYPTO_LINUX_FEATURES);
    whole_list(&s);
    qt_crypto_close(s.crypto);
    UT_EQ_U64((uint64_t)qt_machine_stop(machine), 0);
}

/* Give the plugin's own device a session and a request, and leave it running. */
static struct qt_crypto *use_our_device(struct qt_machine *machine)
{
    struct qt_crypto *ours = qt_crypto_open(machine, 1, QT_CRYPTO_LINUX_FEATURES);
    uint8_t data[32] = { 0 };
    struct qt_create_reply reply =
        qt_crypto_create_cipher(ours, 3, "a 16 byte secret", 16, QT_OP_ENCRYPT);
    struct qt_cipher cipher = { .session = reply.session,
                                .iv = data,
                                .iv_len = 16,
                                .src = data,
                                .len = sizeof(data) };
    uint32_t used_len;

    UT_EQ_U64(reply.status, QT_OK);
    UT_EQ_U64(qt_crypto_cipher(ours, &cipher, data, &used_len), QT_OK);
    return ours;
}

static void record_with(const char *type, GPtrArray *log)
{
    g_autofree char *plugin = g_strdup_printf("%s,backend=crypto0", qt_plugin());
    const char *const args[] = {
        "-plugin", plugin,
        "-object", "cryptodev-backend-builtin,id=b0",
        "-device", "virtio-crypto-pci,cryptodev=b0,addr=5",
        "-device", "virtio-crypto-pci,cryptodev=crypto0,addr=6",
        NULL,
    };
    struct qt_machine *machine =
        qt_machine_start(&(struct qt_machine_opts){ .machine = type, .args = args });
    struct session s = { .log = log };
    struct qt_crypto *ours;

    UT_TRUE_FATAL(machine != NULL);
    pci_state(machine, log);
    s.crypto = qt_crypto_open(machine, 0, QT_CRYPTO_LINUX_FEATURES);
    ours = use_our_device(machine);
    whole_list(&s);
    qt_crypto_close(ours);
    qt_crypto_close(s.crypto);
    UT_EQ_U64((uint64_t)qt_machine_stop(machine), 0);
}

static void compare(const GPtrArray *without, const GPtrArray *with)
{
    UT_EQ_U64_FATAL(without->len, with->len);
    for (guint i = 0; i < without->len; i++) {
        const struct record *a = g_ptr_array_index(without, i);
        const struct record *b = g_ptr_array_index(with, i);

        ut_context("record %u, %s", i, a->label);
        UT_EQ_STR(a->label, b->label);
        if (UT_EQ_U64(a->len, b->len)) {
            UT_EQ_MEM(a->data, b->data, a->len);
        }
    }
    ut_context(NULL);
    ut_note("compared records: %u", without->len);
}

static void compare_on(const char *type)
{
    g_autoptr(GPtrArray) without = g_ptr_array_new_with_free_func(free_record);
    g_autoptr(GPtrArray) with = g_ptr_array_new_with_free_func(free_record);

    record_without(type, without);
    record_with(type, with);
    compare(without, with);
}

static void on_q35(void)
{
    if (!qt_plugin()) {
        UT_SKIP("no plugin to test");
    }
    compare_on("q35");
}

static void on_pc(void)
{
    if (!qt_plugin()) {
        UT_SKIP("no plugin to test");
    }
    compare_on("pc");
}

int main(int argc, char **argv)
{
    static const struct ut_test tests[] = {
        { "q35", on_q35 },
        { "pc", on_pc },
        { NULL, NULL },
    };
    static const struct ut_suite suites[] = {
        { "builtin unchanged", NULL, NULL, tests }, { 0 }
    };

    return ut_main(argc, argv, suites);
}
