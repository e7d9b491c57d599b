/* SPDX-License-Identifier: GPL-2.0-only */
#include <limits.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "json.h"
#include "watch.h"

/* Rows of a page, where one stays for the eye. */
static ptrdiff_t page_rows(const struct mlk_watch *w)
{
    struct mlk_watch_view v = {.rows = w->rows, .text = w->page == MLK_WATCH_LIST ? NULL : (void *)&w->text};
    size_t height = mlk_watch_height(&v);

    return height > 1 ? (ptrdiff_t)height - 1 : 1;
}

/* By how much a key moves; 0: it is not for moving. */
static ptrdiff_t distance(const struct mlk_watch *w, int key)
{
    switch (key) {
    case MLK_KEY_UP:
    case 'k':
        return -1;
    case MLK_KEY_DOWN:
    case 'j':
        return 1;
    case MLK_KEY_PAGE_UP:
        return -page_rows(w);
    case MLK_KEY_PAGE_DOWN:
        return page_rows(w);
    case MLK_KEY_HOME:
    case 'g':
        return -INT_MAX;
    case MLK_KEY_END:
    case 'G':
        return INT_MAX;
    default:
        return 0;
    }
}

/* ---- the filter ---- */

static void type(struct mlk_watch *w, int key)
{
    char text[MLK_WATCH_FILTER_MAX], bytes[MB_LEN_MAX];
    size_t len = strlen(w->model.filter), n;
    mbstate_t state = {0};

    memcpy(text, w->model.filter, len + 1);
    if (key == MLK_KEY_ENTER || key == MLK_KEY_ESCAPE) {
        w->typing = false;
        if (key == MLK_KEY_ESCAPE)
            mlk_watch_filter(&w->model, "");
        return;
    }
    if (key == MLK_KEY_ERASE) {
        while (len > 0 && ((unsigned char)text[len - 1] & 0xc0U) == 0x80)
            len--;
        text[len > 0 ? len - 1 : 0] = '\0';
    } else if (key >= ' ' && key < MLK_KEY_UP) {
        n = wcrtomb(bytes, (wchar_t)key, &state);
        if (n == (size_t)-1 || len + n >= sizeof text)
            return;
        memcpy(text + len, bytes, n);
        text[len + n] = '\0';
    }
    mlk_watch_filter(&w->model, text);
}

/* ---- what is about one lock ---- */

static void probe(struct mlk_watch *w)
{
    const struct mlk_watch_row *row = mlk_watch_subject(w);
    const char *target = row ? mlk_json_text(row->report, "target") : NULL;

    if (!target)
        return;
    if (row->table && !mlk_json_text(row->report, "table")) {
        mlk_watch_say(w, false, "of a schema or the server nobody is asked: miglock probe ID does");
        return;
    }
    if (!row->may_be_held) {
        mlk_watch_say(w, false, "%s is free: there is nobody to ask", target);
        return;
    }
    if (!w->functions) {
        mlk_watch_say(
            w, true,
            "only the server's functions can ask a client: miglock help install says how to get them");
        return;
    }
    free(w->probe);
    w->probe = strdup(target);
    mlk_watch_say(w, false, "asking the client of %s", target);
}

static void release(struct mlk_watch *w, bool force)
{
    const struct mlk_watch_row *row = mlk_watch_subject(w);

    if (row)
        mlk_watch_release(w, row, force);
}

static void back(struct mlk_watch *w, int key)
{
    if (w->page != MLK_WATCH_LIST)
        mlk_watch_show(w, MLK_WATCH_LIST);
    else if (key == 'q')
        w->quit = true;
    else
        mlk_watch_filter(&w->model, "");
}

static void list_key(struct mlk_watch *w, int key)
{
    switch (key) {
    case MLK_KEY_ENTER:
        if (mlk_watch_selected(&w->model))
            mlk_watch_show(w, MLK_WATCH_DETAILS);
        break;
    case 's':
        mlk_watch_sort(&w->model, (w->model.sort + 1) % MLK_WATCH_SORTS);
        break;
    case 'f':
        mlk_watch_only_held(&w->model, !w->model.only_held);
        break;
    case '/':
        w->typing = true;
        break;
    default:
        break;
    }
}

void mlk_watch_key(struct mlk_watch *w, int key)
{
    ptrdiff_t by = distance(w, key);
    bool list = w->page == MLK_WATCH_LIST;

    if (w->typing) {
        type(w, key);
        return;
    }
    if (by != 0) {
        if (list)
            mlk_watch_move(&w->model, by);
        else
            mlk_watch_text_scroll(&w->text, by, (size_t)page_rows(w) + 1);
        return;
    }
    w->message_until_ms = 0; /* read by whoever pressed a key */
    switch (key) {
    case 'q':
    case MLK_KEY_ESCAPE:
        back(w, key);
        break;
    case 'r':
    case 'R':
        release(w, key == 'R');
        break;
    case 'p':
        probe(w);
        break;
    case '?':
    case 'h':
        mlk_watch_show(w, MLK_WATCH_HELP);
        break;
    case 'b':
        mlk_watch_show(w, MLK_WATCH_BLIND);
        break;
    case ' ':
        w->next_ms = 0;
        break;
    case MLK_KEY_REDRAW:
        mlk_watch_screen_return(&w->screen);
        break;
    default:
        if (list)
            list_key(w, key);
    }
}
