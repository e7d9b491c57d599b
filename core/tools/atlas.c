/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Atlas: GET_LOCK with fixed names: atlas_migrate_execute (migrate apply and set), and on the dev database
 * atlas_migrate_diff and atlas_lint or atlas_lint_<schema>.
 * Source: sql/mysql/driver.go, cmd/atlas/internal/cmdapi/{migrate,cmdapi}.go and migratelint/lint.go
 * at 1.2.3.
 */
#include <strings.h>

#include "name_parts.h"
#include "tools.h"

static enum mlk_status name(const char *schema, const char *qualifier, struct mlk_buf *out)
{
    (void)schema;
    (void)qualifier;
    return mlk_buf_str(out, "atlas_migrate_execute");
}

static enum mlk_status diff_name(const char *schema, const char *qualifier, struct mlk_buf *out)
{
    (void)schema;
    (void)qualifier;
    return mlk_buf_str(out, "atlas_migrate_diff");
}

static enum mlk_status lint_name(const char *schema, const char *qualifier, struct mlk_buf *out)
{
    (void)schema;
    mlk_buf_str(out, "atlas_lint");
    return mlk_buf_fmt(out, "%s%s", qualifier[0] ? "_" : "", qualifier);
}

static bool recognise_lint(const char *text, char *schema, char *qualifier)
{
    (void)schema;
    return strcasecmp(text, "atlas_lint") == 0 || mlk_name_between(text, "atlas_lint_", "", qualifier);
}

static const struct mlk_phrase phrases[] = {
    {"acquiring database lock", NULL},
    {"sql/schema: lock is held by other session", NULL},
    {"sql/mysql: failed releasing a named lock", "RELEASE_LOCK reached another connection than GET_LOCK, or "
                                                 "the connection was lost; the lock ends with its "
                                                 "session."},
    {NULL, NULL},
};

static const char *const advice[] = {
    "Run `atlas migrate status`: it shows a file that was applied in part; put the schema right before you "
    "apply "
    "again.",
    "The name is one for the whole server, so the holder may be migrating quite another schema; versions "
    "with "
    "--lock-name use the name given there (named:NAME).",
    NULL,
};
static const char *const dev_advice[] = {
    "Only the dev database is concerned: it must be free of leftovers before the next run.",
    NULL,
};

#define STUCK                                                                                                \
    "The lock lasts as long as its session: it stays while a hung process, a vanished host or a proxy's "    \
    "pool keeps "                                                                                            \
    "that session open."
#define MESSAGE "Error: acquiring database lock: sql/schema: lock is held by other session"
#define SOURCE  "atlas sql/mysql/driver.go and cmd/atlas/internal, 1.2.3 (community)"

const struct mlk_tool mlk_tool_atlas = {
    .id = "atlas",
    .title = "Atlas, migrate apply and set",
    .kind = MLK_NAMED,
    .scope = MLK_PER_SERVER,
    .how =
        "GET_LOCK with one name for the whole server on a connection of its own; `migrate apply` waits 10 s "
        "(--lock-timeout), `migrate set` does not wait.",
    .stuck = STUCK,
    .message = MESSAGE,
    .phrases = phrases,
    .source = SOURCE,
    .name = name,
    .advice = advice,
};

const struct mlk_tool mlk_tool_atlas_diff = {
    .id = "atlas-diff",
    .title = "Atlas, on its dev database",
    .kind = MLK_NAMED,
    .scope = MLK_PER_SERVER,
    .how = "GET_LOCK with one name for the server of the dev database, waiting 10 s (--lock-timeout).",
    .stuck = STUCK,
    .message = MESSAGE,
    .source = SOURCE,
    .name = diff_name,
    .advice = dev_advice,
};

const struct mlk_tool mlk_tool_atlas_lint = {
    .id = "atlas-lint",
    .title = "Atlas, migrate lint on its dev database",
    .kind = MLK_NAMED,
    .scope = MLK_PER_SERVER,
    .how = "GET_LOCK of atlas_lint, followed by the schema where the dev database's URL names one; it does "
           "not wait.",
    .stuck = STUCK,
    .message = MESSAGE,
    .source = SOURCE,
    .takes_qualifier = true,
    .qualifier_is = "dev schema",
    .default_qualifier = "",
    .name = lint_name,
    .recognise = recognise_lint,
    .advice = dev_advice,
};
