/* SPDX-License-Identifier: GPL-2.0-only */
/* What is told beside the commands, in the help and in the manual page. */
#include <stdio.h>
#include <string.h>

#include "help.h"
#include "plain.h"

enum { WORD_COLUMN = 27, LINE_BYTES = 512 };

static void targets(const struct mlk_page *page)
{
    page->paragraphs("A target names one lock:");
    page->row("TOOL:SCHEMA", "the lock of a migration tool for a schema (a database): rails:shop, ghost:blog",
              WORD_COLUMN);
    page->row("TOOL:SCHEMA/QUALIFIER", "where the tool has several: knex:app/my_lock_table", WORD_COLUMN);
    page->row("TOOL:", "a lock that a tool has one of for the whole server: prisma:", WORD_COLUMN);
    page->row("named:NAME", "any GET_LOCK name: named:nightly_import", WORD_COLUMN);
    page->paragraphs(
        "\nA name with / or ` in it is put into backquotes, where ` is doubled: ghost:`odd/name`.\n"
        "miglock tools lists the tools, miglock tools --json and docs/tools.md tell all that is known of "
        "them. Without a colon an argument is a schema: all of its migration locks. Without an argument "
        "status looks at all locks that the account may see.");
}

static void rows_of(const struct mlk_page *page, const char *const rows[][2])
{
    for (; (*rows)[0]; rows++)
        page->row((*rows)[0], (*rows)[1], WORD_COLUMN);
}

static void verdicts(const struct mlk_page *page)
{
    static const char *const rows[][2] = {
        {"free", "nobody holds it; there is nothing to release"},
        {"active", "whoever holds it is at work: a statement runs, changes are uncommitted. release wants "
                   "--force, and the name typed or --yes with --token"},
        {"idle", "whoever holds it, or could, is connected and does nothing; that proves nothing. release "
                 "wants --force"},
        {"abandoned", "proof that nobody who could hold it is left. release releases it"},
        {"unknown", "something is hidden that could change the answer; it is named. release wants --force"},
        {NULL, NULL},
    };

    rows_of(page, rows);
    page->paragraphs(
        "\nEach verdict comes with its reasons (because) and with what could not be seen (not seen). A lock "
        "is "
        "never called abandoned because of its age alone. The token stands for exactly the lock that was "
        "shown: a release with it changes that one or nothing.");
}

static void connection(const struct mlk_page *page)
{
    const struct mlk_option *option;

    for (size_t i = 0; (option = mlk_connection_option(i)); i++)
        mlk_help_option(page, option);
    page->paragraphs(
        "\nThe options are the mysql client's, and option files are read as by it, groups [client] and "
        "[miglock] among others; the last one read wins. What says more about which server is meant goes "
        "first: the command line, then --url, "
        "--ghost or DATABASE_URL, then the option files, then MYSQL_HOST and the like. -h needs its HOST; "
        "with "
        "none after it, it asks for help.\n"
        "miglock needs no more rights than the account has; what it cannot see for want of a right it "
        "names.");
}

static void output(const struct mlk_page *page)
{
    page->paragraphs(
        "Answers go to standard output, messages and errors to standard error. Text is for people and may "
        "change; --plain and --json are for programs, and only ever get more members or columns.");
    page->row("--json",
              "one JSON document, also for an error: {\"error\": {\"code\", \"message\"}}. Its "
              "schema is docs/report.schema.json",
              WORD_COLUMN);
    page->row("--plain", "one record a line, columns parted by tabs, no header: cut -f2, awk -F'\\t'",
              WORD_COLUMN);
    page->row("--quiet",
              "no text, only errors. status -q --exit-code tells by its exit code; release -q "
              "--yes says nothing where it releases. A question is still asked, with what it is "
              "about. name, tools, version, help and completion print what they are asked for",
              WORD_COLUMN);
    page->row("--verbose", "how the answer is found, and each SQL statement, on standard error", WORD_COLUMN);
    page->row("--utc",
              "times in UTC; else in the zone of TZ or of this machine. JSON and --plain are "
              "always UTC",
              WORD_COLUMN);
    page->paragraphs(
        "\nThe columns of --plain, named as the members of the JSON documents. What nobody knows is "
        "-, true and false are yes and no, several texts are joined by \"; \", and a tab, a "
        "newline and other control characters in a value are written \\t, \\n, \\x1b.");
    for (int kind = 0; kind < MLK_PLAIN_KINDS; kind++)
        page->row(mlk_plain_commands((enum mlk_plain_kind)kind), mlk_plain_columns((enum mlk_plain_kind)kind),
                  WORD_COLUMN);
    page->paragraphs(
        "\nname --plain prints the name alone. help, completion, check, metrics and watch have no such "
        "form.\n"
        "A table takes the width of the terminal, or COLUMNS, or 80 columns; longer names are cut "
        "in the middle, in text only. Verdicts are coloured on a terminal only.");
}

static void environment(const struct mlk_page *page)
{
    static const char *const rows[][2] = {
        {"DATABASE_URL", "as --url, where no option names a server; it goes before the option files"},
        {"MYSQL_HOST, MYSQL_TCP_PORT, MYSQL_UNIX_PORT, MARIADB_UNIX_PORT",
         "the server, where nothing else says one"},
        {"MYSQL_PWD",
         "a password, where nothing else says one. Others may be able to read it: an option file "
         "is better"},
        {"MYSQL_GROUP_SUFFIX, MARIADB_GROUP_SUFFIX", "as --defaults-group-suffix"},
        {"MYSQL_HOME, MARIADB_HOME", "a directory with another my.cnf"},
        {"MYSQL_TEST_LOGIN_FILE", "the login file, in place of ~/.mylogin.cnf"},
        {"NODE_ENV", "--ghost: which config file of the site counts (production)"},
        {"database__connection__host and so on", "--ghost: they go before the site's file, as in Ghost"},
        {"HOME", "where ~/.my.cnf is"},
        {"NO_COLOR", "if set and not empty: no colour"},
        {"TERM", "dumb: no colour"},
        {"COLUMNS", "the width of tables and lines, if exported; otherwise the terminal's, or 80"},
        {"TZ", "the zone in which text shows times"},
        {"LC_ALL, LC_CTYPE, LANG", "which characters are wide; server data is UTF-8 in any case"},
        {NULL, NULL},
    };

    rows_of(page, rows);
}

static void files(const struct mlk_page *page)
{
    static const char *const rows[][2] = {
        {"/etc/my.cnf, /etc/mysql/my.cnf, ~/.my.cnf",
         "option files, groups [client] and [miglock]; a file that everybody may write is left out"},
        {"~/.mylogin.cnf", "the login paths of mysql_config_editor"},
        {"config.production.json", "--ghost DIR: the configuration of the site in DIR"},
        {NULL, NULL},
    };

    rows_of(page, rows);
}

static void exit_codes(const struct mlk_page *page)
{
    mlk_help_exit_codes(page, mlk_exit_codes);
    page->paragraphs(
        "\nThey are the same with --json, --plain and --quiet. status ends with 0 whatever it finds, unless "
        "--exit-code is given; then 3 also stands for a lock of which nobody can tell. What release and "
        "repair refuse is 4: the lock is in use, it changed hands, or nobody confirmed. check has the exit "
        "codes of monitoring plugins instead (miglock help check).");
}

const struct mlk_topic mlk_topics[] = {
    {"targets", "how a lock is named", "TARGETS", targets},
    {"verdicts", "free, active, idle, abandoned, unknown", "VERDICTS", verdicts},
    {"connection", "how to reach a server", "CONNECTION OPTIONS", connection},
    {"output", "text, --plain, --json, --quiet, and times", "OUTPUT", output},
    {"exit-codes", "what the exit code says", "EXIT STATUS", exit_codes},
    {"environment", "the variables that are read", "ENVIRONMENT", environment},
    {"files", "the files that are read", "FILES", files},
    {NULL, NULL, NULL, NULL},
};

const struct mlk_topic *mlk_topic_find(const char *name)
{
    for (const struct mlk_topic *t = mlk_topics; t->name; t++) {
        if (strcmp(t->name, name) == 0)
            return t;
    }
    return NULL;
}
