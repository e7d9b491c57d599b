/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Evolve: GET_LOCK('Evolve', 0) every 3 s without end.
 * Source: src/Evolve/Dialect/MySQL/MySQLDatabase.cs and Evolve.cs at 3.4.0.
 */
#include "tools.h"

static enum mlk_status name(const char *schema, const char *qualifier, struct mlk_buf *out)
{
    (void)schema;
    (void)qualifier;
    return mlk_buf_str(out, "Evolve");
}

static const struct mlk_phrase phrases[] = {
    {"Cannot acquire Evolve application lock", NULL},
    {"Error trying to release Evolve lock",
     "The migrations ran, but RELEASE_LOCK did not give the lock back; it ends with its session."},
    {NULL, NULL},
};

static const char *const advice[] = {
    "Run `evolve info`: a migration that failed half-way must be put right by hand, as MySQL and MariaDB do "
    "not roll "
    "DDL back.",
    "The name is one for the whole server, so the holder may be migrating quite another schema.",
    NULL,
};

const struct mlk_tool mlk_tool_evolve = {
    .id = "evolve",
    .title = "Evolve (.NET)",
    .kind = MLK_NAMED,
    .scope = MLK_PER_SERVER,
    .how = "GET_LOCK with one name for the whole server, tried every 3 s without end.",
    .stuck = "The lock lasts as long as its session: it stays while a hung process, a vanished host or a "
             "connection "
             "pool keeps that session open.",
    .message = "Cannot acquire Evolve application lock. Another migration is running.",
    .phrases = phrases,
    .source = "Evolve src/Evolve/Dialect/MySQL/MySQLDatabase.cs and Evolve.cs, 3.4.0",
    .name = name,
    .advice = advice,
};
