/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Prisma Migrate: GET_LOCK('prisma_migrate', 10); the result is ignored, and the lock ends with the
 * connection. Source: prisma-engines schema-engine/connectors/sql-schema-connector/src/flavour/mysql.rs.
 */
#include "tools.h"

static enum mlk_status name(const char *schema, const char *qualifier, struct mlk_buf *out)
{
    (void)schema;
    (void)qualifier;
    return mlk_buf_str(out, "prisma_migrate");
}

static const struct mlk_phrase phrases[] = {
    {"P3009", "No lock: a row of `_prisma_migrations` has neither finished_at nor rolled_back_at. Put the "
              "schema right, then "
              "run `prisma migrate resolve`."},
    {"migrate found failed migrations in the target database",
     "No lock: a row of `_prisma_migrations` has neither finished_at nor rolled_back_at. Put the schema "
     "right, then "
     "run `prisma migrate resolve`."},
    {"P3018",
     "No lock: a migration failed while it was being applied. Put the schema right, then run `prisma migrate "
     "resolve`."},
    {NULL, NULL},
};

static const char *const advice[] = {
    "Run `prisma migrate status`: a migration that did not finish must be settled with `prisma migrate "
    "resolve` "
    "before the next one.",
    "Prisma ignores the answer of GET_LOCK and goes on after 10 s, so two runs can have worked at the same "
    "time.",
    NULL,
};

const struct mlk_tool mlk_tool_prisma = {
    .id = "prisma",
    .title = "Prisma Migrate",
    .kind = MLK_NAMED,
    .scope = MLK_PER_SERVER,
    .how = "GET_LOCK with one name for the whole server; who finds it taken waits 10 s, prints nothing and "
           "goes on "
           "without it.",
    .stuck = "It is never released but with its connection: it stays while a hung process or a vanished host "
             "keeps "
             "that open, and delays other runs by 10 s only.",
    .phrases = phrases,
    .source =
        "prisma-engines schema-engine/connectors/sql-schema-connector/src/flavour/mysql.rs, 0101a7a and "
        "074080e",
    .name = name,
    .advice = advice,
};
