/* SPDX-License-Identifier: GPL-2.0-only */
#include "metadata_locks.h"

#include <inttypes.h>
#include <string.h>
#include <strings.h>

#include "ask.h"
#include "miglock/sql.h"

static const struct mlk_access locks_table = {
    .need = MLK_NEED_SELECT, .schema = "performance_schema", .table = "metadata_locks"};
static const struct mlk_access threads_table = {
    .need = MLK_NEED_SELECT, .schema = "performance_schema", .table = "threads"};

enum source { SOURCE_NONE, SOURCE_PERFORMANCE_SCHEMA, SOURCE_PLUGIN };

/* Whether the server records metadata locks. Locks taken while the instrument was off stay unrecorded. */
static bool instrument_on(struct mlk_session *s, cJSON *blind_spots)
{
    static const struct mlk_access need = {
        .need = MLK_NEED_SELECT, .schema = "performance_schema", .table = "setup_instruments"};
    struct mlk_rows *rows;
    bool on = true;

    if (mlk_ask(s, &need,
                MLK_TAG "SELECT ENABLED FROM performance_schema.setup_instruments "
                        "WHERE NAME = 'wait/lock/metadata/sql/mdl'",
                &rows) == MLK_OK &&
        rows->count)
        on = mlk_rows_text(rows, 0, 0) && strcasecmp(mlk_rows_text(rows, 0, 0), "YES") == 0;
    mlk_rows_free(rows);
    if (!on)
        mlk_say(blind_spots,
                "the instrument wait/lock/metadata/sql/mdl is off: performance_schema does not record locks");
    return on;
}

static void say_lost(const struct mlk_server *server, cJSON *blind_spots)
{
    /* a lock of a session without a place in performance_schema has no owner there */
    if (server->threads_lost > 0)
        mlk_say(
            blind_spots,
            "performance_schema had no room for %" PRId64
            " sessions (performance_schema_max_thread_instances): their locks and programs are not visible",
            server->threads_lost);
    if (server->locks_lost > 0)
        mlk_say(blind_spots,
                "performance_schema lost %" PRId64
                " metadata locks for lack of room: some holders and waiters may be missing",
                server->locks_lost);
}

static enum mlk_status read_performance_schema(struct mlk_session *s, const char *schema, bool tables,
                                               struct mlk_metadata_locks *out)
{
    /* Joined as it is, threads is looked through as a whole for each lock (seen on both: 170 and 900 ms on
     * 3,000 sessions, 10 ms this way). The LIMIT, which is never reached, makes the server keep the list as a
     * temporary table, which it gives an index. */
    static const char from[] =
        " FROM performance_schema.metadata_locks m JOIN (SELECT THREAD_ID, PROCESSLIST_ID FROM "
        "performance_schema.threads WHERE PROCESSLIST_ID IS NOT NULL LIMIT 1000000) t ON t.THREAD_ID = "
        "m.OWNER_THREAD_ID WHERE ";
    struct mlk_buf sql;
    enum mlk_status status = s->ops->may(s, &threads_table);

    if (status)
        return status;
    mlk_buf_init(&sql, 4096);
    mlk_buf_fmt(&sql,
                MLK_TAG "SELECT STRAIGHT_JOIN t.PROCESSLIST_ID, m.OBJECT_NAME, m.LOCK_STATUS = 'GRANTED'%s"
                        "m.OBJECT_TYPE = 'USER LEVEL LOCK' ORDER BY 2, 3 DESC, 1",
                from);
    status = mlk_ask_buf(s, &locks_table, &sql, &out->named, NULL);
    if (!status)
        out->waiters = true;
    if (!status && tables) {
        mlk_buf_reset(&sql);
        mlk_buf_fmt(
            &sql,
            MLK_TAG
            "SELECT STRAIGHT_JOIN DISTINCT t.PROCESSLIST_ID, m.OBJECT_SCHEMA%sm.OBJECT_TYPE = 'TABLE'",
            from);
        if (schema) {
            /* in whatever case: lower_case_table_names can be on */
            mlk_buf_str(&sql, " AND LOWER(m.OBJECT_SCHEMA) = LOWER(");
            mlk_sql_string(&sql, schema, strlen(schema));
            mlk_buf_str(&sql, ")");
        } else {
            mlk_buf_str(
                &sql,
                " AND m.OBJECT_SCHEMA NOT IN ('performance_schema', 'information_schema', 'mysql', 'sys')");
        }
        status = mlk_ask_buf(s, &locks_table, &sql, &out->tables, NULL);
    }
    mlk_buf_free(&sql);
    return status;
}

static enum mlk_status read_plugin(struct mlk_session *s, const char *schema, bool tables,
                                   struct mlk_metadata_locks *out)
{
    struct mlk_buf sql;
    enum mlk_status status;

    mlk_buf_init(&sql, 4096);
    /* the plugin puts the lock's name into TABLE_SCHEMA and knows no waiters */
    status = mlk_ask(s, &mlk_need_nothing,
                     MLK_TAG "SELECT THREAD_ID, TABLE_SCHEMA, 1 FROM "
                             "information_schema.METADATA_LOCK_INFO WHERE LOCK_TYPE = 'User lock' "
                             "ORDER BY 2, 1",
                     &out->named);
    if (!status && tables) {
        mlk_buf_str(&sql, MLK_TAG
                    "SELECT DISTINCT THREAD_ID, TABLE_SCHEMA FROM information_schema.METADATA_LOCK_INFO "
                    "WHERE LOCK_TYPE = 'Table metadata lock'");
        if (schema) {
            mlk_buf_str(&sql, " AND TABLE_SCHEMA = ");
            mlk_sql_string(&sql, schema, strlen(schema));
        }
        status = mlk_ask_buf(s, &mlk_need_process, &sql, &out->tables, NULL);
    }
    mlk_buf_free(&sql);
    return status;
}

enum mlk_status mlk_metadata_locks_read(struct mlk_session *s, const struct mlk_server *server,
                                        const char *schema, bool tables, struct mlk_metadata_locks *out,
                                        cJSON *blind_spots)
{
    memset(out, 0, sizeof *out);
    if (server->performance_schema && instrument_on(s, blind_spots)) {
        if (read_performance_schema(s, schema, tables, out) == MLK_OK) {
            say_lost(server, blind_spots);
            return MLK_OK;
        }
        mlk_metadata_locks_free(out);
        if (s->flavour == MLK_MYSQL)
            mlk_say(blind_spots,
                    "without SELECT on performance_schema.metadata_locks and threads, waiters are found by "
                    "their statements only, and named locks only where their name can be computed");
    }
    if (s->flavour == MLK_MARIADB) {
        enum mlk_status status = read_plugin(s, schema, tables, out);

        if (status == MLK_OK || out->named)
            return MLK_OK;
        if (!server->performance_schema)
            mlk_say(
                blind_spots,
                "performance_schema is off and the plugin METADATA_LOCK_INFO is not installed: waiters are "
                "found by their statements only, and named locks only where their name can be computed "
                "(INSTALL SONAME 'metadata_lock_info' shows them all)");
    }
    return MLK_OK;
}

void mlk_metadata_locks_free(struct mlk_metadata_locks *locks)
{
    mlk_rows_free(locks->named);
    mlk_rows_free(locks->tables);
    memset(locks, 0, sizeof *locks);
}
