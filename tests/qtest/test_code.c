/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A guest that runs what the device wrote: QEMU's translation of the code that was
 * there before must be thrown away. Under TCG, which is what translates.
 */
#include "crypto.h"
#include "support/ut.h"
#include "waiting.h"

#include <glib.h>
#include <glib/gstdio.h>
#include <string.h>

#define FIRMWARE_SIZE 65536
#define FUNCTION      0x8000 /* what the guest calls, again and again */
#define MAY_RUN       0x8ff0 /* not before this byte is set */
#define RESULT        0x9000 /* where it puts what the function returned */
#define ENTRY         0xff00 /* in the firmware */

/* Real mode: waits for MAY_RUN, then calls FUNCTION and stores AL, for ever. */
static const uint8_t program[] = {
    0x31, 0xc0,                   /* xor ax, ax */
    0x8e, 0xd8,                   /* mov ds, ax */
    0x8e, 0xd0,                   /* mov ss, ax */
    0xbc, 0x00, 0x70,             /* mov sp, 0x7000 */
    0x80, 0x3e, 0xf0, 0x8f, 0x00, /* cmp byte [0x8ff0], 0 */
    0x74, 0xf9,                   /* je back to the comparison */
    0x9a, 0x00, 0x80, 0x00, 0x00, /* call 0:0x8000 */
    0xa2, 0x00, 0x90,             /* mov [0x9000], al */
    0xeb, 0xf6,                   /* jmp back to the call */
};

static const uint8_t jump_to_entry[] = { 0xe9, 0x0d, 0xff }; /* from 0xfff0 */

/* One block of AES: mov al, N; retf. */
static void function(uint8_t block[16], uint8_t n)
{
    const uint8_t code[] = { 0xb0, n, 0xcb };

    memset(block, 0x90, 16);
    memcpy(block, code, sizeof(code));
}

static struct qt_machine *machine;
static char *firmware;

static int start(void)
{
    g_autofree char *plugin = NULL;
    g_autofree uint8_t *image = g_malloc0(FIRMWARE_SIZE);
    int fd;

    if (!qt_plugin()) {
        return 0;
    }
    memcpy(image + ENTRY, program, sizeof(program));
    memcpy(image + 0xfff0, jump_to_entry, sizeof(jump_to_entry));
    fd = g_file_open_tmp("vcrypto-firmware-XXXXXX", &firmware, NULL);
    if (fd < 0 || !g_close(fd, NULL) ||
        !g_file_set_contents(firmware, (char *)image, FIRMWARE_SIZE, NULL)) {
        return -1;
    }
    plugin = g_strdup_printf("%s,backend=crypto0", qt_plugin());
    machine = qt_machine_start(&(struct qt_machine_opts){
        .args = (const char *const[]){ "-bios", firmware, "-plugin", plugin, "-device",
                                       "virtio-crypto-pci,cryptodev=crypto0", NULL } });
    return machine ? 0 : -1;
}

static int stop(void)
{
    int status = qt_machine_stop(machine);

    if (firmware) {
        g_unlink(firmware);
        g_free(firmware);
    }
    return status;
}

/* Waits until the guest's function returns @n; false if it never does. */
static bool returns(uint8_t n)
{
    const volatile uint8_t *result = qt_mem_ptr(&machine->mem, RESULT, 1);
    struct qt_wait wait =
        qt_wait_begin(machine, QT_TIMEOUT_MS, "the guest's function to return");

    while (*result != n && qt_wait_more(&wait)) {
    }
    return *result == n;
}

static const uint8_t key[16] = "code of a guest";

static uint64_t create(struct qt_crypto *crypto, uint32_t direction)
{
    struct qt_create_reply reply =
        qt_crypto_create_cipher(crypto, 2, key, sizeof(key), direction);

    UT_EQ_U64_FATAL(reply.status, QT_OK);
    return reply.session;
}

/* What becomes @code when it is encrypted. */
static void decrypt(struct qt_crypto *crypto, uint64_t session, const uint8_t code[16],
                    uint8_t plaintext[16])
{
    struct qt_cipher request = { .opcode = QT_CIPHER_DECRYPT,
                                 .session = session,
                                 .src = code,
                                 .len = 16,
                                 .layout = QT_FIELDS };
    uint32_t used;

    UT_EQ_U64_FATAL(qt_crypto_cipher(crypto, &request, plaintext, &used), QT_OK);
}

/* Has the device write the function, by encrypting to where it is. */
static void write_function(struct qt_crypto *crypto, uint64_t session,
                           const uint8_t plaintext[16])
{
    struct qt_vring *vq = crypto->data[0];
    uint64_t at = qt_mem_alloc(&machine->mem, 128, 16);
    uint8_t *request = qt_mem_ptr(&machine->mem, at, 128);
    const struct qt_desc desc[] = { { at, 72 + 16, false },
                                    { FUNCTION, 16, true },
                                    { at + 100, 1, true } };
    uint32_t id, len;

    message_fill_cipher(request, QT_CIPHER_ENCRYPT, session, 0, 16, 16);
    memcpy(request + 72, plaintext, 16);
    request[100] = 0xff;
    qt_vring_add(vq, desc, G_N_ELEMENTS(desc));
    qt_vring_kick(vq);
    UT_TRUE_FATAL(qt_vring_wait(vq, QT_TIMEOUT_MS, &id, &len));
    UT_EQ_U64(request[100], QT_OK);
}

static void guest_runs_what_the_device_wrote(void)
{
    uint8_t code[16], plaintext[16];
    struct qt_crypto *crypto;
    uint64_t enc, dec;

    QT_NEED(machine);
    crypto = qt_crypto_open(machine, 0, QT_CRYPTO_LINUX_FEATURES);
    enc = create(crypto, QT_OP_ENCRYPT);
    dec = create(crypto, QT_OP_DECRYPT);
    function(code, 1);
    memcpy(qt_mem_ptr(&machine->mem, FUNCTION, 16), code, 16);
    *(volatile uint8_t *)qt_mem_ptr(&machine->mem, MAY_RUN, 1) = 1;
    UT_TRUE_FATAL(returns(1));
    for (uint8_t n = 2; n < 20; n++) {
        function(code, n);
        decrypt(crypto, dec, code, plaintext);
        write_function(crypto, enc, plaintext);
        UT_EQ_MEM(qt_mem_ptr(&machine->mem, FUNCTION, 16), code, 16);
        ut_context("function %u", n);
        UT_TRUE_FATAL(returns(n));
    }
    qt_crypto_close(crypto);
}

int main(int argc, char **argv)
{
    static const struct ut_test tests[] = {
        { "guest runs what the device wrote", guest_runs_what_the_device_wrote },
        { NULL, NULL },
    };
    static const struct ut_suite suites[] = {
        { "code", start, stop, tests },
        { NULL, NULL, NULL, NULL },
    };

    return ut_main(argc, argv, suites);
}
