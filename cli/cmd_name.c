/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "json.h"
#include "miglock/miglock.h"
#include "text.h"

static enum mlk_exit out_of_memory(const struct mlk_cli *cli)
{
    return mlk_fail_status(cli, MLK_NO_MEMORY, mlk_status_text(MLK_NO_MEMORY));
}

static enum mlk_exit answer(const struct mlk_cli *cli, const struct mlk_target *target)
{
    struct mlk_buf clean;
    cJSON *document;
    bool ok;

    if (!cli->json) {
        mlk_buf_init(&clean, 8 * MLK_NAME_MAX);
        mlk_text_clean(&clean, target->name);
        printf("%s\n", mlk_buf_text(&clean));
        mlk_buf_free(&clean);
        return MLK_EXIT_DONE;
    }
    document = cJSON_CreateObject();
    ok = cJSON_AddStringToObject(document, "target", target->text) &&
         cJSON_AddStringToObject(document, "tool", target->tool->id) &&
         cJSON_AddStringToObject(document, "name", target->name) && mlk_json_out(document);
    cJSON_Delete(document);
    return ok ? MLK_EXIT_DONE : out_of_memory(cli);
}

static enum mlk_exit run(struct mlk_cli *cli)
{
    const char *tool = cli->argv[0], *schema = cli->argv[1], *qualifier = cli->argc > 2 ? cli->argv[2] : NULL;
    struct mlk_target target;
    char error[MLK_ERROR_MAX];
    enum mlk_status status = mlk_target_make(tool, strlen(tool), schema, strlen(schema), qualifier,
                                             qualifier ? strlen(qualifier) : 0, &target, error, sizeof error);

    if (status != MLK_OK)
        return mlk_fail_status(cli, status, error);
    if (target.tool->kind == MLK_TABLE)
        return mlk_fail(cli, MLK_EXIT_USAGE, "usage", "a table's metadata locks have no GET_LOCK name");
    if (target.tool->kind == MLK_ROW)
        return mlk_fail(cli, MLK_EXIT_USAGE, "usage",
                        "%s locks with a row in %s.%s and has no GET_LOCK name; see miglock "
                        "status %s",
                        target.tool->id, target.schema, target.table, target.text);
    return answer(cli, &target);
}

static const char *const examples[] = {
    "name rails shop",
    NULL,
};

const struct mlk_command mlk_cmd_name = {
    .name = "name",
    .args = "TOOL SCHEMA [QUALIFIER]",
    .summary = "the GET_LOCK name that a tool uses",
    .examples = examples,
    .text = "Needs no server. For a look by hand: SELECT IS_USED_LOCK('NAME').\n",
    .min_args = 2,
    .max_args = 3,
    .run = run,
};
