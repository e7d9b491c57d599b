/* SPDX-License-Identifier: GPL-2.0-only */
#include "watch_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "render.h"
#include "table_figures.h"
#include "text.h"

enum { LABEL = 18 };

void mlk_watch_text_free(struct mlk_watch_text *t)
{
    for (size_t i = 0; i < t->count; i++)
        free(t->lines[i]);
    free(t->lines);
    *t = (struct mlk_watch_text){0};
}

/* Takes text over, NULL too. */
static void add(struct mlk_watch_text *t, char *text)
{
    char **more = text ? realloc(t->lines, (t->count + 1) * sizeof *more) : NULL;

    if (!more) {
        free(text);
        return;
    }
    t->lines = more;
    t->lines[t->count++] = text;
}

/* Bytes of text, up to len, that take at most width columns; at least one character. */
static size_t fit(const char *text, size_t len, size_t width)
{
    size_t done = 0, columns = 0;
    mbstate_t state = {0};

    while (done < len) {
        wchar_t c;
        size_t n = mbrtowc(&c, text + done, len - done, &state);
        int w;

        if (n == 0 || n > len - done) { /* cleaned text has no such bytes */
            n = 1;
            c = L'?';
        }
        w = wcwidth(c);
        if (done > 0 && w > 0 && columns + (size_t)w > width)
            break;
        columns += w > 0 ? (size_t)w : 0;
        done += n;
    }
    return done;
}

void mlk_watch_text_set(struct mlk_watch_text *t, const char *text, size_t width)
{
    size_t top = t->top;

    mlk_watch_text_free(t);
    while (*text) {
        size_t len = strcspn(text, "\n"), part = fit(text, len, width);

        add(t, strndup(text, part));
        text += part + (text[part] == '\n');
    }
    t->top = top < t->count ? top : t->count ? t->count - 1 : 0;
}

/* A page that a renderer writes. */
struct page {
    FILE *out;
    char *text;
    size_t len;
    struct mlk_render render;
};

static bool page_open(struct page *p, bool sql, size_t width)
{
    *p = (struct page){0};
    p->out = open_memstream(&p->text, &p->len);
    if (!p->out)
        return false;
    mlk_render_start(&p->render, p->out, sql);
    p->render.width = width;
    p->render.colour = false;
    return true;
}

static void page_close(struct page *p, struct mlk_watch_text *t, size_t width)
{
    if (fclose(p->out) == 0)
        mlk_watch_text_set(t, p->text, width);
    free(p->text);
}

void mlk_watch_text_report(struct mlk_watch_text *t, const cJSON *report, bool sql, size_t width)
{
    struct page p;

    if (!page_open(&p, sql, width))
        return;
    if (mlk_is_table(report))
        mlk_render_table_report(&p.render, report);
    else
        mlk_render_report(&p.render, report);
    page_close(&p, t, width);
}

void mlk_watch_text_blind(struct mlk_watch_text *t, const cJSON *blind, size_t width)
{
    struct page p;
    const cJSON *spot;

    if (!page_open(&p, false, width))
        return;
    if (cJSON_GetArraySize(blind) == 0)
        fputs("nothing is hidden from this account\n", p.out);
    cJSON_ArrayForEach(spot, blind)
    {
        if (cJSON_IsString(spot))
            mlk_render_line(&p.render, 0, "- ", 2, spot->valuestring);
    }
    page_close(&p, t, width);
}

void mlk_watch_text_help(struct mlk_watch_text *t, size_t width)
{
    static const char *const lines[][2] = {
        {"Up, Down, k, j", "the lock or table before or after"},
        {"PgUp, PgDn, g, G", "a page; the first one, the last one"},
        {"Enter", "all that is known of this lock; of a table, who waits for whom"},
        {"s", "sort by verdict, by age, by waiters, by target"},
        {"/", "show only locks with a text in their target, verdict or holder"},
        {"f", "show only locks that are held, or may be"},
        {"p", "ask the client of the holder, or of what blocks a table, whether it is still there. One that "
              "is gone loses its connection, and the "
              "lock comes free. Needs the functions in the server"},
        {"r",
         "release this lock, as miglock release does: it asks first, and refuses where nothing proves that "
         "the holder is gone. Of a table it ends the DDL that waits, and the queue goes on"},
        {"R", "the same with --force"},
        {"b", "what this account or this server cannot show"},
        {"Space", "look at once"},
        {"Ctrl-L", "draw the screen again"},
        {"Esc", "back from a page like this one; in the list: no filter"},
        {"q", "the same, and in the list: quit"},
        {"Ctrl-C", "quit"},
        {"", ""},
        {"abandoned", "proof that nobody who could hold the lock is left"},
        {"unknown", "something is hidden that could change the answer"},
        {"idle", "whoever holds it, or could, is connected and does nothing"},
        {"active", "the holder is at work"},
        {"free", "nobody holds it"},
        {"", ""},
        {"SIBL",
         "how many other sessions of the same client there are; of a row, sessions that could hold it"},
        {"WAIT", "how many sessions wait for the lock or the table"},
        {"HOLDER", "who holds it; of a table, who blocks it, or else works on it"},
    };
    struct page p;

    if (!page_open(&p, false, width))
        return;
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
        mlk_render_line(&p.render, 0, lines[i][0], LABEL, lines[i][1]);
    page_close(&p, t, width);
}

void mlk_watch_text_scroll(struct mlk_watch_text *t, ptrdiff_t by, size_t height)
{
    size_t last = t->count > height ? t->count - height : 0;

    if (by < 0)
        t->top = t->top > (size_t)-by ? t->top - (size_t)-by : 0;
    else
        t->top += (size_t)by < last ? (size_t)by : last;
    if (t->top > last)
        t->top = last;
}
