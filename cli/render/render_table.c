/* SPDX-License-Identifier: GPL-2.0-only */
#include <inttypes.h>
#include <string.h>

#include "json.h"
#include "render.h"
#include "text.h"
#include "times.h"

enum { COLUMNS = 5, GAP = 2, CELL_MAX = 65536, NODE_SHARE = 3 };
enum { NODE, TARGET, VERDICT, HELD, HOLDER };

static const char *const heads[COLUMNS] = {"NODE", "TARGET", "VERDICT", "HELD", "HOLDER"};

/* Only the reports of several servers say which one they are of. */
static int first_column(const cJSON *reports)
{
    return mlk_json_text(cJSON_GetArrayItem(reports, 0), "node") ? NODE : TARGET;
}

static void held_cell(struct mlk_buf *b, const cJSON *report)
{
    int64_t seconds = mlk_json_int(report, "held_seconds", -1);
    const cJSON *held = cJSON_GetObjectItemCaseSensitive(report, "held");
    const char *since = mlk_json_text(report, "since_text");
    char minute[sizeof "2026-11-21 08:00"];

    snprintf(minute, sizeof minute, "%s", since ? since : "");
    if (cJSON_IsFalse(held))
        mlk_buf_str(b, "no");
    else if (!cJSON_IsTrue(held))
        mlk_buf_str(b, "?");
    else if (seconds >= 0)
        mlk_times_age(b, seconds);
    else if (since)
        mlk_text_clean(b, minute);
    else
        mlk_buf_str(b, "yes");
}

static void holder_cell(struct mlk_buf *b, const cJSON *report)
{
    const cJSON *holder = cJSON_GetObjectItemCaseSensitive(report, "holder");
    const char *peer = mlk_json_text(holder, "peer");
    int64_t siblings = mlk_render_count(report, "siblings", "sibling_count");
    int64_t waiters = mlk_render_count(report, "waiters", "waiter_count");

    const char *owner = mlk_json_text(report, "owner_text");

    if (cJSON_IsObject(holder)) {
        mlk_render_session(b, holder, false);
        mlk_buf_str(b, peer && strcmp(peer, "gone") == 0 ? ", client gone" : "");
    } else if (owner && mlk_json_may_be_held(report)) {
        mlk_text_clean(b, owner);
    } else if (siblings > 0 && mlk_json_may_be_held(report)) {
        mlk_buf_fmt(b, siblings == 1 ? "perhaps %" PRId64 " session" : "one of %" PRId64 " sessions",
                    siblings);
    }
    if (b->len == 0)
        mlk_buf_str(b, "-");
    if (waiters > 0)
        mlk_buf_fmt(b, ", %" PRId64 " waiting", waiters);
}

static void cell(struct mlk_buf *b, const cJSON *report, int column)
{
    const char *text;

    switch (column) {
    case NODE:
        mlk_text_clean(b, mlk_json_text(report, "node"));
        break;
    case TARGET:
        mlk_text_clean(b, mlk_json_text(report, "target"));
        break;
    case VERDICT:
        text = mlk_json_text(report, "verdict");
        mlk_text_clean(b, text ? text : "unknown");
        break;
    case HELD:
        held_cell(b, report);
        break;
    default:
        holder_cell(b, report);
    }
}

/* As wide as the cells; where that is wider than the line, the target and the holder share what is left. */
static void measure(const struct mlk_render *r, const cJSON *reports, size_t width[COLUMNS])
{
    const cJSON *report;
    struct mlk_buf b;
    size_t room;
    int first = first_column(reports);

    mlk_buf_init(&b, CELL_MAX);
    width[NODE] = 0;
    for (int c = first; c < COLUMNS; c++) {
        width[c] = strlen(heads[c]);
        cJSON_ArrayForEach(report, reports)
        {
            size_t w;

            mlk_buf_reset(&b);
            cell(&b, report, c);
            w = mlk_text_width(mlk_buf_text(&b));
            width[c] = w > width[c] ? w : width[c];
        }
    }
    mlk_buf_free(&b);
    room = r->width - width[VERDICT] - width[HELD] - GAP * (size_t)(COLUMNS - first - 1);
    if (width[NODE] > room / NODE_SHARE)
        width[NODE] = room / NODE_SHARE;
    room -= width[NODE];
    if (width[TARGET] + width[HOLDER] > room) {
        if (width[TARGET] > room / 2) {
            size_t rest = room > width[HOLDER] ? room - width[HOLDER] : 0;

            rest = rest > room / 2 ? rest : room / 2;
            width[TARGET] = width[TARGET] < rest ? width[TARGET] : rest;
        }
        width[HOLDER] = room - width[TARGET];
    }
}

static void row(const struct mlk_render *r, const cJSON *report, const size_t width[COLUMNS], int first)
{
    struct mlk_buf whole, cut, line;

    mlk_buf_init(&whole, CELL_MAX);
    mlk_buf_init(&cut, CELL_MAX);
    mlk_buf_init(&line, CELL_MAX);
    for (int c = first; c < COLUMNS; c++) {
        const char *gap = c + 1 < COLUMNS ? "  " : "";

        mlk_buf_reset(&whole);
        mlk_buf_reset(&cut);
        mlk_buf_reset(&line);
        if (report)
            cell(&whole, report, c);
        else
            mlk_buf_str(&whole, heads[c]);
        mlk_text_cut(&cut, mlk_buf_text(&whole), width[c]);
        if (c == VERDICT && report) {
            mlk_render_verdict(r, mlk_buf_text(&cut), width[c]);
            fputs(gap, r->out);
            continue;
        }
        mlk_text_pad(&line, mlk_buf_text(&cut), c + 1 < COLUMNS ? width[c] : 0);
        fprintf(r->out, "%s%s", mlk_buf_text(&line), gap);
    }
    fputc('\n', r->out);
    mlk_buf_free(&whole);
    mlk_buf_free(&cut);
    mlk_buf_free(&line);
}

static void details(const struct mlk_render *r, const cJSON *report)
{
    const char *verdict = mlk_json_text(report, "verdict");
    struct mlk_buf b;

    if (!mlk_json_may_be_held(report) && !mlk_json_text(report, "damage"))
        return;
    mlk_buf_init(&b, MLK_RENDER_MAX);
    mlk_text_clean(&b, mlk_json_text(report, "target"));
    if (mlk_json_text(report, "node")) {
        mlk_buf_str(&b, " on ");
        mlk_text_clean(&b, mlk_json_text(report, "node"));
    }
    fprintf(r->out, "\n%s is ", mlk_buf_text(&b));
    mlk_render_verdict(r, verdict ? verdict : "unknown", 0);
    fputs(":\n", r->out);
    mlk_render_sentences(r, 2, "", 0, cJSON_GetObjectItemCaseSensitive(report, "because"));
    mlk_render_next(r, 2, 0, report);
    mlk_buf_free(&b);
}

static bool said_before(const cJSON *reports, const cJSON *until, const char *text)
{
    const cJSON *report, *spot;

    cJSON_ArrayForEach(report, reports)
    {
        cJSON_ArrayForEach(spot, cJSON_GetObjectItemCaseSensitive(report, "blind_spots"))
        {
            if (spot == until)
                return false;
            if (cJSON_IsString(spot) && strcmp(spot->valuestring, text) == 0)
                return true;
        }
    }
    return false;
}

static bool says(const cJSON *report, const char *text)
{
    const cJSON *spot;

    cJSON_ArrayForEach(spot, cJSON_GetObjectItemCaseSensitive(report, "blind_spots"))
    {
        if (cJSON_IsString(spot) && strcmp(spot->valuestring, text) == 0)
            return true;
    }
    return false;
}

/* Of several servers: on which. */
static void add_nodes(struct mlk_buf *b, const cJSON *reports, const char *text)
{
    const char *said = "";
    const cJSON *report;
    bool any = false;

    cJSON_ArrayForEach(report, reports)
    {
        const char *node = mlk_json_text(report, "node");

        if (!node || strcmp(node, said) == 0 || !says(report, text))
            continue;
        mlk_buf_str(b, any ? ", " : " (");
        mlk_buf_str(b, node);
        any = true;
        said = node; /* the reports of a server stand together */
    }
    mlk_buf_str(b, any ? ")" : "");
}

/* Most hold for every lock: each is said once. */
static void blind_spots(const struct mlk_render *r, const cJSON *reports)
{
    const cJSON *report, *spot;
    struct mlk_buf b;
    bool first = true;

    mlk_buf_init(&b, MLK_RENDER_MAX);
    cJSON_ArrayForEach(report, reports)
    {
        cJSON_ArrayForEach(spot, cJSON_GetObjectItemCaseSensitive(report, "blind_spots"))
        {
            if (!cJSON_IsString(spot) || said_before(reports, spot, spot->valuestring))
                continue;
            if (first)
                fputs("\nnot seen:\n", r->out);
            first = false;
            mlk_buf_reset(&b);
            mlk_buf_str(&b, spot->valuestring);
            add_nodes(&b, reports, spot->valuestring);
            mlk_render_line(r, 2, "", 0, mlk_buf_text(&b));
        }
    }
    mlk_buf_free(&b);
}

void mlk_render_table(const struct mlk_render *r, const cJSON *reports)
{
    size_t width[COLUMNS];
    const cJSON *report;

    measure(r, reports, width);
    row(r, NULL, width, first_column(reports));
    cJSON_ArrayForEach(report, reports) row(r, report, width, first_column(reports));
    cJSON_ArrayForEach(report, reports) details(r, report);
    blind_spots(r, reports);
}
