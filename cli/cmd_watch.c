/* SPDX-License-Identifier: GPL-2.0-only */
/* The loop of the live view: keys, signals, answers and the clock, each when it comes. */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "backend.h"
#include "lookup.h"
#include "progress.h"
#include "seconds.h"
#include "watch.h"

enum { INTERVAL_MS = 2000, LEAST_MS = 100, MOST_MS = 3600 * 1000, QUIET_MS = 300, NOTHING_MAX = 20 };

static const struct mlk_option options[] = {
    {"interval", 0, MLK_ARG_REQUIRED, "SECONDS", "how often to look (2)"},
    {NULL, 0, MLK_ARG_NONE, NULL, NULL},
};

static void signalled(struct mlk_watch *w, int number)
{
    switch (number) {
    case SIGWINCH:
        mlk_watch_screen_size(&w->screen, &w->rows, &w->columns);
        if (w->page != MLK_WATCH_LIST)
            mlk_watch_show(w, w->page);
        break;
    case SIGTSTP:
        mlk_watch_screen_leave(&w->screen);
        mlk_signals_let(number);
        w->away = true;
        break;
    case SIGCONT: /* somebody else may have had the terminal */
        w->away = true;
        break;
    default:
        mlk_watch_screen_close(&w->screen);
        mlk_looker_stop(&w->looker);
        mlk_signals_let(number); /* the end */
    }
}

static void fail(struct mlk_watch *w, const char *what, int number)
{
    mlk_watch_screen_close(&w->screen);
    w->exit = mlk_fail(w->cli, MLK_EXIT_FAILED, "system", "%s%s%s", what, number ? ": " : "",
                       number ? strerror(number) : "");
    w->quit = true;
}

/* Keys that are there. False where none was. */
static bool read_keys(struct mlk_watch *w)
{
    bool any = false;
    int key;

    while (!w->quit && (key = mlk_watch_screen_key(&w->screen)) != MLK_KEY_NONE) {
        mlk_watch_key(w, key);
        any = true;
    }
    return any;
}

static void read_answer(struct mlk_watch *w)
{
    struct mlk_look look;

    switch (mlk_looker_read(&w->looker, &look)) {
    case MLK_LOOKER_MORE:
        break;
    case MLK_LOOKER_ANSWER:
        mlk_watch_take(w, &look);
        break;
    case MLK_LOOKER_DEAD:
        fail(w, "the process that looks has ended", 0);
    }
}

static void loop(struct mlk_watch *w)
{
    int nothing = 0;

    while (!w->quit) {
        struct pollfd fds[] = {{.fd = w->signals.fd, .events = POLLIN},
                               {.fd = STDIN_FILENO, .events = POLLIN},
                               {.fd = w->looker.fd, .events = POLLIN}};
        int number;

        mlk_watch_ask(w);
        mlk_watch_draw(w);
        if (poll(fds, 3, mlk_watch_pause(w)) < 0 && errno != EINTR) {
            fail(w, "cannot wait", errno);
            return;
        }
        while ((number = mlk_signals_next(&w->signals)))
            signalled(w, number);
        if (w->away) { /* not before a signal that ends it all has been seen */
            mlk_watch_screen_return(&w->screen);
            mlk_watch_screen_size(&w->screen, &w->rows, &w->columns);
            w->away = false;
        }
        /* a terminal that is gone is readable for ever, and has nothing to read */
        nothing = fds[1].revents && !read_keys(w) ? nothing + 1 : 0;
        if (fds[1].revents & (POLLHUP | POLLERR | POLLNVAL) || nothing > NOTHING_MAX) {
            fail(w, "the terminal is gone", 0);
            return;
        }
        if (!w->quit && fds[2].revents)
            read_answer(w);
    }
}

/* Before the screen is taken there must be something to show: a wrong password is a line and not a picture.
 */
static enum mlk_exit first_look(struct mlk_watch *w)
{
    struct pollfd answer = {.fd = w->looker.fd, .events = POLLIN};
    struct mlk_progress progress;
    struct mlk_look look;
    enum mlk_looker_end end;
    enum mlk_exit exit = MLK_EXIT_DONE;
    int timeout = QUIET_MS;

    mlk_progress_start(&progress, true);
    mlk_looker_ask(&w->looker, NULL);
    do {
        if (poll(&answer, 1, timeout) == 0) {
            mlk_progress_show(&progress, "asking the server");
            timeout = -1;
        }
        end = mlk_looker_read(&w->looker, &look);
    } while (end == MLK_LOOKER_MORE);
    mlk_progress_clear(&progress);
    if (end == MLK_LOOKER_DEAD)
        return mlk_fail(w->cli, MLK_EXIT_FAILED, "system", "the process that looks has ended");
    if (look.status == MLK_GONE && !look.connected)
        exit = mlk_fail(w->cli, MLK_EXIT_FAILED, "connect", "%s", look.error);
    else if (look.status != MLK_OK)
        exit = mlk_fail_status(w->cli, look.status, look.error);
    if (exit == MLK_EXIT_DONE)
        mlk_watch_take(w, &look);
    else
        mlk_look_free(&look);
    return exit;
}

static enum mlk_exit show(struct mlk_watch *w)
{
    if (!mlk_watch_hold_signals(w))
        return mlk_fail(w->cli, MLK_EXIT_FAILED, "system", "cannot wait for signals: %s", strerror(errno));
    if (mlk_watch_screen_open(&w->screen)) {
        mlk_watch_screen_size(&w->screen, &w->rows, &w->columns);
        loop(w);
        mlk_watch_screen_close(&w->screen);
    } else {
        w->exit = mlk_fail(w->cli, MLK_EXIT_FAILED, "system", "the terminal could not be used");
    }
    mlk_signals_close(&w->signals);
    return w->exit;
}

static enum mlk_exit check(struct mlk_watch *w)
{
    const char *interval = mlk_options_value(&w->cli->options, "interval");
    enum mlk_status status;

    if (w->cli->json || w->cli->plain)
        return mlk_fail(w->cli, MLK_EXIT_USAGE, "usage",
                        "watch is for a person at a terminal; for scripts: miglock status --json, miglock "
                        "metrics");
    if (interval && !mlk_seconds_parse(interval, LEAST_MS, MOST_MS, &w->interval_ms))
        return mlk_fail(w->cli, MLK_EXIT_USAGE, "usage", "--interval takes seconds from 0.1 to 3600");
    status = mlk_lookup_check(w->cli, false, w->error, sizeof w->error);
    if (status != MLK_OK)
        return mlk_fail_status(w->cli, status, w->error);
    if (!mlk_watch_screen_possible(w->error, sizeof w->error))
        return mlk_fail(w->cli, MLK_EXIT_USAGE, "usage", "%s", w->error);
    return MLK_EXIT_DONE;
}

static enum mlk_exit run(struct mlk_cli *cli)
{
    struct mlk_watch w = {.cli = cli, .interval_ms = INTERVAL_MS, .exit = MLK_EXIT_DONE};
    enum mlk_exit exit = check(&w);

    if (exit == MLK_EXIT_DONE)
        exit = mlk_backend_resolve(cli);
    if (exit != MLK_EXIT_DONE)
        return exit;
    cli->verbose = false; /* SQL would be written over the picture */
    if (!mlk_looker_start(&w.looker, cli, true))
        return mlk_fail(cli, MLK_EXIT_FAILED, "system", "cannot start looking: %s", strerror(errno));
    exit = first_look(&w);
    if (exit == MLK_EXIT_DONE)
        exit = show(&w);
    mlk_looker_stop(&w.looker);
    mlk_watch_free(&w.model);
    mlk_watch_text_free(&w.text);
    cJSON_Delete(w.blind);
    free(w.details);
    free(w.probe);
    return exit;
}

static const char *const examples[] = {
    "watch",
    "watch shop",
    "watch rails:shop ghost:blog --interval 1",
    NULL,
};

const struct mlk_command mlk_cmd_watch = {
    .name = "watch",
    .args = "[TARGET or SCHEMA ...]",
    .summary = "the locks, live on the whole screen, and releases from there",
    .examples = examples,
    .text =
        "? shows the keys. r releases the selected lock as miglock release does, with the same questions "
        "and refusals. Needs a terminal of 40 columns and 8 rows at least. A connection that gets lost is "
        "made again; what was seen last stays on the screen.\n",
    .options = options,
    .min_args = 0,
    .max_args = -1,
    .connects = true,
    .run = run,
};
