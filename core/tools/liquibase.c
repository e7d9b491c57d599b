/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Liquibase: a flag in DATABASECHANGELOGLOCK, row ID = 1. Keycloak has the same table and locks otherwise.
 * Source: liquibase-standard lockservice/StandardLockService.java, sqlgenerator/core/
 * {Initialize,Lock,Unlock}DatabaseChangeLog*Generator.java, up to 5.0.4; keycloak model/jpa
 * .../liquibase/lock/CustomLockService.java.
 */
#include <string.h>

#include "miglock/sql.h"
#include "seen.h"
#include "tools.h"

enum { KEYCLOAK_FIRST = 1000 }; /* 1000 KEYCLOAK_BOOT, 1001 OFFLINE_SESSIONS: DBLockProvider.java */

static const char *const columns[] = {"ID", "LOCKED", "LOCKGRANTED", "LOCKEDBY", NULL};

static bool is_keycloak(const struct mlk_rows *rows)
{
    int id = mlk_rows_column(rows, "ID");

    for (size_t i = 0; id >= 0 && i < rows->count; i++) {
        if (mlk_rows_int(rows, i, (size_t)id, 0) >= KEYCLOAK_FIRST)
            return true;
    }
    return false;
}

/* "host (address)" or "host#description (address)"; the description may hold anything. */
static void find_host(const char *owner, char *host, size_t size)
{
    const char *open = owner ? strrchr(owner, '(') : NULL;
    size_t len = open ? strlen(open + 1) : 0;

    if (len < 2 || len > size || open[len] != ')' || open == owner || open[-1] != ' ')
        return;
    memcpy(host, open + 1, len - 1);
    host[len - 1] = '\0';
}

static void read_flag(const struct mlk_rows *rows, int locked, struct mlk_row_state *out)
{
    int granted = mlk_rows_column(rows, "LOCKGRANTED");
    int by = mlk_rows_column(rows, "LOCKEDBY");
    int64_t flag;

    if (!mlk_flag(rows, out->row, locked, &flag) || (flag && is_keycloak(rows))) {
        out->finding = MLK_ROW_ODD;
        return;
    }
    out->finding = flag ? MLK_ROW_HELD : MLK_ROW_FREE;
    if (!flag)
        return;
    out->since.text = mlk_rows_text(rows, out->row, (size_t)granted);
    out->since.column = granted;
    out->owner = mlk_rows_text(rows, out->row, (size_t)by);
    find_host(out->owner, out->owner_host, sizeof out->owner_host);
}

static void read_rows(const struct mlk_rows *rows, struct mlk_row_state *out)
{
    int id = mlk_rows_column(rows, "ID");
    int locked = mlk_rows_column(rows, "LOCKED");
    size_t found = 0;

    memset(out, 0, sizeof *out);
    out->row = SIZE_MAX;
    out->since.clock = MLK_CLOCK_SERVER;
    out->since.column = -1;
    if (id < 0 || locked < 0 || mlk_rows_column(rows, "LOCKGRANTED") < 0 ||
        mlk_rows_column(rows, "LOCKEDBY") < 0) {
        out->finding = MLK_ROW_ODD;
        return;
    }
    for (size_t i = 0; i < rows->count; i++) {
        if (mlk_rows_int(rows, i, (size_t)id, 0) != 1)
            continue;
        out->row = i;
        found++;
    }
    if (found > 1)
        out->finding = MLK_ROW_SEVERAL;
    else if (found == 1)
        read_flag(rows, locked, out);
    else if (rows->count == 0 || is_keycloak(rows))
        out->finding = MLK_ROW_FREE;
    else
        out->finding = MLK_ROW_MISSING;
    if (out->finding == MLK_ROW_FREE && is_keycloak(rows))
        out->note =
            "rows with ID 1000 and more are Keycloak's, which holds its lock as a row lock of an open "
            "transaction (SELECT ... FOR UPDATE) and does not use LOCKED: whether Keycloak holds it "
            "is not shown here";
    else if (rows->count == 0)
        out->note = "the table has no row; Liquibase adds it on its next run";
}

static enum mlk_status release(const char *schema, const char *table, const struct mlk_rows *rows,
                               const struct mlk_row_state *state, struct mlk_buf *sql)
{
    int64_t flag = 1;

    mlk_flag(rows, state->row, mlk_rows_column(rows, "LOCKED"), &flag);
    mlk_buf_str(sql, "UPDATE ");
    mlk_sql_table(sql, schema, table);
    mlk_buf_fmt(sql, " SET LOCKED = 0, LOCKGRANTED = NULL, LOCKEDBY = NULL WHERE ID = 1 AND LOCKED = %lld",
                (long long)flag);
    mlk_seen_text(sql, rows, state->row, "LOCKGRANTED");
    mlk_seen_text(sql, rows, state->row, "LOCKEDBY");
    return sql->status;
}

static bool has_null_flag(const struct mlk_rows *rows, const struct mlk_row_state *state)
{
    int locked = mlk_rows_column(rows, "LOCKED");

    return state->finding == MLK_ROW_ODD && locked >= 0 && state->row < rows->count &&
           !mlk_rows_text(rows, state->row, (size_t)locked);
}

static enum mlk_status explain(const char *schema, const char *table, const struct mlk_rows *rows,
                               const struct mlk_row_state *state, struct mlk_buf *text)
{
    (void)schema;
    if (state->finding == MLK_ROW_MISSING)
        return mlk_buf_fmt(text,
                           "%s has rows but none with ID = 1: Liquibase adds it only to an empty table, and "
                           "fails",
                           table);
    if (state->finding == MLK_ROW_SEVERAL)
        return mlk_buf_fmt(text, "%s has more than one row with ID = 1: Liquibase expects one, and fails",
                           table);
    if (has_null_flag(rows, state))
        return mlk_buf_fmt(
            text, "LOCKED is NULL in %s: Liquibase never writes that and can never take the lock", table);
    if (state->row < rows->count && is_keycloak(rows))
        return mlk_buf_fmt(
            text,
            "LOCKED is set in %s, but rows with ID 1000 and more are Keycloak's, which does not use LOCKED: "
            "clearing it would do nothing; Keycloak's lock is held by an open transaction (SELECT ... FOR "
            "UPDATE) and ends with that session",
            table);
    return mlk_buf_fmt(
        text,
        "%s is not a lock table of Liquibase: it needs the columns ID, LOCKED, LOCKGRANTED and "
        "LOCKEDBY with a number in LOCKED",
        table);
}

static enum mlk_status repair(const char *schema, const char *table, const struct mlk_rows *rows,
                              const struct mlk_row_state *state, struct mlk_statements *out)
{
    struct mlk_buf *sql;

    if (has_null_flag(rows, state)) {
        sql = mlk_statements_add(out, MLK_NEED_UPDATE);
        mlk_buf_str(sql, "UPDATE ");
        mlk_sql_table(sql, schema, table);
        return mlk_buf_str(sql, " SET LOCKED = 0 WHERE ID = 1 AND LOCKED IS NULL");
    }
    if (is_keycloak(rows) || (state->finding != MLK_ROW_MISSING && state->finding != MLK_ROW_SEVERAL))
        return MLK_UNSUPPORTED;
    if (state->finding == MLK_ROW_SEVERAL) { /* what Liquibase itself does to begin with */
        sql = mlk_statements_add(out, MLK_NEED_DELETE);
        mlk_buf_str(sql, "DELETE FROM ");
        mlk_sql_table(sql, schema, table);
    }
    sql = mlk_statements_add(out, MLK_NEED_INSERT);
    mlk_buf_str(sql, "INSERT INTO ");
    mlk_sql_table(sql, schema, table);
    mlk_buf_str(sql, " (ID, LOCKED) VALUES (1, 0)");
    return mlk_statements_status(out);
}

static const struct mlk_phrase phrases[] = {
    {"Waiting for changelog lock", NULL},
    {"Currently locked by other transaction", "Keycloak waits for a row that another transaction has locked, "
                                              "not for the flag LOCKED: the session that "
                                              "holds it must end, and changing the table does nothing."},
    {"Could not acquire change log lock within specified timeout",
     "Keycloak waits for a row that another transaction has locked, not for the flag LOCKED: the session "
     "that "
     "holds it must end, and changing the table does nothing."},
    {"Could not acquire change log lock. Currently locked by", NULL},
    {"Did not update change log lock correctly",
     "The row ID = 1 was not there, or was there more than once, when Liquibase took or gave back its lock."},
    {"RELEASE_LOCK() returned 0", "liquibase-sessionlock holds a named lock instead of the flag: only the "
                                  "session that took it can give it "
                                  "back."},
    {NULL, NULL},
};

static const char *const advice[] = {
    "Compare the last rows of DATABASECHANGELOG with the change sets: the one that was interrupted is not "
    "listed, but its DDL may be there, as MySQL and MariaDB do not roll DDL back.",
    "See that the program that ran Liquibase has ended: Liquibase does not notice that its lock was released "
    "and goes on.",
    NULL,
};

const struct mlk_tool mlk_tool_liquibase = {
    .id = "liquibase",
    .title = "Liquibase",
    .kind = MLK_ROW,
    .how =
        "A flag in the table DATABASECHANGELOGLOCK, row ID = 1, committed at once; it stays when the process "
        "dies.",
    .stuck =
        "When the process or its container is killed during an update: the flag says who took it, and "
        "nothing clears it. A run that gives up waiting can clear the flag of the one that holds it (seen "
        "with 4.28.1).",
    .own_unlock = "liquibase release-locks",
    .message = "Could not acquire change log lock.  Currently locked by HOST (ADDRESS) since DATE",
    .phrases = phrases,
    .source = "liquibase 3.x to 5.0.4: lockservice/StandardLockService.java, sqlgenerator/core/"
              "LockDatabaseChangeLogGenerator.java; keycloak: liquibase/lock/CustomLockService.java",
    .takes_qualifier = true,
    .qualifier_is = "lock table",
    .default_table = "DATABASECHANGELOGLOCK",
    .elsewhere = true, /* liquibaseSchemaName */
    .columns = columns,
    .read = read_rows,
    .release = release,
    .explain = explain,
    .repair = repair,
    .advice = advice,
};
