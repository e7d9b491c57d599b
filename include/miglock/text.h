/* SPDX-License-Identifier: GPL-2.0-only */
/* Small questions about text and time that several parts of the core ask. */
#ifndef MIGLOCK_TEXT_H
#define MIGLOCK_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "miglock/buf.h"

/* Whether these bytes are well-formed UTF-8 (RFC 3629: no overlong forms, no surrogates) without NUL. */
bool mlk_utf8_valid(const char *text, size_t len);
/* Characters of well-formed UTF-8. */
size_t mlk_utf8_length(const char *text, size_t len);
/* Bytes of the character that text begins with; text is well-formed UTF-8 and not empty. */
size_t mlk_utf8_step(const char *text);
/* Whether both are there and the same. */
bool mlk_same_text(const char *a, const char *b);
/* Copies what fits, cut at a character border, always NUL-terminated. */
void mlk_copy(char *to, size_t size, const char *from);
/* One line for a message: at most size-1 bytes, well-formed UTF-8, control characters as '?'. */
void mlk_printable(char *to, size_t size, const char *from, size_t len);

/* "2026-11-21 08:00:00" (or with 'T', fraction, 'Z') as seconds since 1970 as if it were UTC.
 * False where it is no such text or no such day. */
bool mlk_time_parse(const char *text, int64_t *seconds);
/* Seconds since 1970 as "2026-11-21T08:00:00Z" into to (21 bytes at least). */
void mlk_time_format(int64_t seconds, char *to, size_t size);

/* A clock's reading without a zone can be any instant from text - 14 h (UTC+14) to text + 12 h (UTC-12). */
enum { MLK_ZONE_EAST_S = 14 * 3600, MLK_ZONE_WEST_S = 12 * 3600 };

#endif
