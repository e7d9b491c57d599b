/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Flyway: GET_LOCK('Flyway-' + hashCode, 10), again and again, for each migration.
 * Source: flyway-mysql MySQLConnection.java, MySQLNamedLockTemplate.java and MySQLTable.java at 13.0.0. The
 * hash is Java's String.hashCode of the history table as Flyway quotes it, backquotes included; two names
 * were checked with a JVM. A backquote within a name is not doubled here: what Flyway does with one was not
 * looked up.
 */
#include "miglock/target.h"
#include "name_parts.h"
#include "tools.h"

static const char usual_table[] = "flyway_schema_history";

static enum mlk_status name(const char *schema, const char *qualifier, struct mlk_buf *out)
{
    char memory[2 * MLK_IDENT_MAX + 6];
    struct mlk_buf table;

    mlk_buf_fixed(&table, memory, sizeof memory);
    if (mlk_buf_fmt(&table, "`%s`.`%s`", schema, qualifier))
        return table.status;
    return mlk_buf_fmt(out, "Flyway-%ld", (long)mlk_java_hash(memory));
}

/* schema_version: the name before Flyway 5 */
static const char *const usual_qualifiers[] = {usual_table, "schema_version", NULL};

static const char *const qualifier_columns[] = {"installed_rank", "version", "script",
                                                "checksum",       "success", NULL};

static const struct mlk_phrase phrases[] = {
    {"Unable to acquire MySQL named lock", "The server refused GET_LOCK itself, as some Galera clusters do; "
                                           "a lock that is taken gives no message."},
    {"Unable to release MySQL named lock",
     "The server refused RELEASE_LOCK, or the connection was lost; the lock ends with its session."},
    {NULL, NULL},
};

static const char *const advice[] = {
    "Run `flyway info`: a migration that failed half-way has success = 0 in the history table; put the "
    "schema right "
    "before you run `flyway repair`.",
    "MySQL and MariaDB do not roll DDL back: compare the interrupted migration with the schema.",
    NULL,
};

const struct mlk_tool mlk_tool_flyway = {
    .id = "flyway",
    .title = "Flyway",
    .kind = MLK_NAMED,
    .how =
        "GET_LOCK with a name computed from the schema and its history table, for each migration; who waits "
        "tries "
        "again without end and prints nothing. On a Galera cluster it locks the rows of that table instead.",
    .stuck =
        "The lock lasts as long as its session: it stays while a hung process, a vanished host or a proxy's "
        "pool keeps that session open.",
    .phrases = phrases,
    .source =
        "flyway-mysql MySQLConnection.java, MySQLNamedLockTemplate.java and MySQLTable.java, 4.1 to 13.0.0",
    .takes_qualifier = true,
    .qualifier_is = "history table",
    .default_qualifier = usual_table,
    .name = name,
    .usual_qualifiers = usual_qualifiers,
    .qualifier_columns = qualifier_columns,
    .advice = advice,
};
