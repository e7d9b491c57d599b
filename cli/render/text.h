/* SPDX-License-Identifier: GPL-2.0-only */
/* Text for a terminal: server data made harmless, and measured in columns. All text is UTF-8. */
#ifndef MIGLOCK_CLI_TEXT_H
#define MIGLOCK_CLI_TEXT_H

#include <stddef.h>

#include "miglock/buf.h"

/* Sets the character locale from the environment; where that is not UTF-8, C.UTF-8, as server data is UTF-8.
 */
void mlk_text_locale(void);
/* Appends text with everything escaped that a terminal could act upon or that would deceive a reader: control
 * characters, bytes that are no UTF-8, marks that change the direction. NULL appends nothing. */
void mlk_text_clean(struct mlk_buf *b, const char *text);
/* Columns that cleaned text takes. */
size_t mlk_text_width(const char *clean);
/* Appends cleaned text in at most width columns; what does not fit is cut out of its middle. */
void mlk_text_cut(struct mlk_buf *b, const char *clean, size_t width);
/* Appends cleaned text, then spaces up to width columns. */
void mlk_text_pad(struct mlk_buf *b, const char *clean, size_t width);
/* Appends cleaned text, broken at spaces to width columns; further lines start with indent spaces. The first
 * line is taken to start at column indent. Ends with a newline. */
void mlk_text_wrap(struct mlk_buf *b, const char *clean, size_t indent, size_t width);

#endif
