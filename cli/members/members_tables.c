/* SPDX-License-Identifier: GPL-2.0-only */
#include "members_tables.h"

#include <stdio.h>

#include "json.h"
#include "members.h"
#include "miglock/text.h"
#include "nearby.h"
#include "plain.h"
#include "render.h"

struct view {
    const char *schema;
    bool sql;         /* every server has the functions */
    cJSON *documents; /* of all servers, each with its "node" */
};

static enum mlk_status look(struct mlk_backend *b, const struct mlk_member *member, void *arg, char *error,
                            size_t error_size)
{
    struct view *v = arg;
    cJSON *documents = NULL, *document;
    enum mlk_status status = MLK_OK;

    if (v->schema)
        status = mlk_nearby_check_schema(b, v->schema, error, error_size);
    if (status == MLK_OK)
        status = mlk_backend_table_locks(b, v->schema, &documents, error, error_size);
    if (status == MLK_OK && !mlk_members_mark(documents, member))
        status = MLK_NO_MEMORY;
    while (status == MLK_OK && (document = cJSON_DetachItemFromArray(documents, 0)))
        cJSON_AddItemToArray(v->documents, document);
    cJSON_Delete(documents);
    v->sql = v->sql && b->functions;
    return status;
}

/* Moves the documents of a server into an array that the caller frees; NULL where memory is out. */
static cJSON *take(cJSON *documents, const char *node)
{
    cJSON *taken = cJSON_CreateArray(), *document = documents->child;

    while (taken && document) {
        cJSON *next = document->next;

        if (mlk_same_text(mlk_json_text(document, "node"), node))
            cJSON_AddItemToArray(taken, cJSON_DetachItemViaPointer(documents, document));
        document = next;
    }
    return taken;
}

static void show(struct view *v, const struct mlk_members_result *result)
{
    const cJSON *node;
    struct mlk_render r;

    mlk_render_start(&r, stdout, v->sql);
    cJSON_ArrayForEach(node, result->nodes)
    {
        const char *name = mlk_json_text(node, "node");
        cJSON *documents;

        if (mlk_json_text(node, "error"))
            continue;
        documents = take(v->documents, name);
        mlk_render_line(&r, 0, "", 0, name);
        if (cJSON_GetArraySize(documents) == 0)
            mlk_render_line(&r, 2, "", 0, "no DDL runs and nobody waits for a table");
        mlk_render_tables(&r, documents);
        cJSON_Delete(documents);
    }
    mlk_render_lines(&r, 0, "not looked at: ", 15, result->blind_spots);
}

static enum mlk_exit finish(struct view *v, const struct mlk_cli *cli,
                            const struct mlk_members_result *result)
{
    enum mlk_exit exit = mlk_members_tell(cli, result);
    const cJSON *text;

    if (result->looked == 0)
        return exit;
    if (!mlk_for_people(cli)) /* what was not looked at is no part of any document */
        cJSON_ArrayForEach(text, result->blind_spots) mlk_tell(cli, "not looked at: %s", text->valuestring);
    if (cli->json && !mlk_json_out(v->documents))
        return mlk_fail_status(cli, MLK_TOO_LONG, mlk_status_text(MLK_TOO_LONG));
    if (cli->plain)
        mlk_plain_print(MLK_PLAIN_TABLE, v->documents);
    if (mlk_for_people(cli))
        show(v, result);
    return exit;
}

enum mlk_exit mlk_members_tables(struct mlk_cli *cli, const char *schema)
{
    struct view v = {.schema = schema, .sql = true, .documents = cJSON_CreateArray()};
    struct mlk_members_result result = {0};
    enum mlk_exit exit = v.documents ? mlk_members_each(cli, look, &v, &result)
                                     : mlk_fail_status(cli, MLK_NO_MEMORY, mlk_status_text(MLK_NO_MEMORY));

    if (exit == MLK_EXIT_DONE)
        exit = finish(&v, cli, &result);
    mlk_members_result_free(&result);
    cJSON_Delete(v.documents);
    return exit;
}
