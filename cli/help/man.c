/* SPDX-License-Identifier: GPL-2.0-only */
/* miglock(1), in the macros of man(7), from the same tables as the help. */
#include <stdio.h>
#include <string.h>

#include "help.h"
#include "miglock/miglock.h"

/* A line that starts with a dot or a quote would be a request; a plain '-' may be set as another character
 * than the one to type. */
static void put(const char *text, size_t len)
{
    bool first = true;

    for (size_t i = 0; i < len; i++) {
        if (first && (text[i] == '.' || text[i] == '\''))
            fputs("\\&", stdout);
        first = false;
        switch (text[i]) {
        case '\\':
            fputs("\\e", stdout);
            break;
        case '-':
            fputs("\\-", stdout);
            break;
        case '`':
            fputs("\\(ga", stdout);
            break;
        case '\'':
            fputs("\\(aq", stdout);
            break;
        case '^':
            fputs("\\(ha", stdout);
            break;
        case '~':
            fputs("\\(ti", stdout);
            break;
        case '"':
            fputs("\\(dq", stdout);
            break;
        default:
            putchar(text[i]);
        }
    }
}

static void put_line(const char *text)
{
    put(text, strlen(text));
    putchar('\n');
}

static void heading(const char *text)
{
    fputs(".SS ", stdout);
    put_line(text);
}

/* The first one goes on where a section begins; after an empty line it is one of its own. */
static void paragraphs(const char *text)
{
    const char *start = text;

    while (*text) {
        size_t len = strcspn(text, "\n");

        if (len > 0) {
            fputs(text > start ? ".PP\n" : "", stdout);
            put(text, len);
            putchar('\n');
        }
        text += len + (text[len] == '\n');
    }
}

static void row(const char *left, const char *right, size_t column)
{
    (void)column;
    puts(".TP");
    fputs("\\fB", stdout);
    left += strspn(left, " ");
    put(left, strlen(left));
    puts("\\fR");
    put_line(right);
}

static void example(const char *line)
{
    fputs(".br\n\\ \\ \\ \\ ", stdout);
    put_line(line);
}

static const struct mlk_page roff = {
    .heading = heading,
    .paragraphs = paragraphs,
    .row = row,
    .example = example,
};

static void section(const char *title)
{
    printf(".SH %s\n", title);
}

static void one_command(const struct mlk_command *command)
{
    char title[256];

    snprintf(title, sizeof title, "miglock %s%s%s", command->name, *command->args ? " " : "", command->args);
    heading(title);
    /* as a sentence */
    printf("%c", command->summary[0] - 'a' + 'A');
    put(command->summary + 1, strlen(command->summary + 1));
    puts(".");
    mlk_help_examples(&roff, command);
    if (command->text) {
        puts(".PP");
        paragraphs(command->text);
    }
    for (const struct mlk_option *o = command->options; o && o->name; o++)
        mlk_help_option(&roff, o);
    if (command->exit_codes) {
        paragraphs("\nIts exit codes:");
        mlk_help_exit_codes(&roff, command->exit_codes);
    }
}

void mlk_help_manual(const struct mlk_cli *cli)
{
    printf(".\\\" SPDX-License-Identifier: GPL-2.0-only\n.\\\" Printed by miglock help --man\n"
           ".TH MIGLOCK 1 \"\" \"miglock %s\" \"User Commands\"\n.nh\n.ad l\n",
           mlk_version());
    section("NAME");
    fputs("miglock \\- ", stdout);
    put_line(mlk_help_title);
    section("SYNOPSIS");
    puts(".B miglock\n[\\fICONNECTION OPTIONS\\fR] \\fICOMMAND\\fR [\\fIARGUMENTS\\fR]");
    section("DESCRIPTION");
    paragraphs(
        "A migration tool that says \"locked\" does not say who holds the lock, nor whether that holder is "
        "still there. miglock looks at the locks of MySQL and MariaDB servers, says of each whether it is "
        "free, active, idle, abandoned or unknown, and why, and releases it when that is safe: only exactly "
        "the lock that was looked at, and without force only where its holder is proven to be gone.\n"
        "It needs nothing in the server. Where miglock.so is installed it asks its functions, which see "
        "more.");
    section("EXAMPLES");
    for (size_t i = 0; mlk_help_overview_examples[i][0]; i++)
        row(mlk_help_overview_examples[i][0], mlk_help_overview_examples[i][1], 0);
    section("COMMANDS");
    for (size_t i = 0; cli->commands[i]; i++)
        one_command(cli->commands[i]);
    section("OPTIONS OF EVERY COMMAND");
    for (const struct mlk_option *o = mlk_common_options; o->name; o++)
        mlk_help_option(&roff, o);
    for (const struct mlk_topic *t = mlk_topics; t->name; t++) {
        section(t->section);
        t->write(&roff);
    }
    section("SEE ALSO");
    puts(".BR mysql (1),\n.BR mariadb (1)");
}
