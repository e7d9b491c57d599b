/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Kysely: GET_LOCK('ea586330-2c93-47c8-908d-981d9d270f9d', 3600), the result is ignored. Its table
 * kysely_migration_lock is never used on MySQL.
 * Source: src/dialect/mysql/mysql-adapter.ts at 478ec67b; 0.29.9 was run.
 */
#include "tools.h"

static enum mlk_status name(const char *schema, const char *qualifier, struct mlk_buf *out)
{
    (void)schema;
    (void)qualifier;
    return mlk_buf_str(out, "ea586330-2c93-47c8-908d-981d9d270f9d");
}

static const char *const advice[] = {
    "Look at the last rows of `kysely_migration`: the migration that was being applied has no row yet, and "
    "MySQL and "
    "MariaDB do not roll DDL back.",
    "The name is one for all Kysely programs of the server, so the holder may be migrating quite another "
    "schema.",
    "The table kysely_migration_lock says nothing: it is always 0 here.",
    NULL,
};

const struct mlk_tool mlk_tool_kysely = {
    .id = "kysely",
    .title = "Kysely",
    .kind = MLK_NAMED,
    .scope = MLK_PER_SERVER,
    .how = "GET_LOCK with one name for all Kysely programs of the server; who finds it taken waits up to an "
           "hour, "
           "prints nothing and goes on.",
    .stuck = "The lock lasts as long as its session: it stays while a hung process, a vanished host or a "
             "proxy's pool "
             "keeps that session open.",
    .source = "kysely src/dialect/mysql/mysql-adapter.ts, 478ec67b; 0.29.9 was run",
    .name = name,
    .advice = advice,
};
