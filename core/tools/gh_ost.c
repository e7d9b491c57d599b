/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * gh-ost: from 1.1.10 on GET_LOCK('gh-ost::<schema>.<table>', 0) for the whole run; in every version
 * GET_LOCK('gh-ost.<connection id>.lock', 0) beside LOCK TABLES during the cut-over.
 * Source: go/logic/applier.go at 145799ee, buildMigrationLockName and GetSessionLockName. A name of more than
 * 64 bytes (Go's len) is replaced by 'gh-ost::' and the SHA-1 of the name.
 */
#include <string.h>

#include "miglock/target.h"
#include "name_parts.h"
#include "tools.h"

static const char prefix[] = "gh-ost::";

enum { NAME_BYTES = 64, DIGITS_MAX = 20 };

static enum mlk_status name(const char *schema, const char *qualifier, struct mlk_buf *out)
{
    char memory[sizeof prefix + 2 * MLK_IDENT_MAX + 2];
    char hex[MLK_SHA1_HEX + 1];
    struct mlk_buf whole;

    mlk_buf_fixed(&whole, memory, sizeof memory);
    if (mlk_buf_fmt(&whole, "%s%s.%s", prefix, schema, qualifier))
        return whole.status;
    if (whole.len <= NAME_BYTES)
        return mlk_buf_add(out, memory, whole.len);
    mlk_sha1(memory, whole.len, hex);
    return mlk_buf_fmt(out, "%s%s", prefix, hex);
}

/* The first dot parts the two; where a name has dots itself the lock is the same. A hash shows nothing. */
static bool recognise(const char *text, char *schema, char *qualifier)
{
    char parts[MLK_IDENT_MAX + 1];
    const char *dot;

    if (strlen(text) > NAME_BYTES || !mlk_name_between(text, prefix, "", parts))
        return false;
    dot = strchr(parts, '.');
    if (!dot || dot == parts || !dot[1])
        return false;
    return mlk_name_part(dot + 1, strlen(dot + 1), qualifier) &&
           mlk_name_part(parts, (size_t)(dot - parts), schema);
}

/* A decimal number as %d writes it. */
static bool is_connection_id(const char *text)
{
    size_t len = strspn(text, "0123456789");

    return len > 0 && len <= DIGITS_MAX && !text[len] && text[0] != '0';
}

static enum mlk_status cutover_name(const char *schema, const char *qualifier, struct mlk_buf *out)
{
    (void)schema;
    if (!is_connection_id(qualifier))
        return MLK_UNSUPPORTED;
    return mlk_buf_fmt(out, "gh-ost.%s.lock", qualifier);
}

static bool recognise_cutover(const char *text, char *schema, char *qualifier)
{
    char id[MLK_IDENT_MAX + 1];

    (void)schema;
    return mlk_name_between(text, "gh-ost.", ".lock", id) && is_connection_id(id) &&
           mlk_name_part(id, strlen(id), qualifier);
}

static const struct mlk_phrase phrases[] = {
    {"another gh-ost process is already migrating", NULL},
    {NULL, NULL},
};

static const char *const advice[] = {
    "The original table is untouched until the cut-over: see that no gh-ost runs any more before you start "
    "another.",
    "Drop what it left, _TABLE_gho and _TABLE_ghc, or start it with --initially-drop-ghost-table.",
    NULL,
};
static const char *const cutover_advice[] = {
    "Ask gh-ost itself first: `panic` on its socket ends it at once.",
    "See whether the original table has been renamed: the table _TABLE_del tells how far the cut-over came.",
    NULL,
};

const struct mlk_tool mlk_tool_gh_ost = {
    .id = "gh-ost",
    .title = "gh-ost",
    .kind = MLK_NAMED,
    .how = "GET_LOCK of the schema and the table, from gh-ost 1.1.10 on, on a connection of its own that is "
           "asked "
           "every 30 s while others copy the rows; a second gh-ost does not wait.",
    .stuck =
        "The lock lasts as long as that connection: it stays while gh-ost hangs or its host has vanished.",
    .own_unlock = "echo panic | nc -U /tmp/gh-ost.SCHEMA.TABLE.sock",
    .message = "another gh-ost process is already migrating",
    .phrases = phrases,
    .source = "gh-ost go/logic/applier.go and go/cmd/gh-ost/main.go, 145799ee (after 1.1.10)",
    .takes_qualifier = true,
    .qualifier_is = "table",
    .name = name,
    .recognise = recognise,
    .advice = advice,
};

const struct mlk_tool mlk_tool_gh_ost_cutover = {
    .id = "gh-ost-cutover",
    .title = "gh-ost, during its cut-over",
    .kind = MLK_NAMED,
    .scope = MLK_PER_SERVER,
    .how = "GET_LOCK of gh-ost's connection id, beside LOCK TABLES on the original table and _TABLE_del; "
           "other sessions "
           "wait for those tables, and this lock prints nothing.",
    .stuck = "A gh-ost that freezes in its cut-over keeps this lock and the table locks until its session "
             "ends, at the "
             "latest after wait_timeout.",
    .own_unlock = "echo panic | nc -U /tmp/gh-ost.SCHEMA.TABLE.sock",
    .source = "gh-ost go/logic/applier.go, 145799ee; gh-ost issue 1407",
    .takes_qualifier = true,
    .qualifier_is = "connection id",
    .name = cutover_name,
    .recognise = recognise_cutover,
    .advice = cutover_advice,
};
