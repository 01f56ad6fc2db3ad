/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A small QMP client: one command at a time, events kept until somebody asks for them.
 * JSON is handed in and out as text; json.h finds keys in it.
 */
#ifndef QT_QMP_H
#define QT_QMP_H

#include <stdbool.h>

struct qt_machine;
struct qt_qmp;

/** qt_qmp_new() - take over @fd before QEMU's greeting was read */
struct qt_qmp *qt_qmp_new(struct qt_machine *machine, int fd);

/** qt_qmp_belongs() - @machine is where its QEMU is from now on */
void qt_qmp_belongs(struct qt_qmp *qmp, struct qt_machine *machine);

/** qt_qmp_free() - close; NULL is ignored */
void qt_qmp_free(struct qt_qmp *qmp);

/**
 * qt_qmp_negotiate() - read the greeting and leave the negotiation mode
 *
 * Return: false if QEMU went away. Once it has succeeded, QEMU has built the whole
 * machine: it answers no command before that.
 */
bool qt_qmp_negotiate(struct qt_qmp *qmp);

/**
 * qt_qmp() - run a command, and wait for its answer
 * @result: if not NULL, receives the text of the returned value, or of the error
 *          object, for g_free()
 * @fmt: the command as JSON, printf style, for example
 *       "{'execute': 'device_del', 'arguments': {'id': '%s'}}"
 *       (QEMU takes single quotes as well)
 *
 * Return: whether QEMU returned a value and no error.
 */
bool qt_qmp(struct qt_qmp *qmp, char **result, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/** qt_qmp_get() - @property of /objects/@object as text, for g_free(); the test ends if
 * there is none */
char *qt_qmp_get(struct qt_qmp *qmp, const char *object, const char *property);

/**
 * qt_qmp_wait_event() - take the first event of that name, waiting for it if need be
 *
 * Return: the event's text for g_free(), or NULL after @timeout_ms.
 */
char *qt_qmp_wait_event(struct qt_qmp *qmp, const char *name, int timeout_ms);

/** qt_qmp_quit() - ask QEMU to end; whether it answers does not matter */
void qt_qmp_quit(struct qt_qmp *qmp);

/** qt_qmp_forget_events() - drop the events received so far */
void qt_qmp_forget_events(struct qt_qmp *qmp);

#endif
