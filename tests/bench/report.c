/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What was measured.
 */
#include "report.h"

#include <stdlib.h>
#include <string.h>

static const char *const contender_names[BENCH_CONTENDERS] = {
    [BENCH_STOCK] = "stock",
    [BENCH_OURS] = "ours",
    [BENCH_QUEUES] = "ours-queues",
    [BENCH_OPENSSL] = "ours-openssl",
    [BENCH_NULL] = "ours-null",
    [BENCH_STATELESS] = "ours-stateless",
    [BENCH_NEW_KEYS] = "ours-new-keys",
    [BENCH_OTHER] = "ours-other",
};

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

/* Of ours to what the engine does alone, round by round. */
static double share_of_engine(const struct bench_report *report,
                              const struct bench_cell *cell)
{
    double shares[BENCH_MAX_ROUNDS];

    for (unsigned i = 0; i < report->rounds; i++) {
        shares[i] = cell->value[BENCH_OURS][BENCH_RATE][i] / cell->engine[i];
    }
    return spread_of(shares, report->rounds).median;
}

/* Of ours to what would be if a request took as long as in the engine and, after that,
 * in a device whose engine does nothing. */
static double share_of_limit(const struct bench_report *report,
                             const struct bench_cell *cell)
{
    double shares[BENCH_MAX_ROUNDS];

    for (unsigned i = 0; i < report->rounds; i++) {
        shares[i] = cell->value[BENCH_OURS][BENCH_RATE][i] *
                    (1 / cell->engine[i] + 1 / cell->value[BENCH_NULL][BENCH_RATE][i]);
    }
    return spread_of(shares, report->rounds).median;
}

bool bench_has_latency(enum bench_contender who)
{
    return who <= BENCH_OURS || who == BENCH_OTHER;
}

bool bench_cell_is_refused(const struct bench_cell *cell, enum bench_contender who)
{
    return who == BENCH_STOCK && cell->stock_refuses;
}

/* ---- tables ---- */

static void add_contender(GString *out, const struct bench_report *report,
                          const struct bench_cell *cell, enum bench_contender who)
{
    double rate = median(report, cell, who, BENCH_RATE);

    if (bench_cell_is_refused(cell, who)) {
        g_string_append_printf(out, " | %-37s", "refuses requests of this size");
        return;
    }
    g_string_append_printf(out, " | %9.0f %6.3f %8.2f %5.3f %5.3f", rate,
                           gigabytes(cell, rate),
                           microseconds(report, cell, who, BENCH_CPU),
                           median(report, cell, who, BENCH_KICKS),
                           median(report, cell, who, BENCH_INTERRUPTS));
}

static void add_rate_row(GString *out, const struct bench_report *report,
                         const struct bench_cell *cell)
{
    g_string_append_printf(out, "%8u %5u", cell->size, cell->depth);
    for (unsigned who = BENCH_STOCK; who <= BENCH_OURS; who++) {
        if (report->has[who]) {
            add_contender(out, report, cell, who);
        }
    }
    g_string_append_printf(out, " | %6.3f\n", engine(report, cell));
}

static void add_rates(GString *out, const struct bench_report *report)
{
    g_string_append_printf(out, "%14s", "");
    for (unsigned who = BENCH_STOCK; who <= BENCH_OURS; who++) {
        if (report->has[who]) {
            g_string_append_printf(out, " | %-37s", contender_names[who]);
        }
    }
    g_string_append_printf(out, " | engine\n%8s %5s", "bytes", "depth");
    for (unsigned who = BENCH_STOCK; who <= BENCH_OURS; who++) {
        if (report->has[who]) {
            g_string_append(out, " |     req/s   GB/s cpu us/r kck/r int/r");
        }
    }
    g_string_append_printf(out, " | %6s\n", "GB/s");
    for (guint i = 0; i < report->cells->len; i++) {
        add_rate_row(out, report, g_ptr_array_index(report->cells, i));
    }
}

static void add_ratio_heads(GString *out, const struct bench_report *report)
{
    g_string_append_printf(out, "\n%8s %5s", "bytes", "depth");
    if (report->has[BENCH_STOCK]) {
        g_string_append_printf(out, " | %-17s %5s", "ours/stock req/s", "cpu");
    }
    g_string_append_printf(out, " | %11s", "ours/engine");
    if (report->has[BENCH_NULL]) {
        g_string_append_printf(out, " | %9s %10s", "null us/r", "ours/limit");
    }
    if (report->has[BENCH_OPENSSL]) {
        g_string_append_printf(out, " | %12s", "ours/openssl");
    }
    for (unsigned who = BENCH_QUEUES; who < BENCH_OTHER; who++) {
        if (report->has[who] && who != BENCH_OPENSSL && who != BENCH_NULL) {
            g_string_append_printf(out, " | %13s/ours", contender_names[who] + 5);
        }
    }
    g_string_append_c(out, '\n');
}

static void add_ratio_row(GString *out, const struct bench_report *report,
                          const struct bench_cell *cell)
{
    g_string_append_printf(out, "%8u %5u", cell->size, cell->depth);
    if (bench_cell_is_refused(cell, BENCH_STOCK)) {
        g_string_append_printf(out, " | %17s %5s", "-", "-");
    } else if (report->has[BENCH_STOCK]) {
        struct spread r = ratio(report, cell, BENCH_OURS, BENCH_STOCK, BENCH_RATE);

        g_string_append_printf(
            out, " | %5.2f %5.2f-%-5.2f %5.2f", r.median, r.low, r.high,
            ratio(report, cell, BENCH_OURS, BENCH_STOCK, BENCH_CPU).median);
    }
    g_string_append_printf(out, " | %11.2f", share_of_engine(report, cell));
    if (report->has[BENCH_NULL]) {
        g_string_append_printf(out, " | %9.3f %10.2f",
                               1e6 / median(report, cell, BENCH_NULL, BENCH_RATE),
                               share_of_limit(report, cell));
    }
    if (report->has[BENCH_OPENSSL]) {
        g_string_append_printf(
            out, " | %12.2f",
            ratio(report, cell, BENCH_OURS, BENCH_OPENSSL, BENCH_RATE).median);
    }
    for (unsigned who = BENCH_QUEUES; who < BENCH_OTHER; who++) {
        if (report->has[who] && who != BENCH_OPENSSL && who != BENCH_NULL) {
            g_string_append_printf(
                out, " | %18.2f",
                ratio(report, cell, who, BENCH_OURS, BENCH_RATE).median);
        }
    }
    g_string_append_c(out, '\n');
}

static void add_ratios(GString *out, const struct bench_report *report)
{
    add_ratio_heads(out, report);
    for (guint i = 0; i < report->cells->len; i++) {
        add_ratio_row(out, report, g_ptr_array_index(report->cells, i));
    }
}

static void add_latency_pair(GString *out, const struct bench_report *report,
                             const struct bench_cell *cell, enum bench_metric what)
{
    for (unsigned who = BENCH_STOCK; who <= BENCH_OURS; who++) {
        g_string_append_printf(out, " | %9.2f %9.2f",
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

/* The build that is measured, beside the other one. */
static void add_other_row(GString *out, const struct bench_report *report,
                          const struct bench_cell *cell)
{
    struct spread r = ratio(report, cell, BENCH_OURS, BENCH_OTHER, BENCH_RATE);

    g_string_append_printf(
        out, "%8u %5u | %9.0f %9.0f | %5.2f %5.2f-%-5.2f | %5.2f", cell->size,
        cell->depth, median(report, cell, BENCH_OTHER, BENCH_RATE),
        median(report, cell, BENCH_OURS, BENCH_RATE), r.median, r.low, r.high,
        ratio(report, cell, BENCH_OURS, BENCH_OTHER, BENCH_CPU).median);
    for (unsigned what = BENCH_LATENCY; cell->depth == 1 && what < BENCH_METRICS;
         what++) {
        g_string_append_printf(
            out, " | %5.2f", ratio(report, cell, BENCH_OURS, BENCH_OTHER, what).median);
    }
    g_string_append_c(out, '\n');
}

static void add_other(GString *out, const struct bench_report *report)
{
    g_string_append_printf(out, "\n%s: %s\n%8s %5s | %9s %9s | %-17s | %5s", "other",
                           report->other, "bytes", "depth", "other", "ours",
                           "ours/other req/s", "cpu");
    g_string_append(out, " | latency, 99 %, it spins, 99 %\n");
    for (guint i = 0; i < report->cells->len; i++) {
        add_other_row(out, report, g_ptr_array_index(report->cells, i));
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
    g_string_append(
        out,
        "cpu: of QEMU's process; kck/r, int/r: kicks and interrupts per request;\n"
        "(low-high): the middle half of the rounds; engine: what the device has of\n"
        "libraries, called directly over the same memory; null: the device with "
        "engines\n"
        "that do nothing; limit: engine and null one after the other\n\n");
    add_rates(out, report);
    add_ratios(out, report);
    if (has_depth_1(report)) {
        add_latencies(out, report);
    }
    if (report->other) {
        add_other(out, report);
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

static void add_spread(GString *out, struct spread spread)
{
    add_number(out, spread.median);
    add_number(out, spread.low);
    add_number(out, spread.high);
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
    add_spread(out, ratio(report, cell, who, BENCH_STOCK, BENCH_RATE));
    add_number(out, ratio(report, cell, who, BENCH_STOCK, BENCH_CPU).median);
    add_spread(out, ratio(report, cell, who, BENCH_OURS, BENCH_RATE));
    add_number(out, engine(report, cell));
    add_number(out, share_of_engine(report, cell));
    add_number(out, report->has[BENCH_NULL] ? share_of_limit(report, cell) : 0);
    g_string_append_c(out, '\n');
}

const char *bench_report_csv_head(void)
{
    return "algorithm,ring,bytes,depth,contender,queues,rounds,requests_per_s,"
           "gb_per_s,cpu_us_per_request,kicks_per_request,interrupts_per_request,"
           "latency_us,latency_99_us,latency_spinning_us,latency_spinning_99_us,"
           "to_stock,to_stock_low,to_stock_high,cpu_to_stock,"
           "to_ours,to_ours_low,to_ours_high,"
           "engine_gb_per_s,ours_to_engine,ours_to_limit\n";
}

char *bench_report_csv(const struct bench_report *report)
{
    GString *out = g_string_new(NULL);

    for (guint i = 0; i < report->cells->len; i++) {
        for (unsigned who = 0; who < BENCH_CONTENDERS; who++) {
            const struct bench_cell *cell = g_ptr_array_index(report->cells, i);

            if (report->has[who] && !bench_cell_is_refused(cell, who)) {
                add_csv_row(out, report, cell, who);
            }
        }
    }
    return g_string_free(out, FALSE);
}

const char *bench_contender_name(enum bench_contender who)
{
    return contender_names[who];
}
