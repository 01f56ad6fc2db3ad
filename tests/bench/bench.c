/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The benchmark: stock QEMU's virtio-crypto device with its builtin backend, and ours
 * in several ways, side by side in one run.
 *
 * All QEMUs live all the time; those that are not measured are blocked. Each round goes
 * through all sizes and depths, and measures the devices right after each other,
 * another one first each time. There is no guest CPU: this program is the driver,
 * through shared guest RAM and eventfds. See doorbell.h for these, and load.h and
 * load.c for what it does.
 *
 * Needs VCRYPTO_QEMU and VCRYPTO_PLUGIN in the environment, as the tests do.
 */
#include "awake.h"
#include "load.h"
#include "report.h"

#include "support/ut.h"
#include "support/watchdog.h"

#include <errno.h>
#include <glib.h>
#include <stdio.h>
#include <string.h>

#define MS             INT64_C(1000000)     /* in ns */
#define MAX_DATA       (UINT64_C(32) << 20) /* for each queue; beyond any cache of a core */
#define MAX_SIZE       (64u << 20)
#define ENGINE_SHARE   8 /* the engine varies less: a part of the slice is enough */
#define SPINNING_SHARE 4

struct plan {
    char *algorithm;
    char *sizes;
    char *depths;
    char *backend_args;
    char *csv;
    int rounds;
    int slice_ms;
    int queues;
    gboolean packed;
    gboolean qtest_kicks;
    gboolean sleep;
    gboolean let_idle;
    char *contenders;
    char *against;
    gboolean append;
    gboolean quick;
    gboolean smoke;
};

struct bench {
    struct bench_report report;
    int64_t slice;
    struct bench_device devices[BENCH_CONTENDERS]; /* see device_of() */
};

/* ---- measuring ---- */

static void record(struct bench_cell *cell, enum bench_contender who, unsigned round,
                   struct bench_result *result)
{
    double(*value)[BENCH_MAX_ROUNDS] = cell->value[who];

    value[BENCH_RATE][round] = result->requests / result->seconds;
    value[BENCH_CPU][round] = result->cpu_seconds / result->requests;
    value[BENCH_KICKS][round] = result->kicks / result->requests;
    value[BENCH_INTERRUPTS][round] = result->interrupts / result->requests;
    value[BENCH_LATENCY][round] = bench_percentile(result->latency, 50) / 1e9;
    value[BENCH_LATENCY_99][round] = bench_percentile(result->latency, 99) / 1e9;
    bench_result_clear(result);
}

static void record_spinning(struct bench_cell *cell, enum bench_contender who,
                            unsigned round, struct bench_result *result)
{
    double(*value)[BENCH_MAX_ROUNDS] = cell->value[who];

    value[BENCH_SPINNING][round] = bench_percentile(result->latency, 50) / 1e9;
    value[BENCH_SPINNING_99][round] = bench_percentile(result->latency, 99) / 1e9;
    bench_result_clear(result);
}

static struct bench_load_opts load_of(const struct bench *bench,
                                      const struct bench_cell *cell,
                                      enum bench_contender who)
{
    return (struct bench_load_opts){
        .size = cell->size,
        .depth = cell->depth,
        .queues = who == BENCH_QUEUES ? bench->report.queues : 1,
        .slice = bench->slice,
        .qtest_kicks = bench->report.qtest_kicks,
        /* At depth 1 there is a measurement of each kind. */
        .spin = !bench->report.sleep && cell->depth > 1,
        .latency = cell->depth == 1 && bench_has_latency(who),
        .stateless = who == BENCH_STATELESS || who == BENCH_NEW_KEYS,
        .new_keys = who == BENCH_NEW_KEYS,
        .unchecked = who == BENCH_NULL,
    };
}

/* Some are the same device, used in another way. */
static enum bench_contender device_of(enum bench_contender who)
{
    return who == BENCH_QUEUES     ? BENCH_OURS
           : who == BENCH_NEW_KEYS ? BENCH_STATELESS
                                   : who;
}

static void run_contender(struct bench *bench, struct bench_cell *cell,
                          enum bench_contender who, unsigned round)
{
    struct bench_load_opts opts = load_of(bench, cell, who);
    struct bench_result result = bench_load_run(&bench->devices[device_of(who)], &opts);

    record(cell, who, round, &result);
}

static void run_spinning(struct bench *bench, struct bench_cell *cell,
                         enum bench_contender who, unsigned round)
{
    struct bench_load_opts opts = load_of(bench, cell, who);
    struct bench_result result;

    if (!bench_has_latency(who) || cell->depth > 1) {
        return;
    }
    opts.spin = true;
    opts.slice /= SPINNING_SHARE;
    result = bench_load_run(&bench->devices[device_of(who)], &opts);
    record_spinning(cell, who, round, &result);
}

static void run_engine(struct bench *bench, struct bench_cell *cell, unsigned round)
{
    struct bench_load_opts opts = load_of(bench, cell, BENCH_OURS);

    opts.slice /= ENGINE_SHARE;
    cell->engine[round] = bench_load_engine(&bench->devices[BENCH_OURS], &opts);
}

typedef void (*measurement)(struct bench *bench, struct bench_cell *cell,
                            enum bench_contender who, unsigned round);

/* All contenders, another one first in each round. */
static void run_all(struct bench *bench, struct bench_cell *cell, unsigned round,
                    measurement run)
{
    for (unsigned i = 0; i < BENCH_CONTENDERS; i++) {
        enum bench_contender who = (i + round) % BENCH_CONTENDERS;

        if (bench->report.has[who] && !bench_cell_is_refused(cell, who)) {
            run(bench, cell, who, round);
        }
    }
}

static void run_cell(struct bench *bench, struct bench_cell *cell, unsigned round)
{
    run_all(bench, cell, round, run_contender);
    run_all(bench, cell, round, run_spinning);
    run_engine(bench, cell, round);
}

static void run_rounds(struct bench *bench, bool progress)
{
    for (unsigned round = 0; round < bench->report.rounds; round++) {
        if (progress) {
            fprintf(stderr, "Round %u of %u ...\n", round + 1, bench->report.rounds);
        }
        for (guint i = 0; i < bench->report.cells->len; i++) {
            run_cell(bench, g_ptr_array_index(bench->report.cells, i), round);
        }
    }
}

/* ---- the plan ---- */

/* Return: array of uint64_t from "16,4k,1M", or NULL. */
static GArray *parse_numbers(const char *text, uint64_t max)
{
    GArray *numbers = g_array_new(FALSE, FALSE, sizeof(uint64_t));
    g_auto(GStrv) words = g_strsplit(text, ",", -1);

    for (char **word = words; *word; word++) {
        char *end;
        uint64_t number = g_ascii_strtoull(*word, &end, 10);
        unsigned shift = g_ascii_tolower(*end) == 'k'   ? 10
                         : g_ascii_tolower(*end) == 'm' ? 20
                                                        : 0;

        if (number == 0 || number > max || number << shift > max ||
            end[shift > 0] != '\0') {
            g_array_free(numbers, TRUE);
            return NULL;
        }
        number <<= shift;
        g_array_append_val(numbers, number);
    }
    return numbers;
}

static GPtrArray *make_cells(const struct bench_algorithm *algorithm,
                             const GArray *sizes, const GArray *depths)
{
    GPtrArray *cells = g_ptr_array_new_with_free_func(g_free);

    for (guint s = 0; s < sizes->len; s++) {
        uint32_t size = (uint32_t)g_array_index(sizes, uint64_t, s);

        for (guint d = 0; d < depths->len && bench_algorithm_takes(algorithm, size);
             d++) {
            struct bench_cell *cell = g_new0(struct bench_cell, 1);

            cell->size = size;
            cell->depth = (unsigned)g_array_index(depths, uint64_t, d);
            g_ptr_array_add(cells, cell);
        }
    }
    return cells;
}

/* Sources of all requests in flight, if that is not too much. */
static uint64_t data_size(const struct bench_report *report)
{
    uint64_t size = 4096;

    for (guint i = 0; i < report->cells->len; i++) {
        const struct bench_cell *cell = g_ptr_array_index(report->cells, i);
        uint64_t all = (uint64_t)cell->size * cell->depth;

        size = MAX(size, MAX(MIN(all, MAX_DATA), cell->size));
    }
    return ((size * report->queues) + 4095) & ~UINT64_C(4095);
}

static void set_default(char **value, const char *text)
{
    if (!*value) {
        *value = g_strdup(text);
    }
}

static void complete_plan(struct plan *plan)
{
    bool full = !plan->quick && !plan->smoke;

    set_default(&plan->algorithm, "aes-cbc");
    set_default(&plan->sizes, plan->smoke   ? "16,4k,1M"
                              : plan->quick ? "16,256,4k,64k,1M"
                                            : "16,64,256,1k,4k,16k,64k,256k,1M");
    set_default(&plan->contenders, "stock,openssl,null");
    set_default(&plan->depths, full ? "1,8,32,128" : plan->smoke ? "1,8" : "1,32");
    plan->rounds = plan->rounds ? plan->rounds : plan->smoke ? 2 : full ? 15 : 11;
    plan->slice_ms = plan->slice_ms ? plan->slice_ms : plan->smoke ? 2 : 80;
    plan->queues = plan->queues ? plan->queues : 1;
}

static bool parse_options(struct plan *plan, int argc, char **argv)
{
    GOptionEntry entries[] = {
        { "sizes", 0, 0, G_OPTION_ARG_STRING, &plan->sizes,
          "bytes of a request, for example 16,4k,1M", "LIST" },
        { "depths", 0, 0, G_OPTION_ARG_STRING, &plan->depths, "requests in flight",
          "LIST" },
        { "rounds", 0, 0, G_OPTION_ARG_INT, &plan->rounds, "rounds (15)", "N" },
        { "slice-ms", 0, 0, G_OPTION_ARG_INT, &plan->slice_ms,
          "time of one measurement (80)", "N" },
        { "queues", 0, 0, G_OPTION_ARG_INT, &plan->queues,
          "also drive this many data queues of ours at once", "N" },
        { "algorithm", 0, 0, G_OPTION_ARG_STRING, &plan->algorithm, "aes-cbc, ...",
          "NAME" },
        { "backend-args", 0, 0, G_OPTION_ARG_STRING, &plan->backend_args,
          "more properties of our backend", "KEY=VALUE,..." },
        { "packed", 0, 0, G_OPTION_ARG_NONE, &plan->packed, "packed rings", NULL },
        { "let-idle", 0, 0, G_OPTION_ARG_NONE, &plan->let_idle,
          "do not keep the processors from going idle", NULL },
        { "sleep", 0, 0, G_OPTION_ARG_NONE, &plan->sleep,
          "the driver sleeps until it is interrupted", NULL },
        { "qtest-kicks", 0, 0, G_OPTION_ARG_NONE, &plan->qtest_kicks,
          "notify through the qtest socket, which takes some 30 us", NULL },
        { "contenders", 0, 0, G_OPTION_ARG_STRING, &plan->contenders,
          "beside ours: stock, openssl, null, stateless (stock,openssl,null)", "LIST" },
        { "against", 0, 0, G_OPTION_ARG_FILENAME, &plan->against,
          "beside ours: ours from another build of the plugin", "OTHER.so" },
        { "csv", 0, 0, G_OPTION_ARG_FILENAME, &plan->csv, "write CSV, too", "FILE" },
        { "append", 0, 0, G_OPTION_ARG_NONE, &plan->append,
          "add to the CSV that is there", NULL },
        { "quick", 0, 0, G_OPTION_ARG_NONE, &plan->quick, "less of everything", NULL },
        { "smoke", 0, 0, G_OPTION_ARG_NONE, &plan->smoke,
          "check that it works, as TAP; figures are worth nothing", NULL },
        { 0 },
    };
    GOptionContext *context = g_option_context_new("- stock QEMU's device and ours");
    g_autoptr(GError) error = NULL;
    bool ok;

    g_option_context_add_main_entries(context, entries, NULL);
    ok = g_option_context_parse(context, &argc, &argv, &error) && argc == 1;
    g_option_context_free(context);
    if (!ok) {
        fprintf(stderr, "bench: %s; see --help\n",
                error ? error->message : "an argument is no option");
    }
    return ok;
}

static bool choose_contenders(struct bench_report *report, const char *list)
{
    static const struct {
        const char *name;
        enum bench_contender first, last;
    } choices[] = {
        { "stock", BENCH_STOCK, BENCH_STOCK },
        { "openssl", BENCH_OPENSSL, BENCH_OPENSSL },
        { "null", BENCH_NULL, BENCH_NULL },
        { "stateless", BENCH_STATELESS, BENCH_NEW_KEYS },
    };
    g_auto(GStrv) words = g_strsplit(list, ",", -1);

    for (char **word = words; *word; word++) {
        unsigned i = 0;

        while (i < G_N_ELEMENTS(choices) && strcmp(choices[i].name, *word) != 0) {
            i++;
        }
        if (i == G_N_ELEMENTS(choices)) {
            fprintf(stderr, "bench: no contender %s; see --help\n", *word);
            return false;
        }
        for (unsigned who = choices[i].first; who <= choices[i].last; who++) {
            report->has[who] = true;
        }
    }
    report->has[BENCH_OURS] = true;
    report->has[BENCH_QUEUES] = report->queues > 1;
    report->has[BENCH_OTHER] = report->other != NULL;
    return true;
}

/* Tells what of the plan cannot be done. */
static bool may_measure(const struct plan *plan)
{
    if (plan->against && !g_file_test(plan->against, G_FILE_TEST_IS_REGULAR)) {
        fprintf(stderr, "bench: there is no plugin %s to measure against\n",
                plan->against);
        return false;
    }
    if (!bench_algorithm_find(plan->algorithm)) {
        g_autofree char *names = bench_algorithm_names();

        fprintf(stderr, "bench: no algorithm %s; there are %s\n", plan->algorithm,
                names);
        return false;
    }
    return true;
}

static bool make_report(struct bench_report *report, const struct plan *plan)
{
    const struct bench_algorithm *algorithm = bench_algorithm_find(plan->algorithm);
    g_autoptr(GArray) sizes = parse_numbers(plan->sizes, MAX_SIZE);
    g_autoptr(GArray) depths = parse_numbers(plan->depths, 1024);

    if (!sizes || !depths || plan->rounds < 1 || plan->rounds > BENCH_MAX_ROUNDS ||
        plan->slice_ms < 1 || plan->queues < 1 || plan->queues > BENCH_MAX_QUEUES) {
        fprintf(stderr, "bench: a number is out of range; see --help\n");
        return false;
    }
    if (!may_measure(plan)) {
        return false;
    }
    *report = (struct bench_report){
        .algorithm = plan->algorithm,
        .backend_args = plan->backend_args,
        .other = plan->against,
        .queues = (unsigned)plan->queues,
        .rounds = (unsigned)plan->rounds,
        .packed = plan->packed,
        .qtest_kicks = plan->qtest_kicks,
        /* Several queues of the device need the driver's processor, too. */
        .sleep = plan->sleep || plan->queues > 1,
        .awake = !plan->let_idle,
        .cells = make_cells(algorithm, sizes, depths),
    };
    if (!choose_contenders(report, plan->contenders)) {
        return false;
    }
    report->has[BENCH_STOCK] = report->has[BENCH_STOCK] && algorithm->stock;
    return true;
}

static void free_plan(struct plan *plan)
{
    g_free(plan->algorithm);
    g_free(plan->sizes);
    g_free(plan->depths);
    g_free(plan->backend_args);
    g_free(plan->contenders);
    g_free(plan->against);
    g_free(plan->csv);
}

/* ---- running ---- */

static char *joined_args(const char *more, const char *args)
{
    return more ? g_strdup_printf("%s,%s", args, more) : g_strdup(args);
}

static void start_device(struct bench *bench, enum bench_contender who,
                         const struct bench_device_opts *common)
{
    const char *null_plugin = g_getenv("VCRYPTO_NULL_PLUGIN");
    g_autofree char *pinned = joined_args(common->backend_args, "engine=openssl");
    struct bench_device_opts opts = *common;

    opts.name = bench_contender_name(who);
    switch (who) {
    case BENCH_STOCK:
        opts.plugin = NULL;
        break;
    case BENCH_OURS:
        opts.queues = bench->report.queues;
        break;
    case BENCH_NULL:
        UT_TRUE_FATAL(null_plugin != NULL);
        opts.plugin = null_plugin;
        opts.backend_args = pinned;
        break;
    case BENCH_OPENSSL:
        opts.backend_args = pinned;
        break;
    case BENCH_OTHER:
        opts.plugin = bench->report.other;
        break;
    default:
        opts.stateless = true;
        break;
    }
    bench_device_start(&bench->devices[who], &opts);
}

static void start_devices(struct bench *bench)
{
    const struct bench_device_opts common = {
        .plugin = qt_plugin(),
        .backend_args = bench->report.backend_args,
        .algorithm = bench_algorithm_find(bench->report.algorithm),
        .queues = 1,
        .packed = bench->report.packed,
        .data_size = data_size(&bench->report),
    };

    for (unsigned who = 0; who < BENCH_CONTENDERS; who++) {
        if (bench->report.has[who] && device_of(who) == who) {
            start_device(bench, who, &common);
        }
    }
}

/* QEMU's own takes what iv, source and destination are together within its maximum,
 * and breaks with more: in QEMU 10 that is less than some of the sizes. */
static void find_refused(struct bench *bench)
{
    const struct bench_device *stock = &bench->devices[BENCH_STOCK];

    for (guint i = 0; bench->report.has[BENCH_STOCK] && i < bench->report.cells->len;
         i++) {
        struct bench_cell *cell = g_ptr_array_index(bench->report.cells, i);
        uint64_t all = stock->algorithm->iv_len + (2 * (uint64_t)cell->size);

        cell->stock_refuses = all > stock->crypto->config.max_size;
    }
}

static bool stop_devices(struct bench *bench)
{
    bool well = true;

    for (unsigned who = 0; who < BENCH_CONTENDERS; who++) {
        if (bench->report.has[who] && device_of(who) == who) {
            well = bench_device_stop(&bench->devices[who]) == 0 && well;
        }
    }
    return well;
}

static bool write_csv(const struct bench_report *report, const struct plan *plan)
{
    g_autofree char *csv = bench_report_csv(report);
    FILE *to = plan->csv ? fopen(plan->csv, plan->append ? "a" : "w") : NULL;
    bool ok;

    if (!plan->csv) {
        return true;
    }
    ok = to && (plan->append || fputs(bench_report_csv_head(), to) >= 0) &&
         fputs(csv, to) >= 0;
    ok = to && fclose(to) == 0 && ok;
    if (!ok) {
        fprintf(stderr, "bench: %s: %s\n", plan->csv, g_strerror(errno));
    }
    return ok;
}

/* ---- smoke ---- */

static bool cell_is_whole(const struct bench_report *report,
                          const struct bench_cell *cell, enum bench_contender who)
{
    bool whole = true;

    if (bench_cell_is_refused(cell, who)) {
        return cell->value[who][BENCH_RATE][0] == 0;
    }
    for (unsigned round = 0; round < report->rounds; round++) {
        /* Not the CPU time: the kernel may add it up at its next tick only. */
        whole =
            whole && cell->value[who][BENCH_RATE][round] > 0 && cell->engine[round] > 0;
        if (cell->depth == 1 && bench_has_latency(who)) {
            whole = whole && cell->value[who][BENCH_LATENCY][round] > 0 &&
                    cell->value[who][BENCH_SPINNING_99][round] > 0;
        }
    }
    return whole;
}

static unsigned count_contenders(const struct bench_report *report)
{
    unsigned n = 0;

    for (unsigned who = 0; who < BENCH_CONTENDERS; who++) {
        n += report->has[who];
    }
    return n;
}

/* A wrong status or result has ended the program before it comes to this. */
static bool report_smoke(const struct bench_report *report, bool stopped)
{
    g_autofree char *text = bench_report_text(report);
    bool all = stopped;
    unsigned n = 0;

    ut_note("%s", text);
    printf("1..%u\n", report->cells->len * count_contenders(report) + 1);
    for (guint i = 0; i < report->cells->len; i++) {
        const struct bench_cell *cell = g_ptr_array_index(report->cells, i);

        for (unsigned who = 0; who < BENCH_CONTENDERS; who++) {
            bool ok = cell_is_whole(report, cell, who);

            if (report->has[who]) {
                printf("%s %u - %s of %u bytes at depth %u: %s%s\n",
                       ok ? "ok" : "not ok", ++n, report->algorithm, cell->size,
                       cell->depth, bench_contender_name(who),
                       bench_cell_is_refused(cell, who) ? " refuses them" : "");
                all = all && ok;
            }
        }
    }
    printf("%s %u - all QEMUs ended well\n", stopped ? "ok" : "not ok", ++n);
    return all;
}

static bool run(struct bench *bench, const struct plan *plan)
{
    g_autofree char *text = NULL;
    bool stopped;

    bench->slice = plan->slice_ms * MS;
    start_devices(bench);
    find_refused(bench);
    if (!plan->let_idle) {
        bench_awake_begin();
    }
    run_rounds(bench, !plan->smoke);
    if (!plan->let_idle) {
        bench_awake_end();
    }
    stopped = stop_devices(bench);
    if (plan->smoke) {
        return report_smoke(&bench->report, stopped);
    }
    text = bench_report_text(&bench->report);
    printf("%s", text);
    return write_csv(&bench->report, plan) && stopped;
}

int main(int argc, char **argv)
{
    struct plan plan = { 0 };
    struct bench bench = { 0 };
    int status;

    if (!parse_options(&plan, argc, argv)) {
        return 2;
    }
    complete_plan(&plan);
    if (!qt_plugin()) {
        printf("1..0 # SKIP no plugin to measure\n");
        free_plan(&plan);
        return plan.smoke ? 0 : 77;
    }
    if (plan.smoke) {
        watchdog_start();
        watchdog_test(1, "the benchmark's test of itself");
    }
    status = !make_report(&bench.report, &plan) ? 2 : !run(&bench, &plan);
    if (bench.report.cells) {
        g_ptr_array_free(bench.report.cells, TRUE);
    }
    free_plan(&plan);
    watchdog_stop();
    return status;
}
