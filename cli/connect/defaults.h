/* SPDX-License-Identifier: GPL-2.0-only */
/* --defaults-file and its family, which come first on the command line. */
#ifndef MIGLOCK_CLI_DEFAULTS_H
#define MIGLOCK_CLI_DEFAULTS_H

#include <stdbool.h>
#include <stddef.h>

#include "command.h"

/* How many of the first arguments are options of that family. */
size_t mlk_defaults_leading(int argc, char **argv);
/* Whether --print-defaults is one of them. */
bool mlk_defaults_print_wanted(int argc, char **argv);
/* What --print-defaults of the mysql clients prints: the options of the files and then the rest of the
 * command line, passwords masked. */
enum mlk_exit mlk_defaults_print(const struct mlk_cli *cli, int argc, char **argv);

#endif
