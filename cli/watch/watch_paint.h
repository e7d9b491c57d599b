/* SPDX-License-Identifier: GPL-2.0-only */
/* What stands on each line of the screen of miglock watch. Knows columns and rows, but no terminal. */
#ifndef MIGLOCK_CLI_WATCH_PAINT_H
#define MIGLOCK_CLI_WATCH_PAINT_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>

#include "watch_model.h"
#include "watch_text.h"

/* Below this only a line says that the terminal is too small. */
enum { MLK_WATCH_ROWS_MIN = 8, MLK_WATCH_COLUMNS_MIN = 40 };

enum mlk_watch_style {
    MLK_WATCH_PLAIN,
    MLK_WATCH_TITLE,
    MLK_WATCH_HEAD,     /* of the columns */
    MLK_WATCH_SELECTED, /* the line with the cursor, which a mark shows too */
    MLK_WATCH_ALARM,    /* something is wrong */
};

/* A line of the screen: text fills it. From column mark on, for mark_len, it is a verdict of that rank. */
struct mlk_watch_line {
    const char *text;
    enum mlk_watch_style style;
    size_t mark, mark_len;
    int rank;
};

struct mlk_watch_view {
    size_t rows, columns;
    bool ascii;                    /* the terminal shows nothing else */
    const char *where;             /* the server */
    const char *clock;             /* when that was seen */
    struct mlk_watch_model *model; /* is scrolled */
    struct mlk_watch_text *text;   /* shown instead of the list; NULL: the list */
    const char *title;             /* of the text */
    const char *message;           /* "" where there is nothing to say */
    bool alarm;                    /* the message is bad news */
    const cJSON *blind;            /* what was not seen */
    bool typing;                   /* the filter */
};

/* Rows of the list, or of the text, that fit. */
size_t mlk_watch_height(const struct mlk_watch_view *v);
/* Calls put for each row of the screen once, from the top. */
void mlk_watch_paint(const struct mlk_watch_view *v,
                     void (*put)(void *to, size_t row, const struct mlk_watch_line *line), void *to);

#endif
