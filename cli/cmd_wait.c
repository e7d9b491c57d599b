/* SPDX-License-Identifier: GPL-2.0-only */
/* Looks again and again until the lock is free. It takes nothing: waiting in GET_LOCK() would take the lock.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "backend.h"
#include "command.h"
#include "seconds.h"
#include "wait.h"

enum {
    FIRST_MS = 100,       /* to the second look; then twice that, up to the interval */
    INTERVAL_MS = 1000,   /* where --interval says nothing */
    LEAST_MS = 100,       /* of an interval */
    MOST_S = 366 * 86400, /* of both options */
    PROBE_MS = 30000,     /* between two questions to the client */
    GRACE_MS = 1000,      /* for an answer that is due when the time is over */
    GRACE_PROBE_MS = 6000 /* asking a client takes up to 5 s (docs/probe.md) */
};

static const struct mlk_option options[] = {
    {"timeout", 0, MLK_ARG_REQUIRED, "SECONDS", "how long to wait; 0: look once. Without it: for ever"},
    {"interval", 0, MLK_ARG_REQUIRED, "SECONDS", "how often to look (1); the first looks are closer"},
    {"probe", 0, MLK_ARG_NONE, NULL,
     "ask the holder's client whether it is still there: at once, then each 30 s while it is idle"},
    {NULL, 0, MLK_ARG_NONE, NULL, NULL},
};

static void ask(struct mlk_wait *w, int64_t now)
{
    bool busy = w->last.reports && strcmp(mlk_wait_verdict(w), "active") == 0;

    w->asking = w->probe && !busy && (w->probed_ms < 0 || now - w->probed_ms >= PROBE_MS);
    if (w->asking)
        w->probed_ms = now;
    mlk_looker_ask(&w->looker, w->asking ? w->target.text : NULL);
}

static void plan(struct mlk_wait *w)
{
    w->next_ms = mlk_clock_ms() + w->pause_ms;
    w->pause_ms = w->pause_ms * 2 < w->interval_ms ? w->pause_ms * 2 : w->interval_ms;
}

/* What may pass by itself once there was an answer. */
static bool passes(enum mlk_status status)
{
    return status == MLK_GONE || status == MLK_KILLED || status == MLK_BUSY || status == MLK_SQL;
}

static enum mlk_exit failed(struct mlk_wait *w, struct mlk_look *look, bool *done)
{
    bool again = w->last.reports && passes(look->status) && w->timeout_ms != 0;

    *done = !again;
    /* the DDL that was waited for has dropped or renamed its table: nobody waits for that one any more */
    if (w->last.reports && look->missing[0]) {
        *done = true;
        mlk_progress_clear(&w->progress);
        return mlk_wait_say_gone(w);
    }
    if (!again && look->status == MLK_GONE && !look->connected)
        return mlk_fail(w->cli, MLK_EXIT_FAILED, "connect", "%s", look->error);
    if (!again)
        return mlk_fail_status(w->cli, look->status, look->error);
    snprintf(w->error, sizeof w->error, "%s", look->error);
    w->lost = true;
    if (!w->told) {
        mlk_progress_clear(&w->progress);
        mlk_tell(w->cli, "%s; trying again%s", look->error,
                 w->timeout_ms > 0 ? " until the time is over" : " until it is back");
    }
    w->told = true;
    return MLK_EXIT_DONE;
}

/* An answer has come: *done says whether it ends the command. */
static enum mlk_exit take(struct mlk_wait *w, struct mlk_look *look, bool *done)
{
    bool first = !w->last.reports;
    enum mlk_exit exit = MLK_EXIT_DONE;

    *done = true;
    if (look->status != MLK_OK) {
        exit = failed(w, look, done);
        mlk_look_free(look);
        return exit;
    }
    mlk_look_free(&w->last);
    w->last = *look;
    w->seen_ms = mlk_clock_ms();
    w->lost = w->told = false;
    mlk_progress_clear(&w->progress);
    if (w->last.missing[0])
        return mlk_fail(w->cli, MLK_EXIT_FAILED, "not_found", "%s is not there to wait for: %s",
                        w->target.text, w->last.missing);
    if (mlk_wait_is_free(w))
        return mlk_wait_say_free(w, first);
    if (w->timeout_ms == 0)
        return mlk_wait_say_held(w);
    *done = false;
    return MLK_EXIT_DONE;
}

/* Milliseconds to the next thing to do without an answer; -1: nothing. The first one is due within the limits
 * of the connection, whatever the time out, where that is 0. */
static int to_wait(const struct mlk_wait *w, int64_t now)
{
    int64_t left = w->progress.on ? 1000 : INT32_MAX, until;

    if (!w->looker.asked && w->next_ms - now < left)
        left = w->next_ms - now;
    if (w->timeout_ms > 0) {
        until = w->began_ms + w->timeout_ms;
        if (w->looker.asked && now >= until)
            until += w->asking ? GRACE_PROBE_MS : GRACE_MS;
        left = until - now < left ? until - now : left;
    }
    return left > 0 ? (int)left : 0;
}

static bool time_is_over(const struct mlk_wait *w, int64_t now)
{
    int64_t until = w->began_ms + w->timeout_ms;

    if (w->timeout_ms <= 0 || now < until)
        return false;
    return !w->looker.asked || now >= until + (w->asking ? GRACE_PROBE_MS : GRACE_MS);
}

static enum mlk_exit loop(struct mlk_wait *w)
{
    struct pollfd fds[2] = {{.fd = w->signals.fd, .events = POLLIN}, {.fd = w->looker.fd, .events = POLLIN}};
    enum mlk_exit exit = MLK_EXIT_DONE;
    bool done = false;

    while (!done) {
        int64_t now = mlk_clock_ms();
        struct mlk_look look;
        int number;

        if (time_is_over(w, now)) {
            mlk_progress_clear(&w->progress);
            return mlk_wait_say_over(w);
        }
        if (!w->looker.asked && now >= w->next_ms)
            ask(w, now);
        if (poll(fds, 2, to_wait(w, now)) < 0 && errno != EINTR)
            return mlk_fail(w->cli, MLK_EXIT_FAILED, "system", "cannot wait: %s", strerror(errno));
        number = mlk_signals_next(&w->signals);
        if (number) {
            mlk_progress_end(&w->progress);
            mlk_looker_stop(&w->looker);
            mlk_signals_let(number); /* the end */
        }
        switch (mlk_looker_read(&w->looker, &look)) {
        case MLK_LOOKER_MORE:
            break;
        case MLK_LOOKER_ANSWER:
            exit = take(w, &look, &done);
            plan(w);
            break;
        case MLK_LOOKER_DEAD:
            mlk_progress_clear(&w->progress);
            return mlk_fail(w->cli, MLK_EXIT_FAILED, "system", "the process that looks has ended");
        }
        if (!done)
            mlk_wait_progress(w);
    }
    return exit;
}

static bool seconds(const struct mlk_cli *cli, const char *name, int64_t least, int64_t *ms)
{
    const char *text = mlk_options_value(&cli->options, name);

    return !text || mlk_seconds_parse(text, least, (int64_t)MOST_S * 1000, ms);
}

static enum mlk_exit run(struct mlk_cli *cli)
{
    static const int ends[] = {SIGINT, SIGTERM, SIGHUP, 0};
    struct mlk_wait w = {
        .cli = cli,
        .began_ms = mlk_clock_ms(),
        .timeout_ms = -1,
        .interval_ms = INTERVAL_MS,
        .probed_ms = -1,
        .probe = mlk_options_has(&cli->options, "probe"),
    };
    enum mlk_status status =
        mlk_target_parse(cli->argv[0], strlen(cli->argv[0]), &w.target, w.error, sizeof w.error);
    enum mlk_exit exit;

    if (status != MLK_OK)
        return mlk_fail_status(cli, status, w.error);
    if (!seconds(cli, "timeout", 0, &w.timeout_ms))
        return mlk_fail(cli, MLK_EXIT_USAGE, "usage", "--timeout takes seconds, such as 300; 0: look once");
    if (!seconds(cli, "interval", LEAST_MS, &w.interval_ms))
        return mlk_fail(cli, MLK_EXIT_USAGE, "usage", "--interval takes seconds from 0.1 on");
    w.pause_ms = w.interval_ms < FIRST_MS ? w.interval_ms : FIRST_MS;
    exit = mlk_backend_resolve(cli);
    if (exit != MLK_EXIT_DONE)
        return exit;
    if (!mlk_looker_start(&w.looker, cli, false) || !mlk_signals_open(&w.signals, ends)) {
        mlk_looker_stop(&w.looker);
        return mlk_fail(cli, MLK_EXIT_FAILED, "system", "cannot start looking: %s", strerror(errno));
    }
    mlk_progress_start(&w.progress, !cli->quiet && !cli->verbose);
    exit = loop(&w);
    mlk_looker_stop(&w.looker);
    mlk_signals_close(&w.signals);
    mlk_look_free(&w.last);
    return exit;
}

static const char *const examples[] = {
    "wait rails:shop --timeout 300 && bin/rails db:migrate",
    "wait ghost:blog --timeout 60 --probe",
    "wait knex:app --timeout 0 || echo 'somebody migrates'",
    NULL,
};

const struct mlk_command mlk_cmd_wait = {
    .name = "wait",
    .args = "TARGET",
    .summary = "return when the lock is free",
    .examples = examples,
    .text =
        "Exit code 0: the lock is free. It was free at that moment: another run may take it before yours "
        "does, whose tool then waits or fails as it always does. Of a table also: it was dropped or renamed "
        "meanwhile. 3: the time is over, and it is held or it "
        "cannot be told; stderr says by whom, and what to do. 1: no connection when the time is over, or "
        "there is no such schema or lock table, which is said at once.\n"
        "A connection that gets lost meanwhile is made again. On a terminal a line shows the holder.\n"
        "--probe: as miglock status --probe. A client that is gone loses its connection by that, and the "
        "lock comes free. Needs the functions in the server.\n",
    .options = options,
    .min_args = 1,
    .max_args = 1,
    .connects = true,
    .run = run,
};
