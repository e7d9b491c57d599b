/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * First the names, then the columns of those that could be lock tables: the names alone cost a server
 * nothing, while a question about the columns of all tables makes MariaDB open each of them.
 */
#include "lock_tables.h"

#include <string.h>
#include <strings.h>

#include "ask.h"
#include "miglock/sql.h"

enum { TABLES_MAX = 2000 };

bool mlk_schema_visible(struct mlk_session *s, const char *schema)
{
    static const char *const own[] = {"information_schema", "performance_schema", "mysql", "sys"};
    struct mlk_access need = {.need = MLK_NEED_SCHEMA, .schema = schema};

    for (size_t i = 0; i < sizeof own / sizeof own[0]; i++) {
        if (strcasecmp(schema, own[i]) == 0)
            return false;
    }
    return s->ops->may(s, &need) == MLK_OK;
}

static enum mlk_status ask_names(struct mlk_session *s, const char *schema, struct mlk_rows **rows)
{
    struct mlk_buf sql;
    enum mlk_status status;

    mlk_buf_init(&sql, 2048);
    mlk_buf_str(&sql, MLK_TAG "SELECT TABLE_SCHEMA, TABLE_NAME FROM information_schema.TABLES "
                              "WHERE TABLE_NAME LIKE '%lock%'");
    if (schema) {
        mlk_buf_str(&sql, " AND TABLE_SCHEMA = ");
        mlk_sql_string(&sql, schema, strlen(schema));
    }
    mlk_buf_str(&sql, " ORDER BY 1, 2");
    status = mlk_ask_buf(s, &mlk_need_nothing, &sql, rows, NULL);
    mlk_buf_free(&sql);
    return status;
}

/* The names in column 0; no rows for a view. */
static enum mlk_status ask_columns(struct mlk_session *s, const char *schema, const char *table,
                                   struct mlk_rows **rows)
{
    struct mlk_access need = {.need = MLK_NEED_SELECT, .schema = schema, .table = table};
    struct mlk_buf sql;
    enum mlk_status status;

    mlk_buf_init(&sql, 8192);
    mlk_buf_str(&sql,
                MLK_TAG "SELECT c.COLUMN_NAME FROM information_schema.COLUMNS c, information_schema.TABLES t "
                        "WHERE t.TABLE_TYPE = 'BASE TABLE'");
    for (const char *alias = "ct"; *alias; alias++) {
        mlk_buf_fmt(&sql, " AND %c.TABLE_SCHEMA = ", *alias);
        mlk_sql_string(&sql, schema, strlen(schema));
        mlk_buf_fmt(&sql, " AND %c.TABLE_NAME = ", *alias);
        mlk_sql_string(&sql, table, strlen(table));
    }
    status = mlk_ask_buf(s, &need, &sql, rows, NULL);
    mlk_buf_free(&sql);
    return status;
}

static bool has_column(const struct mlk_rows *columns, const char *name)
{
    for (size_t i = 0; i < columns->count; i++) {
        const char *have = mlk_rows_text(columns, i, 0);

        if (have && strcasecmp(have, name) == 0)
            return true;
    }
    return false;
}

static const struct mlk_tool *tool_of(const struct mlk_rows *columns)
{
    const struct mlk_tool *tool;

    for (size_t i = 0; (tool = mlk_tool_at(i)); i++) {
        const char *const *name = tool->columns;

        if (tool->kind != MLK_ROW)
            continue;
        while (*name && has_column(columns, *name))
            name++;
        if (!*name && !(tool->unlike && has_column(columns, tool->unlike)))
            return tool;
    }
    return NULL;
}

static enum mlk_status look_at(struct mlk_session *s, const char *schema, const char *table,
                               mlk_lock_table_found *found, void *arg)
{
    struct mlk_rows *columns;
    const struct mlk_tool *tool = NULL;
    struct mlk_target target;
    char error[MLK_ERROR_MAX];
    bool is_default;
    enum mlk_status status = ask_columns(s, schema, table, &columns);

    if (status)
        return status == MLK_GONE || status == MLK_KILLED || status == MLK_NO_MEMORY ? status : MLK_OK;
    tool = tool_of(columns);
    mlk_rows_free(columns);
    if (!tool)
        return MLK_OK;
    is_default = strcmp(table, tool->default_table) == 0;
    if (mlk_target_make(tool->id, strlen(tool->id), schema, strlen(schema), is_default ? NULL : table,
                        is_default ? 0 : strlen(table), &target, error, sizeof error))
        return MLK_OK; /* not under a name that this tool can use */
    return found(arg, &target);
}

enum mlk_status mlk_lock_tables_find(struct mlk_session *s, const char *schema, mlk_lock_table_found *found,
                                     void *arg, cJSON *blind_spots)
{
    struct mlk_rows *names;
    size_t looked = 0;
    enum mlk_status status = ask_names(s, schema, &names);

    for (size_t i = 0; !status && i < names->count; i++) {
        const char *in = mlk_rows_text(names, i, 0);
        const char *table = mlk_rows_text(names, i, 1);

        if (!in || !table || !mlk_schema_visible(s, in))
            continue;
        if (looked++ == TABLES_MAX) {
            mlk_say(blind_spots,
                    "more than %d tables have 'lock' in their name: only the first were looked at",
                    TABLES_MAX);
            break;
        }
        status = look_at(s, in, table, found, arg);
    }
    if (!status && names->truncated)
        mlk_say(blind_spots, "more than %zu tables have 'lock' in their name: only the first were looked at",
                names->count);
    mlk_rows_free(names);
    return status;
}
