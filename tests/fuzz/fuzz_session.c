/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sessions against a model, at two heights.
 *
 * The table: what was added is found until it is removed, and never after; an id is
 * never 0 and never given twice; a session lives as long as somebody refers to it.
 *
 * The backend: requests on several queues, whose caches are smaller than the table, get
 * the answer of the key that belongs to the id, or VCRYPTO_INVSESS for an id that is
 * gone; sessions made and destroyed between two requests of one batch included.
 */
#include <openssl/evp.h>

#include "backend/session.h"
#include "message.h"
#include "vcrypto/backend.h"

#define MOST   600 /* sessions at a time */
#define IDS    4096
#define QUEUES 3
#define HELD   8

/* Every id that was ever given, and what it stands for. */
struct known {
    uint64_t id;
    uint16_t key;
    bool live;
};

static struct known known[IDS];
static size_t known_count, live_count;
static uint32_t most;

static void remember(uint64_t id, uint16_t key)
{
    FUZZ_CHECK(id && known_count < IDS);
    for (size_t i = 0; i < known_count; i++) {
        FUZZ_CHECK(known[i].id != id);
    }
    known[known_count++] = (struct known){ id, key, true };
    live_count++;
    FUZZ_CHECK(live_count <= most);
}

static void forget(struct known *entry)
{
    entry->live = false;
    live_count--;
}

/* One that was given before, or one that was not; *@entry is NULL then. */
static uint64_t some_id(struct fuzz_input *input, struct known **entry)
{
    uint16_t which = fuzz_u16(input);
    uint64_t id;

    *entry = NULL;
    if (which < 0xf000 && known_count) {
        /* Mostly a late one. */
        size_t back = which & 0x800 ? which % known_count : which % 16;

        *entry = &known[known_count - 1 - (back < known_count ? back : 0)];
        return (*entry)->id;
    }
    id = which & 1 ? fuzz_u64(input) : which % 64;
    for (size_t i = 0; i < known_count; i++) {
        if (known[i].id == id) {
            *entry = &known[i];
        }
    }
    return id;
}

/* ---- the table ---- */

static struct session_table table;
static struct session *held[HELD];
static uint64_t held_ids[HELD];

static void drop_held(unsigned which)
{
    if (held[which]) {
        FUZZ_CHECK(held[which]->id == held_ids[which]);
        vcrypto_session_unref(held[which]);
        held[which] = NULL;
    }
}

static void add_one(void)
{
    struct session *session = vcrypto_session_new(16);
    enum vcrypto_status status;

    FUZZ_CHECK(session);
    status = vcrypto_session_table_add(&table, session);
    if (status == VCRYPTO_OK) {
        remember(session->id, 0);
    } else {
        FUZZ_CHECK(status == VCRYPTO_NOSPC && live_count == most);
        vcrypto_session_unref(session);
    }
}

static void get_one(struct fuzz_input *input)
{
    unsigned which = fuzz_u8(input) % HELD;
    struct known *entry;
    uint64_t id = some_id(input, &entry);
    struct session *session = vcrypto_session_table_get(&table, id);

    FUZZ_CHECK(!session == !(entry && entry->live));
    if (session) {
        FUZZ_CHECK(session->id == id && !session->destroyed);
        drop_held(which);
        held[which] = session;
        held_ids[which] = id;
    }
}

static void remove_one(struct fuzz_input *input)
{
    struct known *entry;
    uint64_t id = some_id(input, &entry);
    struct session *session = vcrypto_session_table_remove(&table, id);

    FUZZ_CHECK(!session == !(entry && entry->live));
    if (session) {
        FUZZ_CHECK(session->id == id && session->destroyed);
        vcrypto_session_unref(session);
        forget(entry);
    }
}

static void remove_all(void)
{
    struct session *session;
    uint32_t slot = 0;

    while ((session = vcrypto_session_table_remove_next(&table, &slot))) {
        struct known *entry = NULL;

        for (size_t i = 0; i < known_count; i++) {
            entry = known[i].id == session->id ? &known[i] : entry;
        }
        FUZZ_CHECK(entry && entry->live && session->destroyed);
        vcrypto_session_unref(session);
        forget(entry);
    }
    FUZZ_CHECK(!live_count);
}

static void fuzz_table(struct fuzz_input *input)
{
    vcrypto_session_table_init(&table, most);
    while (input->left && known_count < IDS) {
        uint8_t what = fuzz_u8(input);

        if (what < 0x60) {
            add_one();
        } else if (what < 0xa0) {
            get_one(input);
        } else if (what < 0xe0) {
            remove_one(input);
        } else if (what < 0xf8) {
            drop_held(fuzz_u8(input) % HELD);
        } else {
            remove_all();
        }
        FUZZ_CHECK(vcrypto_session_table_live(&table) == live_count);
    }
    remove_all();
    for (unsigned i = 0; i < HELD; i++) {
        drop_held(i);
    }
    vcrypto_session_table_fini(&table);
}

/* ---- the backend ---- */

static struct vcrypto_backend *backend;

static void make_key(uint16_t number, uint8_t key[16])
{
    memset(key, 0x11, 16);
    fuzz_put(key, number, 2);
}

static void create_one(struct fuzz_input *input)
{
    uint16_t number = fuzz_u16(input);
    uint8_t key[16];
    struct iovec iov = { key, sizeof(key) };
    struct vcrypto_session_params params = {
        .service = VCRYPTO_SERVICE_CIPHER,
        .op_type = VCRYPTO_OP_TYPE_CIPHER,
        .algorithm = VCRYPTO_CIPHER_AES_ECB,
        .direction = VCRYPTO_ENCRYPT,
        .key_len = sizeof(key),
        .late = VCRYPTO_OK,
    };
    enum vcrypto_status status;
    uint64_t id;

    make_key(number, key);
    vcrypto_cursor_init(&params.key, &iov, 1);
    status = vcrypto_backend_create_session(backend, &params, &id);
    if (status == VCRYPTO_OK) {
        remember(id, number);
    } else {
        FUZZ_CHECK(status == VCRYPTO_NOSPC && live_count == most);
    }
}

static void destroy_one(struct fuzz_input *input)
{
    struct known *entry;
    uint64_t id = some_id(input, &entry);
    bool live = entry && entry->live;

    FUZZ_CHECK(vcrypto_backend_destroy_session(backend, id) ==
               (live ? VCRYPTO_OK : VCRYPTO_ERR));
    if (live) {
        forget(entry);
    }
}

static void expect_block(uint16_t number, const uint8_t in[16], uint8_t out[16])
{
    static EVP_CIPHER_CTX *context;
    uint8_t key[16];
    int n;

    if (!context) {
        context = EVP_CIPHER_CTX_new(); /* for as long as the program runs */
    }
    make_key(number, key);
    FUZZ_CHECK(EVP_EncryptInit_ex(context, EVP_aes_128_ecb(), NULL, key, NULL));
    FUZZ_CHECK(EVP_CIPHER_CTX_set_padding(context, 0));
    FUZZ_CHECK(EVP_EncryptUpdate(context, out, &n, in, 16) && n == 16);
}

/* A batch of requests, each for a session of its own; some are destroyed before. */
static void run_batch(struct fuzz_input *input)
{
    enum { BATCH = 6 };
    struct vcrypto_request requests[BATCH];
    uint8_t src[BATCH][16], dst[BATCH][16], expected[16];
    struct iovec in[BATCH], out[BATCH];
    struct known *entries[BATCH];
    size_t count = 1 + fuzz_u8(input) % BATCH, done = 0;
    uint32_t queue = fuzz_u8(input) % QUEUES;

    memset(requests, 0, sizeof(requests));
    memset(dst, 0, sizeof(dst));
    for (size_t i = 0; i < count; i++) {
        memset(src[i], (int)i, 16);
        in[i] = (struct iovec){ src[i], 16 };
        out[i] = (struct iovec){ dst[i], 16 };
        requests[i].service = VCRYPTO_SERVICE_CIPHER;
        requests[i].op_type = VCRYPTO_OP_TYPE_CIPHER;
        requests[i].direction = VCRYPTO_ENCRYPT;
        requests[i].session_id = some_id(input, &entries[i]);
        vcrypto_cursor_init(&requests[i].src, &in[i], 1);
        vcrypto_cursor_init(&requests[i].dst, &out[i], 1);
    }
    while (done < count) {
        done +=
            vcrypto_backend_run(backend, queue, requests + done, count - done, NULL);
    }
    for (size_t i = 0; i < count; i++) {
        bool live = entries[i] && entries[i]->live;

        FUZZ_CHECK(requests[i].status == (live ? VCRYPTO_OK : VCRYPTO_INVSESS));
        memset(expected, 0, sizeof(expected));
        if (live) {
            expect_block(entries[i]->key, src[i], expected);
        }
        FUZZ_CHECK(!memcmp(dst[i], expected, 16));
    }
}

static void reset_all(void)
{
    vcrypto_backend_reset(backend);
    for (size_t i = 0; i < known_count; i++) {
        known[i].live = false;
    }
    live_count = 0;
}

static void fuzz_backend(struct fuzz_input *input, bool single)
{
    static bool ready; /* the engines, for as long as the program runs */
    const struct vcrypto_backend_config config = {
        .queues = QUEUES,
        .max_sessions = most,
        .max_cipher_key_len = 64,
        .max_size = 1024,
        .single = single,
    };
    const char *why;

    ready = ready || vcrypto_algorithms_init(&why);
    FUZZ_CHECK(ready);
    backend = vcrypto_backend_new(&config, &why);
    FUZZ_CHECK(backend);
    while (input->left && known_count < IDS) {
        uint8_t what = fuzz_u8(input);

        if (what < 0x60) {
            create_one(input);
        } else if (what < 0xc0) {
            run_batch(input);
        } else if (what < 0xfc) {
            destroy_one(input);
        } else {
            reset_all();
        }
        FUZZ_CHECK(vcrypto_backend_sessions(backend) == live_count);
    }
    vcrypto_backend_free(backend);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input input = { data, size };
    uint8_t how = fuzz_u8(&input);

    known_count = live_count = 0;
    most = 1 + (how & 2 ? fuzz_u8(&input) % 16u : fuzz_u16(&input) % MOST);
    if (how & 1) {
        fuzz_backend(&input, how & 0xfc);
    } else {
        fuzz_table(&input);
    }
    return 0;
}
