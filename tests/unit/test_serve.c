/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Chains in, statuses and bytes out: the order in which faults are answered, sessions
 * from their creation to their end, and both at once from several threads.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include "support/hex.h"
#include "support/message.h"
#include "support/ut.h"
#include "support/wait.h"
#include "vcrypto/serve.h"

#define QUEUES       4
#define MAX_SESSIONS 600

static struct vcrypto_service_point point;

/* RFC 3602, section 4, case 1. */
static uint8_t key[16], iv[16], plain[16], cipher[16];

static int set_up(void)
{
    static const struct vcrypto_backend_config config = {
        .queues = QUEUES,
        .max_sessions = MAX_SESSIONS,
        .max_cipher_key_len = 64,
        .max_auth_key_len = 64,
        .max_size = 4096,
    };
    const char *why;

    hex_decode("06a9214036b8a15b512e03d534120006", key, 16);
    hex_decode("3dafba429d9eb430b422da802c9fac41", iv, 16);
    hex_decode("e353779c1079aeb82708942dbe77181a", cipher, 16);
    memcpy(plain, "Single block msg", 16);
    point = (struct vcrypto_service_point){
        .backend = vcrypto_backend_new(&config, &why),
        .limits = { .services = 1, .max_size = 4096, .max_cipher_key_len = 64 },
        .ready = true,
    };
    return point.backend ? 0 : -1;
}

static int tear_down(void)
{
    vcrypto_backend_free(point.backend);
    return 0;
}

/* Sends a control message, which it frees; returns the status. */
static uint32_t control(GByteArray *message, size_t room, uint64_t *id)
{
    struct iovec out = { message->data, message->len }, in = { NULL, room };
    struct vcrypto_chain chain = { &out, 1, &in, 1 };
    struct vcrypto_control_reply reply;

    memset(&reply, 0xee, sizeof(reply));
    vcrypto_serve_control(&point, &chain, &reply);
    g_byte_array_unref(message);
    if (room >= 16 && reply.size == 16) {
        if (id) {
            memcpy(id, reply.bytes, 8);
        }
        return reply.bytes[8];
    }
    return reply.size ? reply.bytes[0] : 0xff;
}

static uint64_t create(enum vcrypto_direction direction)
{
    uint64_t id = 0;

    UT_EQ_U64_FATAL(control(message_create_cipher(3, direction, key, 16), 16, &id),
                    VCRYPTO_OK);
    UT_TRUE_FATAL(id != 0);
    return id;
}

static uint32_t destroy(uint64_t id)
{
    return control(message_destroy(VCRYPTO_CIPHER_DESTROY_SESSION, id), 1, NULL);
}

static uint8_t result[64];

/* Sends a data message, which it frees, to @queue; the result goes to result[]. */
static enum vcrypto_status data(GByteArray *message, uint32_t queue, uint32_t *used)
{
    struct iovec out = { message->data, message->len }, in = { result, 17 };
    struct vcrypto_request request = { .chain = { &out, 1, &in, 1 } };

    memset(result, 0xcc, sizeof(result));
    vcrypto_serve_decode(&point, &point.limits, &request, 1);
    vcrypto_serve_run(&point, queue, &request, 1, NULL);
    g_byte_array_unref(message);
    if (used) {
        *used = vcrypto_serve_used_length(&request, 17);
    }
    return request.status;
}

static GByteArray *encryption(uint64_t id)
{
    return message_cipher(VCRYPTO_CIPHER_ENCRYPT, id, iv, 16, plain, 16, 16);
}

/* shows: DES-1 */
static void session_works_until_it_is_destroyed(void)
{
    uint64_t id = create(VCRYPTO_ENCRYPT);
    uint32_t used;

    for (uint32_t queue = 0; queue < QUEUES; queue++) {
        UT_EQ_U64(data(encryption(id), queue, &used), VCRYPTO_OK);
        UT_EQ_MEM(result, cipher, 16);
        UT_EQ_U64(result[16], 0xcc);
        UT_EQ_U64(used, 17);
    }
    UT_EQ_U64(destroy(id), VCRYPTO_OK);
    UT_EQ_U64(destroy(id), VCRYPTO_ERR);
    for (uint32_t queue = 0; queue < QUEUES; queue++) {
        UT_EQ_U64(data(encryption(id), queue, &used), VCRYPTO_INVSESS);
        UT_EQ_U64(used, 1);
        UT_EQ_U64(result[0], 0xcc);
    }
}

/* shows: SYM-2 */
static void decryption_needs_a_session_for_it(void)
{
    uint64_t id = create(VCRYPTO_DECRYPT);

    UT_EQ_U64(data(message_cipher(VCRYPTO_CIPHER_DECRYPT, id, iv, 16, cipher, 16, 16),
                   0, NULL),
              VCRYPTO_OK);
    UT_EQ_MEM(result, plain, 16);
    UT_EQ_U64(data(encryption(id), 0, NULL), VCRYPTO_ERR);
    UT_EQ_U64(destroy(id), VCRYPTO_OK);
}

static void every_request_begins_with_its_own_iv(void)
{
    uint64_t id = create(VCRYPTO_ENCRYPT);

    for (unsigned i = 0; i < 3; i++) {
        UT_EQ_U64(data(encryption(id), 0, NULL), VCRYPTO_OK);
        UT_EQ_MEM(result, cipher, 16);
    }
    UT_EQ_U64(data(message_cipher(0, id, iv, 0, plain, 16, 16), 0, NULL), VCRYPTO_ERR);
    UT_EQ_U64(destroy(id), VCRYPTO_OK);
}

static void reset_drops_all_sessions(void)
{
    uint64_t ids[50];

    for (unsigned i = 0; i < G_N_ELEMENTS(ids); i++) {
        ids[i] = create(VCRYPTO_ENCRYPT);
        UT_EQ_U64(data(encryption(ids[i]), i % QUEUES, NULL), VCRYPTO_OK);
    }
    vcrypto_backend_reset(point.backend);
    UT_EQ_U64(vcrypto_backend_sessions(point.backend), 0);
    for (unsigned i = 0; i < G_N_ELEMENTS(ids); i++) {
        UT_EQ_U64(data(encryption(ids[i]), i % QUEUES, NULL), VCRYPTO_INVSESS);
    }
}

static void full_table_is_an_error_without_feature_bit_0(void)
{
    uint64_t first = create(VCRYPTO_ENCRYPT), id = 7;

    for (unsigned i = 1; i < MAX_SESSIONS; i++) {
        create(VCRYPTO_ENCRYPT);
    }
    UT_EQ_U64(control(message_create_cipher(3, 1, key, 16), 16, &id), VCRYPTO_ERR);
    UT_EQ_U64(id, 0);
    UT_EQ_U64(destroy(first), VCRYPTO_OK);
    create(VCRYPTO_ENCRYPT);
    vcrypto_backend_reset(point.backend);
}

/* More sessions than a queue keeps contexts of. */
static void contexts_that_were_evicted_are_made_again(void)
{
    uint64_t ids[MAX_SESSIONS];

    for (unsigned i = 0; i < MAX_SESSIONS; i++) {
        ids[i] = create(VCRYPTO_ENCRYPT);
    }
    for (unsigned round = 0; round < 3; round++) {
        for (unsigned i = 0; i < MAX_SESSIONS; i++) {
            UT_EQ_U64(data(encryption(ids[i]), 0, NULL), VCRYPTO_OK);
            UT_EQ_MEM(result, cipher, 16);
        }
    }
    vcrypto_backend_reset(point.backend);
}

/* shows: CRE-3 */
static void create_faults_have_an_order(void)
{
    GByteArray *message;

    message = message_create_cipher(99, 9, key, 16);
    message_set32(message, MESSAGE_CREATE_OP_TYPE, 0);
    UT_EQ_U64(control(message, 16, NULL), VCRYPTO_NOTSUPP);
    message = message_create_cipher(99, 9, key, 15);
    UT_EQ_U64(control(message, 16, NULL), VCRYPTO_NOTSUPP);
    message = message_create_cipher(3, 9, key, 16);
    UT_EQ_U64(control(message, 16, NULL), VCRYPTO_ERR);
    UT_EQ_U64(control(message_create_cipher(3, 0, key, 16), 16, NULL), VCRYPTO_ERR);
    UT_EQ_U64(control(message_create_cipher(3, 1, key, 15), 16, NULL), VCRYPTO_ERR);
    UT_EQ_U64(control(message_create_cipher(3, 1, key, 0), 16, NULL), VCRYPTO_ERR);
    UT_EQ_U64(vcrypto_backend_sessions(point.backend), 0);
}

static void create_without_room_for_its_reply_makes_nothing(void)
{
    for (size_t room = 0; room < 16; room++) {
        UT_EQ_U64(control(message_create_cipher(3, 1, key, 16), room, NULL), 0xff);
    }
    UT_EQ_U64(vcrypto_backend_sessions(point.backend), 0);
}

static void data_faults_have_an_order(void)
{
    uint64_t id = create(VCRYPTO_ENCRYPT);
    GByteArray *message;

    /* Service before session, */
    message = message_cipher(0x100, 999, iv, 16, plain, 16, 16);
    UT_EQ_U64(data(message, 0, NULL), VCRYPTO_NOTSUPP);
    /* session before op_type and lengths, */
    message = message_cipher(0, 999, iv, 16, plain, 15, 1);
    message_set32(message, MESSAGE_DATA_OP_TYPE, 0);
    UT_EQ_U64(data(message, 0, NULL), VCRYPTO_INVSESS);
    /* the session's op_type before the request's lengths, */
    message = message_cipher(0, id, iv, 16, plain, 15, 1);
    message_set32(message, MESSAGE_DATA_OP_TYPE, 2);
    UT_EQ_U64(data(message, 0, NULL), VCRYPTO_INVSESS);
    /* op_type before lengths, */
    message = message_cipher(0, id, iv, 16, plain, 15, 1);
    message_set32(message, MESSAGE_DATA_OP_TYPE, 0);
    UT_EQ_U64(data(message, 0, NULL), VCRYPTO_NOTSUPP);
    /* and lengths last. */
    message = message_cipher(0, id, iv, 16, plain, 15, 15);
    UT_EQ_U64(data(message, 0, NULL), VCRYPTO_ERR);
    UT_EQ_U64(destroy(id), VCRYPTO_OK);
}

static void nothing_is_served_before_the_device_is_ready(void)
{
    uint64_t id = create(VCRYPTO_ENCRYPT);

    point.ready = false;
    UT_EQ_U64(data(encryption(id), 0, NULL), VCRYPTO_ERR);
    UT_EQ_U64(control(message_create_cipher(3, 1, key, 16), 16, NULL), VCRYPTO_ERR);
    UT_EQ_U64(destroy(id), VCRYPTO_ERR);
    point.ready = true;
    UT_EQ_U64(data(encryption(id), 0, NULL), VCRYPTO_OK);
    UT_EQ_U64(destroy(id), VCRYPTO_OK);
}

/* shows: COR-2 */
static void used_length_is_bounded_by_room(void)
{
    struct vcrypto_request request = { .status = VCRYPTO_OK,
                                       .written = 24,
                                       .used = 16 };

    UT_EQ_U64(vcrypto_serve_used_length(&request, 17), 17);
    UT_EQ_U64(vcrypto_serve_used_length(&request, 100), 17);
    request.status = VCRYPTO_ERR;
    UT_EQ_U64(vcrypto_serve_used_length(&request, 100), 1);
    UT_EQ_U64(vcrypto_serve_used_length(&request, 1), 1);
    UT_EQ_U64(vcrypto_serve_used_length(&request, 0), 0);
}

static atomic_bool stop;
static _Atomic uint64_t shared_id;
static atomic_uint right, gone, wrong;

/* A thread's own message: GLib's allocator is not known to the thread sanitizer. */
struct churn {
    uint32_t queue;
    uint8_t message[104];
};

/* Encrypts with whatever session there is; only two answers are right. */
static void *churn_worker(void *opaque)
{
    struct churn *mine = opaque;
    uint32_t queue = mine->queue;

    while (!atomic_load(&stop)) {
        uint64_t id = atomic_load(&shared_id);
        uint8_t answer[17];
        struct iovec out = { mine->message, sizeof(mine->message) },
                     in = { answer, 17 };
        struct vcrypto_request request = { .chain = { &out, 1, &in, 1 } };

        memcpy(mine->message + MESSAGE_SESSION_ID, &id, sizeof(id));
        vcrypto_serve_decode(&point, &point.limits, &request, 1);
        vcrypto_serve_run(&point, queue, &request, 1, NULL);
        if (request.status == VCRYPTO_OK && memcmp(answer, cipher, 16) == 0) {
            atomic_fetch_add(&right, 1);
        } else if (request.status == VCRYPTO_INVSESS) {
            atomic_fetch_add(&gone, 1);
        } else {
            atomic_fetch_add(&wrong, 1);
        }
    }
    return NULL;
}

static void sessions_may_end_while_requests_run(void)
{
    pthread_t threads[QUEUES];
    struct churn churn[QUEUES];
    GByteArray *message = encryption(0);
    unsigned number;

    UT_EQ_U64_FATAL(message->len, sizeof(churn[0].message));
    atomic_store(&shared_id, create(VCRYPTO_ENCRYPT));
    for (uint32_t i = 0; i < QUEUES; i++) {
        churn[i].queue = i;
        memcpy(churn[i].message, message->data, message->len);
        UT_EQ_U64_FATAL(pthread_create(&threads[i], NULL, churn_worker, &churn[i]), 0);
    }
    g_byte_array_unref(message);
    number = watchdog_wait_begin(WATCHDOG_WAIT_WORK,
                                 "a request that is answered and one without session");
    for (unsigned i = 0; i < 20000 || !atomic_load(&gone) || !atomic_load(&right);
         i++) {
        uint64_t old = atomic_load(&shared_id);

        if (i % 16 == 0) {
            vcrypto_backend_reset(point.backend);
        } else {
            UT_EQ_U64(destroy(old), VCRYPTO_OK);
        }
        atomic_store(&shared_id, create(VCRYPTO_ENCRYPT));
    }
    watchdog_wait_end(number);
    atomic_store(&stop, true);
    for (unsigned i = 0; i < QUEUES; i++) {
        wait_join(threads[i], "the thread of queue %u", i);
    }
    ut_note("%u answers, %u times the session was gone", atomic_load(&right),
            atomic_load(&gone));
    UT_EQ_U64(atomic_load(&wrong), 0);
    vcrypto_backend_reset(point.backend);
}

static const struct ut_test tests[] = {
    { "session works until it is destroyed", session_works_until_it_is_destroyed },
    { "decryption needs a session for it", decryption_needs_a_session_for_it },
    { "every request begins with its own iv", every_request_begins_with_its_own_iv },
    { "reset drops all sessions", reset_drops_all_sessions },
    { "full table is an error without feature bit 0",
      full_table_is_an_error_without_feature_bit_0 },
    { "contexts that were evicted are made again",
      contexts_that_were_evicted_are_made_again },
    { "create faults have an order", create_faults_have_an_order },
    { "create without room for its reply makes nothing",
      create_without_room_for_its_reply_makes_nothing },
    { "data faults have an order", data_faults_have_an_order },
    { "nothing is served before the device is ready",
      nothing_is_served_before_the_device_is_ready },
    { "used length is bounded by room", used_length_is_bounded_by_room },
    { "sessions may end while requests run", sessions_may_end_while_requests_run },
    { NULL, NULL },
};

int main(int argc, char **argv)
{
    static const struct ut_suite suites[] = {
        { "serve", set_up, tear_down, tests },
        { NULL, NULL, NULL, NULL },
    };

    return ut_main(argc, argv, suites);
}
