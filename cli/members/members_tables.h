/* SPDX-License-Identifier: GPL-2.0-only */
/* The tables that wait on several servers. */
#ifndef MIGLOCK_CLI_MEMBERS_TABLES_H
#define MIGLOCK_CLI_MEMBERS_TABLES_H

#include "command.h"

/* Looks at all of them and prints, each server's tables under its name. schema: NULL for all. */
enum mlk_exit mlk_members_tables(struct mlk_cli *cli, const char *schema);

#endif
