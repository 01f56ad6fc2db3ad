/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Child processes of a test.
 */
#define _GNU_SOURCE 1

#include "process.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define CANNOT_EXECUTE "the program cannot be executed\n"

static _Noreturn void run_child(const char *const *argv, int output, pid_t parent)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY); /* for a backtrace, where it hangs */
    /* The parent may have died before the line above took effect. */
    if (getppid() == parent && dup2(output, STDOUT_FILENO) >= 0 &&
        dup2(output, STDERR_FILENO) >= 0) {
        execvp(argv[0], (char *const *)argv);
        if (write(STDERR_FILENO, CANNOT_EXECUTE, strlen(CANNOT_EXECUTE)) < 0) {
            _exit(126);
        }
    }
    _exit(127);
}

bool qt_process_start(struct qt_process *process, const char *const *argv, int output)
{
    pid_t parent = getpid();
    pid_t pid = fork();

    if (pid == 0) {
        run_child(argv, output, parent);
    }
    if (pid < 0) {
        return false;
    }
    *process = (struct qt_process){ .pid = pid, .pidfd = pidfd_open(pid, 0) };
    if (process->pidfd < 0) {
        qt_process_kill(process);
        return false;
    }
    return true;
}

static int reap(struct qt_process *process)
{
    int status = 0;

    TEMP_FAILURE_RETRY(waitpid(process->pid, &status, 0));
    if (process->pidfd >= 0) {
        close(process->pidfd);
    }
    process->pidfd = -1;
    process->pid = -1;
    process->ended = true;
    process->status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return process->status;
}

bool qt_process_wait(struct qt_process *process, int timeout_ms, int *status)
{
    struct pollfd fd = { .fd = process->pidfd, .events = POLLIN };

    if (!process->ended) {
        if (TEMP_FAILURE_RETRY(poll(&fd, 1, timeout_ms)) <= 0) {
            return false;
        }
        reap(process);
    }
    *status = process->status;
    return true;
}

int qt_process_kill(struct qt_process *process)
{
    /* There is no process -1: to the kernel that means all of them. */
    if (process->ended || process->pid <= 0) {
        return process->status;
    }
    kill(process->pid, SIGKILL);
    return reap(process);
}
