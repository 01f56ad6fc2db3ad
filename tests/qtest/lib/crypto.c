/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A virtio-crypto driver for tests.
 */
#include "crypto.h"

#include "canary.h"

#include "support/ut.h"

#include <glib.h>
#include <string.h>

static uint32_t get32(const uint8_t *p)
{
    uint32_t value;

    memcpy(&value, p, sizeof(value));
    return GUINT32_FROM_LE(value);
}

static uint64_t get64(const uint8_t *p)
{
    return get32(p) | (uint64_t)get32(p + 4) << 32;
}

/* ---- the device ---- */

void qt_crypto_read_config(const struct qt_virtio *dev, struct qt_crypto_config *config)
{
    uint8_t raw[QT_CRYPTO_CONFIG_SIZE];

    qt_virtio_read_config(dev, 0, raw, sizeof(raw));
    config->status = get32(raw);
    config->max_dataqueues = get32(raw + 4);
    config->services = get32(raw + 8);
    config->cipher_algos = get64(raw + 12);
    config->hash_algos = get32(raw + 20);
    config->mac_algos = get64(raw + 24);
    config->aead_algos = get32(raw + 32);
    config->max_cipher_key_len = get32(raw + 36);
    config->max_auth_key_len = get32(raw + 40);
    config->akcipher_algos = get32(raw + 44);
    config->max_size = get64(raw + 48);
}

static void free_rings(struct qt_crypto *crypto)
{
    for (uint32_t i = 0; i < crypto->n_data; i++) {
        qt_vring_free(crypto->data[i]);
    }
    qt_vring_free(crypto->ctrl);
    g_clear_pointer(&crypto->data, g_free);
    crypto->ctrl = NULL;
    crypto->n_data = 0;
}

static struct qt_vring *new_ring(struct qt_crypto *crypto, uint32_t i)
{
    return qt_vring_new(crypto->dev, (uint16_t)i, 0,
                        crypto->msix ? (uint16_t)(i + 1) : QT_NO_VECTOR);
}

static void set_up(struct qt_crypto *crypto, uint64_t features)
{
    if (!qt_virtio_negotiate(crypto->dev, features)) {
        qt_die(crypto->dev->machine, "the device refuses the features");
    }
    qt_crypto_read_config(crypto->dev, &crypto->config);
    UT_TRUE_FATAL(crypto->config.max_dataqueues >= 1);
    UT_TRUE_FATAL(crypto->config.max_dataqueues < qt_virtio_num_queues(crypto->dev));
    crypto->n_data = crypto->config.max_dataqueues;
    crypto->data = g_new0(struct qt_vring *, crypto->n_data);
    if (crypto->msix) {
        UT_TRUE_FATAL(qt_virtio_set_config_vector(crypto->dev, 0));
    }
    if (crypto->late) {
        qt_virtio_driver_ok(crypto->dev);
    }
    for (uint32_t i = 0; i < crypto->n_data; i++) {
        crypto->data[i] = new_ring(crypto, i);
    }
    crypto->ctrl = new_ring(crypto, crypto->n_data);
    if (!crypto->late) {
        qt_virtio_driver_ok(crypto->dev);
    }
}

struct qt_crypto *qt_crypto_open_opts(struct qt_machine *machine,
                                      const struct qt_crypto_opts *opts)
{
    struct qt_virtio *dev =
        qt_virtio_open_on(machine, opts->bus, QT_CRYPTO_DEVICE, opts->nth);
    struct qt_crypto *crypto;

    if (!dev) {
        qt_die(machine, "there is no virtio-crypto device %u", opts->nth);
    }
    crypto = g_new0(struct qt_crypto, 1);
    crypto->dev = dev;
    crypto->ctrl_layout = QT_FIELDS;
    crypto->msix = opts->msix;
    crypto->late = opts->late;
    if (opts->msix) {
        qt_msix_enable(&dev->pci);
    }
    set_up(crypto, opts->features);
    qt_canary_opened(crypto);
    return crypto;
}

struct qt_crypto *qt_crypto_open(struct qt_machine *machine, unsigned nth,
                                 uint64_t features)
{
    return qt_crypto_open_opts(
        machine, &(struct qt_crypto_opts){ .nth = nth, .features = features });
}

void qt_crypto_restart(struct qt_crypto *crypto, uint64_t features)
{
    qt_virtio_reset(crypto->dev);
    free_rings(crypto);
    set_up(crypto, features);
}

void qt_crypto_close(struct qt_crypto *crypto)
{
    if (crypto) {
        qt_canary_closed(crypto);
        if (qt_machine_alive(crypto->dev->machine)) {
            qt_virtio_reset(crypto->dev);
        }
        free_rings(crypto);
        qt_virtio_close(crypto->dev);
        g_free(crypto);
    }
}

/* ---- control requests ---- */

static struct qt_xfer make_xfer(const struct qt_field *out, unsigned n_out,
                                uint32_t in_len, enum qt_layout layout)
{
    struct qt_xfer xfer = { .n_out = n_out,
                            .n_in = 1,
                            .in = { in_len },
                            .alias = -1,
                            .layout = layout,
                            .seed = in_len + n_out };

    for (unsigned i = 0; i < n_out; i++) {
        xfer.out[i] = out[i];
    }
    return xfer;
}

/* Run, check what must not have changed, and give guest memory back. */
static void run_simple(struct qt_vring *vq, struct qt_xfer *xfer, uint32_t written,
                       uint8_t *in, uint32_t *used_len)
{
    struct qt_mem *mem = &vq->dev->machine->mem;
    uint64_t mark = qt_mem_mark(mem);

    qt_xfer_run(vq, xfer);
    qt_xfer_check(xfer, written, false);
    memcpy(in, xfer->result, xfer->result_len);
    *used_len = xfer->used_len;
    qt_xfer_release(xfer);
    qt_mem_reset(mem, mark);
}

void qt_crypto_raw(struct qt_crypto *crypto, struct qt_vring *vq,
                   const struct qt_field *out, unsigned n_out, uint8_t *in,
                   uint32_t in_len, uint32_t *used_len)
{
    struct qt_xfer xfer = make_xfer(out, n_out, in_len, QT_FIELDS);

    (void)crypto;
    run_simple(vq, &xfer, in_len, in, used_len);
}

struct qt_create_reply qt_crypto_create(struct qt_crypto *crypto,
                                        const uint8_t *request, const void *key,
                                        uint32_t key_len)
{
    const struct qt_field out[] = { { request, QT_CRYPTO_REQUEST_SIZE },
                                    { key, key_len } };
    struct qt_xfer xfer =
        make_xfer(out, 2, QT_CRYPTO_CREATE_REPLY_SIZE, crypto->ctrl_layout);
    struct qt_create_reply reply;
    uint8_t in[QT_CRYPTO_CREATE_REPLY_SIZE];

    run_simple(crypto->ctrl, &xfer, sizeof(in), in, &reply.used_len);
    reply.session = get64(in);
    reply.status = get32(in + 8);
    reply.padding = get32(in + 12);
    return reply;
}

struct qt_create_reply qt_crypto_create_cipher(struct qt_crypto *crypto, uint32_t algo,
                                               const void *key, uint32_t key_len,
                                               uint32_t op)
{
    uint8_t request[QT_CRYPTO_REQUEST_SIZE];

    message_fill_create_cipher(request, algo, key_len, op);
    return qt_crypto_create(crypto, request, key, key_len);
}

uint32_t qt_crypto_destroy(struct qt_crypto *crypto, uint32_t opcode, uint64_t session,
                           uint32_t reply_len, uint32_t *used_len)
{
    uint8_t request[QT_CRYPTO_REQUEST_SIZE];
    const struct qt_field out[] = { { request, sizeof(request) } };
    struct qt_xfer xfer = make_xfer(out, 1, reply_len, crypto->ctrl_layout);
    uint8_t in[8] = { 0 };
    uint32_t len;

    UT_TRUE_FATAL(reply_len >= 1 && reply_len <= sizeof(in));
    message_fill_destroy(request, opcode, session);
    run_simple(crypto->ctrl, &xfer, reply_len, in, &len);
    if (used_len) {
        *used_len = len;
    }
    return reply_len >= 4 ? get32(in) : in[0];
}

/* ---- data requests ---- */

struct qt_xfer qt_cipher_xfer(const struct qt_cipher *cipher, uint8_t *request)
{
    uint32_t dst_len = cipher->dst_len ? cipher->dst_len : cipher->len;

    message_fill_cipher(request, cipher->opcode, cipher->session, cipher->iv_len,
                        cipher->len, dst_len);
    return (struct qt_xfer){
        .out = { { request, QT_CRYPTO_REQUEST_SIZE },
                 { cipher->iv, cipher->iv_len },
                 { cipher->src, cipher->len } },
        .n_out = 3,
        .in = { dst_len + cipher->slack, 1 },
        .n_in = 2,
        .alias = cipher->in_place ? 2 : -1,
        .layout = cipher->layout,
        .seed = cipher->seed,
    };
}

uint8_t qt_crypto_cipher(struct qt_crypto *crypto, const struct qt_cipher *cipher,
                         void *dst, uint32_t *used_len)
{
    struct qt_mem *mem = &crypto->dev->machine->mem;
    uint8_t request[QT_CRYPTO_REQUEST_SIZE];
    struct qt_xfer xfer = qt_cipher_xfer(cipher, request);
    uint64_t mark = qt_mem_mark(mem);
    uint8_t status;

    UT_TRUE_FATAL(cipher->queue < crypto->n_data);
    qt_xfer_run(crypto->data[cipher->queue], &xfer);
    status = xfer.result[xfer.result_len - 1];
    qt_xfer_check(&xfer, status == QT_OK || cipher->in_place ? cipher->len : 0, true);
    memcpy(dst, xfer.result, cipher->len);
    *used_len = xfer.used_len;
    qt_xfer_release(&xfer);
    qt_mem_reset(mem, mark);
    return status;
}
