/* SPDX-License-Identifier: GPL-2.0-only */
#include <string.h>

#include "json.h"
#include "render.h"
#include "text.h"

static bool is(const char *outcome, const char *word)
{
    return outcome && strcmp(outcome, word) == 0;
}

/* The end state, in a few words: what the tool will find now. */
static void now_line(const struct mlk_render *r, const cJSON *result)
{
    const cJSON *now = cJSON_GetObjectItemCaseSensitive(result, "now");
    const char *verdict = mlk_json_text(now, "verdict");
    const cJSON *held = cJSON_GetObjectItemCaseSensitive(now, "held");

    if (!cJSON_IsObject(now)) {
        mlk_render_line(r, 2, "now: ", 0, "not known, look again with miglock status");
        return;
    }
    fputs("  now: ", r->out);
    mlk_render_verdict(r, verdict ? verdict : "unknown", 0);
    if (is(mlk_json_text(now, "kind"), "table"))
        fputs(cJSON_IsTrue(held) ? ", somebody still waits or works\n" : ", nobody waits for it\n", r->out);
    else
        fputs(cJSON_IsFalse(held) ? ", nobody holds it\n" : cJSON_IsTrue(held) ? ", held\n" : "\n", r->out);
}

/* The outcome, as a person would say it. */
static const char *said(const char *outcome)
{
    static const char *const words[][2] = {
        {"would_release", "would be released"},
        {"would_repair", "would be repaired"},
        {"nothing_to_repair", "nothing to repair"},
    };

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (is(outcome, words[i][0]))
            return words[i][1];
    }
    return outcome ? outcome : "no outcome";
}

void mlk_render_release(const struct mlk_render *r, const cJSON *result)
{
    const char *outcome = mlk_json_text(result, "outcome"), *statement = mlk_json_text(result, "statement");
    const cJSON *seconds = cJSON_GetObjectItemCaseSensitive(result, "seconds");
    bool done = is(outcome, "released") || is(outcome, "repaired");
    struct mlk_buf b;

    mlk_buf_init(&b, MLK_RENDER_MAX);
    mlk_text_clean(&b, mlk_json_text(result, "target"));
    mlk_buf_str(&b, ": ");
    mlk_text_clean(&b, said(outcome));
    if (done && cJSON_IsNumber(seconds))
        mlk_buf_fmt(&b, seconds->valuedouble < 1 ? " after %.3f s" : " after %.1f s", seconds->valuedouble);
    fprintf(r->out, "%s\n", mlk_buf_text(&b));
    mlk_buf_free(&b);
    mlk_render_sentences(r, 2, "", 0, cJSON_GetObjectItemCaseSensitive(result, "because"));
    if (is(outcome, "would_release") && statement)
        mlk_render_line(r, 2, "statement: ", 11, statement);
    if (is(outcome, "would_repair"))
        mlk_render_lines(r, 2, "statement: ", 11, cJSON_GetObjectItemCaseSensitive(result, "statements"));
    if (done || is(outcome, "failed") || is(outcome, "changed"))
        now_line(r, result);
    if (is(outcome, "refused") || is(outcome, "changed"))
        mlk_render_next(r, 2, 0, cJSON_GetObjectItemCaseSensitive(result, "now"));
    mlk_render_lines(r, 2, "check: ", 7, cJSON_GetObjectItemCaseSensitive(result, "advice"));
}
