/* SPDX-License-Identifier: GPL-2.0-only */
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

/* "Ghost (knex-migrator): the lock is taken" */
static void head(const struct mlk_render *r, const cJSON *match)
{
    const cJSON *taken = member(match, "taken");
    struct mlk_buf b;

    mlk_buf_init(&b, MLK_RENDER_MAX);
    mlk_text_clean(&b, mlk_json_text(match, "title"));
    if (mlk_json_text(match, "tool"))
        mlk_buf_str(&b, cJSON_IsTrue(taken) ? ": the lock is taken" : ": not a taken lock");
    fprintf(r->out, "%s\n", mlk_buf_text(&b));
    mlk_buf_free(&b);
}

/* "locked by   web-1 (10.0.0.7)" for each detail, in the order of the text. */
static void details(const struct mlk_render *r, const cJSON *match)
{
    const cJSON *item;

    cJSON_ArrayForEach(item, member(match, "details"))
    {
        char label[32];

        if (!cJSON_IsString(item) || strlen(item->string) >= sizeof label)
            continue;
        memcpy(label, item->string, strlen(item->string) + 1);
        for (char *p = label; *p; p++)
            *p = *p == '_' ? ' ' : *p;
        if (strlen(label) < LABEL) {
            line(r, label, item->valuestring);
        } else {
            mlk_render_line(r, INDENT, label, strlen(label) + 1, item->valuestring);
        }
    }
}

/* Whole, however long: they are there to be copied. */
static void commands(const struct mlk_render *r, const cJSON *list)
{
    const char *label = "next:";
    const cJSON *item;

    cJSON_ArrayForEach(item, list)
    {
        struct mlk_buf b;

        mlk_buf_init(&b, MLK_RENDER_MAX);
        mlk_text_pad(&b, label, LABEL);
        mlk_text_clean(&b, cJSON_GetStringValue(item));
        fprintf(r->out, "%*s%s\n", INDENT, "", mlk_buf_text(&b));
        mlk_buf_free(&b);
        label = "";
    }
}

static bool leaves_schema_open(const cJSON *list)
{
    const cJSON *item;

    cJSON_ArrayForEach(item, list)
    {
        if (cJSON_IsString(item) && strstr(item->valuestring, "SCHEMA"))
            return true;
    }
    return false;
}

/* What it says beside, and where, if that is not what was said already. */
static void also(const struct mlk_render *r, const cJSON *item, const char *matched)
{
    const char *text = mlk_json_text(item, "matched");
    bool other = text && (!matched || strcmp(text, matched) != 0);

    line(r, "also", other ? text : NULL);
    line(r, other ? "" : "also", mlk_json_text(item, "means"));
}

static void one(const struct mlk_render *r, const cJSON *match)
{
    const cJSON *item;

    head(r, match);
    line(r, "read", mlk_json_text(match, "matched"));
    line(r, "means", mlk_json_text(match, "means"));
    details(r, match);
    cJSON_ArrayForEach(item, member(match, "also"))
    {
        also(r, item, mlk_json_text(match, "matched"));
    }
    line(r, "it stays", mlk_json_text(match, "stuck"));
    line(r, "on MariaDB", mlk_json_text(match, "on_mariadb"));
    commands(r, member(match, "commands"));
    if (leaves_schema_open(member(match, "commands")))
        line(r, "", "SCHEMA is the database; miglock status lists the locks of all.");
    line(r, "its own way", mlk_json_text(match, "own_unlock"));
    mlk_render_lines(r, INDENT, "check", LABEL, member(match, "advice"));
}

static void none(const struct mlk_render *r, const cJSON *unknown)
{
    const cJSON *item;

    fputs("not recognised\n", r->out);
    line(r, "because", mlk_json_text(unknown, "because"));
    commands(r, member(unknown, "commands"));
    fputs("  it reads the messages of:\n", r->out);
    cJSON_ArrayForEach(item, member(unknown, "reads"))
        mlk_render_line(r, INDENT + 2, "", 0, cJSON_IsString(item) ? item->valuestring : "");
}

void mlk_render_explain(const struct mlk_render *r, const cJSON *document)
{
    const cJSON *item, *matches = member(document, "matches");
    bool first = true;

    cJSON_ArrayForEach(item, matches)
    {
        fputs(first ? "" : "\n", r->out);
        one(r, item);
        first = false;
    }
    if (first)
        none(r, member(document, "unknown"));
    if (cJSON_IsTrue(member(document, "cut")))
        fputs("only the first MiB was read\n", r->out);
}
