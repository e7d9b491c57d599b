/* SPDX-License-Identifier: GPL-2.0-only */
/* Options as tables: the parser and the help read the same ones. */
#ifndef MIGLOCK_CLI_OPTIONS_H
#define MIGLOCK_CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "exit_codes.h"

enum mlk_arg { MLK_ARG_NONE, MLK_ARG_REQUIRED, MLK_ARG_OPTIONAL };

struct mlk_option {
    const char *name; /* long name without dashes; NULL ends a table */
    char letter;      /* 0: none */
    enum mlk_arg arg;
    const char *meta; /* "HOST"; NULL where there is no value */
    const char *help; /* one line; NULL keeps it out of the help (spellings the mysql client also knows) */
};

enum { MLK_OPTIONS_MAX = 64 };

struct mlk_options {
    size_t count;
    struct {
        const struct mlk_option *option;
        const char *value; /* points into argv; NULL where none was given */
        bool of_connection;
    } given[MLK_OPTIONS_MAX];
};

struct mlk_cli;

/* The options that every command takes. */
extern const struct mlk_option mlk_common_options[];

/* Fills cli->options, cli->command, cli->argc and cli->argv. MLK_EXIT_DONE, or a usage error that has been
 * reported. */
enum mlk_exit mlk_options_parse(struct mlk_cli *cli, int argc, char **argv);
/* Whether that option was given. */
bool mlk_options_has(const struct mlk_options *o, const char *name);
/* The value of the last one of that name; NULL where it was not given or has none. */
const char *mlk_options_value(const struct mlk_options *o, const char *name);

/* The word of the list that is nearest to a mistyped one; NULL where none is near. */
const char *mlk_nearest(const char *word, const char *const *words, size_t count);

#endif
