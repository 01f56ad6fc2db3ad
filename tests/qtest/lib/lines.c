/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lines of text over a socket.
 */
#define _GNU_SOURCE 1

#include "lines.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

void qt_lines_init(struct qt_lines *lines, int fd)
{
    lines->fd = fd;
    lines->pending = g_string_new(NULL);
}

void qt_lines_close(struct qt_lines *lines)
{
    close(lines->fd);
    lines->fd = -1;
    g_string_free(lines->pending, TRUE);
    lines->pending = NULL;
}

static char *take_line(struct qt_lines *lines)
{
    char *end = memchr(lines->pending->str, '\n', lines->pending->len);
    size_t len;
    char *line;

    if (!end) {
        return NULL;
    }
    len = (size_t)(end - lines->pending->str);
    line = g_strndup(lines->pending->str, len);
    g_string_erase(lines->pending, 0, (gssize)len + 1);
    return g_strchomp(line);
}

/* Return: false on time-out, end of file or error. */
static bool receive(struct qt_lines *lines, int timeout_ms)
{
    struct pollfd fd = { .fd = lines->fd, .events = POLLIN };
    char chunk[4096];
    ssize_t n;

    if (TEMP_FAILURE_RETRY(poll(&fd, 1, timeout_ms)) <= 0) {
        return false;
    }
    n = TEMP_FAILURE_RETRY(recv(lines->fd, chunk, sizeof(chunk), 0));
    if (n <= 0) {
        return false;
    }
    g_string_append_len(lines->pending, chunk, n);
    return true;
}

char *qt_lines_get(struct qt_lines *lines, gint64 deadline)
{
    char *line;

    while (!(line = take_line(lines))) {
        gint64 left = (deadline - g_get_monotonic_time()) / 1000;

        if (!receive(lines, (int)MAX(left, 0))) {
            return NULL;
        }
    }
    return line;
}

bool qt_lines_put(struct qt_lines *lines, const char *text)
{
    size_t len = strlen(text);

    while (len > 0) {
        ssize_t n = send(lines->fd, text, len, MSG_NOSIGNAL);

        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            return false;
        }
        text += n;
        len -= (size_t)n;
    }
    return true;
}
