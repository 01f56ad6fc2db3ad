/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A request that would take seconds, and a reset in its middle: nobody waits for it. */
#include "crypto.h"
#include "waiting.h"

#include "support/ut.h"

#include <glib.h>
#include <string.h>

#define LONG      (256u << 20) /* bytes of 3DES */
#define RAM       (640u << 20)
#define ALGO_3DES 8 /* CBC */

static const uint8_t key[24] = "three different keys, eh", iv[8] = "8 bytes";

static struct qt_machine *machine;

static int start(void)
{
    g_autofree char *plugin = NULL;

    if (!qt_plugin()) {
        return 0;
    }
    plugin = g_strdup_printf("%s,backend=crypto0,max-size=1G", qt_plugin());
    machine = qt_machine_start(&(struct qt_machine_opts){
        .ram_size = RAM,
        .args = (const char *const[]){ "-plugin", plugin, "-device",
                                       "virtio-crypto-pci,cryptodev=crypto0", NULL } });
    return machine ? 0 : -1;
}

static int stop(void)
{
    return qt_machine_stop(machine);
}

/* Memory that was never touched is zeros, and takes none of the host's. */
static uint64_t post_long(struct qt_crypto *crypto, uint64_t session)
{
    struct qt_mem *mem = &machine->mem;
    const struct qt_cipher cipher = { .opcode = QT_CIPHER_ENCRYPT,
                                      .session = session,
                                      .iv_len = sizeof(iv),
                                      .len = LONG };
    uint64_t head = qt_mem_alloc(mem, QT_CRYPTO_REQUEST_SIZE + sizeof(iv), 16);
    uint64_t src = qt_mem_alloc(mem, LONG, 4096), dst = qt_mem_alloc(mem, LONG, 4096);
    uint64_t status = qt_mem_alloc(mem, 1, 1);
    const struct qt_desc desc[] = {
        { head, QT_CRYPTO_REQUEST_SIZE + sizeof(iv), false },
        { src, LONG, false },
        { dst, LONG, true },
        { status, 1, true },
    };
    uint8_t *at = qt_mem_ptr(mem, head, QT_CRYPTO_REQUEST_SIZE + sizeof(iv));

    qt_cipher_xfer(&cipher, at);
    memcpy(at + QT_CRYPTO_REQUEST_SIZE, iv, sizeof(iv));
    *(uint8_t *)qt_mem_ptr(mem, status, 1) = 0xee;
    qt_vring_add(crypto->data[0], desc, G_N_ELEMENTS(desc));
    qt_vring_kick(crypto->data[0]);
    return dst;
}

/* Whether ciphertext is at @at: eight zeros are none. */
static bool is_written(const volatile uint8_t *at)
{
    for (unsigned i = 0; i < 8; i++) {
        if (at[i]) {
            return true;
        }
    }
    return false;
}

static uint64_t session_of(struct qt_crypto *crypto)
{
    struct qt_create_reply reply =
        qt_crypto_create_cipher(crypto, ALGO_3DES, key, sizeof(key), QT_OP_ENCRYPT);

    UT_EQ_U64_FATAL(reply.status, QT_OK);
    return reply.session;
}

static void check_works(struct qt_crypto *crypto)
{
    uint8_t src[64] = { 0 }, dst[64];
    const struct qt_cipher cipher = { .opcode = QT_CIPHER_ENCRYPT,
                                      .session = session_of(crypto),
                                      .iv = iv,
                                      .iv_len = sizeof(iv),
                                      .src = src,
                                      .len = sizeof(src) };
    uint32_t used;

    UT_EQ_U64(qt_crypto_cipher(crypto, &cipher, dst, &used), QT_OK);
}

/* The work is done from the beginning to the end of the destination: a reset that
 * waited for it would find the end written. */
static void reset_leaves_a_request_of_seconds(void)
{
    struct qt_crypto *crypto;
    const uint8_t *dst;
    struct qt_wait wait;

    QT_NEED(machine);
    crypto = qt_crypto_open(machine, 0, QT_CRYPTO_LINUX_FEATURES);
    dst = qt_mem_ptr(&machine->mem, post_long(crypto, session_of(crypto)), LONG);
    wait = qt_wait_begin(machine, QT_TIMEOUT_MS, "the beginning of a long request");
    while (!is_written(dst) && qt_wait_more(&wait)) {
    }
    qt_crypto_restart(crypto, QT_CRYPTO_LINUX_FEATURES);
    UT_TRUE(is_written(dst));
    UT_TRUE(!is_written(dst + LONG - 8));
    check_works(crypto);
    qt_crypto_close(crypto);
}

int main(int argc, char **argv)
{
    static const struct ut_test tests[] = {
        { "reset leaves a request of seconds", reset_leaves_a_request_of_seconds },
        { NULL, NULL },
    };
    static const struct ut_suite suites[] = { { "long", start, stop, tests },
                                              { NULL, NULL, NULL, NULL } };

    return ut_main(argc, argv, suites);
}
