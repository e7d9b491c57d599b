/* SPDX-License-Identifier: GPL-2.0-only */
/* The help, from the tables that the parser reads. */
#include "help.h"

#include <stdio.h>
#include <string.h>

enum { OPTION_COLUMN = 30, COMMAND_COLUMN = 15, CODE_COLUMN = 6, LINE_BYTES = 256 };

const struct mlk_exit_code mlk_exit_codes[] = {
#define MLK_EXIT_ROW(name, number, text) {number, text},
    MLK_EXIT_LIST(MLK_EXIT_ROW)
#undef MLK_EXIT_ROW
        {0, NULL},
};

const char *const mlk_help_title =
    "who holds a schema-migration lock, is the holder still there, and a safe release";

const char *const mlk_help_overview_examples[][2] = {
    {"miglock status", "every migration lock of the server"},
    {"miglock status rails:shop", "one lock, with the reasons"},
    {"miglock release ghost:blog", "give it back, if that is safe"},
    {"miglock explain < app.log", "what an error message means"},
    {NULL, NULL},
};

void mlk_help_option(const struct mlk_page *page, const struct mlk_option *option)
{
    char left[80], letter[8] = "   ";
    bool optional = option->arg == MLK_ARG_OPTIONAL;

    if (!option->help)
        return;
    if (option->letter)
        snprintf(letter, sizeof letter, "-%c,", option->letter);
    if (option->meta)
        snprintf(left, sizeof left, "%s --%s%s%s%s", letter, option->name, optional ? "[=" : " ",
                 option->meta, optional ? "]" : "");
    else
        snprintf(left, sizeof left, "%s --%s", letter, option->name);
    page->row(left, option->help, OPTION_COLUMN);
}

void mlk_help_examples(const struct mlk_page *page, const struct mlk_command *command)
{
    char line[LINE_BYTES];

    for (const char *const *e = command->examples; e && *e; e++) {
        snprintf(line, sizeof line, "miglock %s", *e);
        page->example(line);
    }
}

void mlk_help_exit_codes(const struct mlk_page *page, const struct mlk_exit_code *codes)
{
    char left[16];

    for (; codes->text; codes++) {
        snprintf(left, sizeof left, "%d", codes->number);
        page->row(left, codes->text, CODE_COLUMN);
    }
}

static void common_options(const struct mlk_page *page)
{
    page->heading("Options of every command");
    for (const struct mlk_option *o = mlk_common_options; o->name; o++)
        mlk_help_option(page, o);
}

static void exit_codes(const struct mlk_page *page, const struct mlk_exit_code *codes)
{
    page->heading("Exit codes (they do not depend on the form of the answer)");
    mlk_help_exit_codes(page, codes ? codes : mlk_exit_codes);
}

static const char connecting[] =
    "Connection options and option files are those of the mysql client (-h HOST -P PORT -S SOCKET -u NAME "
    "-p); --url and --ghost name a server too: miglock help connection.";

void mlk_help_overview(const struct mlk_cli *cli)
{
    const struct mlk_page *page = &mlk_page_text;
    char title[LINE_BYTES];

    snprintf(title, sizeof title, "miglock: %s", mlk_help_title);
    page->paragraphs(title);
    page->heading("Examples");
    for (size_t i = 0; mlk_help_overview_examples[i][0]; i++)
        page->row(mlk_help_overview_examples[i][0], mlk_help_overview_examples[i][1], OPTION_COLUMN);
    puts("\nUsage: miglock [CONNECTION OPTIONS] COMMAND [ARGUMENTS]");
    page->heading("Commands");
    for (size_t i = 0; cli->commands[i]; i++)
        page->row(cli->commands[i]->name, cli->commands[i]->summary, COMMAND_COLUMN);
    putchar('\n');
    page->paragraphs("miglock COMMAND --help tells more of each. A lock is named TOOL:SCHEMA (rails:shop), "
                     "TOOL:SCHEMA/QUALIFIER, or named:NAME for any GET_LOCK name.");
    page->heading("More to read (miglock help TOPIC)");
    for (const struct mlk_topic *t = mlk_topics; t->name; t++)
        page->row(t->name, t->summary, COMMAND_COLUMN);
    common_options(page);
    putchar('\n');
    page->paragraphs(connecting);
    exit_codes(page, NULL);
}

void mlk_help_command(const struct mlk_command *command)
{
    const struct mlk_page *page = &mlk_page_text;
    char title[LINE_BYTES];

    snprintf(title, sizeof title, "miglock %s: %s", command->name, command->summary);
    page->paragraphs(title);
    page->heading("Examples");
    mlk_help_examples(page, command);
    printf("\nUsage: miglock %s%s%s%s%s\n", command->connects ? "[CONNECTION OPTIONS] " : "", command->name,
           *command->args ? " " : "", command->args, command->options ? " [OPTIONS]" : "");
    if (command->text) {
        putchar('\n');
        page->paragraphs(command->text);
    }
    if (strstr(command->args, "TARGET"))
        page->paragraphs("How a lock is named: miglock help targets. What is said of it: miglock help "
                         "verdicts.");
    if (command->options) {
        page->heading("Options");
        for (const struct mlk_option *o = command->options; o->name; o++)
            mlk_help_option(page, o);
    }
    common_options(page);
    if (command->connects) {
        putchar('\n');
        page->paragraphs(connecting);
    }
    exit_codes(page, command->exit_codes);
}

void mlk_help_topic(const struct mlk_topic *topic)
{
    printf("miglock, %s: %s\n\n", topic->name, topic->summary);
    topic->write(&mlk_page_text);
}
