/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Child processes of a test: they die with the test, are waited for without polling,
 * and are ended by their own process id only.
 */
#ifndef QT_PROCESS_H
#define QT_PROCESS_H

#include <stdbool.h>
#include <sys/types.h>

struct qt_process {
    pid_t pid;
    int pidfd;  /* readable once the process has ended */
    bool ended; /* and was waited for: there is no such process any more */
    int status; /* with which it has ended */
};

/**
 * qt_process_start() - start a program
 * @process: filled in on success
 * @argv: ends with NULL; argv[0] is looked up in PATH
 * @output: file descriptor that becomes its standard output and error
 *
 * The child gets SIGKILL when the calling thread ends. Return: whether it was started
 * (a program that cannot be executed counts as started and exits with 127).
 */
bool qt_process_start(struct qt_process *process, const char *const *argv, int output);

/**
 * qt_process_wait() - wait for the end of a process
 * @status: receives the exit status, or 128 + the number of the signal that ended it
 *
 * Return: false if it was still running after @timeout_ms; it can be waited for again,
 * as it can be when it has ended.
 */
bool qt_process_wait(struct qt_process *process, int timeout_ms, int *status);

/** qt_process_kill() - end it with SIGKILL, and return the status as above */
int qt_process_kill(struct qt_process *process);

#endif
