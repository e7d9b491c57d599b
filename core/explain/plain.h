/* SPDX-License-Identifier: GPL-2.0-only */
/* Text of a log or a terminal made comparable, and the phrases of the tool table found in it. */
#ifndef MLK_CORE_PLAIN_H
#define MLK_CORE_PLAIN_H

#include <stdbool.h>
#include <stddef.h>

#include "miglock/buf.h"

/*
 * Appends text (any bytes) without what its way through a log or a web page may have changed: a run of white
 * space is one blank, or one newline where there was a line break in it; every quote is ' or "; colour codes,
 * NUL and zero-width characters are gone; \n, \t and \" of a JSON log are what they stand for. Case is kept.
 * Never longer than text. Takes time linear in len.
 */
enum mlk_status mlk_plain(const char *text, size_t len, struct mlk_buf *out);

/* A byte of plain text for comparing: lower case, a newline as a blank. */
char mlk_plain_fold(char c);

/* Whether part (plain and folded) stands at text[at], and does not begin or end inside of a word. */
bool mlk_plain_at(const struct mlk_buf *text, size_t at, const char *part, size_t part_len);

/* Where part stands in text[from, to), or to. */
size_t mlk_plain_find(const struct mlk_buf *text, size_t from, size_t to, const char *part);

#endif
