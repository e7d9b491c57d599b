/* SPDX-License-Identifier: GPL-2.0-only */
#include "exposition.h"

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "json.h"
#include "text.h"

enum { LABEL_MAX = 1 << 16, NAME_MAX_LEN = 64 };

static const char *const verdicts[] = {"free", "active", "idle", "abandoned", "unknown"};

void mlk_exposition_value(struct mlk_buf *b, const char *value)
{
    struct mlk_buf clean;

    mlk_buf_init(&clean, LABEL_MAX);
    mlk_text_clean(&clean, value);
    for (const char *p = mlk_buf_text(&clean); *p; p++) {
        if (*p == '\\' || *p == '"')
            mlk_buf_fmt(b, "\\%c", *p);
        else
            mlk_buf_add(b, p, 1); /* a line feed is "\\n" by then */
    }
    mlk_buf_free(&clean);
}

void mlk_exposition_head(struct mlk_buf *b, const char *name, const char *type, const char *unit,
                         const char *help)
{
    mlk_buf_fmt(b, "# HELP miglock_%s %s\n# TYPE miglock_%s %s\n", name, help, name, type);
    if (*unit)
        mlk_buf_fmt(b, "# UNIT miglock_%s %s\n", name, unit);
}

/* Whole numbers as such: a scrape is read by people too. */
void mlk_exposition_number(struct mlk_buf *b, double value)
{
    if (value > -1e15 && value < 1e15 && value == (double)(int64_t)value)
        mlk_buf_fmt(b, " %" PRId64 "\n", (int64_t)value);
    else
        mlk_buf_fmt(b, " %.6f\n", value);
}

void mlk_exposition_label(struct mlk_buf *b, const char *before, const char *name, const char *value)
{
    mlk_buf_fmt(b, "%s%s=\"", before, name);
    mlk_exposition_value(b, value);
    mlk_buf_str(b, "\"");
}

/* The labels of a thing, without the closing brace. */
static void labels(struct mlk_buf *b, const struct mlk_things *things, const cJSON *thing)
{
    for (size_t i = 0; things->labels[i]; i++)
        mlk_exposition_label(b, i ? "," : "{", things->labels[i], mlk_json_text(thing, things->labels[i]));
    if (mlk_json_text(thing, "node"))
        mlk_exposition_label(b, ",", "node", mlk_json_text(thing, "node"));
}

/* Null is what nobody knows. */
static bool value_of(const cJSON *object, const char *member, double *out)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, member);

    if (cJSON_IsBool(item))
        *out = cJSON_IsTrue(item);
    else if (cJSON_IsNumber(item))
        *out = item->valuedouble;
    return cJSON_IsBool(item) || cJSON_IsNumber(item);
}

void mlk_exposition_single(struct mlk_buf *b, const cJSON *object, const char *name, const char *member,
                           const char *unit, const char *help)
{
    double value = 0;

    if (!value_of(object, member, &value))
        return;
    mlk_exposition_head(b, name, "gauge", unit, help);
    mlk_buf_fmt(b, "miglock_%s", name);
    mlk_exposition_number(b, value);
}

void mlk_exposition_figure(struct mlk_buf *b, const struct mlk_things *things,
                           const struct mlk_figure *figure)
{
    const cJSON *thing;
    char name[NAME_MAX_LEN];
    double value = 0;

    snprintf(name, sizeof name, "%s_%s", things->word, figure->name);
    mlk_exposition_head(b, name, "gauge", figure->unit, figure->help);
    cJSON_ArrayForEach(thing, things->list)
    {
        if (!value_of(thing, figure->member, &value))
            continue;
        mlk_buf_fmt(b, "miglock_%s", name);
        labels(b, things, thing);
        mlk_buf_str(b, "}");
        mlk_exposition_number(b, value);
    }
}

void mlk_exposition_verdicts(struct mlk_buf *b, const struct mlk_things *things, bool strict,
                             const char *help)
{
    const cJSON *thing;
    char name[NAME_MAX_LEN], label[NAME_MAX_LEN];

    snprintf(name, sizeof name, "%s_verdict", things->word);
    snprintf(label, sizeof label, "miglock_%s_verdict", things->word);
    mlk_exposition_head(b, name, strict ? "stateset" : "gauge", "", help);
    cJSON_ArrayForEach(thing, things->list)
    {
        const char *verdict = mlk_json_text(thing, "verdict");

        for (size_t i = 0; i < sizeof verdicts / sizeof verdicts[0]; i++) {
            mlk_buf_str(b, label);
            labels(b, things, thing);
            mlk_exposition_label(b, ",", label, verdicts[i]);
            mlk_buf_str(b, "}");
            mlk_exposition_number(b, verdict && strcmp(verdict, verdicts[i]) == 0);
        }
    }
}
