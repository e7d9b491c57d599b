/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tables, but never views.
 *
 * A view's SELECT can call functions, and one made with SQL SECURITY INVOKER runs them with the rights of
 * whoever looks: in MariaDB of a session that may do everything, in MySQL of the administrator who asks about
 * a lock. A lock table's owner can put a view in its place at any moment, also between a check and its use.
 * So nothing here evaluates one:
 *
 * - Reading is HANDLER, which opens base tables only.
 * - Before a change, the table is opened that way; then a statement that touches no row takes its metadata
 * lock, which lasts until the transaction ends and keeps everyone from dropping or renaming the table; then
 * it is opened once more. A base table now is one until the end.
 */
#include "inner.h"

#include <string.h>

#include "miglock/sql.h"

enum { SQL_MAX = 4096 };

static enum mlk_status run_buf(struct mlk_inner *inner, struct mlk_buf *sql, struct mlk_rows **rows)
{
    enum mlk_status status = sql->status;

    if (status)
        mlk_inner_error(inner, status, 0, "the name of the table is too long");
    else
        status = mlk_inner_run(inner, sql->text, sql->len, rows, NULL);
    mlk_buf_free(sql);
    return status;
}

static enum mlk_status open_handler(struct mlk_inner *inner, const char *schema, const char *table)
{
    struct mlk_buf sql;

    mlk_buf_init(&sql, SQL_MAX);
    mlk_buf_str(&sql, "HANDLER ");
    mlk_sql_table(&sql, schema, table);
    mlk_buf_str(&sql, " OPEN AS mlk_handler");
    return run_buf(inner, &sql, NULL);
}

enum mlk_status mlk_inner_open_table(struct mlk_inner *inner, const char *schema, const char *table)
{
    enum mlk_status status = open_handler(inner, schema, table);

    return status ? status : mlk_inner_do(inner, "HANDLER mlk_handler CLOSE");
}

static enum mlk_status set_isolation(struct mlk_inner *inner, bool dirty)
{
    return mlk_inner_do(inner, dirty ? "SET SESSION TRANSACTION ISOLATION LEVEL READ UNCOMMITTED"
                                     : "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ");
}

/* What a clean-up statement says must not hide why it was needed. */
static enum mlk_status after(enum mlk_status first, struct mlk_session *s, const struct mlk_session *before,
                             enum mlk_status second)
{
    if (!first)
        return second;
    s->error_number = before->error_number;
    memcpy(s->error, before->error, sizeof s->error);
    return first;
}

enum mlk_status mlk_inner_read_table(struct mlk_inner *inner, const char *schema, const char *table,
                                     bool dirty, size_t limit, struct mlk_rows **rows)
{
    struct mlk_session *s = &inner->session;
    struct mlk_session before;
    struct mlk_buf sql;
    enum mlk_status status = dirty ? set_isolation(inner, true) : MLK_OK;

    *rows = NULL;
    if (status)
        return status;
    status = open_handler(inner, schema, table);
    if (!status) {
        mlk_buf_init(&sql, SQL_MAX);
        mlk_buf_fmt(&sql, "HANDLER mlk_handler READ FIRST LIMIT %zu", limit);
        status = run_buf(inner, &sql, rows);
        before = *s;
        status = after(status, s, &before, mlk_inner_do(inner, "HANDLER mlk_handler CLOSE"));
    }
    if (dirty) {
        before = *s;
        status = after(status, s, &before, set_isolation(inner, false));
    }
    if (status) {
        mlk_rows_free(*rows);
        *rows = NULL;
    }
    return status;
}

/* A column that a statement may name on its left side. Both servers call generated ones by an expression,
 * which is NULL (MariaDB) or '' (MySQL) for all others. */
static enum mlk_status find_column(struct mlk_inner *inner, const char *schema, const char *table,
                                   struct mlk_rows **rows)
{
    struct mlk_buf sql;
    enum mlk_status status;

    mlk_buf_init(&sql, SQL_MAX);
    mlk_buf_str(&sql, "SELECT COLUMN_NAME FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = ");
    mlk_sql_string(&sql, schema, strlen(schema));
    mlk_buf_str(&sql, " AND TABLE_NAME = ");
    mlk_sql_string(&sql, table, strlen(table));
    mlk_buf_str(&sql, " AND COALESCE(GENERATION_EXPRESSION, '') = '' ORDER BY ORDINAL_POSITION LIMIT 1");
    status = run_buf(inner, &sql, rows);
    if (!status && !mlk_rows_text(*rows, 0, 0))
        status =
            mlk_inner_error(inner, MLK_NOT_FOUND, 0, "the table has no column that this account may see");
    return status;
}

static enum mlk_status take_metadata_lock(struct mlk_inner *inner, const struct mlk_access *access)
{
    struct mlk_rows *rows = NULL;
    struct mlk_buf name, column, sql;
    enum mlk_status status = find_column(inner, access->schema, access->table, &rows);

    mlk_buf_init(&name, SQL_MAX);
    mlk_buf_init(&column, SQL_MAX);
    mlk_buf_init(&sql, SQL_MAX);
    if (!status) {
        mlk_sql_table(&name, access->schema, access->table);
        mlk_sql_ident(&column, mlk_rows_text(rows, 0, 0));
        if (name.status || column.status)
            sql.status = MLK_TOO_LONG;
        else
            inner->lock_statement(&sql, access->need, name.text, column.text);
        status = run_buf(inner, &sql, NULL);
    }
    mlk_buf_free(&name);
    mlk_buf_free(&column);
    mlk_rows_free(rows);
    return status;
}

bool mlk_inner_is_change(const struct mlk_access *access)
{
    return access->need == MLK_NEED_UPDATE || access->need == MLK_NEED_DELETE ||
           access->need == MLK_NEED_INSERT;
}

enum mlk_status mlk_inner_guard_table(struct mlk_inner *inner, const struct mlk_access *access)
{
    enum mlk_status status = mlk_inner_open_table(inner, access->schema, access->table);

    if (status)
        return status;
    if (!inner->in_transaction)
        return mlk_inner_error(inner, MLK_UNSUPPORTED, 0, "a change needs a transaction around it");
    status = take_metadata_lock(inner, access);
    return status ? status : mlk_inner_open_table(inner, access->schema, access->table);
}
