/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdio.h>
#include <string.h>

#include "completion.h"
#include "help.h"
#include "miglock/tool.h"
#include "text.h"

enum { DESCRIPTION_MAX = 65536 };

void mlk_completion_offer(const struct mlk_place *place, const char *word, const char *description)
{
    struct mlk_buf clean;

    if (strncmp(word, place->typed, strlen(place->typed)) != 0)
        return;
    mlk_buf_init(&clean, DESCRIPTION_MAX);
    mlk_text_clean(&clean, word);
    /* a word that has to be escaped could not be typed that way */
    if (strcmp(mlk_buf_text(&clean), word) == 0) {
        printf("%.*s%s", (int)place->before_len, place->before_len ? place->before : "", word);
        mlk_buf_reset(&clean);
        mlk_text_clean(&clean, description);
        printf("%s%s\n", description ? "\t" : "", mlk_buf_text(&clean));
    }
    mlk_buf_free(&clean);
}

static void values(const struct mlk_place *place)
{
    static const char *const known[][2] = {
        {"ssl-mode", "DISABLED PREFERRED REQUIRED VERIFY_CA VERIFY_IDENTITY"},
        {"protocol", "tcp socket"},
    };
    const char *meta = place->option->meta ? place->option->meta : "";
    char word[64];

    if (strcmp(meta, "FILE") == 0 || strcmp(meta, "PATH") == 0)
        puts(":files");
    else if (strcmp(meta, "DIR") == 0)
        puts(":dirs");
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (strcmp(place->option->name, known[i][0]) != 0)
            continue;
        for (const char *p = known[i][1]; *p; p += strspn(p, " ")) {
            size_t len = strcspn(p, " ");

            snprintf(word, sizeof word, "%.*s", (int)len, p);
            mlk_completion_offer(place, word, NULL);
            p += len;
        }
    }
}

static void option(const struct mlk_place *place, const struct mlk_option *o)
{
    char word[80];

    if (!o->help)
        return;
    snprintf(word, sizeof word, "--%s%s", o->name, o->arg == MLK_ARG_REQUIRED ? "=" : "");
    mlk_completion_offer(place, word, o->help);
}

static void options(const struct mlk_place *place)
{
    const struct mlk_option *o;

    for (o = place->command ? place->command->options : NULL; o && o->name; o++)
        option(place, o);
    for (o = mlk_common_options; o->name; o++)
        option(place, o);
    for (size_t i = 0; (!place->command || place->command->connects) && (o = mlk_connection_option(i)); i++)
        option(place, o);
}

static void commands(const struct mlk_cli *cli, const struct mlk_place *place)
{
    for (size_t i = 0; cli->commands[i]; i++)
        mlk_completion_offer(place, cli->commands[i]->name, cli->commands[i]->summary);
}

/* TOOL: where the argument is a target, TOOL where it is the tool itself. */
static void tools(const struct mlk_place *place, bool targets)
{
    const struct mlk_tool *tool;
    char word[80];

    for (size_t i = 0; (tool = mlk_tool_at(i)); i++) {
        if (targets ? strchr(place->typed, ':') != NULL : !tool->name)
            continue; /* typed already; or without a name that could be computed */
        snprintf(word, sizeof word, "%s%s", tool->id, targets ? ":" : "");
        mlk_completion_offer(place, word, tool->title);
    }
}

void mlk_completion_print(struct mlk_cli *cli, const struct mlk_place *place)
{
    const struct mlk_command *command = place->command;

    if (place->option) {
        values(place);
    } else if (place->typed[0] == '-' && !place->options_over) {
        options(place);
    } else if (!place->command_typed) {
        commands(cli, place);
    } else if (!command || (command->max_args >= 0 && place->position >= command->max_args)) {
        return;
    } else if (strstr(command->args, "TARGET")) {
        tools(place, true);
    } else if (strstr(command->args, "TOOL") && place->position == 0) {
        tools(place, false);
    } else if (strstr(command->args, "SHELL")) {
        for (size_t i = 0; mlk_completion_shells[i]; i++)
            mlk_completion_offer(place, mlk_completion_shells[i], NULL);
    } else if (strstr(command->args, "COMMAND")) {
        commands(cli, place);
        for (const struct mlk_topic *t = mlk_topics; t->name; t++)
            mlk_completion_offer(place, t->name, t->summary);
    }
}
