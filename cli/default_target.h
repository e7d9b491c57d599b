/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef MIGLOCK_CLI_DEFAULT_TARGET_H
#define MIGLOCK_CLI_DEFAULT_TARGET_H

#include "command.h"

/* With --ghost and no argument, the argument of a command that takes a target is that site's lock. */
enum mlk_exit mlk_default_target(struct mlk_cli *cli);

#endif
