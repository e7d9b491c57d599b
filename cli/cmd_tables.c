/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdio.h>
#include <string.h>

#include "backend.h"
#include "command.h"
#include "json.h"
#include "members.h"
#include "members_tables.h"
#include "nearby.h"
#include "plain.h"
#include "render.h"

static enum mlk_exit show(struct mlk_backend *b, const struct mlk_cli *cli, const char *schema,
                          const cJSON *documents)
{
    struct mlk_render r;

    if (cli->json)
        return mlk_json_out(documents) ? MLK_EXIT_DONE
                                       : mlk_fail_status(cli, MLK_TOO_LONG, mlk_status_text(MLK_TOO_LONG));
    if (cli->plain)
        mlk_plain_print(MLK_PLAIN_TABLE, documents);
    if (!mlk_for_people(cli))
        return MLK_EXIT_DONE;
    mlk_render_start(&r, stdout, b->functions);
    if (cJSON_GetArraySize(documents) == 0) {
        struct mlk_buf text;

        mlk_buf_init(&text, 2048);
        mlk_buf_fmt(&text, "no DDL runs and nobody waits for a table; looked at %s%s of %s",
                    schema ? "schema " : "all schemas", schema ? schema : "", b->where);
        mlk_render_line(&r, 0, "", 0, mlk_buf_text(&text));
        mlk_buf_free(&text);
    }
    mlk_render_tables(&r, documents);
    return MLK_EXIT_DONE;
}

static enum mlk_exit run(struct mlk_cli *cli)
{
    const char *schema = cli->argc > 0 ? cli->argv[0] : NULL;
    char error[MLK_ERROR_MAX * 2];
    struct mlk_backend b;
    cJSON *documents = NULL;
    enum mlk_status status = MLK_OK;
    enum mlk_exit exit;

    if (schema && (!*schema || strlen(schema) > MLK_IDENT_MAX))
        return mlk_fail(cli, MLK_EXIT_USAGE, "usage", "a schema's name has 1 to 64 characters");
    exit = mlk_backend_resolve(cli);
    if (exit == MLK_EXIT_DONE && mlk_members_several(cli))
        return mlk_members_tables(cli, schema);
    if (exit == MLK_EXIT_DONE)
        exit = mlk_backend_open(&b, cli);
    if (exit != MLK_EXIT_DONE)
        return exit;
    if (schema) /* an empty list would also be the answer for a name that was mistyped */
        status = mlk_nearby_check_schema(&b, schema, error, sizeof error);
    if (status == MLK_OK)
        status = mlk_backend_table_locks(&b, schema, &documents, error, sizeof error);
    exit = status == MLK_OK ? show(&b, cli, schema, documents) : mlk_fail_status(cli, status, error);
    cJSON_Delete(documents);
    mlk_backend_close(&b);
    return exit;
}

static const struct mlk_option options[] = {
    MLK_ALL_MEMBERS_OPTION,
    {NULL, 0, MLK_ARG_NONE, NULL, NULL},
};

static const char *const examples[] = {
    "tables", "tables shop", "tables --all-members", "tables --json", NULL,
};

const struct mlk_command mlk_cmd_tables = {
    .name = "tables",
    .args = "[SCHEMA]",
    .summary = "which table waits for whom: DDL, who blocks it, who queues",
    .examples = examples,
    .text =
        "Shows each table on which DDL runs or waits, and each that sessions wait for: first what stands at "
        "the root of it, then who waits for whom.\n"
        "Nothing is changed, and none of these tables is opened.\n"
        "Of several servers (--host db1,db2, --all-members) each has its own; --json gives them as node.\n",
    .options = options,
    .min_args = 0,
    .max_args = 1,
    .connects = true,
    .several = true,
    .run = run,
};
