/* SPDX-License-Identifier: GPL-2.0-only */
/* The terminal of miglock watch: the only file that knows curses. */
#ifndef MIGLOCK_CLI_WATCH_SCREEN_H
#define MIGLOCK_CLI_WATCH_SCREEN_H

#include <stdbool.h>
#include <stddef.h>
#include <wchar.h>

#include "watch_paint.h"

/* What a key means; characters are themselves. */
enum mlk_watch_key {
    MLK_KEY_NONE = -1,
    MLK_KEY_UP = 0x200000, /* above all characters */
    MLK_KEY_DOWN,
    MLK_KEY_PAGE_UP,
    MLK_KEY_PAGE_DOWN,
    MLK_KEY_HOME,
    MLK_KEY_END,
    MLK_KEY_ENTER,
    MLK_KEY_ESCAPE,
    MLK_KEY_ERASE,
    MLK_KEY_REDRAW,
    MLK_KEY_OTHER, /* one that nobody has a use for */
};

struct mlk_watch_screen {
    void *screen;
    bool colour;
    bool ascii;
};

/* Whether this terminal can do it, without touching it. One line in error where not. */
bool mlk_watch_screen_possible(char *error, size_t error_size);
/* Takes the terminal. False: it stays as it was. */
bool mlk_watch_screen_open(struct mlk_watch_screen *s);
/* Gives it back as it was; works on a zeroed struct and twice. */
void mlk_watch_screen_close(struct mlk_watch_screen *s);
/* Gives it back for a while, and takes it again, at its size by then. */
void mlk_watch_screen_leave(struct mlk_watch_screen *s);
void mlk_watch_screen_return(struct mlk_watch_screen *s);
/* Asks the terminal for its size; call it after SIGWINCH too. */
void mlk_watch_screen_size(struct mlk_watch_screen *s, size_t *height, size_t *width);
void mlk_watch_screen_draw(struct mlk_watch_screen *s, const struct mlk_watch_view *view);
/* The next key that was pressed, without waiting. */
int mlk_watch_screen_key(struct mlk_watch_screen *s);

#endif
