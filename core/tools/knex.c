/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * knex: a flag in <tableName>_lock, by default knex_migrations_lock.
 * Source: knex lib/migrations/migrate/Migrator.js and table-creator.js, 0.10 to 3.3.
 */
#include <string.h>

#include "miglock/sql.h"
#include "tools.h"

/* `index` is there since 0.15.0 */
static const char *const columns[] = {"is_locked", NULL};

static void read_rows(const struct mlk_rows *rows, struct mlk_row_state *out)
{
    int locked = mlk_rows_column(rows, "is_locked");
    int index = mlk_rows_column(rows, "index");
    int64_t flag;

    memset(out, 0, sizeof *out);
    if (locked < 0 || rows->columns != (index < 0 ? 1u : 2u)) {
        out->finding = MLK_ROW_ODD;
        return;
    }
    if (rows->count == 0) {
        out->finding = MLK_ROW_FREE;
        out->note = "the table has no row; knex adds it on its next run";
        return;
    }
    if (rows->count > 1) {
        out->finding = MLK_ROW_SEVERAL;
        return;
    }
    if (!mlk_flag(rows, 0, locked, &flag)) {
        out->finding = MLK_ROW_ODD;
        return;
    }
    out->finding = flag ? MLK_ROW_HELD : MLK_ROW_FREE;
}

static enum mlk_status release(const char *schema, const char *table, const struct mlk_rows *rows,
                               const struct mlk_row_state *state, struct mlk_buf *sql)
{
    int index = mlk_rows_column(rows, "index");
    int64_t flag = 1;

    mlk_flag(rows, state->row, mlk_rows_column(rows, "is_locked"), &flag);
    mlk_buf_str(sql, "UPDATE ");
    mlk_sql_table(sql, schema, table);
    mlk_buf_fmt(sql, " SET is_locked = 0 WHERE is_locked = %lld", (long long)flag);
    if (index >= 0) {
        mlk_buf_str(sql, " AND `index` <=> ");
        mlk_sql_string(sql, mlk_rows_text(rows, state->row, (size_t)index),
                       mlk_rows_length(rows, state->row, (size_t)index));
    }
    return sql->status;
}

static enum mlk_status explain(const char *schema, const char *table, const struct mlk_rows *rows,
                               const struct mlk_row_state *state, struct mlk_buf *text)
{
    int locked = mlk_rows_column(rows, "is_locked");
    size_t set = 0;
    int64_t flag;

    (void)schema;
    if (state->finding == MLK_ROW_SEVERAL) {
        for (size_t i = 0; i < rows->count; i++)
            set += mlk_flag(rows, i, locked, &flag) && flag;
        return mlk_buf_fmt(
            text,
            "%s has %zu rows, %zu of them locked: knex needs exactly one and otherwise reports "
            "\"Migration table is already locked\" for ever",
            table, rows->count, set);
    }
    if (mlk_rows_column(rows, "id") >= 0 && locked >= 0)
        return mlk_buf_fmt(text, "%s looks like a table of Kysely, which does not use it on MySQL", table);
    if (locked >= 0 && rows->count == 1 && !mlk_rows_text(rows, 0, (size_t)locked))
        return mlk_buf_fmt(
            text, "is_locked is NULL in %s: knex never writes that and can never take the lock", table);
    return mlk_buf_fmt(
        text,
        "%s is not a lock table of knex: it needs the columns `index` and is_locked, or is_locked "
        "alone",
        table);
}

static enum mlk_status repair(const char *schema, const char *table, const struct mlk_rows *rows,
                              const struct mlk_row_state *state, struct mlk_statements *out)
{
    struct mlk_buf *sql;
    int locked = mlk_rows_column(rows, "is_locked");
    bool null_flag = state->finding == MLK_ROW_ODD && locked >= 0 && rows->count == 1 && rows->columns <= 2 &&
                     !mlk_rows_text(rows, 0, (size_t)locked) && mlk_rows_column(rows, "id") < 0;

    if (state->finding != MLK_ROW_SEVERAL && !null_flag)
        return MLK_UNSUPPORTED;
    /* what `knex migrate:unlock` does */
    sql = mlk_statements_add(out, MLK_NEED_DELETE);
    mlk_buf_str(sql, "DELETE FROM ");
    mlk_sql_table(sql, schema, table);
    sql = mlk_statements_add(out, MLK_NEED_INSERT);
    mlk_buf_str(sql, "INSERT INTO ");
    mlk_sql_table(sql, schema, table);
    mlk_buf_str(sql, " (is_locked) VALUES (0)");
    return mlk_statements_status(out);
}

/* What knex writes of a failed statement is the statement, " - " and the server's message. */
static const struct mlk_phrase phrases[] = {
    {"Can't take lock to run migrations: Migration table is already locked", NULL},
    {"Migration table is already locked", NULL},
    {"MigrationLocked", NULL},
    {"where `is_locked` = 0 - Lock wait timeout exceeded",
     "Another session has changed the lock's row and not committed: a migration without DDL is running, "
     "although the table reads free."},
    {"release the lock manually by running 'knex migrate:unlock'", NULL},
    {"you can release lock manually by deleting all the rows from migrations lock table", NULL},
    {NULL, NULL},
};

static const char *const advice[] = {
    "Compare the last rows of the migrations table (knex_migrations unless configured) with the files: the "
    "migration that "
    "was interrupted is not listed, but its DDL may be there, as MySQL and MariaDB do not roll DDL back.",
    NULL,
};

const struct mlk_tool mlk_tool_knex = {
    .id = "knex",
    .title = "knex",
    .kind = MLK_ROW,
    .how = "A flag in the table knex_migrations_lock (or <tableName>_lock); it stays when the process dies "
           "after its first "
           "DDL, and is uncommitted while a migration without DDL runs.",
    .stuck = "When the process dies or loses its connection after its first DDL; also when the table has "
             "more than "
             "one row, as two first runs at the same time can leave it.",
    .own_unlock = "knex migrate:unlock",
    .message = "Migration table is already locked",
    .phrases = phrases,
    .source = "knex 0.10 to 3.3: lib/migrations/migrate/Migrator.js, table-creator.js",
    .takes_qualifier = true,
    .qualifier_is = "lock table",
    .unlike = "id", /* Kysely's table, which is not used on MySQL */
    .default_table = "knex_migrations_lock",
    .elsewhere = true, /* schemaName */
    .columns = columns,
    .columns_max = 2,
    .read = read_rows,
    .release = release,
    .explain = explain,
    .repair = repair,
    .advice = advice,
};
