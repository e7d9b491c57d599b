/* SPDX-License-Identifier: GPL-2.0-only */
/* The status of several servers: one table, one verdict for each of them. */
#ifndef MIGLOCK_CLI_MEMBERS_STATUS_H
#define MIGLOCK_CLI_MEMBERS_STATUS_H

#include "command.h"

/* Looks at all of them and prints. ask: the holders' clients are asked, too. */
enum mlk_exit mlk_members_status(struct mlk_cli *cli, bool ask);

#endif
