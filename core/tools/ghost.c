/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Ghost: knex-migrator keeps a flag in migrations_lock, row lock_key = 'km01'.
 * Source: knex-migrator lib/locking.js and migrations/lock-table.js, 3.0.0 to 6.2.1.
 */
#include <string.h>

#include "ghost_session.h"
#include "miglock/sql.h"
#include "tools.h"

static const char *const columns[] = {"lock_key", "locked", "acquired_at", "released_at", NULL};

static void read_rows(const struct mlk_rows *rows, struct mlk_row_state *out)
{
    int key = mlk_rows_column(rows, "lock_key");
    int locked = mlk_rows_column(rows, "locked");
    int acquired = mlk_rows_column(rows, "acquired_at");
    size_t found = 0;
    int64_t flag = 0;

    memset(out, 0, sizeof *out);
    out->since.clock = MLK_CLOCK_CLIENT_LOCAL;
    if (key < 0 || locked < 0 || acquired < 0 || mlk_rows_column(rows, "released_at") < 0) {
        out->finding = MLK_ROW_ODD;
        return;
    }
    for (size_t i = 0; i < rows->count; i++) {
        const char *text = mlk_rows_text(rows, i, (size_t)key);

        if (!text || strcmp(text, "km01") != 0)
            continue;
        out->row = i;
        found++;
    }
    if (found != 1) {
        out->finding = found ? MLK_ROW_SEVERAL : MLK_ROW_MISSING;
        return;
    }
    /* NULL reads as not locked in JavaScript */
    if (mlk_rows_text(rows, out->row, (size_t)locked) && !mlk_flag(rows, out->row, locked, &flag)) {
        out->finding = MLK_ROW_ODD;
        return;
    }
    out->finding = flag ? MLK_ROW_HELD : MLK_ROW_FREE;
    if (flag)
        out->since.text = mlk_rows_text(rows, out->row, (size_t)acquired);
}

static void add_seen(struct mlk_buf *sql, const struct mlk_rows *rows, size_t row, const char *column)
{
    int c = mlk_rows_column(rows, column);

    mlk_buf_fmt(sql, " AND %s <=> ", column);
    mlk_sql_string(sql, mlk_rows_text(rows, row, (size_t)c), mlk_rows_length(rows, row, (size_t)c));
}

static enum mlk_status release(const char *schema, const char *table, const struct mlk_rows *rows,
                               const struct mlk_row_state *state, struct mlk_buf *sql)
{
    int64_t flag = 1;

    mlk_flag(rows, state->row, mlk_rows_column(rows, "locked"), &flag);
    mlk_buf_str(sql, "UPDATE ");
    mlk_sql_table(sql, schema, table);
    mlk_buf_fmt(sql,
                " SET locked = 0, released_at = UTC_TIMESTAMP() WHERE lock_key = 'km01' AND locked = %lld",
                (long long)flag);
    add_seen(sql, rows, state->row, "acquired_at");
    add_seen(sql, rows, state->row, "released_at");
    return sql->status;
}

static enum mlk_status explain(const char *schema, const char *table, const struct mlk_rows *rows,
                               const struct mlk_row_state *state, struct mlk_buf *text)
{
    (void)schema;
    (void)rows;
    switch (state->finding) {
    case MLK_ROW_MISSING:
        return mlk_buf_fmt(
            text,
            "%s has no row with lock_key 'km01': Ghost reads that as locked and will not start "
            "until the row is back",
            table);
    case MLK_ROW_SEVERAL:
        return mlk_buf_fmt(
            text, "%s has more than one row with lock_key 'km01': knex-migrator never writes that", table);
    default:
        return mlk_buf_fmt(text,
                           "%s is not a lock table of knex-migrator: it needs the columns lock_key, locked, "
                           "acquired_at and released_at with a number in locked",
                           table);
    }
}

static enum mlk_status repair(const char *schema, const char *table, const struct mlk_rows *rows,
                              const struct mlk_row_state *state, struct mlk_statements *out)
{
    struct mlk_buf *sql;

    (void)rows;
    if (state->finding != MLK_ROW_MISSING)
        return MLK_UNSUPPORTED;
    sql = mlk_statements_add(out, MLK_NEED_INSERT);
    mlk_buf_str(sql, "INSERT INTO ");
    mlk_sql_table(sql, schema, table);
    return mlk_buf_str(sql, " (lock_key, locked, acquired_at, released_at) VALUES ('km01', 0, NULL, NULL)");
}

static const struct mlk_phrase phrases[] = {
    {"Migration lock was never released or currently a migration is running", NULL},
    {"Migrations are running at the moment. Please wait that the lock get`s released", NULL},
    {"MigrationsAreLockedError", NULL},
    {"Migration lock was already released?",
     "Somebody cleared the flag while this migration was running: it was stopped in the middle."},
    {"Error while acquire the migration lock", "The database refused to change the lock's row: its own error "
                                               "stands beside this one."},
    {"Error while releasing the migration lock",
     "The migration has ended, but the flag could not be cleared: it stays set, and nobody is migrating."},
    {"Please provide a file named MigratorConfig.js in your project root",
     "`knex-migrator rollback` was run outside of Ghost's own directory: it has not looked at the lock."},
    {NULL, NULL},
};

static const char *const advice[] = {
    "Look at the last rows of the table `migrations` in the same schema: the version that was being applied "
    "may be half "
    "done, as MySQL and MariaDB do not roll DDL back.",
    "Take a backup before Ghost starts again; it goes on with the first migration that is not listed there.",
    NULL,
};

const struct mlk_tool mlk_tool_ghost = {
    .id = "ghost",
    .title = "Ghost (knex-migrator)",
    .kind = MLK_ROW,
    .how = "A flag in the table migrations_lock, row lock_key = 'km01'; it stays when the process dies.",
    .stuck =
        "When the process is killed or loses its connection, and after errors of a check or a hook; also "
        "when the row is missing, which Ghost reads as locked.",
    .own_unlock = "UPDATE migrations_lock SET locked=0 WHERE lock_key='km01'",
    .message = "Migration lock was never released or currently a migration is running. (or: Migrations are "
               "running at the "
               "moment. Please wait that the lock get`s released.)",
    .phrases = phrases,
    .source = "knex-migrator 3.0.0 to 6.2.1: lib/locking.js, lib/index.js, lib/errors.js, "
              "migrations/lock-table.js",
    .default_table = "migrations_lock",
    .columns = columns,
    .read = read_rows,
    .release = release,
    .explain = explain,
    .repair = repair,
    .companion = mlk_ghost_session_name,
    .advice = advice,
};
