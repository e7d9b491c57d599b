/* SPDX-License-Identifier: GPL-2.0-only */
/* The views miglock.locks and miglock.table_locks: the documents of miglock_locks() and miglock_table_locks()
 * as columns. */
#include "install.h"

/* The columns are the same on both servers; JSON in a JSON_TABLE keeps arrays whole (MariaDB shows it as
 * longtext). */
struct column {
    const char *name, *type, *path;
};

static const struct column locks[] = {
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
    {NULL, NULL, NULL},
};

/* One row for each table: of its DDL and of who blocks it the first. */
static const struct column table_locks[] = {
    {"target", "VARCHAR(1024)", "$.target"},
    {"schema_name", "VARCHAR(64)", "$.schema"},
    {"table_name", "VARCHAR(64)", "$.table"},
    {"verdict", "VARCHAR(16)", "$.verdict"},
    {"root", "VARCHAR(1024)", "$.root"},
    {"ddl_id", "BIGINT UNSIGNED", "$.ddl[0].connection_id"},
    {"ddl_kind", "VARCHAR(32)", "$.ddl[0].kind"},
    {"ddl_phase", "VARCHAR(16)", "$.ddl[0].phase"},
    {"ddl_seconds", "BIGINT", "$.ddl[0].seconds"},
    {"ddl_percent", "DECIMAL(4,1)", "$.ddl[0].percent"},
    {"ddl_statement", "TEXT", "$.ddl[0].statement"},
    {"blocker_id", "BIGINT UNSIGNED", "$.blockers[0].connection_id"},
    {"blocker_user", "VARCHAR(128)", "$.blockers[0].user"},
    {"blocker_host", "VARCHAR(261)", "$.blockers[0].host"},
    {"blocker_transaction_seconds", "BIGINT", "$.blockers[0].transaction_seconds"},
    {"blockers", "INT", "$.blocker_count"},
    {"queue", "INT", "$.queue.count"},
    {"queue_seconds", "BIGINT", "$.queue.oldest_seconds"},
    {"connections_used", "INT", "$.connections.used"},
    {"connections_max", "INT", "$.connections.max"},
    {"because", "JSON", "$.because"},
    {"blind_spots", "JSON", "$.blind_spots"},
    {"token", "VARCHAR(16)", "$.token"},
    {"next", "TEXT", "$.next"},
    {NULL, NULL, NULL},
};

static const struct {
    const char *name, *function;
    const struct column *columns;
} views[MLK_VIEWS] = {
    {"locks", "miglock_locks", locks},
    {"table_locks", "miglock_table_locks", table_locks},
};

const char *mlk_view_name(size_t view)
{
    return views[view].name;
}

const char *mlk_view_function(size_t view)
{
    return views[view].function;
}

void mlk_view_columns(size_t view, struct mlk_buf *names)
{
    for (const struct column *c = views[view].columns; c->name; c++)
        mlk_buf_fmt(names, "%s%s", c == views[view].columns ? "" : ",", c->name);
}

void mlk_view_statement(size_t view, struct mlk_buf *sql)
{
    mlk_buf_fmt(sql, "CREATE OR REPLACE SQL SECURITY INVOKER VIEW `miglock`.`%s` AS SELECT ",
                views[view].name);
    for (const struct column *c = views[view].columns; c->name; c++)
        mlk_buf_fmt(sql, "%sl.`%s`", c == views[view].columns ? "" : ", ", c->name);
    mlk_buf_fmt(sql, " FROM JSON_TABLE(%s(), '$[*]' COLUMNS (", views[view].function);
    for (const struct column *c = views[view].columns; c->name; c++)
        mlk_buf_fmt(sql, "%s`%s` %s PATH '%s'", c == views[view].columns ? "" : ", ", c->name, c->type,
                    c->path);
    mlk_buf_str(sql, ")) AS l");
}
