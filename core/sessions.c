/* SPDX-License-Identifier: GPL-2.0-only */
#include "sessions.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "ask.h"
#include "miglock/sql.h"
#include "miglock/text.h"

enum { ID, USER, HOST, DB, COMMAND, TIME, STATE, INFO, THREAD };

/* MySQL: SHOW PROCESSLIST alone shows every session whatever happens. information_schema.PROCESSLIST fails as
 * a whole while anybody runs a statement with a character outside utf8mb3 (seen on 9.7: error 3854), and
 * performance_schema.processlist lacks the sessions that performance_schema_max_thread_instances had no room
 * for. MariaDB: the table takes four times as long as the statement, as it is written to disk first, and is
 * read where nothing else shows the threads of the sessions. */
static enum mlk_status ask_processlist(struct mlk_session *s, bool threads_readable, bool own,
                                       struct mlk_rows **rows)
{
    struct mlk_buf sql;
    enum mlk_status status;

    if (s->flavour == MLK_MYSQL || (threads_readable && !own))
        return mlk_ask(s, own ? &mlk_need_own : &mlk_need_process, MLK_TAG "SHOW PROCESSLIST", rows);
    mlk_buf_init(&sql, 2048);
    mlk_buf_str(&sql, MLK_TAG "SELECT ID, USER, HOST, DB, COMMAND, TIME, STATE, LEFT(INFO, 400), TID, "
                              "IF(MAX_STAGE > 0, 100 * (GREATEST(STAGE, 1) - 1 + PROGRESS / 100) / "
                              "MAX_STAGE, 0) AS Progress FROM "
                              "information_schema.PROCESSLIST");
    if (own) {
        /* as bytes: another account's name may differ in case or accents only */
        mlk_buf_str(&sql, " WHERE CAST(USER AS BINARY) = ");
        mlk_sql_string(&sql, s->user, strlen(s->user));
    }
    status = mlk_ask_buf(s, own ? &mlk_need_own : &mlk_need_process, &sql, rows, NULL);
    mlk_buf_free(&sql);
    return status;
}

static int compare_ids(const void *a, const void *b)
{
    uint64_t x = (*(struct mlk_person *const *)a)->id, y = (*(struct mlk_person *const *)b)->id;

    return (x > y) - (x < y);
}

struct mlk_person *mlk_people_find(struct mlk_people *people, uint64_t id)
{
    struct mlk_person wanted = {.id = id}, *key = &wanted, **found;

    found =
        id && people->count ? bsearch(&key, people->by_id, people->count, sizeof *found, compare_ids) : NULL;
    return found ? *found : NULL;
}

const struct mlk_person *mlk_person_find(const struct mlk_people *people, uint64_t id)
{
    return mlk_people_find((struct mlk_people *)people, id); /* which it does not change */
}

static bool starts(const char *text, const char *prefix)
{
    return text && strncasecmp(text, prefix, strlen(prefix)) == 0;
}

/* MariaDB names its replication threads in COMMAND, MySQL runs them as "system user". */
static bool is_replication(const struct mlk_session *s, const struct mlk_person *p)
{
    if (s->flavour == MLK_MARIADB)
        return starts(p->command, "Slave_");
    return mlk_same_text(p->user, "system user") && !starts(p->command, "Daemon");
}

/* MariaDB's share of the statement that is done, over all of its stages; 0 where it does not report any. */
static double progress_of(const struct mlk_rows *r, size_t row, int column)
{
    const char *text = column >= 0 ? mlk_rows_text(r, row, (size_t)column) : NULL;
    double value = text ? strtod(text, NULL) : 0;

    return value > 0 && value <= 100 ? value : -1;
}

/* Every member of a MySQL group has appliers' threads, also the one that takes the writes: there only
 * server->replica counts. A member that takes none is read-only. */
static void copy_sessions(struct mlk_session *s, const struct mlk_server *server, struct mlk_people *out)
{
    bool group = s->flavour == MLK_MYSQL && server->cluster;
    const struct mlk_rows *r = out->rows;
    bool with_thread = mlk_rows_column(r, "TID") == THREAD;
    int progress = mlk_rows_column(r, "Progress");

    for (size_t i = 0; i < r->count; i++) {
        struct mlk_person *p = &out->list[out->count++];

        p->id = mlk_rows_id(r, i, ID);
        p->user = mlk_rows_text(r, i, USER);
        p->host = mlk_rows_text(r, i, HOST);
        p->db = mlk_rows_text(r, i, DB);
        p->command = mlk_rows_text(r, i, COMMAND);
        p->seconds = mlk_rows_int(r, i, TIME, -1);
        p->state = mlk_rows_text(r, i, STATE);
        p->statement = mlk_rows_text(r, i, INFO);
        p->pid = p->transaction_seconds = -1;
        p->progress = progress_of(r, i, progress);
        p->thread = with_thread ? mlk_rows_int(r, i, THREAD, -1) : -1;
        out->by_id[i] = p;
        out->replica = out->replica || (!group && is_replication(s, p));
    }
    if (out->count)
        qsort(out->by_id, out->count, sizeof *out->by_id, compare_ids);
}

/* An administrator can make SHOW PROCESSLIST read performance_schema, and then it may lack sessions. */
static bool list_may_lack(struct mlk_session *s, const struct mlk_server *server)
{
    struct mlk_rows *rows;
    bool lacks = false;

    if (s->flavour != MLK_MYSQL || server->threads_lost == 0)
        return false;
    if (mlk_ask(s, &mlk_need_nothing, MLK_TAG "SELECT @@GLOBAL.performance_schema_show_processlist", &rows) ==
        MLK_OK)
        lacks = mlk_rows_int(rows, 0, 0, 0) != 0;
    mlk_rows_free(rows);
    return lacks;
}

/* Also the touchstone for PROCESS, roles included: this table is refused without it on both servers. */
static void read_transactions(struct mlk_session *s, struct mlk_people *out, cJSON *blind_spots)
{
    struct mlk_rows *rows;
    enum mlk_status status = mlk_ask(
        s, &mlk_need_process,
        MLK_TAG "SELECT trx_mysql_thread_id, trx_rows_modified, trx_state FROM information_schema.INNODB_TRX",
        &rows);

    if (status) {
        out->all = false; /* the list of sessions may be that of one user, which no error tells */
        mlk_say(blind_spots,
                status == MLK_DENIED
                    ? "without the PROCESS privilege only sessions of the user %s are visible, and no open "
                      "transactions"
                    : "open transactions are not visible: %s",
                status == MLK_DENIED ? s->user : s->error);
        return;
    }
    out->transactions = !rows->truncated;
    for (size_t i = 0; i < rows->count; i++) {
        struct mlk_person *p = mlk_people_find(out, mlk_rows_id(rows, i, 0));

        if (!p)
            continue;
        p->in_transaction = true;
        p->changes = mlk_rows_int(rows, i, 1, 0);
        p->rolling_back = mlk_same_text(mlk_rows_text(rows, i, 2), "ROLLING BACK");
    }
    mlk_rows_free(rows);
}

static const struct mlk_access threads_table = {
    .need = MLK_NEED_SELECT, .schema = "performance_schema", .table = "threads"};

enum mlk_status mlk_people_read(struct mlk_session *s, const struct mlk_server *server,
                                struct mlk_people *out, cJSON *blind_spots)
{
    enum mlk_status status;

    memset(out, 0, sizeof *out);
    out->all = true;
    out->replica = server->replica;
    out->threads_readable = server->performance_schema && s->ops->may(s, &threads_table) == MLK_OK;
    status = ask_processlist(s, out->threads_readable, false, &out->rows);
    if (status == MLK_DENIED) {
        out->all = false;
        status = ask_processlist(s, out->threads_readable, true, &out->rows);
    }
    if (status)
        return status;
    out->list = calloc(out->rows->count ? out->rows->count : 1, sizeof *out->list);
    out->by_id = calloc(out->rows->count ? out->rows->count : 1, sizeof(struct mlk_person *));
    if (!out->list || !out->by_id) {
        mlk_people_free(out);
        return MLK_NO_MEMORY;
    }
    if (out->rows->truncated) {
        out->all = false;
        mlk_say(blind_spots, "only the first %zu sessions were looked at", out->rows->count);
    }
    copy_sessions(s, server, out);
    if (list_may_lack(s, server)) {
        out->all = false;
        mlk_say(blind_spots,
                "the process list is made by performance_schema, which had no room for some sessions "
                "(performance_schema_show_processlist)");
    }
    read_transactions(s, out, blind_spots);
    if (out->replica)
        mlk_say(blind_spots, "this server is a replica: sessions on its source are not visible");
    return MLK_OK;
}

enum mlk_status mlk_people_know_transactions(struct mlk_session *s, struct mlk_people *people)
{
    struct mlk_rows *rows;
    enum mlk_status status;

    if (!people->transactions)
        return MLK_OK;
    /* shown in the zone of the server's process, whatever that of the session (seen on both) */
    status = mlk_ask(s, &mlk_need_process,
                     MLK_TAG "SELECT trx_mysql_thread_id, TIMESTAMPDIFF(SECOND, CONVERT_TZ(trx_started, "
                             "'SYSTEM', '+00:00'), UTC_TIMESTAMP()) FROM information_schema.INNODB_TRX",
                     &rows);
    for (size_t i = 0; !status && i < rows->count; i++) {
        struct mlk_person *p = mlk_people_find(people, mlk_rows_id(rows, i, 0));

        if (p)
            p->transaction_seconds = mlk_rows_int(rows, i, 1, -1);
    }
    mlk_rows_free(rows);
    return mlk_ask_over(status) ? status : MLK_OK;
}

void mlk_people_free(struct mlk_people *people)
{
    free(people->list);
    free(people->by_id);
    mlk_rows_free(people->rows);
    mlk_rows_free(people->attributes[0]);
    mlk_rows_free(people->attributes[1]);
    mlk_rows_free(people->threads[0]);
    mlk_rows_free(people->threads[1]);
    free(people->by_thread);
    memset(people, 0, sizeof *people);
}

bool mlk_person_is_servers(const struct mlk_person *p)
{
    return mlk_same_text(p->user, "system user") || mlk_same_text(p->user, "event_scheduler") ||
           starts(p->command, "Daemon") || starts(p->command, "Binlog Dump") || starts(p->command, "Slave_");
}

bool mlk_person_sleeps(const struct mlk_person *p)
{
    return starts(p->command, "Sleep") && !p->rolling_back;
}

bool mlk_person_counts(const struct mlk_session *s, const struct mlk_person *p)
{
    if (p->id == s->own_id || p->id == s->caller_id)
        return false;
    if (mlk_person_is_servers(p))
        return false;
    /* another call of miglock at this moment; inside MySQL its statements appear with a prefix */
    return !(p->statement && (starts(p->statement, MLK_TAG) || starts(p->statement, "PLUGIN: " MLK_TAG)));
}

/* Whoever asks miglock is not the migration. */
static bool asks_miglock(const char *statement)
{
    static const char *const calls[] = {"miglock_status(", "miglock_locks(", "miglock_release(",
                                        "miglock_table_locks("};

    for (size_t i = 0; statement && i < sizeof calls / sizeof calls[0]; i++) {
        if (strcasestr(statement, calls[i]))
            return true;
    }
    return starts(statement, "SELECT") &&
           (strcasestr(statement, "miglock.locks") || strcasestr(statement, "miglock.table_locks"));
}

bool mlk_person_works(const struct mlk_person *p)
{
    if (p->changes > 0 || p->rolling_back)
        return true;
    if (starts(p->command, "Sleep") || !p->command)
        return false;
    if (mlk_same_text(p->state, "User lock"))
        return false;
    return !asks_miglock(p->statement);
}
