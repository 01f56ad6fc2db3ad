/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Starting and stopping QEMU.
 *
 * QEMU connects to two sockets that the test listens on since before it started, and
 * opens a memory file that is there already: so there is nothing to poll for.
 */
#define _GNU_SOURCE 1

#include "machine.h"

#include "canary.h"

#include "support/ut.h"
#include "support/watchdog.h"

#include <fcntl.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <inttypes.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define DEFAULT_RAM     (64u << 20)
#define STOP_TIMEOUT_MS (qt_timeout_ms / 3)
#define BIOS_SIZE       (64u << 10)
#define HLT             0xf4
#define FIRST_BAR       0xe0000000u

int qt_timeout_ms = 60000;

__attribute__((constructor)) static void be_patient(void)
{
    qt_timeout_ms *= (int)watchdog_patience();
}

static const char *qemu_program(void)
{
    const char *program = getenv("VCRYPTO_QEMU");

    return program && *program ? program : "qemu-system-x86_64";
}

const char *qt_plugin(void)
{
    const char *plugin = getenv("VCRYPTO_PLUGIN");

    return plugin && *plugin ? plugin : NULL;
}

/* ---- output ---- */

static char *read_all(int fd)
{
    struct stat st;
    char *text;
    ssize_t n;

    if (fd < 0 || fstat(fd, &st) < 0) {
        return g_strdup("");
    }
    text = g_malloc((size_t)st.st_size + 1);
    n = pread(fd, text, (size_t)st.st_size, 0);
    text[n > 0 ? n : 0] = '\0';
    return text;
}

char *qt_machine_output(const struct qt_machine *machine)
{
    return read_all(machine->output);
}

bool qt_machine_alive(const struct qt_machine *machine)
{
    struct pollfd fd = { .fd = machine->process.pidfd, .events = POLLIN };

    return !machine->process.ended && poll(&fd, 1, 0) == 0;
}

/* Once is enough for whoever reads it. */
static void backtrace_of(const struct qt_process *process)
{
    static pid_t last;

    if (process->pid != last) {
        last = process->pid;
        watchdog_backtrace(process->pid);
    }
}

/* Of a QEMU that hangs, each test that is left would otherwise learn it anew. */
int64_t qt_answer_deadline(const struct qt_machine *machine)
{
    int64_t limit_ms = machine->silent ? 1000 : QT_TIMEOUT_MS;

    return g_get_monotonic_time() + limit_ms * 1000;
}

void qt_stuck(const struct qt_machine *machine, const char *what)
{
    ut_note("waited in vain for %s", what);
    if (qt_machine_alive(machine)) {
        backtrace_of(&machine->process);
    }
}

void qt_die(const struct qt_machine *machine, const char *fmt, ...)
{
    g_autofree char *output = qt_machine_output(machine);
    char message[512];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(message, sizeof(message), fmt, ap);
    va_end(ap);
    ut_note("QEMU is %s; it has printed:\n%s",
            qt_machine_alive(machine) ? "running" : "gone", output);
    if (qt_machine_alive(machine)) {
        backtrace_of(&machine->process);
    }
    g_clear_pointer(&output, g_free); /* the next line does not return */
    ut_fail_fatal(__FILE__, __LINE__, "%s", message);
}

/* ---- the private directory ---- */

static const char *const file_names[] = { "ram", "bios", "qtest", "qmp", "output" };

static char *make_dir(void)
{
    char *dir = g_strdup("/dev/shm/vcrypto-qtest-XXXXXX");

    if (!g_mkdtemp(dir)) {
        g_free(dir);
        dir = g_dir_make_tmp("vcrypto-qtest-XXXXXX", NULL);
    }
    return dir;
}

static void remove_dir(char *dir)
{
    for (size_t i = 0; i < G_N_ELEMENTS(file_names); i++) {
        g_autofree char *path = g_build_filename(dir, file_names[i], NULL);

        unlink(path);
    }
    rmdir(dir);
    g_free(dir);
}

static int create_file(const char *dir, const char *name)
{
    g_autofree char *path = g_build_filename(dir, name, NULL);

    return open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
}

static bool write_bios(const char *dir)
{
    g_autofree char *path = g_build_filename(dir, "bios", NULL);
    g_autofree char *code = g_malloc(BIOS_SIZE);

    memset(code, HLT, BIOS_SIZE);
    return g_file_set_contents(path, code, BIOS_SIZE, NULL);
}

static bool map_ram(struct qt_machine *machine, const char *dir, uint64_t size)
{
    int fd = create_file(dir, "ram");
    void *host = MAP_FAILED;

    if (fd >= 0 && ftruncate(fd, (off_t)size) == 0) {
        host = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    }
    if (fd >= 0) {
        close(fd);
    }
    if (host == MAP_FAILED) {
        return false;
    }
    qt_mem_init(&machine->mem, host, size);
    return true;
}

static int listen_on(const char *dir, const char *name)
{
    struct sockaddr_un addr = { .sun_family = AF_UNIX };
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    snprintf(addr.sun_path, sizeof(addr.sun_path), "%s/%s", dir, name);
    if (fd >= 0 &&
        (bind(fd, (struct sockaddr *)&addr, sizeof(addr)) < 0 || listen(fd, 1) < 0)) {
        close(fd);
        fd = -1;
    }
    return fd;
}

/* ---- the command line ---- */

static void add(GPtrArray *argv, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

static void add(GPtrArray *argv, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    g_ptr_array_add(argv, g_strdup_vprintf(fmt, ap));
    va_end(ap);
}

static void add_all(GPtrArray *argv, const char *const *args)
{
    for (; args && *args; args++) {
        g_ptr_array_add(argv, g_strdup(*args));
    }
}

/* A KVM that runs no guest still drives devices, and our machines' processor is halted;
 * with this feature it may not even be made. */
static void add_accelerator(GPtrArray *argv, const char *wanted)
{
    const char *everywhere = getenv("VCRYPTO_TEST_ACCEL");
    const char *accel = wanted                      ? wanted
                        : everywhere && *everywhere ? everywhere
                                                    : "tcg";

    add(argv, "-accel");
    add(argv, "%s", accel);
    if (strcmp(accel, "kvm") == 0) {
        add(argv, "-cpu");
        add(argv, "max,-arch-capabilities");
    }
}

static GPtrArray *command_line(const struct qt_machine_opts *opts, const char *dir,
                               uint64_t ram_size)
{
    GPtrArray *argv = g_ptr_array_new_with_free_func(g_free);

    add(argv, "%s", qemu_program());
    add(argv, "-machine");
    add(argv, "%s,memory-backend=ram", opts->machine ? opts->machine : "q35");
    add(argv, "-m");
    add(argv, "%" PRIu64 "B", ram_size);
    add(argv, "-object");
    add(argv, "memory-backend-file,id=ram,share=on,size=%" PRIu64 ",mem-path=%s/ram",
        ram_size, dir);
    add_accelerator(argv, opts->accel);
    add(argv, "-display");
    add(argv, "none");
    add(argv, "-nodefaults");
    add(argv, "-bios");
    add(argv, "%s/bios", dir);
    add(argv, "-qtest");
    add(argv, "unix:%s/qtest", dir);
    add(argv, "-qtest-log");
    add(argv, "/dev/null");
    add(argv, "-qmp");
    add(argv, "unix:%s/qmp", dir);
    add_all(argv, opts->args);
    g_ptr_array_add(argv, NULL);
    return argv;
}

/* ---- start ---- */

struct listeners {
    int qtest;
    int qmp;
};

/* Return: the accepted connection, or -1 if QEMU ended or took too long. */
static int accept_from(struct qt_machine *machine, int listener)
{
    struct pollfd fds[] = {
        { .fd = listener, .events = POLLIN },
        { .fd = machine->process.pidfd, .events = POLLIN },
    };

    if (TEMP_FAILURE_RETRY(poll(fds, G_N_ELEMENTS(fds), QT_TIMEOUT_MS)) <= 0 ||
        !(fds[0].revents & POLLIN)) {
        return -1;
    }
    return accept4(listener, NULL, NULL, SOCK_CLOEXEC);
}

static bool connect_qemu(struct qt_machine *machine, const struct listeners *listeners)
{
    int fd = accept_from(machine, listeners->qmp);

    if (fd < 0) {
        return false;
    }
    machine->qmp = qt_qmp_new(machine, fd);
    fd = accept_from(machine, listeners->qtest);
    if (fd < 0) {
        return false;
    }
    machine->qtest = qt_qtest_new(machine, fd);
    return qt_qmp_negotiate(machine->qmp);
}

static bool start_process(struct qt_machine *machine,
                          const struct qt_machine_opts *opts, const char *dir)
{
    g_autoptr(GPtrArray) argv = command_line(opts, dir, machine->mem.size);

    return qt_process_start(&machine->process, (const char *const *)argv->pdata,
                            machine->output);
}

static bool start_in(struct qt_machine *machine, const struct qt_machine_opts *opts,
                     const char *dir)
{
    struct listeners listeners = { listen_on(dir, "qtest"), listen_on(dir, "qmp") };
    bool ok = false;

    machine->output = create_file(dir, "output");
    if (listeners.qtest >= 0 && listeners.qmp >= 0 && machine->output >= 0 &&
        write_bios(dir) &&
        map_ram(machine, dir, opts->ram_size ? opts->ram_size : DEFAULT_RAM)) {
        ok = start_process(machine, opts, dir) && connect_qemu(machine, &listeners);
    }
    close(listeners.qtest);
    close(listeners.qmp);
    return ok;
}

static void release(struct qt_machine *machine)
{
    qt_qtest_free(machine->qtest);
    qt_qmp_free(machine->qmp);
    if (machine->mem.host) {
        munmap(machine->mem.host, machine->mem.size);
    }
    if (machine->output >= 0) {
        close(machine->output);
    }
    g_free(machine);
}

static void report_start_failure(struct qt_machine *machine)
{
    g_autofree char *output = NULL;
    int status = -1;

    if (machine->process.pid > 0 &&
        !qt_process_wait(&machine->process, 1000, &status)) {
        status = qt_process_kill(&machine->process);
    }
    output = qt_machine_output(machine);
    ut_note("QEMU did not start (status %d); it has printed:\n%s", status, output);
}

struct qt_machine *qt_machine_start(const struct qt_machine_opts *opts)
{
    struct qt_machine *machine = g_new0(struct qt_machine, 1);
    char *dir = make_dir();
    bool ok;

    machine->output = -1;
    machine->mmio = opts->machine && g_str_has_prefix(opts->machine, "microvm");
    machine->next_bar = FIRST_BAR;
    ok = dir && start_in(machine, opts, dir);
    /* QEMU has opened all of it; a test that is killed leaves nothing behind. */
    if (dir) {
        remove_dir(dir);
    }
    if (!ok) {
        report_start_failure(machine);
        release(machine);
        return NULL;
    }
    qt_canary_watch(machine);
    return machine;
}

/* ---- stop ---- */

int qt_machine_stop(struct qt_machine *machine)
{
    int status = 0;

    if (!machine) {
        return 0;
    }
    qt_canary_forget(machine);
    if (qt_machine_alive(machine)) {
        qt_qmp_quit(machine->qmp);
    }
    if (!qt_process_wait(&machine->process, STOP_TIMEOUT_MS, &status)) {
        ut_note("QEMU did not end when asked to");
        backtrace_of(&machine->process);
        status = qt_process_kill(&machine->process);
    }
    release(machine);
    return status;
}

bool qt_run_qemu(const char *const *args, char **output, int *status)
{
    g_autoptr(GPtrArray) argv = g_ptr_array_new_with_free_func(g_free);
    struct qt_process process;
    int fd = memfd_create("qemu-output", MFD_CLOEXEC);
    bool ok;

    add(argv, "%s", qemu_program());
    add_all(argv, args);
    g_ptr_array_add(argv, NULL);
    *status = -1;
    ok = fd >= 0 && qt_process_start(&process, (const char *const *)argv->pdata, fd);
    if (ok && !qt_process_wait(&process, QT_TIMEOUT_MS, status)) {
        backtrace_of(&process);
        *status = qt_process_kill(&process);
        ok = false;
    }
    *output = read_all(fd);
    if (fd >= 0) {
        close(fd);
    }
    return ok;
}
