/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <glib.h>

#include "backend/session.h"
#include "support/ut.h"

static struct session_table table;

static uint64_t add(void)
{
    struct session *session = vcrypto_session_new(16);

    UT_TRUE_FATAL(session != NULL);
    UT_EQ_U64_FATAL(vcrypto_session_table_add(&table, session), VCRYPTO_OK);
    return session->id;
}

static void drop(uint64_t id)
{
    struct session *session = vcrypto_session_table_remove(&table, id);

    UT_TRUE_FATAL(session != NULL);
    vcrypto_session_unref(session);
}

static bool exists(uint64_t id)
{
    struct session *session = vcrypto_session_table_get(&table, id);

    if (session) {
        UT_EQ_U64(session->id, id);
        vcrypto_session_unref(session);
    }
    return session != NULL;
}

static void drop_all(void)
{
    struct session *session;
    uint32_t slot = 0;

    while ((session = vcrypto_session_table_remove_next(&table, &slot))) {
        vcrypto_session_unref(session);
    }
    UT_EQ_U64(vcrypto_session_table_live(&table), 0);
    vcrypto_session_table_fini(&table);
}

static void ids_begin_at_one(void)
{
    vcrypto_session_table_init(&table, 10);
    UT_TRUE(!exists(0));
    UT_TRUE(!exists(1));
    UT_EQ_U64(add(), 1);
    UT_EQ_U64(add(), 2);
    UT_TRUE(exists(1) && exists(2) && !exists(0) && !exists(3));
    UT_EQ_U64(vcrypto_session_table_live(&table), 2);
    drop_all();
}

/* shows: DES-2 */
static void gone_ids_stay_gone(void)
{
    uint64_t seen[200];

    vcrypto_session_table_init(&table, 1);
    for (unsigned i = 0; i < G_N_ELEMENTS(seen); i++) {
        seen[i] = add();
        drop(seen[i]);
        for (unsigned k = 0; k < i; k++) {
            UT_TRUE(seen[k] != seen[i]);
        }
        UT_TRUE(!exists(seen[i]));
        UT_TRUE(vcrypto_session_table_remove(&table, seen[i]) == NULL);
    }
    drop_all();
}

static void other_generations_of_a_live_slot_do_not_exist(void)
{
    uint64_t id;

    vcrypto_session_table_init(&table, 1);
    drop(add());
    id = add();
    UT_TRUE(exists(id));
    UT_TRUE(!exists(id & 0xffffffff));
    UT_TRUE(!exists(id + (UINT64_C(1) << 32)));
    UT_TRUE(!exists(UINT64_MAX));
    drop_all();
}

static void full_table_says_so_and_recovers(void)
{
    struct session *one_more = vcrypto_session_new(0);
    uint64_t ids[100];

    vcrypto_session_table_init(&table, G_N_ELEMENTS(ids));
    for (unsigned i = 0; i < G_N_ELEMENTS(ids); i++) {
        ids[i] = add();
    }
    UT_EQ_U64(vcrypto_session_table_add(&table, one_more), VCRYPTO_NOSPC);
    drop(ids[50]);
    UT_EQ_U64(vcrypto_session_table_add(&table, one_more), VCRYPTO_OK);
    UT_TRUE(one_more->id != ids[50]);
    UT_TRUE(exists(one_more->id) && exists(ids[49]) && !exists(ids[50]));
    drop_all();
}

static void removed_session_lives_while_it_is_used(void)
{
    struct session *used;
    uint64_t id;

    vcrypto_session_table_init(&table, 4);
    id = add();
    used = vcrypto_session_table_get(&table, id);
    UT_TRUE_FATAL(used != NULL);
    used->keys[15] = 7;
    drop(id);
    UT_TRUE(atomic_load(&used->destroyed));
    UT_EQ_U64(used->keys[15], 7);
    vcrypto_session_unref(used);
    drop_all();
}

static void remove_next_visits_each_once(void)
{
    unsigned found = 0;
    uint32_t slot = 0;
    struct session *session;

    vcrypto_session_table_init(&table, 1000);
    for (unsigned i = 0; i < 500; i++) {
        uint64_t id = add();

        if (i % 3 == 0) {
            drop(id);
        }
    }
    UT_EQ_U64(vcrypto_session_table_live(&table), 333);
    while ((session = vcrypto_session_table_remove_next(&table, &slot))) {
        vcrypto_session_unref(session);
        found++;
    }
    UT_EQ_U64(found, 333);
    drop_all();
}

static const struct ut_test tests[] = {
    { "ids begin at one", ids_begin_at_one },
    { "gone ids stay gone", gone_ids_stay_gone },
    { "other generations of a live slot do not exist",
      other_generations_of_a_live_slot_do_not_exist },
    { "full table says so and recovers", full_table_says_so_and_recovers },
    { "removed session lives while it is used",
      removed_session_lives_while_it_is_used },
    { "remove_next visits each once", remove_next_visits_each_once },
    { NULL, NULL },
};

int main(int argc, char **argv)
{
    static const struct ut_suite suites[] = {
        { "session table", NULL, NULL, tests },
        { NULL, NULL, NULL, NULL },
    };

    return ut_main(argc, argv, suites);
}
