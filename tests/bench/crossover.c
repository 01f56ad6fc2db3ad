/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From how many messages on libipsec-mb does them faster side by side than each
 * algorithm's own engine does one after the other: src/crypto/ipsec-mb/least.c has what
 * this measures. The engines are called as the device calls them, in one thread, over
 * sources and destinations that lie apart.
 *
 * The machine need not be idle: all that is compared is measured in turns, in short
 * slices of this thread's own processor time, and ratios are taken turn by turn; their
 * medians are what is printed. Where many programs share the processor, caches are
 * cold, which is worse for one at a time. VCRYPTO_TEST_LEVEL limits the libraries to
 * what older processors have (support/level.h).
 */
#include <glib.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "contest.h"
#include "support/level.h"
#include "support/watchdog.h"

#define NS_PER_S   1000000000u
#define MAX_ROUNDS 99

/* Candidates that take longer than this for one group are too slow to be worth it. */
#define TOO_SLOW_NS (NS_PER_S / 10)

/* How many side by side; the first is one at a time, by the algorithm's own engine. */
static const unsigned groups[] = { 0, 1, 2, 3, 4, 6, 8, 10, 12, 16, 32 };

/* The last is the longest that libipsec-mb takes of most algorithms. */
static const uint32_t sizes[] = { 16, 64, 256, 1024, 4096, 16384, 65520 };

#define GROUPS G_N_ELEMENTS(groups)
#define SIZES  G_N_ELEMENTS(sizes)

static gint rounds = 9, slice_us = 100;
static gboolean alone_only, sse, smoke;
static gchar *only;

static uint64_t clock_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
}

static int compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static double median(double *of, unsigned count)
{
    qsort(of, count, sizeof(*of), compare_doubles);
    return count % 2 ? of[count / 2] : (of[count / 2 - 1] + of[count / 2]) / 2;
}

/* ns that a message takes, of @turns groups of @group. */
static double slice(struct contest *contest, unsigned group, unsigned turns)
{
    uint64_t begin = clock_ns(), end;

    for (unsigned i = 0; i < turns; i++) {
        contest_run(contest, group);
    }
    end = clock_ns();
    return (double)(end - begin) / turns / MAX(group, 1);
}

/* What one message size gave: ns alone, and how much of that it takes in groups; 0: was
 * not measured. */
struct figures {
    double alone;
    double ratios[GROUPS];
};

/* How many groups make a slice; 0: it is too slow. */
static unsigned turns_of(struct contest *contest, unsigned group, double before)
{
    double ns;

    if (before * MAX(group, 1) > TOO_SLOW_NS) {
        return 0;
    }
    ns = slice(contest, group, 1) * MAX(group, 1);
    return ns > slice_us * 1e3 ? 1 : (unsigned)(slice_us * 1e3 / ns) + 1;
}

static void measure(struct contest *contest, struct figures *figures)
{
    static double all[GROUPS][MAX_ROUNDS];
    double alones[MAX_ROUNDS];
    unsigned turns[GROUPS] = { 0 };
    size_t count = alone_only || !contest_has_groups(contest) ? 1 : GROUPS;

    for (size_t g = 0; g < count; g++) {
        turns[g] = turns_of(contest, groups[g], g > 1 ? slice(contest, 1, 1) : 0);
    }
    for (int r = 0; r < rounds; r++) {
        for (size_t g = 0; g < count; g++) {
            all[g][r] = turns[g] ? slice(contest, groups[g], turns[g]) : 0;
        }
        alones[r] = all[0][r];
        for (size_t g = 0; g < count; g++) {
            all[g][r] /= alones[r];
        }
    }
    memset(figures, 0, sizeof(*figures));
    figures->alone = median(alones, (unsigned)rounds);
    for (size_t g = 1; g < count; g++) {
        figures->ratios[g] = median(all[g], (unsigned)rounds);
    }
}

/* Of all sizes that were measured, the geometric mean of what a message in a group
 * takes of its time alone; where some were too slow, infinite. */
static double mean_ratio(const struct figures *all, size_t g)
{
    double sum = 0;
    unsigned count = 0;

    for (size_t s = 0; s < SIZES; s++) {
        if (all[s].ratios[1] > 0 && all[s].ratios[g] <= 0) {
            return INFINITY;
        }
        if (all[s].ratios[g] > 0) {
            sum += log(all[s].ratios[g]);
            count++;
        }
    }
    return count ? exp(sum / count) : INFINITY;
}

/* The least group from which on all are faster; 0: none. */
static unsigned crossover(const double *means)
{
    unsigned least = 0;

    for (size_t g = GROUPS - 1; g >= 1 && means[g] < 1; g--) {
        least = groups[g];
    }
    return least;
}

/* How much longer, at worst, groups take with @least than with what is best for each.
 */
static double regret(const double *means, unsigned least)
{
    double worst = 1;

    for (size_t g = 1; g < GROUPS; g++) {
        double is = least && groups[g] >= least ? means[g] : 1;

        worst = MAX(worst, is / MIN(means[g], 1));
    }
    return worst;
}

static void print_size(uint32_t size, const struct figures *figures)
{
    printf("  %6u %10.0f", size, figures->alone);
    for (size_t g = 1; g < GROUPS && figures->ratios[1] > 0; g++) {
        if (figures->ratios[g] > 0) {
            printf(" %6.2f", figures->ratios[g]);
        } else {
            printf("      -");
        }
    }
    printf("   %.2f ns a byte\n", figures->alone / size);
}

static void print_means(const struct contest *contest, const struct figures *all)
{
    double means[GROUPS] = { 0 };

    printf("  %6s %10s", "mean", "");
    for (size_t g = 1; g < GROUPS; g++) {
        means[g] = mean_ratio(all, g);
        printf(" %6.2f", means[g]);
    }
    printf("\n= %s: from %u on; the table has %u, which costs up to %.0f%%\n",
           contest_name(contest), crossover(means), contest_least(contest),
           100 * (regret(means, contest_least(contest)) - 1));
}

static void try_contest(struct contest *contest)
{
    struct figures all[SIZES];
    uint32_t longest = contest_longest(contest);

    memset(all, 0, sizeof(all));
    printf("%s\n  %6s %10s", contest_name(contest), "bytes", "alone, ns");
    for (size_t g = 1; g < GROUPS; g++) {
        printf(" %6u", groups[g]);
    }
    printf("\n");
    for (size_t s = 0; s < (smoke ? 2 : SIZES); s++) {
        if (contest_set_size(contest, sizes[s])) {
            measure(contest, &all[s]);
            print_size(sizes[s], &all[s]);
        }
    }
    if (longest && longest < sizes[SIZES - 1] && !smoke &&
        contest_set_size(contest, longest)) {
        struct figures last;

        measure(contest, &last);
        print_size(longest, &last);
    }
    if (contest_has_method(contest) && !alone_only) {
        print_means(contest, all);
    }
    fflush(stdout);
}

static void try_row(const struct vcrypto_algorithm *row)
{
    for (unsigned k = 0; k == 0 || (k < VCRYPTO_MAX_KEY_SIZES && row->keys[k].len);
         k++) {
        for (unsigned d = 0; d < 2; d++) {
            struct contest *contest = contest_new(row, k, d != 0);

            if (contest) {
                try_contest(contest);
            }
            contest_free(contest);
        }
    }
}

static void parse(int *argc, char ***argv)
{
    static const GOptionEntry entries[] = {
        { "algorithm", 0, 0, G_OPTION_ARG_STRING, &only, "only this one", "NAME" },
        { "alone", 0, 0, G_OPTION_ARG_NONE, &alone_only,
          "one message at a time only: what a byte costs", NULL },
        { "rounds", 0, 0, G_OPTION_ARG_INT, &rounds, "medians are over so many", "N" },
        { "slice-us", 0, 0, G_OPTION_ARG_INT, &slice_us, "time of one measurement",
          "N" },
        { "sse", 0, 0, G_OPTION_ARG_NONE, &sse,
          "libipsec-mb as where there is SHA-NI but no AVX; OpenSSL then needs "
          "OPENSSL_ia32cap=~0x3840180000000000:~0xffffffffdfffffff",
          NULL },
        { "smoke", 0, 0, G_OPTION_ARG_NONE, &smoke, "only whether it works", NULL },
        { NULL, 0, 0, 0, NULL, NULL, NULL },
    };
    g_autoptr(GOptionContext) context =
        g_option_context_new("- messages side by side against one after the other");
    g_autoptr(GError) error = NULL;

    g_option_context_add_main_entries(context, entries, NULL);
    if (!g_option_context_parse(context, argc, argv, &error) || *argc > 1) {
        fprintf(stderr, "crossover: %s\n", error ? error->message : "too many words");
        exit(2);
    }
    if (rounds < 1 || rounds > MAX_ROUNDS || slice_us < 1) {
        fprintf(stderr, "crossover: there are 1 to %d rounds, of 1 us or more\n",
                MAX_ROUNDS);
        exit(2);
    }
}

int main(int argc, char **argv)
{
    size_t count, tried = 0;
    const struct vcrypto_algorithm *rows = vcrypto_algorithm_rows(&count);

    level_begin();
    parse(&argc, &argv);
    if (smoke) {
        watchdog_start();
        rounds = 1;
        slice_us = 1;
    }
    contest_begin(sse);
    for (size_t i = 0; i < count; i++) {
        if (rows[i].service != VCRYPTO_SERVICE_AKCIPHER &&
            (!only || strcmp(only, rows[i].name) == 0)) {
            try_row(&rows[i]);
            tried++;
        }
    }
    contest_end();
    watchdog_stop();
    if (!tried) {
        fprintf(stderr, "crossover: there is no symmetric algorithm called %s\n", only);
    }
    return tried ? 0 : 2;
}
