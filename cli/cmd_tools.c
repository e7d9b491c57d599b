/* SPDX-License-Identifier: GPL-2.0-only */
#include <string.h>

#include "command.h"
#include "json.h"
#include "miglock/miglock.h"
#include "plain.h"
#include "render.h"

/* From the document, as for every other answer. */
static void show(const cJSON *tools)
{
    struct mlk_render r;
    const cJSON *tool;
    size_t width = 0;

    mlk_render_start(&r, stdout, false);
    cJSON_ArrayForEach(tool, tools)
    {
        const char *id = mlk_json_text(tool, "tool");

        width = id && strlen(id) > width ? strlen(id) : width;
    }
    cJSON_ArrayForEach(tool, tools)
    {
        const char *id = mlk_json_text(tool, "tool"), *how = mlk_json_text(tool, "how");

        if (id)
            mlk_render_line(&r, 0, id, width + 2, how ? how : "");
    }
}

static enum mlk_exit run(struct mlk_cli *cli)
{
    cJSON *tools = NULL;
    enum mlk_status status = mlk_tools(&tools);
    bool page = mlk_options_has(&cli->options, "markdown");
    struct mlk_render r;

    if (page && (cli->json || cli->plain)) {
        cJSON_Delete(tools);
        return mlk_fail(cli, MLK_EXIT_USAGE, "usage", "--%s and --markdown cannot both be had",
                        cli->json ? "json" : "plain");
    }
    if (status == MLK_OK && page) {
        mlk_render_start(&r, stdout, false);
        mlk_render_tools_markdown(&r, tools);
    } else if (status == MLK_OK && cli->plain) {
        mlk_plain_print(MLK_PLAIN_TOOL, tools);
    } else if (status == MLK_OK && !cli->json) {
        show(tools);
    } else if (status == MLK_OK && !mlk_json_out(tools)) {
        status = MLK_NO_MEMORY;
    }
    cJSON_Delete(tools);
    return status == MLK_OK ? MLK_EXIT_DONE : mlk_fail_status(cli, status, mlk_status_text(status));
}

static const char *const examples[] = {
    "tools",
    "tools --json",
    "tools --plain | cut -f 1",
    NULL,
};

static const struct mlk_option options[] = {
    {"markdown", 0, MLK_ARG_NONE, NULL, "all that is known of each, as a page of Markdown"},
    {NULL, 0, MLK_ARG_NONE, NULL, NULL},
};

const struct mlk_command mlk_cmd_tools = {
    .name = "tools",
    .args = "",
    .summary = "the migration tools it knows, and how each locks",
    .examples = examples,
    .text = "Needs no server.\n",
    .options = options,
    .min_args = 0,
    .max_args = 0,
    .run = run,
};
