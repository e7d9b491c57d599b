/* SPDX-License-Identifier: GPL-2.0-only */
#include "session_client.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "connect.h"
#include "miglock/buf.h"
#include "miglock/sql.h"
#include "note.h"
#include "session_identity.h"

enum { SQL_MAX = 65536 };

/* ---- context ---- */

struct client {
    struct mlk_session session;
    MYSQL *mysql;
    bool trace;
};

static struct client *client_of(struct mlk_session *s)
{
    return s->impl;
}

static void client_free(struct client *c)
{
    if (c->mysql)
        mysql_close(c->mysql);
    free(c);
}

/* ---- errors ---- */

static void one_line(char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text < 0x20 || *text == 0x7f)
            *text = ' ';
}

static enum mlk_status own_error(struct mlk_session *s, enum mlk_status status, const char *text)
{
    s->error_number = 0;
    snprintf(s->error, sizeof s->error, "%s", text);
    return status;
}

static enum mlk_status server_error(struct client *c)
{
    struct mlk_session *s = &c->session;
    enum mlk_status status = mlk_status_of_error(mysql_errno(c->mysql));

    s->error_number = mysql_errno(c->mysql);
    if (status == MLK_OK) /* the library failed and does not say why */
        return own_error(s, MLK_SQL, "the client library reported an unknown error");
    if (status == MLK_GONE)
        snprintf(s->error, sizeof s->error, "the connection to the server is lost: %s",
                 mysql_error(c->mysql));
    else
        snprintf(s->error, sizeof s->error, "%s", mysql_error(c->mysql));
    one_line(s->error);
    return status;
}

/* ---- methods ---- */

static enum mlk_status copy_rows(struct client *c, MYSQL_RES *result, struct mlk_rows **out)
{
    unsigned columns = mysql_num_fields(result);
    const MYSQL_FIELD *fields = mysql_fetch_fields(result);
    const char **names = calloc(columns ? columns : 1, sizeof *names);
    size_t *lengths = calloc(columns ? columns : 1, sizeof *lengths);
    struct mlk_rows *rows = NULL;
    enum mlk_status status = MLK_OK;
    MYSQL_ROW row;

    for (unsigned i = 0; names && i < columns; i++)
        names[i] = fields[i].name;
    if (names && lengths)
        rows = mlk_rows_new(columns, names);
    if (!rows)
        status = own_error(&c->session, MLK_NO_MEMORY, mlk_status_text(MLK_NO_MEMORY));
    /* to the end in any case, or the next statement is out of step */
    while ((row = mysql_fetch_row(result))) {
        const unsigned long *given = mysql_fetch_lengths(result);

        for (unsigned i = 0; status == MLK_OK && i < columns; i++)
            lengths[i] = (size_t)given[i];
        if (status == MLK_OK && mlk_rows_add(rows, (const char *const *)row, lengths) != MLK_OK)
            status = own_error(&c->session, MLK_NO_MEMORY, mlk_status_text(MLK_NO_MEMORY));
    }
    if (mysql_errno(c->mysql))
        status = server_error(c);
    if (status == MLK_OK && out) {
        *out = rows;
        rows = NULL;
    }
    mlk_rows_free(rows);
    free(names);
    free(lengths);
    return status;
}

/* Results past the first come only from CALL. They are dropped; an error among them counts, as the procedure
 * has failed then. */
static enum mlk_status drop_more(struct client *c)
{
    int next;

    while ((next = mysql_next_result(c->mysql)) == 0) {
        MYSQL_RES *result = mysql_use_result(c->mysql);

        while (result && mysql_fetch_row(result))
            ;
        next = (int)mysql_errno(c->mysql);
        mysql_free_result(result);
        if (next)
            break;
    }
    return next > 0 ? server_error(c) : MLK_OK;
}

/* query */
static enum mlk_status client_query(struct mlk_session *s, const struct mlk_access *need, const char *sql,
                                    size_t len, struct mlk_rows **rows, uint64_t *affected)
{
    struct client *c = client_of(s);
    enum mlk_status status = MLK_OK, more;
    MYSQL_RES *result;

    (void)need; /* the server enforces the account's rights */
    if (rows)
        *rows = NULL;
    if (affected)
        *affected = 0;
    s->error_number = 0;
    s->error[0] = '\0';
    if (c->trace)
        mlk_note("sql: %.*s", (int)(len < SQL_MAX ? len : SQL_MAX), sql);
    if (mysql_real_query(c->mysql, sql, len) != 0)
        return server_error(c);
    result = mysql_use_result(c->mysql);
    if (result) {
        status = copy_rows(c, result, rows);
        mysql_free_result(result);
    } else if (mysql_field_count(c->mysql) != 0) {
        status = server_error(c);
    } else if (affected) {
        *affected = mysql_affected_rows(c->mysql);
    }
    if (status != MLK_OK && mysql_errno(c->mysql) != 0) /* then there is nothing more to come */
        return status;
    more = drop_more(c);
    if (status == MLK_OK && more != MLK_OK) {
        status = more;
        if (rows) {
            mlk_rows_free(*rows);
            *rows = NULL;
        }
        if (affected)
            *affected = 0;
    }
    return status;
}

static enum mlk_status run(struct mlk_session *s, const char *sql, struct mlk_rows **rows)
{
    return client_query(s, NULL, sql, strlen(sql), rows, NULL);
}

static enum mlk_status run_buf(struct mlk_session *s, const struct mlk_buf *sql, struct mlk_rows **rows)
{
    if (sql->status != MLK_OK)
        return own_error(s, sql->status, mlk_status_text(sql->status));
    return client_query(s, NULL, mlk_buf_text(sql), sql->len, rows, NULL);
}

/*
 * MLK_OK for a base table. The check and the read are two steps; a table that is swapped for a view in
 * between is read with the account's own rights, which harms nobody.
 */
static enum mlk_status check_base_table(struct mlk_session *s, const char *schema, const char *table)
{
    struct mlk_buf sql;
    struct mlk_rows *rows = NULL;
    const char *type;
    enum mlk_status status;

    mlk_buf_init(&sql, SQL_MAX);
    mlk_buf_str(&sql, "SELECT TABLE_TYPE FROM information_schema.TABLES WHERE TABLE_SCHEMA = ");
    mlk_sql_string(&sql, schema, strlen(schema));
    mlk_buf_str(&sql, " AND TABLE_NAME = ");
    mlk_sql_string(&sql, table, strlen(table));
    status = run_buf(s, &sql, &rows);
    type = mlk_rows_text(rows, 0, 0);
    if (status == MLK_OK && !type) {
        /* Not there, or hidden since the account has no right to it: the server's error says which. */
        mlk_buf_reset(&sql);
        mlk_buf_str(&sql, "SELECT 1 FROM ");
        mlk_sql_table(&sql, schema, table);
        mlk_buf_str(&sql, " LIMIT 0");
        status = run_buf(s, &sql, NULL);
        if (status == MLK_OK)
            status = own_error(s, MLK_NOT_FOUND, "the table has only just been created: look again");
    } else if (status == MLK_OK && strcmp(type, "BASE TABLE") != 0 && strcmp(type, "SYSTEM VERSIONED") != 0) {
        s->error_number = 0;
        snprintf(s->error, sizeof s->error, "%s.%s is no base table (%s): it is not read", schema, table,
                 type);
        status = MLK_UNSUPPORTED;
    }
    mlk_rows_free(rows);
    mlk_buf_free(&sql);
    return status;
}

/* read_table */
static enum mlk_status client_read_table(struct mlk_session *s, const char *schema, const char *table,
                                         bool dirty, size_t limit, struct mlk_rows **rows)
{
    struct mlk_buf sql;
    enum mlk_status status, restored;

    *rows = NULL;
    status = check_base_table(s, schema, table);
    if (status != MLK_OK)
        return status;
    mlk_buf_init(&sql, SQL_MAX);
    mlk_buf_str(&sql, "SELECT * FROM ");
    mlk_sql_table(&sql, schema, table);
    mlk_buf_fmt(&sql, " LIMIT %zu", limit);
    if (dirty)
        status = run(s, "SET SESSION TRANSACTION ISOLATION LEVEL READ UNCOMMITTED", NULL);
    if (status == MLK_OK)
        status = run_buf(s, &sql, rows);
    if (dirty && status != MLK_GONE) {
        struct mlk_session before = *s; /* the error of the read counts, not that of the way back */

        restored = run(s, "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ", NULL);
        if (status != MLK_OK)
            *s = before;
        else if (restored != MLK_OK)
            status = restored;
    }
    if (status != MLK_OK) {
        mlk_rows_free(*rows);
        *rows = NULL;
    }
    mlk_buf_free(&sql);
    return status;
}

/* may: the server decides, except where the ids that we see are a proxy's own and KILL would hit a stranger.
 */
static enum mlk_status client_may(struct mlk_session *s, const struct mlk_access *need)
{
    if (need && need->need == MLK_NEED_KILL && s->proxied)
        return own_error(
            s, MLK_DENIED,
            "this connection goes through a proxy that has connection ids of its own: connect to the "
            "server itself to kill a connection");
    return MLK_OK;
}

/* now_ms */
static int64_t client_now_ms(struct mlk_session *s)
{
    struct timespec now;

    (void)s;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* pause_ms: an interrupt ends the program, so there is no early return. */
static enum mlk_status client_pause_ms(struct mlk_session *s, unsigned ms)
{
    struct timespec left = {.tv_sec = (time_t)(ms / 1000), .tv_nsec = (long)(ms % 1000) * 1000000};

    (void)s;
    while (nanosleep(&left, &left) != 0 && errno == EINTR)
        ;
    return MLK_OK;
}

/* close */
static void client_close(struct mlk_session *s)
{
    client_free(client_of(s));
}

/* ---- table ---- */

static const struct mlk_session_ops client_ops = {
    .version = MLK_SESSION_VERSION,
    .name = "client",
    .calls = true,
    .query = client_query,
    .read_table = client_read_table,
    .may = client_may,
    .probe = NULL, /* the other end's kernel is out of reach */
    .now_ms = client_now_ms,
    .pause_ms = client_pause_ms,
    .close = client_close,
};

/* ---- constructor ---- */

static enum mlk_status set_up(struct client *c)
{
    struct mlk_session *s = &c->session;
    enum mlk_status status = mlk_session_identify(s, mysql_thread_id(c->mysql));
    const char *sql;
    bool optional;

    for (size_t i = 0; status == MLK_OK && (sql = mlk_session_setup(s->flavour, i, &optional)); i++) {
        status = run(s, sql, NULL);
        if (optional && status != MLK_GONE)
            status = MLK_OK;
    }
    if (status == MLK_OK && mlk_session_check(s) != MLK_OK)
        status = own_error(s, MLK_UNSUPPORTED, "this server's version or this account's name cannot be told");
    return status == MLK_OK ? mlk_session_one_server(s) : status;
}

enum mlk_status mlk_client_session_open(const struct mlk_connection *connection, struct mlk_session **out,
                                        char *error, size_t error_size)
{
    struct client *c = calloc(1, sizeof *c);
    enum mlk_status status;

    *out = NULL;
    if (!c) {
        snprintf(error, error_size, "%s", mlk_status_text(MLK_NO_MEMORY));
        return MLK_NO_MEMORY;
    }
    c->session.ops = &client_ops;
    c->session.impl = c;
    c->trace = connection->trace;
    status = mlk_connect(connection, &c->mysql, error, error_size);
    if (status == MLK_OK) {
        status = set_up(c);
        if (status != MLK_OK)
            snprintf(error, error_size, "%s", c->session.error);
    }
    if (status != MLK_OK) {
        client_free(c);
        return status;
    }
    *out = &c->session;
    return MLK_OK;
}
