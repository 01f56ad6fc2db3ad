/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The state of a backend from bytes that anybody may have made: as the input has them,
 * or put together here, section by section, with fields that are mostly right. An input
 * of zeros is a state that is taken.
 *
 * What is refused leaves a backend without sessions, one line that says why, and
 * nothing more asked of the source. What is taken is a backend that works: it says the
 * same state when it is saved, a third backend takes that, and requests with each
 * session have the same answers in both; ids that were destroyed, or were free, are
 * given to nobody.
 */
#include "message.h"
#include "support/state-bytes.h"
#include "vcrypto/about.h"
#include "vectors/akcipher.h"

#define MOST_BYTES 65536
#define SESSIONS   24

static struct fuzz_input *from;
static struct vcrypto_backend *first, *second;
static struct vcrypto_state_device here;

/* ---- a state, put together ---- */

static GByteArray *made;
static bool exactly; /* the fields of this section are right */

/* Mostly @right; else something near, or anything. */
static uint64_t maybe(uint64_t right)
{
    uint8_t how = exactly ? 0 : fuzz_u8(from);

    if (how < 0xf4) {
        return right;
    }
    return how < 0xfa ? right + how - 0xf6u : fuzz_u64(from);
}

static void put(uint64_t right, size_t size)
{
    uint8_t bytes[8];

    fuzz_put(bytes, maybe(right), size);
    g_byte_array_append(made, bytes, (guint)size);
}

static void put_exactly(uint64_t value, size_t size)
{
    uint8_t bytes[8];

    fuzz_put(bytes, value, size);
    g_byte_array_append(made, bytes, (guint)size);
}

static guint begin(uint32_t kind)
{
    exactly = fuzz_u8(from) < 0xf0;
    put(kind, 4);
    put_exactly(0, 4);
    return made->len;
}

/* Fills in the length, and does what may be done with a section as a whole. */
static void end(guint begun)
{
    uint8_t how = fuzz_u8(from);

    fuzz_put(made->data + begun - 4, maybe(made->len - begun), 4);
    if (how == 0xff) {
        g_byte_array_set_size(made, begun - 8);
    } else if (how == 0xfe && made->len < MOST_BYTES) {
        g_autofree uint8_t *copy =
            g_memdup2(made->data + begun - 8, made->len - begun + 8);

        g_byte_array_append(made, copy, made->len - begun + 8);
    }
}

static void put_promises(void)
{
    const struct vcrypto_state_promises *p = &here.promises;
    guint begun = begin(PROMISES);

    put(p->max_size, 8);
    put(p->max_cipher_key_len, 4);
    put(p->max_auth_key_len, 4);
    put(p->max_akcipher_key_len, 4);
    put(p->max_sessions, 4);
    put(p->queues, 4);
    put(p->options, 4);
    put(p->features, 4);
    put(p->data_ring, 4);
    put(p->control_ring, 4);
    end(begun);
}

static void put_algorithm(const struct vcrypto_algorithm *row)
{
    guint begun = begin(ALGORITHM);
    uint32_t least, most, count = 0;

    for (unsigned i = 0; i < VCRYPTO_MAX_KEY_SIZES; i++) {
        count += vcrypto_about_key_size(row, i, &least, &most);
    }
    put(row->service, 4);
    put(row->id, 4);
    put(count, 4);
    for (unsigned i = 0; i < VCRYPTO_MAX_KEY_SIZES; i++) {
        if (vcrypto_about_key_size(row, i, &least, &most)) {
            put(least, 4);
            put(most, 4);
        }
    }
    end(begun);
}

/* All of them as they are, so that few bytes of the input are enough; or with faults.
 */
static void put_algorithms(void)
{
    static struct fuzz_input nothing;
    struct fuzz_input *input = from;
    bool as_they_are = fuzz_u8(from) < 0xf0;
    size_t count;
    const struct vcrypto_algorithm *rows = vcrypto_algorithm_rows(&count);

    for (size_t i = 0; i < count; i++) {
        if (here.promises.algorithms[rows[i].service] & UINT64_C(1) << rows[i].id) {
            from = as_they_are ? &nothing : input;
            put_algorithm(&rows[i]);
        }
    }
    from = input;
}

static void put_device(void)
{
    guint begun = begin(DEVICE);

    put(here.promises.features & fuzz_u8(from), 4);
    put(0, 4);
    put(1, 4);
    put(here.promises.queues + 1, 4);
    for (uint32_t i = 0; i <= here.promises.queues; i++) {
        put(64, 4);
        put(i & 3, 4);
    }
    end(begun);
}

/* A session to be put: its fields are the input's to change. */
struct wanted {
    const struct vcrypto_algorithm *row, *auth;
    const struct akcipher_vector *akcipher;
    uint32_t key_len, auth_key_len;
};

static const struct vcrypto_algorithm *some_row(void)
{
    size_t count;
    const struct vcrypto_algorithm *rows = vcrypto_algorithm_rows(&count);

    return &rows[fuzz_u8(from) % count];
}

static uint32_t some_key_len(const struct vcrypto_algorithm *row)
{
    uint32_t least, most;

    for (unsigned i = 0, n = fuzz_u8(from); i < VCRYPTO_MAX_KEY_SIZES; i++) {
        if (vcrypto_about_key_size(row, (i + n) % VCRYPTO_MAX_KEY_SIZES, &least,
                                   &most)) {
            return least + fuzz_u8(from) % (most - least < 64 ? most - least + 1 : 64);
        }
    }
    return 0;
}

static void want(struct wanted *wanted)
{
    size_t count;
    const struct akcipher_vector *vectors = akcipher_vectors(&count);

    *wanted = (struct wanted){ .row = some_row() };
    if (wanted->row->service == VCRYPTO_SERVICE_AKCIPHER) {
        wanted->akcipher = &vectors[fuzz_u8(from) % count];
        wanted->row = vcrypto_algorithm_find(VCRYPTO_SERVICE_AKCIPHER,
                                             wanted->akcipher->algorithm);
        FUZZ_CHECK(wanted->row);
        wanted->key_len = (uint32_t)wanted->akcipher->key_len;
        return;
    }
    wanted->key_len = some_key_len(wanted->row);
    if (wanted->row->service == VCRYPTO_SERVICE_CIPHER && fuzz_u8(from) & 1) {
        const struct vcrypto_algorithm *auth = some_row();

        if (auth->service == VCRYPTO_SERVICE_HASH ||
            auth->service == VCRYPTO_SERVICE_MAC) {
            wanted->auth = auth;
            wanted->auth_key_len = some_key_len(auth);
        }
    }
}

static void put_keys(const struct wanted *wanted)
{
    guint at = made->len;
    uint8_t how;

    g_byte_array_set_size(made, at + wanted->key_len + wanted->auth_key_len);
    for (guint i = at; i < made->len; i++) {
        made->data[i] = (uint8_t)(i * 29 + 7);
    }
    if (wanted->akcipher) {
        memcpy(made->data + at, wanted->akcipher->key, wanted->key_len);
    }
    how = fuzz_u8(from);
    if (how >= 0xe0 && made->len > at) {
        made->data[at + fuzz_u16(from) % (made->len - at)] ^= how;
    }
}

static void put_akcipher_options(const struct akcipher_vector *v)
{
    bool curve = v && v->algorithm == VCRYPTO_AKCIPHER_ECDSA;

    put(v ? v->key_type : 0, 4);
    put(v && !curve ? v->options[0] : 0, 4);
    put(v && !curve ? v->options[1] : 0, 4);
    put(curve ? v->options[0] : 0, 4);
}

static void put_session(uint32_t slot)
{
    guint begun = begin(SESSION);
    uint32_t generation = fuzz_u8(from) % 4;
    struct wanted w;
    uint32_t hash_mode;
    bool two_ways, cipher;

    want(&w);
    cipher = w.row->service == VCRYPTO_SERVICE_CIPHER;
    two_ways = cipher || w.row->service == VCRYPTO_SERVICE_AEAD;
    hash_mode = !w.auth ? 0 : w.auth->service == VCRYPTO_SERVICE_HASH ? 1 : 2;
    put((uint64_t)generation << 32 | (slot + 1), 8);
    put(generation + fuzz_u8(from) / 0x80u, 4);
    put(w.row->service, 4);
    put(cipher ? 1 + !!w.auth : 0, 4);
    put(w.row->id, 4);
    put(two_ways ? 1 + fuzz_u8(from) % 2 : 0, 4);
    put(w.auth || !two_ways ? fuzz_u8(from) % 5 : 0, 4);
    put(w.row->service == VCRYPTO_SERVICE_AEAD ? 16 : 0, 4);
    put(w.auth ? 1 + fuzz_u8(from) % 2 : 0, 4);
    put(hash_mode, 4);
    put(w.auth ? w.auth->id : 0, 4);
    put_akcipher_options(w.akcipher);
    put(w.key_len, 4);
    put(w.auth_key_len, 4);
    put_keys(&w);
    end(begun);
}

static void put_free(uint32_t slots, uint32_t sessions)
{
    guint begun = begin(FREE_SLOTS);
    uint32_t count = fuzz_u8(from) % 8 + 1;

    put(count, 4);
    for (uint32_t i = 0; i < count; i++) {
        put((sessions + i) % slots, 4);
        put(fuzz_u8(from), 4);
    }
    end(begun);
}

static void put_counters(void)
{
    for (unsigned i = 0; i < 2 + VCRYPTO_STATUS_COUNT; i++) {
        put(i * 3, 8);
    }
}

static void put_statistics(void)
{
    const struct vcrypto_algorithm *row = some_row();
    uint32_t queue = fuzz_u8(from) % here.promises.queues;
    guint begun = begin(QUEUE_STATISTICS);

    put(queue, 4);
    put(1, 8);
    put(2, 8);
    put(3, 8);
    put_counters();
    end(begun);
    begun = begin(OPERATION_STATISTICS);
    put(queue, 4);
    put(fuzz_u8(from) % VCRYPTO_SERVICE_COUNT, 4);
    put(fuzz_u8(from) % VCRYPTO_OPERATIONS, 4);
    put(4, 8);
    put(5, 8);
    end(begun);
    begun = begin(ALGORITHM_STATISTICS);
    put(queue, 4);
    put(row->service, 4);
    put(row->id, 4);
    put_counters();
    end(begun);
}

static void put_state(void)
{
    uint32_t sessions = fuzz_u8(from) % SESSIONS, slots = here.promises.max_sessions;
    guint begun;

    sessions = sessions < slots ? sessions : slots;
    g_byte_array_append(made, (const uint8_t *)"vcrystat", 8);
    exactly = fuzz_u8(from) < 0xf0;
    put(1, 4);
    put_promises();
    put_algorithms();
    put_device();
    for (uint32_t i = 0; i < sessions; i++) {
        put_session(i);
    }
    if (sessions < slots && fuzz_u8(from) & 1) {
        put_free(slots, sessions);
    }
    if (fuzz_u8(from) & 1) {
        put_statistics();
    }
    begun = begin(END);
    put(sessions, 4);
    end(begun);
    for (unsigned changes = fuzz_u8(from) / 0xf0; changes; changes--) {
        made->data[fuzz_u16(from) % made->len] ^= fuzz_u8(from);
    }
}

/* ---- what must hold ---- */

struct taken {
    struct state_bytes bytes;
    bool failed;
};

static bool source(void *opaque, void *to, size_t len)
{
    struct taken *taken = opaque;

    FUZZ_CHECK(!taken->failed && len);
    taken->failed = !state_bytes_source(&taken->bytes, to, len);
    return !taken->failed;
}

static void check_refused(const struct vcrypto_state_device *device, const char *why)
{
    struct vcrypto_queue_statistics statistics;

    FUZZ_CHECK(!vcrypto_backend_sessions(first));
    FUZZ_CHECK(!memcmp(device, &here, sizeof(here)));
    FUZZ_CHECK(strlen(why) > 10 && !strchr(why, '\n'));
    vcrypto_backend_queue_statistics(first, 0, &statistics);
    FUZZ_CHECK(!statistics.batches && !statistics.unassigned.requests);
}

/* The fields of a session that a request has to know. */
struct seen {
    uint64_t id;
    uint32_t generation; /* of its slot */
    uint32_t service, op_type, algorithm, direction, result_len, tag_len;
    uint32_t hash_mode, auth_algorithm;
};

static void read_seen(const uint8_t *at, struct seen *seen)
{
    *seen = (struct seen){
        .id = fuzz_get(at) | (uint64_t)fuzz_get(at + 4) << 32,
        .generation = fuzz_get(at + 8),
        .service = fuzz_get(at + 12),
        .op_type = fuzz_get(at + 16),
        .algorithm = fuzz_get(at + 20),
        .direction = fuzz_get(at + 24),
        .result_len = fuzz_get(at + 28),
        .tag_len = fuzz_get(at + 32),
        .hash_mode = fuzz_get(at + 40),
        .auth_algorithm = fuzz_get(at + 44),
    };
}

static uint32_t lowest(uint32_t set)
{
    return set ? (uint32_t)__builtin_ctz(set) : 0;
}

#define ROOM 1200

struct answer {
    enum vcrypto_status status;
    uint8_t bytes[ROOM];
};

/* A request that fits the session, on @backend. */
static void ask(struct vcrypto_backend *backend, const struct seen *seen,
                unsigned operation, struct answer *answer)
{
    static uint8_t data[64];
    const struct vcrypto_algorithm *row =
        vcrypto_algorithm_find(seen->service, seen->algorithm);
    bool chain = seen->hash_mode, aead = seen->service == VCRYPTO_SERVICE_AEAD;
    struct iovec in = { data, sizeof(data) }, out = { answer->bytes, ROOM };
    struct vcrypto_request request = { .service = seen->service,
                                       .session_id = seen->id,
                                       .op_type = seen->op_type,
                                       .direction = seen->direction,
                                       .operation = operation };
    struct vcrypto_cursor room;

    FUZZ_CHECK(row);
    memset(answer, 0, sizeof(*answer));
    request.iv_len = aead ? lowest(row->iv_lens) : row->iv_len;
    request.tag_len = seen->tag_len;
    request.ranges.cipher_len = request.ranges.hash_len = sizeof(data);
    vcrypto_cursor_init(&request.src, &in, 1);
    vcrypto_cursor_init(&room, &out, 1);
    vcrypto_cursor_take(&room,
                        seen->service == VCRYPTO_SERVICE_AKCIPHER ? 1024
                        : aead ? sizeof(data) + seen->tag_len
                        : seen->service == VCRYPTO_SERVICE_CIPHER ? sizeof(data)
                                                                  : 0,
                        &request.dst);
    if (chain || seen->service == VCRYPTO_SERVICE_HASH ||
        seen->service == VCRYPTO_SERVICE_MAC) {
        vcrypto_cursor_take(&room, seen->result_len ? seen->result_len % 64 : 4,
                            &request.result);
    }
    FUZZ_CHECK(vcrypto_backend_run(backend, 0, &request, 1, NULL) == 1);
    answer->status = request.status;
    FUZZ_CHECK(answer->status < VCRYPTO_STATUS_COUNT);
}

/* After the last generation of a slot the first comes again. */
static bool any_last(const GArray *seen)
{
    bool last = false;

    for (guint i = 0; i < seen->len; i++) {
        last |= g_array_index(seen, struct seen, i).generation == UINT32_MAX;
    }
    return last;
}

/* Both have the session, and the same key. */
static void check_session(const struct seen *seen)
{
    static struct answer a, b;
    unsigned operation = fuzz_u8(from) % VCRYPTO_OPERATIONS;

    ask(first, seen, operation, &a);
    ask(second, seen, operation, &b);
    FUZZ_CHECK(a.status == b.status && a.status != VCRYPTO_INVSESS);
    if (seen->service != VCRYPTO_SERVICE_AKCIPHER) {
        FUZZ_CHECK(!memcmp(a.bytes, b.bytes, ROOM));
    }
}

/* An AES session more: its number is none of the @count in @seen. */
static uint64_t check_new(const GArray *seen)
{
    static uint8_t key[16];
    struct iovec iov = { key, sizeof(key) };
    struct vcrypto_session_params params = {
        .service = VCRYPTO_SERVICE_CIPHER,
        .op_type = VCRYPTO_OP_TYPE_CIPHER,
        .algorithm = VCRYPTO_CIPHER_AES_CBC,
        .direction = VCRYPTO_ENCRYPT,
        .key_len = sizeof(key),
    };
    static struct answer answer;
    struct seen one = { .service = VCRYPTO_SERVICE_CIPHER,
                        .op_type = VCRYPTO_OP_TYPE_CIPHER,
                        .algorithm = VCRYPTO_CIPHER_AES_CBC,
                        .direction = VCRYPTO_ENCRYPT };
    enum vcrypto_status status;

    vcrypto_cursor_init(&params.key, &iov, 1);
    status = vcrypto_backend_create_session(first, &params, &one.id);
    if (status == VCRYPTO_NOSPC) {
        FUZZ_CHECK(vcrypto_backend_sessions(first) == here.promises.max_sessions);
        return 0;
    }
    FUZZ_CHECK(status == VCRYPTO_OK);
    for (guint i = 0; i < seen->len; i++) {
        FUZZ_CHECK(g_array_index(seen, struct seen, i).id != one.id);
    }
    ask(first, &one, 0, &answer);
    FUZZ_CHECK(answer.status == VCRYPTO_OK);
    return one.id;
}

static void check_ids(const GArray *seen)
{
    for (guint i = 0; i < seen->len; i++) {
        static struct answer answer;
        const struct seen *one = &g_array_index(seen, struct seen, i);

        if (fuzz_u8(from) & 1) {
            continue;
        }
        FUZZ_CHECK(vcrypto_backend_destroy_session(first, one->id) == VCRYPTO_OK);
        FUZZ_CHECK(vcrypto_backend_destroy_session(first, one->id) == VCRYPTO_ERR);
        ask(first, one, 0, &answer);
        FUZZ_CHECK(answer.status == VCRYPTO_INVSESS);
        check_new(seen);
    }
    vcrypto_backend_reset(first);
    for (unsigned i = 0; i < 8 && check_new(seen); i++) {
    }
}

static GArray *read_sessions(const GByteArray *bytes)
{
    GArray *sessions = g_array_new(FALSE, FALSE, sizeof(struct seen));

    for (guint at = 12; at < bytes->len; at += 8 + fuzz_get(bytes->data + at + 4)) {
        if (fuzz_get(bytes->data + at) == SESSION) {
            struct seen seen;

            read_seen(bytes->data + at + 8, &seen);
            g_array_append_val(sessions, seen);
        }
    }
    return sessions;
}

static void check_taken(const struct vcrypto_state_device *device)
{
    struct vcrypto_state_device again = here;
    char why[VCRYPTO_STATE_MESSAGE];
    g_autoptr(GByteArray) bytes = state_bytes_save(first, device);
    g_autoptr(GArray) seen = read_sessions(bytes);
    GByteArray *same;

    FUZZ_CHECK(seen->len == vcrypto_backend_sessions(first));
    FUZZ_CHECK(seen->len <= here.promises.max_sessions);
    FUZZ_CHECK(state_bytes_load(second, &again, bytes, why, sizeof(why)));
    FUZZ_CHECK(!memcmp(&again, device, sizeof(again)));
    same = state_bytes_save(second, &again);
    FUZZ_CHECK(same->len == bytes->len && !memcmp(same->data, bytes->data, same->len));
    g_byte_array_unref(same);
    for (guint i = 0; i < seen->len; i++) {
        check_session(&g_array_index(seen, struct seen, i));
    }
    if (!any_last(seen)) {
        check_ids(seen);
    }
}

static void describe(void)
{
    memset(&here, 0, sizeof(here));
    vcrypto_backend_promises(first, &here.promises);
    here.promises.options = fuzz_u8(from) & 1 ? 0 : 3;
    here.promises.features = fuzz_u8(from) & 1 ? 0 : 0x3f;
    here.promises.data_ring = here.promises.control_ring = 64;
}

static void make_backends(void)
{
    static bool ready; /* the engines, for as long as the program runs */
    const struct vcrypto_backend_config config = {
        .queues = 1 + fuzz_u8(from) % 3u,
        .max_sessions = 1 + (31u ^ fuzz_u8(from) % 32u),
        .max_cipher_key_len = 256,
        .max_auth_key_len = 512,
        .max_akcipher_key_len = 4096,
        .max_size = 4096,
        .single = true,
    };
    const char *why;

    ready = ready || vcrypto_algorithms_init(&why);
    FUZZ_CHECK(ready);
    first = vcrypto_backend_new(&config, &why);
    second = vcrypto_backend_new(&config, &why);
    FUZZ_CHECK(first && second);
    describe();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input input = { data, size };
    struct vcrypto_state_device device;
    char why[VCRYPTO_STATE_MESSAGE] = "";
    struct taken taken = { .failed = false };
    uint8_t how;

    from = &input;
    made = g_byte_array_new();
    how = fuzz_u8(from);
    make_backends();
    if (how == 0xff) {
        g_byte_array_append(made, from->data, (guint)from->left);
    } else {
        put_state();
    }
    taken.bytes.all = made;
    device = here;
    if (vcrypto_backend_load(first, &device, source, &taken, why, sizeof(why))) {
        FUZZ_CHECK(!taken.failed);
        check_taken(&device);
    } else {
        check_refused(&device, why);
    }
    vcrypto_backend_free(first);
    vcrypto_backend_free(second);
    g_byte_array_unref(made);
    return 0;
}
