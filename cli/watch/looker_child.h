/* SPDX-License-Identifier: GPL-2.0-only */
/* What the looker's own process does, and how the two talk: a length (uint32_t, this machine's order), then
 * so many bytes. A question is a target, or nothing for a look; an answer is a JSON document. */
#ifndef MIGLOCK_CLI_LOOKER_CHILD_H
#define MIGLOCK_CLI_LOOKER_CHILD_H

#include <stdbool.h>
#include <stddef.h>

#include "command.h"

enum { MLK_LOOKER_ANSWER_MAX = 1 << 30 };

/* All bytes, or false: the other end is gone. */
bool mlk_looker_send(int fd, const void *bytes, size_t len);
/* Answers questions until nobody can ask any more. */
void mlk_looker_serve(int fd, struct mlk_cli *cli, bool silent);

#endif
