/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * yoyo-migrations: the row locked = 1 of yoyo_lock. That it is there is the lock.
 * Source: yoyo backends/base.py, 8.2.0 (Debian's package) and earlier: _insert_lock_row, _delete_lock_row,
 * break_lock, create_lock_table_sql.
 */
#include <string.h>

#include "miglock/sql.h"
#include "seen.h"
#include "tools.h"

static const char *const columns[] = {"locked", "ctime", "pid", NULL};

static void read_rows(const struct mlk_rows *rows, struct mlk_row_state *out)
{
    int locked = mlk_rows_column(rows, "locked");
    int created = mlk_rows_column(rows, "ctime");
    int pid = mlk_rows_column(rows, "pid");
    size_t found = 0;

    memset(out, 0, sizeof *out);
    out->row = SIZE_MAX;
    out->since.clock = MLK_CLOCK_CLIENT_UTC;
    out->since.column = -1;
    out->finding = MLK_ROW_ODD;
    if (locked < 0 || created < 0 || pid < 0 || rows->columns != 3)
        return;
    for (size_t i = 0; i < rows->count; i++) {
        int64_t flag;

        if (!mlk_flag(rows, i, locked, &flag))
            return;
        /* it only ever inserts 1, and only another 1 is in its way */
        if (flag != 1)
            continue;
        out->row = i;
        found++;
    }
    out->finding = found > 1 ? MLK_ROW_SEVERAL : found ? MLK_ROW_HELD : MLK_ROW_FREE;
    if (out->finding != MLK_ROW_HELD)
        return;
    out->since.text = mlk_rows_text(rows, out->row, (size_t)created);
    out->since.column = created;
    out->owner = mlk_rows_text(rows, out->row, (size_t)pid);
    out->owner_pid = mlk_rows_int(rows, out->row, (size_t)pid, 0);
    if (out->owner_pid < 0)
        out->owner_pid = 0;
}

static enum mlk_status release(const char *schema, const char *table, const struct mlk_rows *rows,
                               const struct mlk_row_state *state, struct mlk_buf *sql)
{
    mlk_buf_str(sql, "DELETE FROM ");
    mlk_sql_table(sql, schema, table);
    mlk_buf_str(sql, " WHERE locked = 1");
    mlk_seen_text(sql, rows, state->row, "ctime");
    mlk_seen_number(sql, rows, state->row, "pid");
    return sql->status;
}

static enum mlk_status explain(const char *schema, const char *table, const struct mlk_rows *rows,
                               const struct mlk_row_state *state, struct mlk_buf *text)
{
    (void)schema;
    (void)rows;
    if (state->finding == MLK_ROW_SEVERAL)
        return mlk_buf_fmt(
            text,
            "%s has more than one row with locked = 1: its primary key is missing, so it keeps "
            "nobody out",
            table);
    return mlk_buf_fmt(
        text,
        "%s is not a lock table of yoyo: it needs the columns locked, ctime and pid, no others, and a "
        "number in locked",
        table);
}

static const struct mlk_phrase phrases[] = {
    {"has locked this database (run yoyo break-lock", NULL},
    {"Database locked (run yoyo break-lock", NULL},
    {NULL, NULL},
};

static const char *const advice[] = {
    "Run `yoyo list`: the migration that was interrupted is still listed as not applied, but its DDL may be "
    "there, as MySQL and MariaDB do not roll DDL back.",
    NULL,
};

const struct mlk_tool mlk_tool_yoyo = {
    .id = "yoyo",
    .title = "yoyo-migrations",
    .kind = MLK_ROW,
    .how = "A row in the table yoyo_lock with the process id of its owner, on a host that it does not name; "
           "committed at once, deleted at the end.",
    .stuck =
        "When the process is killed: nothing looks at the age of the row, nor whether the process is still "
        "there.",
    .own_unlock = "yoyo break-lock",
    .message = "Process N has locked this database (run yoyo break-lock to remove this lock)",
    .phrases = phrases,
    .source = "yoyo-migrations up to 8.2.0: yoyo/backends/base.py",
    .default_table = "yoyo_lock",
    .columns = columns,
    .columns_max = 3,
    .read = read_rows,
    .release_deletes = true,
    .release = release,
    .explain = explain,
    .advice = advice,
};
