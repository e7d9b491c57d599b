/* SPDX-License-Identifier: GPL-2.0-only */
/* The documents' times are UTC; people read their own. */
#ifndef MIGLOCK_CLI_TIMES_H
#define MIGLOCK_CLI_TIMES_H

#include <stdbool.h>
#include <stdint.h>

#include "miglock/buf.h"

/* Makes every time that is shown UTC, for --utc: as TZ=UTC0 in the environment would. */
void mlk_times_utc(void);
/* Appends 2026-11-21T08:00:00Z as "2026-11-21 09:00:00 CET", by TZ. What is no such time stays as it is. */
void mlk_times_show(struct mlk_buf *b, const char *utc);
/* Appends ", 5m12s ago" or ", in 5m12s": from now (seconds since 1970) to utc; nothing where that is no time.
 */
void mlk_times_show_distance(struct mlk_buf *b, const char *utc, int64_t now);
/* Appends 45s, 5m12s, 2h13m or 3d4h. */
void mlk_times_age(struct mlk_buf *b, int64_t seconds);

#endif
