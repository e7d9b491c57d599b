/* SPDX-License-Identifier: GPL-2.0-only */
#include "bench.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void bench_fail(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    (void)fputs("mlk_bench: ", stderr);
    (void)vfprintf(stderr, format, args);
    (void)fputc('\n', stderr);
    va_end(args);
    exit(1);
}

MYSQL *bench_connect(const struct bench *b, const char *user)
{
    MYSQL *mysql = mysql_init(NULL);

    if (!mysql)
        bench_fail("out of memory");
    if (mysql_options4(mysql, MYSQL_OPT_CONNECT_ATTR_ADD, "program_name", "rake"))
        bench_fail("the client library takes no attributes");
    if (!mysql_real_connect(mysql, NULL, user, "", NULL, 0, b->socket, 0))
        bench_fail("no connection for %s: %s", user, mysql_error(mysql));
    return mysql;
}

void bench_run(MYSQL *mysql, const char *const *sql, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        MYSQL_RES *result;

        if (mysql_real_query(mysql, sql[i], strlen(sql[i])))
            bench_fail("%s: %s", sql[i], mysql_error(mysql));
        result = mysql_store_result(mysql);
        if (!result && mysql_errno(mysql))
            bench_fail("%s: %s", sql[i], mysql_error(mysql));
        mysql_free_result(result);
    }
}

void bench_do(MYSQL *mysql, const char *sql)
{
    bench_run(mysql, &sql, 1);
}

char *bench_value(MYSQL *mysql, const char *sql)
{
    MYSQL_RES *result;
    MYSQL_ROW row;
    char *value;

    if (mysql_real_query(mysql, sql, strlen(sql)) || !(result = mysql_store_result(mysql)))
        bench_fail("%s: %s", sql, mysql_error(mysql));
    row = mysql_fetch_row(result);
    value = strdup(row && row[0] ? row[0] : "");
    if (!value)
        bench_fail("out of memory");
    mysql_free_result(result);
    return value;
}
