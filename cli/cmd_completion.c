/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdio.h>

#include "completion.h"

static enum mlk_exit words(struct mlk_cli *cli)
{
    struct mlk_place place;
    struct mlk_cli asked = {.commands = cli->commands, .command = cli->command, .quiet = true};

    mlk_completion_place(&asked, cli->argc, cli->argv, &place);
    mlk_completion_print(&asked, &place);
    mlk_completion_print_server(&asked, &place);
    mlk_connection_free(&asked.connection);
    return MLK_EXIT_DONE;
}

static enum mlk_exit run(struct mlk_cli *cli)
{
    const char *script;

    if (mlk_options_has(&cli->options, "words"))
        return words(cli);
    script = cli->argc == 1 ? mlk_completion_script(cli->argv[0]) : NULL;
    if (!script)
        return mlk_fail(cli, MLK_EXIT_USAGE, "usage", "usage: miglock completion bash, or zsh, or fish");
    fputs(script, stdout);
    return MLK_EXIT_DONE;
}

static const struct mlk_option options[] = {
    {"words", 0, MLK_ARG_NONE, NULL, NULL}, /* what the scripts ask: the words of the line after -- */
    {NULL, 0, MLK_ARG_NONE, NULL, NULL},
};

static const char *const examples[] = {
    "completion bash > ~/.local/share/bash-completion/completions/miglock",
    "completion zsh > ~/.zfunc/_miglock",
    "completion fish > ~/.config/fish/completions/miglock.fish",
    NULL,
};

const struct mlk_command mlk_cmd_completion = {
    .name = "completion",
    .args = "SHELL",
    .summary = "the script that completes commands and targets in bash, zsh, fish",
    .examples = examples,
    .text =
        "A package of miglock brings these scripts. Targets and schemas come from the server that the line "
        "names or the option files do; where it does not answer within 3 seconds, or wants a password "
        "typed, only what needs no server is offered.\n"
        "zsh: ~/.zfunc has to be in fpath before compinit runs.\n",
    .options = options,
    .min_args = 0,
    .max_args = -1,
    .run = run,
};
