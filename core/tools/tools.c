/* SPDX-License-Identifier: GPL-2.0-only */
#include "tools.h"

#include <string.h>

static const struct mlk_tool *const table[] = {
    &mlk_tool_rails,
    &mlk_tool_ghost,
    &mlk_tool_ghost_session,
    &mlk_tool_knex,
    &mlk_tool_liquibase,
    &mlk_tool_liquibase_sessionlock,
    &mlk_tool_msr,
    &mlk_tool_bun,
    &mlk_tool_yoyo,
    &mlk_tool_morph,
    &mlk_tool_laravel,
    &mlk_tool_flyway,
    &mlk_tool_golang_migrate,
    &mlk_tool_grafana,
    &mlk_tool_sqlx,
    &mlk_tool_prisma,
    &mlk_tool_sqitch,
    &mlk_tool_sqitch_old,
    &mlk_tool_ecto,
    &mlk_tool_efcore_pomelo,
    &mlk_tool_efcore_oracle,
    &mlk_tool_atlas,
    &mlk_tool_atlas_diff,
    &mlk_tool_atlas_lint,
    &mlk_tool_evolve,
    &mlk_tool_kysely,
    &mlk_tool_airflow,
    &mlk_tool_mage,
    &mlk_tool_gh_ost,
    &mlk_tool_gh_ost_cutover,
    &mlk_tool_spirit,
    &mlk_tool_spirit_multi,
    &mlk_tool_skeema,
    &mlk_tool_named,
};

const struct mlk_tool *mlk_tool_at(size_t index)
{
    return index < sizeof table / sizeof table[0] ? table[index] : NULL;
}

const struct mlk_tool *mlk_tool_find(const char *id, size_t len)
{
    const struct mlk_tool *tool;

    for (size_t i = 0; (tool = mlk_tool_at(i)); i++) {
        if (strlen(tool->id) == len && memcmp(tool->id, id, len) == 0)
            return tool;
    }
    return strlen(mlk_table_tool.id) == len && memcmp(mlk_table_tool.id, id, len) == 0 ? &mlk_table_tool
                                                                                       : NULL;
}

/* A character as ids have it: small (ASCII) and with '-' where some write '_'. */
static char as_in_ids(char c)
{
    if (c == '_')
        return '-';
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* How many characters must be put in, taken out or changed to make id of text, but for their case.
 * Wagner and Fischer's table, one row of it at a time; len is less than ID_MAX. */
enum { ID_MAX = 32 };
static size_t edits(const char *text, size_t len, const char *id)
{
    size_t row[ID_MAX + 1];

    for (size_t j = 0; j <= len; j++)
        row[j] = j;
    for (size_t i = 0; id[i]; i++) {
        size_t corner = row[0];

        row[0] = i + 1;
        for (size_t j = 1; j <= len; j++) {
            size_t best = corner + (as_in_ids(text[j - 1]) != id[i]);

            if (row[j] + 1 < best)
                best = row[j] + 1;
            if (row[j - 1] + 1 < best)
                best = row[j - 1] + 1;
            corner = row[j];
            row[j] = best;
        }
    }
    return row[len];
}

const struct mlk_tool *mlk_tool_nearest(const char *id, size_t len)
{
    enum { EDITS_MAX = 2 };
    const struct mlk_tool *tool, *nearest = NULL;
    size_t fewest = len < EDITS_MAX + 1 ? len : EDITS_MAX + 1; /* at least one character is right */

    for (size_t i = 0; len < ID_MAX && (tool = mlk_tool_at(i)); i++) {
        size_t n = edits(id, len, tool->id);

        if (n < fewest) {
            fewest = n;
            nearest = tool;
        }
    }
    return nearest;
}

bool mlk_flag(const struct mlk_rows *rows, size_t row, int column, int64_t *value)
{
    const char *text = mlk_rows_text(rows, row, (size_t)column);
    size_t len = mlk_rows_length(rows, row, (size_t)column);

    if (column < 0 || !text)
        return false;
    /* BIT(1) arrives as the raw byte; inside MySQL a zero byte arrives as an empty text */
    if (len == 0 || (len == 1 && (unsigned char)text[0] < ' ')) {
        *value = len ? text[0] : 0;
        return true;
    }
    *value = mlk_rows_int(rows, row, (size_t)column, INT64_MIN);
    return *value != INT64_MIN;
}
