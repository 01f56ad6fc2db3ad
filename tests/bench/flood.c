/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The flood: what is left for others when a guest fills all queues but one with the
 * largest and slowest requests that the device takes. Measures, idle and under the
 * flood, in turns in one run: how long QMP takes to answer, and the latency of the
 * queue that is free, with a driver that sleeps.
 *
 * Each round is a QEMU of its own, because a flood ends with a reset only. Nothing
 * keeps the processors awake: what does would itself keep others waiting here, for
 * whoever wakes on its processor right after using up his share waits for the kernel's
 * tick.
 */
#include "hog.h"
#include "load.h"
#include "report.h"

#include "support/ut.h"
#include "support/watchdog.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SLICE_NS   INT64_C(200000000) /* one measurement of latencies */
#define DATA_SIZE  (4u << 20)
#define COST_TIMES 3

static struct plan {
    int queues;
    int rounds;
    int samples;
    int asks;
    int size;
    int pause_us;
    char *hogs;
    char *backend_args;
    gboolean packed;
    gboolean no_costs;
    gboolean smoke;
} plan;

enum state { IDLE, FLOOD, STATES };

enum metric {
    QMP,
    QMP_LONGEST,
    FREE, /* requests that come now and then: median, and percentiles */
    FREE_90,
    FREE_99,
    BUSY, /* requests that follow each other at once */
    BUSY_90,
    BUSY_99,
    METRICS
};

static const char *const metric_names[METRICS] = {
    "QMP, median",      "QMP, longest",     "free queue, median", "free queue, 90 %",
    "free queue, 99 %", "no pause, median", "no pause, 90 %",     "no pause, 99 %",
};

/* In ms. */
static double measured[STATES][METRICS][BENCH_MAX_ROUNDS];

static int64_t now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * INT64_C(1000000000) + t.tv_nsec;
}

static double milliseconds(GArray *values, unsigned percent)
{
    return bench_percentile(values, percent) / 1e6;
}

/* ---- the hogs ---- */

static const struct bench_hog_kind *find_kind(const char *name)
{
    unsigned n;
    const struct bench_hog_kind *kinds = bench_hog_kinds(&n);

    for (unsigned i = 0; i < n; i++) {
        if (strcmp(kinds[i].name, name) == 0) {
            return &kinds[i];
        }
    }
    return NULL;
}

/* Queue 0 is free; the others have the kinds that were asked for, in turn. */
static void place_hogs(struct bench_device *device, struct bench_hog *hogs)
{
    g_auto(GStrv) names = g_strsplit(plan.hogs, ",", -1);
    unsigned n = g_strv_length(names);

    for (int queue = 1; queue < plan.queues; queue++) {
        bench_hog_place(&hogs[queue], device,
                        find_kind(names[(unsigned)(queue - 1) % n]), (unsigned)queue);
    }
    device->mark = qt_mem_mark(&device->machine->mem);
}

static void start_flood(struct bench_hog *hogs)
{
    for (int queue = 1; queue < plan.queues; queue++) {
        bench_hog_give(&hogs[queue], hogs[queue].vq->size);
    }
}

/* A queue that ran out of requests was no flood. */
static unsigned end_flood(const struct bench_hog *hogs)
{
    unsigned done = 0;

    for (int queue = 1; queue < plan.queues; queue++) {
        unsigned n = bench_hog_done(&hogs[queue]);

        if (n == hogs[queue].given) {
            qt_die(hogs[queue].device->machine, "queue %d ran empty: fewer --samples",
                   queue);
        }
        done += n;
    }
    return done;
}

/* ---- measuring ---- */

static GArray *ask(struct bench_device *device)
{
    GArray *times = g_array_new(FALSE, FALSE, sizeof(int64_t));

    for (int i = 0; i < plan.asks; i++) {
        int64_t begin = now(), taken;

        UT_TRUE_FATAL(
            qt_qmp(device->machine->qmp, NULL, "{'execute': 'query-status'}"));
        taken = now() - begin;
        g_array_append_val(times, taken);
    }
    return times;
}

static GArray *drive(struct bench_device *device, int64_t pause)
{
    const struct bench_load_opts opts = {
        .size = (uint32_t)plan.size,
        .depth = 1,
        .queues = 1,
        .slice = plan.smoke ? SLICE_NS / 20 : SLICE_NS,
        .pause = pause,
        .latency = true,
    };
    GArray *latency = g_array_new(FALSE, FALSE, sizeof(int64_t));

    while (latency->len < (guint)plan.samples) {
        struct bench_result result = bench_load_run(device, &opts);

        g_array_append_vals(latency, result.latency->data, result.latency->len);
        bench_result_clear(&result);
    }
    return latency;
}

static void measure(struct bench_device *device, enum state state, int round)
{
    g_autoptr(GArray) qmp = ask(device);
    g_autoptr(GArray) paced = drive(device, plan.pause_us * INT64_C(1000));
    g_autoptr(GArray) busy = drive(device, 0);
    double(*to)[BENCH_MAX_ROUNDS] = measured[state];

    to[QMP][round] = milliseconds(qmp, 50);
    to[QMP_LONGEST][round] = milliseconds(qmp, 100);
    to[FREE][round] = milliseconds(paced, 50);
    to[FREE_90][round] = milliseconds(paced, 90);
    to[FREE_99][round] = milliseconds(paced, 99);
    to[BUSY][round] = milliseconds(busy, 50);
    to[BUSY_90][round] = milliseconds(busy, 90);
    to[BUSY_99][round] = milliseconds(busy, 99);
}

static void start_device(struct bench_device *device)
{
    const struct bench_device_opts opts = {
        .name = "flooded",
        .plugin = qt_plugin(),
        .backend_args = plan.backend_args,
        .algorithm = bench_algorithm_find("aes-cbc"),
        .queues = (unsigned)plan.queues,
        .packed = plan.packed,
        .data_size = DATA_SIZE,
    };

    bench_device_start(device, &opts);
}

/* Returns how many requests of the flood were done, or -1 if QEMU ended badly. */
static int run_round(int round)
{
    struct bench_hog hogs[BENCH_MAX_QUEUES];
    struct bench_device device;
    int done;

    start_device(&device);
    place_hogs(&device, hogs);
    measure(&device, IDLE, round);
    start_flood(hogs);
    measure(&device, FLOOD, round);
    done = (int)end_flood(hogs);
    return bench_device_stop(&device) == 0 ? done : -1;
}

/* How long a queue is busy with one request of each kind. */
static void print_costs(void)
{
    struct bench_device device;
    unsigned n;
    const struct bench_hog_kind *kinds = bench_hog_kinds(&n);

    start_device(&device);
    device.mark = qt_mem_mark(&device.machine->mem);
    for (unsigned i = 0; i < n; i++) {
        g_autoptr(GArray) times = g_array_new(FALSE, FALSE, sizeof(int64_t));
        struct bench_hog hog;

        qt_mem_reset(&device.machine->mem, device.mark);
        bench_hog_place(&hog, &device, &kinds[i], 1);
        for (unsigned k = 0; k < COST_TIMES; k++) {
            int64_t begin = now(), taken;
            uint32_t id, len;

            bench_hog_give(&hog, 1);
            UT_TRUE_FATAL(qt_vring_wait(hog.vq, QT_TIMEOUT_MS, &id, &len));
            taken = now() - begin;
            UT_EQ_U64_FATAL(*hog.status, QT_OK);
            g_array_append_val(times, taken);
        }
        printf("%-10s %8.1f ms  %s\n", kinds[i].name, milliseconds(times, 50),
               kinds[i].what);
    }
    bench_device_stop(&device);
}

/* ---- report ---- */

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static double median(const double *values)
{
    double sorted[BENCH_MAX_ROUNDS];

    memcpy(sorted, values, (size_t)plan.rounds * sizeof(*sorted));
    qsort(sorted, (size_t)plan.rounds, sizeof(*sorted), compare);
    return sorted[plan.rounds / 2];
}

/* Medians over the rounds, and so is the ratio: the machine may be another one in the
 * next round, but is hardly in the same. */
static void print_row(enum metric metric)
{
    const double *idle = measured[IDLE][metric], *flood = measured[FLOOD][metric];
    double ratios[BENCH_MAX_ROUNDS];

    for (int round = 0; round < plan.rounds; round++) {
        ratios[round] = flood[round] / idle[round];
    }
    printf("%-20s %10.4f %10.4f %8.2f\n", metric_names[metric], median(idle),
           median(flood), median(ratios));
}

static void print_report(int done)
{
    printf("\n%d queues, %d flooded with %s: %d requests done; %d rounds\n"
           "%d latencies of %d bytes of AES-CBC, %d questions in QMP, in each\n\n",
           plan.queues, plan.queues - 1, plan.hogs, done, plan.rounds, plan.samples,
           plan.size, plan.asks);
    printf("%-20s %10s %10s %8s\n", "ms", "idle", "flood", "ratio");
    for (enum metric metric = 0; metric < METRICS; metric++) {
        print_row(metric);
    }
}

/* ---- the plan ---- */

static bool parse_options(int argc, char **argv)
{
    GOptionEntry entries[] = {
        { "queues", 0, 0, G_OPTION_ARG_INT, &plan.queues, "data queues (4)", "N" },
        { "rounds", 0, 0, G_OPTION_ARG_INT, &plan.rounds, "rounds (15)", "N" },
        { "samples", 0, 0, G_OPTION_ARG_INT, &plan.samples,
          "latencies at least, in each round, idle and under the flood (1000)", "N" },
        { "asks", 0, 0, G_OPTION_ARG_INT, &plan.asks, "likewise, of QMP (50)", "N" },
        { "size", 0, 0, G_OPTION_ARG_INT, &plan.size,
          "bytes of the free queue's requests (1024)", "BYTES" },
        { "pause-us", 0, 0, G_OPTION_ARG_INT, &plan.pause_us,
          "between requests of the free queue (1000)", "US" },
        { "hogs", 0, 0, G_OPTION_ARG_STRING, &plan.hogs,
          "what the other queues are filled with (chain,rsa,3des-cbc)", "LIST" },
        { "backend-args", 0, 0, G_OPTION_ARG_STRING, &plan.backend_args,
          "more properties of our backend", "KEY=VALUE,..." },
        { "packed", 0, 0, G_OPTION_ARG_NONE, &plan.packed, "packed rings", NULL },
        { "no-costs", 0, 0, G_OPTION_ARG_NONE, &plan.no_costs,
          "leave out what one request of each kind takes", NULL },
        { "smoke", 0, 0, G_OPTION_ARG_NONE, &plan.smoke,
          "check that it works, as TAP; figures are worth nothing", NULL },
        { 0 },
    };
    GOptionContext *context = g_option_context_new("- a flooded device");
    g_autoptr(GError) error = NULL;
    bool ok;

    g_option_context_add_main_entries(context, entries, NULL);
    ok = g_option_context_parse(context, &argc, &argv, &error) && argc == 1;
    g_option_context_free(context);
    if (!ok) {
        fprintf(stderr, "bench --flood: %s; see --help\n",
                error ? error->message : "an argument is no option");
    }
    return ok;
}

static bool complete_plan(void)
{
    plan.queues = plan.queues ? plan.queues : 4;
    plan.rounds = plan.rounds ? plan.rounds : plan.smoke ? 1 : 15;
    plan.samples = plan.samples ? plan.samples : plan.smoke ? 10 : 1000;
    plan.asks = plan.asks ? plan.asks : plan.smoke ? 3 : 50;
    plan.size = plan.size ? plan.size : 1024;
    plan.pause_us = plan.pause_us ? plan.pause_us : 1000;
    plan.hogs = plan.hogs ? plan.hogs : g_strdup("chain,rsa,3des-cbc");
    return plan.queues > 1 && plan.queues <= BENCH_MAX_QUEUES && plan.rounds > 0 &&
           plan.rounds <= BENCH_MAX_ROUNDS && plan.pause_us > 0 && plan.samples > 0 &&
           plan.asks > 0 && plan.size > 0 && plan.size <= (int)DATA_SIZE &&
           plan.size % 16 == 0;
}

static bool hogs_known(void)
{
    g_auto(GStrv) names = g_strsplit(plan.hogs, ",", -1);
    unsigned n;
    const struct bench_hog_kind *kinds = bench_hog_kinds(&n);

    for (char **name = names; *name; name++) {
        if (!find_kind(*name)) {
            fprintf(stderr, "bench --flood: no hog %s; there are", *name);
            for (unsigned i = 0; i < n; i++) {
                fprintf(stderr, " %s", kinds[i].name);
            }
            fprintf(stderr, "\n");
            return false;
        }
    }
    return names[0] != NULL;
}

/* ---- running ---- */

static int run_rounds(void)
{
    int sum = 0;

    for (int round = 0; round < plan.rounds && sum >= 0; round++) {
        int done = run_round(round);

        sum = done < 0 ? -1 : sum + done;
    }
    return sum;
}

static bool run(void)
{
    int done;

    if (!plan.smoke && !plan.no_costs) {
        print_costs();
    }
    done = run_rounds();
    if (plan.smoke) {
        printf("1..1\n%s 1 - a flooded device answers\n", done >= 0 ? "ok" : "not ok");
    } else if (done >= 0) {
        print_report(done);
    }
    return done >= 0;
}

int main(int argc, char **argv)
{
    bool ok;

    if (!parse_options(argc, argv)) {
        return 2;
    }
    if (!complete_plan()) {
        fprintf(stderr, "bench --flood: a value is out of range; see --help\n");
        return 2;
    }
    if (!hogs_known()) {
        return 2;
    }
    if (!qt_plugin()) {
        printf("1..0 # SKIP no plugin to measure\n");
        return plan.smoke ? 0 : 77;
    }
    if (plan.smoke) {
        watchdog_start();
        watchdog_test(1, "the flood's test of itself");
    }
    ok = run();
    watchdog_stop();
    return ok ? 0 : 1;
}
