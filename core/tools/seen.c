/* SPDX-License-Identifier: GPL-2.0-only */
#include "seen.h"

#include <string.h>

#include "miglock/sql.h"

/* The word before a condition: none where it is the first one. */
static const char *joint(const struct mlk_buf *sql)
{
    static const char where[] = " WHERE";
    size_t len = sizeof where - 1;

    return sql->len >= len && memcmp(sql->text + sql->len - len, where, len) == 0 ? "" : " AND";
}

void mlk_seen_text(struct mlk_buf *sql, const struct mlk_rows *rows, size_t row, const char *column)
{
    int c = mlk_rows_column(rows, column);

    if (c < 0)
        return;
    mlk_buf_fmt(sql, "%s `%s` <=> ", joint(sql), column);
    mlk_sql_string(sql, mlk_rows_text(rows, row, (size_t)c), mlk_rows_length(rows, row, (size_t)c));
}

void mlk_seen_number(struct mlk_buf *sql, const struct mlk_rows *rows, size_t row, const char *column)
{
    int c = mlk_rows_column(rows, column);

    if (c < 0)
        return;
    mlk_buf_fmt(sql, "%s CAST(`%s` AS CHAR) <=> ", joint(sql), column);
    mlk_sql_string(sql, mlk_rows_text(rows, row, (size_t)c), mlk_rows_length(rows, row, (size_t)c));
}

void mlk_seen_delete(struct mlk_buf *sql, const char *schema, const char *table)
{
    mlk_buf_str(sql, "DELETE FROM ");
    mlk_sql_table(sql, schema, table);
    mlk_buf_str(sql, " WHERE");
}
