/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sessions that are not what a request takes them for, are not there, or go while they
 * are in use; keys of every wrong length; and what is refused again and again: each
 * gets its status, and nothing of it stays.
 */
#include "flight.h"
#include "kinds.h"
#include "support/ut.h"

#include <glib.h>
#include <stdio.h>
#include <string.h>

#define MAX_SESSIONS     64
#define MAX_CIPHER_KEY   256 /* the defaults */
#define MAX_AUTH_KEY     512
#define MAX_AKCIPHER_KEY 16384
#define IN_FLIGHT        60
#define ROUNDS           20
#define REFUSALS         500 /* of each kind */
#define SLACK_KIB        256
#define QUEUE_ID         12 /* offset in the header of a control request */

static struct qt_machine *machine;
static struct qt_crypto *crypto;
static uint64_t mark;

static int start(void)
{
    g_autofree char *options = NULL;

    if (!qt_plugin()) {
        return 0;
    }
    options = g_strdup_printf(",max-sessions=%d", MAX_SESSIONS);
    machine = qt_form_machine(options);
    if (!machine) {
        return -1;
    }
    mark = qt_mem_mark(&machine->mem);
    crypto = qt_crypto_open(machine, 0, qt_form_features(FORM_LEGACY));
    return 0;
}

static int stop(void)
{
    qt_crypto_close(crypto);
    return qt_machine_stop(machine);
}

static void use_features(uint64_t features)
{
    qt_mem_reset(&machine->mem, mark);
    qt_crypto_restart(crypto, features);
}

/* Nothing but the status of a request that is sent with @id. */
static uint8_t refused(const struct form_operation *o, enum form form, uint64_t id)
{
    struct form_message message;

    form_data(o, form, id, &message);
    return qt_refused(crypto->data[0], &message, o->dst_len + o->result_len);
}

/* Then nobody holds a place in the table that is not to have one. */
static void check_table_is_empty(enum form form)
{
    struct form_operation o = qt_kind(QT_SERVICE_HASH);
    uint64_t ids[MAX_SESSIONS];

    for (unsigned i = 0; i < MAX_SESSIONS; i++) {
        ids[i] = qt_form_session(crypto, &o, form);
    }
    UT_EQ_U64(qt_form_create(crypto, &o, form).status,
              form == FORM_LEGACY ? QT_ERR : QT_NOSPC);
    for (unsigned i = 0; i < MAX_SESSIONS; i++) {
        UT_EQ_U64(qt_form_destroy(crypto, &o, form, ids[i]), QT_OK);
    }
}

/* ---- sessions of others, and of nobody ---- */

static bool is_aead(unsigned kind)
{
    return kind == QT_SERVICE_AEAD || kind == QT_KIND_AEAD_DECRYPT;
}

/* The two kinds of AEAD differ in direction only. */
static uint8_t expected(unsigned session, unsigned request)
{
    return is_aead(session) && is_aead(request) ? QT_ERR : QT_INVSESS;
}

static void check_pair(unsigned session, unsigned request, enum form form)
{
    struct form_operation own = qt_kind(session), other = qt_kind(request);
    uint64_t id = qt_form_session(crypto, &own, form);

    ut_context("request of kind %u on a session of %u, %s", request, session,
               form_name(form));
    if (session != request) {
        UT_EQ_U64(refused(&other, form, id), expected(session, request));
    }
    UT_EQ_U64(qt_form_run(crypto, crypto->data[0], &own, form, id, NULL), QT_OK);
    UT_EQ_U64(qt_form_destroy(crypto, &own, form, id), QT_OK);
}

static void sessions_of_another_kind_are_invalid(void)
{
    QT_NEED(machine);
    for (enum form form = FORM_LEGACY; form <= FORM_PADDED; form++) {
        use_features(qt_form_features(form));
        for (unsigned session = 0; session < QT_KINDS; session++) {
            for (unsigned request = 0; request < QT_KINDS; request++) {
                check_pair(session, request, form);
            }
        }
    }
    ut_context(NULL);
}

/* Of each kind: no id at all, none that ever was, one of another time, and one gone. */
static void ids_of_no_session_are_errors(void)
{
    QT_NEED(machine);
    for (enum form form = FORM_LEGACY; form <= FORM_PADDED; form++) {
        use_features(qt_form_features(form));
        for (unsigned kind = 0; kind < QT_KINDS; kind++) {
            struct form_operation o = qt_kind(kind);
            uint64_t gone = qt_form_session(crypto, &o, form);
            uint64_t here = qt_form_session(crypto, &o, form);
            const uint64_t ids[] = { 0,
                                     gone,
                                     here ^ UINT64_C(1) << 32,
                                     here ^ UINT64_C(1) << 63,
                                     here + MAX_SESSIONS,
                                     UINT32_MAX,
                                     UINT64_C(1) << 32,
                                     UINT64_MAX };

            UT_EQ_U64(qt_form_destroy(crypto, &o, form, gone), QT_OK);
            for (unsigned i = 0; i < G_N_ELEMENTS(ids); i++) {
                ut_context("kind %u, %s, id 0x%llx", kind, form_name(form),
                           (unsigned long long)ids[i]);
                UT_EQ_U64(refused(&o, form, ids[i]), QT_INVSESS);
                UT_EQ_U64(qt_form_destroy(crypto, &o, form, ids[i]), QT_ERR);
            }
            UT_EQ_U64(qt_form_run(crypto, crypto->data[0], &o, form, here, NULL),
                      QT_OK);
            UT_EQ_U64(qt_form_destroy(crypto, &o, form, here), QT_OK);
        }
        ut_context(NULL);
        check_table_is_empty(form);
    }
}

/* ---- sessions that go ---- */

/* All but the status. */
static bool data_untouched(const struct qt_flight *flight)
{
    uint32_t head = QT_CRYPTO_REQUEST_SIZE + (flight->kind == QT_FLIGHT_3DES ? 8 : 16);
    const uint8_t *data = qt_mem_ptr(&machine->mem, flight->gpa + head, flight->len);

    return memcmp(data, data + 1, flight->len - 1) == 0;
}

static unsigned collect(struct qt_flights *flights, const struct qt_flight *all)
{
    unsigned answered = 0;

    for (unsigned i = 0; i < IN_FLIGHT; i++) {
        uint32_t id, len;

        UT_TRUE_FATAL(qt_vring_wait(crypto->data[0], QT_TIMEOUT_MS, &id, &len));
        UT_EQ_U64(len,
                  qt_flight_status(flights, &all[i]) == QT_OK ? all[i].len + 1 : 1);
    }
    for (unsigned i = 0; i < IN_FLIGHT; i++) {
        if (qt_flight_answered(flights, &all[i])) {
            answered++;
        } else {
            UT_EQ_U64(qt_flight_status(flights, &all[i]), QT_INVSESS);
            UT_TRUE(data_untouched(&all[i]));
        }
    }
    return answered;
}

static void check_gone(struct qt_flights *flights, struct qt_flight *flight)
{
    UT_TRUE(!qt_flight_run(flights, crypto->data[0], flight, 1));
    UT_EQ_U64(qt_flight_status(flights, flight), QT_INVSESS);
    UT_TRUE(data_untouched(flight));
}

/* Each request is answered as if it had come before, or as if it had come after. */
static void sessions_may_be_destroyed_under_their_requests(void)
{
    struct qt_flight all[IN_FLIGHT];
    struct qt_flights flights;
    unsigned answered = 0;

    QT_NEED(machine);
    use_features(qt_form_features(FORM_LEGACY));
    qt_flights_init(&flights, crypto);
    for (unsigned i = 0; i < IN_FLIGHT; i++) {
        qt_flight_place(&flights, &all[i], i % 2 ? QT_FLIGHT_3DES : QT_FLIGHT_AES,
                        65536);
    }
    for (unsigned round = 0; round < ROUNDS; round++) {
        ut_context("round %u", round);
        for (unsigned i = 0; i < IN_FLIGHT; i++) {
            qt_flight_add(&flights, crypto->data[0], &all[i], i);
        }
        qt_vring_kick(crypto->data[0]);
        for (unsigned kind = 0; kind < QT_FLIGHT_KINDS; kind++) {
            UT_EQ_U64(qt_crypto_destroy(crypto, QT_CIPHER_DESTROY,
                                        flights.session[kind], 1, NULL),
                      QT_OK);
        }
        answered += collect(&flights, all);
        check_gone(&flights, &all[0]);
        check_gone(&flights, &all[1]);
        qt_flights_new_sessions(&flights, crypto);
    }
    ut_context(NULL);
    ut_note("%u of %u requests came before the end of their sessions", answered,
            ROUNDS * IN_FLIGHT);
    UT_TRUE(answered < ROUNDS * IN_FLIGHT);
    for (unsigned kind = 0; kind < QT_FLIGHT_KINDS; kind++) {
        qt_crypto_destroy(crypto, QT_CIPHER_DESTROY, flights.session[kind], 1, NULL);
    }
    qt_flights_clear(&flights);
    check_table_is_empty(FORM_LEGACY);
}

/* ---- keys ---- */

static const struct key_limit {
    uint32_t service, algorithm, limit;
    bool any; /* any key up to the limit is one */
} key_limits[] = {
    { QT_SERVICE_CIPHER, 1, MAX_CIPHER_KEY, true },  /* ARC4 */
    { QT_SERVICE_CIPHER, 3, MAX_CIPHER_KEY, false }, /* AES-CBC */
    { QT_SERVICE_MAC, 2, MAX_AUTH_KEY, true },       /* HMAC with SHA-1 */
    { QT_SERVICE_MAC, 26, MAX_AUTH_KEY, false },     /* CMAC with AES */
    { QT_SERVICE_AEAD, 1, MAX_CIPHER_KEY, false },   /* GCM */
    { QT_SERVICE_AKCIPHER, 1, MAX_AKCIPHER_KEY, false },
    { QT_SERVICE_AKCIPHER, 2, MAX_AKCIPHER_KEY, false },
};

static void check_key(const struct key_limit *limit, enum form form, uint32_t len,
                      bool fine)
{
    static const uint8_t key[MAX_AKCIPHER_KEY + 1] = { 1 };
    struct form_operation o = qt_kind(limit->service);
    struct form_message message;
    uint32_t room;

    o.algorithm = limit->algorithm;
    o.key = (struct form_bytes){ key, len };
    room = o.dst_len + o.result_len;
    ut_context("service %u, algorithm %u, %s, key of %u bytes", limit->service,
               limit->algorithm, form_name(form), len);
    if (form_stateless(form)) {
        form_data(&o, form, 0, &message);
        UT_EQ_U64(
            fine ? qt_message_run(crypto, crypto->data[0], &message, room + 1, NULL)
                 : qt_refused(crypto->data[0], &message, room),
            fine ? QT_OK : QT_ERR);
    } else {
        struct qt_create_reply reply = qt_form_create(crypto, &o, form);

        UT_EQ_U64(reply.status, fine ? QT_OK : QT_ERR);
        UT_TRUE((reply.session != 0) == fine);
        UT_EQ_U64(reply.used_len, 16);
        UT_EQ_U64(qt_form_destroy(crypto, &o, form, reply.session),
                  fine ? QT_OK : QT_ERR);
    }
}

static void keys_of_no_length_and_beyond_the_limit_are_errors(void)
{
    QT_NEED(machine);
    for (enum form form = 0; form < FORMS; form++) {
        use_features(qt_form_features(form));
        for (unsigned i = 0; i < G_N_ELEMENTS(key_limits); i++) {
            const struct key_limit *limit = &key_limits[i];

            check_key(limit, form, 0, false);
            check_key(limit, form, 1, limit->any && limit->service == QT_SERVICE_MAC);
            check_key(limit, form, limit->limit, limit->any);
            check_key(limit, form, limit->limit + 1, false);
        }
    }
    ut_context(NULL);
}

/* ---- again and again ---- */

static uint64_t data_kib(void)
{
    g_autofree char *path =
        g_strdup_printf("/proc/%d/status", (int)machine->process.pid);
    g_autofree char *status = NULL;
    unsigned long kib = 0;
    const char *line;

    UT_TRUE_FATAL(g_file_get_contents(path, &status, NULL, NULL));
    line = strstr(status, "RssAnon:");
    UT_TRUE_FATAL(line && sscanf(line, "RssAnon: %lu", &kib) == 1);
    return kib;
}

/* A session that is refused because of @what, 0 to 3, and an end of it. */
static void refuse_session(unsigned kind, unsigned what, enum form form)
{
    struct form_operation o = qt_kind(kind);
    struct qt_create_reply reply;

    switch (what) {
    case 0:
        o.algorithm = 63;
        break;
    case 1:
        o.key.len--;
        break;
    case 2:
        o.operation = 8;
        o.tag_len = 99;
        o.key_type = 77;
        break;
    default:
        o.chain_order = o.hash_mode = 9;
        o.options[0] = o.options[1] = 99;
        break;
    }
    reply = qt_form_create(crypto, &o, form);
    if (reply.status != QT_OK) {
        UT_EQ_U64(reply.session, 0);
    }
    UT_EQ_U64(qt_form_destroy(crypto, &o, form, reply.session),
              reply.status == QT_OK ? QT_OK : QT_ERR);
}

static void refuse_all(enum form form, unsigned rounds)
{
    for (unsigned round = 0; round < rounds; round++) {
        for (unsigned kind = 0; kind < QT_KINDS; kind++) {
            struct form_operation o = qt_kind(kind);

            for (unsigned what = 0; what < 4; what++) {
                if (what != 1 || o.key.len) {
                    refuse_session(kind, what, form);
                }
            }
            UT_EQ_U64(refused(&o, form, UINT64_MAX), QT_INVSESS);
        }
    }
}

static void refusals_take_no_memory(void)
{
    uint64_t before;

    QT_NEED(machine);
    use_features(qt_form_features(FORM_LEGACY));
    refuse_all(FORM_LEGACY, REFUSALS / 10);
    before = data_kib();
    refuse_all(FORM_LEGACY, REFUSALS);
    ut_note("%llu KiB, and after %u refusals of each kind %llu KiB",
            (unsigned long long)before, REFUSALS, (unsigned long long)data_kib());
    UT_TRUE(data_kib() <= before + SLACK_KIB);
    check_table_is_empty(FORM_LEGACY);
}

/* ---- what means nothing ---- */

static void queue_ids_mean_nothing(void)
{
    static const uint32_t queues[] = { 0, 1, 2, 64, 0x7fffffff, 0xffffffff };

    QT_NEED(machine);
    use_features(qt_form_features(FORM_LEGACY));
    for (unsigned i = 0; i < G_N_ELEMENTS(queues); i++) {
        struct form_operation o = qt_kind(QT_SERVICE_CIPHER);
        uint32_t queue = GUINT32_TO_LE(queues[i]);
        struct form_message message;
        struct qt_create_reply reply;

        ut_context("queue 0x%x", queues[i]);
        form_create(&o, FORM_LEGACY, &message);
        memcpy(message.fixed + QUEUE_ID, &queue, 4);
        reply = qt_crypto_create(crypto, message.fixed, o.key.data, o.key.len);
        UT_EQ_U64(reply.status, QT_OK);
        UT_EQ_U64(
            qt_form_run(crypto, crypto->data[0], &o, FORM_LEGACY, reply.session, NULL),
            QT_OK);
        form_destroy(&o, FORM_LEGACY, reply.session, &message);
        memcpy(message.fixed + QUEUE_ID, &queue, 4);
        UT_EQ_U64(qt_message_run(crypto, crypto->ctrl, &message, 1, NULL), QT_OK);
    }
}

/* A mode without an iv is not given one, whatever the driver sends. */
static void an_iv_for_ecb_changes_nothing(void)
{
    struct form_operation o = qt_kind(QT_SERVICE_CIPHER);
    uint8_t with[256], without[256];

    QT_NEED(machine);
    use_features(qt_form_features(FORM_LEGACY));
    UT_TRUE_FATAL(o.src.len <= sizeof(with));
    o.algorithm = 2; /* AES-ECB */
    for (uint32_t iv_len = 0; iv_len <= 32; iv_len += 16) {
        uint64_t id = qt_form_session(crypto, &o, FORM_LEGACY);
        static const uint8_t iv[32] = "an iv for a mode that has none";
        struct qt_cipher request = { .session = id,
                                     .iv = iv,
                                     .iv_len = iv_len,
                                     .src = o.src.data,
                                     .len = o.src.len,
                                     .layout = QT_FIELDS };
        uint32_t used;

        ut_context("iv of %u bytes", iv_len);
        UT_EQ_U64(qt_crypto_cipher(crypto, &request, iv_len ? with : without, &used),
                  QT_OK);
        UT_EQ_U64(used, o.src.len + 1);
        if (iv_len) {
            UT_EQ_MEM(with, without, o.src.len);
        }
    }
}

int main(int argc, char **argv)
{
    static const struct ut_test tests[] = {
        { "sessions of another kind are invalid",
          sessions_of_another_kind_are_invalid },
        { "ids of no session are errors", ids_of_no_session_are_errors },
        { "sessions may be destroyed under their requests",
          sessions_may_be_destroyed_under_their_requests },
        { "keys of no length and beyond the limit are errors",
          keys_of_no_length_and_beyond_the_limit_are_errors },
        { "refusals take no memory", refusals_take_no_memory },
        { "queue ids mean nothing", queue_ids_mean_nothing },
        { "an iv for ECB changes nothing", an_iv_for_ecb_changes_nothing },
        { NULL, NULL },
    };
    static const struct ut_suite suites[] = {
        { "bad sessions", start, stop, tests },
        { NULL, NULL, NULL, NULL },
    };

    return ut_main(argc, argv, suites);
}
