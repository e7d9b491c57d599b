/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "input.h"
#include "json.h"
#include "miglock/buf.h"
#include "miglock/miglock.h"
#include "plain.h"
#include "render.h"

/* One byte more than is looked at shows that there is more. */
enum { TEXT_MAX = MLK_EXPLAIN_MAX + 1 };

static void join(const struct mlk_cli *cli, struct mlk_buf *text)
{
    for (int i = 0; i < cli->argc; i++) {
        mlk_buf_str(text, i ? " " : "");
        mlk_buf_str(text, cli->argv[i]);
    }
}

static enum mlk_exit answer(const struct mlk_cli *cli, const struct mlk_buf *text)
{
    cJSON *document = NULL;
    enum mlk_status status = mlk_explain(mlk_buf_text(text), text->len, &document);
    bool found = cJSON_GetArraySize(cJSON_GetObjectItemCaseSensitive(document, "matches")) > 0;
    struct mlk_render r;

    if (status == MLK_OK && mlk_for_people(cli)) {
        mlk_render_start(&r, stdout, false);
        mlk_render_explain(&r, document);
    } else if (status == MLK_OK && cli->plain) {
        mlk_plain_print(MLK_PLAIN_MATCH, cJSON_GetObjectItemCaseSensitive(document, "matches"));
    } else if (status == MLK_OK && cli->json && !mlk_json_out(document)) {
        status = MLK_NO_MEMORY;
    }
    cJSON_Delete(document);
    if (status != MLK_OK)
        return mlk_fail_status(cli, status, mlk_status_text(status));
    return found ? MLK_EXIT_DONE : MLK_EXIT_FAILED;
}

static enum mlk_exit run(struct mlk_cli *cli)
{
    bool from_input = cli->argc == 0 || (cli->argc == 1 && strcmp(cli->argv[0], "-") == 0);
    enum mlk_exit exit;
    struct mlk_buf text;
    int error = 0;

    if (cli->argc == 0 && isatty(STDIN_FILENO))
        return mlk_fail(cli, MLK_EXIT_USAGE, "usage",
                        "usage: miglock explain TEXT..., or a log on standard input");
    mlk_buf_init(&text, TEXT_MAX);
    if (from_input)
        error = mlk_input_read(STDIN_FILENO, TEXT_MAX, &text);
    else
        join(cli, &text);
    if (error)
        exit = mlk_fail(cli, MLK_EXIT_FAILED, "input", "cannot read standard input: %s", strerror(error));
    else if (text.status)
        exit = mlk_fail_status(cli, text.status, mlk_status_text(text.status));
    else
        exit = answer(cli, &text);
    mlk_buf_free(&text);
    return exit;
}

static const char *const examples[] = {
    "explain 'Migration table is already locked'",
    "explain < app.log",
    "explain - --json < app.log",
    NULL,
};

const struct mlk_command mlk_cmd_explain = {
    .name = "explain",
    .args = "[TEXT ... | -]",
    .summary = "from an error message or a log to the tool and what to do",
    .examples = examples,
    .text = "Needs no server. TEXT is an error message; several words are joined. With '-', or without TEXT, "
            "standard input is read, the first MiB of it (tail -c 1M app.log | miglock explain). A TEXT that "
            "begins with a dash comes after --.\n"
            "Exit code 0: something was recognised. 1: nothing was.\n",
    .min_args = 0,
    .max_args = -1,
    .run = run,
};
