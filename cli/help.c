/* SPDX-License-Identifier: GPL-2.0-only */
/* The help, printed from the tables that the parser reads. */
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "miglock/buf.h"
#include "text.h"

enum { WIDTH = 80, OPTION_COLUMN = 30, COMMAND_COLUMN = 13, TEXT_MAX = 4096 };

static void row(const char *left, const char *right, size_t column)
{
    struct mlk_buf b;

    mlk_buf_init(&b, TEXT_MAX);
    mlk_text_pad(&b, left, column);
    if (mlk_text_width(left) >= column) {
        mlk_buf_str(&b, "\n");
        mlk_text_pad(&b, "", column);
    }
    mlk_text_wrap(&b, right, column, WIDTH);
    fputs(mlk_buf_text(&b), stdout);
    mlk_buf_free(&b);
}

/* Each line of text is a paragraph. */
static void paragraphs(const char *text)
{
    while (*text) {
        size_t len = strcspn(text, "\n");
        struct mlk_buf line, b;

        mlk_buf_init(&line, TEXT_MAX);
        mlk_buf_init(&b, TEXT_MAX);
        mlk_buf_add(&line, text, len);
        mlk_text_wrap(&b, mlk_buf_text(&line), 0, WIDTH);
        fputs(mlk_buf_text(&b), stdout);
        mlk_buf_free(&line);
        mlk_buf_free(&b);
        text += len + (text[len] == '\n');
    }
}

static void option_row(const struct mlk_option *option)
{
    char left[80], letter[8] = "   ";
    bool optional = option->arg == MLK_ARG_OPTIONAL;

    if (!option->help)
        return;
    if (option->letter)
        snprintf(letter, sizeof letter, "-%c,", option->letter);
    if (option->meta)
        snprintf(left, sizeof left, "  %s --%s%s%s%s", letter, option->name, optional ? "[=" : " ",
                 option->meta, optional ? "]" : "");
    else
        snprintf(left, sizeof left, "  %s --%s", letter, option->name);
    row(left, option->help, OPTION_COLUMN);
}

static void example_rows(const struct mlk_command *command)
{
    for (const char *const *e = command->examples; e && *e; e++)
        printf("  miglock %s\n", *e);
}

static void exit_rows(void)
{
    char left[16];

    puts("\nExit codes (they do not depend on --json):");
#define MLK_EXIT_ROW(name, number, text)                                                                     \
    snprintf(left, sizeof left, "  %d", number);                                                             \
    row(left, text, 6);
    MLK_EXIT_LIST(MLK_EXIT_ROW)
#undef MLK_EXIT_ROW
}

static void connection_rows(void)
{
    const struct mlk_option *option;

    puts("\nConnection, as for the mysql client:");
    for (size_t i = 0; (option = mlk_connection_option(i)); i++)
        option_row(option);
    putchar('\n');
    paragraphs("Option files are read as by the mysql client, groups [client] and then [miglock].");
}

void mlk_help_overview(const struct mlk_cli *cli)
{
    paragraphs(
        "miglock: who holds a schema-migration lock, is the holder still there, and a safe release\n\n");
    puts("Examples:");
    puts("  miglock status                        every migration lock of the server");
    puts("  miglock status rails:shop             one lock, with the reasons");
    puts("  miglock release ghost:blog            give it back, if that is safe");
    puts("\nUsage: miglock [CONNECTION OPTIONS] COMMAND [ARGUMENTS]\n\nCommands:");
    for (size_t i = 0; cli->commands[i]; i++) {
        char left[32];

        snprintf(left, sizeof left, "  %s", cli->commands[i]->name);
        row(left, cli->commands[i]->summary, COMMAND_COLUMN);
    }
    putchar('\n');
    paragraphs("A lock is named TOOL:SCHEMA (rails:shop), TOOL:SCHEMA/QUALIFIER, or named:NAME for any "
               "GET_LOCK name.");
    puts("\nOptions of every command:");
    for (const struct mlk_option *o = mlk_common_options; o->name; o++)
        option_row(o);
    connection_rows();
    exit_rows();
}

void mlk_help_command(const struct mlk_command *command)
{
    printf("miglock %s: %s\n\nExamples:\n", command->name, command->summary);
    example_rows(command);
    printf("\nUsage: miglock %s%s%s%s%s\n", command->connects ? "[CONNECTION OPTIONS] " : "", command->name,
           *command->args ? " " : "", command->args, command->options ? " [OPTIONS]" : "");
    if (command->text) {
        putchar('\n');
        paragraphs(command->text);
    }
    if (command->options) {
        puts("\nOptions:");
        for (const struct mlk_option *o = command->options; o->name; o++)
            option_row(o);
    }
    puts("\nOptions of every command:");
    for (const struct mlk_option *o = mlk_common_options; o->name; o++)
        option_row(o);
    if (command->connects)
        puts("\nConnection options: see miglock help.");
    exit_rows();
}
