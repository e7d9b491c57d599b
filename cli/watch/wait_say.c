/* SPDX-License-Identifier: GPL-2.0-only */
#include "wait.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "json.h"
#include "plain.h"
#include "render.h"
#include "seconds.h"
#include "text.h"

enum { TEXT_MAX = 65536 };

static double passed(const struct mlk_wait *w)
{
    return (double)(mlk_clock_ms() - w->began_ms) / 1000;
}

static const cJSON *report_of(const struct mlk_wait *w)
{
    return cJSON_GetArrayItem(w->last.reports, 0);
}

const char *mlk_wait_verdict(const struct mlk_wait *w)
{
    const char *verdict = mlk_json_text(report_of(w), "verdict");

    return verdict ? verdict : "unknown";
}

bool mlk_wait_is_free(const struct mlk_wait *w)
{
    return strcmp(mlk_wait_verdict(w), "free") == 0 && !mlk_json_may_be_held(report_of(w));
}

/* "held by 1562 shop@10.0.0.7 rake[991] (idle)" */
static void add_state(const struct mlk_wait *w, struct mlk_buf *b)
{
    const cJSON *held = cJSON_GetObjectItemCaseSensitive(report_of(w), "held");
    const cJSON *holder = cJSON_GetObjectItemCaseSensitive(report_of(w), "holder");
    const char *owner = mlk_json_text(report_of(w), "owner_text");

    mlk_buf_str(b, cJSON_IsNull(held) ? "it cannot be told whether it is held" : "held");
    if (cJSON_IsObject(holder)) {
        mlk_buf_str(b, " by ");
        mlk_render_session(b, holder, false);
    } else if (owner && cJSON_IsTrue(held)) {
        mlk_buf_fmt(b, " by %s", owner);
    }
    mlk_buf_fmt(b, " (%s)", mlk_wait_verdict(w));
}

void mlk_wait_progress(struct mlk_wait *w)
{
    struct mlk_buf b;

    mlk_buf_init(&b, TEXT_MAX);
    mlk_buf_fmt(&b, "waiting for %s, %.0f s: ", w->target.text, passed(w));
    if (w->lost)
        mlk_buf_str(&b, "no connection to the server");
    else if (w->last.reports)
        add_state(w, &b);
    else
        mlk_buf_str(&b, "looking");
    mlk_progress_show(&w->progress, mlk_buf_text(&b));
    mlk_buf_free(&b);
}

/* gone: what was seen last is not there any more. */
static cJSON *because_of(const struct mlk_wait *w, bool gone)
{
    static const char *const dropped[] = {"the table was dropped or renamed meanwhile"};

    return gone ? cJSON_CreateStringArray(dropped, 1)
                : cJSON_Duplicate(cJSON_GetObjectItemCaseSensitive(report_of(w), "because"), true);
}

static enum mlk_exit say_document(const struct mlk_wait *w, const char *outcome)
{
    bool gone = strcmp(outcome, "gone") == 0;
    cJSON *document = cJSON_CreateObject();
    bool ok = cJSON_AddNumberToObject(document, "schema_version", MLK_SCHEMA_VERSION) &&
              cJSON_AddStringToObject(document, "target", w->target.text) &&
              cJSON_AddStringToObject(document, "outcome", outcome) &&
              cJSON_AddStringToObject(document, "verdict", gone ? "free" : mlk_wait_verdict(w)) &&
              cJSON_AddItemToObject(document, "because", because_of(w, gone)) &&
              cJSON_AddNumberToObject(document, "seconds", (double)(int64_t)(passed(w) * 10) / 10) &&
              cJSON_AddItemToObject(document, "now",
                                    gone ? cJSON_CreateNull() : cJSON_Duplicate(report_of(w), true));

    if (ok && w->cli->plain)
        mlk_plain_print(MLK_PLAIN_RESULT, document);
    else if (ok)
        ok = mlk_json_out(document);
    cJSON_Delete(document);
    return ok ? MLK_EXIT_DONE : mlk_fail_status(w->cli, MLK_NO_MEMORY, mlk_status_text(MLK_NO_MEMORY));
}

/* The waiting has ended well. how: "is free". */
static enum mlk_exit say_end(const struct mlk_wait *w, const char *outcome, const char *how, bool at_once)
{
    struct mlk_buf b;

    if (w->cli->json || w->cli->plain)
        return say_document(w, outcome);
    if (w->cli->quiet)
        return MLK_EXIT_DONE;
    mlk_buf_init(&b, TEXT_MAX);
    mlk_text_clean(&b, w->target.text);
    printf("%s %s", mlk_buf_text(&b), how);
    mlk_buf_free(&b);
    if (!at_once)
        printf(" after %.1f s", passed(w));
    putchar('\n');
    return MLK_EXIT_DONE;
}

enum mlk_exit mlk_wait_say_free(const struct mlk_wait *w, bool at_once)
{
    return say_end(w, "free", "is free", at_once);
}

enum mlk_exit mlk_wait_say_gone(const struct mlk_wait *w)
{
    return say_end(w, "gone", "was dropped or renamed", false);
}

enum mlk_exit mlk_wait_say_held(const struct mlk_wait *w)
{
    struct mlk_render render;
    struct mlk_buf b;
    enum mlk_exit exit;

    if (w->cli->json || w->cli->plain) {
        exit = say_document(w, "timeout");
        return exit == MLK_EXIT_DONE ? MLK_EXIT_HELD : exit;
    }
    if (!w->cli->quiet) {
        mlk_render_start(&render, stderr, w->last.functions);
        mlk_render_report(&render, report_of(w));
        fputc('\n', stderr);
    }
    mlk_buf_init(&b, TEXT_MAX);
    add_state(w, &b);
    mlk_note("%s is not free after %.1f s: %s", w->target.text, passed(w), mlk_buf_text(&b));
    mlk_buf_free(&b);
    return MLK_EXIT_HELD;
}

enum mlk_exit mlk_wait_say_over(const struct mlk_wait *w)
{
    struct mlk_buf b;
    enum mlk_exit exit;

    if (w->last.reports && !w->lost && !w->looker.asked)
        return mlk_wait_say_held(w);
    mlk_buf_init(&b, TEXT_MAX);
    if (w->lost)
        mlk_buf_fmt(&b, "the time is over after %.1f s, without a connection to the server: %s", passed(w),
                    w->error);
    else
        mlk_buf_fmt(&b, "the time is over after %.1f s, and the server does not answer", passed(w));
    if (w->last.reports) {
        mlk_buf_fmt(&b, "; %" PRId64 " s ago %s was ", (mlk_clock_ms() - w->seen_ms) / 1000, w->target.text);
        add_state(w, &b);
    }
    exit = mlk_fail(w->cli, MLK_EXIT_FAILED, "gone", "%s", mlk_buf_text(&b));
    mlk_buf_free(&b);
    return exit;
}
