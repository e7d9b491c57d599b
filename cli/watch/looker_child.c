/* SPDX-License-Identifier: GPL-2.0-only */
#include "looker_child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "backend.h"
#include "blind_spots.h"
#include "json.h"
#include "lookup.h"
#include "miglock/sql.h"

enum {
    SQL_BYTES = 8192,
    BLIND_MAX = 100 /* some name a schema; of thousands nobody would read more than the first */
};

/* What one look needs and gives. */
struct child {
    struct mlk_cli *cli;
    struct mlk_backend backend; /* session NULL: not connected */
    bool told; /* that the functions are of another version: once, not with each connection */
    cJSON *reports;
    char error[MLK_ERROR_MAX * 2];
    char missing[MLK_ERROR_MAX * 2];
};

bool mlk_looker_send(int fd, const void *bytes, size_t len)
{
    const char *p = bytes;

    while (len > 0) {
        ssize_t n = send(fd, p, len, MSG_NOSIGNAL);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        p += n;
        len -= (size_t)n;
    }
    return true;
}

static bool receive(int fd, void *bytes, size_t len)
{
    char *p = bytes;

    while (len > 0) {
        ssize_t n = read(fd, p, len);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        p += n;
        len -= (size_t)n;
    }
    return true;
}

static bool question(int fd, char *target, size_t size)
{
    uint32_t len;

    if (!receive(fd, &len, sizeof len) || len >= size || !receive(fd, target, len))
        return false;
    target[len] = '\0';
    return true;
}

static bool exists(struct child *c, const struct mlk_buf *sql)
{
    struct mlk_rows *rows = NULL;
    bool there = sql->status != MLK_OK || mlk_backend_sql(&c->backend, mlk_buf_text(sql), &rows) != MLK_OK ||
                 rows->count > 0; /* where that cannot be found out, nothing is said */

    mlk_rows_free(rows);
    return there;
}

/* Whether the target's schema is there, and with table its table; c->missing says what is not. Only names are
 * read, so the table is not opened. */
static void find(struct child *c, const struct mlk_target *target, bool table)
{
    struct mlk_buf sql;

    mlk_buf_init(&sql, SQL_BYTES);
    mlk_buf_str(&sql, "SELECT 1 FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = ");
    mlk_sql_string(&sql, target->schema, strlen(target->schema));
    if (!exists(c, &sql)) {
        snprintf(c->missing, sizeof c->missing,
                 "there is no schema '%s' on this server, or this account may not see it", target->schema);
    } else if (table) {
        mlk_buf_reset(&sql);
        mlk_buf_str(&sql, "SELECT 1 FROM information_schema.TABLES WHERE TABLE_SCHEMA = ");
        mlk_sql_string(&sql, target->schema, strlen(target->schema));
        mlk_buf_str(&sql, " AND TABLE_NAME = ");
        mlk_sql_string(&sql, target->table, strlen(target->table));
        if (!exists(c, &sql))
            snprintf(c->missing, sizeof c->missing,
                     "there is no table %s.%s on this server, or this account may not see it%s%s%s",
                     target->schema, target->table,
                     target->tool->kind == MLK_TABLE ? "" : ": no migration of ",
                     target->tool->kind == MLK_TABLE ? "" : target->tool->title,
                     target->tool->kind == MLK_TABLE ? "" : " ever ran there");
    }
    mlk_buf_free(&sql);
}

/* A lock in a schema that is not there reads free or as nothing at all; mostly its name is a mistake. */
static void find_missing(struct child *c, const struct mlk_target *target)
{
    const cJSON *report = cJSON_GetArrayItem(c->reports, 0);

    c->missing[0] = '\0';
    if (!target->schema[0] || cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(report, "held")) ||
        cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(report, "server_wide")) ||
        mlk_json_text(report, "damage"))
        return;
    find(c, target, target->table[0] && cJSON_IsNull(cJSON_GetObjectItemCaseSensitive(report, "held")));
}

/* There is no report of a table that is not there. An error of the functions does not tell that apart. */
static void find_table(struct child *c, const struct mlk_target *target, enum mlk_status status)
{
    if (target->tool->kind == MLK_TABLE && (status == MLK_NOT_FOUND || status == MLK_SQL))
        find(c, target, true);
}

static enum mlk_status look(struct child *c)
{
    struct mlk_answer answer = {0};
    struct mlk_target target;
    char ignored[MLK_ERROR_MAX];
    enum mlk_status status = mlk_lookup(&c->backend, c->cli, false, &answer, c->error, sizeof c->error);
    bool one = c->cli->argc == 1 && mlk_is_target(c->cli->argv[0]) &&
               mlk_target_parse(c->cli->argv[0], strlen(c->cli->argv[0]), &target, ignored, sizeof ignored) ==
                   MLK_OK;

    if (status == MLK_OK) {
        c->reports = mlk_answer_all(&answer);
        status = c->reports ? MLK_OK : MLK_NO_MEMORY;
    }
    if (status == MLK_OK)
        status = mlk_lookup_tables(&c->backend, c->cli, c->reports, c->error, sizeof c->error);
    mlk_answer_free(&answer);
    if (status == MLK_OK && one)
        find_missing(c, &target);
    else if (one)
        find_table(c, &target, status);
    return status;
}

static enum mlk_status ask_client(struct child *c, const char *text)
{
    struct mlk_target target;
    cJSON *report = NULL;
    enum mlk_status status = mlk_target_parse(text, strlen(text), &target, c->error, sizeof c->error);

    if (status != MLK_OK)
        return status;
    status = mlk_backend_report(&c->backend, &target, true, &report, c->error, sizeof c->error);
    if (status != MLK_OK) {
        find_table(c, &target, status);
        return status;
    }
    c->reports = cJSON_CreateArray();
    if (!c->reports || !cJSON_AddItemToArray(c->reports, report)) {
        cJSON_Delete(report);
        return MLK_NO_MEMORY;
    }
    find_missing(c, &target);
    return MLK_OK;
}

static cJSON *answer(struct child *c, enum mlk_status status, bool connected)
{
    cJSON *document = cJSON_CreateObject(), *blind = NULL;
    const cJSON *report;
    bool ok = cJSON_AddNumberToObject(document, "status", status) &&
              cJSON_AddBoolToObject(document, "connected", connected) &&
              cJSON_AddStringToObject(document, "error", c->error) &&
              cJSON_AddStringToObject(document, "where", c->backend.where) &&
              cJSON_AddBoolToObject(document, "functions", c->backend.functions) &&
              cJSON_AddStringToObject(document, "missing", c->missing) &&
              (blind = cJSON_AddArrayToObject(document, "blind"));

    if (ok && status == MLK_OK) {
        cJSON_ArrayForEach(report, c->reports) mlk_blind_spots_add(blind, report, BLIND_MAX);
        if (cJSON_GetArraySize(c->reports) == 0)
            mlk_blind_spots_of_nobody(&c->backend, blind, BLIND_MAX);
        ok = cJSON_AddItemToObject(document, "reports", c->reports);
        c->reports = ok ? NULL : c->reports;
    }
    if (!ok) {
        cJSON_Delete(document);
        document = NULL;
    }
    return document;
}

static bool reply(int fd, struct child *c, enum mlk_status status, bool connected)
{
    cJSON *document = answer(c, status, connected);
    char *text = document ? cJSON_PrintUnformatted(document) : NULL;
    size_t len = text ? strlen(text) : 0;
    uint32_t head = (uint32_t)len;
    bool ok = text && len < MLK_LOOKER_ANSWER_MAX && mlk_looker_send(fd, &head, sizeof head) &&
              mlk_looker_send(fd, text, len);

    cJSON_free(text);
    cJSON_Delete(document);
    cJSON_Delete(c->reports);
    c->reports = NULL;
    return ok;
}

/* After a failure the next question starts with a connection of its own: nobody knows what state this one is
 * in. */
static bool serve_one(int fd, struct child *c, const char *target)
{
    enum mlk_status status = MLK_OK;
    bool connected;

    c->error[0] = c->missing[0] = '\0';
    if (!c->backend.session) {
        status = mlk_backend_connect(&c->backend, c->cli, c->error, sizeof c->error);
        c->backend.told = c->told;
    }
    connected = status == MLK_OK;
    if (status == MLK_OK)
        status = *target ? ask_client(c, target) : look(c);
    c->told = c->told || c->backend.told;
    if (status != MLK_OK && !c->error[0])
        snprintf(c->error, sizeof c->error, "%s", mlk_status_text(status));
    if (!reply(fd, c, status, connected))
        return false;
    if (status != MLK_OK)
        mlk_backend_close(&c->backend);
    return true;
}

/* Keys that end the command end this process through the closed descriptor: it must not be gone first. Only
 * one of the two may read the terminal and write the answer. */
static void settle(bool silent)
{
    static const int keys[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
    sigset_t none;
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);

    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        signal(keys[i], SIG_IGN);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    if (null < 0)
        return;
    dup2(null, STDIN_FILENO);
    dup2(null, STDOUT_FILENO);
    if (silent)
        dup2(null, STDERR_FILENO);
    close(null);
}

void mlk_looker_serve(int fd, struct mlk_cli *cli, bool silent)
{
    struct child c = {.cli = cli};
    char target[MLK_TARGET_MAX + 1];

    settle(silent);
    while (question(fd, target, sizeof target) && serve_one(fd, &c, target))
        ;
    mlk_backend_close(&c.backend);
}
