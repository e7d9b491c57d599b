/* SPDX-License-Identifier: GPL-2.0-only */
/* What a row said when it was looked at, as conditions of a statement that changes only that row. */
#ifndef MLK_CORE_TOOLS_SEEN_H
#define MLK_CORE_TOOLS_SEEN_H

#include <stddef.h>

#include "miglock/buf.h"
#include "miglock/rows.h"

/* Each appends " `column` <=> value" with the value of that row, NULL included, with AND before it unless sql
 * ends in WHERE; nothing where the rows have no such column. Failures stay in sql->status. */

/* A text, or a time in its column's own form. */
void mlk_seen_text(struct mlk_buf *sql, const struct mlk_rows *rows, size_t row, const char *column);
/* A number, compared as the text that the server makes of it: what a FLOAT shows is rounded, and equals no
 * number (seen on both servers: a FLOAT of 1795290012 shows as 1795290000 and is 1795289984). A session
 * inside MySQL is given the exact value of a FLOAT instead, and then changes nothing. */
void mlk_seen_number(struct mlk_buf *sql, const struct mlk_rows *rows, size_t row, const char *column);

/* "DELETE FROM `schema`.`table` WHERE", to be followed by what was seen. */
void mlk_seen_delete(struct mlk_buf *sql, const char *schema, const char *table);

#endif
