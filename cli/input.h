/* SPDX-License-Identifier: GPL-2.0-only */
/* Text that a command reads from a file or from standard input. */
#ifndef MIGLOCK_CLI_INPUT_H
#define MIGLOCK_CLI_INPUT_H

#include "miglock/buf.h"

/* Appends what fd gives, up to its end, or until text has max bytes. Returns 0, or the errno of a failure;
 * where memory is out text->status says so. */
int mlk_input_read(int fd, size_t max, struct mlk_buf *text);

#endif
