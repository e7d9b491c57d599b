/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef MIGLOCK_CLI_NOTE_H
#define MIGLOCK_CLI_NOTE_H

#include <stdarg.h>

/* A line for the person on stderr, whatever the format of the answer. Control characters are escaped. */
void mlk_note(const char *format, ...) __attribute__((format(printf, 1, 2)));
void mlk_vnote(const char *format, va_list args) __attribute__((format(printf, 1, 0)));

#endif
