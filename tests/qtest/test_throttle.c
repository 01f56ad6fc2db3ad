/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a backend may do in a second, and what QEMU tells of it: limits that are changed
 * while all queues are busy, everything that ends a wait, and figures that the test has
 * counted, too.
 *
 * How much is done at least in some time depends on what else the machine has to do, so
 * that is printed. What is done at most does not.
 */
#include "canary.h"
#include "iommu.h"
#include "kinds.h"
#include "rig.h"
#include "waiting.h"

#include "support/operations.h"
#include "support/ut.h"

#include <glib.h>
#include <inttypes.h>
#include <string.h>

#define QUEUES      4
#define PER_QUEUE   16 /* requests on their way */
#define OUTSTANDING (QUEUES * PER_QUEUE)
#define MOST        UINT64_C(1000000000000000)
#define BYTES       4096 /* of a request, of queue 0; the others' are longer */
#define FEATURES    (QT_CRYPTO_LINUX_FEATURES | QT_F_RING_RESET)

static struct qt_machine *machine;

/* ---- QMP ---- */

static bool set_limit(const char *name, uint64_t value)
{
    return qt_qmp(machine->qmp, NULL,
                  "{'execute': 'qom-set', 'arguments': {'path': '/objects/crypto0', "
                  "'property': '%s', 'value': %" PRIu64 "}}",
                  name, value);
}

static uint64_t get_limit(const char *name)
{
    g_autofree char *value = NULL;

    UT_TRUE_FATAL(
        qt_qmp(machine->qmp, &value,
               "{'execute': 'qom-get', 'arguments': {'path': '/objects/crypto0', "
               "'property': '%s'}}",
               name));
    return g_ascii_strtoull(value, NULL, 10);
}

/* QEMU 8 gave all backends limits and counters, and told of them. */
static bool qemu_has_them(void)
{
    g_autofree char *list = NULL;

    UT_TRUE_FATAL(qt_qmp(machine->qmp, &list,
                         "{'execute': 'qom-list-properties', 'arguments': {'typename': "
                         "'cryptodev-backend-builtin'}}"));
    return strstr(list, "\"throttle-ops\"") != NULL;
}

/* ---- queues that are busy ---- */

struct busy_queue {
    struct qt_vring *ring;
    struct qt_flight flights[PER_QUEUE];
    uint64_t sent, answered, bytes;
};

static struct busy {
    struct qt_flights *flights;
    unsigned count;
    uint64_t number;
    struct busy_queue queues[QUEUES];
} busy;

/* A request has @bytes on queue 0, and 16 more on each one after it. */
static void begin_busy(struct qt_crypto *crypto, struct qt_flights *flights,
                       uint32_t bytes)
{
    busy = (struct busy){ .flights = flights, .count = crypto->n_data };
    for (unsigned q = 0; q < busy.count; q++) {
        busy.queues[q].ring = crypto->data[q];
        for (unsigned k = 0; k < PER_QUEUE; k++) {
            qt_flight_place(flights, &busy.queues[q].flights[k], QT_FLIGHT_AES,
                            bytes + 16 * q);
        }
    }
}

static void send(struct busy_queue *queue, struct qt_flight *flight)
{
    qt_flight_add(busy.flights, queue->ring, flight, ++busy.number);
    queue->sent++;
}

static void send_all(void)
{
    for (unsigned q = 0; q < busy.count; q++) {
        for (unsigned k = 0; k < PER_QUEUE; k++) {
            send(&busy.queues[q], &busy.queues[q].flights[k]);
        }
        qt_vring_kick(busy.queues[q].ring);
    }
}

/* The request whose answer this is. Each has one, and is not sent again before. */
static struct qt_flight *find(struct busy_queue *queue, uint32_t id, uint32_t len)
{
    for (unsigned k = 0; k < PER_QUEUE; k++) {
        struct qt_flight *flight = &queue->flights[k];

        if (flight->head == id && qt_flight_answered(busy.flights, flight)) {
            UT_EQ_U64(len, flight->len + 1);
            return flight;
        }
    }
    UT_FAIL_FATAL("an answer to no request");
}

/* Takes what is answered; @again: and sends as much. */
static void take(struct busy_queue *queue, bool again)
{
    uint32_t id, len;
    bool any = false;

    while (qt_vring_get(queue->ring, &id, &len)) {
        struct qt_flight *flight = find(queue, id, len);

        queue->answered++;
        queue->bytes += flight->len;
        UT_TRUE(queue->answered <= queue->sent);
        if (again) {
            send(queue, flight);
            any = true;
        }
    }
    if (any) {
        qt_vring_kick(queue->ring);
    }
}

struct totals {
    uint64_t sent, answered, bytes;
};

static struct totals totals(void)
{
    struct totals sum = { 0 };

    for (unsigned q = 0; q < busy.count; q++) {
        sum.sent += busy.queues[q].sent;
        sum.answered += busy.queues[q].answered;
        sum.bytes += busy.queues[q].bytes;
    }
    return sum;
}

/* Keeps all queues full until @answers have come. */
static void keep_busy(uint64_t answers)
{
    struct qt_wait wait = qt_wait_begin(machine, QT_TIMEOUT_MS, "answers");
    uint64_t enough = totals().answered + answers;

    while (totals().answered < enough) {
        for (unsigned q = 0; q < busy.count; q++) {
            take(&busy.queues[q], true);
        }
        UT_TRUE_FATAL(qt_wait_more(&wait));
    }
}

/* Waits for what is on its way; then each request has had one answer. */
static void end_busy(void)
{
    struct qt_wait wait = qt_wait_begin(machine, QT_TIMEOUT_MS, "the last answers");

    while (totals().answered < totals().sent) {
        for (unsigned q = 0; q < busy.count; q++) {
            take(&busy.queues[q], false);
        }
        UT_TRUE_FATAL(qt_wait_more(&wait));
    }
    for (unsigned q = 0; q < busy.count; q++) {
        uint32_t id, len;

        UT_TRUE(!qt_vring_get(busy.queues[q].ring, &id, &len));
    }
}

/* ---- a device at work ---- */

static struct qt_rig rig;

static int start(void)
{
    machine = qt_rig_machine(QUEUES);
    if (machine) {
        qt_rig_begin(&rig, machine, &(struct qt_rig_opts){ .queues = QUEUES },
                     FEATURES);
        qt_canary_opened(&rig.crypto);
    }
    return machine || !qt_plugin() ? 0 : -1;
}

static int stop(void)
{
    struct qt_machine *started = machine;

    if (machine) {
        qt_canary_closed(&rig.crypto);
        qt_rig_end(&rig);
    }
    machine = NULL;
    return qt_machine_stop(started);
}

static void limits_are_properties(void)
{
    static const char *const names[] = { "throttle-ops", "throttle-bps" };

    QT_NEED(machine);
    for (unsigned i = 0; i < G_N_ELEMENTS(names); i++) {
        UT_EQ_U64(get_limit(names[i]), 0);
        UT_TRUE(set_limit(names[i], MOST));
        UT_EQ_U64(get_limit(names[i]), MOST);
        UT_TRUE(!set_limit(names[i], MOST + 1));
        UT_EQ_U64(get_limit(names[i]), MOST);
        UT_TRUE(set_limit(names[i], 0));
        UT_EQ_U64(get_limit(names[i]), 0);
    }
}

/* Keeps all queues busy at a limit for so many answers, and looks how fast they came.
 * What was done before, and not yet taken by the test, came without. */
static void expect_rate(const char *name, uint64_t limit, uint64_t answers)
{
    bool ops = g_str_equal(name, "throttle-ops");
    uint64_t largest = ops ? 1 : busy.queues[busy.count - 1].flights[0].len;
    gint64 begin = g_get_monotonic_time();
    struct totals before = totals(), after;
    double seconds, most, done;

    UT_TRUE(set_limit(name, limit));
    keep_busy(answers);
    after = totals();
    seconds = (double)(g_get_monotonic_time() - begin) / G_USEC_PER_SEC;
    done =
        (double)(ops ? after.answered - before.answered : after.bytes - before.bytes);
    most =
        (double)limit * (seconds + 0.1) + (double)(OUTSTANDING + 1) * (double)largest;
    ut_note("%s=%" PRIu64 ": %.0f in %.2f s, %.0f a second", name, limit, done, seconds,
            done / seconds);
    UT_TRUE(done <= most);
}

static void rate_is_limited_and_changed_at_run_time(void)
{
    QT_NEED(machine);
    begin_busy(&rig.crypto, &rig.flights, BYTES);
    send_all();
    expect_rate("throttle-ops", 1000, 800);
    expect_rate("throttle-ops", 5000, 4000);
    expect_rate("throttle-ops", 200, 150);
    UT_TRUE(set_limit("throttle-ops", 0));
    expect_rate("throttle-bps", 10000000, 2000);
    expect_rate("throttle-bps", 1000000, 200);
    UT_TRUE(set_limit("throttle-bps", 0));
    keep_busy(1000);
    end_busy();
}

/* With requests of very different sizes; the first tenth of a second may be one's own.
 */
static void queues_take_turns(void)
{
    uint64_t before[QUEUES], least = UINT64_MAX;

    QT_NEED(machine);
    begin_busy(&rig.crypto, &rig.flights, BYTES);
    for (unsigned k = 0; k < PER_QUEUE; k++) {
        qt_flight_place(&rig.flights, &busy.queues[3].flights[k], QT_FLIGHT_AES, 65536);
    }
    send_all();
    UT_TRUE(set_limit("throttle-ops", 1000));
    keep_busy(100 + OUTSTANDING);
    for (unsigned q = 0; q < QUEUES; q++) {
        before[q] = busy.queues[q].answered;
    }
    keep_busy(600);
    for (unsigned q = 0; q < QUEUES; q++) {
        least = MIN(least, busy.queues[q].answered - before[q]);
        ut_note("queue %u: %" PRIu64 " of 600", q, busy.queues[q].answered - before[q]);
    }
    UT_TRUE(least >= 600 / QUEUES / 4);
    UT_TRUE(set_limit("throttle-ops", 0));
    end_busy();
}

/* Rings that are full of what may be done in years: QMP answers, whatever is stopped
 * stops, nothing is done meanwhile, and all of it afterwards. */
static void everything_ends_a_wait(void)
{
    QT_NEED(machine);
    for (enum qt_event event = 0; event < QT_EVENT_KINDS; event++) {
        uint64_t mark = qt_mem_mark(&machine->mem), answered;

        ut_context("%s", qt_event_name(event));
        begin_busy(&rig.crypto, &rig.flights, BYTES);
        UT_TRUE(set_limit("throttle-bps", 1));
        send_all();
        keep_busy(1); /* the first of all is done, the others reserve */
        UT_EQ_U64(get_limit("throttle-bps"), 1);
        qt_event_happen(&rig, event, 1);
        answered = totals().answered;
        UT_TRUE(set_limit("throttle-bps", 0));
        qt_event_recover(&rig, event, 1);
        if (event == QT_EVENT_QUEUE_RESET) { /* its requests are gone with it */
            busy.queues[1].ring = rig.queues[1].ring;
            busy.queues[1].sent = busy.queues[1].answered;
        }
        if (event == QT_EVENT_STOP || event == QT_EVENT_MASTER_OFF ||
            event == QT_EVENT_QUEUE_RESET) {
            UT_EQ_U64(answered, 1);
            end_busy();
        }
        qt_mem_reset(&machine->mem, mark);
        begin_busy(&rig.crypto, &rig.flights, BYTES);
        send_all();
        keep_busy(100);
        end_busy();
        qt_mem_reset(&machine->mem, mark);
    }
}

/* ---- what QEMU tells ---- */

enum { SYM, ASYM, SIDES };

static const char *const figures[SIDES][4] = { { "sym-encrypt", "sym-decrypt" },
                                               { "asym-encrypt", "asym-decrypt",
                                                 "asym-sign", "asym-verify" } };

struct counted {
    uint64_t ops[SIDES][4], bytes[SIDES][4];
};

static uint64_t figure(const char *result, const char *name, const char *what)
{
    g_autofree char *pattern =
        g_strdup_printf("\\{[^{}]*\"name\": \"%s-%s\"[^{}]*\\}", name, what);
    g_autoptr(GRegex) regex = g_regex_new(pattern, 0, 0, NULL);
    g_autoptr(GMatchInfo) match = NULL;
    g_autofree char *object = NULL;
    const char *value;

    UT_TRUE_FATAL(g_regex_match(regex, result, 0, &match));
    object = g_match_info_fetch(match, 0);
    value = strstr(object, "\"value\": ");
    UT_TRUE_FATAL(value != NULL);
    return g_ascii_strtoull(value + strlen("\"value\": "), NULL, 10);
}

static char *query_stats(void)
{
    char *result = NULL;

    UT_TRUE_FATAL(qt_qmp(machine->qmp, &result,
                         "{'execute': 'query-stats', 'arguments': {'target': "
                         "'cryptodev'}}"));
    return result;
}

static void expect_figures(const struct counted *counted)
{
    g_autofree char *result = query_stats();

    UT_TRUE(strstr(result, "\"/objects/crypto0\"") != NULL);
    for (unsigned side = 0; side < SIDES; side++) {
        for (unsigned i = 0; i < 4 && figures[side][i]; i++) {
            ut_context("%s", figures[side][i]);
            UT_EQ_U64(figure(result, figures[side][i], "ops"), counted->ops[side][i]);
            UT_EQ_U64(figure(result, figures[side][i], "bytes"),
                      counted->bytes[side][i]);
        }
    }
}

static void get_figures(struct counted *counted)
{
    g_autofree char *result = query_stats();

    for (unsigned side = 0; side < SIDES; side++) {
        for (unsigned i = 0; i < 4 && figures[side][i]; i++) {
            counted->ops[side][i] = figure(result, figures[side][i], "ops");
            counted->bytes[side][i] = figure(result, figures[side][i], "bytes");
        }
    }
}

/* Sends a known answer's request on queue @queue, and counts it. */
static void run_counted(struct counted *counted, const struct form_operation *o,
                        uint32_t queue)
{
    uint64_t mark = qt_mem_mark(&machine->mem);
    uint64_t id = qt_form_session(&rig.crypto, o, FORM_LEGACY);
    unsigned side = o->service == QT_SERVICE_AKCIPHER ? ASYM : SYM;

    qt_form_run(&rig.crypto, rig.crypto.data[queue], o, FORM_LEGACY, id, NULL);
    UT_EQ_U64(qt_form_destroy(&rig.crypto, o, FORM_LEGACY, id), QT_OK);
    if (o->service != QT_SERVICE_HASH && o->service != QT_SERVICE_MAC) {
        counted->ops[side][o->operation]++;
        counted->bytes[side][o->operation] += o->src.len;
    }
    qt_mem_reset(&machine->mem, mark);
}

/* Without QEMU's figures there is nothing to be equal to. */
static bool nothing_is_told(void)
{
    UT_TRUE(!qt_qmp(machine->qmp, NULL,
                    "{'execute': 'query-stats', 'arguments': {'target': "
                    "'cryptodev'}}"));
    UT_TRUE(!qt_qmp(machine->qmp, NULL, "{'execute': 'query-cryptodev'}"));
    return true;
}

static void figures_are_those_of_the_test(void)
{
    const GArray *all = known_answers();
    struct counted counted = { 0 };

    QT_NEED(machine);
    if (!qemu_has_them()) {
        nothing_is_told();
        return;
    }
    get_figures(&counted);
    for (unsigned i = 0; i < all->len; i++) {
        const struct form_operation *o =
            &g_array_index(all, struct known_answer, i).operation;

        run_counted(&counted, o, i % QUEUES);
    }
    expect_figures(&counted);
    for (unsigned i = 0; i < 4; i++) {
        UT_TRUE(counted.ops[ASYM][i] > 0);
        UT_TRUE(i >= 2 || counted.ops[SYM][i] > 0);
    }
    begin_busy(&rig.crypto, &rig.flights, BYTES);
    send_all();
    keep_busy(2000);
    end_busy();
    counted.ops[SYM][1] += totals().answered;
    counted.bytes[SYM][1] += totals().bytes;
    expect_figures(&counted);
}

/* What never had a session is not among them. */
static void refused_requests_are_not_counted(void)
{
    struct counted counted = { 0 };
    struct form_operation o = qt_kind(QT_SERVICE_CIPHER);
    struct form_message message;

    QT_NEED(machine);
    if (!qemu_has_them()) {
        nothing_is_told();
        return;
    }
    get_figures(&counted);
    form_data(&o, FORM_LEGACY, UINT64_C(0x1234567800000001), &message);
    UT_EQ_U64(qt_refused(rig.crypto.data[0], &message, o.dst_len), QT_INVSESS);
    expect_figures(&counted);
}

/* Another backend's figures are its own. */
static void stock_backends_keep_their_figures(void)
{
    g_autofree char *with = NULL, *value = NULL;
    const char *builtin, *rest;

    QT_NEED(machine);
    if (!qemu_has_them()) {
        nothing_is_told();
        return;
    }
    UT_TRUE(qt_qmp(machine->qmp, NULL,
                   "{'execute': 'object-add', 'arguments': {'qom-type': "
                   "'cryptodev-backend-builtin', 'id': 'stock0', 'throttle-ops': 7}}"));
    UT_TRUE(qt_qmp(machine->qmp, NULL,
                   "{'execute': 'qom-set', 'arguments': {'path': '/objects/stock0', "
                   "'property': 'throttle-bps', 'value': 8}}"));
    UT_TRUE(qt_qmp(machine->qmp, &value,
                   "{'execute': 'qom-get', 'arguments': {'path': '/objects/stock0', "
                   "'property': 'throttle-ops'}}"));
    UT_EQ_U64(g_ascii_strtoull(value, NULL, 10), 7);
    UT_EQ_U64(get_limit("throttle-ops"), 0);
    UT_EQ_U64(get_limit("throttle-bps"), 0);
    with = query_stats();
    builtin = strstr(with, "\"/objects/stock0\"");
    rest = strstr(with, "\"/objects/crypto0\"");
    UT_TRUE_FATAL(builtin && rest);
    UT_TRUE(qt_qmp(machine->qmp, NULL,
                   "{'execute': 'object-del', 'arguments': {'id': 'stock0'}}"));
}

static void backends_are_told_of(void)
{
    static const char *const services[] = { "cipher", "hash", "mac", "aead",
                                            "akcipher" };
    g_autofree char *list = NULL, *text = NULL;

    QT_NEED(machine);
    if (!qemu_has_them()) {
        nothing_is_told();
        return;
    }
    UT_TRUE_FATAL(qt_qmp(machine->qmp, &list, "{'execute': 'query-cryptodev'}"));
    UT_TRUE_FATAL(qt_qmp(machine->qmp, &text,
                         "{'execute': 'human-monitor-command', 'arguments': "
                         "{'command-line': 'info cryptodev'}}"));
    UT_TRUE(strstr(list, "\"id\": \"crypto0\"") != NULL);
    UT_TRUE(strstr(text, "crypto0: service=") != NULL);
    for (unsigned i = 0; i < G_N_ELEMENTS(services); i++) {
        UT_TRUE(strstr(list, services[i]) != NULL);
        UT_TRUE(strstr(text, services[i]) != NULL);
    }
    for (unsigned i = 0; i < QUEUES; i++) {
        g_autofree char *queue = g_strdup_printf("\"queue\": %u", i);
        g_autofree char *line = g_strdup_printf("queue %u: type=builtin", i);

        UT_TRUE(strstr(list, queue) != NULL);
        UT_TRUE(strstr(text, line) != NULL);
    }
}

/* ---- in the main loop ---- */

static struct qt_crypto *translated;
static struct qt_flights translated_flights;

static int start_translated(void)
{
    g_autofree char *plugin = NULL;

    if (!qt_plugin()) {
        return 0;
    }
    plugin = g_strdup_printf("%s,backend=crypto0,queues=4,throttle-ops=1000,"
                             "throttle-bps=10000000",
                             qt_plugin());
    machine = qt_machine_start(&(struct qt_machine_opts){
        .args = (const char *const[]){
            "-device", "intel-iommu,intremap=off", "-plugin", plugin, "-device",
            "virtio-crypto-pci,cryptodev=crypto0,iommu_platform=on,addr=5", NULL } });
    if (!machine) {
        return -1;
    }
    translated =
        qt_crypto_open(machine, 0, QT_CRYPTO_LINUX_FEATURES | QT_F_ACCESS_PLATFORM);
    qt_iommu_start(&translated->dev->pci);
    qt_flights_init(&translated_flights, translated);
    return 0;
}

static int stop_translated(void)
{
    struct qt_machine *started = machine;

    if (machine) {
        qt_flights_clear(&translated_flights);
        qt_crypto_close(translated);
    }
    machine = NULL;
    return qt_machine_stop(started);
}

static void limits_are_arguments(void)
{
    QT_NEED(machine);
    UT_EQ_U64(get_limit("throttle-ops"), 1000);
    UT_EQ_U64(get_limit("throttle-bps"), 10000000);
    UT_TRUE(set_limit("throttle-bps", 0));
    UT_TRUE(set_limit("throttle-ops", 0));
}

static void main_loop_keeps_limits(void)
{
    QT_NEED(machine);
    begin_busy(translated, &translated_flights, BYTES);
    send_all();
    expect_rate("throttle-ops", 1000, 800);
    UT_TRUE(set_limit("throttle-ops", 0));
    expect_rate("throttle-bps", 10000000, 1000);
    UT_TRUE(set_limit("throttle-bps", 0));
    end_busy();
}

static void main_loop_has_queues_take_turns(void)
{
    uint64_t before[QUEUES], least = UINT64_MAX;

    QT_NEED(machine);
    begin_busy(translated, &translated_flights, BYTES);
    send_all();
    UT_TRUE(set_limit("throttle-ops", 1000));
    keep_busy(100 + OUTSTANDING);
    for (unsigned q = 0; q < QUEUES; q++) {
        before[q] = busy.queues[q].answered;
    }
    keep_busy(600);
    for (unsigned q = 0; q < QUEUES; q++) {
        least = MIN(least, busy.queues[q].answered - before[q]);
    }
    UT_TRUE(least >= 600 / QUEUES / 4);
    UT_TRUE(set_limit("throttle-ops", 0));
    end_busy();
}

/* Queues whose next request may be done in an hour. The machine stops, and goes on. */
static void main_loop_waits_and_answers_qmp(void)
{
    QT_NEED(machine);
    begin_busy(translated, &translated_flights, BYTES);
    UT_TRUE(set_limit("throttle-bps", 1));
    send_all();
    keep_busy(1);
    UT_TRUE(qt_qmp(machine->qmp, NULL, "{'execute': 'stop'}"));
    UT_TRUE(qt_qmp(machine->qmp, NULL, "{'execute': 'cont'}"));
    for (unsigned q = 0; q < QUEUES; q++) {
        qt_vring_notify(busy.queues[q].ring); /* is not what it waits for */
    }
    UT_EQ_U64(get_limit("throttle-bps"), 1);
    for (unsigned q = 0; q < QUEUES; q++) {
        take(&busy.queues[q], false);
    }
    UT_EQ_U64(totals().answered, 1);
    UT_TRUE(set_limit("throttle-bps", 0));
    end_busy();
}

int main(int argc, char **argv)
{
    static const struct ut_test rates[] = {
        { "limits are properties", limits_are_properties },
        { "rate is limited, and changed at run time",
          rate_is_limited_and_changed_at_run_time },
        { "queues take turns", queues_take_turns },
        { "everything ends a wait", everything_ends_a_wait },
        { NULL, NULL },
    };
    static const struct ut_test told[] = {
        { "figures are those of the test", figures_are_those_of_the_test },
        { "refused requests are not counted", refused_requests_are_not_counted },
        { "stock backends keep their figures", stock_backends_keep_their_figures },
        { "backends are told of", backends_are_told_of },
        { NULL, NULL },
    };
    static const struct ut_test main_loop[] = {
        { "limits are arguments", limits_are_arguments },
        { "main loop keeps limits", main_loop_keeps_limits },
        { "main loop has queues take turns", main_loop_has_queues_take_turns },
        { "main loop waits, and answers QMP", main_loop_waits_and_answers_qmp },
        { NULL, NULL },
    };
    static const struct ut_suite suites[] = {
        { "workers", start, stop, rates },
        { "QEMU", start, stop, told },
        { "main loop", start_translated, stop_translated, main_loop },
        { NULL, NULL, NULL, NULL },
    };

    return ut_main(argc, argv, suites);
}
