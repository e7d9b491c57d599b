/* SPDX-License-Identifier: GPL-2.0-only */
#include "help.h"

enum { WORDS_MAX = 64 };

static enum mlk_exit nothing(const struct mlk_cli *cli, const char *word)
{
    const char *words[WORDS_MAX], *near;
    size_t count = 0;

    for (size_t i = 0; cli->commands[i] && count < WORDS_MAX; i++)
        words[count++] = cli->commands[i]->name;
    for (const struct mlk_topic *t = mlk_topics; t->name && count < WORDS_MAX; t++)
        words[count++] = t->name;
    near = mlk_nearest(word, words, count);
    if (near)
        return mlk_fail(cli, MLK_EXIT_USAGE, "usage",
                        "there is no command '%s', and no topic (did you mean: miglock help %s)", word, near);
    return mlk_fail(cli, MLK_EXIT_USAGE, "usage",
                    "there is no command '%s', and no topic (miglock help lists them)", word);
}

static enum mlk_exit run(struct mlk_cli *cli)
{
    const struct mlk_command *command;
    const struct mlk_topic *topic;

    if (mlk_options_has(&cli->options, "man")) {
        mlk_help_manual(cli);
        return MLK_EXIT_DONE;
    }
    if (cli->argc == 0) {
        mlk_help_overview(cli);
        return MLK_EXIT_DONE;
    }
    command = mlk_command_find(cli, cli->argv[0]);
    topic = mlk_topic_find(cli->argv[0]);
    if (command)
        mlk_help_command(command);
    else if (topic)
        mlk_help_topic(topic);
    else
        return nothing(cli, cli->argv[0]);
    return MLK_EXIT_DONE;
}

static const struct mlk_option options[] = {
    {"man", 0, MLK_ARG_NONE, NULL, NULL}, /* the build prints the manual page with it */
    {NULL, 0, MLK_ARG_NONE, NULL, NULL},
};

static const char *const examples[] = {
    "help",
    "help release",
    "help exit-codes",
    NULL,
};

const struct mlk_command mlk_cmd_help = {
    .name = "help",
    .args = "[COMMAND or TOPIC]",
    .summary = "this help, that of one command, or of a topic",
    .examples = examples,
    .text = "Topics: targets, verdicts, connection, output, exit-codes, environment, files. The whole of it "
            "is in "
            "miglock(1).\n",
    .options = options,
    .min_args = 0,
    .max_args = 1,
    .run = run,
};
