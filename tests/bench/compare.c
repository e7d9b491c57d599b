/* SPDX-License-Identifier: GPL-2.0-only */
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

enum { ROUND_MS = 30, WARM_UP = 3, STEPS_MAX = 1000 };

double bench_now_ms(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

double bench_median(double *values, size_t count)
{
    qsort(values, count, sizeof *values, by_size);
    return count % 2 ? values[count / 2] : (values[count / 2 - 1] + values[count / 2]) / 2;
}

/* Processor time of the server and of child processes that have ended. Hardly changes with what else the
 * machine does. */
static double processor_ms(const struct bench *b)
{
    struct timespec server = {0};
    struct rusage children;
    clockid_t clock;

    if (clock_getcpuclockid(b->pid, &clock) || clock_gettime(clock, &server) ||
        getrusage(RUSAGE_CHILDREN, &children))
        bench_fail("the server has ended");
    return (double)(server.tv_sec + children.ru_utime.tv_sec + children.ru_stime.tv_sec) * 1e3 +
           (double)server.tv_nsec / 1e6 +
           (double)(children.ru_utime.tv_usec + children.ru_stime.tv_usec) / 1e3;
}

/* Milliseconds of one step, over this many. */
static double time_steps(struct bench_side side, unsigned steps)
{
    double start = bench_now_ms();

    for (unsigned i = 0; i < steps; i++)
        side.step(side.arg);
    return (bench_now_ms() - start) / steps;
}

static unsigned steps_of(struct bench_side side)
{
    double one;

    (void)time_steps(side, 1);
    one = time_steps(side, WARM_UP);
    if (one * STEPS_MAX <= ROUND_MS)
        return STEPS_MAX;
    return one >= ROUND_MS ? 1 : (unsigned)(ROUND_MS / one);
}

struct measured {
    struct bench_side side;
    unsigned steps;
    double *ms, *cpu_ms; /* of a step, by round */
};

static struct measured measured(const struct bench *b, struct bench_side side)
{
    struct measured m = {.side = side,
                         .steps = steps_of(side),
                         .ms = calloc(b->rounds, sizeof *m.ms),
                         .cpu_ms = calloc(b->rounds, sizeof *m.cpu_ms)};

    if (!m.ms || !m.cpu_ms)
        bench_fail("out of memory");
    return m;
}

static void measure(const struct bench *b, struct measured *m, unsigned round)
{
    double cpu = processor_ms(b);

    m->ms[round] = time_steps(m->side, m->steps);
    m->cpu_ms[round] = (processor_ms(b) - cpu) / m->steps;
}

struct bench_pair bench_compare(const struct bench *b, struct bench_side ours, struct bench_side theirs)
{
    struct measured o = measured(b, ours), t = measured(b, theirs);
    struct bench_pair pair;

    for (unsigned i = 0; i < b->rounds; i++) {
        measure(b, &o, i);
        measure(b, &t, i);
    }
    pair.ours_ms = bench_median(o.ms, b->rounds);
    pair.theirs_ms = bench_median(t.ms, b->rounds);
    pair.ratio = pair.ours_ms / pair.theirs_ms;
    pair.cpu_ratio = bench_median(o.cpu_ms, b->rounds) / bench_median(t.cpu_ms, b->rounds);
    free(o.ms);
    free(o.cpu_ms);
    free(t.ms);
    free(t.cpu_ms);
    return pair;
}

void bench_line(const struct bench *b, const char *what, struct bench_pair pair, double most, double most_ms)
{
    printf("%-14s %-42s %12.3f %12.3f %7.2f %7.2f", b->server, what, pair.ours_ms, pair.theirs_ms, pair.ratio,
           pair.cpu_ratio);
    if (most > 0)
        printf("  %.1f %s", most, pair.ratio <= most ? "reached" : "MISSED");
    if (most_ms > 0)
        printf(", %.0f ms %s", most_ms, pair.ours_ms <= most_ms ? "reached" : "MISSED");
    (void)putchar('\n');
    (void)fflush(stdout);
}

void bench_growth_line(const struct bench *b, const char *what, struct bench_growth g, double limit)
{
    printf("%-14s %-42s %11.2fx %11.2fx %7s %7s  %.1fx %s\n", b->server, what, g.ours, g.theirs, "", "",
           limit, g.ours <= limit ? "reached" : "MISSED");
    (void)fflush(stdout);
}
