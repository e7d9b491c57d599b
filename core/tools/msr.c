/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * MSR (@migration-script-runner/core): a row of migration_locks for each lock, with an expiry. The core ships
 * no SQL; an adapter writes the table, and the sample in its documentation is what is expected here.
 * Source: msr-core 0.8.4: docs/configuration/locking-settings.md, src/service/LockingOrchestrator.ts.
 */
#include <string.h>

#include "seen.h"
#include "tools.h"

static const char *const columns[] = {"executor_id", "locked_at", "expires_at", NULL};

/* From "<hostname>-<pid>-<uuid>"; anything else says nothing. */
static void find_owner(struct mlk_row_state *out)
{
    enum { UUID = 36 };
    size_t len = out->owner ? strlen(out->owner) : 0;
    int64_t pid = 0, place = 1;

    if (len < UUID + 1 || out->owner[len - UUID - 1] != '-')
        return;
    for (size_t i = 0; i < UUID; i++) {
        if ((out->owner[len - UUID + i] == '-') != (i == 8 || i == 13 || i == 18 || i == 23))
            return;
    }
    len -= UUID + 1;
    for (; len && out->owner[len - 1] >= '0' && out->owner[len - 1] <= '9' && place < INT64_C(10000000000);
         len--) {
        pid += (out->owner[len - 1] - '0') * place;
        place *= 10;
    }
    if (place == 1 || len < 2 || out->owner[len - 1] != '-' || len - 1 >= sizeof out->owner_host)
        return;
    memcpy(out->owner_host, out->owner, len - 1);
    out->owner_host[len - 1] = '\0';
    out->owner_pid = pid;
}

static void read_rows(const struct mlk_rows *rows, struct mlk_row_state *out)
{
    int executor = mlk_rows_column(rows, "executor_id");
    int locked = mlk_rows_column(rows, "locked_at");
    int expires = mlk_rows_column(rows, "expires_at");
    const char *last = NULL;

    memset(out, 0, sizeof *out);
    out->row = SIZE_MAX;
    out->since.clock = out->expires.clock = MLK_CLOCK_COLUMN;
    out->since.column = out->expires.column = -1;
    if (executor < 0 || locked < 0 || expires < 0) {
        out->finding = MLK_ROW_ODD;
        return;
    }
    /* one table has one form of time, so later is greater as text too */
    for (size_t i = 0; i < rows->count; i++) {
        const char *until = mlk_rows_text(rows, i, (size_t)expires);

        if (i > 0 && (!until || (last && strcmp(until, last) <= 0)))
            continue;
        out->row = i;
        last = until;
    }
    out->held_rows = rows->count;
    out->finding = rows->count ? MLK_ROW_HELD : MLK_ROW_FREE;
    if (!rows->count)
        return;
    if (rows->count > 1)
        out->note = "of several rows the one that expires last counts";
    out->since.text = mlk_rows_text(rows, out->row, (size_t)locked);
    out->since.column = locked;
    out->expires.text = last;
    out->expires.column = expires;
    out->owner = mlk_rows_text(rows, out->row, (size_t)executor);
    find_owner(out);
}

static enum mlk_status release(const char *schema, const char *table, const struct mlk_rows *rows,
                               const struct mlk_row_state *state, struct mlk_buf *sql)
{
    mlk_seen_delete(sql, schema, table);
    mlk_seen_text(sql, rows, state->row, "executor_id");
    mlk_seen_text(sql, rows, state->row, "locked_at");
    mlk_seen_text(sql, rows, state->row, "expires_at");
    return sql->status;
}

static enum mlk_status explain(const char *schema, const char *table, const struct mlk_rows *rows,
                               const struct mlk_row_state *state, struct mlk_buf *text)
{
    (void)schema;
    (void)rows;
    (void)state;
    return mlk_buf_fmt(text,
                       "%s is not a lock table of MSR: it needs the columns executor_id, locked_at and "
                       "expires_at",
                       table);
}

static const struct mlk_phrase phrases[] = {
    {"Failed to acquire migration lock after", NULL},
    {"Lock ownership verification failed",
     "The lock was gone, or another's, while this run still believed that it had it: it expired, or somebody "
     "released it."},
    {NULL, NULL},
};

static const char *const advice[] = {
    "Look at the last rows of the table of executed scripts: the script that was interrupted may be half "
    "done, "
    "as MySQL and MariaDB do not roll DDL back.",
    "See that the process that the row named has ended: nothing renews the lock, so a run that takes longer "
    "than its timeout works on after it has expired.",
    NULL,
};

const struct mlk_tool mlk_tool_msr = {
    .id = "msr",
    .title = "MSR (Migration Script Runner)",
    .kind = MLK_ROW,
    .how = "A row in the table migration_locks, with its owner and an expiry (10 minutes unless configured) "
           "that "
           "is not renewed; only where the adapter has a locking service.",
    .stuck =
        "When the process dies: until the row expires, or for ever where the adapter does not look at the "
        "expiry.",
    .own_unlock = "msr lock:release --force",
    .message = "Failed to acquire migration lock after N attempt(s)",
    .phrases = phrases,
    .source =
        "msr-core 0.8.4: docs/configuration/locking-settings.md (a sample for PostgreSQL: no adapter for "
        "MySQL is known), src/service/LockingOrchestrator.ts",
    .takes_qualifier = true,
    .qualifier_is = "lock table",
    .default_table = "migration_locks",
    .columns = columns,
    .read = read_rows,
    .release_deletes = true,
    .release = release,
    .explain = explain,
    .advice = advice,
};
