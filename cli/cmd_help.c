/* SPDX-License-Identifier: GPL-2.0-only */
#include "command.h"

static enum mlk_exit run(struct mlk_cli *cli)
{
    const struct mlk_command *command;

    if (cli->argc == 0) {
        mlk_help_overview(cli);
        return MLK_EXIT_DONE;
    }
    command = mlk_command_find(cli, cli->argv[0]);
    if (!command)
        return mlk_fail(cli, MLK_EXIT_USAGE, "usage", "there is no command '%s' (miglock help lists them)",
                        cli->argv[0]);
    mlk_help_command(command);
    return MLK_EXIT_DONE;
}

static const char *const examples[] = {
    "help release",
    NULL,
};

const struct mlk_command mlk_cmd_help = {
    .name = "help",
    .args = "[COMMAND]",
    .summary = "this help, or that of one command",
    .examples = examples,
    .min_args = 0,
    .max_args = 1,
    .run = run,
};
