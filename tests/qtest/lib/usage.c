/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a running QEMU has taken of the host.
 */
#include "usage.h"

#include "support/ut.h"

#include <glib.h>
#include <stdio.h>
#include <string.h>

/* The allocator is inherited: what a process does is decided by its environment. */
void qt_usage_keep_nothing_freed(void)
{
    g_setenv("MALLOC_ARENA_MAX", "1", TRUE);
    g_setenv("MALLOC_MMAP_THRESHOLD_", "4096", TRUE);
    g_setenv("MALLOC_TRIM_THRESHOLD_", "0", TRUE);
    g_setenv("MALLOC_TOP_PAD_", "0", TRUE);
}

static unsigned status_field(const char *status, const char *name)
{
    const char *line = strstr(status, name);
    unsigned value = 0;

    UT_TRUE_FATAL(line != NULL);
    UT_TRUE_FATAL(sscanf(line + strlen(name), "%u", &value) == 1);
    return value;
}

static unsigned count_entries(const char *path)
{
    GDir *dir = g_dir_open(path, 0, NULL);
    unsigned n = 0;

    UT_TRUE_FATAL(dir != NULL);
    while (g_dir_read_name(dir)) {
        n++;
    }
    g_dir_close(dir);
    return n;
}

struct qt_usage qt_usage_measure(const struct qt_machine *machine)
{
    int pid = (int)machine->process.pid;
    g_autofree char *path = g_strdup_printf("/proc/%d/status", pid);
    g_autofree char *descriptors = g_strdup_printf("/proc/%d/fd", pid);
    g_autofree char *status = NULL;

    UT_TRUE_FATAL(g_file_get_contents(path, &status, NULL, NULL));
    return (struct qt_usage){
        .threads = status_field(status, "\nThreads:"),
        .descriptors = count_entries(descriptors),
        .private_kib =
            status_field(status, "\nRssAnon:") + status_field(status, "\nRssFile:"),
    };
}
