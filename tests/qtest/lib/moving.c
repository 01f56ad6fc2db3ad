/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Live migration from one QEMU to another.
 */
#define _GNU_SOURCE 1

#include "moving.h"

#include "json.h"

#include "support/ut.h"

#include <glib.h>
#include <sys/mman.h>
#include <unistd.h>

const char *qt_way_name(enum qt_way way)
{
    static const char *const names[] = {
        [QT_WAY_SOCKET] = "by a socket",
        [QT_WAY_FILE] = "by a file",
        [QT_WAY_POSTCOPY] = "by postcopy",
        [QT_WAY_MULTIFD] = "by multifd",
    };

    return names[way];
}

/* ---- where it goes through ---- */

static char *make_path(const struct qt_moving *moving)
{
    return g_build_filename(moving->dir, "stream", NULL);
}

static void make_dir(struct qt_moving *moving)
{
    moving->dir = g_strdup("/dev/shm/vcrypto-moving-XXXXXX");
    if (!g_mkdtemp(moving->dir)) {
        g_free(moving->dir);
        moving->dir = g_dir_make_tmp("vcrypto-moving-XXXXXX", NULL);
    }
    UT_TRUE_FATAL(moving->dir != NULL);
}

static void remove_dir(struct qt_moving *moving)
{
    g_autofree char *path = make_path(moving);

    unlink(path);
    rmdir(moving->dir);
    g_clear_pointer(&moving->dir, g_free);
}

/* ---- what both must know ---- */

static bool set_capability(struct qt_machine *machine, const char *name, bool on)
{
    return qt_qmp(machine->qmp, NULL,
                  "{'execute': 'migrate-set-capabilities', 'arguments': "
                  "{'capabilities': [{'capability': '%s', 'state': %s}]}}",
                  name, on ? "true" : "false");
}

/* Memory at full speed; a busy machine may take its time for the rest. */
static void set_parameters(struct qt_machine *machine, unsigned bytes, unsigned ms)
{
    UT_TRUE_FATAL(qt_qmp(machine->qmp, NULL,
                         "{'execute': 'migrate-set-parameters', 'arguments': "
                         "{'max-bandwidth': %u, 'downtime-limit': %u}}",
                         bytes, ms));
}

static bool prepare(struct qt_machine *machine, enum qt_way way)
{
    /* With postcopy it must not be all there before. */
    if (way == QT_WAY_POSTCOPY) {
        set_parameters(machine, 16u << 20, 1);
    } else {
        set_parameters(machine, 0, 20000);
    }
    /* It may have come another way. */
    return set_capability(machine, "events", true) &&
           set_capability(machine, "return-path", way != QT_WAY_FILE) &&
           set_capability(machine, "multifd", way == QT_WAY_MULTIFD) &&
           set_capability(machine, "postcopy-ram", way == QT_WAY_POSTCOPY);
}

static void listen_at(struct qt_moving *moving, const char *protocol)
{
    g_autofree char *path = make_path(moving);

    UT_TRUE_FATAL(qt_qmp(moving->target->qmp, NULL,
                         "{'execute': 'migrate-incoming', 'arguments': {'uri': "
                         "'%s%s'}}",
                         protocol, path));
}

static void send_to(struct qt_moving *moving, const char *protocol)
{
    g_autofree char *path = make_path(moving);

    UT_TRUE_FATAL(qt_qmp(moving->source->qmp, NULL,
                         "{'execute': 'migrate', 'arguments': {'uri': '%s%s'}}",
                         protocol, path));
}

bool qt_moving_begin(struct qt_moving *moving, struct qt_machine *source,
                     struct qt_machine *target, enum qt_way way)
{
    *moving = (struct qt_moving){
        .source = source, .target = target, .way = way, .dir = NULL
    };
    if (!prepare(target, way) || !prepare(source, way)) {
        return false;
    }
    make_dir(moving);
    if (way == QT_WAY_FILE) {
        send_to(moving, "exec:cat > ");
    } else {
        listen_at(moving, "unix:");
        send_to(moving, "unix:");
    }
    if (way == QT_WAY_POSTCOPY) {
        UT_TRUE_FATAL(
            qt_qmp(source->qmp, NULL, "{'execute': 'migrate-start-postcopy'}"));
    }
    return true;
}

/* ---- how it ends ---- */

/* Return: whether @machine says that it has succeeded; false, too, if it has ended. */
static bool wait_for_end(struct qt_machine *machine, enum qt_way way)
{
    bool postcopy = false;

    for (;;) {
        g_autofree char *event =
            qt_qmp_wait_event(machine->qmp, "MIGRATION", QT_TIMEOUT_MS);
        g_autofree char *data = event ? qt_json_get(event, "data") : NULL;
        g_autofree char *status = data ? qt_json_get_string(data, "status") : NULL;

        if (!status || g_str_equal(status, "failed")) {
            return false;
        }
        postcopy |= g_str_equal(status, "postcopy-active");
        if (g_str_equal(status, "completed")) {
            UT_EQ_U64(postcopy, way == QT_WAY_POSTCOPY);
            return true;
        }
    }
}

bool qt_moving_sent(struct qt_moving *moving)
{
    bool sent = wait_for_end(moving->source, moving->way);

    if (sent && moving->way == QT_WAY_FILE) {
        listen_at(moving, "exec:cat ");
    }
    return sent;
}

bool qt_moving_end(struct qt_moving *moving)
{
    bool arrived = wait_for_end(moving->target, moving->way);
    int status;

    remove_dir(moving);
    if (!arrived) {
        UT_TRUE_FATAL(
            qt_process_wait(&moving->target->process, QT_TIMEOUT_MS, &status));
        UT_EQ_U64((uint64_t)status, 1);
    }
    return arrived;
}

/* ---- the machine is another one ---- */

static void remap(uint8_t *from, uint8_t *to, uint64_t size)
{
    UT_TRUE_FATAL(mremap(from, size, size, MREMAP_MAYMOVE | MREMAP_FIXED, to) == to);
}

static void swap_memory(const struct qt_mem *a, const struct qt_mem *b)
{
    uint8_t *room = mmap(NULL, a->size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    UT_TRUE_FATAL(room != MAP_FAILED);
    UT_EQ_U64_FATAL(a->size, b->size);
    remap(a->host, room, a->size);
    remap(b->host, a->host, a->size);
    remap(room, b->host, a->size);
}

void qt_moving_swap(struct qt_machine *a, struct qt_machine *b)
{
    struct qt_machine was = *a;

    swap_memory(&a->mem, &b->mem);
    *a = *b;
    a->mem = was.mem;
    a->next_bar = was.next_bar;
    was.mem = b->mem;
    was.next_bar = b->next_bar;
    *b = was;
    qt_qmp_belongs(a->qmp, a);
    qt_qmp_belongs(b->qmp, b);
    qt_qtest_belongs(a->qtest, a);
    qt_qtest_belongs(b->qtest, b);
}
