/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How much of the host's memory a guest can take with sessions, and that it comes back.
 */
#include "crypto.h"
#include "support/ut.h"
#include "vectors/cipher.h"

#include <glib.h>
#include <inttypes.h>
#include <string.h>

#define SESSIONS     100000
#define MAX_SESSIONS "1048576"

/* What docs/architecture.md promises for one, with the longest key of AES. */
#define SESSION_BYTES UINT64_C(256)

static const uint8_t key[32] = "a key that is as long as they go";

/* What QEMU's process holds of the machine's memory, in bytes. */
static uint64_t resident(const struct qt_machine *machine)
{
    g_autofree char *path =
        g_strdup_printf("/proc/%d/smaps_rollup", (int)machine->process.pid);
    g_autofree char *text = NULL;
    const char *line;

    UT_TRUE_FATAL(g_file_get_contents(path, &text, NULL, NULL));
    line = strstr(text, "\nAnonymous:");
    UT_TRUE_FATAL(line != NULL);
    return g_ascii_strtoull(line + strlen("\nAnonymous:"), NULL, 10) * 1024;
}

static void create_all(struct qt_crypto *crypto, uint64_t *ids)
{
    for (unsigned i = 0; i < SESSIONS; i++) {
        struct qt_create_reply reply =
            qt_crypto_create_cipher(crypto, CIPHER_VECTOR_AES_CBC, key, sizeof(key), 1);

        UT_EQ_U64_FATAL(reply.status, QT_OK);
        ids[i] = reply.session;
    }
}

static void destroy_all(struct qt_crypto *crypto, const uint64_t *ids)
{
    for (unsigned i = 0; i < SESSIONS; i++) {
        UT_EQ_U64(qt_crypto_destroy(crypto, QT_CIPHER_DESTROY, ids[i], 1, NULL), QT_OK);
    }
}

static void sessions_take_what_is_documented(void)
{
    g_autofree char *plugin = NULL;
    g_autofree uint64_t *first = g_new0(uint64_t, SESSIONS);
    g_autofree uint64_t *second = g_new0(uint64_t, SESSIONS);
    struct qt_machine *machine;
    struct qt_crypto *crypto;
    uint64_t before, held;

    if (!qt_plugin()) {
        UT_SKIP("no plugin was built");
    }
    plugin =
        g_strdup_printf("%s,backend=crypto0,max-sessions=" MAX_SESSIONS, qt_plugin());
    machine = qt_machine_start(&(struct qt_machine_opts){
        .args = (const char *const[]){ "-plugin", plugin, "-device",
                                       "virtio-crypto-pci,cryptodev=crypto0", NULL } });
    UT_TRUE_FATAL(machine != NULL);
    crypto = qt_crypto_open(machine, 0, QT_CRYPTO_LINUX_FEATURES);
    /* The first fill what is free of the memory that QEMU has already. */
    create_all(crypto, first);
    before = resident(machine);
    create_all(crypto, second);
    held = resident(machine) - before;
    ut_note("%u sessions, %" PRIu64 " bytes each", SESSIONS, held / SESSIONS);
    UT_TRUE(held >= SESSIONS * sizeof(key) && held <= SESSIONS * SESSION_BYTES);

    /* The room of those that end is used again. */
    destroy_all(crypto, first);
    create_all(crypto, first);
    held = resident(machine) - before;
    ut_note("after %u ended and as many were made: %" PRIu64 " bytes each", SESSIONS,
            held / SESSIONS);
    UT_TRUE(held <= SESSIONS * SESSION_BYTES);
    qt_crypto_close(crypto);
    UT_EQ_U64((uint64_t)qt_machine_stop(machine), 0);
}

int main(int argc, char **argv)
{
    static const struct ut_test tests[] = {
        { "sessions take what is documented", sessions_take_what_is_documented },
        { NULL, NULL },
    };
    static const struct ut_suite suites[] = { { "memory", NULL, NULL, tests },
                                              { NULL, NULL, NULL, NULL } };

    return ut_main(argc, argv, suites);
}
