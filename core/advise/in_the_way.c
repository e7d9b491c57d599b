/* SPDX-License-Identifier: GPL-2.0-only */
#include "in_the_way.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "../ask.h"
#include "../document.h"
#include "../server.h"
#include "miglock/sql.h"
#include "miglock/text.h"

enum { SQL_BYTES = 8192, SHOWN = 20, STATEMENT_SHOWN = 60 };

struct look {
    struct mlk_session *s;
    const struct mlk_table *table;
    cJSON *list, *blind_spots;
};

static void add(const struct look *l, const char *kind, int64_t connection_id, int64_t seconds,
                const char *text)
{
    struct mlk_doc j;

    mlk_doc_begin(&j);
    mlk_doc_text(&j, "kind", kind);
    mlk_doc_known_number(&j, "connection_id", (double)connection_id);
    mlk_doc_known_number(&j, "seconds", (double)seconds);
    mlk_doc_text(&j, "text", text);
    cJSON_AddItemToArray(l->list, mlk_doc_end(&j));
}

/* ---- who has locks ---- */

/* Both give: connection, lock type, whether granted, user, command, seconds, statement, of what. */
static void from_performance_schema(const struct look *l, struct mlk_buf *sql)
{
    mlk_buf_str(sql, MLK_TAG
                "SELECT t.PROCESSLIST_ID, m.LOCK_TYPE, m.LOCK_STATUS, t.PROCESSLIST_USER, "
                "t.PROCESSLIST_COMMAND, t.PROCESSLIST_TIME, t.PROCESSLIST_INFO, m.OBJECT_TYPE FROM "
                "performance_schema.metadata_locks m JOIN performance_schema.threads t ON t.THREAD_ID = "
                "m.OWNER_THREAD_ID WHERE (m.OBJECT_TYPE = 'TABLE' AND m.OBJECT_SCHEMA = ");
    mlk_sql_string(sql, l->table->schema, strlen(l->table->schema));
    mlk_buf_str(sql, " AND m.OBJECT_NAME = ");
    mlk_sql_string(sql, l->table->name, strlen(l->table->name));
    /* who changes data has an intention lock on these; who has another holds changes up. Source: sql/mdl.h */
    mlk_buf_str(sql, " OR m.OBJECT_TYPE IN ('GLOBAL', 'BACKUP LOCK', 'BACKUP') AND m.LOCK_TYPE NOT IN "
                     "('INTENTION_EXCLUSIVE', 'BACKUP_DML', 'BACKUP_TRANS_DML', 'BACKUP_SYS_DML', "
                     "'BACKUP_DDL', 'BACKUP_ALTER_COPY', 'BACKUP_COMMIT')) AND t.PROCESSLIST_ID <> "
                     "CONNECTION_ID() ORDER BY m.LOCK_STATUS, t.PROCESSLIST_TIME DESC");
}

static void from_lock_info(const struct look *l, struct mlk_buf *sql)
{
    mlk_buf_str(
        sql, MLK_TAG
        "SELECT m.THREAD_ID, SUBSTRING(m.LOCK_MODE, 5), 'GRANTED', p.USER, p.COMMAND, p.TIME, p.INFO, "
        "IF(m.LOCK_TYPE = 'Table metadata lock', 'TABLE', 'BACKUP') FROM "
        "information_schema.METADATA_LOCK_INFO m LEFT JOIN information_schema.PROCESSLIST p ON p.ID = "
        "m.THREAD_ID WHERE (m.LOCK_TYPE = 'Table metadata lock' AND m.TABLE_SCHEMA = ");
    mlk_sql_string(sql, l->table->schema, strlen(l->table->schema));
    mlk_buf_str(sql, " AND m.TABLE_NAME = ");
    mlk_sql_string(sql, l->table->name, strlen(l->table->name));
    mlk_buf_str(sql, " OR m.LOCK_TYPE = 'Backup lock' AND m.LOCK_MODE NOT IN ('MDL_BACKUP_DML', "
                     "'MDL_BACKUP_TRANS_DML', 'MDL_BACKUP_SYS_DML', 'MDL_BACKUP_DDL', "
                     "'MDL_BACKUP_ALTER_COPY', 'MDL_BACKUP_COMMIT')) AND m.THREAD_ID <> CONNECTION_ID()");
}

/* A schema change takes one of these on its table: sql/mdl.h. */
static bool of_ddl(const char *lock)
{
    static const char *const list[] = {"SHARED_UPGRADABLE", "SHARED_NO_WRITE", "SHARED_NO_READ_WRITE",
                                       "EXCLUSIVE", NULL};

    for (size_t i = 0; list[i]; i++) {
        if (strcmp(lock, list[i]) == 0)
            return true;
    }
    return false;
}

static void add_session(const struct look *l, const struct mlk_rows *rows, size_t i)
{
    const char *lock = mlk_rows_text(rows, i, 1), *granted = mlk_rows_text(rows, i, 2);
    const char *user = mlk_rows_text(rows, i, 3), *command = mlk_rows_text(rows, i, 4);
    const char *info = mlk_rows_text(rows, i, 6), *object = mlk_rows_text(rows, i, 7);
    int64_t id = mlk_rows_int(rows, i, 0, -1), seconds = mlk_rows_int(rows, i, 5, -1);
    bool table = object && strcmp(object, "TABLE") == 0, ddl = table && lock && of_ddl(lock);
    bool waits = granted && strcmp(granted, "GRANTED") != 0;
    char text[512], statement[STATEMENT_SHOWN + 1] = "", doing[160];

    if (info)
        mlk_printable(statement, sizeof statement, info, strlen(info));
    if (command && strcmp(command, "Sleep") == 0)
        snprintf(doing, sizeof doing, "and has been idle for %" PRId64 " s", seconds);
    else
        snprintf(doing, sizeof doing, "and runs: %s", statement[0] ? statement : "nothing that is seen");
    snprintf(text, sizeof text, "connection %" PRId64 " (%.60s) %s %s", id, user ? user : "unknown",
             !table  ? "holds up every change (FLUSH TABLES WITH READ LOCK, or a backup)"
             : waits ? "waits for the table"
             : ddl   ? "changes the table, or has locked it,"
                     : "has the table in an open transaction or statement",
             doing);
    add(l, !table ? "backup" : ddl ? "ddl" : "session", id, seconds, text);
}

/* Open transactions, where nobody can tell which tables they have used. */
static enum mlk_status any_transaction(const struct look *l)
{
    struct mlk_rows *rows = NULL;
    char text[300];
    enum mlk_status status = mlk_ask(
        l->s, &mlk_need_process,
        MLK_TAG "SELECT COUNT(*), MAX(TIMESTAMPDIFF(SECOND, trx_started, NOW())), "
                "SUBSTRING_INDEX(GROUP_CONCAT(trx_mysql_thread_id ORDER BY trx_started), ',', 1) FROM "
                "information_schema.INNODB_TRX WHERE trx_mysql_thread_id NOT IN (0, CONNECTION_ID())",
        &rows);

    if (!status && mlk_rows_int(rows, 0, 0, 0) > 0) {
        snprintf(text, sizeof text,
                 "%" PRId64 " transactions are open, the oldest (connection %" PRId64 ") for %" PRId64
                 " s; which tables they have used is not seen",
                 mlk_rows_int(rows, 0, 0, 0), mlk_rows_int(rows, 0, 2, -1), mlk_rows_int(rows, 0, 1, 0));
        add(l, "transactions", mlk_rows_int(rows, 0, 2, -1), mlk_rows_int(rows, 0, 1, 0), text);
    }
    mlk_rows_free(rows);
    mlk_say(l->blind_spots,
            status ? "whether open transactions have used the table is not seen"
            : l->s->flavour == MLK_MARIADB
                ? "who has locks on the table is not seen: performance_schema is off and the plugin "
                  "metadata_lock_info is not there"
                : "who has locks on the table is not seen: performance_schema or its metadata locks are off, "
                  "or this account may not read them");
    return mlk_ask_over(status) ? status : MLK_OK;
}

static enum mlk_status instrumented(struct mlk_session *s, bool *out)
{
    struct mlk_rows *rows = NULL;
    enum mlk_status status = mlk_ask(s, &mlk_need_nothing,
                                     MLK_TAG "SELECT ENABLED FROM performance_schema.setup_instruments WHERE "
                                             "NAME = 'wait/lock/metadata/sql/mdl'",
                                     &rows);

    *out = !status && mlk_rows_text(rows, 0, 0) && strcmp(mlk_rows_text(rows, 0, 0), "YES") == 0;
    mlk_rows_free(rows);
    return status;
}

static enum mlk_status sessions(const struct look *l, bool performance_schema)
{
    struct mlk_rows *rows = NULL;
    struct mlk_buf sql;
    enum mlk_status status = MLK_UNSUPPORTED;
    bool on = false;

    mlk_buf_init(&sql, SQL_BYTES);
    if (performance_schema && instrumented(l->s, &on) == MLK_OK && on) {
        from_performance_schema(l, &sql);
        status = mlk_ask_buf(l->s, &mlk_need_process, &sql, &rows, NULL);
    }
    if (status && !mlk_ask_over(status) && l->s->flavour == MLK_MARIADB) {
        mlk_buf_reset(&sql);
        from_lock_info(l, &sql);
        status = mlk_ask_buf(l->s, &mlk_need_process, &sql, &rows, NULL);
    }
    for (size_t i = 0; !status && i < rows->count && i < SHOWN; i++)
        add_session(l, rows, i);
    if (!status && rows->count > SHOWN)
        mlk_say(l->blind_spots, "%zu more sessions that have or want locks on the table are not listed",
                rows->count - SHOWN);
    mlk_rows_free(rows);
    mlk_buf_free(&sql);
    if (mlk_ask_over(status))
        return status;
    return status ? any_transaction(l) : MLK_OK;
}

/* ---- other tables, other servers ---- */

static enum mlk_status foreign_keys(const struct look *l)
{
    struct mlk_buf sql, name;
    struct mlk_rows *rows = NULL;
    enum mlk_status status = MLK_OK;
    bool known = true;
    char text[400];

    mlk_buf_init(&sql, SQL_BYTES);
    mlk_buf_init(&name, SQL_BYTES);
    if (l->s->flavour == MLK_MYSQL) {
        mlk_buf_str(&sql, MLK_TAG "SELECT COUNT(DISTINCT CONSTRAINT_SCHEMA, TABLE_NAME), "
                                  "GROUP_CONCAT(DISTINCT TABLE_NAME ORDER BY 1 SEPARATOR ', ') FROM "
                                  "information_schema.REFERENTIAL_CONSTRAINTS WHERE "
                                  "UNIQUE_CONSTRAINT_SCHEMA = ");
        mlk_sql_string(&sql, l->table->schema, strlen(l->table->schema));
        mlk_buf_str(&sql, " AND REFERENCED_TABLE_NAME = ");
        mlk_sql_string(&sql, l->table->name, strlen(l->table->name));
        mlk_buf_str(&sql, " AND TABLE_NAME NOT LIKE 'miglock\\_twin\\_%'");
    } else {
        known = mlk_innodb_name(&name, l->table->schema) && !mlk_buf_str(&name, "/") &&
                mlk_innodb_name(&name, l->table->name);
        mlk_buf_str(
            &sql, MLK_TAG
            "SELECT COUNT(DISTINCT FOR_NAME), GROUP_CONCAT(DISTINCT SUBSTRING_INDEX(FOR_NAME, '/', -1) "
            "SEPARATOR ', ') FROM information_schema.INNODB_SYS_FOREIGN WHERE REF_NAME = ");
        mlk_sql_string(&sql, mlk_buf_text(&name), name.len);
        mlk_buf_str(&sql, " AND FOR_NAME NOT LIKE '%/miglock\\_twin\\_%'");
    }
    if (known)
        status = mlk_ask_buf(l->s, &mlk_need_process, &sql, &rows, NULL);
    if (!known || status) {
        mlk_say(l->blind_spots, "which tables refer to this one is not known%s",
                status == MLK_DENIED ? " (it takes PROCESS)" : "");
    } else if (mlk_rows_int(rows, 0, 0, 0) > 0) {
        snprintf(text, sizeof text,
                 "tables refer to this one by foreign keys, and may be locked for a moment as well: %.300s",
                 mlk_rows_text(rows, 0, 1) ? mlk_rows_text(rows, 0, 1) : "");
        add(l, "foreign_keys", -1, -1, text);
    }
    mlk_rows_free(rows);
    mlk_buf_free(&sql);
    mlk_buf_free(&name);
    return mlk_ask_over(status) ? status : MLK_OK;
}

static enum mlk_status replicas(const struct look *l, const struct mlk_server *server)
{
    struct mlk_rows *rows = NULL;
    char text[300];
    enum mlk_status status = mlk_ask(
        l->s, &mlk_need_process,
        MLK_TAG "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE COMMAND LIKE 'Binlog Dump%'",
        &rows);
    int64_t count = mlk_rows_int(rows, 0, 0, 0);

    if (count > 0) {
        snprintf(text, sizeof text,
                 "%" PRId64 " replica%s: each runs the statement once it is done here, and lags behind for "
                 "as long as it takes",
                 count, count == 1 ? " reads from this server" : "s read from this server");
        add(l, "replicas", -1, -1, text);
    }
    if (server->cluster) {
        snprintf(text, sizeof text,
                 "the server is part of a cluster (%s): the statement runs on all its nodes%s",
                 server->cluster,
                 strcmp(server->cluster, "Galera") == 0
                     ? ", at the same time, and holds up every change on all of them for as long as it takes"
                     : "");
        add(l, "cluster", -1, -1, text);
    }
    mlk_rows_free(rows);
    return mlk_ask_over(status) ? status : MLK_OK;
}

enum mlk_status mlk_in_the_way(struct mlk_session *s, const struct mlk_table *table, cJSON *list,
                               cJSON *blind_spots)
{
    const struct look l = {s, table, list, blind_spots};
    cJSON *aside = cJSON_CreateArray(); /* what that read says of other matters */
    struct mlk_server server;
    enum mlk_status status = aside ? mlk_server_read(s, false, &server, aside) : MLK_NO_MEMORY;

    cJSON_Delete(aside);
    if (!status)
        status = sessions(&l, server.performance_schema);
    if (!status)
        status = foreign_keys(&l);
    return status ? status : replicas(&l, &server);
}
