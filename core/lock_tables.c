/* SPDX-License-Identifier: GPL-2.0-only */
#include "lock_tables.h"

#include <string.h>
#include <strings.h>

#include "ask.h"
#include "miglock/sql.h"
#include "table_candidates.h"

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

/* Inside MariaDB the session may read everything. */
static bool readable(struct mlk_session *s, const struct mlk_table_name *name)
{
    struct mlk_access need = {.need = MLK_NEED_SELECT, .schema = name->schema, .table = name->table};

    return mlk_schema_visible(s, name->schema) && s->ops->may(s, &need) == MLK_OK;
}

/* Tables whose columns are asked for in one statement: a part of it for each, as only constants keep MariaDB
 * from opening every table. */
enum { TOGETHER = 40 };

static enum mlk_status ask_columns(struct mlk_session *s, const struct mlk_table_name *names, size_t count,
                                   struct mlk_rows **rows)
{
    struct mlk_buf sql;
    enum mlk_status status;

    mlk_buf_init(&sql, TOGETHER * 4096);
    mlk_buf_str(&sql, MLK_TAG);
    for (size_t i = 0; i < count; i++) {
        mlk_buf_fmt(
            &sql,
            "%sSELECT %zu, c.COLUMN_NAME FROM information_schema.COLUMNS c, information_schema.TABLES "
            "t WHERE t.TABLE_TYPE = 'BASE TABLE'",
            i ? " UNION ALL " : "", i);
        for (const char *alias = "ct"; *alias; alias++) {
            mlk_buf_fmt(&sql, " AND %c.TABLE_SCHEMA = ", *alias);
            mlk_sql_string(&sql, names[i].schema, strlen(names[i].schema));
            mlk_buf_fmt(&sql, " AND %c.TABLE_NAME = ", *alias);
            mlk_sql_string(&sql, names[i].table, strlen(names[i].table));
        }
    }
    status = mlk_ask_buf(s, &mlk_need_nothing, &sql, rows, NULL);
    mlk_buf_free(&sql);
    return status;
}

/* The columns of one table: the rows of a statement that begin with its number. */
struct columns {
    const struct mlk_rows *rows;
    int64_t number;
    size_t count;
};

static struct columns columns_of(const struct mlk_rows *rows, size_t number)
{
    struct columns c = {.rows = rows, .number = (int64_t)number};

    for (size_t i = 0; i < rows->count; i++)
        c.count += mlk_rows_int(rows, i, 0, -1) == c.number;
    return c;
}

static bool has_column(const struct columns *c, const char *name)
{
    for (size_t i = 0; i < c->rows->count; i++) {
        const char *have = mlk_rows_text(c->rows, i, 1);

        if (mlk_rows_int(c->rows, i, 0, -1) == c->number && have && strcasecmp(have, name) == 0)
            return true;
    }
    return false;
}

static bool has_all(const struct columns *c, const char *const *names)
{
    while (*names && has_column(c, *names))
        names++;
    return !*names;
}

static const struct mlk_tool *tool_of(const struct columns *c)
{
    const struct mlk_tool *tool;

    for (size_t i = 0; (tool = mlk_tool_at(i)); i++) {
        if (tool->kind == MLK_ROW && (!tool->columns_max || c->count <= tool->columns_max) &&
            has_all(c, tool->columns) && !(tool->unlike && has_column(c, tool->unlike)))
            return tool;
    }
    return NULL;
}

static enum mlk_status tell_lock(const struct mlk_table_finder *finder, const struct mlk_tool *tool,
                                 const struct mlk_table_name *name)
{
    bool is_default = strcmp(name->table, tool->default_table) == 0;
    struct mlk_target target;
    char error[MLK_ERROR_MAX];

    if (mlk_target_make(tool->id, strlen(tool->id), name->schema, strlen(name->schema),
                        is_default ? NULL : name->table, is_default ? 0 : strlen(name->table), &target, error,
                        sizeof error))
        return MLK_OK; /* not under a name that this tool can use */
    return finder->lock(finder->arg, &target);
}

static enum mlk_status tell(const struct mlk_table_finder *finder, const struct columns *c,
                            const struct mlk_table_name *name)
{
    const struct mlk_tool *tool = tool_of(c);
    enum mlk_status status = tool ? tell_lock(finder, tool, name) : MLK_OK;

    for (size_t i = 0; !status && (tool = mlk_tool_at(i)); i++) {
        if (tool->qualifier_columns && has_all(c, tool->qualifier_columns))
            status = finder->qualifier(finder->arg, tool, name->schema, name->table);
    }
    return status;
}

static enum mlk_status look_at(struct mlk_session *s, const struct mlk_table_name *names, size_t count,
                               const struct mlk_table_finder *finder)
{
    struct mlk_rows *rows;
    enum mlk_status status = ask_columns(s, names, count, &rows);

    if (status)
        return mlk_ask_over(status) ? status : MLK_OK;
    for (size_t i = 0; !status && i < count; i++) {
        struct columns c = columns_of(rows, i);

        if (c.count)
            status = tell(finder, &c, &names[i]);
    }
    mlk_rows_free(rows);
    return status;
}

enum mlk_status mlk_lock_tables_find(struct mlk_session *s, const char *schema,
                                     const struct mlk_table_finder *finder, cJSON *blind_spots)
{
    struct mlk_table_candidates candidates;
    enum mlk_status status = mlk_table_candidates_read(s, schema, &candidates, blind_spots);
    size_t kept = 0;

    if (status)
        return status;
    for (size_t i = 0; i < candidates.count; i++) {
        if (readable(s, &candidates.items[i]))
            candidates.items[kept++] = candidates.items[i];
    }
    for (size_t i = 0; !status && i < kept; i += TOGETHER)
        status = look_at(s, candidates.items + i, kept - i < TOGETHER ? kept - i : TOGETHER, finder);
    mlk_table_candidates_free(&candidates);
    return status;
}
