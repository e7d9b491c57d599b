/* SPDX-License-Identifier: GPL-2.0-only */
/* What a monitoring plugin may write: Monitoring Plugins Development Guidelines, "Plugin Output" and
 * "Performance data". */
#ifndef MIGLOCK_CLI_PERFDATA_H
#define MIGLOCK_CLI_PERFDATA_H

#include <stdint.h>

#include "miglock/buf.h"
#include "threshold.h"

/* Appends text as part of a line: cleaned as for a terminal, and without the "|" after which performance data
 * begins. NULL appends nothing. */
void mlk_perfdata_text(struct mlk_buf *b, const char *text);

/* One item. */
struct mlk_perfdata {
    const char *label;                              /* any text; NULL is empty */
    const char *what;                               /* a word that is appended to the label */
    const char *unit;                               /* "s", or "" for a number of things */
    int64_t value;                                  /* below 0: not known */
    const struct mlk_threshold *warning, *critical; /* may be NULL */
};

/* Appends " 'LABEL WHAT'=VALUE[UNIT];[WARN];[CRIT];0". What a label may not have ("=", "'"), and what would
 * end the line or the item, is written as in a URL: %3D. Two labels never become the same. */
void mlk_perfdata_item(struct mlk_buf *b, const struct mlk_perfdata *item);

#endif
