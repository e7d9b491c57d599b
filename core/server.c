/* SPDX-License-Identifier: GPL-2.0-only */
#include "server.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "ask.h"
#include "miglock/sql.h"

static bool is_on(const char *value)
{
    return value && strcmp(value, "0") != 0 && strcasecmp(value, "OFF") != 0 && strcasecmp(value, "NO") != 0;
}

/* The clock and the time since the start in one statement: then their difference is exact, and so is a token
 * made of it. A loss that is counted later is one of sessions and locks that are younger than this look at
 * the server. */
static enum mlk_status read_status(struct mlk_session *s, bool losses, struct mlk_server *out)
{
    struct mlk_rows *rows;
    struct mlk_buf sql;
    enum mlk_status status;

    mlk_buf_init(&sql, 1024);
    /* that of a session does not add up all sessions, and has the first of them only */
    mlk_buf_fmt(
        &sql,
        MLK_TAG
        "SELECT VARIABLE_NAME, VARIABLE_VALUE, UNIX_TIMESTAMP() FROM %s.%s_status WHERE VARIABLE_NAME ",
        s->flavour == MLK_MYSQL ? "performance_schema" : "information_schema", losses ? "global" : "session");
    mlk_buf_str(&sql, losses ? "IN ('Uptime', 'Performance_schema_thread_instances_lost', "
                               "'Performance_schema_metadata_lock_lost')"
                             : "= 'Uptime'");
    status = mlk_ask_buf(s, &mlk_need_nothing, &sql, &rows, NULL);
    for (size_t i = 0; !status && i < rows->count; i++) {
        const char *name = mlk_rows_text(rows, i, 0);
        int64_t value = mlk_rows_int(rows, i, 1, -1), now = mlk_rows_int(rows, i, 2, -1);

        if (!name || value < 0)
            continue;
        if (strcasecmp(name, "Uptime") == 0)
            out->started = now > value ? now - value : -1;
        else if (strcasecmp(name, "Performance_schema_thread_instances_lost") == 0)
            out->threads_lost = value;
        else if (strcasecmp(name, "Performance_schema_metadata_lock_lost") == 0)
            out->locks_lost = value;
    }
    mlk_rows_free(rows);
    mlk_buf_free(&sql);
    return status;
}

/* A server without InnoDB has no such variable. */
static void read_innodb_read_only(struct mlk_session *s, struct mlk_server *out)
{
    struct mlk_rows *rows;

    if (mlk_ask(s, &mlk_need_nothing, MLK_TAG "SELECT @@GLOBAL.innodb_read_only", &rows) == MLK_OK)
        out->read_only = out->read_only || is_on(mlk_rows_text(rows, 0, 0));
    mlk_rows_free(rows);
}

static void read_cluster(struct mlk_session *s, struct mlk_server *out)
{
    struct mlk_rows *rows;

    if (s->flavour == MLK_MARIADB) {
        /* the session's own wsrep_on is off inside the server; a build without Galera has neither variable */
        if (mlk_ask(s, &mlk_need_nothing, MLK_TAG "SELECT @@GLOBAL.wsrep_on, @@GLOBAL.wsrep_provider",
                    &rows) == MLK_OK &&
            is_on(mlk_rows_text(rows, 0, 0)) && mlk_rows_text(rows, 0, 1) &&
            strcmp(mlk_rows_text(rows, 0, 1), "none") != 0)
            out->cluster = "Galera";
    } else if (mlk_ask(s, &mlk_need_nothing, MLK_TAG "SELECT @@GLOBAL.group_replication_group_name", &rows) ==
                   MLK_OK &&
               mlk_rows_length(rows, 0, 0) > 0) {
        out->cluster = "Group Replication";
    }
    mlk_rows_free(rows);
}

/* Stopped replication has no threads, yet the rows are another server's. An account that may not ask
 * (REPLICATION CLIENT, MariaDB: SLAVE MONITOR) sees the threads of running replication only. */
static void read_replica(struct mlk_session *s, struct mlk_server *out)
{
    const char *sql =
        s->flavour == MLK_MYSQL ? MLK_TAG "SHOW REPLICA STATUS" : MLK_TAG "SHOW ALL SLAVES STATUS";
    struct mlk_rows *rows;
    int channel;

    if (mlk_ask(s, &mlk_need_nothing, sql, &rows) == MLK_OK) {
        channel = s->flavour == MLK_MYSQL ? mlk_rows_column(rows, "Channel_Name") : -1;
        for (size_t i = 0; i < rows->count; i++) {
            const char *name = channel < 0 ? NULL : mlk_rows_text(rows, i, (size_t)channel);

            /* the members of a group take each other's rows; see read_cluster */
            out->replica = out->replica || !name ||
                           strncmp(name, "group_replication_", strlen("group_replication_")) != 0;
        }
    }
    mlk_rows_free(rows);
}

#define VARIABLES                                                                                            \
    "SELECT @@version, @@GLOBAL.read_only, @@GLOBAL.performance_schema, UNIX_TIMESTAMP(), "                  \
    "@@GLOBAL.lower_case_table_names, @@GLOBAL.performance_schema_max_thread_instances, "                    \
    "@@GLOBAL.performance_schema_max_metadata_locks"
enum { VERSION, READ_ONLY, PERFORMANCE_SCHEMA, NOW, NAMES_FOLD, MAX_THREADS, MAX_LOCKS, UPTIME, HOLDER };

/* MySQL tells all of it in one statement, which takes less time than two or three; the time since its start
 * by itself takes twice as long as all the rest, so it is asked for only where the session does not tell it.
 * *rows stays NULL where the server does not tell. */
static enum mlk_status ask_together(struct mlk_session *s, const char *name, struct mlk_rows **rows)
{
    size_t columns = name ? HOLDER + 1 : UPTIME + 1;
    struct mlk_buf sql;
    enum mlk_status status;

    *rows = NULL;
    if (s->flavour != MLK_MYSQL)
        return MLK_OK;
    mlk_buf_init(&sql, 2048);
    mlk_buf_fmt(&sql, MLK_TAG VARIABLES ", %s", s->ops->started ? "NULL" : "VARIABLE_VALUE");
    if (name) {
        mlk_buf_str(&sql, ", IS_USED_LOCK(");
        mlk_sql_string(&sql, name, strlen(name));
        mlk_buf_str(&sql, ")");
    }
    if (!s->ops->started)
        mlk_buf_str(&sql, " FROM performance_schema.session_status WHERE VARIABLE_NAME = 'Uptime'");
    status = mlk_ask_buf(s, &mlk_need_nothing, &sql, rows, NULL);
    mlk_buf_free(&sql);
    if (!status && (*rows)->count == 1 && (*rows)->columns == columns)
        return MLK_OK;
    mlk_rows_free(*rows);
    *rows = NULL;
    return mlk_ask_over(status) ? status : MLK_OK;
}

static void take_variables(struct mlk_session *s, const struct mlk_rows *rows, struct mlk_server *out)
{
    const char *version = mlk_rows_text(rows, 0, VERSION);

    snprintf(out->text, sizeof out->text, "%s %s", s->flavour == MLK_MYSQL ? "MySQL" : "MariaDB",
             version ? version : "");
    out->read_only = is_on(mlk_rows_text(rows, 0, READ_ONLY));
    out->performance_schema = is_on(mlk_rows_text(rows, 0, PERFORMANCE_SCHEMA));
    out->now = mlk_rows_int(rows, 0, NOW, 0);
    out->names_fold = mlk_rows_int(rows, 0, NAMES_FOLD, 0) != 0;
    out->started = s->ops->started ? s->ops->started(s, out->now) : -1;
}

/* What one statement told of the server's start and the lock. */
static void take_more(const struct mlk_rows *rows, struct mlk_server *out)
{
    int64_t uptime = mlk_rows_int(rows, 0, UPTIME, -1);

    if (uptime >= 0 && out->now > uptime)
        out->started = out->now - uptime;
    out->holder_known = rows->columns > HOLDER;
    out->holder_id = mlk_rows_id(rows, 0, HOLDER);
}

static enum mlk_status read_server(struct mlk_session *s, bool with_rows, const char *name,
                                   struct mlk_server *out, cJSON *blind_spots)
{
    struct mlk_rows *rows;
    enum mlk_status status;
    bool losses;

    memset(out, 0, sizeof *out);
    out->started = -1;
    out->threads_lost = out->locks_lost = -1;
    status = ask_together(s, name, &rows);
    if (status)
        return status;
    if (rows) {
        take_variables(s, rows, out);
        take_more(rows, out);
    } else {
        status = mlk_ask(s, &mlk_need_nothing, MLK_TAG VARIABLES, &rows);
        if (status)
            return status;
        take_variables(s, rows, out);
    }
    /* -1: it takes more room whenever it needs some, up to 64 Ki sessions and 1 Mi locks (autosizing, both
     * manuals), and has lost none */
    losses = out->performance_schema &&
             (mlk_rows_int(rows, 0, MAX_THREADS, 0) != -1 || mlk_rows_int(rows, 0, MAX_LOCKS, 0) != -1);
    if (!losses)
        out->threads_lost = out->locks_lost = 0;
    mlk_rows_free(rows);
    if (((losses || out->started < 0) && read_status(s, losses, out)) || out->started < 0)
        mlk_say(blind_spots, "when the server started is not known");
    if (with_rows) {
        read_innodb_read_only(s, out);
        read_replica(s, out);
    }
    read_cluster(s, out);
    if (s->proxied)
        mlk_say(blind_spots,
                "this connection goes through a proxy that has connection ids of its own: what is shown "
                "is of the server behind it that answered, with that server's connection ids");
    if (out->cluster)
        mlk_say(blind_spots,
                "this server is part of a cluster (%s): sessions on other nodes are not visible, and named "
                "locks exist on this node only",
                out->cluster);
    return MLK_OK;
}

enum mlk_status mlk_server_read(struct mlk_session *s, bool with_rows, struct mlk_server *out,
                                cJSON *blind_spots)
{
    return read_server(s, with_rows, NULL, out, blind_spots);
}

enum mlk_status mlk_server_read_for(struct mlk_session *s, const char *name, struct mlk_server *out,
                                    cJSON *blind_spots)
{
    return read_server(s, false, name, out, blind_spots);
}
