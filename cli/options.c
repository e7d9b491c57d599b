/* SPDX-License-Identifier: GPL-2.0-only */
#include "options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "default_target.h"
#include "defaults.h"
#include "times.h"

const struct mlk_option mlk_common_options[] = {
    {"json", 0, MLK_ARG_NONE, NULL, "answer with JSON on stdout; messages stay on stderr"},
    {"plain", 0, MLK_ARG_NONE, NULL, "one record a line, columns parted by tabs (miglock help output)"},
    {"quiet", 'q', MLK_ARG_NONE, NULL,
     "only errors, and the exit code; --json and --plain still print their answer"},
    {"utc", 0, MLK_ARG_NONE, NULL, "times in UTC, not in this machine's zone (TZ)"},
    {"no-functions", 0, MLK_ARG_NONE, NULL,
     "do not use the server's miglock functions even if they are installed"},
    {"direct", 0, MLK_ARG_NONE, NULL, NULL},
    {"verbose", 'v', MLK_ARG_NONE, NULL, "say how the answer is found, and show the SQL"},
    {"help", '?', MLK_ARG_NONE, NULL, "help, also for one command; so does -h with no HOST after it"},
    {"version", 'V', MLK_ARG_NONE, NULL, "the version"},
    {NULL, 0, MLK_ARG_NONE, NULL, NULL},
};

enum { ENTRIES_MAX = 160, LONG_BASE = 256 };

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

/* Where the option of that name is; p->count where there is none. */
static size_t place_of(const struct parser *p, const char *name)
{
    size_t i = 0;

    while (i < p->count && strcmp(p->entries[i].option->name, name) != 0)
        i++;
    return i;
}

/* An option that several commands have is there once; a letter that one of them has is one for all. */
static void add(struct parser *p, const struct mlk_option *option, bool of_connection)
{
    struct option *o = &p->longs[p->count];
    size_t first = place_of(p, option->name);
    bool again = first < p->count && (!option->letter || strchr(p->shorts, option->letter));

    if (p->count == ENTRIES_MAX || again)
        return;
    o->name = option->name;
    o->has_arg = option->arg == MLK_ARG_NONE       ? no_argument
                 : option->arg == MLK_ARG_REQUIRED ? required_argument
                                                   : optional_argument;
    o->flag = NULL;
    o->val = LONG_BASE + (int)first;
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

/* The member that keeps the value of an option which can hold a password; NULL for others. */
static char **secret_of(struct mlk_connection *c, const struct mlk_option *option)
{
    if (strcmp(option->name, "password") == 0)
        return &c->argument_password;
    return strcmp(option->name, "url") == 0 ? &c->argument_url : NULL;
}

/* Nobody reads a password off the process list: it is copied, and written over where it stood. */
static enum mlk_exit keep_secret(struct mlk_cli *cli, char **kept, char **value)
{
    char *copy = strdup(*value);

    if (!copy)
        return mlk_fail_status(cli, MLK_NO_MEMORY, mlk_status_text(MLK_NO_MEMORY));
    memset(*value, 'x', strlen(*value));
    for (size_t i = 0; i < cli->options.count; i++) /* the last one counts */
        if (cli->options.given[i].value && cli->options.given[i].value == *kept)
            cli->options.given[i].value = copy;
    free(*kept);
    *kept = copy;
    *value = copy;
    return MLK_EXIT_DONE;
}

static enum mlk_exit take(struct mlk_cli *cli, const struct mlk_option *option, bool of_connection,
                          char *value)
{
    struct mlk_options *o = &cli->options;
    enum mlk_exit exit = MLK_EXIT_DONE;
    char **kept = of_connection ? secret_of(&cli->connection, option) : NULL;

    if (o->count == MLK_OPTIONS_MAX)
        return mlk_fail(cli, MLK_EXIT_USAGE, "usage", "more than %d options", MLK_OPTIONS_MAX);
    if (value && kept)
        exit = keep_secret(cli, kept, &value);
    o->given[o->count].option = option;
    o->given[o->count].value = value;
    o->given[o->count].of_connection = of_connection;
    o->count++;
    return exit;
}

/* -h is the host, as for the mysql client. Where no host can follow, it is a question. */
static bool asks_for_help(int c, char **argv)
{
    bool apart = optarg && optarg == argv[optind - 1];

    return (c == ':' && optopt == 'h') || (c == 'h' && apart && optarg[0] == '-');
}

static enum mlk_exit parse(struct mlk_cli *cli, const struct parser *p, int argc, char **argv)
{
    size_t leading = mlk_defaults_leading(argc, argv), defaults = 0;
    int c;

    opterr = 0;
    while ((c = getopt_long(argc, argv, p->shorts, p->longs, NULL)) != -1) {
        bool help = asks_for_help(c, argv);
        size_t i = index_of(p, help || (c == '?' && optopt == '?') ? '?' : c);
        const struct mlk_option *option;
        enum mlk_exit exit;

        if (help) {
            optind -= c == 'h'; /* what follows is an option of its own */
            optarg = NULL;
            c = '?';
            optopt = '?';
        }
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

static enum mlk_exit check_forms(const struct mlk_cli *cli)
{
    if (cli->json && cli->plain)
        return mlk_fail(cli, MLK_EXIT_USAGE, "usage", "--json and --plain cannot both be had");
    if (cli->quiet && cli->verbose)
        return mlk_fail(cli, MLK_EXIT_USAGE, "usage", "--quiet and --verbose cannot both be had");
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

static enum mlk_exit no_command(const struct mlk_cli *cli)
{
    const char *host = mlk_options_value(&cli->options, "host");

    if (host && mlk_command_find(cli, host))
        return mlk_fail(cli, MLK_EXIT_USAGE, "usage",
                        "no command given: '%s' was taken for the host of -h; help is miglock help %s", host,
                        host);
    return mlk_fail(cli, MLK_EXIT_USAGE, "usage",
                    "no command given; try: miglock status (miglock help lists all)");
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
        return no_command(cli);
    cli->command = mlk_command_find(cli, word);
    return cli->command ? MLK_EXIT_DONE : no_such_command(cli, word);
}

/* The command, before anything is known to be right: a monitoring plugin tells mistakes its own way. */
static void guess_command(struct mlk_cli *cli, const struct parser *p, int argc, char **argv)
{
    char **copy = calloc((size_t)argc + 1, sizeof *copy); /* getopt moves the arguments about */

    if (!copy)
        return;
    for (int i = 0; i < argc; i++)
        copy[i] = argv[i];
    opterr = 0;
    while (getopt_long(argc, copy, p->shorts, p->longs, NULL) != -1)
        ;
    if (optind < argc)
        cli->command = mlk_command_find(cli, copy[optind]);
    optind = 0; /* glibc: from the start again */
    free(copy);
}

enum mlk_exit mlk_options_parse(struct mlk_cli *cli, int argc, char **argv)
{
    struct parser parser;
    enum mlk_exit exit;
    int given;

    build(&parser, cli);
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
        mlk_connection_spell(argv[i]);
    guess_command(cli, &parser, argc, argv);
    /* errors in the command line itself must already have the right form */
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
        cli->json = cli->json || strcmp(argv[i], "--json") == 0;
    exit = parse(cli, &parser, argc, argv);
    if (exit != MLK_EXIT_DONE)
        return exit;
    cli->json = mlk_options_has(&cli->options, "json");
    cli->plain = mlk_options_has(&cli->options, "plain");
    cli->quiet = mlk_options_has(&cli->options, "quiet");
    cli->utc = mlk_options_has(&cli->options, "utc");
    cli->verbose = mlk_options_has(&cli->options, "verbose");
    if (cli->utc)
        mlk_times_utc();
    exit = find_command(cli, argc - optind, argv + optind);
    if (exit != MLK_EXIT_DONE || mlk_options_has(&cli->options, "help") ||
        mlk_options_has(&cli->options, "version"))
        return exit;
    exit = mlk_default_target(cli);
    if (exit != MLK_EXIT_DONE)
        return exit;
    given = cli->argc;
    if (given < cli->command->min_args || (cli->command->max_args >= 0 && given > cli->command->max_args))
        return mlk_fail(cli, MLK_EXIT_USAGE, "usage", "usage: miglock %s%s%s", cli->command->name,
                        *cli->command->args ? " " : "", cli->command->args);
    exit = check_owner(cli);
    return exit == MLK_EXIT_DONE ? check_forms(cli) : exit;
}
