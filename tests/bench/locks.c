/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * miglock_locks() on a server with many schemas and many named locks of many tools, against the list that a
 * person would read, in which no name says what it stands for; and the part of it that turns names into
 * targets, without a server.
 */
#include "bench.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "miglock/target.h"
#include "recognise.h"

enum { SCHEMAS = 10000, LOCKS = 1000, HOLDERS = 100, AT_ONCE = 500, NAME_ROOM = 32, MOST_MS = 1000 };

/* One schema each; the eleventh schema has none. */
static const char *const tables[] = {
    "knex_migrations_lock (`index` INT PRIMARY KEY, is_locked INT)",
    "migrations_lock (lock_key VARCHAR(191) PRIMARY KEY, locked TINYINT, acquired_at DATETIME, released_at "
    "DATETIME)",
    "DATABASECHANGELOGLOCK (ID INT PRIMARY KEY, LOCKED BIT(1), LOCKGRANTED DATETIME, LOCKEDBY VARCHAR(255))",
    "migration_locks (id INT PRIMARY KEY, executor_id VARCHAR(255), locked_at TIMESTAMP NULL, expires_at "
    "TIMESTAMP NULL)",
    "bun_migration_locks (id BIGINT PRIMARY KEY, table_name VARCHAR(255))",
    "yoyo_lock (locked INT PRIMARY KEY, ctime TIMESTAMP, pid INT NOT NULL)",
    "db_lock (Id VARCHAR(64) PRIMARY KEY, ExpireAt BIGINT)",
    "cache_locks (`key` VARCHAR(255) PRIMARY KEY, owner VARCHAR(255), expiration INT)",
    "knex_migrations_lock (is_locked INT)",
    "migrations_lock (lock_key VARCHAR(191) PRIMARY KEY, locked TINYINT, acquired_at DATETIME, released_at "
    "DATETIME)",
};
enum { TABLES = sizeof tables / sizeof tables[0] };

struct scene {
    const struct bench *bench;
    MYSQL *holders[HOLDERS];
    char schemas[SCHEMAS][NAME_ROOM];
    char names[LOCKS][MLK_NAME_MAX + 1];
    size_t held;
};

/* ---- schemas and lock tables ---- */

/* Many statements at once, and all of their answers. */
static void run_many(MYSQL *mysql, const struct mlk_buf *sql)
{
    int more;

    if (sql->status || mysql_real_query(mysql, mlk_buf_text(sql), sql->len))
        bench_fail("%s", sql->status ? mlk_status_text(sql->status) : mysql_error(mysql));
    do {
        mysql_free_result(mysql_store_result(mysql));
        more = mysql_next_result(mysql);
    } while (more == 0);
    if (more > 0)
        bench_fail("%s", mysql_error(mysql));
}

static void make_schemas(struct scene *s, MYSQL *mysql)
{
    struct mlk_buf sql;

    mlk_buf_init(&sql, 1 << 20);
    if (mysql_set_server_option(mysql, MYSQL_OPTION_MULTI_STATEMENTS_ON))
        bench_fail("%s", mysql_error(mysql));
    bench_do(mysql, "SET SESSION sql_log_bin = 0");
    for (size_t i = 0; i < SCHEMAS; i++) {
        (void)snprintf(s->schemas[i], NAME_ROOM, "tenant_%05zu", i);
        mlk_buf_fmt(&sql, "CREATE DATABASE %s;", s->schemas[i]);
        if (i < TABLES)
            mlk_buf_fmt(&sql, "CREATE TABLE %s.%s;", s->schemas[i], tables[i]);
        if (i % AT_ONCE != AT_ONCE - 1 && i + 1 < SCHEMAS)
            continue;
        run_many(mysql, &sql);
        mlk_buf_reset(&sql);
    }
    mlk_buf_free(&sql);
}

/* ---- named locks ---- */

static enum mlk_flavour flavour(const struct bench *b)
{
    return b->mariadb ? MLK_MARIADB : MLK_MYSQL;
}

/* The lock of a tool for a schema, as this server can have it. */
static bool name_of(const struct scene *s, const struct mlk_tool *tool, const char *schema,
                    struct mlk_target *out)
{
    char error[MLK_ERROR_MAX];
    bool needs_qualifier = tool->takes_qualifier && !tool->default_qualifier;

    return tool->kind == MLK_NAMED && tool->name && tool->scope == MLK_PER_SCHEMA && !needs_qualifier &&
           !mlk_target_make(tool->id, strlen(tool->id), schema, strlen(schema), NULL, 0, out, error,
                            sizeof error) &&
           !mlk_target_fits(out, flavour(s->bench), error, sizeof error);
}

/* Tools can share a name: what is held already is no other lock. */
static void take(struct scene *s, const struct mlk_target *target)
{
    MYSQL *mysql = s->holders[s->held % HOLDERS];
    char sql[2 * MLK_NAME_MAX + 64], *free_before, *got;

    (void)snprintf(sql, sizeof sql, "SELECT IS_USED_LOCK('%s')", target->name);
    free_before = bench_value(mysql, sql);
    if (free_before[0] == '\0') {
        (void)snprintf(sql, sizeof sql, "SELECT GET_LOCK('%s', 0)", target->name);
        got = bench_value(mysql, sql);
        if (strcmp(got, "1") != 0)
            bench_fail("%s is not free", target->name);
        free(got);
        (void)snprintf(s->names[s->held++], MLK_NAME_MAX + 1, "%s", target->name);
    }
    free(free_before);
}

/* Each tool's lock of one schema after the other. */
static void take_locks(struct scene *s)
{
    const struct mlk_tool *tool;
    struct mlk_target target;

    for (size_t i = 0; i < HOLDERS; i++)
        s->holders[i] = bench_connect(s->bench, "bench_rails");
    for (size_t i = 0; s->held < LOCKS && i < SCHEMAS; i++) {
        for (size_t t = 0; s->held < LOCKS && (tool = mlk_tool_at(t)); t++) {
            if (name_of(s, tool, s->schemas[i * 7 % SCHEMAS], &target))
                take(s, &target);
        }
    }
    if (s->held < LOCKS)
        bench_fail("only %zu locks were to be had", s->held);
}

/* ---- measuring ---- */

struct work {
    MYSQL *mysql;
    const char *sql;
};

static void step(void *arg)
{
    struct work *work = arg;

    bench_do(work->mysql, work->sql);
}

/* Time must mean the same facts: every lock is in the answer, and none without a tool. */
static void check(MYSQL *mysql)
{
    static const char question[] =
        "SELECT CONCAT_WS(' ', COUNT(*), SUM(kind = 'row'), SUM(tool = 'named')) FROM "
        "JSON_TABLE(miglock_locks(), '$[*]' COLUMNS (kind VARCHAR(8) PATH '$.kind', tool VARCHAR(64) PATH "
        "'$.tool')) AS l";
    char *answer = bench_value(mysql, question), expected[64];

    /* Ghost's table in the schema of the other sections is one more */
    (void)snprintf(expected, sizeof expected, "%d %d 0", LOCKS + TABLES + 1, TABLES + 1);
    if (strcmp(answer, expected) != 0)
        bench_fail("miglock_locks() gives \"%s\", not \"%s\"", answer, expected);
    free(answer);
}

static bool count(void *arg, const struct mlk_target *candidate)
{
    (void)candidate;
    ++*(size_t *)arg;
    return true;
}

static double allocated(void)
{
    return (double)mallinfo2().uordblks;
}

/* Names computed for every schema, then every lock looked up. */
static void recognition(const struct scene *s)
{
    const char *schemas[SCHEMAS];
    double *ms = calloc(s->bench->rounds, sizeof *ms), bytes = 0, median;
    size_t found = 0, computed = 0;
    char what[80];

    if (!ms)
        bench_fail("out of memory");
    for (size_t i = 0; i < SCHEMAS; i++)
        schemas[i] = s->schemas[i];
    for (unsigned round = 0; round < s->bench->rounds; round++) {
        double start = bench_now_ms(), before = allocated();
        struct mlk_recogniser *r;

        if (mlk_recogniser_open(schemas, SCHEMAS, NULL, 0, !s->bench->mariadb, &r))
            bench_fail("out of memory");
        bytes = allocated() - before;
        found = 0;
        for (size_t i = 0; i < LOCKS; i++) {
            size_t meanings = 0;

            mlk_recognise(r, s->names[i], count, &meanings);
            found += meanings > 0;
        }
        ms[round] = bench_now_ms() - start;
        computed = mlk_recogniser_count(r);
        mlk_recogniser_close(r);
    }
    if (found != LOCKS)
        bench_fail("only %zu of the locks are recognised", found);
    median = bench_median(ms, s->bench->rounds);
    (void)snprintf(what, sizeof what, "recognition, %zu names, %d locks", computed, LOCKS);
    printf("%-14s %-42s %12.3f %12s %7s %7s  %d ms %s, %.1f MiB\n", s->bench->server, what, median, "", "",
           "", MOST_MS, median <= MOST_MS ? "reached" : "MISSED", bytes / 1048576);
    (void)fflush(stdout);
    free(ms);
}

void bench_locks(const struct bench *b)
{
    static const char by_list[] =
        "SELECT m.OBJECT_NAME, m.LOCK_STATUS, t.PROCESSLIST_ID, t.PROCESSLIST_USER, t.PROCESSLIST_HOST, "
        "t.PROCESSLIST_COMMAND, t.PROCESSLIST_TIME FROM performance_schema.metadata_locks m JOIN "
        "performance_schema.threads t ON t.THREAD_ID = m.OWNER_THREAD_ID WHERE m.OBJECT_TYPE = 'USER LEVEL "
        "LOCK'";
    /* without a list: the locks of Rails alone, one name for each schema */
    static const char by_name[] =
        "SELECT SCHEMA_NAME, IS_USED_LOCK(CAST(2053462845 * CRC32(SCHEMA_NAME) AS CHAR)) AS holder FROM "
        "information_schema.SCHEMATA HAVING holder IS NOT NULL";
    MYSQL *mysql = bench_connect(b, "root");
    struct work ours = {mysql, "SELECT miglock_locks()"};
    struct work theirs = {mysql, b->performance_schema ? by_list : by_name};
    struct scene *s = calloc(1, sizeof *s);
    char what[80];

    if (!s)
        bench_fail("out of memory");
    s->bench = b;
    make_schemas(s, mysql);
    take_locks(s);
    check(mysql);
    (void)snprintf(what, sizeof what, "locks, %d schemas and %d locks", SCHEMAS, LOCKS);
    bench_line(b, what,
               bench_compare(b, (struct bench_side){step, &ours}, (struct bench_side){step, &theirs}), 0, 0);
    recognition(s);
    for (size_t i = 0; i < HOLDERS; i++)
        mysql_close(s->holders[i]);
    free(s);
    mysql_close(mysql);
}
