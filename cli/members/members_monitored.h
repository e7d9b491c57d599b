/* SPDX-License-Identifier: GPL-2.0-only */
/* The locks and tables of several servers for a monitoring command. */
#ifndef MIGLOCK_CLI_MEMBERS_MONITORED_H
#define MIGLOCK_CLI_MEMBERS_MONITORED_H

#include "command.h"
#include "monitored.h"

/* As mlk_monitored_look(), of all servers: each report has its "node", each blind spot begins with it, and
 * out->nodes tells which servers gave an answer. Where none did, that has been reported and is the exit code.
 * out is for mlk_monitored_free(), whatever came of it. */
enum mlk_exit mlk_members_monitored(struct mlk_cli *cli, bool named, struct mlk_monitored *out);

#endif
