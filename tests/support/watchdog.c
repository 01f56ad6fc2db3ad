/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE 1

#include "support/watchdog.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define TEST_SECONDS      300
#define WAIT_SECONDS      120
#define BACKTRACE_SECONDS 30
#define LOOK_MS           200
#define WAITS             64

/* Shared by the program and its watchdog. A time of 0 is none. */
struct wait {
    atomic_bool taken;
    _Atomic int64_t since; /* ms; written last */
    enum watchdog_wait limit;
    pid_t thread;
    char what[200];
};

struct watch {
    _Atomic int64_t since;
    _Atomic unsigned seconds;
    unsigned number;
    char test[200];
    struct wait waits[WAITS];
};

static struct watch *watch;
static unsigned test_seconds = TEST_SECONDS;
static pid_t watchdog;

static int64_t now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* ---- limits ---- */

/* A number from the environment, or @usual. */
static unsigned setting(const char *name, unsigned usual)
{
    const char *text = getenv(name);
    char *end;
    unsigned long value;

    if (!text || !*text) {
        return usual;
    }
    value = strtoul(text, &end, 10);
    return *end || value > 100000 ? usual : (unsigned)value;
}

static unsigned patience(void)
{
    return setting("VCRYPTO_TEST_PATIENCE", 1);
}

unsigned watchdog_patience(void)
{
    return patience() ? patience() : 1000;
}

/* What a test of the watchdog itself sets. */
static unsigned usual_limit(void)
{
    return setting("VCRYPTO_TEST_SECONDS", test_seconds);
}

static bool overdue(int64_t since, unsigned seconds)
{
    return since && now_ms() - since > (int64_t)seconds * patience() * 1000;
}

static bool gives_up(void)
{
    unsigned limit = usual_limit() < WAIT_SECONDS ? usual_limit() : WAIT_SECONDS;

    if (overdue(watch->since, watch->seconds)) {
        return true;
    }
    for (unsigned i = 0; i < WAITS; i++) {
        const struct wait *wait = &watch->waits[i];

        if (overdue(wait->since, limit) && wait->limit == WATCHDOG_WAIT_SOON) {
            return true;
        }
    }
    return false;
}

/* ---- backtraces ---- */

static _Noreturn void run_eu_stack(pid_t pid, int output)
{
    char number[32];

    snprintf(number, sizeof(number), "%d", (int)pid);
    if (dup2(output, STDOUT_FILENO) >= 0 && dup2(output, STDERR_FILENO) >= 0) {
        unsetenv("DEBUGINFOD_URLS"); /* nothing is fetched from the network */
        alarm(BACKTRACE_SECONDS);
        execlp("eu-stack", "eu-stack", "-s", "-p", number, (char *)NULL);
        printf("cannot run eu-stack (of Debian's package elfutils): %s\n",
               strerror(errno));
        fflush(stdout);
    }
    _exit(127);
}

static void print_commented(int input)
{
    FILE *file = fdopen(input, "r");
    char line[1000];

    while (file && fgets(line, sizeof(line), file)) {
        printf("#   %s", line);
    }
    if (file) {
        fclose(file);
    }
}

void watchdog_backtrace(pid_t pid)
{
    int ends[2];
    pid_t child;

    printf("# backtrace of process %d:\n", (int)pid);
    fflush(stdout);
    if (pipe2(ends, O_CLOEXEC) < 0) {
        return;
    }
    child = fork();
    if (child == 0) {
        run_eu_stack(pid, ends[1]);
    }
    close(ends[1]);
    print_commented(ends[0]);
    if (child > 0) {
        TEMP_FAILURE_RETRY(waitpid(child, NULL, 0));
    }
    fflush(stdout);
}

/* ---- children ---- */

struct children {
    size_t count;
    pid_t pids[32];
};

static void add_children(struct children *children, pid_t parent, const char *thread)
{
    char path[300];
    FILE *file;
    int pid;

    snprintf(path, sizeof(path), "/proc/%d/task/%s/children", (int)parent, thread);
    file = fopen(path, "re");
    while (file && fscanf(file, "%d", &pid) == 1) {
        if (pid != getpid() &&
            children->count < sizeof(children->pids) / sizeof(children->pids[0])) {
            children->pids[children->count++] = pid;
        }
    }
    if (file) {
        fclose(file);
    }
}

/* Those of the program that is watched, but for the watchdog. */
static void find_children(struct children *children, pid_t parent)
{
    char path[64];
    struct dirent *entry;
    DIR *threads;

    snprintf(path, sizeof(path), "/proc/%d/task", (int)parent);
    threads = opendir(path);
    while (threads && (entry = readdir(threads))) {
        if (entry->d_name[0] != '.') {
            add_children(children, parent, entry->d_name);
        }
    }
    if (threads) {
        closedir(threads);
    }
}

/* ---- the watchdog ---- */

static int seconds_since(int64_t since)
{
    return (int)((now_ms() - since) / 1000);
}

static void print_waits(void)
{
    for (unsigned i = 0; i < WAITS; i++) {
        struct wait *wait = &watch->waits[i];
        int64_t since = wait->since;

        if (since) {
            printf("# thread %d has waited %d s for %s\n", (int)wait->thread,
                   seconds_since(since), wait->what);
        }
    }
}

static _Noreturn void give_up(pid_t parent)
{
    struct children children = { 0 };

    find_children(&children, parent);
    printf("not ok %u - %s\n", watch->number, watch->test);
    printf("# it hangs; given up after %d s\n", seconds_since(watch->since));
    print_waits();
    /* Where QEMU hangs, the test only waits for it. */
    watchdog_backtrace(parent);
    for (size_t i = 0; i < children.count; i++) {
        watchdog_backtrace(children.pids[i]);
    }
    printf("Bail out! a test hangs: %s\n", watch->test);
    fflush(stdout);
    prctl(PR_SET_PDEATHSIG, 0);
    kill(parent, SIGKILL);
    /* They may hold the program's output open, to whose end Meson reads. */
    for (size_t i = 0; i < children.count; i++) {
        kill(children.pids[i], SIGKILL);
    }
    _exit(1);
}

static _Noreturn void run_watchdog(pid_t parent)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    prctl(PR_SET_NAME, "watchdog");
    /* The parent may have died before the first line took effect. */
    while (getppid() == parent) {
        poll(NULL, 0, LOOK_MS);
        if (gives_up()) {
            give_up(parent);
        }
    }
    _exit(0);
}

void watchdog_start(void)
{
    void *shared;
    pid_t parent = getpid();

    if (watch || !patience()) {
        return;
    }
    shared = mmap(NULL, sizeof(*watch), PROT_READ | PROT_WRITE,
                  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED) {
        return;
    }
    watch = shared;
    /* Where only ancestors may trace a process, who shows the backtrace is none. */
    prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY);
    fflush(NULL);
    watchdog = fork();
    if (watchdog == 0) {
        run_watchdog(parent);
    }
}

void watchdog_stop(void)
{
    if (watchdog > 0) {
        kill(watchdog, SIGKILL);
        TEMP_FAILURE_RETRY(waitpid(watchdog, NULL, 0));
    }
    watchdog = 0;
}

/* ---- what is watched ---- */

static void write_text(char *to, size_t size, const char *fmt, va_list ap)
{
    vsnprintf(to, size, fmt, ap);
    for (; *to; to++) {
        *to = *to == '\n' ? ' ' : *to;
    }
}

void watchdog_test(unsigned number, const char *fmt, ...)
{
    va_list ap;

    if (!watch) {
        return;
    }
    watch->since = 0;
    for (unsigned i = 0; i < WAITS; i++) {
        watchdog_wait_end(i);
    }
    va_start(ap, fmt);
    write_text(watch->test, sizeof(watch->test), fmt, ap);
    va_end(ap);
    watch->number = number;
    watch->seconds = usual_limit();
    watch->since = now_ms();
}

void watchdog_limit(unsigned seconds)
{
    if (watch) {
        watch->seconds = seconds;
    } else {
        test_seconds = seconds;
    }
}

unsigned watchdog_wait_begin(enum watchdog_wait limit, const char *fmt, ...)
{
    va_list ap;

    for (unsigned i = 0; watch && i < WAITS; i++) {
        struct wait *wait = &watch->waits[i];

        if (!atomic_exchange(&wait->taken, true)) {
            va_start(ap, fmt);
            write_text(wait->what, sizeof(wait->what), fmt, ap);
            va_end(ap);
            wait->limit = limit;
            wait->thread = gettid();
            wait->since = now_ms();
            return i;
        }
    }
    return WAITS; /* the limit of the test itself holds */
}

void watchdog_wait_end(unsigned number)
{
    if (watch && number < WAITS) {
        watch->waits[number].since = 0;
        watch->waits[number].taken = false;
    }
}
