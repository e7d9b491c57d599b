/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Putting values into SQL text: the only two functions that do so. They rely on what every session adapter
 * guarantees (see session.h): client character set utf8mb4, sql_mode without NO_BACKSLASH_ESCAPES and
 * without ANSI_QUOTES. Where a person pastes the text into a session with another sql_mode, a quote still
 * ends no literal.
 */
#ifndef MIGLOCK_SQL_H
#define MIGLOCK_SQL_H

#include "miglock/buf.h"

/* Appends 'text' as an SQL string literal, quotes included. NULL text appends NULL.
 * Any byte is allowed; NUL, quote and backslash are escaped.
 * Source of the escapes: MySQL manual, "String Literals", table of special character escapes. */
enum mlk_status mlk_sql_string(struct mlk_buf *b, const char *text, size_t len);
/* Appends `text` as a quoted identifier; a backquote is doubled.
 * Source: MySQL manual, "Schema Object Names". */
enum mlk_status mlk_sql_ident(struct mlk_buf *b, const char *text);
/* Appends `schema`.`table`. */
enum mlk_status mlk_sql_table(struct mlk_buf *b, const char *schema, const char *table);

#endif
