/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hog.h"

#include "support/ut.h"

#include <string.h>

enum { CIPHER, HASH, MAC, AEAD, AKCIPHER };

#define CONTENT   (4u << 20) /* the device's default limit of one request */
#define UNSET     0xff
#define MAX_TABLE 1024

/* ---- an RSA key: no number of it means anything, each is as long as can be ---- */

#define MODULUS 1024 /* bytes */

static uint8_t rsa_key[4 * MODULUS];

static size_t put_integer(uint8_t *at, size_t len, uint8_t first, uint8_t rest)
{
    const uint8_t head[] = { 0x02, 0x82, (uint8_t)(len >> 8), (uint8_t)len };

    memcpy(at, head, sizeof(head));
    memset(at + sizeof(head), rest, len);
    at[sizeof(head)] = first;
    return sizeof(head) + len;
}

/* RSAPrivateKey, without primes. */
static struct form_bytes make_rsa_key(void)
{
    size_t len = 4;

    len += put_integer(rsa_key + len, 1, 0, 0);             /* version */
    len += put_integer(rsa_key + len, MODULUS, 0xf1, 0xb7); /* n */
    len += put_integer(rsa_key + len, 3, 0x01, 0x01);       /* e */
    len += put_integer(rsa_key + len, MODULUS, 0xe1, 0x6d); /* d */
    for (unsigned i = 0; i < 5; i++) {
        len += put_integer(rsa_key + len, 1, 0, 0);
    }
    rsa_key[0] = 0x30;
    rsa_key[1] = 0x82;
    rsa_key[2] = (uint8_t)((len - 4) >> 8);
    rsa_key[3] = (uint8_t)(len - 4);
    return (struct form_bytes){ rsa_key, (uint32_t)len };
}

/* ---- kinds ---- */

static const uint8_t key[32] = {
    0x31, 0x56, 0x7b, 0xa0, 0xc5, 0xea, 0x0f, 0x34, 0x59, 0x7e, 0xa3,
    0xc8, 0xed, 0x12, 0x37, 0x5c, 0x81, 0xa6, 0xcb, 0xf0, 0x15, 0x3a,
    0x5f, 0x84, 0xa9, 0xce, 0xf3, 0x18, 0x3d, 0x62, 0x87, 0xac,
};

#define KEY(bytes)                                                                     \
    {                                                                                  \
        key, (bytes)                                                                   \
    }

/* A cipher's source and destination are content, and so is its iv. */
#define HALF (CONTENT / 2 - 16)

static struct bench_hog_kind kinds[] = {
    { "3des-cbc",
      "3DES-CBC, 2 MiB",
      { .service = CIPHER,
        .algorithm = 8,
        .key = KEY(24),
        .iv = KEY(8),
        .dst_len = HALF },
      HALF,
      1 },
    { "cmac-3des",
      "CMAC with 3DES, 4 MiB",
      { .service = MAC, .algorithm = 25, .key = KEY(24), .result_len = 8 },
      CONTENT - 8,
      1 },
    { "chain",
      "3DES-CTR and then CMAC with 3DES over 2 MiB, in 1,000 pieces",
      { .service = CIPHER,
        .algorithm = 9,
        .key = KEY(24),
        .iv = KEY(8),
        .dst_len = HALF,
        .chain = true,
        .chain_order = 2,
        .hash_mode = 2,
        .auth_algorithm = 25,
        .auth_key = KEY(24),
        .result_len = 8,
        .cipher_len = HALF,
        .hash_len = HALF },
      HALF,
      500 },
    { "rsa",
      "RSA, 8192 bits, the private exponent without primes",
      { .service = AKCIPHER,
        .operation = 1,
        .algorithm = 1,
        .key_type = 2,
        .dst_len = MODULUS },
      MODULUS,
      1 },
    { "shake256",
      "SHAKE256, 4 MiB into 65536 bytes",
      { .service = HASH, .algorithm = 12, .result_len = 65536 },
      CONTENT - 65536,
      1 },
    { "sha3-512",
      "SHA3-512, 4 MiB",
      { .service = HASH, .algorithm = 10, .result_len = 64 },
      CONTENT - 64,
      1 },
    { "aes-f8",
      "AES-F8, 2 MiB, in 1,000 pieces",
      { .service = CIPHER,
        .algorithm = 12,
        .key = KEY(32),
        .iv = KEY(16),
        .dst_len = HALF },
      HALF,
      500 },
    { "aes-ccm",
      "AES-CCM, 2 MiB",
      { .service = AEAD,
        .algorithm = 2,
        .key = KEY(32),
        .iv = KEY(12),
        .tag_len = 16,
        .dst_len = HALF },
      HALF - 16,
      1 },
};

const struct bench_hog_kind *bench_hog_kinds(unsigned *n)
{
    *n = G_N_ELEMENTS(kinds);
    for (unsigned i = 0; i < *n; i++) {
        if (kinds[i].operation.service == AKCIPHER && !kinds[i].operation.key.data) {
            kinds[i].operation.key = make_rsa_key();
        }
    }
    return kinds;
}

/* ---- a request ---- */

struct table {
    struct qt_desc desc[MAX_TABLE];
    unsigned n;
};

static void add(struct table *table, uint64_t gpa, uint32_t len, unsigned pieces,
                bool writable)
{
    for (unsigned i = 0; i < pieces; i++) {
        uint32_t from = (uint32_t)((uint64_t)len * i / pieces);
        uint32_t to = (uint32_t)((uint64_t)len * (i + 1) / pieces);

        UT_TRUE_FATAL(table->n < MAX_TABLE);
        table->desc[table->n++] = (struct qt_desc){ gpa + from, to - from, writable };
    }
}

static uint64_t copied(struct qt_mem *mem, struct form_bytes bytes)
{
    uint64_t gpa = qt_mem_alloc(mem, bytes.len, 64);

    memcpy(qt_mem_ptr(mem, gpa, bytes.len), bytes.data, bytes.len);
    return gpa;
}

static uint64_t create(struct bench_device *device,
                       const struct form_operation *operation)
{
    uint8_t keys[2 * sizeof(rsa_key)];
    uint32_t len = operation->key.len + operation->auth_key.len;
    struct form_message message;
    struct qt_create_reply reply;

    form_create(operation, FORM_LEGACY, &message);
    memcpy(keys, operation->key.data ? operation->key.data : key, operation->key.len);
    if (operation->auth_key.len) {
        memcpy(keys + operation->key.len, operation->auth_key.data,
               operation->auth_key.len);
    }
    reply = qt_crypto_create(device->crypto, message.fixed, keys, len);
    UT_EQ_U64_FATAL(reply.status, QT_OK);
    return reply.session;
}

/* Adds the readable parts: small ones are copied, the source is the device's data. */
static void add_readable(struct table *table, struct bench_device *device,
                         const struct bench_hog_kind *kind, uint64_t session)
{
    struct form_operation operation = kind->operation;
    struct form_message message;

    operation.src = (struct form_bytes){ rsa_key, kind->src_len };
    form_data(&operation, FORM_LEGACY, session, &message);
    for (unsigned i = 0; i < message.n; i++) {
        struct form_bytes field = message.fields[i];

        if (field.data == operation.src.data) {
            add(table, device->src, field.len, kind->pieces, false);
        } else {
            add(table, copied(&device->machine->mem, field), field.len, 1, false);
        }
    }
}

static void add_writable(struct table *table, struct bench_hog *hog)
{
    struct qt_mem *mem = &hog->device->machine->mem;
    const struct form_operation *operation = &hog->kind->operation;
    uint32_t parts[] = { operation->dst_len, operation->tag_len,
                         operation->result_len };
    uint64_t gpa;

    for (unsigned i = 0; i < G_N_ELEMENTS(parts); i++) {
        if (parts[i]) {
            add(table, qt_mem_alloc(mem, parts[i], 64), parts[i],
                i ? 1 : hog->kind->pieces, true);
        }
    }
    gpa = qt_mem_alloc(mem, 1, 64);
    hog->status = qt_mem_ptr(mem, gpa, 1);
    *hog->status = UNSET;
    add(table, gpa, 1, 1, true);
}

void bench_hog_place(struct bench_hog *hog, struct bench_device *device,
                     const struct bench_hog_kind *kind, unsigned queue)
{
    uint64_t session = create(device, &kind->operation);
    g_autofree struct table *table = g_new0(struct table, 1);

    *hog = (struct bench_hog){ .kind = kind,
                               .device = device,
                               .vq = device->crypto->data[queue] };
    add_readable(table, device, kind, session);
    add_writable(table, hog);
    hog->table = qt_vring_new_table(hog->vq, table->desc, table->n);
    hog->n = table->n;
}

void bench_hog_give(struct bench_hog *hog, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        qt_vring_add_table(hog->vq, hog->table, hog->n);
    }
    qt_vring_set_used_event(hog->vq, (uint16_t)(hog->vq->last_used - 1));
    qt_vring_publish(hog->vq);
    hog->given += (uint16_t)n;
    bench_doorbell_kick(&hog->device->bell, hog->vq->index);
}

unsigned bench_hog_done(const struct bench_hog *hog)
{
    uint16_t done = (uint16_t)(qt_vring_used_idx(hog->vq) - hog->vq->last_used);

    if (done && *hog->status != QT_OK) {
        qt_die(hog->device->machine, "%s: status %u", hog->kind->name, *hog->status);
    }
    return done;
}
