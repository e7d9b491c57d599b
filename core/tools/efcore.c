/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Entity Framework Core 9 and newer, two providers.
 * Pomelo: GET_LOCK('__<database>_EFMigrationsLock', 259200), the result is not looked at.
 *   Source: src/EFCore.MySql/Migrations/Internal/MySqlHistoryRepository.cs at 9.0.0; the name is not cut.
 * Oracle: GET_LOCK('__EFMigrationsLock', -1).
 *   Source: mysql-connector-net EFCore/src/Migrations/Internal/MySQLHistoryRepository.cs at 37b7a4b.
 */
#include "name_parts.h"
#include "tools.h"

static const char prefix[] = "__";
static const char suffix[] = "_EFMigrationsLock";

static enum mlk_status pomelo_name(const char *schema, const char *qualifier, struct mlk_buf *out)
{
    (void)qualifier;
    return mlk_buf_fmt(out, "%s%s%s", prefix, schema, suffix);
}

static enum mlk_status oracle_name(const char *schema, const char *qualifier, struct mlk_buf *out)
{
    (void)schema;
    (void)qualifier;
    return mlk_buf_str(out, "__EFMigrationsLock");
}

static bool recognise(const char *text, char *schema, char *qualifier)
{
    (void)qualifier;
    return mlk_name_between(text, prefix, suffix, schema);
}

static const struct mlk_phrase phrases[] = {
    {"Acquiring an exclusive lock for migration application",
     "It is printed on every run; the lock is taken only if nothing follows."},
    {NULL, NULL},
};

static const char *const advice[] = {
    "Compare `dotnet ef migrations list` with the rows of `__EFMigrationsHistory`: the migration that was "
    "being "
    "applied has no row yet.",
    "MySQL and MariaDB do not roll DDL back: see how much of that migration is in the schema before running "
    "it "
    "again.",
    NULL,
};

#define PRINTS                                                                                               \
    "Every run prints that it acquires an exclusive lock; who finds it taken waits after that and prints "   \
    "nothing "                                                                                               \
    "more."

const struct mlk_tool mlk_tool_efcore_pomelo = {
    .id = "efcore-pomelo",
    .title = "EF Core (Pomelo)",
    .kind = MLK_NAMED,
    .how = "GET_LOCK with a name that contains the schema's, waiting up to 72 hours. " PRINTS,
    .stuck = "The lock lasts as long as its session: it stays while a hung process, a vanished host or a "
             "connection "
             "pool keeps that session open.",
    .phrases = phrases,
    .source = "Pomelo src/EFCore.MySql/Migrations/Internal/MySqlHistoryRepository.cs, 9.0.0",
    .name = pomelo_name,
    .recognise = recognise,
    .advice = advice,
};

const struct mlk_tool mlk_tool_efcore_oracle = {
    .id = "efcore-oracle",
    .title = "EF Core (MySql.EntityFrameworkCore)",
    .kind = MLK_NAMED,
    .scope = MLK_PER_SERVER,
    .how = "GET_LOCK with one name for the whole server, waiting without end. " PRINTS,
    .stuck = "The lock lasts as long as its session: it stays while a hung process, a vanished host or a "
             "connection "
             "pool keeps that session open.",
    .phrases = phrases,
    .source = "mysql-connector-net EFCore/src/Migrations/Internal/MySQLHistoryRepository.cs, 37b7a4b",
    .on_mariadb =
        "MySql.EntityFrameworkCore takes no lock on MariaDB, where GET_LOCK with the timeout -1 gives NULL.",
    .name = oracle_name,
    .advice = advice,
};
