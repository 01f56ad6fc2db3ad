/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A small QMP client.
 */
#include "qmp.h"

#include "json.h"
#include "lines.h"
#include "machine.h"
#include "support/ut.h"

#include <glib.h>
#include <stdarg.h>
#include <string.h>

struct qt_qmp {
    struct qt_machine *machine;
    struct qt_lines lines;
    GQueue events; /* texts, oldest first */
};

struct qt_qmp *qt_qmp_new(struct qt_machine *machine, int fd)
{
    struct qt_qmp *qmp = g_new0(struct qt_qmp, 1);

    qmp->machine = machine;
    qt_lines_init(&qmp->lines, fd);
    g_queue_init(&qmp->events);
    return qmp;
}

void qt_qmp_belongs(struct qt_qmp *qmp, struct qt_machine *machine)
{
    qmp->machine = machine;
}

void qt_qmp_forget_events(struct qt_qmp *qmp)
{
    g_queue_clear_full(&qmp->events, g_free);
}

void qt_qmp_free(struct qt_qmp *qmp)
{
    if (qmp) {
        qt_qmp_forget_events(qmp);
        qt_lines_close(&qmp->lines);
        g_free(qmp);
    }
}

static bool has_key(const char *object, const char *key)
{
    g_autofree char *value = qt_json_get(object, key);

    return value != NULL;
}

/* The next message that is no event, or NULL if QEMU went away. */
static char *next_answer(struct qt_qmp *qmp)
{
    gint64 deadline = qt_answer_deadline(qmp->machine);

    for (;;) {
        char *line = qt_lines_get(&qmp->lines, deadline);

        if (!line || !has_key(line, "event")) {
            qmp->machine->silent |= !line;
            return line;
        }
        g_queue_push_tail(&qmp->events, line);
    }
}

bool qt_qmp_negotiate(struct qt_qmp *qmp)
{
    g_autofree char *greeting = next_answer(qmp);
    g_autofree char *answer = NULL;

    if (!greeting || !has_key(greeting, "QMP")) {
        return false;
    }
    if (!qt_lines_put(&qmp->lines, "{\"execute\": \"qmp_capabilities\"}\n")) {
        return false;
    }
    answer = next_answer(qmp);
    return answer && has_key(answer, "return");
}

bool qt_qmp(struct qt_qmp *qmp, char **result, const char *fmt, ...)
{
    g_autofree char *text = NULL;
    g_autofree char *line = NULL;
    g_autofree char *answer = NULL;
    char *value;
    va_list ap;

    va_start(ap, fmt);
    text = g_strdup_vprintf(fmt, ap);
    va_end(ap);
    line = g_strconcat(text, "\n", NULL);
    if (!qt_lines_put(&qmp->lines, line) || !(answer = next_answer(qmp))) {
        qt_die(qmp->machine, "no answer to QMP command %s", text);
    }
    value = qt_json_get(answer, "return");
    if (result) {
        *result = value ? g_strdup(value) : qt_json_get(answer, "error");
    }
    g_free(value);
    return value != NULL;
}

char *qt_qmp_get(struct qt_qmp *qmp, const char *object, const char *property)
{
    char *value = NULL;

    UT_TRUE_FATAL(qt_qmp(qmp, &value,
                         "{'execute': 'qom-get', 'arguments': {'path': '/objects/%s', "
                         "'property': '%s'}}",
                         object, property));
    return value;
}

void qt_qmp_quit(struct qt_qmp *qmp)
{
    qt_lines_put(&qmp->lines, "{\"execute\": \"quit\"}\n");
}

static bool event_is(const char *event, const char *name)
{
    g_autofree char *value = qt_json_get_string(event, "event");

    return g_strcmp0(value, name) == 0;
}

static char *take_event(struct qt_qmp *qmp, const char *name)
{
    for (GList *l = qmp->events.head; l; l = l->next) {
        if (event_is(l->data, name)) {
            char *text = l->data;

            g_queue_delete_link(&qmp->events, l);
            return text;
        }
    }
    return NULL;
}

char *qt_qmp_wait_event(struct qt_qmp *qmp, const char *name, int timeout_ms)
{
    gint64 deadline = g_get_monotonic_time() + timeout_ms * G_GINT64_CONSTANT(1000);
    char *event;

    while (!(event = take_event(qmp, name))) {
        char *line = qt_lines_get(&qmp->lines, deadline);

        if (!line) {
            if (timeout_ms >= QT_TIMEOUT_MS) {
                qt_stuck(qmp->machine, name);
            }
            return NULL;
        }
        g_queue_push_tail(&qmp->events, line);
    }
    return event;
}
