/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What was measured.
 */
#include "report.h"

#include <stdlib.h>
#include <string.h>

static const char *const contender_names[] = { "stock", "ours", "ours-queues" };

/* ---- statistics ---- */

struct spread {
    double median;
    double low;
    double high;
};

static int compare_doubles(const void *a, const void *b)
{
    const double *x = a, *y = b;

    return (*x > *y) - (*x < *y);
}

static struct spread spread_of(const double *values, unsigned n)
{
    double sorted[BENCH_MAX_ROUNDS];

    memcpy(sorted, values, n * sizeof(*values));
    qsort(sorted, n, sizeof(*sorted), compare_doubles);
    return (struct spread){
        .median = (sorted[(n - 1) / 2] + sorted[n / 2]) / 2,
        .low = sorted[(n - 1) / 4],
        .high = sorted[n - 1 - (n - 1) / 4],
    };
}

static int compare_int64(gconstpointer a, gconstpointer b)
{
    const int64_t *x = a, *y = b;

    return (*x > *y) - (*x < *y);
}

double bench_percentile(GArray *values, unsigned percent)
{
    if (!values || values->len == 0) {
        return 0;
    }
    g_array_sort(values, compare_int64);
    return (double)g_array_index(values, int64_t, (values->len - 1) * percent / 100);
}

static double median(const struct bench_report *report, const struct bench_cell *cell,
                     enum bench_contender who, enum bench_metric what)
{
    return spread_of(cell->value[who][what], report->rounds).median;
}

static double microseconds(const struct bench_report *report,
                           const struct bench_cell *cell, enum bench_contender who,
                           enum bench_metric what)
{
    return 1e6 * median(report, cell, who, what);
}

/* Of @a to @b, round by round; zeros where nothing was measured. */
static struct spread ratio(const struct bench_report *report,
                           const struct bench_cell *cell, enum bench_contender a,
                           enum bench_contender b, enum bench_metric what)
{
    double ratios[BENCH_MAX_ROUNDS];

    for (unsigned i = 0; i < report->rounds; i++) {
        double divisor = cell->value[b][what][i];

        ratios[i] = divisor > 0 ? cell->value[a][what][i] / divisor : 0;
    }
    return spread_of(ratios, report->rounds);
}

static double gigabytes(const struct bench_cell *cell, double rate)
{
    return rate * cell->size / 1e9;
}

static double engine(const struct bench_report *report, const struct bench_cell *cell)
{
    return gigabytes(cell, spread_of(cell->engine, report->rounds).median);
}

/* ---- tables ---- */

static void add_contender(GString *out, const struct bench_report *report,
                          const struct bench_cell *cell, enum bench_contender who)
{
    double rate = median(report, cell, who, BENCH_RATE);

    g_string_append_printf(out, " | %9.0f %6.3f %8.2f %5.3f %5.3f", rate,
                           gigabytes(cell, rate),
                           microseconds(report, cell, who, BENCH_CPU),
                           median(report, cell, who, BENCH_KICKS),
                           median(report, cell, who, BENCH_INTERRUPTS));
}

static void add_rate_row(GString *out, const struct bench_report *report,
                         const struct bench_cell *cell)
{
    struct spread r = ratio(report, cell, BENCH_OURS, BENCH_STOCK, BENCH_RATE);

    g_string_append_printf(out, "%8u %5u", cell->size, cell->depth);
    add_contender(out, report, cell, BENCH_STOCK);
    add_contender(out, report, cell, BENCH_OURS);
    g_string_append_printf(
        out, " | %5.2f %5.2f-%-5.2f %5.2f | %6.3f", r.median, r.low, r.high,
        ratio(report, cell, BENCH_OURS, BENCH_STOCK, BENCH_CPU).median,
        engine(report, cell));
    if (report->queues > 1) {
        r = ratio(report, cell, BENCH_QUEUES, BENCH_OURS, BENCH_RATE);
        add_contender(out, report, cell, BENCH_QUEUES);
        g_string_append_printf(
            out, " | %5.2f %5.2f-%-5.2f %5.2f", r.median, r.low, r.high,
            ratio(report, cell, BENCH_QUEUES, BENCH_OURS, BENCH_CPU).median);
    }
    g_string_append_c(out, '\n');
}

static void add_rates(GString *out, const struct bench_report *report)
{
    static const char head[] = " |     req/s   GB/s cpu us/r kck/r int/r";

    g_string_append_printf(out, "%14s | %-36s | %-36s | %-23s | %s", "", "stock",
                           "ours", "ours / stock", "engine");
    if (report->queues > 1) {
        g_string_append_printf(out, " | ours, %2u queues%-21s | queues / one",
                               report->queues, "");
    }
    g_string_append_printf(out, "\n%8s %5s%s%s | %5s %-11s %5s | %6s", "bytes", "depth",
                           head, head, "req/s", "(low-high)", "cpu", "GB/s");
    if (report->queues > 1) {
        g_string_append_printf(out, "%s | %5s %-11s %5s", head, "req/s", "(low-high)",
                               "cpu");
    }
    g_string_append_c(out, '\n');
    for (guint i = 0; i < report->cells->len; i++) {
        add_rate_row(out, report, g_ptr_array_index(report->cells, i));
    }
}

static void add_latency_pair(GString *out, const struct bench_report *report,
                             const struct bench_cell *cell, enum bench_metric what)
{
    for (unsigned who = BENCH_STOCK; who <= BENCH_OURS; who++) {
        g_string_append_printf(out, " | %9.1f %9.1f",
                               microseconds(report, cell, who, what),
                               microseconds(report, cell, who, what + 1));
    }
    g_string_append_printf(out, " | %5.2f",
                           ratio(report, cell, BENCH_OURS, BENCH_STOCK, what).median);
}

static void add_latencies(GString *out, const struct bench_report *report)
{
    static const char head[] = " |    median      99 % |    median      99 % | ratio";

    g_string_append_printf(out, "\n%8s | %-51s | %s\n", "latency",
                           "us, the driver sleeps: stock, ours", "it spins");
    g_string_append_printf(out, "%8s%s%s\n", "bytes", head, head);
    for (guint i = 0; i < report->cells->len; i++) {
        const struct bench_cell *cell = g_ptr_array_index(report->cells, i);

        if (cell->depth == 1) {
            g_string_append_printf(out, "%8u", cell->size);
            add_latency_pair(out, report, cell, BENCH_LATENCY);
            add_latency_pair(out, report, cell, BENCH_SPINNING);
            g_string_append_c(out, '\n');
        }
    }
}

static bool has_depth_1(const struct bench_report *report)
{
    for (guint i = 0; i < report->cells->len; i++) {
        const struct bench_cell *cell = g_ptr_array_index(report->cells, i);

        if (cell->depth == 1) {
            return true;
        }
    }
    return false;
}

char *bench_report_text(const struct bench_report *report)
{
    GString *out = g_string_new(NULL);

    g_string_append_printf(
        out,
        "%s encryption, %s ring, the driver %s, kicks by %s, %s%u rounds, "
        "backend: %s\n",
        report->algorithm, report->packed ? "packed" : "split",
        report->sleep ? "sleeps until interrupts" : "watches the ring",
        report->qtest_kicks ? "qtest" : "eventfd",
        report->awake ? "" : "processors may idle, ", report->rounds,
        report->backend_args ? report->backend_args : "defaults");
    g_string_append(out, "cpu: of QEMU's process; kck/r, int/r: kicks and interrupts "
                         "per request; engine: OpenSSL alone, one thread;\n(low-high): "
                         "the middle half of the rounds\n\n");
    add_rates(out, report);
    if (has_depth_1(report)) {
        add_latencies(out, report);
    }
    return g_string_free(out, FALSE);
}

/* ---- CSV ---- */

/* Locale or not, numbers here have a point. */
static void add_number(GString *out, double value)
{
    char text[G_ASCII_DTOSTR_BUF_SIZE];

    g_string_append_printf(out, ",%s",
                           g_ascii_formatd(text, sizeof(text), "%.6g", value));
}

/* Ours to stock; many queues to one; of stock there is nothing to say. */
static void add_ratios(GString *out, const struct bench_report *report,
                       const struct bench_cell *cell, enum bench_contender who)
{
    enum bench_contender to = who == BENCH_QUEUES ? BENCH_OURS : BENCH_STOCK;
    struct spread rate = ratio(report, cell, who, to, BENCH_RATE);

    add_number(out, rate.median);
    add_number(out, rate.low);
    add_number(out, rate.high);
    add_number(out, ratio(report, cell, who, to, BENCH_CPU).median);
}

static void add_csv_row(GString *out, const struct bench_report *report,
                        const struct bench_cell *cell, enum bench_contender who)
{
    double rate = median(report, cell, who, BENCH_RATE);

    g_string_append_printf(out, "%s,%s,%u,%u,%s,%u,%u", report->algorithm,
                           report->packed ? "packed" : "split", cell->size, cell->depth,
                           contender_names[who],
                           who == BENCH_QUEUES ? report->queues : 1, report->rounds);
    add_number(out, rate);
    add_number(out, gigabytes(cell, rate));
    add_number(out, microseconds(report, cell, who, BENCH_CPU));
    add_number(out, median(report, cell, who, BENCH_KICKS));
    add_number(out, median(report, cell, who, BENCH_INTERRUPTS));
    for (unsigned what = BENCH_LATENCY; what < BENCH_METRICS; what++) {
        add_number(out, microseconds(report, cell, who, what));
    }
    add_ratios(out, report, cell, who);
    add_number(out, engine(report, cell));
    g_string_append_c(out, '\n');
}

char *bench_report_csv(const struct bench_report *report)
{
    unsigned contenders = report->queues > 1 ? BENCH_CONTENDERS : BENCH_QUEUES;
    GString *out = g_string_new(
        "algorithm,ring,bytes,depth,contender,queues,rounds,requests_per_s,gb_per_s,"
        "cpu_us_per_request,kicks_per_request,interrupts_per_request,"
        "latency_us,latency_99_us,latency_spinning_us,latency_spinning_99_us,"
        "ratio_requests,ratio_requests_low,ratio_requests_high,ratio_cpu,"
        "engine_gb_per_s\n");

    for (guint i = 0; i < report->cells->len; i++) {
        for (unsigned who = 0; who < contenders; who++) {
            add_csv_row(out, report, g_ptr_array_index(report->cells, i), who);
        }
    }
    return g_string_free(out, FALSE);
}
