/* SPDX-License-Identifier: GPL-2.0-only */
/* Completion in a shell. The scripts for the shells are thin: they hand the words of the line to
 * "miglock completion --words", which answers from the tables that the parser reads, and from the server. */
#ifndef MIGLOCK_CLI_COMPLETION_H
#define MIGLOCK_CLI_COMPLETION_H

#include "command.h"

/* Where in the line the word to complete is. Texts point into the line. */
struct mlk_place {
    const struct mlk_command *command; /* NULL: none has been typed, or there is no such one */
    bool command_typed;
    int position;                    /* of the command's arguments; 0 is the first */
    const struct mlk_option *option; /* the word is this option's value; NULL */
    bool options_over;               /* after -- */
    const char *before;              /* "--ssl-mode=", before_len bytes of the word that stay */
    size_t before_len;
    const char *typed; /* what there is of the word */
};

/* Reads words as the parser would, and never complains. The last is the one to complete. The options of the
 * connection that are typed go into cli->options; passwords are overwritten where they stood. */
void mlk_completion_place(struct mlk_cli *cli, int count, char **words, struct mlk_place *out);
/* Prints "WORD<tab>DESCRIPTION" for each word that fits, or a line ":files" or ":dirs" where the shell knows
 * better. */
void mlk_completion_print(struct mlk_cli *cli, const struct mlk_place *place);
/* Prints those that only the server knows: schemas and the targets of its locks and of tables that wait.
 * Nothing where it cannot be asked within some seconds; never asks a password. */
void mlk_completion_print_server(struct mlk_cli *cli, const struct mlk_place *place);
/* Prints one line, where the word fits what was typed. description may be NULL. */
void mlk_completion_offer(const struct mlk_place *place, const char *word, const char *description);

/* The script for a shell; NULL where there is none. */
const char *mlk_completion_script(const char *shell);
/* "bash", "zsh", "fish"; NULL-terminated. */
extern const char *const mlk_completion_shells[];

#endif
