/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lines of text over a socket, with a time limit: what the qtest and the QMP protocol
 * are made of.
 */
#ifndef QT_LINES_H
#define QT_LINES_H

#include <glib.h>
#include <stdbool.h>

struct qt_lines {
    int fd;
    GString *pending; /* received, not yet handed out */
};

/** qt_lines_init() - begin to speak over @fd, which is closed by qt_lines_close() */
void qt_lines_init(struct qt_lines *lines, int fd);

/** qt_lines_close() - close the socket and release memory */
void qt_lines_close(struct qt_lines *lines);

/**
 * qt_lines_get() - the next line, without its end of line
 *
 * Return: the line, for g_free(), or NULL if the peer has closed or @deadline, of
 * g_get_monotonic_time(), has passed without one.
 */
char *qt_lines_get(struct qt_lines *lines, gint64 deadline);

/** qt_lines_put() - send all of @text; false if the peer has closed */
bool qt_lines_put(struct qt_lines *lines, const char *text);

#endif
