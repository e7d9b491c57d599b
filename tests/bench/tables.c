/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * miglock_table_locks() while more and more sessions wait behind an ALTER, which waits for an idle
 * transaction, against what a person would run to learn the same.
 */
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { POLL_US = 20000, POLLS = 3000, SIZES = 3, QUERY_ROOM = 128 };

struct scene {
    const struct bench *bench;
    MYSQL *forgotten, *ddl;
    MYSQL **waiters;
    size_t count;
};

/* ---- who waits ---- */

static void send(MYSQL *mysql, const char *sql)
{
    if (mysql_send_query(mysql, sql, strlen(sql)))
        bench_fail("%s: %s", sql, mysql_error(mysql));
}

static void wait_until_waiting(MYSQL *mysql, size_t count)
{
    for (int i = 0; i < POLLS; i++) {
        char *seen = bench_value(mysql, "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE STATE = "
                                        "'Waiting for table metadata lock'");
        bool there = strtoul(seen, NULL, 10) == count;

        free(seen);
        if (there)
            return;
        (void)usleep(POLL_US);
    }
    bench_fail("the sessions do not wait");
}

static void open_scene(struct scene *s, MYSQL *mysql, size_t most)
{
    s->waiters = calloc(most, sizeof(MYSQL *));
    if (!s->waiters)
        bench_fail("out of memory");
    s->forgotten = bench_connect(s->bench, "root");
    bench_do(s->forgotten, "BEGIN");
    bench_do(s->forgotten, "INSERT INTO shop.t VALUES (1)");
    s->ddl = bench_connect(s->bench, "root");
    send(s->ddl, "ALTER TABLE shop.t ADD COLUMN c INT");
    wait_until_waiting(mysql, 1);
}

/* Readers and writers in turns, each with something to tell it by. */
static void grow(struct scene *s, MYSQL *mysql, size_t count)
{
    while (s->count < count) {
        char sql[QUERY_ROOM];
        MYSQL *waiter = bench_connect(s->bench, "bench_rails");

        (void)snprintf(sql, sizeof sql,
                       s->count % 2 ? "INSERT INTO shop.t VALUES (%zu)"
                                    : "SELECT * FROM shop.t WHERE i = %zu",
                       s->count);
        send(waiter, sql);
        s->waiters[s->count++] = waiter;
    }
    wait_until_waiting(mysql, count + 1);
}

static void close_scene(struct scene *s)
{
    mysql_close(s->forgotten); /* the ALTER goes on, and then the others */
    mysql_close(s->ddl);
    for (size_t i = 0; i < s->count; i++)
        mysql_close(s->waiters[i]);
    free(s->waiters);
}

/* ---- what a person would run ---- */

#define PENDING                                                                                              \
    "SELECT m.OBJECT_SCHEMA, m.OBJECT_NAME, m.LOCK_TYPE, t.PROCESSLIST_ID, t.PROCESSLIST_USER, "             \
    "t.PROCESSLIST_HOST, t.PROCESSLIST_DB, t.PROCESSLIST_TIME, t.PROCESSLIST_STATE, t.PROCESSLIST_INFO "     \
    "FROM performance_schema.metadata_locks m JOIN performance_schema.threads t ON t.THREAD_ID = "           \
    "m.OWNER_THREAD_ID WHERE m.OBJECT_TYPE = 'TABLE' AND m.LOCK_STATUS = 'PENDING'"

#define GRANTED                                                                                              \
    "SELECT m.OBJECT_SCHEMA, m.OBJECT_NAME, m.LOCK_TYPE, t.PROCESSLIST_ID, t.PROCESSLIST_USER, "             \
    "t.PROCESSLIST_HOST, t.PROCESSLIST_COMMAND, t.PROCESSLIST_TIME, x.trx_started, x.trx_rows_modified "     \
    "FROM performance_schema.metadata_locks m JOIN performance_schema.threads t ON t.THREAD_ID = "           \
    "m.OWNER_THREAD_ID LEFT JOIN information_schema.INNODB_TRX x ON x.trx_mysql_thread_id = "                \
    "t.PROCESSLIST_ID WHERE m.OBJECT_TYPE = 'TABLE' AND m.OBJECT_SCHEMA = 'shop' AND m.OBJECT_NAME = 't' "   \
    "AND m.LOCK_STATUS = 'GRANTED'"

#define LAST_STATEMENTS                                                                                      \
    "SELECT t.PROCESSLIST_ID, e.SQL_TEXT FROM performance_schema.threads t JOIN "                            \
    "performance_schema.events_statements_current e ON e.THREAD_ID = t.THREAD_ID WHERE "                     \
    "t.PROCESSLIST_COMMAND = 'Sleep'"

#define CONNECTIONS "SHOW STATUS LIKE 'Threads_connected'"

/* Without performance_schema. */
#define LOCKS_OF_PLUGIN                                                                                      \
    "SELECT THREAD_ID, LOCK_MODE, TABLE_SCHEMA, TABLE_NAME FROM information_schema.METADATA_LOCK_INFO"
#define PROCESSES "SELECT ID, USER, HOST, DB, COMMAND, TIME, STATE, INFO FROM information_schema.PROCESSLIST"
#define TRANSACTIONS                                                                                         \
    "SELECT trx_mysql_thread_id, trx_started, trx_rows_modified FROM information_schema.INNODB_TRX"

static struct bench_statements by_hand(const struct bench *b)
{
    static const struct bench_statements recorded = {{PENDING, GRANTED, LAST_STATEMENTS, CONNECTIONS}, 4};
    static const struct bench_statements plugin = {{LOCKS_OF_PLUGIN, PROCESSES, TRANSACTIONS, CONNECTIONS},
                                                   4};

    return b->performance_schema ? recorded : plugin;
}

/* ---- measuring ---- */

struct work {
    MYSQL *mysql;
    struct bench_statements statements;
};

static void step(void *arg)
{
    struct work *work = arg;

    bench_run(work->mysql, work->statements.sql, work->statements.count);
}

/* Time must mean the same facts. */
static void check(MYSQL *mysql, size_t count)
{
    char *answer = bench_value(
        mysql,
        "SELECT CONCAT_WS(' ', COUNT(*), SUM(queue), SUM(blockers), MIN(verdict)) FROM miglock.table_locks");
    char expected[QUERY_ROOM];

    (void)snprintf(expected, sizeof expected, "1 %zu 1 idle", count);
    if (strcmp(answer, expected) != 0)
        bench_fail("miglock.table_locks gives \"%s\", not \"%s\"", answer, expected);
    free(answer);
}

void bench_tables(const struct bench *b)
{
    static const size_t sizes[SIZES] = {500, 1000, 2000};
    static const struct bench_statements ours = {{"SELECT miglock_table_locks()"}, 1};
    MYSQL *mysql = bench_connect(b, "root");
    struct work of_ours = {mysql, ours}, of_theirs = {mysql, by_hand(b)};
    struct bench_pair first = {0, 0, 0, 0};
    struct scene s = {.bench = b};
    char what[QUERY_ROOM];

    if (b->mariadb && !b->performance_schema)
        bench_do(mysql, "INSTALL SONAME 'metadata_lock_info'");
    open_scene(&s, mysql, sizes[SIZES - 1]);
    for (size_t i = 0; i < SIZES; i++) {
        struct bench_pair pair;

        grow(&s, mysql, sizes[i]);
        check(mysql, sizes[i]);
        pair = bench_compare(b, (struct bench_side){step, &of_ours}, (struct bench_side){step, &of_theirs});
        (void)snprintf(what, sizeof what, "tables, %zu waiting sessions", sizes[i]);
        bench_line(b, what, pair, i + 1 == SIZES ? 2 : 0, 0);
        first = i ? first : pair;
        if (i + 1 < SIZES)
            continue;
        (void)snprintf(what, sizeof what, "tables, %zu against %zu", sizes[i], sizes[0]);
        bench_growth_line(
            b, what, (struct bench_growth){pair.ours_ms / first.ours_ms, pair.theirs_ms / first.theirs_ms},
            (double)sizes[i] / (double)sizes[0]);
    }
    close_scene(&s);
    mysql_close(mysql);
}
