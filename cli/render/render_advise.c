/* SPDX-License-Identifier: GPL-2.0-only */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "json.h"
#include "render.h"
#include "text.h"

enum { INDENT = 2, LABEL = 12 };

static const cJSON *member(const cJSON *object, const char *name)
{
    return cJSON_GetObjectItemCaseSensitive(object, name);
}

static void line(const struct mlk_render *r, const char *label, const char *text)
{
    if (text)
        mlk_render_line(r, INDENT, label, LABEL, text);
}

/* Whole, however long: it is there to be copied. */
static void statement(const struct mlk_render *r, const char *label, const char *text)
{
    struct mlk_buf b;

    if (!text)
        return;
    mlk_buf_init(&b, MLK_RENDER_MAX);
    mlk_text_pad(&b, label, LABEL);
    mlk_text_clean(&b, text);
    fprintf(r->out, "%*s%s;\n", INDENT, "", mlk_buf_text(&b));
    mlk_buf_free(&b);
}

static void add_size(struct mlk_buf *b, int64_t bytes)
{
    static const char *const units[] = {"bytes", "KiB", "MiB", "GiB", "TiB"};
    size_t unit = 0;

    for (; bytes >= 10240 && unit < 4; unit++)
        bytes >>= 10;
    mlk_buf_fmt(b, "%" PRId64 " %s", bytes, units[unit]);
}

/* "InnoDB, about 200000 rows, 45 MiB; it is written anew" */
static void table(const struct mlk_render *r, const cJSON *d)
{
    const char *engine = mlk_json_text(d, "engine");
    int64_t rows = mlk_json_int(d, "rows", -1), bytes = mlk_json_int(d, "size_bytes", -1);
    const cJSON *rebuilds = member(d, "rebuilds");
    struct mlk_buf b;

    if (!engine)
        return;
    mlk_buf_init(&b, MLK_RENDER_MAX);
    mlk_buf_str(&b, engine);
    if (rows >= 0)
        mlk_buf_fmt(&b, ", about %" PRId64 " rows", rows);
    if (bytes >= 0) {
        mlk_buf_str(&b, ", ");
        add_size(&b, bytes);
    }
    if (cJSON_IsBool(rebuilds))
        mlk_buf_str(&b, cJSON_IsTrue(rebuilds) ? "; it is written anew" : "; it is not written anew");
    line(r, "table", mlk_buf_text(&b));
    mlk_buf_free(&b);
}

static void verdict(const struct mlk_render *r, const cJSON *d)
{
    const char *writes = mlk_json_text(d, "writes"), *reads = mlk_json_text(d, "reads");
    bool stop = writes && strcmp(writes, "stop") == 0;

    if (reads && strcmp(reads, "stop") == 0)
        line(r, "others", "NOBODY CAN READ OR WRITE while it runs");
    else if (writes)
        line(r, "others", stop ? "WRITES STOP while it runs; reads go on" : "go on reading and writing");
    if (writes && strcmp(mlk_json_text(d, "source") ? mlk_json_text(d, "source") : "", "documented") == 0)
        line(r, "", "(from the documentation, not tried)");
}

static void in_the_way(const struct mlk_render *r, const cJSON *list)
{
    const char *label = "in the way";
    const cJSON *item;

    cJSON_ArrayForEach(item, list)
    {
        line(r, label, mlk_json_text(item, "text"));
        label = "";
    }
}

static void one(const struct mlk_render *r, const cJSON *d)
{
    mlk_render_line(r, 0, "", 0, mlk_json_text(d, "statement"));
    line(r, "not judged", mlk_json_text(d, "not_judged"));
    line(r, "fails", mlk_json_text(d, "fails"));
    verdict(r, d);
    table(r, d);
    if (mlk_json_text(d, "rewritten"))
        in_the_way(r, member(d, "in_the_way"));
    statement(r, "first", mlk_json_text(d, "before"));
    statement(r, "then", mlk_json_text(d, "rewritten"));
    mlk_render_lines(r, INDENT, "because", LABEL, member(d, "because"));
    mlk_render_lines(r, INDENT, "not seen", LABEL, member(d, "blind_spots"));
}

void mlk_render_advise(const struct mlk_render *r, const cJSON *documents)
{
    const cJSON *d;
    bool first = true;

    cJSON_ArrayForEach(d, documents)
    {
        fputs(first ? "" : "\n", r->out);
        one(r, d);
        first = false;
    }
}
