/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Laravel, `migrate --isolated` with the database cache store: a row of cache_locks among the locks of
 * everything else.
 * Source: illuminate Console/Command.php, Console/CacheCommandMutex.php, Cache/DatabaseLock.php,
 * Cache/Console/stubs/cache.stub, 11 to 13.
 */
#include <string.h>

#include "seen.h"
#include "tools.h"

static const char *const columns[] = {"key", "owner", "expiration", NULL};

/* The key is the cache's prefix and "framework/command-migrate", with the application's directory separator.
 */
static bool is_migrate(const char *key)
{
    static const char *const ends[] = {"framework/command-migrate", "framework\\command-migrate"};
    size_t len = key ? strlen(key) : 0;

    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        if (len >= strlen(ends[i]) && strcmp(key + len - strlen(ends[i]), ends[i]) == 0)
            return true;
    }
    return false;
}

static void read_rows(const struct mlk_rows *rows, struct mlk_row_state *out)
{
    int key = mlk_rows_column(rows, "key");
    int owner = mlk_rows_column(rows, "owner");
    int expires = mlk_rows_column(rows, "expiration");
    int64_t last = 0;

    memset(out, 0, sizeof *out);
    out->row = SIZE_MAX;
    out->expires.clock = MLK_CLOCK_UNIX_S;
    out->expires.column = -1;
    if (key < 0 || owner < 0 || expires < 0 || rows->columns != 3) {
        out->finding = MLK_ROW_ODD;
        return;
    }
    for (size_t i = 0; i < rows->count; i++) {
        int64_t until = mlk_rows_int(rows, i, (size_t)expires, INT64_MIN);

        if (!is_migrate(mlk_rows_text(rows, i, (size_t)key)))
            continue;
        if (out->held_rows++ && until <= last)
            continue;
        out->row = i;
        last = until;
    }
    out->finding = out->held_rows ? MLK_ROW_HELD : MLK_ROW_FREE;
    if (!out->held_rows)
        return;
    if (out->held_rows > 1)
        out->note = "several applications share the table; the lock that expires last counts";
    out->owner = mlk_rows_text(rows, out->row, (size_t)owner);
    out->expires.text = mlk_rows_text(rows, out->row, (size_t)expires);
    out->expires.column = expires;
}

static enum mlk_status release(const char *schema, const char *table, const struct mlk_rows *rows,
                               const struct mlk_row_state *state, struct mlk_buf *sql)
{
    mlk_seen_delete(sql, schema, table);
    mlk_seen_text(sql, rows, state->row, "key");
    mlk_seen_text(sql, rows, state->row, "owner");
    mlk_seen_number(sql, rows, state->row, "expiration");
    return sql->status;
}

static enum mlk_status explain(const char *schema, const char *table, const struct mlk_rows *rows,
                               const struct mlk_row_state *state, struct mlk_buf *text)
{
    (void)schema;
    (void)rows;
    (void)state;
    return mlk_buf_fmt(text,
                       "%s is not a lock table of Laravel's cache: it needs the columns key, owner, "
                       "expiration and no others",
                       table);
}

static const struct mlk_phrase phrases[] = {
    {"The [migrate] command is already running.", NULL},
    {NULL, NULL},
};

static const char *const advice[] = {
    "Run `php artisan migrate:status`: the migration that was interrupted is still pending, but its DDL may "
    "be "
    "there, as MySQL and MariaDB do not roll DDL back.",
    "Look whether deployments since then have migrated: with --isolated a run that finds the lock taken "
    "migrates nothing and ends with exit code 0.",
    NULL,
};

const struct mlk_tool mlk_tool_laravel = {
    .id = "laravel",
    .title = "Laravel (migrate --isolated)",
    .kind = MLK_ROW,
    .how = "With --isolated and the database cache store: a row in the table cache_locks whose key ends in "
           "framework/command-migrate. Other cache stores leave nothing in the database.",
    .stuck =
        "When the process is killed: for an hour, then the next run takes the lock over. A run that finds it "
        "taken migrates nothing and ends with exit code 0.",
    .message = "The [migrate] command is already running.",
    .phrases = phrases,
    .source = "laravel/framework 11 to 13: Console/Command.php, Console/CacheCommandMutex.php, "
              "Cache/DatabaseLock.php; before 11 there is a plain entry in the table cache instead",
    .takes_qualifier = true,
    .qualifier_is = "lock table",
    .default_table = "cache_locks",
    .elsewhere = true, /* the cache has a connection of its own */
    .columns = columns,
    .columns_max = 3,
    .read = read_rows,
    .release_deletes = true,
    .release = release,
    .explain = explain,
    .advice = advice,
};
