/* SPDX-License-Identifier: GPL-2.0-only */
#include "table_candidates.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "ask.h"
#include "miglock/sql.h"
#include "miglock/tool.h"

/* Columns that tables of every kind have. */
static bool is_common(const char *column)
{
    static const char *const common[] = {"id",       "key",  "locked", "owner",   "pid",
                                         "checksum", "name", "script", "success", "version"};

    for (size_t i = 0; i < sizeof common / sizeof common[0]; i++) {
        if (strcasecmp(common[i], column) == 0)
            return true;
    }
    return false;
}

static void add_telling(struct mlk_buf *sql, const char *const *columns, size_t *count)
{
    for (; columns && *columns; columns++) {
        if (is_common(*columns))
            continue;
        mlk_buf_str(sql, (*count)++ ? ", " : "");
        mlk_sql_string(sql, *columns, strlen(*columns));
    }
}

/* Appends ('lock_key', 'acquired_at', ...): of every tool's tables, those columns that tell them from others.
 */
static void list_telling(struct mlk_buf *sql)
{
    const struct mlk_tool *tool;
    size_t count = 0;

    mlk_buf_str(sql, "(");
    for (size_t i = 0; (tool = mlk_tool_at(i)); i++) {
        add_telling(sql, tool->columns, &count);
        add_telling(sql, tool->qualifier_columns, &count);
    }
    mlk_buf_str(sql, ")");
}

/* MySQL has the columns of all tables in its dictionary, and shows each account its own. */
static enum mlk_status ask_dictionary(struct mlk_session *s, const char *schema, struct mlk_rows **rows)
{
    struct mlk_buf sql;
    enum mlk_status status;

    mlk_buf_init(&sql, 8192);
    mlk_buf_str(&sql,
                MLK_TAG "SELECT DISTINCT TABLE_SCHEMA, TABLE_NAME FROM information_schema.COLUMNS WHERE ");
    if (schema) {
        mlk_buf_str(&sql, "TABLE_SCHEMA = ");
        mlk_sql_string(&sql, schema, strlen(schema));
    } else {
        mlk_buf_str(&sql, "TABLE_SCHEMA NOT IN ('information_schema', 'performance_schema', 'mysql', 'sys')");
    }
    mlk_buf_str(&sql, " AND COLUMN_NAME IN ");
    list_telling(&sql);
    status = mlk_ask_buf(s, &mlk_need_nothing, &sql, rows, NULL);
    mlk_buf_free(&sql);
    return status;
}

/* MariaDB would open every table to list its columns. InnoDB has them in its own dictionary, under the names
 * of files: each character that is no letter or digit as @ and its number, partitions after #P#. */
static enum mlk_status ask_innodb(struct mlk_session *s, const char *schema, struct mlk_rows **rows)
{
    static const char decode[] =
        "CONVERT(CONVERT(CAST(SUBSTRING_INDEX(SUBSTRING_INDEX(SUBSTRING_INDEX(t.NAME, "
        "'#P#', 1), '#p#', 1), '/', %s) AS BINARY) USING filename) USING utf8mb4)";
    struct mlk_buf sql;
    enum mlk_status status;

    mlk_buf_init(&sql, 16384);
    mlk_buf_str(&sql, MLK_TAG "SELECT DISTINCT ");
    mlk_buf_fmt(&sql, decode, "1");
    mlk_buf_str(&sql, " AS s, ");
    mlk_buf_fmt(&sql, decode, "-1");
    mlk_buf_str(&sql,
                " AS t FROM information_schema.INNODB_SYS_COLUMNS c JOIN "
                "information_schema.INNODB_SYS_TABLES t ON t.TABLE_ID = c.TABLE_ID WHERE t.NAME LIKE '%/%' "
                "AND c.NAME IN ");
    list_telling(&sql);
    if (schema) {
        mlk_buf_str(&sql, " HAVING CAST(s AS BINARY) = ");
        mlk_sql_string(&sql, schema, strlen(schema));
    }
    status = mlk_ask_buf(s, &mlk_need_process, &sql, rows, NULL);
    mlk_buf_free(&sql);
    return status;
}

/* Names alone cost MariaDB no more than a look into its directories. In any case: Liquibase's table is in
 * capitals. */
static enum mlk_status ask_names(struct mlk_session *s, const char *schema, struct mlk_rows **rows)
{
    struct mlk_buf sql;
    enum mlk_status status;

    mlk_buf_init(&sql, 2048);
    mlk_buf_str(&sql, MLK_TAG "SELECT TABLE_SCHEMA, TABLE_NAME FROM information_schema.TABLES "
                              "WHERE TABLE_NAME LIKE '%lock%' COLLATE utf8mb4_general_ci");
    if (schema) {
        mlk_buf_str(&sql, " AND TABLE_SCHEMA = ");
        mlk_sql_string(&sql, schema, strlen(schema));
    }
    status = mlk_ask_buf(s, &mlk_need_nothing, &sql, rows, NULL);
    mlk_buf_free(&sql);
    return status;
}

static int by_name(const void *left, const void *right)
{
    const struct mlk_table_name *a = left, *b = right;
    int order = strcmp(a->schema, b->schema);

    return order ? order : strcmp(a->table, b->table);
}

static void add_rows(struct mlk_table_candidates *out, const struct mlk_rows *rows)
{
    for (size_t i = 0; rows && i < rows->count; i++) {
        struct mlk_table_name *one = &out->items[out->count];

        one->schema = mlk_rows_text(rows, i, 0);
        one->table = mlk_rows_text(rows, i, 1);
        out->count += one->schema && one->table;
    }
}

static enum mlk_status merge(struct mlk_table_candidates *out)
{
    size_t room = (out->by_column ? out->by_column->count : 0) + (out->by_name ? out->by_name->count : 0);
    size_t kept = 0;

    out->items = calloc(room + 1, sizeof *out->items);
    if (!out->items)
        return MLK_NO_MEMORY;
    add_rows(out, out->by_column);
    add_rows(out, out->by_name);
    if (out->count)
        qsort(out->items, out->count, sizeof *out->items, by_name);
    for (size_t i = 0; i < out->count; i++) {
        if (!kept || by_name(&out->items[kept - 1], &out->items[i]) != 0)
            out->items[kept++] = out->items[i];
    }
    out->count = kept;
    return MLK_OK;
}

enum mlk_status mlk_table_candidates_read(struct mlk_session *s, const char *schema,
                                          struct mlk_table_candidates *out, cJSON *blind_spots)
{
    enum mlk_status status;

    memset(out, 0, sizeof *out);
    if (s->flavour == MLK_MYSQL) {
        status = ask_dictionary(s, schema, &out->by_column);
    } else {
        status = ask_innodb(s, schema, &out->by_column);
        if (status && !mlk_ask_over(status)) {
            mlk_say(blind_spots,
                    "without the PROCESS privilege only lock tables with 'lock' in their name are found");
            status = MLK_OK;
        }
        if (!status)
            status = ask_names(s, schema, &out->by_name);
    }
    if (!status)
        status = merge(out);
    if (status) {
        mlk_table_candidates_free(out);
        return status;
    }
    if ((out->by_column && out->by_column->truncated) || (out->by_name && out->by_name->truncated) ||
        out->count > MLK_TABLES_MAX) {
        out->count = out->count > MLK_TABLES_MAX ? MLK_TABLES_MAX : out->count;
        mlk_say(blind_spots, "too many tables could be lock tables: only the first %zu were looked at",
                out->count);
    }
    return MLK_OK;
}

void mlk_table_candidates_free(struct mlk_table_candidates *candidates)
{
    free(candidates->items);
    mlk_rows_free(candidates->by_column);
    mlk_rows_free(candidates->by_name);
    memset(candidates, 0, sizeof *candidates);
}
