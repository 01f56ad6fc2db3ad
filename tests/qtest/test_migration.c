/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A machine with the device moves from one QEMU to another: with its sessions, with
 * full rings and while the device writes to memory. What it was promised is kept, or
 * refused before it runs; then it goes on where it was.
 */
#include "canary.h"
#include "form.h"
#include "iommu.h"
#include "load.h"
#include "moving.h"
#include "waiting.h"

#include "support/operations.h"
#include "support/ut.h"
#include "support/watchdog.h"

#include <glib.h>
#include <string.h>
#include <unistd.h>

#define SEED       20261128
#define RAM        (192u << 20) /* as the rig's machine */
#define FEATURES   QT_CRYPTO_LINUX_FEATURES
#define MANY       QT_RIG_QUEUES
#define EVERYTHING (QT_CRYPTO_LINUX_FEATURES | QT_CRYPTO_BITS)

/* The machine under test, and where it is going to, or came from. */
static struct qt_machine *machine, *other;

static int stop(void)
{
    struct qt_machine *first = machine, *second = other;

    machine = other = NULL;
    qt_machine_stop(first);
    qt_machine_stop(second);
    return 0;
}

static void stop_other(void)
{
    struct qt_machine *gone = other;

    other = NULL;
    qt_machine_stop(gone);
}

/* ---- machines ---- */

/* More of a machine than its backend. */
struct extra {
    const char *backend; /* what follows "backend=crypto0", from the comma on */
    const char *device;  /* what follows the device's cryptodev, likewise */
    const char *const *args;
    uint64_t ram; /* 0: RAM */
    bool paused;  /* it does not run once it is there */
};

static void add(GPtrArray *args, const char *arg)
{
    g_ptr_array_add(args, g_strdup(arg));
}

/* A machine that waits for another one to come, or (not @incoming) a new one. */
static struct qt_machine *start(const struct extra *extra, bool incoming)
{
    g_autoptr(GPtrArray) args = g_ptr_array_new_with_free_func(g_free);
    g_autofree char *plugin =
        g_strconcat(qt_plugin(), ",backend=crypto0,quiet=on", extra->backend, NULL);
    g_autofree char *device =
        g_strconcat("virtio-crypto-pci,id=dev0,addr=5,packed=on,cryptodev=crypto0",
                    extra->device, NULL);

    for (const char *const *arg = extra->args; arg && *arg; arg++) {
        add(args, *arg);
    }
    add(args, "-plugin");
    add(args, plugin);
    add(args, "-device");
    add(args, device);
    if (incoming) {
        add(args, "-incoming");
        add(args, "defer");
    }
    if (incoming && extra->paused) {
        add(args, "-S");
    }
    g_ptr_array_add(args, NULL);
    return qt_machine_start(
        &(struct qt_machine_opts){ .ram_size = extra->ram ? extra->ram : RAM,
                                   .args = (const char *const *)args->pdata });
}

static bool begin(const struct extra *extra)
{
    if (!qt_plugin()) {
        return false;
    }
    machine = start(extra, false);
    UT_TRUE_FATAL(machine != NULL);
    return true;
}

#define BEGIN(extra)                                                                   \
    if (!begin(extra)) {                                                               \
        UT_SKIP("no plugin was built");                                                \
    }

static bool take_off(struct qt_moving *moving, const struct extra *extra,
                     enum qt_way way)
{
    other = start(extra, true);
    UT_TRUE_FATAL(other != NULL);
    return qt_moving_begin(moving, machine, other, way);
}

static void land(struct qt_moving *moving)
{
    UT_TRUE_FATAL(qt_moving_sent(moving));
    UT_TRUE_FATAL(qt_moving_end(moving));
    qt_moving_swap(machine, other);
}

static void move(const struct extra *extra, enum qt_way way)
{
    struct qt_moving moving;

    UT_TRUE_FATAL(take_off(&moving, extra, way));
    land(&moving);
    stop_other();
}

static bool is_running(void)
{
    g_autofree char *status = NULL;

    UT_TRUE_FATAL(qt_qmp(machine->qmp, &status, "{'execute': 'query-status'}"));
    return strstr(status, "\"running\": true");
}

/* ---- full rings ---- */

struct kind {
    uint32_t queues;
    uint64_t features;
    bool translated; /* served by QEMU's main loop, with QEMU's calls */
    const char *name;
};

static const struct kind kinds[] = {
    { 1, FEATURES, false, "one split ring" },
    { 1, FEATURES | QT_F_RING_PACKED, false, "one packed ring" },
    { MANY, FEATURES, false, "split rings" },
    { MANY, FEATURES | QT_F_RING_PACKED, false, "packed rings" },
    { 2, FEATURES | QT_F_ACCESS_PLATFORM, true, "translated rings" },
};

static const char *const iommu[] = { "-device", "intel-iommu,intremap=off", NULL };

/* All of a ring's requests take half a minute, so that they move. */
static void slow_down(uint32_t queues)
{
    UT_TRUE_FATAL(qt_qmp(machine->qmp, NULL,
                         "{'execute': 'qom-set', 'arguments': {'path': "
                         "'/objects/crypto0', 'property': 'throttle-ops', 'value': "
                         "%u}}",
                         2 * queues));
}

/* The source's memory and the destination's; messages of interrupts are written after
 * the machine has stopped, too. */
static void compare_memory(const struct qt_rig *rig)
{
    uint64_t slots = rig->msix_slots & ~UINT64_C(4095);

    UT_EQ_MEM_FATAL(machine->mem.host, other->mem.host, slots);
    slots += 4096;
    UT_EQ_MEM_FATAL(machine->mem.host + slots, other->mem.host + slots, RAM - slots);
}

static void go_on(void)
{
    UT_TRUE_FATAL(qt_qmp(machine->qmp, NULL, "{'execute': 'cont'}"));
}

/* Rings are filled before: what the driver writes by itself QEMU does not see. */
static void move_full_rings(struct qt_rig *rig, struct qt_load *load,
                            const struct extra *extra, enum qt_way way)
{
    uint32_t queues = rig->opts.queues;
    struct qt_moving moving;

    slow_down(queues);
    qt_load_fill(load);
    UT_TRUE_FATAL(take_off(&moving, extra, way));
    land(&moving);
    UT_TRUE(qt_load_on_their_way(load));
    if (extra->paused) {
        compare_memory(rig);
        go_on();
    }
    qt_load_collect_until(load, 0);
    UT_EQ_U64(load->dropped + load->refused, 0);
    stop_other();
}

static void full_rings(const struct kind *kind, enum qt_way way, unsigned rounds)
{
    g_autofree char *backend = g_strdup_printf(",queues=%u", kind->queues);
    const struct extra extra = {
        .backend = backend,
        .device = kind->translated ? ",iommu_platform=on" : NULL,
        .args = kind->translated ? iommu : NULL,
        .paused = way == QT_WAY_SOCKET || way == QT_WAY_FILE,
    };
    const struct qt_rig_opts opts = { .queues = kind->queues,
                                      .ring_size = QT_LOAD_RING_SIZE,
                                      .msix = true };
    GRand *rand = g_rand_new_with_seed(SEED);
    struct qt_load *load = g_new(struct qt_load, 1);
    struct qt_rig rig;

    machine = start(&extra, false);
    UT_TRUE_FATAL(machine != NULL);
    qt_rig_begin_plugged(&rig, machine, &opts, kind->features);
    if (kind->translated) {
        qt_iommu_start(&rig.crypto.dev->pci);
    }
    qt_load_init(load, &rig, rand);
    for (unsigned round = 0; round < rounds; round++) {
        ut_context("%s, %s, move %u", kind->name, qt_way_name(way), round);
        move_full_rings(&rig, load, &extra, way);
    }
    ut_context(NULL);
    qt_rig_end(&rig);
    qt_load_clear(load);
    g_free(load);
    g_rand_free(rand);
    stop();
}

static void rings_move(enum qt_way way)
{
    if (!qt_plugin()) {
        UT_SKIP("no plugin was built");
    }
    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
        full_rings(&kinds[i], way, way == QT_WAY_SOCKET || way == QT_WAY_FILE ? 3 : 1);
    }
}

static void full_rings_move_by_socket(void)
{
    rings_move(QT_WAY_SOCKET);
}

static void full_rings_move_by_file(void)
{
    rings_move(QT_WAY_FILE);
}

static void full_rings_move_by_multifd(void)
{
    rings_move(QT_WAY_MULTIFD);
}

/* Requests find their memory not there yet. */
static void full_rings_move_by_postcopy(void)
{
    static const struct extra extra = { .backend = "" };
    struct qt_moving moving;

    BEGIN(&extra);
    if (!take_off(&moving, &extra, QT_WAY_POSTCOPY)) {
        stop();
        UT_SKIP("this user may not use userfaultfd, which postcopy needs");
    }
    land(&moving);
    stop();
    rings_move(QT_WAY_POSTCOPY);
}

/* ---- sessions ---- */

struct session {
    const struct known_answer *known;
    uint64_t id;
    bool gone;
};

static GArray *create_sessions(struct qt_crypto *crypto, enum form form)
{
    GArray *sessions = g_array_new(FALSE, FALSE, sizeof(struct session));
    const GArray *all = known_answers();

    for (guint i = 0; i < all->len; i++) {
        const struct known_answer *known = &g_array_index(all, struct known_answer, i);
        uint64_t mark = qt_mem_mark(&machine->mem);
        struct session session = {
            .known = known, .id = qt_form_session(crypto, &known->operation, form)
        };

        qt_mem_reset(&machine->mem, mark);
        g_array_append_val(sessions, session);
    }
    return sessions;
}

static uint8_t destroy(struct qt_crypto *crypto, enum form form,
                       const struct session *session)
{
    uint64_t mark = qt_mem_mark(&machine->mem);
    uint8_t status =
        qt_form_destroy(crypto, &session->known->operation, form, session->id);

    qt_mem_reset(&machine->mem, mark);
    return status;
}

static void check_session(struct qt_crypto *crypto, enum form form,
                          const struct session *session)
{
    const struct form_operation *operation = &session->known->operation;
    uint64_t mark = qt_mem_mark(&machine->mem);
    struct form_message message;
    struct qt_xfer xfer;

    ut_context("%s, %s", session->known->name, form_name(form));
    form_data(operation, form, session->id, &message);
    xfer = qt_form_xfer(operation, &message, QT_FIELDS);
    qt_xfer_run(crypto->data[0], &xfer);
    UT_EQ_U64(xfer.result[xfer.result_len - 1], session->gone ? QT_INVSESS : QT_OK);
    if (!session->gone) {
        UT_EQ_MEM(xfer.result, session->known->answer.data, session->known->answer.len);
    }
    qt_xfer_release(&xfer);
    qt_mem_reset(&machine->mem, mark);
    ut_context(NULL);
}

/* Each other session, of those that are there. */
static void destroy_some(struct qt_crypto *crypto, enum form form, GArray *sessions)
{
    bool one = false;

    for (guint i = 0; i < sessions->len; i++) {
        struct session *session = &g_array_index(sessions, struct session, i);

        one ^= !session->gone;
        if (!session->gone && one) {
            UT_EQ_U64(destroy(crypto, form, session), QT_OK);
            session->gone = true;
        }
    }
}

static void check_sessions(struct qt_crypto *crypto, enum form form,
                           const GArray *sessions)
{
    for (guint i = 0; i < sessions->len; i++) {
        const struct session *session = &g_array_index(sessions, struct session, i);

        check_session(crypto, form, session);
        if (session->gone) {
            UT_EQ_U64(destroy(crypto, form, session), QT_ERR);
        }
    }
}

/* No new session has an id that ever was another's. */
static void check_new_ones(struct qt_crypto *crypto, enum form form, GArray *sessions)
{
    g_autoptr(GHashTable) ids = g_hash_table_new(g_int64_hash, g_int64_equal);
    GArray *fresh;

    for (guint i = 0; i < sessions->len; i++) {
        g_hash_table_add(ids, &g_array_index(sessions, struct session, i).id);
    }
    fresh = create_sessions(crypto, form);
    for (guint i = 0; i < fresh->len; i++) {
        struct session *session = &g_array_index(fresh, struct session, i);

        UT_TRUE(!g_hash_table_contains(ids, &session->id));
        UT_EQ_U64(destroy(crypto, form, session), QT_OK);
        session->gone = true;
    }
    g_array_append_vals(sessions, fresh->data, fresh->len);
    g_array_free(fresh, TRUE);
}

static void sessions_move(enum form form, uint64_t features)
{
    const struct extra extra = { .backend = "" };
    struct qt_crypto *crypto;
    GArray *sessions;

    BEGIN(&extra);
    crypto = qt_crypto_open(machine, 0, features);
    sessions = create_sessions(crypto, form);
    for (unsigned round = 0; round < 3; round++) {
        destroy_some(crypto, form, sessions);
        move(&extra, round & 1 ? QT_WAY_FILE : QT_WAY_SOCKET);
        check_sessions(crypto, form, sessions);
        check_new_ones(crypto, form, sessions);
    }
    g_array_free(sessions, TRUE);
    qt_crypto_close(crypto);
    stop();
}

static void sessions_move_legacy(void)
{
    sessions_move(FORM_LEGACY, FEATURES);
}

static void sessions_move_exact(void)
{
    sessions_move(FORM_EXACT, EVERYTHING | QT_F_RING_PACKED);
}

/* ---- interrupts ---- */

#define LONG_ONES_ROUNDS 5

/* An interrupt without an answer is one for an answer that was seen before it came. */
static void wait_for_interrupt(const struct qt_rig *rig, unsigned queue)
{
    uint32_t id, len;

    do {
        UT_TRUE_FATAL(qt_msix_wait(&rig->crypto.dev->pci, queue + 1, QT_TIMEOUT_MS));
    } while (!qt_vring_get(rig->queues[queue].ring, &id, &len));
}

/*
 * Each queue has one request, which takes long: some end while the machine is being
 * stopped, when it is too late for the interrupt. No later one makes up for it.
 */
static void move_long_ones(struct qt_rig *rig, struct qt_flight *flights,
                           const struct extra *extra, uint64_t number)
{
    struct qt_moving moving;

    for (unsigned i = 0; i < MANY; i++) {
        qt_flight_add(&rig->flights, rig->queues[i].ring, &flights[i], number + i);
        qt_vring_publish(rig->queues[i].ring);
    }
    other = start(extra, true);
    UT_TRUE_FATAL(other != NULL);
    for (unsigned i = 0; i < MANY; i++) {
        qt_vring_notify(rig->queues[i].ring);
    }
    UT_TRUE_FATAL(qt_moving_begin(&moving, machine, other, QT_WAY_SOCKET));
    land(&moving);
    for (unsigned i = 0; i < MANY; i++) {
        ut_context("queue %u", i);
        wait_for_interrupt(rig, i);
        UT_TRUE(qt_flight_answered(&rig->flights, &flights[i]));
    }
    stop_other();
}

static void no_interrupt_is_lost(void)
{
    const struct extra extra = { .backend = ",queues=16", .ram = 64u << 20 };
    const struct qt_rig_opts opts = { .queues = MANY, .ring_size = 64, .msix = true };
    struct qt_flight flights[MANY];
    struct qt_rig rig;

    BEGIN(&extra);
    qt_rig_begin_plugged(&rig, machine, &opts, QT_F_VERSION_1);
    for (unsigned i = 0; i < MANY; i++) {
        qt_flight_place(&rig.flights, &flights[i], QT_FLIGHT_3DES, QT_FLIGHT_MAX);
    }
    for (unsigned round = 0; round < LONG_ONES_ROUNDS; round++) {
        move_long_ones(&rig, flights, &extra, round * MANY);
    }
    ut_context(NULL);
    qt_rig_end(&rig);
    stop();
}

/* ---- what else a driver sees ---- */

#define ISR_CONFIG 2

static void wait_for_ready(struct qt_crypto *crypto, bool ready)
{
    struct qt_wait wait =
        qt_wait_begin(machine, QT_TIMEOUT_MS, "an interrupt of the configuration");

    while (!(qt_virtio_read_isr(crypto->dev) & ISR_CONFIG)) {
        UT_TRUE_FATAL(qt_wait_more(&wait));
    }
    qt_crypto_read_config(crypto->dev, &crypto->config);
    UT_EQ_U64(crypto->config.status, ready);
}

static void readiness_of_the_destination_is_told(void)
{
    static const struct extra ready = { .backend = "" };
    static const struct extra not_ready = { .backend = ",ready=off" };
    struct qt_crypto *crypto;

    BEGIN(&ready);
    crypto = qt_crypto_open(machine, 0, FEATURES);
    move(&not_ready, QT_WAY_SOCKET);
    wait_for_ready(crypto, false);
    move(&ready, QT_WAY_FILE);
    wait_for_ready(crypto, true);
    move(&ready, QT_WAY_SOCKET);
    qt_canary_check(crypto);
    UT_TRUE(!(qt_virtio_read_isr(crypto->dev) & ISR_CONFIG));
    qt_crypto_close(crypto);
    stop();
}

static void configuration_is_the_same(void)
{
    static const struct extra extra = {
        .backend = ",queues=3,max-size=1M,max-cipher-key-len=64,max-auth-key-len=100",
    };
    struct qt_crypto *crypto;
    uint8_t before[QT_CRYPTO_CONFIG_SIZE], after[QT_CRYPTO_CONFIG_SIZE];

    BEGIN(&extra);
    crypto = qt_crypto_open(machine, 0, EVERYTHING);
    qt_virtio_read_config(crypto->dev, 0, before, sizeof(before));
    move(&extra, QT_WAY_SOCKET);
    qt_virtio_read_config(crypto->dev, 0, after, sizeof(after));
    UT_EQ_MEM(after, before, sizeof(after));
    UT_EQ_U64(qt_virtio_get_status(crypto->dev), qt_virtio_working(crypto->dev));
    qt_crypto_close(crypto);
    stop();
}

/* A driver that is not there yet, or has only begun, moves as well. */
static void a_device_without_a_driver_moves(void)
{
    static const struct extra extra = { .backend = ",queues=3" };
    struct qt_virtio *dev;
    struct qt_crypto *crypto;

    BEGIN(&extra);
    move(&extra, QT_WAY_SOCKET);
    dev = qt_virtio_open(machine, QT_CRYPTO_DEVICE, 0);
    UT_TRUE_FATAL(dev && qt_virtio_negotiate(dev, FEATURES));
    move(&extra, QT_WAY_FILE);
    UT_EQ_U64(qt_virtio_get_status(dev),
              QT_STATUS_ACKNOWLEDGE | QT_STATUS_DRIVER | QT_STATUS_FEATURES_OK);
    qt_virtio_close(dev);
    crypto = qt_crypto_open(machine, 0, FEATURES);
    qt_canary_check(crypto);
    qt_crypto_close(crypto);
    stop();
}

/* The ring's head is no descriptor's. */
static void break_ring(struct qt_vring *ring)
{
    ring->avail[2 + ring->next_avail % ring->size] = 0xffff;
    ring->next_avail++;
    qt_vring_kick(ring);
}

static void wait_for_broken(struct qt_crypto *crypto)
{
    struct qt_wait wait =
        qt_wait_begin(machine, QT_TIMEOUT_MS, "the device to find its ring broken");

    while (!(qt_virtio_get_status(crypto->dev) & QT_STATUS_NEEDS_RESET)) {
        UT_TRUE_FATAL(qt_wait_more(&wait));
    }
}

/* It waits for its reset wherever it is, and says nothing twice. */
static void a_broken_device_stays_broken(void)
{
    static const struct extra extra = { .backend = "" };
    g_autofree char *output = NULL;
    struct qt_crypto *crypto;

    BEGIN(&extra);
    crypto = qt_crypto_open(machine, 0, FEATURES);
    break_ring(crypto->data[0]);
    wait_for_broken(crypto);
    move(&extra, QT_WAY_SOCKET);
    UT_TRUE(qt_virtio_get_status(crypto->dev) & QT_STATUS_NEEDS_RESET);
    output = qt_machine_output(machine);
    UT_TRUE(!strstr(output, "the guest's driver made a ring"));
    qt_crypto_restart(crypto, FEATURES);
    qt_canary_check(crypto);
    qt_crypto_close(crypto);
    stop();
}

/* ---- snapshots ---- */

#define SNAPSHOT_DISK (32u << 20) /* a snapshot is no part of the disk's size */

static void wait_for_job(const char *id)
{
    for (;;) {
        g_autofree char *event =
            qt_qmp_wait_event(machine->qmp, "JOB_STATUS_CHANGE", QT_TIMEOUT_MS);

        UT_TRUE_FATAL(event != NULL);
        if (strstr(event, id) && strstr(event, "\"concluded\"")) {
            break;
        }
    }
    {
        g_autofree char *jobs = NULL;

        UT_TRUE_FATAL(qt_qmp(machine->qmp, &jobs, "{'execute': 'query-jobs'}"));
        UT_TRUE(!strstr(jobs, "\"error\""));
        if (strstr(jobs, "\"error\"")) {
            ut_note("%s", jobs);
        }
    }
    UT_TRUE(qt_qmp(machine->qmp, NULL,
                   "{'execute': 'job-dismiss', 'arguments': {'id': '%s'}}", id));
}

static void add_disk(const char *path)
{
    UT_TRUE_FATAL(qt_qmp(machine->qmp, NULL,
                         "{'execute': 'blockdev-create', 'arguments': {'job-id': "
                         "'file', 'options': {'driver': 'file', 'filename': '%s', "
                         "'size': 0}}}",
                         path));
    wait_for_job("file");
    UT_TRUE_FATAL(qt_qmp(machine->qmp, NULL,
                         "{'execute': 'blockdev-add', 'arguments': {'driver': 'file', "
                         "'node-name': 'file0', 'filename': '%s'}}",
                         path));
    UT_TRUE_FATAL(qt_qmp(machine->qmp, NULL,
                         "{'execute': 'blockdev-create', 'arguments': {'job-id': "
                         "'format', 'options': {'driver': 'qcow2', 'file': 'file0', "
                         "'size': %u}}}",
                         SNAPSHOT_DISK));
    wait_for_job("format");
    UT_TRUE_FATAL(qt_qmp(machine->qmp, NULL,
                         "{'execute': 'blockdev-add', 'arguments': {'driver': 'qcow2', "
                         "'node-name': 'disk0', 'file': 'file0'}}"));
}

static void snapshot(const char *what)
{
    UT_TRUE_FATAL(qt_qmp(machine->qmp, NULL,
                         "{'execute': 'snapshot-%s', 'arguments': {'job-id': '%s', "
                         "'tag': 'one', 'vmstate': 'disk0', 'devices': ['disk0']}}",
                         what, what));
    wait_for_job(what);
}

/* Sessions that were there are there again; the machine runs before and after. */
static void a_snapshot_has_the_sessions(void)
{
    static const struct extra extra = { .backend = ",queues=2" };
    g_autofree char *dir = g_dir_make_tmp("vcrypto-snapshot-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(dir, "disk", NULL);
    struct qt_crypto *crypto;
    GArray *sessions;

    BEGIN(&extra);
    crypto = qt_crypto_open(machine, 0, FEATURES);
    sessions = create_sessions(crypto, FORM_LEGACY);
    destroy_some(crypto, FORM_LEGACY, sessions);
    add_disk(path);
    snapshot("save");
    qt_virtio_reset(crypto->dev); /* which ends all of them */
    snapshot("load");
    check_sessions(crypto, FORM_LEGACY, sessions);
    g_array_free(sessions, TRUE);
    qt_crypto_close(crypto);
    stop();
    unlink(path);
    rmdir(dir);
}

/* ---- refusals ---- */

static const struct refusal {
    struct extra source, target;
    const char *line; /* a part of what the destination prints */
} refusals[] = {
    { { .backend = ",queues=2" }, { .backend = ",queues=1" }, "queues=2 (here 1)" },
    { { .backend = ",queues=1" }, { .backend = ",queues=2" }, "queues=1 (here 2)" },
    { { .backend = ",max-size=2M" },
      { .backend = ",max-size=1M" },
      "max-size=2097152 (here 1048576)" },
    { { .backend = ",max-sessions=9" },
      { .backend = ",max-sessions=8" },
      "max-sessions=9 (here 8)" },
    { { .backend = "" },
      { .backend = ",max-cipher-key-len=32" },
      "max-cipher-key-len=" },
    { { .backend = "" }, { .backend = ",max-auth-key-len=64" }, "max-auth-key-len=" },
    { { .backend = "" },
      { .backend = ",max-akcipher-key-len=1024" },
      "max-akcipher-key-len=" },
    { { .backend = "" }, { .backend = ",mac-stateless=off" }, "mac-stateless=on" },
    { { .backend = "" }, { .backend = ",padded-framing=off" }, "padded-framing=on" },
    { { .backend = ",lenient-session-flag=on" },
      { .backend = "" },
      "lenient-session-flag=on" },
    { { .backend = "" }, { .backend = ",mac-iv-prefix=off" }, "mac" },
    { { .backend = ",max-size=2M,max-sessions=9" },
      { .backend = ",max-size=1M,max-sessions=8" },
      "max-size=2097152 (here 1048576), max-sessions=9 (here 8)" },
};

/* The destination says why, and ends; the source goes on, as if nothing were. */
static void check_refused(const struct extra *target, const char *line)
{
    g_autofree char *output = NULL;
    struct qt_moving moving;

    UT_TRUE_FATAL(take_off(&moving, target, QT_WAY_SOCKET));
    UT_TRUE(!qt_moving_sent(&moving));
    UT_TRUE(!qt_moving_end(&moving));
    output = qt_machine_output(other);
    UT_TRUE(strstr(output, line));
    if (!strstr(output, line)) {
        ut_note("%s", output);
    }
    UT_TRUE(is_running());
    stop_other();
}

static void refuse(const struct refusal *refusal)
{
    struct qt_crypto *crypto;
    GArray *sessions;

    machine = start(&refusal->source, false);
    UT_TRUE_FATAL(machine != NULL);
    crypto = qt_crypto_open(machine, 0, FEATURES);
    sessions = g_array_new(FALSE, FALSE, sizeof(struct session));
    g_array_append_val(
        sessions, ((struct session){ .known = &g_array_index(
                                         known_answers(), struct known_answer, 0) }));
    g_array_index(sessions, struct session, 0).id = qt_form_session(
        crypto, &g_array_index(known_answers(), struct known_answer, 0).operation,
        FORM_LEGACY);
    check_refused(&refusal->target, refusal->line);
    check_sessions(crypto, FORM_LEGACY, sessions);
    g_array_free(sessions, TRUE);
    qt_crypto_close(crypto);
    stop();
}

static void broken_promises_are_refused(void)
{
    if (!qt_plugin()) {
        UT_SKIP("no plugin was built");
    }
    for (size_t i = 0; i < G_N_ELEMENTS(refusals); i++) {
        ut_context("from \"%s\" to \"%s\"", refusals[i].source.backend,
                   refusals[i].target.backend);
        refuse(&refusals[i]);
    }
    ut_context(NULL);
}

/* ---- stock devices ---- */

static const char *const stock_device[] = {
    "-object", "cryptodev-backend-builtin,id=stock0",
    "-device", "virtio-crypto-pci,id=dev1,addr=6,cryptodev=stock0",
    NULL,
};

/* A machine with a stock device, beside a backend of ours or without the plugin. */
static struct qt_machine *start_stock(bool plugin)
{
    g_autofree char *ours = g_strconcat(qt_plugin(), ",backend=crypto0,quiet=on", NULL);
    const char *const with[] = { stock_device[0],
                                 stock_device[1],
                                 stock_device[2],
                                 stock_device[3],
                                 "-plugin",
                                 ours,
                                 NULL };

    return qt_machine_start(
        &(struct qt_machine_opts){ .args = plugin ? with : stock_device });
}

/* Return: what QEMU answers to an attempt to move. */
static char *try_to_leave(void)
{
    char *answer = NULL;

    if (qt_qmp(
            machine->qmp, &answer,
            "{'execute': 'migrate', 'arguments': {'uri': 'exec:cat > /dev/null'}}")) {
        g_free(answer);
        return NULL;
    }
    return answer;
}

static char *answer_of(bool plugin)
{
    char *answer;

    machine = start_stock(plugin);
    UT_TRUE_FATAL(machine != NULL);
    answer = try_to_leave();
    stop();
    return answer;
}

static void stock_devices_stay_as_they_are(void)
{
    g_autofree char *without = NULL, *with = NULL;

    if (!qt_plugin()) {
        UT_SKIP("no plugin was built");
    }
    without = answer_of(false);
    with = answer_of(true);
    UT_TRUE_FATAL(without && with);
    UT_TRUE(strstr(without, "0000:00:06.0/virtio-crypto"));
    UT_EQ_STR(with, without);
}

/* Of the same command line, without the plugin's path. */
static char *only_migratable(bool plugin)
{
    g_autofree char *ours = g_strconcat(qt_plugin(), ",backend=crypto0,quiet=on", NULL);
    const char *const args[] = { "-only-migratable",
                                 "-display",
                                 "none",
                                 stock_device[0],
                                 stock_device[1],
                                 stock_device[2],
                                 stock_device[3],
                                 plugin ? "-plugin" : NULL,
                                 ours,
                                 NULL };
    char *output = NULL;
    int status;

    UT_TRUE_FATAL(qt_run_qemu(args, &output, &status));
    UT_EQ_U64((uint64_t)status, 1);
    return output;
}

static void only_migratable_means_stock_devices(void)
{
    static const char *const strict[] = { "-only-migratable", NULL };
    static const struct extra extra = { .backend = "", .args = strict };
    g_autofree char *without = NULL, *with = NULL;
    struct qt_crypto *crypto;

    BEGIN(&extra);
    crypto = qt_crypto_open(machine, 0, FEATURES);
    qt_canary_check(crypto);
    qt_crypto_close(crypto);
    stop();
    without = only_migratable(false);
    with = only_migratable(true);
    UT_TRUE(strstr(without, "is not migratable"));
    UT_EQ_STR(with, without);
}

/* Whether QEMU knows of a device that cannot move. */
static bool is_blocked(void)
{
    g_autofree char *answer = NULL;

    UT_TRUE_FATAL(qt_qmp(machine->qmp, &answer, "{'execute': 'query-migrate'}"));
    return strstr(answer, "\"blocked-reasons\"");
}

static void wait_deleted(const char *id)
{
    for (;;) {
        g_autofree char *event =
            qt_qmp_wait_event(machine->qmp, "DEVICE_DELETED", QT_TIMEOUT_MS);

        UT_TRUE_FATAL(event != NULL);
        if (strstr(event, id)) {
            return;
        }
    }
}

#define EJECT_PORT 0xae08 /* of the "pc" machine */

/* What a device forbade it forbids no more when it is gone, and again with the next. */
static void an_unplugged_device_is_in_no_way(void)
{
    g_autofree char *plugin = NULL, *before = NULL, *without = NULL, *after = NULL;

    if (!qt_plugin()) {
        UT_SKIP("no plugin was built");
    }
    plugin = g_strconcat(qt_plugin(), ",backend=crypto0,quiet=on", NULL);
    machine = qt_machine_start(&(struct qt_machine_opts){
        .machine = "pc",
        .args =
            (const char *const[]){ stock_device[0], stock_device[1], stock_device[2],
                                   stock_device[3], "-plugin", plugin, NULL } });
    UT_TRUE_FATAL(machine != NULL);
    before = try_to_leave();
    UT_TRUE_FATAL(before != NULL);
    UT_TRUE_FATAL(qt_qmp(machine->qmp, NULL,
                         "{'execute': 'device_del', 'arguments': {'id': 'dev1'}}"));
    qt_outl(machine->qtest, EJECT_PORT, 1u << 6);
    wait_deleted("\"dev1\"");
    UT_TRUE(qt_qmp(machine->qmp, NULL,
                   "{'execute': 'device_add', 'arguments': {'driver': "
                   "'virtio-crypto-pci', 'id': 'dev0', 'addr': '5', 'cryptodev': "
                   "'crypto0'}}"));
    UT_TRUE(!is_blocked());
    UT_TRUE(qt_qmp(machine->qmp, NULL,
                   "{'execute': 'device_add', 'arguments': {'driver': "
                   "'virtio-crypto-pci', 'id': 'dev1', 'addr': '6', 'cryptodev': "
                   "'stock0'}}"));
    after = try_to_leave();
    UT_EQ_STR(after, before);
    stop();
}

/* A state of ours is nothing to a stock device. */
static void a_stock_device_takes_no_state(void)
{
    static const struct extra extra = { .backend = "" };
    struct qt_moving moving;
    g_autofree char *output = NULL;

    BEGIN(&extra);
    other = qt_machine_start(&(struct qt_machine_opts){
        .ram_size = RAM,
        .args = (const char *const[]){
            "-object", "cryptodev-backend-builtin,id=crypto0", "-device",
            "virtio-crypto-pci,id=dev0,addr=5,packed=on,cryptodev=crypto0", "-incoming",
            "defer", NULL } });
    UT_TRUE_FATAL(other != NULL);
    UT_TRUE_FATAL(qt_moving_begin(&moving, machine, other, QT_WAY_SOCKET));
    UT_TRUE(!qt_moving_sent(&moving));
    UT_TRUE(!qt_moving_end(&moving));
    output = qt_machine_output(other);
    UT_TRUE(strstr(output, "non-migratable device '0000:00:05.0/virtio-crypto'"));
    UT_TRUE(is_running());
    stop_other();
    stop();
}

int main(int argc, char **argv)
{
    static const struct ut_test tests[] = {
        { "full rings move by a socket", full_rings_move_by_socket },
        { "full rings move by a file", full_rings_move_by_file },
        { "full rings move by multifd", full_rings_move_by_multifd },
        { "full rings move by postcopy", full_rings_move_by_postcopy },
        { "sessions of all algorithms move, padded requests", sessions_move_legacy },
        { "sessions of all algorithms move, exact requests", sessions_move_exact },
        { "no interrupt is lost", no_interrupt_is_lost },
        { "readiness of the destination is told",
          readiness_of_the_destination_is_told },
        { "the configuration is the same", configuration_is_the_same },
        { "a device without a driver moves", a_device_without_a_driver_moves },
        { "a broken device stays broken", a_broken_device_stays_broken },
        { "a snapshot has the sessions", a_snapshot_has_the_sessions },
        { "a destination that keeps less refuses", broken_promises_are_refused },
        { "stock devices stay as they are", stock_devices_stay_as_they_are },
        { "-only-migratable means stock devices", only_migratable_means_stock_devices },
        { "an unplugged device is in no way", an_unplugged_device_is_in_no_way },
        { "a stock device takes no state", a_stock_device_takes_no_state },
        { NULL, NULL },
    };
    static const struct ut_suite suites[] = {
        { "migration", NULL, stop, tests },
        { NULL, NULL, NULL, NULL },
    };

    return ut_main(argc, argv, suites);
}
