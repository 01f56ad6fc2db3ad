/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Numbers of the virtio-crypto protocol: device id, config space, opcodes,
 * statuses and algorithm identifiers, named as the specification names them.
 * Everything on the wire is little-endian.
 */
#ifndef VCRYPTO_PROTOCOL_H
#define VCRYPTO_PROTOCOL_H

#define VCRYPTO_DEVICE_ID 20

/* Most data queues a device of ours has; the protocol itself allows 65535. */
#define VCRYPTO_MAX_QUEUES 64

/* "Supported crypto services": bit number in crypto_services, high byte of opcodes. */
enum vcrypto_service {
    VCRYPTO_SERVICE_CIPHER = 0,
    VCRYPTO_SERVICE_HASH = 1,
    VCRYPTO_SERVICE_MAC = 2,
    VCRYPTO_SERVICE_AEAD = 3,
    VCRYPTO_SERVICE_AKCIPHER = 4,
    VCRYPTO_SERVICE_COUNT
};

#define VCRYPTO_OPCODE(service, op) (((uint32_t)(service) << 8) | (op))

/* "Control Virtqueue": AKCIPHER's two differ in the low byte, as published. */
enum vcrypto_control_opcode {
    VCRYPTO_CIPHER_CREATE_SESSION = 0x002,
    VCRYPTO_CIPHER_DESTROY_SESSION = 0x003,
    VCRYPTO_HASH_CREATE_SESSION = 0x102,
    VCRYPTO_HASH_DESTROY_SESSION = 0x103,
    VCRYPTO_MAC_CREATE_SESSION = 0x202,
    VCRYPTO_MAC_DESTROY_SESSION = 0x203,
    VCRYPTO_AEAD_CREATE_SESSION = 0x302,
    VCRYPTO_AEAD_DESTROY_SESSION = 0x303,
    VCRYPTO_AKCIPHER_CREATE_SESSION = 0x404,
    VCRYPTO_AKCIPHER_DESTROY_SESSION = 0x405,
};

/* "Data Virtqueue" */
enum vcrypto_data_opcode {
    VCRYPTO_CIPHER_ENCRYPT = 0x000,
    VCRYPTO_CIPHER_DECRYPT = 0x001,
};

/* "Device Operation": the status that ends every request. */
enum vcrypto_status {
    VCRYPTO_OK = 0,
    VCRYPTO_ERR = 1,
    VCRYPTO_BADMSG = 2,
    VCRYPTO_NOTSUPP = 3,
    VCRYPTO_INVSESS = 4,
    VCRYPTO_NOSPC = 5,
    VCRYPTO_KEY_REJECTED = 6,
    VCRYPTO_STATUS_COUNT
};

/* Symmetric requests: what kind of operation the CIPHER service is asked for. */
enum vcrypto_op_type {
    VCRYPTO_OP_TYPE_NONE = 0,
    VCRYPTO_OP_TYPE_CIPHER = 1,
    VCRYPTO_OP_TYPE_CHAINING = 2,
};

enum vcrypto_direction {
    VCRYPTO_ENCRYPT = 1,
    VCRYPTO_DECRYPT = 2,
};

/* "CIPHER services" */
enum vcrypto_cipher_id {
    VCRYPTO_CIPHER_ARC4 = 1,
    VCRYPTO_CIPHER_AES_ECB = 2,
    VCRYPTO_CIPHER_AES_CBC = 3,
    VCRYPTO_CIPHER_AES_CTR = 4,
    VCRYPTO_CIPHER_DES_ECB = 5,
    VCRYPTO_CIPHER_DES_CBC = 6,
    VCRYPTO_CIPHER_3DES_ECB = 7,
    VCRYPTO_CIPHER_3DES_CBC = 8,
    VCRYPTO_CIPHER_3DES_CTR = 9,
    VCRYPTO_CIPHER_AES_F8 = 12,
    VCRYPTO_CIPHER_AES_XTS = 13,
};

/* "Device configuration layout" */
#define VCRYPTO_CONFIG_SIZE 56
#define VCRYPTO_S_HW_READY  (1u << 0)

/* Sizes of what is on the wire, in bytes. */
#define VCRYPTO_CONTROL_HEADER_SIZE 16 /* control queue: header */
#define VCRYPTO_DATA_HEADER_SIZE    24 /* data queue: header */
#define VCRYPTO_FIXED_REQUEST_SIZE  72 /* header and parameters, feature bit 0 off */
#define VCRYPTO_CREATE_REPLY_SIZE   16 /* session id, status, padding */
#define VCRYPTO_DESTROY_REPLY_SIZE  8  /* status, padding: v19's form */
#define VCRYPTO_STATUS_SIZE         1  /* last writable byte of a data request */

#endif
