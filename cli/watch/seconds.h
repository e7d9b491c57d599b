/* SPDX-License-Identifier: GPL-2.0-only */
/* Seconds on a command line, and the clock that they are measured with. */
#ifndef MIGLOCK_CLI_SECONDS_H
#define MIGLOCK_CLI_SECONDS_H

#include <stdbool.h>
#include <stdint.h>

/* "300" or "2.5" as milliseconds. False where it is no such number, or not from least to most milliseconds.
 */
bool mlk_seconds_parse(const char *text, int64_t least, int64_t most, int64_t *ms);
/* Milliseconds of a clock that only goes on (CLOCK_MONOTONIC). */
int64_t mlk_clock_ms(void);

#endif
