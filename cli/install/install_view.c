/* SPDX-License-Identifier: GPL-2.0-only */
/* The view miglock.locks: the report of miglock_locks() as columns. */
#include "install.h"

/* The columns are the same on both servers; JSON in a JSON_TABLE keeps arrays whole (MariaDB shows it as
 * longtext). */
static const struct {
    const char *name, *type, *path;
} columns[] = {
    {"target", "VARCHAR(1024)", "$.target"},
    {"tool", "VARCHAR(64)", "$.tool"},
    {"kind", "VARCHAR(8)", "$.kind"},
    {"schema_name", "VARCHAR(64)", "$.schema"},
    {"lock_name", "VARCHAR(192)", "$.name"},
    {"lock_table", "VARCHAR(130)", "$.table"},
    {"server_wide", "TINYINT", "$.server_wide"},
    {"verdict", "VARCHAR(16)", "$.verdict"},
    {"held", "TINYINT", "$.held"},
    {"since", "VARCHAR(32)", "$.since"},
    {"held_seconds", "BIGINT", "$.held_seconds"},
    {"expires", "VARCHAR(32)", "$.expires"},
    {"owner_text", "VARCHAR(1024)", "$.owner_text"},
    {"holder_id", "BIGINT UNSIGNED", "$.holder.connection_id"},
    {"holder_user", "VARCHAR(128)", "$.holder.user"},
    {"holder_host", "VARCHAR(261)", "$.holder.host"},
    {"holder_program", "VARCHAR(255)", "$.holder.program"},
    {"holder_pid", "BIGINT", "$.holder.pid"},
    {"waiters", "INT", "$.waiter_count"},
    {"candidates", "JSON", "$.candidates"},
    {"because", "JSON", "$.because"},
    {"blind_spots", "JSON", "$.blind_spots"},
    {"token", "VARCHAR(16)", "$.token"},
    {"next", "TEXT", "$.next"},
};

enum { COLUMN_COUNT = sizeof columns / sizeof columns[0] };

void mlk_view_columns(struct mlk_buf *names)
{
    for (size_t i = 0; i < COLUMN_COUNT; i++)
        mlk_buf_fmt(names, "%s%s", i ? "," : "", columns[i].name);
}

void mlk_view_statement(struct mlk_buf *sql)
{
    mlk_buf_str(sql, "CREATE OR REPLACE SQL SECURITY INVOKER VIEW `miglock`.`locks` AS SELECT ");
    for (size_t i = 0; i < COLUMN_COUNT; i++)
        mlk_buf_fmt(sql, "%sl.`%s`", i ? ", " : "", columns[i].name);
    mlk_buf_str(sql, " FROM JSON_TABLE(miglock_locks(), '$[*]' COLUMNS (");
    for (size_t i = 0; i < COLUMN_COUNT; i++)
        mlk_buf_fmt(sql, "%s`%s` %s PATH '%s'", i ? ", " : "", columns[i].name, columns[i].type,
                    columns[i].path);
    mlk_buf_str(sql, ")) AS l");
}
