/* SPDX-License-Identifier: GPL-2.0-only */
#include "backend.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "json.h"
#include "members.h"
#include "miglock/connection_id.h"
#include "miglock/sql.h"
#include "miglock/tool.h"
#include "session_client.h"

enum { SQL_BYTES = 16384 };

static const struct mlk_access need_nothing = {.need = MLK_NEED_NOTHING};

enum mlk_status mlk_backend_sql(struct mlk_backend *b, const char *sql, struct mlk_rows **rows)
{
    return b->session->ops->query(b->session, &need_nothing, sql, strlen(sql), rows, NULL);
}

/* The port's own limit on statements is too short for a function that waits, acts and looks again; the limit
 * of the connection (MLK_IO_TIMEOUT_S) stays above this one, so that the server ends the call first. */
static void lift_limit(struct mlk_backend *b)
{
    mlk_backend_sql(b,
                    b->session->flavour == MLK_MARIADB ? "SET SESSION max_statement_time = 25"
                                                       : "SET SESSION max_execution_time = 25000",
                    NULL);
}

/* Without a default database the unqualified name can only be a loadable function (see connect.c). */
static void find_functions(struct mlk_backend *b)
{
    struct mlk_rows *rows = NULL;
    const char *version = NULL;

    if (mlk_backend_sql(b, "SELECT miglock_version()", &rows) == MLK_OK)
        version = mlk_rows_text(rows, 0, 0);
    if (version) {
        b->installed = true;
        snprintf(b->version, sizeof b->version, "%s", version);
    }
    mlk_rows_free(rows);
}

static void describe(struct mlk_backend *b, const struct mlk_connection *c)
{
    unsigned v = b->session->server_version;
    const char *flavour = b->session->flavour == MLK_MARIADB ? "MariaDB" : "MySQL";
    bool tcp = c->protocol == MLK_PROTOCOL_TCP || (c->host && strcmp(c->host, "localhost") != 0);
    char place[400] = "the local server";

    if (tcp && c->port)
        snprintf(place, sizeof place, "%s, port %u", c->host ? c->host : "localhost", c->port);
    else if (tcp)
        snprintf(place, sizeof place, "%s", c->host ? c->host : "localhost");
    else if (c->socket)
        snprintf(place, sizeof place, "%s", c->socket);
    snprintf(b->where, sizeof b->where, "%s %u.%u.%u (%s)", flavour, v / 10000, v / 100 % 100, v % 100,
             place);
}

enum mlk_exit mlk_backend_resolve(struct mlk_cli *cli)
{
    char error[MLK_ERROR_MAX];
    enum mlk_status status = MLK_OK;

    if (!cli->resolved)
        status = mlk_connection_resolve(&cli->connection, &cli->options, error, sizeof error);
    if (status == MLK_OK && !cli->resolved)
        status =
            mlk_member_settle(&cli->connection, cli->command && cli->command->several, error, sizeof error);
    if (status != MLK_OK)
        return mlk_fail_status(cli, status, error);
    cli->resolved = true;
    return MLK_EXIT_DONE;
}

enum mlk_status mlk_backend_connect(struct mlk_backend *b, struct mlk_cli *cli, char *error,
                                    size_t error_size)
{
    enum mlk_status status;

    *b = (struct mlk_backend){.quiet = cli->quiet};
    cli->connection.trace = cli->verbose;
    status = mlk_client_session_open(&cli->connection, &b->session, error, error_size);
    if (status != MLK_OK)
        return status;
    describe(b, &cli->connection);
    find_functions(b);
    b->functions = b->installed && !mlk_options_has(&cli->options, "no-functions") &&
                   !mlk_options_has(&cli->options, "direct");
    if (b->functions)
        lift_limit(b);
    return MLK_OK;
}

enum mlk_exit mlk_backend_open(struct mlk_backend *b, struct mlk_cli *cli)
{
    char error[MLK_ERROR_MAX];
    enum mlk_exit exit = mlk_backend_resolve(cli);
    enum mlk_status status;

    *b = (struct mlk_backend){0};
    if (exit != MLK_EXIT_DONE)
        return exit;
    status = mlk_backend_connect(b, cli, error, sizeof error);
    if (status == MLK_GONE) /* there has been no connection yet that could be lost */
        return mlk_fail(cli, MLK_EXIT_FAILED, "connect", "%s", error);
    if (status != MLK_OK)
        return mlk_fail_status(cli, status, error);
    if (cli->verbose)
        mlk_note("%s, %s", b->where,
                 b->functions ? "asking the server's miglock functions"
                              : "looking over this connection, without the server's functions");
    return MLK_EXIT_DONE;
}

void mlk_backend_close(struct mlk_backend *b)
{
    if (b->session)
        b->session->ops->close(b->session);
    b->session = NULL;
}

static bool known_report(const cJSON *report)
{
    return cJSON_IsObject(report) && mlk_json_int(report, "schema_version", -1) == MLK_SCHEMA_VERSION;
}

static bool known(const cJSON *document)
{
    const cJSON *item;

    if (!cJSON_IsArray(document))
        return known_report(document);
    cJSON_ArrayForEach(item, document) if (!known_report(item)) return false;
    return true;
}

static void tell_version(struct mlk_backend *b)
{
    if (!b->quiet && !b->told && strcmp(b->version, mlk_version()) != 0)
        mlk_note("the functions on the server are of miglock %s, this command is %s: install the same "
                 "version of both "
                 "(miglock help install)",
                 b->version, mlk_version());
    b->told = true;
}

/* The servers put the function's name before its message: "miglock_status UDF failed; ..." (MySQL, error
 * 3200) and "miglock_status: ..." (MariaDB). The command's user called no function. */
static const char *without_name(const char *function, const char *message)
{
    static const char *const after[] = {" UDF failed; ", ": "};
    size_t len = strlen(function);

    for (size_t i = 0; strncmp(message, function, len) == 0 && i < sizeof after / sizeof after[0]; i++) {
        if (strncmp(message + len, after[i], strlen(after[i])) == 0)
            return message + len + strlen(after[i]);
    }
    return message;
}

/* Calls a function whose arguments are in args, and parses what it gives. */
static enum mlk_status call(struct mlk_backend *b, const char *function, const char *const *args, cJSON **out,
                            char *error, size_t error_size)
{
    struct mlk_buf sql;
    struct mlk_rows *rows = NULL;
    const char *text = NULL;
    enum mlk_status status;

    *out = NULL;
    tell_version(b);
    mlk_buf_init(&sql, SQL_BYTES);
    mlk_buf_fmt(&sql, "SELECT %s(", function);
    for (size_t i = 0; args[i]; i++) {
        mlk_buf_str(&sql, i ? ", " : "");
        mlk_sql_string(&sql, args[i], strlen(args[i]));
    }
    status = mlk_buf_str(&sql, ")");
    if (status == MLK_OK)
        status = mlk_backend_sql(b, mlk_buf_text(&sql), &rows);
    else
        snprintf(b->session->error, sizeof b->session->error, "%s", mlk_status_text(status));
    if (status == MLK_OK)
        text = mlk_rows_text(rows, 0, 0);
    if (status != MLK_OK) {
        snprintf(error, error_size, "%s", without_name(function, b->session->error));
    } else {
        *out = text ? cJSON_Parse(text) : NULL;
        if (!*out) {
            snprintf(error, error_size, "%s() gave no JSON document; --no-functions does without it",
                     function);
            status = MLK_UNSUPPORTED;
        }
    }
    mlk_rows_free(rows);
    mlk_buf_free(&sql);
    return status;
}

/* A report of another schema cannot be drawn: drop it and go on without the functions. */
static bool fall_back(struct mlk_backend *b, enum mlk_status status, cJSON **document)
{
    if (status != MLK_OK || known(*document))
        return false;
    if (!b->quiet)
        mlk_note("the server's functions speak another version of the report: looking over this connection "
                 "instead");
    cJSON_Delete(*document);
    *document = NULL;
    b->functions = false;
    return true;
}

enum mlk_status mlk_backend_report(struct mlk_backend *b, const struct mlk_target *target, bool ask,
                                   cJSON **out, char *error, size_t error_size)
{
    if (b->functions) {
        const char *args[] = {target->text, ask ? "probe" : NULL, NULL};
        enum mlk_status status = mlk_target_fits(target, b->session->flavour, error, error_size);

        *out = NULL;
        if (status == MLK_OK)
            status = call(b, "miglock_status", args, out, error, error_size);
        if (!fall_back(b, status, out))
            return status;
    }
    return mlk_report(b->session, target, ask, out, error, error_size);
}

enum mlk_status mlk_backend_locks(struct mlk_backend *b, const char *schema, cJSON **out, char *error,
                                  size_t error_size)
{
    if (b->functions) {
        const char *args[] = {schema, NULL};
        enum mlk_status status = call(b, "miglock_locks", args, out, error, error_size);

        if (!fall_back(b, status, out))
            return status;
    }
    return mlk_locks(b->session, schema, out, error, error_size);
}

/* Whether a call failed as an earlier version of the library has no such function. Without a default database
 * the servers look for no stored one: ER_NO_DB_ERROR, ER_SP_DOES_NOT_EXIST (of both). */
static bool lacks_function(const struct mlk_backend *b, enum mlk_status status)
{
    return status != MLK_OK && (b->session->error_number == 1046 || b->session->error_number == 1305);
}

enum mlk_status mlk_backend_table_locks(struct mlk_backend *b, const char *schema, cJSON **out, char *error,
                                        size_t error_size)
{
    if (b->functions) {
        const char *args[] = {schema, NULL};
        enum mlk_status status = call(b, "miglock_table_locks", args, out, error, error_size);

        if (!lacks_function(b, status) && !fall_back(b, status, out))
            return status;
    }
    return mlk_table_locks(b->session, schema, out, error, error_size);
}

enum mlk_status mlk_backend_probe(struct mlk_backend *b, uint64_t connection_id, cJSON **out, char *error,
                                  size_t error_size)
{
    if (b->functions) {
        char id[MLK_CONNECTION_ID_DIGITS + 1];
        const char *args[] = {id, NULL};
        enum mlk_status status;

        snprintf(id, sizeof id, "%" PRIu64, connection_id);
        status = call(b, "miglock_probe", args, out, error, error_size);
        if (!fall_back(b, status, out))
            return status;
    }
    return mlk_probe_connection(b->session, connection_id, out, error, error_size);
}

/* A function changes a row on its own Galera node alone and therefore refuses; a client's session reaches all
 * nodes. */
static bool must_be_a_client(struct mlk_backend *b, const struct mlk_target *target)
{
    struct mlk_rows *rows = NULL;
    const char *provider = NULL;
    bool galera;

    if (target->tool->kind != MLK_ROW || b->session->flavour != MLK_MARIADB)
        return false;
    if (mlk_backend_sql(b, "SELECT @@GLOBAL.wsrep_provider", &rows) == MLK_OK)
        provider = mlk_rows_text(rows, 0, 0);
    galera = provider && provider[0] && strcmp(provider, "none") != 0;
    mlk_rows_free(rows);
    return galera;
}

/* Whether a change is left to the server's functions. */
static bool by_function(struct mlk_backend *b, const struct mlk_target *target,
                        const struct mlk_release_options *options)
{
    return b->functions && !options->dry_run && !must_be_a_client(b, target);
}

static enum mlk_status call_change(struct mlk_backend *b, const char *function,
                                   const struct mlk_target *target, const struct mlk_release_options *options,
                                   cJSON **out, char *error, size_t error_size)
{
    char words[sizeof "force,blocker=" + MLK_CONNECTION_ID_DIGITS] = "";
    const char *args[] = {target->text, options->token, words, NULL};

    if (options->blocker)
        snprintf(words, sizeof words, "%sblocker=%" PRIu64, options->force ? "force," : "", options->blocker);
    else if (options->force)
        snprintf(words, sizeof words, "force");
    return call(b, function, args, out, error, error_size);
}

enum mlk_status mlk_backend_release(struct mlk_backend *b, const struct mlk_target *target,
                                    const struct mlk_release_options *options, cJSON **out, char *error,
                                    size_t error_size)
{
    bool proxied = b->session->proxied;
    enum mlk_status status;

    if (by_function(b, target, options))
        return call_change(b, "miglock_release", target, options, out, error, error_size);
    /* what will act is the function, inside the server: the proxy's connection ids do not matter to it */
    if (b->functions && options->dry_run)
        b->session->proxied = false;
    status = mlk_release(b->session, target, options, out, error, error_size);
    b->session->proxied = proxied;
    return status;
}

enum mlk_status mlk_backend_repair(struct mlk_backend *b, const struct mlk_target *target,
                                   const struct mlk_release_options *options, cJSON **out, char *error,
                                   size_t error_size)
{
    if (by_function(b, target, options))
        return call_change(b, "miglock_repair", target, options, out, error, error_size);
    return mlk_repair(b->session, target, options, out, error, error_size);
}
