/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A migration of Rails that is at work: the holder of the lock sleeps, a sibling of the same process has an
 * open transaction that changed a row, a session of another account waits for the lock. All others are idle
 * sessions of a third account. Each session holds a named lock of its own, or the migration's.
 */
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct bench_scene {
    const struct bench *bench;
    MYSQL *holder, *sibling, *waiter;
    MYSQL **idle;
    size_t idle_count;
};

enum { POLL_US = 10000, POLLS = 1000 };

static void take(MYSQL *mysql, const char *name)
{
    char sql[128];
    char *got;

    (void)snprintf(sql, sizeof sql, "SELECT GET_LOCK('%s', 0)", name);
    got = bench_value(mysql, sql);
    if (strcmp(got, "1") != 0)
        bench_fail("the lock %s is not free", name);
    free(got);
}

static void take_own(MYSQL *mysql, const char *what, size_t number)
{
    char name[64];

    (void)snprintf(name, sizeof name, "%s %zu", what, number);
    take(mysql, name);
}

/* Until the server shows the waiter as one. */
static void wait_for_waiter(MYSQL *mysql)
{
    for (int i = 0; i < POLLS; i++) {
        char *seen = bench_value(mysql, "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE USER = "
                                        "'bench_waiter' AND STATE = 'User lock'");
        bool there = strcmp(seen, "0") != 0;

        free(seen);
        if (there)
            return;
        (void)usleep(POLL_US);
    }
    bench_fail("nobody waits for the lock");
}

struct bench_scene *bench_scene_open(const struct bench *b, MYSQL *mysql, size_t sessions)
{
    static const char wait[] = "SELECT GET_LOCK('" BENCH_LOCK "', 100000)";
    struct bench_scene *s = calloc(1, sizeof *s);

    if (!s)
        bench_fail("out of memory");
    s->bench = b;
    s->holder = bench_connect(b, "bench_rails");
    take(s->holder, BENCH_LOCK);
    s->sibling = bench_connect(b, "bench_rails");
    take_own(s->sibling, "sibling", 0);
    bench_do(s->sibling, "BEGIN");
    bench_do(s->sibling, "INSERT INTO shop.t VALUES (1)");
    s->waiter = bench_connect(b, "bench_waiter");
    take_own(s->waiter, "waiter", 0);
    take_own(mysql, "measurer", 0);
    if (mysql_send_query(s->waiter, wait, sizeof wait - 1))
        bench_fail("%s: %s", wait, mysql_error(s->waiter));
    wait_for_waiter(mysql);
    bench_scene_grow(s, sessions);
    return s;
}

void bench_scene_grow(struct bench_scene *s, size_t sessions)
{
    size_t wanted = sessions > BENCH_SCENE_SESSIONS ? sessions - BENCH_SCENE_SESSIONS : 0;
    MYSQL **idle;

    if (wanted <= s->idle_count)
        return;
    idle = realloc(s->idle, wanted * sizeof *idle);
    if (!idle)
        bench_fail("out of memory");
    s->idle = idle;
    while (s->idle_count < wanted) {
        MYSQL *mysql = bench_connect(s->bench, "bench_other");

        take_own(mysql, "other", s->idle_count);
        s->idle[s->idle_count++] = mysql;
    }
}

void bench_scene_close(struct bench_scene *s)
{
    mysql_close(s->holder);
    mysql_close(s->sibling);
    mysql_close(s->waiter);
    for (size_t i = 0; i < s->idle_count; i++)
        mysql_close(s->idle[i]);
    free(s->idle);
    free(s);
}
