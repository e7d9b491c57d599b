/* SPDX-License-Identifier: GPL-2.0-only */
#include "command.h"
#include "json.h"
#include "miglock/miglock.h"
#include "render.h"

/* From the document, as for every other answer. */
static void show(const cJSON *tools)
{
    struct mlk_render r;
    const cJSON *tool;

    mlk_render_start(&r, stdout, false);
    cJSON_ArrayForEach(tool, tools)
    {
        const char *id = mlk_json_text(tool, "tool"), *how = mlk_json_text(tool, "how");

        if (id)
            mlk_render_line(&r, 0, id, 10, how ? how : "");
    }
}

static enum mlk_exit run(struct mlk_cli *cli)
{
    cJSON *tools = NULL;
    enum mlk_status status = mlk_tools(&tools);

    if (status == MLK_OK && !cli->json)
        show(tools);
    else if (status == MLK_OK && !mlk_json_out(tools))
        status = MLK_NO_MEMORY;
    cJSON_Delete(tools);
    return status == MLK_OK ? MLK_EXIT_DONE : mlk_fail_status(cli, status, mlk_status_text(status));
}

static const char *const examples[] = {
    "tools",
    "tools --json",
    NULL,
};

const struct mlk_command mlk_cmd_tools = {
    .name = "tools",
    .args = "",
    .summary = "the migration tools it knows, and how each locks",
    .examples = examples,
    .text = "Needs no server.\n",
    .min_args = 0,
    .max_args = 0,
    .run = run,
};
