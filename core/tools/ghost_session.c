/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Ghost, announced for a coming version: knex-migrator takes GET_LOCK('km_migration_<database>', 30) on a
 * parked connection, beside its row in migrations_lock (see ghost.c). Source: knex-migrator lib/locking.js,
 * branch feat/lock-improvements at 88ac979 (PR 466), in no release up to 6.2.1. There JavaScript cuts the
 * whole name with slice(0, 64): UTF-16 units.
 */
#include "ghost_session.h"

#include <string.h>

#include "name_parts.h"
#include "tools.h"

static const char prefix[] = "km_migration_";

enum { NAME_UNITS = 64 };

enum mlk_status mlk_ghost_session_name(const char *schema, struct mlk_buf *out)
{
    mlk_buf_str(out, prefix);
    return mlk_buf_add(out, schema, mlk_utf16_prefix(schema, NAME_UNITS - (sizeof prefix - 1)));
}

static enum mlk_status name(const char *schema, const char *qualifier, struct mlk_buf *out)
{
    (void)qualifier;
    return mlk_ghost_session_name(schema, out);
}

/* A schema whose name was cut comes back cut; it gives the same lock name again. */
static bool recognise(const char *text, char *schema, char *qualifier)
{
    (void)qualifier;
    return mlk_utf16_prefix(text, NAME_UNITS) == strlen(text) && mlk_name_between(text, prefix, "", schema);
}

static const struct mlk_phrase phrases[] = {
    {"Could not acquire the migration lock within", NULL},
    {"knex-migrator reclaimed a stale migration lock",
     "Nobody held the named lock any more, so knex-migrator took a row over that a dead run had left "
     "locked."},
    {NULL, NULL},
};

static const char *const advice[] = {
    "Look at the row of `migrations_lock` too (ghost:SCHEMA): knex-migrator sets it as well and takes a "
    "stale one "
    "over by itself.",
    "The last rows of the table `migrations` say which version was being applied; MySQL and MariaDB do not "
    "roll "
    "DDL back.",
    NULL,
};

const struct mlk_tool mlk_tool_ghost_session = {
    .id = "ghost-session",
    .title = "Ghost (knex-migrator), its named lock",
    .kind = MLK_NAMED,
    .how = "GET_LOCK of km_migration_ and the schema's name, on a parked connection beside the row in "
           "migrations_lock; announced for a coming version.",
    .stuck =
        "The lock lasts as long as the parked connection: it stays while a hung process or a vanished host "
        "keeps that open.",
    .message = "Migrations are running at the moment. Please wait that the lock get`s released.",
    .phrases = phrases,
    .source = "knex-migrator lib/locking.js, branch feat/lock-improvements at 88ac979 (PR 466), in no "
              "release up to "
              "6.2.1",
    .name = name,
    .recognise = recognise,
    .advice = advice,
};
