/* SPDX-License-Identifier: GPL-2.0-only */
/* What several tools do to make a lock's name out of other names, and the way back. */
#ifndef MLK_CORE_NAME_PARTS_H
#define MLK_CORE_NAME_PARTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "miglock/buf.h"

enum { MLK_SHA1_HEX = 40 }; /* characters of a SHA-1 in hexadecimal */

/* Bytes of the longest beginning of text with at most this many UTF-16 units, the unit in which Java and
 * JavaScript count. A pair that would be split is left out: no schema or table has a name with such a
 * character (MySQL manual, "Schema Object Names"; MariaDB's are utf8mb3 too). text is well-formed UTF-8. */
size_t mlk_utf16_prefix(const char *text, size_t units);
/* Bytes of the longest beginning of text with at most max bytes, as Go cuts. False: that splits a
 * character, and what a server makes of half a character is not known; *len is set all the same. */
bool mlk_byte_prefix(const char *text, size_t max, size_t *len);

/* Java's String.hashCode of text, well-formed UTF-8: over UTF-16 units, modulo 2^32, signed. */
int32_t mlk_java_hash(const char *text);

/* SHA-1 of len bytes in lower-case hexadecimal, NUL-terminated. */
void mlk_sha1(const char *text, size_t len, char hex[MLK_SHA1_HEX + 1]);

/* If name is prefix, something and suffix, copies that something to to (MLK_IDENT_MAX + 1 bytes). Prefix and
 * suffix match in any case (ASCII), as MySQL folds names. The something is one to 64 characters of UTF-8;
 * otherwise false, and to is as it was. */
bool mlk_name_between(const char *name, const char *prefix, const char *suffix, char *to);
/* The same check for len bytes of a name. */
bool mlk_name_part(const char *text, size_t len, char *to);

#endif
