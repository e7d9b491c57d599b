/* SPDX-License-Identifier: GPL-2.0-only */
#include <string.h>

#include "json.h"
#include "render.h"
#include "text.h"

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
    fputs(cJSON_IsFalse(held) ? ", nobody holds it\n" : cJSON_IsTrue(held) ? ", held\n" : "\n", r->out);
}

static bool is(const char *outcome, const char *word)
{
    return outcome && strcmp(outcome, word) == 0;
}

void mlk_render_release(const struct mlk_render *r, const cJSON *result)
{
    const char *outcome = mlk_json_text(result, "outcome"), *statement = mlk_json_text(result, "statement");
    const cJSON *seconds = cJSON_GetObjectItemCaseSensitive(result, "seconds");
    struct mlk_buf b;

    mlk_buf_init(&b, MLK_RENDER_MAX);
    mlk_text_clean(&b, mlk_json_text(result, "target"));
    mlk_buf_str(&b, ": ");
    mlk_text_clean(&b, is(outcome, "would_release") ? "would be released" : outcome ? outcome : "no outcome");
    if (is(outcome, "released") && cJSON_IsNumber(seconds))
        mlk_buf_fmt(&b, seconds->valuedouble < 1 ? " after %.3f s" : " after %.1f s", seconds->valuedouble);
    fprintf(r->out, "%s\n", mlk_buf_text(&b));
    mlk_buf_free(&b);
    mlk_render_lines(r, 2, "", 0, cJSON_GetObjectItemCaseSensitive(result, "because"));
    if (is(outcome, "would_release") && statement)
        mlk_render_line(r, 2, "statement: ", 11, statement);
    if (is(outcome, "released") || is(outcome, "failed") || is(outcome, "changed"))
        now_line(r, result);
    if (is(outcome, "refused") || is(outcome, "changed"))
        mlk_render_next(r, 2, 0, cJSON_GetObjectItemCaseSensitive(result, "now"));
    mlk_render_lines(r, 2, "check: ", 7, cJSON_GetObjectItemCaseSensitive(result, "advice"));
}
