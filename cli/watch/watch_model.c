/* SPDX-License-Identifier: GPL-2.0-only */
#include "watch_model.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "render.h"
#include "table_figures.h"
#include "text.h"
#include "times.h"

enum { CELL_MAX = 65536 };

/* ---- rows ---- */

static const char *const verdicts[] = {"abandoned", "unknown", "idle", "active", "free"};

static void set_verdict(struct mlk_watch_row *row)
{
    const char *word = mlk_json_text(row->report, "verdict");

    row->rank = 1; /* a word of a later version is unknown to this one */
    for (int i = 0; word && i < (int)(sizeof verdicts / sizeof verdicts[0]); i++)
        if (strcmp(word, verdicts[i]) == 0)
            row->rank = i;
    row->verdict = verdicts[row->rank];
}

/* The text of a buffer, which is empty again; NULL where memory is out. */
static char *text_of(struct mlk_buf *b)
{
    char *text = b->status == MLK_NO_MEMORY ? NULL : strdup(mlk_buf_text(b));

    mlk_buf_reset(b);
    return text;
}

static void holder_text(struct mlk_buf *b, const struct mlk_watch_row *row)
{
    const cJSON *holder = cJSON_GetObjectItemCaseSensitive(row->report, "holder");
    const char *owner = mlk_json_text(row->report, "owner_text"), *peer = mlk_json_text(holder, "peer");

    if (mlk_json_text(row->report, "damage"))
        mlk_buf_str(b, "damaged table");
    else if (cJSON_IsObject(holder)) {
        mlk_render_session(b, holder, false);
        mlk_buf_str(b, peer && strcmp(peer, "gone") == 0 ? ", client gone" : "");
    } else if (owner && row->may_be_held) {
        mlk_text_clean(b, owner);
    } else if (row->siblings > 0 && row->may_be_held) {
        mlk_buf_fmt(b, row->siblings == 1 ? "perhaps %" PRId64 " session" : "one of %" PRId64 " sessions",
                    row->siblings);
    }
    if (b->len == 0)
        mlk_buf_str(b, "-");
}

static void held_text(struct mlk_buf *b, const struct mlk_watch_row *row)
{
    const cJSON *held = cJSON_GetObjectItemCaseSensitive(row->report, "held");
    const char *since = mlk_json_text(row->report, "since_text");
    char minute[sizeof "2026-11-21 08:00"];

    snprintf(minute, sizeof minute, "%s", since ? since : "");
    if (row->table ? !row->may_be_held : cJSON_IsFalse(held))
        mlk_buf_str(b, "no");
    else if (row->table && row->age >= 0)
        mlk_times_age(b, row->age);
    else if (!cJSON_IsTrue(held))
        mlk_buf_str(b, "?");
    else if (row->age >= 0)
        mlk_times_age(b, row->age);
    else if (since)
        mlk_text_clean(b, minute);
    else
        mlk_buf_str(b, "yes");
}

/* What stands in its way, or else the DDL. */
static void table_holder_text(struct mlk_buf *b, const struct mlk_watch_row *row)
{
    const char *root = mlk_json_text(row->report, "root"), *target = mlk_json_text(row->report, "target");
    const cJSON *first = cJSON_GetArrayItem(cJSON_GetObjectItemCaseSensitive(row->report, "blockers"), 0);

    if (root && target && strcmp(root, target) != 0) {
        mlk_buf_str(b, "see ");
        mlk_text_clean(b, root);
        return;
    }
    if (!first)
        first = cJSON_GetArrayItem(cJSON_GetObjectItemCaseSensitive(row->report, "ddl"), 0);
    if (first)
        mlk_render_session(b, first, false);
    else
        mlk_buf_str(b, "-");
}

static void fill_table(struct mlk_watch_row *row)
{
    struct mlk_table_figures f;

    mlk_table_figures(row->report, &f);
    row->age = mlk_table_longest_wait(&f);
    row->age = f.ddl_running_s > row->age ? f.ddl_running_s : row->age;
    row->waiters = f.queue + f.ddl_waiting;
    row->may_be_held = f.ddl_waiting || f.ddl_running || f.queue;
}

static void fill_lock(struct mlk_watch_row *row)
{
    row->age = mlk_json_int(row->report, "held_seconds", -1);
    row->siblings = mlk_render_count(row->report, "siblings", "sibling_count");
    row->waiters = mlk_render_count(row->report, "waiters", "waiter_count");
    row->may_be_held = mlk_json_may_be_held(row->report);
}

static bool fill(struct mlk_watch_row *row, const cJSON *report, struct mlk_buf *b)
{
    row->report = report;
    row->table = mlk_is_table(report);
    if (row->table)
        fill_table(row);
    else
        fill_lock(row);
    set_verdict(row);
    mlk_text_clean(b, mlk_json_text(report, "target"));
    row->target = text_of(b);
    if (row->table)
        table_holder_text(b, row);
    else
        holder_text(b, row);
    row->holder = text_of(b);
    held_text(b, row);
    row->held = text_of(b);
    return row->target && row->holder && row->held;
}

static void rows_free(struct mlk_watch_row *rows, size_t count)
{
    for (size_t i = 0; rows && i < count; i++) {
        free(rows[i].target);
        free(rows[i].holder);
        free(rows[i].held);
    }
    free(rows);
}

/* ---- order ---- */

static int by_number(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

static int by_target(const void *a, const void *b)
{
    const struct mlk_watch_row *x = a, *y = b;

    return strcmp(x->target, y->target);
}

static int by_verdict(const void *a, const void *b)
{
    const struct mlk_watch_row *x = a, *y = b;
    int order = by_number(x->rank, y->rank);

    return order ? order : by_target(a, b);
}

static int by_age(const void *a, const void *b)
{
    const struct mlk_watch_row *x = a, *y = b;
    int order = by_number(y->age, x->age);

    if (!order) /* of unknown age, but held */
        order = by_number(y->may_be_held, x->may_be_held);
    return order ? order : by_target(a, b);
}

static int by_waiters(const void *a, const void *b)
{
    const struct mlk_watch_row *x = a, *y = b;
    int order = by_number(y->waiters, x->waiters);

    return order ? order : by_verdict(a, b);
}

/* ---- what is shown ---- */

static bool passes(const struct mlk_watch_model *m, const struct mlk_watch_row *row)
{
    if (m->only_held && !row->may_be_held)
        return false;
    return !m->filter[0] || strcasestr(row->target, m->filter) || strcasestr(row->verdict, m->filter) ||
           strcasestr(row->holder, m->filter);
}

const char *mlk_watch_name(const struct mlk_watch_row *row)
{
    const char *target = row ? mlk_json_text(row->report, "target") : NULL;

    return target ? target : "";
}

static void widen(size_t *width, const char *text)
{
    size_t w = mlk_text_width(text);

    *width = w > *width ? w : *width;
}

/* Sorts, filters, and puts the cursor back on the lock of that name; where it is gone the place stays. */
static void arrange(struct mlk_watch_model *m, const char *selected)
{
    static int (*const orders[])(const void *, const void *) = {
        [MLK_WATCH_BY_VERDICT] = by_verdict,
        [MLK_WATCH_BY_AGE] = by_age,
        [MLK_WATCH_BY_WAITERS] = by_waiters,
        [MLK_WATCH_BY_TARGET] = by_target,
    };

    if (m->count > 0)
        qsort(m->rows, m->count, sizeof *m->rows, orders[m->sort]);
    m->shown_count = m->held_count = m->table_count = 0;
    m->target_width = m->held_width = m->holder_width = 0;
    for (size_t i = 0; i < m->count; i++) {
        m->held_count += m->rows[i].may_be_held && !m->rows[i].table;
        m->table_count += m->rows[i].table;
        if (!passes(m, &m->rows[i]))
            continue;
        if (*selected && strcmp(mlk_watch_name(&m->rows[i]), selected) == 0)
            m->cursor = m->shown_count;
        widen(&m->target_width, m->rows[i].target);
        widen(&m->held_width, m->rows[i].held);
        widen(&m->holder_width, m->rows[i].holder);
        m->shown[m->shown_count++] = i;
    }
    if (m->cursor >= m->shown_count)
        m->cursor = m->shown_count ? m->shown_count - 1 : 0;
}

static void rearrange(struct mlk_watch_model *m)
{
    arrange(m,
            mlk_watch_name(mlk_watch_selected(m))); /* the name lies in a report, which stays where it is */
}

bool mlk_watch_set(struct mlk_watch_model *m, cJSON *reports)
{
    size_t count = (size_t)cJSON_GetArraySize(reports), i = 0;
    struct mlk_watch_row *rows = calloc(count + 1, sizeof *rows);
    size_t *shown = calloc(count + 1, sizeof *shown);
    struct mlk_watch_model old = *m;
    const cJSON *report;
    struct mlk_buf b;
    bool ok = rows && shown;

    mlk_buf_init(&b, CELL_MAX);
    cJSON_ArrayForEach(report, reports)
    {
        ok = ok && fill(&rows[i], report, &b);
        i++;
    }
    mlk_buf_free(&b);
    if (!ok) {
        rows_free(rows, count);
        free(shown);
        cJSON_Delete(reports);
        return false;
    }
    m->reports = reports;
    m->rows = rows;
    m->shown = shown;
    m->count = count;
    arrange(m, mlk_watch_name(mlk_watch_selected(&old)));
    rows_free(old.rows, old.count);
    free(old.shown);
    cJSON_Delete(old.reports);
    return true;
}

void mlk_watch_free(struct mlk_watch_model *m)
{
    rows_free(m->rows, m->count);
    free(m->shown);
    cJSON_Delete(m->reports);
    *m = (struct mlk_watch_model){0};
}

void mlk_watch_sort(struct mlk_watch_model *m, enum mlk_watch_sort sort)
{
    m->sort = sort;
    rearrange(m);
}

const char *mlk_watch_sort_text(enum mlk_watch_sort sort)
{
    static const char *const texts[] = {
#define MLK_WATCH_SORT_TEXT(name, text) text,
        MLK_WATCH_SORT_LIST(MLK_WATCH_SORT_TEXT)
#undef MLK_WATCH_SORT_TEXT
    };

    return texts[sort];
}

void mlk_watch_only_held(struct mlk_watch_model *m, bool only)
{
    m->only_held = only;
    rearrange(m);
}

void mlk_watch_filter(struct mlk_watch_model *m, const char *text)
{
    snprintf(m->filter, sizeof m->filter, "%s", text);
    rearrange(m);
}

void mlk_watch_move(struct mlk_watch_model *m, ptrdiff_t by)
{
    size_t last = m->shown_count ? m->shown_count - 1 : 0;

    if (by < 0)
        m->cursor = m->cursor > (size_t)-by ? m->cursor - (size_t)-by : 0;
    else
        m->cursor = last - m->cursor > (size_t)by ? m->cursor + (size_t)by : last;
}

void mlk_watch_scroll(struct mlk_watch_model *m, size_t height)
{
    if (height == 0)
        return;
    if (m->top + height > m->shown_count) /* no empty rows below while there are some above */
        m->top = m->shown_count > height ? m->shown_count - height : 0;
    if (m->cursor < m->top)
        m->top = m->cursor;
    if (m->cursor >= m->top + height)
        m->top = m->cursor - height + 1;
}

const struct mlk_watch_row *mlk_watch_at(const struct mlk_watch_model *m, size_t place)
{
    return place < m->shown_count ? &m->rows[m->shown[place]] : NULL;
}

const struct mlk_watch_row *mlk_watch_selected(const struct mlk_watch_model *m)
{
    return mlk_watch_at(m, m->cursor);
}

const struct mlk_watch_row *mlk_watch_find(const struct mlk_watch_model *m, const char *target)
{
    for (size_t i = 0; i < m->count; i++)
        if (strcmp(mlk_watch_name(&m->rows[i]), target) == 0)
            return &m->rows[i];
    return NULL;
}
