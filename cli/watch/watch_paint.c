/* SPDX-License-Identifier: GPL-2.0-only */
#include "watch_paint.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <wchar.h>

#include "miglock/buf.h"
#include "text.h"

/* Above the list: the title, how it is sorted, the heads. Below: a message, what is not seen, the keys. */
enum { ABOVE = 3, BELOW = 3, GAP = 2, MARK = 2, NUMBER = 4, VERDICT = 9 };
enum { HELD_MAX = 16, HELD_NARROW = 10, SMALL = 52, NARROW = 60, MIDDLE = 72, WIDE = 100, TEXT_MAX = 65536 };

/* Columns of the list; 0: not shown. */
struct columns {
    size_t target, held, siblings, waiters, holder;
};

struct painter {
    const struct mlk_watch_view *v;
    void (*put)(void *to, size_t row, const struct mlk_watch_line *line);
    void *to;
    size_t row;
    struct mlk_buf line, plain;
};

size_t mlk_watch_height(const struct mlk_watch_view *v)
{
    size_t around = v->text ? BELOW + 1 : ABOVE + BELOW;

    return v->rows > around ? v->rows - around : 0;
}

/* ---- lines ---- */

/* A question mark for each column of what is not ASCII. */
static void to_ascii(struct mlk_buf *to, const char *text)
{
    mbstate_t state = {0};

    while (*text) {
        wchar_t c;
        size_t n = mbrtowc(&c, text, strlen(text), &state);

        if (n == 0 || n > strlen(text)) {
            n = 1;
            c = L'?';
        }
        if (c < 0x80)
            mlk_buf_add(to, text, n);
        else
            for (int w = wcwidth(c); w > 0; w--)
                mlk_buf_str(to, "?");
        text += n;
    }
}

/* Cut and filled to the screen's width. */
static void put_line(struct painter *p, const char *text, struct mlk_watch_line line)
{
    mlk_buf_reset(&p->line);
    mlk_text_cut(&p->line, text, p->v->columns);
    for (size_t w = mlk_text_width(mlk_buf_text(&p->line)); w < p->v->columns; w++)
        mlk_buf_str(&p->line, " ");
    line.text = mlk_buf_text(&p->line);
    if (p->v->ascii) {
        mlk_buf_reset(&p->plain);
        to_ascii(&p->plain, line.text);
        line.text = mlk_buf_text(&p->plain);
    }
    p->put(p->to, p->row++, &line);
}

static void put_text(struct painter *p, const char *text, enum mlk_watch_style style)
{
    put_line(p, text, (struct mlk_watch_line){.style = style});
}

/* Two texts, one on each side; the right one is whole, if there is room for it at all. */
static void put_sides(struct painter *p, const char *left, const char *right, enum mlk_watch_style style)
{
    size_t width = p->v->columns, right_width = mlk_text_width(right), room;
    struct mlk_buf b, cut;

    mlk_buf_init(&b, TEXT_MAX);
    mlk_buf_init(&cut, TEXT_MAX);
    room = right_width + GAP < width ? width - right_width - GAP : 0;
    mlk_text_cut(&cut, left, room);
    mlk_text_pad(&b, mlk_buf_text(&cut), room + GAP);
    mlk_buf_str(&b, right);
    put_text(p, mlk_buf_text(&b), style);
    mlk_buf_free(&b);
    mlk_buf_free(&cut);
}

/* ---- the list ---- */

static void title(struct painter *p)
{
    const struct mlk_watch_model *m = p->v->model;
    struct mlk_buf left;
    char right[128], tables[40] = "";

    mlk_buf_init(&left, TEXT_MAX);
    mlk_buf_str(&left, "miglock watch  ");
    mlk_text_clean(&left, p->v->where);
    if (m->table_count)
        snprintf(tables, sizeof tables, ", %zu table%s", m->table_count, m->table_count == 1 ? "" : "s");
    snprintf(right, sizeof right, "%zu lock%s, %zu held%s  %s", m->count - m->table_count,
             m->count - m->table_count == 1 ? "" : "s", m->held_count, tables, p->v->clock);
    put_sides(p, mlk_buf_text(&left), right, MLK_WATCH_TITLE);
    mlk_buf_free(&left);
}

static void order(struct painter *p)
{
    const struct mlk_watch_model *m = p->v->model;
    struct mlk_buf left;
    char right[64] = "";

    mlk_buf_init(&left, TEXT_MAX);
    if (p->v->typing) {
        mlk_buf_str(&left, "filter: ");
        mlk_text_clean(&left, m->filter);
        mlk_buf_str(&left, "_");
    } else {
        mlk_buf_fmt(&left, "by %s%s", mlk_watch_sort_text(m->sort), m->only_held ? ", held only" : "");
        if (m->filter[0]) {
            mlk_buf_str(&left, ", with '");
            mlk_text_clean(&left, m->filter);
            mlk_buf_str(&left, "'");
        }
    }
    if (m->shown_count < m->count)
        snprintf(right, sizeof right, "%zu of %zu shown", m->shown_count, m->count);
    put_sides(p, mlk_buf_text(&left), right, MLK_WATCH_PLAIN);
    mlk_buf_free(&left);
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

static size_t most(size_t a, size_t b)
{
    return a > b ? a : b;
}

/* The target and the holder share what the others leave. */
static struct columns measure(const struct mlk_watch_view *v)
{
    const struct mlk_watch_model *m = v->model;
    struct columns c = {.held = most(4, least(m->held_width, v->columns < WIDE ? HELD_NARROW : HELD_MAX)),
                        .siblings = v->columns < MIDDLE ? 0 : NUMBER,
                        .waiters = v->columns < NARROW ? 0 : NUMBER};
    size_t taken = MARK + VERDICT + GAP + c.held + GAP + GAP, room, target = most(6, m->target_width);

    if (v->columns < SMALL) { /* the details have the holder */
        c.target = v->columns > taken ? v->columns - taken : 0;
        return c;
    }
    taken += (c.siblings ? c.siblings + GAP : 0) + (c.waiters ? c.waiters + GAP : 0);
    room = v->columns > taken ? v->columns - taken : 0;
    c.target = least(target, most(room / 2, room - least(room, most(6, m->holder_width))));
    c.holder = room - c.target;
    return c;
}

static void last_cell(struct mlk_buf *b, const char *text, size_t width)
{
    struct mlk_buf cut;

    mlk_buf_init(&cut, TEXT_MAX);
    mlk_text_cut(&cut, text, width);
    mlk_text_pad(b, mlk_buf_text(&cut), width);
    mlk_buf_free(&cut);
}

static void cell(struct mlk_buf *b, const char *text, size_t width)
{
    if (width == 0)
        return;
    last_cell(b, text, width);
    mlk_text_pad(b, "", GAP);
}

static void number(struct mlk_buf *b, int64_t value, size_t width)
{
    char text[24];

    snprintf(text, sizeof text, value > 9999 ? "many" : "%*" PRId64, (int)width, value);
    cell(b, text, width);
}

static void heads(struct painter *p, const struct columns *c)
{
    struct mlk_buf b;

    mlk_buf_init(&b, TEXT_MAX);
    mlk_buf_str(&b, "  ");
    cell(&b, "TARGET", c->target);
    cell(&b, "VERDICT", VERDICT);
    cell(&b, "HELD", c->held);
    cell(&b, "SIBL", c->siblings);
    cell(&b, "WAIT", c->waiters);
    last_cell(&b, "HOLDER", c->holder);
    put_text(p, mlk_buf_text(&b), MLK_WATCH_HEAD);
    mlk_buf_free(&b);
}

/* A day without the minute where there is no room for both. */
static void held_cell(struct mlk_buf *b, const char *held, size_t width)
{
    char day[HELD_NARROW + 1];

    if (width != HELD_NARROW || strlen(held) != HELD_MAX) {
        cell(b, held, width);
        return;
    }
    memcpy(day, held, HELD_NARROW);
    day[HELD_NARROW] = '\0';
    cell(b, day, width);
}

static void put_row(struct painter *p, const struct mlk_watch_row *row, const struct columns *c,
                    bool selected)
{
    struct mlk_watch_line line = {.style = selected ? MLK_WATCH_SELECTED : MLK_WATCH_PLAIN,
                                  .mark = MARK + c->target + GAP,
                                  .mark_len = strlen(row->verdict),
                                  .rank = row->rank};
    struct mlk_buf b;

    mlk_buf_init(&b, TEXT_MAX);
    mlk_text_pad(&b, selected ? ">" : "", MARK);
    cell(&b, row->target, c->target);
    cell(&b, row->verdict, VERDICT);
    held_cell(&b, row->held, c->held);
    number(&b, row->siblings, c->siblings);
    number(&b, row->waiters, c->waiters);
    last_cell(&b, row->holder, c->holder);
    put_line(p, mlk_buf_text(&b), line);
    mlk_buf_free(&b);
}

static void list(struct painter *p)
{
    struct mlk_watch_model *m = p->v->model;
    struct columns c = measure(p->v);
    size_t height = mlk_watch_height(p->v);

    mlk_watch_scroll(m, height);
    title(p);
    order(p);
    heads(p, &c);
    for (size_t i = 0; i < height; i++) {
        const struct mlk_watch_row *row = mlk_watch_at(m, m->top + i);

        if (row)
            put_row(p, row, &c, m->top + i == m->cursor);
        else if (i == 0)
            put_text(p,
                     m->count ? "  no lock is like that; f and / show others"
                              : "  no migration lock, and no table is waited for",
                     MLK_WATCH_PLAIN);
        else
            put_text(p, "", MLK_WATCH_PLAIN);
    }
}

/* ---- a text ---- */

static void text(struct painter *p)
{
    struct mlk_watch_text *t = p->v->text;
    size_t height = mlk_watch_height(p->v);
    char place[48] = "";

    mlk_watch_text_scroll(t, 0, height);
    if (t->count > height)
        snprintf(place, sizeof place, "lines %zu to %zu of %zu", t->top + 1, least(t->top + height, t->count),
                 t->count);
    put_sides(p, p->v->title, place, MLK_WATCH_TITLE);
    for (size_t i = 0; i < height; i++)
        put_text(p, t->top + i < t->count ? t->lines[t->top + i] : "", MLK_WATCH_PLAIN);
}

/* ---- the last lines ---- */

static void blind(struct painter *p)
{
    const char *first = cJSON_GetStringValue(cJSON_GetArrayItem(p->v->blind, 0));
    int count = cJSON_GetArraySize(p->v->blind);
    struct mlk_buf left;
    char right[48] = "";

    mlk_buf_init(&left, TEXT_MAX);
    if (first) {
        mlk_buf_str(&left, "not seen: ");
        mlk_text_clean(&left, first);
    }
    if (count > 1)
        snprintf(right, sizeof right, "+%d more (b)", count - 1);
    put_sides(p, mlk_buf_text(&left), right, MLK_WATCH_PLAIN);
    mlk_buf_free(&left);
}

static void keys(struct painter *p)
{
    static const char *const lists[] = {
        "q quit  Enter details  r release  p probe  s sort  / filter  f held only  ? help",
        "q quit  Enter details  r release  ? help",
        "q quit  ? help",
    };
    static const char *const texts[] = {
        "Esc back  arrows scroll  r release  p probe  ? help",
        "Esc back  arrows scroll  ? help",
        "Esc back",
    };
    const char *const *from = p->v->text ? texts : lists;
    size_t i = 0;

    if (p->v->typing) {
        put_text(p, "Enter keeps it  Esc removes it", MLK_WATCH_TITLE);
        return;
    }
    while (i < 2 && strlen(from[i]) > p->v->columns)
        i++;
    put_text(p, from[i], MLK_WATCH_TITLE);
}

void mlk_watch_paint(const struct mlk_watch_view *v,
                     void (*put)(void *to, size_t row, const struct mlk_watch_line *line), void *to)
{
    struct painter p = {.v = v, .put = put, .to = to};
    struct mlk_buf message;

    mlk_buf_init(&p.line, TEXT_MAX);
    mlk_buf_init(&p.plain, TEXT_MAX);
    mlk_buf_init(&message, TEXT_MAX);
    if (v->rows < MLK_WATCH_ROWS_MIN || v->columns < MLK_WATCH_COLUMNS_MIN) {
        mlk_buf_fmt(&message, "needs %dx%d, q quits", MLK_WATCH_COLUMNS_MIN, MLK_WATCH_ROWS_MIN);
        for (size_t i = 0; i < v->rows; i++)
            put_text(&p, i ? "" : mlk_buf_text(&message), MLK_WATCH_PLAIN);
    } else {
        if (v->text)
            text(&p);
        else
            list(&p);
        mlk_text_clean(&message, v->message);
        put_text(&p, mlk_buf_text(&message), v->alarm ? MLK_WATCH_ALARM : MLK_WATCH_PLAIN);
        blind(&p);
        keys(&p);
    }
    mlk_buf_free(&message);
    mlk_buf_free(&p.line);
    mlk_buf_free(&p.plain);
}
