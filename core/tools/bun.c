/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Bun: a row of bun_migration_locks with the name of the migrations table. That it is there is the lock.
 * Source: uptrace/bun migrate/migrator.go, Lock and Unlock.
 */
#include <string.h>

#include "seen.h"
#include "tools.h"

static const char *const columns[] = {"id", "table_name", NULL};

static void read_rows(const struct mlk_rows *rows, struct mlk_row_state *out)
{
    static const char usual[] = "bun_migrations";
    int name = mlk_rows_column(rows, "table_name");

    memset(out, 0, sizeof *out);
    out->row = SIZE_MAX;
    if (name < 0 || mlk_rows_column(rows, "id") < 0 || rows->columns != 2) {
        out->finding = MLK_ROW_ODD;
        return;
    }
    out->finding = rows->count ? MLK_ROW_HELD : MLK_ROW_FREE;
    out->held_rows = rows->count;
    if (!rows->count)
        return;
    out->row = 0;
    for (size_t i = rows->count; i-- > 0;) {
        const char *text = mlk_rows_text(rows, i, (size_t)name);

        if (text && strcmp(text, usual) == 0)
            out->row = i;
    }
    if (rows->count > 1)
        out->note =
            "each row is the lock of one migrations table; that of bun_migrations counts, where there "
            "is one, else the first";
}

static enum mlk_status release(const char *schema, const char *table, const struct mlk_rows *rows,
                               const struct mlk_row_state *state, struct mlk_buf *sql)
{
    mlk_seen_delete(sql, schema, table);
    mlk_seen_number(sql, rows, state->row, "id");
    mlk_seen_text(sql, rows, state->row, "table_name");
    return sql->status;
}

static enum mlk_status explain(const char *schema, const char *table, const struct mlk_rows *rows,
                               const struct mlk_row_state *state, struct mlk_buf *text)
{
    (void)schema;
    (void)rows;
    (void)state;
    return mlk_buf_fmt(
        text, "%s is not a lock table of Bun: it needs the columns id and table_name and no others", table);
}

static const struct mlk_phrase phrases[] = {
    {"migrations table is already locked", NULL},
    {NULL, NULL},
};

static const char *const advice[] = {
    "Look at the last rows of bun_migrations: unless told otherwise Bun lists a migration there before it "
    "runs "
    "it, so the interrupted one counts as done although it may be half done; MySQL and MariaDB do not roll "
    "DDL "
    "back.",
    NULL,
};

const struct mlk_tool mlk_tool_bun = {
    .id = "bun",
    .title = "Bun (uptrace)",
    .kind = MLK_ROW,
    .how =
        "A row in the table bun_migration_locks, inserted and deleted by the program's own calls of Lock and "
        "Unlock; it says neither who took it nor when.",
    .stuck = "When the process ends between Lock and Unlock, also after an error that skips Unlock.",
    .own_unlock = "Migrator.Unlock(), in the sample program: `db unlock`",
    .message = "migrate: migrations table is already locked (Error 1062 ...)",
    .phrases = phrases,
    .source = "uptrace/bun 1.x: migrate/migrator.go",
    .takes_qualifier = true,
    .qualifier_is = "lock table",
    .default_table = "bun_migration_locks",
    .columns = columns,
    .columns_max = 2,
    .read = read_rows,
    .release_deletes = true,
    .release = release,
    .explain = explain,
    .advice = advice,
};
