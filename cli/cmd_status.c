/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdio.h>
#include <string.h>

#include "backend.h"
#include "command.h"
#include "json.h"
#include "miglock/sql.h"
#include "render.h"

static const struct mlk_option options[] = {
    {"exit-code", 0, MLK_ARG_NONE, NULL, "exit with 3 when a shown lock is held, or it cannot be told"},
    {"probe", 0, MLK_ARG_NONE, NULL, "ask the holder's client whether it is still there; with targets only"},
    {NULL, 0, MLK_ARG_NONE, NULL, NULL},
};

/* What was asked for: reports of the locks named, and tables of the schemas named. */
struct answer {
    cJSON *single; /* reports, in the order of the arguments */
    cJSON *table;  /* reports */
    bool tabled;   /* a table was asked for */
};

static bool is_target(const char *arg)
{
    return strchr(arg, ':') != NULL;
}

static enum mlk_status parse_all(const struct mlk_cli *cli, char *error, size_t error_size)
{
    bool probe = mlk_options_has(&cli->options, "probe");
    struct mlk_target target;
    enum mlk_status status = MLK_OK;

    for (int i = 0; status == MLK_OK && i < cli->argc; i++) {
        probe = probe && is_target(cli->argv[i]);
        if (is_target(cli->argv[i]))
            status = mlk_target_parse(cli->argv[i], strlen(cli->argv[i]), &target, error, error_size);
        else if (!*cli->argv[i] || strlen(cli->argv[i]) > MLK_IDENT_MAX) {
            snprintf(error, error_size, "'%.60s' is neither a schema nor a target such as rails:shop",
                     cli->argv[i]);
            status = MLK_USAGE;
        }
    }
    /* To ask may end a session, so that is for a lock that somebody has named, not for whatever is found. */
    if (status == MLK_OK && mlk_options_has(&cli->options, "probe") && (!probe || cli->argc == 0)) {
        snprintf(error, error_size, "--probe is for targets only, such as miglock status rails:shop --probe");
        status = MLK_USAGE;
    }
    return status;
}

static enum mlk_status add_report(struct mlk_backend *b, struct answer *a, const char *arg, bool ask,
                                  char *error, size_t error_size)
{
    struct mlk_target target;
    cJSON *report = NULL;
    enum mlk_status status = mlk_target_parse(arg, strlen(arg), &target, error, error_size);

    if (status == MLK_OK)
        status = mlk_backend_report(b, &target, ask, &report, error, error_size);
    if (status == MLK_OK)
        cJSON_AddItemToArray(a->single, report);
    return status;
}

/* "No lock" in a schema that does not exist would be a wrong answer to a typing mistake. */
static enum mlk_status check_schema(struct mlk_backend *b, const char *schema, char *error, size_t error_size)
{
    struct mlk_rows *rows = NULL;
    struct mlk_buf sql;
    enum mlk_status status;

    mlk_buf_init(&sql, 4096);
    mlk_buf_str(&sql, "SELECT 1 FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = ");
    mlk_sql_string(&sql, schema, strlen(schema));
    status = mlk_backend_sql(b, mlk_buf_text(&sql), &rows);
    if (status != MLK_OK) {
        snprintf(error, error_size, "%s", b->session->error);
    } else if (rows->count == 0) {
        snprintf(error, error_size, "there is no schema '%s' on this server, or this account may not see it",
                 schema);
        status = MLK_NOT_FOUND;
    }
    mlk_rows_free(rows);
    mlk_buf_free(&sql);
    return status;
}

static enum mlk_status add_schema(struct mlk_backend *b, struct answer *a, const char *schema, char *error,
                                  size_t error_size)
{
    cJSON *reports = NULL, *report;
    enum mlk_status status = mlk_backend_locks(b, schema, &reports, error, error_size);

    a->tabled = true;
    if (status == MLK_OK && schema && cJSON_GetArraySize(reports) == 0)
        status = check_schema(b, schema, error, error_size);
    while (status == MLK_OK && (report = cJSON_DetachItemFromArray(reports, 0)))
        cJSON_AddItemToArray(a->table, report);
    cJSON_Delete(reports);
    return status;
}

static enum mlk_status gather(struct mlk_backend *b, const struct mlk_cli *cli, struct answer *a, char *error,
                              size_t error_size)
{
    bool ask = mlk_options_has(&cli->options, "probe");
    enum mlk_status status = a->single && a->table ? MLK_OK : MLK_NO_MEMORY;

    error[0] = '\0';
    if (status == MLK_OK && cli->argc == 0)
        status = add_schema(b, a, NULL, error, error_size);
    for (int i = 0; status == MLK_OK && i < cli->argc; i++)
        status = is_target(cli->argv[i]) ? add_report(b, a, cli->argv[i], ask, error, error_size)
                                         : add_schema(b, a, cli->argv[i], error, error_size);
    return status;
}

static bool any_held(const cJSON *reports)
{
    const cJSON *report;

    cJSON_ArrayForEach(report, reports) if (mlk_json_may_be_held(report)) return true;
    return false;
}

/* Silence would not say whether it looked in the right place. */
static void say_none(const struct mlk_render *r, const struct mlk_backend *b, const struct mlk_cli *cli)
{
    struct mlk_buf text;
    int schemas = 0;

    mlk_buf_init(&text, 65536);
    mlk_buf_str(&text, "no migration lock is held; looked at ");
    if (cli->argc == 0)
        mlk_buf_str(&text, "all schemas");
    for (int i = 0; i < cli->argc; i++)
        schemas += !is_target(cli->argv[i]);
    if (schemas > 0)
        mlk_buf_str(&text, schemas > 1 ? "schemas " : "schema ");
    for (int i = 0, said = 0; i < cli->argc; i++)
        if (!is_target(cli->argv[i]))
            mlk_buf_fmt(&text, "%s%s", said++ ? ", " : "", cli->argv[i]);
    mlk_buf_fmt(&text, " of %s", b->where);
    mlk_render_line(r, 0, "", 0, mlk_buf_text(&text));
    mlk_buf_free(&text);
}

/*
 * An empty list has no reports that could say what was not seen. That hardly depends on the lock, so the
 * report of a named lock that nobody takes tells it. Where it fails the answer stands without it.
 */
static void say_blind_spots(const struct mlk_render *r, struct mlk_backend *b)
{
    static const char nobody[] = "named:miglock looks around";
    char error[MLK_ERROR_MAX * 2];
    struct mlk_target target;
    cJSON *report = NULL;

    if (mlk_target_parse(nobody, sizeof nobody - 1, &target, error, sizeof error) != MLK_OK ||
        mlk_backend_report(b, &target, false, &report, error, sizeof error) != MLK_OK)
        return;
    mlk_render_lines(r, 0, "not seen: ", 10, cJSON_GetObjectItemCaseSensitive(report, "blind_spots"));
    cJSON_Delete(report);
}

static void show(struct mlk_backend *b, const struct mlk_cli *cli, const struct answer *a)
{
    const cJSON *report;
    struct mlk_render r;
    bool first = true;

    mlk_render_start(&r, stdout, b->functions);
    cJSON_ArrayForEach(report, a->single)
    {
        if (!first)
            putchar('\n');
        mlk_render_report(&r, report);
        first = false;
    }
    if (!a->tabled)
        return;
    if (!first)
        putchar('\n');
    if (!any_held(a->table))
        say_none(&r, b, cli);
    if (cJSON_GetArraySize(a->table) > 0)
        mlk_render_table(&r, a->table);
    else
        say_blind_spots(&r, b);
}

static enum mlk_exit finish(struct mlk_backend *b, const struct mlk_cli *cli, struct answer *a)
{
    bool held = any_held(a->single) || any_held(a->table), ok = true;
    cJSON *report;

    if (cli->json) {
        while ((report = cJSON_DetachItemFromArray(a->table, 0)))
            cJSON_AddItemToArray(a->single, report);
        ok = mlk_json_out(a->single);
    } else {
        show(b, cli, a);
    }
    if (!ok)
        return mlk_fail_status(cli, MLK_TOO_LONG, mlk_status_text(MLK_TOO_LONG));
    return held && mlk_options_has(&cli->options, "exit-code") ? MLK_EXIT_HELD : MLK_EXIT_DONE;
}

static enum mlk_exit run(struct mlk_cli *cli)
{
    char error[MLK_ERROR_MAX * 2];
    struct answer a = {0};
    struct mlk_backend b;
    enum mlk_status status = parse_all(cli, error, sizeof error);
    enum mlk_exit exit;

    if (status != MLK_OK)
        return mlk_fail_status(cli, status, error);
    exit = mlk_backend_open(&b, cli);
    if (exit != MLK_EXIT_DONE)
        return exit;
    a.single = cJSON_CreateArray();
    a.table = cJSON_CreateArray();
    status = gather(&b, cli, &a, error, sizeof error);
    exit = status == MLK_OK ? finish(&b, cli, &a) : mlk_fail_status(cli, status, error);
    cJSON_Delete(a.single);
    cJSON_Delete(a.table);
    mlk_backend_close(&b);
    return exit;
}

static const char *const examples[] = {
    "status",
    "status shop",
    "status rails:shop",
    "status rails:shop --probe",
    "status ghost:blog --exit-code || echo 'still locked'",
    NULL,
};

const struct mlk_command mlk_cmd_status = {
    .name = "status",
    .args = "[TARGET or SCHEMA ...]",
    .summary = "who holds the locks, and is the holder still there",
    .examples = examples,
    .text = "Without an argument: a table of every migration lock that this account may see.\n"
            "A target (with a colon) is shown in full, a schema as a table.\n"
            "--probe does for the holder of each target what miglock probe does for a connection, with the "
            "same one effect: a client that does not answer loses its connection (miglock help probe). Needs "
            "the functions in the server.\n",
    .options = options,
    .min_args = 0,
    .max_args = -1,
    .connects = true,
    .run = run,
};
