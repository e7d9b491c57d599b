/* SPDX-License-Identifier: GPL-2.0-only */
#include "holder.h"

#include <inttypes.h>
#include <string.h>

#include "ask.h"
#include "miglock/sql.h"

enum mlk_status mlk_named_holder(struct mlk_session *s, const char *name, uint64_t *holder)
{
    struct mlk_buf sql;
    struct mlk_rows *rows;
    enum mlk_status status;

    *holder = 0;
    mlk_buf_init(&sql, 1024);
    mlk_buf_str(&sql, MLK_TAG "SELECT IS_USED_LOCK(");
    mlk_sql_string(&sql, name, strlen(name));
    mlk_buf_str(&sql, ")");
    status = mlk_ask_buf(s, &mlk_need_nothing, &sql, &rows, NULL);
    if (!status)
        *holder = mlk_rows_id(rows, 0, 0);
    mlk_rows_free(rows);
    mlk_buf_free(&sql);
    return status;
}

static enum mlk_status count(struct mlk_session *s, const struct mlk_access *need, const char *text,
                             uint64_t connection_id, int64_t *counter)
{
    struct mlk_buf sql;
    struct mlk_rows *rows;
    enum mlk_status status;

    *counter = -1;
    mlk_buf_init(&sql, 1024);
    mlk_buf_fmt(&sql, "%s%" PRIu64, text, connection_id);
    status = mlk_ask_buf(s, need, &sql, &rows, NULL);
    if (!status)
        *counter = mlk_rows_int(rows, 0, 0, -1);
    mlk_rows_free(rows);
    mlk_buf_free(&sql);
    return mlk_ask_over(status) ? status : MLK_OK;
}

enum mlk_status mlk_statement_counter(struct mlk_session *s, uint64_t connection_id, int64_t *counter)
{
    static const struct mlk_access threads = {
        .need = MLK_NEED_SELECT, .schema = "performance_schema", .table = "threads"};
    static const char mysql[] =
        MLK_TAG "SELECT CAST(SUM(v.VARIABLE_VALUE) AS UNSIGNED) FROM performance_schema.status_by_thread v "
                "JOIN performance_schema.threads t ON t.THREAD_ID = v.THREAD_ID WHERE v.VARIABLE_NAME IN "
                "('Questions', 'Bytes_received') AND t.PROCESSLIST_ID = ";
    static const char mariadb[] = MLK_TAG "SELECT QUERY_ID FROM information_schema.PROCESSLIST WHERE ID = ";
    static const char mariadb_own[] =
        MLK_TAG "SELECT QUERY_ID FROM information_schema.PROCESSLIST WHERE CAST(USER AS BINARY) = ";
    struct mlk_access process = mlk_need_process;
    struct mlk_buf own;
    enum mlk_status status;

    if (s->flavour == MLK_MYSQL)
        return count(s, &threads, mysql, connection_id, counter);
    status = s->ops->may(s, &process);
    if (!status)
        return count(s, &process, mariadb, connection_id, counter);
    mlk_buf_init(&own, 2048);
    mlk_buf_str(&own, mariadb_own);
    mlk_sql_string(&own, s->user, strlen(s->user));
    mlk_buf_str(&own, " AND ID = ");
    status = own.status ? own.status : count(s, &mlk_need_own, mlk_buf_text(&own), connection_id, counter);
    mlk_buf_free(&own);
    return status;
}
