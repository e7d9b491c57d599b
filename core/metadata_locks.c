/* SPDX-License-Identifier: GPL-2.0-only */
#include "metadata_locks.h"

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

static void look_for_lost(struct mlk_session *s, cJSON *blind_spots)
{
    struct mlk_rows *rows;

    /* a lock of a session without a place in performance_schema has no owner there */
    if (mlk_ask(s, &mlk_need_nothing,
                MLK_TAG "SHOW GLOBAL STATUS LIKE 'Performance_schema_thread_instances_lost'",
                &rows) == MLK_OK &&
        mlk_rows_int(rows, 0, 1, 0) > 0)
        mlk_say(
            blind_spots,
            "performance_schema had no room for %s sessions (performance_schema_max_thread_instances): their "
            "locks and programs are not visible",
            mlk_rows_text(rows, 0, 1));
    mlk_rows_free(rows);
    if (mlk_ask(s, &mlk_need_nothing,
                MLK_TAG "SHOW GLOBAL STATUS LIKE 'Performance_schema_metadata_lock_lost'", &rows) == MLK_OK &&
        mlk_rows_int(rows, 0, 1, 0) > 0)
        mlk_say(blind_spots,
                "performance_schema lost %s metadata locks for lack of room: some holders and waiters may be "
                "missing",
                mlk_rows_text(rows, 0, 1));
    mlk_rows_free(rows);
}

static enum mlk_status read_performance_schema(struct mlk_session *s, const char *schema,
                                               struct mlk_metadata_locks *out)
{
    static const char from[] = " FROM performance_schema.metadata_locks m JOIN performance_schema.threads t "
                               "ON t.THREAD_ID = m.OWNER_THREAD_ID WHERE t.PROCESSLIST_ID IS NOT NULL AND ";
    struct mlk_buf sql;
    enum mlk_status status = s->ops->may(s, &threads_table);

    if (status)
        return status;
    mlk_buf_init(&sql, 4096);
    mlk_buf_fmt(&sql,
                MLK_TAG "SELECT t.PROCESSLIST_ID, m.OBJECT_NAME, m.LOCK_STATUS = 'GRANTED'%s"
                        "m.OBJECT_TYPE = 'USER LEVEL LOCK' ORDER BY 2, 3 DESC, 1",
                from);
    status = mlk_ask_buf(s, &locks_table, &sql, &out->named, NULL);
    if (!status) {
        out->waiters = true;
        mlk_buf_reset(&sql);
        mlk_buf_fmt(
            &sql, MLK_TAG "SELECT DISTINCT t.PROCESSLIST_ID, m.OBJECT_SCHEMA%sm.OBJECT_TYPE = 'TABLE'", from);
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

static enum mlk_status read_plugin(struct mlk_session *s, const char *schema, struct mlk_metadata_locks *out)
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
    if (!status) {
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
                                        const char *schema, struct mlk_metadata_locks *out,
                                        cJSON *blind_spots)
{
    memset(out, 0, sizeof *out);
    if (server->performance_schema && instrument_on(s, blind_spots)) {
        if (read_performance_schema(s, schema, out) == MLK_OK) {
            look_for_lost(s, blind_spots);
            return MLK_OK;
        }
        mlk_metadata_locks_free(out);
        if (s->flavour == MLK_MYSQL)
            mlk_say(blind_spots,
                    "without SELECT on performance_schema.metadata_locks and threads, waiters are found by "
                    "their statements only, and named locks only where their name can be computed");
    }
    if (s->flavour == MLK_MARIADB) {
        enum mlk_status status = read_plugin(s, schema, out);

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
