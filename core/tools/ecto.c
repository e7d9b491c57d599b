/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Ecto with MyXQL: GET_LOCK('ecto_<repo>', -1), where <repo> is inspect(repo), such as MyApp.Repo.
 * Source: ecto_sql lib/ecto/adapters/myxql.ex, lock_for_migrations/3, 3.6 to 3.14.
 */
#include <string.h>

#include "name_parts.h"
#include "tools.h"

static const char prefix[] = "ecto_";

static enum mlk_status name(const char *schema, const char *qualifier, struct mlk_buf *out)
{
    (void)schema;
    mlk_buf_str(out, prefix);
    return mlk_buf_str(out, qualifier);
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Letters, digits and underscores in parts that begin with a letter, with dots between: an Elixir alias is
 * ASCII. Source: Elixir, Syntax reference, "Aliases". */
static bool is_module(const char *text)
{
    for (bool first = true; *text; text++) {
        if (first ? !is_letter(*text) : !is_letter(*text) && !strchr("0123456789_.", *text))
            return false;
        first = *text == '.';
        if (first && !text[1])
            return false;
    }
    return true;
}

static bool recognise(const char *text, char *schema, char *qualifier)
{
    (void)schema;
    return strlen(text) > sizeof prefix - 1 && is_module(text + sizeof prefix - 1) &&
           mlk_name_between(text, prefix, "", qualifier);
}

static const struct mlk_phrase phrases[] = {
    {"Migrations failed to run because the connection pool size is less than 2",
     "No lock: Ecto needs one connection for the lock and another for the migration. Raise pool_size to 2 or "
     "more."},
    {NULL, NULL},
};

static const char *const advice[] = {
    "Run `mix ecto.migrations`: the version that was being applied is still 'down' if it did not finish.",
    "The holder sleeps in a transaction while another connection of the same pool migrates: see that none of "
    "them is "
    "working.",
    "MySQL does not roll DDL back: compare the interrupted migration with the schema before running it "
    "again.",
    NULL,
};

const struct mlk_tool mlk_tool_ecto = {
    .id = "ecto",
    .title = "Ecto (MyXQL)",
    .kind = MLK_NAMED,
    .scope = MLK_PER_SERVER,
    .how = "GET_LOCK of ecto_ and the repository module, whatever the database, in a transaction on one "
           "connection "
           "while another migrates; who waits does so without end and prints nothing.",
    .stuck = "The lock lasts as long as its session: it stays while a hung process, a vanished host or a "
             "proxy's pool "
             "keeps that session open.",
    .phrases = phrases,
    .source = "ecto_sql lib/ecto/adapters/myxql.ex, 3.6 to 3.14",
    .on_mariadb =
        "Ecto takes no lock on MariaDB, where GET_LOCK with the timeout -1 gives NULL, which it accepts.",
    .takes_qualifier = true,
    .qualifier_is = "repository module",
    .name = name,
    .recognise = recognise,
    .advice = advice,
};
