/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Grafana: golang-migrate's function with the database's name alone, GET_LOCK(id, 0), in newer versions with
 * a timeout. golang-migrate 3.0.x made the same name. Source: grafana
 * pkg/services/sqlstore/migrator/mysql_dialect.go.
 */
#include "golang_migrate.h"
#include "tools.h"

static enum mlk_status name(const char *schema, const char *qualifier, struct mlk_buf *out)
{
    (void)qualifier;
    return mlk_golang_migrate_id(schema, out);
}

static const struct mlk_phrase phrases[] = {
    {"failed to obtain lock", NULL},
    {NULL, NULL},
};

static const char *const advice[] = {
    "Look at the last rows of `migration_log` in Grafana's schema: success = 0 names the migration that did "
    "not "
    "finish.",
    "MySQL and MariaDB do not roll DDL back: take a backup before Grafana starts again.",
    NULL,
};

const struct mlk_tool mlk_tool_grafana = {
    .id = "grafana",
    .title = "Grafana (and golang-migrate 3.0)",
    .kind = MLK_NAMED,
    .how = "GET_LOCK with a number computed from the schema's name while Grafana starts.",
    .stuck =
        "The lock lasts as long as its session: it stays while a hung process, a vanished host or a proxy's "
        "pool keeps that session open.",
    .message = "failed to obtain lock",
    .phrases = phrases,
    .source = "grafana pkg/services/sqlstore/migrator/mysql_dialect.go; golang-migrate database/util.go",
    .name = name,
    .advice = advice,
};
