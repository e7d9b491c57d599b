/* SPDX-License-Identifier: GPL-2.0-only */
/* A file that its readers always see whole. */
#ifndef MIGLOCK_CLI_TEXTFILE_H
#define MIGLOCK_CLI_TEXTFILE_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Puts len bytes of text into path, mode 0644: written to a file beside it (its name begins with a dot and
 * ends in ".tmp", so that no collector reads it), synced, and renamed. What was there stays as it was until
 * then, and on failure. Nothing but a regular file is replaced: no link, no device. False with one line in
 * error.
 */
bool mlk_textfile_write(const char *path, const char *text, size_t len, char *error, size_t error_size);

#endif
