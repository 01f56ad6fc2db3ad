/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What was measured, as medians over the rounds, as a table and as CSV.
 *
 * A ratio is taken in each round, from two measurements one right after the other, and
 * the median of these ratios is reported: what slows the machine down for a while
 * slows down both. Low and high are quartiles: half of the rounds lie between them.
 */
#ifndef BENCH_REPORT_H
#define BENCH_REPORT_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#define BENCH_MAX_ROUNDS 64

enum bench_contender {
    BENCH_STOCK,
    BENCH_OURS,
    BENCH_QUEUES,    /* ours, more queues than one at a time */
    BENCH_OPENSSL,   /* ours, pinned to OpenSSL and one request at a time */
    BENCH_NULL,      /* ours, with engines that do nothing: what the rings cost */
    BENCH_STATELESS, /* ours, each request with the same key, */
    BENCH_NEW_KEYS,  /* and each with another */
    BENCH_OTHER,     /* ours, from another build of the plugin */
    BENCH_CONTENDERS
};

enum bench_metric {
    BENCH_RATE,       /* requests per second */
    BENCH_CPU,        /* seconds per request */
    BENCH_KICKS,      /* per request */
    BENCH_INTERRUPTS, /* per request */
    BENCH_LATENCY,    /* seconds: median; depth 1 only, as the following */
    BENCH_LATENCY_99, /* 99th percentile */
    BENCH_SPINNING,   /* the same with a driver that does not sleep */
    BENCH_SPINNING_99,
    BENCH_METRICS
};

/* One size and depth. */
struct bench_cell {
    uint32_t size;
    unsigned depth;
    bool stock_refuses; /* requests of this size */
    double value[BENCH_CONTENDERS][BENCH_METRICS][BENCH_MAX_ROUNDS];
    double engine[BENCH_MAX_ROUNDS]; /* requests per second */
};

struct bench_report {
    const char *algorithm;
    bool has[BENCH_CONTENDERS]; /* who was measured; ours always is */
    const char *backend_args;
    const char *other; /* the other build's file; NULL: there is none */
    unsigned queues;
    unsigned rounds;
    bool packed;
    bool qtest_kicks;
    bool sleep; /* the driver sleeps, instead of watching the ring */
    bool awake;
    GPtrArray *cells;
};

/** bench_has_latency() - whether it is measured how long @who takes for one request */
bool bench_has_latency(enum bench_contender who);

/** bench_cell_is_refused() - whether @who refuses requests of its size */
bool bench_cell_is_refused(const struct bench_cell *cell, enum bench_contender who);

/** bench_report_text() - as tables to read; for g_free() */
char *bench_report_text(const struct bench_report *report);

/** bench_report_csv_head() - the names of the columns, as a line */
const char *bench_report_csv_head(void);

/** bench_report_csv() - a line for each cell and contender; for g_free() */
char *bench_report_csv(const struct bench_report *report);

/** bench_contender_name() - as it stands there */
const char *bench_contender_name(enum bench_contender who);

/** bench_percentile() - of int64_t values, which get sorted; 0 if there are none */
double bench_percentile(GArray *values, unsigned percent);

#endif
