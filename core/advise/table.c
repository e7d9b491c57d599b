/* SPDX-License-Identifier: GPL-2.0-only */
/* What the server says of a table before it is changed. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "../ask.h"
#include "advisor.h"
#include "miglock/sql.h"
#include "miglock/text.h"

enum { SQL_BYTES = 8192 };

/* " TABLE_SCHEMA = '...' AND TABLE_NAME = '...'" */
static void where(struct mlk_buf *sql, const struct mlk_table *t)
{
    mlk_buf_str(sql, " WHERE TABLE_SCHEMA = ");
    mlk_sql_string(sql, t->schema, strlen(t->schema));
    mlk_buf_str(sql, " AND TABLE_NAME = ");
    mlk_sql_string(sql, t->name, strlen(t->name));
}

/* Source of the spelling: strings/ctype-utf8.cc of both servers, my_wc_mb_filename. */
bool mlk_innodb_name(struct mlk_buf *b, const char *name)
{
    for (const char *p = name; *p; p++) {
        unsigned char c = (unsigned char)*p;

        if (c >= 0x80)
            return false;
        if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_')
            mlk_buf_add(b, p, 1);
        else
            mlk_buf_fmt(b, "@%04x", c);
    }
    return true;
}

/* Appends the name with what LIKE reads as a pattern escaped. */
static void like(struct mlk_buf *sql, const char *name, const char *tail)
{
    struct mlk_buf pattern;

    mlk_buf_init(&pattern, SQL_BYTES);
    for (const char *p = name; *p; p++) {
        if (*p == '_' || *p == '%')
            mlk_buf_str(&pattern, "\\");
        mlk_buf_add(&pattern, p, 1);
    }
    mlk_buf_str(&pattern, tail);
    mlk_sql_string(sql, mlk_buf_text(&pattern), pattern.len);
    mlk_buf_free(&pattern);
}

enum mlk_status mlk_table_inner(struct mlk_session *s, struct mlk_table *t)
{
    bool mysql = s->flavour == MLK_MYSQL, known;
    struct mlk_rows *rows = NULL;
    struct mlk_buf sql, name;
    enum mlk_status status = MLK_OK;

    t->ids = t->columns = t->row_versions = -1;
    mlk_buf_init(&sql, SQL_BYTES);
    mlk_buf_init(&name, SQL_BYTES);
    known = mlk_innodb_name(&name, t->schema) && !mlk_buf_str(&name, "/") && mlk_innodb_name(&name, t->name);
    mlk_buf_fmt(&sql,
                MLK_TAG "SELECT SUM(TABLE_ID), MAX(N_COLS), %s FROM information_schema.%s WHERE NAME = ",
                mysql && s->server_version >= 80029 ? "MAX(TOTAL_ROW_VERSIONS)" : "NULL",
                mysql ? "INNODB_TABLES" : "INNODB_SYS_TABLES");
    mlk_sql_string(&sql, mlk_buf_text(&name), name.len);
    mlk_buf_str(&sql, " OR NAME LIKE "); /* its partitions */
    like(&sql, mlk_buf_text(&name), "#p#%");
    if (known && strcasecmp(t->engine, "InnoDB") == 0)
        status = mlk_ask_buf(s, &mlk_need_process, &sql, &rows, NULL);
    if (!status && rows) {
        t->ids = mlk_rows_int(rows, 0, 0, -1);
        t->columns = mlk_rows_int(rows, 0, 1, -1);
        t->row_versions = mlk_rows_int(rows, 0, 2, -1);
    }
    mlk_rows_free(rows);
    mlk_buf_free(&sql);
    mlk_buf_free(&name);
    return mlk_ask_over(status) ? status : MLK_OK;
}

static enum mlk_status count_partitions(struct mlk_session *s, struct mlk_table *t)
{
    struct mlk_rows *rows = NULL;
    struct mlk_buf sql;
    enum mlk_status status;

    mlk_buf_init(&sql, SQL_BYTES);
    mlk_buf_str(&sql, MLK_TAG "SELECT COUNT(PARTITION_NAME) FROM information_schema.PARTITIONS");
    where(&sql, t);
    status = mlk_ask_buf(s, &mlk_need_nothing, &sql, &rows, NULL);
    t->partitions = mlk_rows_int(rows, 0, 0, 0);
    mlk_rows_free(rows);
    mlk_buf_free(&sql);
    return status;
}

enum mlk_status mlk_advised_table_read(struct mlk_session *s, const char *schema, const char *table,
                                       struct mlk_table *out)
{
    struct mlk_rows *rows = NULL;
    struct mlk_buf sql;
    enum mlk_status status;

    *out = (struct mlk_table){.rows = -1, .bytes = -1};
    mlk_copy(out->schema, sizeof out->schema, schema);
    mlk_copy(out->name, sizeof out->name, table);
    mlk_buf_init(&sql, SQL_BYTES);
    /* what MySQL has counted earlier may be a day old */
    mlk_buf_fmt(&sql,
                MLK_TAG "SELECT %s TABLE_TYPE, ENGINE, TABLE_ROWS, DATA_LENGTH + INDEX_LENGTH, TABLE_SCHEMA, "
                        "TABLE_NAME FROM information_schema.TABLES",
                s->flavour == MLK_MYSQL ? "/*+ SET_VAR(information_schema_stats_expiry = 0) */" : "");
    where(&sql, out);
    status = mlk_ask_buf(s, &mlk_need_nothing, &sql, &rows, NULL);
    if (!status && !rows->count) {
        snprintf(s->error, sizeof s->error, "there is no table %.100s.%.100s, or this account may not see it",
                 schema, table);
        status = MLK_NOT_FOUND;
    }
    if (!status) {
        mlk_copy(out->type, sizeof out->type, mlk_rows_text(rows, 0, 0) ? mlk_rows_text(rows, 0, 0) : "");
        mlk_copy(out->engine, sizeof out->engine, mlk_rows_text(rows, 0, 1) ? mlk_rows_text(rows, 0, 1) : "");
        out->rows = mlk_rows_int(rows, 0, 2, -1);
        out->bytes = mlk_rows_int(rows, 0, 3, -1);
    }
    mlk_rows_free(rows);
    mlk_buf_free(&sql);
    if (!status)
        status = count_partitions(s, out);
    return status ? status : mlk_table_inner(s, out);
}
