/* SPDX-License-Identifier: GPL-2.0-only */
#include "watch_screen.h"

#define NCURSES_NOMACROS
#include <langinfo.h>
#include <locale.h>
#include <ncurses.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <term.h>
#include <unistd.h>

enum { ESCAPE_MS = 25, PAIR_VERDICT = 1, PAIR_ALARM = 10 };

/* In the order of the model's ranks: abandoned, unknown, idle, active, free. As render.c has them. */
static const short colours[] = {COLOR_RED, COLOR_MAGENTA, COLOR_YELLOW, COLOR_CYAN, COLOR_GREEN};

/* Signals whose handlers curses would put in place of what is there. */
static const int taken[] = {SIGINT, SIGTERM, SIGTSTP, SIGWINCH};
enum { TAKEN = sizeof taken / sizeof taken[0] };

bool mlk_watch_screen_possible(char *error, size_t error_size)
{
    const char *term = getenv("TERM");
    int found = 0;
    bool ok;

    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)) {
        snprintf(error, error_size,
                 "watch needs a terminal; for scripts: miglock status --json, miglock metrics");
        return false;
    }
    ok = setupterm(NULL, STDOUT_FILENO, &found) == OK && tigetstr("cup") && tigetstr("cup") != (char *)-1 &&
         tigetstr("clear") && tigetstr("clear") != (char *)-1;
    if (found == 1)
        del_curterm(cur_term);
    if (!ok)
        snprintf(error, error_size,
                 "watch cannot use a terminal of type '%.60s': set TERM to what it is, for instance "
                 "TERM=xterm; without one: miglock status",
                 term ? term : "");
    return ok;
}

/* The locale of the environment and not the process's, which is UTF-8 in any case (mlk_text_locale). */
static bool only_ascii(void)
{
    locale_t own = newlocale(LC_CTYPE_MASK, "", (locale_t)0);
    bool ascii = !own || strcmp(nl_langinfo_l(CODESET, own), "UTF-8") != 0;

    if (own)
        freelocale(own);
    return ascii;
}

static void start_colours(struct mlk_watch_screen *s)
{
    const char *no_color = getenv("NO_COLOR");

    if ((no_color && *no_color) || !has_colors() || start_color() != OK)
        return;
    s->colour = true;
    use_default_colors();
    for (short i = 0; i < (short)(sizeof colours / sizeof colours[0]); i++)
        init_pair((short)(PAIR_VERDICT + i), colours[i], -1);
    init_pair(PAIR_ALARM, COLOR_RED, -1);
}

bool mlk_watch_screen_open(struct mlk_watch_screen *s)
{
    struct sigaction before[TAKEN];

    *s = (struct mlk_watch_screen){.ascii = only_ascii()};
    for (size_t i = 0; i < TAKEN; i++)
        sigaction(taken[i], NULL, &before[i]);
    s->screen = newterm(NULL, stdout, stdin);
    for (size_t i = 0; i < TAKEN; i++)
        sigaction(taken[i], &before[i], NULL);
    if (!s->screen)
        return false;
    set_term(s->screen);
    start_colours(s);
    cbreak(); /* Ctrl-C and Ctrl-Z stay what they are */
    noecho();
    nonl();
    curs_set(0);
    keypad(stdscr, TRUE);
    nodelay(stdscr, TRUE);
    set_escdelay(ESCAPE_MS);
    return true;
}

/* A shell takes the terminal back as soon as one process of a job has stopped, which may be another one than
 * this. It would stop this one in the middle, for setting the modes of a terminal in the background
 * (SIGTTOU).
 */
static void end(void)
{
    sigset_t out, before;

    if (isendwin())
        return;
    sigemptyset(&out);
    sigaddset(&out, SIGTTOU);
    sigprocmask(SIG_BLOCK, &out, &before);
    endwin();
    sigprocmask(SIG_SETMASK, &before, NULL);
}

void mlk_watch_screen_close(struct mlk_watch_screen *s)
{
    if (!s->screen)
        return;
    end();
    delscreen(s->screen);
    s->screen = NULL;
}

void mlk_watch_screen_leave(struct mlk_watch_screen *s)
{
    if (s->screen)
        end();
}

void mlk_watch_screen_return(struct mlk_watch_screen *s)
{
    if (!s->screen)
        return;
    reset_prog_mode();
    clearok(curscr, TRUE);
    refresh();
}

void mlk_watch_screen_size(struct mlk_watch_screen *s, size_t *height, size_t *width)
{
    struct winsize size;

    (void)s;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 0 && size.ws_col > 0 &&
        (size.ws_row != getmaxy(stdscr) || size.ws_col != getmaxx(stdscr))) {
        resizeterm(size.ws_row, size.ws_col);
        clearok(curscr, TRUE);
    }
    *height = (size_t)getmaxy(stdscr);
    *width = (size_t)getmaxx(stdscr);
}

static attr_t look_of(const struct mlk_watch_screen *s, enum mlk_watch_style style, short *pair)
{
    *pair = 0;
    switch (style) {
    case MLK_WATCH_TITLE:
        return A_BOLD;
    case MLK_WATCH_HEAD:
    case MLK_WATCH_SELECTED:
        return A_REVERSE;
    case MLK_WATCH_ALARM:
        *pair = s->colour ? PAIR_ALARM : 0;
        return A_BOLD;
    case MLK_WATCH_PLAIN:
        break;
    }
    return A_NORMAL;
}

static void put(void *to, size_t row, const struct mlk_watch_line *line)
{
    const struct mlk_watch_screen *s = to;
    short pair;
    attr_t look = look_of(s, line->style, &pair);

    attr_set(look, pair, NULL);
    mvaddstr((int)row, 0, line->text);
    attr_set(A_NORMAL, 0, NULL);
    if (line->mark_len > 0 && s->colour)
        mvchgat((int)row, (int)line->mark, (int)line->mark_len, look, (short)(PAIR_VERDICT + line->rank),
                NULL);
}

void mlk_watch_screen_draw(struct mlk_watch_screen *s, const struct mlk_watch_view *view)
{
    erase();
    mlk_watch_paint(view, put, s);
    refresh();
}

int mlk_watch_screen_key(struct mlk_watch_screen *s)
{
    static const struct {
        wint_t code;
        int key;
    } keys[] = {{KEY_UP, MLK_KEY_UP},           {KEY_DOWN, MLK_KEY_DOWN},      {KEY_PPAGE, MLK_KEY_PAGE_UP},
                {KEY_NPAGE, MLK_KEY_PAGE_DOWN}, {KEY_HOME, MLK_KEY_HOME},      {KEY_END, MLK_KEY_END},
                {KEY_ENTER, MLK_KEY_ENTER},     {KEY_BACKSPACE, MLK_KEY_ERASE}};
    wint_t c;
    int kind = get_wch(&c);

    (void)s;
    if (kind == ERR)
        return MLK_KEY_NONE;
    if (kind == KEY_CODE_YES) {
        for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
            if (keys[i].code == c)
                return keys[i].key;
        return MLK_KEY_OTHER;
    }
    switch (c) {
    case '\r':
    case '\n':
        return MLK_KEY_ENTER;
    case 0x1b:
        return MLK_KEY_ESCAPE;
    case 0x7f:
    case '\b':
        return MLK_KEY_ERASE;
    case 0x0c: /* Ctrl-L */
        return MLK_KEY_REDRAW;
    default:
        return c < MLK_KEY_UP ? (int)c : MLK_KEY_OTHER;
    }
}
