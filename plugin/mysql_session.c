/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The session port inside a MySQL server: a session of the caller's own account, so that the server itself
 * enforces its rights. Services mysql_command_*; results and errors come through mysql_consumer.c.
 *
 * Closing a connection whose connect failed is not safe: the server takes down a session that is not there
 * (mysql_command_services_imp::close). Such a handle is left alone. That host.c looks the account up
 * beforehand leaves a window of microseconds in which it can happen at all: the account must be dropped in
 * between.
 */
#include "mysql_session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "error_log.h"
#include "inner.h"
#include "mysql_consumer.h"
#include "mysql_services.h"
#include "mysql_uptime.h"

struct mysql_inner {
    struct mlk_inner inner;
    void *connection;
    bool left_alone; /* a connection that failed to connect and cannot be closed */
    /* The server keeps pointers to user and host: they are session.user and session.host, which live as long.
     */
};

static struct mysql_inner *impl(struct mlk_inner *inner)
{
    return (struct mysql_inner *)inner; /* its first member */
}

/* The port: must run one statement. */
static enum mlk_status run(struct mlk_inner *inner, const char *sql, size_t len, struct mlk_rows **rows,
                           uint64_t *affected)
{
    struct mlk_mysql_result result = {0};
    enum mlk_status status = MLK_OK;
    struct mlk_buf tagged;
    int failed;

    /* The session is in the process list, where another call must not take it for a migration. */
    mlk_buf_init(&tagged, len + sizeof MLK_TAG);
    if (len < strlen(MLK_TAG) || memcmp(sql, MLK_TAG, strlen(MLK_TAG)) != 0)
        mlk_buf_str(&tagged, MLK_TAG);
    if (mlk_buf_add(&tagged, sql, len)) {
        mlk_buf_free(&tagged);
        return mlk_inner_error(inner, MLK_NO_MEMORY, 0, "out of memory");
    }
    mlk_mysql_receive(&result);
    failed = mlk_mysql.command_query->query(impl(inner)->connection, mlk_buf_text(&tagged),
                                            (unsigned long)tagged.len);
    mlk_mysql_receive(NULL);
    mlk_buf_free(&tagged);
    if (result.failed) {
        status = mlk_inner_error(inner, MLK_NO_MEMORY, 0, "out of memory");
    } else if (failed || result.error_number) {
        status = mlk_inner_server_error(inner, result.error_number, result.error);
    } else if (result.rows) {
        if (rows) {
            *rows = result.rows;
            result.rows = NULL;
        }
    } else if (affected) {
        *affected = result.affected;
    }
    mlk_mysql_result_free(&result);
    return status;
}

static enum mlk_status query(struct mlk_session *s, const struct mlk_access *need, const char *sql,
                             size_t len, struct mlk_rows **rows, uint64_t *affected)
{
    struct mlk_inner *inner = mlk_inner_of(s);
    enum mlk_status status = MLK_OK;

    if (rows)
        *rows = NULL;
    if (affected)
        *affected = 0;
    if (mlk_inner_is_change(need))
        status = mlk_inner_guard_table(inner, need);
    return status ? status : mlk_inner_run(inner, sql, len, rows, affected);
}

static enum mlk_status read_table(struct mlk_session *s, const char *schema, const char *table, bool dirty,
                                  size_t limit, struct mlk_rows **rows)
{
    return mlk_inner_read_table(mlk_inner_of(s), schema, table, dirty, limit, rows);
}

/* The server decides. */
static enum mlk_status may(struct mlk_session *s, const struct mlk_access *need)
{
    (void)s;
    (void)need;
    return MLK_OK;
}

static int64_t started(struct mlk_session *s, int64_t now)
{
    int64_t uptime = mlk_mysql_uptime();

    (void)s;
    return uptime >= 0 && now > uptime ? now - uptime : -1;
}

static void close_session(struct mlk_session *s)
{
    struct mysql_inner *mysql = impl(mlk_inner_of(s));

    (void)mlk_mysql.command_factory->close(mysql->connection);
    mlk_mysql.command_thread->end();
    mlk_inner_end(&mysql->inner);
    free(mysql);
}

static const struct mlk_session_ops ops = {
    .version = MLK_SESSION_VERSION,
    .name = "mysql-server",
    .query = query,
    .read_table = read_table,
    .may = may,
    .probe = mlk_inner_probe,
    .freeze = mlk_inner_freeze,
    .hang_up = mlk_inner_hang_up,
    .thaw = mlk_inner_thaw,
    .started = started,
    .log = mlk_mysql_log,
    .now_ms = mlk_inner_now_ms,
    .pause_ms = mlk_inner_pause_ms,
    .close = close_session,
};

/* Needs no more rights than the change itself. */
static void lock_statement(struct mlk_buf *sql, enum mlk_need need, const char *table, const char *column)
{
    if (need == MLK_NEED_DELETE)
        mlk_buf_fmt(sql, "DELETE FROM %s WHERE FALSE", table);
    else if (need == MLK_NEED_INSERT)
        mlk_buf_fmt(sql, "INSERT INTO %s (%s) SELECT NULL FROM DUAL WHERE FALSE", table, column);
    else
        mlk_buf_fmt(sql, "UPDATE %s SET %s = %s WHERE FALSE", table, column, column);
}

static enum mlk_status connect(struct mysql_inner *mysql)
{
    struct mlk_session *s = &mysql->inner.session;
    void *connection = NULL;

    if (mlk_mysql.command_factory->init(&connection))
        return mlk_inner_error(&mysql->inner, MLK_NO_MEMORY, 0, "out of memory");
    if (!mlk_mysql_consumer_use(connection) ||
        mlk_mysql.command_options->set(connection, MLK_MYSQL_USER_NAME, s->user) ||
        mlk_mysql.command_options->set(connection, MLK_MYSQL_HOST_NAME, s->host) ||
        mlk_mysql.command_factory->connect(connection)) {
        mysql->left_alone = true;
        return mlk_inner_error(&mysql->inner, MLK_DENIED, 0,
                               "the server does not open a session for the caller's account");
    }
    mysql->connection = connection;
    return MLK_OK;
}

/* The server looks accounts up the way it does at login, by pattern: make sure that it has found the right
 * one. */
static enum mlk_status check_account(struct mysql_inner *mysql, const char *account)
{
    const struct mlk_session *s = &mysql->inner.session;
    char expected[2 * MLK_ACCOUNT_MAX];

    (void)snprintf(expected, sizeof expected, "%s@%s", s->user, s->host);
    if (strcmp(expected, account) == 0)
        return MLK_OK;
    return mlk_inner_error(&mysql->inner, MLK_DENIED, 0,
                           "the server opened the session for another account than the caller's");
}

enum mlk_status mlk_mysql_session_open(const struct mlk_caller *caller, struct mlk_progress *progress,
                                       struct mlk_session **out, char *error, size_t error_size)
{
    char account[2 * MLK_ACCOUNT_MAX] = "";
    struct mysql_inner *mysql = calloc(1, sizeof *mysql);
    enum mlk_status status = MLK_NO_MEMORY;

    *out = NULL;
    if (!mysql) {
        (void)snprintf(error, error_size, "out of memory");
        return MLK_NO_MEMORY;
    }
    mlk_inner_init(&mysql->inner, &ops, caller, progress);
    mysql->inner.run = run;
    mysql->inner.lock_statement = lock_statement;
    if (mlk_mysql.command_thread->init()) {
        (void)snprintf(error, error_size, "the server does not take another thread");
        free(mysql);
        return MLK_NO_MEMORY;
    }
    status = connect(mysql);
    if (!status)
        status = mlk_inner_setup(&mysql->inner, account, sizeof account);
    if (!status)
        status = check_account(mysql, account);
    if (!status) {
        *out = &mysql->inner.session;
        return MLK_OK;
    }
    (void)snprintf(error, error_size, "%s", mysql->inner.session.error);
    if (mysql->connection)
        (void)mlk_mysql.command_factory->close(mysql->connection);
    mlk_mysql.command_thread->end();
    /* What was left alone may still hold pointers to user and host. */
    if (!mysql->left_alone)
        free(mysql);
    return status;
}
