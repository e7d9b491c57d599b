/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The session port inside a MariaDB server, over its sql_service. mysql_real_connect_local is the same
 * in 10.11 and 11.8; a branch that changes its arguments needs a change here only.
 *
 * The server gives such a session every right there is, so each statement's need is checked first against
 * what the caller's account was granted (mariadb_privileges.c). Nor does read_only stop it: that is checked
 * here too.
 *
 * All such sessions have connection id 0, and the server names a statement's temporary tables on disk after
 * that id and a count: two sessions that need one at the same time collide, and the server does not survive
 * the failed create (seen: free_tmp_table, ha_maria::drop_table, 10.11.18, two queries on
 * INFORMATION_SCHEMA). So of the statements that could need one, only one runs at a time, in the whole
 * process.
 */
#include "mariadb_session.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "error_log.h"
#include "inner.h"
#include "mariadb_privileges.h"
#include "mariadb_started.h"

/* sql_service must stay visible: the server looks it up by name and fills it. */
#pragma GCC visibility push(default)
#include <mysql.h>
#include <mysql/service_sql.h>
#pragma GCC visibility pop

struct mariadb_inner {
    struct mlk_inner inner;
    const struct sql_service_st *sql;
    MYSQL *connection;
    struct mlk_privileges *privileges; /* loaded at the first need of one */
};

static struct mariadb_inner *impl(struct mlk_inner *inner)
{
    return (struct mariadb_inner *)inner; /* its first member */
}

/* What sql_service points to now, or NULL. UNINSTALL SONAME takes it away again, also in the middle of a call
 * (seen: a crash), so a session reads it once; the table itself is part of the server and stays. */
static const struct sql_service_st *find_service(void)
{
    /* libmysqlservices.a sets it to the version of the interface, a small number; a server that loads the
     * plugin puts a pointer there. */
    enum { VERSION_MAX = 0xffff };
    const struct sql_service_st *service = __atomic_load_n(&sql_service, __ATOMIC_ACQUIRE);

    return (uintptr_t)service > VERSION_MAX ? service : NULL;
}

bool mlk_mariadb_has_sql(void)
{
    return find_service() != NULL;
}

static enum mlk_status copy_rows(struct mlk_inner *inner, MYSQL_RES *from, struct mlk_rows **to)
{
    const struct sql_service_st *sql = impl(inner)->sql;
    unsigned columns = sql->mysql_num_fields_func(from);
    MYSQL_FIELD *fields = sql->mysql_fetch_fields_func(from);
    const char **cells = calloc(columns, sizeof *cells);
    size_t *lengths = calloc(columns, sizeof *lengths);
    struct mlk_rows *rows = NULL;
    enum mlk_status status = MLK_NO_MEMORY;
    MYSQL_ROW row;

    if (!cells || !lengths)
        goto done;
    for (unsigned i = 0; i < columns; i++)
        cells[i] = fields[i].name;
    rows = mlk_rows_new(columns, cells);
    status = rows ? MLK_OK : MLK_NO_MEMORY;
    while (!status && !rows->truncated && (row = sql->mysql_fetch_row_func(from)) != NULL) {
        const unsigned long *sizes = sql->mysql_fetch_lengths_func(from);

        for (unsigned i = 0; i < columns; i++) {
            cells[i] = row[i];
            lengths[i] = row[i] ? sizes[i] : 0;
        }
        status = mlk_rows_add(rows, cells, lengths);
    }
done:
    free(cells);
    free(lengths);
    if (status) {
        mlk_rows_free(rows);
        return mlk_inner_error(inner, status, 0, mlk_status_text(status));
    }
    *to = rows;
    return MLK_OK;
}

/* The one thing that all calls share. It protects no memory of ours. */
static pthread_mutex_t temporary_tables = PTHREAD_MUTEX_INITIALIZER;
enum { TURN_POLL_MS = 20, TURN_MAX_S = 30 };

/* An INSERT of no rows fires no trigger; one of rows does. */
#define INSERT_NOTHING "INSERT /* nothing */ INTO "

/* Those that cannot need a temporary table, and those that can wait long for a lock of another session.
 * UPDATE, DELETE and INSERT are not among them: they can fire a trigger. */
static bool needs_turn(const char *sql, size_t len)
{
    static const char *const free[] = {"HANDLER ", "SET ",  "START ",      "COMMIT",
                                       "ROLLBACK", "KILL ", INSERT_NOTHING};

    for (size_t i = 0; i < sizeof free / sizeof free[0]; i++) {
        if (mlk_inner_begins(sql, len, free[i]))
            return false;
    }
    return true;
}

/* Waits for the turn of this statement; not for ever, and not when the caller was killed. */
static enum mlk_status take_turn(struct mlk_inner *inner)
{
    int64_t until = mlk_inner_now_ms(&inner->session) + TURN_MAX_S * 1000;

    for (;;) {
        struct timespec at;

        (void)clock_gettime(CLOCK_MONOTONIC, &at);
        at.tv_nsec += TURN_POLL_MS * 1000000L;
        at.tv_sec += at.tv_nsec / 1000000000L;
        at.tv_nsec %= 1000000000L;
        if (pthread_mutex_clocklock(&temporary_tables, CLOCK_MONOTONIC, &at) == 0)
            return MLK_OK;
        if (atomic_load(&inner->progress->cancelled))
            return mlk_inner_error(inner, MLK_KILLED, 0, "the caller's statement was killed");
        if (mlk_inner_now_ms(&inner->session) > until)
            return mlk_inner_error(inner, MLK_BUSY, 0, "too many calls at the same time: try again");
    }
}

static enum mlk_status failed(struct mlk_inner *inner)
{
    const struct mariadb_inner *m = impl(inner);

    return mlk_inner_server_error(inner, m->sql->mysql_errno_func(m->connection),
                                  m->sql->mysql_error_func(m->connection));
}

static enum mlk_status run_now(struct mlk_inner *inner, const char *text, size_t len, struct mlk_rows **rows,
                               uint64_t *affected)
{
    const struct mariadb_inner *m = impl(inner);
    enum mlk_status status = MLK_OK;
    MYSQL_RES *result;

    if (m->sql->mysql_real_query_func(m->connection, text, (unsigned long)len))
        return failed(inner);
    result = m->sql->mysql_store_result_func(m->connection);
    if (result) {
        if (rows)
            status = copy_rows(inner, result, rows);
        m->sql->mysql_free_result_func(result);
    } else if (m->sql->mysql_errno_func(m->connection)) {
        status = failed(inner);
    } else if (affected) {
        *affected = m->sql->mysql_affected_rows_func(m->connection);
    }
    return status;
}

/* The port: must run one statement. */
static enum mlk_status run(struct mlk_inner *inner, const char *sql, size_t len, struct mlk_rows **rows,
                           uint64_t *affected)
{
    bool turn = needs_turn(sql, len);
    enum mlk_status status = turn ? take_turn(inner) : MLK_OK;

    if (status)
        return status;
    status = run_now(inner, sql, len, rows, affected);
    if (turn)
        (void)pthread_mutex_unlock(&temporary_tables);
    return status;
}

static enum mlk_status may(struct mlk_session *s, const struct mlk_access *need)
{
    struct mlk_inner *inner = mlk_inner_of(s);
    struct mariadb_inner *mariadb = impl(inner);
    enum mlk_status status = MLK_OK;

    if (need->need == MLK_NEED_NOTHING || need->need == MLK_NEED_OWN)
        return MLK_OK;
    if (!mariadb->privileges)
        status = mlk_privileges_load(inner, &mariadb->privileges);
    return status ? status : mlk_privileges_check(inner, mariadb->privileges, need);
}

static enum mlk_status check_writable(struct mlk_inner *inner)
{
    struct mlk_rows *rows = NULL;
    enum mlk_status status = mlk_inner_select(inner, "SELECT @@GLOBAL.read_only", &rows);
    const char *value = mlk_rows_text(rows, 0, 0);

    /* A number up to 11.x, a word after that. */
    if (!status && !(value && (strcmp(value, "0") == 0 || strcmp(value, "OFF") == 0)))
        status = mlk_inner_error(inner, MLK_READ_ONLY, 0, "the server is read-only (read_only is on)");
    mlk_rows_free(rows);
    return status;
}

/* A session inside the server is none of the cluster: what it changes stays on this node, whatever its own
 * wsrep_on says (seen, 10.11.18: wsrep_replicated does not count it and the other node has the old row). */
static enum mlk_status check_alone(struct mlk_inner *inner)
{
    struct mlk_rows *rows = NULL;
    enum mlk_status status = mlk_inner_select(inner, "SHOW GLOBAL VARIABLES LIKE 'wsrep\\_provider'", &rows);
    const char *provider = mlk_rows_text(rows, 0, 1);

    if (!status && provider && provider[0] && strcmp(provider, "none") != 0)
        status = mlk_inner_error(inner, MLK_READ_ONLY, 0,
                                 "a function would change the row on this Galera node alone: use the command "
                                 "(`miglock release`, `miglock repair`), which changes it on all");
    mlk_rows_free(rows);
    return status;
}

static enum mlk_status query(struct mlk_session *s, const struct mlk_access *need, const char *sql,
                             size_t len, struct mlk_rows **rows, uint64_t *affected)
{
    struct mlk_inner *inner = mlk_inner_of(s);
    enum mlk_status status = may(s, need);

    if (rows)
        *rows = NULL;
    if (affected)
        *affected = 0;
    if (!status && mlk_inner_is_change(need)) {
        status = check_writable(inner);
        if (!status)
            status = check_alone(inner);
        if (!status)
            status = mlk_inner_guard_table(inner, need);
    }
    return status ? status : mlk_inner_run(inner, sql, len, rows, affected);
}

static enum mlk_status read_table(struct mlk_session *s, const char *schema, const char *table, bool dirty,
                                  size_t limit, struct mlk_rows **rows)
{
    const struct mlk_access need = {.need = MLK_NEED_SELECT, .schema = schema, .table = table};
    enum mlk_status status = may(s, &need);

    *rows = NULL;
    return status ? status : mlk_inner_read_table(mlk_inner_of(s), schema, table, dirty, limit, rows);
}

static int64_t started(struct mlk_session *s, int64_t now)
{
    (void)s;
    return mlk_mariadb_started(now);
}

/* my_thread_init and my_thread_end are in the server alone, so they are looked up. */
static bool thread_begin(void)
{
    char (*begin)(void); /* my_bool */
    void *symbol = dlsym(RTLD_DEFAULT, "my_thread_init");

    memcpy(&begin, &symbol, sizeof begin);
    return symbol && dlsym(RTLD_DEFAULT, "my_thread_end") && begin() == 0;
}

static void thread_end(void)
{
    void (*end)(void);
    void *symbol = dlsym(RTLD_DEFAULT, "my_thread_end");

    memcpy(&end, &symbol, sizeof end);
    end();
}

static void close_session(struct mlk_session *s)
{
    struct mariadb_inner *mariadb = impl(mlk_inner_of(s));

    if (mariadb->connection)
        mariadb->sql->mysql_close_func(mariadb->connection);
    mlk_privileges_free(mariadb->privileges);
    mlk_inner_end(&mariadb->inner);
    free(mariadb);
    thread_end();
}

static const struct mlk_session_ops ops = {
    .version = MLK_SESSION_VERSION,
    .name = "mariadb-server",
    .query = query,
    .read_table = read_table,
    .may = may,
    .probe = mlk_inner_probe,
    .freeze = mlk_inner_freeze,
    .hang_up = mlk_inner_hang_up,
    .thaw = mlk_inner_thaw,
    .started = started,
    .log = mlk_mariadb_log,
    .now_ms = mlk_inner_now_ms,
    .pause_ms = mlk_inner_pause_ms,
    .close = close_session,
};

/* Not even the optimizer looks at the WHERE of a view that rows are put into, and there are no rows. The
 * session may do so whatever the change will be. */
static void lock_statement(struct mlk_buf *sql, enum mlk_need need, const char *table, const char *column)
{
    (void)need;
    mlk_buf_fmt(sql, INSERT_NOTHING "%s (%s) SELECT NULL FROM DUAL WHERE FALSE", table, column);
}

/* Such a session does not write to the binary log unless told to: a release would stay on this server alone.
 * By row, so that a replica needs no luck to change the same one. */
static enum mlk_status make_writes_known(struct mlk_inner *inner)
{
    enum mlk_status status = mlk_inner_do(inner, "SET SESSION sql_log_bin = 1");

    return status ? status : mlk_inner_do(inner, "SET SESSION binlog_format = 'ROW'");
}

static enum mlk_status connect(struct mariadb_inner *mariadb)
{
    mariadb->connection = mariadb->sql->mysql_init_func(NULL);
    if (!mariadb->connection)
        return mlk_inner_error(&mariadb->inner, MLK_NO_MEMORY, 0, "out of memory");
    if (mariadb->sql->mysql_real_connect_local_func(mariadb->connection))
        return MLK_OK;
    return mlk_inner_error(&mariadb->inner, MLK_NO_MEMORY, 0,
                           "the server does not open a session of its own");
}

enum mlk_status mlk_mariadb_session_open(const struct mlk_caller *caller, struct mlk_progress *progress,
                                         bool writes, struct mlk_session **out, char *error,
                                         size_t error_size)
{
    char account[MLK_ACCOUNT_MAX]; /* of the session, which has none */
    struct mariadb_inner *mariadb = calloc(1, sizeof *mariadb);
    enum mlk_status status;

    *out = NULL;
    if (mariadb)
        mariadb->sql = find_service();
    if (mariadb && !mariadb->sql) {
        (void)snprintf(error, error_size, "miglock is not installed as a plugin any more");
        free(mariadb);
        return MLK_UNSUPPORTED;
    }
    if (!mariadb || !thread_begin()) {
        (void)snprintf(error, error_size, "out of memory");
        free(mariadb);
        return MLK_NO_MEMORY;
    }
    mlk_inner_init(&mariadb->inner, &ops, caller, progress);
    mariadb->inner.run = run;
    mariadb->inner.lock_statement = lock_statement;
    status = connect(mariadb);
    if (!status)
        status = mlk_inner_setup(&mariadb->inner, account, sizeof account);
    if (!status && writes)
        status = make_writes_known(&mariadb->inner);
    if (status) {
        (void)snprintf(error, error_size, "%s", mariadb->inner.session.error);
        close_session(&mariadb->inner.session);
        return status;
    }
    *out = &mariadb->inner.session;
    return MLK_OK;
}
