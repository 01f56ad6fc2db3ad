/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A virtio-crypto driver for tests: the configuration space, control requests, and the
 * CIPHER service in session mode, all in the 72-byte forms that every driver sends when
 * feature bit 0 was not negotiated. Raw requests take any bytes at all.
 */
#ifndef QT_CRYPTO_H
#define QT_CRYPTO_H

#include "support/message.h"
#include "xfer.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define QT_CRYPTO_DEVICE            20
#define QT_CRYPTO_CONFIG_SIZE       56
#define QT_CRYPTO_REQUEST_SIZE      72 /* header and fixed part, control and data alike */
#define QT_CRYPTO_CREATE_REPLY_SIZE 16

/* Services: bit in crypto_services, and high byte of an opcode. */
enum {
    QT_SERVICE_CIPHER,
    QT_SERVICE_HASH,
    QT_SERVICE_MAC,
    QT_SERVICE_AEAD,
    QT_SERVICE_AKCIPHER
};

/* Opcodes. */
enum {
    QT_CIPHER_ENCRYPT = 0x000,
    QT_CIPHER_DECRYPT = 0x001,
    QT_CIPHER_CREATE = 0x002,
    QT_CIPHER_DESTROY = 0x003,
    QT_HASH = 0x100,
    QT_HASH_CREATE = 0x102,
    QT_HASH_DESTROY = 0x103,
    QT_MAC = 0x200,
    QT_MAC_CREATE = 0x202,
    QT_MAC_DESTROY = 0x203,
    QT_AEAD_ENCRYPT = 0x300,
    QT_AEAD_DECRYPT = 0x301,
    QT_AEAD_CREATE = 0x302,
    QT_AEAD_DESTROY = 0x303,
    QT_AKCIPHER_CREATE = 0x404,
    QT_AKCIPHER_DESTROY = 0x405,
};

/* Statuses. */
enum {
    QT_OK = 0,
    QT_ERR = 1,
    QT_BADMSG = 2,
    QT_NOTSUPP = 3,
    QT_INVSESS = 4,
    QT_NOSPC = 5,
    QT_KEY_REJECTED = 6,
};

/* Directions of a session, and kinds of symmetric operations. */
enum { QT_OP_ENCRYPT = 1, QT_OP_DECRYPT = 2 };
enum { QT_SYM_NONE = 0, QT_SYM_CIPHER = 1, QT_SYM_CHAINING = 2 };

/** The configuration space, decoded. */
struct qt_crypto_config {
    uint32_t status;
    uint32_t max_dataqueues;
    uint32_t services;
    uint64_t cipher_algos; /* low and high half together */
    uint32_t hash_algos;
    uint64_t mac_algos;
    uint32_t aead_algos;
    uint32_t max_cipher_key_len;
    uint32_t max_auth_key_len;
    uint32_t akcipher_algos;
    uint64_t max_size;
};

struct qt_crypto {
    struct qt_virtio *dev;
    struct qt_crypto_config config;
    struct qt_vring *ctrl;
    struct qt_vring **data; /* config.max_dataqueues of them */
    uint32_t n_data;
    enum qt_layout ctrl_layout; /* for control requests; QT_FIELDS at first */
    bool msix;                  /* a vector for each queue */
    bool late;                  /* queues are set up after DRIVER_OK */
};

/** How to open a device. Zero is the default of every field. */
struct qt_crypto_opts {
    uint8_t bus;       /* PCI: that of the device */
    unsigned nth;      /* of the bus's virtio-crypto devices */
    uint64_t features; /* to accept, as far as they are offered */
    bool msix;         /* MSI-X: vector 0 for the configuration, i + 1 for queue i */
    bool late;         /* queues are set up after DRIVER_OK, which they should not */
};

/** qt_crypto_read_config() - read and decode the configuration space */
void qt_crypto_read_config(const struct qt_virtio *dev,
                           struct qt_crypto_config *config);

/**
 * qt_crypto_open() - take over the nth virtio-crypto device and start it
 * @features: those to accept, as far as they are offered
 *
 * Every queue gets its largest size and no interrupt vector. Anything that goes wrong
 * ends the test. Return: for qt_crypto_close().
 */
struct qt_crypto *qt_crypto_open(struct qt_machine *machine, unsigned nth,
                                 uint64_t features);

/** qt_crypto_open_opts() - the same with more to choose */
struct qt_crypto *qt_crypto_open_opts(struct qt_machine *machine,
                                      const struct qt_crypto_opts *opts);

/**
 * qt_crypto_restart() - reset the device and set it up again
 *
 * Sessions and requests in flight are the device's problem. Rings are new, in new
 * guest memory (27 KB for a ring of 1024).
 */
void qt_crypto_restart(struct qt_crypto *crypto, uint64_t features);

/** qt_crypto_close() - reset the device and release @crypto; NULL is ignored */
void qt_crypto_close(struct qt_crypto *crypto);

/** What Linux accepts: no bit of the crypto device itself. */
#define QT_CRYPTO_LINUX_FEATURES (QT_F_VERSION_1 | QT_F_INDIRECT_DESC | QT_F_EVENT_IDX)

/* ---- control requests ---- */

/** The answer to a request that creates a session. */
struct qt_create_reply {
    uint64_t session;
    uint32_t status;
    uint32_t padding;
    uint32_t used_len;
};

/**
 * qt_crypto_raw() - send any bytes to any queue
 * @out, @n_out: the readable fields
 * @in, @in_len: receives the writable stream, which begins as guard bytes
 * @used_len: receives what the used ring says
 *
 * The layout is QT_FIELDS. Guards and readable bytes are checked, the writable ones
 * not.
 */
void qt_crypto_raw(struct qt_crypto *crypto, struct qt_vring *vq,
                   const struct qt_field *out, unsigned n_out, uint8_t *in,
                   uint32_t in_len, uint32_t *used_len);

/** qt_crypto_create() - send a control request, made by the caller, and its key or keys
 */
struct qt_create_reply qt_crypto_create(struct qt_crypto *crypto,
                                        const uint8_t *request, const void *key,
                                        uint32_t key_len);

/** qt_crypto_create_cipher() - create a CIPHER session */
struct qt_create_reply qt_crypto_create_cipher(struct qt_crypto *crypto, uint32_t algo,
                                               const void *key, uint32_t key_len,
                                               uint32_t op);

/**
 * qt_crypto_destroy() - destroy a session
 * @reply_len: size of the buffer for the answer: 1, as drivers do it, or 8
 * @used_len: if not NULL, receives what the used ring says
 *
 * Return: the status (of an 8-byte answer, its low 32 bits).
 */
uint32_t qt_crypto_destroy(struct qt_crypto *crypto, uint32_t opcode, uint64_t session,
                           uint32_t reply_len, uint32_t *used_len);

/* ---- data requests ---- */

/** A CIPHER request in session mode. Zero is the default of every field. */
struct qt_cipher {
    uint32_t opcode;
    uint64_t session;
    const void *iv;
    uint32_t iv_len;
    const void *src;
    uint32_t len;     /* of the source */
    uint32_t dst_len; /* of the destination, as the request says; 0: as the source */
    uint32_t slack;   /* writable bytes after the destination, before the status */
    uint32_t queue;
    enum qt_layout layout;
    uint32_t seed;
    bool in_place;
};

/** qt_cipher_xfer() - the request as an xfer, with @request (72 bytes) for its header
 */
struct qt_xfer qt_cipher_xfer(const struct qt_cipher *cipher, uint8_t *request);

/**
 * qt_crypto_cipher() - run a CIPHER request
 * @dst: receives @len bytes of result, whatever the status is
 * @used_len: receives what the used ring says
 *
 * Bytes that the device has no business to write are checked: with a status other than
 * OK that is everything but the status. In place, an error may leave anything in the
 * shared memory. Return: the status.
 */
uint8_t qt_crypto_cipher(struct qt_crypto *crypto, const struct qt_cipher *cipher,
                         void *dst, uint32_t *used_len);

#endif
