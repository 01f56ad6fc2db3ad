/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * QEMU's qtest text protocol.
 */
#include "qtest.h"

#include "lines.h"
#include "machine.h"
#include "support/hex.h"

#include <glib.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define MOST_POSTED 64

struct qt_qtest {
    struct qt_machine *machine;
    struct qt_lines lines;
    bool post;
    GString *posted;     /* commands that are not sent yet */
    unsigned unanswered; /* their number */
};

struct qt_qtest *qt_qtest_new(struct qt_machine *machine, int fd)
{
    struct qt_qtest *qtest = g_new0(struct qt_qtest, 1);

    qtest->machine = machine;
    qt_lines_init(&qtest->lines, fd);
    qtest->posted = g_string_new(NULL);
    return qtest;
}

void qt_qtest_belongs(struct qt_qtest *qtest, struct qt_machine *machine)
{
    qtest->machine = machine;
}

void qt_qtest_free(struct qt_qtest *qtest)
{
    if (qtest) {
        qt_lines_close(&qtest->lines);
        g_string_free(qtest->posted, TRUE);
        g_free(qtest);
    }
}

/* The reply to the last command; interrupt messages may come at any time before it. */
static char *reply(struct qt_qtest *qtest, const char *command)
{
    gint64 deadline = qt_answer_deadline(qtest->machine);

    for (;;) {
        char *line = qt_lines_get(&qtest->lines, deadline);

        if (!line) {
            qtest->machine->silent = true;
            qt_die(qtest->machine, "no reply to qtest command: %.60s", command);
        }
        if (!g_str_has_prefix(line, "IRQ ")) {
            return line;
        }
        g_free(line);
    }
}

static void send_text(struct qt_qtest *qtest, const char *text)
{
    if (!qt_lines_put(&qtest->lines, text)) {
        qt_die(qtest->machine, "cannot send qtest command: %.60s", text);
    }
}

/* Return: what follows "OK", for g_free(). */
static char *checked_reply(struct qt_qtest *qtest, const char *text)
{
    char *line = reply(qtest, text);

    if (!g_str_has_prefix(line, "OK")) {
        qt_die(qtest->machine, "qtest command failed: %.60s: %s", text, line);
    }
    memmove(line, line + 2, strlen(line + 2) + 1);
    return g_strstrip(line);
}

void qt_qtest_flush(struct qt_qtest *qtest)
{
    if (qtest->posted->len) {
        send_text(qtest, qtest->posted->str);
        g_string_truncate(qtest->posted, 0);
    }
    for (; qtest->unanswered; qtest->unanswered--) {
        g_free(checked_reply(qtest, "one that was posted"));
    }
}

void qt_qtest_post(struct qt_qtest *qtest, bool on)
{
    qtest->post = on;
    if (!on) {
        qt_qtest_flush(qtest);
    }
}

static char *command(struct qt_qtest *qtest, const char *text)
{
    g_string_append(qtest->posted, text);
    send_text(qtest, qtest->posted->str);
    g_string_truncate(qtest->posted, 0);
    qt_qtest_flush(qtest);
    return checked_reply(qtest, text);
}

/* A command whose reply says nothing but OK. */
static void post(struct qt_qtest *qtest, const char *text)
{
    if (!qtest->post) {
        g_free(command(qtest, text));
        return;
    }
    g_string_append(qtest->posted, text);
    if (++qtest->unanswered >= MOST_POSTED) {
        qt_qtest_flush(qtest);
    }
}

static uint64_t read_command(struct qt_qtest *qtest, const char *name, uint64_t addr)
{
    g_autofree char *text = g_strdup_printf("%s 0x%" PRIx64 "\n", name, addr);
    g_autofree char *value = command(qtest, text);
    char *end;
    uint64_t number = strtoull(value, &end, 0);

    if (end == value || *end) {
        qt_die(qtest->machine, "qtest command returned no number: %s: %s", text, value);
    }
    return number;
}

static void write_command(struct qt_qtest *qtest, const char *name, uint64_t addr,
                          uint64_t value)
{
    g_autofree char *text =
        g_strdup_printf("%s 0x%" PRIx64 " 0x%" PRIx64 "\n", name, addr, value);

    post(qtest, text);
}

uint8_t qt_inb(struct qt_qtest *qtest, uint16_t port)
{
    return (uint8_t)read_command(qtest, "inb", port);
}

uint16_t qt_inw(struct qt_qtest *qtest, uint16_t port)
{
    return (uint16_t)read_command(qtest, "inw", port);
}

uint32_t qt_inl(struct qt_qtest *qtest, uint16_t port)
{
    return (uint32_t)read_command(qtest, "inl", port);
}

void qt_outb(struct qt_qtest *qtest, uint16_t port, uint8_t value)
{
    write_command(qtest, "outb", port, value);
}

void qt_outw(struct qt_qtest *qtest, uint16_t port, uint16_t value)
{
    write_command(qtest, "outw", port, value);
}

void qt_outl(struct qt_qtest *qtest, uint16_t port, uint32_t value)
{
    write_command(qtest, "outl", port, value);
}

uint8_t qt_readb(struct qt_qtest *qtest, uint64_t addr)
{
    return (uint8_t)read_command(qtest, "readb", addr);
}

uint16_t qt_readw(struct qt_qtest *qtest, uint64_t addr)
{
    return (uint16_t)read_command(qtest, "readw", addr);
}

uint32_t qt_readl(struct qt_qtest *qtest, uint64_t addr)
{
    return (uint32_t)read_command(qtest, "readl", addr);
}

uint64_t qt_readq(struct qt_qtest *qtest, uint64_t addr)
{
    return read_command(qtest, "readq", addr);
}

void qt_writeb(struct qt_qtest *qtest, uint64_t addr, uint8_t value)
{
    write_command(qtest, "writeb", addr, value);
}

void qt_writew(struct qt_qtest *qtest, uint64_t addr, uint16_t value)
{
    write_command(qtest, "writew", addr, value);
}

void qt_writel(struct qt_qtest *qtest, uint64_t addr, uint32_t value)
{
    write_command(qtest, "writel", addr, value);
}

void qt_writeq(struct qt_qtest *qtest, uint64_t addr, uint64_t value)
{
    write_command(qtest, "writeq", addr, value);
}

void qt_read_block(struct qt_qtest *qtest, uint64_t addr, void *out, size_t len)
{
    g_autofree char *text = g_strdup_printf("read 0x%" PRIx64 " 0x%zx\n", addr, len);
    g_autofree char *value = command(qtest, text);

    if (!g_str_has_prefix(value, "0x") || hex_decode(value + 2, out, len) != len) {
        qt_die(qtest->machine, "qtest read returned something else: %s", value);
    }
}

void qt_write_block(struct qt_qtest *qtest, uint64_t addr, const void *data, size_t len)
{
    GString *text = g_string_new(NULL);

    g_string_append_printf(text, "write 0x%" PRIx64 " 0x%zx 0x", addr, len);
    for (size_t i = 0; i < len; i++) {
        g_string_append_printf(text, "%02x", ((const uint8_t *)data)[i]);
    }
    g_string_append_c(text, '\n');
    post(qtest, text->str);
    g_string_free(text, TRUE);
}
