/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdlib.h>
#include <string.h>

#include "completion.h"

static bool named(const struct mlk_option *option, const char *name, size_t len)
{
    return strlen(option->name) == len && strncmp(option->name, name, len) == 0;
}

/* Of any command, as the command may come after it. *of_connection says whether it is a connection option. */
static const struct mlk_option *find(const struct mlk_cli *cli, const char *name, size_t len, char letter,
                                     bool *of_connection)
{
    const struct mlk_option *o;

    *of_connection = false;
    for (o = mlk_common_options; o->name; o++) {
        if (letter ? o->letter == letter : named(o, name, len))
            return o;
    }
    for (size_t i = 0; cli->commands[i]; i++) {
        for (o = cli->commands[i]->options; o && o->name; o++) {
            if (letter ? o->letter == letter : named(o, name, len))
                return o;
        }
    }
    *of_connection = true;
    for (size_t i = 0; (o = mlk_connection_option(i)); i++) {
        if (letter ? o->letter == letter : named(o, name, len))
            return o;
    }
    return NULL;
}

/* A connection option that was typed is one for the question to the server, too. */
static void keep(struct mlk_cli *cli, const struct mlk_option *option, char *value)
{
    struct mlk_options *o = &cli->options;
    bool password = strcmp(option->name, "password") == 0;
    char **kept = password                           ? &cli->connection.argument_password
                  : strcmp(option->name, "url") == 0 ? &cli->connection.argument_url
                                                     : NULL;

    if (o->count == MLK_OPTIONS_MAX || (password && !value) || strcmp(option->name, "print-defaults") == 0)
        return;
    if (kept && value) { /* nobody reads it off the process list; a second one does not count */
        char *copy = *kept ? NULL : strdup(value);

        memset(value, 'x', strlen(value));
        if (!copy)
            return;
        *kept = value = copy;
    }
    o->given[o->count].option = option;
    o->given[o->count].value = value;
    o->given[o->count].of_connection = true;
    o->count++;
}

/* The letters of -vhHOST. The option that takes what follows the word, or NULL; *value is what stands in the
 * word itself. */
static const struct mlk_option *letters(struct mlk_cli *cli, char *word, bool *of_connection, char **value)
{
    for (char *p = word + 1; *p; p++) {
        const struct mlk_option *option = find(cli, NULL, 0, *p, of_connection);

        *value = p[1] ? p + 1 : NULL;
        if (option && option->arg != MLK_ARG_NONE)
            return option;
    }
    return NULL;
}

void mlk_completion_place(struct mlk_cli *cli, int count, char **words, struct mlk_place *out)
{
    const struct mlk_option *wants = NULL;
    bool wants_of_connection = false;

    *out = (struct mlk_place){.typed = count > 0 ? words[count - 1] : ""};
    for (int i = 0; i < count - 1; i++) {
        char *word = words[i], *value = NULL;
        const struct mlk_option *option = NULL;
        bool of_connection = false;

        if (wants) {
            if (wants_of_connection)
                keep(cli, wants, word);
            wants = NULL;
        } else if (out->options_over || word[0] != '-' || !word[1]) {
            out->position += out->command_typed;
            if (!out->command_typed)
                out->command = mlk_command_find(cli, word);
            out->command_typed = true;
        } else if (strcmp(word, "--") == 0) {
            out->options_over = true;
        } else {
            size_t len = word[1] == '-' ? strcspn(word + 2, "=") : 0;

            if (word[1] != '-') {
                option = letters(cli, word, &of_connection, &value);
            } else {
                option = find(cli, word + 2, len, 0, &of_connection);
                value = word[2 + len] ? word + 2 + len + 1 : NULL;
            }
            if (option && option->arg == MLK_ARG_REQUIRED && !value) {
                wants = option;
                wants_of_connection = of_connection;
            } else if (option && of_connection) {
                keep(cli, option, value);
            }
        }
    }
    out->option = wants;
    if (!wants && !out->options_over && strncmp(out->typed, "--", 2) == 0 && strchr(out->typed, '=')) {
        size_t len = strcspn(out->typed, "=");

        out->option = find(cli, out->typed + 2, len - 2, 0, &wants_of_connection);
        out->before = out->typed;
        out->before_len = len + 1;
        out->typed += len + 1;
    }
}
