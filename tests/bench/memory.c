/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The memory of the server process during many calls. Of each 1,000 calls, 40 are miglock_status of a named
 * lock, 5 of a lock table, 5 miglock_locks, 50 miglock_name as statements of their own, and 900 miglock_name
 * over the rows of a table. Several connections make them at the same time. The memory of a quarter is the
 * median of its samples; it is flat where the last quarter needs no more than the second.
 */
#include "bench.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { CONNECTIONS = 4, CALLS_PER_TURN = 1000, SAMPLES = 40, QUARTER = SAMPLES / 4, POLL_US = 2000 };
enum { NOISE_KIB = 1024 };

struct caller {
    const struct bench *bench;
    pthread_t thread;
    unsigned long turns;      /* to take */
    atomic_ulong *turns_done; /* of all */
    atomic_uint *ended;       /* callers */
};

static void take_turn(MYSQL *mysql)
{
    for (int i = 0; i < 40; i++)
        bench_do(mysql, "SELECT miglock_status('rails:shop')");
    for (int i = 0; i < 5; i++)
        bench_do(mysql, "SELECT miglock_status('ghost:blog')");
    for (int i = 0; i < 5; i++)
        bench_do(mysql, "SELECT miglock_locks()");
    for (int i = 0; i < 50; i++)
        bench_do(mysql, "SELECT miglock_name('rails', 'shop')");
    bench_do(mysql, "SELECT COUNT(miglock_name('rails', name)) FROM shop.memory");
}

static void *run(void *arg)
{
    struct caller *c = arg;
    MYSQL *mysql;

    if (mysql_thread_init())
        bench_fail("out of memory");
    mysql = bench_connect(c->bench, "root");
    for (unsigned long i = 0; i < c->turns; i++) {
        take_turn(mysql);
        (void)atomic_fetch_add(c->turns_done, 1);
    }
    mysql_close(mysql);
    mysql_thread_end();
    (void)atomic_fetch_add(c->ended, 1);
    return NULL;
}

/* KiB that the server has in memory. */
static double resident(const struct bench *b)
{
    char path[64], line[256];
    unsigned long kib = 0;
    FILE *file;

    (void)snprintf(path, sizeof path, "/proc/%d/status", b->pid);
    file = fopen(path, "re");
    if (!file)
        bench_fail("the server has ended");
    while (!kib && fgets(line, sizeof line, file))
        (void)sscanf(line, "VmRSS: %lu", &kib);
    (void)fclose(file);
    return (double)kib;
}

static void prepare(MYSQL *mysql)
{
    bench_do(mysql, "DROP TABLE IF EXISTS shop.memory");
    bench_do(mysql, "CREATE TABLE shop.memory (name VARCHAR(64) CHARACTER SET utf8mb4 NULL)");
    bench_do(
        mysql,
        "INSERT INTO shop.memory WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < "
        "900) SELECT CONCAT('tenant_', i) FROM n");
}

static double flush(const struct bench *b, MYSQL *mysql)
{
    bench_do(mysql, "FLUSH TABLES");
    return resident(b);
}

/* Samples at even steps of the work. */
static void watch(const struct bench *b, atomic_ulong *done, const atomic_uint *ended, unsigned long turns,
                  double *samples)
{
    for (unsigned i = 0; i < SAMPLES; i++) {
        while (atomic_load(done) * SAMPLES < turns * (i + 1) && atomic_load(ended) < CONNECTIONS)
            (void)usleep(POLL_US);
        samples[i] = resident(b);
    }
}

void bench_memory(const struct bench *b)
{
    MYSQL *mysql = bench_connect(b, "root");
    struct bench_scene *scene = bench_scene_open(b, mysql, 10);
    struct caller callers[CONNECTIONS];
    atomic_ulong done = 0;
    atomic_uint ended = 0;
    unsigned long each = b->calls / CALLS_PER_TURN / CONNECTIONS;
    double samples[SAMPLES], quarter[4], before, growth;

    if (each == 0)
        bench_fail("at least %d calls, please", CALLS_PER_TURN * CONNECTIONS);
    prepare(mysql);
    before = flush(b, mysql);
    for (int i = 0; i < CONNECTIONS; i++) {
        callers[i] = (struct caller){.bench = b, .turns = each, .turns_done = &done, .ended = &ended};
        if (pthread_create(&callers[i].thread, NULL, run, &callers[i]))
            bench_fail("no thread can be started");
    }
    watch(b, &done, &ended, each * CONNECTIONS, samples);
    for (int i = 0; i < CONNECTIONS; i++)
        (void)pthread_join(callers[i].thread, NULL);
    for (int i = 0; i < 4; i++)
        quarter[i] = bench_median(samples + i * QUARTER, QUARTER);
    growth = quarter[3] - quarter[1];
    printf("%-14s memory, %lu calls: %.1f MiB before; quarters %.1f, %.1f, %.1f, %.1f; %.1f after FLUSH "
           "TABLES; from "
           "the 2nd to the 4th %+.0f KiB  %s\n",
           b->server, each * CALLS_PER_TURN * CONNECTIONS, before / 1024, quarter[0] / 1024,
           quarter[1] / 1024, quarter[2] / 1024, quarter[3] / 1024, flush(b, mysql) / 1024, growth,
           growth <= NOISE_KIB ? "flat, reached" : "GROWS");
    (void)fflush(stdout);
    bench_scene_close(scene);
    bench_do(mysql, "DROP TABLE shop.memory");
    mysql_close(mysql);
}
