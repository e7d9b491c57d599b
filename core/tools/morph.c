/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * morph, Mattermost's: a row of db_lock with an expiry of 15 s that its owner keeps moving on.
 * Source: go-morph/morph drivers/mysql/lock.go, drivers/lock.go.
 */
#include <string.h>

#include "seen.h"
#include "tools.h"

static const char *const columns[] = {"Id", "ExpireAt", NULL};

static void read_rows(const struct mlk_rows *rows, struct mlk_row_state *out)
{
    int id = mlk_rows_column(rows, "Id");
    int expires = mlk_rows_column(rows, "ExpireAt");
    int64_t last = INT64_MIN;

    memset(out, 0, sizeof *out);
    out->row = SIZE_MAX;
    out->expires.clock = MLK_CLOCK_UNIX_S;
    out->expires.column = -1;
    out->finding = MLK_ROW_ODD;
    if (id < 0 || expires < 0 || rows->columns != 2)
        return;
    for (size_t i = 0; i < rows->count; i++) {
        int64_t until = mlk_rows_int(rows, i, (size_t)expires, INT64_MIN);

        if (until == INT64_MIN)
            return;
        if (until <= last)
            continue;
        out->row = i;
        last = until;
    }
    out->held_rows = rows->count;
    out->finding = rows->count ? MLK_ROW_HELD : MLK_ROW_FREE;
    if (!rows->count)
        return;
    if (rows->count > 1)
        out->note = "of several rows the one that expires last counts";
    out->expires.text = mlk_rows_text(rows, out->row, (size_t)expires);
    out->expires.column = expires;
}

static enum mlk_status release(const char *schema, const char *table, const struct mlk_rows *rows,
                               const struct mlk_row_state *state, struct mlk_buf *sql)
{
    mlk_seen_delete(sql, schema, table);
    mlk_seen_text(sql, rows, state->row, "Id");
    mlk_seen_number(sql, rows, state->row, "ExpireAt");
    return sql->status;
}

static enum mlk_status explain(const char *schema, const char *table, const struct mlk_rows *rows,
                               const struct mlk_row_state *state, struct mlk_buf *text)
{
    (void)schema;
    (void)rows;
    (void)state;
    return mlk_buf_fmt(
        text,
        "%s is not a lock table of morph: it needs the columns Id and ExpireAt, no others, and "
        "whole numbers in ExpireAt",
        table);
}

/* As it waits, it says nothing of its own; this is what its log wraps. */
static const struct mlk_phrase phrases[] = {
    {"failed to lock mutex", NULL},
    {"could not release the lock", "The lock has not expired yet, so morph does not take it over."},
    {NULL, NULL},
};

static const char *const advice[] = {
    "Look at the last rows of db_migrations: the migration that was interrupted may be half done, as MySQL "
    "and "
    "MariaDB do not roll DDL back.",
    NULL,
};

const struct mlk_tool mlk_tool_morph = {
    .id = "morph",
    .title = "Mattermost (morph)",
    .kind = MLK_ROW,
    .how =
        "A row in the table db_lock that expires 15 s later; every 7.5 s its owner adds 15 s to the stored "
        "time, on the connection that migrates, so not while a statement runs there.",
    .stuck =
        "When the process dies: until the row expires, which is 15 s later at least, and later by as long "
        "as it had been held, as the expiry is moved on twice as fast as time passes.",
    .phrases = phrases,
    .source = "go-morph/morph 1.x: drivers/mysql/lock.go, drivers/lock.go",
    .default_table = "db_lock",
    .columns = columns,
    .columns_max = 2,
    .read = read_rows,
    .release_deletes = true,
    .release = release,
    .explain = explain,
    .advice = advice,
};
