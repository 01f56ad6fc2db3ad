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
    VCRYPTO_HASH = 0x100,
    VCRYPTO_MAC = 0x200,
    VCRYPTO_AEAD_ENCRYPT = 0x300,
    VCRYPTO_AEAD_DECRYPT = 0x301,
    VCRYPTO_AKCIPHER_ENCRYPT = 0x400,
    VCRYPTO_AKCIPHER_DECRYPT = 0x401,
    VCRYPTO_AKCIPHER_SIGN = 0x402,
    VCRYPTO_AKCIPHER_VERIFY = 0x403,
};

/* The data header's flag: the request names a session. */
#define VCRYPTO_FLAG_SESSION_MODE (1u << 0)

/* "Feature bits": numbers. Each of the others needs the first. */
enum vcrypto_feature {
    VCRYPTO_F_MUX_MODE = 0, /* the published text's REVISION_1 */
    VCRYPTO_F_CIPHER_STATELESS_MODE = 1,
    VCRYPTO_F_HASH_STATELESS_MODE = 2,
    VCRYPTO_F_MAC_STATELESS_MODE = 3,
    VCRYPTO_F_AEAD_STATELESS_MODE = 4,
    VCRYPTO_F_AKCIPHER_STATELESS_MODE = 5,
    VCRYPTO_FEATURE_COUNT
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

/* Algorithm chaining: which of the two comes first. */
enum vcrypto_chain_order {
    VCRYPTO_HASH_THEN_CIPHER = 1,
    VCRYPTO_CIPHER_THEN_HASH = 2,
};

/* Algorithm chaining: what the other of the two is. */
enum vcrypto_hash_mode {
    VCRYPTO_HASH_MODE_PLAIN = 1,  /* of the HASH service */
    VCRYPTO_HASH_MODE_AUTH = 2,   /* of the MAC service, with a key */
    VCRYPTO_HASH_MODE_NESTED = 3, /* no text says what its parameters are */
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
    VCRYPTO_CIPHER_KASUMI_F8 = 10,
    VCRYPTO_CIPHER_SNOW3G_UEA2 = 11,
    VCRYPTO_CIPHER_AES_F8 = 12,
    VCRYPTO_CIPHER_AES_XTS = 13,
    VCRYPTO_CIPHER_ZUC_EEA3 = 14,
};

/* "HASH services" */
enum vcrypto_hash_id {
    VCRYPTO_HASH_MD5 = 1,
    VCRYPTO_HASH_SHA1 = 2,
    VCRYPTO_HASH_SHA_224 = 3,
    VCRYPTO_HASH_SHA_256 = 4,
    VCRYPTO_HASH_SHA_384 = 5,
    VCRYPTO_HASH_SHA_512 = 6,
    VCRYPTO_HASH_SHA3_224 = 7,
    VCRYPTO_HASH_SHA3_256 = 8,
    VCRYPTO_HASH_SHA3_384 = 9,
    VCRYPTO_HASH_SHA3_512 = 10,
    VCRYPTO_HASH_SHA3_SHAKE128 = 11,
    VCRYPTO_HASH_SHA3_SHAKE256 = 12,
};

/* "MAC services" */
enum vcrypto_mac_id {
    VCRYPTO_MAC_HMAC_MD5 = 1,
    VCRYPTO_MAC_HMAC_SHA1 = 2,
    VCRYPTO_MAC_HMAC_SHA_224 = 3,
    VCRYPTO_MAC_HMAC_SHA_256 = 4,
    VCRYPTO_MAC_HMAC_SHA_384 = 5,
    VCRYPTO_MAC_HMAC_SHA_512 = 6,
    VCRYPTO_MAC_CMAC_3DES = 25,
    VCRYPTO_MAC_CMAC_AES = 26,
    VCRYPTO_MAC_KASUMI_F9 = 27,
    VCRYPTO_MAC_SNOW3G_UIA2 = 28,
    VCRYPTO_MAC_GMAC_AES = 41,
    VCRYPTO_MAC_GMAC_TWOFISH = 42,
    VCRYPTO_MAC_CBCMAC_AES = 49,
    VCRYPTO_MAC_CBCMAC_KASUMI_F9 = 50,
    VCRYPTO_MAC_XCBC_AES = 53,
    VCRYPTO_MAC_ZUC_EIA3 = 54,
};

/* "AEAD services" */
enum vcrypto_aead_id {
    VCRYPTO_AEAD_GCM = 1,
    VCRYPTO_AEAD_CCM = 2,
    VCRYPTO_AEAD_CHACHA20_POLY1305 = 3,
};

/* "AKCIPHER services" of virtio 1.3; Linux's header has another number for ECDSA. */
enum vcrypto_akcipher_id {
    VCRYPTO_AKCIPHER_RSA = 1,
    VCRYPTO_AKCIPHER_ECDSA = 2,
};

enum vcrypto_akcipher_key_type {
    VCRYPTO_AKCIPHER_KEY_PUBLIC = 1,
    VCRYPTO_AKCIPHER_KEY_PRIVATE = 2,
};

enum vcrypto_rsa_padding {
    VCRYPTO_RSA_RAW_PADDING = 0,
    VCRYPTO_RSA_PKCS1_PADDING = 1,
};

/* What a PKCS #1 signature says was signed. */
enum vcrypto_rsa_hash {
    VCRYPTO_RSA_NO_HASH = 0,
    VCRYPTO_RSA_MD2 = 1,
    VCRYPTO_RSA_MD3 = 2,
    VCRYPTO_RSA_MD4 = 3,
    VCRYPTO_RSA_MD5 = 4,
    VCRYPTO_RSA_SHA1 = 5,
    VCRYPTO_RSA_SHA256 = 6,
    VCRYPTO_RSA_SHA384 = 7,
    VCRYPTO_RSA_SHA512 = 8,
    VCRYPTO_RSA_SHA224 = 9,
};

enum vcrypto_curve {
    VCRYPTO_CURVE_NIST_P192 = 1,
    VCRYPTO_CURVE_NIST_P224 = 2,
    VCRYPTO_CURVE_NIST_P256 = 3,
    VCRYPTO_CURVE_NIST_P384 = 4,
    VCRYPTO_CURVE_NIST_P521 = 5,
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
