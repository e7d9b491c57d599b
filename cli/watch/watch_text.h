/* SPDX-License-Identifier: GPL-2.0-only */
/* A text to scroll through, in lines that fit the screen. */
#ifndef MIGLOCK_CLI_WATCH_TEXT_H
#define MIGLOCK_CLI_WATCH_TEXT_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>

/* Zeroed is a valid start: no lines. */
struct mlk_watch_text {
    char **lines; /* cleaned, each at most as wide as was asked for */
    size_t count;
    size_t top; /* the first one on the screen */
};

/* Each replaces what was there and keeps top where that is still possible; where memory is out there are no
 * or fewer lines. width: columns, at least 20. */
void mlk_watch_text_set(struct mlk_watch_text *t, const char *text, size_t width);
/* All that a report says; sql: the functions are installed. */
void mlk_watch_text_report(struct mlk_watch_text *t, const cJSON *report, bool sql, size_t width);
/* What was not seen. */
void mlk_watch_text_blind(struct mlk_watch_text *t, const cJSON *blind, size_t width);
/* The keys and the words. */
void mlk_watch_text_help(struct mlk_watch_text *t, size_t width);
/* Moves by so many lines; height of them are on the screen. */
void mlk_watch_text_scroll(struct mlk_watch_text *t, ptrdiff_t by, size_t height);
void mlk_watch_text_free(struct mlk_watch_text *t);

#endif
