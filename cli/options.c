/* SPDX-License-Identifier: GPL-2.0-only */
#include "options.h"

#include <getopt.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"

const struct mlk_option mlk_common_options[] = {
    {"json", 0, MLK_ARG_NONE, NULL, "answer with JSON on stdout; messages stay on stderr"},
    {"no-functions", 0, MLK_ARG_NONE, NULL,
     "do not use the server's miglock functions even if they are installed"},
    {"direct", 0, MLK_ARG_NONE, NULL, NULL},
    {"verbose", 'v', MLK_ARG_NONE, NULL, "say how the answer is found, and show the SQL"},
    {"help", '?', MLK_ARG_NONE, NULL, "help, also for one command"},
    {"version", 'V', MLK_ARG_NONE, NULL, "the version"},
    {NULL, 0, MLK_ARG_NONE, NULL, NULL},
};

enum { ENTRIES_MAX = 96, LONG_BASE = 256 };

/* getopt's tables, built from ours. Commands are known only after parsing, so the options of all of them are
 * in it. */
struct parser {
    size_t count;
    struct {
        const struct mlk_option *option;
        bool of_connection;
    } entries[ENTRIES_MAX];
    struct option longs[ENTRIES_MAX + 1];
    char shorts[3 * ENTRIES_MAX + 2];
    size_t shorts_len;
};

static bool known(const struct parser *p, const char *name)
{
    for (size_t i = 0; i < p->count; i++)
        if (strcmp(p->entries[i].option->name, name) == 0)
            return true;
    return false;
}

static void add(struct parser *p, const struct mlk_option *option, bool of_connection)
{
    struct option *o = &p->longs[p->count];

    if (p->count == ENTRIES_MAX || known(p, option->name))
        return;
    o->name = option->name;
    o->has_arg = option->arg == MLK_ARG_NONE       ? no_argument
                 : option->arg == MLK_ARG_REQUIRED ? required_argument
                                                   : optional_argument;
    o->flag = NULL;
    o->val = LONG_BASE + (int)p->count;
    /* '?' cannot be told from getopt's own answer to an error: see unknown() */
    if (option->letter && option->letter != '?') {
        p->shorts[p->shorts_len++] = option->letter;
        for (int i = 0; i < (int)option->arg; i++)
            p->shorts[p->shorts_len++] = ':';
        p->shorts[p->shorts_len] = '\0';
    }
    p->entries[p->count].option = option;
    p->entries[p->count].of_connection = of_connection;
    p->count++;
}

static void build(struct parser *p, const struct mlk_cli *cli)
{
    const struct mlk_option *option;

    *p = (struct parser){.shorts = ":", .shorts_len = 1};
    for (option = mlk_common_options; option->name; option++)
        add(p, option, false);
    for (size_t i = 0; (option = mlk_connection_option(i)); i++)
        add(p, option, true);
    for (size_t i = 0; cli->commands[i]; i++)
        for (option = cli->commands[i]->options; option && option->name; option++)
            add(p, option, false);
}

static size_t index_of(const struct parser *p, int c)
{
    if (c >= LONG_BASE)
        return (size_t)(c - LONG_BASE);
    for (size_t i = 0; i < p->count; i++)
        if (p->entries[i].option->letter == c)
            return i;
    return p->count;
}

static enum mlk_exit unknown(const struct mlk_cli *cli, const struct parser *p, char **argv)
{
    const char *words[ENTRIES_MAX], *near;
    const char *text = argv[optind - 1];
    char word[64];
    size_t len = strcspn(text, "=");

    if (optopt > 0 && optopt < LONG_BASE)
        return mlk_fail(cli, MLK_EXIT_USAGE, "usage", "there is no option -%c (miglock --help lists them)",
                        optopt);
    if (optopt >= LONG_BASE)
        return mlk_fail(cli, MLK_EXIT_USAGE, "usage", "the option --%s takes no value",
                        p->entries[optopt - LONG_BASE].option->name);
    snprintf(word, sizeof word, "%.*s", len < sizeof word ? (int)len : (int)sizeof word, text);
    for (size_t i = 0; i < p->count; i++)
        words[i] = p->entries[i].option->name;
    near = strncmp(word, "--", 2) == 0 ? mlk_nearest(word + 2, words, p->count) : NULL;
    if (near)
        return mlk_fail(cli, MLK_EXIT_USAGE, "usage", "there is no option %s (did you mean --%s?)", word,
                        near);
    return mlk_fail(cli, MLK_EXIT_USAGE, "usage",
                    "there is no option %s, or it is short for several "
                    "(miglock --help lists them)",
                    word);
}

/* How many of the first arguments are of the --defaults-file family. */
static size_t leading_defaults(int argc, char **argv)
{
    int i = 1;
    size_t count = 0;

    for (; i < argc && strncmp(argv[i], "--", 2) == 0; i++, count++) {
        size_t len = strcspn(argv[i] + 2, "=");
        const struct mlk_option *option = NULL;
        size_t k = 0;

        while ((option = mlk_connection_option(k++)))
            if (strlen(option->name) == len && strncmp(option->name, argv[i] + 2, len) == 0)
                break;
        if (!option || !mlk_connection_is_defaults(option))
            break;
        if (option->arg == MLK_ARG_REQUIRED && !argv[i][2 + len])
            i++; /* the value is the next argument */
    }
    return count;
}

/* Nobody reads a password off the process list: it is copied, and written over where it stood. */
static enum mlk_exit keep_password(struct mlk_cli *cli, char **value)
{
    char *copy = strdup(*value);

    if (!copy)
        return mlk_fail_status(cli, MLK_NO_MEMORY, mlk_status_text(MLK_NO_MEMORY));
    memset(*value, 'x', strlen(*value));
    for (size_t i = 0; i < cli->options.count; i++) /* the last one counts */
        if (cli->options.given[i].value && cli->options.given[i].value == cli->connection.argument_password)
            cli->options.given[i].value = copy;
    free(cli->connection.argument_password);
    cli->connection.argument_password = copy;
    *value = copy;
    return MLK_EXIT_DONE;
}

static enum mlk_exit take(struct mlk_cli *cli, const struct mlk_option *option, bool of_connection,
                          char *value)
{
    struct mlk_options *o = &cli->options;
    enum mlk_exit exit = MLK_EXIT_DONE;

    if (o->count == MLK_OPTIONS_MAX)
        return mlk_fail(cli, MLK_EXIT_USAGE, "usage", "more than %d options", MLK_OPTIONS_MAX);
    if (value && strcmp(option->name, "password") == 0)
        exit = keep_password(cli, &value);
    o->given[o->count].option = option;
    o->given[o->count].value = value;
    o->given[o->count].of_connection = of_connection;
    o->count++;
    return exit;
}

static enum mlk_exit parse(struct mlk_cli *cli, const struct parser *p, int argc, char **argv)
{
    size_t leading = leading_defaults(argc, argv), defaults = 0;
    int c;

    opterr = 0;
    while ((c = getopt_long(argc, argv, p->shorts, p->longs, NULL)) != -1) {
        size_t i = index_of(p, c == '?' && optopt == '?' ? '?' : c);
        const struct mlk_option *option;
        enum mlk_exit exit;

        if (c == ':')
            return mlk_fail(cli, MLK_EXIT_USAGE, "usage", "the option %s needs a value", argv[optind - 1]);
        if ((c == '?' && optopt != '?') || i >= p->count)
            return unknown(cli, p, argv);
        option = p->entries[i].option;
        if (p->entries[i].of_connection && mlk_connection_is_defaults(option) && ++defaults > leading)
            return mlk_fail(cli, MLK_EXIT_USAGE, "usage", "--%s must come first, before everything else",
                            option->name);
        exit = take(cli, option, p->entries[i].of_connection, optarg);
        if (exit != MLK_EXIT_DONE)
            return exit;
    }
    return MLK_EXIT_DONE;
}

/* An option of another command is a mistake that must not pass in silence (release --exit-code). */
static enum mlk_exit check_owner(const struct mlk_cli *cli)
{
    for (size_t i = 0; i < cli->options.count; i++) {
        const struct mlk_option *given = cli->options.given[i].option, *own;
        bool fits = cli->options.given[i].of_connection;

        for (own = mlk_common_options; own->name; own++)
            fits = fits || own == given;
        for (own = cli->command->options; own && own->name; own++)
            fits = fits || strcmp(own->name, given->name) == 0;
        if (!fits)
            return mlk_fail(cli, MLK_EXIT_USAGE, "usage", "--%s is not an option of '%s' (miglock help %s)",
                            given->name, cli->command->name, cli->command->name);
    }
    return MLK_EXIT_DONE;
}

static enum mlk_exit no_such_command(const struct mlk_cli *cli, const char *word)
{
    const char *words[ENTRIES_MAX], *near;
    size_t count = 0;

    if (strchr(word, ':'))
        return mlk_fail(cli, MLK_EXIT_USAGE, "usage",
                        "there is no command '%s' (did you mean: miglock status %s)", word, word);
    for (; cli->commands[count]; count++)
        words[count] = cli->commands[count]->name;
    near = mlk_nearest(word, words, count);
    if (near)
        return mlk_fail(cli, MLK_EXIT_USAGE, "usage", "there is no command '%s' (did you mean '%s'?)", word,
                        near);
    return mlk_fail(cli, MLK_EXIT_USAGE, "usage", "there is no command '%s' (miglock help lists them)", word);
}

static enum mlk_exit find_command(struct mlk_cli *cli, int argc, char **argv)
{
    const char *word = argc > 0 ? argv[0] : NULL;

    cli->argc = argc > 0 ? argc - 1 : 0;
    cli->argv = argc > 0 ? argv + 1 : argv;
    if (mlk_options_has(&cli->options, "version"))
        word = "version";
    else if (!word && mlk_options_has(&cli->options, "help"))
        word = "help";
    if (!word)
        return mlk_fail(cli, MLK_EXIT_USAGE, "usage",
                        "no command given; try: miglock status (miglock help lists all)");
    cli->command = mlk_command_find(cli, word);
    return cli->command ? MLK_EXIT_DONE : no_such_command(cli, word);
}

enum mlk_exit mlk_options_parse(struct mlk_cli *cli, int argc, char **argv)
{
    struct parser parser;
    enum mlk_exit exit;
    int given;

    build(&parser, cli);
    /* errors in the command line itself must already have the right form */
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
        cli->json = cli->json || strcmp(argv[i], "--json") == 0;
    exit = parse(cli, &parser, argc, argv);
    if (exit != MLK_EXIT_DONE)
        return exit;
    cli->json = mlk_options_has(&cli->options, "json");
    cli->verbose = mlk_options_has(&cli->options, "verbose");
    exit = find_command(cli, argc - optind, argv + optind);
    if (exit != MLK_EXIT_DONE || mlk_options_has(&cli->options, "help") ||
        mlk_options_has(&cli->options, "version"))
        return exit;
    given = cli->argc;
    if (given < cli->command->min_args || (cli->command->max_args >= 0 && given > cli->command->max_args))
        return mlk_fail(cli, MLK_EXIT_USAGE, "usage", "usage: miglock %s%s%s", cli->command->name,
                        *cli->command->args ? " " : "", cli->command->args);
    return check_owner(cli);
}

/* Levenshtein's distance, where two letters that changed places count as one mistake; words are short. */
static size_t distance(const char *a, const char *b)
{
    enum { WORD = 40 };
    size_t rows[3][WORD + 1], *row = rows[0], *last = rows[1], *before = rows[2], len = strlen(b);

    if (len > WORD || strlen(a) > WORD)
        return SIZE_MAX;
    for (size_t j = 0; j <= len; j++)
        row[j] = j;
    for (size_t i = 1; a[i - 1]; i++) {
        size_t *spare = before;

        before = last;
        last = row;
        row = spare;
        row[0] = i;
        for (size_t j = 1; j <= len; j++) {
            size_t change = last[j - 1] + (a[i - 1] != b[j - 1]);

            row[j] = last[j] < row[j - 1] ? last[j] + 1 : row[j - 1] + 1;
            row[j] = change < row[j] ? change : row[j];
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] && before[j - 2] + 1 < row[j])
                row[j] = before[j - 2] + 1;
        }
    }
    return row[len];
}

const char *mlk_nearest(const char *word, const char *const *words, size_t count)
{
    const char *best = NULL;
    size_t least = 3;

    for (size_t i = 0; i < count; i++) {
        size_t d = distance(word, words[i]);

        if (d < least && d < strlen(word)) {
            least = d;
            best = words[i];
        }
    }
    return best;
}
