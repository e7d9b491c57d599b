/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "backend.h"
#include "completion.h"
#include "json.h"

/* Somebody waits with a finger on a key: then no answer is better than a late one. */
enum { SECONDS_MAX = 3 };

static const char schemas_sql[] =
    "SELECT SCHEMA_NAME FROM information_schema.SCHEMATA WHERE SCHEMA_NAME NOT IN "
    "('information_schema', 'performance_schema', 'mysql', 'sys') ORDER BY SCHEMA_NAME LIMIT 1000";

static bool offered(const cJSON *reports, const char *target)
{
    const cJSON *report;

    cJSON_ArrayForEach(report, reports)
    {
        const char *text = mlk_json_text(report, "target");

        if (text && strcmp(text, target) == 0)
            return true;
    }
    return false;
}

/* The schemas by themselves, or each with the tool that stands before the colon. reports: whose targets have
 * been offered. */
static void schemas(struct mlk_backend *b, const struct mlk_place *place, bool alone, const cJSON *reports)
{
    const char *colon = strchr(place->typed, ':');
    struct mlk_rows *rows = NULL;

    if ((!alone && !colon) || mlk_backend_sql(b, schemas_sql, &rows) != MLK_OK)
        return;
    for (size_t i = 0; i < rows->count; i++) {
        const char *schema = mlk_rows_text(rows, i, 0);
        struct mlk_target target;
        char ignored[MLK_ERROR_MAX];

        if (!schema)
            continue;
        if (alone && !colon)
            mlk_completion_offer(place, schema, "schema");
        if (colon &&
            mlk_target_make(place->typed, (size_t)(colon - place->typed), schema, strlen(schema), NULL, 0,
                            &target, ignored, sizeof ignored) == MLK_OK &&
            !offered(reports, target.text))
            mlk_completion_offer(place, target.text, NULL);
    }
    mlk_rows_free(rows);
}

static void locks(const struct mlk_place *place, const cJSON *reports)
{
    const cJSON *report;

    cJSON_ArrayForEach(report, reports)
    {
        const char *target = mlk_json_text(report, "target");

        if (target)
            mlk_completion_offer(place, target, mlk_json_text(report, "verdict"));
    }
}

/* Tables that somebody waits for; a lock on a schema or the server is no target. */
static void tables(const struct mlk_place *place, const cJSON *documents)
{
    const cJSON *document;

    cJSON_ArrayForEach(document, documents)
    {
        const char *target = mlk_json_text(document, "target");

        if (target && mlk_json_text(document, "table"))
            mlk_completion_offer(place, target, mlk_json_text(document, "verdict"));
    }
}

static void ask(struct mlk_cli *cli, const struct mlk_place *place)
{
    const char *args = place->command->args;
    char error[MLK_ERROR_MAX * 2];
    cJSON *reports = NULL, *documents = NULL;
    struct mlk_backend b;

    if (mlk_backend_open(&b, cli) != MLK_EXIT_DONE)
        return;
    if (strstr(args, "TARGET") && mlk_backend_locks(&b, NULL, &reports, error, sizeof error) == MLK_OK)
        locks(place, reports);
    if (strstr(args, "TARGET") && place->command != &mlk_cmd_repair &&
        mlk_backend_table_locks(&b, NULL, &documents, error, sizeof error) == MLK_OK)
        tables(place, documents);
    schemas(&b, place, strstr(args, "SCHEMA") != NULL, reports);
    cJSON_Delete(reports);
    cJSON_Delete(documents);
    fflush(stdout);
    mlk_backend_close(&b);
}

static bool wanted(const struct mlk_place *place)
{
    const struct mlk_command *c = place->command;

    if (!c || place->option || (place->typed[0] == '-' && !place->options_over) ||
        (c->max_args >= 0 && place->position >= c->max_args))
        return false;
    return strstr(c->args, "TARGET") || strcmp(c->args, "[SCHEMA]") == 0 ||
           (strstr(c->args, "TOOL SCHEMA") && place->position == 1);
}

/* In a process of its own: it has no terminal, so no password can be asked for, and it can be cut short. */
void mlk_completion_print_server(struct mlk_cli *cli, const struct mlk_place *place)
{
    pid_t child;

    if (!wanted(place) || fflush(stdout) != 0)
        return;
    child = fork();
    if (child == 0) {
        setsid();
        alarm(SECONDS_MAX);
        ask(cli, place);
        _exit(0);
    }
    if (child > 0)
        waitpid(child, NULL, 0);
}
