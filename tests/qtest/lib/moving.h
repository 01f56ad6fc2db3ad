/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Live migration from one QEMU to another.
 *
 * A driver moves with its machine: after qt_moving_swap() what points to the machine,
 * or into its memory, points to where it is now.
 */
#ifndef QT_MOVING_H
#define QT_MOVING_H

#include "machine.h"

#include <stdbool.h>

/** How a machine moves. */
enum qt_way {
    QT_WAY_SOCKET,   /* the destination tells the source whether it has succeeded */
    QT_WAY_FILE,     /* to a file, which is then read */
    QT_WAY_POSTCOPY, /* the machine goes on before its memory is there */
    QT_WAY_MULTIFD,  /* memory through channels of its own */
    QT_WAYS,
};

/** One move. */
struct qt_moving {
    struct qt_machine *source;
    struct qt_machine *target; /* was started with -incoming defer */
    enum qt_way way;
    char *dir; /* where the socket or the file is */
};

/** qt_way_name() - for messages */
const char *qt_way_name(enum qt_way way);

/**
 * qt_moving_begin() - begin to move @source to @target, and return at once
 *
 * Return: whether both take the way; otherwise nothing has begun (this kernel may not
 * have what postcopy needs).
 */
bool qt_moving_begin(struct qt_moving *moving, struct qt_machine *source,
                     struct qt_machine *target, enum qt_way way);

/** qt_moving_sent() - wait for the source: whether it says that it has succeeded */
bool qt_moving_sent(struct qt_moving *moving);

/**
 * qt_moving_end() - wait for the destination: whether the machine is there
 *
 * After qt_moving_sent(). If not, the destination has ended, as QEMU does then. The
 * machine is running there unless it was started with -S.
 */
bool qt_moving_end(struct qt_moving *moving);

/** qt_moving_swap() - from now on @a is the machine that was @b, and the other way
 * round; where memory is mapped does not change. Both have the same size. */
void qt_moving_swap(struct qt_machine *a, struct qt_machine *b);

#endif
