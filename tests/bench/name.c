/* SPDX-License-Identifier: GPL-2.0-only */
/* miglock_name against the expression that Rails computes, over the rows of one table. */
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct work {
    MYSQL *mysql;
    const char *sql;
};

static void step(void *arg)
{
    struct work *work = arg;

    bench_do(work->mysql, work->sql);
}

/* A table of schema names; the column may be NULL, or COUNT would not look at it. */
static void fill(const struct bench *b, MYSQL *mysql)
{
    char sql[256];

    bench_do(mysql,
             "CREATE OR REPLACE VIEW shop.ten AS SELECT 0 AS i UNION ALL SELECT 1 UNION ALL SELECT 2 UNION "
             "ALL SELECT 3 UNION ALL SELECT 4 UNION ALL SELECT 5 UNION ALL SELECT 6 UNION ALL SELECT 7 "
             "UNION ALL SELECT 8 UNION ALL SELECT 9");
    bench_do(mysql, "DROP TABLE IF EXISTS shop.names");
    bench_do(mysql, "CREATE TABLE shop.names (name VARCHAR(64) CHARACTER SET utf8mb4 NULL) ENGINE = InnoDB");
    (void)snprintf(
        sql, sizeof sql,
        "INSERT INTO shop.names SELECT CONCAT('tenant_', a.i, b.i, c.i, d.i, e.i, f.i) FROM shop.ten a, "
        "shop.ten b, shop.ten c, shop.ten d, shop.ten e, shop.ten f LIMIT %lu",
        b->rows);
    bench_do(mysql, sql);
}

/* The two must name the same lock. */
static void check(MYSQL *mysql)
{
    char *wrong = bench_value(mysql, "SELECT COUNT(*) FROM shop.names WHERE miglock_name('rails', name) <> "
                                     "CAST(2053462845 * CRC32(name) AS CHAR) OR name IS NULL");

    if (strcmp(wrong, "0") != 0)
        bench_fail("miglock_name differs from the expression in %s rows", wrong);
    free(wrong);
}

static void compare(const struct bench *b, MYSQL *mysql, const char *what, const char *theirs_sql,
                    double most)
{
    struct work ours = {mysql, "SELECT COUNT(miglock_name('rails', name)) FROM shop.names"};
    struct work theirs = {mysql, theirs_sql};
    struct bench_pair pair =
        bench_compare(b, (struct bench_side){step, &ours}, (struct bench_side){step, &theirs});

    bench_line(b, what, pair, most, 0);
}

void bench_name(const struct bench *b)
{
    MYSQL *mysql = bench_connect(b, "root");
    char what[64];

    fill(b, mysql);
    check(mysql);
    (void)snprintf(what, sizeof what, "name, %lu rows, as a number", b->rows);
    compare(b, mysql, what, "SELECT COUNT(2053462845 * CRC32(name)) FROM shop.names", 3);
    (void)snprintf(what, sizeof what, "name, %lu rows, as GET_LOCK takes it", b->rows);
    compare(b, mysql, what, "SELECT COUNT(CAST(2053462845 * CRC32(name) AS CHAR)) FROM shop.names", 0);
    bench_do(mysql, "DROP TABLE shop.names");
    bench_do(mysql, "DROP VIEW shop.ten");
    mysql_close(mysql);
}
