/* SPDX-License-Identifier: GPL-2.0-only */
#include <inttypes.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "json.h"
#include "miglock/buf.h"
#include "render.h"
#include "seconds.h"
#include "table_figures.h"
#include "watch.h"

enum { MESSAGE_MS = 15000, SLOW_MS = 3000, TICK_MS = 1000, RETRY_MS = 1000, RETRY_MOST_MS = 15000 };

void mlk_watch_say(struct mlk_watch *w, bool alarm, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(w->message, sizeof w->message, format, args);
    va_end(args);
    w->alarm = alarm;
    w->message_until_ms = mlk_clock_ms() + MESSAGE_MS;
}

const struct mlk_watch_row *mlk_watch_subject(const struct mlk_watch *w)
{
    if (w->page == MLK_WATCH_DETAILS)
        return w->details ? mlk_watch_find(&w->model, w->details) : NULL;
    return w->page == MLK_WATCH_LIST ? mlk_watch_selected(&w->model) : NULL;
}

void mlk_watch_show(struct mlk_watch *w, enum mlk_watch_page page)
{
    const struct mlk_watch_row *row = mlk_watch_subject(w);

    if (page != w->page)
        mlk_watch_text_free(&w->text);
    switch (page) {
    case MLK_WATCH_DETAILS:
        if (w->page == MLK_WATCH_LIST && row) {
            free(w->details);
            w->details = strdup(mlk_watch_name(row));
        }
        if (!row)
            mlk_watch_say(w, true, "%s is not on this server any more", w->details ? w->details : "the lock");
        else
            mlk_watch_text_report(&w->text, row->report, w->functions, w->columns);
        break;
    case MLK_WATCH_BLIND:
        mlk_watch_text_blind(&w->text, w->blind, w->columns);
        break;
    case MLK_WATCH_HELP:
        mlk_watch_text_help(&w->text, w->columns);
        break;
    case MLK_WATCH_LIST:
        break;
    }
    w->page = page;
}

/* ---- answers ---- */

static void set_clock(struct mlk_watch *w)
{
    time_t now = time(NULL);
    struct tm parts;

    w->clock[0] = '\0';
    if (w->cli->utc ? gmtime_r(&now, &parts) : localtime_r(&now, &parts))
        strftime(w->clock, sizeof w->clock, w->cli->utc ? "%H:%M:%SZ" : "%H:%M:%S", &parts);
}

static void take_list(struct mlk_watch *w, struct mlk_look *look)
{
    if (!mlk_watch_set(&w->model, look->reports)) {
        mlk_watch_say(w, true, "out of memory: what is shown is old");
    } else {
        set_clock(w);
        cJSON_Delete(w->blind);
        w->blind = look->blind;
        look->blind = NULL;
    }
    look->reports = NULL;
    if (w->page == MLK_WATCH_DETAILS || w->page == MLK_WATCH_BLIND)
        mlk_watch_show(w, w->page);
}

/* What the client answered stands on a line of its own: the next look would not know it any more. */
static void say_probe(struct mlk_watch *w, const struct mlk_look *look)
{
    const cJSON *report = cJSON_GetArrayItem(look->reports, 0);
    const cJSON *holder = mlk_is_table(report)
                              ? cJSON_GetArrayItem(cJSON_GetObjectItemCaseSensitive(report, "blockers"), 0)
                              : cJSON_GetObjectItemCaseSensitive(report, "holder");
    const char *target = mlk_json_text(report, "target"), *because;
    struct mlk_buf b;

    because =
        cJSON_GetStringValue(cJSON_GetArrayItem(cJSON_GetObjectItemCaseSensitive(report, "because"), 0));
    mlk_buf_init(&b, sizeof w->message);
    mlk_render_peer(&b, holder);
    if (!mlk_json_may_be_held(report))
        mlk_watch_say(w, false, "%s is free", target ? target : "the lock");
    else if (cJSON_IsObject(holder) && b.len > 0)
        mlk_watch_say(w, false, "%s: %s", target ? target : "the lock", mlk_buf_text(&b));
    else
        mlk_watch_say(w, false, "%s: nobody to ask; %s", target ? target : "the lock",
                      because ? because : "");
    mlk_buf_free(&b);
}

void mlk_watch_take(struct mlk_watch *w, struct mlk_look *look)
{
    int64_t pause = w->interval_ms;
    bool probed = w->probing;

    w->probing = false;
    w->failing = look->status != MLK_OK;
    if (w->failing) {
        w->connected = look->connected && look->status != MLK_GONE;
        snprintf(w->error, sizeof w->error, "%s", look->error);
        pause = w->retries < 4 ? (int64_t)RETRY_MS << w->retries : RETRY_MOST_MS;
        w->retries++;
        if (probed)
            mlk_watch_say(w, true, "%s", look->error);
    } else {
        w->retries = 0;
        w->functions = look->functions;
        snprintf(w->where, sizeof w->where, "%s", look->where);
        if (probed) {
            say_probe(w, look);
            pause = 0;
        } else {
            take_list(w, look);
        }
    }
    mlk_look_free(look);
    w->next_ms = mlk_clock_ms() + pause;
}

void mlk_watch_ask(struct mlk_watch *w)
{
    if (w->looker.asked || (!w->probe && mlk_clock_ms() < w->next_ms))
        return;
    w->probing = w->probe != NULL;
    mlk_looker_ask(&w->looker, w->probe);
    free(w->probe);
    w->probe = NULL;
}

/* ---- the screen ---- */

/* The error without what the line says already (session_client.c, connect.c). */
static const char *reason(const char *error)
{
    static const char *const known[] = {"the connection to the server is lost: ", "cannot connect: "};

    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (strncmp(error, known[i], strlen(known[i])) == 0)
            return error + strlen(known[i]);
    return error;
}

/* The most urgent thing to say; true: it is bad news. A line too long loses its middle, so that how it goes
 * on stands at its end. */
static bool message(const struct mlk_watch *w, char *to, size_t size)
{
    int64_t now = mlk_clock_ms(), again = (w->next_ms - now + 999) / 1000;
    int64_t asked = w->looker.asked ? now - w->looker.asked_ms : 0;

    if (w->failing) {
        int len =
            snprintf(to, size, "%s: %s, ", w->connected ? "no answer" : "connection lost", reason(w->error));

        if (len < 0 || (size_t)len >= size)
            return true;
        if (w->looker.asked)
            snprintf(to + len, size - (size_t)len, "trying again");
        else
            snprintf(to + len, size - (size_t)len, "trying again in %" PRId64 " s", again > 1 ? again : 1);
        return true;
    }
    if (asked > SLOW_MS) {
        snprintf(to, size, "waiting for the %s for %" PRId64 " s", w->probing ? "client's answer" : "server",
                 asked / 1000);
        return !w->probing;
    }
    snprintf(to, size, "%s", now < w->message_until_ms ? w->message : "");
    return w->alarm && *to;
}

void mlk_watch_draw(struct mlk_watch *w)
{
    char line[sizeof w->message + 100], title[1200] = "";
    struct mlk_watch_view v = {
        .rows = w->rows,
        .columns = w->columns,
        .ascii = w->screen.ascii,
        .where = w->where,
        .clock = w->clock,
        .model = &w->model,
        .text = w->page == MLK_WATCH_LIST ? NULL : &w->text,
        .title = title,
        .message = line,
        .blind = w->blind,
        .typing = w->typing,
    };

    if (w->page == MLK_WATCH_DETAILS)
        snprintf(title, sizeof title, "as seen at %s", w->clock);
    else if (w->page != MLK_WATCH_LIST)
        snprintf(title, sizeof title, "%s", w->page == MLK_WATCH_HELP ? "miglock watch: keys" : "not seen");
    v.alarm = message(w, line, sizeof line);
    mlk_watch_screen_draw(&w->screen, &v);
}

int mlk_watch_pause(const struct mlk_watch *w)
{
    int64_t now = mlk_clock_ms(), left = w->message_until_ms > now ? w->message_until_ms - now : 60000;

    if (!w->looker.asked && w->next_ms - now < left)
        left = w->next_ms - now;
    if ((w->failing || w->looker.asked) && left > TICK_MS)
        left = TICK_MS;
    return left > 0 ? (int)left : 0;
}

bool mlk_watch_hold_signals(struct mlk_watch *w)
{
    static const int list[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGCONT, SIGWINCH, 0};

    return mlk_signals_open(&w->signals, list);
}
